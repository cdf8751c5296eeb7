"""A made-up athlete to rehearse reports on, so that a process is warm before it sees anybody's data."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.base import config as configuration
from analysis.base.errors import DataProblem
from analysis.example import answers, formats, hinge_work, running, training
from analysis.example.squad import LAST_DAY, Athlete, random_stream, squad, true_course
from analysis.workspace import intake, open_workspace

_SEED = 1
_FIRST_DAY = "2026-04-13"  # twelve weeks: all parts of a report have enough to work on


@dataclass(frozen=True)
class Rehearsal:
    """A workspace with one made-up athlete."""

    folder: Path
    athlete_id: str
    until: str  # last day with data, ISO


def made_up(folder: Path) -> Rehearsal:
    """Make a workspace in the empty `folder`, with twelve weeks of one athlete, taken in through the ordinary door.

    There are no files of a watch: reading their records back would start threads, which a process that is to be
    forked must not have.

    Raises DataProblem where a file is not taken in whole.
    """
    willow = replace(squad(_SEED)[0], name="Willow", athlete_id="rehearsal")
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    (folder / configuration.NAME).write_text(formats.workbook_toml([willow]), encoding="utf-8")
    for name, table in _tables(willow).items():
        table.to_csv(raw / f"{name}.csv", index=False)
    workspace = open_workspace(folder)
    try:
        for outcome in intake.ingest(workspace, intake.files_below([raw])):
            if outcome.state != "taken":
                raise DataProblem(
                    f"The rehearsal's {outcome.path.name} was not taken in: {outcome.error}. Report this."
                )
    finally:
        workspace.store.close()
    return Rehearsal(folder, willow.athlete_id, LAST_DAY)


def _tables(athlete: Athlete) -> dict[str, pd.DataFrame]:
    """The templates of the workbook, filled."""

    def stream(purpose: str):
        return random_stream(_SEED, athlete.number, purpose)

    course = true_course(athlete, _SEED)
    sessions = training.attendance(athlete, course, stream("attendance"))
    sets = training.lifting_sets(athlete, sessions, stream("sets"))
    ran = running.runs(course, stream("runs"), stream("cadence"))
    dated = {
        "bar_speed": hinge_work.measured(athlete, sets, course, stream),
        "splits": running.splits(athlete, course, stream("splits"), stream("gates")).assign(athlete=athlete.name),
        "wellness": answers.wellness(athlete, course, stream("wellness")),
        "session_rpe": answers.session_rpe(athlete, sessions, course, ran, stream("session_rpe")),
        "screens": answers.screens(athlete, course, stream("screens")),
        "cues": answers.cues(athlete, course, stream("cues")),
        "plan": training.plan().assign(athlete=athlete.name),
    }
    known = {"athlete": athlete.name, "athlete_id": athlete.athlete_id, "sex": athlete.sex}
    people = pd.DataFrame([known | dict.fromkeys(("birth_year", "consent", "guardian", "aliases"), "")])
    return {"athletes": people} | {name: table.loc[_days(table) >= _FIRST_DAY] for name, table in dated.items()}


def _days(table: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(table["date"])
