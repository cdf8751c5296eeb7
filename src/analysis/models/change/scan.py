"""The scan for an onset: how far a step at each exposure stands out of noise that carries over from one to the next.

The values are a level and AR(1) errors from exposure to exposure. Whitened, y_i - rho y_(i-1), the errors are
independent, and a step from exposure k on is estimated by generalised least squares (GLS). All looks and all onsets are
scored at once, from cumulative sums; a leading axis of series is allowed everywhere, which is what the simulations use.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from analysis.models.change.told import SEASON_D

LEAST_BEFORE, LEAST_AFTER = 4, 2  # exposures that an onset must have on either side
LOOK_BACK = 60  # exposures: an onset farther back would have been found long ago


@dataclass(frozen=True, eq=False)
class Steps:
    """A step at each onset as each look sees it; the last two axes are looks and exposures since the onset.

    `size` is the GLS estimate, 0 where an onset is not allowed; `information` is 1 / variance for a TE of 1.
    """

    size: np.ndarray  # (..., looks, exposures since the onset - LEAST_AFTER)
    information: np.ndarray
    ends: np.ndarray  # (..., looks): exposures known at each look

    def scores(self, typical_error: np.ndarray | float) -> np.ndarray:
        """The estimates over their standard errors, of one TE a series."""
        return self.size * np.sqrt(self.information) / np.asarray(typical_error, dtype=float)[..., None, None]

    def onset(self, place: np.ndarray) -> np.ndarray:
        """The exposure, from 0, at which the step at `place` of the last axis begins."""
        return self.ends - LEAST_AFTER - place


def steps(values: np.ndarray, ends: np.ndarray, rho: np.ndarray | float, *, look_back: int = LOOK_BACK) -> Steps:
    """A step at every onset of the last `look_back` exposures, as seen at every look.

    Parameters
    ----------
    values : array of float, shape (..., n)
        Exposures, oldest first, without NaN up to the last end.
    ends : array of int, shape (..., looks)
        How many exposures are known at each look.
    rho : array of float, shape (...), or float
        Correlation of the errors of two exposures in a row, 0 <= rho < 1.

    Examples
    --------
    >>> seen = steps(np.array([0.0, 0, 0, 0, 3, 3, 3]), np.array([7]), 0.0)
    >>> int(seen.onset(np.abs(seen.scores(1.0)).argmax(axis=-1))[0]), seen.size[0, 1].round(9).tolist()
    (4, 3.0)
    """
    rho = np.asarray(rho, dtype=float)[..., None]
    fresh = 1 / np.sqrt(1 - rho**2)  # (..., 1)
    mean = np.sqrt((1 - rho) / (1 + rho))  # what whitening makes of a constant
    white = np.concatenate([values[..., :1], (values[..., 1:] - rho * values[..., :-1]) * fresh], axis=-1)
    total = np.concatenate([np.zeros_like(white[..., :1]), np.cumsum(white, axis=-1)], axis=-1)
    n_most = int(ends.max())
    after = np.arange(LEAST_AFTER, max(min(look_back, n_most - LEAST_BEFORE), LEAST_AFTER) + 1)  # exposures since onset
    onset = ends[..., None] - after
    allowed = onset >= LEAST_BEFORE
    onset = np.where(allowed, onset, LEAST_BEFORE)
    # at the onset the step is seen in full, afterwards only what did not carry over
    at_onset = fresh * white - mean * total[..., 1:]
    to_end = total[ends] if total.ndim == 1 else np.take_along_axis(total, ends, axis=-1)
    seen = _gathered(at_onset, onset) + (mean * to_end)[..., None]
    square = fresh**2 + (after - 1) * mean**2  # (..., since)
    cross = mean * fresh + (after - 1) * mean**2
    level_square = 1 + (ends - 1) * mean**2  # (..., looks)
    level_seen = white[..., :1] + mean * (to_end - white[..., :1])
    share = cross[..., None, :] / level_square[..., None]
    information = np.where(allowed, square[..., None, :] - share * cross[..., None, :], 1.0)
    size = np.where(allowed, (seen - share * level_seen[..., None]) / information, 0.0)
    return Steps(size, information, ends)


def _gathered(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """`values` (..., n) at `places` (..., looks, since)."""
    if values.ndim == 1:
        return values[places]
    flat = places.reshape(*places.shape[:-2], -1)
    return np.take_along_axis(values, flat, axis=-1).reshape(places.shape)


RARE_MOST = 26.0
CLIP_SE, CLIP_SE_A_SEASON = 1.9, 8.0  # how far a single exposure is believed, in typical errors; more for rare ones
SCORE, SCORE_A_DOUBLING, USUAL_A_SEASON = 3.46, 0.18, 52  # of the threshold: at 2 exposures a week, and by how many
SCORE_RHO, RHO_USUAL = 2.0, 0.3  # higher above rho .3, where rho is told worst
SCORE_TAILS, KURTOSIS_USUAL, KURTOSIS_MOST = 0.35, 3.5, 5.5  # higher where differences have heavy tails
DF_SHARE = 3.0  # looks repeat one error of the noise, which costs less than as many independent ones


def threshold(a_season, df, rho, kurtosis):
    """The score that a step must pass to be named, measured so that few unchanged series are named in 26 weeks.

    Parameters
    ----------
    a_season : float or array
        Exposures in 26 weeks, `exposures_a_season`.
    df : float or array
        What TE and rho together are known by, `Noise.df_of_level`.
    rho, kurtosis : float or array
        As estimated; kurtosis of first differences.

    Examples
    --------
    >>> round(float(threshold(52, 1e6, 0.25, 3.0)), 2), round(float(threshold(52, 8, 0.25, 3.0)), 2)
    (3.46, 3.99)
    """
    heavy = np.clip(kurtosis - KURTOSIS_USUAL, 0, KURTOSIS_MOST - KURTOSIS_USUAL)
    often = SCORE_A_DOUBLING * np.log2(np.asarray(a_season) / USUAL_A_SEASON)
    known = SCORE + often + SCORE_RHO * np.maximum(rho - RHO_USUAL, 0) + SCORE_TAILS * heavy
    return -stdtrit(np.asarray(df) * DF_SHARE, ndtr(-known))


def exposures_a_season(gap_d, n):
    """Exposures in 26 weeks at a median gap of days; of a series of rare ones, all of up to 26.

    >>> [float(exposures_a_season(gap_d, n)) for gap_d, n in ((3.5, 100), (28.0, 7), (365.0, 100))]
    [52.0, 7.0, 26.0]
    """
    often = np.maximum(SEASON_D / np.asarray(gap_d), np.minimum(n, RARE_MOST))
    return np.maximum(often, 1.0)


def clipped(values: np.ndarray, typical_error: np.ndarray | float, a_season: float) -> np.ndarray:
    """Each value at most some typical errors from the median of itself and the two before, so that a step passes from
    its second exposure on and a single slip does not. Shape (..., n), NaN stays NaN.

    >>> clipped(np.array([0.0, 0.1, 0.0, 9.0, 0.1]), 1.0, 52).round(2).tolist()
    [0.0, 0.1, 0.0, 2.15, 0.1]
    """
    if values.shape[-1] < 3:
        return values
    two_back, one_back, own = values[..., :-2], values[..., 1:-1], values[..., 2:]
    middle = np.maximum(np.minimum(two_back, one_back), np.minimum(np.maximum(two_back, one_back), own))
    middle = np.concatenate([middle[..., :1], middle[..., :1], middle], axis=-1)
    reach = ((CLIP_SE + CLIP_SE_A_SEASON / a_season) * np.asarray(typical_error, dtype=float))[..., None]
    return np.clip(values, middle - reach, middle + reach)


# of unchanged series with normal errors, % named in 26 weeks; rows are rho, columns exposures in 26 weeks
_RHO_MEASURED, _A_SEASON_MEASURED = (0.0, 0.3, 0.6), (7.0, 26.0, 52.0, 78.0)
_NAMED_IN_SQUADS_PCT = ((0.3, 1.6, 1.8, 2.5), (1.1, 4.2, 5.1, 5.2), (1.4, 4.5, 4.9, 3.8))
_NAMED_ALONE_PCT = ((1.1, 1.1, 0.5, 0.4), (3.8, 3.8, 2.6, 3.5), (11.3, 11.3, 14.6, 16.8))


def named_a_season(a_season: float, rho: float, *, alone: bool) -> float:
    """Share of unchanged series that are named in 26 weeks, as measured (the table in the card of `engine`).

    >>> round(named_a_season(52, 0.3, alone=False), 3), round(named_a_season(52, 0.3, alone=True), 3)
    (0.051, 0.026)
    """
    measured = _NAMED_ALONE_PCT if alone else _NAMED_IN_SQUADS_PCT
    at_rho = [float(np.interp(a_season, _A_SEASON_MEASURED, of_rho)) for of_rho in measured]
    return float(np.interp(rho, _RHO_MEASURED, at_rho)) / 100
