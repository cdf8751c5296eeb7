"""Has the hazard of a break changed: clean repetitions, which are counts with a ceiling.

Model card
----------
Question: does form hold for more or fewer repetitions than before, since when, and by how many of a set?
Data: one athlete's rated sets of one lift and one kind of break by day: how many sets broke, and how many repetitions
were at risk (those before a break and the one that broke). A set that stayed clean says so by its repetitions.
Model: repetition j, if form held so far, breaks with theta h_j. The shape h over the repetitions is the squad's, since
sets break late (without a squad it is the own one); theta is the athlete's and jumps at dates that are not known. Of
`reps` planned repetitions the sum of the chances to be clean up to each is expected clean.
Estimator: repetitions at risk are counted in average ones, h_j over its mean each, and breaks are Poisson over them.
As `models.change`, every Sunday a jump at every day with 4 days before and 2 from it on is scored by the signed root of
the likelihood ratio of two theta against one. The squad's hazard joins the days before the first jump with the weight
that its athletes' spread gives it, so that weeks without a break are no hazard of 0; its spread between days divides
the ratio. Found changes are told for 8 weeks, or to the end of the block.
Interval: theta by Jeffreys' gamma interval on counts divided by the spread, clean repetitions at its ends and middle;
their change by the interval of Zou & Donner, 90 % unless told. Named of unchanged athletes in 26 weeks, and found of
the changed; 90 % intervals, of those found within 6 weeks, that hold (2,000 a cell, `tests/simulations`), in %:

| squad of 12, one day a week | named | found within 6 weeks | by week 26 | level, before, change, date hold |
|---|--:|--:|--:|--:|
| 1 set of 8, clean in 90 % of weeks, nobody changes | 4.1 | | | |
| 6 sets, 1.3 % a repetition, nobody changes | 5.8 | | | |
| 1 set, athletes differ by an SD of .5 in logs | 4.6 | | | |
| 1 set, 10 % a repetition (3 sets) | 3.6 (2.6) | | | |
| 1 set, breaks late: N(7 to 7.6, .7) clean of 8 | 0.8 | | | |
| the same, 3 of 12 lose 3 | 1.0 | 100 | 100 | 88, 96, 90, 100 |
| the same, 3 of 12 lose 1 | 1.0 | 11 | 43 | |
| 1 set, 3 of 12 from 1.3 to 17 % | 4.0 | 85 | 99 | 90, 98, 91, 97 |
| 6 sets, 3 of 12 from 1.3 to 5.2 % | 4.6 | 74.5 | 97 | 89, 89, 90, 98 |
| 6 sets, 3 of 12 doubled | 4.8 | 10 | 26 | |
| alone, 1 set, clean in 90 % of weeks | 1.4 | | | |
| alone, 6 sets, 1.3 % | 6.2 | | | |
| alone, 1 set, 10 % | 3.5 | | | |
| alone, breaks late; loses 3 | 0.1 | 30 | 96 | |
| alone, 1 set, from 1.3 to 17 % | | 46 | 75 | |

Refuses: no rated set, a set that broke more than once. "Cannot tell" with fewer than 6 days, or the last more than
28 days ago.
Criticism: one set of 8 a week, mostly clean, cannot show that form got better. Ratings are a person's, who is not
blind to the load; load and planned repetitions are not taken into account. The date is that of the likeliest jump: a
first day that could be of either level is told as of the one before. An athlete whose sets break at other repetitions
than the squad's has no multiple of its hazard. In squads of 4 about 6 % of the unchanged are named, 6 sets alone too.

References
----------
Zou & Donner 2008, Stat Med 27:1693-1702; Brown, Cai & DasGupta 2003, Stat Sin 13:19-49 (Jeffreys' interval); Worsley
1986, Biometrika 73:91-104 (change point by the likelihood ratio); Breslow 1974, Biometrics 30:89-99 (a baseline hazard
and multiples of it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from analysis.base.errors import DataProblem, NotEnoughData
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
from analysis.models.change.engine import NEEDED, RECENT_D, STALE_AFTER_D, TODAY_D, claim_of, found_state
from analysis.models.change.regimes import believed_between, found_changes
from analysis.models.change.scan import exposures_a_season
from analysis.models.change.told import Today, Told
from analysis.models.form.hazard import (
    ALONE,
    FLAT,
    UNKNOWN,
    HazardOfSquad,
    RatedDays,
    alone,
    over_reps,
    rated_days,
    scored_jumps,
)
from analysis.models.result import Interval, Result, tidy_row

SCORE, SCORE_ALONE = 3.15, 3.25  # of the threshold, at a day a week
SCORE_A_DOUBLING, USUAL_A_SEASON = 0.15, 26  # and by how many days there are
SCORE_HAZARD, HAZARD_USUAL, HAZARD_MOST = 4.0, 0.03, 0.07  # higher where breaks are common
SWC_REPS = 1.0  # one whole repetition
TODAY_TAIL = 0.025
NAMED_IN_SQUADS, NAMED_ALONE = 0.048, 0.062  # in 26 weeks, of unchanged athletes, as measured (model card)
_LIKELY = (np.arange(50) + 0.5) / 50  # hazards that are equally likely, for a new day


@dataclass(frozen=True, eq=False, kw_only=True)
class ChangeOfCounts(Told, Result):
    """What rated sets say of how long form holds. Levels and changes are clean repetitions of `reps`. Made by
    `change_of_counts`."""

    rated: RatedDays
    squad: HazardOfSquad  # with the own shape where there is no squad
    reps: int  # planned of a set
    hazard: float = np.nan  # of a break an average repetition, now
    hazard_before: float = np.nan

    @property
    def named_a_season(self) -> float:
        """Share of unchanged athletes who are named in 26 weeks, from the table of the model card."""
        return NAMED_IN_SQUADS if self.squad.n_athletes else NAMED_ALONE

    def predict(self, dates) -> np.ndarray:
        """Clean repetitions of `reps` expected on `dates`."""
        return self._on(days_of(dates), self.level, self.before)

    def _on(self, days: np.ndarray, now: float, before: float) -> np.ndarray:
        """What holds now, and before the change that is told."""
        if self.since is None or not np.isfinite(before):
            return np.full(len(days), now)
        return np.where(days >= day_of(self.since), now, before)

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
        """local_date, breaks, at_risk, used, with .fitted, the breaks expected of those at risk, and .resid."""
        breaks, at_risk = self.rated.breaks, self.rated.at_risk.sum(axis=1)
        expected = self.rated.average_reps(self.squad.shape) * self._on(self.days, self.hazard, self.hazard_before)
        fitted = np.where(self.used, expected, np.nan)
        frame = pd.DataFrame({"local_date": day_stamps(self.days), "breaks": breaks, "at_risk": at_risk})
        return frame.assign(used=self.used, **{".fitted": fitted, ".resid": breaks - fitted})

    def fact_fields(self) -> dict[str, Any]:
        """Those of every told series, with the squad whose hazard it is judged by."""
        return {**super().fact_fields(), "noise_source": self._source}

    @property
    def _source(self) -> str:
        return templates.SQUAD_OF.format(n=self.squad.n_athletes) if self.squad.n_athletes else templates.OWN_RATINGS

    def _value(self, value: float, words: Wording) -> str:
        return templates.COUNT.format(clean=f"{round(value, words.decimals):g}", reps=self.reps)

    def _amount(self, value: float, words: Wording) -> str:
        """Without a unit: the word for the direction says what is counted, as 2.3 fewer clean reps."""
        return words.amount(value, "").strip()

    def _basis(self, words: Wording) -> str:
        counted = self.rated.of(self.used)
        is_of_squad = self.squad.n_athletes > 0
        ratio = templates.RATIO.format(times=f"{self.hazard / self.squad.hazard:.1f}") if is_of_squad else ""
        about = {"spread": f"{self.squad.spread:.1f}", "swc": words.number(self.swc, ""), "source": self._source}
        breaks, at_risk = counted.breaks.sum(), counted.at_risk.sum()
        return templates.BASIS_OF_COUNTS.format(breaks=breaks, at_risk=at_risk, ratio=ratio, **about)

    @property
    def usual(self) -> float:
        """The level: the middle of the band lies below it, as counts end at the planned ones."""
        return self.level

    def _off_usual(self, words: Wording) -> str:
        return self._off(words)

    def _off(self, words: Wording) -> str:
        direction = words.direction(self.off_by)
        return templates.OFF_BY_DIRECTION.format(now=self._value(self.latest, words), direction=direction)


def clean_of(hazard, reps: int, shape: np.ndarray = FLAT):
    """Repetitions of `reps` that are expected before the first break, by the hazard of an average one and its shape.

    >>> round(float(clean_of(0.013, 8)), 2), round(float(clean_of(0.17, 8)), 2)
    (7.55, 3.78)
    >>> float(clean_of(0.5, 2, np.array([0.0, 2.0])))
    1.0
    """
    return _held(hazard, reps, shape).sum(axis=-1)


def _held(hazard, reps: int, shape: np.ndarray) -> np.ndarray:
    """The chances that form holds up to each repetition; a repetition breaks for sure where the hazard is above 1."""
    return np.cumprod(1 - np.minimum(np.asarray(hazard)[..., None] * over_reps(shape, reps), 1.0), axis=-1)


def change_of_counts(
    dates,
    broke: Iterable[Any],
    at_risk: Iterable[Any],
    *,
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
    dates : array-like of dates, shape (n,), increasing, one row a day
    broke, at_risk : iterables of length n, each a tuple with an entry a set, or a number where there is one set
        Whether the set broke, and its repetitions at risk, those before the break and the one that broke; a day with
        none at risk is no value.
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
    >>> broke = np.r_[np.zeros(13, dtype=int), 1, 1, 0, 1, 1, 1, 1]
    >>> found = change_of_counts(day, broke, np.where(broke, 4, 8))
    >>> str(found.state), str(found.since.date()), round(found.before, 1), round(found.level, 1)
    ('clearly worse', '2026-04-06', 7.9, 3.4)
    """
    broke, at_risk = list(broke), list(at_risk)
    if len(at_risk) != len(broke):
        raise DataProblem(f"{len(broke)} days with breaks and {len(at_risk)} with repetitions. Give both for each day.")
    of_all = rated_days(broke, at_risk)
    days = checked_days(dates, of_all.breaks, swc)
    end = days[-1] if until is None else day_of(until)
    known = days <= end
    days, rated = days[known], of_all.of(known)
    seen = rated.n_sets > 0
    if not seen.any():
        raise NotEnoughData("No form notes yet. Ask your coach to rate one set a week.")
    used = seen & without(events, days, end)
    counted = rated.of(used)
    clean = (counted.at_risk.sum(axis=1) - counted.breaks) / counted.n_sets
    nothing = ChangeOfCounts(
        days=days,
        rated=rated,
        used=used,
        squad=squad if squad.n_athletes else alone(counted),
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
    breaks, reps_at_risk = counted.breaks.astype(float), counted.average_reps(nothing.squad.shape)
    result = _told(nothing, days[used], breaks, reps_at_risk, end, events)
    return _with_today(result, days[used], breaks, reps_at_risk, int(counted.n_sets[-1]))


def limit_of(breaks: np.ndarray, average_reps: np.ndarray, a_season: float, squad: HazardOfSquad) -> float:
    """The score that a jump of the hazard has to pass, by days in 26 weeks, how common breaks are, and whether there is
    a squad.

    >>> days = np.full(20, 8.0)
    >>> rare, often = (limit_of(np.repeat([1.0, 0.0], [n, 20 - n]), days, 26, ALONE) for n in (1, 10))
    >>> round(rare, 2), round(often, 2)
    (3.25, 3.39)
    """
    hazard = (breaks.sum() + squad.breaks) / (average_reps.sum() + squad.weight)
    common = SCORE_HAZARD * float(np.clip(hazard - HAZARD_USUAL, 0, HAZARD_MOST - HAZARD_USUAL))
    score = SCORE if squad.n_athletes else SCORE_ALONE
    return score + SCORE_A_DOUBLING * float(np.log2(a_season / USUAL_A_SEASON)) + common


@dataclass(frozen=True)
class _Hazard:
    """A hazard with its interval, told as clean repetitions."""

    hazard: float
    clean: float
    clean_low: float
    clean_high: float


def _hazard(breaks: float, average_reps: float, of: ChangeOfCounts) -> _Hazard:
    broke, reps = breaks / of.squad.spread + UNKNOWN, average_reps / of.squad.spread
    tail = (1 - of.conf_level) / 2
    low, middle, high = (float(gammaincinv(broke, at)) / reps for at in (tail, 0.5, 1 - tail))
    return _Hazard(middle, *(float(clean_of(at, of.reps, of.squad.shape)) for at in (middle, high, low)))


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
    average_reps: np.ndarray,
    end: float,
    events: Sequence[Event],
) -> ChangeOfCounts:
    squad, conf_level = nothing.squad, nothing.conf_level
    looks = sundays(days, end)
    ends = np.searchsorted(days, looks, side="right")
    a_season = float(exposures_a_season(np.median(np.diff(days)), len(days)))
    limit = limit_of(breaks, average_reps, a_season, squad)
    scored = scored_jumps(breaks, average_reps, squad)
    found = found_changes(scored, ends, limit)
    claims = tuple(claim_of(one, days, looks, events) for one in found)
    told = [one for one, of in zip(found, claims, strict=True) if one.withdrawn is None and end <= day_of(of.told_to)]
    start = max((one.onset for one in found if one.withdrawn is None), default=0)

    def over(first: int, last: int) -> _Hazard:
        return _hazard(float(breaks[first:last].sum()), float(average_reps[first:last].sum()), nothing)

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
            hazard_before=before.hazard,
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
    result: ChangeOfCounts, days: np.ndarray, breaks: np.ndarray, average_reps: np.ndarray, sets: int
) -> ChangeOfCounts:
    """The band of one new day by the days of its regime without the newest, and what the newest is in it. A day without
    a break is never a low one: it may have been planned shorter."""
    squad = result.squad
    start = 0 if result.since is None else int(np.searchsorted(days, day_of(result.since)))
    before = slice(min(start, len(days) - 2), -1)
    more, weight = (UNKNOWN, 0.0) if start else (squad.breaks, squad.weight)  # since a change the squad says little
    broke, reps = breaks[before].sum() + more, average_reps[before].sum() + weight
    hazards = gammaincinv(broke / squad.spread, _LIKELY) * squad.spread / reps
    low, high = _band(hazards, result.reps, sets, squad.shape)
    today: Today = "none"
    if day_of(result.until) - days[-1] < TODAY_D:
        is_low, is_high = result.latest < low and breaks[-1] > 0, result.latest > high
        today = "unusually low" if is_low else "unusually high" if is_high else "usual"
    return replace(result, today=today, band_low=low, band_high=high)


def _band(hazards: np.ndarray, reps: int, sets: int, shape: np.ndarray) -> Interval:
    """Between which 95 % of days lie with their mean clean repetitions of `sets` sets, one hazard as likely as another.

    >>> _band(np.full(50, 0.013), 8, 1, FLAT), _band(np.full(50, 0.2), 8, 1, FLAT)
    (Interval(low=1.0, high=8.0), Interval(low=0.0, high=8.0))
    """
    held = np.append(np.ones((len(hazards), 1)), _held(hazards, reps, shape), axis=1)
    of_set = held - np.append(held[:, 1:], np.zeros((len(held), 1)), axis=1)
    chance = np.mean([_summed(one, sets) for one in of_set], axis=0).cumsum()
    low, high = np.searchsorted(chance, [TODAY_TAIL, 1 - TODAY_TAIL], side="right")
    return Interval(float(low) / sets, float(min(high, reps * sets)) / sets)


def _summed(chance: np.ndarray, times: int) -> np.ndarray:
    """The chances of the sum of so many independent counts."""
    total = chance
    for _ in range(times - 1):
        total = np.convolve(total, chance)
    return total
