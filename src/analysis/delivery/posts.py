"""What goes into one mail: of each report the newest page for one recipient, and in a line what lies ready before it.

Of a period in which nothing is known of an athlete no page goes but a line, for as long as `base.silence` says.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from analysis.base.config import ReportPlan
from analysis.base.errors import ConfigProblem, WorkbookError
from analysis.base.silence import TOLD_FOR_D, Known, last_known
from analysis.delivery.ledger import Entry, address_hash, entry_for
from analysis.delivery.recipients import AddressBook, Recipient, address_book
from analysis.report.due import Job, is_planned_by, period_start
from analysis.workspace import Athlete, Workspace, day


@dataclass(frozen=True)
class Post:
    """One mail to one recipient, as lines of the ledger."""

    recipient: Recipient
    pages: tuple[Entry, ...] = ()  # that it carries, the newest of each report, the newest of all first
    lines: tuple[Entry, ...] = ()  # of which it says that nothing is logged
    earlier: tuple[Entry, ...] = ()  # pages that it names
    passed: tuple[Entry, ...] = ()  # of which it says nothing, since nothing is logged for long or a later line says so

    @property
    def leads(self) -> tuple[Entry, ...]:
        """What it is about; the first one gives it its key. Where it is about nothing, no mail goes."""
        return tuple(newest_first((*self.pages, *self.lines)))

    def as_dict(self) -> dict[str, Any]:
        """For `--json`; no address is in it."""
        one = (*self.leads, *self.passed)[0]
        kinds = {"pages": self.pages, "lines": self.lines, "earlier": self.earlier, "silent": self.passed}
        return {"athlete_id": one.athlete_id, "whose": one.whose, "channel": one.channel} | {
            name: [{"report": entry.report, "until": entry.until} for entry in entries]
            for name, entries in kinds.items()
        }


@dataclass
class Sorting:
    """How what waits becomes mails, by the plans, addresses, consent and data of a workspace as they are now.

    `is_there` says whether the page of a job is, or will be by the time of the sending.
    """

    workspace: Workspace
    is_there: Callable[[Job], bool]
    failed: list[tuple[Entry, WorkbookError]] = field(default_factory=list)  # whose mail cannot be, and why
    refused: list[Entry] = field(default_factory=list)  # by a server, for the address that they still have
    _athletes: dict[str, Athlete] = field(default_factory=dict)
    _periods: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # of the ledger, by athlete and report

    @cached_property
    def book(self) -> AddressBook:
        """Addresses and consent."""
        return address_book(self.workspace)

    def plan_of(self, job: Job) -> ReportPlan | None:
        """The plan by which a page is sent; two plans of a report may send it to some athletes, or some periods."""
        plans = (plan for plan in self.workspace.config.reports if plan.deliver != "no")
        return next((plan for plan in plans if is_planned_by(plan, job, self.workspace)), None)

    def recipients(self, job: Job) -> list[tuple[Recipient, Entry]]:
        """Who is to get a page, each with its line as it begins; nobody where no plan sends it.

        Raises ConsentMissing, DataProblem or ConfigProblem as `AddressBook.recipients`.
        """
        plan = self.plan_of(job)
        if plan is None or plan.deliver == "no":
            return []
        return [(one, entry_for(job, one, plan.deliver)) for one in self.book.recipients(job, plan)]

    def posts(self, entries: Iterable[Entry]) -> list[Post]:
        """The mails that are to go, of the lines of a ledger that wait or were refused.

        `failed` and `refused` say what cannot go.
        """
        entries = list(entries)
        for entry in entries:
            self._periods.setdefault((entry.athlete_id, entry.report), []).append(entry.until)
        ready: dict[tuple[str, ...], list[tuple[Entry, Recipient]]] = {}
        for entry in entries:
            if entry.state not in ("waiting", "refused") or not self.is_there(entry.job):
                continue
            try:
                recipient = self._recipient(entry)
            except WorkbookError as problem:
                self.failed.append((entry, problem))
                continue
            to = (entry.athlete_id, entry.whose, entry.channel, recipient.email.casefold())
            ready.setdefault(to, []).append((entry, recipient))
        return [post for of_one in ready.values() if (post := self._post(of_one))]

    def _recipient(self, entry: Entry) -> Recipient:
        """Who gets the page now; consent may have been taken back since it was put down."""
        plan = self.plan_of(entry.job)
        if plan is None:
            raise ConfigProblem("workbook.toml does not send this page any more. Settle it: workbook deliver --list")
        for recipient in self.book.recipients(entry.job, plan):
            if entry_for(entry.job, recipient, entry.channel).delivery_id == entry.delivery_id:
                return recipient
        raise ConfigProblem(f"The {entry.whose} is not to get this page any more. Settle it: workbook deliver --list")

    def _post(self, of_one: list[tuple[Entry, Recipient]]) -> Post | None:
        """The mail of what is ready for one recipient; None where the server refuses this address for good."""
        recipient = of_one[0][1]
        by_report: dict[str, list[Entry]] = {}
        for entry, _ in of_one:
            by_report.setdefault(entry.report, []).append(entry)
        if all(_is_refused_for_good(entry, recipient) for entry, _ in of_one):
            self.refused += [newest_of(entries) for entries in by_report.values()]
            return None
        kinds: dict[str, list[Entry]] = {"pages": [], "lines": [], "earlier": [], "passed": []}
        for entries in by_report.values():
            for kind, entry in self._of_report(entries):
                kinds[kind].append(entry)
        return Post(recipient, **{kind: tuple(newest_first(found)) for kind, found in kinds.items()})

    def _of_report(self, entries: list[Entry]) -> Iterable[tuple[str, Entry]]:
        """What becomes of the pages of one report."""
        newest, *before = newest_first(entries)
        silent_d = {entry: self._silent_before_d(entry) for entry in entries}
        logged = [entry for entry in before if silent_d[entry] is None]
        yield from (("passed", entry) for entry in before if silent_d[entry] is not None)
        if (so_far_d := silent_d[newest]) is None:
            yield "pages", newest
        elif so_far_d < TOLD_FOR_D:
            yield "lines", newest
        else:
            yield "passed", newest
            if logged:
                yield "pages", logged.pop(0)
        yield from (("earlier", entry) for entry in logged)

    def _silent_before_d(self, entry: Entry) -> int | None:
        """For a period of which nothing is known of the athlete: the silent days before it; None for any other.

        Of whom nothing ever was known, the silence begins with the first period that the ledger has.
        """
        plan = self.plan_of(entry.job)
        if not entry.job.athlete_id or plan is None:
            return None
        periods, week_start = self._periods[entry.athlete_id, entry.report], self.workspace.config.week_start
        start = period_start(plan, day(entry.until), week_start)
        last = last_known(cast(Known, self._athlete(entry.athlete_id)), day(entry.until))  # it has them by name
        if last is None:
            return (start - period_start(plan, day(min(periods)), week_start)).days
        return None if last >= start else (start - last).days - 1

    def _athlete(self, athlete_id: str) -> Athlete:
        if athlete_id not in self._athletes:
            last = max(until for of, untils in self._periods.items() if of[0] == athlete_id for until in untils)
            self._athletes[athlete_id] = self.workspace.athlete(athlete_id, last)
        return self._athletes[athlete_id]


def newest_of(entries: Iterable[Entry]) -> Entry:
    """The line of the newest period."""
    return newest_first(entries)[0]


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Lines by period, those of one period by report."""
    by_report = sorted(entries, key=lambda entry: entry.report)
    return sorted(by_report, key=lambda entry: entry.until, reverse=True)


def _is_refused_for_good(entry: Entry, recipient: Recipient) -> bool:
    return entry.state == "refused" and entry.recipient_hash == address_hash(entry, recipient.email)
