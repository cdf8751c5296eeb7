"""The catalogue of exercises: which canonical exercise a raw name of a log means."""

import csv
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import pandas as pd

from analysis.base.errors import ConfigProblem
from analysis.base.tables import TABLES
from analysis.ingest.lift_names import LiftName, apart, same_name
from analysis.ingest.squad_table import squad_rows


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


_WORD_OF = {"body": "bodyweight"}  # how the exercise of an equipment is called where its word is another


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The exercises and every raw name that means one: (language, name) -> exercise."""

    exercises: tuple[Exercise, ...]
    aliases: dict[tuple[str, str], str]

    @cached_property
    def _by_name(self) -> dict[str, str]:
        by_name: dict[str, str] = {}
        for (_, name), exercise in self.aliases.items():
            by_name.setdefault(same_name(name), exercise)
        return by_name

    @cached_property
    def _by_lift(self) -> dict[tuple[tuple[str, ...], str | None], str]:
        """The exercise of the words of a lift and its equipment, by the listed names; None for a name without any."""
        by_lift: dict[tuple[tuple[str, ...], str | None], str] = {}
        for (_, name), exercise in self.aliases.items():
            said = apart(name)
            if said.lift and not said.is_assisted:
                by_lift.setdefault((said.lift, said.equipment), exercise)
                if said.equipment is None:
                    by_lift.setdefault((said.lift, self._by_id[exercise].equipment), exercise)
        return by_lift

    @cached_property
    def _by_id(self) -> dict[str, Exercise]:
        return {one.exercise: one for one in self.exercises}

    def resolve(self, raw_name: str) -> str | None:
        """The canonical name, None where the catalogue does not know the raw one.

        A name that is listed goes before one put together from a lift, its equipment and help, in any order: another
        equipment is another exercise, known or not.

        >>> catalogue().resolve("Romanian Deadlift (Barbell)"), catalogue().resolve("Curl of the unknown")
        ('romanian_deadlift', None)
        >>> catalogue().resolve("Rumänisches Kreuzheben (Kurzhantel)"), catalogue().resolve("Leg press (band)")
        ('dumbbell_romanian_deadlift', None)
        """
        return self._by_name.get(same_name(raw_name)) or self._put_together(apart(raw_name))

    def _put_together(self, said: LiftName) -> str | None:
        plain = self._by_lift.get((said.lift, None))
        if said.is_assisted:
            return f"assisted_{plain}" if f"assisted_{plain}" in self._by_id else None
        if said.equipment is None or (
            said.equipment == "weighted" and plain and self._by_id[plain].equipment == "body"
        ):
            return plain
        other = f"{_WORD_OF.get(said.equipment, said.equipment.replace(' ', '_'))}_{plain}"
        return self._by_lift.get((said.lift, said.equipment)) or (other if other in self._by_id else None)

    def suggest(self, raw_name: str, n: int = 3) -> list[str]:
        """Up to `n` canonical names whose raw names are nearest in spelling, nearest first.

        >>> catalogue().suggest("Rumanian deadlift", n=1)
        ['romanian_deadlift']
        """
        lifts = {" ".join(lift): exercise for (lift, _), exercise in reversed(self._by_lift.items())}
        near = [lifts[lift] for lift in _near(" ".join(apart(raw_name).lift), lifts, n)]
        near += [self._by_name[name] for name in _near(same_name(raw_name), self._by_name, 3 * n)]
        return list(dict.fromkeys(near))[:n]

    def name_of(self, exercise: str) -> str:
        """The name of an exercise as its row in the catalogue writes it."""
        return self._by_id[exercise].name

    def is_assisted(self, exercise: str | None, raw_name: str = "") -> bool:
        """True where the number on the machine takes load off: by the exercise, or by what its name says."""
        known = self._by_id.get(exercise or "")
        return (known is not None and known.variant == "assisted") or apart(raw_name).is_assisted

    @cached_property
    def described(self) -> pd.DataFrame:
        """The canonical table `exercises`."""
        return TABLES["exercises"].coerce(pd.DataFrame([vars(e) for e in self.exercises]))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The canonical tables `exercises` and `exercise_aliases`."""
        aliases = [
            {"language": language, "raw_name": name, "exercise": exercise}
            for (language, name), exercise in self.aliases.items()
        ]
        return {
            "exercises": self.described,
            "exercise_aliases": TABLES["exercise_aliases"].coerce(pd.DataFrame(aliases)),
        }


def _near(name: str, known: Iterable[str], n: int) -> list[str]:
    return difflib.get_close_matches(name, known, n=n, cutoff=0.6)


COLUMNS = ("exercise", "name", "pattern", "variant", "equipment", "angle_deg", "laterality", "aliases")
LATERALITIES = ("bilateral", "single_leg", "single_arm")


def catalogue(extra: Path | None = None) -> Catalogue:
    """The catalogue that comes with the package, and the exercises and names that the file `extra` adds to it.

    A row of `extra` goes before one of the package: it may add names to an exercise, or describe it anew.
    Raises ConfigProblem where the file cannot be read or a row of it does not hold together.
    """
    if extra is None:
        return _catalogue(None, 0)
    try:
        return _catalogue(extra, extra.stat().st_mtime_ns)
    except OSError as problem:
        raise ConfigProblem(f"{extra.name} cannot be read: {problem.strerror}. Check the path.") from None


def unmatched(counts: Iterable[tuple[str, int]], known: Catalogue | None = None) -> pd.DataFrame:
    """The raw names that the catalogue does not know: raw, n (sets), suggestions (canonical names, nearest first).

    `counts` are raw names and how many sets have each; what an earlier catalogue made of them does not matter.
    `known` is the package's own catalogue where it is left out. Most frequent first.

    >>> unmatched([("Deadlift", 3), ("Rumanian deadlift", 2)])[["raw", "n"]].values.tolist()
    [['Rumanian deadlift', 2]]
    """
    known = known or catalogue()
    unknown = [(raw, int(n)) for raw, n in counts if known.resolve(raw) is None]
    unknown.sort(key=lambda name: -name[1])
    rows = [(raw, n, " ".join(known.suggest(raw))) for raw, n in unknown]
    return pd.DataFrame(rows, columns=["raw", "n", "suggestions"])


@cache
def _catalogue(extra: Path | None, _changed_ns: int) -> Catalogue:
    """`_changed_ns` is part of the key: a file that was edited is read again."""
    text = files("analysis.ingest").joinpath("exercises.csv").read_text(encoding="utf-8")
    own = list(csv.DictReader(text.splitlines()))
    rows = [*(squad_rows(extra, COLUMNS, "romanian_deadlift", _refuse_cells) if extra else ()), *own]
    described: dict[str, Exercise] = {}
    for row in rows:
        described.setdefault(row["exercise"], _exercise(row))
    exercises = tuple(described.values())
    aliases: dict[tuple[str, str], str] = {}
    # a name that a row lists itself goes before one put together from its words
    for row in rows:
        for language, name in _listed_names(row):
            aliases.setdefault((language, name), row["exercise"])
    for row in rows:
        for name in _composed_names(row):
            aliases.setdefault(("en", name), row["exercise"])
    return Catalogue(exercises, aliases)


def _refuse_cells(row: dict[str, str], where: str) -> None:
    if row["laterality"] not in LATERALITIES:
        raise ConfigProblem(f"{where}: laterality {row['laterality']!r} is not one of {', '.join(LATERALITIES)}.")
    if not re.fullmatch(r"(\d+(\.\d+)?)?", row["angle_deg"]):
        raise ConfigProblem(f"{where}: angle_deg {row['angle_deg']!r} is no number. Write degrees, or leave it empty.")


def _exercise(row: dict[str, str]) -> Exercise:
    values = {key: value for key, value in row.items() if key != "aliases"}
    return Exercise(**{**values, "angle_deg": float(row["angle_deg"]) if row["angle_deg"] else None})


def _listed_names(row: dict[str, str]) -> list[tuple[str, str]]:
    names = [("*", row["exercise"]), ("en", row["name"].casefold())]
    for alias in filter(None, row["aliases"].split(";")):
        language, colon, name = alias.partition(":")
        names.append((language, name.casefold()) if colon else ("en", alias.casefold()))
    return names


def _composed_names(row: dict[str, str]) -> list[str]:
    """Logs write the equipment behind the name, or before it."""
    name, equipment = row["name"].casefold(), row["equipment"]
    return [f"{name} ({equipment})", f"{equipment} {name}"]
