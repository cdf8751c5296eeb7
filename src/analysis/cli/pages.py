"""Commands that decide on proposals, make pages, and hand them out."""

import contextlib
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click

from analysis.base.errors import UsageProblem, WorkbookError
from analysis.cli.common import (
    FAILED,
    PARTLY,
    as_day,
    as_json,
    audited,
    by_engine,
    count,
    exit_partly,
    in_workspace,
    locked,
    print_json,
    progress,
    said_again,
    shown,
)
from analysis.cli.files import print_outcomes

_LISTED = 20  # pages made that are named one by one
_ENDED = "The run was ended from outside. Run it again: what is made stays, and only the rest is made."


@click.command()
@click.option(
    "--workspace",
    "workspace_folder",
    type=click.Path(path_type=Path),
    default=Path("workbook-demo"),
    show_default=True,
    help="Where to make the example; a folder of its own keeps it apart from your athletes.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Pages made at a time; default: one a core.")
@by_engine
@as_json
def demo(workspace_folder: Path, jobs: int | None, engine: str | None, as_json: bool) -> None:
    """Make an example squad of 12, a page for each athlete and one for the coach."""
    from analysis.report.due import due
    from analysis.workspace import demonstration, intake

    workspace, files, as_of = demonstration.prepare(workspace_folder)
    with locked(workspace):
        outcomes = list(progress(intake.ingest(workspace, files), "Files", len(files), quiet=as_json))
        rendered = list(_render_due(workspace, due(workspace, as_of), jobs, False, engine, quiet=as_json))
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if as_json:
        print_json({"files": [o.as_dict() for o in outcomes], "pages": [r.as_dict() for r in rendered]})
    else:
        print_outcomes(outcomes, verbose=False)
        click.echo("")
        _print_pages(rendered)
        click.echo(f"\nThe squad's built-in truth: {workspace.folder / 'data' / 'example' / 'truth.json'}")
        again = shlex.join(["workbook", "decide", "--workspace", str(workspace_folder)])
        click.echo(f"What the rules propose for the coming week: {again}")
        click.echo("Your own athletes: workbook init my-squad")
    exit_partly(len(failed) + sum(not r.done for r in rendered), len(outcomes) + len(rendered))


@click.command()
@click.argument("proposal_id", metavar="[ID]", required=False)
@click.argument("answer", required=False, type=click.Choice(["accept", "reject"]))
@click.option("--athlete", help="Only of this athlete (id, name or alias).")
@click.option(
    "--as-of", callback=as_day, help="The week that holds this date, ISO; default: the last one that is over."
)
@in_workspace
@as_json
@audited
def decide(
    proposal_id: str | None,
    answer: str | None,
    athlete: str | None,
    as_of: str | None,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """List what the rules propose for the coming week, or answer one proposal.

    Only a line that was accepted reaches the athlete's page. A second answer replaces the first.
    """
    from analysis import open_workspace, proposals

    if bool(proposal_id) != bool(answer):
        raise UsageProblem("Say which and how, or neither to list them. As: workbook decide 3f2a91c04d accept")
    workspace = open_workspace(workspace_folder)
    if not proposal_id:
        rows = proposals.proposed(workspace, athlete, as_of)
        told = said_again({"--athlete": athlete, "--as-of": as_of, "--workspace": workspace_folder})
        return _print_rows(rows) if as_json else _print_proposals(rows, told)
    said = {"accept": "accepted", "reject": "rejected"}[answer]
    with locked(workspace):
        rows = proposals.answer(workspace, proposal_id, said, athlete, as_of)
    if as_json:
        return _print_rows(rows)
    for row in rows.itertuples():
        click.echo(f"{row.answer:8}  {row.proposal_id}  {row.line}")


@click.command()
@click.argument("name", metavar="REPORT")
@click.option("--athlete", help="Whose report (id, name or alias); a report of the squad needs none.")
@click.option("--as-of", callback=as_day, help="Only events up to this date, ISO; default: the last day with data.")
@click.option("--output", type=click.Path(path_type=Path), help="Where to put the page; default: below reports/.")
@by_engine
@in_workspace
@as_json
@audited
def report(
    name: str,
    athlete: str | None,
    as_of: str | None,
    output: Path | None,
    engine: str | None,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Render REPORT, as athlete_week, for one athlete, or squad_week for the squad.

    Whether it is due or not; an unchanged page is made anew.
    """
    from analysis import open_workspace
    from analysis.report.due import Job, is_of_squad
    from analysis.report.engine.fan_out import render_job
    from analysis.report.publish import check_page_path

    workspace = open_workspace(workspace_folder)
    if output:
        check_page_path(output)
    of_squad = is_of_squad(workspace.notebook(name))  # what cannot work is wrong usage, not a failed page
    if of_squad == (athlete is not None):
        raise UsageProblem(
            f"{name} is one page for the squad. Leave --athlete out."
            if of_squad
            else f"{name} is a page of one athlete. Say whose with --athlete."
        )
    whose = workspace.everyone(as_of) if of_squad else workspace.athlete(athlete, as_of)
    job = Job(name, "" if of_squad else whose.athlete_id, whose.until.date().isoformat())
    done = render_job(workspace, job, force=True, output=output, engine=engine)
    print_json(done.as_dict()) if as_json else _print_pages([done])
    exit_partly(int(not done.done), 1)


@click.command()
@click.argument("page", type=click.Path(path_type=Path, dir_okay=False))
@in_workspace
@as_json
def explain(page: Path, workspace_folder: Path | None, as_json: bool) -> None:
    """Say what PAGE was made of, and what has changed since."""
    from analysis import open_workspace
    from analysis.report.engine.manifest import explained

    lines = explained(open_workspace(workspace_folder), page)
    print_json(lines) if as_json else click.echo("\n".join(lines))


@click.command()
@click.option("--due", is_flag=True, required=True, help="What workbook.toml plans, once its time has come.")
@click.option(
    "--as-of",
    callback=as_day,
    help="Only render, for the last periods that were over on this date, ISO; nothing is sent.",
)
@click.option(
    "--missing", is_flag=True, help="Leave pages that are there as they are, also where data came after them."
)
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Pages made at a time; default: one a core.")
@click.option("--force", is_flag=True, help="Render unchanged pages too.")
@by_engine
@click.option(
    "--cluster", metavar="ADDRESS", help="Make pages on the workers of this dask scheduler, as tls://HOST:8786."
)
@click.option("--tls-ca", type=click.Path(path_type=Path, exists=True), help="Certificate of the cluster's authority.")
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True), help="Your certificate for the cluster.")
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True), help="The key of your certificate.")
@in_workspace
@as_json
@audited
def run(
    due: bool,  # noqa: ARG001 - the flag says aloud what happens
    as_of: str | None,
    missing: bool,
    jobs: int | None,
    force: bool,
    engine: str | None,
    cluster: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Render and send every report that is due.

    workbook.toml says which, when and to whom. What was missed is made good; unchanged pages are left as they are,
    and nothing is sent twice. reports/log/last_run.json says what was done.
    """
    from analysis import open_workspace
    from analysis.privacy.retention import retain
    from analysis.report.due import due as due_pages
    from analysis.report.due import owed
    from analysis.workspace import day

    workspace = open_workspace(workspace_folder)
    with locked(workspace), _kept(workspace) as done:
        planned = due_pages(workspace, day(as_of)) if as_of else owed(workspace, workspace.now())
        wanted = [job for job in planned if not (missing and job.page(workspace).is_file())]
        where = _cluster(cluster, tls_ca, tls_cert, tls_key)
        for page in _render_due(workspace, wanted, jobs, force, engine, quiet=as_json, cluster=where):
            done.pages.append(page)
        done.deliveries = [] if as_of else _deliver(workspace, planned, quiet=as_json)
        retained = retain(workspace, workspace.now())
    if as_json:
        print_json({name: [one.as_dict() for one in ones] for name, ones in vars(done).items()})
    else:
        _print_pages(done.pages)
        _print_deliveries(done.deliveries)
        _print_without_consent(workspace)
        for line in retained:
            click.echo(line)
    failed = sum(not page.done for page in done.pages) + sum(one.failed for one in done.deliveries)
    exit_partly(failed, len(done.pages) + len(done.deliveries))


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Show every page that was sent or waits, and send nothing.")
@click.option("--again", metavar="ID", help="Send this one again, of which nobody knew whether it arrived.")
@click.option("--arrived", metavar="ID", help="This one arrived, or is not wanted any more: never send it again.")
@in_workspace
@as_json
@audited
def deliver(
    only_list: bool, again: str | None, arrived: str | None, workspace_folder: Path | None, as_json: bool
) -> None:
    """Send the pages that wait to be sent.

    Each goes to each of its recipients once. The addresses of athletes and guardians are those of contacts.csv.
    """
    from analysis import open_workspace
    from analysis.delivery import sending

    if sum(map(bool, (only_list, again, arrived))) > 1:
        raise UsageProblem("Say one of --list, --again and --arrived.")
    workspace = open_workspace(workspace_folder)
    if only_list:
        lines = sending.entries(workspace)
        return print_json([line.as_dict() for line in lines]) if as_json else _print_ledger(lines)
    with locked(workspace):
        if again or arrived:
            sending.settle(workspace, again or arrived, "waiting" if again else "sent")
        outcomes = [] if arrived else _deliver(workspace, [], quiet=as_json)
    print_json([one.as_dict() for one in outcomes]) if as_json else _print_deliveries(outcomes)
    exit_partly(sum(one.failed for one in outcomes), len(outcomes))


@click.command()
@click.argument("system", type=click.Choice(["systemd", "cron", "windows"]))
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder to write it into; default: print.")
@in_workspace
@as_json
def schedule(system: str, to: Path | None, workspace_folder: Path | None, as_json: bool) -> None:
    """Write what makes SYSTEM call `workbook run --due` for this workspace.

    A systemd service and timer, a crontab line, or a task for Windows, and how it is put to work.
    """
    from analysis.base import config as configuration
    from analysis.delivery.schedule import scheduled
    from analysis.workspace import find_folder

    folder = find_folder(workspace_folder)
    made = scheduled(system, folder, configuration.read_config(folder / configuration.NAME))
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        for name, text in made.files.items():
            (to / name).write_text(text, encoding="utf-8")
    if as_json:
        return print_json({"files": made.files, "how": made.how})
    for name, text in made.files.items():
        click.echo(f"{to / name}" if to else f"# {name}\n{text}")
    click.echo("Then:")
    for line in made.how:
        click.echo(f"  {line}")


@click.command()
@click.argument("name", metavar="REPORT")
@click.option("--athlete", help="Whose page (id, name or alias); a report of the squad needs none.")
@click.option(
    "--form",
    type=click.Choice(["single", "folder", "locked"]),
    default="single",
    show_default=True,
    help="One file by itself; pages with one plotly.min.js for all; or one file under a passphrase.",
)
@click.option("--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to put it into.")
@click.option("--as-of", callback=as_day, help="The latest page up to this date, ISO; default: the latest there is.")
@in_workspace
@as_json
@audited
def share(
    name: str,
    athlete: str | None,
    form: str,
    to: Path,
    as_of: str | None,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Put the latest page of REPORT where it can be handed out.

    The passphrase of a locked page is printed here and kept nowhere.
    """
    from analysis import open_workspace
    from analysis.report import share as sharing

    done = sharing.share(open_workspace(workspace_folder), name, athlete, form, to, as_of)
    if as_json:
        return print_json(done.as_dict())
    click.echo(f"{done.form:10}{shown(done.path)}")
    if done.passphrase:
        click.echo(f"Passphrase: {done.passphrase}")
        click.echo("It is shown this once and kept nowhere. Hand it over by another way than the file.")


@contextlib.contextmanager
def _kept(workspace) -> Iterator[SimpleNamespace]:
    """What a run does: `pages` and `deliveries`, kept for other programs, and told to somebody where it failed."""
    from datetime import UTC, datetime

    from analysis.delivery.notice import keep, last_run

    started_at, done = datetime.now(UTC), SimpleNamespace(pages=[], deliveries=[])
    try:
        yield done
    except (WorkbookError, KeyboardInterrupt) as problem:
        why = str(problem) or _ENDED
        for sentence in keep(workspace, last_run(started_at, done.pages, done.deliveries, why)):
            click.echo(sentence, err=True)
        if isinstance(problem, WorkbookError):
            raise
        _print_pages(done.pages)
        click.echo(why, err=True)
        sys.exit(PARTLY if done.pages else FAILED)
    if done.pages or done.deliveries:  # a call at which nothing was due leaves word of the last one
        for sentence in keep(workspace, last_run(started_at, done.pages, done.deliveries)):
            click.echo(sentence, err=True)


def _cluster(address: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None):
    """The cluster that the options say, None where they say none."""
    from analysis.report.engine.cluster import Cluster

    if address is None and (tls_ca or tls_cert or tls_key):
        raise UsageProblem("Certificates are for a cluster. Say its address too: --cluster tls://HOST:8786")
    return Cluster(address, tls_ca, tls_cert, tls_key) if address else None


def _render_due(
    workspace, planned, jobs: int | None, force: bool, engine: str | None, quiet: bool, cluster=None
) -> Iterator:
    from analysis.report.engine.fan_out import render_all

    made = render_all(workspace, planned, jobs or os.cpu_count() or 1, force, engine, cluster)
    with contextlib.closing(made):  # an interrupted run ends what is in work
        yield from progress(made, "Pages", len(planned), quiet)


def _deliver(workspace, planned, quiet: bool) -> list:
    from analysis.delivery.sending import deliver

    return list(progress(deliver(workspace, planned), "Mails", None, quiet))


def _print_rows(rows) -> None:
    """A frame as JSON, dates as ISO text."""
    plain = rows.assign(local_date=rows["local_date"].astype("str").str[:10])
    print_json(json.loads(plain.to_json(orient="records", date_format="iso")))


def _print_proposals(rows, told: list[str]) -> None:
    """Open proposals below their athlete and evidence; `told` are the options with which an answer finds them."""
    waiting = rows[rows["is_open"]]
    for _, of_rule in waiting.groupby(["athlete_id", "subject", "title"], sort=False):
        first = of_rule.iloc[0]
        click.echo(f"{first['name']}, week of {first['local_date']:%Y-%m-%d}: {first['action']}. {first['evidence']}")
        for row in of_rule.itertuples():
            click.echo(f"  {row.proposal_id}  {row.line}")
        click.echo(f"              Source: {first['source']}")
    counts = rows["answer"].value_counts()
    answered = "".join(f", {counts[answer]} {answer}" for answer in ("accepted", "rejected") if answer in counts)
    click.echo(f"{count(len(waiting), 'open proposal')}{answered}.")
    if len(waiting):
        command = shlex.join(["workbook", "decide", waiting.iloc[0]["proposal_id"], "accept", *told])
        click.echo(f"Accept one, or say reject: {command}")


def _print_pages(rendered: list) -> None:
    """Each page that was made, those that stand in one line, and a table of those that are not there."""
    if not rendered:
        return click.echo("Nothing is due: no page is missing, or there is no athlete yet.")
    made = [page for page in rendered if page.state == "rendered"]
    if len(made) <= _LISTED:
        for page in made:
            click.echo(f"rendered  {shown(page.path)}")
    else:
        for folder, pages in Counter(page.path.parent for page in made).items():
            click.echo(f"rendered  {count(pages, 'page')} in {shown(folder)}")
    _print_failures([page for page in rendered if not page.done])
    states = Counter(page.state for page in rendered)
    summary = ", ".join(f"{states[state]} {state}" for state in ("rendered", "unchanged", "failed") if states[state])
    click.echo(f"{count(len(rendered), 'page')}: {summary}.")


def _print_failures(failed: list) -> None:
    """A table of the pages that could not be made: whose, which report, of which period, and why."""
    rows = [(page.job.athlete_id or "squad", page.job.report, page.job.until, page.error) for page in failed]
    if rows:
        rows.insert(0, ("FAILED", "report", "period", "why"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, why in rows:
        click.echo("  ".join([*(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)), why]), err=True)


def _print_deliveries(outcomes: list) -> None:
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


def _print_ledger(lines: list) -> None:
    for line in lines:
        words = (line.delivery_id, line.report, line.until, line.athlete_id, line.whose, line.channel, line.problem)
        click.echo(f"{line.state:9} {' '.join(word for word in words if word)}")
    click.echo(f"{count(len(lines), 'line')}.")


def _print_without_consent(workspace) -> None:
    for consent in workspace.consents().values():
        try:
            consent.require("report")
        except WorkbookError as problem:
            click.echo(f"No page: {problem}")
