"""The noise of a squad in everything that it follows, and how soon a change would be seen in it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.config import Check, Config, Lift
from analysis.base.devices import errors_of
from analysis.base.errors import NotEnoughData
from analysis.models.change.days import Event, day_of, days_of, events_of_labels, without
from analysis.models.change.design import Design, design, protocols
from analysis.models.checks import check_quantity
from analysis.models.form.clean_reps import FormHistory, history_of_rated
from analysis.models.form.hazard import with_hazards
from analysis.models.noise import ATHLETES_LEAST, SquadNoise, noise_of_squad
from analysis.models.series import ALONE, Quantity, Series
from analysis.models.strength.e1rm_by_day import e1rm_quantity
from analysis.models.strength.reps_constant import RepsConstant, own_constant, with_constants
from analysis.models.strength.speed_at_load import speed_quantity
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek, athlete_week
from analysis.pages.series import subject_of

SEASON, RECENT = pd.Timedelta(weeks=26), pd.Timedelta(weeks=12)
_COLUMNS = ["quantity", "device", "unit", "te", "rho", "n_athletes", "n_exposures", "mdc", "source"]
_OF_REPS = ("mean_velocity_m_s", "mean_propulsive_velocity_m_s", "peak_velocity_m_s", "hinge_angle_deg")
_OF_RUNS = ("distance_m", "mean_heart_rate_bpm")
_MEASURE_OF = {"hinge_angle": "hinge_angle_deg"}  # by the end of the name of a quantity
_MEASURED = ["athlete_id", "series", "quantity", "unit", "device", "local_date", "value", "comparable", "light"]
_RATED = ["athlete_id", "quantity", "local_date", "at_risk", "kinds", "light"]


def noise_table(athletes: Iterable[AthleteFrames], until: pd.Timestamp) -> pd.DataFrame:
    """The noise of the squad in everything that it follows, as every page judges by: the `table` of `SquadNoise`.

    Aggregates over 3 athletes or more; nothing in it is of one.
    """
    known = _gathered(athletes, until)
    places = known.exposures[["quantity", "device"]].fillna({"device": ""}).drop_duplicates()
    published = {
        (quantity, device): stated
        for quantity, device in places.itertuples(index=False)
        if (stated := known.quantities[quantity].published_on(device))
    }
    noise = noise_of_squad(
        known.exposures[~known.exposures["light"].astype(bool)],
        published=published,
        resolution={name: one.resolution for name, one in known.quantities.items()},
    )
    noise = with_hazards(noise, known.ratings[~known.ratings["light"].astype(bool)])
    return with_constants(noise, known.constants).table


def squad_exposures(athletes: Iterable[AthleteFrames], until: pd.Timestamp) -> pd.DataFrame:
    """Every exposure of everything that the squad follows, up to a day.

    Returns
    -------
    DataFrame, one row an athlete, series, day and device: athlete_id, series, quantity, unit, device, local_date, value
    (of what errs in percent: of the own median), comparable (on the newest device), light (planned so, which noise
    leaves out). A series with a value that cannot be is left out; the athlete's own page says why.
    """
    return _gathered(athletes, until).exposures


@dataclass(frozen=True)
class _Gathered:
    """What a squad has: exposures as `squad_exposures` gives them, what they measure, rated days of each lift, and the
    athletes' own constants of repetitions by exercise."""

    exposures: pd.DataFrame
    quantities: dict[str, Quantity]
    ratings: pd.DataFrame
    constants: dict[str, list[RepsConstant]]


def _gathered(athletes: Iterable[AthleteFrames], until: pd.Timestamp) -> _Gathered:
    """One athlete at a time, as they are given."""
    parts, quantities, rated, constants = [], {}, [], defaultdict(list)
    for athlete in athletes:
        week = athlete_week(athlete, until, by=ALONE)
        light = events_of_labels(athlete.labels)
        for exercise, own in _own_constants(week).items():
            constants[exercise].append(own)
        quantities |= {one.quantity.name: one.quantity for one in week.measured}
        histories = [history_of_rated(of_lift, until) for _, of_lift in week.rated.groupby("exercise")]
        parts += _exposures_of(week.measured, _MEASURED, athlete.athlete_id, light)
        rated += _exposures_of(histories, _RATED, athlete.athlete_id, light)
    return _Gathered(_joined(parts, _MEASURED), quantities, _joined(rated, _RATED), dict(constants))


def _own_constants(week: AthleteWeek) -> dict[str, RepsConstant]:
    """The athlete's own constant of each lift that repetitions tell; of two sides the one known better."""
    found: dict[str, RepsConstant] = {}
    for one in week.e1rms.known:
        own = own_constant(week.athlete.sets, week.config.lift(one.exercise), week.until, side=one.side)
        if own is not None and (one.exercise not in found or own.sd < found[one.exercise].sd):
            found[one.exercise] = own
    return found


def _joined(parts: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _exposures_of(
    followed: Sequence[Series | FormHistory], columns: Sequence[str], athlete_id: str, events: Sequence[Event]
) -> list[pd.DataFrame]:
    """The exposures of all series of an athlete in one frame, light where labels say that a day's value says nothing of
    the level; none where there is no series."""
    if not followed:
        return []
    lengths = [len(one.exposures) for one in followed]

    def in_a_row(column: str) -> np.ndarray:
        return np.concatenate([one.exposures[column].to_numpy() for one in followed])

    def of_each(values: Iterable[object]) -> np.ndarray:
        return np.repeat(list(values), lengths)

    scales = of_each(one.scale if isinstance(one, Series) else 1.0 for one in followed)
    dates, quantities = in_a_row("local_date"), [one.quantity for one in followed]
    told = {
        "athlete_id": athlete_id,
        "series": of_each(map(subject_of, followed)),
        "quantity": of_each(one.name for one in quantities),
        "unit": of_each("%" if one.relative else one.unit for one in quantities),
        "local_date": dates,
        "value": in_a_row("value") / scales,
        "light": ~without(events, days_of(dates), day_of(followed[0].until)),
    }
    return [pd.DataFrame({name: told[name] if name in told else in_a_row(name) for name in columns})]


def noise_rows(noise: SquadNoise, config: Config) -> pd.DataFrame:
    """Every quantity that is followed and its noise: the squad's by device, or without a squad the stated one.

    Returns
    -------
    DataFrame: quantity, device (missing where there is no squad), unit, te and mdc (in the unit, NaN where nothing is
    known), rho, n_athletes, n_exposures, source; key lifts and checks first.
    """
    stated = {quantity_of(one).name: quantity_of(one) for one in (*config.lifts, *config.checks)}
    rows = noise.table.loc[noise.table["te"].notna(), _COLUMNS]  # counts have a hazard
    alone = [
        {"quantity": name, "unit": one.unit, "n_athletes": 0, "n_exposures": 0}
        | {"te": of.typical_error, "rho": of.rho, "mdc": of.mdc, "source": of.source}
        for name, one in stated.items()
        if name not in set(rows["quantity"])
        for of in [noise.of(name, None, np.empty(0), published=one.published, resolution=one.resolution)]
    ]
    told = pd.concat([rows, pd.DataFrame(alone, columns=_COLUMNS)]) if alone else rows
    order = {name: place for place, name in enumerate(dict.fromkeys([*stated, *rows["quantity"]]))}
    told = told.sort_values("quantity", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return told.assign(device=told["device"].replace("", None))


def devices_of(athletes: Iterable[AthleteFrames]) -> list[tuple[str, str]]:
    """Every device of a squad with what it measured, by the names of the table of devices."""
    found: set[tuple[str, str]] = set()
    for athlete in athletes:
        reps, splits, runs = athlete.reps, athlete.splits, athlete.runs
        for frame, measures in ((reps, _OF_REPS), (runs, _OF_RUNS)):
            measured = ((name, frame.loc[frame[name].notna(), "device"]) for name in measures)
            found |= {(device, name) for name, devices in measured for device in devices.dropna().unique()}
        found |= set(splits[["device", "test_id"]].dropna().itertuples(index=False, name=None))
    return sorted(found)


def device_rows(devices: Iterable[tuple[str, str]], noise: SquadNoise, config: Config) -> pd.DataFrame:
    """What is published of devices, beside the squad's own noise on each.

    Returns
    -------
    DataFrame, one row a device, measure and published figure, or a device of which none is published: device, measure,
    published, task, source (all three missing where nothing is published), own (the squad's noise, by quantity).
    """
    rows = []
    for device, measure in devices:
        own = _own_noise(device, measure, noise, config)
        figures = errors_of(device, measure)
        told = [{"published": one.figure, "task": one.task, "source": one.source} for one in figures] or [{}]
        rows += [{"device": device, "measure": measure, **one, "own": own} for one in told]
    return pd.DataFrame(rows, columns=["device", "measure", "published", "task", "source", "own"], dtype="str")


def _own_noise(device: str, measure: str, noise: SquadNoise, config: Config) -> str | None:
    """The noise of the squad in everything of this measure on a device, None where it has none."""
    measures = {one.name: one.measure for one in map(quantity_of, (*config.lifts, *config.checks))}
    table = noise.table
    rows = table[(table["device"] == device) & table["te"].notna()]
    told = [
        f"{row['quantity']} {row['te']:.2g} {row['unit']} ({row['n_athletes']:.0f} athletes)"
        for row in rows.to_dict("records")
        if measures.get(row["quantity"], _MEASURE_OF.get(row["quantity"].rpartition(".")[2])) == measure
    ]
    return ", ".join(told) or None


def quantity_of(followed: Lift | Check) -> Quantity:
    """What a key lift or a check of the configuration measures."""
    if isinstance(followed, Check):
        return check_quantity(followed)
    by_reps = followed.anchor_load_kg is None and not followed.anchor_by_athlete
    return e1rm_quantity(followed) if by_reps else speed_quantity(followed)


@dataclass(frozen=True)
class Frequency:
    """How often a quantity is measured now, in the middle of a squad."""

    per_week: float
    n_before: int  # comparable exposures of an athlete in 26 weeks
    lost_to_devices: float = 0.0  # share of the exposures that are on an older device


def frequency(exposures: pd.DataFrame, followed: Lift | Check, until: pd.Timestamp) -> Frequency:
    """How often it was measured over the last 12 weeks, and what there is of 26; a check by its interval.

    Raises NotEnoughData where fewer than 3 athletes have exposures of it in that time.
    """
    own = exposures[(exposures["quantity"] == quantity_of(followed).name) & (exposures["local_date"] > until - SEASON)]
    recent = own[own["comparable"].astype(bool) & (own["local_date"] > until - RECENT)]
    counted = own if isinstance(followed, Check) else recent
    n = counted["athlete_id"].nunique()
    if n < ATHLETES_LEAST:
        raise NotEnoughData(
            f"How often {followed.name} is measured is told of {ATHLETES_LEAST} athletes or more; {n} have it. "
            "Say how many exposures a week, and how many there are before."
        )
    often = recent.groupby(["athlete_id", "series"]).size().median() / (RECENT.days / 7) if len(recent) else np.nan
    per_week = 7 / followed.every_days if isinstance(followed, Check) else float(often)
    comparable = own["comparable"].astype(bool)
    n_before = int(own[comparable].groupby(["athlete_id", "series"]).size().median())
    return Frequency(per_week, n_before, float(1 - comparable.mean()))


def squad_design(exposures: pd.DataFrame, noise: SquadNoise, followed: Lift | Check, often: Frequency) -> Design:
    """How soon a change of the SWC, of the MDC and of twice the MDC would be found in an athlete of this squad."""
    quantity = quantity_of(followed)
    own = exposures[(exposures["quantity"] == quantity.name) & exposures["comparable"].astype(bool)]
    newest = own.drop_duplicates("series", keep="last")["device"].mode()
    device = newest.iloc[0] if len(newest) else None  # that most of them use now
    published = quantity.published_on(device if isinstance(device, str) else None)
    stated = {"published": published, "resolution": quantity.resolution}
    known = noise.of(quantity.name, device, np.empty(0), **stated)  # of an athlete of whom nothing else is known
    options = protocols(lost_to_devices=often.lost_to_devices)
    told = {"per_week": often.per_week, "n_before": often.n_before, "unit": quantity.unit}
    return design(known, _sizes(quantity.swc, known.mdc), options=options, **told)


def _sizes(swc: float, mdc: float) -> Sequence[float]:
    """The SWC, and what lies beyond it of one and two MDC, to two digits."""
    return [swc, *(size for size in (float(f"{mdc:.2g}"), float(f"{2 * mdc:.2g}")) if size > swc)]
