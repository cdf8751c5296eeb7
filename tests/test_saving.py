"""What is saved is there, is said, and reads back as it was; a button does the same beside the notebook."""

import struct
import sys
import xml.etree.ElementTree as ElementTree

import chromium
import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pytest
from pandas.testing import assert_frame_equal
from test_results import PROFILE, RESULTS

import analysis as aw
from analysis.base.errors import UsageProblem
from analysis.lab import buttons, pictures

TABLE = pd.DataFrame(
    {
        "local_date": pd.to_datetime(["2026-06-01", "2026-06-02"]),
        "start_utc": pd.to_datetime(["2026-06-01T08:00Z", None], utc=True),
        "load_kg": [100.0, None],
        "notes": ["=1+1", "<b>slow</b>"],
    }
)


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "html"])
def test_a_table_is_written_and_it_is_said_where(tmp_path, capsys, ending):
    path = aw.save(TABLE, tmp_path / f"sets.{ending}")
    assert path == (tmp_path / f"sets.{ending}").resolve()
    assert capsys.readouterr().out == f"Saved {path}\n"
    assert path.stat().st_size > 50


def test_what_was_written_reads_back(tmp_path):
    assert_frame_equal(pd.read_parquet(aw.save(TABLE, tmp_path / "sets.parquet")), TABLE)
    assert pd.read_csv(aw.save(TABLE, tmp_path / "sets.csv"))["load_kg"].tolist()[0] == 100.0
    sheet = pd.read_excel(aw.save(TABLE, tmp_path / "sets.xlsx"), engine="openpyxl")
    assert sheet["start_utc"].tolist()[0] == pd.Timestamp("2026-06-01T08:00")
    assert sheet["load_kg"].isna().tolist() == [False, True]


def test_what_people_wrote_is_text_in_a_spreadsheet_and_on_a_page(tmp_path):
    sheet = openpyxl.load_workbook(aw.save(TABLE, tmp_path / "sets.xlsx")).active
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "s")
    assert "<b>" not in aw.save(TABLE, tmp_path / "sets.html").read_text(encoding="utf-8")


def test_an_index_with_a_name_is_saved_as_columns(tmp_path):
    by_day = TABLE.groupby("local_date")[["load_kg"]].mean()
    assert list(pd.read_csv(aw.save(by_day, tmp_path / "days.csv")).columns) == ["local_date", "load_kg"]


def test_a_result_is_saved_as_its_table_and_a_figure_as_a_page(tmp_path):
    assert pd.read_csv(aw.save(PROFILE, tmp_path / "profile.csv"))["term"].tolist() == ["v0", "slope", "e1RM"]
    page = aw.save(RESULTS["change"].plot(), tmp_path / "level.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert "level now" in page


def test_an_ending_or_a_folder_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(UsageProblem, match=r"'sets.sav' ends in none of .csv, .parquet, .xlsx, .html"):
        aw.save(TABLE, tmp_path / "sets.sav")
    with pytest.raises(UsageProblem, match=r"'level.pdf' ends in none of .svg, .png, .html"):
        aw.save(RESULTS["change"].plot(), tmp_path / "level.pdf")
    with pytest.raises(UsageProblem, match=r"no folder .*nowhere"):
        aw.save(TABLE, tmp_path / "nowhere" / "sets.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.skipif(chromium.CHROMIUM is None, reason="chromium is not installed")
def test_a_figure_is_saved_as_a_picture_of_the_size_it_names(tmp_path):
    pytest.importorskip("kaleido")
    figure = go.Figure(layout={"width": 400}).add_scatter(y=[1, 2], name="load")
    drawing = ElementTree.parse(aw.save(figure, tmp_path / "loads.svg")).getroot()
    assert (drawing.tag, drawing.get("width")) == ("{http://www.w3.org/2000/svg}svg", "400")
    head = aw.save(figure, tmp_path / "loads.PNG").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == (800, 2 * pictures.HEIGHT_PX)


def test_a_picture_that_nothing_can_draw_is_told_with_what_to_do(tmp_path, monkeypatch):
    figure = go.Figure()
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(UsageProblem, match=r"athlete-workbook\[lab\].*save it as 'loads.html'"):
        aw.save(figure, tmp_path / "loads.png")
    monkeypatch.undo()
    kaleido = pytest.importorskip("kaleido")
    from kaleido.errors import ChromeNotFoundError

    def not_found(*_figure, **_how):
        raise ChromeNotFoundError

    monkeypatch.setattr(kaleido, "calc_fig_sync", not_found)
    with pytest.raises(UsageProblem, match=r"drawn by Chrome.* this machine has none"):
        aw.save(figure, tmp_path / "loads.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_asked_for_without_a_script_from_a_network(tmp_path, monkeypatch):
    kaleido = pytest.importorskip("kaleido")
    asked = {}
    monkeypatch.setattr(kaleido, "calc_fig_sync", lambda _figure, **how: asked.update(how) or b"drawn")
    assert aw.save(go.Figure(), tmp_path / "loads.svg").read_bytes() == b"drawn"
    assert asked["kopts"] == {"mathjax": False}


@pytest.fixture
def somebody(monkeypatch, tmp_path):
    """Somebody sits at a notebook in this folder."""
    monkeypatch.setattr(buttons, "widgets", lambda: pytest.importorskip("ipywidgets"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(
    ("thing", "labels"),
    [
        (TABLE, ["CSV", "PARQUET", "XLSX", "HTML"]),
        (PROFILE, ["CSV", "PARQUET", "XLSX", "HTML"]),
        (go.Figure(), ["SVG", "PNG", "HTML"]),
    ],
)
def test_each_kind_of_file_has_a_button(thing, labels):
    *row, _where = aw.save_buttons(thing, "it").children
    assert [button.description for button in row] == labels


@pytest.mark.usefixtures("somebody")
def test_a_button_writes_beside_the_notebook_and_says_where(tmp_path):
    as_csv, *_others, where = aw.save_buttons(TABLE, "sets <1>").children
    as_csv.click()
    assert len(pd.read_csv(tmp_path / "sets <1>.csv")) == 2
    assert where.value == f"Saved {tmp_path.resolve()}/sets &lt;1&gt;.csv"
    (tmp_path / "sets <1>.csv").unlink()
    (tmp_path / "sets <1>.csv").mkdir()
    as_csv.click()
    assert "Is a directory" in where.value


def test_where_nobody_is_there_no_button_is_shown_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert aw.save_buttons(TABLE, "sets") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "C:b"])
def test_a_button_leads_to_no_other_folder(name):
    with pytest.raises(UsageProblem, match="is no name for a file"):
        aw.save_buttons(TABLE, name)
