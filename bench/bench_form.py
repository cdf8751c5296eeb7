"""When form changes in a squad, against a plain logistic regression, and the lost speed of a season of sets."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import statsmodels.api as sm

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from figure import Figure, in_ms, ratio, seconds
from made_up_sets import rated_sets

from analysis.models.form.form_break import form_break
from analysis.models.form.watched import watched_repetitions
from analysis.models.strength.velocity_loss import loss_in_sets


def figures() -> Iterator[Figure]:
    watched = watched_repetitions(rated_sets(24, 26, rng=np.random.default_rng(1)))
    at_risk = watched[watched["at_risk"]].dropna(subset=["velocity_loss_pct"])
    design = sm.add_constant(at_risk[["rep_no", "velocity_loss_pct"]])
    season = rated_sets(1, 100, rng=np.random.default_rng(2)).assign(side="B", set_kind="work", device="encoder")

    def plain() -> object:
        return sm.GLM(at_risk["broke"], design, family=sm.families.Binomial()).fit()

    def squad() -> object:
        return form_break(watched, cluster="athlete_id")

    def losses() -> object:
        return loss_in_sets(season)

    squad_s, plain_s, losses_s = seconds(squad, plain, losses)
    yield in_ms(f"form break, 24 athletes, {len(at_risk)} repetitions", squad_s)
    yield ratio("plain logistic regressions in the time of one form break", "GLM, no clusters", squad_s, plain_s)
    yield in_ms(f"lost speed, {len(season) // 8} sets of 8", losses_s)
