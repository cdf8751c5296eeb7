"""The forms of the fitness-fatigue model beside each other: how close each comes to the tests, with what parameters.

More parameters follow the tests more closely whatever these are; whether load foresees a test is asked in `skill`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.models.fitness_fatigue.banister import FitnessFatigue, fitness_fatigue
from analysis.models.fitness_fatigue.dose_response import DoseResponse, fit_dose_response
from analysis.models.fitness_fatigue.kalman import FilteredFitnessFatigue, StateParameters, fit_states

Form = FitnessFatigue | DoseResponse | FilteredFitnessFatigue


def fitted_forms(daily_load_au: pd.Series, tests: pd.Series, *, unit: str) -> dict[str, Form]:
    """Banister's model with given and with free time constants, the variable dose-response and the filtered states.

    A load counts from the day after. Days without a known load are held; the states cannot hold and take them for rest.
    Parameters and errors as for `banister.fitness_fatigue` and `kalman.fit_states`, which needs 10 tests.
    """
    how = {"unit": unit, "convention": "next_day", "missing": "hold"}
    given = fitness_fatigue(daily_load_au, tests, **how)
    return {
        "42 and 7 days": given,
        "free time constants": fitness_fatigue(daily_load_au, tests, tau_d=None, **how),
        "variable dose": fit_dose_response(daily_load_au, tests, **how),
        "filtered states": fit_states(daily_load_au.fillna(0.0), tests, _near(given), unit=unit),
    }


def compared_forms(forms: Mapping[str, Form]) -> pd.DataFrame:
    """One row a form: form, parameters, n, rmse (in the unit of the tests), remark.

    `rmse` is about the line fitted to these very tests; that of the states is about what they expect of a test before
    they see it. `remark` says what stopped at a bound, or why there is no band.
    """
    return pd.DataFrame([{"form": name, **_summed_up(fit)} for name, fit in forms.items()])


def _summed_up(fit: Form) -> dict[str, object]:
    n = len(fit.augment())
    if isinstance(fit, FilteredFitnessFatigue):
        resid = (fit.states["value"] - fit.expected).dropna()
        n_parameters, remark = len(fit.standard_errors), fit.remark
    else:
        resid, n_parameters, remark = fit.augment()[".resid"], n - fit.df, "; ".join(fit.at_bound)
    return {"parameters": n_parameters, "n": n, "rmse": float(np.sqrt((resid**2).mean())), "remark": remark}


def _near(fit: FitnessFatigue) -> StateParameters:
    """Where the search for the states begins: the fit with given time constants, and some noise."""
    (response,) = fit.responses
    load_au = fit.daily_load_au.iloc[:, 0]
    least = fit.tests["value"].std() / load_au.sum()  # a gain of 0 has no logarithm
    step_sd = 0.1 * float(load_au.mean())
    return StateParameters(
        fit.p0,
        max(response.k1, least),
        max(response.k2, least),
        response.tau1_d,
        response.tau2_d,
        test_sd=float(np.sqrt(fit.sse / fit.df)),
        g_sd=step_sd,
        h_sd=step_sd,
    )
