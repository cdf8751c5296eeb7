"""Export, erase, backup, restore, audit and doctor as a person calls them."""

import contextlib
import json
import os
import shutil
import struct
import sys
import time

import pandas as pd
import pytest
import report_notebooks
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from drop_folder import CONFIG, ROSTER, drop, gpx, strong, strong_row, workspace
from killed import back_up_and_die, work_and_kill
from test_cli import BUSY, DONE, FAILED, PARTLY, USAGE, run

from analysis import open_workspace
from analysis.base.errors import DataProblem, UsageProblem
from analysis.base.tables import TABLES
from analysis.privacy import backup as backups
from analysis.privacy import backup_list, sealed
from analysis.privacy.audit import KEY, LOG, Audit

pytestmark = pytest.mark.usefixtures("one_warm_parent")

PEOPLE = ROSTER + "Alder,alder1,F,2000,report squad,,\nBirch,birch1,M,2000,report squad,,\n"


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Alder with a log and a run, Birch with a log; files of each in a folder of their own."""
    folder = tmp_path_factory.mktemp("grown") / "grove"
    workspace(folder).store.close()
    drop(folder, "athletes.csv", PEOPLE)
    drop(folder, "Alder/strong.csv", strong(strong_row().replace('"","",8', '"=1+1","",8'), strong_row("2026-06-04")))
    drop(folder, "Birch/strong.csv", strong(strong_row(load=50)))
    drop(folder, "Alder/run.gpx", gpx(["2026-06-02T06:00:00Z", "2026-06-02T06:10:00Z"]))
    run("ingest", "--workspace", folder)
    return folder


@pytest.fixture
def folder(grown, tmp_path):
    return shutil.copytree(grown, tmp_path / "grove")


# --- export ----------------------------------------------------------------------------------------------------


def test_an_export_holds_every_row_of_the_athlete_in_both_forms_and_nobody_elses(folder, tmp_path):
    to = tmp_path / "for Alder"
    page = folder / "reports" / "athlete_week" / "2026-06-07" / "alder1.html"
    page.parent.mkdir(parents=True)
    page.write_text("Alder's week")
    run("export", "Alder", "--to", to, "--workspace", folder)
    store = open_workspace(folder).store
    for name, table in TABLES.items():
        if table.of_one_athlete and name != "samples":
            exact = pd.read_parquet(to / "tables" / f"{name}.parquet")
            pd.testing.assert_frame_equal(table.coerce(exact), store.frame(name, ["alder1"]), obj=name)
            assert len(pd.read_csv(to / "tables" / f"{name}.csv")) == len(exact)
    assert len(pd.read_parquet(to / "tables" / "source_rows.parquet")) == 3  # of the roster and two sets
    assert (to / "pages" / "athlete_week" / "2026-06-07.html").read_text() == "Alder's week"
    assert {path.name for path in (to / "files").rglob("*.*")} == {"strong.csv", "run.gpx"}
    assert len(list((to / "samples").glob("*.csv"))) == 1
    assert "Birch" not in "".join(path.read_text() for path in to.rglob("*.csv"))


def test_an_export_says_what_every_column_means(folder, tmp_path):
    run("export", "Alder", "--to", tmp_path / "out", "--workspace", folder)
    said = pd.read_csv(tmp_path / "out" / "dictionary.csv")
    for name in ("sets", "samples", "source_rows"):
        assert said.loc[said["table"] == name, "column"].tolist() == TABLES[name].names
    readme = (tmp_path / "out" / "README.txt").read_text()
    assert "What Grove holds of Alder" in readme
    assert "sets" in readme


def test_a_spreadsheet_runs_nothing_of_an_export(folder, tmp_path):
    run("export", "Alder", "--to", tmp_path / "out", "--workspace", folder)
    assert "'=1+1" in (tmp_path / "out" / "tables" / "sets.csv").read_text()
    assert "=1+1" in pd.read_parquet(tmp_path / "out" / "tables" / "sets.parquet")["notes"].tolist()


def test_an_export_is_put_into_no_folder_in_use(folder, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "holds something already" in run("export", "Alder", "--to", tmp_path, "--workspace", folder, code=USAGE)


# --- erase -----------------------------------------------------------------------------------------------------


def test_nobody_is_erased_without_the_id_typed_again(folder):
    for more in ((), ("--yes", "Alder"), ("--yes", "birch1")):
        assert "--yes alder1" in run("erase", "Alder", *more, "--workspace", folder, code=USAGE)
    assert len(open_workspace(folder).athletes()) == 2


def test_erasing_without_the_raw_files_fails_in_words_and_with_them_it_is_done(folder):
    words = ("erase", "Alder", "--yes", "alder1", "--workspace", folder)
    said = run(*words, code=FAILED)
    assert "LEFT      data/raw/Alder: found in its name. Erase with --raw" in said
    assert "erasure: One was begun" in run("doctor", "--workspace", folder, code=FAILED)
    assert "Neither the id nor a name" in run(*words, "--raw")
    assert "alder" not in run("status", "--workspace", folder).casefold()


@pytest.mark.soak
def test_the_squads_page_is_made_anew_without_who_was_erased(folder):
    cells = (
        "import analysis\nfrom analysis.base.blocks import Text\nfrom analysis.report.page import Page",
        'page = Page("all", subject="squad", name="Squad", period=until, until=until, audience="coach")',
        "names = [one.name for one in analysis.open_workspace().everyone(until).athletes]\n"
        'with page.section("who", "Who?"):\n    page.show(Text(f"Here are {names}"))',
    )
    report_notebooks.write(
        folder / "notebooks" / "reports" / "all.ipynb", *cells, parameters='until: str = "2026-06-01"'
    )
    run("report", "all", "--as-of", "2026-06-07", "--workspace", folder)
    page = folder / "reports" / "all" / "2026-06-07" / "squad.html"
    assert "Alder" in page.read_text()
    said = run("erase", "Alder", "--yes", "alder1", "--raw", "--workspace", folder)
    assert "made anew reports/all/2026-06-07/squad.html" in said
    assert "Alder" not in page.read_text()
    assert "Birch" in page.read_text()


def test_what_is_too_old_goes_and_each_rule_says_what_it_did(folder):
    log = folder / "reports" / "log" / "old.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("long ago")
    os.utime(log, (time.time() - 100 * 86400,) * 2)
    rules = "[retention]\nsamples_days = 30\nlogs_days = 90\n"
    (folder / "workbook.toml").write_text(CONFIG + rules)
    said = run("erase", "--retention", "--workspace", folder)
    assert "1 files deleted." in said
    assert "Logs last changed before" in said
    assert not log.exists()
    assert not list((folder / "data" / "store" / "samples").rglob("*.parquet"))
    assert len(open_workspace(folder).athlete("Alder").runs) == 1  # what was computed from them stays
    assert run("doctor", "--workspace", folder)


# --- audit -----------------------------------------------------------------------------------------------------


def test_the_log_says_who_did_what_and_names_nobody(folder):
    run("exclude", "--athlete", "Alder", "--date", "2026-06-01", "--list", "--workspace", folder)
    said = run("audit", "--athlete", "Alder", "--workspace", folder)
    assert "exclude  --athlete  --date  --list" in said
    assert "alder1  exit 0" in said
    text = (folder / "data" / "store" / LOG).read_text()
    assert "lder" not in text
    assert [json.loads(line)["what"] for line in text.splitlines()] == ["ingest", "exclude"]


def test_the_log_still_answers_for_somebody_who_was_erased(folder):
    run("erase", "Alder", "--yes", "alder1", "--raw", "--workspace", folder)
    lines = json.loads(run("audit", "--athlete", "alder1", "--workspace", folder, "--json"))
    assert [(line["what"], line["exit"]) for line in lines] == [("erase", 0)]


@pytest.fixture
def log(folder):
    """The log of a workspace with four lines."""
    audit = Audit(open_workspace(folder))
    for what in ("report", "export", "run"):
        audit.record(what, ["--json"], ["birch1"], 0)
    assert audit.check() == 4
    return audit


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: lines[:1] + lines[2:],
        lambda lines: lines[:-1],
        lambda lines: [lines[0].replace("ingest", "status"), *lines[1:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: lines[:0],
    ],
    ids=["one removed", "the last removed", "one changed", "two swapped", "all removed"],
)
def test_a_log_that_was_tampered_with_shows(folder, log, tamper):
    path = folder / "data" / "store" / LOG
    path.write_text("".join(f"{line}\n" for line in tamper(path.read_text().splitlines())))
    with pytest.raises(DataProblem, match="audit log"):
        log.check()
    assert "FAIL  audit log" in run("doctor", "--workspace", folder, code=FAILED)


def test_a_line_that_the_store_does_not_know_of_yet_is_no_damage(log, monkeypatch):
    monkeypatch.setattr(type(log.workspace.store), "keep_fact", lambda *_: None)  # the power fails in between
    log.record("report", [], [], 0)
    assert log.check() == 5


# --- backup ----------------------------------------------------------------------------------------------------


PASSPHRASE = "five words are long enough"
encrypted_or_not = pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])


@pytest.fixture(scope="module")
def backup_files(grown, tmp_path_factory):
    """A backup by its passphrase: to open one takes the processor a second."""
    made = {passphrase: tmp_path_factory.mktemp("backups") / "grove.backup" for passphrase in (None, PASSPHRASE)}
    for passphrase, path in made.items():
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(backups.PASSPHRASE, PASSPHRASE)
            run("backup", path, *(["--encrypt"] if passphrase else []), "--workspace", grown)
    return made


@pytest.mark.soak
@encrypted_or_not
def test_a_restored_workspace_is_the_one_that_was_backed_up(grown, backup_files, tmp_path, monkeypatch, passphrase):
    file = backup_files[passphrase]
    if passphrase:
        monkeypatch.setenv(backups.PASSPHRASE, passphrase)
    assert (b"alder1" in file.read_bytes()) == (passphrase is None)
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt ") == (passphrase is not None)
    run("restore", file, "--to", tmp_path / "again")
    assert [path.name for path in tmp_path.iterdir()] == ["again"]
    before, after = open_workspace(grown), open_workspace(tmp_path / "again")
    for name in TABLES:
        if name != "samples":
            pd.testing.assert_frame_equal(after.store.frame(name), before.store.frame(name), obj=name)
    (run_id,) = before.store.frame("runs")["session_id"]
    assert len(after.store.samples("alder1", run_id)) == len(before.store.samples("alder1", run_id)) > 0
    assert (tmp_path / "again" / "data" / "raw" / "Alder" / "run.gpx").is_file()
    assert "FAIL" not in run("doctor", "--workspace", tmp_path / "again")


def test_an_encrypted_backup_of_version_0_1_restores(backup_files, tmp_path):
    """Chunks under AES-256-GCM, as that version wrote them."""
    plain = backup_files[None].read_bytes()
    header = b"workbook-backup" + b"\x01" + bytes(range(16)) + bytes(7)
    key = PBKDF2HMAC(SHA256(), 32, bytes(range(16)), 600_000).derive(PASSPHRASE.encode())
    chunks = [plain[begin : begin + 1024**2] for begin in range(0, len(plain), 1024**2)]
    nonces = [bytes(7) + struct.pack(">I?", number, number == len(chunks) - 1) for number in range(len(chunks))]
    old = tmp_path / "old.backup"
    pairs = zip(nonces, chunks, strict=True)
    old.write_bytes(header + b"".join(AESGCM(key).encrypt(nonce, chunk, header) for nonce, chunk in pairs))
    assert backups.restore(old, tmp_path / "again", PASSPHRASE).encrypted
    assert len(open_workspace(tmp_path / "again").athletes()) == 2
    with pytest.raises(UsageProblem, match="does not open"):
        backups.restore(old, tmp_path / "other", "five words of another coach")


def test_a_backup_made_while_somebody_writes_is_whole(folder, tmp_path):
    opened, other = open_workspace(folder), open_workspace(folder).store
    with contextlib.closing(other), other._engine.connect().execution_options(writes=True) as writing:
        writing.exec_driver_sql("DELETE FROM sets")
        made = backups.back_up(opened, tmp_path / "now.backup")
        writing.rollback()
    assert made.rows["sets"] == 3


def test_an_encrypted_backup_opens_with_its_passphrase_alone(folder, backup_files, tmp_path, monkeypatch):
    file = tmp_path / "new.backup"
    monkeypatch.delenv(backups.PASSPHRASE, raising=False)
    run("backup", file, "--encrypt", "--workspace", folder, code=USAGE)
    monkeypatch.setenv(backups.PASSPHRASE, "short")
    assert "16 or more" in run("backup", file, "--encrypt", "--workspace", folder, code=USAGE)
    monkeypatch.setenv(backups.PASSPHRASE, "five words of another coach")
    assert "does not open" in run("restore", backup_files[PASSPHRASE], "--to", tmp_path / "again", code=USAGE)
    monkeypatch.delenv(backups.PASSPHRASE)
    assert "is encrypted" in run("restore", backup_files[PASSPHRASE], "--to", tmp_path / "again", code=USAGE)
    assert not list(tmp_path.glob("*again*"))


@pytest.mark.parametrize("change", ["a byte", "the end", "all but the head"])
@encrypted_or_not
def test_a_damaged_backup_makes_no_workspace(backup_files, tmp_path, change, passphrase):
    file = tmp_path / "grove.backup"
    data = bytearray(backup_files[passphrase].read_bytes())
    if change == "a byte":
        data[len(data) // 3] ^= 1
    else:
        data = data[:-40] if change == "the end" else data[:60]
    file.write_bytes(data)
    with pytest.raises((DataProblem, UsageProblem)):
        backups.restore(file, tmp_path / "again", passphrase)
    assert [path.name for path in tmp_path.iterdir()] == ["grove.backup"]


def test_what_is_too_large_to_be_encrypted_is_refused_in_words(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sealed, "MOST_BYTES", 100)
    with pytest.raises(UsageProblem, match="age --passphrase"):
        backups.back_up(open_workspace(folder), tmp_path / "b", PASSPHRASE)
    assert not list(tmp_path.glob("*b")) + list(tmp_path.glob(".*"))


def test_nothing_that_is_not_encrypted_lies_where_an_encrypted_backup_goes(folder, tmp_path, monkeypatch):
    there, seen = tmp_path / "stick", []

    def sealing(plain, target, _passphrase):
        seen.extend(path.read_bytes() for path in there.iterdir())
        assert plain.is_relative_to(folder / "data" / "store")
        target.write_bytes(b"age-encryption.org/v1 for a while")

    monkeypatch.setattr(backups, "seal", sealing)
    monkeypatch.setattr(backups, "unseal", lambda *_: (seen.extend(p.read_bytes() for p in there.iterdir()), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        backups.back_up(open_workspace(folder), there / "b", PASSPHRASE)
    assert seen == [b"", b"age-encryption.org/v1 for a while"]
    assert list(there.iterdir()) == []
    assert not (folder / "data" / "store" / backup_list.WORK).exists()


def test_what_a_killed_backup_left_is_told_by_the_doctor_and_gone_with_the_next(folder, tmp_path):
    there = tmp_path / "stick"
    work_and_kill(back_up_and_die, str(folder), str(there / "first.backup"), lines=0, after_s=None)
    (part,) = there.iterdir()
    (finding,) = findings(folder, FAILED)["leftovers"]
    assert str(part) in finding["detail"]
    assert backup_list.WORK in finding["detail"]
    run("backup", there / "second.backup", "--workspace", folder)
    assert [path.name for path in there.iterdir()] == ["second.backup"]
    assert "FAIL" not in run("doctor", "--workspace", folder)


def test_an_erasure_removes_what_a_killed_backup_left(folder, tmp_path):
    work_and_kill(back_up_and_die, str(folder), str(tmp_path / "stick" / "b"), lines=0, after_s=None)
    run("erase", "Alder", "--yes", "alder1", "--raw", "--workspace", folder)
    assert list((tmp_path / "stick").iterdir()) == []
    assert not (folder / "data" / "store" / backup_list.WORK).exists()


def test_an_erasure_names_the_backups_and_says_which_are_not_there(folder, tmp_path):
    for name in ("kept", "moved", "of Alder"):
        run("backup", tmp_path / name, "--workspace", folder)
    (tmp_path / "moved").unlink()
    said = run("erase", "Alder", "--yes", "alder1", "--raw", "--workspace", folder)
    assert f"{tmp_path / 'kept'}. Have it deleted there." in said
    assert f"{tmp_path / 'moved'}, which is not there now. Have it deleted there." in said
    assert f"{tmp_path / 'of Alder'}. Have it deleted there." in said
    known = [one.path for one in backup_list.backups_of(open_workspace(folder))]
    assert known[-2:] == [str(tmp_path / "kept"), str(tmp_path / "moved")]  # the third has the name in it


def test_a_restored_workspace_knows_the_backup_that_it_came_from(backup_files, tmp_path):
    backups.restore(backup_files[None], tmp_path / "again")
    known = [one.path for one in backup_list.backups_of(open_workspace(tmp_path / "again"))]
    assert str(backup_files[None].resolve()) in known


def test_of_two_backups_at_once_the_second_is_turned_away(folder, tmp_path):
    opened = open_workspace(folder)
    with backup_list.in_the_making(opened, tmp_path / "one", encrypted=False):
        assert backup_list.left_by_a_kill(opened) == []
        assert "is being made" in run("backup", tmp_path / "two", "--workspace", folder, code=BUSY)
        assert "is being made" in run("erase", "Alder", "--yes", "alder1", "--workspace", folder, code=BUSY)


def test_of_two_restores_to_one_folder_the_second_is_turned_away(backup_files, tmp_path):
    with backup_list.restoring(tmp_path / "again"):
        said = run("restore", backup_files[None], "--to", tmp_path / "again", code=BUSY)
        assert "Another restore" in said
        run("restore", backup_files[None], "--to", tmp_path / "other")
        assert (tmp_path / ".again.restoring").is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_name_in_any_bytes_is_backed_up_and_restored(folder, tmp_path):
    for name in (b"\xdcbung.csv", b"\xdcbung.txt", "Übung.csv".encode()):
        (folder / "data" / "raw" / os.fsdecode(name)).write_bytes(name)
    run("backup", tmp_path / "b", "--workspace", folder)
    run("restore", tmp_path / "b", "--to", tmp_path / "again")
    for name in (b"\xdcbung.csv", b"\xdcbung.txt", "Übung.csv".encode()):
        assert (tmp_path / "again" / "data" / "raw" / os.fsdecode(name)).read_bytes() == name


# --- doctor ----------------------------------------------------------------------------------------------------


def findings(folder, code: int) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for one in json.loads(run("doctor", "--workspace", folder, "--json", code=code)):
        found.setdefault(one["what"], []).append(one)
    return found


def test_the_doctor_names_who_lacks_consent_or_a_guardian(folder):
    drop(folder, "more.csv", ROSTER + "Cedar,cedar1,M,2015,report,,\nElm,elm1,M,2000,none,,\nFir,fir1,F,2000,,,\n")
    run("ingest", "--workspace", folder)
    opened = open_workspace(folder)  # a word that is no scope comes of a roster that was taken in by version 0.1
    opened.store.put("athletes", pd.DataFrame([{"athlete_id": "elm1", "name": "Elm", "consent": "reprot"}]))
    opened.store.close()
    page = folder / "reports" / "athlete_week" / "2026-06-07" / "elm1.html"
    page.parent.mkdir(parents=True)
    page.write_text("Elm")
    said = [one["detail"] for one in findings(folder, FAILED)["consent"]]
    assert said[0] == "stated by 4 of 5 athletes; an empty cell counts as granted"
    assert any("no scope" in one and "elm1" in one for one in said)
    assert any("guardian" in one and "cedar1" in one for one in said)
    assert any("has pages" in one and "elm1" in one for one in said)


@pytest.mark.skipif(os.name != "posix", reason="folder permissions are a POSIX matter")
def test_the_doctor_sees_an_audit_key_that_others_can_read(folder):
    (folder / "data" / "store" / KEY).chmod(0o644)
    (finding,) = findings(folder, FAILED)["privacy"]
    assert "chmod 600" in finding["detail"]


def test_the_doctor_says_which_pages_that_were_due_are_not_there(folder):
    planned = '[[reports]]\nreport = "athlete_week"\n'
    (folder / "workbook.toml").write_text(CONFIG + planned)
    assert findings(folder, DONE)["schedule"][0]["ok"]  # a new workspace has made none yet
    page = folder / "reports" / "athlete_week" / "2026-01-04" / "alder1.html"
    page.parent.mkdir(parents=True)
    page.write_text("an old one")
    (finding,) = findings(folder, FAILED)["schedule"]
    assert "2 of 2 pages of the last period are not there. Run: workbook run --due" in finding["detail"]


def test_the_doctor_names_what_a_killed_run_left(folder):
    part = folder / "reports" / "athlete_week" / ".alder1.html.x.part"
    part.parent.mkdir(parents=True)
    part.write_text("half")
    assert findings(folder, DONE)["leftovers"][0]["ok"]  # it may be at work
    os.utime(part, (time.time() - 3 * 86400,) * 2)
    assert not findings(folder, FAILED)["leftovers"][0]["ok"]


def test_status_says_what_an_empty_consent_cell_means(folder):
    assert "Consent: stated by 2; not stated by 0, which counts as granted" in run("status", "--workspace", folder)


def test_a_partly_proven_erasure_has_a_code_of_its_own(folder):
    (folder / "data" / "raw" / "notes.zip").write_bytes(b"PK\x03\x04 damaged")
    said = run("erase", "Alder", "--yes", "alder1", "--raw", "--workspace", folder, code=PARTLY)
    assert "not looked into: it cannot be unpacked" in said
