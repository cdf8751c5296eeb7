"""Noise of the squad: how far one exposure errs from the next, and how much of the error carries over.

Model card
----------
Question: how large are typical error (TE) and carry-over (rho) of a quantity on a device, in a squad and an athlete?
Data: every athlete's exposures of the quantity on the device, one value an exposure, oldest first.
Model: value = level + error, the error AR(1) from exposure to exposure with SD TE. Differences of exposures j apart
have variance 2 TE^2 (1 - rho^j), whatever the level is, and forgive slow change.
Estimator: mean squares of the differences at lags 1 to 4, pooled over athletes, each clipped at 3.5 robust SD; TE and
rho by generalised least squares on their logs, rho drawn towards .25 with the weight of 20 exposures. Where a level
jumps (means of 4 exposures on either side, by more than the scan's threshold) no difference is taken across. A level
that climbs all along, as in a beginner's first months, is no error that carries over: of whoever's last 3 exposures lie
more than 5 standard errors from the first 3, the mean difference is taken out at each lag; of all lags together, a
drift is, where it explains them better than every rho by 6 in log likelihood. Values that repeat, as the loads of a
plan do, have a lag at which nothing differs: none counts less than 5 % of the largest. A published or stated TE joins
with its degrees of freedom; where the staff states none, that of the device between days does (`base/devices.csv`),
with 4. An athlete's own TE is drawn to the squad's with 6 to 40 degrees of freedom, by how much the athletes' errors
differ. Below 3 athletes there is no squad: an athlete stands alone, drawn to the published value if there is one.
Interval: none is printed; `df` and `carry_sd` carry what is not known of TE and of rho into the change engine.
Refuses: an infinite value. Not known: a quantity in which an athlete has no 3 exposures and nothing is published.
Criticism: with lags 1 to 4 rho is known to +/- .06 from 440 exposures and +/- .10 from 110; a step of 1 MDC in all of
12 athletes at once, too small to be cut out in each, raises TE by 8 %. Rounding and missed exposures lower rho.
Measured, squads of 12 over 26 weeks, 2 exposures a week, 10 % missed, values rounded to 0.6 TE (`tests/simulations`).
Alone at rho .3, a level that climbs by half a TE or more with each of 24 exposures is found by the change engine in 92
to 100 % (0 to 38 % without taking drifts out); in 400 unchanged squads TE and rho moved by .02 at most for it.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error); von Neumann et al. 1941, Ann Math Stat 12:153-162 (successive
differences); Smyth 2004, Stat Appl Genet Mol Biol 3:3 (own variances drawn to the common one).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import polygamma, psi

from analysis.base.frames import ATHLETES_LEAST, NOISE_COLUMNS
from analysis.models.plausible import check_possible
from analysis.models.result import TIDY_COLUMNS, Result, tidy_row

MDC_FACTOR = 1.96 * 2**0.5  # two single exposures
LEVEL = 0.90
RHO_PRIOR, RHO_PRIOR_SD = 0.25, 0.235  # the weight of 20 exposures
CARRY_SD_PUBLISHED = 0.5  # of the log variance of a level when only RHO_PRIOR is known of rho
OWN_DF_LEAST, OWN_DF_MOST = 6.0, 40.0  # how strongly an own TE is drawn to the squad's
DIFFERENCE_SHARE = 2 / 3  # degrees of freedom of a mean square of successive differences, per difference
CLIP_SD, CUT_WINDOW, CUT_ROUNDS = 3.5, 4, 3
CUT_SCORE, CUT_SCORE_RARE = 3.6, 5.0  # 3.6 - 5 / n, about where the scan itself would name a change
RHO_START = 0.3  # of the first round
LAG_SHARE_LEAST = 0.05  # of the largest mean square: at rho .9 lag 1 has .29 of lag 4
_RHOS = np.linspace(0.0, 0.9, 91)
# covariance of the logs of the mean squares at lags 1 to 4 times their number, at rho .3 (1,500 simulated squads)
_LAG_COVARIANCE = np.array(
    [[2.57, 2.01, 1.67, 1.55], [2.01, 2.99, 2.49, 2.13], [1.67, 2.49, 3.20, 2.66], [1.55, 2.13, 2.66, 3.46]]
)
_LAGS = len(_LAG_COVARIANCE)
DRIFT_SCORE, DRIFT_LEAST = 5.0, 8  # from which a rise of 8 exposures or more is one, in standard errors
DRIFT_LEFT_LEAST = 0.3  # of the square of a difference, once their mean is taken out
# mean square of a drift from one exposure to the next over twice that of TE, and the log likelihood it has to gain
_DRIFTS, DRIFT_GAIN = np.concatenate([[0.0], np.geomspace(0.01, 30, 15)]), 6.0
STEEP = 2.0  # of lag 4 to lag 1, from which a drift is thought of: rho .3 makes 1.4


@dataclass(frozen=True)
class Noise:
    """How one athlete's exposures of a quantity on a device err: what the change engine judges by."""

    typical_error: float  # SD of one exposure about the level, in the unit
    df: float  # what the typical error is known by
    rho: float = RHO_PRIOR  # correlation of the errors of two exposures in a row
    carry_sd: float = CARRY_SD_PUBLISHED  # SD of the log variance of a level from not knowing rho
    source: str = "published value"
    resolution: float = 0.0  # step of the device
    kurtosis: float = 3.0  # of first differences; 3 is normal
    n_athletes: int = 0  # of the squad behind it; 0 alone

    @property
    def known(self) -> bool:
        """Whether anything can be judged by it."""
        return bool(np.isfinite(self.typical_error) and self.typical_error > 0 and self.df > 0 and 0 <= self.rho < 1)

    @property
    def df_of_level(self) -> float:
        """Degrees of freedom of the error of a level, of which TE and rho are both uncertain."""
        return 2 / (2 / self.df + self.carry_sd**2)

    @property
    def mdc(self) -> float:
        """Smallest difference of two single exposures beyond error, 2.77 TE."""
        return MDC_FACTOR * self.typical_error


@dataclass(frozen=True)
class Published:
    """A typical error from the literature or stated by the staff, and what it weighs."""

    typical_error: float
    df: float = 4.0
    source: str = "published value"


@dataclass(frozen=True, eq=False)
class Pooled:
    """TE and rho of groups; every array has the shape of the groups."""

    typical_error: np.ndarray
    df: np.ndarray
    rho: np.ndarray
    carry_sd: np.ndarray
    kurtosis: np.ndarray
    own_df: np.ndarray  # how strongly an athlete's own TE is drawn to the group's
    n_differences: np.ndarray


def pooled(values: np.ndarray, *, resolution: float = 0.0) -> Pooled:
    """TE and rho of groups of athletes, every group from its own values.

    Parameters
    ----------
    values : array of float, shape (groups, athletes, n)
        Exposures moved to the front, NaN behind the last. Every group needs two exposures of one athlete.
    resolution : float
        Step of the device; no TE is below resolution / sqrt(12).

    Examples
    --------
    >>> errors = np.random.default_rng(1).standard_normal((1, 12, 50))
    >>> noise = pooled(errors)
    >>> noise.typical_error.round(1).tolist(), noise.rho.round(1).tolist()
    ([1.0], [0.0])
    """
    least = max(resolution**2 / 12, 1e-18)
    first = np.abs(np.diff(values)).reshape(len(values), -1)
    spread = 1.4826 * _medians(first)
    rho = np.full(len(values), RHO_START)
    te = np.sqrt(np.maximum(spread**2 / (2 * (1 - rho)), np.maximum(3 * least, _tiny(values))))
    nobody = np.zeros(values.shape[:2], dtype=bool)
    for _ in range(CUT_ROUNDS):
        regimes = _regimes(values, te, rho)
        te, rho, carry_sd, *rest = _of_differences(values, regimes, nobody, rho, least)
    # a drift must not hide in the error that it is held to
    drifting = _drifting(values, *_of_differences(values, regimes, ~nobody, rho, least)[:2])
    if drifting.any():
        te, rho, carry_sd, *rest = _of_differences(values, regimes, drifting, rho, least)
    own, counts, kurtosis = rest
    df = np.maximum(DIFFERENCE_SHARE * counts.sum(axis=1), 1.0)
    own_df = _own_df(np.maximum(own / np.maximum(counts, 1) / (1 - rho)[:, None], least), counts)
    return Pooled(te, df, rho, carry_sd, kurtosis, own_df, counts.sum(axis=1))


def _medians(rows: np.ndarray) -> np.ndarray:
    """The median of what is known of each row, 0 where nothing is; of short rows 7 to 14 times as fast as nanmedian."""
    in_order = np.sort(rows, axis=1)  # NaN last
    n = np.isfinite(in_order).sum(axis=1)
    row = np.arange(len(rows))
    return np.where(n > 0, (in_order[row, np.maximum(n - 1, 0) // 2] + in_order[row, n // 2]) / 2, 0.0)


def _tiny(values: np.ndarray) -> np.ndarray:
    """What is nothing beside the values of each group, squared: equal values differ by no more."""
    return (1e-9 * np.nanmax(np.abs(values), axis=(1, 2))) ** 2 + 1e-300


def own_typical_errors(values: np.ndarray, of: Pooled, *, resolution: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Each athlete's TE drawn to the group's, and its degrees of freedom, both of shape (groups, athletes)."""
    regimes = _regimes(values, of.typical_error, of.rho)
    step = np.where(np.diff(regimes) == 0, np.diff(values), np.nan)
    step = _without_drift(step, 1, _drifting(values, of.typical_error, of.rho), of.rho)
    reach = CLIP_SD * of.typical_error * np.sqrt(2 * (1 - of.rho))
    step = np.clip(step, -reach[:, None, None], reach[:, None, None])
    n = np.isfinite(step).sum(axis=-1)
    own = np.nansum(step**2, axis=-1) / np.maximum(n, 1) / (2 * (1 - of.rho))[:, None]
    df = DIFFERENCE_SHARE * n
    towards = of.own_df[:, None]
    known_by = np.where(towards + df > 0, towards + df, of.df[:, None])  # of one exposure: as the group
    towards = known_by - df
    te = np.sqrt((towards * of.typical_error[:, None] ** 2 + df * np.maximum(own, resolution**2 / 12)) / known_by)
    return te, known_by


def _regimes(values: np.ndarray, te: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """A number for each exposure that rises where the level jumps, shape of `values`."""
    known = np.isfinite(values)
    n = known.sum(axis=-1, keepdims=True)
    width = values.shape[-1]
    place, group = np.arange(width), np.arange(len(values))[:, None, None]
    if width < 4:
        return np.zeros(values.shape, dtype=int)
    spread = np.ones((len(values), CUT_WINDOW + 1, CUT_WINDOW + 1))
    for before, after in np.ndindex(CUT_WINDOW - 1, CUT_WINDOW - 1):
        spread[:, before + 2, after + 2] = _variance_of_jump(before + 2, after + 2, rho)
    total = np.concatenate([np.zeros_like(values[..., :1]), np.cumsum(np.where(known, values, 0.0), axis=-1)], axis=-1)
    score = np.zeros(values.shape)
    ends_early = n - np.arange(2, CUT_WINDOW)  # where fewer than a window follow, one place for each number
    begins_late = np.broadcast_to(np.arange(2, CUT_WINDOW), ends_early.shape)
    inside = np.broadcast_to(place, values.shape)
    for places in (inside, begins_late, ends_early):
        before = np.minimum(places, CUT_WINDOW)
        after = np.minimum(n - places, CUT_WINDOW)
        valid = (before >= 2) & (after >= 2)
        if places is inside:
            valid &= (before == CUT_WINDOW) & (after == CUT_WINDOW)
        at, before, after = np.where(valid, places, 0), np.where(valid, before, 0), np.where(valid, after, 0)
        middle = np.take_along_axis(total, at, axis=-1)
        mean_before = (middle - np.take_along_axis(total, at - before, axis=-1)) / np.maximum(before, 1)
        mean_after = (np.take_along_axis(total, at + after, axis=-1) - middle) / np.maximum(after, 1)
        error = te[:, None, None] * np.sqrt(spread[group, before, after])
        seen = np.where(valid, np.abs(mean_after - mean_before) / error, 0.0)
        here = np.where(valid, places, 0)
        np.put_along_axis(score, here, np.maximum(seen, np.take_along_axis(score, here, axis=-1)), axis=-1)
    padded = np.pad(score, [(0, 0), (0, 0), (3, 3)])
    highest = np.max([padded[..., shift : shift + width] for shift in range(7)], axis=0)
    limit = CUT_SCORE - CUT_SCORE_RARE / np.maximum(n, 5)
    return np.cumsum((score > limit) & (score >= highest), axis=-1)


def _variance_of_jump(before: int, after: int, rho: np.ndarray) -> np.ndarray:
    """Variance of the difference of two adjoining means for a TE of 1."""
    weight = np.concatenate([np.full(before, -1 / before), np.full(after, 1 / after)])
    apart = np.abs(np.subtract.outer(np.arange(before + after), np.arange(before + after)))
    return np.einsum("i,...ij,j->...", weight, rho[:, None, None] ** apart, weight)


def _of_differences(
    values: np.ndarray, regimes: np.ndarray, drifting: np.ndarray, rho: np.ndarray, least: float
) -> tuple[np.ndarray, ...]:
    """TE, rho and the SD of the log variance of a level, then what `_mean_squares` gives besides."""
    squares, own, counts, kurtosis = _mean_squares(values, regimes, drifting, rho)
    squares = np.maximum(squares, np.maximum(least, LAG_SHARE_LEAST * squares.max(axis=1, keepdims=True)))
    return *_fitted(squares, counts.sum(axis=1)), own, counts, kurtosis


def _drifting(values: np.ndarray, te: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Whose last 3 exposures lie farther from the first 3 than errors explain, (groups, athletes)."""
    n = np.isfinite(values).sum(axis=-1)
    newest = np.clip(n[..., None] - [3, 2, 1], 0, values.shape[-1] - 1)
    rise = np.take_along_axis(values, newest, axis=-1).mean(axis=-1) - values[..., :3].mean(axis=-1)
    error = te * np.sqrt(2 * _variance_of_sum(3, rho)) / 3
    return (n >= DRIFT_LEAST) & (np.abs(np.nan_to_num(rise)) > DRIFT_SCORE * error[:, None])


def _without_drift(step: np.ndarray, lag: int, drifting: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Differences at a lag less their mean in those who drift, and enlarged by what that takes from their square."""
    n = np.isfinite(step).sum(axis=-1)
    taken = drifting & (n >= DRIFT_LEAST - 1 - lag)
    mean = np.nansum(step, axis=-1) / np.maximum(n, 1)
    of_mean = _variance_of_sum(lag, rho) / (1 - rho**lag)
    left = np.maximum(1 - of_mean[:, None] / np.maximum(n, 1) ** 2, DRIFT_LEFT_LEAST)
    return np.where(taken[..., None], (step - mean[..., None]) / np.sqrt(left)[..., None], step)


def _variance_of_sum(n: int, rho: np.ndarray) -> np.ndarray:
    """Of n exposures in a row, for a TE of 1."""
    return n + 2 * sum(((n - apart) * rho**apart for apart in range(1, n)), np.zeros_like(rho))


def _mean_squares(
    values: np.ndarray, regimes: np.ndarray, drifting: np.ndarray, rho: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Half the mean square of the differences at each lag (groups, lags), that of lag 1 as a sum and a count
    (groups, athletes), and the kurtosis of lag 1 (groups,)."""
    squares, own, counts, kurtosis = [], np.empty(0), np.empty(0), np.empty(0)
    for lag in range(1, min(_LAGS, values.shape[-1] - 1) + 1):
        same = regimes[..., lag:] == regimes[..., :-lag]
        step = np.where(same, values[..., lag:] - values[..., :-lag], np.nan)
        step = _without_drift(step, lag, drifting, rho)
        flat = step.reshape(len(step), -1)
        reach = CLIP_SD * 1.4826 * _medians(np.abs(flat))
        reach = np.where(reach > 0, reach, np.inf)  # mostly equal values: nothing to clip by
        square = np.minimum(np.abs(step), reach[:, None, None]) ** 2
        n = np.isfinite(square).sum(axis=2)
        squares.append(np.nansum(square, axis=(1, 2)) / np.maximum(n.sum(axis=1), 1) / 2)
        if lag == 1:
            own, counts = np.nansum(square, axis=2) / 2, n
            kurtosis = _kurtosis(np.nan_to_num(flat), np.maximum(n.sum(axis=1), 1), reach)
    return np.array(squares).T, own, counts, kurtosis


def _kurtosis(flat: np.ndarray, n: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Of differences bounded at 6 SD, so that one slip of the pen is not all there is to say of a squad."""
    second = np.minimum(flat**2, (2 * reach[:, None]) ** 2).sum(axis=1) / n
    fourth = (np.minimum(flat**2, 36 * second[:, None]) ** 2).sum(axis=1) / n
    return np.where(second > 0, fourth / np.where(second > 0, second, 1) ** 2, 3.0)


def _fitted(squares: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """TE, rho and the SD of the log variance of a level, from mean squares of differences (groups, lags)."""
    misfit, log_variance = _misfit(squares, n, _drift(squares, n))
    belief = np.exp(-(misfit - misfit.min(axis=1, keepdims=True)))
    belief /= belief.sum(axis=1, keepdims=True)
    of_level = log_variance + np.log((1 + _RHOS) / (1 - _RHOS))
    mean = (belief * of_level).sum(axis=1)
    carry_sd = np.sqrt((belief * (of_level - mean[:, None]) ** 2).sum(axis=1))
    return np.exp((belief * log_variance).sum(axis=1) / 2), belief @ _RHOS, carry_sd


def _drift(squares: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The mean square of a drift over twice that of TE, (groups,); 0 where errors explain the lags nearly as well."""
    drift = np.zeros(len(squares))
    steep = squares[:, -1] > STEEP * squares[:, 0]
    if squares.shape[1] == _LAGS and steep.any():  # fewer lags do not tell it from rho
        tried = np.array([_misfit(squares[steep], n[steep], one)[0].min(axis=1) for one in _DRIFTS])
        drift[steep] = np.where(tried[0] - tried.min(axis=0) > DRIFT_GAIN, _DRIFTS[tried.argmin(axis=0)], 0.0)
    return drift


def _misfit(squares: np.ndarray, n: np.ndarray, drift: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Minus the log of the belief in each rho, and the log of TE^2 under it, both (groups, rhos)."""
    lag = np.arange(1, squares.shape[1] + 1)
    precision = np.linalg.inv(_LAG_COVARIANCE[: len(lag), : len(lag)])
    shape = np.log(1 - _RHOS[:, None] ** lag + np.reshape(drift, (-1, 1, 1)) * lag**2)
    off = np.log(squares)[:, None, :] - shape
    log_variance = off @ precision.sum(axis=0) / precision.sum()
    off = off - log_variance[..., None]
    misfit = np.einsum("gri,ij,grj->gr", off, precision, off) * n[:, None] / 2
    return misfit + ((_RHOS - RHO_PRIOR) / RHO_PRIOR_SD) ** 2 / 2, log_variance


def _own_df(own: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How strongly own variances (groups, athletes) are drawn together, from how much they differ beyond chance."""
    enough = counts >= 3
    half = np.maximum(DIFFERENCE_SHARE * counts / 2, 0.5)
    log_own = np.where(enough, np.log(own) - psi(half) + np.log(half), np.nan)
    n = enough.sum(axis=1)
    several = n >= ATHLETES_LEAST
    result = np.zeros(len(own))
    if several.any():
        beyond = np.nanvar(log_own[several], axis=1, ddof=1)
        chance = np.nanmean(np.where(enough, polygamma(1, half), np.nan)[several], axis=1)
        # the trigamma of half the degrees of freedom is about 1 / (half - 1 / 2)
        result[several] = np.clip(1 + 2 / np.maximum(beyond - chance, 1e-3), OWN_DF_LEAST, OWN_DF_MOST)
    return result


@dataclass(frozen=True, eq=False)
class SquadNoise(Result):
    """TE and rho, or a hazard, by quantity and device, of squads of 3 or more; no athlete is named. Made by
    `noise_of_squad`."""

    table: pd.DataFrame  # NOISE_COLUMNS; te and mdc in the unit of the quantity

    @cached_property
    def _told(self) -> dict[tuple[str, str], dict]:
        return {(row["quantity"], row["device"]): row for row in self.table.to_dict("records")}

    def row(self, quantity: str, device: str | None = None) -> Mapping[str, Any] | None:
        """What the table has of a quantity and device, None where it has nothing."""
        return self._told.get((quantity, device or ""))

    def of(
        self,
        quantity: str,
        device: str | None,
        values: np.ndarray,
        *,
        published: Published | None = None,
        resolution: float = 0.0,
    ) -> Noise:
        """The noise of one athlete, whose exposures on the device are `values`, oldest first, NaN left out.

        The squad's where the table has the quantity and device, the own TE drawn to it; else the athlete's own, drawn
        to the published value. Not `known` where there is neither.
        """
        return self.of_several(quantity, device, [values], published=published, resolution=resolution)[0]

    def of_several(
        self,
        quantity: str,
        device: str | None,
        series: Sequence[np.ndarray],
        *,
        published: Published | None = None,
        resolution: float = 0.0,
    ) -> list[Noise]:
        """The noise of several athletes at once, as `of` tells it of each."""
        known = [np.asarray(values, dtype=float) for values in series]
        known = [values[np.isfinite(values)] for values in known]
        told = self.row(quantity, device)
        if told is None:
            return [_alone(values[None, None], published, resolution) for values in known]
        own = np.full((1, len(known), max(max(map(len, known), default=0), 1)), np.nan)
        for place, values in enumerate(known):
            own[0, place, : len(values)] = values
        names = ("te", "df", "rho", "carry_sd", "kurtosis", "own_df", "n_exposures")
        squad = Pooled(*(np.array([float(told[name])]) for name in names))
        te, df = own_typical_errors(own, squad, resolution=resolution)
        rest = (float(told["rho"]), float(told["carry_sd"]), str(told["source"]), resolution, float(told["kurtosis"]))
        return [
            Noise(float(one), float(by), *rest, n_athletes=int(told["n_athletes"]))
            for one, by in zip(te[0], df[0], strict=True)
        ]

    def tidy(self) -> pd.DataFrame:
        """Two rows a quantity and device, TE in its own unit and rho, or one, its hazard; no interval."""
        told = [
            tidy_row(f"{term} of {row['quantity']} {row['device']}".strip(), "", row[term], *[np.nan] * 3, LEVEL)
            for row in self._told.values()
            for term in ("te", "rho", "hazard")
            if np.isfinite(row[term])
        ]
        return pd.DataFrame(told, columns=TIDY_COLUMNS)

    def glance(self) -> pd.DataFrame:
        """One row: quantities and devices, exposures behind them."""
        return pd.DataFrame({"n": [len(self.table)], "n_exposures": [int(self.table["n_exposures"].sum())]})


def noise_of_squad(
    exposures: pd.DataFrame,
    *,
    published: Mapping[str | tuple[str, str], Published] | None = None,
    resolution: Mapping[str, float] | None = None,
) -> SquadNoise:
    """TE and rho of every quantity and device that 3 athletes or more have exposures of.

    Parameters
    ----------
    exposures : DataFrame
        athlete_id, quantity, device, local_date, value; one row an exposure, in any order; where an athlete has several
        series of a quantity, as of both legs, a column series tells them apart; a column unit is kept. NaN is no value,
        no device is one too. Days of planned lightness are left out by the caller.
    published, resolution : mapping
        By quantity: a published or stated TE, which joins with its degrees of freedom; the step of the device. An
        error of one device by quantity and device goes before that of the quantity.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> squad = pd.DataFrame({"athlete_id": np.repeat(list("abcdef"), 40), "quantity": "sprint", "device": "gates",
    ...     "local_date": pd.to_datetime(["2026-01-05"] * 240), "value": 3.2 + 0.04 * rng.standard_normal(240)})
    >>> noise = noise_of_squad(squad)
    >>> noise.table[["quantity", "te", "n_athletes"]].round(2).values.tolist()
    [['sprint', 0.04, 6]]
    >>> noise.of("sprint", "gates", squad["value"].head(40).to_numpy()).source
    'squad of 6'
    """
    published, resolution = published or {}, resolution or {}
    check_possible(exposures["value"], "value")
    known = exposures.dropna(subset=["value"]).sort_values("local_date", kind="stable")
    known = known.assign(device=known["device"].fillna(""))
    for absent in {"series", "unit"} - set(known):
        known = known.assign(**{absent: ""})
    rows = []
    for (quantity, device), of_device in known.groupby(["quantity", "device"], sort=True):
        repeated = of_device[of_device.groupby(["athlete_id", "series"])["value"].transform("size") > 1]
        n_athletes = repeated["athlete_id"].nunique()
        if n_athletes < ATHLETES_LEAST:
            continue
        values = _moved_to_front(repeated)
        step = resolution.get(str(quantity), 0.0)
        squad = pooled(values[None], resolution=step)
        te, df = float(squad.typical_error[0]), float(squad.df[0])
        stated = published.get((str(quantity), str(device))) or published.get(str(quantity))
        source = f"squad of {n_athletes}"
        if stated is not None:
            te = ((stated.df * stated.typical_error**2 + df * te**2) / (stated.df + df)) ** 0.5
            df += stated.df
            source = f"{source} and {stated.source}"
        rest = (squad.rho[0], squad.carry_sd[0], squad.kurtosis[0], squad.own_df[0])
        numbers = [te, df, *map(float, rest), n_athletes, int(np.isfinite(values).sum()), MDC_FACTOR * te]
        rows.append([quantity, device, of_device["unit"].iloc[0], *numbers, source, *[np.nan] * 3, "", *[np.nan] * 2])
    return SquadNoise(pd.DataFrame(rows, columns=NOISE_COLUMNS))


def _moved_to_front(exposures: pd.DataFrame) -> np.ndarray:
    """Series by exposures, NaN behind the last of each."""
    by_series = exposures.groupby(["athlete_id", "series"], sort=True)
    place, series = by_series.cumcount().to_numpy(), by_series.ngroup().to_numpy()
    values = np.full((series.max() + 1, place.max() + 1), np.nan)
    values[series, place] = exposures["value"].to_numpy(dtype=float)
    return values


def _alone(own: np.ndarray, stated: Published | None, resolution: float) -> Noise:
    """The noise of an athlete without a squad, from own differences and the published value, whichever there is."""
    if own.shape[-1] < 3:
        if stated is None:
            return Noise(np.nan, 0.0, source="unknown", resolution=resolution)
        return noise_of_published(stated, resolution=resolution)
    alone = pooled(own, resolution=resolution)
    te, df, source = float(alone.typical_error[0]), float(alone.df[0]), "own values"
    if stated is not None:
        te = ((stated.df * stated.typical_error**2 + df * te**2) / (stated.df + df)) ** 0.5
        df, source = df + stated.df, f"{stated.source} and own values"
    return Noise(te, df, float(alone.rho[0]), float(alone.carry_sd[0]), source, resolution, float(alone.kurtosis[0]))


NO_SQUAD = SquadNoise(pd.DataFrame(columns=NOISE_COLUMNS))


def noise_of_published(stated: Published, *, resolution: float = 0.0) -> Noise:
    """A published TE alone, rho not known.

    >>> round(noise_of_published(Published(0.03)).mdc, 3)
    0.083
    """
    return Noise(stated.typical_error, stated.df, source=stated.source, resolution=resolution)
