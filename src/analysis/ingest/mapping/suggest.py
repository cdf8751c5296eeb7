"""A column mapping proposed for an unknown table, from the words of its header and the cells below them.

What the table does not state is left as a line to fill in, and a mapping with such a line does not load.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.base.words import plain
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import NOTHING_SAID, Said, Sheet, read_delimited, read_workbook
from analysis.ingest.mapping.targets import TARGETS

# field -> what a header that means it contains: English, German, French, Spanish, Italian, Portuguese, Dutch
_WORDS: dict[str, str] = {
    "athlete": r"athlet|full ?name|^name|player|subject|participant|user|member|sportler|spieler|nom\b|jugador|atleta",
    "date": r"date|datum|fecha|^data$|^day$|^tag$|^jour$|timestamp",
    "exercise": r"exercise|^lift$|movement|ubung|exercice|ejercicio|esercizio|exercicio|oefening",
    "side": r"^side|^leg$|^limb|seite|^bein|cote|jambe|lado|pierna|^lato|gamba",
    "set_no": r"^set\b|^satz|^serie",
    "rep_no": r"^rep(etition)?( ?(no|number|#|id))?$|^wiederholung$|^repeticion$|^ripetizione$",
    "reps": r"^reps|wiederh|repeticiones|ripetizioni|repetitions|^nrm$",
    "load_kg": r"load|weight(?!.*body)|gewicht|charge|poids|carga|peso|carico",
    "rpe_cr10": r"\brpe\b|exertion|anstrengung",
    "rom_m": r"\brom\b|range of motion|displacement|bewegungsumfang|amplitude",
    "power_w": r"power|leistung|puissance|potencia|potenza",
    "hinge_angle_deg": r"hinge|hip angle|huftwinkel",
    "item": r"^variable|^item|^question|^measure$|^frage|^variabl",
    "value": r"^value|^score$|^answer|^wert|^valeur|^valor|^risultato|^result",
    "test_id": r"^test|^screen|^prueba|^prova",
    "metric": r"^metric|^parameter|^kennwert",
    "unit": r"^units?$|^einheit|^unite",
    "trial_no": r"trial|attempt|versuch|essai|intento|tentativo",
    "split_no": r"^split|^lap|^runde",
    "distance_m": r"distan|^gate|^dist\b|entfernung",
    "time_s": r"^time|^split time|^zeit|^temps|^tiempo|^tempo",
    "device": r"device|gerat|appareil|dispositivo",
    "notes": r"note|comment|remark|kommentar|notiz|commentaire|nota",
}
_VELOCITY = r"veloc|speed|vitesse|geschwindigkeit|\bmv\b|\bmpv\b|\bmcv\b|\bpv\b|\bvel\b"
_VELOCITIES = {
    "mean_propulsive_velocity_m_s": r"propuls|\bmpv\b",
    "peak_velocity_m_s": r"peak|\bpv\b|spitze|pico|picco",
}
_METRICS = "mean_velocity_m_s (of the whole lift), mean_propulsive_velocity_m_s or peak_velocity_m_s"
_UNITS = {
    "kg": ("kg", "lb", "lbs", "g"),
    "m": ("m", "cm", "mm", "km", "mi", "yd", "ft", "in"),
    "s": ("s", "ms", "min", "h"),
    "m/s": ("m/s", "cm/s", "mm/s", "km/h", "mph"),
    "W": ("W", "kW"),
    "deg": ("deg", "rad"),
}
_SIDES = {
    "L": ("l", "left", "links", "gauche", "izquierda", "sinistra"),
    "R": ("r", "right", "rechts", "droite", "derecha", "destra"),
}
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
    unused: list[str] = field(default_factory=list)


def suggest(path: Path, said: Said = NOTHING_SAID) -> str:
    """A mapping for the table at `path`, as TOML to read, complete and save among the mappings.

    Of a workbook the first filled sheet counts. Raises UnreadableFile where the file is no table.
    """
    book = path.suffix.lower() in (".xlsx", ".xlsm")
    sheets = read_workbook(path, said) if book else [read_delimited(path, said)]
    sheet = sheets[0] if sheets else Sheet("", (), ())
    found = _fields(sheet)
    proposal = _Proposal(_target(found, sheet))
    if {"item", "value"} <= found.keys() and proposal.target == "wellness":
        item = found.pop("item")
        proposal.each = [_answer(item, word, found["value"], sheet) for word in dict.fromkeys(sheet.column(item))]
        listed = {item}
    else:
        listed = set()
    for name, header in found.items():
        _propose(proposal, name, header, sheet)
    rest = [name for name in dict.fromkeys(sheet.header) if name.strip() and name not in {*found.values(), *listed}]
    for header in rest:
        _place(proposal, header, sheet)
    for name in TARGETS[proposal.target].required:
        if name not in proposal.columns and not (proposal.each and name in ("item", "value", "direction")):
            proposal.constants[name] = ('"?"', _ask(name))
    return _as_toml(proposal, path, sheet, found)


def _fields(sheet: Sheet) -> dict[str, str]:
    """Field -> the first header whose words mean it; a header means one field."""
    found: dict[str, str] = {}
    for header in dict.fromkeys(sheet.header):
        words = _words(header)
        if re.search(_VELOCITY, words):
            continue
        name = next((name for name, pattern in _WORDS.items() if name not in found and re.search(pattern, words)), None)
        if name:
            found[name] = header
    return found


def _words(header: str) -> str:
    return re.sub(r"[\s_]+", " ", re.sub(r"[(\[].*?[)\]]", "", plain(header))).strip()


def _target(found: dict[str, str], sheet: Sheet) -> str:
    """What a row is, by the fields that only one kind of table has."""
    if any(re.search(_VELOCITY, _words(header)) for header in sheet.header) or {"exercise", "load_kg"} <= found.keys():
        return "reps"
    if {"distance_m", "time_s"} <= found.keys():
        return "splits"
    return "trials" if "test_id" in found or "metric" in found else "wellness"


def _propose(proposal: _Proposal, name: str, header: str, sheet: Sheet) -> None:
    target = TARGETS[proposal.target]
    if name not in target.fields:
        _place(proposal, header, sheet)
        return
    proposal.columns[name] = (_quoted(header), f"for example {_some(sheet.column(header))}")
    column = target.column(name)
    if column is not None and column.unit in _UNITS:
        proposal.units[name] = _unit(header, column.unit)
    if name == "side":
        words = {cell.strip().casefold(): cell.strip() for cell in sheet.column(header)}
        proposal.sides = {words[word]: side for side, said in _SIDES.items() for word in said if word in words}


def _place(proposal: _Proposal, header: str, sheet: Sheet) -> None:
    """A header that no field's words explain: a velocity whose metric is open, an item of a wide form, or nothing."""
    words = _words(header)
    if proposal.target == "reps" and re.search(_VELOCITY, words):
        name = next((name for name, pattern in _VELOCITIES.items() if re.search(pattern, words)), None)
        key = name if name and name not in proposal.columns else _quoted(f"? {header}")
        if _PERCENT.search(header):
            proposal.each.append([f"columns = {{ {key} = {_quoted(header)} }}  # {_METRICS}"])
        else:
            proposal.columns[key] = (_quoted(header), "by its word" if key == name else _METRICS)
            proposal.units[key] = _unit(header, "m/s")
    elif proposal.target == "wellness" and "value" not in proposal.columns and _is_numeric(sheet, header):
        proposal.each.append(_item(sheet, header))
    else:
        proposal.unused.append(header)


def _item(sheet: Sheet, header: str) -> list[str]:
    return [f"columns = {{ value = {_quoted(header)} }}", *_scale(header, sheet.column(header))]


def _answer(item: str, word: str, value: str, sheet: Sheet) -> list[str]:
    """An item of a long form: the rows that name it."""
    places = sheet.header.index(item), sheet.header.index(value)
    answers = [row[places[1]] for row in sheet.rows if len(row) > max(places) and row[places[0]] == word]
    return [f"where = {{ {_quoted(item)} = {_quoted(word.strip())} }}", *_scale(word, answers)]


def _scale(word: str, answers: list[str]) -> list[str]:
    name = re.sub(r"[^a-z0-9]+", "_", _words(word)).strip("_") or "item"
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


def _unit(header: str, si: str) -> tuple[str, str]:
    """The unit that the header states, in brackets or as its last word; an open line where it states none."""
    said = re.findall(r"[(\[]([^)\]]*)[)\]]", header) + re.split(r"[\s_]+", header)[-1:]
    known = {unit.casefold(): unit for unit in _UNITS[si]}
    unit = next((known[word.strip().casefold()] for word in said if word.strip().casefold() in known), None)
    return (_quoted(unit), "by the header") if unit else ('"?"', f"Write the unit: {', '.join(_UNITS[si])}")


def _ask(name: str) -> str:
    asked = {
        "athlete": "Write whose file it is",
        "date": "Write the day, as 2026-01-31",
        "direction": "Write higher_better, lower_better or neutral",
        "kind": "Write gate, lap or manual",
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
        *(f"# not mapped: {_quoted(header)}" for header in proposal.unused),
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
