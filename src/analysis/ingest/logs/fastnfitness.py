"""The FastNFitness app's records: one row some sets alike, the newest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import is_zero, not_done
from analysis.ingest.logs.packed import Cells, PackedLog
from analysis.ingest.reading import Options
from analysis.ingest.rows import Parts, Taken
from analysis.ingest.table_format import Form, Line

_MOST_ALIKE = 100  # sets in a row; beyond it the number is a slip


@dataclass(frozen=True, kw_only=True)
class _FastNFitness(PackedLog):
    def held(self, sheet: Sheet, options: Options) -> Mapping[int, Sequence[Cells]]:  # noqa: ARG002
        sets = next(name for name in sheet.header if name.strip().upper() == "SETS")
        held = {}
        for row_no, row in sheet.numbered():
            cells = dict(zip(sheet.header, row, strict=False))
            alike = cells.get(sets, "").strip()
            held[row_no] = [cells] * (int(alike) if alike.isdecimal() and 0 < int(alike) <= _MOST_ALIKE else 1)
        return held

    def in_order(self, taken: list[Taken]) -> list[Taken]:
        return sorted(
            taken,
            key=lambda one: (one.parts["sessions"]["start_local"] or one.parts["sessions"]["local_date"]).isoformat(),
        )

    def parts(self, line: Line) -> Parts | None:
        parts = super().parts(line)
        alike = line.number("sets") if parts else 1
        if alike is not None and not (1 <= alike <= _MOST_ALIKE and alike == int(alike)):
            line.refuse("sets", "is no number of sets", "Correct it in the file.")
        return parts

    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        is_plan = line.word("table") != "record" or line.word("status") == "pending"
        done = any(not is_zero(line.word(role)) for role in ("reps", "seconds", "distance"))
        return "set" if done and not is_plan else "nothing"

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        (form,) = forms
        cells = [dict(zip(sheet.header, row, strict=False)) for row in sheet.rows]
        roles = [form.header(role) for role in ("reps", "seconds", "distance") if role in form]
        records = [row for row in cells if row[form.header("table")].strip().upper() == "RECORD"]
        yield from not_done(sum(all(is_zero(row[name]) for name in roles) for row in records))
        if len(records) < len(cells):
            yield f"Rows of templates, not of records: {len(cells) - len(records)}; they stay in the raw rows only."
        if "span" in form and (count := sum(not is_zero(row[form.header("span")]) for row in cells)):
            yield f"Sets with a DURATION, whose unit the file does not say: {count}; it stays in the raw rows only."


READER = _FastNFitness(
    name="fastnfitness",
    title="FastNFitness (CSV)",
    called="the records of a FastNFitness export",
    headers={
        "table": ("TABLE",),
        "date": ("DATE",),
        "time": ("TIME",),
        "exercise": ("EXERCISE",),
        "category": ("EXERCISE_TYPE",),
        "sets": ("SETS",),
        "load": ("WEIGHT",),
        "load_unit": ("WEIGHT_UNIT",),
        "reps": ("REPS",),
        "seconds": {"SECONDS": "s"},
        "distance": ("DISTANCE",),
        "distance_unit": ("DISTANCE_UNIT",),
        "span": ("DURATION",),
        "status": ("TEMPLATE_RECORD_STATUS",),
        "notes": ("NOTES",),
    },
    needed=("table", "date", "exercise", "sets", "load", "load_unit", "reps"),
    session_key="%Y-%m-%d",
    cardio="cardio",
    zeros=("reps", "load"),
    takes="a session a day, with the time of its first set; sets with load, repetitions, time, distance, notes, as "
    "many as a row says",
    leaves="templates of programmes and sets still to do, which are counted; the duration of cardio, which has no unit",
).reader()
