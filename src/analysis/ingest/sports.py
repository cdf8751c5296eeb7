"""The vocabulary of sports: what a word, a code or a number of an app means, in several languages."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import combinations
from pathlib import Path

from analysis.base.errors import ConfigProblem
from analysis.base.words import plain
from analysis.ingest.squad_table import squad_rows

COLUMNS = ("sport", "name", "kind", "aliases")
KINDS = ("run", "walk", "hike", "ride", "swim", "row", "ski", "strength", "other")
NOT_SAID = "other"  # the sport of the words that name none, as FIT's generic
_MOST_WORDS = 6  # of a name within a text


@dataclass(frozen=True)
class Sport:
    """One sport: its canonical name, its name as people read it, and the kind of session that it makes."""

    sport: str
    name: str
    kind: str

    @property
    def on_foot(self) -> bool:
        """True where cadence counts steps."""
        return self.kind in ("run", "walk", "hike")


def same_sport(word: str) -> str:
    """A word for a sport as it is compared: no case, accents, punctuation or spaces.

    >>> same_sport("Course à pied") == same_sport("course_a_pied"), same_sport("TrailRun")
    (True, 'trailrun')
    """
    return "".join(_words(word))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain(re.sub("['’]", " ", text)))


@dataclass(frozen=True)
class _Found:
    """A name within a text: the words that it takes, its letters, and what it means."""

    begin: int
    end: int
    letters: int
    sport: Sport


@dataclass(frozen=True, eq=False)
class Sports:
    """The sports and every word that means one; a `*` in a word stands for the rest of a compound, as in *lauf."""

    sports: tuple[Sport, ...]
    aliases: dict[str, Sport]  # by the word as it is compared
    compounds: dict[str, Sport]  # by the same with its *

    def of(self, sport: str) -> Sport:
        """The sport of that canonical name."""
        return next(one for one in self.sports if one.sport == sport)

    @cached_property
    def _basic(self) -> set[str]:
        """The first sport of each kind, which says less than the others of it."""
        return {next(one.sport for one in self.sports if one.kind == kind) for kind in KINDS}

    def named(self, word: str) -> Sport | None:
        """What a word for a sport means: as it is listed, else by the names that it holds; None where neither tells.

        >>> known = sports()
        >>> [known.named(word).sport for word in ("9", "Laufen", "TrailRun", "Course à pied sur tapis roulant")]
        ['running', 'running', 'trail_running', 'treadmill_running']
        >>> known.named("Quidditch")
        """
        return self.aliases.get(same_sport(word)) or self.within(word)

    def within(self, text: str) -> Sport | None:
        """The sport that a text of several words names, as a title or a file's name; None for none and for several.

        >>> known = sports()
        >>> known.within("2026-11-04 Abendlauf.gpx").sport, known.within("Morning TrailRuns").sport
        ('running', 'trail_running')
        >>> known.within("Ride to the run"), known.within("route_17")
        (None, None)
        """
        found = [one for one in self._names(_words(_parted(text))) if one.sport.sport != NOT_SAID]
        whole = [one for one in found if not any(_covers(other, one) for other in found)]
        if len({one.sport.kind for one in whole}) != 1:
            return None
        return max(whole, key=lambda one: (one.sport.sport not in self._basic, one.letters)).sport

    def _names(self, words: list[str]) -> Iterable[_Found]:
        for begin, end in combinations(range(len(words) + 1), 2):
            if end - begin > _MOST_WORDS:
                continue
            joined = "".join(words[begin:end])
            if joined.isdigit():  # a date or a count, not an app's code
                continue
            sport = self.aliases.get(joined) or self.aliases.get(joined.removesuffix("s"))
            if sport:
                yield _Found(begin, end, len(joined), sport)
            elif end - begin == 1:
                yield from self._compound(joined, begin)

    def _compound(self, word: str, begin: int) -> Iterable[_Found]:
        for compound, sport in self.compounds.items():
            bare = compound.strip("*")
            fits = word.endswith(bare) if compound.startswith("*") else word.startswith(bare)
            if fits:
                yield _Found(begin, begin + 1, len(bare), sport)


def _parted(text: str) -> str:
    """The text with its words apart where capitals join them."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)


def _covers(one: _Found, other: _Found) -> bool:
    """Whether `one` says more of the same words."""
    return one.begin <= other.begin and other.end <= one.end and one.letters > other.letters


def sports(extra: Path | None = None) -> Sports:
    """The sports that come with the package, and those and the words that the file `extra` adds to them.

    A row of `extra` goes before one of the package: it may add words to a sport, or describe it anew.
    Raises ConfigProblem where the file cannot be read or a row of it does not hold together.
    """
    if extra is None:
        return _sports(None, 0)
    try:
        return _sports(extra, extra.stat().st_mtime_ns)
    except OSError as problem:
        raise ConfigProblem(f"{extra.name} cannot be read: {problem.strerror}. Check the path.") from None


@cache
def _sports(extra: Path | None, _changed_ns: int) -> Sports:
    """`_changed_ns` is part of the key: a file that was edited is read again."""
    text = files("analysis.ingest").joinpath("sports.csv").read_text(encoding="utf-8")
    rows = [
        *(squad_rows(extra, COLUMNS, "trail_running", _refuse_kind) if extra else ()),
        *csv.DictReader(text.splitlines()),
    ]
    described: dict[str, Sport] = {}
    aliases: dict[str, Sport] = {}
    compounds: dict[str, Sport] = {}
    for row in rows:
        sport = described.setdefault(row["sport"], Sport(row["sport"], row["name"], row["kind"]))
        for word in (row["sport"], row["name"], *map(_without_language, row["aliases"].split(";"))):
            if not (bare := same_sport(word)):
                continue
            if "*" in word:
                compounds.setdefault(f"*{bare}" if word.startswith("*") else f"{bare}*", sport)
            else:
                aliases.setdefault(bare, sport)
    return Sports(tuple(described.values()), aliases, compounds)


def _without_language(alias: str) -> str:
    return alias.rpartition(":")[2].strip()


def _refuse_kind(row: dict[str, str], where: str) -> None:
    if row["kind"] not in KINDS:
        raise ConfigProblem(f"{where}: kind {row['kind']!r} is not one of {', '.join(KINDS)}.")
