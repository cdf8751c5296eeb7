"""The ordinary door: names become athletes, source keys become ids. Pure; the store is further down."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.base.tables import TABLES
from analysis.ingest.reading import REJECT_COLUMNS, Reading

ANY_SOURCE = "*"


@dataclass(frozen=True)
class Names:
    """Which athlete a name means: by source and name, or by name in any source. Upper and lower case are the same."""

    bound: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, aliases: pd.DataFrame) -> "Names":
        """From the table `aliases`."""
        return cls.bound_by(zip(aliases["source"], aliases["external_name"], aliases["athlete_id"], strict=True))

    @classmethod
    def bound_by(cls, rows: Iterable[tuple[str, str, str]]) -> "Names":
        """From rows of source, name and athlete_id."""
        return cls({(source, name.strip().casefold()): athlete_id for source, name, athlete_id in rows})

    def and_of(self, more: "Names") -> "Names":
        """These names and `more`, which win where both bind one."""
        return Names({**self.bound, **more.bound})

    def athlete(self, source: str, name: str) -> str | None:
        """The athlete's id, None where the name is bound to nobody.

        >>> Names({("*", "alder"): "k3vd"}).athlete("strong", "Alder")
        'k3vd'
        """
        key = name.strip().casefold()
        return self.bound.get((source, key)) or self.bound.get((ANY_SOURCE, key))


@dataclass(frozen=True, eq=False)
class Bound:
    """A reading whose rows belong to athletes: canonical frames without file numbers, and who is still waited for."""

    tables: dict[str, pd.DataFrame]
    samples: dict[str, pd.DataFrame]  # by athlete
    waiting: dict[str, int]  # rows by unknown name

    @property
    def athletes(self) -> list[str]:
        """The ids of everybody the file says something about."""
        ids = {i for name, frame in self.tables.items() if TABLES[name].of_one_athlete for i in frame["athlete_id"]}
        return sorted(ids)


def dated(reading: Reading, file_name: str) -> Reading:
    """`reading` without the sessions that have no date, nor anything of them; a reject says that they are left out.

    Raises UnreadableFile where nothing remains.
    """
    sessions = reading.tables.get("sessions")
    undated = [] if sessions is None else sessions.loc[sessions["local_date"].isna(), "session_key"].unique().tolist()
    if not undated:
        return reading
    tables = {
        name: frame.loc[~frame["session_key"].isin(undated)] if "session_key" in frame else frame
        for name, frame in reading.tables.items()
    }
    if all(frame.empty for frame in tables.values()):
        if reading.dialect.get("unset_clocks"):
            raise UnreadableFile(
                f"{file_name} is from before its device knew the date, so it belongs to no week. Correct its times."
            )
        raise UnreadableFile(f"{file_name} has no date or time, so it belongs to no week. Export it with times.")
    samples = {key: frame for key, frame in reading.samples.items() if key not in undated}
    reason = f"Activities without a date or time: {len(undated)}. They belong to no week; export them with times."
    reject = {"sheet": "", "row_no": 0, "column": "date", "check": "is missing", "raw": None, "reason": reason}
    rejects = pd.DataFrame([*reading.rejects.to_dict("records"), reject], columns=REJECT_COLUMNS)
    return replace(reading, tables=tables, samples=samples, rejects=rejects)


def session_id(athlete_id: str, source: str, source_key: str) -> str:
    """The id of a session: the same file read twice gives the same id.

    >>> session_id("k3vd", "strong", "2026-01-05 10:00:00|Monday")
    'cebd451f605199d5'
    """
    return hashlib.sha256("\x1f".join((athlete_id, source, source_key)).encode()).hexdigest()[:16]


def bind(reading: Reading, names: Names, owner: str | None) -> Bound:
    """`reading` with athletes and session ids. `owner` is the name for rows that carry none (the file's folder).

    Rows of a name that is bound to nobody are counted in `waiting` and left out; the file is read again later.
    """
    waiting: dict[str, int] = {}
    tables = {}
    ids: dict[tuple[str, str], str] = {}
    for name, frame in reading.tables.items():
        if frame.empty:
            continue
        if "athlete_id" not in frame:
            frame = _with_athletes(frame, reading.source, names, owner, waiting)
        if "session_key" in frame:
            frame = _with_sessions(frame, reading.source, ids, keep_key=name == "sessions")
        if "source" in TABLES[name].names and "source" not in frame:
            frame = frame.assign(source=reading.source)
        tables[name] = frame
    return Bound(tables, _samples_by_athlete(reading, ids), waiting)


def _with_athletes(
    frame: pd.DataFrame, source: str, names: Names, owner: str | None, waiting: dict[str, int]
) -> pd.DataFrame:
    said = [owner or "" if pd.isna(name) else name for name in frame["external_name"]]
    known = {name: names.athlete(source, name) for name in dict.fromkeys(said)}
    for name, rows in Counter(said).items():
        if known[name] is None:
            waiting[name] = waiting.get(name, 0) + rows
    bound = [known[name] is not None for name in said]
    athlete_id = pd.Series([known[name] for name in said], index=frame.index, dtype="str")
    return frame.drop(columns="external_name").assign(athlete_id=athlete_id).loc[bound]


def _with_sessions(frame: pd.DataFrame, source: str, ids: dict[tuple[str, str], str], keep_key: bool) -> pd.DataFrame:
    pairs = list(zip(frame["athlete_id"], frame["session_key"], strict=True))
    for pair in dict.fromkeys(pairs):
        ids.setdefault(pair, session_id(pair[0], source, pair[1]))
    frame = frame.assign(session_id=pd.Series([ids[pair] for pair in pairs], index=frame.index, dtype="str"))
    return frame.rename(columns={"session_key": "source_key"}) if keep_key else frame.drop(columns="session_key")


def _samples_by_athlete(reading: Reading, ids: dict[tuple[str, str], str]) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = {}
    for (athlete_id, key), session in ids.items():
        if key in reading.samples:
            parts.setdefault(athlete_id, []).append(reading.samples[key].assign(session_id=session))
    return {athlete_id: pd.concat(frames, ignore_index=True) for athlete_id, frames in parts.items()}
