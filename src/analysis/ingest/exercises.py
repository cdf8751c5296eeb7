"""The catalogue of exercises: which canonical exercise a raw name of a log means."""

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from analysis.ingest.cells import plain
from analysis.tables import TABLES


@dataclass(frozen=True)
class Exercise:
    """One exercise. `laterality` is bilateral, single_leg or single_arm; `angle_deg` None where it does not matter."""

    exercise: str
    name: str
    pattern: str
    variant: str
    equipment: str
    angle_deg: float | None
    laterality: str


def same_name(raw_name: str) -> str:
    """A name as it is compared: no case, accents, punctuation or double spaces.

    >>> same_name("Romanian Deadlift (Barbell)") == same_name("romanian-deadlift barbell")
    True
    """
    return " ".join(re.findall(r"[^\W_]+", re.sub("['’]", "", plain(raw_name))))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The exercises and every raw name that means one: (language, name) -> exercise."""

    exercises: tuple[Exercise, ...]
    aliases: dict[tuple[str, str], str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {same_name(name): e for (_, name), e in self.aliases.items()})
        object.__setattr__(self, "_assisted", {e.exercise for e in self.exercises if e.variant == "assisted"})

    def resolve(self, raw_name: str) -> str | None:
        """The canonical name, None where the catalogue does not know the raw one.

        >>> catalogue().resolve("Romanian Deadlift (Barbell)"), catalogue().resolve("Curl of the unknown")
        ('romanian_deadlift', None)
        """
        return self._by_name.get(same_name(raw_name))

    def suggest(self, raw_name: str, n: int = 3) -> list[str]:
        """Up to `n` canonical names whose raw names are nearest in spelling, nearest first.

        >>> catalogue().suggest("Rumanian deadlift", n=1)
        ['romanian_deadlift']
        """
        near = difflib.get_close_matches(same_name(raw_name), self._by_name, n=3 * n, cutoff=0.6)
        return list(dict.fromkeys(self._by_name[name] for name in near))[:n]

    def is_assisted(self, exercise: str | None) -> bool:
        """True where the number on the machine takes load off the athlete."""
        return exercise in self._assisted

    def tables(self) -> dict[str, pd.DataFrame]:
        """The canonical tables `exercises` and `exercise_aliases`."""
        aliases = [
            {"language": language, "raw_name": name, "exercise": exercise}
            for (language, name), exercise in self.aliases.items()
        ]
        return {
            "exercises": TABLES["exercises"].coerce(pd.DataFrame([vars(e) for e in self.exercises])),
            "exercise_aliases": TABLES["exercise_aliases"].coerce(pd.DataFrame(aliases)),
        }


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package."""
    text = files("analysis.ingest").joinpath("exercises.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    exercises = tuple(_exercise(row) for row in rows)
    aliases: dict[tuple[str, str], str] = {}
    # a name that a row lists itself goes before one put together from its words
    for row in rows:
        for language, name in _listed_names(row):
            aliases.setdefault((language, name), row["exercise"])
    for row in rows:
        for name in _composed_names(row):
            aliases.setdefault(("en", name), row["exercise"])
    return Catalogue(exercises, aliases)


def _exercise(row: dict[str, str]) -> Exercise:
    values = {key: value for key, value in row.items() if key != "aliases"}
    return Exercise(**{**values, "angle_deg": float(row["angle_deg"]) if row["angle_deg"] else None})


def _listed_names(row: dict[str, str]) -> list[tuple[str, str]]:
    names = [("*", row["exercise"]), ("en", row["name"].casefold())]
    for alias in row["aliases"].split(";"):
        language, colon, name = alias.partition(":")
        names.append((language, name.casefold()) if colon else ("en", alias.casefold()))
    return names


def _composed_names(row: dict[str, str]) -> list[str]:
    """Logs write the equipment behind the name, or before it."""
    name, equipment = row["name"].casefold(), row["equipment"]
    return [f"{name} ({equipment})", f"{equipment} {name}"]
