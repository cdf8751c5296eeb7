"""Units of display: what a page says in lb and mi is what is known in kg and km, and only pages are told in them."""

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_athlete import CONFIG, SUNDAY, birch
from squad import BLOCK_SECTIONS, LAST_DAY, SECTIONS

from analysis.base.blocks import Drawing, Fact, as_plain
from analysis.base.config import Config, Shown, ShownUnits
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.sentences import Wording
from analysis.base.units import KG_PER_LB, M_PER_MILE
from analysis.models.change import change
from analysis.models.noise import Noise
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.squad_week import sections as squad_sections
from analysis.pages.squad_week.members import MemberWeek
from analysis.pages.squad_week.proposals import week_subjects
from analysis.pages.squad_week.week import SquadWeek, squad_week
from analysis.report.behind import numbers_text

REPORTS = sorted((Path(__file__).parents[1] / "notebooks" / "reports").glob("*.ipynb"))
IMPERIAL = Display("lb", "mi")
METRIC_UNIT = re.compile(r"\b(kg|km)\b")
SQUAD_SECTIONS = ("header", "message", "cards", "lines", "everyone", "plan", "bar_speed", "form", "checks", "sides")
SQUAD_SECTIONS += ("plateaus", "proposals", "evidence")
WORDS_OF_FACTS = {"sentence": "", "coach_sentence": "", "lead": "", "coach_lead": ""}


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_report_gives_its_page_the_units_of_its_reader(path):
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert any(".display)" in source and "Page(" in source for source in code)


def test_the_numbers_behind_a_fact_are_told_in_the_units_of_the_page_and_kept_in_kg():
    fact = Fact("squat.e1rm", "…", "better", unit="kg", level=100.0, level_low=98.0, level_high=102.0, mdc=2.0, n=9)
    assert numbers_text(as_plain(fact), IMPERIAL) == (
        "Level 220.5 lb (interval 216.1 to 224.9), two single values differ by up to 4.4, from 9 values."
    )
    assert numbers_text(as_plain(fact), Display()).startswith("Level 100.0 kg (interval 98.0 to 102.0)")


def test_the_numbers_behind_a_pace_are_minutes_a_mile():
    fact = Fact("run.pace", "…", "better", unit="s/km", level=360.0, level_low=355.0, level_high=365.0)
    assert numbers_text(as_plain(fact), IMPERIAL) == "Level 9:39 min/mi (interval 9:31 to 9:47)."


def in_lb(athlete):
    """The same athlete for readers of lb and mi."""
    return athlete.but(config=athlete.config.model_copy(update={"display": Shown(mass="lb", distance="mi")}))


def test_a_rule_names_the_load_in_the_unit_that_the_coach_reads():
    _, lift = week_subjects(athlete_week(in_lb(birch()), SUNDAY))
    assert lift.facts["anchor_kg"] == CONFIG.lifts[0].anchor_load_kg
    assert lift.facts["anchor"] == IMPERIAL.load(CONFIG.lifts[0].anchor_load_kg)


def test_what_to_record_names_the_load_in_the_unit_of_its_reader():
    nothing = in_lb(birch().but(reps=birch().reps.iloc[:0]))
    (missing,) = athlete_week(nothing, SUNDAY).speeds.missing
    assert missing.sentence == "No bar speed of Romanian deadlift at 132 lb yet. Measure 3 reps at 132 lb once a week."


# --- a number that is read is the number that is known ------------------------------------------------------------

PER_UNIT = {"kg": 1.0, "lb": KG_PER_LB, "km": 1.0, "mi": M_PER_MILE / 1000}
PER_UNIT |= {"s/km": 1.0, "min/km": 1.0, "s/mi": 1000 / M_PER_MILE, "min/mi": 1000 / M_PER_MILE}
DISPLAYS = st.builds(Display, st.sampled_from(["kg", "lb"]), st.sampled_from(["km", "mi"]))


def read_back(text: str) -> tuple[float, str]:
    """The number of an amount in kg, km or s/km, and the unit in which it was read."""
    number, unit = text.split(" ")
    minutes, colon, seconds = number.replace(",", "").replace("\N{MINUS SIGN}", "-").rpartition(":")
    value = 60 * float(minutes) + float(seconds) if colon else float(seconds)
    return value * PER_UNIT[unit], unit


@given(DISPLAYS, st.floats(0.1, 2000), st.sampled_from(["kg", "km", "s/km"]), st.integers(0, 2))
def test_an_amount_reads_back_as_what_is_known(display, value, unit, decimals):
    back, shown = read_back(display.amount(value, unit, decimals))
    assert back == pytest.approx(value, abs=0.501 * 10.0**-decimals * PER_UNIT[shown])
    back, shown = read_back(display.total(value, unit, decimals))
    assert back == pytest.approx(value, abs=0.501 * 10.0**-decimals * PER_UNIT[shown])


@given(DISPLAYS, st.floats(1, 400))
def test_a_load_reads_back_to_the_next_plate(display, load_kg):
    back, unit = read_back(display.load(load_kg))
    assert back == pytest.approx(load_kg, abs=0.251 if unit == "kg" else 0.501 * KG_PER_LB)


@given(DISPLAYS, st.sampled_from(["kg", "s/km"]), st.integers(0, 1), st.floats(150, 400), st.floats(-0.2, 0.2))
def test_every_number_of_a_verdict_reads_back_as_that_of_its_fact(display, unit, decimals, usual, share):
    """Levels for both readers, and change and interval for the coach."""
    values = usual * np.r_[np.resize([1.0, 1.01, 0.99], 16), (1 + share) * np.resize([1.0, 1.01, 0.99], 8)]
    days, noise = pd.date_range("2026-01-05", periods=24, freq="7D"), Noise(0.01 * usual, 60.0, 0.2, 0.2, "squad", 12)
    told = change(days, values, noise=noise, swc=0.02 * usual, unit=unit)
    words = Wording("it", decimals, display=display)
    fact = told.as_fact("it", **vars(words))
    close = 0.501 * 10.0**-decimals * PER_UNIT[display.unit(unit)]
    for sentence in (fact.sentence, fact.coach_sentence):
        level = re.search(r"(?:It: |\. )([\d:.]+ (?:kg|lb|min/km|min/mi|s/km|s/mi))", sentence)
        assert read_back(level[1])[0] == pytest.approx(fact.level, abs=close)
        if told.changed:
            now = level[1].split(" ")[1]
            before = re.search(r"before ([\d:.]+)(?: (\S+?))?[.;]", sentence)
            assert read_back(f"{before[1]} {before[2] or now}")[0] == pytest.approx(fact.before, abs=close)
    if fact.change is not None:
        numbers = re.search(r"change (\S+) (\S+) \(90 % interval (\S+) to (\S+)\)", fact.coach_sentence)
        for text, known in zip(numbers.group(1, 3, 4), (fact.change, fact.change_low, fact.change_high), strict=True):
            of_levels = told.changed and known == fact.change  # that of both levels as they are printed
            assert read_back(f"{text} {numbers[2]}")[0] == pytest.approx(known, abs=2 * close if of_levels else close)


# --- pages of the example squad -----------------------------------------------------------------------------------


def read_by(config: Config, **by_athlete: ShownUnits) -> Config:
    """The configuration of a workspace that reads lb and mi, but for these athletes."""
    return config.model_copy(update={"display": Shown(mass="lb", distance="mi", by_athlete=by_athlete)})


def own_page(week: AthleteWeek, config: Config) -> AthleteWeek:
    """The same fitted week in the units of that configuration."""
    other = copy.copy(week)
    object.__setattr__(other, "athlete", replace(week.athlete, config=config))
    other.__dict__.pop("config", None)
    return other


def squad_page(week: SquadWeek) -> SquadWeek:
    """The same fitted weeks for a coach who reads lb and mi, of athletes who read kg and km."""
    metric = {one.athlete_id: ShownUnits(mass="kg", distance="km") for one in week.everyone}
    config = read_by(week.config, **metric)
    everyone = tuple(
        MemberWeek(replace(one.athlete, config=config), own_page(one.week, config)) for one in week.everyone
    )
    return replace(week, squad=replace(week.squad, config=config), everyone=everyone)


def shown_by(sections: Iterable[Any], week: Any) -> list[Any]:
    shown = []
    for blocks_of in sections:
        try:
            shown += blocks_of(week)
        except (NotEnoughData, DataProblem) as problem:
            shown.append(Fact("cannot_tell", str(problem)))
    return shown


def texts_of(value: Any) -> Iterator[str]:
    """Every text that a reader meets; of a fact the sentences and the numbers behind it."""
    if isinstance(value, Fact):
        yield from (value.sentence, value.coach_sentence, numbers_text(as_plain(value), IMPERIAL))
    elif isinstance(value, Drawing):
        yield from texts_of(list(vars(value).values()))
    elif isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_of(inner)
    elif hasattr(value, "__dataclass_fields__"):
        yield from texts_of(list(vars(value).values()))


def facts_in(value: Any) -> Iterator[Fact]:
    if isinstance(value, Fact):
        yield value
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from facts_in(inner)
    elif hasattr(value, "__dataclass_fields__"):
        for inner in vars(value).values():
            yield from facts_in(inner)


def assert_told_in_lb(blocks: list[Any], metric: list[Any]) -> None:
    left = [text for text in texts_of(blocks) if METRIC_UNIT.search(text)]
    assert not left, left
    assert any("lb" in text for text in texts_of(blocks))
    facts, known = ([replace(fact, **WORDS_OF_FACTS) for fact in facts_in(of)] for of in (blocks, metric))
    assert facts == known


@pytest.mark.parametrize("name", ["Alder", "Hazel", "Ivy"])
def test_an_athlete_who_reads_lb_and_mi_meets_no_other_unit_and_the_same_facts(squad_workspace, name):
    week = squad_workspace.last_week[name]
    other = own_page(week, read_by(week.config))
    assert_told_in_lb(shown_by(SECTIONS.values(), other), shown_by(SECTIONS.values(), week))


def test_a_coach_who_reads_lb_and_mi_meets_no_other_unit_and_the_same_facts(squad_workspace):
    squad = squad_workspace.workspace.everyone(LAST_DAY)
    weeks = {week.athlete.athlete_id: week for week in squad_workspace.last_week.values()}
    fitted = tuple(MemberWeek(one, weeks[one.athlete_id]) for one in squad.athletes)
    week = replace(squad_week(squad, LAST_DAY), everyone=fitted)
    told = [getattr(squad_sections, name) for name in SQUAD_SECTIONS]
    assert_told_in_lb(shown_by(told, squad_page(week)), shown_by(told, week))


@pytest.fixture
def last_block(squad_workspace):
    return squad_workspace.last_block


def test_a_scientist_who_reads_lb_meets_kg_in_tables_alone(last_block):
    other = copy.copy(last_block)
    object.__setattr__(other, "squad", replace(last_block.squad, config=read_by(last_block.config)))
    for held in ("config", "changes"):  # which hold units, and the anchor load in words
        other.__dict__.pop(held, None)
    shown, known = (shown_by(BLOCK_SECTIONS, review) for review in (other, last_block))
    assert_told_in_lb(*([one for one in of if isinstance(one, Fact | Drawing)] for of in (shown, known)))


def test_a_page_is_due_again_when_its_units_change_and_no_other_page_is():
    own = {"k3vd": ShownUnits(mass="lb")}
    before, after = (Config(display=Shown(by_athlete=by)) for by in ({}, own))
    assert before.seen_by(["k3vd"]).model_dump_json() != after.seen_by(["k3vd"]).model_dump_json()
    assert before.seen_by(["h3jp"]).model_dump_json() == after.seen_by(["h3jp"]).model_dump_json()
