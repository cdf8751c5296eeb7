"""What a page is made from: the frames of an athlete, and parts that are known or say why they are not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

import pandas as pd

from analysis.base.config import Config
from analysis.base.errors import DataProblem, NotEnoughData

Part = TypeVar("Part")


class AthleteFrames(Protocol):
    """What is read of an athlete: the canonical frames, `local_date` on all of them, and the configuration."""

    athlete_id: str
    config: Config
    sessions: pd.DataFrame
    sets: pd.DataFrame  # with counted: False for the copy of a set that another source holds too
    reps: pd.DataFrame
    runs: pd.DataFrame  # with counted
    splits: pd.DataFrame
    wellness: pd.DataFrame
    trials: pd.DataFrame
    plan: pd.DataFrame  # reaching into the coming week
    cues: pd.DataFrame
    proposals: pd.DataFrame  # those that the coach accepted
    labels: pd.DataFrame  # days planned light, ill or away, from their first day on
    exclusions: pd.DataFrame  # what was left out by hand of all these, in words: local_date, what, part, reason
    noise: pd.DataFrame  # of the squad, with base.frames.NOISE_COLUMNS; no row for what is not known of 3 athletes

    def samples(self, session_id: str) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Missing:
    """A part that could not be told, and why."""

    subject: str
    sentence: str
    reason: Literal["too_few_values", "data_problem"]


@dataclass(frozen=True, eq=False)
class Parts(Generic[Part]):
    """The parts of one section that could be told, and those that could not."""

    known: tuple[Part, ...]
    missing: tuple[Missing, ...]

    def or_say_why(self, otherwise: str) -> "Parts[Part]":
        """Itself; NotEnoughData with the first reason (or `otherwise`, where nothing was asked) if nothing is known."""
        if self.known:
            return self
        raise NotEnoughData(self.missing[0].sentence if self.missing else otherwise)


def gathered(jobs: Iterable[tuple[str, Callable[[], Part]]]) -> Parts[Part]:
    """Every job's result, or the sentence that says why there is none."""
    known, missing = [], []
    for subject, job in jobs:
        try:
            known.append(job())
        except NotEnoughData as problem:
            missing.append(Missing(subject, str(problem), "too_few_values"))
        except DataProblem as problem:
            missing.append(Missing(subject, str(problem), "data_problem"))
    return Parts(tuple(known), tuple(missing))
