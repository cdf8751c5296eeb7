"""What the lists of activities of Garmin Connect and Strava share: one row an activity, in the account's language."""

import re
from collections.abc import Iterable

import pandas as pd

from analysis.base.errors import UnitNeeded
from analysis.base.units import M_PER_YARD, factor
from analysis.ingest.cells import plain
from analysis.ingest.reading import Options
from analysis.ingest.tabular import Ledger, Row, Taken, frame, without_repeats

# the roots of the words that the services use for a sport, without accents
_SPORTS = (
    ("strength", r"strength|weight ?training|kraft|fuerza|pesas|musculation|renforcement|forza|pesi\b"),
    ("swim", r"swim|schwimm|natacion|natation|nuoto"),
    ("ride", r"\brid(e|ing)|cycl|bik(e|ing)|\bvelo|\brad|ciclis|bici"),
    ("run", r"\brun|\btrail|jog|lauf|carrera|correr|course|corsa|tapis"),
)


def kind_of_sport(sport: str) -> str:
    """The kind of session that a sport is, by its name in English, German, Spanish, French or Italian.

    >>> [kind_of_sport(name) for name in ("Treadmill Running", "Radfahren", "Natación", "Course à pied", "Yoga")]
    ['run', 'ride', 'swim', 'run', 'other']
    """
    name = plain(sport)
    return next((kind for kind, roots in _SPORTS if re.search(roots, name)), "other")


def distance_unit(file_name: str, options: Options) -> str:
    """The unit of a list's distances, as the importer said it.

    Raises UnitNeeded where nobody has said: 5.00 looks alike in kilometres and in miles.
    """
    said = options.distance_unit or options.config.distance_unit
    if said is None:
        raise UnitNeeded(
            f"{file_name} does not say whether its distances are in km or mi. Set distance_unit in workbook.toml."
        )
    return said


def in_metres(distance: float | None, unit: str, kind: str) -> float | None:
    """A distance of a list in metres; swims are listed in metres, or in yards where the others are in miles.

    >>> in_metres(5.0, "mi", "run"), in_metres(1500.0, "km", "swim")
    (8046.72, 1500.0)
    """
    if not distance:
        return None
    if kind == "swim":
        return distance * (M_PER_YARD if unit == "mi" else 1.0)
    return distance * factor(unit, "m")


def sessions_and_runs(taken: Iterable[Taken], ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The tables `sessions` and `runs`; an activity that stands twice is rejected the second time."""
    rows: dict[str, list[tuple[Row, dict]]] = {"sessions": [], "runs": []}
    for one in taken:
        place = {name: one.parts["sessions"].get(name) for name in ("session_key", "external_name")}
        for table in rows:
            if table in one.parts:
                rows[table].append((one.row, {**one.parts[table], **place, "row_no": one.row.row_no}))
    kept = {table: without_repeats(table, some, ledger) for table, some in rows.items()}
    return {table: frame(table, some) for table, some in kept.items() if some}


def is_a_run(kind: str, distance_m: float | None) -> bool:
    """Whether an activity belongs into the table runs: endurance, or any other that covers a distance."""
    return kind in ("run", "ride", "swim") or (distance_m is not None and kind != "strength")
