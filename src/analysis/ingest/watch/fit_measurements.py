"""What FIT files hold beside activities: readings of a scale, and the beats of recordings at rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from analysis.base.config import Config
from analysis.ingest.watch import activities
from analysis.ingest.watch.activities import Activity, Start
from analysis.ingest.watch.fit_layout import FILE_ID, HRV, USER_PROFILE, WEIGHT_SCALE
from analysis.ingest.watch.fit_messages import EPOCH, FIRST_DATE, Messages, device_of, first_of, number_of

LONGEST_REST_MEASUREMENT_S = 900  # apps that measure at rest take one to five minutes


@dataclass(frozen=True)
class _Reading:
    """What a scale showed: wall clock, kilograms, device, and which of its users stood on it, where it tells them."""

    at: datetime
    mass_kg: float
    device: str | None
    user: int | None


def body_mass(parts: Sequence[Messages], config: Config, sentences: list[str]) -> list[dict[str, Any]]:
    """Rows of the table `trials`: the readings of a scale, of one person.

    Of a scale with several users the one whose profile the file holds is meant; where it holds none, or several, nobody
    is taken for the athlete. Who is left out is said.
    """
    shown = [reading for part in parts for reading in _readings(part, config)]
    profiles = {number_of(one, "message_index") for part in parts for one in part.single[USER_PROFILE]}
    kept, said = _of_one_person(shown, profiles)
    sentences += [said] if said else []
    return activities.body_masses((one.at, one.mass_kg, one.device) for one in kept)


def _readings(part: Messages, config: Config) -> Iterator[_Reading]:
    device = device_of(first_of(part, FILE_ID))
    for message in part.single[WEIGHT_SCALE]:
        mass_kg, seconds = number_of(message, "weight"), number_of(message, "timestamp")
        if mass_kg is None or seconds is None or seconds < FIRST_DATE:
            continue
        local = Start.at(EPOCH + timedelta(seconds=seconds), None, config).local
        user = number_of(message, "user_profile_index")
        if local:
            yield _Reading(local, mass_kg, device, None if user is None else int(user))


def _of_one_person(shown: Sequence[_Reading], profiles: set[float | None]) -> tuple[list[_Reading], str]:
    """The readings of the person whose file it is, and a sentence about the others, empty where there are none."""
    users: dict[int | None, list[_Reading]] = {}
    for reading in shown:
        users.setdefault(reading.user, []).append(reading)
    if len(users) < 2:
        return list(shown), ""
    owner = next(iter(profiles)) if len(profiles) == 1 else None
    meant = next((user for user in users if user is not None and user == owner), None)
    others = "; ".join(_told(user, of_one) for user, of_one in users.items() if meant is None or user != meant)
    if meant is None:
        return [], (
            f"The scale tells {len(users)} people apart: {others}. The file does not say who of them the athlete is, "
            "so no reading is taken. Export the readings of one person."
        )
    return users[meant], f"Readings of other people on the scale, left out: {others}."


def _told(user: int | None, readings: Sequence[_Reading]) -> str:
    name = "nobody named" if user is None else f"user {user}"
    low, high = min(one.mass_kg for one in readings), max(one.mass_kg for one in readings)
    mass = f"{low:.1f} kg" if low == high else f"{low:.1f} to {high:.1f} kg"
    return f"{name} (readings: {len(readings)}, {mass})"


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
