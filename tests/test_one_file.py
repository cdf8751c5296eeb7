"""One file never stops the others: whatever a reader does, it costs the one file, and a sentence is said of it."""

import gzip
import os
import pickle
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import workbooks
from click.testing import CliRunner
from drop_folder import BAR_SPEED, ROSTER, drop, gpx, strong, strong_row, workspace
from format_samples import FILES, UNITS
from own_samples import run, tcx

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.cli import main
from analysis.ingest import apart, measuring, registry
from analysis.ingest.reading import Options
from analysis.workspace import intake, naming

BERLIN = Options(config=Config(time_zone="Europe/Berlin", units=UNITS), load_unit="kg", distance_unit="km")
FAR = '<row r="1048576">' + workbooks.cell("x", "XFD1048576") + "</row>"
OVERFLOW = '<row r="4294967295">' + workbooks.cell("x", "ZZZZZZ4294967295") + "</row>"
NO_PLACES = "<row/>" * 300_000 + "<row>" + "<c><v>1</v></c>" * 300_000 + "</row>"


@pytest.fixture
def squad(tmp_path):
    """A workspace with the athlete Alder, and a log of hers that waits to be taken in."""
    opened = workspace(tmp_path / "squad")
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\n")
    assert [outcome.state for outcome in taken(opened)] == ["taken"]
    drop(opened.folder, "Alder/strong.csv", strong())
    yield opened
    opened.store.close()


def taken(squad):
    return list(intake.ingest(squad, intake.files_below([squad.raw_folder])))


def told(squad, name: str) -> str:
    """What is said of the file, when all others were taken in and nothing of it was."""
    outcomes = {outcome.path.name: outcome for outcome in taken(squad)}
    states = {other: outcome.state for other, outcome in outcomes.items() if other != name}
    assert states == {"athletes.csv": "known", "strong.csv": "taken"}
    assert outcomes[name].state == "failed"
    assert set(squad.store.frame("files")["name"]) == set(states)
    assert outcomes[name].error.endswith(".")
    return outcomes[name].error


@pytest.mark.soak
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (FAR, "reaches to row 1048576 and column 16384. Delete what stands so far from the table"),
        (OVERFLOW, "cannot be read: "),
        (NO_PLACES, "the process that read it was ended by SIG"),
    ],
    ids=["the last cell", "more cells than there are numbers", "cells that say no place"],
)
def test_a_workbook_that_asks_for_all_memory_costs_itself(squad, more, said):
    workbooks.bar_speed(squad.raw_folder / "Alder" / "a.xlsx", more)
    assert said in told(squad, "a.xlsx")


class Panic(BaseException):
    """As a library in Rust raises one."""


@pytest.mark.parametrize("fault", [Panic("capacity overflow"), SystemExit(3), RecursionError(), KeyError("pace")])
def test_a_reader_that_breaks_costs_its_file(squad, monkeypatch, fault):
    def breaks(_path, _options):
        raise fault

    ours = registry.readers()
    readers = tuple(replace(reader, read=breaks) if reader.name == "gpx" else reader for reader in ours)
    monkeypatch.setattr(registry, "readers", lambda *_: readers)
    drop(squad.folder, "Alder/run.gpx", gpx(["2026-06-02T06:00:00Z"]))
    assert f"this broke the workbook ({type(fault).__name__}" in told(squad, "run.gpx")


def test_memory_that_does_not_do_is_said(squad, monkeypatch):
    def swells(_path, _options):
        raise MemoryError

    monkeypatch.setattr(registry, "_read", swells)
    assert {outcome.error.partition(" ")[2] for outcome in taken(squad) if outcome.error} == {
        "needs more memory to be read than there is for one file. Split it, or leave it out."
    }


def test_what_breaks_behind_the_reader_costs_one_file_too(squad, monkeypatch):
    bind = intake.bind

    def breaks(reading, names, owner):
        if reading.reader == "gpx":
            raise ZeroDivisionError("division by zero")
        return bind(reading, names, owner)

    monkeypatch.setattr(intake, "bind", breaks)
    drop(squad.folder, "Alder/run.gpx", gpx(["2026-06-02T06:00:00Z"]))
    assert "run.gpx is not taken in: this broke the workbook (ZeroDivisionError" in told(squad, "run.gpx")


def test_who_ends_the_ingest_ends_it(squad, monkeypatch):
    def ended(_path, _options):
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "_read", ended)
    with pytest.raises(KeyboardInterrupt):
        taken(squad)


# --- read apart ---


def lines(count: int) -> str:
    return BAR_SPEED + "Alder,2026-06-01,Deadlift,1,1,60,0.8\n" + "\n" * count


def zipped(path: Path, members: int, size: int = 1) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"{number}.csv", " " * size)
    return path


def test_what_is_small_and_plain_is_read_in_this_process(tmp_path):
    paths = [workbooks.bar_speed(tmp_path / "a.xlsx"), zipped(tmp_path / "a.zip", 3)]
    for name, content in (
        ("a.csv", lines(3).encode()),
        ("a.fit", run().content()),
        ("a.gpx.gz", gzip.compress(gpx(["2026-06-02T06:00:00Z"]).encode())),
        ("a", b""),
    ):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    assert [path.name for path in paths if not measuring.is_usual(path)] == []


def test_what_is_large_or_strange_is_not(tmp_path):
    paths = [
        workbooks.bar_speed(tmp_path / "far.xlsx", FAR),
        workbooks.bar_speed(tmp_path / "overflow.xlsx", OVERFLOW),
        workbooks.bar_speed(tmp_path / "places.xlsx", "<row><c/></row>"),
        zipped(tmp_path / "members.zip", measuring.MANY_MEMBERS + 1),
        zipped(tmp_path / "swells.zip", 1, measuring.LARGE_BYTES + 1),
    ]
    for name, content in (
        ("lines.csv", lines(measuring.MANY_LINES + 1).encode()),
        ("large.fit", bytes(measuring.LARGE_BYTES + 1)),
        ("swells.gz", gzip.compress(bytes(measuring.LARGE_BYTES + 1))),
        ("cut.zip", b"PK\x03\x04"),
        ("name.zip", (tmp_path / "swells.zip").read_bytes().replace(b"0.csv", b"\xff.csv")),
    ):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    assert [path.name for path in paths if measuring.is_usual(path)] == []


SAMPLES = {
    "run.fit": run().content(),
    "run.tcx": tcx().encode(),
    **{name: text.encode() for files in FILES.values() for name, text in files},
}
assert len(SAMPLES) > 15


@pytest.mark.parametrize(
    "name", [name if name == "run.fit" else pytest.param(name, marks=pytest.mark.full) for name in SAMPLES]
)
def test_what_is_read_apart_is_what_is_read_here(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    here, there = registry.read(path, BERLIN), apart.read_apart(path, BERLIN)
    for frames, others in ((here.tables, there.tables), (here.samples, there.samples)):
        assert frames.keys() == others.keys()
        for table, frame in frames.items():
            pd.testing.assert_frame_equal(others[table], frame)
    pd.testing.assert_frame_equal(there.source_rows, here.source_rows)
    pd.testing.assert_frame_equal(there.rejects, here.rejects)
    assert (there.dialect, there.notes, there.source) == (here.dialect, here.notes, here.source)


@pytest.mark.soak
def test_a_refusal_comes_back_in_the_same_words(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableFile) as here:
        registry.read(path, BERLIN)
    with pytest.raises(type(here.value)) as there:
        apart.read_apart(path, BERLIN)
    assert str(there.value) == str(here.value)


def test_what_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "DEADLINE_S", 0.06)
    (tmp_path / "a.csv").write_text(lines(3))
    with pytest.raises(UnreadableFile, match=r"a\.csv takes more than 0\.001 minutes to read"):
        apart.read_apart(tmp_path / "a.csv", BERLIN)


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the system does not say what a process takes")
def test_more_memory_than_the_limit_costs_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "MEMORY_MIB", 16)
    (tmp_path / "a.csv").write_text(lines(3) + "a" * 100_000_000)
    with pytest.raises(UnreadableFile, match=r"a\.csv needs more memory|the process that read it"):
        apart.read_apart(tmp_path / "a.csv", BERLIN)


FOR_EVER = """
import time
from analysis.ingest import apart, registry
registry.read = lambda *_: time.sleep(600)
apart._answer(1024)
"""


@pytest.mark.skipif(os.name == "nt", reason="there a pipe ends otherwise")
def test_the_process_that_reads_ends_with_the_one_that_asked():
    with subprocess.Popen([sys.executable, "-c", FOR_EVER], stdin=subprocess.PIPE) as reading:
        reading.stdin.write(pickle.dumps((Path("a.csv"), Options())))
        reading.stdin.close()  # as the system does for one that is killed
        assert reading.wait(60) == 1


# --- names in any bytes ---

ANY_BYTES = pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")


@pytest.fixture
def named(squad):
    """Files whose names, and whose folder's, are Windows-1252, as `M\xfcller/\xdcbung.csv`; one cannot be read."""
    raw = os.fsencode(squad.raw_folder)
    os.mkdir(raw + b"/M\xfcller")
    for name, text in ((b"/M\xfcller/\xdcbung.csv", strong(strong_row(load=60))), (b"/\xdcbel \xff.csv", "a,b\n1,2\n")):
        with open(raw + name, "w", encoding="utf-8") as file:
            file.write(text)
    naming.bind_name(squad, "Müller", None)
    return squad


@ANY_BYTES
def test_a_file_of_any_name_is_taken_in_under_one_that_can_be_read(named):
    outcomes = {outcome.state: outcome for outcome in taken(named)}
    assert set(outcomes) == {"known", "taken", "failed"}
    assert outcomes["failed"].error.startswith("Übel ÿ.csv has the columns a, b")
    assert {"Übung.csv", "strong.csv"} <= set(named.store.frame("files")["name"])
    assert len(named.athlete("Müller").sets) == 1


@pytest.mark.soak
@ANY_BYTES
@pytest.mark.parametrize("command", ["check", "ingest"])
@pytest.mark.parametrize("form", ["--json", "--workspace"])
def test_commands_print_names_of_any_bytes(named, command, form):
    words = [
        command,
        str(named.raw_folder),
        "--workspace",
        str(named.folder),
        *(["--json"] if form == "--json" else []),
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 3, done.output
    assert "Übel ÿ.csv" in done.output
