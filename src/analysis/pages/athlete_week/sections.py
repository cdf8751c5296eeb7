"""The athlete's week as facts and small drawings: one function a section, from the fitted week to what is shown.

A section that lacks its data raises NotEnoughData, with what to record, at the moment it is drawn; those that are
hidden where there is nothing return an empty list instead.
"""

from collections.abc import Sequence
from contextlib import suppress

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Lines, Text
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.models.answers import Answers
from analysis.models.change import Told, expected_by_chance
from analysis.models.form.sides import SideDifference
from analysis.models.running.durability import Durability
from analysis.pages.athlete_week import action, days, logged, measured, words
from analysis.pages.athlete_week import felt as feelings
from analysis.pages.athlete_week.done import Note
from analysis.pages.athlete_week.hinge_words import break_text, label_text, tempo_text
from analysis.pages.athlete_week.long_runs import late_steps
from analysis.pages.athlete_week.message import Message, message_of
from analysis.pages.athlete_week.rest import measures, named_by_outcome, rest_of, summary
from analysis.pages.athlete_week.spoken import fact_of
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.parts import Missing
from analysis.pages.wording import count_text, day_text, exercise_name, expected_text, left_out_fact

Block = Fact | Drawing

LEFT_OUT_MOST = 6  # lines on the page; older ones are counted
APPROVED_MOST = 2  # lines of the coach on the page
CUES_MOST = 5
SELDOM = 0.5  # changes by luck, below which a page seldom has one


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
    """What was done on the seven days, and how many of the planned ones; what the message says already is left out."""
    shown: list[Block] = [days.done_days(week)]
    if week.excused and not week.n_trained_days:
        return shown
    named = [Text(f"{label_text(one)}.") for one in week.labelled if one.kind not in words.AWAY]
    if week.n_trained_days == 1 and not len(week.plan) and not week.done_by_kind:
        return [*shown, *named]  # the message counts the one day of lifting
    for fact in (logged.done_fact, logged.planned_runs_fact):
        with suppress(NotEnoughData):
            shown.append(fact(week))
    return [*shown, *named]


def message(week: AthleteWeek) -> list[Block]:
    """The one message, its picture, and how sure it is."""
    told = message_of(week)
    return [told.fact, *(block for block in (told.picture, told.sure) if block is not None)]


def next_step(week: AthleteWeek) -> list[Block]:
    """One thing to do, and why; nothing in a week of which nothing was expected."""
    return action.action(week)


def rest(week: AthleteWeek) -> list[Block]:
    """All else that is followed, a line each; nothing where nothing is."""
    others = rest_of(week, _message(week).told)
    chosen = [Text(words.LIFTS_CHOSEN)] if week.has_proposed_lifts else []
    chosen += [Text(words.NO_LIFT)] if len(week.athlete.sets) and not week.config.lifts else []
    return [*([summary(others), measures(week, others)] if others else []), *chosen]


def felt(week: AthleteWeek) -> list[Block]:
    """What stands out of the week's answers, and at most three questions by day."""
    return feelings.felt_blocks(week)


def next_week(week: AthleteWeek) -> list[Block]:
    """What is planned as seven cells, with the plan's own words behind a fold that counts its days."""
    cells = days.coming_days(week)
    try:
        plan = week.plan_next_week
    except NotEnoughData:
        return [cells]
    return [cells, logged.coming_table(plan)]


def numbers(week: AthleteWeek) -> list[Block]:
    """Totals, what became of the plan, and every series with its verdict, its newest value and its sessions."""
    shown: list[Block] = [*named_by_outcome(week, rest_of(week, _message(week).told))]
    shown += [*logged.totals_facts(week.totals, week.display), *_of_sets(week), *logged.plan_table(week)]
    for one in week.followed:
        if isinstance(one, Durability):
            continue  # they have a fold of their own
        if not isinstance(one, Answers):
            shown += measured.numbers_of(week, one)
        elif not one.change.changed:
            shown.append(fact_of(week, one))
    shown += [*measured.speed_numbers(week), *feelings.other_answers(week)]
    speeds = () if week.e1rms.known else (week.speeds,)
    parts = (week.forms, *speeds, week.tempos, week.depths, week.checks, week.paces, week.sides, week.leg_sides)
    return [*shown, *(fact for part in (*parts, week.mobility) for fact in _missing(part.missing))]


def _of_sets(week: AthleteWeek) -> list[Block]:
    """Which break ended the clean repetitions of each rated set of the week, and how its sets kept their tempo."""
    breaks = tuple(
        words.SET_BREAK.format(lift=exercise_name(one.exercise), said=break_text(one)) for one in week.form_breaks
    )
    tempo = tempo_text(week.tempo)
    return [*([Lines(breaks)] if breaks else []), *([Text(tempo)] if tempo else [])]


def long_runs(week: AthleteWeek) -> list[Block]:
    """How long runs hold, in speed for a heartbeat and in steps a minute; nothing where there is no long run."""
    known = [block for one in week.durabilities.known for block in measured.numbers_of(week, one)]
    return [
        *known,
        *late_steps(week.athlete.runs, week.samples, week.until, week.judging.conf_level),
        *_missing(week.durabilities.missing),
    ]


def tests(week: AthleteWeek) -> list[Block]:
    """The week's bests, the newest of every test, and the change from the one before; nothing where there is none."""
    return [*measured.bests(week), *measured.last_tests(week)]


def notes(week: AthleteWeek) -> list[Block]:
    """What else the coach accepted, the week's notes and the last cues; nothing where there is nothing."""
    accepted = [
        Fact(f"next_week.{row.subject}", row.line, coach_sentence=f"{row.line} {row.evidence}")
        for row in week.approved.iloc[1:APPROVED_MOST].itertuples()
    ]
    known = week.athlete.cues[week.athlete.cues["local_date"] <= week.until].sort_values("local_date", ascending=False)
    cues = known.drop_duplicates("cue").head(CUES_MOST)
    lines = tuple(words.CUE_ON.format(day=_day(row.local_date, week.until), cue=row.cue) for row in cues.itertuples())
    written = tuple(_note_text(one, week.until) for one in week.notes)
    return [*accepted, *(Lines(some) for some in (written, lines) if some)]


def _note_text(one: Note, until: pd.Timestamp) -> str:
    """A note with its day, lift and sets, and the address of its video as text."""
    about = [_day(one.local_date, until), *([exercise_name(one.exercise)] if one.exercise else [])]
    about += [f"set {', '.join(map(str, one.sets))}"] if one.sets else []
    said = [*([f"“{one.text}”"] if one.text else []), *([one.video_url] if one.video_url else [])]
    return f"{', '.join(about)}: {' '.join(said)}"


def left_out(week: AthleteWeek) -> list[Block]:
    """What somebody left out of all these numbers, newest first, and why; nothing where nothing was."""
    newest_first = list(week.athlete.exclusions.iloc[::-1].itertuples())
    more = len(newest_first) - LEFT_OUT_MOST
    told = [left_out_fact(row, _day(row.local_date, week.until)) for row in newest_first[:LEFT_OUT_MOST]]
    rest_of_them = words.MORE_LEFT_OUT.format(values=count_text(more, "older value"))
    return [*told, Text(rest_of_them)] if more > 0 else told


def certainty(week: AthleteWeek) -> list[Block]:
    """How many series of the page could be judged, and how many of them luck alone would make look changed."""
    known = [one for one in week.followed if one.change.state.known]
    told, answers = [one.change for one in known], sum(isinstance(one, Answers) for one in known)
    if not told:
        raise NotEnoughData(words.NOTHING_JUDGED)
    states = {change.state for change in told}
    open_ones = [
        Text(said)
        for state, said in ((State.STEADY, words.HELD_MEANS), (State.TOO_CLOSE, words.TOO_CLOSE))
        if state in states
    ]
    ranges = [Text(words.CLEAR.format(level=f"{week.judging.conf_level * 100:.0f}"))]
    sides = [one.conf_level for one in known if isinstance(one, SideDifference)]
    ranges += [Text(words.SIDES_CLEAR.format(level=f"{level * 100:.0f}")) for level in sides[:1]]
    return [chance_fact(told, answers), Text(words.SHADED), *ranges, *open_ones]


def chance_fact(told: Sequence[Told], answers: int = 0) -> Fact:
    """Series that could be judged, how many of them are answers, against what luck alone does to as many of them."""
    n, by_luck = len(told), expected_by_chance(told)
    found = sum(change.changed for change in told)
    moved = "none has" if found == 0 else "1 has" if found == 1 else f"{found} have"
    luck = words.LUCK_SELDOM if by_luck < SELDOM else words.LUCK_MOVES.format(luck=expected_text(by_luck))
    several = words.OF_THEM_ANSWERS if answers > 1 else words.OF_THEM_ANSWER
    of_them = several.format(n=answers) if answers else ""
    judged = words.JUDGED.format(measures=count_text(n, "measure"), answers=of_them, moved=moved)
    return Fact(
        "certainty.by_chance",
        f"{judged} {luck}",
        coach_sentence=(
            f"{count_text(n, 'series', 'series')} judged, {found} told as changed; {by_luck:.2g} would be told if "
            "nothing had changed (season rate of unchanged series, each told for 8 weeks)."
        ),
        estimate=by_luck,
        n=n,
    )


def _message(week: AthleteWeek) -> Message:
    try:
        return message_of(week)
    except NotEnoughData:
        return Message("")


def _day(day: pd.Timestamp, until: pd.Timestamp) -> str:
    """With its year where that is another one."""
    return day_text(day) if day.year == until.year else f"{day_text(day)} {day.year}"


def _missing(parts: tuple[Missing, ...]) -> list[Fact]:
    return [Fact(one.subject, one.sentence, State.CANNOT_TELL, one.sentence, reason=one.reason) for one in parts]
