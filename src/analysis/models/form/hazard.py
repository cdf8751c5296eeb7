"""The hazard of a break of form in a squad: how likely each repetition breaks a set, and how much athletes differ.

Sets break late: the hazard has a shape over the repetitions of a set, which is the squad's, and an athlete has a
multiple of it. Repetitions at risk are therefore counted in average ones: a repetition that seldom breaks is worth
little, the last ones much, and breaks over average repetitions are the hazard of an average repetition. The shape is
a log hazard that rises by as much a repetition, its slope drawn to 0, and what stands out of that beyond chance.

It travels in the table of the squad's noise (`models.noise`), a row a lift and kind of break, raters taken together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import xlogy

from analysis.base.errors import DataProblem
from analysis.models.change.regimes import Scored
from analysis.models.change.scan import LEAST_AFTER, LEAST_BEFORE
from analysis.models.noise import ATHLETES_LEAST, NOISE_COLUMNS, SquadNoise

JUMP_SCORE = 2.6  # from which an athlete's later days say nothing of the squad
WEIGHT_LEAST, WEIGHT_MOST = 10.0, 1000.0  # average repetitions at risk that the squad's hazard counts for
SLOPE_KNOWN = 20.0  # precision with which the log hazard is thought not to rise a repetition: that of about 4 breaks
SLOPE_MOST = 10.0
SMOOTH_LEAST, SMOOTH_MOST = 0.5, 50.0  # breaks at each repetition that the smooth shape counts for
SHAPE_LEAST = 0.01  # a slip can come at any repetition
UNKNOWN = 0.5  # breaks and clean repetitions that nobody saw, where there is no squad (Jeffreys)


@dataclass(frozen=True, eq=False)
class RatedDays:
    """Rated sets by day and repetition number, both arrays of shape (days, repetitions). Made by `rated_days`."""

    broke: np.ndarray  # sets that broke at the repetition
    at_risk: np.ndarray  # sets that were clean up to it

    @property
    def breaks(self) -> np.ndarray:
        """Sets of each day that broke."""
        return self.broke.sum(axis=1)

    @property
    def n_sets(self) -> np.ndarray:
        """Sets of each day."""
        return self.at_risk[:, 0]

    def of(self, days: slice | np.ndarray) -> "RatedDays":
        """Some of the days."""
        return RatedDays(self.broke[days], self.at_risk[days])

    def average_reps(self, shape: np.ndarray) -> np.ndarray:
        """Repetitions at risk of each day, each as much as its hazard is over that of an average one."""
        return self.at_risk @ over_reps(shape, self.at_risk.shape[1])


@dataclass(frozen=True, eq=False)
class HazardOfSquad:
    """The squad's hazard of a break a repetition, and what it is worth for one athlete. Made by `hazard_of_squad`."""

    hazard: float  # of an average repetition
    weight: float  # average repetitions at risk
    spread: float  # variance between days over that of counts by chance, 1 or more
    n_athletes: int
    shape: np.ndarray  # hazard of repetition 1, 2 and so on, over that of an average one; the last one holds beyond

    @property
    def breaks(self) -> float:
        """Breaks that it counts for."""
        return self.hazard * self.weight

    @property
    def profile(self) -> str:
        """The hazards of repetition 1, 2 and so on as a text, for a table.

        >>> HazardOfSquad(0.02, 100.0, 1.0, 3, np.array([0.5, 1.5])).profile
        '0.01 0.03'
        """
        return " ".join(f"{hazard:.4g}" for hazard in self.hazard * self.shape)


FLAT = np.ones(1)
ALONE = HazardOfSquad(0.5, 2 * UNKNOWN, 1.0, 0, FLAT)


def rated_days(broke: Iterable[Any], at_risk: Iterable[Any]) -> RatedDays:
    """Rated sets by day and repetition number.

    Parameters
    ----------
    broke, at_risk : iterables over days, each a tuple with an entry a set, or a number where there is one set
        Whether the set broke, and its repetitions at risk: those before the break and the one that broke, or all. A set
        with none at risk, or with a missing value, is no set.

    Raises
    ------
    DataProblem : a set that broke more than once, or days that do not go together.

    Examples
    --------
    >>> days = rated_days([(True, False), 0], [(2, 3), 3])
    >>> days.broke.tolist(), days.at_risk.tolist()
    ([[0, 1, 0], [0, 0, 0]], [[2, 2, 1], [1, 1, 1]])
    """
    of_day = [(np.atleast_1d(one), np.atleast_1d(risk)) for one, risk in zip(broke, at_risk, strict=True)]
    n_sets = [len(risk) for _, risk in of_day]
    if n_sets != [len(one) for one, _ in of_day]:
        raise DataProblem("A day has more sets that broke or not than sets with repetitions. Give both for each set.")
    ended, risked = (np.array([float(of) for day in of_day for of in day[place]]) for place in (0, 1))
    day = np.repeat(np.arange(len(of_day)), n_sets)
    seen = np.isfinite(ended) & (risked > 0)
    wrong = seen & ~np.isin(ended, [0.0, 1.0])
    if wrong.any():
        raise DataProblem(f"A set breaks once or not at all; got {ended[wrong][0]:g} breaks. Correct the ratings.")
    last = risked[seen].astype(int)
    rep = np.arange(1, last.max(initial=1) + 1)
    at, ends = np.zeros((2, len(of_day), len(rep)), dtype=int)
    np.add.at(at, day[seen], (rep <= last[:, None]).astype(int))
    np.add.at(ends, day[seen], ((rep == last[:, None]) & (ended[seen] == 1)[:, None]).astype(int))
    return RatedDays(ends, at)


def over_reps(shape: np.ndarray, reps: int) -> np.ndarray:
    """A shape over so many repetitions; beyond its last one that one holds.

    >>> over_reps(np.array([0.5, 1.5]), 4).tolist()
    [0.5, 1.5, 1.5, 1.5]
    """
    return shape[np.minimum(np.arange(reps), len(shape) - 1)]


def hazard_of_squad(days: pd.DataFrame) -> HazardOfSquad:
    """The hazard of a break in a squad, its shape, how much athletes differ in it, and days of one athlete; what an
    athlete did after a jump of the own hazard is left out.

    Parameters
    ----------
    days : DataFrame
        athlete_id, broke, at_risk as `rated_days` takes them; one row an athlete and day, oldest first.

    Returns
    -------
    HazardOfSquad; `ALONE` below 3 athletes.

    Examples
    --------
    >>> days = pd.DataFrame({"athlete_id": list("abc") * 20, "broke": ([True] + [False] * 19) * 3, "at_risk": 8})
    >>> round(hazard_of_squad(days).hazard, 4)
    0.0073
    """
    rated = [rated_days(of["broke"], of["at_risk"]) for _, of in days.groupby("athlete_id")]
    return hazard_of_athletes([of.of(of.n_sets > 0) for of in rated if of.n_sets.any()])


def hazard_of_athletes(athletes: Sequence[RatedDays]) -> HazardOfSquad:
    """`hazard_of_squad` of athletes whose rated days are told apart already, a set or more on each day."""
    if len(athletes) < ATHLETES_LEAST:
        return ALONE
    first = _of_athletes(athletes)
    return _of_athletes([_before_a_jump(of, first) for of in athletes])


def alone(rated: RatedDays) -> HazardOfSquad:
    """What an athlete without a squad is judged by: nothing is known of the hazard, and its shape is the own."""
    first = replace(ALONE, shape=_shape_of([rated], 1))
    return replace(ALONE, shape=_shape_of([_before_a_jump(rated, first)], 1))


def with_hazards(noise: SquadNoise, exposures: pd.DataFrame) -> SquadNoise:
    """`noise` with the hazard of every lift that 3 athletes or more are rated in, of any break and of each kind.

    Parameters
    ----------
    exposures : DataFrame
        athlete_id, quantity, local_date, at_risk and kinds (tuples: the repetitions at risk of each set and the kind
        of its break, None without one); rows of `FormHistory.exposures`.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=20, freq="7D")
    >>> days = pd.DataFrame({"athlete_id": np.repeat(list("abc"), 20), "quantity": "squat.clean_reps",
    ...     "local_date": np.tile(day, 3), "at_risk": [(8,)] * 60, "kinds": ([("shift",)] + [(None,)] * 19) * 3})
    >>> table = with_hazards(SquadNoise(pd.DataFrame(columns=NOISE_COLUMNS)), days).table
    >>> table[["quantity", "unit", "hazard"]].round(4).values.tolist()
    [['squat.clean_reps', 'reps', 0.0073], ['squat.clean_reps.shift', 'reps', 0.0073]]
    """
    rows = []
    ordered = exposures.sort_values("local_date", kind="stable")
    for quantity, days in ordered.groupby("quantity", sort=True):
        for kind in (None, *sorted({kind for of_day in days["kinds"] for kind in of_day if kind is not None})):
            squad = hazard_of_squad(days.assign(broke=broke_by(days["kinds"], kind)))
            if squad.n_athletes:
                told = {name: getattr(squad, name) for name in ("hazard", "weight", "spread", "profile", "n_athletes")}
                told |= {"n_exposures": len(days), "source": f"squad of {squad.n_athletes}"}
                rows.append({"quantity": quantity_of_kind(str(quantity), kind), "device": "", "unit": "reps", **told})
    if not rows:
        return noise
    hazards = pd.DataFrame(rows).reindex(columns=NOISE_COLUMNS)
    return SquadNoise(hazards if noise.table.empty else pd.concat([noise.table, hazards], ignore_index=True))


def hazard_in(noise: SquadNoise, quantity: str) -> HazardOfSquad:
    """The squad's hazard of a quantity, `ALONE` where the table has none."""
    row = noise.row(quantity)
    if row is None:
        return ALONE
    hazard, weight, spread = (float(row[name]) for name in ("hazard", "weight", "spread"))
    shape = np.array([float(of_rep) for of_rep in row["profile"].split()]) / hazard
    return HazardOfSquad(hazard, weight, spread, int(row["n_athletes"]), shape)


def quantity_of_kind(quantity: str, kind: str | None) -> str:
    """The name of a kind of break in a table of noise; that of any break is the quantity's."""
    return quantity if kind is None else f"{quantity}.{kind}"


def broke_by(kinds: Iterable[tuple[str | None, ...]], kind: str | None) -> list[tuple[bool, ...]]:
    """Which sets of each day broke, by a kind or by any.

    >>> broke_by([("shift", "flexion"), (None,)], None), broke_by([("shift", "flexion"), (None,)], "shift")
    ([(True, True), (False,)], [(True, False), (False,)])
    """
    return [tuple(of is not None and kind in (None, of) for of in of_day) for of_day in kinds]


def scored_jumps(breaks: np.ndarray, average_reps: np.ndarray, squad: HazardOfSquad) -> Scored:
    """Signed roots of the likelihood ratio of a jump at every onset, for `found_changes`; more breaks are positive. The
    squad joins the days before the first one."""

    def scored(start: int, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        known_breaks = np.concatenate([[0.0], np.cumsum(breaks[start:])])
        known_reps = np.concatenate([[0.0], np.cumsum(average_reps[start:])])
        known = ends - start
        onset = np.arange(LEAST_BEFORE, max(int(known.max()) - LEAST_AFTER, LEAST_BEFORE) + 1)
        allowed = onset <= known[:, None] - LEAST_AFTER
        joins = start == 0  # once the hazard has jumped, that of the squad says nothing of the days before
        broke_before, reps_before = known_breaks[onset] + joins * squad.breaks, known_reps[onset] + joins * squad.weight
        broke_after = np.where(allowed, known_breaks[known][:, None] - known_breaks[onset], 0.0)
        reps_after = np.where(allowed, known_reps[known][:, None] - known_reps[onset], 1.0)
        ratio = (
            _log_likelihood(broke_before, reps_before)
            + _log_likelihood(broke_after, reps_after)
            - _log_likelihood(broke_before + broke_after, reps_before + reps_after)
        )
        size = np.where(allowed, np.sqrt(np.maximum(2 * ratio / squad.spread, 0.0)), 0.0)
        more = broke_after / reps_after > broke_before / reps_before
        return np.where(more, size, -size), np.broadcast_to(start + onset, size.shape)

    return scored


def _log_likelihood(breaks, average_reps):
    """Of the hazard that fits best, of counts that may be larger than the repetitions; less what all have in common."""
    return xlogy(breaks, breaks / average_reps)


def _before_a_jump(rated: RatedDays, squad: HazardOfSquad) -> RatedDays:
    """The days before the likeliest jump of one athlete, all of them where there is none to speak of."""
    n = len(rated.n_sets)
    if n < LEAST_BEFORE + LEAST_AFTER:
        return rated
    scores, onsets = scored_jumps(rated.breaks, rated.average_reps(squad.shape), squad)(0, np.array([n]))
    best = int(np.abs(scores[0]).argmax())
    return rated.of(slice(int(onsets[0][best]) if abs(scores[0][best]) > JUMP_SCORE else n))


def _shape_of(athletes: Sequence[RatedDays], least: int) -> np.ndarray:
    """The hazard of each repetition over that of an average one, up to the last repetition that `least` athletes or
    more were rated in; drawn to flat the more, the less the repetitions differ beyond chance."""
    n_reps = max(of.at_risk.shape[1] for of in athletes)
    broke, at_risk = np.zeros((2, len(athletes), n_reps))
    for place, of in enumerate(athletes):
        broke[place, : of.broke.shape[1]], at_risk[place, : of.at_risk.shape[1]] = of.broke.sum(0), of.at_risk.sum(0)
    told = np.count_nonzero((at_risk > 0).sum(axis=0) >= least)
    broke, at_risk = broke.sum(axis=0)[:told], at_risk.sum(axis=0)[:told]
    if not broke.any() or told < 2:
        return FLAT
    smooth = np.maximum(_rising(_slope(broke, at_risk), at_risk), SHAPE_LEAST)
    expected = at_risk * smooth * broke.sum() / (at_risk @ smooth)
    beyond = ((broke - expected) ** 2 / expected).sum() - (told - 1)
    between = beyond / (expected.sum() - (expected**2).sum() / expected.sum())
    weight = np.clip(1 / max(between, 1e-12), SMOOTH_LEAST, SMOOTH_MOST)
    shape = smooth * (broke + weight) / (expected + weight)
    return shape * at_risk.sum() / (shape @ at_risk)


def _rising(slope: float, at_risk: np.ndarray) -> np.ndarray:
    """A log hazard that rises by `slope` a repetition, as a shape."""
    rise = slope * np.arange(len(at_risk))
    shape = np.exp(rise - rise.max())
    return shape * at_risk.sum() / (shape @ at_risk)


def _slope(broke: np.ndarray, at_risk: np.ndarray) -> float:
    """By how much the log hazard rises a repetition: the likeliest, drawn to 0."""
    rep = np.arange(len(broke))

    def score(slope: float) -> float:
        expected = broke.sum() * at_risk * _rising(slope, at_risk) / at_risk.sum()
        return float((broke - expected) @ rep) - SLOPE_KNOWN * slope

    return float(brentq(score, -SLOPE_MOST, SLOPE_MOST))


def _of_athletes(athletes: Sequence[RatedDays]) -> HazardOfSquad:
    shape = _shape_of(athletes, ATHLETES_LEAST)
    by_day = [(of.breaks.astype(float), of.average_reps(shape)) for of in athletes]
    breaks, reps = (np.array([of[place].sum() for of in by_day]) for place in (0, 1))
    hazard = (breaks.sum() + UNKNOWN) / (reps.sum() + 2 * UNKNOWN)
    # variance of the athletes' hazards beyond chance, by moments
    beyond = ((breaks - hazard * reps) ** 2 / reps).sum() - hazard * (len(breaks) - 1)
    between = beyond / (reps.sum() - (reps**2).sum() / reps.sum())
    weight = np.clip(hazard / max(between, 1e-12), WEIGHT_LEAST, WEIGHT_MOST)
    own = (breaks + hazard * weight) / (reps + weight)
    # sums over sums: a set stops at its break, so that a day's own ratio would be too large on average
    squares = sum(float(((broke - p * of) ** 2).sum()) for (broke, of), p in zip(by_day, own, strict=True))
    n_days = sum(len(broke) for broke, _ in by_day)
    spread = squares / float(reps @ own) * n_days / max(n_days - len(own), 1)
    return HazardOfSquad(float(hazard), float(weight), max(1.0, spread), len(own), shape)
