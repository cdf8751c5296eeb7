"""Commands that keep data well: handing over, erasing, backups, the audit log, and the health of it all."""

import contextlib
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.errors import DataProblem, UnknownAthlete, UsageProblem
from analysis.cli import common

if TYPE_CHECKING:
    from analysis.privacy.audit import Audit
    from analysis.privacy.backup import Backup
    from analysis.privacy.erasure import Erased
    from analysis.workspace import Workspace


into_folder = click.option("--to", type=click.Path(path_type=Path), required=True, help="A new or empty folder.")


@click.command()
@click.argument("athlete")
@into_folder
@common.in_workspace
@common.audited
def export(athlete: str, to: Path, workspace: "Workspace", as_json: bool) -> None:
    """Write everything of ATHLETE (id, name or alias) into a folder.

    Tables as CSV and Parquet with what their columns mean, records of the watch, pages, and files of the drop folder.
    """
    from analysis.privacy import takeaway

    written = takeaway.export(workspace, athlete, to)
    if as_json:
        return common.print_json(vars(written))
    click.echo(f"{common.count(sum(written.rows.values()), 'row')} in {common.count(len(written.rows), 'table')}, ")
    click.echo(f"{common.count(written.samples, 'record')} of the watch, {common.count(written.pages, 'page')}.")
    click.echo(f"Begin with {common.shown(to / 'README.txt')}")


@click.command()
@click.argument("athlete", required=False)
@click.option("--yes", "confirmed", metavar="ID", help="The id of the athlete once more: it cannot be undone.")
@click.option("--raw", is_flag=True, help="Delete and rewrite the files that people put into the workspace, too.")
@click.option("--retention", is_flag=True, help="Erase nobody; delete what [retention] says is too old.")
@common.in_workspace
@common.audited
def erase(
    athlete: str | None,
    confirmed: str | None,
    raw: bool,
    retention: bool,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Erase ATHLETE (id, name or alias) for good, then search the workspace for what is left.

    Everything goes that names the athlete: rows, records, pages, logs. Pages of others are made anew. A call that was
    killed is finished by the same call. Backups and copies elsewhere are yours to delete.
    """
    from analysis.privacy import erasure

    if retention and not athlete:
        return _print_retention(workspace, as_json)
    if retention or not athlete:
        raise UsageProblem("Say either whom to erase or --retention. As: workbook erase Alder --yes alder1")
    athlete_id = erasure.id_of(workspace, athlete)
    if confirmed != athlete_id:
        raise UsageProblem(
            f"This would erase everything of {athlete_id} for good. Export it first if it is wanted. "
            f"To erase it: {shlex.join(['workbook', 'erase', athlete, '--yes', athlete_id])}"
        )
    with common.locked(workspace):
        _go_on_logging(workspace)
        done = erasure.erase(workspace, athlete_id, raw=raw)  # whoever the name means by now
    if as_json:
        common.print_json(done.as_dict())
    else:
        _print_erased(workspace, done)
    sys.exit(common.FAILED if done.left else common.PARTLY if done.unseen or done.failed else 0)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--encrypt", is_flag=True, help="Under the passphrase in WORKBOOK_BACKUP_PASSPHRASE.")
@common.in_workspace
@common.audited
def backup(path: Path, encrypt: bool, workspace: "Workspace", as_json: bool) -> None:
    """Write everything that cannot be made again to FILE, and check it.

    The workspace may be in use meanwhile. Pages are left out: they can be rendered again.
    """
    from analysis.privacy import backup as backups

    passphrase = _passphrase() if encrypt else None
    made = backups.back_up(workspace, path, passphrase)
    common.print_json(vars(made)) if as_json else _print_backup(made)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@into_folder
@common.as_json
def restore(path: Path, to: Path, as_json: bool) -> None:
    """Make a workspace from the backup FILE in a new folder.

    An encrypted one is opened with the passphrase in WORKBOOK_BACKUP_PASSPHRASE.
    """
    from analysis.privacy import backup as backups

    restored = backups.restore(path, to, os.environ.get(backups.PASSPHRASE))
    if as_json:
        return common.print_json(vars(restored))
    _print_backup(restored)
    click.echo(f"Whoever was erased since {restored.made_at[:10]} is in it again: erase them again.")
    click.echo(f"Next: workbook doctor --workspace {shlex.quote(str(to))}")


@click.command("copy-store")
@click.argument("from_", metavar="FROM")
@click.argument("to")
@common.in_workspace
def copy_store(from_: str, to: str, workspace: "Workspace", as_json: bool) -> None:
    """Copy the store FROM one place TO another, row by row, each checked.

    A place is a folder, or the address of a database as postgresql+psycopg://USER@HOST/DATABASE. Sample files go where
    [store] samples of workbook.toml says for a server, else beside the database. Change [store] afterwards: nothing
    but the copy is made.
    """
    from analysis.workspace import copied

    with common.locked(workspace):
        rows = copied.copy_store(workspace, from_, to)
    if as_json:
        return common.print_json(rows)
    click.echo(f"{common.count(sum(rows.values()), 'row')} in {common.count(len(rows), 'table')}, each read back.")
    click.echo(f"Next: say store = {to!r} in workbook.toml" if "://" not in to else f"Next: [store] url = {to!r}")


@click.command()
@click.option("--athlete", help="Only what was done about this athlete (id, name or alias; the id once erased).")
@click.option("--anew", is_flag=True, help="Begin a new log, where this one or its key is lost; the old one is kept.")
@common.in_workspace
def audit(athlete: str | None, anew: bool, workspace: "Workspace", as_json: bool) -> None:
    """Say who ran what when, and whether the log is whole."""
    from analysis.privacy.audit import Audit

    log = Audit(workspace)
    if anew:
        return _print_begun(log.begin_anew())
    with contextlib.suppress(UnknownAthlete):  # somebody who was erased is asked for by the id
        athlete = workspace.athlete_id(athlete) if athlete else None
    if athlete:
        log.require_key()
    lines = log.table(athlete)
    if as_json:
        common.print_json(lines.to_dict("records"))
    else:
        known = _pseudonyms(workspace, log) if len(lines) else {}
        for line in lines.to_dict("records"):
            whose = " ".join(known.get(one, "(not in the store)") for one in line["athletes"])
            words = (line["at"], line["who"], line["what"], *line["options"], whose, f"exit {line['exit']}")
            click.echo("  ".join(word for word in words if word))
    notes, number = log.notes(), log.check()
    for note in notes:
        click.echo(note, err=True)
    if not as_json:
        click.echo(f"The log has {common.count(number, 'line')}, all as they were written.")


@click.command()
@common.in_folder
def doctor(workspace_folder: Path | None, as_json: bool) -> None:
    """Check the installation and the workspace."""
    from analysis.doctor import doctor as examine

    findings = examine(workspace_folder)
    if as_json:
        common.print_json([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.detail}")
    sys.exit(0 if all(finding.ok for finding in findings) else common.FAILED)


def _go_on_logging(workspace: "Workspace") -> None:
    """Begin a new log where the key is lost: nobody waits to be erased for a log."""
    from analysis.privacy.audit import Audit, AuditKeyLost

    log = Audit(workspace)
    try:
        log.require_key()
    except AuditKeyLost:
        _print_begun(log.begin_anew(), err=True)


def _pseudonyms(workspace: "Workspace", log: "Audit") -> dict[str, str]:
    """Who is who in the log; nobody where its key is lost, which is said in the end."""
    with contextlib.suppress(DataProblem):
        return {log.pseudonym(athlete_id): athlete_id for athlete_id in workspace.consents()}
    return {}


def _print_begun(old: Path | None, *, err: bool = False) -> None:
    kept = f"The old one is kept as {common.shown(old)}; nothing proves it any more." if old else "There was none."
    click.echo(f"A new audit log is begun, and its first line says so. {kept}", err=err)


def _passphrase() -> str:
    from analysis.privacy.backup import PASSPHRASE

    if PASSPHRASE not in os.environ:
        raise UsageProblem(f"There is no passphrase. Put one into the environment as {PASSPHRASE}, and keep a copy.")
    return os.environ[PASSPHRASE]


def _print_backup(made: "Backup") -> None:
    held = f"{common.count(made.files, 'file')}, {common.count(sum(made.rows.values()), 'row')}"
    form = "encrypted" if made.encrypted else "not encrypted: whoever has the file can read it"
    click.echo(f"{common.shown(made.path)}: {held}, {made.bytes / 1024**2:.1f} MiB, {form}.")
    click.echo(f"Made at {made.made_at}; every file checked.")


def _print_retention(workspace: "Workspace", as_json: bool) -> None:
    import pandas as pd

    from analysis.privacy.retention import retain

    with common.locked(workspace):
        said = retain(workspace, pd.Timestamp.now(tz="UTC"))
    if as_json:
        return common.print_json(said)
    for line in said or ["workbook.toml has no [retention]: nothing is deleted for its age."]:
        click.echo(line)


def _print_erased(workspace: "Workspace", done: "Erased") -> None:
    from analysis.privacy import erasure

    click.echo(f"{done.athlete_id}: {common.count(sum(done.rows.values()), 'row')} deleted or changed.")
    for word, paths in (("deleted", done.deleted), ("rewritten", done.rewritten), ("made anew", done.rendered)):
        for path in paths:
            click.echo(f"{word:10}{path}")
    for problem in done.failed:
        click.echo(f"removed   {problem}", err=True)
    for name in done.too_common:
        click.echo(f"not looked for: {name!r} is too short, or part of another athlete's name. Look for it yourself.")
    for what in done.handed_out:
        click.echo(f"left the workspace: {what}. Have it deleted there.")
    for trace in done.found:
        said = f"found {trace.where}" if trace.looked else f"not looked into: {trace.where}"
        click.echo(f"LEFT      {trace.path}: {said}. {erasure.remedy(workspace, trace, done.kept)}", err=True)
    if done.left:
        click.echo("Not erased everywhere. Do what the lines above say, then call this again.", err=True)
    else:
        click.echo(erasure.PROOF)
