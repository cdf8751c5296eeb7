"""Everything there is of one athlete, for that athlete to take away: CSV to read, Parquet to compute with, pages."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.base.errors import UsageProblem
from analysis.base.tables import TABLES, Column
from analysis.privacy.name_search import Sought, sought
from analysis.report.share import shared
from analysis.store import sha256_of
from analysis.workspace import Workspace

_OF_FILES = ("source_rows", "rejects")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
_README = """\
What {squad} holds of {name}
{rule}

Id: {athlete_id}. Written on {day}. To correct or erase anything, write to {contact}.

tables/      one table a file, each as CSV (open it in a spreadsheet) and as Parquet (exact types)
dictionary.csv   what every column means, in which unit and range
samples/     records of the watch, a file a session
pages/       the pages that were made for you
files/       the files that were taken in and are yours alone

Rows in each table:
{rows}

An empty cell was not recorded; it is never zero. Times are in seconds, lengths in metres, loads in kilograms.
In CSV a text that a spreadsheet could take for a formula has an apostrophe in front of it.
"""


@dataclass(frozen=True)
class Takeaway:
    """What was written."""

    folder: Path
    rows: dict[str, int]
    samples: int
    pages: int
    files: int


def export(workspace: Workspace, athlete: str, to: Path) -> Takeaway:
    """Write everything of one athlete (id, name or alias) into the new or empty folder `to`, for its owner alone.

    Body mass is in it whatever the consent says: it is the athlete's own.

    Raises
    ------
    UnknownAthlete
        There is nobody of that name.
    UsageProblem
        The folder holds something already.
    """
    wanted = sought(workspace, workspace.athlete_id(athlete))
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageProblem(f"{to} holds something already. Give a new folder.")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    tables = tables_of(workspace, wanted)
    for name, frame in tables.items():
        _write(frame, to / "tables" / name)
    dictionary(tables).to_csv(to / "dictionary.csv", index=False)
    written = Takeaway(
        to,
        {name: len(frame) for name, frame in tables.items()},
        _write_samples(workspace, tables["sample_files"], wanted.athlete_id, to / "samples"),
        _copy_pages(workspace, wanted.athlete_id, to / "pages"),
        _copy_files(workspace, tables["files"], to / "files"),
    )
    (to / "README.txt").write_text(_readme(workspace, tables, wanted.athlete_id), encoding="utf-8")
    return written


def tables_of(workspace: Workspace, wanted: Sought) -> dict[str, pd.DataFrame]:
    """Every canonical table with the rows of one athlete, and the source rows and refused cells of the athlete."""
    names = [name for name, table in TABLES.items() if table.of_one_athlete and name != "samples"]
    tables = workspace.store.frames(names, [wanted.athlete_id])
    for name in _OF_FILES:
        tables[name] = workspace.store.from_files(name, wanted.athlete_id, wanted.words, wanted.in_text)
    tables["files"] = workspace.store.files_of(wanted.athlete_id, wanted.words)
    return tables


def dictionary(names: Iterable[str]) -> pd.DataFrame:
    """What the columns of these tables mean: table, column, kind, unit, meaning, range."""
    rows = [
        {
            "table": name,
            "column": column.name,
            "kind": column.kind,
            "unit": column.unit,
            "meaning": column.meaning,
            "range": _range(column),
        }
        for name in (*names, "samples")
        for column in TABLES[name].columns
    ]
    return pd.DataFrame(rows)


def for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an apostrophe before texts that a spreadsheet would take for a formula; numbers stay as they are.

    >>> for_spreadsheets(pd.DataFrame({"notes": ["=1+1", "fine"], "load_kg": [-5.0, 60.0]}))["notes"].tolist()
    ["'=1+1", 'fine']
    """
    texts = frame.select_dtypes(["object", "str"])
    return frame.assign(
        **{str(name): values.where(~_is_formula(values), "'" + values) for name, values in texts.items()}
    )


def _is_formula(values: pd.Series) -> pd.Series:
    return values.str.startswith(_FORMULA).fillna(False).astype(bool)


def _range(column: Column) -> str:
    if column.values:
        return ", ".join(column.values)
    if column.words:
        return ", ".join(column.words.known)
    if column.low is None and column.high is None:
        return ""
    return f"{'' if column.low is None else f'{column.low:g}'} to {'' if column.high is None else f'{column.high:g}'}"


def _write(frame: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for_spreadsheets(frame).to_csv(path.with_name(f"{path.name}.csv"), index=False)
    frame.to_parquet(path.with_name(f"{path.name}.parquet"), index=False)


def _write_samples(workspace: Workspace, held: pd.DataFrame, athlete_id: str, folder: Path) -> int:
    sessions = sorted(held["session_id"].unique())
    for session_id in sessions:
        _write(workspace.store.samples(athlete_id, session_id), folder / session_id)
    return len(sessions)


def _copy_pages(workspace: Workspace, athlete_id: str, folder: Path) -> int:
    """The athlete's pages with their facts, by report and day."""
    pages = sorted(workspace.reports_folder.glob(f"*/*/{athlete_id}.html"))
    for page in pages:
        target = folder / page.parts[-3]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{page.parts[-2]}.html").write_text(shared(page, "single"), encoding="utf-8")
        facts = page.with_suffix(".json")
        if facts.exists():
            shutil.copyfile(facts, target / f"{page.parts[-2]}.json")
    return len(pages)


def _copy_files(workspace: Workspace, files: pd.DataFrame, folder: Path) -> int:
    """The files in the drop folder that are this athlete's alone, found by their hashes."""
    hashes, sizes = set(files["sha256"]), set(files["bytes"])
    mine = [
        path
        for path in sorted(workspace.raw_folder.rglob("*"))
        if path.is_file() and path.stat().st_size in sizes and sha256_of(path) in hashes
    ]
    for path in mine:
        target = folder / path.relative_to(workspace.raw_folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return len(mine)


def _readme(workspace: Workspace, tables: dict[str, pd.DataFrame], athlete_id: str) -> str:
    name = tables["athletes"]["name"].iloc[0]
    name = name if pd.notna(name) else athlete_id
    title = f"What {workspace.config.squad} holds of {name}"
    rows = [f"  {table:14} {len(frame):7}   {TABLES[table].row}" for table, frame in tables.items() if len(frame)]
    return _README.format(
        squad=workspace.config.squad,
        name=name,
        rule="=" * len(title),
        athlete_id=athlete_id,
        day=workspace.today().date(),
        contact=workspace.config.contact,
        rows="\n".join(rows),
    )
