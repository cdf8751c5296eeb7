"""Every store that would be a file of SQLite in some folder has a database of its own on one PostgreSQL server.

So the whole suite runs on a server, in child processes too: `STORE=server`, see `conftest.py`. Which database is a
folder's stands in an attribute of the folder, which no listing shows, which goes with it where it is moved, and which a
copy brings along: `copytree` has such a copy get a copy of the database. What lies in a folder as a file of SQLite (a
backup that was restored, the example squad, a store of an older version) becomes its database when it is opened.
"""

import contextlib
import fcntl
import functools
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sql

SERVER = "STORES_ON_SERVER"  # in the environment: the address of the server, to whose end a database's name is put
_NAME = "user.workbook.database"  # the attribute
_OF = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE 'folder%%'"
_IDLE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'
        AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')
"""


def redirect(store: type) -> None:
    """Have `Store.open` open the databases of folders; only what is given an address is opened as ever."""
    open_ = store.open

    @functools.wraps(open_)
    def opened(folder: Path, *verdicts_before, url: str | None = None, samples: str | None = None):
        if url or SERVER not in os.environ:
            return open_(folder, *verdicts_before, url=url, samples=samples)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        news = ""
        with _alone(folder):
            name = _name_of(folder)
            if name is None:
                name = _made(folder)
                news = _taken_over(open_, folder, verdicts_before, name, samples)
                os.setxattr(folder, _NAME, name.encode())
        on_server = open_(folder, *verdicts_before, url=os.environ[SERVER] + name, samples=samples)
        on_server.news = on_server.news or news
        weakref.finalize(on_server, on_server._engine.dispose)  # who leaves a file open is not told of it either
        on_server._database.unproven = list  # nothing of this server outlives it; test_postgres.py reads what is said
        return on_server

    is_there = store.is_there

    @functools.wraps(is_there)
    def found(folder: Path, url: str | None = None) -> bool:
        return (not url and SERVER in os.environ and _name_of(folder) is not None) or is_there(folder, url)

    store.open, store.is_there = staticmethod(opened), staticmethod(found)


def copytree(*given, copytree=shutil.copytree, **how):
    """`shutil.copytree`, after which a folder that is a copy has a copy of the database, as it stands now.

    It calls itself by its name for each folder below, so that each comes along here.
    """
    to = copytree(*given, **how)
    name = _name_of(Path(to))
    if name is not None and SERVER in os.environ:
        os.setxattr(to, _NAME, _made(Path(to), name).encode())
    return to


def drop(below: Path, kept: Path) -> None:
    """Drop the databases of folders in `below`, and of those that are gone, but for folders in `kept`."""
    with _administering() as connection:
        for name, folder in connection.exec_driver_sql(_OF).all():
            place = Path(folder)
            if place.is_relative_to(below) or not (place.is_relative_to(kept) or place.exists()):
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _taken_over(open_, folder: Path, verdicts_before, name: str, samples: str | None) -> str:
    """Move the rows of a file of SQLite in the folder to its new database; what an older file was given."""
    from analysis.store.copying import copy_rows
    from analysis.store.database import transaction
    from analysis.store.schema import DATABASE

    file = folder / DATABASE
    if not file.exists():
        return ""
    with contextlib.ExitStack() as closing:
        stores = [
            open_(folder, *verdicts_before, samples=samples),
            open_(folder, url=os.environ[SERVER] + name, samples=samples),
        ]
        for store in stores:
            closing.callback(store.close)
        with stores[0]._engine.connect() as source, transaction(stores[1]._engine) as target:
            copy_rows(source, target)
        news = stores[0].news
    for path in folder.glob(f"{DATABASE}*"):
        path.unlink()
    return news


def _name_of(folder: Path) -> str | None:
    try:
        return os.getxattr(folder, _NAME).decode()
    except OSError:
        return None


def _made(folder: Path, of: str | None = None) -> str:
    """The name of a new database for a folder, empty or a copy; nobody may be in the one that is copied."""
    name = f"folder_{secrets.token_hex(8)}"
    with _administering() as connection:
        copied = ""
        if of is not None:
            connection.exec_driver_sql(_IDLE, (of,))
            copied = f" TEMPLATE {of} STRATEGY FILE_COPY"
        connection.exec_driver_sql(f"CREATE DATABASE {name}{copied}")
        said = str(folder.resolve()).replace("'", "''")
        connection.exec_driver_sql(f"COMMENT ON DATABASE {name} IS '{said}'".replace("%", "%%"))
    return name


@contextlib.contextmanager
def _administering() -> Iterator[sql.Connection]:
    engine = sql.create_engine(os.environ[SERVER] + "postgres", isolation_level="AUTOCOMMIT", poolclass=sql.NullPool)
    with engine.connect() as connection:
        yield connection


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time, while a folder gets its database."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
