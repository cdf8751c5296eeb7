"""Commands that say how well the squad's measures resolve a change."""

from typing import TYPE_CHECKING

import click

from analysis.cli import common

if TYPE_CHECKING:
    import pandas as pd

    from analysis.precision import HowSoon
    from analysis.workspace import Workspace

_as_of = click.option(
    "--as-of", callback=common.as_day, help="Only data up to this date, ISO; default: the last day with data."
)


@click.command()
@_as_of
@click.option("--devices", "only_devices", is_flag=True, help="Only what is published of the devices.")
@common.in_workspace
def noise(as_of: str | None, only_devices: bool, workspace: "Workspace", as_json: bool) -> None:
    """Say how far one exposure of everything that is followed errs.

    TE: typical error. Rho: how much of an error is carried over to the next exposure. MDC: the smallest difference of
    two exposures that is more than error. Of 3 athletes or more who agreed to be on the squad's pages; below that the
    value stated in workbook.toml.

    Below stands what is published of the devices of the squad, beside its own noise. A published error between days is
    what noise starts from where few values are known.
    """
    from analysis import precision

    if not only_devices:
        rows = precision.noise(workspace, as_of)
        common.print_rows(rows) if as_json else _print_noise(rows)
    if only_devices or not as_json:
        found = precision.devices(workspace, as_of)
        common.print_rows(found) if as_json else _print_devices(found, apart=not only_devices)


@click.command()
@click.argument("quantity", metavar="[LIFT|CHECK]", required=False)
@click.option("--per-week", type=click.FloatRange(0, min_open=True), help="Exposures a week; default: as now.")
@click.option("--before", type=click.IntRange(1), help="Exposures before the change; default: as now.")
@_as_of
@common.in_workspace
def design(
    quantity: str | None,
    per_week: float | None,
    before: int | None,
    as_of: str | None,
    workspace: "Workspace",
    as_json: bool,
) -> None:
    """Say how soon a change of LIFT or CHECK is found, and what would be quicker.

    With the squad's noise, for a change of the smallest worthwhile size, of the MDC and of twice the MDC, found with a
    chance of 80 %. The first key lift where none is named.
    """
    from analysis import precision

    found = precision.how_soon(workspace, quantity, per_week=per_week, before=before, as_of=as_of)
    common.print_json(_as_dict(found)) if as_json else _print_design(found)


def _print_noise(rows: "pd.DataFrame") -> None:
    titles = ("quantity", "device", "unit", "TE", "rho", "MDC", "athletes", "exposures", "source")
    told = [
        (
            *(str(row[name]) for name in ("quantity", "device", "unit")),
            *("-" if row[name] != row[name] else f"{row[name]:.2g}" for name in ("te", "rho", "mdc")),
            *(str(row[name]) for name in ("n_athletes", "n_exposures", "source")),
        )
        for row in rows.fillna({"device": "-"}).to_dict("records")
    ]
    _print_table([titles, *told])


def _print_devices(found: "pd.DataFrame", apart: bool) -> None:
    told = [
        tuple(str(row[name]) for name in ("device", "measure", "published", "own", "source"))
        for row in found.fillna("-").to_dict("records")
    ]
    if told and apart:
        click.echo()
    if told:
        _print_table([("device", "measure", "published error", "own noise", "source"), *told])
    elif not apart:
        click.echo("No device is named in the data.")


def _print_design(found: "HowSoon") -> None:
    design, often = found.design, found.often
    click.echo(f"{found.name}, {often.per_week:.2g} exposures a week, {often.n_before} before the change:")
    weeks = design.table.pivot_table(
        index="protocol", columns="size", values="weeks", sort=False, dropna=False, aggfunc="first"
    )
    sizes = [f"{size:g} {design.unit}" for size in weeks.columns]
    cells = [
        (str(protocol), *("not in 26 weeks" if week != week else common.count(round(week), "week") for week in row))
        for protocol, row in zip(weeks.index, weeks.to_numpy(), strict=True)
    ]
    _print_table([("found after", *sizes), *cells])
    click.echo(design.sentence())


def _as_dict(found: "HowSoon") -> dict[str, object]:
    table = found.design.table.astype(object)
    return {
        "quantity": found.quantity,
        "name": found.name,
        "unit": found.design.unit,
        "per_week": found.often.per_week,
        "n_before": found.often.n_before,
        "power": found.design.power,
        "sentence": found.design.sentence(),
        "table": table.where(table.notna(), None).to_dict("records"),
    }


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
