"""The athlete's week as facts and small drawings: one function a section, from the fitted week to what is shown.

Each section raises NotEnoughData, with what to record, at the moment it is drawn; milestones, sides and what was left
out, which are hidden where there are none, return an empty list instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.blocks import (
    CellRow,
    Cells,
    Chip,
    Chips,
    Days,
    Drawing,
    Fact,
    Lines,
    Numbers,
    RepRow,
    Reps,
    SideRow,
    Sides,
    Slope,
    Strip,
    Text,
    Tile,
    Tiles,
)
from analysis.base.decisions import Change, expected_by_chance
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.base.typical_error import BAND_LEVEL, MDC_LEVEL, REFERENCE_LEAST
from analysis.base.units import amount_text, signed_text
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import SESSIONS_COMPARED, FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import TRAINED_DAYS_FOR_A_LINE, AthleteWeek, Milestone, Missing, WeekTotals
from analysis.pages.wording import (
    DECIMALS,
    SIDES,
    History,
    amount_of,
    capital,
    count_text,
    day_text,
    decimals_of,
    direction_words,
    expected_text,
    name_of,
    pace_name,
    percent,
    plural,
    shortest,
    speed_name,
)

Block = Fact | Drawing

APPROVED_MOST = 2  # lines of the coach on the page
LEFT_OUT_MOST = 6  # lines on the page; older ones are counted

_ROLES = {"day_1": "Day 1", "day_3": "Day 3", "day_5": "Day 5", "other": "Other"}
_STATE_WORDS = {"done": "trained", "rest": "rest", "off": "off", "none": "nothing logged"}


def period(week: AthleteWeek) -> str:
    """The seven days, as the head of the page prints them: '29 June – 5 July 2026'."""
    first, last = week.days[0], week.days[-1]
    start = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        start += f" {first:%B}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} – {last.day} {last:%B} {last.year}"


def header(week: AthleteWeek) -> list[Block]:
    """Seven dots, and how complete the week is."""
    return [day_dots(week), Text(f"Based on {week.n_logged_days} of 7 days.")]


def message(week: AthleteWeek) -> list[Block]:
    """The week in one sentence."""
    return [week_message(week)]


def milestones(week: AthleteWeek) -> list[Block]:
    """Up to 3 chips, clear bests and bests on the day; nothing where there is none."""
    return [milestone_chips(week.milestones)] if week.milestones else []


def your_week(week: AthleteWeek) -> list[Block]:
    """The planned days and what became of them (without a plan, counts only), and what was lifted and run in all."""
    if len(week.plan):
        return [adherence_fact(week), *totals_facts(week.totals), plan_tiles(week)]
    return [counts_fact(week), *totals_facts(week.totals)]


def speed(week: AthleteWeek) -> list[Block]:
    """Speed at the anchor load of every key lift."""
    parts = week.speeds.or_say_why("No key lift is set. Ask your coach to name one.")
    drawn = [block for one in parts.known for block in (speed_fact(one), speed_strip(one), *_speed_remarks(one))]
    return [*drawn, *_missing(parts.missing)]


def form(week: AthleteWeek) -> list[Block]:
    """Clean repetitions before form changed, hinge depth, and one of the athlete's own cues."""
    history = week.form
    remarks = [*_form_remarks(history), *hinge_depth(history)]
    cue = [Text(f"Your cue: “{week.cue}”.")] if week.cue else []
    return [form_fact(history), rep_strips(history), *remarks, *cue]


def run(week: AthleteWeek) -> list[Block]:
    """This week's checks against those before, a line for each of the others, and pace at a given heart rate."""
    checks, paces = week.checks, week.paces
    if not paces.known:
        checks = checks.or_say_why("No check is set. Ask your coach to name one.")
    done = [one for one in checks.known if week.holds(one.last_date)]
    drawn = [block for one in done for block in (check_fact(one), *_slope_if_any(one), _next_check(one))]
    drawn += [check_line(one, week) for one in checks.known if one not in done]
    paced = [block for one in paces.known for block in (pace_fact(one), pace_strip(one), *_pace_remarks(one))]
    return [*drawn, *paced, *_missing((*checks.missing, *paces.missing))]


def sides(week: AthleteWeek) -> list[Block]:
    """Left and right of every side test done; nothing where none was."""
    parts = week.sides
    return [*(block for one in parts.known for block in (side_fact(one), side_bands(one))), *_missing(parts.missing)]


def felt(week: AthleteWeek) -> list[Block]:
    """The week's answers, blank where there was none."""
    return [felt_fact(week), wellness_cells(week), *_scales(week)]


def next_week(week: AthleteWeek) -> list[Block]:
    """At most 2 lines that the coach approved, with the plan behind a fold; where there is none, the plan itself."""
    lines = [
        Fact(f"next_week.{row.subject}", row.line, coach_sentence=f"{row.line} {row.evidence}")
        for row in week.approved.head(APPROVED_MOST).itertuples()
    ]
    return [*lines, *_plan_folded(week)] if lines else _plan_told(week)


def _plan_told(week: AthleteWeek) -> list[Block]:
    plan = week.plan_next_week
    lines = tuple(f"{row.local_date:%a}: {_planned_words(row.role, row.content)}" for row in plan.itertuples())
    days = plan["local_date"].nunique()
    return [Fact("next_week.plan", f"{count_text(days, 'day')} planned.", n=days), Lines(lines)]


def _plan_folded(week: AthleteWeek) -> list[Block]:
    """The planned days as a table; nothing where none is planned."""
    try:
        plan = week.plan_next_week
    except NotEnoughData:
        return []
    rows = tuple((f"{row.local_date:%a}", _planned_words(row.role, row.content)) for row in plan.itertuples())
    return [Numbers("The planned days", ("Day", "What"), rows)]


def left_out(week: AthleteWeek) -> list[Block]:
    """What somebody left out of all these numbers, newest first, and why; nothing where nothing was."""
    newest_first = list(week.athlete.exclusions.iloc[::-1].itertuples())
    more = len(newest_first) - LEFT_OUT_MOST
    told = [left_out_fact(row, week.until) for row in newest_first[:LEFT_OUT_MOST]]
    return [*told, Text(f"{count_text(more, 'older value')} left out as well.")] if more > 0 else told


def certainty(week: AthleteWeek) -> list[Block]:
    """How many values of the page were judged, and how many of them chance alone would make look changed."""
    if not week.judged:
        raise NotEnoughData("Nothing could be judged yet. Repeat your lifts and checks to tell a change from noise.")
    return [chance_fact(week.judged)]


def week_message(week: AthleteWeek) -> Fact:
    """The week's one sentence, the first that there is: form, milestone, change, adherence, steady.

    Raises NotEnoughData where fewer than 2 days of the week were trained.
    """
    if week.n_trained_days < TRAINED_DAYS_FOR_A_LINE:
        raise NotEnoughData(f"Log {TRAINED_DAYS_FOR_A_LINE} sessions and you get your line back.")
    found = _form_line(week) or _milestone_line(week) or _change_line(week) or _adherence_line(week)
    steady = f"A steady week: {week.n_trained_days} days trained, and nothing of this week moved beyond its noise."
    return Fact("message", found or steady)


def _form_line(week: AthleteWeek) -> str | None:
    history = week.form_if_known
    if history is None or not history.change.flagged:
        return None
    reps = f"{abs(history.change.gain):.1f}".removesuffix(".0")
    if history.change.gain > 0:
        return f"Your hinge held its shape {reps} {plural('rep', float(reps))} longer than before."
    return f"Your form changed {reps} {plural('rep', float(reps))} earlier than before."


def _milestone_line(week: AthleteWeek) -> str | None:
    clear = [one for one in week.milestones if one.clear and one.kind != "effort"]
    return f"{_milestone_text(clear[0])}." if clear else None


def _change_line(week: AthleteWeek) -> str | None:
    """The first clear change of this week, else the first that is beyond error."""
    moved = [one for one in _judged_this_week(week) if one.change.flagged]
    moved.sort(key=lambda one: not one.change.state.startswith("clearly"))
    if not moved:
        return None
    change = moved[0].change
    direction = direction_words(moved[0])[0 if change.estimate > 0 else 1]
    by = amount_text(abs(change.estimate), change.unit, decimals_of(change.unit, change.now))
    return f"{capital(name_of(moved[0]))}: {by} {direction} than your usual."


def _adherence_line(week: AthleteWeek) -> str | None:
    adherence = week.adherence
    if not adherence.due:
        return None
    done = f"all {adherence.due}" if 1 < adherence.due == adherence.done else f"{adherence.done} of {adherence.due}"
    steady = "; nothing measured this week moved beyond its noise" if _judged_this_week(week) else ""
    return f"You did {done} planned days{steady}."


def _judged_this_week(week: AthleteWeek) -> list[History]:
    """Speeds, checks and paces whose newest value is of this week and could be judged."""
    known = (*week.speeds.known, *week.checks.known, *week.paces.known)
    return [one for one in known if week.holds(one.last_date) and one.change.state.known]


def day_dots(week: AthleteWeek) -> Days:
    """One dot a day: trained, rest, off, or nothing logged."""
    states = week.day_states
    said = ", ".join(f"{row.local_date:%A} {_STATE_WORDS[row.state]}" for row in states.itertuples())
    return Days(said, tuple(f"{day:%a}"[0] for day in states["local_date"]), tuple(states["state"]))


def milestone_chips(found: Iterable[Milestone]) -> Chips:
    """What was achieved; the words say whether it is beyond error."""
    return Chips(tuple(Chip(_milestone_text(one), one.clear) for one in found))


def _milestone_text(one: Milestone) -> str:
    if one.kind == "effort":
        return f"All {one.value:.0f} {one.what}"
    lead = "Clear best" if one.clear else "Best on the day"
    if not one.unit:
        return f"{lead}: {shortest(one.value, 1)} {one.what}"
    amount = f"{shortest(one.value, 1)} kg" if one.unit == "kg" else amount_of(one.value, one.unit)
    return f"{lead}: {one.what}, {amount}"


def adherence_fact(week: AthleteWeek) -> Fact:
    """How many of the planned training days were done."""
    adherence = week.adherence
    if adherence.due == 0:
        return Fact("week.adherence", f"{count_text(len(week.plan), 'day')} planned, none due yet.", n=0)
    return Fact(
        "week.adherence",
        f"You did {adherence.done} of {adherence.due} planned days.",
        estimate=float(adherence.done),
        unit="days",
        n=adherence.due,
    )


def counts_fact(week: AthleteWeek) -> Fact:
    """Days of strength work and runs, where there is no plan to hold them against."""
    sessions, runs, sets = week.athlete.sessions, week.athlete.runs, week.athlete.sets
    lifted = sessions.loc[(sessions["kind"] == "strength") & (sessions["status"] == "done"), "local_date"]
    strength_days = week.days[week.days.isin(lifted) | week.days.isin(sets["local_date"])]
    run_count = int((runs["local_date"].isin(week.days) & runs["counted"]).sum())
    if len(strength_days) + run_count == 0:
        raise NotEnoughData(
            f"Nothing logged this week. Log {TRAINED_DAYS_FOR_A_LINE} sessions and you get your line back."
        )
    done = [f"lifted on {count_text(len(strength_days), 'day')}"] if len(strength_days) else []
    done += [f"logged {count_text(run_count, 'run')}"] if run_count else []
    return Fact("week.counts", f"You {' and '.join(done)}.", n=len(strength_days) + run_count)


def totals_facts(totals: WeekTotals) -> list[Fact]:
    """What was lifted and run in the week; a part of which nothing is logged is left out.

    >>> totals = WeekTotals(12340.0, 42, 3, 23412.0, 2, 0, 0)
    >>> [fact.sentence for fact in totals_facts(totals)]
    ['You lifted 12,340 kg in 42 sets. 3 of the sets have no known load and add nothing.',
     'You ran 23.4 km in 2 runs.']
    """
    facts = []
    if totals.sets:
        facts.append(
            Fact(
                "your_week.volume_load",
                _lifted_words(totals),
                estimate=None if np.isnan(totals.volume_load_kg) else totals.volume_load_kg,
                unit="kg",
                n=totals.sets - totals.sets_unknown,
            )
        )
    if totals.runs or totals.other_activities:
        facts.append(
            Fact(
                "your_week.run_distance",
                _ran_words(totals),
                estimate=None if np.isnan(totals.run_distance_m) else totals.run_distance_m,
                unit="m",
                n=totals.runs - totals.runs_unknown,
            )
        )
    return facts


def _lifted_words(totals: WeekTotals) -> str:
    sets = count_text(totals.sets, "set")
    if totals.sets_unknown == totals.sets:
        return f"You did {sets}. No load is known, so there is no total."
    if totals.volume_load_kg == 0:
        return f"You did {sets} without added load.{_not_in_it(totals.sets_unknown, 'set', 'load')}"
    return f"You lifted {totals.volume_load_kg:,.0f} kg in {sets}.{_not_in_it(totals.sets_unknown, 'set', 'load')}"


def _ran_words(totals: WeekTotals) -> str:
    others = f" {count_text(totals.other_activities, 'activity')} of another sport." if totals.other_activities else ""
    if not totals.runs:
        return f"No run.{others}"
    runs = count_text(totals.runs, "run")
    if totals.runs_unknown == totals.runs:
        return f"You did {runs}. No distance is known, so there is no total.{others}"
    ran = f"You ran {totals.run_distance_m / 1000:.1f} km in {runs}."
    return f"{ran}{_not_in_it(totals.runs_unknown, 'run', 'distance')}{others}"


def _not_in_it(count: int, noun: str, quantity: str) -> str:
    """What the total lacks, as a sentence; empty where it lacks nothing."""
    if not count:
        return ""
    has, adds = ("has", "adds") if count == 1 else ("have", "add")
    return f" {count} of the {noun}s {has} no known {quantity} and {adds} nothing."


def plan_tiles(week: AthleteWeek) -> Tiles:
    """The planned training days, and four weeks in the note."""
    logged = set(week.day_states.loc[week.day_states["state"] != "none", "local_date"])
    tiles = tuple(
        Tile(_ROLES[row.role], _tile_text(row, row.local_date in logged), row.status) for row in week.plan.itertuples()
    )
    four = week.adherence_four_weeks
    note = f"{four.done} of {four.due} over four weeks." if four.due else ""
    if four.not_logged:
        note += f" Nothing at all was logged on {four.not_logged} of the missed days."
    return Tiles(f"Planned days: {', '.join(f'{tile.head} {tile.status}' for tile in tiles)}", tiles, note)


def _tile_text(row, is_logged: bool) -> str:
    what = row.content.split(":")[0]  # a tile is small: what is planned, not how
    words = [f"{row.local_date:%a}", *([what] if what else [])]
    if row.status == "moved":
        words.append(f"done on {row.done_on:%a}")
    if row.status == "part":
        words.append("trained in another role")
    if row.lifts_status in ("part", "missed"):
        words.append(f"not logged: {row.lifts_missing}")
    if row.status == "missed" and not is_logged:
        words.append("nothing logged")
    return ", ".join(words)


def speed_fact(result: SpeedAtLoad) -> Fact:
    """The latest speed at the anchor load against those before."""
    more, less = direction_words(result)
    side = f".{SIDES[result.side]}" if result.side in SIDES else ""
    subject = f"{result.exercise}.speed_at_{result.anchor_kg:g}kg{side}"
    return result.change.as_fact(subject, speed_name(result), more=more, less=less, occasion="session")


def speed_strip(result: SpeedAtLoad) -> Strip:
    """The last comparable exposures on the usual band, the newest strong, the noise as a bracket."""
    change, name = result.change, speed_name(result)
    band = f", usual {change.usual.low:.2f} to {change.usual.high:.2f}" if change.usual else ""
    return _strip(change, f"{name}: {change.now:.2f} m/s{band}", f"{name}, {day_text(result.last_date)}")


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


def _strip(change: Change, title: str, label: str, decimals: int = 2) -> Strip:
    usual, noise = change.usual, change.noise
    return Strip(
        title=title,
        label=label,
        unit=change.unit,
        values=change.earlier,
        new=change.new,
        decimals=decimals,
        band_low=usual.low if usual else None,
        band_high=usual.high if usual else None,
        mdc_low=noise.low if noise else None,
        mdc_high=noise.high if noise else None,
    )


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


def form_fact(history: FormHistory) -> Fact:
    """Clean repetitions of the last 3 sessions against the 3 before."""
    return history.change.as_fact(
        f"{history.exercise}.clean_reps", "clean reps", decimals=1, more="more", less="fewer", occasion="session"
    )


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


def hinge_depth(history: FormHistory) -> list[Fact]:
    """Mean hinge angle of the last 3 sessions beside the 3 before; nothing where no angle was measured."""
    angles = history.hinge_angles["hinge_angle_deg"]
    if angles.empty:
        return []
    now, before = angles.iloc[-SESSIONS_COMPARED:], angles.iloc[-2 * SESSIONS_COMPARED : -SESSIONS_COMPARED]
    lately = count_text(len(now), "session") if len(now) > 1 else "session"
    text = f"Hinge angle at the bottom: {now.mean():.0f}° in your last {lately}"
    text += f", {before.mean():.0f}° in the {len(before)} before." if len(before) else "."
    return [Fact(f"{history.exercise}.hinge_angle", text, unit="deg", n=len(now) + len(before))]


def check_fact(history: CheckHistory) -> Fact:
    """The latest check against those before."""
    more, less = direction_words(history)
    decimals = decimals_of(history.change.unit, history.change.now)
    return history.change.as_fact(
        history.test_id, history.name, decimals=decimals, more=more, less=less, occasion="test"
    )


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


def check_line(history: CheckHistory, week: AthleteWeek) -> Fact:
    """A check not done this week, in one line; the page puts its state before it in words."""
    value = f"{amount_of(history.change.now, history.change.unit)} on {day_text(history.last_date)}"
    next_one = "Next" if history.next_due > week.until else "The next was due"
    told = f"{history.name}: {value}. {next_one}: {_due(history)}."
    return replace(check_fact(history), sentence=f"{told}{_trials_left_out(history)}", lead=None)


def _slope_if_any(history: CheckHistory) -> list[Drawing]:
    change = history.change
    if change.n_earlier:
        return [check_slope(history)]
    return [Text(f"{history.name}, {day_text(history.last_date)}: {amount_of(change.now, change.unit)}.")]


def _next_check(history: CheckHistory) -> Text:
    return Text(f"Next check: {_due(history)}.{_trials_left_out(history)}")


def _due(history: CheckHistory) -> str:
    return f"{history.next_due:%a} {day_text(history.next_due)}"


def _trials_left_out(history: CheckHistory) -> str:
    left_out = history.n_trials_left_out
    return f" {count_text(left_out, 'incomplete trial')} left out." if left_out else ""


def pace_fact(result: PaceAtHeartRate) -> Fact:
    """Pace of the latest run at the usual heart rate against the runs before."""
    more, less = direction_words(result)
    return result.change.as_fact(
        "run.pace_at_heart_rate", pace_name(result), decimals=0, more=more, less=less, occasion="run"
    )


def pace_strip(result: PaceAtHeartRate) -> Strip:
    """The last comparable runs on the usual band, smaller is better."""
    name = capital(f"{pace_name(result)}, {day_text(result.last_date)}")
    return _strip(result.change, f"{name}, lower is better", name, decimals=0)


def _pace_remarks(result: PaceAtHeartRate) -> list[Text]:
    left_out = result.n_runs_left_out
    if not left_out:
        return []
    return [Text(f"{count_text(left_out, 'run')} with too little time at this heart rate left out.")]


def side_fact(result: SideDifference) -> Fact:
    """Whether the sides differ beyond the error between dates; a percentage only where they do."""
    lead = ""
    if result.is_sure:
        agreeing = f"{result.dates_agreeing} of {result.n_dates} dates"
        sentence = (
            f"{result.name}: your {result.larger} side is {percent(result.estimate_pct)} larger. "
            f"Noise is about {percent(result.mdc_pct)}. It was larger on {agreeing}."
        )
    else:
        lead = "No difference we can be sure of."
        sentence = f"{lead} {result.name}, {count_text(result.n_dates, 'date')}."
    coach = (
        f"{result.name}: {signed_text(result.estimate_pct, 1)} % right over left "
        f"({result.conf_level * 100:.0f} % interval {signed_text(result.conf_low, 1)} to "
        f"{signed_text(result.conf_high, 1)}), MDC {result.mdc_pct:.1f} %, "
        f"{result.larger} larger on {result.dates_agreeing} of {result.n_dates} dates."
    )
    return Fact(
        f"{result.test_id}.sides",
        sentence,
        state=None if result.is_sure else State.TOO_CLOSE,
        lead=lead,
        coach_sentence=coach,
        estimate=result.estimate_pct,
        unit="%",
        conf_low=result.conf_low,
        conf_high=result.conf_high,
        conf_level=result.conf_level,
        n=result.n_dates,
        mdc=result.mdc_pct,
    )


def side_bands(result: SideDifference) -> Sides:
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


def felt_fact(week: AthleteWeek) -> Fact:
    """On how many days there was an answer, and how many answers lie outside the usual range."""
    answers = week.wellness
    days = answers.loc[answers["value"].notna(), "local_date"].nunique()
    text = f"You answered on {days} of 7 days."
    judged = answers["inside"].notna()
    if judged.any():
        outside = count_text(int((~answers.loc[judged, "inside"].astype(bool)).sum()), "answer")
        chance = (1 - BAND_LEVEL) * judged.sum()
        text += f" {outside} outside your usual range; about {expected_text(chance)} expected by chance."
    return Fact("felt.answers", text, n=int(answers["value"].notna().sum()))


def wellness_cells(week: AthleteWeek) -> Cells:
    """A row an item, a cell a day; blank stays blank."""
    answers = week.wellness
    series = answers[["item", "source"]].drop_duplicates()
    shared = set(series.loc[series["item"].duplicated(), "item"])  # items that more than one source answers
    rows = tuple(
        CellRow(
            _item_label(item, source if item in shared else None),
            tuple(None if np.isnan(value) else float(value) for value in one["value"]),
            tuple(one["inside"]),
        )
        for (item, source), one in answers.groupby(["item", "source"], sort=True)
    )
    names = ", ".join(row.label for row in rows)
    return Cells(f"{names} by day; empty cells were not filled in", tuple(f"{day:%a}"[0] for day in week.days), rows)


def _scales(week: AthleteWeek) -> list[Text]:
    """From where to where each item is answered, and which way is good; nothing where no scale is known."""
    asked = week.athlete.wellness
    asked = asked[asked["item"].isin(week.wellness["item"])].dropna(subset=["scale_min", "scale_max"])
    said = [
        f"{row.item.replace('_', ' ')} {row.scale_min:g} to {row.scale_max:g}"
        + (" (low is good)" if row.direction == "lower_better" else "")
        for row in asked.drop_duplicates("item", keep="last").sort_values("item").itertuples()
    ]
    return [Text(f"{capital(', '.join(said))}.")] if said else []


def _item_label(item: str, source: str | None) -> str:
    name = item.replace("_", " ").capitalize()
    return f"{name} ({source})" if source else name


def left_out_fact(row, until: pd.Timestamp) -> Fact:
    """One row of an athlete's exclusions; the subject holds the key under which it can be taken back."""
    day = (
        day_text(row.local_date)
        if row.local_date.year == until.year
        else f"{day_text(row.local_date)} {row.local_date.year}"
    )
    named = ", ".join(part for part in (row.what, day, row.part) if part)
    return Fact(f"left_out.{row.table_name}.{row.row_key}", f"Left out: {named}: {row.reason}.")


def chance_fact(judged: Sequence[Change]) -> Fact:
    """Judged changes against what chance does to as many of them.

    >>> from analysis.base.decisions import judge
    >>> flat = judge([0.71, 0.72, 0.73], 0.72, unit="m/s", swc=0.04)
    >>> chance_fact([flat] * 12).sentence
    '12 values were judged; about 0.6 would look changed by chance. Here none does.'
    """
    n, by_chance = len(judged), expected_by_chance(judged)
    flagged = sum(change.flagged for change in judged)
    found = "none does" if flagged == 0 else "1 does" if flagged == 1 else f"{flagged} do"
    were = "was" if n == 1 else "were"
    return Fact(
        "certainty.by_chance",
        f"{count_text(n, 'value')} {were} judged; about {expected_text(by_chance)} would look changed by chance. "
        f"Here {found}.",
        coach_sentence=(
            f"{count_text(n, 'change')} judged, {flagged} beyond the MDC; "
            f"{by_chance:.2g} would be if nothing had changed ({100 * (1 - MDC_LEVEL):.0f} % each)."
        ),
        estimate=by_chance,
        n=n,
    )


def _missing(parts: tuple[Missing, ...]) -> list[Fact]:
    return [Fact(one.subject, one.sentence, State.CANNOT_TELL, one.sentence, reason=one.reason) for one in parts]


def _planned_words(role: str, content: str | None) -> str:
    name = _ROLES[role] if role != "other" else ""
    return ", ".join(word for word in (name, content if isinstance(content, str) else "") if word) or "training"
