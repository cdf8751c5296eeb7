"""The ledger: a line for every page and recipient, written before the page goes and after. It is the queue as well."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

import pandas as pd

from analysis.delivery.recipients import Recipient, Whose
from analysis.report.due import SQUAD, Job
from analysis.store import Store

State = Literal["waiting", "sending", "sent", "refused", "doubtful", "told", "silent"]

_GONE = ("sent", "told", "doubtful")  # what lines of one mail may be once it was handed over


@dataclass(frozen=True)
class Entry:
    """One page on its way to one recipient."""

    delivery_id: str
    athlete_id: str  # SQUAD for a page of the squad
    report: str
    until: str
    whose: Whose
    channel: Literal["outbox", "mail"]
    state: State = "waiting"
    recipient_hash: str | None = None
    page_hash: str | None = None
    problem: str | None = None
    attempts: int = 0

    @property
    def job(self) -> Job:
        """The page."""
        return Job(self.report, "" if self.athlete_id == SQUAD else self.athlete_id, self.until)

    @property
    def open(self) -> bool:
        """Whether somebody still waits for it, or may."""
        return self.state not in ("sent", "told", "silent")


def entry_for(job: Job, recipient: Recipient, channel: Literal["outbox", "mail"]) -> Entry:
    """The line of a page and recipient before anything was done.

    An athlete or guardian is the same recipient under another address and by another channel, so that a page that was
    sent is not sent again when they change; a page of the squad goes to each of its addresses once.
    """
    athlete_id = job.athlete_id or SQUAD
    address = recipient.email.casefold() if recipient.whose == "coach" else ""
    delivery_id = hashed(job.report, athlete_id, job.until, recipient.whose, address)[:24]
    return Entry(delivery_id, athlete_id, job.report, job.until, recipient.whose, channel)


def hashed(*parts: str) -> str:
    """A hash of texts, by which they are known again and not read."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def address_hash(entry: Entry, email: str) -> str:
    """The hash by which the ledger knows an address; another for each page, so that no line leads to another."""
    return hashed(entry.delivery_id, email.casefold())


class Ledger:
    """The lines of a store; each is written in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def entries(self) -> list[Entry]:
        """All lines, by period."""
        frame = self._store.frame("deliveries")
        frame = frame.assign(until=frame["until"].dt.strftime("%Y-%m-%d")).drop(columns="changed_at")
        rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
        return sorted((Entry(**row) for row in rows), key=lambda entry: (entry.until, entry.report, entry.athlete_id))

    def add(self, entries: Iterable[Entry]) -> None:
        """Put down what is to be sent; what has a line already keeps it."""
        known = {delivery_id for (delivery_id,) in self._store.values("deliveries", "delivery_id")}
        self.write([entry for entry in entries if entry.delivery_id not in known])

    def change(self, entry: Entry, **changes: object) -> Entry:
        """The entry with some of its values changed, as it now stands in the ledger."""
        changed = replace(entry, **changes)
        self.write([changed])
        return changed

    def of_one_mail(self, entry: Entry) -> list[Entry]:
        """The lines that went with this one, itself among them: lines of a mail change at once, and alone."""
        frame = self._store.frame("deliveries")
        at = frame.loc[frame["delivery_id"] == entry.delivery_id, "changed_at"]
        together = set(frame.loc[frame["changed_at"].isin(at), "delivery_id"]) if entry.state in _GONE else set()
        to = (entry.athlete_id, entry.whose, entry.channel)
        return [
            one
            for one in self.entries()
            if one.delivery_id == entry.delivery_id
            or (one.delivery_id in together and one.state in _GONE and (one.athlete_id, one.whose, one.channel) == to)
        ]

    def write(self, entries: list[Entry]) -> None:
        """Put lines down as they are now, in one transaction."""
        if entries:
            rows = pd.DataFrame([asdict(entry) for entry in entries]).assign(changed_at=pd.Timestamp.now(tz="UTC"))
            self._store.note("deliveries", rows)
