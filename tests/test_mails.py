"""Mails that people keep reading: one a recipient and period, the newest; a line for silence; each once, come what may.

Pages are written as a run would leave them; what is due, the ledger and the sending are the workbook's.
"""

import email
import json
import os
import random
import re
import signal
import subprocess
import sys
from email.message import EmailMessage
from email.policy import SMTP

import pandas as pd
import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import CONFIG, ROSTER, WELLNESS, drop, workspace

from analysis.cli import main
from analysis.delivery.ledger import Ledger
from analysis.delivery.sending import deliver, entries, outlook, put_down, settle
from analysis.forms import making
from analysis.report.due import Job, owed
from analysis.workspace import Workspace, intake, open_workspace

PLAN = """
[delivery]
sender = "coach@grove.example"
[[reports]]
report = "hello"
deliver = "outbox"
[[reports]]
report = "everybody"
deliver = "outbox"
to = ["coach@grove.example"]
"""
PEOPLE = ROSTER + "Alder,alder1,,2000,,,\nBirch,birch1,,2015,,by the club,\nCedar,cedar1,,2001,report squad,,\n"
CONTACTS = """athlete,whose,email
Alder,athlete,alder@home.example
Birch,guardian,parent@home.example
Cedar,athlete,cedar@home.example
"""
MONDAYS = pd.date_range("2026-06-08", periods=12, freq="7D")
REPORTS = {"hello": "athlete_id: str = ''\nuntil: str = ''", "everybody": "until: str = ''"}


@pytest.fixture
def folder(tmp_path):
    """Alder, a minor and one who is sent nothing; of nobody is anything logged."""
    folder = tmp_path / "grove"
    workspace(folder, CONFIG + PLAN).store.close()
    for name, parameters in REPORTS.items():
        report_notebooks.write(folder / "notebooks" / "reports" / f"{name}.ipynb", parameters=parameters)
    drop(folder, "people.csv", PEOPLE)
    drop(folder, "contacts.csv", CONTACTS)
    return folder


def logged(folder, **days_by_athlete: list[str]) -> Workspace:
    """The workspace with an answer on each of the days."""
    rows = [f"{name},{day},sleep,7,1,10,higher_better\n" for name, days in days_by_athlete.items() for day in days]
    drop(folder, f"answers{len(list(folder.rglob('answers*')))}.csv", WELLNESS + "".join(rows))
    squad = open_workspace(folder)
    list(intake.ingest(squad, intake.files_below([squad.raw_folder])))
    return squad


def run(squad: Workspace, monday: pd.Timestamp, *, but: tuple[Job, ...] = ()) -> list:
    """As `workbook run --due` on that day at seven; the pages `but` are not made."""
    planned = owed(squad, monday.tz_localize("Europe/Berlin").tz_convert("UTC") + pd.Timedelta(hours=7))
    put_down(squad, planned)
    for job in planned:
        page = job.page(squad)
        if job in but or page.is_file():
            continue
        page.parent.mkdir(parents=True, exist_ok=True)
        facts = {"period": f"week to {job.until}", "sections": [{"key": "message", "facts": [{"sentence": "Steady."}]}]}
        page.with_suffix(".json").write_text(json.dumps(facts))
        page.write_text(f"<p>{job.report} {job.athlete_id}")
    return list(deliver(squad, planned))


def mails(folder) -> list[EmailMessage]:
    found = [email.message_from_bytes(path.read_bytes(), policy=SMTP) for path in folder.glob("outbox/*.eml")]
    return sorted(found, key=lambda mail: (mail["To"], mail["Subject"]))


def said(mail: EmailMessage) -> str:
    return mail.get_body().get_content().strip().replace("\r\n", "\n")


def told(folder, to: str = "alder@home.example") -> list[tuple[str, list[str]]]:
    """Subject and attached files of each mail to somebody."""
    own = [mail for mail in mails(folder) if mail["To"] == to]
    return [(mail["Subject"], [part.get_filename() for part in mail.iter_attachments()]) for mail in own]


def week(number: int) -> str:
    """The last day of a week, as pages name it: that before so many Mondays."""
    return (MONDAYS[number] - pd.Timedelta(days=1)).date().isoformat()


def in_weeks(*numbers: int) -> list[str]:
    return [(MONDAYS[number] - pd.Timedelta(days=3)).date().isoformat() for number in numbers]


def test_a_catch_up_is_one_mail_that_names_the_earlier_pages_in_one_line(folder):
    squad = logged(folder, Alder=in_weeks(0, 1, 2, 3), Birch=in_weeks(0, 1, 2, 3))
    run(squad, MONDAYS[0])
    run(squad, MONDAYS[3])  # after three weeks asleep
    assert told(folder)[1:] == [(f"Grove: week to {week(3)}", [f"hello_{week(3)}.html"])]
    (mail,) = [mail for mail in mails(folder) if mail["To"] == "alder@home.example" and week(3) in mail["Subject"]]
    line = f"Earlier pages are ready with your coach: week to {week(1)}, week to {week(2)} in reports/hello."
    assert line in said(mail).split("\n")
    assert told(folder, "parent@home.example")[1:] == told(folder)[1:]
    coach = [mail for mail in mails(folder) if mail["To"] == "coach@grove.example"]
    assert f"Earlier pages are ready: week to {week(1)}, week to {week(2)} in reports/everybody." in said(coach[-1])
    assert len(mails(folder)) == 6
    assert not [outcome for outcome in run(squad, MONDAYS[3]) if outcome.state != "not agreed"]


def test_what_waited_for_a_dead_server_goes_as_one_mail_too(folder):
    squad = logged(folder, Alder=in_weeks(0, 1, 2), Birch=in_weeks(0, 1, 2))
    (folder / "outbox").write_text("a file where the folder should be")
    for monday in MONDAYS[:2]:
        assert {outcome.state for outcome in run(squad, monday)} == {"waiting", "not agreed"}
    (folder / "outbox").unlink()
    run(squad, MONDAYS[2])
    assert [files for _, files in told(folder)] == [[f"hello_{week(2)}.html"]]
    assert len(mails(folder)) == 3
    assert {entry.state for entry in entries(squad)} == {"sent", "told"}


def test_several_reports_of_one_athlete_are_one_mail(folder):
    config = folder / "workbook.toml"
    config.write_text(config.read_text() + '[[reports]]\nreport = "again"\ndeliver = "outbox"\n')
    report_notebooks.write(folder / "notebooks" / "reports" / "again.ipynb", parameters=REPORTS["hello"])
    squad = logged(folder, Alder=in_weeks(0), Birch=in_weeks(0))
    run(squad, MONDAYS[0])
    assert [files for _, files in told(folder)] == [[f"again_{week(0)}.html", f"hello_{week(0)}.html"]]
    assert f"Your pages are attached (week to {week(0)}, week to {week(0)})." in said(mails(folder)[0])


def test_a_page_that_failed_goes_by_itself_once_it_is_made(folder):
    squad = logged(folder, Alder=in_weeks(0, 1), Birch=in_weeks(0, 1))
    failed = Job("hello", "alder1", week(0))
    run(squad, MONDAYS[0], but=(failed,))
    squad.store.note("pages", pd.DataFrame([noted(failed)]))
    run(squad, MONDAYS[1], but=(failed,))
    run(squad, MONDAYS[1])
    assert [files for _, files in told(folder)] == [[f"hello_{week(0)}.html"], [f"hello_{week(1)}.html"]]


def noted(job: Job) -> dict:
    moment = pd.Timestamp("2026-06-08T05:00", tz="UTC")
    about = {"report": job.report, "athlete_id": job.athlete_id, "until": pd.Timestamp(job.until), "run": "1"}
    return about | {"state": "failed", "attempts": 0, "rests_on": "{}", "error": "no", "changed_at": moment}


# --- silence -----------------------------------------------------------------------------------------------------


def test_after_a_silent_week_a_line_goes_twice_and_then_nothing(folder):
    squad = logged(folder, Alder=in_weeks(0, 5), Birch=in_weeks(*range(6)))
    states = [[one.state for one in run(squad, monday) if one.job.athlete_id == "alder1"] for monday in MONDAYS[:6]]
    assert states == [["sent"], ["sent"], ["sent"], ["silent"], ["silent"], ["sent"]]
    assert [len(files) for _, files in told(folder)] == [1, 0, 0, 1]
    line = mails(folder)[1]
    assert said(line) == (
        f"Nothing is logged (week to {week(1)}), so there is no page this time. "
        "To correct or erase data, write to your coach."
    )
    assert len(told(folder, "parent@home.example")) == 6
    assert "Earlier" not in said(mails(folder)[3])  # the silent weeks are no pages to read


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["ill", "travel", "off", "rest"])
def test_who_was_ill_or_away_or_logged_rest_is_not_silent(folder, kind):
    squad = logged(folder, Alder=in_weeks(0), Birch=in_weeks(0, 1, 2))
    if kind in ("ill", "travel"):
        words = ["label", "Alder", in_weeks(1)[0], in_weeks(2)[0], kind]
        result = CliRunner().invoke(main, [*words, "--workspace", str(folder)])
        assert result.exit_code == 0, result.output
    else:
        days = "".join(f"{day},other,,,{kind}\n" for day in in_weeks(1, 2))
        drop(folder, "Alder/diary.csv", f"date,kind,duration_min,rpe_cr10,status\n{days}")
        squad = logged(folder)
    for monday in MONDAYS[:3]:
        run(squad, monday)
    assert [len(files) for _, files in told(folder)] == [1, 1, 1]


def test_a_value_left_out_by_hand_was_logged_all_the_same(folder):
    squad = logged(folder, Alder=in_weeks(0, 1), Birch=in_weeks(0, 1))
    of_week = squad.store.frame("wellness", ["alder1"])
    assert len(of_week) == 2
    key = f"alder1|{in_weeks(1)[0]}|sleep|{of_week['source'].iloc[0]}"
    result = CliRunner().invoke(
        main, ["exclude", "wellness", key, "--reason", "another person's", "--workspace", str(folder)]
    )
    assert result.exit_code == 0, result.output
    for monday in MONDAYS[:2]:
        run(squad, monday)
    assert [len(files) for _, files in told(folder)] == [1, 1]


def test_after_a_long_silence_a_catch_up_sends_no_heap_and_no_line(folder):
    squad = logged(folder, Alder=in_weeks(0), Birch=in_weeks(0, 11))
    run(squad, MONDAYS[0])
    run(squad, MONDAYS[11])
    assert len(told(folder)) == 1
    assert [files for _, files in told(folder, "parent@home.example")[1:]] == [[f"hello_{week(11)}.html"]]


def test_who_never_logged_anything_gets_two_lines_and_then_nothing(folder):
    squad = logged(folder, Birch=in_weeks(0))
    for monday in MONDAYS[:4]:
        run(squad, monday)
    assert [len(files) for _, files in told(folder)] == [0, 0]


def test_of_a_month_in_silence_one_line_goes(folder):
    config = folder / "workbook.toml"
    config.write_text(config.read_text().replace('report = "hello"', 'report = "hello"\nevery = "month"'))
    squad = logged(folder, Alder=["2026-06-30"], Birch=[])
    for first in ("2026-08-01", "2026-09-01", "2026-10-01"):
        run(squad, pd.Timestamp(first))
    assert [len(files) for _, files in told(folder)] == [0]


def test_where_pages_are_locked_a_line_says_nothing_of_the_athlete(folder):
    config = folder / "workbook.toml"
    config.write_text(config.read_text().replace("[delivery]", '[delivery]\nform = "locked"'))
    squad = logged(folder, Alder=in_weeks(0), Birch=in_weeks(0, 1))
    run(squad, MONDAYS[1])
    (line,) = [mail for mail in mails(folder) if mail["To"] == "alder@home.example"]
    assert said(line).startswith(f"There is no page this time (week to {week(1)}).")


# --- looking ahead -----------------------------------------------------------------------------------------------


OF_READERS = ("-wal", "-shm")  # what SQLite keeps beside a database that is read


def snapshot(folder) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name[-4:] not in OF_READERS
    }


def test_a_dry_run_says_who_would_get_what_and_writes_nothing(folder, monkeypatch):
    squad = logged(folder, Alder=in_weeks(0, 1, 2), Birch=in_weeks(0))
    run(squad, MONDAYS[0])
    squad.store.close()
    now = MONDAYS[2].tz_localize("Europe/Berlin").tz_convert("UTC") + pd.Timedelta(hours=7)
    monkeypatch.setattr(Workspace, "now", staticmethod(lambda: now))
    before = snapshot(folder)
    told = {}
    for words in (["run", "--due", "--dry-run"], ["run", "--due", "--dry-run", "--json"], ["deliver", "--dry-run"]):
        result = CliRunner().invoke(main, [*words, "--workspace", str(folder)])
        assert result.exit_code == 0, result.output
        told[" ".join(words)] = result.output
    assert snapshot(folder) == before
    lines = told["run --due --dry-run"].splitlines()
    assert f"would go    hello {week(2)} to Alder (alder1), athlete, alder@home.example, by outbox" in lines
    assert f"            It names: hello {week(1)}" in lines
    nothing = (
        f"a line that nothing is logged, hello {week(2)} to Birch (birch1), guardian, parent@home.example, by outbox"
    )
    assert f"would go    {nothing}" in lines
    assert f"not agreed  hello {week(2)} Cedar (cedar1)" in lines
    assert lines[-1] == "3 mails would go. Nothing was written or sent."
    assert "@" not in told["run --due --dry-run --json"]
    assert "0 mails would go." in told["deliver --dry-run"]


def test_what_a_dry_run_foretells_is_what_goes(folder):
    squad = logged(folder, Alder=in_weeks(0, 2), Birch=in_weeks(0, 1))
    run(squad, MONDAYS[0])
    for monday in MONDAYS[1:5]:
        moment = monday.tz_localize("Europe/Berlin").tz_convert("UTC") + pd.Timedelta(hours=7)
        ahead = outlook(squad, owed(squad, moment))
        there = {path.name for path in folder.glob("outbox/*.eml")}
        run(squad, monday)
        foretold = {f"{post.leads[0].delivery_id}.eml" for post in ahead.posts if post.leads}
        assert {path.name for path in folder.glob("outbox/*.eml")} - there == foretold


# --- a month, and a run that is killed ---------------------------------------------------------------------------


@pytest.mark.soak
def test_over_a_month_of_runs_each_mail_goes_once(folder):
    """Called every half day or so, with pages that fail, and a long sleep now and then."""
    chance = random.Random(20260608)
    squad = logged(folder, Alder=in_weeks(0, 1, 2, 3, 4, 5), Birch=in_weeks(0, 1))
    now = MONDAYS[0]
    while now < MONDAYS[5] + pd.Timedelta(days=1):
        now += pd.Timedelta(hours=chance.choice([6, 12, 24, 24 * 9 if chance.random() < 0.1 else 12]))
        fails = tuple(
            Job("hello", name, week(number))
            for name in ("alder1", "birch1")
            for number in range(6)
            if chance.random() < 0.1
        )
        run(squad, now, but=fails)
    periods = [(mail["To"], mail["Subject"]) for mail in mails(folder)]
    assert len(set(periods)) == len(periods)
    assert told(folder)[-1] == (f"Grove: week to {week(5)}", [f"hello_{week(5)}.html"])
    lines = [mail for mail in mails(folder) if said(mail).startswith("Nothing is logged")]
    assert {mail["To"] for mail in lines} == {"parent@home.example"}
    assert len(lines) <= 2
    assert not [entry for entry in entries(squad) if entry.open and entry.athlete_id != "cedar1"]


DYING = """
import sys
from analysis.delivery import ledger
from analysis.delivery.channels import Outbox
from analysis.delivery.ledger import Ledger
from analysis.delivery.sending import deliver
from analysis import open_workspace
from analysis.base import files
import os, signal

left = [int(sys.argv[2])]

def counted(of):
    def call(*args, **more):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        done = of(*args, **more)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return call

ledger.Ledger.write = counted(ledger.Ledger.write)
os.replace = counted(os.replace)
list(deliver(open_workspace(sys.argv[1]), []))
"""


class Killed(BaseException):
    """As if the process had ended there."""


def waiting_mails(folder) -> Workspace:
    """Two weeks of pages that could not go, and now could."""
    squad = logged(folder, Alder=in_weeks(0, 1), Birch=in_weeks(0, 1))
    (folder / "outbox").write_text("a file where the folder should be")
    run(squad, MONDAYS[0])
    run(squad, MONDAYS[1])
    (folder / "outbox").unlink()
    return squad


def assert_each_went_once(folder, squad: Workspace) -> None:
    assert [(mail["To"], len(list(mail.iter_attachments()))) for mail in mails(folder)] == [
        *(("alder@home.example", 1), ("coach@grove.example", 1), ("parent@home.example", 1))
    ]
    assert {entry.state for entry in entries(squad)} == {"sent", "told"}
    assert [path.name for path in (folder / "outbox").iterdir() if not re.fullmatch(r"\w+\.eml", path.name)] == []


@pytest.mark.soak
def test_a_run_that_ends_around_any_write_is_finished_by_the_next_with_each_mail_once(folder, monkeypatch):
    """Into the outbox nothing is ever in doubt: a mail that has no name yet never went."""
    squad, ended = waiting_mails(folder), 0
    for number in range(1, 40):
        left = [number]
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "write", dying_at(left, Ledger.write))
            patched.setattr(os, "replace", dying_at(left, os.replace))
            try:
                list(deliver(squad, []))
            except Killed:
                ended += 1
            else:
                break
    assert ended >= 10
    assert_each_went_once(folder, squad)


def dying_at(left: list[int], of):
    """The function, before or after whose call the process ends once so many steps are over."""

    def step() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    def called(*args, **more):
        step()
        done = of(*args, **more)
        step()
        return done

    return called


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.soak
def test_a_run_killed_around_any_write_is_finished_by_the_next_with_each_mail_once(folder):
    waiting_mails(folder).store.close()
    kills = 0
    for number in range(1, 9):
        done = subprocess.run([sys.executable, "-c", DYING, str(folder), str(number)], check=False)
        kills += done.returncode == -signal.SIGKILL
    assert kills >= 5
    squad = open_workspace(folder)
    list(deliver(squad, []))
    assert_each_went_once(folder, squad)


def test_a_doubtful_mail_is_settled_with_all_that_it_named(folder):
    squad = logged(folder, Alder=in_weeks(0, 1, 2), Birch=[])
    run(squad, MONDAYS[0])
    planned = owed(squad, MONDAYS[2].tz_localize("UTC") + pd.Timedelta(hours=7))
    lost = run_without_answer(squad, planned)
    assert [(one.state, one.job.until) for one in lost if one.job.athlete_id == "alder1"] == [("doubtful", week(2))]
    settle(squad, lost[0].delivery_id, "waiting")
    run(squad, MONDAYS[2])
    assert [files for _, files in told(folder)] == [[f"hello_{week(0)}.html"], [f"hello_{week(2)}.html"]]
    assert f"week to {week(1)} in reports/hello" in said(mails(folder)[1])


def run_without_answer(squad: Workspace, planned: list[Job]) -> list:
    """Pages that are made, and a mail server that takes the mail for Alder and breaks off."""
    from analysis.base.errors import NoAnswer

    class Broken:
        def send(self, _mail, before):
            before()
            raise NoAnswer("It broke off.")

        def has(self, _delivery_id):
            return False

        takes_back = has

        def close(self):
            pass

    for job in planned:
        page = job.page(squad)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.with_suffix(".json").write_text(json.dumps({"period": f"week to {job.until}", "sections": []}))
        page.write_text("<p>")
    mine = [job for job in planned if job.athlete_id == "alder1"]
    return [one for one in deliver(squad, mine, {"outbox": Broken()}) if one.job.athlete_id == "alder1"]


def test_a_form_goes_with_the_page_to_whose_it_is_and_is_made_anew_before_it_ends(folder, monkeypatch):
    squad = logged(folder, Alder=in_weeks(0, 1, 2, 3), Birch=in_weeks(0, 1))
    run(squad, MONDAYS[0])
    assert "Your form is attached" not in said(mails(folder)[0])  # none was made
    for athlete_id in ("alder1", "birch1"):
        making.make(squad, athlete_id)
    run(squad, MONDAYS[1])
    line = "Your form is attached too (form.html). Save it, open it on your phone, and answer in a minute."
    for to in ("alder@home.example", "parent@home.example"):  # that of a minor to the guardian
        assert told(folder, to)[1] == (f"Grove: week to {week(1)}", [f"hello_{week(1)}.html", "form.html"])
    assert [line in said(mail) for mail in mails(folder) if week(1) in mail["Subject"]].count(True) == 2
    assert all(name != "form.html" for _, names in told(folder, "coach@grove.example") for name in names)
    now = squad.now() + pd.Timedelta(days=30)
    monkeypatch.setattr(Workspace, "now", staticmethod(lambda: now))
    run(squad, MONDAYS[2])
    assert squad.store.frame("forms")["athlete_id"].tolist().count("alder1") == 2
    (squad.folder / "data" / "store" / "forms.key").write_bytes(b"half")
    now += pd.Timedelta(days=30)
    run(squad, MONDAYS[3])  # a lost key keeps no page back
    assert told(folder)[3] == (f"Grove: week to {week(3)}", [f"hello_{week(3)}.html"])
