"""A finding of the squad's week in words, as a fact and as a small line: what its lists and its table share."""

from dataclasses import replace

from analysis.base.blocks import Fact, Sparkline
from analysis.base.units import amount_text
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.sections import check_fact, form_fact, pace_fact, side_fact, speed_fact
from analysis.pages.squad_week.week import Finding, History
from analysis.pages.wording import capital, decimals_of, direction_words, name_of, percent, shortest


def reason(finding: Finding) -> str:
    """A finding in one sentence."""
    history, estimate, low, high = finding.history, *_estimate(finding.history)
    name = finding_name(history)
    if isinstance(history, SideDifference):
        larger = f"{history.larger} side {percent(estimate)} larger, {_from_to(estimate, low, high, '%', 1)}"
        return f"{name}: {larger}, on {history.dates_agreeing} of {history.n_dates} dates."
    change = history.change
    decimals = 1 if isinstance(history, FormHistory) else decimals_of(change.unit, change.now)
    by = amount_text(abs(estimate), change.unit, decimals)
    if isinstance(history, FormHistory):
        word = "more" if estimate > 0 else "fewer"
        by = f"{shortest(abs(estimate), 1)} {word}"
    else:
        by = f"{by} {direction_words(history)[0 if estimate > 0 else 1]}"
    return f"{name}: {by} than before, {_from_to(estimate, low, high, change.unit, decimals)}."


def finding_name(history: History) -> str:
    """What the series of a finding is called."""
    if isinstance(history, SideDifference):
        return history.name
    if isinstance(history, FormHistory):
        return f"{lift_name(history)}, clean reps"
    return capital(name_of(history))


def finding_fact(finding: Finding) -> Fact:
    """The finding as the facts of its athlete have it, under the athlete's id."""
    history = finding.history
    if isinstance(history, SpeedAtLoad):
        fact = speed_fact(history)
    elif isinstance(history, FormHistory):
        fact = form_fact(history)
    elif isinstance(history, CheckHistory):
        fact = check_fact(history)
    else:
        fact = pace_fact(history) if isinstance(history, PaceAtHeartRate) else side_fact(history)
    return replace(fact, subject=f"{finding.athlete_id}.{fact.subject}")


def finding_line(finding: Finding) -> Sparkline:
    """The judged values of a finding, oldest first, on the usual band."""
    history = finding.history
    if isinstance(history, SideDifference):
        values = tuple(float(value) for value in history.dates["difference_pct"])
        return Sparkline(f"{history.name}, right over left in %", values)
    change = history.change
    band = change.usual
    return Sparkline(
        f"{finding_name(history)}, in {change.unit}",
        (*change.earlier, *change.new),
        band.low if band else None,
        band.high if band else None,
    )


def lift_name(history: FormHistory) -> str:
    """The lift whose form was rated: 'Romanian deadlift'."""
    return capital(history.exercise.replace("_", " "))


def _estimate(history: History) -> tuple[float, float, float]:
    if isinstance(history, SideDifference):
        return history.estimate_pct, history.conf_low, history.conf_high
    return history.change.estimate, history.change.conf_low, history.change.conf_high


def _from_to(estimate: float, low: float, high: float, unit: str, decimals: int) -> str:
    """The interval as sizes in the direction of the estimate."""
    ends = sorted((low, high)) if estimate > 0 else sorted((-low, -high))
    return f"somewhere from {ends[0]:.{decimals}f} to {ends[1]:.{decimals}f} {unit}"
