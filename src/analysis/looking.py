"""Looking without touching: what a file would bring, what a workspace holds, what is wrong with an installation."""

import os
import shutil
import stat
import sys
from collections.abc import Container
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from analysis import config as configuration
from analysis.errors import ConfigProblem, WorkbookError
from analysis.ingest import registry
from analysis.ingest.door import dated
from analysis.ingest.exercises import catalogue, unmatched
from analysis.ingest.reading import Options, Reading
from analysis.intake import row_hashes
from analysis.store import DATABASE
from analysis.workspace import Workspace, find_folder, open_workspace, reader_options

_ENOUGH_DISK_BYTES = 500 * 1024**2


@dataclass(frozen=True)
class Look:
    """What one file would bring."""

    path: Path
    reader: str = ""
    dialect: dict | None = None
    athletes: tuple[str, ...] = ()
    rows: dict[str, int] | None = None
    rejects: tuple[str, ...] = ()
    rows_known: int = 0  # source rows that the store has already
    notes: tuple[str, ...] = ()
    error: str = ""

    def line(self) -> str:
        """One line for people, and below it what is refused and noted."""
        if self.error:
            return f"FAILED      {self.path.name}: {self.error}"
        rows = ", ".join(f"{name} {n}" for name, n in self.rows.items() if n) or "nothing"
        some = f"{', '.join(self.athletes[:3])}{' ...' if len(self.athletes) > 3 else ''}"
        counts = f"{rows}; refused {len(self.rejects)}, already known {self.rows_known}"
        lines = [f"{self.reader:11} {self.path.name} ({_form(self.dialect)}) of {some or 'its folder'}: {counts}"]
        lines += [f"            refused: {reason}" for reason in self.rejects[:5]]
        if len(self.rejects) > 5:
            lines.append(f"            ... and {len(self.rejects) - 5} more; --json lists them all")
        return "\n".join([*lines, *(f"            {note}" for note in self.notes)])

    def as_dict(self) -> dict[str, object]:
        return {**self.__dict__, "path": str(self.path)}


def options(workspace_folder: Path | None, load_unit: str | None, mapping: Path | None) -> Options:
    """What readers are told: of the workspace where there is one, else only what the command says."""
    try:
        folder = find_folder(workspace_folder)
    except ConfigProblem:
        if workspace_folder is not None:
            raise
        return Options(load_unit=load_unit, mapping=mapping)
    config = configuration.read_config(folder / configuration.NAME)
    return reader_options(folder, config, load_unit, mapping)  # without its store: looking makes none


def _form(dialect: dict) -> str:
    """The dialect of a file in a few words: what was found of a table's form, or the counts of a watch file.

    >>> _form({"encoding": "utf-8", "bom": False, "delimiter": ";", "eol": "LF", "decimal": ","})
    'utf-8, delimiter ;, decimal ,'
    """
    if "delimiter" in dialect:
        delimiter = {"\t": "tab"}.get(dialect["delimiter"], dialect["delimiter"])
        return f"{dialect['encoding']}, delimiter {delimiter}, decimal {dialect.get('decimal', '.')}"
    counts = [f"{name} {n}" for name, n in dialect.items() if isinstance(n, int) and not isinstance(n, bool) and n]
    return ", ".join(counts[:3]) or "no rows"


def known_rows(workspace_folder: Path | None) -> set[str]:
    """The hashes of all source rows stored in the workspace; empty outside one, or where it has no store yet."""
    try:
        folder = find_folder(workspace_folder)
    except ConfigProblem:
        return set()
    store = folder / configuration.read_config(folder / configuration.NAME).store
    return open_workspace(folder).store.row_hashes() if (store / DATABASE).is_file() else set()


def look(path: Path, options: Options, known: Container[str] = ()) -> Look:
    """What the file would bring, nothing stored; what is wrong with it is in `error`.

    `known` are the hashes of the source rows that are stored already.
    """
    try:
        reading = dated(registry.read(path, options), path.name)
    except WorkbookError as problem:
        return Look(path, error=str(problem))
    return Look(
        path,
        reader=reading.reader,
        dialect=reading.dialect,
        athletes=_names(reading),
        rows={name: len(frame) for name, frame in reading.tables.items()},
        rejects=tuple(
            f"{f'row {r.row_no}, ' if r.row_no else ''}{r.column}: {r.reason}" for r in reading.rejects.itertuples()
        ),
        rows_known=sum(value in known for value in row_hashes(reading.source_rows)),
        notes=reading.notes,
    )


def next_step(looks: list[Look]) -> str:
    """What a user should do after these looks, in one or two sentences."""
    failed = sum(bool(look.error) for look in looks)
    rejected = sum(len(look.rejects) for look in looks)
    good = len(looks) - failed
    if not looks:
        return "There is no file. Name a file or a folder with files."
    if not good:
        return "Nothing can be taken in yet. Do what the lines above say, then check again."
    said = f"Files that can be taken in: {good} of {len(looks)}, by workbook ingest PATHS."
    if rejected:
        said += f" Cells that would be refused: {rejected}; correct them in their files, or let them be left out."
    return said


def _names(reading: Reading) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for frame in reading.tables.values():
        if "external_name" in frame:
            found |= dict.fromkeys(frame["external_name"].dropna())
    return tuple(found)


def status(workspace: Workspace) -> dict[str, object]:
    """What there is of whom, and what waits, as plain values."""
    athletes = workspace.athletes()
    streams = dict(iter(workspace.streams().groupby("athlete_id")))
    waiting = workspace.store.frame("waiting")
    people = []
    for athlete in athletes.itertuples():
        own = streams.get(athlete.athlete_id)
        people.append(
            {
                "athlete_id": athlete.athlete_id,
                "name": athlete.name,
                "last_date": None if own is None else own["last_date"].max().date().isoformat(),
                "rows": {} if own is None else dict(zip(own["table"], own["rows"].astype("object"), strict=True)),
            }
        )
    return {
        "workspace": str(workspace.folder),
        "files": workspace.store.count("files")[0][0],
        "rejects": workspace.store.count("rejects")[0][0],
        "waiting": waiting.groupby("external_name", as_index=False)["rows"].sum().to_dict("records"),
        "unknown_exercises": _unknown_exercises(workspace),
        "athletes": people,
    }


def _unknown_exercises(workspace: Workspace) -> list[dict[str, object]]:
    """Raw names outside the catalogue, the most frequent first, with what they may mean."""
    known = catalogue(workspace.options().exercises)
    return unmatched(workspace.store.count("sets", "exercise_raw"), known).to_dict("records")


def status_text(report: dict) -> str:
    """`status` for people."""
    lines = [f"{report['workspace']}: athletes {len(report['athletes'])}, files {report['files']}"]
    for person in report["athletes"]:
        rows = ", ".join(f"{name} {n}" for name, n in person["rows"].items()) or "no data yet"
        lines.append(f"  {person['athlete_id']:10} {person['name'] or '':12} {person['last_date'] or '-':10}  {rows}")
    if not report["athletes"]:
        lines.append("  No athlete yet. Fill templates/athletes.csv and ingest it, or: workbook alias NAME --new")
    if report["rejects"]:
        lines.append(f"Refused cells: {report['rejects']}. They are listed by: workbook rejects")
    lines += [
        f"Rows that wait for {name['external_name']!r}: {name['rows']}. Say who it is: workbook alias NAME ATHLETE"
        for name in report["waiting"]
    ]
    if report["unknown_exercises"]:
        some = ", ".join(f"{name['raw']} ({name['n']})" for name in report["unknown_exercises"][:5])
        lines.append(f"Exercises outside the catalogue, counted in no family: {some}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    what: str
    ok: bool
    detail: str


def doctor(workspace_folder: Path | None) -> list[Finding]:
    """The installation, then the workspace where there is one."""
    findings = [
        Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        *(_package(name) for name in ("pandas", "plotly", "statsmodels", "papermill", "jupyterlab")),
        _kernel(),
    ]
    try:
        workspace = open_workspace(workspace_folder)
    except WorkbookError as problem:
        return [*findings, Finding("workspace", False, str(problem))]
    return [*findings, *_workspace_findings(workspace)]


def _package(name: str) -> Finding:
    return Finding(name, True, version(name))


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding("kernel", False, "Jupyter has no kernel 'python3'. Install ipykernel into this environment.")
    return Finding("kernel", True, spec.display_name)


def _workspace_findings(workspace: Workspace) -> list[Finding]:
    store_folder = workspace.folder / workspace.config.store
    problems = workspace.store.problems()
    free = shutil.disk_usage(workspace.folder).free
    zone = f"{workspace.config.time_zone}, week starts on {workspace.config.week_start}"
    findings = [
        Finding("workspace", True, str(workspace.folder)),
        Finding("configuration", True, zone),
        Finding("store", not problems, " ".join(problems) or f"sound, athletes: {len(workspace.athletes())}"),
        Finding("disk", free > _ENOUGH_DISK_BYTES, f"{free / 1024**3:.1f} GiB free"),
    ]
    if os.name == "posix":
        open_to_others = stat.S_IMODE(store_folder.stat().st_mode) & 0o077
        detail = f"others can read it. Run: chmod 700 {store_folder}" if open_to_others else "only you can read it"
        findings.append(Finding("privacy", not open_to_others, detail))
    return findings
