"""Sending what is due: one mail a recipient, each page in it once, whatever dies in between."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from analysis.base.errors import ConfigProblem, ConsentMissing, NoAnswer, NotSent, Refused, UsageProblem, WorkbookError
from analysis.delivery.channels import Channel, MailServer, Outbox
from analysis.delivery.ledger import Entry, Ledger, State, address_hash, hashed
from analysis.delivery.mail import Attachment, attachment, period_of, post_mail
from analysis.delivery.posts import Post, Sorting, newest_first, newest_of
from analysis.forms.making import form_to_send
from analysis.report.due import Job
from analysis.workspace import Workspace

DIED = (
    "A run ended before it knew whether this was taken. Ask the recipient, then say so with "
    "`workbook deliver --arrived ID` or `--again ID`."
)
LINE = "Nothing is logged, so that a line went in place of the page."
SILENT = "Nothing is logged, so that nothing is sent."

_WELL = ("sent", "told", "silent", "not agreed")


@dataclass(frozen=True)
class Outcome:
    """What became of one page and recipient in this run."""

    job: Job
    state: State | Literal["nobody", "not agreed"]
    problem: str = ""
    whose: str = ""
    channel: str = ""
    delivery_id: str = ""
    mail: str = ""  # the line of the ledger that gave its mail the key; pages of one mail have the same

    @property
    def failed(self) -> bool:
        """Whether somebody has to see to it; who has not agreed to be sent pages is no failure."""
        return self.state not in _WELL

    def as_dict(self) -> dict[str, Any]:
        """For `--json`; no address is in it."""
        return self.job.__dict__ | {name: value for name, value in self.__dict__.items() if name != "job"}


@dataclass(frozen=True)
class Outlook:
    """What a run would send: the mails, and of which pages nobody would get any."""

    posts: list[Post]
    others: list[Outcome]


def put_down(workspace: Workspace, jobs: Iterable[Job]) -> list[Outcome]:
    """Put down in the ledger who is to get the pages of `jobs`, rendered or not; gives those of which nobody will.

    Done before they are rendered, so that a run which is ended in the midst of that is made good by the next one.
    """
    waiting, others = _wanted(Sorting(workspace, lambda _: True), jobs)
    Ledger(workspace.store).add(waiting)
    return others


def deliver(workspace: Workspace, jobs: Iterable[Job], channels: dict[str, Channel] | None = None) -> Iterator[Outcome]:
    """Put down the pages of `jobs` in the ledger, then send all that waits in it and is rendered.

    Each recipient gets one mail: of each report the newest page, and a line that names those before it. Of a period in
    which nothing is logged goes a line in place of the page, and after two silent weeks nothing.

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
    yield from put_down(workspace, jobs)
    run = _Run(workspace, channels)
    with contextlib.closing(run):
        run.after_death()
        known = run.ledger.entries()
        yield from (_outcome(entry) for entry in known if entry.state == "doubtful")
        yield from (_outcome(entry) for entry in run.found)
        sorting = Sorting(workspace, lambda job: job.page(workspace).is_file())
        posts = sorting.posts(known)
        yield from map(run.cannot_go, sorting.failed)
        yield from map(_outcome, sorting.refused)
        for post in posts:
            yield from run.send(post)


def outlook(workspace: Workspace, jobs: Iterable[Job] = ()) -> Outlook:
    """What `deliver` would send if the pages of `jobs` were rendered now; nothing is written and nothing sent."""
    coming = set(jobs)
    sorting = Sorting(workspace, lambda job: job in coming or job.page(workspace).is_file())
    waiting, others = _wanted(sorting, coming)
    known = Ledger(workspace.store).entries()
    there = {entry.delivery_id for entry in known}
    posts = sorting.posts([*known, *(entry for entry in waiting if entry.delivery_id not in there)])
    others += [_not_going(entry, problem) for entry, problem in sorting.failed]
    others += [_outcome(entry) for entry in (*sorting.refused, *known) if entry.state in ("refused", "doubtful")]
    return Outlook(posts, others)


def _wanted(sorting: Sorting, jobs: Iterable[Job]) -> tuple[list[Entry], list[Outcome]]:
    """The lines of those who are to get the pages, as they begin, and the pages that nobody is to get."""
    wanted, others = [], []
    for job in jobs:
        try:
            wanted += [entry for _, entry in sorting.recipients(job)]
        except ConsentMissing as problem:
            others.append(Outcome(job, "not agreed", str(problem)))
        except WorkbookError as problem:
            others.append(Outcome(job, "nobody", str(problem)))
    return wanted, others


def entries(workspace: Workspace) -> list[Entry]:
    """The whole ledger, by period."""
    return Ledger(workspace.store).entries()


def settle(workspace: Workspace, delivery_id: str, state: Literal["sent", "waiting"]) -> Entry:
    """Say of a page that it arrived ("sent"), or that it is to be sent again ("waiting"); so of all in the same mail.

    Raises UsageProblem where there is no such line.
    """
    ledger = Ledger(workspace.store)
    found = next((entry for entry in ledger.entries() if entry.delivery_id == delivery_id), None)
    if found is None:
        raise UsageProblem(f"There is no delivery {delivery_id!r}. `workbook deliver --list` lists them.")
    together = [one for one in ledger.of_one_mail(found) if state == "waiting" or one.state != "told"]
    ledger.write([replace(one, state=state, problem=None) for one in together])
    return replace(found, state=state, problem=None)


@dataclass
class _Run:
    """One run over the queue; channels are opened when first needed."""

    workspace: Workspace
    given: dict[str, Channel] | None
    opened: dict[str, Channel] = field(default_factory=dict)
    found: list[Entry] = field(default_factory=list)  # what a run before had sent, and died before it could say so

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.workspace.store)

    def after_death(self) -> None:
        """Settle the mail that a run was handing over when it died: a file can be looked for, a mail cannot."""
        of_mails: dict[tuple[str, ...], list[Entry]] = {}
        for entry in self.ledger.entries():
            if entry.state == "sending":
                of_mails.setdefault((entry.athlete_id, entry.whose, entry.channel), []).append(entry)
        for of_one in of_mails.values():
            reports = {entry.report for entry in of_one}
            leads = newest_first(newest_of(one for one in of_one if one.report == report) for report in reports)
            key = leads[0].delivery_id  # as the mail was made with
            became = self._became(of_one[0].channel, key)
            if became == "waiting":
                self.ledger.write([replace(entry, state=became) for entry in of_one])
                continue
            problem = DIED if became == "doubtful" else None
            handed = [replace(entry, state=became, problem=problem) for entry in leads]
            self.ledger.write([*handed, *_told(set(of_one) - set(leads), key)])
            self.found += [entry for entry in handed if entry.state == "sent"]

    def _became(self, channel_name: str, key: str) -> Literal["sent", "waiting", "doubtful"]:
        try:
            channel = self._channel(channel_name)
            return "sent" if channel.has(key) else "waiting" if channel.takes_back(key) else "doubtful"
        except (WorkbookError, OSError):
            return "doubtful"

    def cannot_go(self, failed: tuple[Entry, WorkbookError]) -> Outcome:
        """What is said of a page whose mail cannot be; the ledger keeps why, but for a want of consent."""
        entry, problem = failed
        if not isinstance(problem, ConsentMissing):
            self.ledger.change(entry, problem=str(problem))
        return _not_going(entry, problem)

    def send(self, post: Post) -> Iterator[Outcome]:
        """Send one mail, and put down what became of all its lines."""
        if post.passed:
            passed = [replace(entry, state="silent", problem=SILENT) for entry in post.passed]
            self.ledger.write(passed)
            yield from map(_outcome, passed)
        attached: dict[Entry, Attachment] = {}
        for entry in post.pages:
            try:
                attached[entry] = attachment(entry.job.page(self.workspace), entry, self.workspace.config)
            except WorkbookError as problem:
                yield self.cannot_go((entry, problem))
        left = {entry.report for entry in post.pages} - {entry.report for entry in attached}
        post = replace(
            post, pages=tuple(attached), earlier=tuple(one for one in post.earlier if one.report not in left)
        )
        if not post.leads:
            return
        try:
            config, period = self.workspace.config, partial(_period, self.workspace)
            mail = post_mail(post, list(attached.values()), period, config, self._form(post))
            channel = self._channel(post.leads[0].channel)
        except WorkbookError as problem:
            yield from (self.cannot_go((entry, problem)) for entry in post.leads)
            return
        yield from self._handed_over(post, lambda before: channel.send(mail, before))

    def _form(self, post: Post) -> Path | None:
        """The form that goes with the pages of an athlete; none with locked pages, since a form is not locked."""
        lead = post.leads[0]
        if lead.whose == "coach" or self.workspace.config.delivery.form == "locked":
            return None
        try:
            return form_to_send(self.workspace, lead.athlete_id, lead.whose)
        except WorkbookError:  # as a lost key, of which `workbook form` tells: the page goes all the same
            return None

    def close(self) -> None:
        """Let go of what was opened here."""
        for channel in self.opened.values():
            channel.close()

    def _handed_over(self, post: Post, send: Callable[[Callable[[], None]], None]) -> Iterator[Outcome]:
        """What is said of the lines after the mail was handed to its channel, or was not."""
        key, was_told = post.leads[0].delivery_id, False
        leads = [self._tried(entry, post) for entry in post.leads]
        earlier = [self._tried(entry, post) for entry in post.earlier]

        def before() -> None:
            nonlocal was_told
            self.ledger.write([replace(entry, state="sending", problem=None) for entry in (*leads, *earlier)])
            was_told = True

        try:
            send(before)
        except Refused as problem:
            became: State = "refused"
            said = str(problem)
        except NoAnswer as problem:
            became, said = "doubtful", str(problem)
        except NotSent as problem:
            became, said = "waiting", str(problem)
        except Exception as problem:  # also a fault of the workbook itself: it fails this mail, not the others
            became, said = ("doubtful" if was_told else "waiting"), str(problem) or repr(problem)
        else:
            became, said = "sent", ""
        handed = [replace(entry, state=became, problem=said or None) for entry in leads]
        if became == "sent":
            lines = {entry.delivery_id for entry in post.lines}
            handed = [replace(entry, problem=LINE) if entry.delivery_id in lines else entry for entry in handed]
        if became in ("sent", "doubtful"):
            named = _told(earlier, key)
        else:
            named = [replace(entry, state=became, problem=None) for entry in earlier]
        self.ledger.write([*handed, *named])
        shown = (*handed, *named) if became == "sent" else handed
        yield from (replace(_outcome(entry), mail=key) for entry in shown)

    def _tried(self, entry: Entry, post: Post) -> Entry:
        """The line with what this attempt is known by."""
        page = entry.job.page(self.workspace)
        return replace(
            entry,
            recipient_hash=address_hash(entry, post.recipient.email),
            page_hash=hashed(page.read_text(encoding="utf-8")) if entry in post.pages else None,
            attempts=entry.attempts + 1,
        )

    def _channel(self, name: str) -> Channel:
        if self.given is not None:
            return self.given[name]
        if name not in self.opened:
            self.opened[name] = open_channel(self.workspace, name)
        return self.opened[name]


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


def _told(entries: Iterable[Entry], key: str) -> list[Entry]:
    return [replace(entry, state="told", problem=f"Named in the mail {key}.") for entry in entries]


def _period(workspace: Workspace, entry: Entry) -> str:
    return period_of(entry.job.page(workspace), entry)


def _not_going(entry: Entry, problem: WorkbookError) -> Outcome:
    state = "not agreed" if isinstance(problem, ConsentMissing) else entry.state
    return Outcome(entry.job, state, str(problem), entry.whose, entry.channel, entry.delivery_id)


def _outcome(entry: Entry) -> Outcome:
    return Outcome(entry.job, entry.state, entry.problem or "", entry.whose, entry.channel, entry.delivery_id)
