"""SQL over a squad: what `ws.squad` gives and no more, and nothing outside of memory."""

import sys

import pandas as pd
import pyarrow as pa
import pytest
from drop_folder import BAR_SPEED, ROSTER, drop, strong, strong_row, workspace

from analysis.base.errors import UsageProblem
from analysis.privacy import exclusions
from analysis.privacy.exclusions import Wanted
from analysis.workspace import FRAMES, intake
from analysis.workspace.sql import answered

pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def squad(tmp_path_factory):
    """Alder and Birch, who agreed, one of whose sets is left out, and Cedar, who did not agree."""
    opened = workspace(tmp_path_factory.mktemp("squad") / "squad")
    folder = opened.folder
    drop(folder, "a.csv", ROSTER + "Alder,alder1,F,2004,,,\nBirch,birch1,M,2001,,,\nCedar,cedar1,M,2001,none,,\n")
    for name, load_kg in (("Alder", 100), ("Birch", 50), ("Cedar", 70)):
        rows = strong_row(load=load_kg), strong_row(set_order=2, load=load_kg + 10)
        drop(folder, f"{name}/strong.csv", strong(*rows))
    drop(folder, "speeds.csv", BAR_SPEED + "Alder,2026-06-01,Deadlift,1,1,100,0.61\n")
    outcomes = list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    assert {outcome.state for outcome in outcomes} == {"taken"}, outcomes
    wanted = exclusions.rows_of(opened, Wanted("Birch", "2026-06-01", "deadlift", 2))
    assert len(exclusions.exclude(opened, wanted, "somebody else's")) == 1
    yield opened
    opened.store.close()


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_is_what_the_squad_has_of_it(squad, name):
    expected, found = squad.squad()[name], squad.sql(f"select * from {name}")
    assert list(found.columns) == list(expected.columns)
    assert len(found) == len(expected)
    for column in expected:
        assert found[column].astype("str").fillna("").tolist() == expected[column].astype("str").fillna("").tolist()


def test_who_did_not_agree_and_what_was_left_out_is_in_no_answer(squad):
    assert squad.sql("select name from athletes order by name")["name"].tolist() == ["Alder", "Birch"]
    loads = squad.sql(
        "select name, max(load_kg) as kg from sets join athletes using (athlete_id) group by 1 order by 1"
    )
    assert loads.to_dict("list") == {"name": ["Alder", "Birch"], "kg": [110.0, 50.0]}


def test_a_day_bounds_what_is_seen(squad):
    assert squad.sql("select count(*) as n from sets", until="2026-05-31")["n"].tolist() == [0]


def test_days_stay_days_and_missing_stays_missing(squad):
    found = squad.sql("select local_date, tempo from sets limit 1")
    assert pd.api.types.is_datetime64_any_dtype(found["local_date"])
    assert found["tempo"].isna().all()


def test_a_table_is_given_as_arrow(squad):
    sets = squad.arrow("sets")
    assert isinstance(sets, pa.Table)
    assert sets.num_rows == len(squad.squad()["sets"])
    assert sets.column_names == list(squad.squad()["sets"].columns)
    assert squad.arrow("sets", until="2026-05-31").num_rows == 0
    with pytest.raises(UsageProblem, match=r"no table 'set'; the tables are sessions, sets"):
        squad.arrow("set")


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from '{file}'",
        "select * from glob('{folder}/*')",
        "copy sets to '{folder}/sets.csv'",
        "export database '{folder}/all'",
        "attach '{folder}/other.db'",
        "install httpfs",
        "load '{folder}/x.duckdb_extension'",
        "select * from read_csv('https://127.0.0.1/x.csv')",
        "set enable_external_access = true",
        "set temp_directory = '{folder}'",
        "create persistent secret s (type s3)",
        "select * from in_the_notebook",
        "selct 1",
    ],
)
def test_a_query_reaches_no_file_no_network_and_no_variable(tmp_path, query):
    in_the_notebook = pd.DataFrame({"x": [1]})  # noqa: F841 - what must not be seen
    (tmp_path / "private.csv").write_text("name\nAlder\n", encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"^DuckDB refuses the query: .* The tables are sets\.$"):
        answered(query.format(file=tmp_path / "private.csv", folder=tmp_path), {"sets": pd.DataFrame({"n": [1]})})
    assert [path.name for path in tmp_path.iterdir()] == ["private.csv"]


def test_a_statement_without_an_answer_gives_no_rows():
    assert answered("begin", {}).empty


def test_without_duckdb_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageProblem, match=r"pip install 'athlete-workbook\[sql\]'"):
        answered("select 1", {})
