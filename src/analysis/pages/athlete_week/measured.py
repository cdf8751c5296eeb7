"""What was measured in the athlete's week: bar speeds, form, checks, paces and sides, as remarks and small drawings."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.blocks import Course, Drawing, Fact, Numbers, RepRow, Reps, SideRow, Sides, Text
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.hinge_depth import HingeDepth
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.e1rm_by_day import E1rmByDay
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import course_of, series_fact, wording_of
from analysis.pages.wording import (
    DECIMALS,
    amount_of,
    count_text,
    day_text,
    decimals_of,
    exercise_name,
    speed_name,
)

Block = Fact | Drawing

CHECK_WEEKS = 52


def speed_blocks(result: SpeedAtLoad) -> list[Block]:
    """What speed at the anchor load says of its level, and what must be known beside it."""
    return [series_fact(result), speed_course(result), *_speed_remarks(result)]


def speed_course(result: SpeedAtLoad) -> Course:
    """The exposures of the last weeks on the band of one more."""
    return course_of(result, f"{speed_name(result)}, {day_text(result.last_date)}")


def e1rm_blocks(result: E1rmByDay) -> list[Block]:
    """What the 1RM from repetitions says of its level."""
    label = f"{wording_of(result).head}, {day_text(result.last_date)}"
    return [series_fact(result), course_of(result, label, decimals=0)]


def speed_numbers(week: AthleteWeek) -> list[Numbers]:
    """The exposures of every key lift as tables behind a fold, newest first."""
    return [_exposure_table(one) for one in week.speeds.known]


def _exposure_table(result: SpeedAtLoad) -> Numbers:
    newest_first = result.exposures.iloc[::-1]
    rows = tuple(
        (
            f"{day_text(row.local_date)} {row.local_date.year}",
            f"{row.value:.2f}",
            str(row.n_reps),
            row.device if isinstance(row.device, str) else "not named",
        )
        for row in newest_first.itertuples()
    )
    return Numbers(f"{speed_name(result)}: all sessions", ("Date", "m/s", "Reps", "Device"), rows)


def _speed_remarks(result: SpeedAtLoad) -> list[Text]:
    """What a reader must know beside the numbers: how many are missing, another device, speeds left out."""
    remarks = []
    others = result.exposures[~result.exposures["comparable"]]
    if len(others):
        last = day_text(others["local_date"].iloc[-1])
        remarks.append(f"{count_text(len(others), 'session')} up to {last} on another device, not compared.")
    if result.n_reps_without_metric:
        remarks.append(f"{count_text(result.n_reps_without_metric, 'rep')} without this kind of speed left out.")
    return [Text(remark) for remark in remarks]


def form_blocks(history: FormHistory) -> list[Block]:
    """What clean repetitions say of their level, of each kind of break, and the last rated sets."""
    return [series_fact(history), *_kinds_of_break(history), rep_strips(history), *_form_remarks(history)]


def _kinds_of_break(history: FormHistory) -> list[Fact]:
    """The kinds of break that became more or fewer."""
    words = vars(wording_of(history))
    return [
        change.as_fact(f"{history.exercise}.{kind}", **words | {"quantity": f"reps without {kind}"})
        for kind, change in history.by_kind.items()
        if change.changed
    ]


def depth_blocks(result: HingeDepth) -> list[Block]:
    """What the hinge angle says of its level."""
    return [series_fact(result), course_of(result, f"{exercise_name(result.exercise)}, hinge angle", decimals=0)]


def rep_strips(history: FormHistory) -> Reps:
    """One row a day, the first rated set of each, newest last."""
    rows = []
    for session in history.recent.itertuples():
        rated = history.sets[history.sets["session_id"] == session.session_id]
        rows.append(RepRow(_set_label(session, rated.iloc[0]), tuple(bool(clean) for clean in rated["clean"].iloc[0])))
    return Reps(f"Clean reps before form changed, {count_text(len(rows), 'session')}, newest last", tuple(rows))


def _set_label(session, first: pd.Series) -> str:
    load = "" if np.isnan(first["load_kg"]) else f" {first['load_kg']:g} kg"
    several = f" (set 1 of {session.n_sets})" if session.n_sets > 1 else ""
    return f"{day_text(session.local_date)}{load}{several}"


def _form_remarks(history: FormHistory) -> list[Text]:
    """Sets without a break, loads that differ, sessions of another rater."""
    remarks = []
    if history.n_censored:
        held = f"Form held to the last rep in {history.n_censored} of {int(history.recent['n_sets'].sum())} sets"
        remarks.append(f"{held}: it might have held longer.")
    loads = history.recent["load_kg"].dropna()
    if len(loads) and loads.max() > 1.05 * loads.min():
        remarks.append(f"The load was between {loads.min():g} and {loads.max():g} kg.")
    others = int((~history.exposures["comparable"]).sum())
    if others:
        remarks.append(f"{count_text(others, 'session')} rated by somebody else, not compared.")
    return [Text(remark) for remark in remarks]


def check_blocks(history: CheckHistory) -> list[Block]:
    """What a check says of its level, and when the next is due."""
    due = Text(f"Next check: {_due(history)}.{_trials_left_out(history)}")
    lower = ", lower is better" if history.lower_is_better else ""
    label = f"{history.name}, {day_text(history.last_date)}{lower}"
    decimals = decimals_of(history.change.unit, history.change.latest)
    return [series_fact(history), course_of(history, label, weeks=CHECK_WEEKS, decimals=decimals), due]


def check_line(history: CheckHistory, week: AthleteWeek) -> Fact:
    """A check not done this week, in one line; the page puts its state before it in words."""
    value = f"{amount_of(history.change.latest, history.change.unit)} on {day_text(history.last_date)}"
    next_one = "Next" if history.next_due > week.until else "The next was due"
    told = f"{history.name}: {value}. {next_one}: {_due(history)}."
    return replace(series_fact(history), sentence=f"{told}{_trials_left_out(history)}", lead=None)


def _due(history: CheckHistory) -> str:
    return f"{history.next_due:%a} {day_text(history.next_due)}"


def _trials_left_out(history: CheckHistory) -> str:
    left_out = history.n_trials_left_out
    return f" {count_text(left_out, 'incomplete trial')} left out." if left_out else ""


def pace_blocks(result: PaceAtHeartRate) -> list[Block]:
    """What pace at the usual heart rate says of its level; of a pace smaller is better."""
    name, left_out = f"{wording_of(result).head}, {day_text(result.last_date)}", result.n_runs_left_out
    remark = f"Easy is your usual heart rate, {result.low_bpm:g} to {result.high_bpm:g} beats a minute."
    if left_out:
        remark += f" {count_text(left_out, 'run')} with too little time at it left out."
    drawn = course_of(result, f"{name}, lower is better", decimals=0)
    return [series_fact(result), drawn, Text(remark)]


def side_blocks(result: SideDifference) -> list[Block]:
    """Whether the sides differ, and both with their error."""
    return [series_fact(result), _side_bands(result)]


def _side_bands(result: SideDifference) -> Sides:
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
