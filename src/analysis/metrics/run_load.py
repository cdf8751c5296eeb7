"""Load of runs from their watch records: time in zones of heart rate, training impulse, distance on the flat.

Run load stands beside strength load and is never added to it. What a watch did not record is missing, not zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.running import MINETTI_MAX_GRADE, RECORD_LASTS_AT_MOST_S, grade_factor, recorded_runs

Values = float | pd.Series  # one number, or one a row

# Banister 1991: factor and exponent of the heart-rate reserve
TRIMP_COEFFICIENTS: dict[str, tuple[float, float]] = {"M": (0.64, 1.92), "F": (0.86, 1.67)}
EDWARDS_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)  # of the maximal heart rate, where each zone begins
STRETCH_M = 50.0  # grade is taken over this much of a run: an altitude is known to a metre or two

_COLUMNS = ["session_id", "local_date", "distance_m", "heart_rate_s", "trimp_au", "edwards_au", "lucia_au"]


@dataclass(frozen=True)
class HeartRates:
    """What an athlete's heart rate is set against; `sex` names the coefficients of Banister's impulse, F or M."""

    rest_bpm: float
    max_bpm: float
    sex: str
    thresholds_bpm: tuple[float, float] | None = None  # the two ventilatory ones, where they were measured

    def __post_init__(self) -> None:
        if not 0 < self.rest_bpm < self.max_bpm:
            raise DataProblem(
                f"A resting heart rate of {self.rest_bpm:g} and a maximal one of {self.max_bpm:g} bpm cannot both be. "
                "Correct the athlete's heart rates."
            )
        if self.sex not in TRIMP_COEFFICIENTS:
            raise DataProblem(f"There is no impulse for {self.sex!r}. Say which coefficients to take: F or M.")


@dataclass(frozen=True)
class FlatDistance:
    """How far a run went, and how far on the flat for the same energy."""

    distance_m: float  # on stretches whose grade is known
    flat_m: float
    left_out_m: float  # steeper than the cost was measured for, or without altitude


def heart_rate_reserve(heart_rate_bpm: Values, *, rest_bpm: Values, max_bpm: Values) -> Values:
    """Heart rate as a share of the reserve: 0 at rest, 1 at the maximum; all in beats a minute.

    >>> float(heart_rate_reserve(130.0, rest_bpm=40.0, max_bpm=200.0))
    0.5625
    """
    if np.any(np.asarray(max_bpm) <= np.asarray(rest_bpm)):
        raise DataProblem("The maximal heart rate is not above the resting one. Correct the athlete's heart rates.")
    return (heart_rate_bpm - rest_bpm) / (max_bpm - rest_bpm)


def banister_trimp_au(duration_s: Values, reserve: Values, *, factor: float, exponent: float) -> Values:
    """Training impulse: minutes times reserve times factor times e^(exponent * reserve), in arbitrary units.

    `TRIMP_COEFFICIENTS` holds factor and exponent for men and women; there is no coefficient for anybody else, and
    the caller states which one is taken. A poor measure of lifting. NaN where an input is NaN.

    References
    ----------
    Banister 1991, in MacDougall et al., Physiological Testing of Elite Athletes; Morton et al. 1990,
    J Appl Physiol 69:1171-1177.

    Examples
    --------
    >>> factor, exponent = TRIMP_COEFFICIENTS["M"]
    >>> round(float(banister_trimp_au(1800.0, 0.5625, factor=factor, exponent=exponent)), 2)
    31.8
    """
    return duration_s / 60 * reserve * factor * np.exp(exponent * reserve)


def edwards_trimp_au(zone_duration_s: pd.DataFrame) -> pd.Series:
    """Minutes in five zones of maximal heart rate (50-60, ..., 90-100 %) weighted 1 to 5.

    `zone_duration_s` has one row a session and five columns, lowest zone first, in seconds. NaN where a zone is NaN.
    Edwards 1993, The Heart Rate Monitor Book.

    >>> edwards_trimp_au(pd.DataFrame([[600.0, 1200.0, 900.0, 300.0, 0.0]])).tolist()
    [115.0]
    """
    return _weighted_minutes(zone_duration_s, (1, 2, 3, 4, 5))


def lucia_trimp_au(zone_duration_s: pd.DataFrame) -> pd.Series:
    """Minutes below, between and above the two ventilatory thresholds weighted 1 to 3; shape as `edwards_trimp_au`.

    Lucia et al. 2003, Med Sci Sports Exerc 35(5):872-878.

    >>> lucia_trimp_au(pd.DataFrame([[2400.0, 600.0, 300.0]])).tolist()
    [75.0]
    """
    return _weighted_minutes(zone_duration_s, (1, 2, 3))


def zone_durations_s(records: pd.DataFrame, lower_bpm: Sequence[float]) -> pd.Series:
    """Seconds in each zone of heart rate; a zone reaches up to the next, the last one has no end.

    Parameters
    ----------
    records : DataFrame with t_s, heart_rate_bpm, and paused where known; watch records of one run.
        Each record stands for the time until the next, at most 10 s. Paused records are left out.
    lower_bpm : sequence of float, ascending
        Where each zone begins. Time below the first is in none.

    Returns
    -------
    Series of float, index 1 to the number of zones; all NaN where no heart rate was recorded.

    Raises
    ------
    DataProblem : zones that do not ascend.

    Examples
    --------
    >>> records = pd.DataFrame({"t_s": [0.0, 10.0, 20.0, 30.0], "heart_rate_bpm": [90.0, 125.0, 150.0, 151.0]})
    >>> zone_durations_s(records, [100, 120, 140]).tolist()
    [0.0, 10.0, 10.0]
    """
    if np.any(np.diff(lower_bpm) <= 0):
        raise DataProblem(f"Zones have to ascend; got {list(lower_bpm)}. Put the lowest first.")
    known = _with_heart_rate(records)
    zones = pd.RangeIndex(1, len(lower_bpm) + 1, name="zone")
    if known.empty:
        return pd.Series(np.nan, index=zones)
    zone = np.searchsorted(lower_bpm, known["heart_rate_bpm"], side="right")
    return known["lasts_s"].groupby(zone).sum().reindex(zones, fill_value=0.0).rename(None)


def trimp_of_run_au(records: pd.DataFrame, rates: HeartRates) -> float:
    """Banister's training impulse of one run, record by record; NaN without any heart rate.

    A record below the resting heart rate adds nothing. `records` are those of `zone_durations_s`.

    References
    ----------
    Banister 1991; record by record as Manzi et al. 2009, Am J Physiol Heart Circ Physiol 296:H1733-H1740.

    Examples
    --------
    >>> records = pd.DataFrame({"t_s": np.arange(0.0, 1801.0, 10.0), "heart_rate_bpm": 130.0})
    >>> round(trimp_of_run_au(records, HeartRates(rest_bpm=40, max_bpm=200, sex="M")), 2)
    31.8
    """
    known = _with_heart_rate(records)
    if known.empty:
        return float("nan")
    reserve = heart_rate_reserve(known["heart_rate_bpm"], rest_bpm=rates.rest_bpm, max_bpm=rates.max_bpm)
    factor, exponent = TRIMP_COEFFICIENTS[rates.sex]
    above_rest = reserve.where(reserve > 0, 0.0)
    return float(banister_trimp_au(known["lasts_s"], above_rest, factor=factor, exponent=exponent).sum())


def flat_distance(records: pd.DataFrame, *, stretch_m: float = STRETCH_M) -> FlatDistance:
    """Distance of a run, and the distance on the flat that costs the same energy by Minetti's polynomial.

    Parameters
    ----------
    records : DataFrame with t_s, distance_m (so far) and altitude_m.
    stretch_m : float
        Grade is the rise over stretches of this length; the rest at the end is left out.

    Raises
    ------
    NotEnoughData : no stretch with distance and altitude.

    References
    ----------
    Minetti et al. 2002, J Appl Physiol 93:1039-1046.

    Examples
    --------
    >>> records = pd.DataFrame({"t_s": [0.0, 60.0], "distance_m": [0.0, 100.0], "altitude_m": [200.0, 210.0]})
    >>> run = flat_distance(records)
    >>> run.distance_m, round(run.flat_m, 1)
    (100.0, 165.8)
    """
    known = records.dropna(subset=["distance_m", "altitude_m"]).sort_values("t_s")
    known = known[known["distance_m"].diff().fillna(1.0) > 0]  # standing still has no grade
    way_m, height_m = known["distance_m"].to_numpy(), known["altitude_m"].to_numpy()
    if len(way_m) < 2 or way_m[-1] - way_m[0] < stretch_m:
        raise NotEnoughData(
            f"This run has no {stretch_m:g} m with distance and altitude. Choose a run recorded with both."
        )
    marks_m = np.arange(way_m[0], way_m[-1] + 1e-9, stretch_m)
    grade = np.diff(np.interp(marks_m, way_m, height_m)) / stretch_m
    measured = np.abs(grade) <= MINETTI_MAX_GRADE
    distance_m = float(stretch_m * measured.sum())
    return FlatDistance(
        distance_m=distance_m,
        flat_m=float(stretch_m * grade_factor(grade[measured]).sum()),
        left_out_m=float(records["distance_m"].max() - records["distance_m"].min()) - distance_m,
    )


def run_load(
    runs: pd.DataFrame, samples: Callable[[str], pd.DataFrame], until: pd.Timestamp, *, rates: HeartRates | None = None
) -> pd.DataFrame:
    """The load of every run: distance, time in zones, impulses and the distance on the flat.

    Parameters
    ----------
    runs : DataFrame with session_id, local_date, sport, distance_m, counted.
    samples : callable
        Session id to its watch records.
    until : Timestamp
        Last day that is known.
    rates : HeartRates, optional
        Without them there are no zones and no impulses: nobody's maximum is taken from a formula.

    Returns
    -------
    DataFrame, one row a counted run, oldest first: session_id, local_date, distance_m, heart_rate_s (time with a heart
    rate), trimp_au (Banister), edwards_au, lucia_au (with both thresholds only), zone_1_s to zone_5_s (from 50 to 90 %
    of the maximum on), flat_m and left_out_m as `flat_distance` gives them. NaN where the watch recorded nothing of it.

    Examples
    --------
    >>> runs = pd.DataFrame({"session_id": ["a"], "local_date": pd.to_datetime(["2026-01-05"]), "sport": "running",
    ...                      "distance_m": [5000.0], "counted": [True]})
    >>> records = pd.DataFrame({"t_s": np.arange(0.0, 1801.0, 10.0), "heart_rate_bpm": 130.0, "distance_m": np.nan,
    ...                         "altitude_m": np.nan})
    >>> rates = HeartRates(rest_bpm=40, max_bpm=200, sex="M")
    >>> run_load(runs, lambda _: records, pd.Timestamp("2026-01-11"), rates=rates)[["trimp_au", "zone_2_s"]].round(1)
       trimp_au  zone_2_s
    0      31.8    1800.0
    """
    rows = [_load_of(run, samples(run.session_id), rates) for run in recorded_runs(runs, until).itertuples()]
    zones = [f"zone_{number}_s" for number in range(1, len(EDWARDS_SHARES) + 1)]
    return pd.DataFrame(rows, columns=[*_COLUMNS, *zones, "flat_m", "left_out_m"])


def _weighted_minutes(zone_duration_s: pd.DataFrame, weights: tuple[int, ...]) -> pd.Series:
    if zone_duration_s.shape[1] != len(weights):
        raise DataProblem(
            f"Got {zone_duration_s.shape[1]} heart-rate zones; this impulse has {len(weights)}. "
            "Give one column a zone, lowest first."
        )
    return (zone_duration_s * np.array(weights)).sum(axis=1, skipna=False) / 60


def _load_of(run, records: pd.DataFrame, rates: HeartRates | None) -> dict[str, object]:
    row = {"session_id": run.session_id, "local_date": run.local_date, "distance_m": run.distance_m}
    row["heart_rate_s"] = float(_with_heart_rate(records)["lasts_s"].sum())
    if rates:
        zones = zone_durations_s(records, [share * rates.max_bpm for share in EDWARDS_SHARES])
        row["trimp_au"] = trimp_of_run_au(records, rates)
        row["edwards_au"] = float(edwards_trimp_au(zones.to_frame().T).iloc[0])
        if rates.thresholds_bpm:
            parted = zone_durations_s(records, [0.0, *rates.thresholds_bpm])
            row["lucia_au"] = float(lucia_trimp_au(parted.to_frame().T).iloc[0])
        row |= {f"zone_{number}_s": seconds for number, seconds in zones.items()}
    try:
        flat = flat_distance(records)
    except NotEnoughData:
        return row
    return row | {"flat_m": flat.flat_m, "left_out_m": flat.left_out_m}


def _with_heart_rate(records: pd.DataFrame) -> pd.DataFrame:
    """Records with a heart rate that are not paused, in time, with how long each stands for."""
    ordered = records.sort_values("t_s", kind="stable")
    lasts_s = ordered["t_s"].diff().shift(-1).clip(upper=RECORD_LASTS_AT_MOST_S)
    kept = ordered["heart_rate_bpm"].notna() & lasts_s.notna()
    if "paused" in ordered:
        kept &= ordered["paused"].fillna(0) == 0
    return ordered.assign(lasts_s=lasts_s)[kept]
