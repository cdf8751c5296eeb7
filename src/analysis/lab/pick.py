"""Pickers for `aw.explore`: widgets in a live notebook, else their default.

`aw.pick.athlete()`, `aw.pick.lift()`
    One of the workspace's, its first by default.
`aw.pick.dates()`
    The first and the last day of a stretch, all there is by default.
`aw.pick.window()`
    A number of days.

The widgets need the extra `lab`. Without it, in plain Python and where a notebook is rendered, a default is returned as
it is, so that the same cells run everywhere.
"""

from typing import Any

import pandas as pd

from analysis.base.errors import NotEnoughData, UsageProblem
from analysis.lab.live import widgets
from analysis.workspace import Workspace, day, open_workspace

__all__ = ["athlete", "dates", "lift", "window"]


def athlete(default: str = "", workspace: Workspace | None = None) -> Any:
    """An athlete's id, chosen by name; `default` is an id, a name or an alias.

    Raises UnknownAthlete for a default that is nobody, and in a workspace without athletes.
    """
    ws = workspace or open_workspace()
    chosen = ws.athlete_id(default) if default else ws.first_athlete_id()
    live = widgets()
    if live is None:
        return chosen
    everyone = ws.athletes().sort_values(["name", "athlete_id"])
    options = list(zip(everyone["name"].fillna(everyone["athlete_id"]), everyone["athlete_id"], strict=True))
    return live.Dropdown(options=options, value=chosen, description="Athlete")


def lift(default: str = "", workspace: Workspace | None = None) -> Any:
    """The exercise of a key lift of `workbook.toml`, as `Config.lift` takes it.

    Raises ConfigProblem for a default that is no key lift, NotEnoughData where there is none.
    """
    ws = workspace or open_workspace()
    lifts = ws.config.lifts
    if not lifts:
        raise NotEnoughData("workbook.toml names no key lift. Add a [[lifts]] table.")
    chosen = ws.config.lift(default or lifts[0].exercise).exercise
    live = widgets()
    if live is None:
        return chosen
    return live.Dropdown(options=[(one.name, one.exercise) for one in lifts], value=chosen, description="Lift")


def dates(default: tuple[str, str] | None = None, workspace: Workspace | None = None) -> Any:
    """The first and the last day of a stretch, as Timestamps; `default` is ISO text.

    Raises UsageProblem for a default that ends before it begins, NotEnoughData in a workspace without data.
    """
    streams = (workspace or open_workspace()).streams()
    if streams.empty:
        raise NotEnoughData("This workspace holds no data yet. Take in your files with `workbook ingest PATHS`.")
    earliest: pd.Timestamp = streams.loc[:, "first_date"].min()
    latest: pd.Timestamp = streams.loc[:, "last_date"].max()
    first, last = (day(default[0]), day(default[1])) if default else (earliest, latest)
    if last < first:
        raise UsageProblem(f"{default} ends before it begins. Name the first day first.")
    live = widgets()
    if live is None:
        return first, last
    days = pd.date_range(min(first, earliest), max(last, latest))
    options = [(f"{one:%d %b %Y}", one) for one in days]
    return live.SelectionRangeSlider(
        options=options, index=(days.get_loc(first), days.get_loc(last)), description="Days", continuous_update=False
    )


def window(default: int = 42, *, largest: int = 365) -> Any:
    """A number of days, 7 to `largest`.

    Raises UsageProblem for a default beyond these.

    >>> window(84)
    84
    """
    if not 7 <= default <= largest:
        raise UsageProblem(f"A window of {default} days is not between 7 and {largest}. Choose one that is.")
    live = widgets()
    if live is None:
        return default
    return live.IntSlider(value=default, min=7, max=largest, step=7, description="Days", continuous_update=False)
