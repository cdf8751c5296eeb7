"""The truths built into the squad: each is one small change of one athlete's flat course.

The numbers and dates of a truth are the arguments of its change, so truth.json cannot say anything else than what
the files were made from.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd

Change = Callable[..., pd.DataFrame]


def ramp(days: pd.Index, start: str, end: str) -> np.ndarray:
    """Share of a change that has happened on each day: 0 up to `start`, 1 from `end` on, straight between.

    >>> ramp(pd.date_range("2026-01-01", periods=5), "2026-01-02", "2026-01-04").tolist()
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    return np.clip(np.asarray((days - first) / (last - first)), 0, 1)


def unchanged(course: pd.DataFrame) -> pd.DataFrame:
    """Nothing changes in 26 weeks."""
    return course


def speed_gain(course: pd.DataFrame, *, gain_m_s: float, start: str, end: str) -> pd.DataFrame:
    """The Romanian deadlift gets faster at every load from `start` to `end`, and stays there."""
    return course.assign(
        romanian_deadlift_m_s=course["romanian_deadlift_m_s"] + gain_m_s * ramp(course.index, start, end)
    )


def device_swap(course: pd.DataFrame, *, offset_m_s: float, device: str, start: str) -> pd.DataFrame:
    """From `start` on another device is used, which reads higher; the athlete is as fast as before."""
    swapped = course.index >= start
    return course.assign(
        device=course["device"].mask(swapped, device),
        reading_offset_m_s=np.where(swapped, offset_m_s, course["reading_offset_m_s"]),
    )


def nothing_logged(course: pd.DataFrame, *, start: str, end: str) -> pd.DataFrame:
    """From `start` to `end`, both included, no file knows anything of the athlete: not rest, not off, missing."""
    gone = (course.index >= start) & (course.index <= end)
    return course.assign(logged=course["logged"] & ~gone)


def stronger_right(course: pd.DataFrame, *, right_over_left: float) -> pd.DataFrame:
    """The right leg hops further on every date, by the ratio `right_over_left`."""
    share = right_over_left**0.5  # half of it on each side keeps the mean of both legs
    return course.assign(hop_left_cm=course["hop_left_cm"] / share, hop_right_cm=course["hop_right_cm"] * share)


def bad_left_day(course: pd.DataFrame, *, left_share: float, date: str) -> pd.DataFrame:
    """On one date alone the left hops are short."""
    return course.assign(
        hop_left_cm=course["hop_left_cm"].where(course.index != date, course["hop_left_cm"] * left_share)
    )


def earlier_form_break(course: pd.DataFrame, *, clean_reps_lost: float, start: str) -> pd.DataFrame:
    """From `start` on, form changes earlier in the set."""
    return course.assign(clean_reps=course["clean_reps"] - clean_reps_lost * (course.index >= start))


def lost_tempo(course: pd.DataFrame, *, faster_s_per_rep: float, start: str) -> pd.DataFrame:
    """From `start` on, form sets go faster than the tempo asks."""
    return course.assign(tempo_off_s=course["tempo_off_s"] - faster_s_per_rep * (course.index >= start))


def faster_right(course: pd.DataFrame, *, right_over_left: float) -> pd.DataFrame:
    """The right leg moves the single-leg hinge faster on every day, by the ratio `right_over_left`."""
    share = right_over_left**0.5
    left, right = course["single_leg_left_m_s"] / share, course["single_leg_right_m_s"] * share
    return course.assign(single_leg_left_m_s=left, single_leg_right_m_s=right)


def looser_ankles(course: pd.DataFrame, *, gain_cm: float, start: str, end: str) -> pd.DataFrame:
    """Both ankles reach further from the wall from `start` to `end`, and stay there."""
    return course.assign(ankle_gain_cm=course["ankle_gain_cm"] + gain_cm * ramp(course.index, start, end))


def deep_and_clean(course: pd.DataFrame, *, deeper_deg: float, clean_reps_more: float, date: str) -> pd.DataFrame:
    """On one day the hinge is deeper than ever, with every rep clean."""
    is_day = course.index == date
    return course.assign(
        hinge_angle_deg=course["hinge_angle_deg"] - deeper_deg * is_day,
        clean_reps=course["clean_reps"] + clean_reps_more * is_day,
    )


def shorter_steps_late(course: pd.DataFrame, *, more_lost_spm_per_h: float) -> pd.DataFrame:
    """Long runs lose more of their steps a minute than those of the others, all 26 weeks."""
    return course.assign(cadence_lost_spm_per_h=course["cadence_lost_spm_per_h"] + more_lost_spm_per_h)


def faster_runner(
    course: pd.DataFrame,
    *,
    sprint_gain_s: float,
    cs_gain_m_s: float,
    speed_at_140_bpm_gain_m_s: float,
    start: str,
    end: str,
) -> pd.DataFrame:
    """Sprint, time trials and pace at a given heart rate get better from `start` to `end`."""
    done = ramp(course.index, start, end)
    return course.assign(
        sprint_20m_s=course["sprint_20m_s"] - sprint_gain_s * done,
        cs_m_s=course["cs_m_s"] + cs_gain_m_s * done,
        speed_at_140_bpm_m_s=course["speed_at_140_bpm_m_s"] + speed_at_140_bpm_gain_m_s * done,
    )


@dataclass(frozen=True)
class BuiltIn:
    """One truth: whose, what in words, and the change with the numbers and dates that it is called with."""

    key: str
    athlete: str
    what: str
    change: Change
    numbers: dict[str, float | str]
    dates: dict[str, str]

    def applied(self, course: pd.DataFrame) -> pd.DataFrame:
        """The athlete's course with this truth in it."""
        return self.change(course, **self.numbers, **self.dates)

    def as_dict(self, athlete_id: str) -> dict:
        """What truth.json says of it; the athlete's id depends on the seed."""
        return {
            "key": self.key,
            "athlete": self.athlete,
            "athlete_id": athlete_id,
            "what": self.what,
            "numbers": self.numbers,
            "dates": self.dates,
        }


_CHANGES = (
    *(unchanged, speed_gain, device_swap, nothing_logged, stronger_right, bad_left_day, earlier_form_break),
    *(faster_runner, lost_tempo, faster_right, looser_ankles, deep_and_clean, shorter_steps_late),
)


def _built_in() -> tuple[BuiltIn, ...]:
    """The truths of `truths.toml`."""
    changes = {change.__name__: change for change in _CHANGES}
    said = tomllib.loads(files("analysis.example").joinpath("truths.toml").read_text(encoding="utf-8"))["truths"]
    return tuple(BuiltIn(**{**truth, "change": changes[truth["change"]]}) for truth in said)


BUILT_IN = _built_in()


def with_truths(name: str, course: pd.DataFrame) -> pd.DataFrame:
    """The course of the athlete called `name` with every truth of that athlete in it."""
    for truth in BUILT_IN:
        if truth.athlete == name:
            course = truth.applied(course)
    return course


@dataclass(frozen=True)
class Truth:
    """What is true of a written example squad, as truth.json beside the files says it."""

    seed: int
    first_day: str
    last_day: str
    noise: dict[str, float]
    athletes: tuple[dict, ...]  # a baseline and the adherence counts of each
    truths: tuple[dict, ...]  # key, athlete, athlete_id, what, numbers, dates

    def of(self, key: str) -> dict:
        """The built-in truth of that key.

        Raises KeyError where the squad has none of that key.
        """
        for truth in self.truths:
            if truth["key"] == key:
                return truth
        raise KeyError(f"{key!r} is not built in; the keys are: {', '.join(truth['key'] for truth in self.truths)}.")
