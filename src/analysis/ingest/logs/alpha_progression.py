"""The Alpha Progression app's export: sessions between blank lines, of lines that are not all of one kind.

A line is a session, an exercise with its warm-ups in one cell, the header of its sets, or a set. A load with a plus is
what is lifted beside body weight.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from analysis.ingest.cells import is_missing
from analysis.ingest.dialect import Sheet, decoded, is_blank, read_delimited
from analysis.ingest.logs.log import not_done
from analysis.ingest.logs.packed import Cells, PackedLog
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.table_format import Form, Line

_START = re.compile(r"(?P<at>\d{4}-\d\d-\d\d +\d{1,2}:\d\d(?: *[ap]\.?m\.?)?)(?: *[^\W\d]+\.?)?", re.IGNORECASE)
_HOURS = re.compile(r"(?P<h>\d+):(?P<m>\d\d) *[^\W\d]+\.?")
_EXERCISE = re.compile(r"\d+\. +(?P<what>.+)")
_MEANT = re.compile(r"[\d–-]+ *[^\W\d]+\.?")  # as 8 reps, from where on the line says what was planned
_WARM_UP = re.compile(r"\w+ *· *(?P<load>[-+]?[\d.,]+) *(?P<unit>[^\W\d]+) *· *(?P<reps>\d+) *[^\W\d]+\.?")
_APART = re.compile(r"<br */?>|\n")
_HEADERS = {  # of a set -> the header of the declaration, with the unit that it says
    **dict.fromkeys(("KG", "KGS"), ("Weight", "kg")),
    **dict.fromkeys(("LB", "LBS"), ("Weight", "lb")),
    **dict.fromkeys(("REPS", "WDH", "WDH."), ("Reps", "")),
    "RIR": ("RIR", ""),
    "RPE": ("RPE", ""),
    **dict.fromkeys(("SEC", "SECS", "S", "SEK"), ("Seconds", "")),
    **{word: ("Distance", word.lower()) for word in ("KM", "M", "MI", "YD", "FT")},
}
_NO_SESSION = {"Session": "", "Start": "", "Duration": ""}
_UNIT_OF = {"Weight": "Unit", "Distance": "Distance Unit"}


@dataclass(frozen=True, kw_only=True)
class _AlphaProgression(PackedLog):
    def reader(self) -> Reader:
        return replace(super().reader(), fits=None, read_sheets=None)

    def recognises(self, path: Path, head: bytes) -> bool:
        """True where the first line is a session and one of the others the header of sets."""
        if path.suffix.lower() not in self.suffixes or b"#" not in head or b"\0" in head:
            return False
        lines = [line for line in decoded(head, "", whole=False)[0].splitlines() if line.strip()]
        return bool(lines) and bool(_START.search(lines[0])) and any(re.match(r"#[;,\t][A-Z]", line) for line in lines)

    def read(self, path: Path, options: Options) -> Reading:
        sheet = read_delimited(path, options.said)
        lines = (sheet.header, *sheet.rows)
        width = max(map(len, lines))
        header = tuple(f"cell {place}" for place in range(1, width + 1))
        return self.read_sheets([replace(sheet, header=header, rows=lines)], path, options)

    def fits(self, header: Sequence[str]) -> bool:
        return bool(header) and header[0] == "cell 1"

    def decimal(self, sheet: Sheet, columns: dict) -> str:
        """The mark of the loads, of those of the warm-ups too."""
        if "load" not in columns or sheet.said.decimal:
            return sheet.decimal
        loads = sheet.column(columns["load"][0].header)
        return "," if any(re.search(r"\d,\d{1,2}(?!\d)", cell) for cell in loads) else "."

    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        if line.text("exercise") is None and line.word("number") == "":
            return "note"
        done = any(not is_missing(line.word(role)) for role in ("reps", "seconds", "distance"))
        return "set" if done else "nothing"

    def held(self, sheet: Sheet, options: Options) -> Mapping[int, Sequence[Cells]]:  # noqa: ARG002
        held: dict[int, Sequence[Cells]] = {}
        session = _NO_SESSION
        exercise, columns = "", ()
        for row_no, row in sheet.numbered():
            first = row[0].strip() if row else ""
            at = _START.fullmatch(row[1].strip()) if len(row) > 1 else None
            if is_blank(row):
                session, exercise, columns = _NO_SESSION, "", ()
            elif at:
                session = {"Session": first, "Start": at["at"], "Duration": _span(row[2] if len(row) > 2 else "")}
                exercise, columns, held[row_no] = "", (), [session]
            elif match := _EXERCISE.fullmatch(first):
                exercise, columns = _name(match["what"]), ()
                packed = _APART.split(row[1]) if len(row) > 1 else []
                held[row_no] = [
                    {**session, "Exercise": exercise, "Number": "warm-up", **_warm_up(one)}
                    for one in packed
                    if one.strip()
                ]
            elif first == "#":
                columns = tuple(_HEADERS.get(cell.strip().upper(), ("", "")) for cell in row)
            else:
                own = {**session, "Exercise": exercise, "Number": first or "set", **_cells(row, columns)}
                held[row_no] = [own]
        return held

    def set_kind(self, line: Line) -> str:
        said = line.word("number")
        if said == "warm-up":
            return "warm_up"
        if not said.isdigit():
            line.refuse("number", "is no number of a set, and its line no session and no exercise", "Correct the line.")
        return "work"

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:  # noqa: ARG002
        places = [sheet.header.index(name) for name in ("Reps", "Seconds", "Distance") if name in sheet.header]
        number = sheet.header.index("Number") if "Number" in sheet.header else None
        if number is not None:
            done = sum(any(not is_missing(row[place]) for place in places) for row in sheet.rows if row[number])
            yield from not_done(sum(bool(row[number]) for row in sheet.rows) - done)


def _span(text: str) -> str:
    """1:02 hr is an hour and two minutes.

    >>> _span("1:02 hr"), _span("36 min")
    ('1h 2m', '36 min')
    """
    match = _HOURS.fullmatch(text.strip())
    return f"{match['h']}h {int(match['m'])}m" if match else text


def _name(what: str) -> str:
    """The exercise with its equipment, without what was planned of it.

    >>> _name("Hip Thrusts · Barbell · 8 reps · 2 dropsets")
    'Hip Thrusts · Barbell'
    """
    parts = [part.strip() for part in what.split("·")]
    planned = next((place for place, part in enumerate(parts) if place and _MEANT.fullmatch(part)), len(parts))
    return " · ".join(parts[:planned])


def _warm_up(text: str) -> Cells:
    match = _WARM_UP.fullmatch(text.strip())
    if not match:
        return {"Reps": text}  # is no number, which refuses the line
    return {"Weight": match["load"], "Unit": match["unit"], "Reps": match["reps"]}


def _cells(row: Sequence[str], columns: Sequence[tuple[str, str]]) -> Cells:
    cells: dict[str, str] = {}
    for cell, (name, unit) in zip(row, columns, strict=False):
        if name:
            cells[name] = cell
        if unit:
            cells[_UNIT_OF[name]] = unit
    return cells


READER = _AlphaProgression(
    name="alpha_progression",
    title="Alpha Progression (CSV)",
    called="an Alpha Progression export",
    headers={
        "start": ("Start",),
        "duration": ("Duration",),
        "workout": ("Session",),
        "exercise": ("Exercise",),
        "number": ("Number",),
        "load": ("Weight",),
        "load_unit": ("Unit",),
        "reps": ("Reps",),
        "rir": ("RIR",),
        "rpe": ("RPE",),
        "seconds": {"Seconds": "s"},
        "distance": ("Distance",),
        "distance_unit": ("Distance Unit",),
    },
    takes="sessions with start, duration and name; sets with load (kg or lb by their header), repetitions, RIR, time; "
    "warm-ups; of exercises with body weight the load beside it",
    leaves="sets that were not done, which are counted; what was planned",
).reader()
