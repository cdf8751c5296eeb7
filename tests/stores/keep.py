"""Keep a few rows of the example squad as a store of the layout of this version: `python tests/stores/keep.py`.

Run it for a release whose layout is new, and never again for a layout that was released.
"""

import contextlib
import sqlite3
import tempfile
from pathlib import Path

from analysis.store import DATABASE, layout
from analysis.workspace import demonstration, intake, labels

ROWS = 3  # of each table
FILES = 20  # of the example: lists of the whole squad first, then the folders of the first athletes


def kept(database: Path) -> str:
    """The tables of a database and a few rows of each, as SQL."""
    with (
        contextlib.closing(sqlite3.connect(database)) as whole,
        contextlib.closing(sqlite3.connect(":memory:")) as small,
    ):
        made = whole.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
        for name, statement in made.fetchall():
            small.execute(statement)
            if statement.startswith("CREATE TABLE"):
                rows = whole.execute(f'SELECT * FROM "{name}" LIMIT {ROWS}').fetchall()
                for row in rows:
                    small.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', row)
        return "\n".join(small.iterdump()) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace, files, _ = demonstration.prepare(Path(folder))
        list(intake.ingest(workspace, dict(list(files.items())[:FILES])))
        labels.label(workspace, "Alder", "2026-02-02", "2026-02-08", "ill", "a cold")
        workspace.store.close()
        text = kept(Path(folder, workspace.config.store, DATABASE))
    (Path(__file__).parent / f"{layout()}.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
