"""Changes and sides on made-up athletes in whom nothing differs: how often they are flagged all the same."""

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import HOP
from simulated import LONG, MODELS, RHOS, Intervals, ar1, counted, generator, printed, rate_pct
from soak_scale import declared

from analysis.base.decisions import TypicalError, judge
from analysis.models.estimators.autocorrelated import plain_means
from analysis.models.form import sides
from analysis.models.form.sides import side_difference
from analysis.pages.squad_week.members import SIDES_ONCE, TWICE

GATE_PCT, SLACK_PCT = 5.0, 1.5  # of changes flagged on no change
FEW = 100  # replicates where each takes its time
PRIOR_DF = 4  # of a published error, the most that counts

# what is known of the typical error, 1 in these draws: exactly, from a study of few athletes, or from own values alone
ERRORS = {
    "known": lambda _: TypicalError.published(1.0, 1e6),
    "estimated": lambda rng: TypicalError.published(float((rng.chisquare(PRIOR_DF) / PRIOR_DF) ** 0.5), PRIOR_DF),
    "own": lambda _: None,
}
DECISIONS = {(error, n): 700 + 20 * place + n for place, error in enumerate(ERRORS) for n in (3, 5, 10)}
LOOKS = 890  # design of two looks at the sides, the second with one date more
DATES = {(n, rho): 800 + 10 * n + place for n in (3, 8) for place, rho in enumerate(RHOS)}


def flagged_pct(error: str, n: int, rho: float, n_replicates: int) -> float:
    def design(rng: np.random.Generator, n_replicates: int) -> np.ndarray:
        series = ar1(rng, n_replicates, n + 1, rho)
        return np.array(
            [judge(row[:-1], row[-1], unit="TE", swc=0.5, published=ERRORS[error](rng)).flagged for row in series]
        )

    return rate_pct(design, MODELS["decision"], DECISIONS[error, n], n_replicates)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("n", [3, 5, 10])
def test_no_change_is_flagged_in_5_percent_whatever_is_known_of_the_error(error, n):
    assert flagged_pct(error, n, 0.0, LONG) == pytest.approx(GATE_PCT, abs=SLACK_PCT)


@pytest.mark.full
@pytest.mark.parametrize("n", [3, 5, 10])
def test_errors_that_carry_over_raise_the_flags_little(n):
    assert flagged_pct("own", n, 0.6, LONG) < 10


def side_intervals(n: int, rho: float, n_replicates: int) -> tuple[float, float]:
    """Coverage of the 90 % interval and share called sure, in percent, on sides that are alike, `n` dates each."""
    rng = generator(MODELS["sides"], DATES[n, rho])
    day = pd.date_range("2026-01-05", periods=n, freq="28D")
    both = pd.DataFrame({"local_date": day.repeat(2), "side": ["L", "R"] * n, "trial_no": 1, "test_id": HOP.test_id})
    trials = both.assign(metric=HOP.metric, unit=HOP.unit)
    right = 150 * np.exp(0.05 * ar1(rng, n_replicates, n, rho))
    results = [
        side_difference(trials.assign(value=np.column_stack([np.full(n, 150.0), row]).ravel()), HOP, day[-1])
        for row in right
    ]
    low, high = (np.array([getattr(result, end) for result in results]) for end in ("conf_low", "conf_high"))
    return counted(Intervals(low, high, 0.0)).pct, 100 * float(np.mean([result.is_sure for result in results]))


def test_sides_that_are_alike_are_seldom_called_sure():
    covered, sure = side_intervals(8, 0.0, FEW)
    assert covered >= 90
    assert sure <= 5


@pytest.mark.full
@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("n", [3, 8])
def test_the_card_of_the_sides_says_what_2000_athletes_say(n, rho):
    covered, sure = side_intervals(n, rho, LONG)
    measured = {"n": n, "rho": rho, "coverage of 90 %": covered, "called sure": sure}
    assert measured == pytest.approx(printed(sides, n, rho), abs=0.1)


def sure_by_chance(n: int, differences: np.ndarray) -> np.ndarray:
    """The larger side, 1 or -1, where the first `n` dates make it sure, else 0."""
    mean = plain_means(28.0 * np.arange(n), differences[:, :n], rhos=sides.RHOS)
    return np.where(mean.quantile(0.025) > 0, 1, np.where(mean.quantile(0.975) < 0, -1, 0))


@pytest.mark.scaled
def test_two_looks_at_the_sides_of_equal_legs_agree_by_chance_as_often_as_stated():
    differences = ar1(generator(MODELS["sides"], LOOKS), declared(2_500, 10_000), 8, 0.6)
    first, second = sure_by_chance(7, differences), sure_by_chance(8, differences)
    assert (second != 0).mean() == pytest.approx(SIDES_ONCE, abs=declared(0.01, 0.005))
    assert ((first == second) & (second != 0)).mean() == pytest.approx(TWICE["sides"], abs=declared(0.006, 0.003))
