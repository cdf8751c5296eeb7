"""A series of one athlete as every page tells it: its stable name, its words, its fact and its small drawing."""

import numpy as np
import pandas as pd

from analysis.base.blocks import Fact, Strip
from analysis.base.decisions import Change
from analysis.base.sentences import Wording
from analysis.base.states import State
from analysis.base.typical_error import Band
from analysis.base.units import signed_text
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.wording import SIDES, count_text, decimals_of, percent, speed_name

JudgedHistory = SpeedAtLoad | FormHistory | CheckHistory | PaceAtHeartRate
History = JudgedHistory | SideDifference


def subject_of(history: History) -> str:
    """The stable name of a series, as romanian_deadlift.speed_at_60kg."""
    if isinstance(history, SpeedAtLoad):
        side = f".{SIDES[history.side]}" if history.side in SIDES else ""
        return f"{history.exercise}.speed_at_{history.anchor_kg:g}kg{side}"
    if isinstance(history, FormHistory):
        return f"{history.exercise}.clean_reps"
    if isinstance(history, CheckHistory):
        return history.test_id
    return f"{history.test_id}.sides" if isinstance(history, SideDifference) else "run.pace_at_heart_rate"


def wording_of(history: JudgedHistory) -> Wording:
    """How a judged series is spoken of."""
    if isinstance(history, SpeedAtLoad):
        return Wording(speed_name(history), 2, "faster", "slower", "session")
    if isinstance(history, FormHistory):
        return Wording("clean reps", 1, "more", "fewer", "session")
    if isinstance(history, PaceAtHeartRate):
        return Wording(f"pace at {history.low_bpm:g} to {history.high_bpm:g} bpm", 0, "slower", "faster", "run")
    more, less = ("slower", "faster") if history.change.unit == "s" else ("higher", "lower")
    return Wording(history.name, decimals_of(history.change.unit, history.change.now), more, less)


def series_fact(history: History) -> Fact:
    """The newest of a series against those before; of both sides, whether they differ."""
    if isinstance(history, SideDifference):
        return _sides_fact(history)
    return history.change.as_fact(subject_of(history), **vars(wording_of(history)))


def _sides_fact(result: SideDifference) -> Fact:
    """Whether the sides differ beyond the error between dates; a percentage only where they do."""
    if result.is_sure:
        agreeing = f"{result.dates_agreeing} of {result.n_dates} dates"
        lead, state = "", None
        rest = f"{result.name}: your {result.larger} side is {percent(result.estimate_pct)} larger. "
        rest += f"Noise is about {percent(result.mdc_pct)}. It was larger on {agreeing}."
    else:
        lead, state = "No difference we can be sure of.", State.TOO_CLOSE
        rest = f"{result.name}, {count_text(result.n_dates, 'date')}."
    coach = (
        f"{result.name}: {signed_text(result.estimate_pct, 1)} % right over left "
        f"({result.conf_level * 100:.0f} % interval {signed_text(result.conf_low, 1)} to "
        f"{signed_text(result.conf_high, 1)}), MDC {result.mdc_pct:.1f} %, "
        f"{result.larger} larger on {result.dates_agreeing} of {result.n_dates} dates."
    )
    return Fact(
        subject_of(result),
        f"{lead} {rest}".strip(),
        state,
        coach,
        estimate=result.estimate_pct,
        unit="%",
        conf_low=result.conf_low,
        conf_high=result.conf_high,
        conf_level=result.conf_level,
        n=result.n_dates,
        mdc=result.mdc_pct,
        lead=lead,
    )


def strip_of(change: Change, title: str, label: str, decimals: int) -> Strip:
    """The last comparable values on the usual band, the newest strong, the noise as a bracket."""
    bands = *ends(change.usual), *ends(change.noise)
    return Strip(title, label, change.unit, change.earlier, change.new, decimals, *bands)


def ends(band: Band | None) -> tuple[float, float] | tuple[None, None]:
    """Both ends of a range, as drawings take them."""
    return (band.low, band.high) if band else (None, None)


def is_flagged(history: History) -> bool:
    """Whether the series' own rule says that there is a change, or a difference of the sides."""
    return history.is_sure if isinstance(history, SideDifference) else history.change.flagged


def direction(history: History) -> float:
    """1 for better (for sides: right larger), -1 for worse, NaN where it is not known."""
    return float(np.sign(history.estimate_pct if isinstance(history, SideDifference) else history.change.gain))


def last_date(history: History) -> pd.Timestamp:
    """The day of the newest value."""
    if isinstance(history, SideDifference):
        return history.dates["local_date"].iloc[-1]
    return history.last_date
