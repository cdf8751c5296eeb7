"""What a series is told in: the lead, the level with what was before, the newest exposure, and what luck alone does."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.display import Display
from analysis.base.sentences import Wording
from analysis.base.states import State
from analysis.models.change import Event, change, expected_by_chance
from analysis.models.change.told import SEASON_D, TOLD_D
from analysis.models.noise import Noise

NOISE = Noise(0.016, 60.0, 0.2, 0.2, "squad of 12", n_athletes=12)
SPEED = Wording("deadlift at 60 kg", 2, "faster", "slower", "session")
TIME = Wording("20 m sprint", 2, "slower", "faster")
MONDAYS = pd.date_range("2026-01-05", periods=26, freq="7D")
STEADY = np.tile([0.70, 0.72, 0.71, 0.71], 7)


def said(values, words=SPEED, audience="athlete", **about) -> str:
    dates = MONDAYS[: len(values)]
    found = change(dates, values, **{"noise": NOISE, "swc": 0.03, "unit": "m/s", **about})
    return str(found.said(words, audience))


def test_a_clear_step_says_since_when_and_from_what():
    text = said(np.r_[STEADY[:16], STEADY[:6] + 0.08])
    assert text == "Clearly faster since 27 Apr. Deadlift at 60 kg: 0.79 m/s, before 0.71."


def test_a_ramp_is_said_to_be_becoming():
    slope = np.r_[STEADY[:12], 0.71 + 0.015 * np.arange(1, 13)]
    assert re.match(r"(Clearly getting|Getting) faster since about \d+ (Mar|Apr)\.", said(slope))


def test_of_a_time_smaller_is_faster():
    sprint = np.r_[np.tile([3.42, 3.44, 3.43], 5), np.tile([3.30, 3.31], 4)]
    noise = Noise(0.02, 60.0, 0.2, 0.2, "squad of 12", n_athletes=12)
    text = said(sprint, TIME, noise=noise, unit="s", better="lower")
    assert text.startswith("Clearly faster since 20 Apr. 20 m sprint: 3.30 s, before 3.43.")


def test_steady_says_the_level_alone_and_close_says_what_could_hide():
    assert said(STEADY[:24], swc=0.06) == "Held steady. Deadlift at 60 kg: 0.71 m/s."
    text = said(STEADY[:24], swc=0.005)
    assert re.fullmatch(r"Too close to call\. Deadlift at 60 kg: 0\.71 m/s; up to 0\.0\d m/s \w+ could hide\.", text)


def test_a_day_out_of_the_usual_is_said_with_the_state_and_is_never_better():
    values = STEADY[:24].copy()
    values[-1] = 0.63
    found = change(MONDAYS[:24], values, noise=NOISE, swc=0.06, unit="m/s")
    assert found.today == "unusually low"
    assert found.state is State.STEADY
    text = str(found.said(SPEED, "athlete"))
    assert text.endswith(
        "Your last session was a slow day, outside your usual. It was 0.63 m/s, 0.08 m/s slower than 0.71 m/s."
    )
    assert str(found.said(SPEED, "coach")).endswith("The last session: 0.63 m/s, 0.08 m/s slower than usual.")
    assert found.odd(SPEED) == "Deadlift at 60 kg: 0.63 m/s, 0.08 m/s slower than usual."


@pytest.mark.parametrize(
    ("values", "about", "words"),
    [
        ([0.71, 0.72], {}, "Four more sessions and we can tell. Deadlift at 60 kg."),
        (STEADY[:8], {"until": "2026-06-30"}, "Your last session was too long ago. Deadlift at 60 kg: do one soon."),
        (
            STEADY[:8],
            {"noise": Noise(np.nan, 0.0)},
            "Cannot tell yet. Deadlift at 60 kg: how much it varies by itself is not known.",
        ),
        (
            STEADY[:8],
            {"events": [Event("device", MONDAYS[5])]},
            "Three more sessions and we can tell. Deadlift at 60 kg: a new device or rater began.",
        ),
    ],
)
def test_what_is_missing_is_said(values, about, words):
    assert said(values, **about) == words


def test_an_athlete_reads_no_word_of_statistics():
    texts = [
        said(np.r_[STEADY[:16], STEADY[:6] + size], swc=swc)
        for size in (-0.2, -0.05, 0.0, 0.03, 0.1)
        for swc in (0.005, 0.03, 0.1)
    ]
    words = " ".join(texts).lower()
    assert not re.search(r"noise|interval|band|expected|error|deviation|level", words)
    for sentence in re.split(r"(?<=[a-z])\. ", " ".join(texts)):
        assert len(sentence.split()) <= 15, sentence


def test_the_coach_reads_the_interval_the_date_and_the_noise():
    text = said(np.r_[STEADY[:16], STEADY[:6] + 0.08], audience="coach")
    assert "since 27 Apr (" in text
    assert "a step" in text
    assert "90 % interval" in text
    assert text.endswith("TE 0.016, rho 0.2 (squad of 12).")


def test_the_year_is_said_where_it_is_another():
    days = pd.date_range("2025-08-04", periods=26, freq="7D")
    found = change(days, np.r_[STEADY[:20], STEADY[:6] + 0.1], noise=NOISE, swc=0.03, unit="m/s", until="2026-01-31")
    assert "since 22 Dec 2025" in str(found.said(SPEED, "athlete"))


def test_the_facts_hold_what_the_schema_names():
    found = change(MONDAYS[:22], np.r_[STEADY[:16], STEADY[:6] + 0.08], noise=NOISE, swc=0.03, unit="m/s")
    fact = found.as_fact("deadlift.speed", "deadlift", more="faster", less="slower")
    assert (fact.state, fact.since, fact.shape, fact.unit) == ("clearly better", "2026-04-27", "step", "m/s")
    assert fact.level_low < fact.level < fact.level_high
    assert fact.change_low < fact.change < fact.change_high
    assert fact.since_low <= fact.since <= fact.since_high
    assert fact.found_on > fact.since
    assert (fact.typical_error, fact.rho, fact.noise_source) == (0.016, 0.2, "squad of 12")
    assert fact.sentence.startswith(fact.lead)
    assert fact.lead == "Clearly faster since 27 Apr."


def test_luck_is_the_engines_own_rate_for_eight_of_26_weeks():
    squad = change(MONDAYS[:24], STEADY[:24], noise=NOISE, swc=0.06)
    assert 0.01 < squad.named_a_season < 0.06
    assert squad.null_probability == pytest.approx(squad.named_a_season * TOLD_D / SEASON_D)
    nothing = change(MONDAYS[:3], STEADY[:3], noise=NOISE, swc=0.06)
    assert expected_by_chance([squad, squad, nothing]) == pytest.approx(2 * squad.null_probability)


PRINTED = st.sampled_from([("m/s", 2), ("s", 2), ("s", 1), ("s/km", 0), ("kg", 1), ("deg", 0), ("cm", 1), ("", 1)])
READERS = [Display(mass, distance) for mass in ("kg", "lb") for distance in ("km", "mi")]


def seconds_or_number(text: str) -> float:
    """What is printed as a number: 6:16 is 376."""
    minutes, _, rest = re.match(r"−?([\d:.]+)", text)[1].rpartition(":")
    return 60 * float(minutes or 0) + float(rest)


@given(PRINTED, st.floats(2, 900), st.floats(2, 900), st.sampled_from(READERS))
def test_a_printed_difference_is_that_of_the_printed_levels(about, now, before, display):
    unit, decimals = about
    words = Wording("it", decimals, display=display)
    levels = [seconds_or_number(words.level(value, unit)) for value in (now, before)]
    by = words.difference(now, before, unit)
    apart = abs(round(levels[0] - levels[1], decimals))
    assert by.startswith("less than") if not apart and now != before else seconds_or_number(by) == apart
    assert words.signed_difference(now, before, unit).strip("+−") == f"{apart:.{decimals}f}"


def test_a_coach_can_subtract_both_levels_of_a_change():
    slope = np.r_[STEADY[:16], STEADY[:8] + 0.0844]
    text = said(slope, audience="coach")
    now, before, by = re.search(r"\. ([\d.]+) m/s since .*; before ([\d.]+); change \+([\d.]+) m/s", text).groups()
    assert round(float(now) - float(before), 2) == float(by)
