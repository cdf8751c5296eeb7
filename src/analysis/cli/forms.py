"""Commands for what people answer on a phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.errors import UsageProblem
from analysis.cli import common

if TYPE_CHECKING:
    from analysis.forms.making import Made
    from analysis.workspace import Workspace


@click.command()
@click.argument("athlete", metavar="[ATHLETE]", required=False)
@click.option("--all", "everybody", is_flag=True, help="One for every athlete.")
@click.option("--squad", is_flag=True, help="One for the tablet of the squad: names alone, no keys and no loads.")
@click.option("--renew", is_flag=True, help="Revoke the forms that were made before.")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder; default: reports/forms.")
@common.in_workspace
@common.audited
def form(
    athlete: str | None,
    everybody: bool,
    squad: bool,
    renew: bool,
    to: Path | None,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Make a form that an athlete (id, name or alias) answers on a phone.

    It is one HTML file and needs no server. The answers come back as a text file; `workbook ingest` takes them in.
    """
    from analysis.forms import making

    if bool(athlete) + everybody + squad != 1:
        raise UsageProblem("Say one athlete, --all or --squad. As: workbook form Alder")
    with common.locked(workspace):
        if athlete:
            made = [making.make(workspace, workspace.athlete_id(athlete), to, renew=renew)]
        elif everybody:
            made = making.make_all(workspace, to, renew=renew)
        else:
            made = [making.make_for_squad(workspace, to, renew=renew)]
    if as_json:
        common.print_json([one.as_dict() for one in made])
    else:
        _print_made(made)
    common.exit_partly(sum(bool(one.error) for one in made), len(made))


def _print_made(made: "list[Made]") -> None:
    for one in made:
        if one.path is None:
            click.echo(f"none     {one.whose}: {one.error}", err=True)
            continue
        older = f"; {common.count(one.revoked, 'older form')} revoked" if one.revoked else ""
        click.echo(f"form     {common.shown(one.path)}: for the {one.to}, until {one.until}{older}")
    if any(one.path for one in made):
        click.echo("Send each to its own people alone: who has the form can answer it. Take the answers in with")
        click.echo("workbook ingest FILE, or put them into the drop folder.")
