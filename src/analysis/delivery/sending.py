"""Sending what is due: each page to each recipient once, whatever dies in between."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from analysis.base.config import ReportPlan
from analysis.base.errors import ConfigProblem, ConsentMissing, NoAnswer, NotSent, Refused, UsageProblem, WorkbookError
from analysis.delivery.channels import Channel, MailServer, Outbox
from analysis.delivery.ledger import Entry, Ledger, State, address_hash, entry_for, hashed
from analysis.delivery.mail import page_mail
from analysis.delivery.recipients import AddressBook, Recipient, address_book
from analysis.report.due import Job, is_planned_by
from analysis.workspace import Workspace

DIED = (
    "A run ended before it knew whether this was taken. Ask the recipient, then say so with "
    "`workbook deliver --arrived ID` or `--again ID`."
)


@dataclass(frozen=True)
class Outcome:
    """What became of one page and recipient in this run."""

    job: Job
    state: State | Literal["nobody", "not agreed"]
    problem: str = ""
    whose: str = ""
    channel: str = ""
    delivery_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether somebody has to see to it; who has not agreed to be sent pages is no failure."""
        return self.state not in ("sent", "not agreed")

    def as_dict(self) -> dict[str, Any]:
        """For `--json`; no address is in it."""
        return self.job.__dict__ | {name: value for name, value in self.__dict__.items() if name != "job"}


def deliver(workspace: Workspace, jobs: Iterable[Job], channels: dict[str, Channel] | None = None) -> Iterator[Outcome]:
    """Put down the pages of `jobs` in the ledger, then send all that waits in it and is rendered.

    A page that was sent to somebody is not sent again. One of which nobody knows whether it was taken is told and left
    alone until somebody says. The caller holds the lock of the workspace.

    Parameters
    ----------
    workspace : Workspace
        Its `workbook.toml` says what is sent, and by which channel.
    jobs : iterable of Job
        Pages that are due, rendered or not.
    channels : dict of str to Channel
        By name; those of `workbook.toml` by default.
    """
    run = _Run(workspace, channels)
    yield from run.queue(jobs)
    with contextlib.closing(run):
        for entry in run.ledger.entries():
            if entry.open and (outcome := run.send(entry)):
                yield outcome


def entries(workspace: Workspace) -> list[Entry]:
    """The whole ledger, by period."""
    return Ledger(workspace.store).entries()


def settle(workspace: Workspace, delivery_id: str, state: Literal["sent", "waiting"]) -> Entry:
    """Say of a page that it arrived ("sent"), or that it is to be sent again ("waiting").

    Raises UsageProblem where there is no such line.
    """
    ledger = Ledger(workspace.store)
    for entry in ledger.entries():
        if entry.delivery_id == delivery_id:
            return ledger.change(entry, state=state, problem=None)
    raise UsageProblem(f"There is no delivery {delivery_id!r}. `workbook deliver --list` lists them.")


@dataclass
class _Run:
    """One run over the queue; channels are opened when first needed."""

    workspace: Workspace
    given: dict[str, Channel] | None
    opened: dict[str, Channel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.workspace.store)
        self.book: AddressBook = address_book(self.workspace)

    def plan_of(self, job: Job) -> ReportPlan | None:
        """The plan by which a page is sent; two plans of a report may send it to some athletes, or some periods."""
        plans = (plan for plan in self.workspace.config.reports if plan.deliver != "no")
        return next((plan for plan in plans if is_planned_by(plan, job, self.workspace)), None)

    def queue(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Put down who is to get the pages; gives those of which nobody will."""
        waiting = []
        for job in jobs:
            if (plan := self.plan_of(job)) and plan.deliver != "no":
                try:
                    found = self.book.recipients(job, plan)
                    waiting += [entry_for(job, recipient, plan.deliver) for recipient in found]
                except ConsentMissing as problem:
                    yield Outcome(job, "not agreed", str(problem))
                except WorkbookError as problem:
                    yield Outcome(job, "nobody", str(problem))
        self.ledger.add(waiting)

    def send(self, entry: Entry) -> Outcome | None:
        """Send one page, unless it was or may have been; None where it is not rendered yet."""
        if entry.state == "sending":
            return _outcome(self._after_death(entry))
        page = entry.job.page(self.workspace)
        if entry.state == "doubtful":
            return _outcome(entry)
        if not page.is_file():
            return None
        try:
            email = self._recipient(entry).email
            if entry.state == "refused" and entry.recipient_hash == address_hash(entry, email):
                return _outcome(entry)
            mail = page_mail(page, entry, email, self.workspace.config)
            channel = self._channel(entry.channel)
        except ConsentMissing as problem:
            return Outcome(entry.job, "not agreed", str(problem), entry.whose, entry.channel, entry.delivery_id)
        except WorkbookError as problem:
            return _outcome(self.ledger.change(entry, problem=str(problem)))
        tried = {
            "recipient_hash": address_hash(entry, email),
            "page_hash": hashed(page.read_text(encoding="utf-8")),
            "attempts": entry.attempts + 1,
        }
        return _outcome(self._handed_over(entry, lambda before: channel.send(mail, before), tried))

    def close(self) -> None:
        """Let go of what was opened here."""
        for channel in self.opened.values():
            channel.close()

    def _handed_over(self, entry: Entry, send: Callable[[Callable[[], None]], None], tried: dict[str, object]) -> Entry:
        """The line after the mail was handed to its channel, or was not."""
        said = entry

        def before() -> None:
            nonlocal said
            said = self.ledger.change(entry, state="sending", problem=None, **tried)

        try:
            send(before)
        except Refused as problem:
            return self.ledger.change(entry, state="refused", problem=str(problem), **tried)
        except NoAnswer as problem:
            return self.ledger.change(entry, **tried, **_doubtful(str(problem)))
        except NotSent as problem:
            return self.ledger.change(entry, state="waiting", problem=str(problem), **tried)
        except Exception as problem:  # also a fault of the workbook itself: it fails this page, not the others
            state = "waiting" if said is entry else "doubtful"
            return self.ledger.change(entry, state=state, problem=str(problem) or repr(problem), **tried)
        return self.ledger.change(said, state="sent")

    def _recipient(self, entry: Entry) -> Recipient:
        """Who gets the page now; consent may have been taken back since it was put down."""
        plan = self.plan_of(entry.job)
        if plan is None:
            raise ConfigProblem("workbook.toml does not send this page any more. Settle it: workbook deliver --list")
        for recipient in self.book.recipients(entry.job, plan):
            if entry_for(entry.job, recipient, entry.channel).delivery_id == entry.delivery_id:
                return recipient
        raise ConfigProblem(f"The {entry.whose} is not to get this page any more. Settle it: workbook deliver --list")

    def _channel(self, name: str) -> Channel:
        if self.given is not None:
            return self.given[name]
        if name not in self.opened:
            self.opened[name] = open_channel(self.workspace, name)
        return self.opened[name]

    def _after_death(self, entry: Entry) -> Entry:
        """The line of a page that a run was handing over when it died: a file can be looked for, a mail cannot."""
        try:
            found = self._channel(entry.channel).has(entry.delivery_id)
        except WorkbookError:
            found = False
        return self.ledger.change(entry, **({"state": "sent"} if found else _doubtful(DIED)))


def open_channel(workspace: Workspace, name: str) -> Channel:
    """The outbox or the mail server that `workbook.toml` names.

    Raises ConfigProblem where it names no server.
    """
    delivery = workspace.config.delivery
    if name == "outbox":
        return Outbox(workspace.folder / delivery.outbox)
    if delivery.smtp is None:
        raise ConfigProblem("deliver = 'mail' needs a server. Add [delivery.smtp] with its host to workbook.toml.")
    return MailServer(delivery.smtp, workspace.folder)


def _doubtful(problem: str) -> dict[str, str]:
    return {"state": "doubtful", "problem": problem}


def _outcome(entry: Entry) -> Outcome:
    return Outcome(entry.job, entry.state, entry.problem or "", entry.whose, entry.channel, entry.delivery_id)
