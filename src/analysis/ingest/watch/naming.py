"""What was done, by the vocabulary of sports: as the file says it; else by a title, a name, what was said, the speed.

A clue is believed only where the way covered allows it: nobody runs at the speed of a bicycle.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.base.errors import ConfigProblem
from analysis.base.files import printable
from analysis.ingest.reading import Options
from analysis.ingest.sports import NOT_SAID, Sport, Sports, same_sport, sports

UNKNOWN = "unknown"  # the word of a file that has none
_SILENT = (
    "",
    UNKNOWN,
    "generic",
    "none",
    "null",
    "all",
    "unspecified",
    "default",
)  # words by which a file says nothing

WALKS_BELOW_M_S = 2.0
RUNS_BELOW_M_S = 4.2  # mean of a training run; faster ones of athletes look like slow rides
SPRINTS_BELOW_M_S = 6.5  # over half a minute; a ride is faster downhill, a run hardly ever
RIDES_BELOW_M_S = 15.0
SHORTEST_S = 120.0  # that a speed tells anything of
_STEP_S = 30.0
_FOLDERS = 3  # above a file, that may name a sport


@dataclass(frozen=True)
class Moved:
    """The way of an activity: its length and time, and how far along it each moment lies where that is known."""

    distance_m: float | None = None
    timer_s: float | None = None
    t_s: np.ndarray | None = None
    way_m: np.ndarray | None = None

    @property
    def anywhere(self) -> bool:
        return bool(self.distance_m)

    @property
    def mean_m_s(self) -> float | None:
        """None where the time is too short to tell."""
        if not self.distance_m or not self.timer_s or self.timer_s < SHORTEST_S:
            return None
        return self.distance_m / self.timer_s

    @property
    def fast_m_s(self) -> float | None:
        """The speed that 5 % of the half minutes exceed; the mean where the moments are not known."""
        if self.t_s is None or self.way_m is None:
            return self.mean_m_s
        known = ~np.isnan(self.t_s) & ~np.isnan(self.way_m)
        t_s, way_m = self.t_s[known], self.way_m[known]
        if len(t_s) < 2 or (np.diff(t_s) < 0).any() or np.ptp(t_s) < 2 * _STEP_S:
            return self.mean_m_s
        marks = np.arange(t_s[0], min(t_s[-1], t_s[0] + 86400.0), _STEP_S)
        return float(np.percentile(np.diff(np.interp(marks, t_s, way_m)) / _STEP_S, 95))


STILL = Moved()


@dataclass(frozen=True)
class Named:
    """What was done: the sport of the vocabulary, None where nothing tells one, and its kind."""

    sport: Sport | None = None
    at_rest: bool = False

    @property
    def activity(self) -> str | None:
        """The canonical name for the table `runs`."""
        return self.sport.sport if self.sport and self.sport.sport != NOT_SAID else None

    @property
    def kind(self) -> str:
        if self.at_rest:
            return "measurement"
        return self.sport.kind if self.sport else "other"

    @property
    def on_foot(self) -> bool:
        return self.sport is not None and self.sport.on_foot


@dataclass(eq=False)
class Naming:
    """Names the activities of one file, and keeps what was taken for what reason."""

    path: Path
    options: Options
    known: Sports = field(init=False)
    _said: Sport | None = field(init=False)  # of this file
    _usual: Sport | None = field(init=False)  # of files whose name and folder do not tell
    _by_clue: Counter[tuple[str, str]] = field(default_factory=Counter)
    _unknown: Counter[str] = field(default_factory=Counter)
    _untold: int = 0

    def __post_init__(self) -> None:
        self.known = sports(self.options.sports)
        self._said, self._usual = (self._meant(word) for word in (self.options.sport, self.options.config.sport))

    def name(
        self, word: str | None, *, detail: str | None = None, title: str | None = None, moved: Moved = STILL
    ) -> Named:
        """What was done, by the file's `word` and its `detail` (FIT's sub_sport); `title` is the name of the activity.

        >>> naming = Naming(Path("Alder/long_ride.gpx"), Options())
        >>> [naming.name(word).kind for word in ("9", "Rudern", None)]
        ['run', 'row', 'ride']
        >>> list(naming.sentences())
        ['Activities of which the file does not say what was done: 1; taken as cycling by the name of the file.']
        """
        word = (word or "").strip()
        sport = self._stated(word, (detail or "").strip())
        if sport and sport.sport != NOT_SAID:
            return Named(sport)
        is_silent = word.lower() in _SILENT or word.isdigit()
        for clue, why in self._clues(title, moved, may_tell_by_speed=is_silent):
            if _is_possible(clue, moved):
                self._by_clue[clue.name, why] += 1
                return Named(clue)
        if sport is None and not is_silent:
            self._unknown[printable(word)] += 1
        else:
            self._untold += is_silent
        return Named(sport)

    def stated(self, word: str) -> Named:
        """What the word of a file means by itself."""
        return Named(self._stated(word, ""))

    def word(self, word: str) -> Named:
        """What a word of a list means; one that is not known is counted."""
        sport = self.known.named(word)
        if sport is None:
            self._unknown[printable(word)] += 1
        return Named(sport)

    def sentences(self) -> Iterator[str]:
        """What was taken and why, and what nothing told."""
        for (name, why), n in self._by_clue.items():
            yield f"Activities of which the file does not say what was done: {n}; taken as {name} by {why}."
        if self._untold:
            yield (
                f"Activities of which nothing tells what was done: {self._untold}; they count as another sport. "
                "Say it with --sport, or by the name of their folder."
            )
        if self._unknown:
            words = ", ".join(f"{word!r} ({n})" for word, n in self._unknown.most_common())
            yield f"Sports that are not known: {words}; they count as another sport. Say in sports.csv what they mean."

    def _meant(self, word: str | None) -> Sport | None:
        """What a person means who said this word. Raises ConfigProblem where it means no sport."""
        sport = self.known.named(word) if word else None
        if word and sport is None:
            raise ConfigProblem(f"The sport {word!r} is not known. Write it as running, or add it to sports.csv.")
        return sport

    def _stated(self, word: str, detail: str) -> Sport | None:
        """What the file says: word and detail together, the detail of a word that says nothing, the word."""
        named = self.known.named(word) if word and not (word.isdigit() and len(word) > 2) else None
        if detail and detail not in _SILENT:
            both = self.known.aliases.get(same_sport(f"{word} {detail}"))
            alone = self.known.named(detail) if named is None or named.sport == NOT_SAID else None
            return both or alone or named
        return named

    def _clues(self, title: str | None, moved: Moved, may_tell_by_speed: bool) -> Iterator[tuple[Sport, str]]:
        if self._said and moved.anywhere:
            yield self._said, "what was said of it"
        if title and (clue := self.known.within(title)):
            yield clue, f"its title {printable(title)!r}"
        if clue := self.known.within(self.path.name.partition(".")[0]):
            yield clue, "the name of the file"
        if not moved.anywhere:
            return
        for folder in self._folders():
            if clue := self.known.within(folder):
                yield clue, f"the folder {printable(folder)!r}"
        if self._usual:
            yield self._usual, "what workbook.toml says"
        if may_tell_by_speed and (clue := self._by_speed(moved)):
            yield clue, f"its speed of {moved.mean_m_s:.1f} m/s"

    def _folders(self) -> Iterator[str]:
        """The folders above the file from the inside out, up to the drop folder."""
        for folder in self.path.absolute().parent.parts[: -_FOLDERS - 1 : -1]:
            if folder == Path(self.options.config.raw).name:
                return
            yield folder

    def _by_speed(self, moved: Moved) -> Sport | None:
        """Walking, running or cycling where the speed leaves no doubt between them."""
        mean_m_s, fast_m_s = moved.mean_m_s, moved.fast_m_s
        if mean_m_s is None or fast_m_s is None or mean_m_s > RIDES_BELOW_M_S:
            return None
        if fast_m_s > SPRINTS_BELOW_M_S:
            return self.known.of("cycling")
        if mean_m_s > RUNS_BELOW_M_S:
            return None
        return self.known.of("walking" if mean_m_s < WALKS_BELOW_M_S else "running")


def _is_possible(sport: Sport, moved: Moved) -> bool:
    """False for a way on foot at a speed that nobody keeps on foot."""
    return not (sport.on_foot and moved.mean_m_s is not None and moved.mean_m_s > SPRINTS_BELOW_M_S)
