"""A PostgreSQL server on loopback for tests, of the programs that are installed, in a folder that goes with it."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sql
from mail_server import free_port

PASSWORD = "a word for tests"


def programs() -> Path | None:
    """The folder of the newest initdb and postgres; None where there is none."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    found = sorted((one for one in folders if (one / "initdb").exists()), key=lambda one: float(one.parent.name or 0))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True)
class Told:
    """A server that runs."""

    port: int
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://coach@127.0.0.1:{self.port}/{database}"

    def new(self) -> str:
        """The address of an empty database of its own; `PASSWORD` has to be in the environment as PGPASSWORD."""
        name = f"of_{secrets.token_hex(8)}"
        engine = sql.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sql.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def server() -> Iterator[Told]:
    """A server that listens on loopback alone and asks for `PASSWORD`; it and its folder end with the context."""
    bin_, port = programs(), free_port()
    assert bin_ is not None
    base = Path(tempfile.mkdtemp(prefix="workbook-postgres-"))
    who = _unprivileged()
    try:
        (base / "word").write_text(PASSWORD)
        if who:
            for path in (base, base / "word"):
                os.chown(path, who.pw_uid, who.pw_gid)
        as_who = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
        data, quiet = base / "data", {"check": True, "capture_output": True, "cwd": base, **as_who}
        made = (
            "--username=coach",
            f"--pwfile={base / 'word'}",
            "--auth=scram-sha-256",
            "--locale=C",
            "--encoding=UTF8",
        )
        subprocess.run([bin_ / "initdb", "-D", data, *made, "--no-sync"], **quiet)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        options += " -c fsync=off -c max_connections=300"
        subprocess.run([bin_ / "pg_ctl", "-D", data, "-l", base / "log", "-w", "-o", options, "start"], **quiet)
        try:
            yield Told(port, base)
        finally:
            subprocess.run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], **quiet)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as where the tests run as root, which PostgreSQL refuses."""
    if os.geteuid():
        return None
    names = {one.pw_name: one for one in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]
