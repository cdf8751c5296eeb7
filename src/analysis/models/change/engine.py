"""Has the level of a series changed, since when, by how much, and is today's exposure unusual?

Model card
----------
Question: is the athlete getting better, worse or neither, since when, and what is still missing to tell?
Data: one quantity of one athlete in its unit (m/s, kg, s ...), one value an exposure, oldest first. Exposures on the
newest device count; days that were planned light (deload, taper, ill, travel, return) do not; NaN is no value.
Model: value = level + error, the error AR(1) from exposure to exposure with the noise of `models.noise`. The level
jumps or starts to rise or fall at dates that are not known.
Estimator: every Sunday, and on the last day, the errors are whitened with rho and a step at every onset with 4
exposures before and 2 from it on is scored over its standard error; single exposures are believed up to some TE. The
highest score beyond a threshold (`scan.threshold`: by exposures a season, df, rho and tails) is a change. It cuts the
series; later looks scan from the cut on. It is withdrawn when its score falls below half the threshold, and told for 8
weeks from the look that found it, or to the end of the block. All looks are made again each time from the data alone.
Level and size believe in a step and in a line from an onset on, by how well each explains; a line with 75 % of the
belief is told as a ramp. Side differences: the same, and whether the level is another than 0, at 95 %.
Interval: estimates under every onset, mixed by how well each explains the values; t with the df of TE and rho, 90 %
unless told. Of 90 % intervals at the page that first names a change, and 4 weeks later, 91 to 93 % hold size and both
levels of a step of 0.6 or 1 MDC, 95 to 98 % its date; 87 to 93 % those of a ramp of 1 MDC in 12 weeks, 87 to 89 % its
date.
Refuses: no values, days out of order or twice, an infinite value, an SWC that is not above 0. "Cannot tell" with fewer
than 6 exposures on the device, no noise known, or the last exposure more than 28 days old.
Criticism: two changes within 4 exposures are taken for one. Alone, without a squad, small changes of one athlete are
not told from errors that carry over; the threshold is higher and the page says that it is one athlete's own noise.

Measured over 26 weekly looks, 2,000 series a cell (`tests/simulations`), 10 % of exposures missed, values rounded to
0.6 TE, noise pooled from the data of each look; unchanged series ever named, in %:

| squad of | errors | rho | a check in 4 weeks | 1 a week | 2 a week | 3 a week |
|---|---|--:|--:|--:|--:|--:|
| 12 | normal | 0 | 0.3 | 1.6 | 1.8 | 2.5 |
| 12 | normal | .3 | 1.1 | 4.2 | 5.1 | 5.2 |
| 12 | normal | .6 | 1.4 | 4.5 | 4.9 | 3.8 |
| 12 | t4 | 0 | 0.4 | 1.0 | 1.6 | 1.8 |
| 12 | t4 | .3 | 1.2 | 3.5 | 4.9 | 4.8 |
| 12 | t4 | .6 | 1.9 | 6.6 | 5.1 | 5.6 |
| 1 | normal | 0 | | 1.1 | 0.5 | 0.4 |
| 1 | normal | .3 | | 3.8 | 2.6 | 3.5 |
| 1 | normal | .6 | | 11.3 | 14.6 | 16.8 |

Found after a change at week 13, rho .3, 2 exposures a week, in % and median weeks:

| change | 3 of 12 change | all 12 change | alone |
|---|--:|--:|--:|
| step of 1 MDC | 100, 3 | 100, 4 | 92, 5 |
| step of 0.6 MDC | 84, 6 | 74, 9 | 61, 11 |
| ramp of 1 MDC in 12 weeks | 92, 10 | 90, 10 | 71, 12 |
| dip of 2 MDC, within 2 weeks | 97 | 96 | |
| step of 1.5 MDC, a check in 4 weeks, within 3 | 87 | 18 | |

Named of unchanged squads at rho .3 and 2 a week where athletes' typical errors differ by an SD of .2 in logs: 7.0 % (at
rho .6 8.5 %); over 52 weeks: 10.2 %; with steps of 1.5 TE on the device: 5.1 %. Sides on 8 dates with an SD of 3 %,
squad of 12, rho .3: a true 4 % is called lasting in 78 %, none in 6.2 %; at rho .6 none in about 11 %.

References
----------
Page 1954, Biometrika 41:100-115; James, James & Siegmund 1987, Biometrika 74:71-83 (scan for a change point);
Lai 1995, J R Stat Soc B 57:613-658 (sequential detection). Measured in `tests/simulations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit, stdtrit

from analysis.base.errors import NotEnoughData
from analysis.base.sentences import Wording
from analysis.base.states import State
from analysis.models.change import words as templates
from analysis.models.change.days import (
    Event,
    checked_days,
    day_of,
    day_stamp,
    day_stamps,
    days_of,
    sundays,
    without,
)
from analysis.models.change.regimes import (
    RAMP_BELIEF,
    Found,
    believed_between,
    blended,
    found_changes,
    gain_of_steps,
    level_of,
    ramp_shift,
    scored_steps,
    step_shift,
)
from analysis.models.change.scan import (
    LEAST_AFTER,
    LEAST_BEFORE,
    exposures_a_season,
    named_a_season,
    threshold,
)
from analysis.models.change.told import TOLD_D, Claim, Today, Told, or_none
from analysis.models.noise import ATHLETES_LEAST, Noise
from analysis.models.plausible import check_possible
from analysis.models.result import TIDY_COLUMNS, Result, tidy_row

TODAY_D, RECENT_D = 7, 28
STALE_AFTER_D = 28
BAND_LEVEL = 0.95
MONTH_D = 365.25 / 12
SURE_DF_SHARE = 1.4
NEEDED = LEAST_BEFORE + LEAST_AFTER


@dataclass(frozen=True, eq=False, kw_only=True)
class Change(Told, Result):
    """What a series of measurements says of its level. Made by `change`."""

    values: np.ndarray
    noise: Noise
    limit: float = np.nan  # the score that a change had to pass

    @property
    def exposures(self) -> pd.DataFrame:
        """local_date, value, used; oldest first."""
        return pd.DataFrame({"local_date": day_stamps(self.days), "value": self.values, "used": self.used})

    @property
    def mdc(self) -> float:
        """Smallest difference of two single exposures beyond error."""
        return self.noise.mdc

    @property
    def named_a_season(self) -> float:
        """Share of unchanged series like this one that are named in 26 weeks, from the table of the model card."""
        a_season = float(exposures_a_season(np.median(np.diff(self.days[self.used])), self.n))
        return named_a_season(a_season, self.noise.rho, alone=self.noise.n_athletes < ATHLETES_LEAST)

    def fact_fields(self) -> dict[str, Any]:
        """Those of every told series, with the noise it is judged by."""
        noise = self.noise
        of_noise = {"typical_error": or_none(noise.typical_error), "rho": or_none(noise.rho)}
        return {**super().fact_fields(), **of_noise, "noise_source": noise.source}

    def _basis(self, words: Wording) -> str:
        noise = self.noise
        mdc, swc = (words.number(value, self.unit) for value in (self.mdc, self.swc))
        te = words.number(noise.typical_error, self.unit, more=1)
        return templates.BASIS.format(mdc=mdc, swc=swc, te=te, rho=f"{noise.rho:.1f}", source=noise.source)

    def differs_from(self, value: float = 0.0) -> bool:
        """Whether the level now is another than `value`, at 95 %: of a side difference, whether it is a lasting one."""
        half = (self.level_high - self.level_low) / 2
        return abs(self.level - value) > surely_beyond(half, self.noise, self.conf_level)

    def predict(self, dates) -> np.ndarray:
        """The level on `dates`: the one before up to the change, then the one now or the line that leads to it."""
        return self._level_on(days_of(dates))

    def _level_on(self, days: np.ndarray) -> np.ndarray:
        if self.since is None or not np.isfinite(self.before):
            return np.full(len(days), self.level)
        since = day_of(self.since)
        if self.shape == "ramp":
            return self.before + np.maximum(days - since, 0.0) * self.rate / MONTH_D
        return np.where(days >= since, self.level, self.before)

    def tidy(self) -> pd.DataFrame:
        """The level now, the change and the rate a month, where there are any, with their intervals."""
        rows = [
            ("level", self.unit, self.level, self.level_low, self.level_high),
            ("change", self.unit, self.change, self.change_low, self.change_high),
            ("rate", f"{self.unit} a month".strip(), self.rate, self.rate_low, self.rate_high),
        ]
        told = [
            tidy_row(term, unit, value, np.nan, low, high, self.conf_level)
            for term, unit, value, low, high in rows
            if np.isfinite(value)
        ]
        return pd.DataFrame(told, columns=TIDY_COLUMNS)

    def glance(self) -> pd.DataFrame:
        """One row: what is told, by what noise, of how many exposures."""
        return pd.DataFrame(
            {
                "n": [len(self.days)],
                "n_used": [int(self.used.sum())],
                "state": [self.state],
                "reason": [self.reason],
                "today": [self.today],
                "since": [self.since],
                "shape": [self.shape],
                "typical_error": [self.noise.typical_error],
                "rho": [self.noise.rho],
                "noise_source": [self.noise.source],
                "mdc": [self.mdc],
                "swc": [self.swc],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted, the level of their day, and .resid; NaN where not used."""
        fitted = np.where(self.used, self._level_on(self.days), np.nan)
        return self.exposures.assign(**{".fitted": fitted, ".resid": self.values - fitted})


def change(
    dates,
    values,
    *,
    noise: Noise,
    swc: float,
    better: Literal["higher", "lower"] = "higher",
    until=None,
    events: Sequence[Event] = (),
    conf_level: float = 0.90,
    stale_after_days: int = STALE_AFTER_D,
    unit: str = "",
) -> Change:
    """What a series says of its level by the end of `until`.

    Parameters
    ----------
    dates : array-like of dates, shape (n,), increasing, one exposure a day
    values : array-like of float, shape (n,)
        NaN is no value.
    noise : Noise
        Of this quantity, device and athlete.
    swc : float
        Smallest worthwhile change, in the unit.
    better : which way is good.
    until : date, optional
        Last day that is known; exposures after it are left out. The last date if not given.
    events : sequence of Event
    conf_level : float
        Of every interval but the band of one exposure.
    stale_after_days : int
        How long after the last exposure something is still told.
    unit : str
        Of the values, for `tidy`.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=18, freq="7D")
    >>> speed = np.r_[np.tile([0.70, 0.72, 0.71], 4), np.tile([0.78, 0.80, 0.79], 2)]
    >>> found = change(day, speed, noise=Noise(0.02, 40.0, 0.2, 0.2), swc=0.02)
    >>> found.state, str(found.since.date()), round(found.before, 2), round(found.level, 2), found.shape
    ('clearly better', '2026-03-30', 0.71, 0.79, 'step')
    """
    days, measured = checked_days(dates, values, swc), np.asarray(values, dtype=float)
    check_possible(measured, "value")
    end = days[-1] if until is None else day_of(until)
    known = days <= end
    days, measured = days[known], measured[known]
    if not np.isfinite(measured).any():
        raise NotEnoughData("No value yet. Record one to start the line.")
    used = np.isfinite(measured) & without(events, days, end)
    nothing = Change(
        days=days,
        values=measured,
        used=used,
        noise=noise,
        swc=swc,
        better=better,
        until=day_stamp(end),
        conf_level=conf_level,
        unit=unit,
        latest=float(measured[used][-1]) if used.any() else np.nan,
        events=tuple(events),
    )
    missing = max(NEEDED - int(used.sum()), 0)
    if not noise.known:
        return replace(nothing, reason="te_unknown", more_needed=missing)
    if missing:
        broken = any(event.kind == "device" and days[0] < day_of(event.first) <= end for event in events)
        return replace(nothing, reason="series_broken" if broken else "too_few_values", more_needed=missing)
    if end - days[used][-1] > stale_after_days:
        return replace(nothing, reason="stale", more_needed=1)
    return _told(nothing, days[used], measured[used], end, events)


def _told(nothing: Change, days: np.ndarray, values: np.ndarray, end: float, events: Sequence[Event]) -> Change:
    noise = nothing.noise
    te, rho, df = noise.typical_error, noise.rho, noise.df_of_level
    a_season = float(exposures_a_season(np.median(np.diff(days)), len(days)))
    limit = float(threshold(a_season, df, rho, noise.kurtosis))
    looks = sundays(days, end)
    ends = np.searchsorted(days, looks, side="right")
    found = found_changes(scored_steps(values, rho, te, a_season), ends, limit)
    claims = tuple(claim_of(one, days, looks, events) for one in found)
    alive = [one for one in found if one.withdrawn is None]
    told_to = max((claim.told_to for claim in claims if claim.withdrawn_on is None), default=None)
    base = replace(nothing, claims=claims, limit=limit)
    start = alive[-1].start + step_shift(values[alive[-1].start :], rho, te).onset if alive else 0
    if told_to is not None and end <= day_of(told_to):
        result = replace(_with_shift(base, alive, days, values), told_to=told_to)
    else:
        level = level_of(values[start:], rho, te)
        low, high = level.interval(df, nothing.conf_level)
        since = day_stamp(days[start]) if start else None
        recent = _recent(days[start:], values[start:], end, base)
        result = replace(base, level=level.value, level_low=low, level_high=high, since=since, **recent)
    return _with_today(result, days, values, start, end)


def _with_shift(base: Change, alive: list[Found], days: np.ndarray, values: np.ndarray) -> Change:
    """The newest told change: as a step, or with those of the same direction before it as one ramp; level and size
    believe in both, by how well each explains the values."""
    te, rho, df = base.noise.typical_error, base.noise.rho, base.noise.df_of_level
    last = alive[-1]
    chain = [last]
    for one in reversed(alive[:-1]):
        if one.rises != last.rises or one.onset != chain[0].start:
            break
        chain.insert(0, one)
    first = chain[0].start
    step = step_shift(values[last.start :], rho, te)
    line = ramp_shift(values[first:], days[first:], rho, te)
    onsets = [one.onset - first for one in chain[:-1]] + [step.onset + last.start - first]
    ahead = line.gain - gain_of_steps(values[first:], onsets, rho, te)
    as_ramp = float(expit(ahead / 2)) if (line.size.value > 0) == last.rises else 0.0
    is_ramp = as_ramp > RAMP_BELIEF
    size, level = (blended(getattr(line, of), getattr(step, of), as_ramp) for of in ("size", "level"))
    places = np.concatenate([line.onsets + first, step.onsets + last.start])
    earliest, latest = believed_between(
        places, np.concatenate([as_ramp * line.belief, (1 - as_ramp) * step.belief]), base.conf_level
    )
    onset = line.onset + first if is_ramp else step.onset + last.start
    size_low, size_high = size.interval(df, base.conf_level)
    level_low, level_high = level.interval(df, base.conf_level)
    before = (line if is_ramp else step).before
    before_low, before_high = before.interval(df, base.conf_level)
    clear = (size_low if last.rises else -size_high) > base.swc
    state = found_state(good=last.rises == (base.better == "higher"), clear=clear)
    result = replace(
        base,
        state=state,
        level=level.value,
        level_low=level_low,
        level_high=level_high,
        since=day_stamp(days[onset]),
        # the change lies after the exposure before the first that is believed
        since_low=day_stamp(min(days[max(int(earliest) - 1, 0)] + 1, days[onset])),
        since_high=day_stamp(max(days[int(latest)], days[onset])),
        before=before.value,
        before_low=before_low,
        before_high=before_high,
        change=size.value,
        change_low=size_low,
        change_high=size_high,
        shape="ramp" if is_ramp else "step",
    )
    if not is_ramp or line.rate_per_day is None:
        return result
    rate_low, rate_high = line.rate_per_day.interval(df, base.conf_level)
    return replace(
        result, rate=line.rate_per_day.value * MONTH_D, rate_low=rate_low * MONTH_D, rate_high=rate_high * MONTH_D
    )


def _recent(days: np.ndarray, values: np.ndarray, end: float, base: Change) -> dict:
    """State and change where no change is told: the last 4 weeks against those before in the same regime."""
    noise = base.noise
    first = int(np.searchsorted(days, end - RECENT_D, side="right"))
    if not 0 < first < len(days):
        return {"state": State.TOO_CLOSE}
    seen = step_shift(values, noise.rho, noise.typical_error, np.array([first])).size
    low, high = seen.interval(noise.df_of_level, base.conf_level)
    steady = -base.swc < low and high < base.swc
    return {
        "state": State.STEADY if steady else State.TOO_CLOSE,
        "change": seen.value,
        "change_low": low,
        "change_high": high,
    }


def _with_today(result: Change, days: np.ndarray, values: np.ndarray, start: int, end: float) -> Change:
    """The band of one new exposure about the level without the newest, and what the newest is in it."""
    noise = result.noise
    reach = float(stdtrit(noise.df, (1 + BAND_LEVEL) / 2))
    if result.shape == "ramp":
        fitted, variance = float(result._level_on(days[-1:])[0]), 0.0
    else:
        usual = level_of(values[min(start, len(values) - 2) : -1], noise.rho, noise.typical_error)
        fitted, variance = usual.value, usual.se**2
    half = reach * (noise.typical_error**2 + variance) ** 0.5
    low, high = fitted - half, fitted + half
    today: Today = "none"
    if end - days[-1] < TODAY_D:
        today = "unusually low" if values[-1] < low else "unusually high" if values[-1] > high else "usual"
    return replace(result, today=today, band_low=low, band_high=high)


def surely_beyond(half_width: float, noise: Noise, conf_level: float) -> float:
    """How far from a value a level must lie to be another one at 95 %, by the half width of its interval.

    In a squad by 1.4 times the degrees of freedom of the interval, which is cautious, as measured on 8 dates of 12.

    >>> round(surely_beyond(1.0, Noise(1.0, 20.0, carry_sd=0.0, n_athletes=12), 0.90), 2)
    1.19
    """
    df = noise.df_of_level
    by = df * (SURE_DF_SHARE if noise.n_athletes >= ATHLETES_LEAST else 1)
    return half_width * float(stdtrit(by, 0.975) / stdtrit(df, (1 + conf_level) / 2))


def found_state(*, good: bool, clear: bool) -> State:
    """The state of a change that was found.

    >>> str(found_state(good=False, clear=True))
    'clearly worse'
    """
    if good:
        return State.CLEARLY_BETTER if clear else State.BETTER
    return State.CLEARLY_WORSE if clear else State.WORSE


def claim_of(one: Found, days: np.ndarray, looks: np.ndarray, events: Sequence[Event]) -> Claim:
    on = looks[one.look]
    blocks = [day_of(event.last) for event in events if event.kind == "block" and event.last is not None]
    starts = [day_of(event.first) for event in events if event.kind == "block" and event.last is not None]
    ends = [last for first, last in zip(starts, blocks, strict=True) if first <= on <= last]
    return Claim(
        day_stamp(on),
        day_stamp(days[one.onset]),
        one.rises,
        None if one.withdrawn is None else day_stamp(looks[one.withdrawn]),
        day_stamp(max([on + TOLD_D, *ends])),
    )
