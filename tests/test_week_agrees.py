"""Whatever streams a week has: its header, message, lines, facts and drawings say the same, and nothing that is not."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_athlete import (
    FLAT_M_S,
    FRIDAYS,
    MONDAY,
    SUNDAY,
    answers,
    bar_speed,
    birch,
    form_sets,
    hops,
    labelled,
    last_day_off,
    last_days_off,
    lifting,
    loaded,
    runs_at,
    sprints,
    table,
    trained,
)
from made_up_week import FLAT_S, LONG, YEAR, of_kind, week_of

from analysis.base.blocks import Cells, Days, Fact, Lines, Measures, Numbers, Reps, Sides, Sure, Text, Trend, as_plain
from analysis.base.config import Shown as Units
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.base.units import clock_text, number_text
from analysis.models.answers import Answers
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.hinge_depth import HingeDepth
from analysis.models.form.sides import SideDifference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.series import Followed
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.message import message_of
from analysis.pages.athlete_week.rest import rest_of
from analysis.pages.athlete_week.spoken import words_of
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import can_be_told, is_news, subject_of
from analysis.report.drawing import SCENES
from analysis.report.page import plain

OPEN = {
    "header": sections.header,
    "message": sections.message,
    "next": sections.next_step,
    "rest": sections.rest,
    "felt": sections.felt,
    "next_week": sections.next_week,
}
FOLDED = {
    "numbers": sections.numbers,
    "long_runs": sections.long_runs,
    "tests": sections.tests,
    "notes": sections.notes,
    "left_out": sections.left_out,
    "certainty": sections.certainty,
}
ABSENT = re.compile(r"^No |Nothing is logged|no training is logged|nothing logged")
MONDAYS = pd.date_range(end="2026-06-22", periods=16, freq="7D")
LIFTS = {
    "none": (),
    "flat": bar_speed(FRIDAYS, FLAT_M_S),
    "gain": bar_speed(FRIDAYS, last_days_off(0.15)),
    "slower": bar_speed(FRIDAYS, last_days_off(-0.15)),
    "bad day": bar_speed(FRIDAYS, last_day_off(-0.15)),
    "best": bar_speed(FRIDAYS, last_day_off(0.15)),
    "young": bar_speed(FRIDAYS[-2:], FLAT_M_S[-2:]),
    "new device": bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 7 + ["b"] * 2),
    "reps alone": loaded(LONG[-12:], [100.0] * 6 + [115.0] * 6),
}
FORMS = {
    "none": (),
    "steady": form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 7, 8, 8, 7, 8, 7]),
    "all clean": form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 7, 8, 7, 8, 8, 8]),
    "breaks": form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 2, 3, 2, 1, 2, 3]),
    "deeper": form_sets(MONDAYS, [8] * 16, angles_deg=[94.0, 95.0] * 5 + [80.0, 81.0] * 3),
}
SPRINTS = {"none": ([], []), "flat": (YEAR, FLAT_S), "faster": (YEAR, [*FLAT_S[:5], 3.10, 3.12, 3.11])}
RUNS = {"none": [], "flat": [400, 404, 396, 402, 398, 400], "faster": [400, 404, 396, 402, 398, 400, 370, 372, 368]}
DAYS_70 = pd.date_range(end=SUNDAY, periods=70)
USUAL = [7.0, 8.0, 6.0, 7.0, 8.0, 7.0, 6.0] * 10
SLEEP = {
    "none": [],
    "usual": USUAL,
    "one bad": [*USUAL[:-2], 1.0, 7.0],
    "lower": [one - 3.0 * (place >= 56) for place, one in enumerate(USUAL)],
}
LABELS = {
    "none": (),
    "ill": (("ill", "2026-06-22", "2026-06-28"),),
    "ill a day": (("ill", "2026-06-22", "2026-06-22"),),
    "deload": (("deload", "2026-06-15", "2026-06-28"),),
}
LEFT_CM = [150.0, 152.0, 149.0, 151.0, 150.0, 152.0, 149.0, 151.0]
HOPS = {
    "none": None,
    "even": LEFT_CM[::-1],
    "right": [one + 19 for one in LEFT_CM[::-1]],
    "left": [one - 19 for one in LEFT_CM[::-1]],
    "nearly": [one + 3 for one in LEFT_CM],
    "one bad day": [*LEFT_CM[:-2], LEFT_CM[-2] + 60, LEFT_CM[-1]],
}
UNITS = [Units(), Units(mass="lb", distance="mi")]
SESSIONS = {"none": table("sessions", []), "all": trained(), "some": trained(left_out=("2026-06-22", "2026-06-26"))}
DATES = [str(day.date()) for day in pd.date_range(end="2026-06-22", periods=8, freq="28D")]


@st.composite
def weeks(draw) -> AthleteWeek:
    """A week with any of the streams, each in one of its states, on one of four days, in the units of its reader."""
    chosen = {name: draw(st.sampled_from(list(options))) for name, options in STREAMS.items()}
    days, times_s = SPRINTS[chosen["sprints"]]
    sleep = SLEEP[chosen["sleep"]]
    side_cm = HOPS[chosen["hops"]]
    birch_ = birch()
    athlete = birch_.but(
        config=birch_.config.model_copy(update={"display": draw(st.sampled_from(UNITS))}),
        **lifting(*(one for one in (LIFTS[chosen["lift"]], FORMS[chosen["form"]]) if one)),
        splits=sprints(days, times_s),
        runs=runs_at(RUNS[chosen["runs"]]) if RUNS[chosen["runs"]] else birch_.runs,
        wellness=table("wellness", answers(DAYS_70[: len(sleep)], sleep)),
        trials=hops(DATES, LEFT_CM, side_cm) if side_cm else birch_.trials.iloc[:0],
        labels=labelled(*LABELS[chosen["labels"]]),
        sessions=SESSIONS[chosen["sessions"]],
        plan=birch_.plan if chosen["plan"] else birch_.plan.iloc[:0],
        cues=birch_.cues if chosen["cues"] else birch_.cues.iloc[:0],
        proposals=table("proposals", [ACCEPTED] if chosen["accepted"] else []),
    )
    return week_of(athlete, draw(st.sampled_from([SUNDAY, SUNDAY, MONDAY + pd.Timedelta(days=3), SUNDAY + WEEK])))


WEEK = pd.Timedelta(days=7)
ACCEPTED = {
    **{"proposal_id": "p", "athlete_id": "t3st", "local_date": MONDAY, "rule_id": "progress", "subject": "week"},
    **{"line": "Keep your running at this distance.", "evidence": "0.07", "answer": "accepted"},
    "answered_at": pd.Timestamp("2026-06-28T10:00:00Z"),
}
STREAMS = {
    **{"lift": LIFTS, "form": FORMS, "sprints": SPRINTS, "runs": RUNS, "sleep": SLEEP, "hops": HOPS},
    **{"labels": LABELS, "sessions": SESSIONS, "plan": (True, False), "cues": (True, False)},
    "accepted": (False, True),
}


@dataclass(frozen=True)
class Shown:
    """What the sections of a week show; a section that lacks its data shows its sentence."""

    week: AthleteWeek
    by_section: dict[str, list]

    @classmethod
    def of(cls, week: AthleteWeek) -> "Shown":
        by_section = {}
        for key, section in {**OPEN, **FOLDED}.items():
            try:
                by_section[key] = section(week)
            except NotEnoughData as problem:
                by_section[key] = [Fact(key, str(problem), State.CANNOT_TELL, reason="not_enough_data")]
        return cls(week, by_section)

    @property
    def blocks(self) -> list:
        return [block for blocks in self.by_section.values() for block in blocks]

    @property
    def facts(self) -> list[Fact]:
        return of_kind(self.blocks, Fact)

    def texts(self, keys) -> Iterator[str]:
        """Every sentence or line that an athlete reads in these sections."""
        for block in (block for key in keys for block in self.by_section[key]):
            match block:
                case Fact():
                    yield block.sentence
                case Text() | Sure():
                    yield block.text
                case Lines():
                    yield from block.lines
                case Measures():
                    yield from (f"{row.name}: {row.value}" for row in block.rows)
                    yield from (row.below for row in block.rows)
                    yield from (row.place.title for row in block.rows if row.place)
                case Days():
                    yield from (day.word for day in block.days)


def known_numbers(week: AthleteWeek) -> set[str]:
    """Every measured number of the week as a sentence may write it."""
    numbers = set()
    for one in week.followed:
        change = one.change
        values = [
            *(change.level, change.before, change.latest, change.change, change.change_low, change.change_high),
            *(change.band_low, change.band_high, change.mdc),
            (change.band_high - change.band_low) / 2,
            (change.band_low + change.band_high) / 2,
            *one.exposures["value"],
        ]
        for value in (abs(week.display.value(float(value), change.unit)) for value in values if np.isfinite(value)):
            numbers |= {number_text(value, decimals) for decimals in (0, 1, 2)}
            numbers |= {clock_text(value, decimals) for decimals in (0, 1)}
        spoken, measured = words_of(week, one), one.exposures["value"]
        pairs = [*itertools.pairwise(measured), (change.latest, change.usual), (change.level, change.before)]
        for now, before in pairs:  # differences are those of what is printed
            if np.isfinite(now - before):
                apart = abs(spoken.apart(float(now), float(before), change.unit))
                numbers |= {number_text(apart, spoken.decimals), clock_text(apart, spoken.decimals)}
    for one in week.sides.known:
        means = [one.left, one.right, *one.exposures["left"], *one.exposures["right"], abs(one.estimate_pct)]
        numbers |= {number_text(float(value), 1) for value in means}
        moved = pd.concat([one.exposures[side].round(1).diff().dropna().abs() for side in ("left", "right")])
        numbers |= {number_text(float(value), 1) for value in moved}
    totals = ((week.totals.run_distance_m / 1000, "km"), (week.totals.volume_load_kg, "kg"))
    numbers |= {number_text(week.display.value(value, unit), 1) for value, unit in totals}
    return numbers


@pytest.mark.soak
@given(weeks())
def test_a_week_says_one_thing(week):
    shown = Shown.of(week)
    series_are_told_once(shown)
    the_message_is_that_of_its_series(shown)
    the_rest_counts_its_lines(shown)
    the_header_is_the_plan(shown)
    numbers_are_known(shown)
    nothing_is_missed_that_is_there(shown)
    words_are_right(shown)
    what_is_heard_is_what_is_drawn(shown)
    sides_are_drawn_as_they_are_told(shown)


def series_are_told_once(shown: Shown) -> None:
    subjects = [fact.subject for fact in shown.facts]
    assert len(subjects) == len(set(subjects)), subjects
    states = {fact.subject: fact.state for fact in shown.facts}
    for one in shown.week.followed:
        if one.change.changed:
            assert states[subject_of(one)] == one.change.state


def the_message_is_that_of_its_series(shown: Shown) -> None:
    week = shown.week
    try:
        message = message_of(week)
    except NotEnoughData:
        assert week.n_trained_days == 0
        return
    assert shown.by_section["message"][0].sentence == message.fact.sentence
    moved = [one for one in week.followed if one.change.changed and not isinstance(one, Answers)]
    if week.excused and week.n_trained_days < 2:
        assert message.headline.startswith("You were")
        assert not any("lifting days" in fact.sentence for fact in of_kind(shown.by_section["header"], Fact))
        return
    if message.told is None:
        return
    if message.told.change.changed:
        assert message.state == message.told.change.state
        spoken = words_of(week, message.told)
        assert spoken.direction(message.told.change.change) in message.headline
    else:
        assert not moved or all(subject_of(one).endswith(".sides") for one in moved)
    if isinstance(message.picture, Trend):
        told = message.told.change
        newest, level = (
            week.display.value(float(value), told.unit)
            for value in (message.told.exposures["value"].iloc[-1], told.level)
        )
        assert message.picture.values[-1] == newest
        assert message.picture.level in (None, level)
        if message.told.change.changed:  # what a label says stands in the sentence beside it
            assert message.picture.level_text in message.lead
            assert message.picture.before_text in message.lead


def the_rest_counts_its_lines(shown: Shown) -> None:
    blocks = shown.by_section["rest"]
    if not blocks:
        return
    summary, measures = blocks
    try:
        told = message_of(shown.week).told
    except NotEnoughData:
        told = None
    rest = rest_of(shown.week, told)
    assert summary.n == len(measures.rows) == len(rest)
    assert len(rest) == len([one for one in shown.week.followed if not isinstance(one, Answers) and one is not told])
    if counts := [int(count) for count in re.findall(r"(?:^|[.,] )(\d+) ", summary.sentence)]:
        assert sum(counts) == len(rest)
    steady = [one for one in rest if one.change.state is State.STEADY]
    if summary.sentence.endswith("held steady.") and not counts:
        assert len(steady) == len(rest)
    for row, one in zip(measures.rows, rest, strict=True):
        if isinstance(one, FormHistory):  # of which the line says what breaks, and no direction
            continue
        if row.place and row.place.at is not None and "as usual" not in row.below and one.change.better == "higher":
            spoken = words_of(shown.week, one)
            if spoken.more in row.below or spoken.less in row.below:  # of a value of this week
                assert (spoken.less in row.below) == (row.place.at < 0), (row, one.change)
    assert len({row.name for row in measures.rows}) == len(measures.rows), "a name for each line"
    the_first_lines_are_of_every_kind(shown.week, rest, measures.shown)
    the_names_are_those_that_are_counted(shown, summary, rest)


def the_first_lines_are_of_every_kind(shown_week: AthleteWeek, rest: Sequence[Followed], shown: int) -> None:
    """Of each kind that a reader asks for one stands open, where it is told and of this week; of tests whenever."""
    told = [one for one in rest if can_be_told(one)]
    if any(is_news(one) for one in told):
        return
    answered_first = (SpeedAtLoad, FormHistory, HingeDepth, CheckHistory, PaceAtHeartRate, SideDifference)
    for kind in answered_first:
        of_kind_ = [one for one in told if isinstance(one, kind)]
        is_there = any(shown_week.holds(one.last_date) for one in of_kind_) or kind in (CheckHistory, SideDifference)
        assert not of_kind_ or not is_there or any(isinstance(one, kind) for one in rest[:shown])


def the_names_are_those_that_are_counted(shown: Shown, summary: Fact, rest: Sequence[Followed]) -> None:
    if not rest:
        return
    named = next(iter(of_kind(shown.by_section["numbers"], Lines)))
    lists = {line.split(": ")[0]: line.split(": ", 1)[1].removesuffix(".").split("; ") for line in named.lines}
    assert sum(map(len, lists.values())) == len(rest)
    assert len({name for names in lists.values() for name in names}) == len(rest)
    for count, what in re.findall(r"(\d+) ([a-z ]+)\.", summary.sentence):
        assert len(lists[what.capitalize()]) == int(count)


def the_header_is_the_plan(shown: Shown) -> None:
    week, (days, *told) = shown.week, shown.by_section["header"]
    shapes = [day.marks[0] for day in days.days]
    assert sum(mark in ("lift", "run", "sport", "test") for mark in shapes) == week.n_trained_days
    if told and week.adherence.due:
        assert told[0].sentence.startswith(f"{week.adherence.done} of {week.adherence.due} lifting day")
        otherwise = (week.plan["status"] == "part").sum()
        assert ("trained otherwise" in told[0].sentence) == (otherwise > 0)
    runs = [one.sentence for one in told if isinstance(one, Fact) and one.subject == "week.planned_runs"]
    assert len(runs) == (week.run_adherence.due > 0 and not week.excused)
    assert all(said.startswith(f"{week.run_adherence.done} of {week.run_adherence.due} run") for said in runs)
    headline = shown.by_section["message"][0].sentence
    if found := re.match(r"You trained on (\d+) day", headline):
        assert int(found[1]) == week.n_trained_days
    if found := re.match(r"You did (\d+) of (\d+) lifting", headline):
        assert (int(found[1]), int(found[2])) == (week.adherence.done, week.adherence.due)


def numbers_are_known(shown: Shown) -> None:
    known = known_numbers(shown.week)
    for text in shown.texts([*OPEN, *FOLDED]):
        measured = re.sub(r"less than [\d.]+|luck makes \S+( [\d.]+)?|would move \S+ [\d.]+", "", text)
        for number in re.findall(r"\d+[.:]\d+(?:\.\d)?", measured):
            assert number in known, (number, text)


def nothing_is_missed_that_is_there(shown: Shown) -> None:
    week = shown.week
    days = week.days[week.days <= week.until]
    absent = [text for text in shown.texts(OPEN) if ABSENT.search(text)]
    answered = week.athlete.wellness["local_date"].isin(days).any()
    for text in absent:
        assert not (text.startswith("No answers") and answered), text
        assert not ("no training is logged" in text and not text[0].isupper() and week.n_trained_days), text
        assert not (text.startswith("Nothing is logged") and week.n_logged_days), text
    if week.excused and not week.n_trained_days:
        assert not any("missed" in text or "lifting days" in text for text in shown.texts(("header", "message")))


def words_are_right(shown: Shown) -> None:
    for text in shown.texts([*OPEN, *FOLDED]):
        assert not re.search(r"(?<![\d.,:])1 (?:days|sets|reps|sessions|tests|answers|runs|lines|dates)\b", text), text
        assert not re.search(r"\b(?:[2-9]|\d\d) (?:day|set|rep|session|test|answer|run|line|date)\b(?! \d)", text), text
        assert not re.search(r"\bnan\b|None|\{|\}|  ", text), text
        assert not re.search(r"\b(\w+) \1\b", text), text
    for text in shown.texts(OPEN):
        assert "too close" not in text.lower()
        for sentence in re.split(r"(?<=[a-z%”])[.:;](?:\s|$)", text):
            assert len(sentence.split()) <= 15, sentence


def what_is_heard_is_what_is_drawn(shown: Shown) -> None:
    for block in of_kind(shown.blocks, Trend | Cells | Reps):
        scene = SCENES[block.kind](plain(as_plain(block)))
        heard = f"{scene.title} {scene.description}"
        for shape in scene.shapes:
            for number in re.findall(r"\d+(?:[.:]\d+)*", shape.text):
                assert number in heard, (number, heard)
    for block in of_kind(shown.blocks, Trend):
        scene = SCENES["trend"](plain(as_plain(block)))
        dots = [shape for shape in scene.shapes if shape.tag == "circle"]
        assert len(dots) == len(block.values) == len(scene.description.split(", oldest")[0].split(","))
    for block in of_kind(shown.blocks, Numbers):
        assert all(len(row) == len(block.heads) for row in block.rows)


def sides_are_drawn_as_they_are_told(shown: Shown) -> None:
    """Bands part where a difference is told, and nowhere else; the interval that is printed leaves out none there."""
    facts = {fact.subject: fact for fact in shown.facts}
    numbers = shown.by_section["numbers"]
    for one in (*shown.week.sides.known, *shown.week.leg_sides.known):
        fact = facts[subject_of(one)]
        if not one.can_tell:
            continue
        drawn = next(block for block in numbers[numbers.index(fact) :] if isinstance(block, Sides))
        low, high = sorted(drawn.rows, key=lambda row: row.value)
        is_told = "side" in fact.lead
        assert is_told == (low.high < high.low) == (not fact.level_low <= 0 <= fact.level_high)
        assert fact.conf_level == one.conf_level
        assert f"{high.label.lower()} side" in fact.lead or not is_told
