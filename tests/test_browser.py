"""Pages in Debian's chromium: what a person sees, on a phone, on a desk, in print, and without JavaScript."""

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from chromium import CHROMIUM, FULL, PICTURES, SOAK, WIDTHS, Opened, each_look, pdf_pages, sticks_out, violations
from made_up_athlete import FLAT_M_S, FRIDAYS, MONDAYS, bar_speed, birch, form_sets, lifting
from made_up_squad import many, named, page_of, week_of
from report_notebooks import ENGINE, PAGE, write, write_week

from analysis.report.engine.render import render

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]

REPORTS = ("athlete_week", "squad_week", "block_review", "index")

SQUAD = """
import pandas as pd

states = ("clearly better", "cannot tell", "steady", "worse")
table = pd.DataFrame(
    {
        "Athlete": ["Birch", "Alder", "Damson", "Cedar"],
        "Speed at anchor load": [
            Fact("x", f"Deadlift: {state}.", state, estimate=change, unit="m/s", mdc=0.05)
            for state, change in zip(states, (0.07, None, 0.01, -0.06))
        ],
        "Five weeks": [Sparkline(f"series {n}", (0.70, 0.72, None, 0.71, 0.70 + n / 50), 0.69, 0.74) for n in range(4)],
        "Load (AU)": [1200.0, None, 1100.0, 980.5],
    }
)
with page.section("glance", "Everyone at a glance"):
    page.show(table, Text("? cannot tell: the series is new."))
"""


@pytest.fixture(scope="module")
def week(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    return render(
        write_week(folder / "week.ipynb"), {}, folder / "reports" / "week.html", workspace=folder, engine=ENGINE
    ).page


@pytest.fixture(scope="module")
def squad(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("squad")
    page = PAGE.replace("until=until)", 'until=until, audience="coach")').replace("Alder", "Squad")
    return render(
        write(folder / "squad.ipynb", page, SQUAD), {}, folder / "squad.html", workspace=folder, engine=ENGINE
    ).page


@each_look
def test_the_week_fits_draws_and_asks_nobody(browser, week, width, scheme):
    with Opened(browser, week, width, scheme) as opened:
        opened.scroll_to_figures()
        opened.picture(f"week_{width}_{scheme}")
        assert opened.requests == [week.as_uri()]
        assert opened.complaints == []
        assert sticks_out(opened.tab) == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, *(pytest.param(width, marks=SOAK) for width in WIDTHS[1:])])
def test_a_squad_table_scrolls_in_its_own_box(browser, squad, width):
    with Opened(browser, squad, width) as opened:
        opened.picture(f"squad_{width}")
        assert opened.complaints == []
        assert sticks_out(opened.tab) == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width


def test_figures_are_drawn_when_scrolled_to_and_not_before(browser, week):
    with Opened(browser, week) as opened:
        opened.tab.wait_for_timeout(300)
        assert opened.tab.query_selector(".main-svg") is None
        assert opened.tab.evaluate("window.Plotly === undefined")
        opened.scroll_to_figures()
        assert len(opened.tab.query_selector_all(".plot .plot-container")) == 2
        assert opened.tab.query_selector(".modebar-btn") is None


@pytest.mark.soak
def test_figures_follow_a_change_to_dark(browser, week):
    with Opened(browser, week) as opened:
        opened.scroll_to_figures()
        ink = "getComputedStyle(document.querySelector('.plot .xtick text')).fill"
        light = opened.tab.evaluate(ink)
        opened.tab.emulate_media(color_scheme="dark")
        for _ in range(50):
            if opened.tab.evaluate(ink) != light:
                break
            opened.tab.wait_for_timeout(100)
        assert opened.tab.evaluate(ink) != light
        assert opened.complaints == []


def test_without_javascript_the_page_tells_everything(browser, week):
    with Opened(browser, week, script=False) as opened:
        seen = " ".join(opened.tab.inner_text("main").split())
        assert "The charts need JavaScript" in seen
        assert "Clearly faster since 12 May." in seen
        assert "No hinge angles this week." in seen
        drawn = opened.tab.locator("svg.drawn:visible").all()
        assert len(drawn) == 9
        assert all(box["height"] > 15 for box in (one.bounding_box() for one in drawn))
        opened.picture("week_360_no_script")


def test_a_typical_week_prints_on_one_page(browser, week):
    with Opened(browser, week, 1280) as opened:
        PICTURES.mkdir(exist_ok=True)
        pdf = opened.tab.pdf(path=PICTURES / "week.pdf", prefer_css_page_size=True)
        assert pdf_pages(pdf) == 1
        opened.tab.emulate_media(media="print")
        opened.tab.set_viewport_size({"width": 711, "height": 1039})  # A4 at 96 dpi without its margins
        opened.picture("week_print")


def test_a_press_on_a_column_sorts_by_it(browser, squad):
    with Opened(browser, squad, 1280) as opened:

        def names() -> list[str]:
            return opened.tab.locator("tbody tr td:first-child").all_inner_texts()

        opened.tab.get_by_role("button", name="Athlete").click()
        assert names() == ["Alder", "Birch", "Cedar", "Damson"]
        load = opened.tab.get_by_role("button", name="Load (AU)")
        load.click()
        assert names() == ["Cedar", "Damson", "Birch", "Alder"]  # no load stays last
        load.click()
        assert names() == ["Birch", "Damson", "Cedar", "Alder"]
        assert opened.tab.locator("th[aria-sort=descending]").inner_text().startswith("Load")


def test_hostile_text_runs_nowhere(browser, tmp_path):
    show = (
        "import plotly.graph_objects as go\nbad = '<img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">x</a>'\n"
        + (
            "with page.section('a', bad):\n"
            "    page.show(Text(bad), go.Figure().add_bar(x=[bad], y=[1], name=bad).update_layout(xaxis_title=bad))"
        )
    )
    page = render(
        write(tmp_path / "n.ipynb", PAGE, show), {}, tmp_path / "p.html", workspace=tmp_path, engine=ENGINE
    ).page
    with Opened(browser, page) as opened:
        dialogs = []
        opened.tab.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
        opened.scroll_to_figures()
        assert dialogs == []
        assert opened.requests == [page.as_uri()]
        assert opened.complaints == []
        assert opened.tab.locator("img").count() == 0
        assert opened.tab.locator("a").count() == 0
        assert "<img" in opened.tab.locator(".xtitle").text_content()


# --- the pages of the example squad: true athletes' weeks, as the command renders them ----------------------------


@each_look
def test_a_true_week_fits_draws_and_asks_nobody(browser, squad_workspace, width, scheme):
    path = squad_workspace.page("Alder").path
    with Opened(browser, path, width, scheme) as opened:
        opened.picture(f"alder_{width}_{scheme}")
        assert opened.requests == [path.as_uri()]
        assert opened.complaints == []
        assert sticks_out(opened.tab) == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.soak
@pytest.mark.parametrize("name", ["Alder", "Elm", "Hazel", "Koa"])
def test_without_javascript_a_true_page_tells_the_whole_week(browser, squad_workspace, name):
    path = squad_workspace.page(name).path
    sections = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["sections"]
    with Opened(browser, path, script=False) as opened:
        for fold in opened.tab.locator("summary").all():
            fold.click()
        seen = " ".join(opened.tab.inner_text("main").split())  # what is hidden has no inner text
        seen = seen.replace(" .", ".")  # a headline's full stop is only heard, and stands apart
        opened.picture(f"{name.lower()}_360_no_script")
        for section in sections:
            assert [fact["sentence"] for fact in section["facts"] if fact["sentence"] not in seen] == []
        assert opened.tab.locator("svg.drawn").count() >= 5


@pytest.mark.soak
@pytest.mark.parametrize("name", ["Alder", "Elm", "Hazel", "Koa"])
def test_a_true_week_prints_on_one_page(browser, squad_workspace, name):
    with Opened(browser, squad_workspace.page(name).path, 1280) as opened:
        PICTURES.mkdir(exist_ok=True)
        pdf = opened.tab.pdf(path=PICTURES / f"{name.lower()}.pdf", prefer_css_page_size=True)
        assert pdf_pages(pdf) == 1
        assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]", pdf)  # A4 in points


# --- the squad's page ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thirty(tmp_path_factory) -> Path:
    """The coach's page of 30 made-up athletes, one faster on two looks in a row, one on another device."""
    twice = FLAT_M_S + np.array([0.0] * 7 + [0.3, 0.6])
    swapped = birch().but(**lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["one"] * 6 + ["two"] * 3)))
    faster = birch().but(**lifting(bar_speed(FRIDAYS, twice), form_sets(MONDAYS, [6, 7, 5, 6, 6, 7, 6, 6, 6])))
    week = week_of(named("Alder", faster), named("Birch"), named("Dogwood", swapped))
    path = tmp_path_factory.mktemp("thirty") / "squad.html"
    path.write_text(page_of(many(week, 30)), encoding="utf-8")
    return path


@each_look
def test_the_squads_page_fits_and_asks_nobody(browser, squad_workspace, width, scheme):
    path = squad_workspace.squad_page.path
    with Opened(browser, path, width, scheme) as opened:
        opened.picture(f"squad_week_{width}_{scheme}")
        assert opened.requests == [path.as_uri()]
        assert opened.complaints == []
        assert sticks_out(opened.tab) == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_the_squads_page_tells_everything(browser, squad_workspace):
    path = squad_workspace.squad_page.path
    sections = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["sections"]
    with Opened(browser, path, 1280, script=False) as opened:
        seen = " ".join(opened.tab.text_content("main").split())
        in_cells = {"cards", "lines", "glance", "proposals", "plateaus"}  # or told a part in each place
        told = [fact for section in sections if section["key"] not in in_cells for fact in section["facts"]]
        assert [fact["sentence"] for fact in told if fact["sentence"] not in seen] == []
        assert "Luck alone would list" in seen
        (choices,) = (section["facts"] for section in sections if section["key"] == "plateaus")
        for choice in choices:  # of a lift that stands still, below the athlete's name
            assert choice["sentence"].rpartition(": ")[2].lower() in seen.lower()
        assert "other ways to judge it say the same" in seen
        assert opened.tab.locator("svg.drawn").count() > 30
        assert opened.tab.locator("details.fold[open]").count() == 0
        opened.tab.locator("details.fold summary").first.click()
        assert opened.tab.locator("table").filter(has_text="Strength load").is_visible()


@pytest.mark.soak
def test_thirty_athletes_open_and_sort_within_a_second(browser, thirty, record_property):
    with Opened(browser, thirty, 1280) as opened:
        opened.picture("squad_week_thirty")
        table = opened.tab.locator(".board table")
        first = table.locator("tbody tr > :first-child")
        assert first.count() == 30
        took_ms = opened.tab.evaluate(
            """() => {
                const [entry] = performance.getEntriesByType("navigation");
                const tables = [...document.querySelectorAll("table[data-sortable]")];
                const table = tables.find(table => table.closest(".board"));
                const head = table.querySelector("th button");
                const start = performance.now();
                head.click(); head.click();
                document.body.getBoundingClientRect();
                return [entry.domComplete, performance.now() - start];
            }"""
        )
        assert [text.split("\n")[0] for text in first.all_inner_texts()[:2]] == ["Tree 29", "Tree 28"]
        record_property("open and sort, ms", took_ms)
        print(f"30 athletes: opened in {took_ms[0]:.0f} ms, sorted twice in {took_ms[1]:.0f} ms")
        assert opened.complaints == []


@pytest.mark.soak
def test_rows_that_cannot_be_told_stay_last_whichever_way_is_sorted(browser, thirty):
    with Opened(browser, thirty, 1280) as opened:
        table = opened.tab.locator(".board table")
        head = table.get_by_role("button", name="Romanian deadlift")
        for _ in range(2):
            head.click()
            hatched = table.locator("tbody tr").evaluate_all(
                "rows => rows.map(row => row.querySelectorAll('td')[1].className.split(' ')[0])"
            )
            assert hatched[-10:] == ["unknown"] * 10
            assert "unknown" not in hatched[:20]


@pytest.mark.soak
def test_the_squads_page_prints_on_a_few_sheets(browser, squad_workspace):
    with Opened(browser, squad_workspace.squad_page.path, 1280) as opened:
        PICTURES.mkdir(exist_ok=True)
        pdf = opened.tab.pdf(path=PICTURES / "squad_week.pdf", prefer_css_page_size=True)
        assert pdf_pages(pdf) <= 8


# --- for everybody: axe-core on every report and on their index ---------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize(
    ("which", "width", "scheme"),
    [
        ("athlete_week", 360, "light"),
        ("index", 360, "light"),
        ("squad_week", 1280, "dark"),
        ("block_review", 1280, "dark"),
        *(pytest.param(*look, marks=FULL) for look in product(REPORTS, (360, 1280), ("light", "dark"))),
    ],
)
def test_nobody_is_kept_out(browser, squad_workspace, which, width, scheme):
    index = squad_workspace.folder / "reports" / "index.html"
    path = {
        "athlete_week": lambda: squad_workspace.page("Alder").path,
        "squad_week": lambda: squad_workspace.squad_page.path,
        "block_review": lambda: squad_workspace.block_page.path,
        "index": lambda: index,
    }[which]()
    with Opened(browser, path, width, scheme) as opened:
        opened.scroll_to_figures()
        assert violations(opened.tab) == []


@each_look
def test_the_index_fits_and_asks_nobody(browser, squad_workspace, width, scheme):
    path = squad_workspace.folder / "reports" / "index.html"
    with Opened(browser, path, width, scheme) as opened:
        opened.picture(f"index_{width}_{scheme}")
        assert opened.requests == [path.as_uri()]
        assert opened.complaints == []
        assert sticks_out(opened.tab) == []
        opened.tab.get_by_role("link", name="Alder").click()
        opened.tab.locator("main.athlete .top b", has_text="Alder").wait_for()
