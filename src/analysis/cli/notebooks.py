"""Commands for who works in notebooks."""

import os
import shlex
import sys
from typing import TYPE_CHECKING

import click

from analysis.cli.common import as_json, in_workspace, print_json, said_again, shown

if TYPE_CHECKING:
    from analysis.workspace import Workspace


@click.command()
@click.argument("name")
@click.option("--from", "source", required=True, help="Notebook to copy, as load_velocity or athlete_week.")
@click.option("--athlete", help="Of whom it is (id, name or alias).")
@click.option("--until", help="The last day that it looks at, ISO.")
@in_workspace
@as_json
def new(name: str, source: str, athlete: str | None, until: str | None, workspace: "Workspace", as_json: bool) -> None:
    """Make a notebook NAME of your own, a copy of one that is there.

    A copy of a report is a report: it renders, and workbook.toml can plan it. Nothing is overwritten.
    """
    from analysis.report.own_notebook import new_notebook

    made = new_notebook(workspace, name, source, athlete=athlete, until=until)
    if as_json:
        return print_json({"path": str(made.path), "kind": made.kind, "parameters": made.parameters})
    told = said_again()
    click.echo(f"{shown(made.path)}\n")
    click.echo(f"Open it: {shlex.join(['workbook', 'lab', *told])}, folder {made.kind}.")
    if made.kind == "reports":
        whose = [] if made.is_of_squad else ["--athlete", athlete or "NAME"]
        click.echo(f"Render it: {shlex.join(['workbook', 'report', name, *whose, *told])}")
        click.echo(f'Plan it, in workbook.toml: [[reports]] and below it report = "{name}"')


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@in_workspace
def lab(arguments: tuple[str, ...], workspace: "Workspace") -> None:
    """Open JupyterLab on the notebooks of the workspace.

    ARGUMENTS go to jupyter lab, as --no-browser.
    """
    from analysis.workspace import ENVIRONMENT, copy_notebooks

    folder = copy_notebooks(workspace)
    environment = os.environ | {ENVIRONMENT: str(workspace.folder)}
    os.execve(sys.executable, [sys.executable, "-m", "jupyter", "lab", str(folder), *arguments], environment)
