"""Commands that decide on proposals, and make, explain and hand out single pages."""

import contextlib
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.errors import UsageProblem
from analysis.cli import common

if TYPE_CHECKING:
    import pandas as pd

    from analysis.delivery.people import People
    from analysis.report.engine.fan_out import Done, Engine
    from analysis.report.share import Form
    from analysis.workspace import Workspace

_LISTED = 20  # pages made that are named one by one


@click.command()
@click.argument("proposal_id", metavar="[ID]", required=False)
@click.argument("answer", required=False, type=click.Choice(["accept", "reject"]))
@click.option("--reason", help="Why, in your words; it is kept beside the answer.")
@click.option("--athlete", help="Only of this athlete (id, name or alias).")
@click.option(
    "--as-of", callback=common.as_day, help="The week that holds this date, ISO; default: the last one that is over."
)
@common.in_workspace
@common.audited
def decide(
    proposal_id: str | None,
    answer: str | None,
    reason: str | None,
    athlete: str | None,
    as_of: str | None,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """List what the rules propose for the coming week, or answer one proposal.

    Only a line that was accepted reaches the athlete's page. A second answer replaces the first.
    """
    from analysis import proposals

    if not proposal_id and not answer and reason is None:
        rows = proposals.proposed(workspace, athlete, as_of)
        told = common.said_again(athlete=athlete, as_of=as_of)
        return common.print_rows(rows) if as_json else _print_proposals(rows, told)
    if not proposal_id or not answer:
        raise UsageProblem("Say which and how, or neither to list them. As: workbook decide 3f2a91c04d accept")
    with common.locked(workspace):
        rows = proposals.answer(
            workspace, proposal_id, "accepted" if answer == "accept" else "rejected", athlete, as_of, reason
        )
    if as_json:
        return common.print_rows(rows)
    for row in rows.to_dict("records"):
        why = f" Why: {row['reason']}" if isinstance(row["reason"], str) else ""
        click.echo(f"{row['answer']:8}  {row['proposal_id']}  {row['line']}{why}")


@click.command()
@click.argument("name", metavar="REPORT")
@click.option("--athlete", help="Whose report (id, name or alias); a report of the squad needs none.")
@click.option(
    "--as-of", callback=common.as_day, help="Only events up to this date, ISO; default: the last day with data."
)
@click.option("--output", type=click.Path(path_type=Path), help="Where to put the page; default: below reports/.")
@common.by_engine
@common.in_workspace
@common.audited
def report(
    name: str,
    athlete: str | None,
    as_of: str | None,
    output: Path | None,
    engine: "Engine | None",
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Render REPORT, as athlete_week, for one athlete, or squad_week for the squad.

    Whether it is due or not; an unchanged page is made anew.
    """
    from analysis.report.due import Job, is_of_squad
    from analysis.report.engine.fan_out import render_job
    from analysis.report.index import write_index
    from analysis.report.publish import check_page_path

    if output:
        check_page_path(output)
    if is_of_squad(workspace.notebook(name)):  # what cannot work is wrong usage, not a failed page
        if athlete is not None:
            raise UsageProblem(f"{name} is one page for the squad. Leave --athlete out.")
        job = Job(name, "", workspace.everyone(as_of).until.date().isoformat())
    elif athlete is None:
        raise UsageProblem(f"{name} is a page of one athlete. Say whose with --athlete.")
    else:
        whose = workspace.athlete(athlete, as_of)
        job = Job(name, whose.athlete_id, whose.until.date().isoformat())
    done = render_job(workspace, job, force=True, output=output, engine=engine)
    if output is None:
        with contextlib.suppress(OSError):  # a folder that cannot be written has failed the page already
            write_index(workspace)
    common.print_json(done.as_dict()) if as_json else print_pages([done])
    common.exit_partly(int(not done.done), 1)


@click.command()
@click.argument("page", type=click.Path(path_type=Path, dir_okay=False))
@common.in_workspace
def explain(page: Path, workspace: "Workspace", as_json: bool) -> None:
    """Say what PAGE was made of, and what has changed since."""
    from analysis.report.engine.manifest import explained

    lines = explained(workspace, page)
    common.print_json(lines) if as_json else click.echo("\n".join(lines))


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
@click.option(
    "--as-of", callback=common.as_day, help="The latest page up to this date, ISO; default: the latest there is."
)
@common.in_workspace
@common.audited
def share(
    name: str,
    athlete: str | None,
    form: "Form",
    to: Path,
    as_of: str | None,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Put the latest page of REPORT where it can be handed out.

    The passphrase of a locked page is printed here and kept nowhere.
    """
    from analysis.report import share as sharing

    done = sharing.share(workspace, name, athlete, form, to, as_of)
    if as_json:
        return common.print_json(vars(done))
    click.echo(f"{done.form:10}{common.shown(done.path)}")
    if done.passphrase:
        click.echo(f"Passphrase: {done.passphrase}")
        click.echo("It is shown this once and kept nowhere. Hand it over by another way than the file.")


def _print_proposals(rows: "pd.DataFrame", told: list[str]) -> None:
    """Open proposals below their athlete and evidence; `told` are the options with which an answer finds them."""
    waiting = rows[rows["is_open"]]
    for _, of_rule in waiting.groupby(["athlete_id", "subject", "title"], sort=False):
        first = of_rule.iloc[0]
        click.echo(f"{first['name']}, week of {first['local_date']:%Y-%m-%d}: {first['action']}. {first['evidence']}")
        for proposal_id, line in zip(of_rule["proposal_id"], of_rule["line"], strict=True):
            click.echo(f"  {proposal_id}  {line}")
        click.echo(f"              Source: {first['source']}")
    counts = rows["answer"].value_counts()
    answered = "".join(f", {counts[answer]} {answer}" for answer in ("accepted", "rejected") if answer in counts)
    click.echo(f"{common.count(len(waiting), 'open proposal')}{answered}.")
    if len(waiting):
        command = shlex.join(["workbook", "decide", waiting.iloc[0]["proposal_id"], "accept", *told])
        click.echo(f"Accept one, or say reject: {command}")


def print_pages(rendered: "Sequence[Done]", known: "People | None" = None) -> None:
    """Each page that was made, those that stand in one line, and a table of those that are not there."""
    if not rendered:
        return click.echo("Nothing is due: no page is missing, or there is no athlete yet.")
    _print_paths("rendered", "page", [page.path for page in rendered if page.state == "rendered"])
    _print_paths("warnings", "log", [Path(page.log) for page in rendered if page.log])
    _print_failures([page for page in rendered if not page.done], known)
    states = Counter(page.state for page in rendered)
    summary = ", ".join(f"{states[state]} {state}" for state in ("rendered", "unchanged", "failed") if states[state])
    click.echo(f"{common.count(len(rendered), 'page')}: {summary}.")


def _print_paths(word: str, thing: str, paths: list[Path]) -> None:
    """Each path behind a word; many of them by their folder."""
    if len(paths) <= _LISTED:
        for path in paths:
            click.echo(f"{word:10}{common.shown(path)}")
    else:
        for folder, of_it in Counter(path.parent for path in paths).items():
            click.echo(f"{word:10}{common.count(of_it, thing)} in {common.shown(folder)}")


def _print_failures(failed: "Sequence[Done]", known: "People | None") -> None:
    """A table of the pages that could not be made: whose, which report, of which period, and why."""
    rows = []
    for page in failed:
        whose = known.name(page.job.athlete_id) if known else page.job.athlete_id or "squad"
        rows.append((whose, page.job.report, page.job.until, page.error))
    if rows:
        rows.insert(0, ("FAILED", "report", "period", "why"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, why in rows:
        click.echo("  ".join([*(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)), why]), err=True)
