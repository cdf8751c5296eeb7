"""Commands that take files in, and say what is there, what was refused, changed and left out."""

import functools
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click

from analysis.base.errors import UsageProblem, WorkbookError
from analysis.cli import common

if TYPE_CHECKING:
    import pandas as pd

    from analysis.ingest.dialect import Said
    from analysis.workspace import Workspace


def reads_files(command: Callable) -> Callable:
    """The options that say how files are read.

    The command gets those for the form of tables as `form`, those for recordings as `recorded`.
    """

    @click.option("--unit", type=click.Choice(["kg", "lb"]), help="Unit of loads in logs that do not say.")
    @click.option("--sport", help="What was done, for files of watches that do not say, as running.")
    @click.option("--date", callback=common.as_day, help="Day of recordings of motion that do not say, ISO.")
    @click.option("--lift", help="Exercise of recordings of motion that do not say, as romanian_deadlift.")
    @click.option("--load", callback=_as_load, help="Load of recordings of motion that do not say, as 80kg.")
    @click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Column mapping (TOML) to use.")
    @click.option("--delimiter", help="What parts the cells of tables: one character, or tab.")
    @click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of tables.")
    @click.option("--encoding", help="Encoding of tables, as utf-8 or cp1252.")
    @click.option("--day-first/--month-first", default=None, help="How tables mean 03/04/2026.")
    @functools.wraps(command)
    def with_form(*args, delimiter, decimal, encoding, day_first, date, lift, load, **rest) -> object:
        from analysis.ingest.dialect import Said

        delimiter = "\t" if delimiter == "tab" else delimiter
        recorded = {"date": date, "lift": lift, "load": load}
        return command(*args, form=Said(delimiter, decimal, encoding, day_first), recorded=recorded, **rest)

    return with_form


def _as_load(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """A load with its unit; raises UsageProblem for anything else."""
    if text is not None and re.fullmatch(r"\d+([.,]\d+)? ?(kg|kgs|lb|lbs)", text.strip(), re.IGNORECASE) is None:
        raise UsageProblem(f"--load {text!r} is no load with its unit. As: --load 80kg, or --load 175lb")
    return text


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@common.as_json
def init(folder: Path, as_json: bool) -> None:
    """Make a workspace in FOLDER.

    It gets a configuration, a drop folder, templates to fill and column mappings to copy.
    """
    from analysis.workspace import starter

    written = starter.start(folder)
    if as_json:
        return common.print_json({"folder": str(folder), "written": [str(path) for path in written]})
    for path in written:
        click.echo(f"  {path}")
    click.echo(f"\nNext: 1. set the time zone in {folder / 'workbook.toml'}")
    click.echo(f"      2. fill {folder / 'templates' / 'athletes.csv'} and put it into {folder / 'data' / 'raw'}")
    click.echo(
        f"      3. put files there too, one folder an athlete: {folder / 'data' / 'raw' / 'NAME' / 'strong.csv'}"
    )
    click.echo(f"      4. workbook ingest --workspace {folder}")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--athlete", help="Whose the files are that carry no name (id, name or alias).")
@reads_files
@click.option("--suggest", is_flag=True, help="Propose a column mapping for a table that no reader knows.")
@common.in_folder
def check(
    paths: tuple[Path, ...],
    athlete: str | None,
    unit: str | None,
    sport: str | None,
    mapping: Path | None,
    form: "Said",
    recorded: dict[str, str | None],
    suggest: bool,
    workspace_folder: Path | None,
    as_json: bool,
) -> None:
    """Say what `ingest` would make of PATHS; nothing is stored.

    One line a file: its format and form, whose it is, cells refused, rows known already, or that the file is read again
    or waits for a name, and its largest table.
    """
    from analysis.ingest import plugged
    from analysis.ingest.reading import Options
    from analysis.workspace import dry_run, intake

    if suggest:
        return _print_suggestions(list(intake.files_below(paths)), form)
    files = intake.files_below(paths)
    with dry_run.looking(workspace_folder) as workspace:
        bare = Options(load_unit=unit, mapping=mapping) if workspace is None else workspace.options(unit, mapping)
        for problem in plugged.faults(bare.config.plugins.use):
            click.echo(problem, err=True)
        found = dry_run.looks(workspace, files, replace(bare, said=form, sport=sport, **recorded), athlete)
        by_path = {look.path: look for look in common.progress(found, "Files", len(files), quiet=as_json)}
    looks = [by_path[path] for path in files]
    if as_json:
        common.print_json([vars(look) for look in looks])
    else:
        form_told = _form_options(form) | recorded
        told = common.said_again(athlete=athlete, unit=unit, sport=sport, mapping=mapping, **form_told)
        command = shlex.join(["workbook", "ingest", *map(str, paths), *told])
        click.echo(dry_run.looks_text(looks, shutil.get_terminal_size(fallback=(100, 24)).columns))
        click.echo(f"\n{dry_run.next_step(looks, command)}")
    common.exit_partly(sum(look.will in ("failed", "waiting") for look in looks), len(looks))


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--athlete", help="Whose the files are that carry no name (id, name or alias).")
@reads_files
@click.option("--again", is_flag=True, help="Read PATHS once more, by what is said now; without PATHS all there is.")
@click.option("--yes", is_flag=True, help="You looked at what the squad's tablet sent: take it in.")
@click.option("--verbose", "-v", is_flag=True, help="A line for every file, also those already known.")
@common.in_workspace
@common.audited
def ingest(
    paths: tuple[Path, ...],
    athlete: str | None,
    unit: str | None,
    sport: str | None,
    mapping: Path | None,
    form: "Said",
    recorded: dict[str, str | None],
    again: bool,
    yes: bool,
    verbose: bool,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Take in PATHS, files or folders; default: data/raw, into which files of `drop_folder` are copied first.

    Files that were taken in are read again when something changed on which their reading rested, as a unit, a column
    mapping, exercises.csv or whom a name means; `workbook status` lists them.

    While another command writes into the workspace it waits for its turn, 10 minutes at most, then takes what is still
    new.
    """
    from analysis.ingest import plugged
    from analysis.workspace import intake

    files = intake.files_below(paths)
    outcomes, done = [], SimpleNamespace(fetched=[], problems=plugged.faults(workspace.config.plugins.use))
    with common.locked(workspace):
        if not paths:
            fetch_into(workspace, done, quiet=as_json)
            files = intake.files_below((workspace.raw_folder,))
        workspace.store.sweep()
        options = replace(workspace.options(unit, mapping), said=form, sport=sport, **recorded)
        found = intake.ingest(workspace, files, options, athlete, again=again, everywhere=not paths, seen=yes)
        for outcome in common.progress(found, "Files", len(files), quiet=as_json):
            outcomes.append(outcome)
            if as_json:
                common.print_json(outcome.as_dict(), indent=None)  # one line a file, printed when it is committed
    for problem in done.problems:
        click.echo(problem, err=True)
    if not as_json:
        print_fetched(done.fetched)
        print_outcomes(outcomes, verbose)
    failed = sum(one.state in ("failed", "waiting") for one in (*done.fetched, *outcomes)) + len(done.problems)
    common.exit_partly(failed, len(done.fetched) + len(outcomes) + len(done.problems))


@click.command()
@click.argument("external_name")
@click.argument("athlete", required=False)
@click.option("--new", is_flag=True, help="Make a new athlete of that name.")
@common.in_workspace
@common.audited
def alias(external_name: str, athlete: str | None, new: bool, workspace: "Workspace", as_json: bool) -> None:
    """Say whom files mean by EXTERNAL_NAME.

    It is bound to ATHLETE (id, name or alias), or to a new athlete with --new.
    """
    from analysis.workspace import naming

    if new == bool(athlete):
        raise UsageProblem("Say either the athlete or --new. As: workbook alias 'J. Tree' k3vd")
    with common.locked(workspace):
        athlete_id = naming.bind_name(workspace, external_name, athlete)
    if as_json:
        return common.print_json({"external_name": external_name, "athlete_id": athlete_id})
    click.echo(
        f"{external_name} is {athlete_id} from now on. The next `workbook ingest` takes the rows that wait for it."
    )


@click.command()
@common.in_workspace
def rejects(workspace: "Workspace", as_json: bool) -> None:
    """List what could not be taken in, with the reason."""
    from analysis.workspace import dry_run

    rows = _of_files(workspace, "rejects")
    if as_json:
        return common.print_rows(rows)
    for name, row in zip(rows["name"], rows.itertuples(), strict=True):
        click.echo(f"{name}, {dry_run.refusal(row)}")
    click.echo(f"{common.count(len(rows), 'reject')}." if len(rows) else "No rejects.")


@click.command()
@click.option("--athlete", help="Only of this athlete (id, name or alias).")
@common.in_workspace
def revisions(athlete: str | None, workspace: "Workspace", as_json: bool) -> None:
    """List rows that a later file said otherwise.

    What they said, what they say now, and which file says so.
    """
    rows = _of_files(workspace, "revisions", [workspace.athlete_id(athlete)] if athlete else None)
    if as_json:
        return common.print_rows(rows)
    for row in rows.to_dict("records"):
        click.echo("{athlete_id} {table_name} {row_key}: {before} -> {after}, by {name}".format_map(row))
    click.echo(f"Revisions: {len(rows)}.")


@click.command()
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
@common.in_workspace
@common.audited
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
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Leave a row out of reports, with a reason.

    A trial, set, repetition, run or answer. No row is deleted, and --undo takes it in again.

    Say which by its TABLE and KEY, as --list prints them, or by --athlete, --date and --what.
    """
    from analysis.privacy import exclusions

    if not only_list and undo == (reason is not None):
        raise UsageProblem("Say either --reason or --undo, or --list to look first. As: --reason 'gate fell over'")
    narrowed = any(option is not None for option in (athlete, date, what, number, rep, side))
    if table and key and not narrowed:
        look = functools.partial(exclusions.row_of, workspace, table, key)
    elif athlete and date and (what or only_list) and not table:
        wanted = exclusions.Wanted(athlete, date, what, number, rep, side)
        look = functools.partial(exclusions.rows_of, workspace, wanted)
    elif only_list and not (table or narrowed):
        look = functools.partial(exclusions.excluded, workspace)
    else:
        raise UsageProblem(
            "Say which rows: either TABLE and KEY, or --athlete, --date and --what. "
            "As: --athlete Alder --date 2026-07-04 --what sprint_20m"
        )
    if only_list:
        rows = look()
    else:
        with common.locked(workspace):  # and look then: who was waited for may have erased the athlete
            rows = look()
            rows = (
                exclusions.take_back(workspace, rows) if reason is None else exclusions.exclude(workspace, rows, reason)
            )
    if as_json:
        return common.print_rows(rows)
    for row in rows.to_dict("records"):
        click.echo(_row_line(row))
    click.echo(f"{common.count(len(rows), 'row')}{'' if only_list else ' taken in again' if undo else ' left out'}.")


@click.command()
@click.argument("athlete", required=False)
@click.argument("first", metavar="[FROM]", required=False)
@click.argument("last", metavar="[TO]", required=False)
@click.argument("kind", required=False)
@click.option("--note", help="Why, in your words.")
@click.option("--remove", metavar="ID", help="Take back the label of this id, as --list prints it.")
@click.option("--list", "only_list", is_flag=True, help="Show the labels, of all athletes or of ATHLETE.")
@common.in_workspace
@common.audited
def label(
    athlete: str | None,
    first: str | None,
    last: str | None,
    kind: str | None,
    note: str | None,
    remove: str | None,
    only_list: bool,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Call days planned light, ill or away.

    The days of ATHLETE (id, name or alias) from FROM to TO, ISO dates that both belong to them, are called KIND:
    deload, taper, ill, travel or return. Nothing is expected of days that are ill or travel, and no level is judged by
    values of any of them.

    The plan says the same by its column label.
    """
    from analysis.workspace import labels

    said = [word for word in (athlete, first, last, kind) if word is not None]
    if only_list and remove is None and note is None and len(said) <= 1:
        rows = labels.labels(workspace, athlete)
    elif remove is not None and not only_list and note is None and not said:
        with common.locked(workspace):
            rows = labels.take_back(workspace, remove)
    elif athlete and first and last and kind and remove is None and not only_list:
        with common.locked(workspace):
            rows = labels.label(workspace, athlete, first, last, kind, note)
    else:
        raise UsageProblem(
            "Say either ATHLETE, FROM, TO and KIND, or --remove ID, or --list to look. "
            "As: workbook label Alder 2026-07-06 2026-07-12 deload"
        )
    if as_json:
        return common.print_rows(rows)
    for row in rows.to_dict("records"):
        click.echo(_label_line(row))
    click.echo(f"{common.count(len(rows), 'label')}{'' if only_list else ' taken back' if remove else ' written'}.")


@click.command()
@common.in_workspace
def status(workspace: "Workspace", as_json: bool) -> None:
    """Say what there is of whom, and what waits."""
    from analysis.workspace import status as holdings

    report = holdings.status(workspace)
    common.print_json(report) if as_json else click.echo(holdings.status_text(report))


def _form_options(form: "Said") -> dict[str, object]:
    """The options with which `reads_files` would get this form."""
    order = {None: {}, True: {"day_first": True}, False: {"month_first": True}}[form.day_first]
    delimiter = "tab" if form.delimiter == "\t" else form.delimiter
    return {"delimiter": delimiter, "decimal": form.decimal, "encoding": form.encoding} | order


def _of_files(workspace: "Workspace", name: str, athlete_ids: list[str] | None = None) -> "pd.DataFrame":
    """Rows of a table with the name of the file that each is of."""
    files = workspace.store.frame("files")[["file_no", "name"]]
    return workspace.store.frame(name, athlete_ids).merge(files, on="file_no")


def _print_suggestions(paths: list[Path], form: "Said") -> None:
    from analysis.ingest.mapping import suggest

    for path in paths:
        click.echo(suggest.suggest(path, form))
    click.echo("# Save this as mappings/NAME.toml, complete the lines that ask, then check the file again.")


def fetch_into(workspace: "Workspace", done: SimpleNamespace, quiet: bool) -> None:
    """Copy what is new in the drop folder elsewhere: `done` gets what was `fetched`, and `problems` with it."""
    from analysis.workspace import fetched

    try:
        for one in common.progress(fetched.fetch(workspace), "Files fetched", None, quiet):
            done.fetched.append(one)
    except (WorkbookError, OSError) as problem:
        done.problems.append(common.in_words(problem))


def print_fetched(fetched: list) -> None:
    for one in fetched:
        if one.error:
            click.echo(f"{one.state:10} {one.name}: {one.error}.", err=one.state == "failed")
    if fetched:
        counts = Counter(one.state for one in fetched)
        click.echo(f"Drop folder: {', '.join(f'{n} {state}' for state, n in counts.items())}.")


def print_outcomes(outcomes: list, verbose: bool) -> None:
    from analysis.workspace.naming import nobody_is_bound_to

    outcomes = list({outcome.path: outcome for outcome in outcomes}.values())  # what became of a file in the end
    for outcome in outcomes:
        path = common.shown(outcome.path)
        if outcome.state == "failed":
            click.echo(f"FAILED   {path}: {outcome.error}", err=True)
        elif outcome.state == "waiting" and outcome.error:
            click.echo(f"waiting  {path}: {outcome.error}")
        elif outcome.state == "waiting":
            click.echo(f"waiting  {path}: {nobody_is_bound_to(outcome.waiting)}")
        elif outcome.state == "kept":
            click.echo(f"kept     {path}: {outcome.error}")
        elif outcome.state == "unfinished":
            click.echo(f"left     {path}: {outcome.error}. The next run looks again.")
        elif outcome.state == "known" and outcome.error:
            click.echo(f"known    {path}: {outcome.error}")
        elif verbose and not outcome.reader:
            click.echo(f"known    {path}: this very file is stored already")
        elif verbose or outcome.rows_rejected:
            click.echo(f"{outcome.state:8} {path}: {outcome.rows_new} new, {outcome.rows_known} known rows")
        if outcome.rows_rejected:
            click.echo(f"         {common.count(outcome.rows_rejected, 'cell')} refused; `workbook rejects` says why")
            click.echo(f"         first: {outcome.refused}")
        if verbose:
            for note in outcome.notes:
                click.echo(f"         {note}")
    for why, n in Counter(outcome.why for outcome in outcomes if outcome.why and outcome.state != "kept").items():
        click.echo(f"again    {common.count(n, 'file')} read once more: {'; '.join(why)}.")
    states = ("taken", "again", "known", "waiting", "kept", "unfinished", "failed")
    counts = {state: sum(o.state == state for o in outcomes) for state in states}
    summary = ", ".join(f"{n} {state}" for state, n in counts.items() if n)
    click.echo(f"{common.count(len(outcomes), 'file')}: {summary or 'nothing to do'}.")
    noted = sum(bool(outcome.notes) for outcome in outcomes)
    if noted and not verbose:
        click.echo(f"Files with notes: {noted}; `workbook check PATHS` shows them.")


def _row_line(row: dict[Hashable, Any]) -> str:
    """A row that can be left out: its table and key, then what it is in words."""
    words = ", ".join(filter(None, (row["what"], f"{row['local_date']:%Y-%m-%d}", row["part"], row["value"])))
    reason = f"; left out: {row['reason']}" if isinstance(row["reason"], str) else ""
    return f"{row['table_name']} {row['row_key']}  {words}{reason}"


def _label_line(row: dict[Hashable, Any]) -> str:
    """A label: its id, then whose it is, what the days are called, and which they are."""
    first, last = row["first_date"], row["last_date"]
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d} ({common.count((last - first).days + 1, 'day')})"
    said = ", by the plan" if row["source"] == "plan" else f"; {row['note']}" if isinstance(row["note"], str) else ""
    return f"{row['label_id']}  {row['name']}, {row['kind']}, {days}{said}"
