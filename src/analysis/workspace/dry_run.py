"""A look without touching: what `ingest` would make of files.

It is the same run over them, but for the storing.
"""

import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.base import config as configuration
from analysis.base.errors import ConfigProblem, WorkbookError
from analysis.base.files import printable
from analysis.base.frames import rows_of
from analysis.ingest import apart
from analysis.ingest.binding import dated
from analysis.ingest.reading import Options, Reading
from analysis.store import Store, refuse_unsound
from analysis.workspace import Workspace, find_folder, open_workspace
from analysis.workspace.intake import Outcome, Prepared, Run
from analysis.workspace.naming import nobody_is_bound_to
from analysis.workspace.provenance import row_hashes

_GAP, _NARROWEST_NAME, _MOST = 2, 16, 5  # of the table of a check: characters, characters, sentences
_IN_PLACE_OF_KNOWN = {"again": "again", "waiting": "waits"}  # what becomes of a file, where it is neither new nor known


@dataclass(frozen=True)
class Look:
    """What `ingest` would make of one file."""

    path: Path
    name: str  # the path below the folder that was named
    will: str = ""  # the state that the file would come to, as an outcome of `ingest` has it; outside a workspace empty
    reader: str = ""
    dialect: dict = field(default_factory=dict)
    athletes: tuple[str, ...] = ()  # as the file names them, or its owner
    rows: dict[str, int] = field(default_factory=dict)
    rejects: tuple[str, ...] = ()
    known: bool = False  # the very same file is stored already
    rows_known: int = 0  # source rows that the store has already
    notes: tuple[str, ...] = ()
    why: tuple[str, ...] = ()  # a stored file would be read again
    waiting: dict[str, int] = field(default_factory=dict)  # rows by names that are bound to nobody
    error: str = ""


@contextmanager
def looking(workspace_folder: Path | None) -> Iterator[Workspace | None]:
    """The workspace to look with, for which no store is made where there is none; None outside of one."""
    try:
        folder = find_folder(workspace_folder)
    except ConfigProblem:
        if workspace_folder is not None:
            raise
        yield None
        return
    config = configuration.read_config(folder / configuration.NAME)
    with ExitStack() as ending:
        if Store.is_there(folder / config.store, config.store.url):
            workspace = open_workspace(folder)
        else:
            empty = Path(ending.enter_context(tempfile.TemporaryDirectory()))
            workspace = Workspace(folder, config, Store.open(empty))
        ending.callback(workspace.store.close)
        yield workspace


def looks(
    workspace: Workspace | None, files: dict[Path, Path], options: Options, athlete: str | None = None
) -> Iterator[Look]:
    """What `ingest` would make of each of the files, nothing stored; as `ingest` has the arguments.

    Outside of a workspace nothing is known of whose they are and what is stored: only what they hold is told.
    """
    if workspace is None:
        yield from (_alone(path, root, options) for path, root in files.items())
        return
    prepared: dict[Path, Prepared] = {}

    def rehearsed(file: Prepared) -> None:
        refuse_unsound(file.file, file.tables)
        prepared[file.path] = file

    run = Run(workspace, options, athlete, rehearsed=rehearsed)
    known_rows = workspace.store.row_hashes()
    for outcome in run.over(files):
        yield _look(outcome, files[outcome.path], prepared.get(outcome.path), run, known_rows)


def _look(outcome: Outcome, root: Path, file: Prepared | None, run: Run, known_rows: set[str]) -> Look:
    path, state = outcome.path, outcome.state
    name, reading = _name(path, root), file.reading if file else None
    if reading is None and state == "known":
        reading = run.reading_of(path)
    if reading is None or state == "failed":
        return Look(path, name, state, outcome.reader, why=outcome.why, error=outcome.error)
    return Look(
        path,
        name,
        state,
        known=state == "known" or (file is not None and bool(run.kept[file.file.sha256].file_no)),
        rows_known=sum(value in known_rows for value in row_hashes(reading.source_rows)),
        why=outcome.why,
        waiting=outcome.waiting,
        **_told(reading, file.owner if file else None),
    )


def _alone(path: Path, root: Path, options: Options) -> Look:
    """What a file holds, outside of a workspace."""
    try:
        return Look(path, _name(path, root), **_told(dated(apart.read(path, options), printable(path.name))))
    except WorkbookError as problem:
        return Look(path, _name(path, root), "failed", error=printable(str(problem)))


def _name(path: Path, root: Path) -> str:
    return printable(path.relative_to(root).as_posix())


def _told(reading: Reading, owner: str | None = None) -> dict[str, Any]:
    """What a look says of a reading."""
    return {
        "reader": reading.reader,
        "dialect": reading.dialect,
        "athletes": _names(reading) or ((owner,) if owner else ()),
        "rows": {table: len(frame) for table, frame in reading.tables.items()},
        "rejects": tuple(refusal(row) for row in rows_of(reading.rejects.sort_values("row_no", kind="stable"))),
        "notes": tuple(map(printable, reading.notes)),
    }


def refusal(row: Any) -> str:
    """A row of `rejects` in words: where it stands, and why; the column is not said twice.

    >>> from types import SimpleNamespace
    >>> refusal(SimpleNamespace(sheet="", row_no=2, column="Weight", reason="Weight 'abc' is not a number."))
    "row 2: Weight 'abc' is not a number."
    """
    column = "" if row.reason.startswith(row.column) else row.column
    places = (row.sheet, f"row {row.row_no}" if row.row_no else "", column)
    where = ", ".join(place for place in places if place)
    return f"{where}: {row.reason}" if where else row.reason


def looks_text(looks: list[Look], width: int) -> str:
    """A table with one line a file, below it what is refused, noted and wrong, all about `width` characters wide."""
    if not looks:
        return ""
    head = ("format", "file", "form", "athletes", "refused", "known", "most rows")
    lines = [head, *(_cells(each) for each in looks)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    spare = width - sum(widths) - _GAP * (len(widths) - 1)
    widths[1] = max(_NARROWEST_NAME, widths[1] + min(0, spare))
    text = [_table_line(line, widths) for line in lines]
    for said, names in _by_what_is_said(looks).items():
        text += ["", textwrap.fill(", ".join(names), width), *(_wrapped(sentence, width) for sentence in said)]
    return "\n".join([*text, *_notes(looks, width), *_totals(looks, width)])


def _cells(look: Look) -> tuple[str, ...]:
    """The line of one file in the table."""
    if look.error:
        return "FAILED", look.name, "", "", "", "", "see below"
    more = f" +{len(look.athletes) - 1}" if len(look.athletes) > 1 else ""
    most = max(look.rows, key=lambda table: look.rows[table], default="")
    return (
        look.dialect.get("mapping") or look.reader,
        look.name,
        _form(look.dialect),
        f"{look.athletes[0]}{more}" if look.athletes else "its folder",
        str(len(look.rejects)),
        _IN_PLACE_OF_KNOWN.get(look.will) or ("all" if look.known else str(look.rows_known)),
        f"{most} {look.rows[most]}" if most else "none",
    )


def _by_what_is_said(looks: list[Look]) -> dict[tuple[str, ...], list[str]]:
    """What is wrong, refused or waited for, and why a file is read again, with the names of the files it is said of."""
    found: dict[tuple[str, ...], list[str]] = {}
    for each in looks:
        said = [each.error] if each.error else [f"refused: {reason}" for reason in each.rejects[:_MOST]]
        said = [f"again: {reason}" for reason in each.why] + said
        said += [nobody_is_bound_to(each.waiting)] if each.waiting else []
        if len(each.rejects) > _MOST:
            said.append(f"... and {len(each.rejects) - _MOST} more; --json lists them all")
        if said:
            found.setdefault(tuple(said), []).append(each.name)
    return found


def _totals(looks: list[Look], width: int) -> list[str]:
    totals: Counter[str] = Counter()
    for each in looks:
        totals.update(each.rows)
    said = ", ".join(f"{table} {n}" for table, n in totals.items() if n)
    return ["", textwrap.fill(f"Rows in all: {said}.", width)] if said else []


def _table_line(cells: tuple[str, ...], widths: list[int]) -> str:
    *words, refused, known, rows = (_shortened(cell, width) for cell, width in zip(cells, widths, strict=True))
    left = [cell.ljust(width) for cell, width in zip(words, widths, strict=False)]
    right = [refused.rjust(widths[-3]), known.rjust(widths[-2]), rows]
    return (" " * _GAP).join([*left, *right]).rstrip()


def _shortened(text: str, width: int) -> str:
    """The text, or its end where it is longer than `width`: files differ at their ends.

    >>> _shortened("Alder/2026-01-13-run.tcx.gz", 20)
    '...-01-13-run.tcx.gz'
    """
    return text if len(text) <= width else f"...{text[-(width - 3) :]}"


def _wrapped(sentence: str, width: int) -> str:
    return textwrap.fill(
        sentence, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _notes(looks: list[Look], width: int) -> list[str]:
    """What the readers note, each sentence once, the most frequent first."""
    notes = Counter(note for each in looks for note in each.notes).most_common()
    if not notes:
        return []
    lines = [_wrapped(f"{note} (files: {n})" if n > 1 else note, width) for note, n in notes[:_MOST]]
    if len(notes) > _MOST:
        lines.append(f"  ... and {len(notes) - _MOST} more; --json lists them all")
    return ["", "Notes", *lines]


def _form(dialect: dict) -> str:
    """The form of a table: encoding, delimiter and a half as the table writes it, or its sheets; of others nothing.

    >>> _form({"encoding": "utf-8", "bom": False, "delimiter": ";", "eol": "LF", "decimal": ","})
    'utf-8 ; 0,5'
    >>> _form({"activities": 1, "laps": 8, "trackpoints": 283})
    '-'
    """
    if "delimiter" in dialect:
        delimiter = {"\t": "tab"}.get(dialect["delimiter"], dialect["delimiter"])
        return f"{dialect['encoding']} {delimiter} 0{dialect.get('decimal', '.')}5"
    if "sheets" in dialect:
        return f"sheets: {len(dialect['sheets'])}"
    return "-"


def next_step(looks: list[Look], command: str) -> str:
    """What a user should do after these looks, in a few sentences. `command` takes the same files in."""
    failed = sum(bool(look.error) for look in looks)
    waiting = sum(bool(look.waiting) for look in looks)
    rejected = sum(len(look.rejects) for look in looks)
    good = len(looks) - failed
    if not looks:
        return "There is no file. Name a file or a folder with files."
    if not good:
        return "Nothing can be taken in yet. Do what the lines above say, then check again."
    said = [f"Files that can be taken in: {good} of {len(looks)}."]
    if again := sum(look.will == "again" for look in looks):
        said.append(f"Read again, their rows replaced: {again}; above stands why.")
    if waiting:
        said.append(f"Waiting for a name: {waiting}; their other rows are taken in.")
    if failed:
        said.append(f"Failed: {failed}; above stands what to do about each.")
    if rejected:
        said.append(f"Cells that would be refused: {rejected}; correct them in their files, or let them be left out.")
    if all(look.will == "known" for look in looks if not look.error):
        return "\n".join([*said, "All that can be taken in is stored already."])
    return "\n".join([*said, f"Next: {command}"])


def _names(reading: Reading) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for frame in reading.tables.values():
        if "external_name" in frame:
            found |= dict.fromkeys(frame["external_name"].dropna())
    return tuple(found)
