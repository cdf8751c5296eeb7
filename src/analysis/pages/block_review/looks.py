"""What the weekly pages of a block judged, looked at again with the value that came next."""

import functools
import itertools
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.base.config import Config
from analysis.base.decisions import Change
from analysis.base.errors import NotEnoughData
from analysis.metrics.adherence import week_days
from analysis.models import old_series as series
from analysis.models.form import clean_reps as form
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.pages.athlete_week.week import AthleteFrames
from analysis.pages.block_review.measures import Block, History, Kind, Measure


def looks_of(
    athlete: AthleteFrames, histories: Iterable[tuple[Measure, History]], block: Block, config: Config
) -> list[dict[str, object]]:
    """Every judged look of an athlete's weekly pages at a new value, with the value that came next.

    The rows are those of `flag_audit`, without the athlete.
    """
    ends = _week_ends(block, config)
    judged = [
        (measure.kind, measure.key, [(end, _look_back(measure, history, end, config)) for end in ends])
        for measure, history in histories
    ]
    judged.append(("pace", "run.pace", _paces(athlete, ends, config)))
    rows = []
    for kind, name, seen in judged:
        looks = [(end, change) for end, change in seen if change is not None and change.state.known]
        following = (later for _, later in looks[1:])
        rows += [
            _look(kind, name, end, change, later) for (end, change), later in itertools.zip_longest(looks, following)
        ]
    return rows


def _week_ends(block: Block, config: Config) -> list[pd.Timestamp]:
    """Last days of the block's weeks, as the weekly pages count them; the block's own last day for the last."""
    return sorted({min(week_days(day, config.week_start).max(), block.until) for day in block.days})


def _look_back(measure: Measure, history: History, end: pd.Timestamp, config: Config) -> Change | None:
    """The change that the weekly page of the week ending on `end` judged; None without a new value that week."""
    seen = history.exposures[history.exposures["local_date"] <= end]
    if seen.empty or not _is_of_week(seen["local_date"].iloc[-1], end, config):
        return None
    seen = series.with_comparable(seen)
    rule = {"error": measure.stated, "needed": history.change.needed}  # of the weekly page
    if measure.kind == "form":
        rule |= {
            "n_new": min(form.SESSIONS_COMPARED, int(seen["comparable"].sum())),
            "n_reference": form.SESSIONS_COMPARED,
        }
    return measure.judged(seen, end, config.confidence, **rule)


def _paces(
    athlete: AthleteFrames, ends: list[pd.Timestamp], config: Config
) -> list[tuple[pd.Timestamp, Change | None]]:
    """Pace at the usual heart rate as each week saw it; the watch records of a run are read once."""
    samples = functools.cache(athlete.samples)
    looks = []
    for end in ends:
        if not any(_is_of_week(day, end, config) for day in athlete.runs["local_date"]):
            continue
        try:
            pace = pace_at_heart_rate(athlete.runs, samples, end, conf_level=config.confidence)
        except NotEnoughData:
            continue  # a week without a pace to judge is no look
        if _is_of_week(pace.last_date, end, config):
            looks.append((end, pace.change))
    return looks


def _is_of_week(day: pd.Timestamp, end: pd.Timestamp, config: Config) -> bool:
    return week_days(end, config.week_start)[0] <= day <= end


def _look(kind: Kind, measure: str, end: pd.Timestamp, change: Change, following: Change | None) -> dict[str, object]:
    sign = -1 if change.lower_is_better else 1
    after = np.nan
    if following is not None and change.n_new == 1:  # means of several values overlap with the next
        after = sign * (following.now - change.reference) / change.mdc
    return {
        "week_end": end,
        "kind": kind,
        "measure": measure,
        "flagged": change.flagged,
        "null_probability": change.null_probability,
        "change_in_mdc": change.gain / change.mdc,
        "next_in_mdc": after,
    }
