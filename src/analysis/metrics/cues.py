"""Cues: the sessions before a cue and after it, judged against the athlete's error. No proof that the cue did it."""

from dataclasses import dataclass

import pandas as pd

from analysis.base.decisions import REFERENCE_MOST, Change, TypicalError, judge

SESSIONS_A_SIDE = 3
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
    change: Change
    decimals: int

    @property
    def null_probability(self) -> float:
        """Chance that this cue looks followed by a change though nothing changed."""
        return self.change.null_probability

    @property
    def sentence(self) -> str:
        """What the sessions say, in words that take no side for the cue."""
        lead = f"“{self.cue}”"
        if not self.change.state.known:
            if self.change.reason == "series_broken":
                return f"{lead}: cannot tell, another rater or device began in between."
            side, missing = ("before", SESSIONS_A_SIDE - len(self.before))
            if not missing:
                side, missing = "after", SESSIONS_A_SIDE - len(self.after)
            plural = "s" if missing != 1 else ""
            return f"{lead}: cannot tell, {missing} more session{plural} {side} it needed."
        unit, d = self.change.unit, self.decimals
        means = f"{self.change.reference:.{d}f} {unit} before, {self.change.now:.{d}f} {unit} after"
        noise = f"the noise of {self.change.mdc:.{d}f} {unit}"
        return f"{lead}: {means}, {'beyond' if self.change.flagged else 'within'} {noise}."


def cue_sessions(
    cues: pd.DataFrame,
    exposures: pd.DataFrame,
    *,
    unit: str,
    swc: float,
    resolution: float = 0.0,
    decimals: int = 1,
) -> list[CueSessions]:
    """Every cue with the 3 sessions before and the 3 after, judged by the rule of `decisions`.

    Parameters
    ----------
    cues : DataFrame
        Table cues of one athlete and exercise: local_date, exercise, cue.
    exposures : DataFrame
        One row a session: local_date, value (as clean repetitions, or hinge depth in degrees), device (or rater).
    unit, swc, resolution : of the value.
    decimals : of the sentence.

    Returns
    -------
    list of CueSessions, by date. The day of the cue is in neither side, since nobody wrote whether the set came before
    the cue. The error is the athlete's own, of up to 8 sessions before the cue. Fewer than 3 sessions on a side, or
    another rater or device in between, is "cannot tell".

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=7, freq="7D")
    >>> exposures = pd.DataFrame({"local_date": days, "value": [5.0, 6, 5, 3, 6, 7, 6], "device": "coach"})
    >>> cues = pd.DataFrame({"local_date": [days[3]], "exercise": "deadlift", "cue": "Hips back"})
    >>> cue_sessions(cues, exposures, unit="reps", swc=1)[0].sentence
    '“Hips back”: 5.3 reps before, 6.3 reps after, within the noise of 2.0 reps.'
    """
    ordered = exposures.dropna(subset=["value"]).sort_values("local_date", ignore_index=True)
    return [
        _judged(cue, ordered, decimals, unit=unit, swc=swc, resolution=resolution)
        for cue in cues.sort_values("local_date").itertuples()
    ]


def _judged(cue, exposures: pd.DataFrame, decimals: int, **rule) -> CueSessions:
    earlier = exposures[exposures["local_date"] < cue.local_date]
    before = earlier.tail(SESSIONS_A_SIDE)
    after = exposures[exposures["local_date"] > cue.local_date].head(SESSIONS_A_SIDE)
    window = pd.concat([before, after])
    devices = window["device"].fillna("").unique()
    spread = earlier.loc[earlier["device"].fillna("").isin(devices), "value"].tail(REFERENCE_MOST)
    change = judge(
        before["value"].tolist(),
        after["value"].tolist() if len(after) == SESSIONS_A_SIDE else [],
        own=TypicalError.own(spread.tolist(), resolution=rule["resolution"]) if len(spread) > 1 else None,
        needed=SESSIONS_A_SIDE,
        reason="series_broken" if len(devices) > 1 else None,
        **rule,
    )
    return CueSessions(cue.local_date, cue.cue, cue.exercise, before, after, change, decimals)
