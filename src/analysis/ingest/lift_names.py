"""How the name of a lift is put together: what is lifted, with which equipment, with or without help.

lift_words.csv has what people and apps write for each, in several languages; before or behind the lift, or in brackets.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from analysis.base.words import plain

ASSISTED, FILLER = "assisted", "filler"  # what a word says that is no equipment


@dataclass(frozen=True)
class LiftName:
    """A name apart: the words of the lift in the order of letters, without filling words and plurals."""

    lift: tuple[str, ...]
    equipment: str | None  # as the catalogue names it, or weighted
    is_assisted: bool


@lru_cache(maxsize=4096)  # a log repeats the name in each set
def same_name(raw_name: str) -> str:
    """A name as it is compared: no case, accents, punctuation or double spaces.

    >>> same_name("Romanian Deadlift (Barbell)") == same_name("romanian-deadlift barbell")
    True
    """
    return " ".join(_words(raw_name))


@lru_cache(maxsize=4096)
def apart(raw_name: str) -> LiftName:
    """What a name says of the lift, its equipment and help.

    >>> apart("Kreuzheben mit der Langhantel").equipment, apart("Chest Dips (Assisted)").is_assisted
    ('barbell', True)
    """
    words = [word.removesuffix("s") for word in _words(raw_name)]
    rest, said = [], []
    while words:
        length = next((n for n in range(_longest(), 0, -1) if tuple(words[:n]) in _says()), 0)
        if length:
            said.append(_says()[tuple(words[:length])])
        else:
            rest.append(words[0])
        words = words[length or 1 :]
    used = [name for name in said if name not in (ASSISTED, FILLER)]
    heavier = [name for name in used if name not in ("body", "weighted")]
    return LiftName(tuple(sorted(rest)), next(iter(heavier or used), None), ASSISTED in said)


def _words(raw_name: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub("['’]", "", plain(raw_name).replace("ı", "i")))


@cache
def _says() -> dict[tuple[str, ...], str]:
    """What some words say, the words without plurals."""
    text = files("analysis.ingest").joinpath("lift_words.csv").read_text(encoding="utf-8")
    return {
        tuple(word.removesuffix("s") for word in _words(name)): row["says"]
        for row in csv.DictReader(text.splitlines())
        for name in row["words"].split(";")
    }


@cache
def _longest() -> int:
    return max(map(len, _says()))
