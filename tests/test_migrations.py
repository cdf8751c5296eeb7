"""Stores of every released layout: they open, come to this version's layout whole or not at all, and read the same."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from killed import work_and_kill

from analysis import open_workspace
from analysis.base.errors import WorkbookError
from analysis.base.tables import TABLES
from analysis.cli import main
from analysis.store import DATABASE, Store, layout, migrations
from analysis.store.migrations import Step
from analysis.store.schema import STORED
from analysis.store.sqlite import SqliteFile

pytestmark = pytest.mark.sqlite("opens files of older versions")

LAYOUT = layout()  # as it is without the steps that tests add
KEPT = {int(path.stem): path for path in (Path(__file__).parent / "stores").glob("*.sql")}
STATEMENTS = (
    "ALTER TABLE sets ADD COLUMN bar_kg FLOAT",
    "ALTER TABLE athletes ADD COLUMN country VARCHAR NOT NULL DEFAULT 'unknown'",
    "CREATE TABLE camps (camp VARCHAR NOT NULL PRIMARY KEY, place VARCHAR)",
    "INSERT INTO camps (camp, place) VALUES ('spring', 'by the sea')",
)
STEP = Step(LAYOUT + 1, "the bar of a set, countries and camps", STATEMENTS)
NO_VERDICTS = TABLES["verdicts_before"].empty  # as of a squad without a page
NEWS = "was brought up to date; new in it: the bar of a set, countries and camps."


def made(folder: Path, of_layout: int) -> Path:
    """The store of a released layout, in `folder`."""
    folder.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as database:
        database.executescript(KEPT[of_layout].read_text(encoding="utf-8"))
    return folder / DATABASE


def rows(database: Path) -> dict[str, list[dict]]:
    """Every row of every table but what the store says of itself."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        opened.row_factory = sqlite3.Row
        tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {t: list(map(dict, opened.execute(f'SELECT * FROM "{t}"'))) for t in tables if t != "store_facts"}


def columns(database: Path) -> set[tuple]:
    """Table, name, type, whether it must be there and place in the key of every column."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return set(
            opened.execute(
                'SELECT t.name, c.name, c.type, c."notnull", c.pk '
                "FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
            )
        )


def opened_once(folder: Path) -> str:
    """What the store says was new when it is opened."""
    store = Store.open(folder)
    store.close()
    return store.news


@pytest.fixture
def older(tmp_path) -> Path:
    return made(tmp_path / "data" / "store", LAYOUT)


@pytest.fixture
def newer_version(monkeypatch):
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, STEP))


@pytest.mark.parametrize("of_layout", KEPT)
def test_a_store_of_a_released_layout_opens_and_reads_as_it_was(tmp_path, of_layout):
    database = made(tmp_path / "store", of_layout)
    before = rows(database)
    store = Store.open(tmp_path / "store")
    frames = store.frames(STORED)
    store.close()
    for name, was in before.items():
        now = rows(database)[name]
        assert [{column: row[column] for column in old} for old, row in zip(was, now, strict=True)] == was
        if name in frames:
            assert len(frames[name]) == len(was)
            assert TABLES[name].failures(frames[name]).empty
    assert len(before["sets"]) and len(before["source_rows"])  # noqa: PT018
    assert bool(store.news) == (of_layout < LAYOUT)


@pytest.mark.parametrize("of_layout", KEPT)
def test_steps_lead_to_the_tables_that_a_new_store_has(tmp_path, of_layout):
    """Fails where a column is declared without a step in `store/migrations.py`: a released layout never changes."""
    database = made(tmp_path / "store", of_layout)
    opened_once(tmp_path / "store")
    opened_once(tmp_path / "new")
    assert columns(database) == columns(tmp_path / "new" / DATABASE)


def test_the_layout_of_this_version_is_kept_and_steps_are_numbered_without_a_gap():
    numbers = [migrations.FIRST, *(step.layout for step in migrations.STEPS)]
    assert numbers == list(range(1, LAYOUT + 1))
    assert set(KEPT) == set(numbers)


@pytest.mark.usefixtures("newer_version")
def test_an_older_store_is_brought_up_to_date_and_says_so_once(older):
    assert NEWS in opened_once(older.parent)
    assert opened_once(older.parent) == ""
    now = rows(older)
    assert {row["country"] for row in now["athletes"]} == {"unknown"}
    assert {row["bar_kg"] for row in now["sets"]} == {None}
    assert now["camps"] == [{"camp": "spring", "place": "by the sea"}]


def test_several_versions_at_once_are_told_in_one_sentence(older, monkeypatch):
    last = Step(STEP.layout + 1, "the height of a camp", ("ALTER TABLE camps ADD COLUMN height_m FLOAT",))
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, STEP, last))
    assert "new in it: the bar of a set, countries and camps and the height of a camp." in opened_once(older.parent)


def test_a_new_store_has_nothing_to_be_told(tmp_path):
    assert opened_once(tmp_path / "store") == ""
    assert opened_once(tmp_path / "store") == ""


@pytest.mark.usefixtures("newer_version")
def test_an_upgrade_is_said_by_open_workspace_and_by_a_command_beside_its_json(older, capsys):
    folder = older.parents[2]
    (folder / "workbook.toml").write_text('time_zone = "Europe/Berlin"\n')
    said = CliRunner().invoke(main, ["status", "--json", "--workspace", str(folder)])
    assert (said.exit_code, NEWS in said.stderr) == (0, True), said.output
    assert json.loads(said.stdout)
    shutil.rmtree(older.parent)
    made(older.parent, LAYOUT)
    capsys.readouterr()
    open_workspace(folder).store.close()
    assert NEWS in capsys.readouterr().err


def test_a_newer_store_is_refused_in_a_sentence_that_says_what_to_do(older, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(migrations, "STEPS", (*migrations.STEPS, STEP))
        newer.setattr(migrations, "__version__", "7.8")
        opened_once(older.parent)
    before = rows(older)
    has = f"newer version of the workbook, 7.8: it has layout {STEP.layout}, and version .* knows them up to {LAYOUT}"
    with pytest.raises(WorkbookError, match=f"{has}. Install the newer version, or restore a backup"):
        Store.open(older.parent)
    assert rows(older) == before


def test_a_step_that_fails_leaves_the_older_store(older, monkeypatch):
    before = (columns(older), rows(older))
    wrong = STEP._replace(statements=(*STATEMENTS, "ALTER TABLE nowhere ADD COLUMN there FLOAT"))
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, wrong))
    with pytest.raises(Exception, match="no such table: nowhere"):
        Store.open(older.parent)
    assert (columns(older), rows(older)) == before


@pytest.mark.usefixtures("newer_version")
def test_an_older_store_that_cannot_be_written_is_told_what_to_do(older):
    opened = SqliteFile(older).engine  # whose log is there, so that others can read
    with opened.connect(), pytest.raises(WorkbookError, match=r"readonly.*copy the workspace to another one"):
        migrations.bring_up_to_date(SqliteFile(Path(f"file:{older}?mode=ro&uri=true")).engine, NO_VERDICTS)
    opened.dispose()


@pytest.mark.usefixtures("newer_version")
def test_two_who_open_an_older_store_at_once_upgrade_it_once(older):
    with ThreadPoolExecutor(4) as threads:
        news = list(threads.map(opened_once, [older.parent] * 4))
    assert sorted(map(bool, news)) == [False, False, False, True]


class Fatal(tuple):
    """Statements during which the process dies: before the one of this number, as by kill -9."""

    last: int

    def __iter__(self) -> Iterator[str]:
        for number, statement in enumerate(super().__iter__()):
            if number == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
            yield statement


def upgrade_and_die(folder: str, last: int) -> None:
    """Upgrade a store and be killed before the statement `last`."""
    statements = Fatal(STATEMENTS)
    statements.last = last
    migrations.STEPS = (*migrations.STEPS, STEP._replace(statements=statements))
    opened_once(Path(folder))


@pytest.mark.soak
@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.usefixtures("newer_version")
def test_an_upgrade_that_is_killed_leaves_the_older_store_and_the_next_one_ends_it(older):
    before = (columns(older), rows(older))
    for last in range(len(STATEMENTS)):
        work_and_kill(upgrade_and_die, str(older.parent), last, lines=0, after_s=None)
        assert (columns(older), rows(older)) == before
    assert NEWS in opened_once(older.parent)


def upgrade_for_a_while(folder: str) -> None:
    """Upgrade a store by a step of many statements; a line when it begins."""
    many = tuple(f"UPDATE sets SET bar_kg = {n}" for n in range(3000))
    migrations.STEPS = (*migrations.STEPS, STEP._replace(statements=(*STATEMENTS, *many)))
    print("begins", flush=True)
    opened_once(Path(folder))
    print("ended", flush=True)


@pytest.mark.soak
@pytest.mark.usefixtures("newer_version")
def test_an_upgrade_that_is_killed_at_any_time_leaves_the_old_store_or_the_new_one(tmp_path):
    ended = set()
    for number, after_s in enumerate([*np.linspace(0, 0.15, 6), None]):
        older = made(tmp_path / str(number), LAYOUT)
        before = (columns(older), rows(older))
        said = work_and_kill(upgrade_for_a_while, str(older.parent), lines=1, after_s=after_s)
        now = rows(older)
        whole = "camps" in now and {row.get("bar_kg") for row in now["sets"]} == {2999}
        assert whole or (columns(older), now) == before
        assert whole or "ended" not in said
        assert bool(opened_once(older.parent)) == (not whole)
        ended.add(whole)
    assert ended == {True, False}
