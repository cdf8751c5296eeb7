"""The engine behind every verdict on made-up seasons: how often it names what is not, and finds what is."""

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
from looks import MONDAY, covered, first_named, noises_at, page, share_named
from seasons import FIRST_LOOK, ONSET_WEEK, Season, drawn
from simulated import LONG, MANY, MODELS, generator
from soak_scale import few_of

from analysis.models.change import Event, change
from analysis.models.noise import noise_of_squad

RHOS = (0.0, 0.3, 0.6)
TAILS = ("normal", "t4")
SHORT_SERIES = 240

# design numbers of the seeds; a cell's number never changes
UNCHANGED = [
    Season(rho=rho, per_week=often, tails=tails) for tails in TAILS for often in (0.25, 1, 2, 3) for rho in RHOS
]
ALONE = [
    Season(squad=1, rho=rho, per_week=often, tails=tails) for tails in TAILS for often in (1, 2, 3) for rho in RHOS
]
OTHERS = [
    Season(te_spread=0.2),
    Season(rho=0.6, te_spread=0.2),
    Season(resolution=1.5),
    Season(weeks=52),
    Season(missed=0.4),
]
TRUTHS = [
    {"size_mdc": 1.0},
    {"size_mdc": 0.6},
    {"size_mdc": 1.0, "kind": "ramp"},
    {"size_mdc": 2.0, "kind": "dip"},
    {"size_mdc": 1.5, "per_week": 0.25},
]
CHANGED = [Season(changing=changing, **truth) for changing in (3, 12) for truth in TRUTHS]
CHANGED_ALONE = [Season(squad=1, changing=1, **truth) for truth in [*TRUTHS[:3], {"size_mdc": 2.0}]]
DESIGNS = {
    season: hundreds + place
    for hundreds, seasons in ((100, UNCHANGED), (200, ALONE), (300, OTHERS), (400, CHANGED), (500, CHANGED_ALONE))
    for place, season in enumerate(seasons)
}


def rng_of(season: Season, more: int = 0) -> np.random.Generator:
    return generator(MODELS["change"], DESIGNS[season] + more)


def half_width(share: float, n: int) -> float:
    """Of the 95 % interval of a share, both in percent."""
    return 1.96 * (max(share, 1.0) * (100 - min(share, 99.0)) / n) ** 0.5


def at_most(share: float, n: int, gate: float) -> bool:
    return share - half_width(share, n) <= gate


def at_least(share: float, n: int, gate: float) -> bool:
    return share + half_width(share, n) >= gate


def gate_of(season: Season) -> float | None:
    """The most that may be named of the unchanged, in percent; None where it is only printed."""
    if season in OTHERS:
        return None
    if season.squad > 1:
        return 5.0 if season.tails == "normal" else 8.0
    return 8.0 if season.rho <= 0.3 and season.tails == "normal" else None


FEW_CELLS = [Season(per_week=2), Season(rho=0.6, per_week=1), Season(squad=1)]


@pytest.mark.parametrize("season", FEW_CELLS, ids=str)
def test_the_unchanged_are_seldom_named(season):
    named = share_named(season, SHORT_SERIES, generator(MODELS["change"], 900 + FEW_CELLS.index(season)))
    assert at_most(named.named, named.n, gate_of(season))


def in_turn() -> list:
    """Few seasons with a gate, of squads and alone, hold every value of each property; the full soak has them all."""
    all_of_them = [*UNCHANGED, *ALONE, *OTHERS]
    gated = [season for season in all_of_them if gate_of(season) is not None]
    of_squads, alone = ([one for one in gated if (one.squad > 1) == many] for many in (True, False))
    few = [case for seasons in (of_squads, alone) for case in few_of(seasons, lambda one: enumerate(astuple(one)))]
    return [*few, *(pytest.param(one, marks=pytest.mark.full) for one in all_of_them if one not in gated)]


@pytest.mark.soak
@pytest.mark.parametrize("season", in_turn(), ids=str)
def test_of_many_unchanged_no_more_are_named_than_the_card_says(season):
    named = share_named(season, MANY, rng_of(season))
    gate = gate_of(season)
    assert gate is None or at_most(named.named, named.n, gate)


def test_a_step_of_one_mdc_is_found_within_weeks():
    named = share_named(CHANGED[0], SHORT_SERIES, generator(MODELS["change"], 910))
    assert at_least(named.named, named.n, 98)
    assert named.median_weeks <= 4


@pytest.mark.soak
@pytest.mark.parametrize(
    ("truth", "share", "gate"),
    [(0, "named", 98), (1, "named", 55), (2, "named", 92), (3, "within_2_weeks", 90), (4, "within_3_tests", 80)],
)
def test_changes_of_3_of_12_are_found(truth, share, gate):
    named = share_named(CHANGED[truth], MANY, rng_of(CHANGED[truth]))
    assert at_least(getattr(named, share), named.n, gate)
    assert truth or named.median_weeks <= 4


def test_a_page_tells_what_the_looks_of_all_series_at_once_find():
    season = Season(changing=6, size_mdc=1.0)
    first, seasons = first_named(season, 2, generator(MODELS["change"], 920))
    noises = {week: noises_at(seasons, week, season.resolution) for week in range(FIRST_LOOK, season.weeks + 1)}
    told = np.zeros_like(first)
    for squad, athlete in np.ndindex(first.shape):
        for week, noise in noises.items():
            if page(seasons, noise, squad, athlete, week, season.resolution).changed:
                told[squad, athlete] = week
                break
    assert (told == first).mean() > 0.9


@pytest.mark.parametrize("later", [0, 4])
def test_intervals_hold_about_as_often_as_they_claim(later):
    held = covered(CHANGED[0], SHORT_SERIES // 2, generator(MODELS["change"], 930 + later), later=later)
    assert held["told"] > 90
    assert min(held["level"], held["before"], held["size"], held["date"]) > 82


@pytest.mark.full
@pytest.mark.parametrize("later", [0, 4])
@pytest.mark.parametrize("truth", [0, 1, 2])
def test_intervals_of_2000_changes_hold(truth, later):
    held = covered(CHANGED[truth], LONG, rng_of(CHANGED[truth], 50), later=later)
    assert min(held["level"], held["before"], held["size"], held["date"]) > 80


def named_after_a_swap(n_squads: int, until_weeks: range) -> np.ndarray:
    """Which athletes of unchanged squads are ever named on the pages of these weeks after another device came."""
    seasons = drawn(Season(swap_week=ONSET_WEEK), n_squads, generator(MODELS["change"], 940))
    swap = pd.Timestamp(MONDAY) + pd.Timedelta(days=7 * ONSET_WEEK)
    named = np.zeros(seasons.changes.shape, dtype=bool)
    for squad_no, (weeks, values) in enumerate(zip(seasons.week, seasons.values, strict=True)):
        athlete, place = np.nonzero(np.isfinite(values))
        date = pd.Timestamp(MONDAY) + pd.to_timedelta(np.floor(7 * weeks[athlete, place]), unit="D")
        squad = pd.DataFrame({"athlete_id": athlete, "quantity": "speed", "local_date": date})
        squad = squad.assign(value=values[athlete, place], device=np.where(date < swap, "old", "new"))
        for week in until_weeks:
            until = swap + pd.Timedelta(days=7 * week - 1)
            known = squad[squad["local_date"] <= until]
            noise = noise_of_squad(known)
            for athlete_no, of in known.groupby("athlete_id"):
                now = of.loc[of["device"] == "new", "value"].to_numpy()
                told_by = {"noise": noise.of("speed", "new", now), "events": [Event("device", swap)]}
                seen = change(of["local_date"], of["value"], swc=0.5, until=until, **told_by)
                named[squad_no, int(athlete_no)] |= seen.changed
    return named


def test_another_device_is_not_taken_for_a_change():
    assert named_after_a_swap(2, range(3, 14, 3)).mean() < 0.1


@pytest.mark.full
def test_of_2000_whose_device_was_swapped_few_are_named_in_the_13_weeks_after():
    named = named_after_a_swap(167, range(1, 14))
    print(f"device swapped: {100 * named.mean():.1f} % of {named.size} ever named in 13 weeks")
    assert at_most(100 * float(named.mean()), named.size, 5)
