"""The Jefit app's export: many tables between banners in one file, all sets of an exercise packed into one cell."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from analysis.base.errors import UnreadableFile
from analysis.base.units import KG_PER_LB
from analysis.ingest.dialect import MAX_BYTES, Sheet, decoded, is_blank
from analysis.ingest.logs.log import is_zero, not_done
from analysis.ingest.logs.packed import Cells, PackedLog
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import Ledger, joined
from analysis.ingest.table_format import Content, Form, Line

_BANNER = re.compile(r"#{3,} *(?P<name>[A-Z][A-Z ]*?) *#*")
_LOGS, _SETS, _SESSIONS, _SETTING = "EXERCISE LOGS", "EXERCISE SET LOGS", "WORKOUT SESSIONS", "SETTING"
_KNOWN = re.compile(rb"^#{3,} *(SETTING|EXERCISE LOGS|WORKOUT SESSIONS|ROUTINES|CUSTOM EXERCISES)\b", re.MULTILINE)
_PACKED = re.compile(r"(?P<load>[\d.]+) *[x×] *(?P<reps>[\d.]+)", re.IGNORECASE)
_ALIKE = 0.01  # of two loads that are one, noted in other units and rounded


@dataclass(frozen=True, kw_only=True)
class _Jefit(PackedLog):
    def reader(self) -> Reader:
        return replace(super().reader(), fits=None, read_sheets=None)

    def recognises(self, path: Path, head: bytes) -> bool:
        is_text = path.suffix.lower() in self.suffixes and head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"###")
        return is_text and _KNOWN.search(head.replace(b"\r", b"\n")) is not None

    def read(self, path: Path, options: Options) -> Reading:
        """The tables of the file at `path`. Raises UnreadableFile where none of them holds exercises that were done."""
        sheets = _sections(path, options)
        by_name = {sheet.name: sheet for sheet in sheets}
        if _LOGS not in by_name or {"logs", "ename", "mydate"} - {*by_name[_LOGS].header}:
            raise UnreadableFile(f"{path.name} has no section {_LOGS} with its columns. Export it again from the app.")
        ledger = Ledger()
        contents = []
        for sheet in sheets:
            if sheet.name == _LOGS:
                unit, notes = _unit(by_name, path)
                held = _held(sheet, _sessions(by_name.get(_SESSIONS)), unit)
                contents.append(self.unpacked(sheet, held, path, options, ledger))
                contents.append(Content({}, notes))
            else:
                for row_no, row in sheet.numbered():
                    ledger.enter(sheet.name, row_no, row, "ignored")
        return ledger.reading(
            self.name,
            tables=joined(content.tables for content in contents),
            dialect=(sheets[0].form() if sheets else {}) | {"sheets": [sheet.name for sheet in sheets]},
            notes=tuple(dict.fromkeys(note for content in contents for note in content.notes)),
        )

    def decimal(self, sheet: Sheet, columns: dict) -> str:  # noqa: ARG002
        """The point: commas stand between the sets."""
        return "."

    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        return "nothing" if is_zero(line.word("reps")) else "set"

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        if "reps" in forms[0]:
            place = sheet.header.index(forms[0].header("reps"))
            yield from not_done(sum(is_zero(row[place]) for row in sheet.rows))


def _sections(path: Path, options: Options) -> list[Sheet]:
    """Every table of the file, named as its banner names it; one without any row too."""
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFile(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Export a shorter period.")
    text, _, _ = decoded(path.read_bytes(), path.name, encoding=options.said.encoding)
    parts: dict[str, list[str]] = {}
    name = ""
    for line in io.StringIO(text):
        if banner := _BANNER.fullmatch(line.strip()):
            name = banner["name"]
        elif not re.fullmatch(r"#{3,}", line.strip()):
            parts.setdefault(name, []).append(line)
    sheets = []
    for name, lines in parts.items():
        try:
            rows = [tuple(row) for row in csv.reader(lines)]
        except csv.Error as problem:
            raise UnreadableFile(f"{path.name} cannot be cut into cells: {problem}. Export it again.") from None
        rows = [row for row in rows if not is_blank(row)]
        if rows:
            sheets.append(Sheet(name, tuple(cell.strip() for cell in rows[0]), tuple(rows[1:]), said=options.said))
    return sheets


def _cells_of(sheet: Sheet | None) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with a cell for every column, where there is such a table."""
    if sheet:
        for row_no, row in sheet.numbered():
            cells = (cell.strip() for cell in row)
            yield row_no, {**dict.fromkeys(sheet.header, ""), **dict(zip(sheet.header, cells, strict=False))}


def _held(logs: Sheet, sessions: Mapping[str, Cells], unit: str | None) -> dict[int, Sequence[Cells]]:
    held = {}
    for row_no, row in _cells_of(logs):
        session = row.get("belongsession", "")
        facts = {"Session": session if not is_zero(session) else "", "Date": row["mydate"], "Exercise": row["ename"]}
        facts |= {"Start": "", "Duration": "", **sessions.get(session, {})} | ({"Unit": unit} if unit else {})
        held[row_no] = [facts | _set(one) for one in row["logs"].split(",") if one.strip()]
    return held


def _set(packed: str) -> Cells:
    match = _PACKED.fullmatch(packed.strip())
    return {"Weight": match["load"], "Reps": match["reps"]} if match else {"Weight": "", "Reps": packed}


def _sessions(sheet: Sheet | None) -> dict[str, Cells]:
    """When each session began and how long it took, by its number; some versions write the word with a slip."""
    found = {}
    for _, row in _cells_of(sheet):
        begun = next((row[name] for name in ("starttime", "starttimie") if not is_zero(row.get(name, ""))), "")
        lasted = row.get("total_time", "")
        found[row.get("_id", "")] = {"Start": _moment(begun), "Duration": "" if is_zero(lasted) else lasted}
    return found


def _moment(text: str) -> str:
    """Seconds since 1970 as a moment in UTC; a text that is none as it is."""
    if not re.fullmatch(r"\d{9,10}", text):
        return text
    return f"{datetime.fromtimestamp(int(text), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _unit(sections: Mapping[str, Sheet], path: Path) -> tuple[str | None, tuple[str, ...]]:
    """The unit of the packed loads: as the settings say, or as those of the sets that also stand in lb tell.

    None where neither tells, or the two say different things: then a person says it.
    """
    masses = [row["mass"].casefold() for _, row in _cells_of(sections.get(_SETTING)) if row.get("mass")]
    said = {"kg": "kg", "lb": "lb"}.get(masses[-1][:2]) if masses else None
    loads, told = _told_by_sets(sections)
    if said and told and said != told:
        return None, (f"The settings of {path.name} say {said}, its sets in lb tell {told}.",)
    if told and not said:
        return told, (f"Loads are in {told}, as sets that also stand in lb tell: {loads[0]} there is {loads[1]} lb.",)
    return said or told, ()


def _told_by_sets(sections: Mapping[str, Sheet]) -> tuple[tuple[str, str], str | None]:
    """A pair of a packed load and that in lb, and the unit in which all are alike; None where some are not."""
    packed = {row.get("_id", ""): row["logs"].split(",") for _, row in _cells_of(sections.get(_LOGS))}
    tells: Counter[str] = Counter()
    pair = ("", "")
    for _, row in _cells_of(sections.get(_SETS)):
        several, place = packed.get(row.get("exercise_log_id", ""), []), row.get("set_index", "")
        match = (
            _PACKED.fullmatch(several[int(place)].strip()) if place.isdigit() and int(place) < len(several) else None
        )
        try:
            load, load_lb = float(match["load"] if match else ""), float(row.get("weight_lbs", ""))
        except ValueError:
            continue
        if load > 0 and load_lb > 0 and match:
            units = {"kg": load / KG_PER_LB, "lb": load}
            tells[next((unit for unit, as_lb in units.items() if abs(as_lb / load_lb - 1) < _ALIKE), "neither")] += 1
            pair = (match["load"], row["weight_lbs"])
    return pair, next(iter(tells)) if len(tells) == 1 and "neither" not in tells else None


READER = _Jefit(
    name="jefit",
    title="Jefit (CSV)",
    called="a Jefit export",
    headers={
        "session": ("Session",),
        "date": ("Date",),
        "start": ("Start",),
        "duration": {"Duration": "s"},
        "exercise": ("Exercise",),
        "load": ("Weight",),
        "load_unit": ("Unit",),
        "reps": ("Reps",),
    },
    takes="sessions by day, with their start where the file has it; every set of an exercise's cell with load and "
    "repetitions, in the unit of the settings, of sets that also stand in lb, or of --unit",
    leaves="sets of 0 repetitions, which are counted; records, which follow; routines, cardio, body measures",
).reader()
