"""Proposals on made-up seasons of speed at the anchor load: how often each rule speaks, on a change and on none."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from looks import MONDAY, noises_at
from seasons import MDC, ONSET_WEEK, Drawn, Season, drawn
from simulated import DESIGNS, MODELS, RHOS, generator, printed_row

from analysis.base.rules import Subject, proposals, rule_of, shipped_rules
from analysis.models.change import change
from analysis.pages.squad_week import proposals as model
from analysis.pages.squad_week.proposals import speed_facts

pytestmark = pytest.mark.soak

RULES = shipped_rules()
SWC = 0.5 * MDC  # as the 0.04 m/s of a lift whose typical error is 0.028 m/s
# all else speaks for progress, so that speed alone decides
REST = {"form_state": "steady", "adherence_pct": 90.0, "strength_ramp_pct": 0.0}
SOON, STANDS_FROM = 6, 26  # weeks from the change, and the week from which a gain of week 13 is no longer told
UNCHANGED, GAIN = "none", "plateau"  # names of the designs
SHORT, LONG = 3, 100  # squads of 12


def season_of(truth: str, rho: float) -> Season:
    """26 weeks in which nothing changes, or 39 in which 3 of 12 gain 1 MDC in week 13 and then stand."""
    return Season(rho=rho) if truth == UNCHANGED else Season(rho=rho, weeks=39, changing=3, size_mdc=1.0)


@dataclass(frozen=True)
class Spoken:
    """The rule that speaks of every athlete on the page of every week; empty where none does."""

    rules: np.ndarray  # (athletes, weeks from 1), those who change alone where some do

    def share_pct(self, rule: str, first: int = 1, last: int = 99) -> float:
        """Of the athletes of whom it speaks on a page of these weeks."""
        return 100 * float((self.rules[:, first - 1 : last] == rule).any(axis=1).mean())


def spoken(season: Season, n_squads: int, rng: np.random.Generator) -> Spoken:
    seasons = drawn(season, n_squads, rng)
    athletes = np.argwhere(seasons.changes if season.changing else ~seasons.changes)
    rules = np.full((len(athletes), season.weeks), "", dtype=object)
    for week in seasons.looks:
        noises = noises_at(seasons, week, season.resolution)
        for place, (squad, athlete) in enumerate(athletes):
            noise = noises.of(squad, athlete, season.resolution)
            rules[place, week - 1] = rule_of_week(seasons, squad, athlete, week, noise)
    return Spoken(rules)


def rule_of_week(seasons: Drawn, squad: int, athlete: int, week: int, noise) -> str:
    of_athlete = seasons.week[squad, athlete]
    known = of_athlete < week
    said = change(
        MONDAY + np.floor(7 * of_athlete[known]).astype("timedelta64[D]"),
        seasons.values[squad, athlete][known],
        noise=noise,
        swc=SWC,
        until=MONDAY + np.timedelta64(7 * week - 1, "D"),
        stale_after_days=21,
    )
    facts = REST | speed_facts(SimpleNamespace(change=said, anchor_kg=60.0))
    found = proposals(RULES, [Subject("deadlift", "Deadlift", "lift", facts)], "t3st", said.until)
    return rule_of(found[0].rule_id) if found else ""


def rates_pct(rho: float, n_squads: int) -> dict[str, float]:
    """A row of the table in the card, without rho."""
    none, gain = (
        spoken(season_of(truth, rho), n_squads, generator(MODELS["proposals"], DESIGNS[truth, 24, rho]))
        for truth in (UNCHANGED, GAIN)
    )
    return {
        "unchanged: progress": none.share_pct("progress"),
        "unchanged: hold": none.share_pct("slower_hold"),
        "unchanged: menu": none.share_pct("plateau"),
        "gain: progress": gain.share_pct("progress", ONSET_WEEK + 1, ONSET_WEEK + SOON),
        "standing: menu": gain.share_pct("plateau", STANDS_FROM),
        "standing: progress": gain.share_pct("progress", STANDS_FROM),
    }


def test_a_gain_is_proposed_on_soon_and_no_change_seldom():
    rates = rates_pct(0.3, SHORT)
    assert rates["unchanged: progress"] <= 12  # 36 athletes, of whom about 1 in 40 is proposed
    assert rates["unchanged: hold"] <= 12
    assert rates["gain: progress"] >= 60
    assert rates["standing: menu"] >= 50
    assert rates["standing: progress"] <= 25


@pytest.mark.full
@pytest.mark.parametrize("rho", RHOS)
def test_the_card_has_the_rates(rho):
    card = printed_row(model, "rho", rho)
    measured = rates_pct(rho, LONG)
    assert card == pytest.approx({"rho": rho, **measured}, abs=0.051)
    assert measured["unchanged: progress"] <= 5
