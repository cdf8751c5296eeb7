"""One rule for every change: a value against its error becomes a state, probabilities and a sentence.

With s = -1 where lower is better and 1 elsewhere, the gain is g = s (mean of the m new values - mean of the n earlier
ones), so that positive is good. Its standard error is SE = TE sqrt(1/m + 1/n), where the typical error TE is the
between-day error of the very statistic that is judged. MDC = t(.975, df) SE. In this order:

- cannot tell: too few values, TE unknown, the last value stale, or the series broken by a new device
- clearly better, clearly worse: |g| > MDC and the t interval of g lies beyond the smallest worthwhile change (SWC)
- better, worse: |g| > MDC
- about the same: the t interval of g lies inside +/- SWC
- no detectable change: everything else

On no change a judged value is flagged in 5 % of cases whatever n is, because t carries the df of an own TE.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error, smallest worthwhile change); Batterham & Hopkins 2006,
Int J Sports Physiol Perform 1(1):50-57 (probabilities against the SWC); Whitmore 1986, Am Stat 40(2):141-143
(prediction limits for one new value, here the usual band).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.base.errors import DataProblem
from analysis.base.sentences import Audience, Judged, Sentence, Wording, capital
from analysis.base.states import State
from analysis.base.typical_error import MDC_LEVEL, REFERENCE_LEAST, Band, TypicalError, known_values, usual_band
from analysis.base.units import signed_text

Reason = Literal["too_few_values", "te_unknown", "stale", "series_broken"]

REFERENCE_MOST = 8


@dataclass(frozen=True, eq=False)
class Change(Judged):
    """New values judged against the comparable ones before. Numbers are NaN where the state is "cannot tell".

    `estimate`, `conf_low` and `conf_high` have the sign of the measurement (new minus reference), `gain` and the
    probabilities are turned so that positive is good. With `log` these and `mdc`, `swc`, `typical_error` are in
    percent, 100 ln(new / reference).
    """

    state: State
    reason: Reason | None
    unit: str
    swc: float
    conf_level: float
    lower_is_better: bool
    log: bool
    needed: int
    earlier: tuple[float, ...]  # the reference, oldest first
    new: tuple[float, ...]
    typical_error: TypicalError | None = None
    gain: float = np.nan
    estimate: float = np.nan
    se: float = np.nan
    df: float = np.nan
    mdc: float = np.nan
    conf_low: float = np.nan
    conf_high: float = np.nan
    p_better: float = np.nan
    p_trivial: float = np.nan
    p_worse: float = np.nan

    @property
    def n_earlier(self) -> int:
        return len(self.earlier)

    @property
    def n_new(self) -> int:
        return len(self.new)

    @property
    def more_needed(self) -> int:
        """How many values are missing before this can be judged."""
        return max(self.needed - self.n_earlier, 0) + (self.n_new == 0)

    @property
    def flagged(self) -> bool:
        """True where the change is beyond error."""
        return self.state.flagged

    @property
    def null_probability(self) -> float:
        """Chance that this value is flagged though nothing changed; 0 where nothing is judged."""
        return 1 - MDC_LEVEL if self.state.known else 0.0

    @property
    def change_unit(self) -> str:
        """Unit of `estimate`: percent on the log scale."""
        return "%" if self.log else self.unit

    @property
    def reference(self) -> float:
        """Mean of the earlier values (geometric on the log scale), in the unit of the measurement; NaN without any."""
        return self._centre(self.earlier)

    @property
    def now(self) -> float:
        """Mean of the new values (geometric on the log scale); NaN without any."""
        return self._centre(self.new)

    @property
    def usual(self) -> Band | None:
        """90 % range for one new value, from the earlier ones; None for fewer than 3."""
        if self.n_earlier < REFERENCE_LEAST:
            return None
        band = usual_band(_scaled(np.array(self.earlier), self.log))
        return Band(_unscaled(band.low, self.log), _unscaled(band.high, self.log))

    @property
    def noise(self) -> Band | None:
        """The reference minus and plus MDC: what a new value must leave; None where nothing is judged."""
        if not np.isfinite(self.mdc):
            return None
        middle = float(_scaled(np.array([self.reference]), self.log)[0])
        return Band(_unscaled(middle - self.mdc, self.log), _unscaled(middle + self.mdc, self.log))

    def said(self, words: Wording, audience: Audience) -> Sentence:
        """The verdict and the rest of the sentence.

        >>> speed = judge([0.71, 0.72, 0.73, 0.72], 0.79, unit="m/s", swc=0.02)
        >>> speed.sentence("Deadlift at 60 kg", more="faster", less="slower")
        'Clearly better. Deadlift at 60 kg: 0.79 m/s, 0.07 m/s faster than your usual. Noise is about 0.03 m/s.'
        >>> judge([0.71], 0.79, unit="m/s", swc=0.02).sentence("Deadlift at 60 kg")
        'Not enough data yet: 2 more tests needed for Deadlift at 60 kg.'
        """
        said = _for_coach(self, words) if audience == "coach" else _for_athlete(self, words)
        return lower_is_better(said) if self.lower_is_better and self.state.known else said

    def fact_fields(self) -> dict[str, Any]:
        """Its state and numbers; None where there is none."""
        return {
            "state": self.state,
            "estimate": _or_none(self.estimate),
            "unit": self.change_unit,
            "conf_low": _or_none(self.conf_low),
            "conf_high": _or_none(self.conf_high),
            "conf_level": self.conf_level,
            "n": self.n_earlier + self.n_new,
            "typical_error": self.typical_error.value if self.typical_error else None,
            "mdc": _or_none(self.mdc),
            "swc": self.swc,
            "reason": self.reason,
        }

    def _centre(self, values: tuple[float, ...]) -> float:
        if not values:
            return np.nan
        return _unscaled(float(_scaled(np.array(values), self.log).mean()), self.log)


def judge(
    earlier: Sequence[float],
    new: float | Sequence[float],
    *,
    unit: str,
    swc: float,
    published: TypicalError | None = None,
    own: TypicalError | None = None,
    lower_is_better: bool = False,
    log: bool = False,
    conf_level: float = 0.90,
    needed: int = REFERENCE_LEAST,
    resolution: float = 0.0,
    reason: Reason | None = None,
) -> Change:
    """New values against the last 8 comparable ones before; the rule stands at the top of this module.

    Parameters
    ----------
    earlier : sequence of float, shape (n,), oldest first
        Comparable values: same exercise, side, metric and device. NaN is no value.
    new : float or sequence of float, shape (m,)
        The value or values judged.
    unit, swc : str, float
        Unit of the measurement; smallest worthwhile change in that unit (percent with `log`).
    published : TypicalError, optional
        Pooled with the athlete's own error; without it the own error stands alone.
    own : TypicalError, optional
        The own error where it is known from more values than `earlier`; else the SD of `earlier`.
    lower_is_better, log : bool
        For times; for ratio quantities, judged as 100 ln, in percent.
    conf_level : float
        Of the t interval.
    needed : int
        Earlier values below which the answer is "cannot tell".
    resolution : float
        Smallest step of the device, in the unit; ignored with `log`.
    reason : str, optional
        "stale" or "series_broken", where the caller knows that the values cannot be judged.

    Raises
    ------
    DataProblem
        With `log`, for a value that is not above 0.

    Examples
    --------
    >>> change = judge([3.30, 3.32, 3.31], 3.20, unit="s", swc=0.03, lower_is_better=True)
    >>> str(change.state), round(change.gain, 2), round(change.estimate, 2), round(change.mdc, 3)
    ('clearly better', 0.11, -0.11, 0.05)
    """
    known, added = known_values(earlier)[-REFERENCE_MOST:], known_values(new)
    blank = Change(
        state=State.CANNOT_TELL,
        reason=reason,
        unit=unit,
        swc=swc,
        conf_level=conf_level,
        lower_is_better=lower_is_better,
        log=log,
        needed=needed,
        earlier=tuple(known.tolist()),
        new=tuple(added.tolist()),
    )
    if reason is not None:
        return blank
    if blank.more_needed:
        return replace(blank, reason="too_few_values")
    before, after = _scaled(known, log), _scaled(added, log)
    error = _error(before, own, published, 0.0 if log else resolution)
    if error is None:
        return replace(blank, reason="te_unknown")
    return _judged(blank, error, float(after.mean() - before.mean()))


def _judged(blank: Change, error: TypicalError, estimate: float) -> Change:
    """`blank` with its numbers and state filled in."""
    gain = -estimate if blank.lower_is_better else estimate
    se = error.value * (1 / blank.n_new + 1 / blank.n_earlier) ** 0.5
    mdc = error.mdc(blank.n_earlier, blank.n_new)
    half = float(stdtrit(error.df, (1 + blank.conf_level) / 2)) * se
    p_better = 1 - float(stdtr(error.df, (blank.swc - gain) / se))
    p_worse = float(stdtr(error.df, (-blank.swc - gain) / se))
    return replace(
        blank,
        state=_state(gain, mdc, half, blank.swc),
        typical_error=error,
        gain=gain,
        estimate=estimate,
        se=se,
        df=error.df,
        mdc=mdc,
        conf_low=estimate - half,
        conf_high=estimate + half,
        p_better=p_better,
        p_trivial=1 - p_better - p_worse,
        p_worse=p_worse,
    )


def _state(gain: float, mdc: float, half: float, swc: float) -> State:
    if abs(gain) > mdc:
        clear = abs(gain) - half > swc
        if gain > 0:
            return State.CLEARLY_BETTER if clear else State.BETTER
        return State.CLEARLY_WORSE if clear else State.WORSE
    return State.STEADY if abs(gain) + half < swc else State.TOO_CLOSE


def _error(
    before: np.ndarray, own: TypicalError | None, published: TypicalError | None, resolution: float
) -> TypicalError | None:
    """The error to judge by; None where neither the values nor anybody else tells."""
    if own is None and len(before) >= 2:
        own = TypicalError.own(before.tolist(), resolution=resolution)
    error = published.pooled(own) if own and published else own or published
    return error if error is not None and error.value > 0 else None


class Flagging(Protocol):
    """Anything that could be flagged though nothing changed."""

    @property
    def null_probability(self) -> float: ...


def expected_by_chance(cells: Iterable[Flagging]) -> float:
    """How many of the cells would be flagged if nothing had changed anywhere: the sum of their null probabilities.

    >>> change = judge([0.71, 0.72, 0.73], 0.72, unit="m/s", swc=0.04)
    >>> round(expected_by_chance([change] * 40), 6)
    2.0
    """
    return float(sum(cell.null_probability for cell in cells))


@dataclass(frozen=True)
class Best:
    """A value better than all before it: clear where it leads by more than the MDC, else best on the day."""

    clear: bool
    value: float
    lead: float  # over the best before, positive
    mdc: float  # NaN where no error is known
    n_earlier: int

    @property
    def null_probability(self) -> float:
        """Chance that the newest of n + 1 equal values is the best: 1 / (n + 1)."""
        return 1 / (self.n_earlier + 1)


def best_yet(
    earlier: Sequence[float], new: float, error: TypicalError | None, *, lower_is_better: bool = False
) -> Best | None:
    """Whether `new` beats all earlier comparable values, and by more than error.

    The lead is a difference of two single values, so its MDC is t(.975, df) TE sqrt(2). Without an error no best is
    clear. None for fewer than 3 earlier values, a tie, or a value that is not the best. NaN is no value.

    >>> error = TypicalError(0.02, 7, "own values")
    >>> best_yet([0.70, 0.72, 0.71], 0.74, error).clear, best_yet([0.70, 0.72, 0.71], 0.80, error).clear
    (False, True)
    """
    known = known_values(earlier)
    if len(known) < REFERENCE_LEAST:
        return None
    lead = float(known.min() - new if lower_is_better else new - known.max())
    if not lead > 0:
        return None
    mdc = error.mdc(1) if error else np.nan
    return Best(lead > mdc, float(new), lead, mdc, len(known))


def _for_athlete(change: Change, words: Wording) -> Sentence:
    if not change.state.known:
        return _why_not(change, words)
    now = f"{words.head}: {words.level(change.now, change.unit)}"
    if change.state is State.TOO_CLOSE:
        hidden = words.amount(_hidden(change), change.change_unit).removeprefix("less than ")
        return Sentence(change.state.lead, f"{now}; up to {hidden} could hide in the noise.")
    if change.state is State.STEADY:
        return Sentence(change.state.lead, f"{now}; your usual is {words.level(change.reference, change.unit)}.")
    by = f"{words.amount(change.estimate, change.change_unit)} {words.direction(change.estimate)}"
    noise = words.amount(change.mdc, change.change_unit).removeprefix("less than ")
    if change.gain > 0:
        return Sentence(change.state.lead, f"{now}, {by} than your usual. Noise is about {noise}.")
    clearly = "Clearly " if change.state is State.CLEARLY_WORSE else ""
    lead = capital(f"{clearly}{words.direction(change.estimate)} than your usual.")
    return Sentence(lead, f"{now}, {by}. Noise is about {noise}.")


def lower_is_better(said: Sentence) -> Sentence:
    return Sentence(said.lead, f"{said.rest} Lower is better.")


def _why_not(change: Change, words: Wording) -> Sentence:
    missing = f"{words.occasions(change.more_needed)} needed for {words.quantity}."
    match change.reason:
        case "series_broken":
            return Sentence("A new device or rater began a new series.", missing)
        case "te_unknown":
            return Sentence("Not enough data yet:", f"the noise of {words.quantity} is not known.")
        case "stale":
            return Sentence("Cannot tell:", "too long ago.")
        case _:
            return Sentence("Not enough data yet:", missing)


def _for_coach(change: Change, words: Wording) -> Sentence:
    """The state stands within the sentence, behind the name of the quantity."""
    error, state = change.typical_error, change.state
    if error is None:
        return Sentence("", f"{words.head}: {state.coach} ({change.reason}), {change.n_earlier} earlier values.")
    d, unit = words.decimals, change.change_unit
    hidden = f", could hide {words.amount(_hidden(change), unit)}" if state is State.TOO_CLOSE else ""
    return Sentence(
        "",
        f"{words.head}: {state.coach}{hidden}. {signed_text(change.estimate, d)} {unit} against {change.n_earlier} "
        f"earlier ({change.conf_level * 100:.0f} % interval {signed_text(change.conf_low, d)} to "
        f"{signed_text(change.conf_high, d)}). "
        f"MDC {change.mdc:.{d}f}, SWC {change.swc:.{d}f}, "
        f"TE {error.value:.{d + 1}f} ({error.source}, df {error.df:g}).",
    )


def _hidden(change: Change) -> float:
    """The largest change that the interval still allows."""
    return max(abs(change.conf_low), abs(change.conf_high))


def _scaled(values: np.ndarray, log: bool) -> np.ndarray:
    if not log:
        return values
    if (values <= 0).any():
        raise DataProblem(
            f"A ratio needs values above 0; got {values.min():g}. Correct the value, or judge it without logs."
        )
    return 100 * np.log(values)


def _unscaled(value: float, log: bool) -> float:
    return float(np.exp(value / 100)) if log else float(value)


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
