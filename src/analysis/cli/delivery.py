"""The command that sends pages, and what is said of pages on their way."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from analysis.base.errors import UsageProblem
from analysis.cli.common import audited, count, exit_partly, in_workspace, locked, print_json, progress

if TYPE_CHECKING:
    from analysis.delivery.ledger import Entry
    from analysis.delivery.sending import Outcome
    from analysis.report.due import Job
    from analysis.workspace import Workspace


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Show every page that was sent or waits, and send nothing.")
@click.option("--again", metavar="ID", help="Send this one again, of which nobody knew whether it arrived.")
@click.option("--arrived", metavar="ID", help="This one arrived, or is not wanted any more: never send it again.")
@in_workspace
@audited
def deliver(only_list: bool, again: str | None, arrived: str | None, workspace: "Workspace", as_json: bool) -> None:
    """Send the pages that wait to be sent.

    Each goes to each of its recipients once. The addresses of athletes and guardians are those of contacts.csv.
    """
    from analysis.delivery import sending

    if sum(map(bool, (only_list, again, arrived))) > 1:
        raise UsageProblem("Say one of --list, --again and --arrived.")
    if only_list:
        lines = sending.entries(workspace)
        return print_json([vars(line) for line in lines]) if as_json else _print_ledger(lines)
    with locked(workspace):
        if settled := again or arrived:
            sending.settle(workspace, settled, "waiting" if again else "sent")
        outcomes = [] if arrived else send(workspace, [], quiet=as_json)
    print_json([one.as_dict() for one in outcomes]) if as_json else print_deliveries(outcomes)
    exit_partly(sum(one.failed for one in outcomes), len(outcomes))


def send(workspace: "Workspace", planned: "Iterable[Job]", quiet: bool) -> "list[Outcome]":
    """Send what is due and what waits, with a bar that says how far it is."""
    from analysis.delivery.sending import deliver

    return list(progress(deliver(workspace, planned), "Mails", None, quiet))


def print_deliveries(outcomes: "Sequence[Outcome]") -> None:
    for one in outcomes:
        job = one.job
        to_whom = f" to the {one.whose} by {one.channel}" if one.whose else ""
        number = "" if one.state == "sent" or not one.delivery_id else f"  {one.delivery_id}"
        click.echo(f"{one.state:11} {job.report} {job.until} {job.athlete_id or 'squad'}{to_whom}{number}")
        if one.problem:
            click.echo(f"            {one.problem}", err=one.failed)
    sent = sum(one.state == "sent" for one in outcomes)
    if outcomes:
        click.echo(f"{count(sent, 'page')} sent.")


def _print_ledger(lines: "Sequence[Entry]") -> None:
    for line in lines:
        words = (line.delivery_id, line.report, line.until, line.athlete_id, line.whose, line.channel, line.problem)
        click.echo(f"{line.state:9} {' '.join(word for word in words if word)}")
    click.echo(f"{count(len(lines), 'line')}.")
