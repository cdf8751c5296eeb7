"""What others find in samples of training logs and of bar speed, against our reading: facts that only these have.

By the folder of a format, a fact and how it is compared.
"""

import json
from collections.abc import Mapping

from facts import Fact, Sample, count, same, table


def rows_of(section: str | None = None) -> Fact:
    """The rows that are kept of a section, or of all."""

    def compared(sample: Sample, expected: object) -> str | None:
        kept = sample.read.source_rows
        return same(len(kept if section is None else kept[kept["sheet"] == section]), expected)

    return compared


def sets_at(sample: Sample, expected: object) -> str | None:
    """Spots by session, exercise and number of the work set: the load as it stands there."""
    assert isinstance(expected, list)
    sets, sessions = table(sample, "sets"), list(table(sample, "sessions")["session_key"])
    wrong = []
    for spot in expected:
        of = (sets["session_key"] == sessions[spot["session"]]) & (sets["set_kind"] == "work")
        found = sets[of & sets["exercise_raw"].str.startswith(spot["exercise"])]["load_raw"].iloc[spot["set"] - 1]
        if found.replace(",", ".") != str(spot["value"]):
            wrong.append(f"{spot['exercise']}: {found}")
    return "; ".join(wrong) or None


def text_at(sample: Sample, expected: object) -> str | None:
    """Spots by section and row, else anywhere: a cell that says the same text or number."""
    assert isinstance(expected, list)
    kept = sample.read.source_rows.assign(cells=[json.loads(raw) for raw in sample.read.source_rows["raw"]])
    missing = []
    for spot in expected:
        rows = kept[kept["sheet"] == spot.get("section", "")]
        place = spot.get("data_row")
        cells = rows["cells"] if place is None else rows["cells"].iloc[place : place + 1]
        if not any(_says(cell, spot["value"]) for row in cells for cell in row):
            missing.append(str(spot))
    return "; ".join(missing) or None


def _says(cell: str, value: object) -> bool:
    try:
        return cell.strip() == str(value).strip() or float(cell) == float(str(value))
    except ValueError:
        return False


def derived(sample: Sample, expected: object) -> str | None:
    """Quantities of the first repetition and set in our units."""
    assert isinstance(expected, Mapping)
    found = {
        "rep_0_mean_velocity_m_s": table(sample, "reps")["mean_velocity_m_s"].iloc[0],
        "weight_kg": table(sample, "sets")["load_kg"].iloc[0],
    }
    wrong = {name: found.get(name) for name, value in expected.items() if abs(found.get(name, -1.0) - value) > 0.001}
    return repr(wrong) if wrong else None


SESSIONS = {"sessions": count("sessions"), "workouts": count("sessions")}
OF_LOGS: dict[str, Fact] = SESSIONS | {"sets": count("sets"), "spots": text_at}
FORMATS: dict[str, dict[str, Fact]] = {
    "alpha_progression": OF_LOGS
    | {"spots": sets_at, "warmup_sets": count("sets", "warm_up"), "work_sets": count("sets", "work")},
    "jefit": OF_LOGS | {"exercise_rows": rows_of("EXERCISE LOGS")},
    "liftlog": OF_LOGS | {"rows": rows_of()},
    "liftosaur": OF_LOGS | {"rows": rows_of()},
    "openbarbell": OF_LOGS | {"rows": count("reps")},
    "perch": OF_LOGS | {"derived": derived, "reps_tracked": rows_of(), "reps_valid": count("reps")},
    "repcount": OF_LOGS | {"rows": rows_of()},
}
