"""Who gets a page: the athlete, the guardian of a minor, or for a page of the squad the addresses of its plan."""

from dataclasses import dataclass
from typing import Literal

from analysis.base.config import ReportPlan
from analysis.base.errors import ConfigProblem, DataProblem
from analysis.report.due import Job
from analysis.workspace import Workspace
from analysis.workspace.consent import Consent

Whose = Literal["athlete", "guardian", "coach"]


@dataclass(frozen=True)
class Recipient:
    """An address, and whose it is."""

    whose: Whose
    email: str


@dataclass(frozen=True)
class AddressBook:
    """The addresses of a workspace, and who has agreed to be sent pages, as they are now."""

    consents: dict[str, Consent]
    emails: dict[tuple[str, str], str]  # by athlete_id and whose

    def recipients(self, job: Job, plan: ReportPlan) -> list[Recipient]:
        """Who gets the page of a job.

        Raises ConsentMissing where the athlete has not agreed to pages being sent out, DataProblem where there is no
        address, ConfigProblem where the plan names none for a page of the squad.
        """
        if not job.athlete_id:
            if not plan.to:
                raise ConfigProblem(f"{job.report} goes to nobody. Name addresses: to = ['coach@example.org'].")
            return [Recipient("coach", email) for email in dict.fromkeys(plan.to)]
        consent = self.consents[job.athlete_id]
        consent.require("delivery")
        whose: Whose = "guardian" if consent.is_minor else "athlete"
        email = self.emails.get((job.athlete_id, whose))
        if email is None:
            raise DataProblem(
                f"{job.athlete_id} has no address of the {whose}. Put it into contacts.csv and ingest that."
            )
        return [Recipient(whose, email)]


def address_book(workspace: Workspace) -> AddressBook:
    """The addresses in the table contacts; an empty one is none."""
    rows = workspace.store.values("contacts", "athlete_id", "whose", "email")
    return AddressBook(workspace.consents(), {(athlete_id, whose): email for athlete_id, whose, email in rows if email})
