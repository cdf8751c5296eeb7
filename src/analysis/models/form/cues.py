"""Cues: the sessions before a cue and those after it. No proof that the cue did it.

Model card
----------
Question: is the level after a cue another than before, by more than sessions differ by themselves?
Data: the last 3 sessions before the day of the cue and the first 3 after it, in the unit of what was measured. The day
itself is on neither side, since nobody wrote whether the set came before the cue.
Model: a step at the day of the cue on errors that carry over from session to session.
Estimator: generalised least squares with the noise of the squad, or of the athlete alone (`models.noise`).
Interval: t at 95 % with the degrees of freedom of that noise.
Measured where nothing changes (1,500 cues a cell, of 5 % beyond the noise): squads of 12 with 20 sessions 2.7, 5.7 and
7.7 % at rho 0, .3 and .6, with 7 sessions 1.7, 3.6 and 5.1; one athlete alone with 20 sessions 0.1, 0.4 and 1.9 %, with
7 sessions 1.2, 3.1 and 7.8.
Refuses: nothing; fewer than 3 sessions on a side, another rater or device in between, or noise that is not known is
"cannot tell".
Criticism: before and after prove nothing. Cues are given on poor days, and days after those are better anyway.

References
----------
Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34(1):215-220 (regression to the mean).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.sentences import count_text
from analysis.base.units import signed_text
from analysis.models import series
from analysis.models.change.regimes import Shift, step_shift
from analysis.models.form.clean_reps import SWC_REPS, FormHistory
from analysis.models.result import Interval

SESSIONS_A_SIDE = 3
LEVEL = 0.95
NO_PROOF = (
    "Before and after prove nothing about the cue. Cues are given on poor days, and days after those are better anyway."
)


@dataclass(frozen=True, eq=False)
class CueSessions:
    """One cue with the last sessions before its day and the first after it."""

    local_date: pd.Timestamp
    cue: str
    exercise: str
    before: pd.DataFrame  # exposures, oldest first
    after: pd.DataFrame
    shift: Shift | None  # from the level before to the level after; None where it cannot be told
    interval: Interval | None  # of its size
    unit: str
    decimals: int

    @property
    def flagged(self) -> bool:
        """Whether the level after is another than before, beyond error."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high

    @property
    def null_probability(self) -> float:
        """Chance that this cue looks followed by a change though nothing changed."""
        return 0.0 if self.interval is None else 1 - LEVEL

    @property
    def sentence(self) -> str:
        """What the sessions say, in words that take no side for the cue."""
        if self.shift is None or self.interval is None:
            return f"“{self.cue}”: cannot tell, {self._why_not}."
        unit, d = self.unit, self.decimals
        before, after = (f"{level.value:.{d}f} {unit}" for level in (self.shift.before, self.shift.level))
        size, low, high = (signed_text(end, d) for end in (self.shift.size.value, *self.interval))
        return (
            f"“{self.cue}”: {before} before, {after} after, {size} {unit} (95 % interval {low} to {high}), "
            f"{'beyond' if self.flagged else 'within'} the noise."
        )

    @property
    def _why_not(self) -> str:
        for side, sessions in (("before", self.before), ("after", self.after)):
            missing = SESSIONS_A_SIDE - len(sessions)
            if missing:
                return f"{count_text(missing, 'more session')} {side} it needed"
        if len(_devices(pd.concat([self.before, self.after]))) > 1:
            return "another rater or device began in between"
        return "how far sessions differ by themselves is not known"


def cue_sessions(
    cues: pd.DataFrame,
    exposures: pd.DataFrame,
    quantity: series.Quantity,
    *,
    judging: series.Judging = series.ALONE,
    decimals: int = 1,
) -> list[CueSessions]:
    """Every cue with the 3 sessions before and the 3 after, and the difference of their levels.

    Parameters
    ----------
    cues : DataFrame
        Table cues of one athlete and exercise: local_date, exercise, cue.
    exposures : DataFrame
        One row a session: local_date, value (as clean repetitions, or hinge depth in degrees), device (or rater).
    quantity : Quantity
        What the values are.
    judging : Judging
        The noise of the squad.
    decimals : of the sentence.

    Returns
    -------
    list of CueSessions, by date.

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=7, freq="7D")
    >>> exposures = pd.DataFrame({"local_date": days, "value": [5.0, 6, 5, 3, 6, 7, 6], "device": "coach"})
    >>> cues = pd.DataFrame({"local_date": [days[3]], "exercise": "deadlift", "cue": "Hips back"})
    >>> clean = series.Quantity("clean_reps", "reps", 1.0, resolution=1.0)
    >>> cue_sessions(cues, exposures, clean)[0].flagged
    False
    """
    ordered = exposures.dropna(subset=["value"]).sort_values("local_date", ignore_index=True)
    return [_around(cue, ordered, quantity, judging, decimals) for cue in cues.sort_values("local_date").itertuples()]


def cues_beside_form(
    cues: pd.DataFrame, form: FormHistory, *, judging: series.Judging = series.ALONE
) -> list[CueSessions]:
    """`cue_sessions` of the clean repetitions of a lift, for the cues that were given for it."""
    clean = series.Quantity("form.clean_reps", "reps", SWC_REPS, resolution=1.0)
    return cue_sessions(cues[cues["exercise"] == form.exercise], form.exposures, clean, judging=judging)


def _around(
    cue, exposures: pd.DataFrame, quantity: series.Quantity, judging: series.Judging, decimals: int
) -> CueSessions:
    before = exposures[exposures["local_date"] < cue.local_date].tail(SESSIONS_A_SIDE)
    after = exposures[exposures["local_date"] > cue.local_date].head(SESSIONS_A_SIDE)
    around = pd.concat([before, after])
    devices = _devices(around)
    shift = interval = None
    if len(around) == 2 * SESSIONS_A_SIDE and len(devices) == 1:
        values = exposures.loc[exposures["device"].fillna("") == devices[0], "value"].to_numpy(dtype=float)
        known_by = {"published": quantity.published, "resolution": quantity.resolution}
        noise = judging.noise.of(quantity.name, devices[0], values, **known_by)
        if noise.known:
            seen, at = around["value"].to_numpy(dtype=float), np.array([SESSIONS_A_SIDE])
            shift = step_shift(seen, noise.rho, noise.typical_error, at)
            interval = shift.size.interval(noise.df_of_level, LEVEL)
    return CueSessions(cue.local_date, cue.cue, cue.exercise, before, after, shift, interval, quantity.unit, decimals)


def _devices(exposures: pd.DataFrame) -> np.ndarray:
    """Every device or rater; no name is one too."""
    return exposures["device"].fillna("").unique()
