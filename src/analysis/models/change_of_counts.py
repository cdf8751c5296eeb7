"""Has the hazard of a break changed: clean repetitions, which are counts with a ceiling.

Model card
----------
Question: does form hold for more or fewer repetitions than before, since when, and by how many of a set?
Data: one athlete's rated sets of one lift and one kind of break by day: how many sets broke, and how many repetitions
were at risk (those before a break and the one that broke). A set that stayed clean says so by its repetitions.
Model: every repetition at risk breaks with the hazard p, which jumps at dates that are not known; of `reps` planned
repetitions sum (1 - p)^j, j = 1 to `reps`, are expected clean.
Estimator: as `models.change`, every Sunday a jump at every day with 4 days before and 2 from it on is scored by the
signed root of the likelihood ratio of two hazards against one. The squad's hazard joins the days before with the weight
that its athletes' spread gives it, so that weeks without a break are no hazard of 0; its spread between days divides
the ratio. Found changes are told for 8 weeks, or to the end of the block.
Interval: hazards by Jeffreys' beta interval on counts divided by the spread, clean repetitions at its ends; their
change by the interval of Zou & Donner, 90 % unless told. Named of unchanged athletes in 26 weeks, and found of the
changed, 2,000 a cell (`tests/simulations`), in %:

| squad of 12, one day a week | named | found within 6 weeks | by week 26 |
|---|--:|--:|--:|
| 1 set of 8, clean in 90 % of weeks, nobody changes | 5.6 | | |
| 6 sets, 1.3 % a repetition, nobody changes | 5.0 | | |
| 1 set of 8, athletes differ by an SD of .5 in logs | 6.6 | | |
| 1 set, 3 of 12 from 1.3 to 17 % | | 88 | 99 |
| 6 sets, 3 of 12 from 1.3 to 5.2 % | | 77 | 97 |
| 6 sets, 3 of 12 doubled | | 11 | 29 |

Refuses: no rated set, a break without a repetition at risk. "Cannot tell" with fewer than 6 days, or the last more than
28 days ago.
Criticism: one set of 8 a week, mostly clean, cannot show that form got better. Ratings are a person's, who is not
blind to the load; load and planned repetitions are not taken into account.

References
----------
Zou & Donner 2008, Stat Med 27:1693-1702; Brown, Cai & DasGupta 2001, Stat Sci 16:101-133; Worsley 1983, Biometrika
70:455-464 (change point of a binomial sequence).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import betaincinv, xlogy
from scipy.stats import betabinom

from analysis.base.errors import DataProblem, NotEnoughData
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
from analysis.models.change.engine import (
    NEEDED,
    RECENT_D,
    STALE_AFTER_D,
    TODAY_D,
    ChangeState,
    Claim,
    Today,
    WhyNot,
    claim_of,
)
from analysis.models.change.regimes import Scored, believed_between, found_changes
from analysis.models.change.scan import LEAST_AFTER, LEAST_BEFORE, exposures_a_season
from analysis.models.result import Interval, tidy_row

SCORE, SCORE_A_DOUBLING, USUAL_A_SEASON = 3.08, 0.15, 26  # of the threshold: at a day a week, and by how many
SCORE_HAZARD, HAZARD_USUAL, HAZARD_MOST = 8.0, 0.02, 0.07  # higher where breaks are common
ATHLETES_LEAST = 3
JUMP_SCORE = 2.6  # from which an athlete's later days say nothing of the squad
WEIGHT_LEAST, WEIGHT_MOST = 10.0, 1000.0  # repetitions at risk that the squad's hazard counts for
UNKNOWN = 0.5  # breaks and clean repetitions that nobody saw, where there is no squad (Jeffreys)
TODAY_TAIL = 0.025


@dataclass(frozen=True)
class HazardOfSquad:
    """The squad's hazard of a break a repetition, and what it is worth for one athlete. Made by `hazard_of_squad`."""

    hazard: float
    weight: float  # repetitions at risk
    spread: float  # variance between days over that of a binomial, 1 or more
    n_athletes: int

    @property
    def breaks(self) -> float:
        """Breaks that it counts for."""
        return self.hazard * self.weight


NO_SQUAD = HazardOfSquad(0.5, 2 * UNKNOWN, 1.0, 0)


def hazard_of_squad(days: pd.DataFrame) -> HazardOfSquad:
    """The hazard of a break in a squad, how much athletes differ in it, and days of one athlete; what an athlete did
    after a jump of the own hazard is left out.

    Parameters
    ----------
    days : DataFrame
        athlete_id, breaks, at_risk; one row an athlete and day, oldest first.

    Returns
    -------
    HazardOfSquad; `NO_SQUAD` below 3 athletes.

    Examples
    --------
    >>> days = pd.DataFrame({"athlete_id": list("abc") * 20, "breaks": ([1] + [0] * 19) * 3, "at_risk": 8})
    >>> round(hazard_of_squad(days).hazard, 4)
    0.0073
    """
    athletes = [
        (of["breaks"].to_numpy(dtype=float), of["at_risk"].to_numpy(dtype=float))
        for _, of in days[days["at_risk"] > 0].groupby("athlete_id")
    ]
    if len(athletes) < ATHLETES_LEAST:
        return NO_SQUAD
    first = _spread_of(athletes)
    return _spread_of([_before_a_jump(breaks, at_risk, first) for breaks, at_risk in athletes])


def _before_a_jump(breaks: np.ndarray, at_risk: np.ndarray, squad: HazardOfSquad) -> tuple[np.ndarray, np.ndarray]:
    """The days before the likeliest jump of one athlete, all of them where there is none to speak of."""
    if len(breaks) < NEEDED:
        return breaks, at_risk
    scores, onsets = scored_jumps(breaks, at_risk, squad)(0, np.array([len(breaks)]))
    best = int(np.abs(scores[0]).argmax())
    last = int(onsets[0][best]) if abs(scores[0][best]) > JUMP_SCORE else len(breaks)
    return breaks[:last], at_risk[:last]


def _spread_of(athletes: list[tuple[np.ndarray, np.ndarray]]) -> HazardOfSquad:
    breaks, at_risk = (np.array([of[place].sum() for of in athletes]) for place in (0, 1))
    hazard = (breaks.sum() + UNKNOWN) / (at_risk.sum() + 2 * UNKNOWN)
    binomial = hazard * (1 - hazard)
    # variance of the athletes' hazards beyond chance, by moments
    beyond = ((breaks - hazard * at_risk) ** 2 / at_risk).sum() - binomial * (len(breaks) - 1)
    between = beyond / (at_risk.sum() - (at_risk**2).sum() / at_risk.sum())
    weight = np.clip(binomial / max(between, 1e-12) - 1, WEIGHT_LEAST, WEIGHT_MOST)
    own = (breaks + hazard * weight) / (at_risk + weight)
    # sums over sums: a set stops at its break, so that a day's own ratio would be too large on average
    squares = sum(float(((broke - p * risk) ** 2).sum()) for (broke, risk), p in zip(athletes, own, strict=True))
    n_days = sum(len(broke) for broke, _ in athletes)
    spread = squares / float((at_risk * own * (1 - own)).sum()) * n_days / max(n_days - len(own), 1)
    return HazardOfSquad(float(hazard), float(weight), max(1.0, spread), len(own))


@dataclass(frozen=True, eq=False)
class ChangeOfCounts:
    """What rated sets say of how long form holds. Levels and changes are clean repetitions of `reps`; NaN, dates None,
    where they do not exist."""

    state: ChangeState
    reason: WhyNot | None
    today: Today  # low: fewer clean repetitions
    days: np.ndarray  # since 1970, oldest first
    breaks: np.ndarray
    at_risk: np.ndarray
    used: np.ndarray
    squad: HazardOfSquad
    reps: int
    swc: float
    until: pd.Timestamp
    conf_level: float
    more_needed: int = 0
    hazard: float = np.nan  # of a break a repetition, now
    level: float = np.nan
    level_low: float = np.nan
    level_high: float = np.nan
    since: pd.Timestamp | None = None
    since_low: pd.Timestamp | None = None
    since_high: pd.Timestamp | None = None
    before: float = np.nan
    change: float = np.nan
    change_low: float = np.nan
    change_high: float = np.nan
    told_to: pd.Timestamp | None = None
    claims: tuple[Claim, ...] = field(default=())

    @property
    def changed(self) -> bool:
        """Whether a change is told."""
        return self.state in ("clearly better", "better", "worse", "clearly worse")

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
            [tidy_row(name, "reps", at, np.nan, low, high, self.conf_level) for name, at, low, high in rows]
        )

    def glance(self) -> pd.DataFrame:
        """One row: what is told, of how many days, by which squad."""
        return pd.DataFrame(
            {
                "n": [len(self.days)],
                "n_used": [int(self.used.sum())],
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
        dates = day_stamps(self.days)
        clean = self.predict(dates)
        fitted = np.where(self.used, self.at_risk * np.array([_hazard_of(at, self.reps) for at in clean]), np.nan)
        frame = pd.DataFrame({"local_date": dates, "breaks": self.breaks, "at_risk": self.at_risk, "used": self.used})
        return frame.assign(**{".fitted": fitted, ".resid": self.breaks - fitted})


def clean_of(hazard, reps: int):
    """Repetitions of `reps` that are expected before the first break.

    >>> round(float(clean_of(0.013, 8)), 2), round(float(clean_of(0.17, 8)), 2)
    (7.55, 3.78)
    """
    return (1 - np.asarray(hazard)[..., None]) ** np.arange(1, reps + 1) @ np.ones(reps)


def _hazard_of(clean: float, reps: int) -> float:
    """The hazard that expects so many clean repetitions."""
    grid = np.linspace(0, 1, 1001)
    return float(np.interp(-clean, -clean_of(grid, reps), grid))


def change_of_counts(
    dates,
    breaks,
    at_risk,
    *,
    squad: HazardOfSquad = NO_SQUAD,
    reps: int = 8,
    swc: float = 1.0,
    until=None,
    events: Sequence[Event] = (),
    conf_level: float = 0.90,
    stale_after_days: int = STALE_AFTER_D,
) -> ChangeOfCounts:
    """What rated sets say of how long form holds by the end of `until`; fewer breaks are better.

    Parameters
    ----------
    dates : array-like of dates, shape (n,), increasing, one row a day
    breaks, at_risk : array-like of int, shape (n,)
        Sets that broke, and repetitions at risk; a day with none at risk is no value.
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
    >>> found.state, str(found.since.date()), round(found.before, 1), round(found.level, 1)
    ('clearly worse', '2026-04-06', 7.8, 3.4)
    """
    days = checked_days(dates, breaks, swc)
    broken, risked = np.asarray(breaks, dtype=float), np.asarray(at_risk, dtype=float)
    end = days[-1] if until is None else day_of(until)
    if len(risked) != len(broken):
        raise DataProblem(f"{len(broken)} days with breaks and {len(risked)} with repetitions. Give both for each day.")
    wrong = ~((broken >= 0) & (broken <= risked))
    if wrong[np.isfinite(broken) & np.isfinite(risked)].any():
        at = int(np.flatnonzero(wrong)[0])
        raise DataProblem(f"{broken[at]:g} breaks of {risked[at]:g} repetitions cannot be. Correct the ratings.")
    known = days <= end
    days, broken, risked = days[known], broken[known], risked[known]
    seen = np.isfinite(broken) & (risked > 0)
    if not seen.any():
        raise NotEnoughData("No form notes yet. Ask your coach to rate one set a week.")
    used = seen & without(events, days, end)
    nothing = ChangeOfCounts(
        "cannot tell", None, "none", days, broken, risked, used, squad, reps, swc, day_stamp(end), conf_level
    )
    missing = max(NEEDED - int(used.sum()), 0)
    if missing:
        new_rater = any(event.kind == "device" and days[0] < day_of(event.first) <= end for event in events)
        return replace(nothing, reason="series_broken" if new_rater else "too_few_values", more_needed=missing)
    if end - days[used][-1] > stale_after_days:
        return replace(nothing, reason="stale", more_needed=1)
    return _told(nothing, days[used], broken[used], risked[used], end, events)


def threshold_of_counts(a_season: float, hazard: float) -> float:
    """The score that a jump of the hazard has to pass, by days in 26 weeks and by how common breaks are.

    >>> round(threshold_of_counts(26, 0.013), 2), round(threshold_of_counts(26, 0.05), 2)
    (3.08, 3.32)
    """
    common = SCORE_HAZARD * float(np.clip(hazard - HAZARD_USUAL, 0, HAZARD_MOST - HAZARD_USUAL))
    return SCORE + SCORE_A_DOUBLING * float(np.log2(a_season / USUAL_A_SEASON)) + common


def scored_jumps(breaks: np.ndarray, at_risk: np.ndarray, squad: HazardOfSquad) -> Scored:
    """Signed roots of the likelihood ratio of a jump at every onset, for `found_changes`; more breaks are positive."""

    def scored(start: int, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        known_breaks = np.concatenate([[0.0], np.cumsum(breaks[start:])])
        known_risk = np.concatenate([[0.0], np.cumsum(at_risk[start:])])
        known = ends - start
        onset = np.arange(LEAST_BEFORE, max(int(known.max()) - LEAST_AFTER, LEAST_BEFORE) + 1)
        allowed = onset <= known[:, None] - LEAST_AFTER
        broke_before, risk_before = known_breaks[onset] + squad.breaks, known_risk[onset] + squad.weight
        broke_after = np.where(allowed, known_breaks[known][:, None] - known_breaks[onset], 0.0)
        risk_after = np.where(allowed, known_risk[known][:, None] - known_risk[onset], 1.0)
        ratio = (
            _log_likelihood(broke_before, risk_before)
            + _log_likelihood(broke_after, risk_after)
            - _log_likelihood(broke_before + broke_after, risk_before + risk_after)
        )
        size = np.where(allowed, np.sqrt(np.maximum(2 * ratio / squad.spread, 0.0)), 0.0)
        more = broke_after / risk_after > broke_before / risk_before
        return np.where(more, size, -size), np.broadcast_to(start + onset, size.shape)

    return scored


def _log_likelihood(breaks, at_risk):
    """Of the hazard that fits best."""
    return xlogy(breaks, breaks / at_risk) + xlogy(at_risk - breaks, 1 - breaks / at_risk)


@dataclass(frozen=True)
class _Hazard:
    """A hazard with its interval, told as clean repetitions."""

    hazard: float
    clean: float
    clean_low: float
    clean_high: float


def _hazard(breaks: float, at_risk: float, squad: HazardOfSquad, reps: int, conf_level: float) -> _Hazard:
    broke, clean = breaks / squad.spread + UNKNOWN, (at_risk - breaks) / squad.spread + UNKNOWN
    tail = (1 - conf_level) / 2
    low, high = float(betaincinv(broke, clean, tail)), float(betaincinv(broke, clean, 1 - tail))
    middle = broke / (broke + clean)
    return _Hazard(middle, *(float(clean_of(at, reps)) for at in (middle, high, low)))


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
    at_risk: np.ndarray,
    end: float,
    events: Sequence[Event],
) -> ChangeOfCounts:
    squad, reps, conf_level = nothing.squad, nothing.reps, nothing.conf_level
    looks = sundays(days, end)
    ends = np.searchsorted(days, looks, side="right")
    a_season = float(exposures_a_season(np.median(np.diff(days)), len(days)))
    limit = threshold_of_counts(a_season, (breaks.sum() + squad.breaks) / (at_risk.sum() + squad.weight))
    scored = scored_jumps(breaks, at_risk, squad)
    found = found_changes(scored, ends, limit)
    claims = tuple(claim_of(one, days, looks, events) for one in found)
    told = [one for one, of in zip(found, claims, strict=True) if one.withdrawn is None and end <= day_of(of.told_to)]
    start = max((one.onset for one in found if one.withdrawn is None), default=0)

    def over(first: int, last: int) -> _Hazard:
        return _hazard(float(breaks[first:last].sum()), float(at_risk[first:last].sum()), squad, reps, conf_level)

    result = replace(nothing, claims=claims)
    if told:
        last = told[-1]
        scores, onsets = scored(last.start, np.array([len(days)]))
        belief = np.exp((scores[0] ** 2 - (scores[0] ** 2).max()) / 2)
        earliest, latest = believed_between(onsets[0], belief / belief.sum(), conf_level)
        start = int(onsets[0][belief.argmax()])
        before, now = over(last.start, start), over(start, len(days))
        change, (low, high) = _difference(before, now)
        clear = low > nothing.swc if not last.rises else -high > nothing.swc
        good: ChangeState = "clearly better" if clear else "better"
        bad: ChangeState = "clearly worse" if clear else "worse"
        result = replace(
            result,
            state=bad if last.rises else good,
            since=day_stamp(days[start]),
            since_low=day_stamp(min(days[max(int(earliest) - 1, 0)] + 1, days[start])),
            since_high=day_stamp(max(days[int(latest)], days[start])),
            before=before.clean,
            told_to=max(of.told_to for of in claims if of.withdrawn_on is None),
        )
    else:
        now = over(start, len(days))
        recent = int(np.searchsorted(days, end - RECENT_D, side="right"))
        change, (low, high) = np.nan, Interval(np.nan, np.nan)
        if start < recent < len(days):
            change, (low, high) = _difference(over(start, recent), over(recent, len(days)))
        steady = -nothing.swc < low and high < nothing.swc
        state: ChangeState = "steady" if steady else "too close to call"
        result = replace(result, state=state, since=day_stamp(days[start]) if start else None)
    return replace(
        result,
        hazard=now.hazard,
        level=now.clean,
        level_low=now.clean_low,
        level_high=now.clean_high,
        change=change,
        change_low=low,
        change_high=high,
        today=_today(days, breaks, at_risk, min(start, len(days) - 2), end, squad),
    )


def _today(
    days: np.ndarray, breaks: np.ndarray, at_risk: np.ndarray, start: int, end: float, squad: HazardOfSquad
) -> Today:
    """The newest day against the days before it in its regime: how likely are so many breaks, or so few."""
    if end - days[-1] >= TODAY_D:
        return "none"
    broke, risk = breaks[start:-1].sum() + squad.breaks, at_risk[start:-1].sum() + squad.weight
    n, k = int(at_risk[-1]), int(breaks[-1])
    usual = (n, broke / squad.spread + 1e-9, (risk - broke) / squad.spread + 1e-9)
    at_least, at_most = float(betabinom.sf(k - 1, *usual)), float(betabinom.cdf(k, *usual))
    return "unusually low" if at_least < TODAY_TAIL else "unusually high" if at_most < TODAY_TAIL else "usual"
