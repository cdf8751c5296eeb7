"""How well this squad's measures resolve a change: the noise in them, and how soon a change would be seen.

A module in which the two strands meet outside a notebook, as in `proposals`: what it answers is asked at the command
line. Only athletes who agreed to be on the squad's pages are counted, and noise is told of 3 or more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd

from analysis.base.config import Check, Lift
from analysis.base.errors import ConfigProblem, NotEnoughData, UsageProblem
from analysis.models.change.design import Design
from analysis.models.noise import SquadNoise
from analysis.pages import squad_noise
from analysis.pages.athlete_week.week import AthleteFrames
from analysis.workspace import Workspace


@dataclass(frozen=True, eq=False)
class HowSoon:
    """How soon a change of one lift or check would be seen."""

    quantity: str
    name: str
    often: squad_noise.Frequency
    design: Design


def noise(workspace: Workspace, as_of: str | None = None) -> pd.DataFrame:
    """Typical error and carry-over of every key lift and check, as `pages.squad_noise.noise_rows` tells them.

    Parameters
    ----------
    workspace : Workspace
    as_of : str, optional
        ISO date; nothing later is read.

    Raises
    ------
    ConfigProblem
        There is no key lift and no check.
    """
    _known(workspace)
    return squad_noise.noise_rows(SquadNoise(workspace.everyone(as_of).noise), workspace.config)


def devices(workspace: Workspace, as_of: str | None = None) -> pd.DataFrame:
    """What is published of the devices of this squad, beside its own noise, as `pages.squad_noise.device_rows` has it.

    Parameters
    ----------
    workspace : Workspace
    as_of : str, optional
        ISO date; nothing later is read.
    """
    squad = workspace.everyone(as_of)
    used = squad_noise.devices_of(cast(Sequence[AthleteFrames], squad.athletes))
    return squad_noise.device_rows(used, SquadNoise(squad.noise), workspace.config)


def how_soon(
    workspace: Workspace,
    quantity: str | None = None,
    *,
    per_week: float | None = None,
    before: int | None = None,
    as_of: str | None = None,
) -> HowSoon:
    """How many exposures and weeks until a change of one key lift or check is found, now and by other protocols.

    Parameters
    ----------
    workspace : Workspace
    quantity : str, optional
        Exercise or test as workbook.toml has it; the first key lift or check if not given.
    per_week, before : optional
        Exposures a week, and how many there are before the change; as the squad does now if not given.
    as_of : str, optional
        ISO date; nothing later is read.

    Raises
    ------
    UsageProblem
        There is no such lift or check, or nobody said how often and fewer than 3 athletes show it.
    NotEnoughData
        Nothing is known of its noise.
    """
    followed = _followed(workspace, quantity)
    squad = workspace.everyone(as_of)
    athletes = cast(Sequence[AthleteFrames], squad.athletes)  # it has them by name
    exposures = squad_noise.squad_exposures(athletes, squad.until)
    try:
        now = squad_noise.frequency(exposures, followed, squad.until)
    except NotEnoughData as problem:
        if per_week is None or before is None:
            raise UsageProblem(f"{problem} As: --per-week 2 --before 24") from None
        now = squad_noise.Frequency(per_week, before)
    asked = squad_noise.Frequency(per_week or now.per_week, before or now.n_before, now.lost_to_devices)
    found = squad_noise.squad_design(exposures, SquadNoise(squad.noise), followed, asked)
    return HowSoon(squad_noise.quantity_of(followed).name, followed.name, asked, found)


def _followed(workspace: Workspace, quantity: str | None) -> Lift | Check:
    known = _known(workspace)
    if not quantity:
        return next(iter(known.values()))
    if quantity not in known:
        raise UsageProblem(f"{quantity!r} is no key lift and no check. There are: {', '.join(known)}.")
    return known[quantity]


def _known(workspace: Workspace) -> dict[str, Lift | Check]:
    """The key lifts and checks, by the name of their quantity."""
    known = {squad_noise.quantity_of(one).name: one for one in (*workspace.config.lifts, *workspace.config.checks)}
    if not known:
        raise ConfigProblem("There is no key lift and no check yet. Add one under [[lifts]] in workbook.toml.")
    return known
