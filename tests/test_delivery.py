"""Delivery: each page to each recipient once, whoever dies in between, and only with consent."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys

import pytest
from drop_folder import CONFIG, ROSTER, WELLNESS, drop, workspace
from mail_server import Inbox, Server, certificate

from analysis.base.config import Smtp
from analysis.base.errors import NoAnswer, NotSent, Refused, UsageProblem
from analysis.delivery.channels import PASSWORD, MailServer
from analysis.delivery.ledger import Ledger
from analysis.delivery.mail import PASSPHRASES
from analysis.delivery.sending import deliver, entries, settle
from analysis.report.due import Job
from analysis.workspace import intake, open_workspace

PLANS = """
[delivery]
sender = "coach@grove.example"
[[reports]]
deliver = "mail"
[[reports]]
report = "squad_week"
deliver = "mail"
to = ["coach@grove.example", "second@grove.example"]
"""
PEOPLE = (
    "Alder,alder1,,2000,,,\nBirch,birch1,,2001,report squad,,\nHazel,hazel1,,2015,,by the club,\nOak,oak1,,1999,,,\n"
)
CONTACTS = """athlete,whose,email
Alder,athlete,alder@home.example
Birch,athlete,birch@home.example
Hazel,athlete,hazel@home.example
Hazel,guardian,parent@home.example
"""
UNTIL = "2026-07-05"
ANSWERS = WELLNESS + "".join(
    f"{name},{day},sleep,7,1,10,higher_better\n"
    for name in ("Alder", "Birch", "Hazel", "Oak")
    for day in ("2026-06-10", "2026-06-17", "2026-06-24", "2026-07-01", "2026-07-08")
)


class Way:
    """A channel that keeps what it is given, and fails as it is told to."""

    def __init__(self, *failures: Exception | None) -> None:
        self.mails, self.failures = [], list(failures)

    def send(self, mail, before):
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, NotSent):
            raise failure
        before()
        self.mails.append(mail)
        if failure:
            raise failure

    def has(self, delivery_id):
        return any(delivery_id in mail["Message-ID"] for mail in self.mails)

    def takes_back(self, _delivery_id):
        return False

    def close(self):
        pass


@pytest.fixture
def squad(tmp_path):
    """Four athletes, their addresses and their pages."""
    folder = tmp_path / "grove"
    workspace(folder, CONFIG + PLANS).store.close()
    drop(folder, "athletes.csv", ROSTER + PEOPLE)
    drop(folder, "contacts.csv", CONTACTS)
    drop(folder, "answers.csv", ANSWERS)
    squad = open_workspace(folder)
    taken = list(intake.ingest(squad, intake.files_below([squad.raw_folder])))
    assert [outcome.state for outcome in taken] == ["taken", "taken", "taken"]
    for job in JOBS:
        write_page(squad, job)
    return squad


JOBS = [Job("athlete_week", name, UNTIL) for name in ("alder1", "birch1", "hazel1", "oak1")] + [
    Job("squad_week", "", UNTIL)
]


def write_page(squad, job: Job) -> None:
    page = job.page(squad)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"<p>Page of {job.athlete_id or 'all'} – ½", encoding="utf-8")
    section = {"key": "message", "facts": [{"sentence": f"Steady, {job.athlete_id}."}]}
    page.with_suffix(".json").write_text(json.dumps({"period": "29 June – 5 July 2026", "sections": [section]}))


def states(squad, way, jobs=JOBS) -> list[str]:
    return sorted(f"{one.job.athlete_id or 'squad'} {one.state}" for one in deliver(squad, jobs, {"mail": way}))


def addresses(way: Way) -> list[str]:
    return sorted(mail["To"] for mail in way.mails)


ALL = sorted(["alder@home.example", "parent@home.example", "coach@grove.example", "second@grove.example"])
ALDER = JOBS[:1]


def test_each_page_goes_to_its_recipients_once_and_only_with_consent(squad):
    way = Way()
    first = ["alder1 sent", "birch1 not agreed", "hazel1 sent", "oak1 nobody", "squad sent", "squad sent"]
    assert states(squad, way) == first
    assert addresses(way) == ALL
    assert states(squad, way) == ["birch1 not agreed", "oak1 nobody"]
    assert addresses(way) == ALL


def test_of_two_plans_of_a_report_the_one_that_sends_says_whose_and_which_pages(squad):
    plans = (
        '[delivery]\nsender = "coach@grove.example"\n[[reports]]\n[[reports]]\nathletes = ["Hazel"]\ndeliver = "mail"\n'
    )
    (squad.folder / "workbook.toml").write_text(CONFIG + plans, encoding="utf-8")
    squad, way = open_workspace(squad.folder), Way()
    in_the_week = Job("athlete_week", "hazel1", "2026-07-01")
    write_page(squad, in_the_week)
    assert states(squad, way, [*JOBS, in_the_week]) == ["hazel1 sent"]


def test_a_mail_is_one_line_and_the_page(squad):
    way = Way()
    states(squad, way, ALDER)
    (mail,) = way.mails
    assert mail["From"] == "coach@grove.example"
    assert mail["Subject"] == "Grove: 29 June – 5 July 2026"
    assert mail.get_body().get_content().startswith("Steady, alder1.")
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("athlete_week_2026-07-05.html", "text/html")
    assert "Page of alder1 – ½" in attached.get_content()
    assert max(map(len, bytes(mail).split(b"\r\n"))) <= 998
    assert bytes(mail).isascii()


def test_the_ledger_holds_no_address_and_no_name(squad):
    states(squad, Way())
    text = " ".join(str(value) for entry in entries(squad) for value in dataclasses.astuple(entry))
    assert not any(word in text.casefold() for word in ("@", "alder@", "grove", "home.example"))


def test_nobodys_page_is_made_anew_because_it_was_sent(squad):
    before = squad.store.revision("alder1")
    states(squad, Way())
    assert squad.store.revision("alder1") == before


def test_what_was_not_sent_waits_for_the_next_run(squad):
    way = Way(NotSent("no line"))
    assert states(squad, way, ALDER) == ["alder1 waiting"]
    assert states(squad, way, []) == ["alder1 sent"]
    assert addresses(way) == ["alder@home.example"]


def test_what_a_dying_run_had_in_hand_is_told_and_not_sent_again(squad):
    way = Way(KeyboardInterrupt())
    way.has = lambda _: False  # a mail server cannot be asked
    with pytest.raises(KeyboardInterrupt):
        states(squad, way, ALDER)
    for _ in range(2):
        (outcome,) = deliver(squad, ALDER, {"mail": way})
        assert outcome.state == "doubtful"
        assert "--arrived" in outcome.problem
    assert len(way.mails) == 1
    settle(squad, outcome.delivery_id, "waiting")
    assert states(squad, way, ALDER) == ["alder1 sent"]
    assert len({mail["Message-ID"] for mail in way.mails}) == 1


def test_a_page_that_arrived_by_all_accounts_is_settled(squad):
    way = Way(NoAnswer("the line broke"))
    (outcome,) = deliver(squad, ALDER, {"mail": way})
    assert outcome.state == "doubtful"
    settle(squad, outcome.delivery_id, "sent")
    assert states(squad, way, ALDER) == []
    with pytest.raises(UsageProblem, match="no delivery 'x'"):
        settle(squad, "x", "sent")


def test_a_refused_address_is_not_tried_again_before_it_is_another(squad):
    way = Way(Refused("no such user"))
    assert states(squad, way, ALDER) == states(squad, way, ALDER) == ["alder1 refused"]
    drop(squad.folder, "corrected.csv", CONTACTS.replace("alder@home", "alder@new"))
    list(intake.ingest(squad, intake.files_below([squad.raw_folder])))
    assert states(squad, way, ALDER) == ["alder1 sent"]
    assert addresses(way) == ["alder@new.example"]


def test_a_page_that_is_not_rendered_waits_without_a_word(squad):
    later = Job("athlete_week", "alder1", "2026-07-12")
    way = Way()
    assert states(squad, way, [later]) == []
    write_page(squad, later)
    assert states(squad, way, []) == ["alder1 sent"]


def test_a_fault_of_one_mail_does_not_stop_the_others(squad):
    JOBS[0].page(squad).with_suffix(".json").write_text("{}")
    assert {"alder1 waiting", "hazel1 sent"} <= set(states(squad, Way()))


def test_the_outbox_gets_a_file_a_recipient_also_from_a_run_that_died(squad, monkeypatch):
    squad = with_config(squad, 'deliver = "mail"', 'deliver = "outbox"')
    assert sorted(outcome.state for outcome in deliver(squad, ALDER)) == ["sent"]
    (file,) = (squad.folder / "outbox").iterdir()
    assert b"To: alder@home.example" in file.read_bytes()

    monkeypatch.setattr("analysis.delivery.ledger.Ledger.write", dying_after_sending())
    with pytest.raises(KeyboardInterrupt):
        list(deliver(squad, JOBS[2:3]))
    monkeypatch.undo()
    assert [outcome.state for outcome in deliver(squad, JOBS[2:3])] == ["sent"]
    assert len(list((squad.folder / "outbox").iterdir())) == 2


def dying_after_sending():
    """The ledger of a process that ends before it can write that a page was sent."""
    write = Ledger.write

    def dying(self, entries):
        if any(entry.state == "sent" for entry in entries):
            raise KeyboardInterrupt
        write(self, entries)

    return dying


# a real server


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("mail"))


def outcomes_of(squad, pem, port: int, jobs=JOBS, **more) -> list:
    """What a run says of each page that it hands to the server at this port."""
    settings = {"host": "127.0.0.1", "port": port, "certificates": str(pem), "wait_s": 0, "timeout_s": 5} | more
    with contextlib.closing(MailServer(Smtp(**settings), squad.folder)) as server:
        return list(deliver(squad, jobs, {"mail": server}))


def by_mail(*run, **more) -> list[str]:
    return sorted(f"{one.job.athlete_id or 'squad'} {one.state}" for one in outcomes_of(*run, **more))


GOOD = ["alder1 sent", "birch1 not agreed", "hazel1 sent", "oak1 nobody", "squad sent", "squad sent"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mails_arrive_over_tls_whole(squad, pem, security):
    with Server(Inbox(), pem, security) as server:
        assert by_mail(squad, pem, server.port, security=security) == GOOD
    assert sorted(server.handler.received()) == ALL
    mail = next(mail for mail in server.handler.mails if mail["To"] == "alder@home.example")
    assert mail.get_body().get_content().startswith("Steady, alder1.")
    (attached,) = mail.iter_attachments()
    assert "Page of alder1 – ½" in attached.get_content()


def test_a_server_that_breaks_off_and_comes_back_gets_each_mail_once(squad, pem):
    inbox = Inbox()
    inbox.breaks_before_data = 3
    with Server(inbox, pem) as server:
        assert by_mail(squad, pem, server.port) == GOOD
    assert sorted(inbox.received()) == ALL


def test_a_server_that_is_killed_and_restarted_gets_each_mail_once(squad, pem):
    inbox = Inbox()
    first = Server(inbox, pem)
    with first:
        half = by_mail(squad, pem, first.port, ALDER)
    assert half == ["alder1 sent"]
    down = by_mail(squad, pem, first.port, attempts=2)
    assert down == ["birch1 not agreed", "hazel1 waiting", "oak1 nobody", "squad waiting", "squad waiting"]
    with Server(inbox, pem, port=first.port):
        by_mail(squad, pem, first.port)
        by_mail(squad, pem, first.port)
    assert sorted(inbox.received()) == ALL


def test_a_mail_that_was_taken_without_an_answer_is_doubtful_and_not_repeated(squad, pem):
    inbox = Inbox()
    inbox.breaks_after_data = 1
    with Server(inbox, pem) as server:
        assert by_mail(squad, pem, server.port, ALDER) == ["alder1 doubtful"]
        assert by_mail(squad, pem, server.port, ALDER) == ["alder1 doubtful"]
    assert inbox.received() == ["alder@home.example"]


def test_answers_of_the_server_are_for_good_or_for_now(squad, pem):
    inbox = Inbox()
    inbox.refused = {"alder@home.example": "550 no such user", "parent@home.example": "451 come back later"}
    with Server(inbox, pem) as server:
        said = by_mail(squad, pem, server.port)
    assert {"alder1 refused", "hazel1 waiting", "squad sent"} <= set(said)
    assert sorted(inbox.received()) == ["coach@grove.example", "second@grove.example"]


def test_a_server_with_another_certificate_gets_nothing(squad, pem, tmp_path):
    inbox = Inbox()
    with Server(inbox, certificate(tmp_path)) as server:
        (outcome,) = outcomes_of(squad, pem, server.port, ALDER)
    assert outcome.state == "waiting"
    assert "certificate of 127.0.0.1 is not valid" in outcome.problem
    assert inbox.received() == []


def test_nothing_goes_unencrypted(squad, pem):
    inbox = Inbox()
    with Server(inbox, None) as server:
        (outcome,) = outcomes_of(squad, pem, server.port, ALDER)
    assert "offers no STARTTLS" in outcome.problem
    assert inbox.received() == []


def test_a_login_needs_its_password_from_the_environment(squad, pem, monkeypatch):
    monkeypatch.delenv(PASSWORD, raising=False)
    with Server(Inbox(), pem) as server:
        (outcome,) = outcomes_of(squad, pem, server.port, ALDER, user="grove")
    assert PASSWORD in outcome.problem


# locked pages


def test_a_locked_page_is_told_of_only_in_the_file_under_the_agreed_passphrase(squad, tmp_path, monkeypatch):
    squad = with_config(squad, 'sender = "coach@grove.example"', 'form = "locked"\nsender = "coach@grove.example"')
    page = JOBS[0].page(squad)
    page.write_text("<meta content=\"script-src 'none';\"><p>Page of alder1", encoding="utf-8")
    monkeypatch.delenv(PASSPHRASES, raising=False)
    (outcome,) = deliver(squad, ALDER, {"mail": Way()})
    assert PASSPHRASES in outcome.problem
    phrases = tmp_path / "phrases.toml"
    phrases.write_text('birch1 = "lusab-babad-gutih-tugad-mudof"\n')
    monkeypatch.setenv(PASSPHRASES, str(phrases))
    (outcome,) = deliver(squad, ALDER, {"mail": Way()})
    assert "alder1 has no passphrase" in outcome.problem
    phrases.write_text('alder1 = "lusab-babad-gutih-tugad-mudof"\n')
    way = Way()
    assert states(squad, way, ALDER) == ["alder1 sent"]
    (mail,) = way.mails
    (attached,) = mail.iter_attachments()
    assert "This page is locked" in attached.get_content()
    assert "Page of alder1" not in attached.get_content()
    assert "Steady" not in mail.get_body().get_content()


def with_config(squad, old: str, new: str):
    path = squad.folder / "workbook.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return open_workspace(squad.folder)


# a process that is killed


DYING = """
import os, sys, signal
from analysis import open_workspace
from analysis.delivery.channels import Outbox
from analysis.delivery.mail import PASSPHRASES
from analysis.delivery.sending import deliver
from analysis.report.due import Job

class Dying(Outbox):
    def send(self, mail, before):
        if sys.argv[2] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().send(mail, before)
        os.kill(os.getpid(), signal.SIGKILL)

squad = open_workspace(sys.argv[1])
list(deliver(squad, [Job("athlete_week", "alder1", "2026-07-05")], {"mail": Dying(squad.folder / "outbox")}))
"""


@pytest.mark.soak
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("when", "next_run"), [("before", "alder1 sent"), ("after", "alder1 doubtful")])
def test_a_process_killed_around_the_sending_leaves_one_mail_or_a_doubt(squad, when, next_run):
    command = [sys.executable, "-c", DYING, str(squad.folder), when]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    way = Way()
    assert states(squad, way, ALDER) == [next_run]
    there = len(list(squad.folder.glob("outbox/*.eml")))
    assert len(way.mails) + there == 1
