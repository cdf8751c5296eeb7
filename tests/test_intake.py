"""Taking files in: once, whole, by name or folder; a bad cell or file never stops the others."""

import os
import shutil

import pytest
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, gpx, strong, strong_row, workspace

from analysis.base.errors import UnknownAthlete, UsageProblem
from analysis.workspace import intake, naming

TIMES = ["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]


@pytest.fixture
def squad(tmp_path):
    """A workspace with the athlete Alder, id `alder1`."""
    opened = workspace(tmp_path / "squad")
    roster = drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\n")
    assert [outcome.state for outcome in take(opened, roster)] == ["taken"]
    yield opened
    opened.store.close()


def take(squad, *paths, athlete=None, **options):
    files = intake.files_below(paths or (squad.raw_folder,))
    return list(intake.ingest(squad, files, squad.options(**options), athlete))


def test_the_same_folder_again_changes_nothing(squad):
    drop(squad.folder, "Alder/strong.csv", strong())
    drop(squad.folder, "Alder/run.gpx", gpx(TIMES))
    assert {outcome.state for outcome in take(squad)} == {"taken", "known"}
    before = squad.athlete("Alder").fingerprint, squad.store.revision("alder1"), len(squad.store.frame("files"))
    assert {outcome.state for outcome in take(squad)} == {"known"}
    assert (squad.athlete("Alder").fingerprint, squad.store.revision("alder1"), 3) == before


def test_a_grown_export_adds_only_its_new_rows(squad):
    drop(squad.folder, "Alder/strong.csv", strong())
    take(squad)
    drop(squad.folder, "Alder/strong.csv", strong(strong_row(), strong_row("2026-06-03")))
    (outcome,) = [outcome for outcome in take(squad) if outcome.path.name == "strong.csv"]
    assert (outcome.state, outcome.rows_new, outcome.rows_known) == ("taken", 2, 2)  # a session and its set each
    assert len(squad.athlete("Alder").sets) == 2


def test_two_identical_sets_stay_two(squad):
    drop(squad.folder, "Alder/strong.csv", strong(strong_row(), strong_row()))
    take(squad)
    assert squad.athlete("Alder").sets["load_kg"].tolist() == [100.0, 100.0]


def test_a_bad_cell_is_refused_while_the_others_land(squad):
    drop(squad.folder, "Alder/strong.csv", strong(strong_row(), strong_row(set_order=2, load="heavy")))
    outcome = take(squad)[-1]
    assert (outcome.state, outcome.rows_rejected) == ("taken", 1)
    assert len(squad.athlete("Alder").sets) == 1
    assert "'heavy'" in squad.store.frame("rejects")["reason"].item()


def test_a_log_without_a_unit_asks_for_one(tmp_path):
    squad = workspace(tmp_path, CONFIG.replace('load_unit = "kg"\n', ""))
    log = drop(tmp_path, "Alder/strong.csv", strong())
    naming.bind_name(squad, "Alder", None)
    assert "--unit" in take(squad, log)[0].error
    assert take(squad, log, load_unit="lb")[0].state == "taken"
    assert squad.athlete("Alder").sets["load_kg"].item() == pytest.approx(45.359, abs=1e-3)


def test_rows_of_an_unknown_name_wait_and_are_taken_once_it_is_bound(squad):
    path = drop(squad.folder, "speeds.csv", BAR_SPEED + "Birch,2026-06-01,Deadlift,1,1,60,0.8\n")
    assert take(squad, path)[0].waiting == {"Birch": 3}  # its session, its set, its repetition
    birch = naming.bind_name(squad, "Birch", None)
    assert take(squad, path)[0].state == "taken"
    assert squad.athlete(birch).reps["mean_velocity_m_s"].tolist() == [0.8]
    assert squad.store.frame("waiting").empty


def test_known_names_of_a_file_land_while_others_wait(squad):
    rows = "Alder,2026-06-01,Deadlift,1,1,60,0.8\nBirch,2026-06-01,Deadlift,1,1,60,0.7\n"
    (outcome,) = take(squad, drop(squad.folder, "speeds.csv", BAR_SPEED + rows))
    assert (outcome.state, list(outcome.waiting)) == ("waiting", ["Birch"])
    assert squad.athlete("Alder").reps["mean_velocity_m_s"].tolist() == [0.8]


def test_a_roster_later_in_the_same_folder_ends_the_waiting(squad):
    drop(squad.folder, "a_speeds.csv", BAR_SPEED + "Birch,2026-06-01,Deadlift,1,1,60,0.8\n")
    drop(squad.folder, "b_roster.csv", ROSTER + "Birch,birch1,M,2001,report,,\n")
    assert {outcome.path.name: outcome.state for outcome in take(squad)} == {
        "a_speeds.csv": "taken",
        "athletes.csv": "known",
        "b_roster.csv": "taken",
    }


def test_a_file_that_nobody_owns_says_how_to_give_it_an_owner(squad):
    (outcome,) = take(squad, drop(squad.folder, "strong.csv", strong()))
    assert outcome.state == "failed"
    assert "data/raw/NAME/strong.csv" in outcome.error
    assert "--athlete" in outcome.error


@pytest.mark.parametrize("named", ["alder1", "Alder", "ALDER"])
def test_a_file_without_names_can_be_given_an_owner(squad, named):
    (outcome,) = take(squad, drop(squad.folder, "strong.csv", strong()), athlete=named)
    assert outcome.state == "taken"
    assert squad.store.frame("sessions")["athlete_id"].tolist() == ["alder1"]


def test_an_owner_that_does_not_exist_stops_before_the_first_file(squad):
    with pytest.raises(UnknownAthlete, match="'Birch' is no athlete"):
        take(squad, drop(squad.folder, "strong.csv", strong()), athlete="Birch")


@pytest.mark.parametrize("folder", ["Alder", "alder", "alder1", "Alder/2026", "team a/Alder/June 'best' of"])
def test_the_folder_of_a_known_athlete_owns_its_files(squad, folder):
    drop(squad.folder, f"{folder}/strong.csv", strong())
    assert take(squad)[-1].state == "taken"
    assert squad.store.frame("sessions")["athlete_id"].tolist() == ["alder1"]


def test_a_folder_nobody_knows_waits_under_its_name(squad):
    path = drop(squad.folder, "Bäume & Söhne/strong.csv", strong())
    for named in (path, path.parent, squad.raw_folder):
        assert take(squad, named)[-1].waiting == {"Bäume & Söhne": 2}


def test_a_folder_above_the_workspace_owns_nothing(tmp_path):
    squad = workspace(tmp_path / "alder" / "squad")
    naming.bind_name(squad, "Alder", None)
    (outcome,) = take(squad, drop(squad.folder, "strong.csv", strong()))
    assert "does not say whose it is" in outcome.error


def test_a_roster_without_ids_makes_opaque_ones_and_keeps_them(squad):
    roster = ROSTER + "Birch,,,,,,B. Tree; Betula\nCedar,,,,,,\n"
    take(squad, drop(squad.folder, "more.csv", roster))
    ids = {name: squad.athlete_id(name) for name in ("Birch", "Betula", "b. tree", "Cedar")}
    assert ids["Birch"] == ids["Betula"] == ids["b. tree"] != ids["Cedar"]
    assert not set("aeiou") & set(ids["Birch"] + ids["Cedar"])
    take(squad, drop(squad.folder, "more.csv", roster + "Elm,,,,,,\n"))
    assert squad.athlete_id("Birch") == ids["Birch"]
    assert len(squad.athletes()) == 4


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("empty.csv", "", "empty.csv is empty. Export it again."),
        ("truth.json", "{}", "leave it out if it holds no training"),
        ("odd.csv", "a,b\n1,2\n", "which no column mapping knows"),
        ("run.gpx", gpx(["", ""]), "run.gpx has no date or time, so it belongs to no week. Export it with times."),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_stops_nobody(squad, name, text, said):
    drop(squad.folder, f"Alder/{name}", text)
    drop(squad.folder, "Alder/strong.csv", strong())
    outcomes = {outcome.path.name: outcome for outcome in take(squad)}
    assert outcomes["strong.csv"].state == "taken"
    assert outcomes[name].state == "failed"
    assert said in outcomes[name].error


def test_an_activity_without_a_date_is_left_out_and_the_others_land(squad):
    drop(squad.folder, "Alder/runs.gpx", gpx(TIMES, ["", ""]))
    outcome = take(squad)[-1]
    assert (outcome.state, outcome.rows_rejected) == ("taken", 1)
    assert len(squad.athlete("Alder").runs) == 1
    assert "Activities without a date or time: 1." in squad.store.frame("rejects")["reason"].item()


def test_a_file_that_may_not_be_read_says_so(squad, monkeypatch):
    path = drop(squad.folder, "Alder/strong.csv", strong())

    def denied(_path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(intake, "sha256_of", denied)
    (outcome,) = take(squad, path)
    assert outcome.error == "strong.csv cannot be read: Permission denied. Check its permissions."


def test_litter_and_the_configuration_are_passed_over_in_folders(squad):
    for name in (".DS_Store", "Thumbs.db", "README.md", "workbook.toml", ".hidden/strong.csv", "~$screens.xlsx"):
        drop(squad.folder, name, "x")
    assert [path.name for path in intake.files_below([squad.raw_folder])] == ["athletes.csv"]


def test_what_lies_higher_comes_first_and_each_file_once(squad):
    deep = drop(squad.folder, "Alder/strong.csv", strong())
    assert [path.name for path in intake.files_below([squad.raw_folder, deep])] == ["athletes.csv", "strong.csv"]


def test_a_path_that_does_not_exist_is_wrong_usage(squad):
    with pytest.raises(UsageProblem, match="There is no file or folder"):
        intake.files_below([squad.folder / "nowhere"])


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids some of these characters")
@pytest.mark.parametrize("name", ["with space", "Bäume", "a 'quoted' \"one\"", "100%", "new\\slash"])
def test_a_workspace_may_lie_in_a_folder_of_any_name(tmp_path, name):
    squad = workspace(tmp_path / name)
    naming.bind_name(squad, "Alder", None)
    drop(squad.folder, "Alder/run.gpx", gpx(TIMES))
    assert [outcome.state for outcome in take(squad)] == ["taken"]
    session_id = squad.athlete("Alder").runs["session_id"].item()
    assert len(squad.athlete("Alder").samples(session_id)) == 2


def test_raw_files_are_no_longer_needed_once_they_are_in(squad):
    drop(squad.folder, "Alder/strong.csv", strong())
    take(squad)
    shutil.rmtree(squad.raw_folder)
    assert len(squad.athlete("Alder").sets) == 1
