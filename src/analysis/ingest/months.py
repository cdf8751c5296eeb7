"""Names of months in the languages of Europe, whole or cut short; months.csv has a row a language."""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from analysis.base.words import plain

SHORTEST = 3  # letters of a name cut short that no language lists


def of(word: str, languages: frozenset[str] | None = None) -> dict[int, list[str]]:
    """The months that a name may mean, each with the languages in which it does; those of `languages` where said.

    A name that some language lists means what it does there; else it is the beginning of a name.

    >>> of("marraskuuta"), of("lip"), of("lip", frozenset({"Polish"}))
    ({11: ['Finnish']}, {7: ['Polish'], 6: ['Croatian']}, {7: ['Polish']})
    """
    name, spoken = _same(word), [one for one in _names() if languages is None or one in languages]
    listed = [(_names()[language].get(name), language) for language in spoken]
    found = [(number, language) for number, language in listed if number is not None]
    if not found and len(name) >= SHORTEST:
        found = [(number, language) for language in spoken for number in _begun(name, language)]
    numbers = dict.fromkeys(number for number, _ in found)
    return {number: [language for this, language in found if this == number] for number in numbers}


def languages_of(words: Iterable[str]) -> frozenset[str] | None:
    """The languages in which all of these are months; None for no words, or where no language knows them all.

    >>> languages_of(["lis", "cze"])
    frozenset({'Polish'})
    """
    names = {_same(word) for word in words}
    all_known = {language for language, known in _names().items() if all(_is_in(known, name) for name in names)}
    return frozenset(all_known) if names and all_known else None


def _begun(name: str, language: str) -> set[int]:
    return {number for whole, number in _names()[language].items() if whole.startswith(name)}


def _is_in(known: dict[str, int], name: str) -> bool:
    return name in known or (len(name) >= SHORTEST and any(whole.startswith(name) for whole in known))


def _same(word: str) -> str:
    return plain(word).replace("ı", "i")


@cache
def _names() -> dict[str, dict[str, int]]:
    """The number of each name, by language."""
    text = files("analysis.ingest").joinpath("months.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    return {
        language: {_same(name): number for number, names in enumerate(cells, 1) for name in names.split()}
        for language, *cells in rows
    }
