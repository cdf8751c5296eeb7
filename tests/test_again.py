"""What a reading rested on is kept; when it changes the file is read again, and its rows replace the old ones."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner
from drop_folder import BAR_SPEED, ROSTER, WELLNESS, drop, gpx, strong, strong_row, workspace

from analysis.base.tables import TABLES
from analysis.cli import main
from analysis.ingest import registry
from analysis.ingest.dialect import Said
from analysis.privacy import erasure, exclusions
from analysis.store import as_json
from analysis.workspace import Workspace, intake, naming, open_workspace
from analysis.workspace.resting import UNKNOWN
from analysis.workspace.status import status

TIMES = ["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]
EXERCISES = "exercise,name,pattern,variant,equipment,angle_deg,laterality,aliases\n"
SLED = "sled_pull,Sled pull,hinge,,machine,,bilateral,sled pull (rope)\n"
MAPPING = """\
name = "encoder"
target = "reps"
source = "encoder"
[columns]
athlete = "Name"
date = "Day"
exercise = "Lift"
load_kg = "Load"
mean_velocity_m_s = "Mean"
[units]
load_kg = "lb"
mean_velocity_m_s = "m/s"
"""
ENCODER = "Name,Day,Lift,Load,Mean\nAlder,2026-05-04,Deadlift,60,0.6\nAlder,2026-05-04,Deadlift,80,0.8\n"
STORED = ("sessions", "sets", "reps", "runs", "splits", "wellness", "trials", "links", "rejects", "source_rows")


@pytest.fixture
def squad(tmp_path):
    """Alder and Birch, ids `alder1` and `birch1`."""
    opened = workspace(tmp_path / "squad")
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\nBirch,birch1,M,2003,report,,\n")
    assert states(opened) == ["taken"]
    yield opened
    opened.store.close()


def take(squad: Workspace, *paths, again=False, athlete=None, **options):
    """Ingest, by the configuration as it stands on the disk."""
    squad = open_workspace(squad.folder)
    files = intake.files_below(paths or (squad.raw_folder,))
    told = squad.options(options.get("load_unit"), options.get("mapping"))
    told = replace(told, said=options["said"]) if "said" in options else told
    found = list(intake.ingest(squad, files, told, athlete, again=again, everywhere=not paths))
    squad.store.close()
    return found


def states(squad: Workspace, *paths, **options) -> list[str]:
    return [outcome.state for outcome in take(squad, *paths, **options)]


def contents(squad: Workspace) -> dict[str, list[tuple]]:
    """All that is stored of athletes and files, but for when it was taken in."""
    frames = squad.store.frames(STORED)
    return {name: sorted(map(tuple, frame.astype(str).to_numpy().tolist())) for name, frame in frames.items()}


def read_at_once(squad: Workspace, folder) -> dict[str, list[tuple]]:
    """What a store holds that takes in the same files for the first time."""
    fresh = folder / "fresh"
    shutil.copytree(squad.folder, fresh, ignore=shutil.ignore_patterns("store"))
    opened = open_workspace(fresh)
    list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    found = contents(opened)
    opened.store.close()
    return found


def mapped(squad: Workspace, text: str = MAPPING, name: str = "encoder") -> None:
    path = squad.folder / "mappings" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def configured(squad: Workspace, old: str, new: str) -> None:
    path = squad.folder / "workbook.toml"
    path.write_text(path.read_text().replace(old, new), encoding="utf-8")


def corrected_exercises(squad):
    row = strong_row().replace("Deadlift (Barbell)", "Sled pull (rope)")
    drop(squad.folder, "Alder/strong.csv", strong(row, strong_row(set_order=2)))
    yield
    (squad.folder / "exercises.csv").write_text(EXERCISES + SLED)
    yield


def corrected_unit_of_the_configuration(squad):
    drop(squad.folder, "Alder/strong.csv", strong(strong_row(), strong_row(set_order=2, load=120)))
    yield
    configured(squad, 'load_unit = "kg"', 'load_unit = "lb"')
    yield


def corrected_zone(squad):
    drop(squad.folder, "Alder/strong.csv", strong())
    drop(squad.folder, "Birch/run.gpx", gpx(TIMES))
    yield
    configured(squad, "Europe/Berlin", "America/New_York")
    yield


def corrected_unit_of_a_mapping(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    yield
    mapped(squad, MAPPING.replace('"lb"', '"kg"'))
    yield


def corrected_column_of_a_mapping(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER.replace("Mean", "Mean,Peak").replace("0.6", "0.6,0.9"))
    yield
    mapped(
        squad, MAPPING.replace('mean_velocity_m_s = "Mean"', 'peak_velocity_m_s = "Mean"').replace("mean_v", "peak_v")
    )
    yield


def corrected_source_of_a_mapping(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    yield
    mapped(squad, MAPPING.replace('source = "encoder"', 'source = "gym"'))
    yield


def corrected_day_order_of_a_mapping(squad):
    mapped(squad, "day_first = true\n" + MAPPING)
    drop(squad.folder, "encoder.csv", ENCODER.replace("2026-05-04", "05/04/2026"))
    yield
    mapped(squad, "day_first = false\n" + MAPPING)
    yield


def a_mapping_that_goes_before_the_one_of_a_template(squad):
    drop(squad.folder, "speeds.csv", BAR_SPEED + "Alder,2026-06-01,Deadlift,1,1,60,0.8\n")
    yield
    columns = {"Name": "athlete", "Day": "date", "Lift": "exercise", "Load": "load_kg", "Mean": "mean_velocity_m_s"}
    text = MAPPING
    for theirs, ours in columns.items():
        text = text.replace(f'"{theirs}"', f'"{ours}"')
    mapped(squad, text)
    yield


CORRECTIONS = [
    corrected_exercises,
    corrected_unit_of_the_configuration,
    corrected_zone,
    corrected_unit_of_a_mapping,
    corrected_column_of_a_mapping,
    corrected_source_of_a_mapping,
    corrected_day_order_of_a_mapping,
    a_mapping_that_goes_before_the_one_of_a_template,
]


@pytest.mark.soak
@pytest.mark.parametrize("correction", CORRECTIONS)
def test_what_is_corrected_is_as_if_it_had_been_right_from_the_first(squad, tmp_path, correction):
    steps = correction(squad)
    next(steps)
    assert "failed" not in states(squad)
    before = contents(squad)
    assert status(open_workspace(squad.folder))["again"] == []
    next(steps)
    assert status(open_workspace(squad.folder))["again"] != []
    assert contents(squad) == before  # to look changes nothing
    outcomes = [outcome for outcome in take(squad) if outcome.state == "again"]
    assert outcomes
    assert all(outcome.why for outcome in outcomes)
    after = contents(squad)
    assert after != before
    assert after == read_at_once(squad, tmp_path)
    assert squad.store.frame("revisions").empty
    assert set(states(squad)) == {"known"}
    assert status(open_workspace(squad.folder))["again"] == []


def test_what_a_file_did_not_rest_on_leaves_it_alone(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    drop(squad.folder, "Alder/run.gpx", gpx(TIMES))
    drop(squad.folder, "sleep.csv", WELLNESS + "Alder,2026-06-01,sleep,7,0,10,higher_better\n")
    take(squad)
    (squad.folder / "exercises.csv").write_text(EXERCISES + SLED)
    mapped(squad, MAPPING.replace('"Lift"', '"Exercise"').replace('"encoder"', '"bar"'), "bar")
    again = [outcome.path.name for outcome in take(squad) if outcome.state == "again"]
    assert again == ["encoder.csv"]  # the lifts in it have names
    configured(squad, 'load_unit = "kg"', 'load_unit = "lb"')
    assert set(states(squad)) == {"known"}


def test_a_new_version_of_a_reader_reads_its_files_again_and_no_others(squad, monkeypatch):
    drop(squad.folder, "Alder/run.gpx", gpx(TIMES))
    drop(squad.folder, "Alder/strong.csv", strong())
    take(squad)
    newer = tuple(replace(one, version=one.version + 1) if one.name == "gpx" else one for one in registry.readers())
    monkeypatch.setattr(registry, "readers", lambda *_: newer)
    registry.versions.cache_clear()
    again = [(outcome.path.name, outcome.why) for outcome in take(squad) if outcome.state == "again"]
    registry.versions.cache_clear()
    version = next(one.version for one in newer if one.name == "gpx")
    assert again == [("run.gpx", (f"its reader gpx has a new version, {version}",))]
    assert squad.store.frame("files").set_index("name")["reader_version"].to_dict()["run.gpx"] == version


def test_samples_are_of_the_last_reading_and_lie_there_once(squad):
    path = drop(squad.folder, "Alder/run.gpx", gpx(TIMES))
    take(squad)
    session_id = squad.athlete("Alder").runs["session_id"].item()
    before = squad.store.sample_paths()
    assert states(squad, path, again=True) == ["again"]
    assert len(squad.athlete("Alder").samples(session_id)) == 2
    assert len(squad.store.sample_paths()) == 1
    assert squad.store.sample_paths() != before
    assert squad.store.problems() == []


def test_a_refused_cell_that_a_correction_mends_is_no_longer_counted(squad):
    mapped(squad, MAPPING + '[values.exercise]\nRDL = "romanian_deadlift"\n')
    mapped(squad, MAPPING.replace('"Mean"', '"Mean"\nside = "Leg"'))
    drop(squad.folder, "encoder.csv", "Name,Day,Lift,Load,Mean,Leg\nAlder,2026-05-04,Deadlift,60,0.6,links\n")
    take(squad)
    assert len(squad.store.frame("rejects")) == 1
    assert squad.athlete("Alder").sets.empty
    mapped(squad, MAPPING.replace('"Mean"', '"Mean"\nside = "Leg"') + '[values.side]\nlinks = "L"\n')
    (outcome,) = [outcome for outcome in take(squad) if outcome.state == "again"]
    assert (outcome.rows_rejected, outcome.rows_new) == (0, 3)
    assert squad.store.frame("rejects").empty
    assert squad.athlete("Alder").sets["side"].tolist() == ["L"]


def test_the_only_row_of_a_form_corrected_in_the_file_is_no_longer_counted(squad):
    row = "Alder,2026-06-01,sleep,{},0,10,higher_better\n"
    for day, refused in (("2026-06-01", 1), ("2026-06-01", 0), ("2026-06-08", 0)):
        value = "7h?" if refused else "7"
        drop(squad.folder, "sleep.csv", WELLNESS + row.format(value).replace("2026-06-01", day))
        take(squad)
        assert len(squad.store.frame("rejects")) == refused


def test_another_day_in_a_file_of_the_same_name_corrects_nothing(squad):
    for day, value in (("2026-06-01", "7h?"), ("2026-06-08", "3")):
        drop(squad.folder, "sleep.csv", WELLNESS + f"Alder,{day},sleep,{value},,,\n")
        take(squad)
    assert len(squad.store.frame("rejects")) == 1


def test_the_same_programme_of_another_athlete_corrects_nothing(squad):
    drop(squad.folder, "Alder/strong.csv", strong(strong_row(load="heavy"), strong_row(set_order=2)))
    take(squad)
    drop(squad.folder, "Birch/strong.csv", strong(strong_row(load=80), strong_row(set_order=2)))
    take(squad)
    assert len(squad.store.frame("rejects")) == 1
    drop(
        squad.folder, "Alder/strong.csv", strong(strong_row(load=80), strong_row(set_order=2), strong_row(set_order=3))
    )
    take(squad)
    assert squad.store.frame("rejects").empty


def test_a_file_that_is_read_again_is_no_news_and_brings_nothing_that_is_not_kept(squad):
    path = drop(squad.folder, "Alder/run.gpx", gpx([at.replace("2026", "2020") for at in TIMES]))
    drop(squad.folder, "Alder/strong.csv", strong(strong_row(load="heavy"), strong_row(set_order=2)))
    take(squad)
    files = squad.store.frame("files")
    squad.store.put("files", files.assign(imported_at=files["imported_at"] - pd.Timedelta(days=400)))
    before = squad.store.frame("files")["imported_at"].tolist()
    configured(squad, "load_unit", "retention = { samples_days = 1, rejects_days = 30 }\nload_unit")
    assert set(states(squad, again=True)) == {"again"}
    assert squad.store.frame("files")["imported_at"].tolist() == before
    assert squad.store.sample_paths() == set()
    assert squad.store.frame("rejects").empty
    assert path.exists()


def test_names_that_mean_another_athlete_now_move_the_rows(squad):
    drop(squad.folder, "speeds.csv", BAR_SPEED + "A. Tree,2026-06-01,Deadlift,1,1,60,0.8\n")
    naming.bind_name(squad, "A. Tree", "Alder")
    take(squad)
    naming.bind_name(squad, "A. Tree", "Birch")
    (one,) = status(open_workspace(squad.folder))["again"]
    assert one["why"] == ["'A. Tree' means another athlete now"]
    revisions = squad.store.revisions()
    assert sorted(states(squad)) == ["again", "known"]
    assert squad.athlete("Alder").sets.empty
    assert squad.athlete("Birch").reps["mean_velocity_m_s"].tolist() == [0.8]
    assert all(squad.store.revision(who) > revisions[who] for who in ("alder1",))


def test_a_file_moved_to_another_athletes_folder_is_theirs(squad):
    path = drop(squad.folder, "Alder/strong.csv", strong())
    take(squad)
    (squad.raw_folder / "Birch").mkdir()
    path.rename(squad.raw_folder / "Birch" / "strong.csv")
    assert "again" in states(squad)
    assert (len(squad.athlete("Alder").sets), len(squad.athlete("Birch").sets)) == (0, 1)
    assert set(states(squad)) == {"known"}


def test_what_was_left_out_by_hand_stays_left_out(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    take(squad)
    rows = exclusions.rows_of(squad, exclusions.Wanted("Alder", "2026-05-04", "deadlift", number=2))
    exclusions.exclude(squad, rows, "bar slipped")
    for changed in (MAPPING.replace('"lb"', '"kg"'), MAPPING.replace('source = "encoder"', 'source = "gym"')):
        mapped(squad, changed)
        assert "again" in states(squad)
        left_out = squad.athlete("Alder").exclusions
        assert left_out["reason"].tolist() == ["bar slipped"]
        assert len(squad.athlete("Alder").sets) == 1


def test_a_set_that_was_refused_takes_its_place_and_moves_the_row_left_out(squad):
    mapped(squad, MAPPING.replace('"Mean"', '"Mean"\nside = "Leg"'))
    rows = ("60,0.6,links", "70,0.7,R", "80,0.8,R")
    text = "Name,Day,Lift,Load,Mean,Leg\n" + "".join(f"Alder,2026-05-04,Deadlift,{row}\n" for row in rows)
    drop(squad.folder, "encoder.csv", text)
    take(squad)
    rows = exclusions.rows_of(squad, exclusions.Wanted("Alder", "2026-05-04", "deadlift", number=1))
    exclusions.exclude(squad, rows, "bar slipped")
    mapped(squad, MAPPING.replace('"Mean"', '"Mean"\nside = "Leg"') + '[values.side]\nlinks = "L"\n')
    take(squad)
    assert squad.athlete("Alder").reps["mean_velocity_m_s"].tolist() == [0.6, 0.8]
    assert squad.store.frame("sets")["set_no"].tolist() == [1, 2, 3]


def test_links_labels_and_names_survive(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER.replace(",60,", ",132.28,"))
    drop(squad.folder, "Alder/strong.csv", strong(strong_row("2026-05-04", load=60)))
    take(squad)
    linked = squad.store.frame("links")
    assert len(linked) == 1
    assert set(states(squad, again=True)) == {"again"}
    pd.testing.assert_frame_equal(squad.store.frame("links"), linked)
    mapped(squad, MAPPING.replace('"lb"', '"kg"'))
    take(squad)
    assert squad.store.frame("links").empty


def test_a_grown_export_whose_older_version_is_gone_is_corrected_whole(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    take(squad)
    drop(squad.folder, "encoder.csv", ENCODER + "Alder,2026-05-04,Deadlift,90,0.5\n")
    take(squad)
    mapped(squad, MAPPING.replace('"lb"', '"kg"'))
    take(squad)
    assert squad.athlete("Alder").sets["load_kg"].tolist() == [60, 80, 90]
    assert squad.store.frame("revisions").empty
    assert status(open_workspace(squad.folder))["again"] == []
    assert set(states(squad)) == {"known"}


def test_a_grown_export_that_comes_with_the_correction_is_not_a_second_part_of_the_day(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    take(squad)
    mapped(squad, MAPPING.replace('"lb"', '"kg"'))
    drop(squad.folder, "encoder.csv", ENCODER + "Alder,2026-05-04,Deadlift,90,0.5\n")
    take(squad)
    assert squad.athlete("Alder").sets["load_kg"].tolist() == [60, 80, 90]


def test_versions_of_an_export_are_read_again_in_their_order_and_the_last_word_stands(squad):
    drop(squad.folder, "Alder/may.csv", strong(strong_row(), strong_row("2026-06-03")))
    take(squad)
    drop(
        squad.folder, "Alder/june.csv", strong(strong_row(load=110), strong_row("2026-06-03"), strong_row("2026-06-05"))
    )
    take(squad)
    assert len(squad.store.frame("revisions")) == 1
    configured(squad, 'load_unit = "kg"', 'load_unit = "lb"')
    take(squad)
    sets = squad.athlete("Alder").sets.sort_values("local_date")
    assert sets["load_raw"].tolist() == ["110", "100", "100"]
    assert sets["load_kg"].round(1).tolist() == [49.9, 45.4, 45.4]
    (told,) = squad.store.frame("revisions").to_dict("records")
    assert ("45.3" in told["before"], "49.8" in told["after"]) == (True, True)


def test_a_file_that_is_gone_is_named_and_its_rows_stay(squad):
    path = drop(squad.folder, "Alder/strong.csv", strong())
    take(squad)
    path.unlink()
    configured(squad, 'load_unit = "kg"', 'load_unit = "lb"')
    (one,) = status(open_workspace(squad.folder))["again"]
    assert (one["name"], one["gone"]) == ("strong.csv", True)
    for _ in range(2):
        kept = take(squad)[-1]
        assert (kept.state, kept.path.name) == ("kept", "strong.csv")
        assert "gone" in kept.error
    assert squad.athlete("Alder").sets["load_kg"].tolist() == [100]
    said = CliRunner().invoke(main, ["ingest", "--workspace", str(squad.folder)])
    assert (said.exit_code, "strong.csv" in said.output) == (0, True)
    drop(squad.folder, "Alder/2026/strong.csv", strong())
    assert "again" in states(squad)


def test_a_file_from_elsewhere_is_read_again_from_there(squad, tmp_path):
    away = tmp_path / "stick" / "strong.csv"
    away.parent.mkdir()
    away.write_text(strong(), encoding="utf-8")
    assert states(squad, away, athlete="Birch") == ["taken"]
    configured(squad, 'load_unit = "kg"', 'load_unit = "lb"')
    assert sorted(states(squad)) == ["again", "known"]
    assert squad.athlete("Birch").sets["load_kg"].round(1).tolist() == [45.4]


def test_a_file_is_read_again_by_hand_by_what_is_said_now(squad):
    path = drop(squad.folder, "Alder/strong.csv", strong())
    assert states(squad, path, load_unit="lb") == ["taken"]
    assert states(squad, path, load_unit="kg") == ["known"]
    assert states(squad, path, load_unit="kg", again=True) == ["again"]
    assert squad.athlete("Alder").sets["load_kg"].tolist() == [100]
    configured(squad, 'load_unit = "kg"', 'load_unit = "lb"')
    assert set(states(squad)) == {"known"}  # what was said of a file goes before the configuration
    assert states(squad, path, athlete="Birch", again=True) == ["again"]
    assert (len(squad.athlete("Alder").sets), len(squad.athlete("Birch").sets)) == (0, 1)


def test_a_day_order_said_by_hand_moves_the_days(squad):
    text = WELLNESS + "Alder,05/04/2026,sleep,7,0,10,higher_better\n"
    path = drop(squad.folder, "sleep.csv", text)
    states(squad, path, said=Said(day_first=True))
    assert str(squad.athlete("Alder").wellness["local_date"].item().date()) == "2026-04-05"
    states(squad, path, said=Said(day_first=False), again=True)
    assert str(squad.athlete("Alder").wellness["local_date"].item().date()) == "2026-05-04"


def test_a_file_that_cannot_be_read_any_more_keeps_its_rows_and_says_why(squad):
    mapped(squad)
    drop(squad.folder, "encoder.csv", ENCODER)
    drop(squad.folder, "Alder/strong.csv", strong())
    take(squad)
    mapped(squad, MAPPING + "[[[")
    drop(squad.folder, "Alder/strong.csv", strong(strong_row("2026-07-01")))
    outcomes = {outcome.path.name: outcome for outcome in take(squad)}
    assert "not valid TOML" in outcomes["encoder.csv"].error
    assert outcomes["strong.csv"].state == "taken"
    assert len(squad.athlete("Alder").reps) == 2


def test_a_store_made_before_reads_again_once_and_says_so(squad):
    drop(squad.folder, "Alder/strong.csv", strong())
    gone = drop(squad.folder, "Alder/run.gpx", gpx(TIMES))
    take(squad)
    before = contents(squad)
    gone.unlink()
    for name in ("readings", "named"):
        squad.store.drop(name, file_no=squad.store.frame("files")["file_no"])
    assert {tuple(one["why"]) for one in status(open_workspace(squad.folder))["again"]} == {(UNKNOWN,)}
    said = CliRunner().invoke(main, ["ingest", "--workspace", str(squad.folder)])
    assert f"2 files read once more: {UNKNOWN}." in said.output
    assert "run.gpx" in said.output
    assert contents(squad) == before
    assert set(states(squad)) == {"known"}


def test_an_erased_athlete_does_not_come_back(squad):
    rows = "Birch,2026-06-01,Deadlift,1,1,60,0.7\nAlder,2026-06-01,Deadlift,1,1,60,0.8\n"
    drop(squad.folder, "speeds.csv", BAR_SPEED + rows)
    take(squad)
    erasure.erase(squad, "Birch")
    for _ in range(2):
        outcomes = {outcome.path.name: outcome for outcome in take(squad, again=True)}
        assert outcomes["speeds.csv"].state == "again"
        for name in ("athletes", "aliases", "waiting", "source_rows", "sessions", "reps", "named", "readings"):
            assert "birch" not in as_json(squad.store.frame(name).astype(str).to_dict("records")).casefold(), name
    assert squad.athlete("Alder").reps["mean_velocity_m_s"].tolist() == [0.8]


def test_a_roster_that_is_read_again_takes_back_nothing_that_was_said_since(squad):
    squad.store.put(
        "athletes", squad.athletes().loc[lambda a: a["athlete_id"] == "alder1"].assign(consent="report squad")
    )
    naming.bind_name(squad, "Birch", "Alder")
    later = ROSTER + "Birch,birch1,M,2003,report delivery,,\n"
    drop(squad.folder, "more.csv", later)
    take(squad)
    assert set(states(squad, squad.raw_folder / "athletes.csv", again=True)) == {"again"}
    assert squad.athletes().set_index("athlete_id")["consent"]["birch1"] == "report delivery"


def test_every_table_of_athletes_that_files_fill_is_replaced():
    """Fails where a new table says from which file its rows come, and would be left doubled."""
    from analysis.store import replacing

    of_files = {n for n, t in TABLES.items() if {"file_no", "row_no", "athlete_id"} <= set(t.names)}
    assert set(replacing._BROUGHT) == of_files
