"""What FIT files hold beside activities: readings of a scale, and the beats of recordings at rest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from analysis.base.config import Config
from analysis.ingest.watch import activities
from analysis.ingest.watch.activities import Activity, Start
from analysis.ingest.watch.fit_layout import FILE_ID, HRV, WEIGHT_SCALE
from analysis.ingest.watch.fit_messages import EPOCH, FIRST_DATE, Messages, device_of, first_of, number_of

LONGEST_REST_MEASUREMENT_S = 900  # apps that measure at rest take one to five minutes


def body_mass(parts: Sequence[Messages], config: Config) -> list[dict[str, Any]]:
    """Rows of the table `trials`: the readings of a scale."""
    shown: list[tuple[datetime, float, str | None]] = []
    for part in parts:
        device = device_of(first_of(part, FILE_ID))
        for message in part.single[WEIGHT_SCALE]:
            mass_kg, seconds = number_of(message, "weight"), number_of(message, "timestamp")
            if mass_kg is not None and seconds is not None and seconds >= FIRST_DATE:
                local = Start.at(EPOCH + timedelta(seconds=seconds), None, config).local
                shown += [(local, mass_kg, device)] if local else []
    return activities.body_masses(shown)


def rest_measurements(
    parts: Sequence[Messages], by_part: Sequence[Sequence[Activity]], sentences: list[str]
) -> list[dict[str, Any]]:
    """Rows of the table `wellness`: the rMSSD of short recordings without a sport, which are made lying or sitting."""
    rows = []
    for part, found in zip(parts, by_part, strict=True):
        local = found[0].start.local if len(found) == 1 else None
        if not part.counts[HRV] or local is None or not _is_a_rest_measurement(found[0]):
            continue
        value = rmssd_ms(part.beat_intervals_s)
        if np.isnan(value):
            sentences.append("The beats of a measurement at rest are too few or too disturbed; no rMSSD is kept.")
            continue
        sentences.append(
            f"A measurement at rest: rMSSD {value:.0f} ms from {len(part.beat_intervals_s)} beat intervals."
        )
        rows.append(activities.answer(local.date(), "rmssd_ms", value, "neutral"))
    return rows


def _is_a_rest_measurement(activity: Activity) -> bool:
    lasted_s = activity.elapsed_s if activity.elapsed_s is not None else activity.timer_s
    return is_at_rest(activity.sport, activity.distance_m, lasted_s)


def is_at_rest(sport: str, distance_m: float | None, lasted_s: float | None) -> bool:
    """Whether a recording of beats is one at rest: of no sport, without a way, and short.

    >>> is_at_rest("generic", None, 120.0), is_at_rest("running", None, 120.0), is_at_rest("generic", 400.0, 120.0)
    (True, False, False)
    """
    return (
        sport in ("generic", "unknown")
        and not distance_m
        and lasted_s is not None
        and lasted_s <= LONGEST_REST_MEASUREMENT_S
    )


def rmssd_ms(intervals_s: np.ndarray) -> float:
    """Root mean square of the differences between successive beat intervals, in milliseconds.

    An interval outside 0.3 to 2 s, or over 20 % off the one before, is a missed or an extra beat: its differences are
    left out. NaN where fewer than 60 differences remain (a minute at rest carries rMSSD; Munoz et al. 2015, PLoS One
    10:e0138921).

    Parameters
    ----------
    intervals_s : array of float, shape (n_beats,)
        Seconds from beat to beat, in order; no NaN.

    References
    ----------
    Task Force of the ESC and NASPE 1996, Circulation 93:1043-1065.

    Examples
    --------
    >>> round(rmssd_ms(np.tile([0.80, 0.84], 40)), 6)
    40.0
    """
    plausible = (intervals_s >= 0.3) & (intervals_s <= 2.0)
    change = np.diff(intervals_s)
    kept = plausible[1:] & plausible[:-1] & (np.abs(change) <= 0.2 * intervals_s[:-1])
    if kept.sum() < 60:
        return float("nan")
    return 1000 * float(np.sqrt(np.mean(change[kept] ** 2)))
