"""What is saved is there, is said, and reads back as it was."""

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from test_results import PROFILE, RESULTS

import analysis as aw
from analysis.base.errors import UsageProblem

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
    with pytest.raises(UsageProblem, match=r"'level.png' ends in none of .html"):
        aw.save(RESULTS["change"].plot(), tmp_path / "level.png")
    with pytest.raises(UsageProblem, match=r"no folder .*nowhere"):
        aw.save(TABLE, tmp_path / "nowhere" / "sets.csv")
    assert list(tmp_path.iterdir()) == []
