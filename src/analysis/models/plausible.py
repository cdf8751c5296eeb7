"""Values that no measurement can be, or that show nothing, refused in a sentence before a model meets them."""

from typing import Literal

import numpy as np

from analysis.base.errors import DataProblem, NotEnoughData

Sign = Literal["any", "not negative", "positive"]


def check_possible(values, what: str, unit: str = "", *, sign: Sign = "any") -> None:
    """Refuse values that cannot have been measured. NaN is no value and passes.

    Parameters
    ----------
    values : array-like of float
    what, unit : how one of them is called in the refusal, "bar speed" and "m/s".
    sign : which finite values there are.

    Raises
    ------
    DataProblem : the first value that is infinite, or below 0, or 0 where it must be positive.

    Examples
    --------
    >>> check_possible([0.5, float("nan")], "bar speed", "m/s", sign="positive")
    >>> check_possible([0.5, -0.4], "bar speed", "m/s", sign="not negative")
    Traceback (most recent call last):
    analysis.base.errors.DataProblem: A bar speed of -0.4 m/s cannot be. Correct it at its source, or leave it out.
    """
    told = np.asarray(values, dtype=float).ravel()
    wrong = np.isinf(told)
    if sign != "any":
        wrong |= told < 0
    if sign == "positive":
        wrong |= told == 0
    if wrong.any():
        value = f"{told[wrong][0]:g} {unit}".strip()
        raise DataProblem(f"A {what} of {value} cannot be. Correct it at its source, or leave it out.")


def check_complete(values, what: str, unit: str = "", *, sign: Sign = "any") -> None:
    """As `check_possible`, for a model that has no place for a missing value either.

    Raises
    ------
    DataProblem : how many values are missing, else the first that is not possible.

    Examples
    --------
    >>> check_complete([1.0, float("nan")], "value")
    Traceback (most recent call last):
    analysis.base.errors.DataProblem: 1 of 2 values is missing. Correct it, or leave it out by name.
    """
    told = np.asarray(values, dtype=float).ravel()
    n_missing = int(np.isnan(told).sum())
    if n_missing:
        are, them = ("is", "it") if n_missing == 1 else ("are", "them")
        raise DataProblem(
            f"{n_missing} of {len(told)} {what}s {are} missing. Correct {them}, or leave {them} out by name."
        )
    check_possible(told, what, unit, sign=sign)


def check_varied(values, what: str) -> None:
    """Refuse values that are all the same, in which nothing can be seen.

    Raises
    ------
    NotEnoughData : the one value there is.

    Examples
    --------
    >>> check_varied([7.0, 7.0], "value")
    Traceback (most recent call last):
    analysis.base.errors.NotEnoughData: All 2 values are 7, so no change is seen in them. Record on.
    """
    told = np.asarray(values, dtype=float).ravel()
    if np.ptp(told) == 0:
        raise NotEnoughData(f"All {len(told)} {what}s are {told[0]:g}, so no change is seen in them. Record on.")
