"""The store: SQLite in WAL mode for every table but the watch samples, which are Parquet files beside it.

The only module that touches the database and the sample files. A transaction is the commit point: sample files are
written and synced before it, and one that no committed row names is an orphan and is swept. Readers never block the
writer, nor the other way round.
"""

import contextlib
import functools
import hashlib
import io
import json
import os
import re
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

from analysis import forgetting
from analysis.errors import Busy, DataProblem, WorkbookError
from analysis.ingest import linking, merging
from analysis.tables import DTYPES, TABLES, Table

Record = dict[str, object]

SCHEMA_VERSION = 1
DATABASE = "store.sqlite"
SAMPLES = "samples"

_MOST_VALUES = 10_000  # in one IN (...); SQLite allows 32,766
_PROVENANCE = ("file_no", "row_no")  # where a row came from is not part of what it says
_SQL_TYPES = {"number": sql.Float, "integer": sql.Integer}  # dates and times are ISO text: sorted alike everywhere
_METADATA = sql.MetaData()


def _sql_table(table: Table) -> sql.Table:
    """The table in the database; rows of one athlete lie together, so that a slice is one range."""
    key = (*(["athlete_id"] if table.of_one_athlete and "athlete_id" not in table.key else []), *table.key)
    return sql.Table(
        table.name,
        _METADATA,
        *(
            sql.Column(
                column.name,
                _SQL_TYPES.get(column.kind, sql.String)(),
                primary_key=column.name in key,
                autoincrement=False,
                nullable=not column.required,
            )
            for column in sorted(table.columns, key=lambda c: key.index(c.name) if c.name in key else len(key))
        ),
        sqlite_with_rowid=False,
    )


_SQL = {name: _sql_table(table) for name, table in TABLES.items() if name != "samples"}
_FACTS = sql.Table(
    "store_facts", _METADATA, sql.Column("name", sql.String, primary_key=True), sql.Column("value", sql.String)
)
_COMMITS = sql.Table(
    "commits",
    _METADATA,
    sql.Column("athlete_id", sql.String, primary_key=True),
    sql.Column("commits", sql.Integer, nullable=False),
)
sql.Index("files_by_hash", _SQL["files"].c.sha256, unique=True)


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file before it is stored."""

    sha256: str
    name: str
    bytes: int


@dataclass(frozen=True)
class Appended:
    """What an upload did: rows by table that were new, revised or already known."""

    file_no: int
    new: dict[str, int] = field(default_factory=dict)
    revised: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes.

    Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Store:
    """The tables and sample files of one workspace. Open it with `Store.open(folder)`."""

    def __init__(self, engine: sql.Engine, samples: str) -> None:
        self._engine = engine
        self._fs, self._samples = fsspec.core.url_to_fs(samples)

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """The store in `folder`; where there is none yet it is made, and only its owner can read it.

        Raises WorkbookError where the database is damaged, of another version, or gone and its sample files are not.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = folder / DATABASE
        is_new = not database.exists() or not database.stat().st_size
        if is_new and next((folder / SAMPLES).rglob("*.parquet"), None):
            raise WorkbookError(
                f"The database {database} is gone or empty, while sample files lie beside it. Restore a backup, or "
                f"move the folder {SAMPLES} away and ingest the raw files into a new store."
            )
        store = cls(_sqlite_engine(database), str(folder / SAMPLES))
        try:
            store._make_tables()
        except UnicodeDecodeError as problem:  # the driver cannot read what SQLite says of a damaged schema
            raise _damaged(f"The database {database}", problem) from problem
        return store

    def close(self) -> None:
        """Let go of the database file (Windows will not delete an open one)."""
        self._engine.dispose()

    # reading -----------------------------------------------------------------------------------------------------

    def frame(self, name: str, athlete_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """The canonical table `name`, of the given athletes or of all, in the order of its key."""
        with self._engine.connect() as connection:
            return _select(connection, name, **_of(athlete_ids))

    def frames(self, names: Iterable[str], athlete_ids: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
        """Several tables as they stood at one moment."""
        among = _of(athlete_ids)
        with self._engine.connect() as connection:  # one transaction: one state
            return {name: _select(connection, name, **among) for name in names}

    def among(self, name: str, **values: Iterable[object]) -> pd.DataFrame:
        """The rows of the canonical table `name` whose columns lie among the given values."""
        with self._engine.connect() as connection:
            return _select(connection, name, **values)

    def fact(self, name: str) -> str | None:
        """What the store keeps about itself under this name."""
        with self._engine.connect() as connection:
            return connection.scalar(sql.select(_FACTS.c.value).where(_FACTS.c.name == name))

    def values(self, name: str, *columns: str) -> list[sql.Row]:
        """Some columns of a whole table as plain rows: quicker than a frame, for what every file asks."""
        with self._engine.connect() as connection:
            return connection.execute(sql.select(*(_SQL[name].c[column] for column in columns))).fetchall()

    def count(self, name: str, *by: str) -> list[sql.Row]:
        """How many rows a table has, for each of the values of the columns `by`: those values, then the number."""
        columns = [_SQL[name].c[column] for column in by]
        query = sql.select(*columns, sql.func.count()).select_from(_SQL[name]).group_by(*columns)
        with self._engine.connect() as connection:
            return connection.execute(query).fetchall()

    def streams(self, names: Iterable[str]) -> list[sql.Row]:
        """athlete_id, table, rows and last_date (ISO) of each athlete in each of the tables; counted where they lie."""
        sessions = _SQL["sessions"]
        found = []
        with self._engine.connect() as connection:
            for name in names:
                table, rows, dates = _SQL[name], _SQL[name], _SQL[name].c.get("local_date")
                if dates is None:
                    same = (sessions.c.athlete_id == table.c.athlete_id) & (sessions.c.session_id == table.c.session_id)
                    rows, dates = table.join(sessions, same), sessions.c.local_date
                owner = table.c.athlete_id
                said = (owner, sql.literal(name).label("table"), sql.func.count().label("rows"))
                query = sql.select(*said, sql.func.max(dates).label("last_date")).select_from(rows)
                found += connection.execute(query.group_by(owner).order_by(owner)).fetchall()
        return found

    def samples(self, athlete_id: str, session_id: str) -> pd.DataFrame:
        """The watch records of one session, of the newest file that holds it; empty where there is none."""
        with self._engine.connect() as connection:
            path = connection.scalar(_newest_sample_file(), {"athlete_id": athlete_id, "session_id": session_id})
        if path is None:
            return TABLES["samples"].empty()
        return self._read_samples(path, session_id)

    def files_of(self, athlete_id: str, names: Iterable[str]) -> pd.DataFrame:
        """The files that brought rows of this athlete, known by `names`, and of nobody else."""
        with self._engine.connect() as connection:
            alone = forgetting.files_of(connection, athlete_id, frozenset(name.casefold() for name in names))
            return _select(connection, "files", file_no=alone)

    def from_files(self, name: str, athlete_id: str, names: Iterable[str], mention: re.Pattern[str]) -> pd.DataFrame:
        """The rows of `source_rows` or `rejects` that are this athlete's, as `forget` would delete them."""
        with self._engine.connect() as connection:
            known_by = frozenset(one.casefold() for one in names)
            rows = forgetting.rows_of(connection, name, athlete_id, known_by, mention)
            return _canonical(name, [tuple(row[column] for column in TABLES[name].names) for row in rows])

    def hand_out_samples(self, athlete_id: str, folder: Path) -> dict[str, str]:
        """Put the newest sample file of each session of an athlete into `folder`; its name there, by session."""
        held, files = _SQL["sample_files"], _SQL["files"]
        query = (
            sql.select(held.c.session_id, held.c.path)
            .join(files, files.c.sha256 == held.c.sha256)
            .where(held.c.athlete_id == athlete_id)
            .order_by(files.c.file_no)
        )
        with self._engine.connect() as connection:
            newest = {row.session_id: row.path for row in connection.execute(query)}
        for path in set(newest.values()):
            source, target = f"{self._samples}/{path}", folder / Path(path).name
            try:
                os.link(source, target)  # a sample file is never written again: a new one takes its name
            except OSError:
                self._fs.get(source, str(target))
        return {session_id: Path(path).name for session_id, path in newest.items()}

    def file_no(self, sha256: str) -> int | None:
        """The number of a file that is stored whole, None where it is new or waits for a name."""
        files = _SQL["files"]
        query = sql.select(files.c.file_no).where(files.c.sha256 == sha256, files.c.rows_waiting == 0)
        with self._engine.connect() as connection:
            return connection.scalar(query)

    def row_hashes(self) -> set[str]:
        """The hashes of all source rows."""
        with self._engine.connect() as connection:
            return set(connection.scalars(sql.select(_SQL["source_rows"].c.row_hash)))

    def revision(self, athlete_id: str) -> int:
        """How many commits have touched this athlete."""
        query = sql.select(_COMMITS.c.commits).where(_COMMITS.c.athlete_id == athlete_id)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def revisions(self) -> dict[str, int]:
        """How many commits have touched each athlete, by id; who was never touched is not among them."""
        with self._engine.connect() as connection:
            found = connection.execute(sql.select(_COMMITS.c.athlete_id, _COMMITS.c.commits)).all()
        return {row.athlete_id: row.commits for row in found}

    def problems(self) -> list[str]:
        """What `workbook doctor` should say about the database; empty when it is sound."""
        try:
            with self._engine.connect() as connection:
                rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            found = [f"The database is damaged: {row}. Restore a backup." for row in rows if row != "ok"]
            self._read_everything()
            held = self.frame("sample_files")
        except WorkbookError as problem:  # damage that ends the check itself
            return [str(problem)]
        return found + [
            said for path, rows in held.groupby("path")["rows"].sum().items() if (said := self._lacks(path, rows))
        ]

    # writing -----------------------------------------------------------------------------------------------------

    def append(
        self,
        file: FileFacts,
        facts: dict[str, object],
        tables: dict[str, pd.DataFrame],
        samples: dict[str, pd.DataFrame] | None = None,
    ) -> Appended:
        """One file, whole or not at all. `facts` are the remaining columns of the table `files`.

        Rows that are stored already stay as they are; a row whose key is known and whose content differs replaces
        it and counts as revised (the older text stays in `source_rows`).
        """
        written: dict[str, str] = {}
        try:
            for athlete_id, frame in (samples or {}).items():
                written[athlete_id] = self._write_samples(file.sha256, athlete_id, frame)
            with self._transaction() as connection:
                appended = self._append(connection, file, facts, tables, set(written))
                _write_sample_rows(connection, file.sha256, samples or {}, written)
        except BaseException:
            # only what this call wrote and nobody else's committed row names
            self.sweep(only=set(written.values()))
            raise
        return appended

    def put(self, name: str, rows: pd.DataFrame) -> None:
        """Rows that come from a person, not from a file (an alias, an exclusion, an answer to a proposal)."""
        with self._transaction() as connection:
            _put(connection, name, rows)
            if TABLES[name].of_one_athlete:
                _bump(connection, rows["athlete_id"].unique())

    def note(self, name: str, rows: pd.DataFrame) -> None:
        """Rows that no page shows, as what was sent out or rendered: nobody's commits are counted up by them."""
        with self._transaction() as connection:
            _put(connection, name, rows)

    def remove(self, name: str, rows: pd.DataFrame) -> None:
        """Take back rows that a person put, found by their key; athlete_id is needed too where the table has it."""
        table = _SQL[name]
        with self._transaction() as connection:
            for row in _records(name, TABLES[name].coerce(rows)):
                key = (table.c[column] == row[column] for column in TABLES[name].key)
                connection.execute(table.delete().where(*key))
            if TABLES[name].of_one_athlete:
                _bump(connection, rows["athlete_id"].unique())

    def keep_fact(self, name: str, value: str) -> None:
        """Keep something about the store itself, in place of what it had under this name."""
        with self._transaction() as connection:
            connection.execute(_FACTS.delete().where(_FACTS.c.name == name))
            connection.execute(_FACTS.insert().values(name=name, value=value))

    def drop(self, name: str, **values: Iterable[object]) -> int:
        """Delete the rows of a table whose columns lie among the given values; how many there were."""
        table = _SQL[name]
        gone = 0
        with self._transaction() as connection:
            for column, wanted in values.items():
                wanted = list(wanted)
                for first in range(0, len(wanted), _MOST_VALUES):
                    among = table.c[column].in_(wanted[first : first + _MOST_VALUES])
                    gone += connection.execute(table.delete().where(among)).rowcount
        return gone

    def forget(self, athlete_id: str, names: Iterable[str], mention: re.Pattern[str]) -> dict[str, int]:
        """Delete everything of one athlete in one transaction; `mention` finds the athlete in texts of others' rows.

        A source row is the athlete's where a cell is one of `names`, or what became of it belongs to the athlete alone.
        In every other text a mention is replaced by the word erased. Returns the rows changed, by table.
        """
        with self._transaction() as connection:
            return forgetting.forget(connection, athlete_id, frozenset(name.casefold() for name in names), mention)

    def forget_samples(self, athlete_id: str) -> None:
        """Delete the sample files of one athlete, and their folder, whose name has the id."""
        folder = f"{self._samples}/athlete_id={athlete_id}"
        if self._fs.exists(folder):
            self._fs.rm(folder, recursive=True)

    def compact(self) -> None:
        """Write the database anew without free pages, and empty its log: what was deleted is in no file any more.

        Raises Busy where somebody reads the store meanwhile: the log cannot be emptied then.
        """
        with self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute("VACUUM")
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Busy("Somebody reads the store, so that its log cannot be emptied. Close notebooks, then try again.")

    def copy_to(self, path: Path) -> None:
        """A copy of the database as it stands at one moment; who reads or writes meanwhile is not in the way."""
        with self._engine.connect() as connection, contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.driver_connection.backup(copy)

    def sweep(self, only: set[str] | None = None) -> list[str]:
        """Delete sample files that no committed row names; returns their paths below the sample folder."""
        present = self._sample_paths() if only is None else {path for path in only if self._exists(path)}
        orphans = sorted(present - self._named_samples(only))
        for path in orphans:
            self._fs.rm(f"{self._samples}/{path}")
        return orphans

    # inside ------------------------------------------------------------------------------------------------------

    def _make_tables(self) -> None:
        with self._transaction() as connection:
            _METADATA.create_all(connection)
            found = connection.scalar(sql.select(_FACTS.c.value).where(_FACTS.c.name == "schema_version"))
            if found is None:
                connection.execute(_FACTS.insert().values(name="schema_version", value=str(SCHEMA_VERSION)))
                connection.execute(_FACTS.insert().values(name="store_id", value=uuid.uuid4().hex))
            elif int(found) != SCHEMA_VERSION:
                raise WorkbookError(
                    f"This store has schema version {found}; this version of the workbook reads {SCHEMA_VERSION}. "
                    "Install the matching version, or ingest the raw files into a new store."
                )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sql.Connection]:
        with self._engine.connect() as connection, connection.execution_options(writes=True).begin():
            yield connection

    def _append(
        self,
        connection: sql.Connection,
        file: FileFacts,
        facts: dict[str, object],
        tables: dict[str, pd.DataFrame],
        sampled: set[str],
    ) -> Appended:
        file_no = _file_number(connection, file, facts)
        records = {}
        for name, rows in tables.items():
            frame = TABLES[name].coerce(rows.assign(file_no=file_no) if "file_no" in TABLES[name].names else rows)
            _check(name, frame, file.name)
            records[name] = _records(name, frame)
        _merge_sets(connection, records)
        appended = Appended(file_no)
        touched = sampled
        for name, rows in records.items():
            new, revised = _changes(connection, name, rows)
            _upsert(connection, name, new + [after for _, after in revised])
            _upsert(connection, "revisions", _revisions(name, revised, file_no))
            appended.new[name], appended.revised[name] = len(new), len(revised)
            appended.known[name] = len(rows) - len(new) - len(revised)
            changed = new + [after for _, after in revised]
            if TABLES[name].of_one_athlete:
                touched |= {record["athlete_id"] for record in changed}
            if name in ("sets", "runs"):
                _link(connection, name, touched, {record["session_id"] for record in changed})
        _clear_older_rejects(connection, file_no)
        _bump(connection, sorted(touched))
        return appended

    def _write_samples(self, sha256: str, athlete_id: str, frame: pd.DataFrame) -> str:
        """Write and sync the samples of one athlete in one file; returns the path below the sample folder."""
        path = f"athlete_id={athlete_id}/{sha256}.parquet"
        buffer = io.BytesIO()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
        target = f"{self._samples}/{path}"
        if "file" not in self._fs.protocol:
            self._fs.pipe(target, buffer.getvalue())  # an object store publishes whole objects
            return path
        part = Path(f"{target}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                out.write(buffer.getbuffer())
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        except OSError as problem:
            part.unlink(missing_ok=True)
            raise _unwritten(part, problem.strerror) from problem
        return path

    def _named_samples(self, among: set[str] | None) -> set[str]:
        """The sample files that committed rows name: all, or those of `among`, athlete by athlete."""
        files = _SQL["sample_files"]
        query = sql.select(files.c.path).distinct()
        if among is not None:
            owners = {path.split("/")[0].removeprefix("athlete_id=") for path in among}
            query = query.where(files.c.athlete_id.in_(sorted(owners)), files.c.path.in_(sorted(among)))
        with self._engine.connect() as connection:
            return set(connection.scalars(query))

    def _read_everything(self) -> None:
        """Every row of every table, a few at a time; raises WorkbookError where a value is not as it was written."""
        with self._engine.connect() as connection:
            for name in _SQL:
                for rows in connection.execute(_query(name, ())).partitions(_MOST_VALUES):
                    _canonical(name, rows)

    def _read_samples(self, path: str, session_id: str | None = None) -> pd.DataFrame:
        """Rows of a sample file; raises WorkbookError where it is gone, or is not as it was written."""
        try:
            return sample_rows(f"{self._samples}/{path}", session_id, self._fs)
        except FileNotFoundError:
            raise WorkbookError(
                f"The sample file {path} is gone. Restore a backup, or ingest its file again."
            ) from None
        except (OSError, LookupError, TypeError, ValueError) as problem:  # also of what Parquet says about itself
            raise _damaged(f"The sample file {path}", problem) from problem

    def _lacks(self, path: str, rows: int) -> str:
        """What is wrong with a sample file that should hold so many rows; nothing where it is sound."""
        try:
            found = len(self._read_samples(path))
        except WorkbookError as problem:
            return str(problem)
        return "" if found == rows else f"The sample file {path} has {found} rows, not {rows}. Restore a backup."

    def _exists(self, path: str) -> bool:
        return self._fs.exists(f"{self._samples}/{path}")

    def _sample_paths(self) -> set[str]:
        found = self._fs.find(self._samples) if self._fs.exists(self._samples) else []
        return {path[len(self._samples) + 1 :] for path in found}


def sample_rows(
    path: str, session_id: str | None = None, filesystem: fsspec.AbstractFileSystem | None = None
) -> pd.DataFrame:
    """The rows of a sample file: of one session in order of time, or all as they lie there.

    Raises OSError or ValueError where a checksum in it does not hold.
    """
    with pq.ParquetFile(path, filesystem=filesystem, page_checksum_verification=True) as file:
        rows = file.read(use_threads=False)  # few records: threads and the reader of many files cost more than they do
    if session_id is None:
        return rows.to_pandas(use_threads=False)
    of_session = rows.filter(pc.equal(rows["session_id"], session_id)).to_pandas(use_threads=False)
    return of_session.take(np.lexsort((of_session["seq"], of_session["t_s"])))


def _sqlite_engine(path: Path) -> sql.Engine:
    engine = sql.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @sql.event.listens_for(engine, "handle_error")
    def _in_words(context: sql.engine.ExceptionContext) -> None:
        problem = _problem_in_words(path, context.original_exception)
        if problem is not None:
            raise problem from context.original_exception

    @sql.event.listens_for(engine, "connect")
    def _set_up(connection, _record) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "busy_timeout=30000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sql.event.listens_for(engine, "begin")
    def _begin(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # wait for another writer now, not later

    return engine


def _problem_in_words(path: Path, problem: BaseException) -> WorkbookError | None:
    """What a user can do about an error of SQLite; None for a fault of the workbook itself."""
    code = getattr(problem, "sqlite_errorname", "")
    if code.startswith("SQLITE_BUSY"):
        return Busy(f"Somebody else has been writing to {path} for 30 s. Wait for it to end, then try again.")
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return _unwritten(path, problem)
    if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return WorkbookError(f"{path} cannot be opened: {problem}. Check the permissions of its folder.")
    undecodable = isinstance(problem, UnicodeDecodeError) or (not code and "decode to UTF-8" in str(problem))
    if undecodable or code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        return _damaged(f"The database {path}", problem)
    return None


def _unwritten(path: Path, said: object) -> WorkbookError:
    return WorkbookError(
        f"{path} cannot be written: {said}. Free some space on its disk, then try again; what was acknowledged before "
        "is stored."
    )


def _damaged(what: str, problem: BaseException) -> WorkbookError:
    said = str(problem).partition("\n")[0].rstrip(".")
    return WorkbookError(f"{what} is damaged: {said}. Restore a backup, or ingest the raw files into a new store.")


def _of(athlete_ids: Iterable[str] | None) -> dict[str, list[str]]:
    return {} if athlete_ids is None else {"athlete_id": list(athlete_ids)}


def _select(connection: sql.Connection, name: str, **among: Iterable[str]) -> pd.DataFrame:
    """The rows of a table whose columns lie among the given values."""
    return _canonical(name, _rows(connection, name, **among))


def _rows(connection: sql.Connection, name: str, **among: Iterable[str]) -> list[sql.Row]:
    values = {column: list(these) for column, these in among.items()}
    return connection.execute(_query(name, tuple(values)), values).fetchall()


@functools.cache
def _newest_sample_file() -> sql.Select:
    """The path of the newest sample file of a session; made once, compiled once."""
    held, files = _SQL["sample_files"], _SQL["files"]
    query = sql.select(held.c.path).join(files, files.c.sha256 == held.c.sha256).order_by(files.c.file_no.desc())
    return query.where(*(held.c[column] == sql.bindparam(column) for column in ("athlete_id", "session_id"))).limit(1)


@functools.cache
def _query(name: str, among: tuple[str, ...]) -> sql.Select:
    """The rows of a table whose columns `among` lie among given values; made once, compiled once."""
    table = _SQL[name]
    query = sql.select(*(table.c[column] for column in TABLES[name].names)).order_by(*table.primary_key)
    return query.where(*(table.c[column].in_(sql.bindparam(column, expanding=True)) for column in among))


def _canonical(name: str, rows: list[sql.Row]) -> pd.DataFrame:
    """The frame of rows as `_records` makes them; ten times as fast as typing a frame of objects."""
    if not rows:
        return TABLES[name].empty()
    columns = zip(TABLES[name].columns, zip(*rows, strict=True), strict=True)
    try:
        return pd.DataFrame({column.name: _typed(column.kind, values) for column, values in columns}, copy=False)
    except (TypeError, ValueError) as problem:  # what was stored had these types
        raise _damaged(f"The table {name}", problem) from problem


def _typed(kind: str, values: tuple) -> np.ndarray | pd.api.extensions.ExtensionArray:
    if kind == "text":
        return pd.array(np.array(values, dtype="object"), dtype="str")
    if kind == "instant":
        return pd.to_datetime(list(values), format="ISO8601", utc=True).astype(DTYPES[kind]).array
    return np.array(values, dtype=DTYPES[kind])  # None becomes NaN or NaT; ISO text becomes a moment


def _check(name: str, frame: pd.DataFrame, file_name: str) -> None:
    """Readers reject bad cells with a reason; what is still wrong here stops the file, and nothing is stored."""
    failures = TABLES[name].failures(frame)
    if len(failures):
        first = failures.iloc[0]
        raise DataProblem(
            f"{file_name}: {len(failures)} values of the table {name} cannot be stored, the first in column "
            f"{first['column']!r}: {first['value']!r} {first['check']}. Correct the file and ingest it again."
        )
    repeated = frame.duplicated(list(TABLES[name].key))
    if repeated.any():
        key = dict(frame.loc[repeated, list(TABLES[name].key)].iloc[0])
        raise DataProblem(f"{file_name}: two rows of the table {name} have the same key {key}. Remove one of them.")


def _merge_sets(connection: sql.Connection, records: dict[str, list[Record]]) -> None:
    """Give the sets of sessions that are stored already, and their repetitions, the numbers they have there."""
    incoming = records.get("sets", [])
    sessions = {record["session_id"] for record in incoming}
    among = {"athlete_id": {record["athlete_id"] for record in incoming}, "session_id": sessions}
    stored = [row._asdict() for part in _parts(among) for row in _rows(connection, "sets", **part)]
    if not stored:
        return
    by_day = {r["session_id"] for r in records.get("sessions", []) if r["start_local"] is None}
    numbers = merging.set_numbers(incoming, stored, by_day)
    for name in {"sets", "reps"} & records.keys():
        records[name] = [
            record | {"set_no": numbers[record["session_id"], record["set_no"]]} for record in records[name]
        ]


def _parts(among: dict[str, set[str]]) -> Iterator[dict[str, list[str]]]:
    """`among` in parts of sessions that one query can name."""
    sessions = sorted(among["session_id"])
    for first in range(0, len(sessions), _MOST_VALUES):
        yield among | {"session_id": sessions[first : first + _MOST_VALUES]}


def _changes(
    connection: sql.Connection, name: str, records: list[Record]
) -> tuple[list[Record], list[tuple[Record, Record]]]:
    """The records that the store does not have, and those it has with another content: before and after."""
    key = TABLES[name].key
    if not records or "file_no" in key:
        return records, []
    scope = next(column for column in ("session_id", "athlete_id", key[0]) if column in TABLES[name].names)
    content = [column for column in TABLES[name].names if column not in _PROVENANCE]
    stored = {}
    owners = {"athlete_id": {r["athlete_id"] for r in records}} if TABLES[name].of_one_athlete else {}
    wanted = sorted({record[scope] for record in records})
    for first in range(0, len(wanted), _MOST_VALUES):
        values = wanted[first : first + _MOST_VALUES]
        for row in _rows(connection, name, **(owners | {scope: values})):
            stored[tuple(getattr(row, column) for column in key)] = row._asdict()
    new, revised = [], []
    for record in records:
        before = stored.get(tuple(record[column] for column in key))
        if before is None:
            new.append(record)
        elif any(before[column] != record[column] for column in content):
            revised.append((before, record))
    return new, revised


def _revisions(name: str, revised: list[tuple[Record, Record]], file_no: int) -> list[Record]:
    """What each revised row said and says, only where it differs."""
    rows = []
    for before, after in revised:
        differs = [column for column in before if column not in _PROVENANCE and before[column] != after[column]]
        rows.append(
            {
                "file_no": file_no,
                "table_name": name,
                "row_key": "|".join(str(after[column]) for column in TABLES[name].key),
                "athlete_id": after.get("athlete_id"),
                "before": as_json({column: before[column] for column in differs}),
                "after": as_json({column: after[column] for column in differs}),
            }
        )
    return rows


def _clear_older_rejects(connection: sql.Connection, file_no: int) -> None:
    """Rejects of an earlier version of this file are settled: what is still wrong is among its own.

    An earlier version has the same name and reader, and at least one row in common.
    """
    files, rows, rejects = _SQL["files"], _SQL["source_rows"], _SQL["rejects"]
    own = rows.alias()
    this = connection.execute(sql.select(files.c.name, files.c.reader).where(files.c.file_no == file_no)).one()
    versions = (
        sql.select(files.c.file_no)
        .where(files.c.file_no.in_(sql.select(rejects.c.file_no)))  # few of all files: these are looked at one by one
        .where(files.c.file_no < file_no, files.c.name == this.name, files.c.reader == this.reader)
        .where(
            sql.exists().where(
                rows.c.file_no == files.c.file_no,
                rows.c.row_hash.in_(sql.select(own.c.row_hash).where(own.c.file_no == file_no)),
            )
        )
    )
    settled = connection.scalars(versions).all()
    if settled:
        connection.execute(rejects.delete().where(rejects.c.file_no.in_(settled)))


def _records(name: str, frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows for the database: None for missing, ISO text for moments."""
    plain = []
    for column in TABLES[name].columns:
        values = frame[column.name].tolist()
        if column.kind == "date":
            plain.append([None if value is pd.NaT else value.date().isoformat() for value in values])
        elif column.kind in ("instant", "clock"):
            plain.append([None if value is pd.NaT else value.isoformat() for value in values])
        else:
            plain.append([value if value == value else None for value in values])  # only NaN differs from itself
    return [dict(zip(TABLES[name].names, row, strict=True)) for row in zip(*plain, strict=True)]


def _upsert(connection: sql.Connection, name: str, records: list[dict[str, object]]) -> None:
    if not records:
        return
    table = _SQL[name]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table)
    others = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    key = list(table.primary_key)
    statement = insert.on_conflict_do_update(key, set_=others) if others else insert.on_conflict_do_nothing(key)
    connection.execute(statement, records)


def _file_number(connection: sql.Connection, file: FileFacts, facts: dict[str, object]) -> int:
    """The number of the file, its row written; one that waited for a name keeps its number, not its old rows."""
    files = _SQL["files"]
    number = connection.scalar(sql.select(files.c.file_no).where(files.c.sha256 == file.sha256))
    if number is None:
        number = (connection.scalar(sql.select(sql.func.max(files.c.file_no))) or 0) + 1
    else:
        for name in ("source_rows", "rejects", "waiting"):
            connection.execute(_SQL[name].delete().where(_SQL[name].c.file_no == number))
    row = {"file_no": number, "sha256": file.sha256, "name": file.name, "bytes": file.bytes, **facts}
    _upsert(connection, "files", [row | {"imported_at": facts["imported_at"].isoformat()}])
    return number


def _link(connection: sql.Connection, name: str, athlete_ids: set[str], session_ids: set[str]) -> None:
    """Find anew the links of the sets or runs of the days on which these sessions of these athletes lie."""
    if not session_ids:
        return
    days = {row.local_date for row in _rows(connection, "sessions", athlete_id=athlete_ids, session_id=session_ids)}
    same_days = _rows(connection, "sessions", athlete_id=athlete_ids, local_date=days)
    found = _rows(connection, name, athlete_id=athlete_ids, session_id=[row.session_id for row in same_days])
    if len({row.session_id for row in found}) < 2:
        return  # nothing is a copy of itself
    copies = [row.session_id if name == "runs" else f"{row.session_id}|{row.set_no}" for row in found]
    links = _SQL["links"]
    stale = links.c.athlete_id.in_(sorted(athlete_ids)) & links.c.b.in_(copies)
    connection.execute(links.delete().where(stale))
    if name == "sets" and len({row.source for row in same_days}) < 2:
        return  # sets of one source are never copies of each other
    pairs_of = linking.run_links if name == "runs" else linking.set_links
    _put(connection, "links", pairs_of(_canonical("sessions", same_days), _canonical(name, found)))


def _put(connection: sql.Connection, name: str, rows: pd.DataFrame) -> None:
    _upsert(connection, name, _records(name, TABLES[name].coerce(rows)))


def _bump(connection: sql.Connection, athlete_ids: Iterable[str]) -> None:
    for athlete_id in athlete_ids:
        now = sql.select(_COMMITS.c.commits).where(_COMMITS.c.athlete_id == athlete_id)
        commits = (connection.scalar(now) or 0) + 1
        connection.execute(_COMMITS.delete().where(_COMMITS.c.athlete_id == athlete_id))
        connection.execute(_COMMITS.insert().values(athlete_id=athlete_id, commits=commits))


def _write_sample_rows(
    connection: sql.Connection, sha256: str, samples: dict[str, pd.DataFrame], paths: dict[str, str]
) -> None:
    rows = [
        {"session_id": session_id, "sha256": sha256, "athlete_id": athlete_id, "path": paths[athlete_id], "rows": n}
        for athlete_id, frame in samples.items()
        for session_id, n in Counter(frame["session_id"]).items()
    ]
    _upsert(connection, "sample_files", rows)


def as_json(values: object) -> str:
    """Compact JSON with keys in order, for the text columns that hold it."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
