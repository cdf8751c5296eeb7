"""Commands for what people answer on a phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.base.errors import UsageProblem
from analysis.cli import common

if TYPE_CHECKING:
    from analysis.forms.answered import Asked
    from analysis.forms.making import Made
    from analysis.workspace import Workspace


@click.command()
@click.argument("athlete", metavar="[ATHLETE]", required=False)
@click.option("--all", "everybody", is_flag=True, help="One for every athlete.")
@click.option("--squad", is_flag=True, help="One for the tablet of the squad: names alone, no keys and no loads.")
@click.option("--coach", is_flag=True, help="One for the coach: open proposals, and days to be called what they are.")
@click.option("--rack", metavar="DATE", callback=common.as_day, help="The sheet of that day to print for the rack.")
@click.option("--answered", is_flag=True, help="Say who answered and whom to ask; nothing is made.")
@click.option("--renew", is_flag=True, help="Revoke the forms that were made before.")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Folder; default: reports/forms.")
@common.in_workspace
@common.audited
def form(
    athlete: str | None,
    everybody: bool,
    squad: bool,
    coach: bool,
    rack: str | None,
    answered: bool,
    renew: bool,
    to: Path | None,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Make a form that an athlete (id, name or alias) answers on a phone.

    It is one HTML file and needs no server. The answers come back as a text file; `workbook ingest` takes them in.
    """
    from analysis import proposals
    from analysis.forms import making
    from analysis.forms.answered import answered as who_answered

    if bool(athlete) + everybody + squad + coach + bool(rack) + answered != 1:
        raise UsageProblem("Say one athlete, --all, --squad, --coach, --rack or --answered. As: workbook form Alder")
    if answered:
        asked = who_answered(workspace)
        return common.print_json([vars(one) for one in asked]) if as_json else _print_answered(asked)
    if rack:
        from analysis.forms.rack import write
        from analysis.workspace import day

        path = write(workspace, day(rack), to)
        return common.print_json({"path": str(path)}) if as_json else click.echo(f"sheet    {common.shown(path)}")
    with common.locked(workspace):
        if athlete:
            made = [making.make(workspace, workspace.athlete_id(athlete), to, renew=renew)]
        elif everybody:
            made = making.make_all(workspace, to, renew=renew)
        elif coach:
            rows, away = proposals.proposed(workspace), proposals.said_away(workspace)
            made = [making.make_for_coach(workspace, rows.loc[rows["is_open"]], away, to, renew=renew)]
        else:
            made = [making.make_for_squad(workspace, to, renew=renew)]
    if as_json:
        common.print_json([one.as_dict() for one in made])
    else:
        _print_made(made)
    common.exit_partly(sum(bool(one.error) for one in made), len(made))


def _print_answered(asked: "list[Asked]") -> None:
    for one in asked:
        if one.ask:
            click.echo(f"ask      {one.name}: {f'last answer of {one.last_day}' if one.last_day else 'no answer yet'}")
    others = [one.name for one in asked if not one.ask]
    if others:
        click.echo(f"no need to ask: {', '.join(others)}")
    if not asked:
        click.echo("Nobody has a form that holds. Make them: workbook form --all")


def _print_made(made: "list[Made]") -> None:
    for one in made:
        if one.path is None:
            click.echo(f"none     {one.whose}: {one.error}", err=True)
            continue
        older = f"; {common.count(one.revoked, 'older form')} revoked" if one.revoked else ""
        whom = f"{one.to} ({one.address})" if one.address else one.to
        click.echo(f"form     {common.shown(one.path)}: for the {whom}, until {one.until}{older}")
    if any(one.path for one in made):
        click.echo("Send each to its own people alone: who has the form can answer it. Take the answers in with")
        click.echo("workbook ingest FILE, or put them into the drop folder.")
