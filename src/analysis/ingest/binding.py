"""The ordinary door: names become athletes, source keys become ids. Pure; the store is further down."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.base.names import bare_names, name_key
from analysis.base.tables import TABLES
from analysis.ingest.reading import REJECT_COLUMNS, Reading

ANY_SOURCE = "*"


@dataclass(frozen=True)
class Names:
    """Which athlete a name means: by source and name, or by name in any source, as `base.names` compares them.

    `written` are the names as they were bound. A name without its accents, or with its letters spelled out, means who
    is bound by one that has them, as long as that is one person.
    """

    bound: Mapping[tuple[str, str], str]
    written: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, aliases: pd.DataFrame) -> "Names":
        """From the table `aliases`."""
        return cls.bound_by(zip(aliases["source"], aliases["external_name"], aliases["athlete_id"], strict=True))

    @classmethod
    def bound_by(cls, rows: Iterable[tuple[str, str, str]]) -> "Names":
        """From rows of source, name and athlete_id."""
        given = [((source, name_key(name)), name, athlete_id) for source, name, athlete_id in rows]
        return cls({key: athlete_id for key, _, athlete_id in given}, {key: name.strip() for key, name, _ in given})

    def and_of(self, more: "Names") -> "Names":
        """These names and `more`, which win where both bind one."""
        return Names({**self.bound, **more.bound}, {**self.written, **more.written})

    def athlete(self, source: str, name: str) -> str | None:
        """The athlete's id, None where the name is bound to nobody.

        >>> Names({("*", "alder"): "k3vd"}).athlete("strong", "Alder")
        'k3vd'
        """
        key = self._key(source, name)
        return None if key is None else self.bound[key]

    def taken_for(self, source: str, name: str) -> str | None:
        """The name that is bound, where `name` is written otherwise and means the same; None where it is not.

        >>> Names.bound_by([("*", "José Ash", "k3vd")]).taken_for("strong", "JOSE ASH")
        'José Ash'
        """
        key = self._key(source, name)
        bound = None if key is None else self.written.get(key)
        same = bound is None or unicodedata.normalize("NFC", name.strip()) == unicodedata.normalize("NFC", bound)
        return None if same else bound

    def _key(self, source: str, name: str) -> tuple[str, str] | None:
        """Under which source and name the athlete of a name is bound."""
        exact = ((where, name_key(name)) for where in (source, ANY_SOURCE))
        found = next((key for key in exact if key in self.bound), None)
        return found or next((key for where in (source, ANY_SOURCE) if (key := self._bare_key(where, name))), None)

    def _bare_key(self, source: str, name: str) -> tuple[str, str] | None:
        keys = [key for bare in sorted(bare_names(name)) for key in self._by_bare.get((source, bare), ())]
        return keys[0] if len({self.bound[key] for key in keys}) == 1 else None

    @cached_property
    def _by_bare(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for source, name in self.bound:
            for bare in bare_names(name):
                found.setdefault((source, bare), []).append((source, name))
        return found


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


def one_person_each(reading: Reading, names: Names, owner: str | None) -> Reading:
    """`reading` where every athlete has one name: that of their first row; notes say which name was taken for which.

    A row that says again what another row of that athlete said is refused, naming the first. `owner` as in `bind`.
    """
    said = dict.fromkeys(name for frame in reading.tables.values() for name in _said(frame, owner))
    whose = {name: athlete for name in said if (athlete := names.athlete(reading.source, name))}
    taken_for = ((name, names.taken_for(reading.source, name)) for name in whose)
    notes = [f"{name!r} is taken for {bound!r}." for name, bound in taken_for if bound is not None]
    noted = replace(reading, notes=(*reading.notes, *notes))
    if len(set(whose.values())) == len(whose):
        return noted
    first = {athlete: name for name, athlete in reversed(whose.items())}
    same = {name: first[athlete] for name, athlete in whose.items()}
    tables = {
        table: frame.assign(external_name=[same.get(name, name) for name in _said(frame, owner)])
        if _is_unbound(frame)
        else frame
        for table, frame in noted.tables.items()
    }
    return _without_doubles(replace(noted, tables=tables))


def _said(frame: pd.DataFrame, owner: str | None) -> list[str]:
    """The name that each row says, or the owner's; none of a table that names nobody."""
    if not _is_unbound(frame):
        return []
    return [owner or "" if pd.isna(name) else name for name in frame["external_name"]]


def _is_unbound(frame: pd.DataFrame) -> bool:
    """Whether the rows name their athlete as the file does; those of a roster are bound already."""
    return "external_name" in frame and "athlete_id" not in frame


def _without_doubles(reading: Reading) -> Reading:
    """`reading` without the rows whose key another row of the athlete has; of a session the first counts for all."""
    doubles: dict[int, str] = {}
    tables = dict(reading.tables)
    for table, frame in reading.tables.items():
        if not _is_unbound(frame) or "row_no" not in frame:
            continue
        key = [{"athlete_id": "external_name", "session_id": "session_key"}.get(n, n) for n in TABLES[table].key]
        key = list(dict.fromkeys(("external_name", *(name for name in key if name in frame))))
        is_double = frame.duplicated(key)
        tables[table] = frame.loc[~is_double]
        if table != "sessions" or _has_only_sessions(reading):
            firsts = frame.groupby(key, dropna=False)["row_no"].transform("first")
            for row_no, first in zip(frame["row_no"][is_double], firsts[is_double], strict=True):
                doubles[int(row_no)] = f"repeats row {first} of the same athlete in {table}"
    return _refused(replace(reading, tables=tables), doubles) if doubles else replace(reading, tables=tables)


def _has_only_sessions(reading: Reading) -> bool:
    return not any("session_key" in frame for name, frame in reading.tables.items() if name != "sessions")


def _refused(reading: Reading, checks: Mapping[int, str]) -> Reading:
    """`reading` whose rows of these numbers became rejected, each for what is said of it."""
    rows = reading.source_rows
    sheets = dict(zip(rows["row_no"], rows["sheet"], strict=True))
    remedy = "Number them apart, or remove one of the two."
    rejects = [
        (sheets.get(row_no, ""), row_no, "(row)", check, "", f"The row {check}. {remedy}")
        for row_no, check in checks.items()
    ]
    refused = [*reading.rejects[REJECT_COLUMNS].itertuples(index=False), *rejects]
    became = rows["became"].mask(rows["row_no"].isin(list(checks)), "rejected")
    return replace(
        reading, source_rows=rows.assign(became=became), rejects=pd.DataFrame(refused, columns=REJECT_COLUMNS)
    )


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
    ids: dict[tuple[str, str, str], str] = {}  # by athlete, source and the source's key
    for name, frame in reading.tables.items():
        if frame.empty:
            continue
        if "athlete_id" not in frame:
            frame = _with_athletes(frame, reading.source, names, owner, waiting)
        if "session_key" in frame:
            frame = _with_sessions(frame, reading.source, ids, keep_key=name == "sessions")
        if "source" in TABLES[name].names and "source" not in frame:
            frame = frame.assign(source=reading.source)
        tables[name] = frame if "source" in TABLES[name].names else frame.drop(columns="source", errors="ignore")
    return Bound(tables, _samples_by_athlete(reading, ids), waiting)


def _with_athletes(
    frame: pd.DataFrame, source: str, names: Names, owner: str | None, waiting: dict[str, int]
) -> pd.DataFrame:
    names_said = [owner or "" if pd.isna(name) else name for name in frame["external_name"]]
    said = list(zip(_sources(frame, source), names_said, strict=True))
    known = {one: names.athlete(*one) for one in dict.fromkeys(said)}
    for one, rows in Counter(said).items():
        if known[one] is None:
            waiting[one[1]] = waiting.get(one[1], 0) + rows
    bound = [known[one] is not None for one in said]
    athlete_id = pd.Series([known[one] for one in said], index=frame.index, dtype="str")
    return frame.drop(columns="external_name").assign(athlete_id=athlete_id).loc[bound]


def _sources(frame: pd.DataFrame, source: str) -> list[str]:
    """The source of each row: its own, where the file has rows of several, else that of the file."""
    return frame["source"].tolist() if "source" in frame else [source] * len(frame)


def _with_sessions(
    frame: pd.DataFrame, source: str, ids: dict[tuple[str, str, str], str], keep_key: bool
) -> pd.DataFrame:
    places = list(zip(frame["athlete_id"], _sources(frame, source), frame["session_key"], strict=True))
    for place in dict.fromkeys(places):
        ids.setdefault(place, session_id(*place))
    frame = frame.assign(session_id=pd.Series([ids[place] for place in places], index=frame.index, dtype="str"))
    return frame.rename(columns={"session_key": "source_key"}) if keep_key else frame.drop(columns="session_key")


def _samples_by_athlete(reading: Reading, ids: dict[tuple[str, str, str], str]) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = {}
    for (athlete_id, _, key), session in ids.items():
        if key in reading.samples:
            parts.setdefault(athlete_id, []).append(reading.samples[key].assign(session_id=session))
    return {athlete_id: pd.concat(frames, ignore_index=True) for athlete_id, frames in parts.items()}
