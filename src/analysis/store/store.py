"""What the other rooms ask of the store: to read, to take a file in whole, to forget, and to say what is damaged."""

import contextlib
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sql

from analysis.base.errors import UsageProblem, WorkbookError
from analysis.base.frames import rows_of
from analysis.base.names import name_key
from analysis.base.tables import TABLES
from analysis.base.waiting import Waiting
from analysis.store import forgetting, reading, replacing, writing
from analysis.store.copying import copy_rows
from analysis.store.database import Database, Rows, damaged, fetched, transaction, tried_again
from analysis.store.migrations import JUDGED_ANEW, bring_up_to_date
from analysis.store.samples import SAMPLES, SampleFiles
from analysis.store.schema import COMMITS, DATABASE, FACTS, STORED
from analysis.store.sqlite import SqliteFile
from analysis.store.writing import Appended, FileFacts


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes.

    Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _no_verdicts() -> pd.DataFrame:
    return TABLES["verdicts_before"].empty()


class Store:
    """The tables and sample files of one workspace. Open it with `Store.open(folder)`.

    `news` says what an older store was given when it was opened; it is empty for all others.
    """

    news = ""

    def __init__(self, database: Database, samples: SampleFiles) -> None:
        self._database = database
        self._samples = samples

    @property
    def _engine(self) -> sql.Engine:
        return self._database.engine

    @classmethod
    def open(
        cls,
        folder: Path,
        verdicts_before: Callable[[], pd.DataFrame] = _no_verdicts,
        *,
        url: str | None = None,
        samples: str | None = None,
    ) -> "Store":
        """The store in `folder`; where there is none yet it is made, and only its owner can read it.

        Its database is that of a server where `url` is the address of one, and its sample files lie in an object store
        where `samples` is the address of a folder there.

        An older one is brought up to date; one of version 0.1 then keeps `verdicts_before`, rows of the table of that
        name. Raises WorkbookError where the database is damaged, of a newer version, or gone while its sample files
        are not, and ConfigProblem for an address that cannot be used.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = samples or str(folder / SAMPLES)
        database = _server(url) if url else _file_in(folder, place)
        store = cls(database, SampleFiles.below(place))
        try:
            store.news = bring_up_to_date(store._engine, verdicts_before)
        except UnicodeDecodeError as problem:  # the driver cannot read what SQLite says of a damaged schema
            store.close()
            raise damaged(f"The database {database.shown}", problem) from problem
        except BaseException:
            store.close()
            raise
        return store

    @staticmethod
    def is_there(folder: Path, url: str | None = None) -> bool:
        """Whether `open` would find a store, and not make one."""
        if not url:
            return (folder / DATABASE).is_file()
        database = _server(url)
        try:
            with database.engine.connect() as connection:
                return bool(database.columns(connection))
        finally:
            database.engine.dispose()

    @property
    def is_on_server(self) -> bool:
        """Whether its database is no file of this machine."""
        return not isinstance(self._database, SqliteFile)

    def close(self) -> None:
        """Let go of the database file (Windows will not delete an open one)."""
        self._engine.dispose()

    # reading -----------------------------------------------------------------------------------------------------

    def frame(self, name: str, athlete_ids: Collection[str] | None = None) -> pd.DataFrame:
        """The canonical table `name`, of the given athletes or of all, in the order of its key."""
        return self.frames([name], athlete_ids)[name]

    @tried_again
    def frames(self, names: Collection[str], athlete_ids: Collection[str] | None = None) -> dict[str, pd.DataFrame]:
        """Several tables as they stood at one moment."""
        among = {} if athlete_ids is None else {"athlete_id": list(athlete_ids)}
        with self._engine.connect() as connection:  # one transaction: one state
            return {name: reading.frame(connection, name, **among) for name in names}

    def among(self, name: str, **values: Iterable[object]) -> pd.DataFrame:
        """The rows of the canonical table `name` whose columns lie among the given values."""
        with self._engine.connect() as connection:
            return reading.frame(connection, name, **values)

    def fact(self, name: str) -> str | None:
        """What the store keeps about itself under this name."""
        with self._engine.connect() as connection:
            return connection.scalar(sql.select(FACTS.c.value).where(FACTS.c.name == name))

    @property
    def judged_anew_at(self) -> pd.Timestamp | None:
        """When a store of version 0.1, which judged by another rule, was brought up to date; None for all others."""
        said = self.fact(JUDGED_ANEW)
        return None if said is None else pd.to_datetime(said)

    def values(self, name: str, *columns: str) -> Rows:
        """Some columns of a whole table as plain rows: quicker than a frame, for what every file asks."""
        return self._fetched(sql.select(*(STORED[name].c[column] for column in columns)))

    def count(self, name: str, *by: str) -> Rows:
        """How many rows a table has, for each of the values of the columns `by`: those values, then the number."""
        columns = [STORED[name].c[column] for column in by]
        return self._fetched(sql.select(*columns, sql.func.count()).select_from(STORED[name]).group_by(*columns))

    @tried_again
    def streams(self, names: Collection[str]) -> Rows:
        """athlete_id, table, rows, first_date and last_date (ISO) of each athlete in each; counted where they lie."""
        with self._engine.connect() as connection:
            return [row for name in names for row in reading.streams(connection, name)]

    @tried_again
    def lifts(self) -> Rows:
        """What is measured of each lift of each athlete on each device, as `reading.lifts`; counted where they lie."""
        with self._engine.connect() as connection:
            return reading.lifts(connection)

    def samples(self, athlete_id: str, session_id: str) -> pd.DataFrame:
        """The watch records of one session, of the newest file that holds it; empty where there is none."""
        path = self._newest_samples(athlete_id, session_id)
        if path is None:
            return TABLES["samples"].empty()
        try:
            return self._samples.read(path, session_id)
        except WorkbookError:
            now = self._newest_samples(athlete_id, session_id)
            if now is None or now == path:
                raise
            return self._samples.read(now, session_id)  # its file was read again meanwhile

    @tried_again
    def files_of(self, athlete_id: str, names: Collection[str]) -> pd.DataFrame:
        """The files that brought rows of this athlete, known by `names`, and of nobody else."""
        with self._engine.connect() as connection:
            alone = forgetting.files_of(connection, athlete_id, _compared(names))
            return reading.frame(connection, "files", file_no=alone)

    def from_files(self, name: str, athlete_id: str, names: Iterable[str], mention: re.Pattern[str]) -> pd.DataFrame:
        """The rows of `source_rows` or `rejects` that are this athlete's, as `forget` would delete them."""
        with self._engine.connect() as connection:
            rows = forgetting.rows_of(connection, name, athlete_id, _compared(names), mention)
        return reading.canonical(name, [tuple(row[column] for column in TABLES[name].names) for row in rows])

    def hand_out_samples(self, athlete_id: str, folder: Path) -> dict[str, str]:
        """Put the newest sample file of each session of an athlete into `folder`; its name there, by session."""
        with self._engine.connect() as connection:
            newest = dict(reading.sample_files(connection, athlete_id))  # later ones replace earlier ones
        self._samples.hand_out(set(newest.values()), folder)
        return {session_id: Path(path).name for session_id, path in newest.items()}

    def file_no(self, sha256: str) -> int | None:
        """The number of a file that is stored whole, None where it is new or waits for a name."""
        with self._engine.connect() as connection:
            return connection.scalar(reading.whole_file(), {"sha256": sha256})

    def rows_told(self, file_no: int) -> int:
        """How many rows of a file are in the store that became data or were refused."""
        with self._engine.connect() as connection:
            return connection.scalar(reading.rows_told(), {"file_no": file_no}) or 0

    def holding(self, file_nos: Iterable[int]) -> set[int]:
        """Those of the files from which rows of athletes still come."""
        with self._engine.connect() as connection:
            return replacing.holding(connection, list(file_nos))

    def row_hashes(self) -> set[str]:
        """The hashes of all source rows."""
        return {row_hash for (row_hash,) in self.values("source_rows", "row_hash")}

    def revision(self, athlete_id: str) -> int:
        """How many commits have touched this athlete."""
        query = sql.select(COMMITS.c.commits).where(COMMITS.c.athlete_id == athlete_id)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def revisions(self) -> dict[str, int]:
        """How many commits have touched each athlete, by id; who was never touched is not among them."""
        return dict(self._fetched(sql.select(COMMITS.c.athlete_id, COMMITS.c.commits)))

    def problems(self) -> list[str]:
        """What `workbook doctor` should say about the database; empty when it is sound."""
        try:
            with self._engine.connect() as connection:
                damage = self._database.damage(connection)
                found = [f"The database is damaged: {said}. Restore a backup." for said in damage]
                for name in STORED:
                    reading.verify(connection, name)
            held = self.frame("sample_files")
        except WorkbookError as problem:  # damage that ends the check itself
            return [str(problem)]
        counts: Counter[str] = Counter()
        for row in rows_of(held):
            counts[row.path] += row.rows
        return found + [said for path, rows in counts.items() if (said := self._samples.lacks(path, rows))]

    # writing -----------------------------------------------------------------------------------------------------

    @tried_again
    def append(
        self,
        file: FileFacts,
        facts: dict[str, Any],
        tables: dict[str, pd.DataFrame],
        samples: dict[str, pd.DataFrame] | None = None,
        gone: frozenset[int] = frozenset(),
        instead: Collection[tuple[int, int]] = (),
    ) -> Appended:
        """One file, whole or not at all. `facts` are the remaining columns of the table `files`.

        `instead` are places in older files, by file_no and row_no, whose rows of its athletes give way to this one's.

        Rows that are stored already stay as they are; a row whose key is known and whose content differs replaces
        it and counts as revised (the older text stays in `source_rows`). Where the very file is known, its rows as they
        are given now replace those that it brought; `gone` as `replacing.replace` has it.
        """
        samples = samples or {}
        written: dict[str, str] = {}
        try:
            for athlete_id, frame in samples.items():
                written[athlete_id] = self._samples.write(file.sha256, athlete_id, frame)
            with transaction(self._engine) as connection:
                if writing.is_known(connection, file.sha256):
                    replaced = set(reading.paths_of(connection, file.sha256))
                    appended = replacing.replace(connection, file, facts, tables, written, gone)
                else:
                    replaced = set()
                    appended = writing.append(connection, file, facts, tables, sampled=written, instead=instead)
                writing.name_samples(connection, file.sha256, samples, written)
        except BaseException:
            # only what this call wrote and nobody else's committed row names
            self.sweep(only=set(written.values()))
            raise
        if replaced:
            self.sweep(only=replaced)
        return appended

    @tried_again
    def put(self, name: str, rows: pd.DataFrame) -> None:
        """Rows that come from a person, not from a file (an alias, an exclusion, an answer to a proposal)."""
        with transaction(self._engine) as connection:
            writing.put(connection, name, rows)
            _bump(connection, name, rows)

    @tried_again
    def note(self, name: str, rows: pd.DataFrame, **first: pd.DataFrame) -> None:
        """Rows about pages, as what was sent out or rendered: nobody's commits are counted up by them.

        `first` are rows of other tables, stored with them; of those whose keys are there already the older ones stay.
        """
        with transaction(self._engine) as connection:
            writing.put(connection, name, rows)
            for other, new in first.items():
                writing.put_new(connection, other, new)

    @tried_again
    def remove(self, name: str, rows: pd.DataFrame) -> None:
        """Take back rows that a person put, found by their key; athlete_id is needed too where the table has it."""
        with transaction(self._engine) as connection:
            writing.remove(connection, name, rows)
            _bump(connection, name, rows)

    @tried_again
    def keep_fact(self, name: str, value: str) -> None:
        """Keep something about the store itself, in place of what it had under this name."""
        with transaction(self._engine) as connection:
            writing.keep_fact(connection, name, value)

    @tried_again
    def drop(self, name: str, **values: Collection[object]) -> int:
        """Delete the rows of a table whose columns lie among the given values; how many there were."""
        with transaction(self._engine) as connection:
            return sum(writing.drop(connection, name, column, wanted) for column, wanted in values.items())

    @tried_again
    def forget(self, athlete_id: str, names: Collection[str], mention: re.Pattern[str]) -> dict[str, int]:
        """Delete everything of one athlete in one transaction; `mention` finds the athlete in texts of others' rows.

        A source row is the athlete's where a cell is one of `names`, or what became of it belongs to the athlete alone.
        In every other text a mention is replaced by the word erased. Returns the rows changed, by table.
        """
        with transaction(self._engine) as connection:
            return forgetting.forget(connection, athlete_id, _compared(names), mention)

    def forget_samples(self, athlete_id: str) -> None:
        """Delete the sample files of one athlete, and their folder, whose name has the id."""
        self._samples.forget(athlete_id)

    @contextlib.contextmanager
    def held(self, who: str, waiting: Waiting, *, is_run: bool = False) -> Iterator[None]:
        """Held by one at a time of all that use the database, as `Database.held` has it."""
        with self._database.held(who, waiting, is_run=is_run):
            yield

    def copy_from(self, other: "Store") -> dict[str, int]:
        """Take all rows and sample files of another store into this empty one, each checked; rows by table.

        Raises UsageProblem where this one has rows of athletes, WorkbookError where something did not arrive as it
        left; nothing is taken then.
        """
        if self.count("athletes")[0][0] or self.count("files")[0][0]:
            raise UsageProblem(f"{self._database.shown} has rows already. Copy into a new database.")
        self._samples.take(other.sample_paths(), other._samples)
        try:
            with other._engine.connect() as source, transaction(self._engine) as target:
                return copy_rows(source, target)
        except BaseException:
            self.sweep()
            raise

    def compact(self) -> None:
        """Write the database anew without what was deleted.

        Raises Busy where somebody reads the store meanwhile.
        """
        self._database.compact()

    def unproven(self) -> list[str]:
        """Where what was deleted may still stand, out of the workbook's sight; nowhere for files of this machine."""
        return self._database.unproven() + self._samples.unproven()

    def copy_to(self, path: Path) -> None:
        """A copy of the database as of one moment, as a file of SQLite; others may read and write meanwhile."""
        self._database.copy_to(path)

    def sweep(self, only: set[str] | None = None) -> list[str]:
        """Delete sample files that no committed row names; returns their paths below the sample folder."""
        present = self.sample_paths() if only is None else {path for path in only if self._samples.exists(path)}
        with self._engine.connect() as connection:
            orphans = sorted(present - reading.named_samples(connection, only))
        for path in orphans:
            self._samples.delete(path)
        return orphans

    def sample_paths(self) -> set[str]:
        """The sample files that are there, named by a committed row or not; paths below the sample folder."""
        return self._samples.paths()

    def sample_at(self, path: str, folder: Path) -> Path:
        """Where a sample file can be read: in its place on this machine, else a copy below `folder`.

        Raises FileNotFoundError where it is gone.
        """
        return self._samples.at(path, folder)

    # inside ------------------------------------------------------------------------------------------------------

    def _newest_samples(self, athlete_id: str, session_id: str) -> str | None:
        of_session = {"athlete_id": athlete_id, "session_id": session_id}
        with self._engine.connect() as connection:
            return connection.scalar(reading.newest_sample_file(), of_session)

    def _fetched(self, query: sql.Select) -> Rows:
        with self._engine.connect() as connection:
            return fetched(connection, query)


def _server(url: str) -> Database:
    from analysis.store.postgres import PostgresServer  # most stores are files

    return PostgresServer(url)


def _file_in(folder: Path, samples: str) -> Database:
    """The file of a database; raises WorkbookError where it went from its sample files."""
    database = folder / DATABASE
    is_new = not database.exists() or not database.stat().st_size
    if is_new and next(Path(samples).rglob("*.parquet"), None):
        raise WorkbookError(
            f"The database {database} is gone or empty, while sample files lie beside it. Restore a backup, or "
            f"move the folder {SAMPLES} away and ingest the raw files into a new store."
        )
    return SqliteFile(database)


def _compared(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(name_key, names))


def _bump(connection: sql.Connection, name: str, rows: pd.DataFrame) -> None:
    """Count a commit for the athletes of these rows, where the table has athletes."""
    if TABLES[name].of_one_athlete:
        writing.bump(connection, set(rows["athlete_id"]))
