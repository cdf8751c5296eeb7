"""The checks that sprints are: over which distance, from which start, and which of them a longer run answers too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_METRES = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)\s?m(?![a-z0-9])")
_FLYING = re.compile(
    r"fl(y|ies|ying)\b|fliegend|lanc[ée]|lanzad|lanciat|lan[çc]ad|volant|flygande|flyvende|lentäv|lotn|run[ -]?in\b"
    r"|rolling",
    re.IGNORECASE,
)
STANDING, FLYING = "sprint", "flying"


@dataclass(frozen=True)
class SprintTest:
    """A sprint over a distance, from a start of one kind, as sprint_30m, flying_30m or 30m_sprint_turf."""

    start: str  # all of its name but the distance
    distance_m: float

    @classmethod
    def of(cls, test_id: object) -> "SprintTest | None":
        """The sprint that a test is, None where it is none.

        >>> SprintTest.of("sprint_30m"), SprintTest.of("time_trial_1200m")
        (SprintTest(start='sprint', distance_m=30.0), None)
        """
        match = _METRES.search(test_id.casefold().replace("_", " ")) if isinstance(test_id, str) else None
        if match is None or not isinstance(test_id, str):
            return None
        words = _METRES.sub(" ", test_id.casefold().replace("_", " ")).split()
        is_sprint = any(word.startswith((STANDING, FLYING)) for word in words)
        return cls(" ".join(sorted(words)), float(match[1])) if is_sprint else None

    def answers(self, other: "SprintTest") -> bool:
        """Whether a run of this test passes the end of another one, from the same kind of start.

        >>> thirty, twenty = SprintTest.of("sprint_30m"), SprintTest.of("sprint_20m")
        >>> thirty.answers(twenty), twenty.answers(thirty), SprintTest.of("flying_30m").answers(twenty)
        (True, False, False)
        """
        return self.start == other.start and self.distance_m >= other.distance_m


def sprint_test_id(distance_m: float, *, flying: bool = False) -> str:
    """The check that a sprint over this distance is, named by its metres; a flying start makes another one.

    >>> sprint_test_id(20.0), sprint_test_id(30.0, flying=True)
    ('sprint_20m', 'flying_30m')
    """
    return f"{FLYING if flying else STANDING}_{distance_m:g}m"


def says_flying(text: str | None) -> bool:
    """Whether the name of an exercise or of a start says that the athlete was moving at the first gate.

    >>> [says_flying(text) for text in ("Flying 30m", "30 m lancé", "fliegend", "Sprint 30m", None)]
    [True, True, True, False, False]
    """
    return bool(text and _FLYING.search(text))


def answering(asked: SprintTest | None, done: Iterable[object]) -> set[object]:
    """Those of the tests `done` whose runs answer a sprint: of its distance or longer, from the same start.

    >>> sorted(answering(SprintTest.of("sprint_20m"), ["sprint_20m", "sprint_30m", "flying_30m", "sprint_10m"]))
    ['sprint_20m', 'sprint_30m']
    """
    sprints = {test_id: SprintTest.of(test_id) for test_id in done}
    return {test_id for test_id, sprint in sprints.items() if asked and sprint and sprint.answers(asked)}
