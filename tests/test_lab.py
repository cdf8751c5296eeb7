"""Choosing by hand: a default where nobody is there, a widget where somebody is, and only its own cell redrawn."""

import re
import sys

import nbformat
import pandas as pd
import pytest
from drop_folder import CONFIG, ROSTER, drop, strong, strong_row, workspace
from test_results import PROFILE

import analysis as aw
from analysis.base.blocks import Fact
from analysis.base.errors import ConfigProblem, NotEnoughData, UnknownAthlete, UsageProblem
from analysis.lab import explore as exploring
from analysis.lab import live, pick, tables
from analysis.report.page import RENDERING
from analysis.workspace import intake

LIFTS = '[[lifts]]\nexercise = "deadlift"\nname = "Deadlift"\n[[lifts]]\nexercise = "hip_thrust"\nname = "Hip thrust"\n'
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def squad(tmp_path_factory):
    opened = workspace(tmp_path_factory.mktemp("squad") / "squad", CONFIG + LIFTS)
    drop(opened.folder, "a.csv", ROSTER + "Birch,birch1,M,2001,,,\nAlder,alder1,F,2004,,,\n")
    drop(opened.folder, "Alder/strong.csv", strong(strong_row(), strong_row("2026-06-09")))
    assert {one.state for one in intake.ingest(opened, intake.files_below([opened.raw_folder]))} == {"taken"}
    yield opened
    opened.store.close()


@pytest.fixture
def somebody(monkeypatch):
    """Somebody sits at the notebook."""
    widgets = pytest.importorskip("ipywidgets")
    for module in (pick, exploring, tables):
        monkeypatch.setattr(module, "widgets", lambda: widgets)
    return widgets


def test_where_nobody_is_there_a_picker_is_its_default(squad):
    assert live.widgets() is None
    assert pick.athlete(workspace=squad) == "alder1"
    assert pick.athlete("Birch", squad) == pick.athlete("birch1", squad) == "birch1"
    assert pick.lift(workspace=squad) == "deadlift"
    assert pick.lift("hip_thrust", squad) == "hip_thrust"
    assert pick.dates(workspace=squad) == (pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-09"))
    assert pick.dates(("2026-06-02", "2026-06-03"), squad) == (pd.Timestamp("2026-06-02"), pd.Timestamp("2026-06-03"))
    assert pick.window() == 42


def test_a_default_that_cannot_be_is_refused(squad, tmp_path):
    with pytest.raises(UnknownAthlete, match="'Cedar' is no athlete"):
        pick.athlete("Cedar", squad)
    with pytest.raises(ConfigProblem, match="swing"):
        pick.lift("swing", squad)
    with pytest.raises(UsageProblem, match="ends before it begins"):
        pick.dates(("2026-06-03", "2026-06-02"), squad)
    with pytest.raises(UsageProblem, match="3 days is not between 7 and 365"):
        pick.window(3)
    empty = workspace(tmp_path / "empty")
    with pytest.raises(UsageProblem, match="'rest' is none of sleep, soreness"):
        pick.one_of(["sleep", "soreness"], "rest")
    with pytest.raises(NotEnoughData, match="holds no data yet"):
        pick.dates(workspace=empty)
    empty.store.close()


def test_where_nothing_is_named_a_picker_is_its_default_as_it_is(tmp_path):
    bare = workspace(tmp_path / "bare")
    assert (pick.lift(workspace=bare), pick.check("jump", workspace=bare)) == ("", "jump")
    bare.store.close()


def test_the_tables_of_an_athlete_come_with_the_lifts_that_her_log_proposes(tmp_path):
    bare = workspace(tmp_path / "bare")
    drop(bare.folder, "a.csv", ROSTER + "Alder,alder1,F,2004,,,\n")
    days = ("2026-06-01", "2026-06-04", "2026-06-09")
    drop(bare.folder, "Alder/strong.csv", strong(*(strong_row(day) for day in days)))
    assert {one.state for one in intake.ingest(bare, intake.files_below([bare.raw_folder]))} == {"taken"}
    alder = pick.tables("Alder", bare)
    assert (alder.name, len(alder.sets), alder.config.lift("").name) == ("Alder", 3, "Deadlift")
    assert pick.tables("Alder", bare, until="2026-06-04").until == pd.Timestamp("2026-06-04")
    bare.store.close()


@pytest.mark.usefixtures("somebody")
def test_where_somebody_is_there_tables_are_read_when_an_athlete_is_chosen(squad, capsys):
    who = pick.tables(workspace=squad)
    aw.explore(lambda who: f"{who.name}, {len(who.sets)} sets", who=who)
    who.value = "birch1"
    who.value = "alder1"
    told = re.findall(r"\w+, \d sets", capsys.readouterr().out)
    assert told == ["Alder, 2 sets", "Birch, 0 sets", "Alder, 2 sets"]
    assert who.reads("alder1") is who.reads("alder1")


@pytest.mark.parametrize("nothing", [None, [], pd.DataFrame(columns=["day"]), [None, pd.DataFrame()]], ids=str)
def test_nothing_to_show_says_what_to_record(capsys, nothing):
    aw.explore(lambda: nothing, missing="Log a set.")
    assert set(capsys.readouterr().out.splitlines()) == {"Log a set."}


def test_facts_and_texts_are_printed_as_words(capsys):
    aw.explore(lambda: [Fact("form", "Held for 3 weeks.", "steady"), "And a text."])
    assert capsys.readouterr().out.splitlines() == ["● Held steady. Held for 3 weeks.", "And a text."]


def test_where_somebody_is_there_a_picker_offers_all_and_begins_with_its_default(squad, somebody):
    who = pick.athlete("Birch", squad)
    assert who.options == (("Alder", "alder1"), ("Birch", "birch1"))
    assert who.value == "birch1"
    assert pick.lift(workspace=squad).options == (("Deadlift", "deadlift"), ("Hip thrust", "hip_thrust"))
    days = pick.dates(("2026-06-02", "2026-06-20"), squad)
    assert days.value == (pd.Timestamp("2026-06-02"), pd.Timestamp("2026-06-20"))
    assert [label for label, _ in days.options][:1] == ["01 Jun 2026"]
    assert isinstance(pick.window(84), somebody.IntSlider)


@pytest.mark.usefixtures("somebody")
def test_a_change_of_a_picker_asks_the_function_again_and_plain_values_stay(squad, capsys):
    asked = []

    def answer(who, days):
        asked.append((who, days))
        if who == "birch1":
            raise NotEnoughData("Birch has no set.")

    who = pick.athlete(workspace=squad)
    aw.explore(answer, who=who, days=42)
    who.value = "birch1"
    assert asked == [("alder1", 42), ("birch1", 42)]
    assert "Birch has no set." in capsys.readouterr().out


def test_where_nobody_is_there_the_answer_is_shown_once(capsys):
    aw.explore(lambda days: [days, days + 1, None], days=7)
    assert capsys.readouterr().out.split() == ["7", "8"]


def shown_as(table):
    return table._repr_mimebundle_()


def test_where_nobody_is_there_a_table_is_plain_and_says_how_long_it_is():
    long = pd.DataFrame({"load_kg": range(500), "notes": "<b>slow</b>"})
    bundle = shown_as(aw.table(long))
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/html"].count("<tr") == 22  # the names, ten rows, dots, ten rows
    assert "500 rows × 2 columns" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
    assert list(aw.table(PROFILE).frame["term"]) == ["v0", "slope", "e1RM"]
    assert list(aw.table(long.groupby("notes").sum()).frame.columns) == ["notes", "load_kg"]


@pytest.mark.usefixtures("somebody")
def test_where_somebody_is_there_a_table_sorts_and_filters_and_asks_nothing_of_a_network():
    pytest.importorskip("itables.widget")
    frame = pd.DataFrame({"load_kg": [100.0, None], "notes": ["<b>slow</b>", None]})
    bundle = shown_as(aw.table(frame))
    assert set(bundle) == {"text/plain", "text/html", WIDGET_MIME}
    assert "http" not in str(bundle)
    widget = tables._widget(frame)
    assert "<b>" not in widget._dt_args["data_json"]
    assert widget._dt_args["columnControl"] == ["searchDropdown"]


@pytest.mark.usefixtures("somebody")
def test_without_the_library_a_table_is_plain(monkeypatch):
    monkeypatch.setitem(sys.modules, "itables.widget", None)
    assert set(shown_as(aw.table(pd.DataFrame({"load_kg": [100.0]})))) == {"text/plain", "text/html"}


CELLS = """import analysis as aw
ws = aw.open_workspace()
---
def loads(who, first_and_last):
    sets = ws.athlete(who).sets
    return sets.loc[sets["local_date"].between(*first_and_last), ["local_date", "load_kg"]]

aw.explore(loads, who=aw.pick.athlete(default="Alder"), first_and_last=aw.pick.dates())
"""


def test_a_notebook_with_pickers_runs_where_nobody_is_there(squad, run_notebook, tmp_path, monkeypatch):
    monkeypatch.setenv(RENDERING, "1")  # as a render sets it for its kernel
    v4 = nbformat.v4
    cells = [v4.new_code_cell(text.strip()) for text in CELLS.split("---\n")]
    done = run_notebook(v4.new_notebook(cells=cells), squad.folder, tmp_path)
    shown = [output.data for output in done.cells[-1].outputs if "data" in output]
    assert len(shown) == 1
    assert WIDGET_MIME not in shown[0]
    assert shown[0]["text/html"].count("<tr>") == 2
