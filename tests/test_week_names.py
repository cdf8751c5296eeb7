"""What a measure of the athlete's week is called in a line and in a sentence, and how its value is written there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_athlete import FRIDAYS, SUNDAY, bar_speed, birch, hops, lifting
from made_up_week import of_kind, week_of

from analysis.base.blocks import Lines, Measures, Numbers, RepRow, Reps, Sides, as_plain
from analysis.base.config import Config
from analysis.base.display import Display
from analysis.base.sentences import Wording
from analysis.base.units import with_unit
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.wording import in_sentence
from analysis.report.drawing import SCENES
from analysis.report.drawing.scale import numbers_of

CLOSE_S = [32.0, 32.8, 31.2, 32.0, 32.8, 31.2, 32.0, 32.8, 32.0]  # of 8 repetitions of 4 s


def timed_week():
    sets, reps = bar_speed(FRIDAYS, [0.7] * len(FRIDAYS))
    sets = [
        one | {"tempo": "2-0-1-1", "reps": 8.0, "duration_s": took} for one, took in zip(sets, CLOSE_S, strict=True)
    ]
    return athlete_week(birch().but(**lifting((sets, reps))), SUNDAY)


def test_tempo_is_a_measure_with_a_value_off_plan_that_begins_at_nothing():
    (rows,) = [block.rows for block in of_kind(sections.rest(timed_week()), Measures)]
    (row,) = [row for row in rows if row.name == "Tempo"]
    assert row.value == "0.0 s off"
    assert row.place.title.startswith("usual up to 0.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Trap-bar deadlift", "trap-bar deadlift"),
        ("Romanian deadlift", "Romanian deadlift"),
        ("20 m sprint", "20 m sprint"),
        ("CMJ", "CMJ"),
        ("T-bar row", "T-bar row"),
    ],
)
def test_a_name_within_a_sentence_begins_small_but_for_proper_names(name, said):
    assert in_sentence(name) == said


def test_degrees_have_one_sign_wherever_they_are_read():
    assert Display().unit("deg") == "°"
    assert with_unit("89 to 104", Display().unit("deg")) == "89 to 104°"
    said = numbers_of({"unit": "deg", "decimals": 0}, [80.0, 104.0])
    assert (said.amount(80.0), said.span([89.0, 104.0]), said.all([96.0, 80.0])) == ("80°", "89 to 104°", "96, 80°")


@given(st.floats(30, 120), st.floats(30, 120))
def test_two_values_lie_apart_by_what_a_reader_finds_who_subtracts_them(one, other):
    spoken = Wording("pulse", 0)
    assert spoken.apart(one, other, "bpm") == round(one) - round(other)


def test_the_newest_of_both_sides_is_written_alike_in_line_fold_and_tests():
    left, right = [150.0, 152.0, 149.0, 151.0], [151.0, 149.0, 152.0, 150.2]
    week = week_of(birch().but(trials=hops(["2026-03-09", "2026-04-06", "2026-05-04", "2026-06-22"], left, right)))
    (rows,) = [block.rows for block in of_kind(sections.rest(week), Measures)]
    (line,) = [row for row in rows if row.name == "Single-leg hop"]
    assert (line.below, line.value) == ("No sure difference, Monday", "L 153.0, R 152.2 cm")
    (tests,) = [block for block in of_kind(sections.tests(week), Numbers) if block.title == "Last tests"]
    assert [row[1] for row in tests.rows if row[0] == "Single-leg hop"] == ["L 153.0, R 152.2 cm, 22 Jun"]
    numbers = sections.numbers(week)
    assert any(getattr(block, "text", "") == "Last: L 153.0, R 152.2 cm on 22 Jun." for block in numbers)
    assert of_kind(numbers, Sides)[0].title.startswith("Single-leg hop, level over 4 dates: left 15")


def test_clean_reps_end_where_form_first_changed_in_picture_and_words():
    block = Reps("Clean reps", (RepRow("29 Jun", (True, True, False, True)),))
    scene = SCENES["reps"](as_plain(block))
    assert scene.description == "29 Jun: 2 of 4 reps clean."
    assert sum(shape.css == "full" for shape in scene.shapes) == 2
    assert scene.shapes[-1].text.endswith("hollow: after that")


def test_cells_say_which_answers_are_outlined():
    row = {"label": "Sleep", "values": [7.0, None, 2.0], "usual": [True, None, False]}
    scene = SCENES["cells"]({"title": "", "days": ["M", "T", "W"], "rows": [row], "legend": False})
    assert scene.description == "Sleep: M 7, T blank, W 2, unusual."


def test_a_table_of_a_lift_names_devices_only_where_there_are_several():
    frames = lifting(bar_speed(FRIDAYS, [0.7] * 9, devices=["a"] * 3 + ["b"] * 6))
    (table_of,) = of_kind(sections.numbers(week_of(birch().but(**frames))), Numbers)[-1:]
    assert table_of.heads == ("Date", "m/s", "Reps", "Device")


def test_nobody_to_ask_is_the_coach():
    assert Config(contact="  ").contact == "your coach"


def test_what_held_is_named_as_it_is_counted():
    week = week_of(birch())
    named = of_kind(sections.numbers(week), Lines)[0].lines
    assert sum(len(line.split("; ")) for line in named) == sections.rest(week)[0].n
    assert all(np.isfinite(one.change.latest) or not isinstance(one, SpeedAtLoad) for one in week.followed)
