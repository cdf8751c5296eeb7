"""Numbers as a scientist reads them: digits that the error supports, a true minus sign, a dash where there is none."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.base.blocks import Fact
from analysis.base.states import State
from analysis.base.units import MINUS, number_text, signed_text
from analysis.pages.athlete_week.week import Missing

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


def unknown_parts(parts: Iterable[Missing], names: dict[str, str]) -> list[Fact]:
    """The parts of a section that could not be told, those with the same reason together; `names` by subject.

    >>> parts = [Missing("a", "Too few sets.", "too_few_values"), Missing("b", "Too few sets.", "too_few_values")]
    >>> unknown_parts(parts, {"a": "Alder", "b": "Birch"})[0].sentence
    'Alder, Birch: cannot tell. Too few sets.'
    """
    alike: dict[tuple[str, str], list[Missing]] = {}
    for one in parts:
        alike.setdefault((one.sentence, one.reason), []).append(one)
    return [
        Fact(
            found[0].subject,
            f"{', '.join(names[one.subject] for one in found)}: cannot tell. {sentence}",
            State.CANNOT_TELL,
            reason=reason,
            lead="",
        )
        for (sentence, reason), found in alike.items()
    ]


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


def long_day(day: pd.Timestamp) -> str:
    """A day as people write it.

    >>> long_day(pd.Timestamp("2026-07-05"))
    '5 July 2026'
    """
    return f"{day.day} {day:%B %Y}"


def count_words(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun.

    >>> count_words(1, "athlete"), count_words(2, "athlete"), count_words(2, "series", "series")
    ('1 athlete', '2 athletes', '2 series')
    """
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
