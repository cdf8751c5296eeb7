"""Keep a few rows of the example squad as a store of the layout of this version: `python tests/stores/keep.py`.

Run it for a release whose layout is new, and never again for a layout that was released.
"""

import contextlib
import sqlite3
import tempfile
from pathlib import Path

import pandas as pd

from analysis.store import DATABASE, Store, layout
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


def _say_what_pages_told(store: Store) -> None:
    """A row of each table that pages fill: no page is made for this."""
    series = {"athlete_id": "h3jp", "subject": "romanian_deadlift.speed_at_40kg"}
    days = {"found_on": "2026-05-03", "first_told": "2026-05-03", "since": "2026-04-20"}
    told = {"state": "clearly better", "level": 0.79, "before": 0.71, "unit": "m/s", "report": "athlete_week"}
    store.put("claims", pd.DataFrame([series | days | told]))
    store.put("verdicts_before", pd.DataFrame([series | {"state": "no detectable change"}]))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace, files, _ = demonstration.prepare(Path(folder))
        list(intake.ingest(workspace, dict(list(files.items())[:FILES])))
        labels.label(workspace, "Alder", "2026-02-02", "2026-02-08", "ill", "a cold")
        _say_what_pages_told(workspace.store)
        workspace.store.close()
        text = kept(Path(folder, workspace.config.store, DATABASE))
    (Path(__file__).parent / f"{layout()}.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
