"""What was measured in the athlete's week: bar speeds, form, checks, paces and sides, as remarks and small drawings."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Numbers, RepRow, Reps, SideRow, Sides, Slope, Strip, Text
from analysis.base.typical_error import REFERENCE_LEAST
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import series_fact, strip_of, wording_of
from analysis.pages.wording import DECIMALS, amount_of, count_text, day_text, decimals_of, speed_name

Block = Fact | Drawing


def speed_blocks(result: SpeedAtLoad) -> list[Block]:
    """The latest speed at the anchor load against those before, and what must be known beside it."""
    return [series_fact(result), speed_strip(result), *_speed_remarks(result)]


def speed_strip(result: SpeedAtLoad) -> Strip:
    """The last comparable exposures on the usual band."""
    change, name = result.change, speed_name(result)
    band = f", usual {change.usual.low:.2f} to {change.usual.high:.2f}" if change.usual else ""
    return strip_of(change, f"{name}: {change.now:.2f} m/s{band}", f"{name}, {day_text(result.last_date)}", 2)


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
    more = REFERENCE_LEAST - result.change.n_earlier
    if more > 0:
        remarks.append(f"{more} more to show your usual range.")
    others = result.exposures[~result.exposures["comparable"]]
    if len(others):
        last = day_text(others["local_date"].iloc[-1])
        remarks.append(f"{count_text(len(others), 'session')} up to {last} on another device, not compared.")
    if result.n_reps_without_metric:
        remarks.append(f"{count_text(result.n_reps_without_metric, 'rep')} without this kind of speed left out.")
    return [Text(remark) for remark in remarks]


def form_blocks(history: FormHistory) -> list[Block]:
    """Clean repetitions of the last 3 sessions against the 3 before, and hinge depth."""
    return [series_fact(history), rep_strips(history), *_form_remarks(history), *_hinge_depth(history)]


def rep_strips(history: FormHistory) -> Reps:
    """One row a session, the first rated set of each: the judged sessions last, those before them above."""
    shown = pd.concat([history.before, history.recent])
    rows = []
    for session in shown.itertuples():
        rated = history.sets[history.sets["session_id"] == session.session_id]
        rows.append(RepRow(_set_label(session, rated.iloc[0]), tuple(bool(clean) for clean in rated["clean"].iloc[0])))
    return Reps(f"Clean reps before form changed, {count_text(len(rows), 'session')}, newest last", tuple(rows))


def _set_label(session, first: pd.Series) -> str:
    load = "" if np.isnan(first["load_kg"]) else f" {first['load_kg']:g} kg"
    several = f" (set 1 of {session.n_sets})" if session.n_sets > 1 else ""
    return f"{day_text(session.local_date)}{load}{several}"


def _form_remarks(history: FormHistory) -> list[Text]:
    """Sets without a change of form, loads that differ, sessions of another rater."""
    recent, before = history.recent, history.before
    remarks = []
    if history.n_censored:
        held = f"Form held to the last rep in {history.n_censored} of {int(recent['n_sets'].sum())} sets"
        remarks.append(f"{held}: it might have held longer.")
    loads = recent["load_kg"].mean(), before["load_kg"].mean()
    if abs(loads[0] - loads[1]) > 0.05 * loads[1]:
        remarks.append(f"The load was {loads[0]:.1f} kg lately and {loads[1]:.1f} kg before.")
    others = int((~history.exposures["comparable"]).sum())
    if others:
        remarks.append(f"{count_text(others, 'session')} rated by somebody else, not compared.")
    return [Text(remark) for remark in remarks]


def _hinge_depth(history: FormHistory) -> list[Fact]:
    """Mean hinge angle of the last 3 sessions beside the 3 before; nothing where no angle was measured."""
    angles = history.hinge_angles["hinge_angle_deg"]
    if angles.empty:
        return []
    now, before = angles.iloc[-SESSIONS_COMPARED:], angles.iloc[-2 * SESSIONS_COMPARED : -SESSIONS_COMPARED]
    lately = count_text(len(now), "session") if len(now) > 1 else "session"
    text = f"Hinge angle at the bottom: {now.mean():.0f}° in your last {lately}"
    text += f", {before.mean():.0f}° in the {len(before)} before." if len(before) else "."
    return [Fact(f"{history.exercise}.hinge_angle", text, unit="deg", n=len(now) + len(before))]


def check_blocks(history: CheckHistory) -> list[Block]:
    """The latest check against those before, and when the next is due."""
    due = Text(f"Next check: {_due(history)}.{_trials_left_out(history)}")
    return [series_fact(history), _slope_if_any(history), due]


def check_slope(history: CheckHistory) -> Slope:
    """The earlier checks and the latest, half the MDC at each end: the bars part where the change is beyond it."""
    change = history.change
    comparable = history.exposures[history.exposures["comparable"]]
    previous = comparable["local_date"].iloc[-2]
    before_label = day_text(previous) if change.n_earlier == 1 else f"mean of {change.n_earlier} before"
    decimals = decimals_of(change.unit, change.now)
    title = f"{history.name}, {before_label} to {day_text(history.last_date)}"
    title += f": {amount_of(change.reference, change.unit)} to {amount_of(change.now, change.unit)}"
    return Slope(
        title=f"{title}, lower is better" if history.lower_is_better else title,
        unit=change.unit,
        before=change.reference,
        now=change.now,
        before_label=before_label,
        now_label=day_text(history.last_date),
        error=change.mdc / 2 if np.isfinite(change.mdc) else 0.0,
        decimals=decimals,
        lower_is_better=history.lower_is_better,
    )


def _slope_if_any(history: CheckHistory) -> Drawing:
    if history.change.n_earlier:
        return check_slope(history)
    return Text(f"{history.name}, {day_text(history.last_date)}: {amount_of(history.change.now, history.change.unit)}.")


def check_line(history: CheckHistory, week: AthleteWeek) -> Fact:
    """A check not done this week, in one line; the page puts its state before it in words."""
    value = f"{amount_of(history.change.now, history.change.unit)} on {day_text(history.last_date)}"
    next_one = "Next" if history.next_due > week.until else "The next was due"
    told = f"{history.name}: {value}. {next_one}: {_due(history)}."
    return replace(series_fact(history), sentence=f"{told}{_trials_left_out(history)}", lead=None)


def _due(history: CheckHistory) -> str:
    return f"{history.next_due:%a} {day_text(history.next_due)}"


def _trials_left_out(history: CheckHistory) -> str:
    left_out = history.n_trials_left_out
    return f" {count_text(left_out, 'incomplete trial')} left out." if left_out else ""


def pace_blocks(result: PaceAtHeartRate) -> list[Block]:
    """Pace of the latest run at the usual heart rate against the runs before; of a pace smaller is better."""
    name, left_out = f"{wording_of(result).head}, {day_text(result.last_date)}", result.n_runs_left_out
    remark = f"{count_text(left_out, 'run')} with too little time at this heart rate left out."
    strip = strip_of(result.change, f"{name}, lower is better", name, 0)
    return [series_fact(result), strip, *([Text(remark)] if left_out else [])]


def side_blocks(result: SideDifference) -> list[Block]:
    """Whether the sides differ, and both with their error."""
    return [series_fact(result), _side_bands(result)]


def _side_bands(result: SideDifference) -> Sides:
    """Both sides over the dates; each band is half the MDC either way, so that they part where the sides differ."""
    factor = np.exp(result.mdc_pct / 200)
    rows = tuple(
        SideRow(label, value, float(value / factor), float(value * factor))
        for label, value in (("Left", result.left), ("Right", result.right))
    )
    decimals = DECIMALS.get(result.unit, 1)
    title = (
        f"{result.name}: left {result.left:.{decimals}f}, right {result.right:.{decimals}f} {result.unit}, with error"
    )
    return Sides(title, result.unit, rows, decimals)
