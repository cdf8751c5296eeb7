"""Pickers for `aw.explore`: widgets in a live notebook, else their default.

`aw.pick.athlete()`, `aw.pick.lift()`, `aw.pick.check()`, `aw.pick.followed()` (a lift or a check)
    One of the workspace's, its first by default.
`aw.pick.tables()`
    An athlete, handed on as her tables.
`aw.pick.one_of()`
    One of what is given.
`aw.pick.dates()`
    The first and the last day of a stretch, all there is by default.
`aw.pick.window()`
    A number of days.

The widgets need the extra `lab`. Without it, in plain Python and where a notebook is rendered, a default is returned as
it is, so that the same cells run everywhere.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from analysis.base.config import Check, Lift
from analysis.base.errors import NotEnoughData, UsageProblem
from analysis.lab.live import widgets
from analysis.metrics.key_lifts import lifts_of_log
from analysis.workspace import Athlete, Workspace, day, open_workspace

__all__ = ["athlete", "check", "dates", "followed", "lift", "one_of", "tables", "window"]


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


def tables(default: str = "", workspace: Workspace | None = None, until: str = "") -> Any:
    """An athlete, chosen by name as `athlete`, whom `aw.explore` is given as `Workspace.athlete` gives her.

    `until` is the last day that is looked at, ISO, her last day with data by default. Where `workbook.toml` names no
    key lift, her configuration has those that her log proposes.
    """
    ws = workspace or open_workspace()
    chosen = athlete(default, ws)

    @cache
    def read(athlete_id: str) -> Athlete:
        one = ws.athlete(athlete_id, until=until or None)
        lifts = one.config.lifts or lifts_of_log(one.sets, one.reps, one.until)
        return replace(one, config=one.config.model_copy(update={"lifts": lifts}))

    if widgets() is None:
        return read(chosen)
    chosen.reads = read
    return chosen


def lift(default: str = "", workspace: Workspace | None = None) -> Any:
    """The exercise of a key lift of `workbook.toml`, as `Config.lift` takes it.

    Where none is named there, it is the default as it is: an empty one stands for the first that a log proposes.

    Raises ConfigProblem for a default that is none of the key lifts.
    """
    ws = workspace or open_workspace()
    named = ws.config.lifts
    return _of_config("Lift", named, ws.config.lift(default).exercise) if named else default


def check(default: str = "", workspace: Workspace | None = None) -> Any:
    """The test of a check of `workbook.toml`, as `Config.check` takes it; where none is named, the default as it is.

    Raises ConfigProblem for a default that is none of the checks.
    """
    ws = workspace or open_workspace()
    named = ws.config.checks
    return _of_config("Check", named, ws.config.check(default).test_id) if named else default


def followed(default: str = "", workspace: Workspace | None = None) -> Any:
    """A key lift or a check, as `aw.precision.how_soon` takes it; where none is named, the default as it is.

    Raises UsageProblem for a default that is none of them.
    """
    from analysis.pages.squad_noise import quantity_of  # takes a second to import

    config = (workspace or open_workspace()).config
    named = {one.name: quantity_of(one).name for one in (*config.lifts, *config.checks)}
    return one_of(named, default, "Measure") if named else default


def _of_config(title: str, named: Iterable[Lift] | Iterable[Check], chosen: str) -> Any:
    names = {one.test_id if isinstance(one, Check) else one.exercise: one.name for one in named}
    return one_of({name: key for key, name in names.items()}, chosen, title)


def one_of(options: Iterable[str], default: str = "", title: str = "Choose") -> Any:
    """One of `options`, or of the values of a mapping by name; the first by default.

    Raises UsageProblem for a default that is none of them.

    >>> one_of(["sleep", "soreness"]), one_of({"Sleep": "sleep", "Soreness": "soreness"}, "soreness")
    ('sleep', 'soreness')
    """
    named = dict(options) if isinstance(options, dict) else {one: one for one in options}
    chosen = default or next(iter(named.values()), "")
    if chosen not in named.values():
        raise UsageProblem(f"{chosen!r} is none of {', '.join(map(str, named.values()))}. Choose one of these.")
    live = widgets()
    if live is None:
        return chosen
    return live.Dropdown(options=list(named.items()), value=chosen, description=title)


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
