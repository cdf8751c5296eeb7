"""What notebooks get from a workspace: one athlete's frames as of a day, nothing of anybody else."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest
from drop_folder import BAR_SPEED, CONFIG, ROSTER, WELLNESS, drop, gpx, strong, strong_row, workspace

from analysis import open_workspace
from analysis.base.errors import ConfigProblem, UnknownAthlete, UsageProblem
from analysis.workspace import ENVIRONMENT, FRAMES, copy_notebooks, day, find_folder, intake, naming
from analysis.workspace.fingerprint import hash_of
from analysis.workspace.left_out import row_keys

PLAN = "athlete,date,role,content\n"


def take(squad, **files):
    for name, text in files.items():
        drop(squad.folder, name.replace("__", "/").replace("_csv", ".csv").replace("_gpx", ".gpx"), text)
    outcomes = list(intake.ingest(squad, intake.files_below([squad.raw_folder])))
    assert {outcome.state for outcome in outcomes} <= {"taken", "known"}, outcomes


@pytest.fixture(scope="module")
def grove(tmp_path_factory):
    """The folder of Alder, with a log, bar speeds, a run, a plan and answers, and of Birch, with one set."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "squad")
    take(
        opened,
        a_csv=ROSTER + "Alder,alder1,F,2004,,,\nBirch,birch1,M,2001,,,\n",
        Alder__strong_csv=strong(strong_row(), strong_row("2026-06-03", load=110)),
        Birch__strong_csv=strong(strong_row(load=50)),
        Alder__run_gpx=gpx(["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]),
        speeds_csv=BAR_SPEED + "Alder,2026-06-01,Deadlift,1,1,100,0.61\nAlder,2026-06-01,Deadlift,1,2,100,0.60\n",
        plan_csv=PLAN + "Alder,2026-06-01,day_1,hinge\nAlder,2026-06-10,day_3,later\nAlder,2026-06-11,day_5,too late\n",
        felt_csv=WELLNESS
        + "Alder,2026-06-03,sleep,7,0,10,higher_better\nAlder,2026-06-05,sleep,8,0,10,higher_better\n",
    )
    opened.store.close()
    return opened.folder


@pytest.fixture
def squad(grove, tmp_path):
    """A copy of the grove, to do with as a test likes."""
    opened = open_workspace(shutil.copytree(grove, tmp_path / "squad"))
    yield opened
    opened.store.close()


def test_rows_after_the_day_are_not_seen_and_the_plan_reaches_a_week_further(squad):
    alder = squad.athlete("Alder", "2026-06-03")
    assert alder.sets["local_date"].max() == pd.Timestamp("2026-06-03")
    assert alder.wellness["value"].tolist() == [7.0]
    assert alder.plan["content"].tolist() == ["hinge", "later"]
    earlier = squad.athlete("Alder", "2026-06-02")
    assert earlier.sessions["local_date"].max() == pd.Timestamp("2026-06-02")
    assert [len(earlier.sets), len(earlier.wellness)] == [2, 0]


def test_without_a_day_all_there_is_is_seen_to_the_last_answer(squad):
    alder = squad.athlete("Alder")
    assert alder.until == pd.Timestamp("2026-06-05")
    assert len(alder.wellness) == 2


def test_an_athlete_sees_nobody_else(squad):
    alder = squad.athlete("Alder")
    for name in FRAMES:
        frame = getattr(alder, name)
        assert "athlete_id" not in frame or set(frame["athlete_id"]) <= {"alder1"}
    assert squad.athlete("Birch").sets["load_kg"].tolist() == [50.0]


def test_the_copy_of_a_set_is_not_counted_and_its_speeds_are_kept(squad):
    alder = squad.athlete("Alder", "2026-06-01")
    assert alder.sets["counted"].sum() == 1
    assert len(alder.sets) == 2
    measured = alder.reps.merge(alder.sets, on=["session_id", "set_no"])
    assert measured["counted"].tolist() == [False, False]
    assert alder.reps["local_date"].tolist() == [pd.Timestamp("2026-06-01")] * 2


def test_the_copy_of_a_run_is_not_counted(squad):
    tcx = (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        '<Activity Sport="Running"><Id>2026-06-02T06:00:00Z</Id><Lap StartTime="2026-06-02T06:00:00Z">'
        "<TotalTimeSeconds>600</TotalTimeSeconds><DistanceMeters>68.5</DistanceMeters><Track>"
        "<Trackpoint><Time>2026-06-02T06:00:00Z</Time></Trackpoint>"
        "<Trackpoint><Time>2026-06-02T06:10:00Z</Time></Trackpoint></Track></Lap></Activity></Activities>"
        "</TrainingCenterDatabase>"
    )
    path = drop(squad.folder, "Alder/run.tcx", tcx)
    assert [outcome.state for outcome in intake.ingest(squad, intake.files_below([path]))] == ["taken"]
    alder = squad.athlete("Alder")
    counted = alder.runs.merge(alder.sessions[["session_id", "source"]], on="session_id").set_index("source")["counted"]
    assert counted.to_dict() == {"tcx": True, "gpx": False}


def test_the_fingerprint_changes_with_what_a_report_sees_and_with_nothing_else(squad):
    before = squad.athlete("Alder", "2026-06-03").fingerprint
    take(squad, Birch__more_csv=strong(strong_row("2026-06-02")))
    take(squad, Alder__again_csv=strong(strong_row(), strong_row("2026-06-04")))
    assert squad.athlete("Alder", "2026-06-03").fingerprint == before
    assert squad.athlete("Alder", "2026-06-04").fingerprint != before


def test_a_frame_that_does_not_exist_is_named_with_those_that_do(squad):
    with pytest.raises(AttributeError, match=r"'set' is no frame.*sessions, sets"):
        _ = squad.athlete("Alder").set


def test_a_session_without_samples_has_none(squad):
    alder = squad.athlete("Alder")
    assert len(alder.samples(alder.runs["session_id"].item())) == 2
    assert alder.samples("none").empty


def test_the_squad_holds_everybody(squad):
    frames = squad.squad("2026-06-01")
    assert set(frames["sets"]["athlete_id"]) == {"alder1", "birch1"}
    assert frames["sets"]["local_date"].max() == pd.Timestamp("2026-06-01")


def test_everybody_read_at_once_is_everybody_read_one_by_one(squad):
    (key, *_) = row_keys("sets", squad.athlete("Alder").sets)
    row = {"table_name": "sets", "row_key": key, "athlete_id": "alder1", "reason": "typed twice"}
    squad.store.put("exclusions", pd.DataFrame([row | {"excluded_at": pd.Timestamp("2026-06-04", tz="UTC")}]))
    everyone = squad.everyone("2026-06-03")
    assert [one.name for one in everyone.athletes] == ["Alder", "Birch"]
    for together in everyone.athletes:
        alone = squad.athlete(together.athlete_id, "2026-06-03")
        assert together.fingerprint == alone.fingerprint
        pd.testing.assert_frame_equal(together.exclusions, alone.exclusions)
        for name in FRAMES:
            pd.testing.assert_frame_equal(together.frames[name], alone.frames[name])
    assert squad.everyone().until == pd.Timestamp("2026-06-05")


def test_the_fingerprint_of_the_squad_changes_with_any_athlete_and_with_every_file(squad):
    first = squad.everyone("2026-06-03").fingerprint
    assert squad.everyone("2026-06-03").fingerprint == first
    take(squad, later_csv=WELLNESS + "Birch,2026-06-20,sleep,7,0,10,higher_better\n")
    assert squad.everyone("2026-06-03").fingerprint != first


def test_streams_say_what_there_is_of_whom(squad):
    streams = squad.streams().set_index(["athlete_id", "table"])
    assert streams.loc[("alder1", "wellness"), "rows"] == 2
    assert streams.loc[("birch1", "sets"), "last_date"] == pd.Timestamp("2026-06-01")
    assert streams.loc[("alder1", "sets"), "first_date"] == pd.Timestamp("2026-06-01")
    assert streams.loc[("alder1", "wellness"), "first_date"] == pd.Timestamp("2026-06-03")


def test_an_athlete_shows_herself_in_a_line_and_as_a_table(squad):
    alder = squad.athlete("Alder")
    assert repr(alder) == "Athlete('alder1', 'Alder', until 2026-06-05, 15 rows)"
    table = alder.overview.table.set_index("table")
    assert table.loc["wellness", ["rows", "first_day", "last_day"]].astype(str).tolist() == [
        "2",
        "2026-06-03",
        "2026-06-05",
    ]
    assert table.loc["reps", "devices"] == "not told"
    assert set(alder.overview.missing) == {"splits", "trials", "cues", "proposals", "labels"}
    assert alder.overview.html() == alder._repr_html_()
    assert "Nothing in: splits" in alder._repr_html_()


def test_a_workspace_shows_itself_in_a_line_and_as_a_table(squad):
    assert repr(squad) == f"Workspace({str(squad.folder)!r})"
    table = squad.overview.table.set_index("table")
    assert table.loc["sets", ["athletes", "rows"]].tolist() == [2, 4]
    assert str(table.loc["wellness", "last_day"]) == "2026-06-05"
    assert squad.overview.missing == ("splits", "trials", "cues")
    assert "2 athletes" in squad._repr_html_()


def test_a_workspace_without_data_and_a_bundle_show_themselves(squad, tmp_path):
    empty = workspace(tmp_path / "empty")
    assert len(empty.overview.table) == 0
    assert "Nothing in: sessions" in empty._repr_html_()
    empty.store.close()
    (tmp_path / "bundle").mkdir()
    squad.pack("alder1", tmp_path / "bundle")
    assert "wellness" in open_workspace(tmp_path / "bundle")._repr_html_()


HOSTILE = "<script>alert(1)</script><b>$x$"


def test_what_a_name_or_a_device_holds_is_text(squad):
    alder = squad.athlete("Alder")
    hostile = dataclasses.replace(
        alder, name=HOSTILE, frames=alder.frames | {"reps": alder.reps.assign(device=HOSTILE)}
    )
    assert "<script" not in hostile._repr_html_()
    assert hostile._repr_html_().count("&lt;script&gt;") == 2
    named = dataclasses.replace(squad, config=squad.config.model_copy(update={"squad": HOSTILE}))
    assert "<script" not in named._repr_html_()


def test_an_unknown_athlete_is_told_who_there_is(squad):
    with pytest.raises(UnknownAthlete, match=r"'Cedar' is no athlete.*alder1 \(Alder\)"):
        squad.athlete("Cedar")


def test_an_athlete_without_a_row_is_an_athlete(squad):
    cedar = squad.athlete(naming.bind_name(squad, "Cedar", None))
    assert cedar.name == "Cedar"
    assert all(getattr(cedar, name).empty for name in FRAMES)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "01.06.2026", ""])
def test_a_day_is_an_iso_date(text):
    with pytest.raises(UsageProblem, match="is not a date"):
        day(text)


def test_a_workspace_is_found_upward_and_by_the_environment(squad, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert find_folder(squad.raw_folder) == squad.folder
    monkeypatch.setenv(ENVIRONMENT, str(squad.folder))
    assert open_workspace().folder == squad.folder


def test_no_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigProblem, match="workbook init"):
        find_folder(tmp_path)


def test_the_workspaces_own_copy_of_a_report_is_preferred(squad):
    shipped = squad.notebook("athlete_week")
    own = squad.folder / "notebooks" / "reports" / "athlete_week.ipynb"
    own.parent.mkdir(parents=True)
    own.write_bytes(shipped.read_bytes())
    assert squad.notebook("athlete_week") == own != shipped


def test_notebooks_people_changed_are_not_written_over(squad):
    folder = copy_notebooks(squad.folder)
    for path in folder.rglob("*.ipynb"):
        path.write_text("mine", encoding="utf-8")
    copy_notebooks(squad.folder)
    assert {path.read_text(encoding="utf-8") for path in folder.rglob("*.ipynb")} <= {"mine"}


@pytest.mark.sqlite("looks for the file")
def test_folders_can_lie_where_the_configuration_says(tmp_path):
    squad = workspace(tmp_path, CONFIG + 'store = "elsewhere"\nreports_folder = "pages"\nraw = "in"\n')
    assert (tmp_path / "elsewhere" / "store.sqlite").is_file()
    assert (squad.reports_folder, squad.raw_folder) == (squad.folder / "pages", squad.folder / "in")


def test_a_set_carries_the_pattern_of_its_exercise_and_the_workspace_may_describe_it_anew(squad):
    assert squad.athlete("Alder").sets["pattern"].tolist() == ["hinge"] * 3
    header = "exercise,name,pattern,variant,equipment,angle_deg,laterality,aliases\n"
    (squad.folder / "exercises.csv").write_text(header + "deadlift,Deadlift,pull,,barbell,,bilateral,\n")
    assert squad.athlete("Alder").sets["pattern"].tolist() == ["pull"] * 3


def test_a_set_of_an_unknown_exercise_has_no_pattern(squad):
    take(squad, Birch__odd_csv=strong(strong_row("2026-06-04").replace("Deadlift (Barbell)", "Curl of the unknown")))
    by_name = squad.athlete("Birch").sets.set_index("exercise_raw")["pattern"]
    assert by_name.isna().to_dict() == {"Curl of the unknown": True, "Deadlift (Barbell)": False}


def test_of_the_proposals_only_accepted_ones_are_seen_and_they_are_no_stream(squad):
    before = squad.athlete("Alder", "2026-06-03").fingerprint
    row = {"athlete_id": "alder1", "local_date": pd.Timestamp("2026-06-01"), "rule_id": "progress"}
    row |= {"subject": "deadlift", "line": "More.", "evidence": "numbers", "answered_at": pd.Timestamp.now(tz="UTC")}
    answers = [row | {"proposal_id": one, "answer": one} for one in ("accepted", "rejected")]
    squad.store.put("proposals", pd.DataFrame(answers))
    alder = squad.athlete("Alder", "2026-06-03")
    assert alder.proposals["proposal_id"].tolist() == ["accepted"]
    assert alder.fingerprint != before
    assert squad.athlete("Alder", "2026-05-31").proposals.empty
    assert "proposals" not in set(squad.streams()["table"])


def test_a_page_of_the_squad_changes_with_its_rules(squad):
    before = squad.everyone("2026-06-03")
    (squad.folder / "rules.toml").write_text('off = ["plateau"]')
    after = squad.everyone("2026-06-03")
    assert len(after.rules) == len(before.rules) - 1
    assert after.fingerprint != before.fingerprint
    assert [one.fingerprint for one in after.athletes] == [one.fingerprint for one in before.athletes]


def test_a_hash_is_of_what_frames_hold_and_not_of_how_they_were_put_together():
    whole = pd.DataFrame(
        {"name": pd.array(["Alder", None, "Elm", "Fir"], dtype="str"), "load_kg": [1.0, float("nan"), 3.0, 4.0]}
    )
    kept = pd.Series([False, True, True, False])
    ways = [
        whole[kept].reset_index(drop=True),
        whole.iloc[1:3].reset_index(drop=True),
        pd.concat([whole.iloc[1:2], whole.iloc[2:3]], ignore_index=True),
        pd.DataFrame({"name": pd.array([None, "Elm"], dtype="str"), "load_kg": [float("nan"), 3.0]}),
        pd.DataFrame({"name": pd.Series([None, "Elm"], dtype="object"), "load_kg": [float("nan"), 3.0]}),
        *(whole[kept].astype({"name": pd.StringDtype(how, na_value=np.nan)}) for how in ("python", "pyarrow")),
    ]
    assert len({hash_of("", {"sets": frame}) for frame in ways}) == 1
    others = [ways[0].rename(columns={"load_kg": "load_lb"}), ways[0].assign(load_kg=3.0), ways[0].iloc[::-1]]
    assert len({hash_of("", {"sets": frame}) for frame in [ways[0], *others]}) == 4
