"""Numbers as a scientist reads them: digits that the error supports, a true minus sign, a dash where there is none."""

import re

import numpy as np
import pandas as pd

from analysis.base.units import MINUS, number_text, signed_text

NOTHING = "–"
LINE_CHARACTERS = 28  # longer numbers in words may break
WORD_CHARACTERS = 16  # longer verdicts may


def titled(table: pd.DataFrame, title: str) -> pd.DataFrame:
    """A new frame for the page, numbered from 0, with its title; short numbers in words are not broken into lines.

    >>> shown = titled(pd.DataFrame({"TE": ["0.02 to 0.04"]}, index=["Alder"]), "Errors")
    >>> shown.attrs["title"], shown.loc[0, "TE"] == "0.02\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}0.04"
    ('Errors', True)
    """
    shown = table.reset_index(drop=True).map(_unbroken)
    shown.attrs["title"] = title
    return shown


def _unbroken(value: object) -> object:
    """A short text, of numbers or a verdict, without a place to break; anything else as it is."""
    if not isinstance(value, str) or len(value) > LINE_CHARACTERS:
        return value
    is_number = re.match(rf"[\d+{MINUS}<]", value) or len(value) <= WORD_CHARACTERS
    return value.replace(" ", "\N{NO-BREAK SPACE}") if is_number else value


def digits_of_error(error: float) -> int:
    """Decimals that give an error two digits; 2 where it is 0 or not known.

    >>> digits_of_error(0.0254), digits_of_error(2.59), digits_of_error(14.0)
    (3, 1, 0)
    """
    if not np.isfinite(error) or error <= 0:
        return 2
    return max(0, 1 - int(np.floor(np.log10(error))))


def number_words(value: float, decimals: int) -> str:
    """A number with a true minus sign and never a negative zero; a dash where there is none.

    >>> number_words(-0.0254, 3).replace(MINUS, "-"), number_words(-0.0001, 2), number_words(float("nan"), 2)
    ('-0.025', '0.00', '–')
    """
    return number_text(value, decimals) if np.isfinite(value) else NOTHING


def signed_words(value: float, decimals: int) -> str:
    """A change with its sign; a dash where there is none.

    >>> signed_words(0.14, 3), signed_words(-3.96, 1).replace(MINUS, "-"), signed_words(0.0001, 2)
    ('+0.140', '-4.0', '0.00')
    """
    return signed_text(value, decimals) if np.isfinite(value) else NOTHING


def between_words(low: float, high: float, decimals: int) -> str:
    """Two bounds; a dash where one is missing.

    >>> between_words(0.02, 0.034, 3), between_words(0.02, float("nan"), 3)
    ('0.020 to 0.034', '–')
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return NOTHING
    return f"{number_words(low, decimals)} to {number_words(high, decimals)}"


def between_signed(low: float, high: float, decimals: int) -> str:
    """Two bounds of a change with their signs; a dash where one is missing.

    >>> between_signed(-0.02, 0.034, 2).replace(MINUS, "-"), between_signed(0.02, float("nan"), 2)
    ('-0.02 to +0.03', '–')
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return NOTHING
    return f"{signed_words(low, decimals)} to {signed_words(high, decimals)}"


def with_interval(row: pd.Series, decimals: int, *, scale: float = 1.0) -> str:
    """Estimate and interval of a row of `tidy()`, times `scale`.

    >>> with_interval(pd.Series({"estimate": 0.027, "conf_low": 0.022, "conf_high": 0.034}), 3)
    '0.027 (0.022 to 0.034)'
    """
    value, low, high = (float(row[name]) * scale for name in ("estimate", "conf_low", "conf_high"))
    return f"{number_words(value, decimals)} ({between_words(low, high, decimals)})"


def p_words(value: float) -> str:
    """A probability as it is read, never 0; a dash where there is none.

    >>> p_words(0.2345), p_words(0.00001), p_words(1.0), p_words(float("nan"))
    ('0.23', '< 0.001', '1', '–')
    """
    if not np.isfinite(value):
        return NOTHING
    if value < 0.001:
        return "< 0.001"
    return "1" if value > 0.995 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
