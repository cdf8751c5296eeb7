"""The command that says which lifts are followed, and proposes them."""

from typing import TYPE_CHECKING

import click

from analysis.cli import common

if TYPE_CHECKING:
    from analysis.workspace import Workspace


@click.command()
@click.option(
    "--as-of", callback=common.as_day, help="Only data up to this date, ISO; default: the last day with data."
)
@click.option("--suggest", is_flag=True, help="Print [[lifts]] for workbook.toml, from what is lifted.")
@common.in_workspace
def lifts(as_of: str | None, suggest: bool, workspace: "Workspace", as_json: bool) -> None:
    """Say which lifts each athlete's page follows.

    Those under [[lifts]] in workbook.toml. Where it names none, each page takes up to three lifts that the athlete's
    own log shows on 3 days or more of the last 8 weeks, hinges first, then squats. --suggest prints the lifts that
    most athletes have in common, with a load for bar speed where it is measured.
    """
    from analysis import lifts as key_lifts

    if suggest:
        found = key_lifts.suggested_lifts(workspace, as_of)
        if as_json:
            return common.print_json([lift.model_dump(exclude_defaults=True) for lift in found])
        click.echo(key_lifts.as_toml(found))
        return click.echo(f"\n{key_lifts.where_to_write()}", err=True)
    rows = key_lifts.followed_lifts(workspace, as_of)
    if as_json:
        return common.print_json(
            [
                {"athlete_id": one.athlete_id, "name": one.name, "lifts": [lift.exercise for lift in one.lifts]}
                | {"proposed": one.proposed}
                for one in rows
            ]
        )
    for one in rows:
        named = ", ".join(lift.name for lift in one.lifts) or "none, as no lift is done often enough"
        click.echo(f"  {one.athlete_id:10} {one.name or '':12} {named}")
    if any(one.proposed for one in rows):
        click.echo("These were chosen from the logs. To settle them: workbook lifts --suggest")
    return None
