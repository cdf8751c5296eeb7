"""The notebooks in a real JupyterLab, as a person has them: run, chosen by hand, sorted, filtered, saved.

Pictures of what was seen lie in tests/output.
"""

import re
import shutil
import struct
import xml.etree.ElementTree as ElementTree
from contextlib import ExitStack
from functools import cache
from itertools import product
from pathlib import Path

import chromium
import jupyter_lab
import nbformat
import pandas as pd
import pytest
from soak_scale import few_of

from analysis.workspace import intake, open_workspace, shipped_notebooks, starter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.CHROMIUM is None, reason="chromium is not installed"),
]
for library in ("ipywidgets", "itables.widget", "kaleido"):
    pytest.importorskip(library, reason="the extra lab is not installed")

WORKSPACES = ("squad", "two_weeks")
EXPLORE = {path.name: path.read_text(encoding="utf-8") for path in sorted((shipped_notebooks() / "explore").glob("*"))}
TWO_WEEKS = pd.date_range("2026-06-22", "2026-07-05").strftime("%Y-%m-%d")
BY_HAND = """import analysis as aw
import pandas as pd
import plotly.graph_objects as go
ws = aw.open_workspace()
---
ws.athletes()[["athlete_id", "name"]]
---
def lifted(who, days):
    sets = ws.athlete(who).sets.tail(days)[["local_date", "exercise", "load_kg"]]
    return [go.Figure().add_scatter(x=sets["local_date"], y=sets["load_kg"]), aw.table(sets)]

aw.explore(lifted, who=aw.pick.athlete(), days=aw.pick.window())
---
loads = pd.DataFrame({"lift": ["swing", "hip thrust", "deadlift"] * 5, "load_kg": [24.0, 9.5, 100.0, *range(12)]})
aw.table(loads)
---
aw.save_buttons(loads, "by hand")
---
drawn = go.Figure(layout={"width": 500, "height": 300}).add_scatter(y=loads["load_kg"])
aw.save_buttons(drawn, "drawn by hand")
"""
CHOSEN, SORTED, TABLE_BUTTONS, FIGURE_BUTTONS = 2, 3, 4, 5


def two_weeks(example: Path, folder: Path) -> Path:
    """A new workspace with two weeks of one athlete: those rows and files of the example squad's."""
    starter.start(folder)
    config = folder / "workbook.toml"
    config.write_text(f'load_unit = "kg"\n{config.read_text(encoding="utf-8")}', encoding="utf-8")
    raw = folder / "data" / "raw"
    (raw / "Alder").mkdir()
    for path in [*example.glob("*.csv"), example / "Alder" / "strong.csv"]:
        names, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        of_hers = [row for row in rows if row.startswith(("Alder", "A01")) or path.parent.name == "Alder"]
        kept = [row for row in of_hers if path.stem == "athletes" or any(day in row for day in TWO_WEEKS)]
        if kept:
            (raw / path.relative_to(example)).write_text(names + "".join(kept), encoding="utf-8")
    for path in (example / "Alder").glob("*.gz"):
        if path.name[:10] in TWO_WEEKS:
            shutil.copy(path, raw / "Alder")
    opened = open_workspace(folder)
    taken = intake.ingest(opened, intake.files_below([raw]))
    opened.store.close()
    assert {one.state for one in taken} == {"taken"}
    return folder


@pytest.fixture(scope="module")
def lab(squad_workspace, tmp_path_factory):
    """Gives the address of JupyterLab on one of WORKSPACES, started when it is first asked for, and its folder."""
    cells = [nbformat.v4.new_code_cell(text.strip()) for text in BY_HAND.split("---\n")]
    with ExitStack() as running:

        @cache
        def on(name: str) -> tuple[str, Path]:
            folder = tmp_path_factory.mktemp(name)
            workspace = folder / "squad"
            if name == "squad":
                shutil.copytree(squad_workspace.folder, workspace)
            else:
                two_weeks(squad_workspace.files, workspace)
            (workspace / "notebooks" / "explore").mkdir(parents=True, exist_ok=True)
            nbformat.write(nbformat.v4.new_notebook(cells=cells), workspace / "notebooks" / "explore" / "by_hand.ipynb")
            return running.enter_context(jupyter_lab.served(workspace, folder)), workspace

        yield on


def asks_nobody(live: jupyter_lab.Live) -> None:
    """All that the page asked for came from this machine."""
    elsewhere = [url for url in live.requests if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert elsewhere == []


def kinds(case: tuple[str, str]) -> set[str]:
    """Of a workspace and a notebook: the workspace, and what of the notebook is drawn for a person to choose."""
    workspace, name = case
    return {workspace, *re.findall(r"aw\.(?:pick\.\w+|table)", EXPLORE[name])}


@pytest.mark.parametrize(("workspace", "name"), few_of(product(WORKSPACES, EXPLORE), kinds))
def test_a_notebook_answers_each_question_or_says_why_not_and_its_pickers_draw_their_own_cells(
    browser, lab, workspace, name
):
    address, _folder = lab(workspace)
    with jupyter_lab.Live(browser, address, name) as live:
        live.run_all()
        asks_nobody(live)
        before = live.shown()
        live.picture(f"{workspace}_")
        assert live.questions_without_a_word() == []
        pickers = live.tab.locator(".jp-OutputArea-output .widget-dropdown select").all()
        with_pickers = {live.cell_of(one) for one in pickers}
        for picker in pickers[:1]:
            values = picker.evaluate("one => [...one.options].map(option => option.value)")
            if len(values) < 2:
                continue
            live.mark_outputs()
            picker.select_option(values[-1])
            live.until_drawn(live.cell_of(picker))
            live.settled()
            assert live.errors() == []
            assert live.drawn_again() <= with_pickers
            assert live.shown()[live.cell_of(picker)] != before[live.cell_of(picker)]
        asks_nobody(live)


@pytest.fixture(scope="module")
def by_hand(browser, lab):
    """A notebook of one's own in which all cells have run."""
    address, folder = lab("squad")
    with jupyter_lab.Live(browser, address, "by_hand.ipynb") as live:
        live.run_all()
        live.folder = folder / "notebooks" / "explore"
        yield live


def test_a_picker_draws_its_figure_and_its_table_again_and_no_other_cell(by_hand):
    before = by_hand.shown()
    by_hand.mark_outputs()
    by_hand.outputs_of(CHOSEN).get_by_label("Athlete").select_option("Birch")
    by_hand.settled()
    after = by_hand.shown()
    assert by_hand.drawn_again() == {CHOSEN}
    assert before[CHOSEN]["figures"] != after[CHOSEN]["figures"]
    assert before[CHOSEN]["tables"] != after[CHOSEN]["tables"]
    assert [one for at, one in enumerate(before) if at != CHOSEN] == [
        one for at, one in enumerate(after) if at != CHOSEN
    ]
    by_hand.outputs_of(CHOSEN).locator(".noUi-handle, .ui-slider-handle").first.press("ArrowRight")
    by_hand.settled()
    assert by_hand.shown()[CHOSEN]["figures"] != after[CHOSEN]["figures"]
    assert by_hand.errors() == []


def rows_of(live: jupyter_lab.Live, cell: int) -> list[list[str]]:
    """The rows that a table shows now."""
    rows = live.outputs_of(cell).locator("tbody tr").all()
    return [[each.inner_text() for each in row.locator("td").all()] for row in rows]


def test_a_table_sorts_by_numbers_and_filters_by_words(by_hand):
    table = by_hand.outputs_of(SORTED)
    assert [row[0] for row in rows_of(by_hand, SORTED)][:3] == ["swing", "hip thrust", "deadlift"]
    assert "15" in table.inner_text()
    column = table.locator("thead th", has_text="load_kg").locator(".dt-column-title")
    column.click()
    assert [float(row[1]) for row in rows_of(by_hand, SORTED)] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    column.click()
    assert [float(row[1]) for row in rows_of(by_hand, SORTED)][:3] == [100, 24, 11]
    table.locator("input[type=search]").first.fill("swing")
    assert {row[0] for row in rows_of(by_hand, SORTED)} == {"swing"}
    by_hand.picture("sorted_")
    asks_nobody(by_hand)


def test_buttons_write_beside_the_notebook_what_can_be_opened_again(by_hand):
    for cell, stem, endings in (
        (TABLE_BUTTONS, "by hand", ("csv", "parquet", "xlsx", "html")),
        (FIGURE_BUTTONS, "drawn by hand", ("svg", "png", "html")),
    ):
        for ending in endings:
            by_hand.outputs_of(cell).get_by_role("button", name=ending.upper(), exact=True).click()
            said = by_hand.outputs_of(cell).get_by_text(re.compile(rf"^Saved .*{stem}\.{ending}$"))
            said.wait_for(timeout=jupyter_lab.RUN_S * 1000)
            assert said.inner_text() == f"Saved {by_hand.folder / f'{stem}.{ending}'}"
    by_hand.picture("saved_")
    table, figure = by_hand.folder / "by hand", by_hand.folder / "drawn by hand"
    csv, parquet = pd.read_csv(f"{table}.csv"), pd.read_parquet(f"{table}.parquet")
    xlsx, (html,) = pd.read_excel(f"{table}.xlsx", engine="openpyxl"), pd.read_html(f"{table}.html")
    assert all(
        one["load_kg"].tolist()[:3] == [24.0, 9.5, 100.0] and len(one) == 15 for one in (csv, parquet, xlsx, html)
    )
    assert ElementTree.parse(f"{figure}.svg").getroot().get("width") == "500"
    head = Path(f"{figure}.png").read_bytes()[:24]
    assert (head[1:4], struct.unpack(">II", head[16:])) == (b"PNG", (1000, 600))
    assert 'src="http' not in Path(f"{figure}.html").read_text(encoding="utf-8")
    assert by_hand.errors() == []
