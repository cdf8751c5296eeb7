"""Days called planned light, ill or away: by hand or by the plan, seen by the frames, taken back, kept and gone."""

import json
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner
from drop_folder import ROSTER, drop, strong, strong_row, workspace

from analysis import open_workspace
from analysis.base.errors import UsageProblem
from analysis.base.tables import LABELS, TABLES
from analysis.cli import main
from analysis.models.change.days import events_of_labels
from analysis.privacy import backup, erasure, takeaway
from analysis.workspace import intake, labels

DONE, FAILED, USAGE, PARTLY, BUSY = range(5)
PLAN = "athlete,date,role,content,label\n"


@pytest.fixture(scope="module")
def grove(tmp_path_factory):
    """The folder of Alder and Birch with one set each."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "squad")
    drop(opened.folder, "a.csv", ROSTER + "Alder,alder1,F,2004,,,Al\nBirch,birch1,M,2001,,,\n")
    drop(opened.folder, "Alder/strong.csv", strong(strong_row(), strong_row("2026-06-20")))
    drop(opened.folder, "Birch/strong.csv", strong(strong_row(load=50)))
    taken_in(opened)
    opened.store.close()
    return opened.folder


@pytest.fixture
def squad(grove, tmp_path):
    """A copy of the grove, to do with as a test likes."""
    opened = open_workspace(shutil.copytree(grove, tmp_path / "squad"))
    yield opened
    opened.store.close()


def taken_in(opened) -> None:
    outcomes = list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    assert {outcome.state for outcome in outcomes} <= {"taken", "known"}, outcomes


def planned(squad, *lines: str) -> pd.DataFrame:
    """Alder's labels once the plan says these lines, of date, role, content and label."""
    drop(squad.folder, "plan.csv", PLAN + "".join(f"Alder,{line}\n" for line in lines))
    taken_in(squad)
    return labels.labels(squad, "Alder")


def spans(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    days = (frame[name].dt.strftime("%m-%d") for name in ("first_date", "last_date"))
    return list(zip(frame["kind"], *days, strict=True))


def run(squad, *words: str, code: int = DONE) -> str:
    """What `workbook label WORDS` prints; it ends with `code`, and never with a traceback."""
    result = CliRunner().invoke(main, ["label", *words, "--workspace", str(squad.folder)])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


# what frames see


def test_a_label_is_seen_in_the_frames_of_its_athlete_alone(squad):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill", " a  cold ")
    (row,) = squad.athlete("Alder").labels.itertuples()
    assert (row.kind, row.first_date, row.last_date) == ("ill", pd.Timestamp("2026-06-08"), pd.Timestamp("2026-06-14"))
    assert (row.note, row.source) == ("a cold", "coach")
    assert squad.athlete("Birch").labels.empty
    assert list(squad.athlete("Birch").labels.columns) == TABLES["labels"].names
    assert TABLES["labels"].failures(squad.athlete("Alder").labels).empty


@pytest.mark.parametrize(
    ("until", "seen"), [("2026-06-07", 0), ("2026-06-08", 1), ("2026-06-10", 1), ("2026-06-20", 1)]
)
def test_a_label_is_seen_from_its_first_day_on_and_whole(squad, until, seen):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "taper")
    found = squad.athlete("Alder", until).labels
    assert spans(found) == [("taper", "06-08", "06-14")] * seen


def test_a_label_of_the_future_moves_no_page_to_another_day(squad):
    last = squad.athlete("Alder").until
    labels.label(squad, "Alder", "2027-01-01", "2027-01-07", "travel")
    assert squad.athlete("Alder").until == last
    assert squad.athlete("Alder").labels.empty


@pytest.mark.soak
def test_writing_and_taking_back_count_a_commit_each_and_leave_the_athlete_as_before(squad):
    before = squad.athlete("Alder").fingerprint, squad.store.revision("alder1")
    birch = squad.athlete("Birch").fingerprint, squad.store.revision("birch1")
    (row,) = labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill").itertuples()
    assert squad.athlete("Alder").fingerprint != before[0]
    labels.take_back(squad, row.label_id)
    assert (squad.athlete("Alder").fingerprint, squad.store.revision("alder1")) == (before[0], before[1] + 2)
    assert (squad.athlete("Birch").fingerprint, squad.store.revision("birch1")) == birch


def test_labels_are_no_data_that_came_in(squad):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill")
    assert "labels" not in set(squad.streams()["table"])


# by hand


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("Alder", "2026-06-08", "2026-06-14", "deloud"), "'deloud' is no kind of label. Did you mean 'deload'?"),
        (("Alder", "2026-06-08", "2026-06-14", "holiday"), "Known are deload, taper, ill, travel, return."),
        (("Alder", "2026-06-14", "2026-06-08", "ill"), "2026-06-14 lies after 2026-06-08. Say the first day"),
        (("Alder", "2026-06-31", "2026-07-02", "ill"), "'2026-06-31' is not a date"),
        (("Alder", "2026-06-08", "soon", "ill"), "'soon' is not a date. Write it as 2026-01-31."),
        (("Alder", "2026-06-08"), "Say either ATHLETE, FROM, TO and KIND"),
        ((), "Say either ATHLETE, FROM, TO and KIND"),
        (("Alder", "--remove", "x"), "Say either"),
        (("--list", "--remove", "x"), "Say either"),
        (("--list", "Alder", "2026-06-08"), "Say either"),
        (("--remove", "x"), "There is no label 'x'. List what there is: workbook label --list"),
    ],
)
def test_what_cannot_be_a_label_is_refused_in_a_sentence(squad, said, why):
    assert why in run(squad, *said, code=USAGE)
    assert squad.store.frame("labels").empty


def test_an_athlete_whom_nobody_knows_is_none(squad):
    assert "'Elm' is no athlete" in run(squad, "Elm", "2026-06-08", "2026-06-14", "ill", code=FAILED)
    assert "'Elm' is no athlete" in run(squad, "--list", "Elm", code=FAILED)


@pytest.mark.soak
@pytest.mark.parametrize("kind", [*LABELS, "ILL", " Deload "])
def test_every_kind_can_be_said_whatever_its_case(squad, kind):
    run(squad, "al", "2026-06-08", "2026-06-08", kind, "--note", "why not")
    assert spans(squad.athlete("Alder").labels) == [(kind.strip().casefold(), "06-08", "06-08")]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("first", "last", "kind", "refused"),
    [
        ("2026-06-14", "2026-06-20", "ill", True),
        ("2026-06-01", "2026-06-08", "ill", True),
        ("2026-06-01", "2026-06-30", "ill", True),
        ("2026-06-15", "2026-06-20", "ill", False),
        ("2026-06-01", "2026-06-07", "ill", False),
        ("2026-06-08", "2026-06-14", "travel", False),
    ],
)
def test_days_are_called_the_same_once(squad, first, last, kind, refused):
    (row,) = labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill").itertuples()
    labels.label(squad, "Birch", first, last, kind)
    if refused:
        already = f"Alder is called ill from 2026-06-08 to 2026-06-14 already.*workbook label --remove {row.label_id}"
        with pytest.raises(UsageProblem, match=already):
            labels.label(squad, "Alder", first, last, kind)
    else:
        labels.label(squad, "Alder", first, last, kind)
    assert len(squad.store.frame("labels", ["alder1"])) == 2 - refused


def test_the_command_writes_lists_and_takes_back(squad):
    said = run(squad, "Alder", "2026-06-08", "2026-06-14", "ill", "--note", "a cold")
    run(squad, "Birch", "2026-06-01", "2026-06-01", "travel")
    identity = said.split()[0]
    assert said == f"{identity}  Alder, ill, 2026-06-08 to 2026-06-14 (7 days); a cold\n1 label written.\n"
    assert run(squad, "--list").endswith("Birch, travel, 2026-06-01 to 2026-06-01 (1 day)\n2 labels.\n")
    (row,) = json.loads(run(squad, "--list", "Alder", "--json"))
    assert {name: row[name] for name in ("label_id", "kind", "first_date", "last_date", "name", "source")} == {
        "label_id": identity,
        "kind": "ill",
        "first_date": "2026-06-08",
        "last_date": "2026-06-14",
        "name": "Alder",
        "source": "coach",
    }
    assert run(squad, "--remove", identity).endswith("1 label taken back.\n")
    assert run(squad, "--list", "Alder") == "0 labels.\n"


# by the plan


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (["01 deload", "02 deload", "03 deload"], ["01-03 deload"]),
        (["01 deload", "03 deload", "05 deload"], ["01-05 deload"]),  # days between that are not planned
        (["01 deload", "03", "05 deload"], ["01-01 deload", "05-05 deload"]),  # a day between that is not light
        (["01 deload", "08 deload"], ["01-08 deload"]),
        (["01 deload", "09 deload"], ["01-01 deload", "09-09 deload"]),
        (["01 taper", "02 travel", "03 taper"], ["01-01 taper", "02-02 travel", "03-03 taper"]),
        (["01 taper", "01", "02 Taper"], ["01-02 taper"]),  # two lines of a day, one of which says it
        (["01 taper", "01 travel"], ["01-01 taper", "01-01 travel"]),
        (["01", "02"], []),
    ],
)
def test_days_that_the_plan_calls_alike_are_one_label(squad, days, found):
    lines = [f"2026-06-{day[:2]},day_1,,{day[3:]}" for day in days]
    said = planned(squad, *lines)
    assert [f"{first[3:]}-{last[3:]} {kind}" for kind, first, last in spans(said)] == found
    assert set(said["source"]) <= {"plan"}
    assert spans(squad.athlete("Alder").labels) == spans(said)
    assert squad.store.frame("labels").empty


def test_a_corrected_plan_moves_its_labels(squad):
    week = ["2026-06-01,day_1,,deload", "2026-06-03,day_3,,deload", "2026-06-08,day_1,,", "2026-06-10,day_3,,"]
    assert spans(planned(squad, *week)) == [("deload", "06-01", "06-03")]
    revision = squad.store.revision("alder1")
    moved = ["2026-06-01,day_1,,", "2026-06-03,day_3,,", "2026-06-08,day_1,,deload", "2026-06-10,day_3,,deload"]
    assert spans(planned(squad, *moved)) == [("deload", "06-08", "06-10")]
    assert squad.store.revision("alder1") == revision + 1


def test_a_word_that_is_no_label_refuses_its_line_of_the_plan(squad):
    assert planned(squad, "2026-06-01,day_1,,holiday", "2026-06-02,rest,,ILL")["kind"].tolist() == ["ill"]
    (reject,) = squad.store.frame("rejects").itertuples()
    assert "label 'holiday' is not one of deload, taper, ill, travel, return" in reject.reason


def test_a_plan_without_the_column_is_read_as_before(squad):
    drop(squad.folder, "plan.csv", "athlete,date,role,content\nAlder,2026-06-01,day_1,hinge\n")
    taken_in(squad)
    assert squad.athlete("Alder").plan["content"].tolist() == ["hinge"]
    assert squad.athlete("Alder").labels.empty


def test_what_the_plan_says_is_corrected_in_the_plan(squad):
    (row,) = planned(squad, "2026-06-01,day_1,,deload").itertuples()
    assert "The plan calls these days deload. Correct the column label" in run(
        squad, "--remove", row.label_id, code=USAGE
    )
    with pytest.raises(UsageProblem, match=r"called deload from 2026-06-01 .* already. Correct the column label"):
        labels.label(squad, "Alder", "2026-06-01", "2026-06-03", "deload")
    assert "deload, 2026-06-01 to 2026-06-01 (1 day), by the plan" in run(squad, "--list")


def test_a_label_of_the_plan_goes_with_its_week_ahead_only_when_it_began(squad):
    planned(squad, "2026-06-21,day_1,,travel", "2026-06-22,day_3,,travel")
    alder = squad.athlete("Alder", "2026-06-20")
    assert alder.plan["label"].tolist() == ["travel", "travel"]
    assert alder.labels.empty
    assert spans(squad.athlete("Alder", "2026-06-21").labels) == [("travel", "06-21", "06-22")]


# kept, handed out and gone


def test_a_bundle_carries_the_labels_of_its_athlete(squad, tmp_path):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill", "a cold")
    labels.label(squad, "Birch", "2026-06-01", "2026-06-02", "travel")
    planned(squad, "2026-06-18,day_1,,taper")
    (tmp_path / "bundle").mkdir()
    here = squad.pack("alder1", tmp_path / "bundle")
    there = open_workspace(tmp_path / "bundle").athlete("alder1")
    pd.testing.assert_frame_equal(here.labels, there.labels)
    assert spans(there.labels) == [("ill", "06-08", "06-14"), ("taper", "06-18", "06-18")]
    assert here.fingerprint == there.fingerprint


def test_what_an_athlete_takes_away_has_the_labels(squad, tmp_path):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill", "=a cold")
    labels.label(squad, "Birch", "2026-06-01", "2026-06-02", "travel")
    taken = takeaway.export(squad, "Alder", tmp_path / "hers")
    assert taken.rows["labels"] == 1
    assert pd.read_csv(taken.folder / "tables" / "labels.csv")["note"].tolist() == ["'=a cold"]


def test_an_erased_athlete_leaves_no_label_and_no_name_in_those_of_others(squad):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill")
    labels.label(squad, "Birch", "2026-06-01", "2026-06-02", "ill", "caught from Alder")
    erased = erasure.erase(squad, "Alder", raw=True)
    assert erased.rows["labels"] == 2
    assert squad.store.frame("labels")[["athlete_id", "note"]].values.tolist() == [["birch1", "caught from erased"]]
    assert not erased.left


def test_a_backup_keeps_the_labels(squad, tmp_path):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill")
    backup.back_up(squad, tmp_path / "kept.zip")
    backup.restore(tmp_path / "kept.zip", tmp_path / "again")
    assert spans(open_workspace(tmp_path / "again").athlete("Alder").labels) == [("ill", "06-08", "06-14")]


def test_the_audit_log_says_that_days_were_called_something_and_not_what(squad):
    run(squad, "Alder", "2026-06-08", "2026-06-14", "ill", "--note", "a cold")
    (line,) = (squad.folder / squad.config.store / "audit.jsonl").read_text().splitlines()
    said = json.loads(line)
    assert (said["what"], said["options"], len(said["athletes"])) == ("label", ["--note", "--workspace"], 1)
    assert "cold" not in line


# what models make of them


def test_labels_are_events_of_their_kind_with_both_ends(squad):
    labels.label(squad, "Alder", "2026-06-08", "2026-06-14", "ill")
    labels.label(squad, "Alder", "2026-06-01", "2026-06-01", "return")
    events = events_of_labels(squad.athlete("Alder").labels)
    assert [(event.kind, f"{event.first:%m-%d}", f"{event.last:%m-%d}") for event in events] == [
        ("return", "06-01", "06-01"),
        ("ill", "06-08", "06-14"),
    ]
    assert events_of_labels(TABLES["labels"].empty()) == ()
