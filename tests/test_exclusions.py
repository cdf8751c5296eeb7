"""Leaving a row out with a reason: gone from what reports see, said on the page, never deleted, easily taken back."""

import json
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner
from drop_folder import BAR_SPEED, CONFIG, ROSTER, WELLNESS, drop, gpx, strong, strong_row, workspace
from hypothesis import given
from hypothesis import strategies as st

from analysis import open_workspace
from analysis.base.errors import UsageProblem
from analysis.base.tables import TABLES
from analysis.cli import main
from analysis.privacy import exclusions
from analysis.privacy.exclusions import Wanted
from analysis.workspace import intake
from analysis.workspace.left_out import EXCLUDABLE, row_keys, without

DONE, FAILED, USAGE, PARTLY, BUSY = range(5)
SPRINT = """
[[checks]]
test_id = "sprint_20m"
name = "20 m sprint"
unit = "s"
distance_m = 20
swc = 0.03
"""
SPLITS = "athlete,date,test,trial,split,kind,start_m,distance_m,time_s\n" + "".join(
    f"Alder,{day},sprint_20m,{trial},{split},gate,{start},10,{time_s}\n"
    for day in ("2026-06-04", "2026-07-04")
    for trial in (1, 2)
    for split, start, time_s in ((1, 0, 1.9), (2, 10, 1.2 + trial / 10))
)
SCREENS = "athlete,date,test,trial,side,metric,value,unit\n" + "".join(
    f"Alder,2026-06-03,hop,1,{side},distance,{value},cm\n" for side, value in (("L", 150), ("R", 151))
)
SPEEDS = BAR_SPEED + "".join(f"Alder,2026-06-01,Deadlift,1,{rep},100,0.6{rep}\n" for rep in (1, 2, 3))
TRIAL = Wanted("Alder", "2026-07-04", "sprint_20m", 2)


@pytest.fixture(scope="module")
def grove(tmp_path_factory):
    """The folder of Alder, with one of everything that can be left out, and of Birch, with one set."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "squad", CONFIG + SPRINT)
    files = {
        "a.csv": ROSTER + "Alder,alder1,F,2004,,,\nBirch,birch1,M,2001,,,\n",
        "Alder/strong.csv": strong(strong_row(), strong_row("2026-06-03", load=110)),
        "Birch/strong.csv": strong(strong_row(load=50)),
        "Alder/run.gpx": gpx(["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]),
        "speeds.csv": SPEEDS,
        "splits.csv": SPLITS,
        "screens.csv": SCREENS,
        "felt.csv": WELLNESS + "Alder,2026-06-03,sleep,7,0,10,higher_better\n",
    }
    for name, text in files.items():
        drop(opened.folder, name, text)
    outcomes = list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    assert {outcome.state for outcome in outcomes} == {"taken"}, outcomes
    opened.store.close()
    return opened.folder


@pytest.fixture
def squad(grove, tmp_path):
    """A copy of the grove, to do with as a test likes."""
    opened = open_workspace(shutil.copytree(grove, tmp_path / "squad"))
    yield opened
    opened.store.close()


def run(squad, *arguments, code: int = DONE) -> str:
    """What `workbook exclude ARGUMENTS` prints; it ends with `code`, and never with a traceback."""
    words = ["exclude", *map(str, arguments), "--workspace", str(squad.folder)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def leave_out(squad, wanted: Wanted, reason: str = "gate fell over") -> pd.DataFrame:
    return exclusions.exclude(squad, exclusions.rows_of(squad, wanted), reason)


def trials_of(athlete) -> list[tuple[str, int]]:
    splits = athlete.splits
    return sorted(set(zip(splits["local_date"].dt.strftime("%m-%d"), splits["trial_no"], strict=True)))


def test_a_trial_left_out_is_not_seen_and_its_reason_is(squad):
    leave_out(squad, TRIAL)
    alder = squad.athlete("Alder")
    assert trials_of(alder) == [("06-04", 1), ("06-04", 2), ("07-04", 1)]
    (row,) = alder.exclusions.itertuples()
    assert (row.table_name, row.local_date, row.what, row.part, row.reason) == (
        ("splits", pd.Timestamp("2026-07-04"), "20 m sprint", "trial 2", "gate fell over")
    )
    assert row.value == "3.30 s"


def test_a_row_left_out_stays_in_the_store_and_comes_back_whole(squad):
    before, stored = squad.athlete("Alder"), squad.store.frame("splits")
    leave_out(squad, TRIAL)
    pd.testing.assert_frame_equal(squad.store.frame("splits"), stored)
    taken_back = exclusions.take_back(squad, exclusions.rows_of(squad, TRIAL))
    after = squad.athlete("Alder")
    assert len(taken_back) == 1
    assert after.exclusions.empty
    assert after.fingerprint == before.fingerprint
    pd.testing.assert_frame_equal(after.splits, before.splits)


@pytest.mark.soak
def test_the_fingerprint_and_the_revision_follow_what_is_left_out_and_why(squad):
    seen = [(squad.athlete("Alder").fingerprint, squad.store.revision("alder1"))]
    birch = squad.athlete("Birch").fingerprint
    for reason in ("gate fell over", "slipped"):
        leave_out(squad, TRIAL, reason)
        seen.append((squad.athlete("Alder").fingerprint, squad.store.revision("alder1")))
    assert len({fingerprint for fingerprint, _ in seen}) == 3
    assert [revision for _, revision in seen] == [seen[0][1] + more for more in (0, 1, 2)]
    assert squad.athlete("Birch").fingerprint == birch


def test_a_page_of_an_earlier_day_knows_nothing_of_a_later_row(squad):
    before = squad.athlete("Alder", "2026-07-03").fingerprint
    leave_out(squad, TRIAL)
    assert squad.athlete("Alder", "2026-07-03").exclusions.empty
    assert squad.athlete("Alder", "2026-07-03").fingerprint == before
    assert len(squad.athlete("Alder", "2026-07-04").exclusions) == 1


@pytest.mark.soak
@pytest.mark.parametrize(
    ("wanted", "gone", "what", "part"),
    [
        (Wanted("Alder", "2026-06-03", "deadlift"), {"sets": 1}, "Deadlift (Barbell)", "set 1"),
        (Wanted("Alder", "2026-06-01", "deadlift", rep=2), {"reps": 1}, "Deadlift", "set 1, rep 2"),
        (Wanted("Alder", "2026-06-02", "run"), {"runs": 1}, "running", ""),
        (Wanted("Alder", "2026-06-04", "20 m sprint", 1), {"splits": 2}, "20 m sprint", "trial 1"),
        (Wanted("Alder", "2026-06-03", "hop", side="R"), {"trials": 1}, "Hop", "trial 1, right"),
        (Wanted("Alder", "2026-06-03", "sleep"), {"wellness": 1}, "Sleep", ""),
    ],
    ids=lambda value: value.what if isinstance(value, Wanted) else None,
)
def test_one_of_everything_can_be_left_out_alone(squad, wanted, gone, what, part):
    before = squad.athlete("Alder")
    leave_out(squad, wanted)
    after = squad.athlete("Alder")
    lost = {name: len(before.frames[name]) - len(after.frames[name]) for name in before.frames}
    assert {name: count for name, count in lost.items() if count} == gone
    assert after.exclusions[["what", "part"]].to_numpy().tolist() == [[what, part]]
    assert len(squad.squad()["sets"]) == len(before.sets) + 1 - gone.get("sets", 0)


def test_a_set_goes_with_its_repetitions_and_its_copy_does_not_take_its_place(squad):
    leave_out(squad, Wanted("Alder", "2026-06-01", "deadlift"), "strap slipped")
    alder = squad.athlete("Alder")
    assert alder.reps.empty
    assert alder.sets["local_date"].tolist() == [pd.Timestamp("2026-06-03")]
    assert len(alder.exclusions) == 2  # the log's set and the bar-speed file's


def test_without_a_trial_all_of_that_day_are_meant(squad):
    assert len(exclusions.rows_of(squad, Wanted("Alder", "2026-07-04", "sprint_20m"))) == 2
    assert set(exclusions.rows_of(squad, Wanted("Alder", "2026-06-03"))["subject"]) == {"deadlift", "hop", "sleep"}


def test_any_split_of_a_trial_stands_for_the_trial(squad):
    keys = row_keys("splits", squad.store.frame("splits")).tolist()
    rows = [exclusions.row_of(squad, "splits", key)["row_key"].item() for key in keys]
    assert len(set(keys)) == 8
    assert len(set(rows)) == 4


@given(
    left_out=st.sets(st.tuples(st.sampled_from("ab"), st.integers(1, 3))),
    there=st.sets(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), min_size=1),
)
def test_what_is_left_is_what_was_there_without_what_was_named(left_out, there):
    sets = pd.DataFrame(sorted(there), columns=["session_id", "set_no"])
    reps = sets.assign(rep_no=1)
    named = pd.DataFrame(
        {"table_name": ["sets"] * len(left_out), "row_key": [f"{session}|{no}" for session, no in left_out]},
        dtype="str",
    )
    kept = without({"sets": sets, "reps": reps}, named)
    for name in ("sets", "reps"):
        assert set(kept[name][["session_id", "set_no"]].itertuples(index=False, name=None)) == there - left_out


def test_every_key_is_the_one_that_revisions_use():
    for name in EXCLUDABLE:
        empty = TABLES[name].empty().assign(local_date=pd.Series(dtype="datetime64[us]"))
        assert row_keys(name, empty).empty
    answer = pd.DataFrame({"athlete_id": ["a"], "local_date": pd.to_datetime(["2026-06-03"]), "item": ["sleep"]})
    assert row_keys("wellness", answer.assign(source="form")).tolist() == ["a|2026-06-03|sleep|form"]


# --- the command -----------------------------------------------------------------------------------------------


def test_rows_are_listed_first_then_left_out_then_taken_back(squad):
    which = ("--athlete", "Alder", "--date", "2026-07-04", "--what", "sprint_20m")
    listed = run(squad, *which, "--list")
    assert "20 m sprint, 2026-07-04, trial 1, 3.20 s\n" in listed
    assert "2 rows.\n" in listed
    assert squad.athlete("Alder").exclusions.empty
    assert "1 row left out." in run(squad, *which, "--trial", 2, "--reason", " gate  fell over. ")
    assert "trial 2, 3.30 s; left out: gate fell over\n" in run(squad, *which, "--list")
    assert "trial 2, 3.30 s; left out: gate fell over\n1 row.\n" in run(squad, "--list")
    assert "1 row taken in again." in run(squad, *which, "--undo")
    assert run(squad, "--list") == "0 rows.\n"


def test_a_row_is_left_out_by_the_key_that_the_list_prints(squad):
    listed = json.loads(run(squad, "--athlete", "Alder", "--date", "2026-06-03", "--list", "--json"))
    assert len(listed) == 4
    for row in listed:
        (said,) = json.loads(run(squad, row["table_name"], row["row_key"], "--reason", "a slip", "--json"))
        assert said == row | {"reason": "a slip"}
    alder = squad.athlete("Alder")
    assert len(alder.exclusions) == 4
    assert alder.trials.empty
    assert "1 row taken in again." in run(squad, "wellness", listed[-1]["row_key"], "--undo")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sets", "moon|1", "--reason", "x"), "There is no row 'moon|1' in the table sets"),
        (("sessions", "moon", "--reason", "x"), "Nothing can be left out of a table 'sessions'"),
        (("sets", "moon|1"), "either --reason or --undo"),
        (("--reason", "x"), "Say which rows"),
        (("sets", "--reason", "x"), "Say which rows"),
        (("--athlete", "Alder", "--date", "2026-07-04", "--what", "jump", "--reason", "x"), "that day has sprint_20m"),
        (("--athlete", "Alder", "--date", "2026-07-05", "--list"), "that day has nothing"),
        (("--athlete", "Alder", "--date", "2026-07-04", "--reason", "x"), "--athlete, --date and --what"),
        (("sets", "moon|1", "--athlete", "Alder", "--reason", "x"), "either TABLE and KEY"),
        (("--athlete", "Alder", "--date", "4 July", "--list"), "is not a date"),
        (
            ("--athlete", "Alder", "--date", "2026-07-04", "--what", "sprint_20m", "--reason", " . "),
            "The reason is empty",
        ),
        (("--athlete", "Alder", "--date", "2026-07-04", "--what", "sprint_20m", "--undo"), "nothing to undo"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_work_is_said_and_changes_nothing(squad, arguments, said):
    assert said in run(squad, *arguments, code=USAGE)
    assert squad.store.frame("exclusions").empty


def test_an_unknown_athlete_is_told_who_there_is(squad):
    said = run(squad, "--athlete", "Cedar", "--date", "2026-07-04", "--list", code=FAILED)
    assert "'Cedar' is no athlete" in said


def test_a_reason_has_words(squad):
    with pytest.raises(UsageProblem, match="The reason is empty"):
        leave_out(squad, TRIAL, "  ")


# --- the page --------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_the_page_says_what_was_left_out_and_why_and_no_earlier_page_does(squad, tmp_path):
    leave_out(squad, Wanted("Alder", "2026-07-04", "sprint_20m", 1), "gate fell over <b>twice</b>")
    told = {}
    for until in ("2026-07-03", "2026-07-04"):
        page = tmp_path / f"{until}.html"
        words = ("report", "athlete_week", "--athlete", "Alder", "--as-of", until, "--output", page)
        result = CliRunner().invoke(main, [*map(str, words), "--workspace", str(squad.folder)])
        assert result.exit_code == DONE, result.output
        facts = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["sections"]
        told[until] = {section["key"]: [fact["sentence"] for fact in section["facts"]] for section in facts}
    assert told["2026-07-03"]["left_out"] == []
    assert told["2026-07-04"]["left_out"] == ["Left out: 20 m sprint, 4 Jul, trial 1: gate fell over <b>twice</b>."]
    assert "gate fell over &lt;b&gt;twice&lt;/b&gt;" in page.read_text(encoding="utf-8")
    assert "What was left out?" not in (tmp_path / "2026-07-03.html").read_text(encoding="utf-8")
