"""Published indices of the difference between two sides, under one name each."""

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem


def asymmetry_indices(left: pd.Series, right: pd.Series) -> pd.DataFrame:
    """The indices that papers report, so that their numbers can be compared with ours.

    The workbook itself judges `log_ratio_pct` (`models.form.sides`): it is signed, symmetric and free of a choice of
    reference side. An index says nothing without the error of the trials behind it.

    Parameters
    ----------
    left, right : Series of float, shape (n,), above 0 and in one unit. NaN gives NaN.

    Returns
    -------
    DataFrame, index of `left`, all in percent:
    log_ratio_pct : 100 ln(right / left), positive where right is larger.
    right_minus_left_over_mean_pct, right_minus_left_over_larger_pct : signed the same way.
    difference_over_larger_pct : bilateral strength asymmetry, unsigned.
    difference_over_sum_pct, difference_over_mean_pct : symmetry indices, unsigned.
    smaller_over_larger_pct : limb symmetry index, 100 where the sides are equal.
    symmetry_angle_pct : (45 deg - arctan(left / right)) / 90 deg, unsigned.

    Raises
    ------
    DataProblem : a value of 0 or less.

    References
    ----------
    Bishop et al. 2016, Strength Cond J 38(6):27-32; Robinson et al. 1987, J Manipulative Physiol Ther 10:172-176
    (over the mean); Zifchock et al. 2008, Gait Posture 27:622-627 (symmetry angle).

    Examples
    --------
    >>> asymmetry_indices(pd.Series([20.0]), pd.Series([25.0]))["smaller_over_larger_pct"].tolist()
    [80.0]
    """
    n_impossible = int(((left <= 0) | (right <= 0)).sum())
    if n_impossible:
        raise DataProblem(f"{n_impossible} pairs have a side of 0 or less, which has no ratio. Leave these trials out.")
    larger, smaller = np.maximum(left, right), np.minimum(left, right)
    signed, total = right - left, left + right
    return 100 * pd.DataFrame(
        {
            "log_ratio_pct": np.log(right / left),
            "right_minus_left_over_mean_pct": 2 * signed / total,
            "right_minus_left_over_larger_pct": signed / larger,
            "difference_over_larger_pct": (larger - smaller) / larger,
            "difference_over_sum_pct": (larger - smaller) / total,
            "difference_over_mean_pct": 2 * (larger - smaller) / total,
            "smaller_over_larger_pct": smaller / larger,
            "symmetry_angle_pct": (np.pi / 4 - np.arctan(left / right)).abs() / (np.pi / 2),
        }
    )
