"""`workbook ...`: argument parsing and printing only; what a command does lives further up the river.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done, 4 another run holds the lock.
"""

import contextlib
import functools
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from analysis import __version__
from analysis.errors import Busy, UnknownAthlete, UsageProblem, WorkbookError

if TYPE_CHECKING:
    from analysis.ingest.dialect import Said

# the libraries behind the commands take seconds to import; each command imports what it needs

FAILED, USAGE, PARTLY, BUSY = 1, 2, 3, 4

BINDING = "Say who: workbook alias NAME ATHLETE; for somebody new: workbook alias NAME --new"

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
by_engine = click.option(
    "--engine",
    type=click.Choice(["forked", "kernel"]),
    help="Where notebooks run: forks of one warm process (default where the system has them), or ordinary kernels.",
)
in_workspace = click.option(
    "--workspace",
    "workspace_folder",
    type=click.Path(path_type=Path),
    help="Folder of the workspace; found upward from the current folder by default.",
)


def says_form(command: Callable) -> Callable:
    """The options that say the form of tables; the command gets them as `form`."""

    @click.option("--delimiter", help="What parts the cells of tables: one character, or tab.")
    @click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of tables.")
    @click.option("--encoding", help="Encoding of tables, as utf-8 or cp1252.")
    @click.option("--day-first/--month-first", default=None, help="How tables mean 03/04/2026.")
    @functools.wraps(command)
    def with_form(*args, delimiter, decimal, encoding, day_first, **rest) -> object:
        from analysis.ingest.dialect import Said

        delimiter = "\t" if delimiter == "tab" else delimiter
        return command(*args, form=Said(delimiter, decimal, encoding, day_first), **rest)

    return with_form


def audited(command: Callable) -> Callable:
    """Leave a line in the audit log: who ran the command when, about whom, and how it ended.

    Wrong usage did nothing and leaves none.
    """

    @functools.wraps(command)
    def recorded(*args, workspace_folder: Path | None, **rest) -> object:
        log, whose = _audit_log(workspace_folder, rest.get("athlete"))
        code = FAILED
        try:
            result = command(*args, workspace_folder=workspace_folder, **rest)
            code = 0
            return result
        except SystemExit as ending:
            code = ending.code
            raise
        except WorkbookError as problem:
            code = _exit_code(problem)
            raise
        finally:
            if log and code != USAGE:
                context = click.get_current_context()
                given = (p for p in context.command.params if _was_given(context, p) and p.opts[0].startswith("-"))
                log.record(context.info_name, (param.opts[0] for param in given), whose, code)

    return recorded


def _was_given(context: click.Context, param: click.Parameter) -> bool:
    return context.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE


def _audit_log(workspace_folder: Path | None, athlete: str | None) -> tuple:
    """The log of the workspace and the ids of whom a command is about; none where there is no workspace."""
    from analysis import open_workspace
    from analysis.audit import Audit

    try:
        workspace = open_workspace(workspace_folder)
        return Audit(workspace), [workspace.athlete_id(athlete)] if athlete else []
    except UnknownAthlete:
        return Audit(workspace), []
    except WorkbookError:
        return None, []


def _exit_code(problem: WorkbookError) -> int:
    return USAGE if isinstance(problem, UsageProblem) else BUSY if isinstance(problem, Busy) else FAILED


class Commands(click.Group):
    """Commands in the order of a user's day; errors that a person can act on are sentences, not tracebacks."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except WorkbookError as problem:
            click.echo(f"Error: {problem}", err=True)
            ctx.exit(_exit_code(problem))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbook")
def main() -> None:
    """Training logs, run times and bar speeds in; honest weekly reports out.

    Start with `workbook demo`, or with `workbook init my-squad` and your own files in my-squad/data/raw.
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def init(folder: Path, as_json: bool) -> None:
    """Make a workspace in FOLDER.

    It gets a configuration, a drop folder, templates to fill and column mappings to copy.
    """
    from analysis import starter

    written = starter.start(folder)
    if as_json:
        return _print_json({"folder": str(folder), "written": [str(path) for path in written]})
    for path in written:
        click.echo(f"  {path}")
    click.echo(f"\nNext: 1. set the time zone and the lifts in {folder / 'workbook.toml'}")
    click.echo(f"      2. fill {folder / 'templates' / 'athletes.csv'} and put it into {folder / 'data' / 'raw'}")
    click.echo(
        f"      3. put files there too, one folder an athlete: {folder / 'data' / 'raw' / 'NAME' / 'strong.csv'}"
    )
    click.echo(f"      4. workbook ingest --workspace {folder}")


@main.command()
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
    from analysis import demonstration, intake
    from analysis.report.due import due

    workspace, files, as_of = demonstration.prepare(workspace_folder)
    with _lock(workspace):
        outcomes = list(_progress(intake.ingest(workspace, files), "Files", len(files), quiet=as_json))
        rendered = _render_due(workspace, due(workspace, as_of), jobs, False, engine, quiet=as_json)
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if as_json:
        _print_json({"files": [o.as_dict() for o in outcomes], "pages": [r.as_dict() for r in rendered]})
    else:
        _print_outcomes(outcomes, verbose=False)
        click.echo("")
        _print_pages(rendered)
        click.echo(f"\nThe squad's built-in truth: {workspace.folder / 'data' / 'example' / 'truth.json'}")
        again = shlex.join(["workbook", "decide", "--workspace", str(workspace_folder)])
        click.echo(f"What the rules propose for the coming week: {again}")
        click.echo("Your own athletes: workbook init my-squad")
    _exit_partly(len(failed) + sum(not r.done for r in rendered), len(outcomes) + len(rendered))


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--unit", type=click.Choice(["kg", "lb"]), help="Unit of loads in logs that do not say.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Column mapping (TOML) to use.")
@says_form
@click.option("--suggest", is_flag=True, help="Propose a column mapping for a table that no reader knows.")
@in_workspace
@as_json
def check(
    paths: tuple[Path, ...],
    unit: str | None,
    mapping: Path | None,
    form: "Said",
    suggest: bool,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Say what PATHS would bring; nothing is stored.

    One line a file: its format and form, whose it is, cells refused, rows known already, and its largest table.
    """
    from analysis import intake, looking

    if suggest:
        return _print_suggestions(list(intake.files_below(paths)), form)
    known = looking.known(workspace_folder)
    options = replace(looking.options(workspace_folder, unit, mapping), said=form)
    files = intake.files_below(paths)
    found = _progress(files.items(), "Files", len(files), quiet=as_json)
    looks = [looking.look(path, options, known, root) for path, root in found]
    if as_json:
        _print_json([look.as_dict() for look in looks])
    else:
        told = {"--unit": unit, "--mapping": mapping, "--workspace": workspace_folder}
        command = shlex.join(["workbook", "ingest", *map(str, paths), *_said_again(told | _form_options(form))])
        click.echo(looking.looks_text(looks, shutil.get_terminal_size(fallback=(100, 24)).columns))
        click.echo(f"\n{looking.next_step(looks, command)}")
    _exit_partly(sum(bool(look.error) for look in looks), len(looks))


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--athlete", help="Whose the files are that carry no name (id, name or alias).")
@click.option("--unit", type=click.Choice(["kg", "lb"]), help="Unit of loads in logs that do not say.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Column mapping (TOML) to use.")
@says_form
@click.option("--verbose", "-v", is_flag=True, help="A line for every file, also those already known.")
@in_workspace
@as_json
@audited
def ingest(
    paths: tuple[Path, ...],
    athlete: str | None,
    unit: str | None,
    mapping: Path | None,
    form: "Said",
    verbose: bool,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Take in PATHS, files or folders; default: data/raw."""
    from analysis import intake, open_workspace

    workspace = open_workspace(workspace_folder)
    files = intake.files_below(paths or (workspace.raw_folder,))
    outcomes = []
    with _lock(workspace):
        workspace.store.sweep()
        options = replace(workspace.options(unit, mapping), said=form)
        found = intake.ingest(workspace, files, options, athlete)
        for outcome in _progress(found, "Files", len(files), quiet=as_json):
            outcomes.append(outcome)
            if as_json:
                _print_json(outcome.as_dict(), indent=None)  # one line a file, printed when it is committed
    if not as_json:
        _print_outcomes(outcomes, verbose)
    _exit_partly(sum(outcome.state in ("failed", "waiting") for outcome in outcomes), len(outcomes))


@main.command()
@click.argument("external_name")
@click.argument("athlete", required=False)
@click.option("--new", is_flag=True, help="Make a new athlete of that name.")
@in_workspace
@as_json
@audited
def alias(external_name: str, athlete: str | None, new: bool, workspace_folder: Path | None, as_json: bool) -> None:
    """Say whom files mean by EXTERNAL_NAME.

    It is bound to ATHLETE (id, name or alias), or to a new athlete with --new.
    """
    from analysis import intake, open_workspace

    if new == bool(athlete):
        raise UsageProblem("Say either the athlete or --new. As: workbook alias 'J. Tree' k3vd")
    workspace = open_workspace(workspace_folder)
    athlete_id = intake.bind_name(workspace, external_name, athlete)
    if as_json:
        return _print_json({"external_name": external_name, "athlete_id": athlete_id})
    click.echo(f"{external_name} is {athlete_id} from now on. Ingest the waiting files again to take their rows in.")


@main.command()
@in_workspace
@as_json
def rejects(workspace_folder: Path | None, as_json: bool) -> None:
    """List what could not be taken in, with the reason."""
    from analysis import looking, open_workspace

    store = open_workspace(workspace_folder).store
    rows = store.frame("rejects").merge(store.frame("files")[["file_no", "name"]], on="file_no")
    if as_json:
        return _print_json(json.loads(rows.to_json(orient="records")))
    for row in rows.itertuples():
        click.echo(f"{row.name}, {looking.refusal(row)}")
    click.echo(f"{_count(len(rows), 'reject')}." if len(rows) else "No rejects.")


@main.command()
@click.option("--athlete", help="Only of this athlete (id, name or alias).")
@in_workspace
@as_json
def revisions(athlete: str | None, workspace_folder: Path | None, as_json: bool) -> None:
    """List rows that a later file said otherwise.

    What they said, what they say now, and which file says so.
    """
    from analysis import open_workspace

    workspace = open_workspace(workspace_folder)
    rows = workspace.store.frame("revisions", [workspace.athlete_id(athlete)] if athlete else None)
    rows = rows.merge(workspace.store.frame("files")[["file_no", "name"]], on="file_no")
    if as_json:
        return _print_json(rows.to_dict("records"))
    for row in rows.itertuples():
        click.echo(f"{row.athlete_id} {row.table_name} {row.row_key}: {row.before} -> {row.after}, by {row.name}")
    click.echo(f"Revisions: {len(rows)}.")


@main.command()
@click.argument("table", required=False)
@click.argument("key", required=False)
@click.option("--athlete", help="Whose rows (id, name or alias).")
@click.option("--date", help="Of which day, ISO.")
@click.option("--what", help="A test, exercise or item, as sprint_20m or romanian_deadlift; run for a run.")
@click.option("--trial", "number", type=click.IntRange(min=1), help="Only this trial, or set.")
@click.option("--rep", type=click.IntRange(min=1), help="Only this repetition of the set.")
@click.option("--side", type=click.Choice(["L", "R", "B"]), help="Only this side.")
@click.option("--reason", help="Why; the athlete's page prints it.")
@click.option("--undo", is_flag=True, help="Take the rows in again.")
@click.option(
    "--list", "only_list", is_flag=True, help="Show the rows and change nothing; alone: all that is left out."
)
@in_workspace
@as_json
@audited
def exclude(
    table: str | None,
    key: str | None,
    athlete: str | None,
    date: str | None,
    what: str | None,
    number: int | None,
    rep: int | None,
    side: str | None,
    reason: str | None,
    undo: bool,
    only_list: bool,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Leave a row out of reports, with a reason.

    A trial, set, repetition, run or answer. No row is deleted, and --undo takes it in again.

    Say which by its TABLE and KEY, as --list prints them, or by --athlete, --date and --what.
    """
    from analysis import leaving_out, open_workspace

    if not only_list and undo == (reason is not None):
        raise UsageProblem("Say either --reason or --undo, or --list to look first. As: --reason 'gate fell over'")
    workspace = open_workspace(workspace_folder)
    narrowed = any(option is not None for option in (athlete, date, what, number, rep, side))
    if key and not narrowed:
        rows = leaving_out.row_of(workspace, table, key)
    elif athlete and date and (what or only_list) and not table:
        rows = leaving_out.rows_of(workspace, leaving_out.Wanted(athlete, date, what, number, rep, side))
    elif only_list and not (table or narrowed):
        rows = leaving_out.excluded(workspace)
    else:
        raise UsageProblem(
            "Say which rows: either TABLE and KEY, or --athlete, --date and --what. "
            "As: --athlete Alder --date 2026-07-04 --what sprint_20m"
        )
    if not only_list:
        with _lock(workspace):
            rows = leaving_out.take_back(workspace, rows) if undo else leaving_out.exclude(workspace, rows, reason)
    if as_json:
        plain = rows.assign(local_date=rows["local_date"].dt.strftime("%Y-%m-%d"))
        return _print_json(json.loads(plain.to_json(orient="records")))
    for row in rows.itertuples():
        click.echo(_row_line(row))
    click.echo(f"{_count(len(rows), 'row')}{'' if only_list else ' taken in again' if undo else ' left out'}.")


@main.command()
@click.argument("proposal_id", metavar="[ID]", required=False)
@click.argument("answer", required=False, type=click.Choice(["accept", "reject"]))
@click.option("--athlete", help="Only of this athlete (id, name or alias).")
@click.option("--as-of", help="The week that holds this date, ISO; default: the last one that is over.")
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
    from analysis import open_workspace, proposing

    if bool(proposal_id) != bool(answer):
        raise UsageProblem("Say which and how, or neither to list them. As: workbook decide 3f2a91c04d accept")
    workspace = open_workspace(workspace_folder)
    if not proposal_id:
        rows = proposing.proposed(workspace, athlete, as_of)
        told = _said_again({"--athlete": athlete, "--as-of": as_of, "--workspace": workspace_folder})
        return _print_rows(rows) if as_json else _print_proposals(rows, told)
    said = {"accept": "accepted", "reject": "rejected"}[answer]
    with _lock(workspace):
        rows = proposing.answer(workspace, proposal_id, said, athlete, as_of)
    if as_json:
        return _print_rows(rows)
    for row in rows.itertuples():
        click.echo(f"{row.answer:8}  {row.proposal_id}  {row.line}")


@main.command()
@in_workspace
@as_json
def status(workspace_folder: Path | None, as_json: bool) -> None:
    """Say what there is of whom, and what waits."""
    from analysis import looking, open_workspace

    report = looking.status(open_workspace(workspace_folder))
    _print_json(report) if as_json else click.echo(looking.status_text(report))


@main.command()
@click.argument("name", metavar="REPORT")
@click.option("--athlete", help="Whose report (id, name or alias); a report of the squad needs none.")
@click.option("--as-of", help="Only events up to this date, ISO; default: the last day with data.")
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
    from analysis.report.fanout import render_job

    workspace = open_workspace(workspace_folder)
    of_squad = is_of_squad(workspace.notebook(name))  # what cannot work is wrong usage, not a failed page
    if of_squad == (athlete is not None):
        raise UsageProblem(
            f"{name} is one page for the squad. Leave --athlete out."
            if of_squad
            else f"{name} is a page of one athlete. Say whose with --athlete."
        )
    whose = workspace.athlete(athlete, as_of) if athlete else workspace.everyone(as_of)
    job = Job(name, "" if of_squad else whose.athlete_id, whose.until.date().isoformat())
    done = render_job(workspace, job, force=True, output=output, engine=engine)
    _print_json(done.as_dict()) if as_json else _print_pages([done])
    _exit_partly(int(not done.done), 1)


@main.command()
@click.argument("page", type=click.Path(path_type=Path, dir_okay=False))
@in_workspace
@as_json
def explain(page: Path, workspace_folder: Path | None, as_json: bool) -> None:
    """Say what PAGE was made of, and what has changed since."""
    from analysis import open_workspace
    from analysis.report.manifest import explained

    lines = explained(open_workspace(workspace_folder), page)
    _print_json(lines) if as_json else click.echo("\n".join(lines))


@main.command()
@click.option("--due", is_flag=True, required=True, help="What workbook.toml plans, once its time has come.")
@click.option("--as-of", help="Only render, for the last periods that were over on this date, ISO; nothing is sent.")
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
    from analysis import erasure, open_workspace
    from analysis.report.due import due as due_pages
    from analysis.report.due import owed
    from analysis.workspace import day

    workspace = open_workspace(workspace_folder)
    with _lock(workspace), _kept(workspace) as done:
        planned = due_pages(workspace, day(as_of)) if as_of else owed(workspace, workspace.now())
        wanted = [job for job in planned if not (missing and job.page(workspace).is_file())]
        where = _cluster(cluster, tls_ca, tls_cert, tls_key)
        done.pages = _render_due(workspace, wanted, jobs, force, engine, quiet=as_json, cluster=where)
        done.deliveries = [] if as_of else _deliver(workspace, planned, quiet=as_json)
        retained = erasure.retain(workspace, workspace.now())
    if as_json:
        _print_json({name: [one.as_dict() for one in ones] for name, ones in vars(done).items()})
    else:
        _print_pages(done.pages)
        _print_deliveries(done.deliveries)
        _print_without_consent(workspace)
        for line in retained:
            click.echo(line)
    failed = sum(not page.done for page in done.pages) + sum(one.failed for one in done.deliveries)
    _exit_partly(failed, len(done.pages) + len(done.deliveries))


@main.command()
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
        return _print_json([line.as_dict() for line in lines]) if as_json else _print_ledger(lines)
    with _lock(workspace):
        if again or arrived:
            sending.settle(workspace, again or arrived, "waiting" if again else "sent")
        outcomes = [] if arrived else _deliver(workspace, [], quiet=as_json)
    _print_json([one.as_dict() for one in outcomes]) if as_json else _print_deliveries(outcomes)
    _exit_partly(sum(one.failed for one in outcomes), len(outcomes))


@main.command()
@click.argument("system", type=click.Choice(["systemd", "cron", "windows"]))
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder to write it into; default: print.")
@in_workspace
@as_json
def schedule(system: str, to: Path | None, workspace_folder: Path | None, as_json: bool) -> None:
    """Write what makes SYSTEM call `workbook run --due` for this workspace.

    A systemd service and timer, a crontab line, or a task for Windows, and how it is put to work.
    """
    from analysis import config as configuration
    from analysis.schedule import scheduled
    from analysis.workspace import find_folder

    folder = find_folder(workspace_folder)
    made = scheduled(system, folder, configuration.read_config(folder / configuration.NAME))
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        for name, text in made.files.items():
            (to / name).write_text(text, encoding="utf-8")
    if as_json:
        return _print_json({"files": made.files, "how": made.how})
    for name, text in made.files.items():
        click.echo(f"{to / name}" if to else f"# {name}\n{text}")
    click.echo("Then:")
    for line in made.how:
        click.echo(f"  {line}")


@main.command()
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
@click.option("--as-of", help="The latest page up to this date, ISO; default: the latest there is.")
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
        return _print_json(done.as_dict())
    click.echo(f"{done.form:10}{_shown(done.path)}")
    if done.passphrase:
        click.echo(f"Passphrase: {done.passphrase}")
        click.echo("It is shown this once and kept nowhere. Hand it over by another way than the file.")


@main.command()
@click.argument("name")
@click.option("--from", "source", required=True, help="Notebook to copy, as load_velocity or athlete_week.")
@click.option("--athlete", help="Of whom it is (id, name or alias).")
@click.option("--until", help="The last day that it looks at, ISO.")
@in_workspace
@as_json
def new(
    name: str, source: str, athlete: str | None, until: str | None, workspace_folder: Path | None, as_json: bool
) -> None:
    """Make a notebook NAME of your own, a copy of one that is there.

    A copy of a report is a report: it renders, and workbook.toml can plan it. Nothing is overwritten.
    """
    from analysis import open_workspace
    from analysis.own_notebook import new_notebook

    made = new_notebook(open_workspace(workspace_folder), name, source, athlete=athlete, until=until)
    if as_json:
        return _print_json({"path": str(made.path), "kind": made.kind, "parameters": made.parameters})
    told = _said_again({"--workspace": workspace_folder})
    click.echo(f"{_shown(made.path)}\n")
    click.echo(f"Open it: {shlex.join(['workbook', 'lab', *told])}, folder {made.kind}.")
    if made.kind == "reports":
        whose = [] if made.is_of_squad else ["--athlete", athlete or "NAME"]
        click.echo(f"Render it: {shlex.join(['workbook', 'report', name, *whose, *told])}")
        click.echo(f'Plan it, in workbook.toml: [[reports]] and below it report = "{name}"')


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@in_workspace
def lab(arguments: tuple[str, ...], workspace_folder: Path | None) -> None:
    """Open JupyterLab on the notebooks of the workspace.

    ARGUMENTS go to jupyter lab, as --no-browser.
    """
    from analysis import open_workspace
    from analysis.workspace import ENVIRONMENT, copy_notebooks

    workspace = open_workspace(workspace_folder)
    folder = copy_notebooks(workspace)
    environment = os.environ | {ENVIRONMENT: str(workspace.folder)}
    os.execve(sys.executable, [sys.executable, "-m", "jupyter", "lab", str(folder), *arguments], environment)


@main.command()
@click.argument("athlete")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="A new or empty folder.")
@in_workspace
@as_json
@audited
def export(athlete: str, to: Path, workspace_folder: Path | None, as_json: bool) -> None:
    """Write everything of ATHLETE (id, name or alias) into a folder.

    Tables as CSV and Parquet with what their columns mean, records of the watch, pages, and files of the drop folder.
    """
    from analysis import open_workspace, takeaway

    written = takeaway.export(open_workspace(workspace_folder), athlete, to)
    if as_json:
        return _print_json(written.as_dict())
    click.echo(f"{_count(sum(written.rows.values()), 'row')} in {_count(len(written.rows), 'table')}, ")
    click.echo(f"{_count(written.samples, 'record')} of the watch, {_count(written.pages, 'page')}.")
    click.echo(f"Begin with {_shown(to / 'README.txt')}")


@main.command()
@click.argument("athlete", required=False)
@click.option("--yes", "confirmed", metavar="ID", help="The id of the athlete once more: it cannot be undone.")
@click.option("--raw", is_flag=True, help="Delete and rewrite the files that people put into the workspace, too.")
@click.option("--retention", is_flag=True, help="Erase nobody; delete what [retention] says is too old.")
@in_workspace
@as_json
@audited
def erase(
    athlete: str | None,
    confirmed: str | None,
    raw: bool,
    retention: bool,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Erase ATHLETE (id, name or alias) for good, then search the workspace for what is left.

    Everything goes that names the athlete: rows, records, pages, logs. Pages of others are made anew. A call that was
    killed is finished by the same call. Backups and copies elsewhere are yours to delete.
    """
    from analysis import erasure, open_workspace

    if retention == bool(athlete):
        raise UsageProblem("Say either whom to erase or --retention. As: workbook erase Alder --yes alder1")
    workspace = open_workspace(workspace_folder)
    if retention:
        return _print_retention(workspace, as_json)
    athlete_id = erasure.id_of(workspace, athlete)
    if confirmed != athlete_id:
        raise UsageProblem(
            f"This would erase everything of {athlete_id} for good. Export it first if it is wanted. "
            f"To erase it: {shlex.join(['workbook', 'erase', athlete, '--yes', athlete_id])}"
        )
    with _lock(workspace):
        done = erasure.erase(workspace, athlete, raw=raw)
    if as_json:
        _print_json(done.as_dict())
    else:
        _print_erased(workspace, done)
    sys.exit(FAILED if done.left else PARTLY if done.unseen or done.failed else 0)


@main.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--encrypt", is_flag=True, help="Under the passphrase in WORKBOOK_BACKUP_PASSPHRASE.")
@in_workspace
@as_json
@audited
def backup(path: Path, encrypt: bool, workspace_folder: Path | None, as_json: bool) -> None:
    """Write everything that cannot be made again to FILE, and check it.

    The workspace may be in use meanwhile. Pages are left out: they can be rendered again.
    """
    from analysis import backup as backups
    from analysis import open_workspace

    passphrase = _passphrase() if encrypt else None
    made = backups.back_up(open_workspace(workspace_folder), path, passphrase)
    _print_json(made.as_dict()) if as_json else _print_backup(made)


@main.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), required=True, help="A new or empty folder.")
@as_json
def restore(path: Path, to: Path, as_json: bool) -> None:
    """Make a workspace from the backup FILE in a new folder.

    An encrypted one is opened with the passphrase in WORKBOOK_BACKUP_PASSPHRASE.
    """
    from analysis import backup as backups

    restored = backups.restore(path, to, os.environ.get(backups.PASSPHRASE))
    if as_json:
        return _print_json(restored.as_dict())
    _print_backup(restored)
    click.echo(f"Whoever was erased since {restored.made_at[:10]} is in it again: erase them again.")
    click.echo(f"Next: workbook doctor --workspace {shlex.quote(str(to))}")


@main.command()
@click.option("--athlete", help="Only what was done about this athlete (id, name or alias; the id once erased).")
@in_workspace
@as_json
def audit(athlete: str | None, workspace_folder: Path | None, as_json: bool) -> None:
    """Say who ran what when, and whether the log is whole."""
    from analysis import open_workspace
    from analysis.audit import Audit

    workspace = open_workspace(workspace_folder)
    log = Audit(workspace)
    with contextlib.suppress(UnknownAthlete):  # somebody who was erased is asked for by the id
        athlete = workspace.athlete_id(athlete) if athlete else None
    lines = log.table(athlete)
    if as_json:
        _print_json(lines.to_dict("records"))
    else:
        known = {log.pseudonym(athlete_id): athlete_id for athlete_id in workspace.consents()}
        for line in lines.itertuples():
            whose = " ".join(known.get(one, "(not in the store)") for one in line.athletes)
            words = (line.at, line.who, line.what, *line.options, whose, f"exit {line.exit}")
            click.echo("  ".join(word for word in words if word))
    number = log.check()
    if not as_json:
        click.echo(f"The log has {_count(number, 'line')}, all as they were written.")


@main.command()
@in_workspace
@as_json
def doctor(workspace_folder: Path | None, as_json: bool) -> None:
    """Check the installation and the workspace."""
    from analysis.doctor import doctor as examine

    findings = examine(workspace_folder)
    if as_json:
        _print_json([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.detail}")
    sys.exit(0 if all(finding.ok for finding in findings) else FAILED)


def _passphrase() -> str:
    from analysis.backup import PASSPHRASE

    if PASSPHRASE not in os.environ:
        raise UsageProblem(f"There is no passphrase. Put one into the environment as {PASSPHRASE}, and keep a copy.")
    return os.environ[PASSPHRASE]


def _print_backup(made) -> None:
    rows, size = sum(made.rows.values()), made.bytes / 1024**2
    form = "encrypted" if made.encrypted else "not encrypted: whoever has the file can read it"
    click.echo(f"{_shown(made.path)}: {_count(made.files, 'file')}, {_count(rows, 'row')}, {size:.1f} MiB, {form}.")
    click.echo(f"Made at {made.made_at}; every file checked.")


def _print_retention(workspace, as_json: bool) -> None:
    import pandas as pd

    from analysis import erasure

    with _lock(workspace):
        said = erasure.retain(workspace, pd.Timestamp.now(tz="UTC"))
    if as_json:
        return _print_json(said)
    for line in said or ["workbook.toml has no [retention]: nothing is deleted for its age."]:
        click.echo(line)


def _print_erased(workspace, done) -> None:
    from analysis import erasure

    click.echo(f"{done.athlete_id}: {_count(sum(done.rows.values()), 'row')} deleted or changed.")
    for word, paths in (("deleted", done.deleted), ("rewritten", done.rewritten), ("made anew", done.rendered)):
        for path in paths:
            click.echo(f"{word:10}{path}")
    for problem in done.failed:
        click.echo(f"removed   {problem}", err=True)
    for name in done.too_common:
        click.echo(f"not looked for: {name!r} is too short, or part of another athlete's name. Look for it yourself.")
    for trace in done.found:
        said = f"found {trace.where}" if trace.looked else f"not looked into: {trace.where}"
        click.echo(f"LEFT      {trace.path}: {said}. {erasure.remedy(workspace, trace)}", err=True)
    if done.left:
        click.echo("Not erased everywhere. Do what the lines above say, then call this again.", err=True)
    else:
        click.echo(erasure.PROOF)


@contextlib.contextmanager
def _lock(workspace) -> Iterator[None]:
    """Hold the workspace for one writing run; a second one is told so at once."""
    from filelock import FileLock, Timeout

    lock = FileLock(workspace.folder / workspace.config.store / "run.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"Another run works on {workspace.folder}. Wait for it to end, then try again.") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _kept(workspace) -> Iterator[SimpleNamespace]:
    """What a run does: `pages` and `deliveries`, kept for other programs, and told to somebody where it failed."""
    from datetime import UTC, datetime

    from analysis.delivery.notice import keep, last_run

    started_at, done = datetime.now(UTC), SimpleNamespace(pages=[], deliveries=[])
    try:
        yield done
    except WorkbookError as problem:
        for sentence in keep(workspace, last_run(started_at, done.pages, done.deliveries, str(problem))):
            click.echo(sentence, err=True)
        raise
    if done.pages or done.deliveries:  # a call at which nothing was due leaves word of the last one
        for sentence in keep(workspace, last_run(started_at, done.pages, done.deliveries)):
            click.echo(sentence, err=True)


def _progress(things, what: str, total: int | None, quiet: bool) -> tqdm:
    """A progress bar on a terminal, nothing elsewhere."""
    return tqdm(things, desc=what, total=total, disable=True if quiet else None, leave=False, file=sys.stderr)


def _cluster(address: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None):
    """The cluster that the options say, None where they say none."""
    from analysis.report.cluster import Cluster

    if address is None and (tls_ca or tls_cert or tls_key):
        raise UsageProblem("Certificates are for a cluster. Say its address too: --cluster tls://HOST:8786")
    return Cluster(address, tls_ca, tls_cert, tls_key) if address else None


def _render_due(
    workspace, planned, jobs: int | None, force: bool, engine: str | None, quiet: bool, cluster=None
) -> list:
    from analysis.report.fanout import render_all

    done = render_all(workspace, planned, jobs or os.cpu_count() or 1, force, engine, cluster)
    return list(_progress(done, "Pages", len(planned), quiet))


def _deliver(workspace, planned, quiet: bool) -> list:
    from analysis.delivery.sending import deliver

    return list(_progress(deliver(workspace, planned), "Mails", None, quiet))


def _print_json(value: object, indent: int | None = 2) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def _form_options(form: "Said") -> dict[str, object]:
    """The options with which `says_form` would get this form."""
    order = {None: {}, True: {"--day-first": True}, False: {"--month-first": True}}[form.day_first]
    delimiter = "tab" if form.delimiter == "\t" else form.delimiter
    return {"--delimiter": delimiter, "--decimal": form.decimal, "--encoding": form.encoding} | order


def _said_again(options: dict[str, object]) -> list[str]:
    """Options as words of a command; those that are None were not said, those that are True are flags."""
    words = []
    for option, value in options.items():
        words += [] if value is None else [option] if value is True else [option, str(value)]
    return words


def _print_suggestions(paths: list[Path], form: "Said") -> None:
    from analysis.ingest import suggest

    for path in paths:
        click.echo(suggest.suggest(path, form))
    click.echo("# Save this as mappings/NAME.toml, complete the lines that ask, then check the file again.")


def _print_outcomes(outcomes: list, verbose: bool) -> None:
    for outcome in outcomes:
        path = _shown(outcome.path)
        if outcome.state == "failed":
            click.echo(f"FAILED   {path}: {outcome.error}", err=True)
        elif outcome.state == "waiting":
            names = ", ".join(f"{name!r} ({_count(rows, 'row')})" for name, rows in outcome.waiting.items())
            click.echo(f"waiting  {path}: nobody is bound to {names}. {BINDING}")
        elif verbose and not outcome.reader:
            click.echo(f"known    {path}: this very file is stored already")
        elif verbose or outcome.rows_rejected:
            click.echo(f"{outcome.state:8} {path}: {outcome.rows_new} new, {outcome.rows_known} known rows")
        if outcome.rows_rejected:
            click.echo(f"         {_count(outcome.rows_rejected, 'cell')} refused; `workbook rejects` says why")
        if verbose:
            for note in outcome.notes:
                click.echo(f"         {note}")
    counts = {state: sum(o.state == state for o in outcomes) for state in ("taken", "known", "waiting", "failed")}
    summary = ", ".join(f"{n} {state}" for state, n in counts.items() if n)
    click.echo(f"{_count(len(outcomes), 'file')}: {summary or 'nothing to do'}.")
    noted = sum(bool(outcome.notes) for outcome in outcomes)
    if noted and not verbose:
        click.echo(f"Files with notes: {noted}; `workbook check PATHS` shows them.")


def _print_rows(rows) -> None:
    """A frame as JSON, dates as ISO text."""
    plain = rows.assign(local_date=rows["local_date"].astype("str").str[:10])
    _print_json(json.loads(plain.to_json(orient="records", date_format="iso")))


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
    click.echo(f"{_count(len(waiting), 'open proposal')}{answered}.")
    if len(waiting):
        command = shlex.join(["workbook", "decide", waiting.iloc[0]["proposal_id"], "accept", *told])
        click.echo(f"Accept one, or say reject: {command}")


def _row_line(row) -> str:
    """A row that can be left out: its table and key, then what it is in words."""
    words = ", ".join(part for part in (row.what, f"{row.local_date:%Y-%m-%d}", row.part, row.value) if part)
    reason = f"; left out: {row.reason}" if isinstance(row.reason, str) else ""
    return f"{row.table_name} {row.row_key}  {words}{reason}"


def _print_pages(rendered: list) -> None:
    for page in rendered:
        click.echo(f"{page.state if page.done else 'FAILED':10}{_shown(page.path)}")
        if not page.done:
            click.echo(f"          {page.error}", err=True)
    click.echo(
        f"{_count(len(rendered), 'page')}."
        if rendered
        else "Nothing is due: no page is missing, or there is no athlete yet."
    )


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
        click.echo(f"{_count(sent, 'page')} sent.")


def _print_ledger(lines: list) -> None:
    for line in lines:
        words = (line.delivery_id, line.report, line.until, line.athlete_id, line.whose, line.channel, line.problem)
        click.echo(f"{line.state:9} {' '.join(word for word in words if word)}")
    click.echo(f"{_count(len(lines), 'line')}.")


def _print_without_consent(workspace) -> None:
    for consent in workspace.consents().values():
        try:
            consent.require("report")
        except WorkbookError as problem:
            click.echo(f"No page: {problem}")


def _shown(path: Path) -> Path:
    """The path as a person would type it here: below the current folder without what leads to it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _count(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _exit_partly(failed: int, of: int) -> None:
    """Exit 1 where all failed, 3 where some did."""
    if failed:
        sys.exit(FAILED if failed == of else PARTLY)


if __name__ == "__main__":
    main()
