"""Commands for who works in notebooks."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.common import in_workspace, print_json, said_again, say_if_unlogged, shown, workspace_folder

if TYPE_CHECKING:
    from analysis.workspace import Workspace


@click.command()
@click.argument("name")
@click.option("--from", "source", required=True, help="Notebook to copy, as load_velocity or athlete_week.")
@click.option("--athlete", help="Of whom it is (id, name or alias).")
@click.option("--until", help="The last day that it looks at, ISO.")
@in_workspace
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
@workspace_folder
def lab(arguments: tuple[str, ...], workspace_folder: Path | None) -> None:
    """Open JupyterLab on the notebooks of the workspace.

    ARGUMENTS go to jupyter lab, as --no-browser.
    """
    from analysis import open_workspace
    from analysis.workspace import ENVIRONMENT, copy_notebooks

    workspace = open_workspace(workspace_folder)
    say_if_unlogged(workspace)
    folder = copy_notebooks(workspace.folder)
    environment = os.environ | {ENVIRONMENT: str(workspace.folder)}
    os.execve(sys.executable, [sys.executable, "-P", "-m", "jupyter", "lab", str(folder), *arguments], environment)
