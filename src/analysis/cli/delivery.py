"""The command that sends pages, and what is said of pages on their way."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from analysis.base.errors import UsageProblem
from analysis.cli.common import audited, count, exit_partly, in_workspace, locked, print_json, progress

if TYPE_CHECKING:
    from analysis.delivery.ledger import Entry
    from analysis.delivery.people import People
    from analysis.delivery.posts import Post
    from analysis.delivery.sending import Outcome
    from analysis.report.due import Job
    from analysis.workspace import Workspace

dry_run_option = click.option("--dry-run", is_flag=True, help="Show who would get what; write and send nothing.")


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Show every page that was sent or waits, and send nothing.")
@click.option("--again", metavar="ID", help="Send this one again, of which nobody knew whether it arrived.")
@click.option("--arrived", metavar="ID", help="This one arrived, or is not wanted any more: never send it again.")
@dry_run_option
@in_workspace
@audited
def deliver(
    only_list: bool, again: str | None, arrived: str | None, dry_run: bool, workspace: "Workspace", as_json: bool
) -> None:
    """Send the pages that wait to be sent.

    Each goes to each of its recipients once. The addresses of athletes and guardians are those of contacts.csv.
    """
    from analysis.delivery import sending

    if sum(map(bool, (only_list, again, arrived, dry_run))) > 1:
        raise UsageProblem("Say one of --list, --again, --arrived and --dry-run.")
    if dry_run:
        return print_outlook(workspace, [], as_json)
    if only_list:
        lines = sending.entries(workspace)
        return print_json([vars(line) for line in lines]) if as_json else _print_ledger(lines)
    with locked(workspace):
        if settled := again or arrived:
            sending.settle(workspace, settled, "waiting" if again else "sent")
        outcomes = [] if arrived else send(workspace, [], quiet=as_json)
    print_json([one.as_dict() for one in outcomes]) if as_json else print_deliveries(outcomes, people(workspace))
    exit_partly(sum(one.failed for one in outcomes), len(outcomes))


def send(workspace: "Workspace", planned: "Iterable[Job]", quiet: bool) -> "list[Outcome]":
    """Send what is due and what waits, with a bar that says how far it is."""
    from analysis.delivery.sending import deliver

    return list(progress(deliver(workspace, planned), "Mails", None, quiet))


def people(workspace: "Workspace") -> "People":
    """Who is behind the ids."""
    from analysis.delivery.people import People

    return People.of(workspace)


def print_outlook(workspace: "Workspace", planned: "Sequence[Job]", as_json: bool) -> None:
    """Which pages are due and who would get what; nothing is rendered, written or sent."""
    from analysis.delivery.sending import outlook

    ahead, known = outlook(workspace, planned), people(workspace)
    if as_json:
        mails = [post.as_dict() for post in ahead.posts]
        others = [one.as_dict() for one in ahead.others]
        return print_json({"pages": [vars(job) for job in planned], "mails": mails, "others": others})
    for job in planned:
        click.echo(f"{'due':11} {job.report} {job.until} {known.name(job.athlete_id)}")
    going = [post for post in ahead.posts if post.leads]
    for post in ahead.posts:
        for line in _outlook_lines(post, known):
            click.echo(line)
    for one in ahead.others:
        whose = f"{one.job.report} {one.job.until} {known.name(one.job.athlete_id)}"
        click.echo(f"{one.state:11} {whose}")
        click.echo(f"            {known.named(one.problem, one.job.athlete_id)}")
    click.echo(f"{count(len(going), 'mail')} would go. Nothing was written or sent.")


def _outlook_lines(post: "Post", known: "People") -> "Iterator[str]":
    def told(entries: "Iterable[Entry]") -> str:
        return ", ".join(f"{entry.report} {entry.until}" for entry in entries)

    if leads := post.leads:
        whom = f"{known.name(leads[0].job.athlete_id)}, {leads[0].whose}, {post.recipient.email}, by {leads[0].channel}"
        what = [
            *([told(post.pages)] if post.pages else []),
            *([f"a line that nothing is logged, {told(post.lines)}"] if post.lines else []),
        ]
        yield f"{'would go':11} {'; '.join(what)} to {whom}"
        if post.earlier:
            yield f"            It names: {told(post.earlier)}"
    if post.passed:
        yield f"{'silent':11} {told(post.passed)} {known.name(post.passed[0].job.athlete_id)}"


def print_deliveries(outcomes: "Sequence[Outcome]", known: "People") -> None:
    for one in outcomes:
        job = one.job
        whose = known.name(job.athlete_id) if one.failed else job.athlete_id or "squad"
        to_whom = f" to the {one.whose} by {one.channel}" if one.whose else ""
        number = "" if one.state == "sent" or not one.delivery_id else f"  {one.delivery_id}"
        click.echo(f"{one.state:11} {job.report} {job.until} {whose}{to_whom}{number}")
        if one.problem:
            click.echo(f"            {known.named(one.problem, job.athlete_id)}", err=one.failed)
    mails = {one.mail or one.delivery_id for one in outcomes if one.state == "sent"}
    if outcomes:
        click.echo(f"{count(len(mails), 'mail')} sent.")


def _print_ledger(lines: "Sequence[Entry]") -> None:
    for line in lines:
        words = (line.delivery_id, line.report, line.until, line.athlete_id, line.whose, line.channel, line.problem)
        click.echo(f"{line.state:9} {' '.join(word for word in words if word)}")
    click.echo(f"{count(len(lines), 'line')}.")
