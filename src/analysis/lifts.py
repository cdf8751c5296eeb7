"""The key lifts of a workspace: those that workbook.toml names, else those that the logs propose, ready to be written.

A module in which the two strands meet outside a notebook, as in `precision`: what it answers is asked at the command
line. Only athletes who agreed to be on the squad's pages are counted.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.base.config import NAME, Lift
from analysis.base.errors import NotEnoughData
from analysis.ingest.exercises import catalogue
from analysis.metrics.key_lifts import DAYS_LEAST, WEEKS, lifts_of_log, shared_lifts
from analysis.workspace import Workspace

PLATES_KG = 2.5  # to which the anchor load of a squad is rounded


@dataclass(frozen=True)
class FollowedLifts:
    """Which lifts one athlete's page follows."""

    athlete_id: str
    name: str
    lifts: tuple[Lift, ...]
    proposed: bool  # from the log, as workbook.toml names none


def followed_lifts(workspace: Workspace, as_of: str | None = None) -> list[FollowedLifts]:
    """The lifts of every athlete's page, as of a day (ISO; the last day with data if not given)."""
    named = workspace.config.lifts
    squad = workspace.everyone(as_of)
    return [
        FollowedLifts(
            one.athlete_id, one.name, tuple(named or lifts_of_log(one.sets, one.reps, squad.until)), not named
        )
        for one in squad.athletes
    ]


def suggested_lifts(workspace: Workspace, as_of: str | None = None) -> list[Lift]:
    """The lifts that most athletes' logs propose, with the loads at which bars are measured, if they are.

    Raises
    ------
    NotEnoughData
        No athlete lifts anything often enough.
    """
    squad = workspace.everyone(as_of)
    own = {one.athlete_id: lifts_of_log(one.sets, one.reps, squad.until) for one in squad.athletes}
    shared = shared_lifts(list(own.values()))
    if not shared:
        raise NotEnoughData(
            f"No lift with a weight was done on {DAYS_LEAST} days of the last {WEEKS} weeks by anybody. "
            "Take in a training log, or name lifts yourself."
        )
    known = catalogue(workspace.options().exercises)
    return [
        Lift(exercise=lift.exercise, name=known.name_of(lift.exercise), **_anchors(own, lift.exercise))
        for lift in shared
    ]


def _anchors(own: Mapping[str, Iterable[Lift]], exercise: str) -> dict[str, Any]:
    """The anchor load of the squad, the middle one, and of those who measure at another."""
    loads = {
        athlete: lift.anchor_load_kg
        for athlete, lifts in sorted(own.items())
        for lift in lifts
        if lift.exercise == exercise and lift.anchor_load_kg is not None
    }
    if not loads:
        return {}
    middle = PLATES_KG * round(float(np.median(list(loads.values()))) / PLATES_KG)
    return {
        "anchor_load_kg": middle,
        "anchor_by_athlete": {athlete: load_kg for athlete, load_kg in loads.items() if load_kg != middle},
    }


def as_toml(lifts: Iterable[Lift]) -> str:
    """The lifts as they are written into workbook.toml.

    >>> print(as_toml([Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100, anchor_by_athlete={"a1": 90})]))
    [[lifts]]
    exercise = "deadlift"
    name = "Deadlift"
    anchor_load_kg = 100  # where bar speed is followed
    anchor_by_athlete = { a1 = 90 }
    """
    return "\n\n".join("\n".join(_lines(lift)) for lift in lifts)


def _lines(lift: Lift) -> Iterable[str]:
    yield "[[lifts]]"
    yield f"exercise = {json.dumps(lift.exercise, ensure_ascii=False)}"
    yield f"name = {json.dumps(lift.name, ensure_ascii=False)}"
    if lift.anchor_load_kg is not None:
        yield f"anchor_load_kg = {lift.anchor_load_kg:g}  # where bar speed is followed"
    if lift.anchor_by_athlete:
        own = ", ".join(f"{athlete} = {load_kg:g}" for athlete, load_kg in lift.anchor_by_athlete.items())
        yield f"anchor_by_athlete = {{ {own} }}"


def where_to_write() -> str:
    """What becomes of the block."""
    return f"Write it into {NAME}; what stands there goes before what logs propose."
