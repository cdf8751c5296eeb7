"""The numbers behind an athlete's week: every series with its verdict, its newest value and its sessions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Lines, Numbers, RepRow, Reps, SideRow, Sides, Text
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.series import Followed
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.milestones import Milestone, milestones_of
from analysis.pages.athlete_week.rest import off_text
from analysis.pages.athlete_week.spoken import amount, bad_day, difference_of, fact_of, value_of, words_of
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.wording import DECIMALS, count_text, day_text, shortest

Block = Fact | Drawing


def numbers_of(week: AthleteWeek, one: Followed) -> list[Block]:
    """What a series says of its level, its newest value against the usual, and what must be known beside it."""
    said: list[Block] = [fact_of(week, one)]
    if isinstance(one, FormHistory):
        said += [*kinds_of_break(week, one), rep_strips(one)]
    if isinstance(one, SideDifference):
        said.append(side_bands(one))
    else:
        said.append(Text(newest_text(week, one)))
    return [*said, *map(Text, remarks(week, one))]


def newest_text(week: AthleteWeek, one: Followed) -> str:
    """The newest value, its day, and how far it lies from the usual beside what a bad day alone makes."""
    alone, off = bad_day(week, one), off_text(week, one)
    if not alone or not off:
        value = value_of(week, one, float(one.exposures["value"].iloc[-1]))
        return words.LAST_ONLY.format(value=value, day=_day(week, one.last_date))
    value, day = value_of(week, one), _day(week, one.change.last_date)
    template = words.AT_USUAL if off == words.AS_USUAL else words.AGAINST_USUAL
    return template.format(value=value, day=day, off=off, alone=alone)


def remarks(week: AthleteWeek, one: Followed) -> Iterator[str]:
    """What a reader must know beside the numbers of a series: how many values are not compared, and why."""
    others = one.exposures[~one.exposures["comparable"]]
    if isinstance(one, FormHistory):
        yield from _form_remarks(week, one, len(others))
    elif len(others):
        sessions = count_text(len(others), words_of(week, one).occasion)
        yield words.OTHER_DEVICE.format(sessions=sessions, day=_day(week, others["local_date"].iloc[-1]))
    if isinstance(one, SpeedAtLoad) and one.n_reps_without_metric:
        yield words.OTHER_KIND.format(reps=count_text(one.n_reps_without_metric, "rep"))
    if isinstance(one, CheckHistory) and one.n_trials_left_out:
        yield words.TRIALS_LEFT_OUT.format(trials=count_text(one.n_trials_left_out, "incomplete trial"))
    if isinstance(one, PaceAtHeartRate):
        yield words.EASY.format(low=f"{one.low_bpm:g}", high=f"{one.high_bpm:g}")
        if one.n_runs_left_out:
            yield words.RUNS_LEFT_OUT.format(runs=count_text(one.n_runs_left_out, "run"))


def _form_remarks(week: AthleteWeek, form: FormHistory, others: int) -> Iterator[str]:
    """Sets without a break, loads that differ, sessions of another rater."""
    if form.n_censored:
        sets = count_text(int(form.recent["n_sets"].sum()), "set")
        yield words.HELD_TO_LAST.format(n=form.n_censored, sets=sets)
    loads = form.recent["load_kg"].dropna()
    if len(loads) and loads.max() > 1.05 * loads.min():
        yield words.LOADS.format(low=week.display.load(loads.min()), high=week.display.load(loads.max()))
    if others:
        yield words.OTHER_RATER.format(sessions=count_text(others, "session"))


def kinds_of_break(week: AthleteWeek, history: FormHistory) -> list[Fact]:
    """The kinds of break that became more or fewer."""
    spoken = vars(words_of(week, history))
    return [
        change.as_fact(f"{history.exercise}.{kind}", **spoken | {"quantity": f"reps without {kind}"})
        for kind, change in history.by_kind.items()
        if change.changed
    ]


def rep_strips(history: FormHistory) -> Reps:
    """One row a day, the first rated set of each, newest last."""
    rows = []
    for session in history.recent.itertuples():
        rated = history.sets[history.sets["session_id"] == session.session_id]
        several = f" (set 1 of {session.n_sets})" if session.n_sets > 1 else ""
        clean = tuple(bool(one) for one in rated["clean"].iloc[0])
        rows.append(RepRow(f"{day_text(session.local_date)}{several}", clean))
    return Reps(f"Clean reps before form changed, {count_text(len(rows), 'session')}, newest last", tuple(rows))


def side_bands(result: SideDifference) -> Sides:
    """Both sides over the dates; a band is half the interval of the difference, so that they part where it is sure."""
    factor = np.exp((result.conf_high - result.conf_low) / 400)
    rows = tuple(
        SideRow(label, value, float(value / factor), float(value * factor))
        for label, value in (("Left", result.left), ("Right", result.right))
    )
    decimals = DECIMALS.get(result.unit, 1)
    title = (
        f"{result.name}: left {result.left:.{decimals}f}, right {result.right:.{decimals}f} {result.unit}, with error"
    )
    return Sides(title, result.unit, rows, decimals)


def speed_numbers(week: AthleteWeek) -> list[Numbers]:
    """The exposures of every key lift as tables behind a fold, newest first."""
    return [_exposure_table(week, one) for one in week.speeds.known]


def _exposure_table(week: AthleteWeek, one: SpeedAtLoad) -> Numbers:
    rows = tuple(
        (
            f"{day_text(row.local_date)} {row.local_date.year}",
            f"{row.value:.2f}",
            str(row.n_reps),
            row.device if isinstance(row.device, str) else "not named",
        )
        for row in one.exposures.iloc[::-1].itertuples()
    )
    return Numbers(f"{words_of(week, one).head}: all sessions", ("Date", "m/s", "Reps", "Device"), rows)


def bests(week: AthleteWeek) -> list[Lines]:
    """Up to three achievements of the week, in words; nothing where there is none."""
    lines = tuple(_best_text(week, one) for one in milestones_of(week))
    return [Lines(lines)] if lines else []


def _best_text(week: AthleteWeek, one: Milestone) -> str:
    if one.kind == "effort":
        return words.ALL_DONE.format(n=f"{one.value:.0f}", what=one.what)
    if one.unit == "kg":
        what = f"{one.what}, {week.display.load(one.value)}"
    else:
        what = f"{one.what}, {amount(week, one.value, one.unit)}" if one.unit else f"{one.value:.0f} {one.what}"
    return (words.CLEAR_BEST if one.clear else words.BEST_ON_DAY).format(what=what)


def last_tests(week: AthleteWeek) -> list[Numbers]:
    """The newest of every test with its day, the change from the one before, and when the next is due."""
    rows = [_check_row(week, one) for one in week.checks.known] + [_side_row(week, one) for one in week.sides.known]
    return [Numbers("Last tests", ("Test", "Last", "Against the one before", "Next"), tuple(rows))] if rows else []


def _check_row(week: AthleteWeek, one: CheckHistory) -> tuple[str, ...]:
    same = one.exposures[one.exposures["comparable"]]
    last = f"{value_of(week, one, float(same['value'].iloc[-1]))}, {_day(week, same['local_date'].iloc[-1])}"
    return one.name, last, _from_before(week, one, same["value"]), _day(week, one.next_due)


def _from_before(week: AthleteWeek, one: Followed, values: pd.Series) -> str:
    if len(values) < 2:
        return words.FIRST_ONE
    return difference_of(week, one, *values.iloc[[-1, -2]]) or words.THE_SAME


def _side_row(week: AthleteWeek, one: SideDifference) -> tuple[str, ...]:
    values = one.dates.iloc[-1]
    left, right = (shortest(float(values[side]), DECIMALS.get(one.unit, 1)) for side in ("left", "right"))
    last = f"left {left}, right {right} {one.unit}, {_day(week, one.last_date)}"
    before = one.dates.iloc[:-1]
    if before.empty:
        return one.name, last, words.FIRST_ONE, ""
    moved = [
        f"{side} {amount(week, abs(by), one.unit)} {'more' if by > 0 else 'less'}"
        for side in ("left", "right")
        if (by := _apart(values[side], before.iloc[-1][side], DECIMALS.get(one.unit, 1)))
    ]
    return one.name, last, ", ".join(moved) or words.THE_SAME, ""


def _apart(now: float, before: float, decimals: int) -> float:
    """The difference of two values as they are printed."""
    return round(round(now, decimals) - round(before, decimals), decimals)


def _day(week: AthleteWeek, day: pd.Timestamp) -> str:
    """With its year where that is another one."""
    return day_text(day) if day.year == week.until.year else f"{day_text(day)} {day.year}"
