"""Tempo: does the athlete keep the seconds asked of a repetition better or worse than before?

Model card
----------
Question: has the distance from the tempo that was asked changed for good, since when, and by how much?
Data: the sets of one lift with a tempo, repetitions and a time; a day is the mean of its sets' seconds a repetition
off the tempo, faster or slower alike, so that closer to 0 is better.
Model: the distance of a day is a level and an error that carries over from day to day.
Estimator: `models.change`, by the noise of the squad in this lift's distance from its tempo.
Interval: that of the change engine, whose card says how often it holds and how many unchanged series are named.
Refuses: no set with all three; a time that is infinite or negative. "Cannot tell" as the engine does.
Criticism: a distance cannot be below 0, so that days close to the tempo scatter less than days far off. Of a day with
one set too fast and one too slow it says that neither kept it. The time of a set holds the pauses between repetitions.
The smallest worthwhile change is the tolerance within which a set keeps its tempo, half a second a repetition, a
practical choice: what counting aloud and a stopwatch leave open.

References
----------
Wilk et al. 2021, Sports Med 51(8):1629-1650 (tempo of repetitions, and how it is prescribed).
"""

from dataclasses import dataclass
from statistics import fmean

import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.base.frames import grouped
from analysis.metrics.tempo import TOLERANCE_S, tempo_compliance
from analysis.models import series
from analysis.models.plausible import check_possible

STALE_AFTER_DAYS = 28
RESOLUTION_S = 0.1  # a stopwatch in whole seconds over some eight repetitions


@dataclass(frozen=True, eq=False, kw_only=True)
class TempoKept(series.Series):
    """Seconds a repetition off the tempo of one lift by day, with n_sets and n_kept of each, and what it says of its
    level."""

    exercise: str


def tempo_kept(
    sets: pd.DataFrame, exercise: str, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> TempoKept:
    """How far the sets of a lift were off their tempo by day, and what it says of the level.

    Parameters
    ----------
    sets : DataFrame
        As `metrics.tempo.tempo_compliance` takes them. A set without a tempo, repetitions or a time is no value.
    exercise : str
        Canonical name.
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No set of this lift with a tempo, repetitions and a time.
    DataProblem
        A time that is infinite or negative.

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=12, freq="7D")
    >>> sets = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "local_date": days, "reps": 8.0,
    ...     "exercise": "deadlift", "tempo": "3-1-1-0", "duration_s": [41.0, 42, 40, 39] * 2 + [30.0, 29, 31, 30]})
    >>> result = tempo_kept(sets, "deadlift", days[-1])
    >>> str(result.change.state), result.exposures["value"].tolist()[-1]
    ('clearly worse', 1.25)
    """
    of_lift = sets[(sets["exercise"] == exercise) & (sets["local_date"] <= until)]
    check_possible(of_lift["duration_s"], "time of a set", "s", sign="not negative")
    known = tempo_compliance(of_lift).dropna(subset=["off_s_per_rep"])
    if known.empty:
        raise NotEnoughData("No set with a tempo and a time yet. Log the seconds of one set a week.")
    of_sets = zip(known["off_s_per_rep"].abs(), known["kept"] == "kept", strict=True)
    days = [(day, *zip(*sets, strict=True)) for (day,), sets in grouped(of_sets, known["local_date"]).items()]
    rows = [(day, fmean(off_s), len(off_s), sum(is_kept), None) for day, off_s, is_kept in days]
    exposures = pd.DataFrame(rows, columns=["local_date", "value", "n_sets", "n_kept", "device"])
    return TempoKept(
        exercise=exercise,
        exposures=series.with_comparable(exposures),
        until=until,
        judging=judging,
        quantity=series.Quantity(
            name=f"{exercise}.tempo",
            unit="s",
            swc=TOLERANCE_S,
            better="lower",
            resolution=RESOLUTION_S,
            stale_after_days=STALE_AFTER_DAYS,
        ),
    )
