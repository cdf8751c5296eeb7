"""The athlete's week as facts and small drawings: one function a section, from the fitted week to what is shown.

Each section raises NotEnoughData, with what to record, at the moment it is drawn; milestones, sides and what was left
out, which are hidden where there are none, return an empty list instead.
"""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from analysis.base.blocks import Chip, Chips, Drawing, Fact, Text
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.models.answers import Answers
from analysis.models.change import Told, expected_by_chance
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.series import Followed
from analysis.pages.athlete_week import logged, measured
from analysis.pages.athlete_week.measured import speed_numbers as speed_numbers
from analysis.pages.athlete_week.milestones import Milestone, milestones_of
from analysis.pages.athlete_week.week import TRAINED_DAYS_FOR_A_LINE, AthleteWeek, Missing, gathered
from analysis.pages.series import series_fact, wording_of
from analysis.pages.wording import amount_of, count_text, day_text, expected_text, left_out_fact, shortest

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
    found = milestones_of(week)
    return [milestone_chips(found)] if found else []


def your_week(week: AthleteWeek) -> list[Block]:
    """The planned days and what became of them (without a plan, counts only), and what was lifted and run in all."""
    if len(week.plan):
        return [logged.adherence_fact(week), *logged.totals_facts(week.totals), logged.plan_tiles(week)]
    return [logged.counts_fact(week), *logged.totals_facts(week.totals)]


def speed(week: AthleteWeek) -> list[Block]:
    """Speed at the anchor load of every key lift; 1RM from repetitions where no speed is measured."""
    by_reps = week.e1rms.known
    parts = week.speeds if by_reps else week.speeds.or_say_why("No key lift is set. Ask your coach to name one.")
    drawn = [block for one in parts.known for block in measured.speed_blocks(one)]
    drawn += [block for one in by_reps for block in measured.e1rm_blocks(one)]
    return [*drawn, *([] if by_reps else _missing(parts.missing))]


def form(week: AthleteWeek) -> list[Block]:
    """Clean repetitions before form changed, hinge depth, and one of the athlete's own cues."""
    cue = [Text(f"Your cue: “{week.cue}”.")] if week.cue else []
    depths = [block for one in week.depths.known for block in measured.depth_blocks(one)]
    depths += [series_fact(one) for one in week.tempos.known]
    is_measured = any(week.tells(one) for one in week.depths.known)
    return [*_told("form", lambda: measured.form_blocks(week.form), is_alone=not is_measured), *depths, *cue]


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
    drawn = [block for one in parts.known for block in measured.side_blocks(one)]
    drawn += [series_fact(one) for one in (*week.leg_sides.known, *week.mobility.known)]
    return [*drawn, *_missing(parts.missing)]


def felt(week: AthleteWeek) -> list[Block]:
    """The week's answers, blank where there was none, and the items whose level changed."""
    moved = [series_fact(one) for one in week.answers.known if one.change.changed]
    answered, *by_day = _told("felt.answers", lambda: logged.felt_blocks(week), is_alone=not moved)
    return [answered, *moved, *by_day]


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
    """How many series of the page could be judged, and how many of them luck alone would make look changed."""
    told = [one.change for one in week.followed if one.change.state.known]
    if not told:
        raise NotEnoughData("Nothing could be judged yet. Repeat your lifts and checks to tell a change from luck.")
    return [chance_fact(told)]


def week_message(week: AthleteWeek) -> Fact:
    """The week's one sentence, the first that there is: ill or off, form, a change, milestone, adherence, steady.

    Raises NotEnoughData where fewer than 2 days of the week were trained, though something was expected.
    """
    if week.n_trained_days < TRAINED_DAYS_FOR_A_LINE:
        if week.excused:
            return Fact("message", logged.excused_text(week.excused))
        raise NotEnoughData(f"Log {TRAINED_DAYS_FOR_A_LINE} sessions and you get your line back.")
    found = _change_line(week) or _milestone_line(week) or _adherence_line(week)
    steady = f"A steady week: {week.n_trained_days} days trained, and nothing changed for good."
    return Fact("message", found or steady)


def _milestone_line(week: AthleteWeek) -> str | None:
    clear = [one for one in milestones_of(week) if one.clear and one.kind != "effort"]
    return f"{_milestone_text(clear[0])}." if clear else None


def _change_line(week: AthleteWeek) -> str | None:
    """The lasting change that is told first: form, then the clear ones, then those found last."""
    moved = [one for one in week.followed if one.change.changed and not isinstance(one, SideDifference | Answers)]
    if not moved:
        return None
    first = min(moved, key=_rank)
    return str(first.change.said(wording_of(first), "athlete"))


def _rank(one: Followed) -> tuple:
    clear = one.change.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE)
    found_on = one.change.found_on or one.until
    return (not isinstance(one, FormHistory), not clear, -found_on.value)


def _adherence_line(week: AthleteWeek) -> str | None:
    adherence = week.adherence
    if not adherence.due:
        return None
    done = f"all {adherence.due}" if 1 < adherence.due == adherence.done else f"{adherence.done} of {adherence.due}"
    told = any(week.holds(one.last_date) and one.change.state.known for one in week.followed)
    return f"You did {done} planned days{'; nothing changed for good' if told else ''}."


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


def chance_fact(told: Sequence[Told]) -> Fact:
    """Series that could be judged against what luck alone does to as many of them."""
    n, by_luck = len(told), expected_by_chance(told)
    found = sum(change.changed for change in told)
    moved = "none has" if found == 0 else "1 has" if found == 1 else f"{found} have"
    return Fact(
        "certainty.by_chance",
        f"Of {count_text(n, 'line')} here {moved} changed. Luck alone would move {expected_text(by_luck)}.",
        coach_sentence=(
            f"{count_text(n, 'series', 'series')} judged, {found} told as changed; {by_luck:.2g} would be told if "
            "nothing had changed (season rate of unchanged series, each told for 8 weeks)."
        ),
        estimate=by_luck,
        n=n,
    )


def _told(subject: str, part: Callable[[], list[Block]], *, is_alone: bool) -> list[Block]:
    """What `part` tells, or a line why it tells nothing; NotEnoughData instead where the section has nothing else."""
    parts = gathered([(subject, part)])
    told = parts.or_say_why("") if is_alone else parts
    return [*(block for one in told.known for block in one), *_missing(told.missing)]


def _missing(parts: tuple[Missing, ...]) -> list[Fact]:
    return [Fact(one.subject, one.sentence, State.CANNOT_TELL, one.sentence, reason=one.reason) for one in parts]
