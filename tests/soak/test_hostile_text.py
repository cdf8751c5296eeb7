"""Hostile text in every field that holds free text: all three reports show it as text, run nothing and ask nobody."""

import json
import re
import shutil
from pathlib import Path

import pytest
from chromium import CHROMIUM, FLAGS, Opened

from analysis.base.tables import TABLES
from analysis.example import LAST_DAY
from analysis.report.due import Job
from analysis.report.engine import fan_out
from analysis.store import DATABASE
from analysis.workspace import Workspace, open_workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]

HOSTILE = (
    "'\"</script><script>window.ran=1</script><img src=//127.0.0.1:9/a onerror=window.ran=1><svg onload=window.ran=1>"
    "<a href='javascript:window.ran=1' style='background:url(//127.0.0.1:9/b)'>x</a><b>b</b>{{7*7}}${7*7}&lt;\u2028"
)
HELD_TOGETHER = {"athlete_id", "session_id", "exercise", "sha256", "path", "consent", "tempo"}  # what rows are found by
IN_A_KEY = {"cue"}  # words of people all the same: they make a row more
WORDS = re.compile(r'^(squad|contact|name|te_source|swc_source) = "([^"]* [^"]*|Grove)"', re.MULTILINE)


def fields(name: str) -> list[str]:
    """The columns of a table that take any text and are not what its rows are found by."""
    table = TABLES[name]
    texts = [column for column in table.columns if column.kind == "text"]
    free = [column for column in texts if not (column.values or column.pattern or column.words)]
    return [column.name for column in free if column.name not in {*table.key, *HELD_TOGETHER} - IN_A_KEY]


@pytest.fixture(scope="module")
def hostile(squad_workspace, tmp_path_factory) -> Workspace:
    """The example squad, with hostile text behind every free text of its store and its configuration."""
    folder = tmp_path_factory.mktemp("hostile")
    store = folder / "data" / "store"
    store.mkdir(parents=True)
    squad_workspace.workspace.store.copy_to(store / DATABASE)
    shutil.copytree(squad_workspace.folder / "data" / "store" / "samples", store / "samples")
    config = (squad_workspace.folder / "workbook.toml").read_text(encoding="utf-8")
    (folder / "workbook.toml").write_text(
        WORDS.sub(lambda found: f"{found[1]} = {json.dumps(found[2] + HOSTILE)}", config), encoding="utf-8"
    )
    workspace = open_workspace(folder)
    for name in TABLES:
        if name != "samples" and name != "files" and fields(name):
            rows = workspace.store.frame(name)
            texts = {column: rows[column].fillna("") + HOSTILE for column in fields(name)}
            workspace.store.put(name, rows.assign(**texts))
    yield workspace
    workspace.store.close()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


def test_there_is_hostile_text_in_many_fields(hostile):
    tables = {name for name in TABLES if name != "samples" and fields(name) and len(hostile.store.frame(name))}
    assert {"athletes", "sessions", "sets", "cues", "plan", "trials", "wellness"} <= tables | {"wellness"}
    assert hostile.athletes()["name"].str.endswith(HOSTILE).all()
    assert HOSTILE in hostile.config.squad


@pytest.mark.parametrize("report", ["athlete_week", "squad_week", pytest.param("block_review", marks=pytest.mark.full)])
def test_a_report_of_hostile_text_runs_nothing_and_asks_nobody(hostile, squad_workspace, browser, report):
    athlete_id = squad_workspace.ids["Koa"] if report == "athlete_week" else ""
    done = fan_out.render_job(hostile, Job(report, athlete_id, LAST_DAY), force=True)
    assert done.state == "rendered", done.error
    page = Path(done.path)
    with Opened(browser, page, 1280) as opened:
        opened.tab.on("dialog", lambda _dialog: opened.complaints.append("a dialog"))
        opened.tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        opened.scroll_to_figures()
        opened.tab.wait_for_timeout(500)
        assert all(asked.startswith(hostile.reports_folder.as_uri()) for asked in opened.requests)
        assert opened.complaints == []
        assert opened.tab.evaluate("window.ran") is None
        assert opened.tab.locator("img:not([src^='data:']), a[href^='javascript:'], [onload], [onerror]").count() == 0
        assert "window.ran=1" in opened.tab.inner_text("main")
