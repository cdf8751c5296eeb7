"""Left and right by the engine: how often a lasting difference is called sure, and one that is none."""

import numpy as np
import pandas as pd
import pytest
from looks import MONDAY
from simulated import MANY, MODELS, ar1, generator
from test_change_simulated import RHOS, at_least, at_most

from analysis.base.config import SideTest
from analysis.base.frames import NOISE_COLUMNS
from analysis.models.form.sides import difference_of_dates, side_quantity
from analysis.models.noise import NO_SQUAD, SquadNoise, noise_of_squad, pooled
from analysis.models.series import Judging

HOP = SideTest(test_id="hop", name="Hop", metric="distance", unit="cm")
SIDE_SD, SIDE_DATES, SIDE_NS = 3.0, 8, (3, 5, 8, 12)
# 0 to 102 and 300 to 332 were those by which the degrees of freedom were chosen
SIDE_DESIGNS = {
    (size, rho, squad, n): 200 + 1000 * (size > 0) + 200 * (squad == 1) + 10 * SIDE_NS.index(n) + RHOS.index(rho)
    for size in (0.0, 4.0)
    for rho in RHOS
    for squad in (1, 12)
    for n in SIDE_NS
}


def sure_pct(size: float, rho: float, n_series: int, squad: int = 12, n: int = SIDE_DATES) -> float:
    """How often a difference of `size` % is called lasting: in one athlete of each squad, the others have none."""
    rng = generator(MODELS["lasting_sides"], SIDE_DESIGNS[size, rho, squad, n])
    values = SIDE_SD * np.array([ar1(rng, squad, n, rho) for _ in range(n_series)])
    values[:, 0] += size
    noise = noise_of_squads(values) if squad > 1 else NO_SQUAD
    day = pd.date_range("2026-01-05", periods=n, freq="28D")
    dates = pd.DataFrame({"local_date": day, "left": 100.0, "right": 100.0, "trial_se_pct": np.nan})
    dates = dates.assign(n_left=1, n_right=1)
    sure = [
        difference_of_dates(
            dates.assign(device=str(place), difference_pct=own), HOP, day[-1], judging=Judging(noise)
        ).is_sure
        for place, own in enumerate(values[:, 0])
    ]
    return 100 * float(np.mean(sure))


def noise_of_squads(values: np.ndarray) -> SquadNoise:
    """As `noise_of_squad` has it of one squad, of many at once: a device a squad, values by squad, athlete and date."""
    of = pooled(values)
    numbers = {name: getattr(of, name) for name in ("df", "rho", "carry_sd", "kurtosis", "own_df")}
    table = pd.DataFrame({"te": of.typical_error, **numbers, "n_athletes": values.shape[1]})
    table = table.assign(quantity=side_quantity(HOP).name, device=[str(place) for place in range(len(values))])
    return SquadNoise(table.assign(source="squad", n_exposures=values[0].size).reindex(columns=NOISE_COLUMNS))


def test_the_noise_of_squads_at_once_is_that_of_each():
    values = np.random.default_rng(1).standard_normal((2, 12, SIDE_DATES))
    one = pd.DataFrame({"athlete_id": np.repeat(np.arange(12), SIDE_DATES), "value": values[1].ravel()})
    one = one.assign(local_date=MONDAY, device="1", quantity=side_quantity(HOP).name)
    numbers = ["te", "df", "rho", "carry_sd", "kurtosis", "own_df", "n_athletes"]
    alone, at_once = noise_of_squad(one).table, noise_of_squads(values).table
    assert alone[numbers].iloc[0].tolist() == pytest.approx(at_once[numbers].iloc[1].tolist())


def test_a_lasting_side_difference_is_called_sure_more_often_than_none():
    assert sure_pct(4.0, 0.3, 60) > 55 > 20 > sure_pct(0.0, 0.3, 60)


@pytest.mark.soak
def test_a_side_difference_of_4_percent_is_sure_in_three_of_four():
    assert at_least(sure_pct(4.0, 0.3, MANY), MANY, 75)
    assert at_most(sure_pct(0.0, 0.3, MANY), MANY, 6)
