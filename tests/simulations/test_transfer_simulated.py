"""Made-up squads of 26 weeks: how often transfer is said where there is none, is found where there is, and covers."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from simulated import MODELS, NS, RHOS, Intervals, coverage, generator
from squads_in_weeks import made_up_squad

from analysis.models.squad.transfer import transfer

pytestmark = pytest.mark.soak

SQUADS, LINKED_SQUADS = 400, 60  # a cell of the model card
SLOPE = -0.4  # s per m/s: a within-athlete correlation of about 0.37 where nothing carries over
# designs: 100 nothing to find, 200 a link at lag 0; tens and units as n and rho
COVERED, NOTHING, LINKED = 100, 200, 300


def design_no(hundreds: int, n_athletes: int, rho: float) -> int:
    return hundreds + 10 * NS.index(n_athletes) + RHOS.index(rho)


def one_lag(n_athletes: int, rho: float) -> Callable[[np.random.Generator, int], Intervals]:
    """Intervals of a true slope at one lag."""

    def design(rng: np.random.Generator, replicates: int) -> Intervals:
        lags = pd.concat(
            transfer(*made_up_squad(rng, n_athletes=n_athletes, slope=SLOPE, rho=rho), lags_weeks=[0]).lags
            for _ in range(replicates)
        )
        return Intervals(lags["conf_low"].to_numpy(), lags["conf_high"].to_numpy(), SLOPE)

    return design


def verdicts(hundreds: int, n_athletes: int, rho: float, replicates: int, slope: float) -> pd.Series:
    """Share of each verdict over nine lags, in percent."""
    rng = generator(MODELS["transfer"], design_no(hundreds, n_athletes, rho))
    said = [
        transfer(*made_up_squad(rng, n_athletes=n_athletes, slope=slope, rho=rho)).verdict for _ in range(replicates)
    ]
    return 100 * pd.Series(said).value_counts(normalize=True)


def goes_with(shares: pd.Series) -> float:
    return float(shares.reindex(["goes with better", "goes with worse"]).sum())


def test_the_interval_of_one_lag_covers():
    measured = coverage(one_lag(12, 0.6), MODELS["transfer"], design_no(COVERED, 12, 0.6), 40)
    assert measured.pct >= 88


def test_unrelated_squads_are_seldom_said_to_transfer():
    assert goes_with(verdicts(NOTHING, 12, 0.3, 6, 0.0)) <= 20


@pytest.mark.full
@pytest.mark.parametrize("n_athletes", NS)
@pytest.mark.parametrize("rho", RHOS)
def test_the_intervals_of_one_lag_cover_in_many_squads(n_athletes, rho, capsys):
    measured = coverage(one_lag(n_athletes, rho), MODELS["transfer"], design_no(COVERED, n_athletes, rho), SQUADS)
    with capsys.disabled():
        print(f"\ntransfer, {n_athletes} athletes, rho {rho:g}: 95 % intervals cover {measured.pct:.1f} %")
    assert measured.pct >= 92


@pytest.mark.full
@pytest.mark.parametrize("n_athletes", NS)
def test_false_alarms_of_the_verdict_stay_below_6_5_percent(n_athletes, capsys):
    false = goes_with(verdicts(NOTHING, n_athletes, 0.6, SQUADS // 2, 0.0))
    true = goes_with(verdicts(LINKED, n_athletes, 0.6, LINKED_SQUADS, SLOPE))
    with capsys.disabled():
        print(f"\ntransfer, {n_athletes} athletes, rho 0.6: said {false:.1f} % of unlinked, {true:.0f} % of linked")
    assert false <= 6.5
