"""Erased is gone: nothing in the workspace says who it was, packed or not, and the others lose nothing."""

import base64
import contextlib
import gzip
import json
import shutil
import sqlite3
import tempfile
import unicodedata
import zipfile

import openpyxl
import pandas as pd
import pytest
from drop_folder import BAR_SPEED, CONFIG, ROSTER, WELLNESS, drop, gpx, strong, strong_row, workspace
from hypothesis import given
from hypothesis import strategies as st

from analysis import open_workspace
from analysis.base.errors import UnknownAthlete
from analysis.base.tables import TABLES
from analysis.delivery.ledger import Entry, Ledger
from analysis.privacy import erasure, retention
from analysis.privacy.audit import Audit
from analysis.privacy.name_search import Sought, search, sought, traces_in
from analysis.report.engine.held_folder import HeldFolder
from analysis.report.locked import locked
from analysis.store import DATABASE
from analysis.workspace import intake

FELT = "2026-06-03,sleep,7,0,10,higher_better\n"


def take(opened):
    outcomes = list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    assert {outcome.state for outcome in outcomes} <= {"taken", "known"}, outcomes


@pytest.fixture(scope="module")
def alder_and_birch(tmp_path_factory):
    """The folder of Alder with a log, a run and rows in files of the squad; and of Birch, who once ran with Alder."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "grove")
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,A. Tree\nBirch,birch1,M,2000,,,\n")
    drop(opened.folder, "Alder/strong.csv", strong(strong_row(), strong_row("2026-06-08", load="heavy")))
    drop(opened.folder, "Birch/strong.csv", strong(strong_row(load=50).replace('"","",8', '"","with Alder",8')))
    drop(opened.folder, "Alder/run.gpx", gpx(["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]))
    speeds = "".join(f"{name},2026-06-01,Deadlift,1,1,100,0.61\n" for name in ("Alder", "Birch", "A. Tree"))
    drop(opened.folder, "speeds.csv", BAR_SPEED + speeds.replace("A. Tree,2026-06-01", "A. Tree,2026-06-02"))
    drop(opened.folder, "felt.csv", WELLNESS + f"Alder,{FELT}Birch,{FELT}")
    take(opened)
    opened.store.close()
    return opened.folder


@pytest.fixture
def grove(alder_and_birch, tmp_path):
    """A copy of both, to do with as a test likes."""
    opened = open_workspace(shutil.copytree(alder_and_birch, tmp_path / "grove"))
    yield opened
    opened.store.close()


def tables_of(opened, athlete_id):
    names = [name for name, table in TABLES.items() if table.of_one_athlete and name != "samples"]
    return opened.store.frames(names, [athlete_id])


def test_erased_is_gone_and_the_search_proves_it(grove):
    done = erasure.erase(grove, "Alder", raw=True)
    assert done.found == ()
    assert done.rows["sets"] >= 2
    assert done.rows["source_rows"] >= 4
    assert not list(search(grove.folder, Sought("alder1", ("Alder", "A. Tree"))))
    assert not (grove.folder / "data" / "store" / erasure.JOURNAL).exists()
    with pytest.raises(UnknownAthlete):
        grove.athlete("Alder")


def test_the_others_lose_nothing_but_the_name(grove):
    before = tables_of(grove, "birch1")
    erasure.erase(grove, "Alder", raw=True)
    after = tables_of(grove, "birch1")
    assert before["sessions"]["notes"].dropna().tolist() == ["with Alder"]
    before["sessions"]["notes"] = before["sessions"]["notes"].str.replace("Alder", "erased")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame, obj=name)


def test_a_file_of_the_squad_keeps_every_byte_of_the_others(grove):
    erasure.erase(grove, "Alder", raw=True)
    assert (grove.raw_folder / "felt.csv").read_text() == f"{WELLNESS}Birch,{FELT}"
    assert not (grove.raw_folder / "Alder").exists()
    take(grove)  # taking the rewritten files in again brings nobody back
    assert grove.athletes()["athlete_id"].tolist() == ["birch1"]
    assert grove.store.frame("waiting").empty


def test_a_squads_file_that_was_taken_in_from_elsewhere_is_rewritten_too(grove):
    elsewhere = grove.folder / "from the club" / "more.csv"
    elsewhere.parent.mkdir()
    rows = [f"{name},2026-06-09,sleep,6,0,10,higher_better\n" for name in ("Birch", "Alder")]
    elsewhere.write_text(WELLNESS + "".join(rows))
    list(intake.ingest(grove, intake.files_below([elsewhere])))
    assert erasure.erase(grove, "Alder", raw=True).found == ()
    assert elsewhere.read_text() == WELLNESS + rows[0]


def test_a_workbook_of_the_squad_keeps_the_others(grove):
    book = openpyxl.Workbook()
    for row in (
        ("athlete", "date", "item", "value"),
        ("Alder", "2026-06-09", "sleep", 6),
        ("Birch", "2026-06-09", "sleep", 7),
    ):
        book.active.append(row)
    book.create_sheet("Alder").append(["anything"])
    path = grove.raw_folder / "felt.xlsx"
    book.save(path)
    assert erasure.erase(grove, "Alder", raw=True).found == ()
    left = openpyxl.load_workbook(path)
    assert left.sheetnames == ["Sheet"]
    assert [row[0] for row in left.active.values] == ["athlete", "Birch"]


def test_without_raw_the_files_of_people_are_named_and_the_proof_fails(grove):
    done = erasure.erase(grove, "Alder")
    assert {trace.path.as_posix() for trace in done.left} >= {"data/raw/Alder", "data/raw/felt.csv"}
    assert all("--raw" in erasure.remedy(grove, trace) for trace in done.left)
    again = erasure.erase(grove, "Alder", raw=True)  # the journal still knows who is meant
    assert again.found == ()


@pytest.mark.soak
@pytest.mark.parametrize("at", ["forget_samples", "compact"])
def test_a_second_call_finishes_what_a_killed_one_began(grove, monkeypatch, at):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(grove.store), at, killed)
        with pytest.raises(KeyboardInterrupt):
            erasure.erase(grove, "Alder", raw=True)
    assert erasure.erase(grove, "alder1", raw=True).found == ()


def test_what_a_kill_left_of_the_journal_goes_with_the_call_that_finishes(grove):
    left = grove.folder / "data" / "store" / f".{erasure.JOURNAL}.abc123.part"
    left.touch()  # as a kill leaves it before the first byte: nothing in it tells of anybody
    assert erasure.erase(grove, "Alder", raw=True).found == ()
    assert not left.exists()


@pytest.mark.soak
def test_two_erasures_may_be_unfinished_at_once(grove):
    for name in ("Alder", "Birch"):
        assert erasure.erase(grove, name).left  # without the raw files
    assert erasure.erase(grove, "Birch", raw=True).found == ()
    assert (grove.folder / "data" / "store" / erasure.JOURNAL).exists()
    assert erasure.erase(grove, "Alder", raw=True).found == ()
    assert not (grove.folder / "data" / "store" / erasure.JOURNAL).exists()


LOCKED = locked("<meta content=\"script-src 'none';\"><p>Alder", "lusab-babad-gutih-tugad-mudof")


def test_locked_pages_in_the_workspace_go_and_what_left_it_is_told(grove):
    shared = grove.folder / "handout" / "athlete_week_2026-06-07_alder1_locked.html"
    waiting, theirs = grove.folder / "outbox" / "a1.eml", grove.folder / "outbox" / "b1.eml"
    for path in (shared, waiting, theirs):
        path.parent.mkdir(exist_ok=True)
        path.write_text(LOCKED)
    ledger = Ledger(grove.store)
    rows = (("a1", "alder1", "waiting", "outbox"), ("a2", "alder1", "sent", "mail"), ("b1", "birch1", "sent", "outbox"))
    for key, athlete_id, state, channel in rows:
        until = "2026-06-07" if key == "a1" else "2026-05-31"
        ledger.add([Entry(key, athlete_id, "athlete_week", until, "athlete", channel, state)])
    log = Audit(grove)
    for what, whose in (("share", "alder1"), ("share", "birch1"), ("backup", None)):
        log.record(what, ["--to"], [whose] if whose else [], 0)
    done = erasure.erase(grove, "Alder", raw=True)
    assert done.found == ()
    assert [path.exists() for path in (shared, waiting, theirs)] == [False, False, True]
    mail, share, backup = done.handed_out
    assert mail == "athlete_week until 2026-05-31: sent to the athlete by mail"
    assert (share[:15], backup[:16]) == ("workbook share,", "workbook backup,")


def test_what_killed_runs_left_elsewhere_on_the_computer_goes_too(grove, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = [HeldFolder.make() for _ in range(3)]
    for held, athlete_id in zip(made, ("alder1", "birch1", "alder1"), strict=True):
        (held.inside / "request.json").write_text(json.dumps({"athlete_id": athlete_id}))
    left, others, in_work = (held.folder for held in made)
    for held in made[:2]:
        held.lock.release()  # as the system does for one that is killed
    assert erasure.erase(grove, "Alder", raw=True).deleted.count(str(left)) == 1
    assert (left.exists(), others.exists(), in_work.exists()) == (False, True, True)
    assert retention.retain(grove, pd.Timestamp.now(tz="UTC")) == ["Folders of runs that were killed: 1 deleted."]
    assert (others.exists(), in_work.exists()) == (False, True)
    made[2].discard()


def test_somebody_whose_name_differs_in_an_accent_alone_is_not_touched(tmp_path):
    opened = workspace(tmp_path / "grove")
    drop(opened.folder, "athletes.csv", ROSTER + "José Fir,fir1,F,2000,,,\nJose Fir,fir2,M,2000,,,\n")
    take(opened)
    assert sought(opened, "fir1").names == ("Fir José", "José Fir")
    assert erasure.erase(opened, "fir1", raw=True).found == ()
    assert opened.athletes()["name"].tolist() == ["Jose Fir"]


def test_what_the_workbook_made_of_the_athlete_goes_with_it(grove):
    page = grove.reports_folder / "athlete_week" / "2026-06-07" / "alder1.html"
    log = grove.reports_folder / "log" / "2026-06-07_alder1.log"
    summary = grove.reports_folder / "log" / "last_run.json"
    copy = grove.folder / "notebooks" / ".ipynb_checkpoints" / "mine.ipynb"
    kept = grove.reports_folder / "athlete_week" / "2026-06-07" / "birch1.html"
    for path in (page, log, summary, copy):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Alder, alder1")
    kept.write_text("Birch")
    done = erasure.erase(grove, "Alder", raw=True)
    assert done.found == ()
    assert not any(path.exists() for path in (page, log, summary, copy))
    assert kept.exists()


def test_the_configuration_loses_the_athlete_and_nothing_else(tmp_path):
    lift = '[[lifts]]\nexercise = "deadlift"\nname = "Deadlift"\nanchor_load_kg = 60.0\n'
    lift += "anchor_by_athlete = { alder1 = 40.0, birch1 = 80.0 }  # light\n"
    opened = workspace(tmp_path / "grove", CONFIG + lift + '[[reports]]\nathletes = ["Birch", "Alder"]\n')
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,\nBirch,birch1,M,2000,,,\n")
    take(opened)
    assert erasure.erase(opened, "Alder", raw=True).found == ()
    config = open_workspace(opened.folder).config
    assert config.lifts[0].anchor_by_athlete == {"birch1": 80.0}
    assert config.reports[0].athletes == ["Birch"]
    assert "# light" in (opened.folder / "workbook.toml").read_text()


def test_a_name_that_is_short_or_shared_is_not_looked_for_and_said(tmp_path):
    opened = workspace(tmp_path / "grove")
    people = "Ash,ash1,F,2000,,,Alder\nAlder Fir,fir1,M,2000,,,\n"
    drop(opened.folder, "athletes.csv", ROSTER + people)
    take(opened)
    wanted = sought(opened, "ash1")
    assert wanted.names == ()
    assert wanted.too_common == ("Alder", "Ash")


def test_an_address_is_looked_for_unless_it_is_a_siblings_too(grove):
    rows = [("alder1", "athlete", "tree@example.org"), ("alder1", "guardian", "home@example.org")]
    rows.append(("birch1", "guardian", "home@example.org"))
    contacts = pd.DataFrame(rows, columns=["athlete_id", "whose", "email"])
    grove.store.put("contacts", contacts.assign(file_no=1, row_no=1))
    wanted = sought(grove, "alder1")
    assert "tree@example.org" in wanted.names
    assert wanted.too_common == ("home@example.org",)


def test_a_locked_page_is_said_to_be_closed(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(LOCKED)
    (trace,) = traces_in(page, Sought("a1b2c3", ("Alder",)))
    assert not trace.looked


def packed(folder, text: str) -> dict[str, object]:
    """The text in every package that is looked into."""
    data = text.encode()
    book = openpyxl.Workbook()
    book.active.append([text])
    paths = {
        name: folder / name
        for name in ("a.gz", "a.zip", "a.xlsx", "a.parquet", "utf16.csv", "a.json", "a.eml", "b.eml")
    }
    paths["db.zip"] = folder / "db.zip"
    paths["a.gz"].write_bytes(gzip.compress(data))
    with zipfile.ZipFile(paths["a.zip"], "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("inner.gz", gzip.compress(data))
    book.save(paths["a.xlsx"])
    pd.DataFrame({"notes": [text] * 50}).to_parquet(paths["a.parquet"])
    paths["utf16.csv"].write_bytes(text.encode("utf-16"))
    paths["a.json"].write_text(json.dumps(text))
    mail = "MIME-Version: 1.0\nContent-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\n"
    paths["a.eml"].write_text(mail + base64.b64encode(data).decode())
    packed_mail = mail.replace("text/plain; charset=utf-8", "application/gzip")
    paths["b.eml"].write_text(packed_mail + base64.b64encode(gzip.compress(data)).decode())
    with contextlib.closing(sqlite3.connect(":memory:")) as database, zipfile.ZipFile(paths["db.zip"], "w") as package:
        database.execute("PRAGMA encoding = 'UTF-16be'")
        database.execute("CREATE TABLE notes AS SELECT ? AS note", (text,))
        database.commit()
        package.writestr("notes.db", database.serialize())
    return paths


SPELLED = [
    *("BÄRLAUCH FIR", "bärlauch fir", unicodedata.normalize("NFD", "Bärlauch Fir"), "Fir, Bärlauch", "Bärlauch_Fir"),
    *("Bärlauch  Fir", "Barlauch Fir", "Baerlauch-Fir"),
]
ESCAPED = [
    *("B&auml;rlauch Fir", "B&#xE4;rlauch\u00a0Fir", "B&#228;rlauch&nbsp;Fir", "B%C3%A4rlauch+Fir"),
    "B\\u00E4rlauch Fir",
]


@pytest.mark.parametrize("way", [*SPELLED, *ESCAPED], ids=ascii)
def test_a_name_is_found_as_people_and_systems_write_it(tmp_path, way):
    opened = workspace(tmp_path / "grove")
    drop(opened.folder, "athletes.csv", ROSTER + "Bärlauch Fir,fir1,F,2000,,,\n")
    take(opened)
    wanted = sought(opened, "fir1")
    for encoding in ("utf-8", "utf-16", "utf-16-be", "cp1252", "mac_roman") if way in SPELLED else ("utf-8",):
        with contextlib.suppress(UnicodeEncodeError):  # older encodings have no loose accents
            assert wanted.stands_in(f"It was {way}'s best.".encode(encoding)), encoding
    for longer in ("Calder", "Firs", "Bärlauch", "Fir"):
        assert not wanted.stands_in(f"It was {longer}".encode())


@pytest.mark.parametrize("name", ["Alder", "Bärlauch", "O'Elm"])
def test_a_name_is_found_however_it_is_packed(tmp_path, name):
    wanted = Sought("a1b2c3", (name,))
    for kind, path in packed(tmp_path, f"It was {name}'s best.").items():
        assert any(trace.looked for trace in traces_in(path, wanted)), kind


def test_a_longer_word_is_no_trace(tmp_path):
    wanted = Sought("a1b2c3", ("Alder",))
    for kind, path in packed(tmp_path, "Calder and Alders, xa1b2c3").items():
        assert not list(traces_in(path, wanted)), kind


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_mention_between_spaces_is_always_found(before, after):
    wanted = Sought("a1b2c3", ("Alder",))
    text = f"{before} ALDER {after}"
    assert wanted.in_text.search(text)
    assert wanted.stands_in(text.encode("utf-8", "surrogatepass"))


def test_what_cannot_be_looked_into_is_said(tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and nothing")
    (trace,) = traces_in(tmp_path / "broken.zip", Sought("a1b2c3", ("Alder",)))
    assert not trace.looked
    assert "cannot be unpacked" in trace.where


def test_free_pages_of_the_database_hold_nothing_any_more(grove):
    cue = {"athlete_id": "alder1", "local_date": "2026-06-01", "exercise": "x", "cue": "Alder " * 2000}
    grove.store.put("cues", pd.DataFrame([cue]).assign(file_no=1, row_no=1))
    erasure.erase(grove, "Alder", raw=True)
    store = grove.folder / "data" / "store"
    assert all(b"lder" not in path.read_bytes() for path in store.glob(f"{DATABASE}*"))
