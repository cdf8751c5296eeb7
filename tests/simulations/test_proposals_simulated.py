"""Proposals on made-up courses of speed at the anchor load: how often each rule speaks, on a change and on none."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from simulated import DESIGNS, MODELS, RHOS, ar1, generator, printed

from analysis.base.config import Lift
from analysis.base.rules import Subject, proposals, rule_of, shipped_rules
from analysis.models import series
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.squad_week import proposals as model
from analysis.pages.squad_week.proposals import speed_facts

N, SHORT, LONG = 24, 60, 1000
TE_M_S, GAIN_M_S = 0.028, 0.10
LIFT = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=60, te_m_s=TE_M_S, te_df=4, swc_m_s=0.04)
DAYS = pd.date_range(end="2026-06-26", periods=N, freq="7D")
UNTIL = pd.Timestamp("2026-06-28")
# all else speaks for progress, so that speed alone decides
REST = {"form_state": "about the same", "adherence_pct": 90.0, "strength_ramp_pct": 0.0}
COURSES = {
    "none": np.zeros(N),
    "gain": GAIN_M_S * (np.arange(N) >= N - 3),
    "plateau": GAIN_M_S * (np.arange(N) >= N // 3),
}


def rule_for(values_m_s: np.ndarray) -> str:
    """The rule that speaks on these weekly speeds; empty where none does."""
    exposures = pd.DataFrame({"local_date": DAYS, "device": "encoder", "value": values_m_s, "n_reps": 3})
    exposures = series.with_comparable(exposures)
    latest = series.latest_change(exposures, until=UNTIL, stale_after_days=21, unit="m/s", swc=LIFT.swc_m_s)
    speed = SpeedAtLoad("deadlift", "Deadlift", "B", 60.0, LIFT.metric, exposures, 0, latest)
    subject = Subject("deadlift", "Deadlift", "lift", REST | speed_facts(speed, LIFT, UNTIL))
    found = proposals(shipped_rules(), [subject], "t3st", DAYS[-1])
    return rule_of(found[0].rule_id) if found else ""


def rates_pct(course: str, rho: float, replicates: int) -> dict[str, float]:
    rng = generator(MODELS["proposals"], DESIGNS[course, N, rho])
    speeds = 0.7 + COURSES[course] + TE_M_S * ar1(rng, replicates, N, rho)
    counts = Counter(rule_for(one) for one in speeds)
    return {rule: 100 * counts[rule] / replicates for rule in ("progress", "slower_hold", "plateau")}


def test_a_change_is_proposed_on_and_no_change_seldom():
    none, gain, plateau = (rates_pct(course, 0.0, SHORT) for course in COURSES)
    assert none["progress"] + none["slower_hold"] + none["plateau"] < 15
    assert gain["progress"] > 90
    assert plateau["plateau"] > 40
    assert max(gain["slower_hold"], plateau["slower_hold"]) < 10


@pytest.mark.full
@pytest.mark.parametrize("rho", RHOS)
def test_the_card_has_the_rates(rho):
    card = printed(model, N, rho)
    none, gain, standstill = (rates_pct(course, rho, LONG) for course in COURSES)
    assert card == pytest.approx(
        {
            "n": N,
            "rho": rho,
            "none: progress": none["progress"],
            "none: hold": none["slower_hold"],
            "none: plateau": none["plateau"],
            "gain: progress": gain["progress"],
            "standstill: plateau": standstill["plateau"],
            "standstill: progress": standstill["progress"],
        }
    )
