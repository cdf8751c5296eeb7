"""Commands that make all pages that are due, and have that done by the clock."""

import contextlib
import functools
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click

from analysis.base.errors import UsageProblem, WorkbookError
from analysis.cli import common
from analysis.cli.delivery import dry_run_option, people, print_deliveries, print_outlook, send
from analysis.cli.files import fetch_into, print_fetched, print_outcomes
from analysis.cli.pages import print_pages

if TYPE_CHECKING:
    from analysis.delivery.schedule import System
    from analysis.report.due import Job
    from analysis.report.engine.cluster import Cluster
    from analysis.report.engine.fan_out import Done, Engine
    from analysis.workspace import Workspace

REVIEWS = ("block_review",)  # of the example: a block is reviewed when somebody asks, so that no plan names it
ENDED = "The run was ended from outside. Run it again: what is made stays, and only the rest is made."

at_a_time = click.option(
    "--jobs", type=click.IntRange(min=1), default=None, help="Pages made at a time; default: one a core."
)


def on_cluster(command: Callable) -> Callable:
    """The options that say a cluster; the command gets it as `cluster`, None where they say none."""

    @click.option(
        "--cluster",
        "address",
        metavar="ADDRESS",
        help="Make pages on the workers of this dask scheduler, as tls://HOST:8786.",
    )
    @click.option(
        "--tls-ca", type=click.Path(path_type=Path, exists=True), help="Certificate of the cluster's authority."
    )
    @click.option("--tls-cert", type=click.Path(path_type=Path, exists=True), help="Your certificate for the cluster.")
    @click.option("--tls-key", type=click.Path(path_type=Path, exists=True), help="The key of your certificate.")
    @click.option(
        "--cluster-in-the-clear",
        "in_the_clear",
        is_flag=True,
        help="Use a cluster beyond this machine without TLS: others on the way can read athletes' data.",
    )
    @functools.wraps(command)
    def with_cluster(*args, address: str | None, in_the_clear: bool, **rest) -> object:
        from analysis.report.engine.cluster import Cluster

        files = {name: rest.pop(name) for name in ("tls_ca", "tls_cert", "tls_key")}
        if address is None and (in_the_clear or any(files.values())):
            raise UsageProblem(
                "Certificates, or going without, are for a cluster. Say its address too: --cluster tls://HOST:8786"
            )
        cluster = Cluster(address, **files, in_the_clear=in_the_clear) if address else None
        return command(*args, cluster=cluster, **rest)

    return with_cluster


@click.command()
@click.option(
    "--workspace",
    "workspace_folder",
    type=click.Path(path_type=Path),
    default=Path("workbook-demo"),
    show_default=True,
    help="Where to make the example; a folder of its own keeps it apart from your athletes.",
)
@at_a_time
@common.by_engine
@common.as_json
def demo(workspace_folder: Path, jobs: int | None, engine: "Engine | None", as_json: bool) -> None:
    """Make an example squad of 12: a page for each athlete, one for the coach, and the review of a block."""
    from analysis import open_workspace
    from analysis.report.due import Job, due
    from analysis.report.index import NAME
    from analysis.workspace import demonstration, intake

    workspace, files, as_of = demonstration.prepare(workspace_folder, open_workspace)
    with common.locked(workspace):
        outcomes = list(common.progress(intake.ingest(workspace, files), "Files", len(files), quiet=as_json))
        planned = [*due(workspace, as_of), *(Job(report, "", f"{as_of:%Y-%m-%d}") for report in REVIEWS)]
        rendered = list(_render_due(workspace, planned, jobs, False, engine, quiet=as_json))
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if as_json:
        common.print_json({"files": [o.as_dict() for o in outcomes], "pages": [r.as_dict() for r in rendered]})
    else:
        click.echo(f"Open {workspace.reports_folder / NAME} in a browser: it lists every page.\n")
        print_outcomes(outcomes, verbose=False)
        click.echo("")
        print_pages(rendered)
        click.echo(f"\nThe squad's built-in truth: {workspace.folder / 'data' / 'example' / 'truth.json'}")
        again = shlex.join(["workbook", "decide", "--workspace", str(workspace_folder)])
        click.echo(f"What the rules propose for the coming week: {again}")
        form = shlex.join(["workbook", "form", "Alder", "--workspace", str(workspace_folder)])
        click.echo(f"A form that an athlete answers on a phone: {form}")
        click.echo("Your own athletes: workbook init my-squad")
    common.exit_partly(len(failed) + sum(not r.done for r in rendered), len(outcomes) + len(rendered))


@click.command()
@click.option("--due", is_flag=True, required=True, help="What workbook.toml plans, once its time has come.")
@click.option(
    "--as-of",
    callback=common.as_day,
    help="Render for the last periods that were over on this date, ISO; nothing is sent.",
)
@click.option(
    "--missing", is_flag=True, help="Leave pages that are there as they are, also where data came after them."
)
@at_a_time
@click.option("--force", is_flag=True, help="Render unchanged pages too.")
@dry_run_option
@common.by_engine
@on_cluster
@common.in_workspace
@common.audited
def run(
    due: bool,  # noqa: ARG001 - the flag says aloud what happens
    as_of: str | None,
    missing: bool,
    jobs: int | None,
    force: bool,
    dry_run: bool,
    engine: "Engine | None",
    cluster: "Cluster | None",
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Take files in, then render and send every report that is due.

    Files are taken in first where workbook.toml says `ingest_before_run = true`; whatever is wrong with them stops no
    page. It also says which pages are made when, and to whom they go. What was missed is made good; unchanged pages are
    left as they are, and nothing is sent twice. reports/log/last_run.json says what was done.

    It waits for an ingest or another command that writes, 10 minutes at most, and leaves at once while another run is
    there.
    """
    from analysis.delivery.sending import put_down
    from analysis.privacy.retention import retain
    from analysis.report.due import due as due_pages
    from analysis.report.due import owed
    from analysis.workspace import day

    if dry_run:
        planned = due_pages(workspace, day(as_of)) if as_of else owed(workspace, workspace.now())
        return print_outlook(workspace, planned, as_json)
    with common.locked(workspace, is_run=True), _kept(workspace) as done:
        _take_files_in(workspace, done, quiet=as_json)
        planned = due_pages(workspace, day(as_of)) if as_of else owed(workspace, workspace.now())
        wanted = [job for job in planned if not (missing and job.page(workspace).is_file())]
        if not as_of:
            put_down(workspace, planned)
        for page in _render_due(workspace, wanted, jobs, force, engine, quiet=as_json, cluster=cluster):
            done.pages.append(page)
        done.deliveries = [] if as_of else send(workspace, planned, quiet=as_json)
        retained = retain(workspace, workspace.now())
    if as_json:
        plain = {name: ones for name, ones in vars(done).items() if name in ("problems", "said")}
        common.print_json(
            plain | {n: [one.as_dict() for one in ones] for n, ones in vars(done).items() if n not in plain}
        )
    else:
        known = people(workspace)
        _print_arrived(done)
        print_pages(done.pages, known)
        print_deliveries(done.deliveries, known)
        _print_without_consent(workspace)
        for line in retained:
            click.echo(line)
    failed = sum(not page.done for page in done.pages) + sum(one.failed for one in done.deliveries)
    failed += sum(one.state in ("failed", "waiting") for one in (*done.fetched, *done.files)) + len(done.problems)
    common.exit_partly(failed, sum(map(len, (done.fetched, done.files, done.problems, done.pages, done.deliveries))))


@click.command()
@click.argument("system", type=click.Choice(["systemd", "cron", "windows", "launchd"]))
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder to write it into; default: print.")
@common.in_folder
def schedule(system: "System", to: Path | None, workspace_folder: Path | None, as_json: bool) -> None:
    """Write what makes SYSTEM call `workbook run --due` for this workspace.

    A systemd service and timer, a crontab line, a task for Windows or a job of macOS, and how it is put to work. Each
    carries the name of the workspace, so that several squads on one computer keep apart.
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
        return common.print_json({"files": made.files, "how": made.how})
    for name, text in made.files.items():
        click.echo(f"{to / name}" if to else f"# {name}\n{text}")
    click.echo("Then:")
    for line in made.how:
        click.echo(f"  {line}")


@contextlib.contextmanager
def _kept(workspace: "Workspace") -> Iterator[SimpleNamespace]:
    """What a run does: what was `fetched`, `files`, `pages` and `deliveries`.

    Beside them stand `problems` with fetching and taking in, and what is `said` of it.
    They are kept for other programs, and told to somebody where something failed.
    """
    from datetime import UTC, datetime

    from analysis.delivery.notice import keep, last_run
    from analysis.workspace.arrivals import Arrived

    started_at = datetime.now(UTC)
    done = SimpleNamespace(fetched=[], files=[], pages=[], deliveries=[], problems=[], said=[])

    def ended(why: str = "") -> None:
        arrived = Arrived.of(workspace, done.files, done.fetched, done.problems)
        if why or done.pages or done.deliveries or arrived.files or arrived.fetched or arrived.failures:
            for sentence in keep(workspace, last_run(started_at, done.pages, done.deliveries, why, arrived)):
                click.echo(sentence, err=True)

    try:
        yield done
    except (WorkbookError, KeyboardInterrupt) as problem:
        why = str(problem) or ENDED
        ended(why)
        _print_arrived(done)
        if isinstance(problem, WorkbookError):
            raise
        print_pages(done.pages, people(workspace))
        click.echo(why, err=True)
        sys.exit(common.PARTLY if done.pages else common.FAILED)
    ended()  # a call at which nothing was due and nothing came leaves word of the last one


def _take_files_in(workspace: "Workspace", done: SimpleNamespace, quiet: bool) -> None:
    """Take in what lies in the drop folder; whatever is wrong with that, what is stored is rendered."""
    from analysis.ingest import plugged
    from analysis.workspace import arrivals

    done.problems += plugged.faults(workspace.config.plugins.use)
    try:
        if workspace.config.ingest_before_run:
            fetch_into(workspace, done, quiet)
            for outcome in common.progress(arrivals.take_in(workspace), "Files", None, quiet):
                done.files = [one for one in done.files if one.path != outcome.path] + [outcome]
            return
        if left := arrivals.untaken(workspace):
            done.said.append(f"{arrivals.untaken_text(left, workspace)} Take them in: workbook ingest")
            done.said += [arrivals.SAY_WHETHER] if workspace.config.ingest_before_run is None else []
    except (WorkbookError, OSError) as problem:
        done.problems.append(f"Files could not be taken in. {common.in_words(problem)}")


def _print_arrived(done: SimpleNamespace) -> None:
    for problem in (*done.said, *done.problems):
        click.echo(problem, err=True)
    print_fetched(done.fetched)
    if done.files:
        print_outcomes(done.files, verbose=False)


def _render_due(
    workspace: "Workspace",
    planned: "list[Job]",
    jobs: int | None,
    force: bool,
    engine: "Engine | None",
    quiet: bool,
    cluster: "Cluster | None" = None,
) -> "Iterator[Done]":
    from analysis.report.engine.fan_out import render_all

    made = render_all(workspace, planned, jobs or os.cpu_count() or 1, force, engine, cluster)
    with contextlib.closing(made):  # an interrupted run ends what is in work
        yield from common.progress(made, "Pages", len(planned), quiet)


def _print_without_consent(workspace: "Workspace") -> None:
    for consent in workspace.consents().values():
        try:
            consent.require("report")
        except WorkbookError as problem:
            click.echo(f"No page: {problem}")
