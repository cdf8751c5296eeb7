"""`workbook run --due` by the clock: rendered, sent, kept, told; a second call does nothing twice."""

import json
import os
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pandas as pd
import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import CONFIG, ROSTER, drop, workspace
from filelock import FileLock
from mail_server import Inbox, Server, certificate, free_port

from analysis.cli import main
from analysis.delivery.notice import keep
from analysis.delivery.notice import last_run as last_run_of
from analysis.delivery.sending import Outcome
from analysis.report.due import Job, owed
from analysis.workspace import Workspace, intake, open_workspace

pytestmark = pytest.mark.usefixtures("one_warm_parent")

DONE, FAILED, USAGE, PARTLY, BUSY = range(5)
PLAN = """
[delivery]
sender = "coach@grove.example"
[notify]
command = ["{python}", "-c", "import sys; open('told', 'a').write(sys.stdin.read())"]
[[reports]]
report = "hello"
deliver = "outbox"
"""
CONTACTS = "athlete,whose,email\nAlder,athlete,alder@home.example\nBirch,athlete,birch@home.example\n"
MONDAY = "2026-06-08T06:00+02:00"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Alder and Birch with a weekly page each, which fails for the athlete or page that the file `bad` names."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "grove"
    workspace(folder, CONFIG + PLAN.replace("{python}", sys.executable)).store.close()
    cells = (
        report_notebooks.PAGE,
        'with page.section("hello", "Who?"):\n    page.show(Text(f"It is {athlete_id}"))',
        f"import pathlib\nbad = pathlib.Path({str(tmp_path / 'bad')!r})",
        'assert not bad.exists() or bad.read_text() not in f"{athlete_id} {until}"',
    )
    report_notebooks.write(folder / "notebooks" / "reports" / "hello.ipynb", *cells)
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,,,,,\nBirch,birch1,,,,,\n")
    drop(folder, "contacts.csv", CONTACTS)
    squad = open_workspace(folder)
    list(intake.ingest(squad, intake.files_below([squad.raw_folder])))
    return folder


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the workspace."""
    return lambda now: monkeypatch.setattr(Workspace, "now", staticmethod(lambda: pd.Timestamp(now).tz_convert("UTC")))


def run(folder, *words: str, code: int = DONE) -> str:
    result = CliRunner().invoke(main, [*words, "--workspace", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


def mails(folder) -> list[str]:
    return sorted(path.read_text().split("To: ")[1].split("\n")[0].strip() for path in folder.glob("outbox/*.eml"))


def last_run(folder) -> dict:
    return json.loads((folder / "reports" / "log" / "last_run.json").read_text(encoding="utf-8"))


@pytest.mark.soak
def test_a_week_is_rendered_sent_and_kept_once_and_failures_are_told_once(folder, clock, tmp_path):
    (tmp_path / "bad").write_text("birch1")
    clock(MONDAY)
    said = run(folder, "run", "--due", "--missing", code=PARTLY)
    assert "sent        hello 2026-06-07 alder1 to the athlete by outbox" in said
    assert [page["state"] for page in last_run(folder)["pages"]].count("failed") == 1
    run(folder, "run", "--due", "--missing", code=FAILED)  # Birch's page alone
    assert mails(folder) == ["alder@home.example"]
    assert (tmp_path / "told").read_text().count("birch1: no page") == 1  # once, although both runs failed

    (tmp_path / "bad").unlink()
    run(folder, "run", "--due", "--missing")
    run(folder, "run", "--due", "--missing")
    assert mails(folder) == ["alder@home.example", "birch@home.example"]
    assert last_run(folder)["failures"] == []
    ledger = json.loads(run(folder, "deliver", "--list", "--json"))
    assert {line["state"] for line in ledger} == {"sent"}


@pytest.mark.soak
def test_a_page_that_failed_is_made_and_sent_also_after_the_next_week_was(folder, clock, tmp_path):
    (tmp_path / "bad").write_text("birch1 2026-06-07")
    for monday in (MONDAY, "2026-06-15T06:00+02:00"):
        clock(monday)
        run(folder, "run", "--due", "--missing", code=PARTLY)
    assert mails(folder) == ["alder@home.example"] * 2 + ["birch@home.example"]
    (tmp_path / "bad").unlink()
    said = run(folder, "run", "--due", "--missing")
    assert "sent        hello 2026-06-07 birch1" in said
    assert "Nothing is due" in run(folder, "run", "--due", "--missing")
    assert mails(folder) == ["alder@home.example"] * 2 + ["birch@home.example"] * 2


def test_failures_of_one_athlete_have_a_log_each_and_name_people_to_the_coach_alone(folder, clock, tmp_path):
    (tmp_path / "bad").write_text("birch1")
    config = folder / "workbook.toml"
    config.write_text(config.read_text() + '[[reports]]\nreport = "again"\n')
    reports = folder / "notebooks" / "reports"
    (reports / "again.ipynb").write_bytes((reports / "hello.ipynb").read_bytes())
    for stray in (tmp_path, folder, reports):  # what `python -m` would run there for the workbook
        (stray / "analysis.py").write_text("raise SystemExit('a stray file')")
    clock(MONDAY)
    said = run(folder, "run", "--due", "--missing", code=PARTLY)
    assert "a stray file" not in said
    assert said.count("Birch (birch1)") == 2
    logs = sorted((folder / "reports" / "log").glob("*.log"))
    assert [log.name for log in logs] == ["again_2026-06-07_birch1.log", "hello_2026-06-07_birch1.log"]
    kept = "".join(path.read_text() for path in (*logs, folder / "reports" / "log" / "last_run.json"))
    assert "birch1" in kept
    assert "Birch" not in kept
    assert last_run(folder)["workspace"].startswith("workbook-grove-")


def test_a_notice_names_people_and_the_file_beside_it_ids(folder, monkeypatch):
    config = folder / "workbook.toml"
    config.write_text(config.read_text().replace("[notify]", '[notify]\nto = ["coach@grove.example"]'))
    squad, mails = open_workspace(folder), []
    way = SimpleNamespace(send=lambda mail, _before: mails.append(mail), close=lambda: None)
    monkeypatch.setattr("analysis.delivery.notice.open_channel", lambda *_: way)
    job = Job("hello", "birch1", "2026-06-07")
    failed = Outcome(job, "waiting", "birch1 has no address of the athlete. See week/birch1.html.")
    keep(squad, last_run_of(datetime(2026, 6, 8, 4, tzinfo=UTC), deliveries=[failed]))
    (sentence,) = last_run(folder)["failures"]
    assert sentence == "hello 2026-06-07 birch1: waiting. birch1 has no address of the athlete. See week/birch1.html."
    named = "hello 2026-06-07 Birch (birch1): waiting. Birch (birch1) has no address of the athlete."
    assert mails[0].get_content().strip() == f"{named} See week/birch1.html."


def test_a_date_renders_and_sends_nothing(folder):
    run(folder, "run", "--due", "--as-of", "2026-06-08")
    assert mails(folder) == []


def test_what_was_missed_is_owed_from_the_newest_whole_week_on(folder):
    squad = open_workspace(folder)
    for until, name in (("2026-05-17", "alder1"), ("2026-05-27", "birch1")):  # the second ends no week
        page = squad.reports_folder / "hello" / until / f"{name}.html"
        page.parent.mkdir(parents=True)
        page.touch()
    jobs = owed(squad, pd.Timestamp(MONDAY).tz_convert("UTC"))
    assert [(job.athlete_id, job.until) for job in jobs] == [
        *(("alder1", "2026-05-24"), ("alder1", "2026-05-31"), ("alder1", "2026-06-07"), ("birch1", "2026-06-07"))
    ]
    early = owed(squad, pd.Timestamp("2026-06-08T05:59+02:00").tz_convert("UTC"))
    assert {job.until for job in early} == {"2026-05-24", "2026-05-31"}


def test_a_second_run_at_once_is_turned_away(folder, clock):
    clock(MONDAY)
    with FileLock(folder / "data" / "store" / "due.lock"):
        assert "Another run" in run(folder, "run", "--due", code=BUSY)


def test_a_plan_that_cannot_work_is_kept_and_told(folder, clock, tmp_path):
    clock(MONDAY)
    text = (folder / "workbook.toml").read_text()
    (folder / "workbook.toml").write_text(text + 'athletes = ["Cedar"]\n')
    run(folder, "run", "--due", code=FAILED)
    assert "'Cedar' is no athlete" in last_run(folder)["error"]
    assert "Cedar" in (tmp_path / "told").read_text()


def test_who_could_not_be_told_by_a_dead_mail_server_is_told_by_the_next_run(folder, tmp_path):
    inbox, port, pem = Inbox(), free_port(), certificate(tmp_path)
    smtp = f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {port}\ncertificates = "{pem}"\nattempts = 1\n'
    text = (folder / "workbook.toml").read_text()
    (folder / "workbook.toml").write_text(text.replace("[notify]", f'{smtp}[notify]\nto = ["coach@grove.example"]'))
    squad = open_workspace(folder)
    failed = last_run_of(datetime(2026, 6, 8, 4, tzinfo=UTC), error="Birch has no page.")
    (problem,) = keep(squad, failed)
    assert "Nobody could be told by mail: The mail server 127.0.0.1 cannot be reached" in problem
    with Server(inbox, pem, port=port):
        assert keep(squad, failed) == []
        assert keep(squad, failed) == []
    assert inbox.received() == ["coach@grove.example"]
    assert "Birch has no page." in inbox.mails[0].get_content()


def test_a_summary_goes_where_it_can_and_its_failures_are_told_once(folder, tmp_path):
    squad = open_workspace(folder)
    failed = last_run_of(datetime(2026, 6, 8, 4, tzinfo=UTC), error="Birch has no page.")
    (squad.reports_folder / "log").parent.mkdir(exist_ok=True)
    (squad.reports_folder / "log").write_text("a file where the folder should be")
    beside = folder / "data" / "store" / "last_run.json"
    (said,) = keep(squad, failed)
    assert f"It is in {beside}" in said
    assert json.loads(beside.read_text())["failures"] == ["Birch has no page."]
    keep(squad, failed)
    assert (tmp_path / "told").read_text().count("Birch has no page.") == 2  # as error and as failure, told once


def test_each_run_applies_the_retention(folder, clock):
    clock(MONDAY)
    log = folder / "reports" / "log" / "old.log"
    log.parent.mkdir(parents=True)
    log.write_text("long ago")
    os.utime(log, (pd.Timestamp("2026-01-01").timestamp(),) * 2)
    text = (folder / "workbook.toml").read_text()
    (folder / "workbook.toml").write_text(text + "[retention]\nlogs_days = 90\n")
    assert "Logs last changed before 2026-03-10: 1 deleted." in run(folder, "run", "--due", "--missing")
    assert not log.exists()


def test_a_schedule_is_printed_or_written(folder, tmp_path):
    assert "OnCalendar=Mon *-*-* 06:00:00 Europe/Berlin" in run(folder, "schedule", "systemd")
    run(folder, "schedule", "cron", "--to", str(tmp_path / "made"))
    (made,) = (tmp_path / "made").glob("workbook-grove-*.cron")
    assert "run --due --missing" in made.read_text()
