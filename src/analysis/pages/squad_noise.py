"""The noise of a squad in what it follows, an athlete's lasting change judged by it, and how soon one would be seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.base.config import Check, Config, Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.change import Change, Event, change
from analysis.models.change.design import Design, design, protocols
from analysis.models.checks import STALE_AFTER_INTERVALS, check_history
from analysis.models.noise import ATHLETES_LEAST, Noise, Published, SquadNoise, noise_of_squad
from analysis.models.strength.speed_at_load import RESOLUTION_M_S, speed_at_load
from analysis.pages.athlete_week.week import AthleteFrames

Followed = Lift | Check

SEASON, RECENT = pd.Timedelta(weeks=26), pd.Timedelta(weeks=12)
_COLUMNS = ["quantity", "device", "unit", "te", "rho", "n_athletes", "n_exposures", "mdc", "source"]


def quantity_of(followed: Followed) -> str:
    """The name of its quantity in a table of noise: the exercise or the test, as `workbook.toml` has it."""
    return followed.exercise if isinstance(followed, Lift) else followed.test_id


def unit_of(followed: Followed) -> str:
    """The unit of its values."""
    return "m/s" if isinstance(followed, Lift) else followed.unit


def swc_of(followed: Followed) -> float:
    """Its smallest worthwhile change, in the unit."""
    return followed.swc_m_s if isinstance(followed, Lift) else followed.swc


def squad_exposures(athletes: Iterable[AthleteFrames], config: Config, until: pd.Timestamp) -> pd.DataFrame:
    """Every exposure of the key lifts at the anchor load, both sides at once, and of the checks, up to `until`.

    Returns
    -------
    DataFrame, one row an athlete, quantity, day and device: athlete_id, quantity, device, local_date, value, comparable
    (on the athlete's newest device). A series with a value that cannot be is left out; the athlete's own page says why.
    """
    parts = []
    for athlete in athletes:
        for followed in (*config.lifts, *config.checks):
            try:
                exposures = _exposures(athlete, followed, until)
            except (NotEnoughData, DataProblem):
                continue
            parts.append(exposures.assign(athlete_id=athlete.athlete_id, quantity=quantity_of(followed)))
    columns = ["athlete_id", "quantity", "device", "local_date", "value", "comparable"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def squad_noise(exposures: pd.DataFrame, config: Config) -> SquadNoise:
    """The noise of the squad whose exposures these are, drawn to the errors that `workbook.toml` states.

    Parameters
    ----------
    exposures : DataFrame
        As `squad_exposures` returns it.
    """
    published = {
        quantity_of(one): Published(te, one.te_df, one.te_source or "stated value")
        for one in (*config.lifts, *config.checks)
        if (te := one.te_m_s if isinstance(one, Lift) else one.te)
    }
    resolution = {one.exercise: RESOLUTION_M_S for one in config.lifts}
    return noise_of_squad(exposures, published=published, resolution=resolution)


def noise_table(athletes: Iterable[AthleteFrames], config: Config, until: pd.Timestamp) -> pd.DataFrame:
    """The noise of all that is followed, from athletes up to a day: the `table` of `models.noise.SquadNoise`."""
    return squad_noise(squad_exposures(athletes, config, until), config).table


def told_by(table: pd.DataFrame, config: Config) -> SquadNoise:
    """The noise of a squad that `noise_table` told, beside what `workbook.toml` states."""
    return replace(squad_noise(squad_exposures([], config, pd.Timestamp.max), config), table=table)


def noise_rows(noise: SquadNoise, config: Config) -> pd.DataFrame:
    """Every quantity that is followed and its noise: the squad's by device, or without a squad the stated one.

    Returns
    -------
    DataFrame: quantity, device (missing where there is no squad), unit, te and mdc (in the unit, NaN where nothing is
    known), rho, n_athletes, n_exposures, source.
    """
    parts = []
    for one in (*config.lifts, *config.checks):
        quantity = quantity_of(one)
        rows = noise.table[noise.table["quantity"] == quantity]
        if rows.empty:
            stated = noise.of(quantity, None, np.empty(0))
            alone = {"te": stated.typical_error, "rho": stated.rho, "mdc": stated.mdc, "source": stated.source}
            rows = pd.DataFrame([{"quantity": quantity, "device": "", "n_athletes": 0, "n_exposures": 0, **alone}])
        parts.append(rows.assign(unit=unit_of(one)).reindex(columns=_COLUMNS))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    return rows.assign(device=rows["device"].replace("", None))


def lasting_change(athlete: AthleteFrames, followed: Followed, noise: SquadNoise, until: pd.Timestamp) -> Change:
    """Whether the level of a lift's speed at the anchor load, or of a check, has changed for good.

    Values of an older device are kept and do not count.

    Raises
    ------
    NotEnoughData, DataProblem
        As `models.strength.speed_at_load` and `models.checks` refuse.
    """
    exposures = _exposures(athlete, followed, until)
    newest = exposures[exposures["comparable"]]
    since = newest["local_date"].iloc[0]
    older = exposures[exposures["local_date"] < since].drop_duplicates("local_date", keep="last")
    shown = pd.concat([older, newest], ignore_index=True)
    is_check = isinstance(followed, Check)
    return change(
        shown["local_date"],
        shown["value"],
        noise=noise.of(quantity_of(followed), _device_of(newest["device"].iloc[-1]), newest["value"].to_numpy()),
        swc=swc_of(followed),
        better="lower" if is_check and followed.lower_is_better else "higher",
        until=until,
        events=[Event("device", since)] if len(older) else [],
        conf_level=athlete.config.confidence,
        unit=unit_of(followed),
        **({"stale_after_days": STALE_AFTER_INTERVALS * followed.every_days} if is_check else {}),
    )


@dataclass(frozen=True)
class Frequency:
    """How often a quantity is measured now, in the middle of a squad."""

    per_week: float
    n_before: int  # comparable exposures of an athlete in 26 weeks
    lost_to_devices: float = 0.0  # share of the exposures that are on an older device


def frequency(exposures: pd.DataFrame, followed: Followed, until: pd.Timestamp) -> Frequency:
    """How often it was measured over the last 12 weeks, and what there is of 26; a check by its interval.

    Raises NotEnoughData where fewer than 3 athletes have exposures of it in that time.
    """
    own = exposures[(exposures["quantity"] == quantity_of(followed)) & (exposures["local_date"] > until - SEASON)]
    recent = own[own["comparable"].astype(bool) & (own["local_date"] > until - RECENT)]
    counted = own if isinstance(followed, Check) else recent
    n = counted["athlete_id"].nunique()
    if n < ATHLETES_LEAST:
        raise NotEnoughData(
            f"How often {followed.name} is measured is told of {ATHLETES_LEAST} athletes or more; {n} have it. "
            "Say how many exposures a week, and how many there are before."
        )
    often = recent.groupby("athlete_id").size().median() / (RECENT.days / 7) if len(recent) else np.nan
    per_week = 7 / followed.every_days if isinstance(followed, Check) else float(often)
    comparable = own["comparable"].astype(bool)
    return Frequency(per_week, int(own[comparable].groupby("athlete_id").size().median()), float(1 - comparable.mean()))


def squad_design(exposures: pd.DataFrame, noise: SquadNoise, followed: Followed, often: Frequency) -> Design:
    """How soon a change of the SWC, of the MDC and of twice the MDC would be found in an athlete of this squad."""
    known = _noise_of_anybody(exposures, noise, followed)
    options = protocols(lost_to_devices=often.lost_to_devices)
    told = {"per_week": often.per_week, "n_before": often.n_before, "unit": unit_of(followed)}
    return design(known, _sizes(swc_of(followed), known.mdc), options=options, **told)


def _noise_of_anybody(exposures: pd.DataFrame, noise: SquadNoise, followed: Followed) -> Noise:
    """The noise of an athlete of whom nothing else is known, on the device that most of them use now."""
    own = exposures[(exposures["quantity"] == quantity_of(followed)) & exposures["comparable"].astype(bool)]
    newest = own.drop_duplicates("athlete_id", keep="last")["device"].mode()
    return noise.of(quantity_of(followed), _device_of(newest.iloc[0]) if len(newest) else None, np.empty(0))


def _sizes(swc: float, mdc: float) -> Sequence[float]:
    """The SWC, and what lies beyond it of one and two MDC, to two digits."""
    return [swc, *(size for size in (float(f"{mdc:.2g}"), float(f"{2 * mdc:.2g}")) if size > swc)]


def _exposures(athlete: AthleteFrames, followed: Followed, until: pd.Timestamp) -> pd.DataFrame:
    if isinstance(followed, Lift):
        anchor_kg = followed.anchor_kg(athlete.athlete_id)
        return speed_at_load(athlete.sets, athlete.reps, followed, anchor_kg, until).exposures
    return check_history(athlete.splits, athlete.trials, followed, until).exposures


def _device_of(device: object) -> str | None:
    return device if isinstance(device, str) else None
