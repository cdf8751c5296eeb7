"""Has the hazard of a break changed: clean repetitions, which are counts with a ceiling.

Model card
----------
Question: does form hold for more or fewer repetitions than before, since when, and by how many of a set?
Data: one athlete's rated sets of one lift and one kind of break by day: how many repetitions of each set were clean up
to them, and whether the last of these broke it. A set that stayed clean says so by its repetitions.
Model: repetition k of a set that is clean so far breaks it with the hazard h exp(b (k - c)), c such that an average
repetition has h. b is the squad's, drawn to 0 with an SD of .5 and not below it; h is the athlete's and jumps at dates
that are not known. Of `reps` planned repetitions sum_j prod_(k <= j) (1 - h exp(b (k - c))) are expected clean.
Estimator: as `models.change`, every Sunday a jump at every day with 4 days before and 2 from it on is scored by the
signed root of the likelihood ratio of two hazards against one (Poisson counts). The squad's hazard joins the days
before with the weight that its athletes' spread gives it, so that weeks without a break are no hazard of 0; its spread
between days divides the ratio. Found changes are told for 8 weeks, or to the end of the block. Alone, b is that of the
own sets before their likeliest jump. Today: the mean of the newest day's sets against the band that holds 95 % of days.
Interval: hazards by the gamma interval of Jeffreys on counts divided by the spread, clean repetitions at its ends;
their change by the interval of Zou & Donner, 90 % unless told. Named of 2,000 unchanged athletes in 26 weekly looks
(`tests/simulations`), in %:

| one day a week | squad of 12 | alone |
|---|--:|--:|
| 1 set of 8, clean in 90 % of weeks | 3.1 | 2.5 |
| the same, athletes differ by an SD of .5 in logs | 3.3 | |
| 6 sets, 1.3 % a repetition | 3.6 | 5.8 |
| 1 set, most break at the seventh or eighth repetition | 0.6 | 0.0 |

| of those who change, 3 of 12 | found within 6 weeks | by week 26 |
|---|--:|--:|
| 1 set, from 1.3 to 17 % a repetition | 82 | 99 |
| 1 set that breaks 2 repetitions earlier | 82 | 100 |
| 6 sets, from 1.3 to 5.2 % | 69 | 97 |
| 6 sets, doubled | 10 | 25 |

Refuses: no rated set, a set of no repetitions, kinds that are not one a set. "Cannot tell" with fewer than 6 days, or
the last more than 28 days ago.
Criticism: one set of 8 a week, mostly clean, cannot show that form got better. Where most sets break late, chance moves
a count less than the model takes it to, so that hardly any unchanged athlete is named and small changes are missed.
Ratings are a person's, who is not blind to the load; load is not taken into account.

References
----------
Zou & Donner 2008, Stat Med 27:1693-1702; Brown, Cai & DasGupta 2001, Stat Sci 16:101-133; Worsley 1983, Biometrika
70:455-464 (change point of a sequence of counts); Singer & Willett 1993, J Educ Stat 18(2):155-195 (discrete-time
hazard).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.sentences import Wording
from analysis.base.states import State
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
from analysis.models.change.engine import NEEDED, RECENT_D, STALE_AFTER_D, TODAY_D, claim_of, found_state
from analysis.models.change.regimes import believed_between, found_changes
from analysis.models.change.scan import exposures_a_season
from analysis.models.change.told import Today, Told
from analysis.models.form.hazard import ALONE, UNKNOWN, HazardOfSquad, Watched, alone, scored_jumps, watched_days
from analysis.models.result import Interval, tidy_row

SCORE, SCORE_A_DOUBLING, USUAL_A_SEASON = 3.25, 0.15, 26  # of the threshold: at a day a week, and by how many
SCORE_HAZARD, HAZARD_USUAL, HAZARD_MOST = 8.0, 0.02, 0.07  # higher where breaks are common
SWC_REPS = 1.0  # one whole repetition
TODAY_TAIL = 0.025
NAMED_IN_SQUADS, NAMED_ALONE = 0.036, 0.058  # in 26 weeks, of unchanged athletes, the most of the model card
_LIKELY = (np.arange(50) + 0.5) / 50  # hazards that are equally likely, for a new day


@dataclass(frozen=True, eq=False, kw_only=True)
class ChangeOfCounts(Told):
    """What rated sets say of how long form holds. Levels and changes are clean repetitions of `reps`. Made by
    `change_of_counts`."""

    watched: Watched
    squad: HazardOfSquad
    reps: int  # planned of a set
    hazard: float = np.nan  # of a break a repetition, now

    @property
    def named_a_season(self) -> float:
        """Share of unchanged athletes who are named in 26 weeks, from the table of the model card."""
        return NAMED_IN_SQUADS if self.squad.n_athletes else NAMED_ALONE

    def predict(self, dates) -> np.ndarray:
        """Clean repetitions of `reps` expected on `dates`."""
        days = days_of(dates)
        if self.since is None or not np.isfinite(self.before):
            return np.full(len(days), self.level)
        return np.where(days >= day_of(self.since), self.level, self.before)

    def tidy(self) -> pd.DataFrame:
        """The level now and the change, in clean repetitions, with their intervals."""
        rows = [
            ("level", self.level, self.level_low, self.level_high),
            ("change", self.change, self.change_low, self.change_high),
        ]
        return pd.DataFrame(
            [tidy_row(name, self.unit, at, np.nan, low, high, self.conf_level) for name, at, low, high in rows]
        )

    def glance(self) -> pd.DataFrame:
        """One row: what is told, of how many days, by which squad."""
        return pd.DataFrame(
            {
                "n": [len(self.days)],
                "n_used": [self.n],
                "state": [self.state],
                "reason": [self.reason],
                "today": [self.today],
                "since": [self.since],
                "hazard": [self.hazard],
                "squad_hazard": [self.squad.hazard],
                "spread": [self.squad.spread],
                "swc": [self.swc],
            }
        )

    def augment(self) -> pd.DataFrame:
        """local_date, breaks, at_risk (repetitions), used, with .fitted, the breaks expected of those, and .resid."""
        dates = day_stamps(self.days)
        hazards = np.array([_hazard_of(clean, self.reps, self.squad) for clean in self.predict(dates)])
        fitted = np.where(self.used, self.watched.exposure(self.squad) * hazards, np.nan)
        frame = pd.DataFrame({"local_date": dates, "breaks": self.watched.breaks})
        frame = frame.assign(at_risk=self.watched.at_risk.sum(axis=1), used=self.used)
        return frame.assign(**{".fitted": fitted, ".resid": frame["breaks"] - fitted})

    def fact_fields(self) -> dict[str, Any]:
        """Those of every told series, with the squad whose hazard it is judged by."""
        return {**super().fact_fields(), "noise_source": self._source}

    @property
    def _source(self) -> str:
        return f"squad of {self.squad.n_athletes}" if self.squad.n_athletes else "own ratings"

    def _value(self, value: float, words: Wording) -> str:
        return f"{round(value, words.decimals):g} of {self.reps}"

    def _basis(self, words: Wording) -> str:
        squad = f"; squad {100 * self.squad.hazard:.1f} %" if self.squad.n_athletes else ""
        breaks = f"A break in {100 * self.hazard:.1f} % of repetitions{squad}"
        return f"{breaks}, spread {self.squad.spread:.1f}, SWC {self.swc:.{words.decimals}f} ({self._source})."

    def _today(self, words: Wording) -> str:
        """Beside the level: the middle of the band lies below it, as counts end at the planned ones."""
        if self.today in ("usual", "none"):
            return ""
        than = words.direction(self.latest - self.level)
        return f" Your last {words.occasion}: {self._value(self.latest, words)}, {than} than usual."


def clean_of(hazard, reps: int, squad: HazardOfSquad = ALONE):
    """Repetitions of `reps` that are expected before the first break.

    >>> round(float(clean_of(0.013, 8)), 2), round(float(clean_of(0.17, 8)), 2)
    (7.55, 3.78)
    """
    return _held(np.asarray(hazard), reps, squad).sum(axis=-1)


def _held(hazard: np.ndarray, reps: int, squad: HazardOfSquad) -> np.ndarray:
    """Shares of sets that are clean after each repetition."""
    return np.cumprod(1 - np.minimum(hazard[..., None] * squad.counts(reps), 1.0), axis=-1)


def _hazard_of(clean: float, reps: int, squad: HazardOfSquad) -> float:
    """The hazard that expects so many clean repetitions."""
    grid = np.geomspace(1e-6, 1e3, 4001)
    return float(np.interp(-clean, -clean_of(grid, reps, squad), grid))


def change_of_counts(
    dates,
    at_risk: Sequence[Sequence[int]],
    kinds: Sequence[Sequence[object]],
    *,
    kind: str | None = None,
    squad: HazardOfSquad = ALONE,
    reps: int = 8,
    swc: float = SWC_REPS,
    until=None,
    events: Sequence[Event] = (),
    conf_level: float = 0.90,
    stale_after_days: int = STALE_AFTER_D,
) -> ChangeOfCounts:
    """What rated sets say of how long form holds by the end of `until`; fewer breaks are better.

    Parameters
    ----------
    dates : array-like of dates, shape (n,), increasing, one entry a day
    at_risk : sequence of sequences of int, shape (n,)
        Repetitions of each set of the day that were clean up to them; a day without a set is no value.
    kinds : sequence of sequences of str, shape (n,)
        The kind of break of each set, missing where it stayed clean.
    kind : str, optional
        The kind that counts; any if not given.
    squad : HazardOfSquad
        Of this lift and kind of break.
    reps : int
        Planned repetitions of a set, for levels.
    swc : float
        In clean repetitions of `reps`.
    until, events, conf_level, stale_after_days : as `models.change` takes them; another rater is another device.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=20, freq="7D")
    >>> held = [8] * 13 + [4, 4, 8, 4, 4, 4, 4]
    >>> found = change_of_counts(day, [(n,) for n in held], [(None if n == 8 else "shift",) for n in held])
    >>> str(found.state), str(found.since.date())
    ('clearly worse', '2026-04-06')
    """
    days = checked_days(dates, [len(of_day) for of_day in at_risk], swc)
    end = days[-1] if until is None else day_of(until)
    _check_sets(at_risk, kinds)
    known = days <= end
    days, n_sets = days[known], np.array([len(of_day) for of_day in at_risk])[known]
    if not n_sets.any():
        raise NotEnoughData("No form notes yet. Ask your coach to rate one set a week.")
    watched = watched_days(at_risk, kinds, kind).first(len(days))
    used = (n_sets > 0) & without(events, days, end)
    counted = watched.of_days(used)
    if not squad.n_athletes and used.any():
        squad = alone(counted)
    clean = (counted.at_risk.sum(axis=1) - counted.breaks) / n_sets[used]
    nothing = ChangeOfCounts(
        days=days,
        watched=watched,
        used=used,
        squad=squad,
        reps=reps,
        swc=swc,
        until=day_stamp(end),
        conf_level=conf_level,
        unit="reps",
        latest=float(clean[-1]) if len(clean) else np.nan,
        events=tuple(events),
    )
    missing = max(NEEDED - int(used.sum()), 0)
    if missing:
        new_rater = any(event.kind == "device" and days[0] < day_of(event.first) <= end for event in events)
        return replace(nothing, reason="series_broken" if new_rater else "too_few_values", more_needed=missing)
    if end - days[used][-1] > stale_after_days:
        return replace(nothing, reason="stale", more_needed=1)
    breaks, exposure = counted.breaks, counted.exposure(squad)
    result = _told(nothing, days[used], breaks, exposure, end, events)
    return _with_today(result, days[used], breaks, exposure, int(n_sets[used][-1]))


def _check_sets(at_risk: Sequence[Sequence[int]], kinds: Sequence[Sequence[object]]) -> None:
    for of_day, broke in zip(at_risk, kinds, strict=True):
        if len(of_day) != len(broke):
            raise DataProblem(f"{len(of_day)} sets and {len(broke)} kinds of break on one day. Give one for each set.")
        if min(of_day, default=1) < 1:
            raise DataProblem(f"A set of {min(of_day)} repetitions cannot be. Correct the ratings.")


def limit_of(breaks: np.ndarray, exposure: np.ndarray, a_season: float, squad: HazardOfSquad) -> float:
    """The score that a jump of the hazard has to pass, by days in 26 weeks and how common breaks are.

    >>> days = np.full(20, 8.0)
    >>> rare, often = (limit_of(np.repeat([1.0, 0.0], [n, 20 - n]), days, 26, ALONE) for n in (1, 8))
    >>> round(rare, 2), round(often, 2)
    (3.25, 3.51)
    """
    hazard = (breaks.sum() + squad.breaks) / (exposure.sum() + squad.weight)
    common = SCORE_HAZARD * float(np.clip(hazard - HAZARD_USUAL, 0, HAZARD_MOST - HAZARD_USUAL))
    return SCORE + SCORE_A_DOUBLING * float(np.log2(a_season / USUAL_A_SEASON)) + common


@dataclass(frozen=True)
class _Hazard:
    """A hazard with its interval, told as clean repetitions."""

    hazard: float
    clean: float
    clean_low: float
    clean_high: float


def _hazard(breaks: float, exposure: float, of: ChangeOfCounts) -> _Hazard:
    broke, risk = breaks / of.squad.spread + UNKNOWN, exposure / of.squad.spread + 2 * UNKNOWN
    tail = (1 - of.conf_level) / 2
    low, high = float(gammaincinv(broke, tail)) / risk, float(gammaincinv(broke, 1 - tail)) / risk
    clean, clean_low, clean_high = (float(clean_of(at, of.reps, of.squad)) for at in (broke / risk, high, low))
    return _Hazard(broke / risk, clean, clean_low, clean_high)


def _difference(before: _Hazard, after: _Hazard) -> tuple[float, Interval]:
    """Clean repetitions after minus before, and its interval from those of both (Zou & Donner)."""
    change = after.clean - before.clean
    down = ((after.clean - after.clean_low) ** 2 + (before.clean_high - before.clean) ** 2) ** 0.5
    up = ((after.clean_high - after.clean) ** 2 + (before.clean - before.clean_low) ** 2) ** 0.5
    return change, Interval(change - down, change + up)


def _told(
    nothing: ChangeOfCounts,
    days: np.ndarray,
    breaks: np.ndarray,
    exposure: np.ndarray,
    end: float,
    events: Sequence[Event],
) -> ChangeOfCounts:
    squad, conf_level = nothing.squad, nothing.conf_level
    looks = sundays(days, end)
    ends = np.searchsorted(days, looks, side="right")
    a_season = float(exposures_a_season(np.median(np.diff(days)), len(days)))
    limit = limit_of(breaks, exposure, a_season, squad)
    scored = scored_jumps(breaks, exposure, squad)
    found = found_changes(scored, ends, limit)
    claims = tuple(claim_of(one, days, looks, events) for one in found)
    told = [one for one, of in zip(found, claims, strict=True) if one.withdrawn is None and end <= day_of(of.told_to)]
    start = max((one.onset for one in found if one.withdrawn is None), default=0)

    def over(first: int, last: int) -> _Hazard:
        return _hazard(float(breaks[first:last].sum()), float(exposure[first:last].sum()), nothing)

    result = replace(nothing, claims=claims)
    if told:
        last = told[-1]
        scores, onsets = scored(last.start, np.array([len(days)]))
        belief = np.exp((scores[0] ** 2 - (scores[0] ** 2).max()) / 2)
        earliest, latest = believed_between(onsets[0], belief / belief.sum(), conf_level)
        start = int(onsets[0][belief.argmax()])
        before, now = over(last.start, start), over(start, len(days))
        change, (low, high) = _difference(before, now)
        result = replace(
            result,
            state=found_state(good=not last.rises, clear=(-high if last.rises else low) > nothing.swc),
            since_low=day_stamp(min(days[max(int(earliest) - 1, 0)] + 1, days[start])),
            since_high=day_stamp(max(days[int(latest)], days[start])),
            before=before.clean,
            before_low=before.clean_low,
            before_high=before.clean_high,
            shape="step",
            told_to=max(of.told_to for of in claims if of.withdrawn_on is None),
        )
    else:
        now = over(start, len(days))
        recent = int(np.searchsorted(days, end - RECENT_D, side="right"))
        change, (low, high) = np.nan, Interval(np.nan, np.nan)
        if start < recent < len(days):
            change, (low, high) = _difference(over(start, recent), over(recent, len(days)))
        steady = -nothing.swc < low and high < nothing.swc
        result = replace(result, state=State.STEADY if steady else State.TOO_CLOSE)
    return replace(
        result,
        since=day_stamp(days[start]) if start else None,
        hazard=now.hazard,
        level=now.clean,
        level_low=now.clean_low,
        level_high=now.clean_high,
        change=change,
        change_low=low,
        change_high=high,
    )


def _with_today(
    result: ChangeOfCounts, days: np.ndarray, breaks: np.ndarray, exposure: np.ndarray, sets: int
) -> ChangeOfCounts:
    """The band of one new day by the days of its regime without the newest, and what the newest is in it. A day without
    a break is never a low one: it may have been planned shorter."""
    squad = result.squad
    start = 0 if result.since is None else int(np.searchsorted(days, day_of(result.since)))
    before = slice(min(start, len(days) - 2), -1)
    prior = squad if result.since is None else ALONE  # after a change the squad's hazard is that of another level
    broke, risk = breaks[before].sum() + prior.breaks, exposure[before].sum() + prior.weight
    hazards = gammaincinv(broke / squad.spread + 1e-9, _LIKELY) / (risk / squad.spread)
    low, high = _band(_held(hazards, result.reps, squad), sets)
    today: Today = "none"
    if day_of(result.until) - days[-1] < TODAY_D:
        is_low, is_high = result.latest < low and breaks[-1] > 0, result.latest > high
        today = "unusually low" if is_low else "unusually high" if is_high else "usual"
    return replace(result, today=today, band_low=low, band_high=high)


def _band(held: np.ndarray, sets: int) -> Interval:
    """Between which 95 % of days lie with their mean clean repetitions of `sets` sets, by the shares that are clean
    after each repetition, one row as likely as another.

    >>> _band(_held(np.array([0.013]), 8, ALONE), 1), _band(_held(np.array([0.2]), 8, ALONE), 1)
    (Interval(low=1.0, high=8.0), Interval(low=0.0, high=8.0))
    """
    reps, one = held.shape[1], np.ones((len(held), 1))
    of_set = np.concatenate([one, held], axis=1) - np.concatenate([held, 0 * one], axis=1)
    chance = np.mean([_summed(one, sets) for one in of_set], axis=0).cumsum()
    low, high = np.searchsorted(chance, [TODAY_TAIL, 1 - TODAY_TAIL], side="right")
    return Interval(float(low) / sets, float(min(high, reps * sets)) / sets)


def _summed(chance: np.ndarray, times: int) -> np.ndarray:
    """The chances of the sum of so many independent counts."""
    total = chance
    for _ in range(times - 1):
        total = np.convolve(total, chance)
    return total
