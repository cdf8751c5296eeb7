"""An athlete, and a squad, as of a day: what pages and notebooks ask their questions of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from analysis.base.config import Config
from analysis.base.rules import Rule
from analysis.store import Store
from analysis.workspace.as_of import FRAMES
from analysis.workspace.bundle import Bundle
from analysis.workspace.fingerprint import hash_of
from analysis.workspace.overview import Overview, overview_of_frames

_PROVENANCE = ["file_no", "row_no", "answered_at", "written_at"]


@dataclass(frozen=True, eq=False)
class NoiseWhenAsked:
    """The noise of the squad as of a day: told once for all who ask, where it is not known already."""

    tell: Callable[[], pd.DataFrame]
    known: pd.DataFrame | None

    @cached_property
    def table(self) -> pd.DataFrame:
        return self.tell() if self.known is None else self.known


@dataclass(frozen=True, eq=False, repr=False)
class Athlete:
    """One athlete's canonical frames up to and including a day.

    `sets`, `reps`, `runs` and `splits` carry the `local_date` of their session; `sets` and `runs` carry `counted`,
    False for the copy of a record that another source holds too (sum only counted rows), and `sets` the `pattern`,
    `variant` and `equipment` of the exercise, missing where the catalogue does not know it. `plan` reaches one week
    further, since the coming week is planned already; `proposals` are those that the coach accepted; `labels` are days
    planned light, ill or away that have begun by then, whole, said by hand or by the plan. Rows that somebody left out
    are in none of them; `exclusions` says which, and why: table_name, row_key, athlete_id, local_date, what, part,
    value, reason.
    """

    athlete_id: str
    name: str
    until: pd.Timestamp
    config: Config
    frames: dict[str, pd.DataFrame]
    exclusions: pd.DataFrame
    _store: Store | Bundle = field(repr=False)
    _noise: NoiseWhenAsked = field(repr=False)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in FRAMES:
            return self.frames[name]
        raise AttributeError(f"{name!r} is no frame of an athlete; the frames are {', '.join(FRAMES)}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *FRAMES]

    @property
    def overview(self) -> Overview:
        """What a notebook shows of the athlete: each table with rows, days and devices, and what there is not."""
        return overview_of_frames(f"{self.name} ({self.athlete_id}), up to {self.until.date()}", self.frames)

    def __repr__(self) -> str:
        rows = sum(len(frame) for frame in self.frames.values())
        return f"Athlete({self.athlete_id!r}, {self.name!r}, until {self.until.date()}, {rows} rows)"

    def _repr_html_(self) -> str:
        return self.overview.html()

    def samples(self, session_id: str) -> pd.DataFrame:
        """The watch records of one session, empty where it has none."""
        return self._store.samples(self.athlete_id, session_id)

    @cached_property
    def noise(self) -> pd.DataFrame:
        """The noise of the squad as `Workspace.noise` tells it of the day `until`; told when it is first asked for."""
        return self._noise.table

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything a report of this athlete can see; where the rows came from does not count."""
        seen = {**self.frames, "exclusions": self.exclusions, "noise": self.noise}
        return hash_of(self.config.seen_by([self.athlete_id]).model_dump_json(), seen, without=_PROVENANCE)


@dataclass(frozen=True, eq=False, repr=False)
class Squad:
    """All athletes up to and including a day, by name, how their data came in, and what pages told of them.

    `ledger` holds the tables files, revisions, rejects, waiting and exclusions as they are now, whatever the day, the
    claims of pages of earlier days, verdicts_before, and all answers to proposals; of forms who had one when, and of
    answers to them the days, both up to that day. `rules` are what proposes for the coming week.
    """

    until: pd.Timestamp
    config: Config
    athletes: tuple[Athlete, ...]
    ledger: dict[str, pd.DataFrame]
    rules: tuple[Rule, ...]
    withheld: int  # athletes who are not among them, for want of consent to be shown to the squad's coach
    judged_anew_on: pd.Timestamp | None  # as the workspace has it
    _noise: NoiseWhenAsked = field(repr=False)

    def __repr__(self) -> str:
        return f"Squad({len(self.athletes)} athletes, until {self.until.date()}, {self.withheld} withheld)"

    @cached_property
    def noise(self) -> pd.DataFrame:
        """The noise of the squad as `Workspace.noise` tells it of the day `until`; told when it is first asked for."""
        return self._noise.table

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything a report of the squad can see."""
        athletes = (f"{one.athlete_id} {one.name} {one.fingerprint}\n" for one in self.athletes)
        rules = (f"{rule.model_dump_json()}\n" for rule in self.rules)
        return hash_of("".join((*athletes, *rules, str(self.withheld))), self.ledger)
