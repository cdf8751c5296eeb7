"""The hazard of a break of form in a squad: how likely a repetition breaks a set, how it rises through the set, and how
much athletes differ in it.

Repetition k breaks a set that is clean so far with the hazard times exp(rise (k - centre)); the centre is such that an
average repetition at risk counts one. The hazard travels in the table of the squad's noise (`models.noise`), a row a
lift and kind of break, raters taken together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy

from analysis.models.change.regimes import Scored
from analysis.models.change.scan import LEAST_AFTER, LEAST_BEFORE
from analysis.models.noise import ATHLETES_LEAST, NOISE_COLUMNS, SquadNoise

JUMP_SCORE = 2.6  # from which an athlete's later days say nothing of the squad
WEIGHT_LEAST, WEIGHT_MOST = 10.0, 1000.0  # repetitions at risk that the squad's hazard counts for
UNKNOWN = 0.5  # breaks that nobody saw, of one repetition, where there is no squad (Jeffreys)
RISE_SD = 0.5  # a rise is drawn to none, so that a few breaks do not make one
_RISES = np.linspace(0.0, 2.5, 101)


@dataclass(frozen=True)
class HazardOfSquad:
    """The squad's hazard of a break a repetition, and what it is worth for one athlete. Made by `hazard_of_squad`."""

    hazard: float
    weight: float  # repetitions at risk
    spread: float  # variance between days over that of chance, 1 or more
    n_athletes: int
    rise: float = 0.0  # of the log hazard from one repetition to the next
    centre: float = 1.0  # repetition that has the hazard

    @property
    def breaks(self) -> float:
        """Breaks that it counts for."""
        return self.hazard * self.weight

    def counts(self, reps: int) -> np.ndarray:
        """What each of so many repetitions at risk counts for, an average one 1."""
        return np.exp(self.rise * (np.arange(1, reps + 1) - self.centre))


ALONE = HazardOfSquad(UNKNOWN, 1.0, 1.0, 0)


@dataclass(frozen=True, eq=False)
class Watched:
    """Days of one athlete by repetition, shape (days, repetitions): sets at risk of a break, and breaks."""

    at_risk: np.ndarray
    broke: np.ndarray

    @property
    def breaks(self) -> np.ndarray:
        """Of each day."""
        return self.broke.sum(axis=1)

    def exposure(self, squad: HazardOfSquad) -> np.ndarray:
        """Repetitions at risk of each day, each by what it counts for."""
        return self.at_risk @ squad.counts(self.at_risk.shape[1])

    def first(self, n: int) -> "Watched":
        """The first days."""
        return Watched(self.at_risk[:n], self.broke[:n])

    def of_days(self, used: np.ndarray) -> "Watched":
        """Some of the days."""
        return Watched(self.at_risk[used], self.broke[used])


def watched_days(
    at_risk: Iterable[Sequence[int]], kinds: Iterable[Sequence[object]], kind: str | None = None
) -> Watched:
    """Days of sets by repetition.

    Parameters
    ----------
    at_risk : of each day, the repetitions of each set that were clean up to them.
    kinds : of each day, the kind of break of each set; missing where it stayed clean.
    kind : the kind that counts; any if not given.

    Examples
    --------
    >>> days = watched_days([(3, 2)], [("shift", None)])
    >>> days.at_risk.tolist(), days.broke.tolist()
    ([[2.0, 2.0, 1.0]], [[0.0, 0.0, 1.0]])
    """
    sets = [np.asarray(of_day, dtype=int) for of_day in at_risk]
    most = max((int(of_day.max(initial=1)) for of_day in sets), default=1)
    place = np.arange(1, most + 1)
    broken = [np.array([one == kind if kind else isinstance(one, str) for one in of_day], bool) for of_day in kinds]
    return Watched(
        np.array([(of_day[:, None] >= place).sum(axis=0) for of_day in sets], dtype=float).reshape(-1, most),
        np.array(
            [(of_day[broke, None] == place).sum(axis=0) for of_day, broke in zip(sets, broken, strict=True)],
            dtype=float,
        ).reshape(-1, most),
    )


def hazard_of_squad(athletes: Sequence[Watched]) -> HazardOfSquad:
    """The hazard of a break in a squad, its rise through the set, how much athletes differ in it, and days of one
    athlete; what an athlete did after a jump of the own hazard is left out. `ALONE` below 3 athletes.

    Examples
    --------
    >>> days = watched_days([(8,)] * 20, [("shift",)] + [(None,)] * 19)
    >>> round(hazard_of_squad([days] * 3).hazard, 4)
    0.0073
    """
    if len(athletes) < ATHLETES_LEAST:
        return ALONE
    first = _spread_of(athletes)
    return _spread_of([_before_a_jump(of, first) for of in athletes])


def alone(days: Watched) -> HazardOfSquad:
    """Of an athlete without a squad: nothing is known but how the hazard rises through the own sets before a jump."""
    rise, centre = _rise([_before_a_jump(days, ALONE)])
    return HazardOfSquad(ALONE.hazard, ALONE.weight, ALONE.spread, 0, rise, centre)


def with_hazards(noise: SquadNoise, exposures: pd.DataFrame) -> SquadNoise:
    """`noise` with the hazard of every lift that 3 athletes or more are rated in, of any break and of each kind.

    Parameters
    ----------
    exposures : DataFrame
        athlete_id, quantity, local_date, at_risk and kinds (tuples, one entry a set); rows of `FormHistory`s.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=20, freq="7D")
    >>> days = pd.DataFrame({"athlete_id": np.repeat(list("abc"), 20), "quantity": "squat.clean_reps",
    ...     "local_date": np.tile(day, 3), "at_risk": [(8,)] * 60, "kinds": ([("shift",)] + [(None,)] * 19) * 3})
    >>> table = with_hazards(SquadNoise(pd.DataFrame(columns=NOISE_COLUMNS)), days).table
    >>> table[["quantity", "hazard"]].round(4).values.tolist()
    [['squat.clean_reps', 0.0073], ['squat.clean_reps.shift', 0.0073]]
    """
    rows = []
    ordered = exposures.sort_values("local_date", kind="stable")
    for quantity, days in ordered.groupby("quantity", sort=True):
        happened = {kind for of_day in days["kinds"] for kind in of_day if isinstance(kind, str)}
        for kind in (None, *sorted(happened)):
            athletes = [watched_days(of["at_risk"], of["kinds"], kind) for _, of in days.groupby("athlete_id")]
            squad = hazard_of_squad(athletes)
            if squad.n_athletes:
                told = {name: getattr(squad, name) for name in _COLUMNS}
                told |= {"n_exposures": len(days), "source": f"squad of {squad.n_athletes}"}
                rows.append({"quantity": quantity_of_kind(str(quantity), kind), "device": "", **told})
    if not rows:
        return noise
    hazards = pd.DataFrame(rows).reindex(columns=NOISE_COLUMNS)
    return SquadNoise(hazards if noise.table.empty else pd.concat([noise.table, hazards], ignore_index=True))


_COLUMNS = ("hazard", "weight", "spread", "n_athletes", "rise", "centre")


def hazard_in(noise: SquadNoise, quantity: str) -> HazardOfSquad:
    """The squad's hazard of a quantity, `ALONE` where the table has none."""
    row = noise.row(quantity)
    if row is None:
        return ALONE
    hazard, weight, spread, n_athletes, rise, centre = (float(row[name]) for name in _COLUMNS)
    return HazardOfSquad(hazard, weight, spread, int(n_athletes), rise, centre)


def quantity_of_kind(quantity: str, kind: str | None) -> str:
    """The name of a kind of break in a table of noise; that of any break is the quantity's."""
    return quantity if kind is None else f"{quantity}.{kind}"


def scored_jumps(breaks: np.ndarray, exposure: np.ndarray, squad: HazardOfSquad) -> Scored:
    """Signed roots of the likelihood ratio of a jump at every onset, for `found_changes`; more breaks are positive."""

    def scored(start: int, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        known_breaks = np.concatenate([[0.0], np.cumsum(breaks[start:])])
        known_risk = np.concatenate([[0.0], np.cumsum(exposure[start:])])
        known = ends - start
        onset = np.arange(LEAST_BEFORE, max(int(known.max()) - LEAST_AFTER, LEAST_BEFORE) + 1)
        allowed = onset <= known[:, None] - LEAST_AFTER
        broke_before, risk_before = known_breaks[onset] + squad.breaks, known_risk[onset] + squad.weight
        broke_after = np.where(allowed, known_breaks[known][:, None] - known_breaks[onset], 0.0)
        risk_after = np.where(allowed, known_risk[known][:, None] - known_risk[onset], 1.0)
        ratio = (
            xlogy(broke_before, broke_before / risk_before)
            + xlogy(broke_after, broke_after / risk_after)
            - xlogy(broke_before + broke_after, (broke_before + broke_after) / (risk_before + risk_after))
        )
        size = np.where(allowed, np.sqrt(np.maximum(2 * ratio / squad.spread, 0.0)), 0.0)
        more = broke_after / risk_after > broke_before / risk_before
        return np.where(more, size, -size), np.broadcast_to(start + onset, size.shape)

    return scored


def _before_a_jump(days: Watched, squad: HazardOfSquad) -> Watched:
    """The days before the likeliest jump of one athlete, all of them where there is none to speak of."""
    n = len(days.breaks)
    if n < LEAST_BEFORE + LEAST_AFTER:
        return days
    scores, onsets = scored_jumps(days.breaks, days.exposure(squad), squad)(0, np.array([n]))
    best = int(np.abs(scores[0]).argmax())
    return days.first(int(onsets[0][best])) if abs(scores[0][best]) > JUMP_SCORE else days


def _rise(athletes: Sequence[Watched]) -> tuple[float, float]:
    """How the log hazard rises from repetition to repetition, and the repetition at which an average one lies."""
    most = max(of.at_risk.shape[1] for of in athletes)
    at_risk, broke = np.zeros(most), np.zeros(most)
    for of in athletes:
        width = of.at_risk.shape[1]
        at_risk[:width] += of.at_risk.sum(axis=0)
        broke[:width] += of.broke.sum(axis=0)
    place = np.arange(1, most + 1)
    middle = at_risk @ place / at_risk.sum()
    grown = np.log(np.exp(_RISES[:, None] * (place - middle)) @ at_risk)
    likely = _RISES * (broke @ (place - middle)) - broke.sum() * grown - (_RISES / RISE_SD) ** 2 / 2
    best = int(likely.argmax())
    rise = float(_RISES[best])
    if not rise:
        return 0.0, 1.0
    return rise, float(middle + (grown[best] - np.log(at_risk.sum())) / rise)


def _spread_of(athletes: Sequence[Watched]) -> HazardOfSquad:
    rise, centre = _rise(athletes)
    shape = HazardOfSquad(0.0, 0.0, 1.0, 0, rise, centre)
    days = [(of.breaks, of.exposure(shape)) for of in athletes]
    breaks, exposure = (np.array([of[place].sum() for of in days]) for place in (0, 1))
    hazard = float((breaks.sum() + UNKNOWN) / (exposure.sum() + 2 * UNKNOWN))
    # variance of the athletes' hazards beyond chance, by moments
    beyond = ((breaks - hazard * exposure) ** 2 / exposure).sum() - hazard * (len(breaks) - 1)
    between = beyond / (exposure.sum() - (exposure**2).sum() / exposure.sum())
    weight = float(np.clip(hazard / max(between, 1e-12), WEIGHT_LEAST, WEIGHT_MOST))
    own = (breaks + hazard * weight) / (exposure + weight)
    # sums over sums: a set stops at its break, so that a day's own ratio would be too large on average
    squares = sum(float(((broke - p * risk) ** 2).sum()) for (broke, risk), p in zip(days, own, strict=True))
    n_days = sum(len(broke) for broke, _ in days)
    spread = squares / float((exposure * own).sum()) * n_days / max(n_days - len(own), 1)
    return HazardOfSquad(hazard, weight, max(1.0, spread), len(own), rise, centre)
