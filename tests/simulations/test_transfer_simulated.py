"""Made-up squads of 26 weeks: how often transfer is said where there is none, is found where there is, and covers."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from simulated import LONG, MODELS, NS, RHOS, SHORT, Intervals, coverage, generator
from squads_in_weeks import made_up_squad

from analysis.models.transfer import transfer

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
    measured = coverage(one_lag(12, 0.6), MODELS["transfer"], design_no(COVERED, 12, 0.6), SHORT // 3)
    assert measured.pct >= 88


def test_unrelated_squads_are_seldom_said_to_transfer():
    assert goes_with(verdicts(NOTHING, 12, 0.3, 20, 0.0)) <= 10


@pytest.mark.soak
@pytest.mark.parametrize("n_athletes", NS)
@pytest.mark.parametrize("rho", RHOS)
def test_the_intervals_cover_and_false_alarms_stay_below_6_5_percent(n_athletes, rho, capsys):
    covered = coverage(one_lag(n_athletes, rho), MODELS["transfer"], design_no(COVERED, n_athletes, rho), LONG)
    false = verdicts(NOTHING, n_athletes, rho, LONG // 4, 0.0)
    true = verdicts(LINKED, n_athletes, rho, LONG // 10, SLOPE)
    with capsys.disabled():
        print(f"\n| {n_athletes} | {rho:g} | {covered.pct:.1f} | {goes_with(false):.1f} | {goes_with(true):.0f} |")
    assert 92 <= covered.pct
    assert goes_with(false) <= 6.5
