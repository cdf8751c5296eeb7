"""The example squad: twelve made-up athletes over 26 weeks, as the files users have, with a known truth beside them.

Every stream of every athlete is flat and noisy (`squad.py`), but for the few truths of `truths.py`, each one small
change of one athlete. What a report says of the squad can therefore be held against what is true of it.
For learning what models can tell: `true_season`, an athlete whose tests follow the load, and `hinge_and_sprint`.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from analysis.example import answers, formats, hinge_work, running, training
from analysis.example.hinge_and_sprint import hinge_and_sprint
from analysis.example.squad import FIRST_DAY, KEY_LIFTS, LAST_DAY, NOISE, Athlete, random_stream, squad, true_course
from analysis.example.training_and_tests import true_season
from analysis.example.truths import BUILT_IN, Truth, with_truths

__all__ = ["FIRST_DAY", "LAST_DAY", "Truth", "athlete_ids", "hinge_and_sprint", "true_season", "write_example"]

SEED = 2026

ADULT_BORN_UP_TO = 2007  # of age on the first day
ADDRESSES = (("Alder", "athlete", "alder@squad.invalid"), ("Hazel", "guardian", "home@squad.invalid"))

LABELLED = (  # whose days the coach called so in the plan: label, first and last day
    ("Larch", "deload", "2026-06-29", "2026-07-05"),
    ("Juniper", "ill", "2026-07-01", "2026-07-01"),
)

_ADDRESSED = {name for name, _, _ in ADDRESSES}

_LOGS: dict[str, Callable[[pd.DataFrame], str]] = {"strong": formats.strong_csv, "hevy": formats.hevy_csv}


def write_example(folder: Path, seed: int = SEED) -> Truth:
    """Write the example squad into `folder`, made where it is missing, and return what is true of it.

    The templates of the whole squad and workbook.toml lie in `folder`, the lifting log and the runs of each athlete
    in a folder of the athlete's name, the truth in truth.json. The same seed gives the same bytes; files of the same
    name are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    athletes = squad(seed)
    written = [_write_athlete(athlete, folder / athlete.name, seed) for athlete in athletes]
    for table in ("bar_speed", "splits", "wellness", "session_rpe", "cues"):
        _write_csv(pd.concat([frames[table] for frames, _ in written]), folder / f"{table}.csv")
    _write_csv(_people(athletes), folder / "athletes.csv")
    _write_csv(pd.DataFrame(ADDRESSES, columns=["athlete", "whose", "email"]), folder / "contacts.csv")
    _write_csv(_plans(athletes), folder / "plan.csv")
    formats.write_xlsx(pd.concat([frames["screens"] for frames, _ in written]), folder / "screens.xlsx")
    _write_text(formats.workbook_toml(athletes), folder / "workbook.toml")
    ids = {athlete.name: athlete.athlete_id for athlete in athletes}
    truth = Truth(
        seed=seed,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        noise=asdict(NOISE),
        athletes=tuple(facts for _, facts in written),
        truths=tuple(truth.as_dict(ids[truth.athlete]) for truth in BUILT_IN),
    )
    _write_text(json.dumps(asdict(truth), indent=1) + "\n", folder / "truth.json")
    return truth


def athlete_ids(seed: int = SEED) -> list[str]:
    """The ids of the squad that `write_example` makes of this seed, in the order of the athletes.

    >>> len(set(athlete_ids()))
    12
    """
    return [athlete.athlete_id for athlete in squad(seed)]


def _write_athlete(athlete: Athlete, folder: Path, seed: int) -> tuple[dict[str, pd.DataFrame], dict]:
    """Write the log and the runs of one athlete; return its rows of the squad's tables and its facts."""

    def stream(purpose: str):
        return random_stream(seed, athlete.number, purpose)

    flat = true_course(athlete, seed)
    course = with_truths(athlete.name, flat)
    sessions = training.attendance(athlete, course, stream("attendance"))
    sets = training.lifting_sets(athlete, sessions, stream("sets"))
    ran = running.runs(course, stream("runs"), stream("cadence"))
    folder.mkdir(exist_ok=True)
    _write_text(_LOGS[athlete.log](sets), folder / f"{athlete.log}.csv")
    for run in ran:
        (folder / f"{run.date:%Y-%m-%d}-run.tcx.gz").write_bytes(formats.tcx_gz(run))
    frames = {
        "bar_speed": hinge_work.measured(athlete, sets, course, stream),
        "splits": running.splits(athlete, course, stream("splits"), stream("gates")),
        "wellness": answers.wellness(athlete, course, stream("wellness")),
        "session_rpe": answers.session_rpe(athlete, sessions, course, ran, stream("session_rpe")),
        "screens": answers.screens(athlete, course, stream("screens")),
        "cues": answers.cues(athlete, course, stream("cues")),
    }
    return frames, _facts(athlete, flat, sessions, len(ran))


def _facts(athlete: Athlete, flat: pd.DataFrame, sessions: pd.DataFrame, n_runs: int) -> dict:
    """What truth.json says of an athlete: who it is, its true values on the first day, what it did of the plan."""
    baseline = flat.iloc[0].drop(["logged", "device", "reading_offset_m_s"])
    outcomes = Counter(sessions["outcome"])
    return {
        "athlete": athlete.name,
        "athlete_id": athlete.athlete_id,
        "anchor_kg": {lift.exercise: athlete.anchor_kg(lift) for lift in KEY_LIFTS},
        "baseline": {name: round(float(value), 4) for name, value in baseline.items()},
        "planned_lifting_sessions": len(sessions),
        "lifting_sessions": {key: outcomes[key] for key in training.OUTCOMES},
        "runs": n_runs,
    }


def _people(athletes: list[Athlete]) -> pd.DataFrame:
    """The athletes template."""
    return pd.DataFrame(
        {
            "athlete": one.name,
            "athlete_id": one.athlete_id,
            "sex": one.sex,
            "birth_year": one.birth_year,
            "consent": _consent(one),
            "guardian": "by way of the club office" if one.birth_year > ADULT_BORN_UP_TO else "",
            "aliases": one.alias,
        }
        for one in athletes
    )


def _consent(athlete: Athlete) -> str:
    agreed = {"body_mass": athlete.body_mass_consent, "delivery": athlete.name in _ADDRESSED}
    return " ".join(["report", "squad", *(scope for scope, given in agreed.items() if given)])


def _plans(athletes: list[Athlete]) -> pd.DataFrame:
    """The plan template: everybody has the same plan, but for what days of single athletes are called."""
    plan = training.plan().assign(label="")
    plan = plan.assign(date=plan["date"].dt.strftime("%Y-%m-%d"))
    plans = [plan.assign(athlete=one.name) for one in athletes]
    whole = pd.concat(plans, ignore_index=True).loc[:, ["athlete", "date", "role", "content", "label"]]
    for name, label, first, last in LABELLED:
        whole.loc[(whole["athlete"] == name) & whole["date"].between(first, last), "label"] = label
    return whole


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    _write_text(table.to_csv(index=False, lineterminator="\n"), path)


def _write_text(text: str, path: Path) -> None:
    path.write_bytes(text.encode())  # bytes, so that every system writes the same line ends
