"""A column mapping proposed for an unknown table, from the words of its header and the cells below them.

What the table does not state is left as a line to fill in, and a mapping with such a line does not load.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.base.units import units_of
from analysis.base.words import plain
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import NOTHING_SAID, Said, Sheet
from analysis.ingest.mapping.headers import FELT, FIELDS, VELOCITIES, VELOCITY, means, says_whose, words_of
from analysis.ingest.mapping.mapped_file import sheets_of
from analysis.ingest.mapping.targets import TARGETS

_METRICS = "mean_velocity_m_s (of the whole lift), mean_propulsive_velocity_m_s or peak_velocity_m_s"
_SPANS = dict.fromkeys(("minutes", "minuten", "minutos", "minuti", "mins", "mn"), "min") | dict.fromkeys(
    ("seconds", "sekunden", "secondes", "segundos", "secondi", "sec", "sek"), "s"
)
_SIDES = {
    "L": ("l", "left", "links", "gauche", "izquierda", "sinistra"),
    "R": ("r", "right", "rechts", "droite", "derecha", "destra"),
}
_MOST_WORDS = 12  # of the answers to a question that is answered in words
_ROUNDED, _LEAST_PRODUCTS = 0.01, 3  # of products that are written rounded; rows by which a column is known as one
_PERCENT = re.compile(r"\d+ ?%")


@dataclass
class _Proposal:
    """The parts of the mapping; keys and values as TOML, each with what is to be said behind it."""

    target: str
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)
    sides: dict[str, str] = field(default_factory=dict)
    each: list[list[str]] = field(default_factory=list)
    unused: list[tuple[str, str]] = field(default_factory=list)


def suggest(path: Path, said: Said = NOTHING_SAID) -> str:
    """A mapping for the table at `path`, as TOML to read, complete and save among the mappings.

    Of a workbook the first sheet with a table counts. Raises UnreadableFile where the file is no table.
    """
    sheets = [sheet.below_title() for sheet in sheets_of(path, said)] or [Sheet("", (), ())]
    sheet = next((sheet for sheet in sheets if len(sheet.header) > 1 and sheet.rows), sheets[0])
    found = _fields(sheet)
    product = _product(sheet, found)
    proposal = _Proposal(_target(found, sheet))
    if proposal.target == "reps" and "rep_no" not in found and _counts_up(sheet, found.get("reps")):
        found["rep_no"] = found.pop("reps")
    if {"item", "value"} <= found.keys() and proposal.target == "wellness":
        item = found.pop("item")
        proposal.each = [_answer(item, word, found["value"], sheet) for word in dict.fromkeys(sheet.column(item))]
        listed = {item}
    else:
        listed = set()
    for name, header in found.items():
        _propose(proposal, name, header, sheet)
    if product:
        proposal.unused.append((product, f"the product of {found['rpe_cr10']} and {found['duration_s']}"))
    placed = {*found.values(), *listed, product}
    rest = [name for name in dict.fromkeys(sheet.header) if name.strip() and name not in placed]
    for header in rest:
        _place(proposal, header, sheet)
    for name in _needed(proposal):
        proposal.constants[name] = ('"done"', "or rest, off") if name == "status" else ('"?"', _ask(name))
    return _as_toml(proposal, path, sheet, found)


def _needed(proposal: _Proposal) -> list[str]:
    """What a row has to say and no column does."""
    target = TARGETS[proposal.target]
    needed = ["athlete", *(["kind"] if proposal.target == "sessions" else []), *target.required]
    needed += [names[0] for names in target.one_of if not proposal.columns.keys() & set(names)]
    of_each = ("item", "value", "direction") if proposal.each else ()
    return [name for name in dict.fromkeys(needed) if name not in proposal.columns and name not in of_each]


def _fields(sheet: Sheet) -> dict[str, str]:
    """Field -> the first header whose words mean it; a header means one field."""
    found: dict[str, str] = {}
    for header in dict.fromkeys(sheet.header):
        if _is_velocity(header):
            continue
        known = ((name, pattern) for name, pattern in FIELDS.items() if name not in found)
        name = next((name for name, pattern in known if means(header, pattern)), None)
        if says_whose(header):
            name = "athlete" if "athlete" not in found else None
        if name:
            found[name] = header
    return found


def _product(sheet: Sheet, found: dict[str, str]) -> str | None:
    """The header of the load of a session, exertion times duration, which makes a time a duration; it is computed."""
    rpe, span = found.get("rpe_cr10"), next((name for name in ("duration_s", "time_s") if name in found), None)
    for header in dict.fromkeys(sheet.header) if rpe and span else ():
        factors = [sheet.header.index(name) for name in (str(rpe), found[str(span)], header)]
        if header not in (rpe, found[str(span)]) and _is_multiplied(sheet, *factors):
            for name in [name for name, each in found.items() if each == header]:
                del found[name]
            found["duration_s"] = found.pop(str(span))
            return header
    return None


def _is_multiplied(sheet: Sheet, one: int, other: int, product: int) -> bool:
    """Whether a column is the product of two others in every row that has all three, of some that tell."""
    rows = [
        [row[place] for place in (one, other, product)] for row in sheet.rows if len(row) > max(one, other, product)
    ]
    try:
        filled = [[cells.number(cell, sheet.decimal) for cell in row] for row in rows if all(map(str.strip, row))]
    except BadCell:
        return False
    telling = [row for row in filled if min(row[:2]) > 1]
    are_equal = (math.isclose(a * b, c, rel_tol=_ROUNDED, abs_tol=0.5) for a, b, c in filled)
    return len(telling) >= _LEAST_PRODUCTS and all(are_equal)


def _is_velocity(header: str) -> bool:
    """Whether a header means a velocity, by its words or by its unit."""
    return means(header, VELOCITY) or _said_unit(header, "m/s") is not None


def _target(found: dict[str, str], sheet: Sheet) -> str:
    """What a row is, by the fields that only one kind of table has."""
    has = found.keys()
    of_lifts = has & {"exercise", "load_kg", "reps", "rep_no", "rom_m"}
    if any(map(_is_velocity, sheet.header)) and (of_lifts or not has & {"distance_m", "time_s", "duration_s"}):
        return "reps"
    if "exercise" in has or {"load_kg", "reps"} <= has:
        return "sets"
    if "distance_m" in has and ("sport" in has or _said_unit(found["distance_m"], "m") in ("km", "mi")):
        return "runs"
    if {"distance_m", "time_s"} <= has:
        return "splits"
    if has & {"test_id", "metric"}:
        return "trials"
    is_felt = {"item", "value"} <= has or any(means(header, FELT) for header in sheet.header)
    return "sessions" if not is_felt and has & {"rpe_cr10", "duration_s"} else "wellness"


def _propose(proposal: _Proposal, name: str, header: str, sheet: Sheet) -> None:
    target = TARGETS[proposal.target]
    if name == "time_s" and proposal.target == "runs":
        name = "elapsed_s"
    if name == "duration_s" and proposal.target in ("runs", "splits"):
        name = "elapsed_s" if proposal.target == "runs" else "time_s"
    if name not in target.fields and proposal.target == "wellness" and name in ("rpe_cr10", "duration_s", "time_s"):
        proposal.unused.append((header, 'of the session: a second mapping with target = "sessions" reads it'))
        return
    if name not in target.fields:
        _place(proposal, header, sheet)
        return
    proposal.columns[name] = (_quoted(header), f"for example {_some(sheet.column(header))}")
    column = target.column(name)
    unit = column.unit if column is not None else None
    if unit and len(units_of(unit)) > 1 and not _says_units_itself(sheet, header, unit):
        proposal.units[name] = _unit(header, unit)
    if name == "side":
        words = {cell.strip().casefold(): cell.strip() for cell in sheet.column(header)}
        proposal.sides = {words[word]: side for side, said in _SIDES.items() for word in said if word in words}


def _place(proposal: _Proposal, header: str, sheet: Sheet) -> None:
    """A header that no field's words explain: a velocity whose metric is open, an item of a wide form, or nothing."""
    if proposal.target == "reps" and _is_velocity(header):
        name = next((name for name, pattern in VELOCITIES.items() if means(header, pattern)), None)
        key = name if name and name not in proposal.columns else _quoted(f"? {header}")
        if _PERCENT.search(header):
            proposal.each.append([f"columns = {{ {key} = {_quoted(header)} }}  # {_METRICS}"])
        else:
            proposal.columns[key] = (_quoted(header), "by its word" if key == name else _METRICS)
            proposal.units[key] = _unit(header, "m/s")
    elif proposal.target == "wellness" and "value" not in proposal.columns and _is_numeric(sheet, header):
        proposal.each.append(_item(sheet, header))
    elif proposal.target == "wellness" and "value" not in proposal.columns and _is_answered_in_words(sheet, header):
        proposal.each.append([*_item(sheet, header), *_words(sheet, header)])
    else:
        proposal.unused.append((header, ""))


def _item(sheet: Sheet, header: str) -> list[str]:
    return [f"columns = {{ value = {_quoted(header)} }}", *_scale(header, sheet.column(header))]


def _is_answered_in_words(sheet: Sheet, header: str) -> bool:
    """Whether a question on how somebody feels is answered by a few words."""
    return means(header, FELT) and 0 < len({plain(cell) for cell in sheet.column(header)}) <= _MOST_WORDS


def _words(sheet: Sheet, header: str) -> list[str]:
    """What each word counts as, which only its author knows."""
    words = dict.fromkeys(cell.strip() for cell in sheet.column(header))
    asked = "Write what the word counts as on the scale"
    return ["[each.values.value]", *(f'{_quoted(word)} = "?"  # {asked}' for word in words)]


def _answer(item: str, word: str, value: str, sheet: Sheet) -> list[str]:
    """An item of a long form: the rows that name it."""
    places = sheet.header.index(item), sheet.header.index(value)
    answers = [row[places[1]] for row in sheet.rows if len(row) > max(places) and row[places[0]] == word]
    return [f"where = {{ {_quoted(item)} = {_quoted(word.strip())} }}", *_scale(word, answers)]


def _scale(word: str, answers: list[str]) -> list[str]:
    name = re.sub(r"[^a-z0-9]+", "_", words_of(word)).strip("_") or "item"
    return [
        "[each.constants]",
        f"item = {_quoted(name)}",
        'direction = "?"  # Write higher_better, lower_better or neutral',
        f'scale_min = "?"  # Write the lowest answer possible, or remove the line; answers are {_some(answers)}',
        'scale_max = "?"  # Write the highest answer possible, or remove the line',
    ]


def _is_numeric(sheet: Sheet, header: str) -> bool:
    filled = sheet.column(header)
    try:
        return bool([cells.number(cell, sheet.decimal) for cell in filled])
    except BadCell:
        return False


def _counts_up(sheet: Sheet, header: str | None) -> bool:
    """Whether a column counts from one up, row by row, and begins anew: 1, 2, 3, 1, 2, which no number of reps does."""
    if header is None or not _is_numeric(sheet, header):
        return False
    counted = [cells.number(cell, sheet.decimal) for cell in sheet.column(header)]
    steps = zip([0.0, *counted], counted, strict=False)
    return max(counted) > 1 and all(now in (1, before + 1) for before, now in steps)


def _unit(header: str, si: str) -> tuple[str, str]:
    """The unit that the header states, in brackets or as its last word; an open line where it states none."""
    unit = _said_unit(header, si)
    return (_quoted(unit), "by the header") if unit else ('"?"', f"Write the unit: {', '.join(units_of(si))}")


def _says_units_itself(sheet: Sheet, header: str, si: str) -> bool:
    """Whether every cell below a header says its own unit, as 52:30 or 62 kg do."""
    filled = sheet.column(header)
    return bool(filled) and all((si == "s" and ":" in cell) or cells.unit_said(cell, si) for cell in filled)


def _said_unit(header: str, si: str) -> str | None:
    """The unit of a header, of those that can be `si`.

    >>> _said_unit("Load (lb)", "kg"), _said_unit("Dauer in Minuten", "s"), _said_unit("Load", "kg")
    ('lb', 'min', None)
    """
    said = re.findall(r"[(\[]([^)\]]*)[)\]]", header) + re.split(r"[\s_]+", header)[-1:]
    known = {unit.casefold(): unit for unit in units_of(si)} | (_SPANS if si == "s" else {})
    words = (plain(word).strip(" .") for word in said)
    return next((known[word] for word in words if word in known), None)


def _ask(name: str) -> str:
    asked = {
        "athlete": "Write whose file it is, or remove the line: its folder says it",
        "date": "Write the day, as 2026-01-31",
        "direction": "Write higher_better, lower_better or neutral",
        "kind": "Write gate, lap or manual; of sessions strength, run or another",
        "unit": "Write the unit of the values",
    }
    return asked.get(name, f"Write the {name} of every row, or move it to [columns] with its header")


def _some(filled: list[str]) -> str:
    some = list(dict.fromkeys(cell.strip()[:30] for cell in filled))[:3]
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", ", ".join(some)) or "none, the column is empty"


def _quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _as_toml(proposal: _Proposal, path: Path, sheet: Sheet, found: dict[str, str]) -> str:
    name = _quoted(re.sub(r"[^a-z0-9]+", "_", plain(path.stem)).strip("_") or "my_device")
    lines = [
        "# A proposal from the header and the cells. Read every line; those with a question mark are yours to decide,",
        "# and the mapping does not load before. A file that has all columns named here is then read by it.",
        f"name = {name}",
        f'target = "{proposal.target}"  # judged by the columns; one of {", ".join(TARGETS)}',
        f"source = {name}",
        *_date_order(sheet, found),
        "",
        "[columns]",
        *_entries(proposal.columns.items()),
        *(f"# not mapped: {_quoted(header)}{f', {why}' if why else ''}" for header, why in proposal.unused),
    ]
    for title, entries in (("units", proposal.units), ("constants", proposal.constants)):
        if entries:
            lines += ["", f"[{title}]", *_entries(entries.items())]
    if proposal.sides:
        lines += ["", "[values.side]", *(f'{_quoted(word)} = "{side}"' for word, side in proposal.sides.items())]
    for rows in proposal.each:
        lines += ["", "[[each]]", *rows]
    return "\n".join(lines) + "\n"


def _entries(entries: Iterable[tuple[str, tuple[str, str]]]) -> list[str]:
    return [f"{key} = {value}  # {comment}" for key, (value, comment) in entries]


def _date_order(sheet: Sheet, found: dict[str, str]) -> list[str]:
    """The date order that was said, else an open line where 03/04/2026 can mean two days and no other date tells."""
    filled = sheet.column(found["date"]) if "date" in found else []
    if sheet.said.day_first is not None:
        return [f"day_first = {str(sheet.said.day_first).lower()}  # as was said"]
    told = cells.day_first_of(filled)
    unclear = [cell for cell in filled if re.match(r"\d{1,2}[-/]\d{1,2}[-/]\d", cell.strip())]
    if not unclear or told is not None:
        return []
    return ['day_first = "?"  # Write true where the day stands first in ' + _some(filled) + ", or false"]
