"""`check` says file by file what `ingest` does: it is the same run, but for the storing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from drop_folder import BAR_SPEED, CONFIG, ROSTER, WELLNESS, drop, gpx, strong, strong_row, workspace

from analysis.cli import main

TIMES = ["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]


def said(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def looked(folder: Path, *words: object) -> tuple[int, dict[str, tuple]]:
    """What `check` says will become of each file: its state, its error and the names that wait."""
    code, text = said("check", folder / "data" / "raw", "--workspace", folder, "--json", *words)
    told = {Path(one["path"]).name: (one["will"], one["error"], one["waiting"], one["why"]) for one in json.loads(text)}
    return code, told


def ingested(folder: Path, *words: object) -> tuple[int, dict[str, tuple]]:
    code, text = said("ingest", "--workspace", folder, "--json", *words)
    lines = [json.loads(line) for line in text.splitlines()]
    return code, {Path(one["path"]).name: (one["state"], one["error"], one["waiting"], one["why"]) for one in lines}


def nobody_s_log(folder):
    drop(folder, "strong.csv", strong())


def a_log_in_a_folder_of_somebody_unknown(folder):
    drop(folder, "Cedar/strong.csv", strong())


def a_name_that_a_later_roster_brings(folder):
    drop(folder, "a_speeds.csv", BAR_SPEED + "Cedar,2026-06-01,Deadlift,1,1,60,0.8\n")
    drop(folder, "b_roster.csv", ROSTER + "Cedar,cedar1,M,2001,report,,\n")


def a_name_that_nobody_brings(folder):
    rows = "Cedar,2026-06-01,Deadlift,1,1,60,0.8\nAlder,2026-06-01,Deadlift,1,1,60,0.8\n"
    drop(folder, "speeds.csv", BAR_SPEED + rows)


def the_same_file_twice(folder):
    drop(folder, "Alder/strong.csv", strong())
    drop(folder, "Alder/2026/copy of strong.csv", strong())


def a_unit_that_nobody_says(folder):
    (folder / "workbook.toml").write_text(CONFIG.replace('load_unit = "kg"\n', ""), encoding="utf-8")
    drop(folder, "Alder/strong.csv", strong())
    drop(folder, "Alder/run.gpx", gpx(TIMES))


def an_answer_twice_in_one_table(folder):
    answer = "Alder,2026-06-01,sleep,7,0,10,higher_better\n"
    drop(folder, "sleep.csv", WELLNESS + answer + answer.replace(",7,", ",8,"))


def what_cannot_be_read(folder):
    drop(folder, "Alder/empty.csv", "")
    drop(folder, "Alder/odd.csv", "a,b\n1,2\n")
    drop(folder, "Alder/run.gpx", gpx(["", ""]))
    drop(folder, "Alder/strong.csv", strong(strong_row(load="heavy"), strong_row(set_order=2)))


KINDS = [
    nobody_s_log,
    a_log_in_a_folder_of_somebody_unknown,
    a_name_that_a_later_roster_brings,
    a_name_that_nobody_brings,
    the_same_file_twice,
    a_unit_that_nobody_says,
    an_answer_twice_in_one_table,
    what_cannot_be_read,
]


@pytest.mark.soak
@pytest.mark.parametrize("has_a_store", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_check_says_of_a_file_is_what_ingest_does(tmp_path, kind, has_a_store):
    folder = tmp_path / "squad"
    workspace(folder).store.close()
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\n")
    if has_a_store:
        ingested(folder)
    else:
        for path in (folder / "data" / "store").iterdir():
            path.unlink()
        (folder / "data" / "store").rmdir()
    kind(folder)
    before = sorted(path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    promised = looked(folder)
    assert sorted(path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm"))) == before
    assert ingested(folder) == promised
    assert ingested(folder) == looked(folder)  # of all that is known by now


def test_check_says_what_would_be_read_again_and_why(tmp_path):
    folder = tmp_path / "squad"
    workspace(folder).store.close()
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\n")
    drop(folder, "Alder/strong.csv", strong())
    ingested(folder)
    (folder / "workbook.toml").write_text(CONFIG.replace('"kg"', '"lb"'), encoding="utf-8")
    _, told = looked(folder)
    assert told["strong.csv"] == ("again", "", {}, ["the unit of loads in workbook.toml changed"])
    code, text = said("check", folder / "data" / "raw", "--workspace", folder)
    assert (code, "again: the unit of loads in workbook.toml changed" in text) == (0, True)
    assert "Read again, their rows replaced: 1" in text
    assert ingested(folder)[1] == told


def test_check_can_be_told_whose_the_files_are(tmp_path):
    folder = tmp_path / "squad"
    workspace(folder).store.close()
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\n")
    ingested(folder)
    drop(folder, "strong.csv", strong())
    code, text = said("check", folder / "data" / "raw", "--workspace", folder)
    assert (code, "does not say whose it is" in text, "--athlete" in text) == (3, True, True)
    code, text = said("check", folder / "data" / "raw" / "strong.csv", "--athlete", "Alder", "--workspace", folder)
    assert (code, "--athlete Alder" in text.splitlines()[-1]) == (0, True)
