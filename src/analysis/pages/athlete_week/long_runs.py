"""How an athlete's long runs hold: speed for a heartbeat, and steps a minute, late against early."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact
from analysis.base.errors import NotEnoughData
from analysis.metrics.running import recorded_runs
from analysis.models.running.durability import LONG_RUN_S, Durability, durability
from analysis.models.running.mechanics import LEAST_RUNS, Mechanics, mechanics
from analysis.models.series import Judging
from analysis.pages.athlete_week import words
from analysis.pages.parts import Parts, gathered
from analysis.pages.wording import count_text, percent

Samples = Callable[[str], pd.DataFrame]  # session_id to its watch records

WEEKS = 26  # of long runs whose steps are told


def durabilities_of(runs: pd.DataFrame, samples: Samples, until: pd.Timestamp, judging: Judging) -> Parts[Durability]:
    """Speed for a heartbeat late in long runs; nothing at all for an athlete without a long run."""
    if _long_runs(runs, until).empty:
        return Parts((), ())
    return gathered([("run.decoupling_pct", lambda: durability(runs, samples, until, judging=judging))])


def late_steps(runs: pd.DataFrame, samples: Samples, until: pd.Timestamp, conf_level: float) -> list[Fact | Drawing]:
    """Steps a minute in the second half of long runs against the first; nothing below 3 runs that tell it.

    `conf_level` is that of the page: whether it is sure is read off the interval that is printed.
    """
    long = _long_runs(runs, until).assign(athlete_id="")
    since = until - pd.Timedelta(weeks=WEEKS)
    try:
        found = mechanics(long, {"": samples}, until, since=since, conf_level=conf_level)
    except NotEnoughData:
        return []
    return [_steps_fact(found)] if len(found.runs) >= LEAST_RUNS else []


def _steps_fact(found: Mechanics) -> Fact:
    steps = found.by_athlete.set_index("part").loc["cadence_pct"]
    mean, low, high = (float(steps[name]) for name in ("mean_pct", "conf_low", "conf_high"))
    is_sure = np.sign(low) == np.sign(high) and bool(low)
    template = words.STEPS_SAME if not is_sure else words.STEPS_FEWER if mean < 0 else words.STEPS_MORE
    return Fact(
        "run.late_steps",
        template.format(size=percent(mean), runs=count_text(len(found.runs), "long run")),
        estimate=mean,
        unit="%",
        conf_low=low,
        conf_high=high,
        conf_level=found.conf_level,
        n=len(found.runs),
    )


def _long_runs(runs: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    known = recorded_runs(runs, until) if len(runs) else runs
    return known[known["timer_s"].fillna(known["elapsed_s"]) >= LONG_RUN_S] if len(known) else known
