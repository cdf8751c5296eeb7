"""The hazard of a break of form in a squad: how likely a repetition breaks a set, and how much athletes differ in it.

It travels in the table of the squad's noise (`models.noise`), a row a lift and kind of break, raters taken together.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy

from analysis.models.change.regimes import Scored
from analysis.models.change.scan import LEAST_AFTER, LEAST_BEFORE
from analysis.models.noise import ATHLETES_LEAST, NOISE_COLUMNS, SquadNoise

JUMP_SCORE = 2.6  # from which an athlete's later days say nothing of the squad
WEIGHT_LEAST, WEIGHT_MOST = 10.0, 1000.0  # repetitions at risk that the squad's hazard counts for
UNKNOWN = 0.5  # breaks and clean repetitions that nobody saw, where there is no squad (Jeffreys)


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


ALONE = HazardOfSquad(0.5, 2 * UNKNOWN, 1.0, 0)


def hazard_of_squad(days: pd.DataFrame) -> HazardOfSquad:
    """The hazard of a break in a squad, how much athletes differ in it, and days of one athlete; what an athlete did
    after a jump of the own hazard is left out.

    Parameters
    ----------
    days : DataFrame
        athlete_id, breaks, at_risk; one row an athlete and day, oldest first.

    Returns
    -------
    HazardOfSquad; `ALONE` below 3 athletes.

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
        return ALONE
    first = _spread_of(athletes)
    return _spread_of([_before_a_jump(breaks, at_risk, first) for breaks, at_risk in athletes])


def with_hazards(noise: SquadNoise, exposures: pd.DataFrame) -> SquadNoise:
    """`noise` with the hazard of every lift that 3 athletes or more are rated in, of any break and of each kind.

    Parameters
    ----------
    exposures : DataFrame
        athlete_id, quantity, local_date, at_risk, kinds (tuple of the kind of each break); rows of `FormHistory`s.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=20, freq="7D")
    >>> days = pd.DataFrame({"athlete_id": np.repeat(list("abc"), 20), "quantity": "squat.clean_reps",
    ...     "local_date": np.tile(day, 3), "at_risk": 8, "kinds": ([("shift",)] + [()] * 19) * 3})
    >>> table = with_hazards(SquadNoise(pd.DataFrame(columns=NOISE_COLUMNS)), days).table
    >>> table[["quantity", "hazard"]].round(4).values.tolist()
    [['squat.clean_reps', 0.0073], ['squat.clean_reps.shift', 0.0073]]
    """
    rows = []
    ordered = exposures.sort_values("local_date", kind="stable")
    for quantity, days in ordered.groupby("quantity", sort=True):
        for kind in (None, *sorted({kind for of_day in days["kinds"] for kind in of_day})):
            squad = hazard_of_squad(days.assign(breaks=breaks_of(days["kinds"], kind)))
            if squad.n_athletes:
                told = {"hazard": squad.hazard, "weight": squad.weight, "spread": squad.spread}
                told |= {"n_athletes": squad.n_athletes, "n_exposures": len(days), "source": _source(squad.n_athletes)}
                rows.append({"quantity": quantity_of_kind(str(quantity), kind), "device": "", **told})
    if not rows:
        return noise
    hazards = pd.DataFrame(rows).reindex(columns=NOISE_COLUMNS)
    return SquadNoise(hazards if noise.table.empty else pd.concat([noise.table, hazards], ignore_index=True))


def hazard_in(noise: SquadNoise, quantity: str) -> HazardOfSquad:
    """The squad's hazard of a quantity, `ALONE` where the table has none."""
    row = noise.row(quantity)
    if row is None:
        return ALONE
    return HazardOfSquad(*(float(row[name]) for name in ("hazard", "weight", "spread")), int(row["n_athletes"]))


def quantity_of_kind(quantity: str, kind: str | None) -> str:
    """The name of a kind of break in a table of noise; that of any break is the quantity's."""
    return quantity if kind is None else f"{quantity}.{kind}"


def breaks_of(kinds: Iterable[tuple[str, ...]], kind: str | None) -> list[int]:
    """How many breaks each day has, of a kind or of any.

    >>> breaks_of([("shift", "flexion"), ()], None), breaks_of([("shift", "flexion"), ()], "shift")
    ([2, 0], [1, 0])
    """
    return [len(of_day) if kind is None else of_day.count(kind) for of_day in kinds]


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


def _before_a_jump(breaks: np.ndarray, at_risk: np.ndarray, squad: HazardOfSquad) -> tuple[np.ndarray, np.ndarray]:
    """The days before the likeliest jump of one athlete, all of them where there is none to speak of."""
    if len(breaks) < LEAST_BEFORE + LEAST_AFTER:
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


def _source(n_athletes: int) -> str:
    return f"squad of {n_athletes}"
