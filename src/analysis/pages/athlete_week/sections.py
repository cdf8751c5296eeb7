"""The athlete's week as facts and small drawings: one function a section, from the fitted week to what is shown.

Each section raises NotEnoughData, with what to record, at the moment it is drawn; milestones, sides and what was left
out, which are hidden where there are none, return an empty list instead.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.base.blocks import Chip, Chips, Drawing, Fact, Text
from analysis.base.decisions import Change, expected_by_chance
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.base.typical_error import MDC_LEVEL
from analysis.base.units import amount_text
from analysis.models.checks import CheckHistory
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import logged, measured
from analysis.pages.athlete_week.measured import speed_numbers as speed_numbers
from analysis.pages.athlete_week.week import TRAINED_DAYS_FOR_A_LINE, AthleteWeek, Milestone, Missing
from analysis.pages.series import wording_of
from analysis.pages.wording import amount_of, count_text, day_text, expected_text, left_out_fact, plural, shortest

Block = Fact | Drawing

APPROVED_MOST = 2  # lines of the coach on the page
LEFT_OUT_MOST = 6  # lines on the page; older ones are counted


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
    return [logged.day_dots(week), Text(f"Based on {week.n_logged_days} of 7 days.")]


def message(week: AthleteWeek) -> list[Block]:
    """The week in one sentence."""
    return [week_message(week)]


def milestones(week: AthleteWeek) -> list[Block]:
    """Up to 3 chips, clear bests and bests on the day; nothing where there is none."""
    return [milestone_chips(week.milestones)] if week.milestones else []


def your_week(week: AthleteWeek) -> list[Block]:
    """The planned days and what became of them (without a plan, counts only), and what was lifted and run in all."""
    if len(week.plan):
        return [logged.adherence_fact(week), *logged.totals_facts(week.totals), logged.plan_tiles(week)]
    return [logged.counts_fact(week), *logged.totals_facts(week.totals)]


def speed(week: AthleteWeek) -> list[Block]:
    """Speed at the anchor load of every key lift."""
    parts = week.speeds.or_say_why("No key lift is set. Ask your coach to name one.")
    drawn = [block for one in parts.known for block in measured.speed_blocks(one)]
    return [*drawn, *_missing(parts.missing)]


def form(week: AthleteWeek) -> list[Block]:
    """Clean repetitions before form changed, hinge depth, and one of the athlete's own cues."""
    cue = [Text(f"Your cue: “{week.cue}”.")] if week.cue else []
    return [*measured.form_blocks(week.form), *cue]


def run(week: AthleteWeek) -> list[Block]:
    """This week's checks against those before, a line for each of the others, and pace at a given heart rate."""
    checks, paces = week.checks, week.paces
    if not paces.known:
        checks = checks.or_say_why("No check is set. Ask your coach to name one.")
    done = [one for one in checks.known if week.holds(one.last_date)]
    drawn = [block for one in done for block in measured.check_blocks(one)]
    drawn += [measured.check_line(one, week) for one in checks.known if one not in done]
    paced = [block for one in paces.known for block in measured.pace_blocks(one)]
    return [*drawn, *paced, *_missing((*checks.missing, *paces.missing))]


def sides(week: AthleteWeek) -> list[Block]:
    """Left and right of every side test done; nothing where none was."""
    parts = week.sides
    return [*(block for one in parts.known for block in measured.side_blocks(one)), *_missing(parts.missing)]


def felt(week: AthleteWeek) -> list[Block]:
    """The week's answers, blank where there was none."""
    return [logged.felt_fact(week), logged.wellness_cells(week), *logged.scales(week)]


def next_week(week: AthleteWeek) -> list[Block]:
    """At most 2 lines that the coach approved, with the plan behind a fold; where there is none, the plan itself."""
    lines = [
        Fact(f"next_week.{row.subject}", row.line, coach_sentence=f"{row.line} {row.evidence}")
        for row in week.approved.head(APPROVED_MOST).itertuples()
    ]
    return [*lines, *logged.plan_folded(week)] if lines else logged.plan_told(week)


def left_out(week: AthleteWeek) -> list[Block]:
    """What somebody left out of all these numbers, newest first, and why; nothing where nothing was."""
    newest_first = list(week.athlete.exclusions.iloc[::-1].itertuples())
    more = len(newest_first) - LEFT_OUT_MOST
    told = [left_out_fact(row, _day(row.local_date, week.until)) for row in newest_first[:LEFT_OUT_MOST]]
    return [*told, Text(f"{count_text(more, 'older value')} left out as well.")] if more > 0 else told


def _day(day: pd.Timestamp, until: pd.Timestamp) -> str:
    """With its year where that is another one."""
    return day_text(day) if day.year == until.year else f"{day_text(day)} {day.year}"


def certainty(week: AthleteWeek) -> list[Block]:
    """How many values of the page were judged, and how many of them chance alone would make look changed."""
    if not week.judged:
        raise NotEnoughData("Nothing could be judged yet. Repeat your lifts and checks to tell a change from noise.")
    return [chance_fact(week.judged)]


def week_message(week: AthleteWeek) -> Fact:
    """The week's one sentence, the first that there is: form, milestone, change, adherence, steady.

    Raises NotEnoughData where fewer than 2 days of the week were trained, though something was expected.
    """
    if week.n_trained_days < TRAINED_DAYS_FOR_A_LINE:
        if week.excused:
            return Fact("message", logged.excused_text(week.excused))
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
    moved.sort(key=lambda one: one.change.state not in (State.CLEARLY_BETTER, State.CLEARLY_WORSE))
    if not moved:
        return None
    change = moved[0].change
    words = wording_of(moved[0])
    by = amount_text(abs(change.estimate), change.unit, words.decimals)
    return f"{words.head}: {by} {words.direction(change.estimate)} than your usual."


def _adherence_line(week: AthleteWeek) -> str | None:
    adherence = week.adherence
    if not adherence.due:
        return None
    done = f"all {adherence.due}" if 1 < adherence.due == adherence.done else f"{adherence.done} of {adherence.due}"
    steady = "; nothing measured this week moved beyond its noise" if _judged_this_week(week) else ""
    return f"You did {done} planned days{steady}."


def _judged_this_week(week: AthleteWeek) -> list[SpeedAtLoad | CheckHistory | PaceAtHeartRate]:
    """Speeds, checks and paces whose newest value is of this week and could be judged."""
    known = (*week.speeds.known, *week.checks.known, *week.paces.known)
    return [one for one in known if week.holds(one.last_date) and one.change.state.known]


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
