"""Form breaks of made-up sets: how often the intervals of their terms hold what is true.

A set's break is drawn from the hazard itself, by a number between 0 and 1 that sets of one cluster share in part (a
Gaussian copula with correlation rho), so that the model is true over all clusters whatever rho is.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import norm
from simulated import DESIGNS, LONG, MODELS, NS, RHOS, Intervals, counted, generator, printed

from analysis.base.errors import NotEnoughData
from analysis.models.form import form_break
from analysis.models.form.form_break import BESIDE

pytestmark = pytest.mark.soak

N_REPS = 8
SHORT = 40
DRAWS = {6: LONG, 12: 500, 24: 500}  # of the card
TRUE = {
    "squad": {"constant": -8.5, "rep_no": 0.5, "load_pct": 0.06, "velocity_loss_pct": 0.04, "recent": 0.0},
    "alone": {"constant": -4.0, "rep_no": 0.5, "load_pct": 0.0, "velocity_loss_pct": 0.0, "recent": 0.7},
}
TERMS = {"squad": ("rep_no", "load_pct", "velocity_loss_pct"), "alone": ("rep_no", "recent")}
SETS = {"squad": 8, "alone": 3}  # of a cluster, which is an athlete or a session
DESIGN = {"squad": "none", "alone": "gain"}


def made_up(rng: np.random.Generator, way: str, n_clusters: int, rho: float) -> pd.DataFrame:
    """Watched repetitions as `watched_repetitions` gives them; the second half of the sessions of one is recent."""
    shape = (n_clusters, SETS[way], N_REPS)
    lost = np.cumsum(rng.normal(1.0, 1.5, shape), axis=2)
    lost[:, :, 0] = 0
    terms = {
        "rep_no": np.arange(1, N_REPS + 1),
        "load_pct": rng.uniform(60, 90, shape[:2])[..., None],
        "velocity_loss_pct": lost,
        "recent": (np.arange(n_clusters) >= n_clusters / 2)[:, None, None] & (way == "alone"),
    }
    hazard = expit(TRUE[way]["constant"] + sum(TRUE[way][term] * values for term, values in terms.items()))
    of_cluster, of_set = rng.standard_normal((n_clusters, 1)), rng.standard_normal(shape[:2])
    luck = norm.cdf(np.sqrt(rho) * of_cluster + np.sqrt(1 - rho) * of_set)[..., None]
    broken = 1 - np.cumprod(1 - hazard, axis=2) >= luck
    before = np.concatenate([np.zeros((*shape[:2], 1), bool), broken[..., :-1]], axis=2)
    cluster, set_no, _ = (grid.ravel() for grid in np.indices(shape))
    frame = pd.DataFrame({term: np.broadcast_to(values, shape).ravel() for term, values in terms.items()})
    frame = frame.assign(athlete_id="one" if way == "alone" else cluster, session_id=cluster, set_no=set_no)
    frame = frame.assign(at_risk=~before.ravel(), broke=(broken & ~before).ravel().astype("int64"))
    return frame.astype({"recent": "int64"}) if way == "alone" else frame.drop(columns="recent")


@cache
def intervals(way: str, n: int, rho: float, replicates: int) -> dict[str, Intervals]:
    """The interval of every term in each of the replicates; NaN where the model refused."""
    rng = generator(MODELS["form_break"], DESIGNS[DESIGN[way], n, rho])
    bounds = np.full((replicates, len(TERMS[way]), 2), np.nan)
    for number in range(replicates):
        sets = made_up(rng, way, n, rho)
        try:
            told = form_break.form_break(
                sets, cluster="session_id" if way == "alone" else "athlete_id", beside=() if way == "alone" else BESIDE
            ).tidy()
        except NotEnoughData:
            continue
        bounds[number] = told.set_index("term").reindex(TERMS[way])[["conf_low", "conf_high"]]
    return {
        term: Intervals(bounds[:, place, 0], bounds[:, place, 1], TRUE[way][term])
        for place, term in enumerate(TERMS[way])
    }


@pytest.mark.parametrize(("way", "n"), [("squad", 12), ("alone", 24)])
def test_the_terms_of_a_form_break_are_covered_in_some_draws(way, n):
    """Within three standard errors of what the card prints."""
    card = printed(form_break, n, 0.3)
    for term, of_term in intervals(way, n, 0.3, SHORT).items():
        assert counted(of_term).pct == pytest.approx(card[f"{way}: {term}"], abs=300 * np.sqrt(0.05 * 0.95 / SHORT))


@pytest.mark.full
@pytest.mark.parametrize("n", NS)
@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("way", TERMS)
def test_the_terms_of_a_form_break_are_covered_as_the_card_says(way, n, rho):
    card = printed(form_break, n, rho)
    for term, of_term in intervals(way, n, rho, DRAWS[n]).items():
        assert counted(of_term).pct == pytest.approx(card[f"{way}: {term}"], abs=0.1)
