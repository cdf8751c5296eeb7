"""Figures of fitness-fatigue models: the fit with its band, how well it is pinned down, and its forecasts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures import marks, theme
from analysis.models.fitness_fatigue.banister import FitnessFatigue
from analysis.models.fitness_fatigue.forms import Form
from analysis.models.fitness_fatigue.impulse import FIXED_TAU1_D, FIXED_TAU2_D, influence, influence_days
from analysis.models.fitness_fatigue.kalman import FilteredFitnessFatigue
from analysis.models.fitness_fatigue.skill import NAIVE, ForecastSkill
from analysis.models.fitness_fatigue.uncertainty import Bootstrap, ProfileLikelihood

USUAL_TAU_D = (FIXED_TAU1_D, FIXED_TAU2_D)
_RULE_COLOURS = {"last": theme.VERMILLION, "mean": theme.ORANGE, "trend": theme.PURPLE}


def fitness_fatigue_figure(result: FitnessFatigue | Bootstrap, quantity: str = "Performance") -> go.Figure:
    """Tests as dots and the fitted line through them; with a bootstrap also the band of the line and of a new test."""
    fit = result.fit if isinstance(result, Bootstrap) else result
    shown = theme.figure("Date", f"{quantity} ({fit.unit})")
    days = fit.daily_load_au.index
    if isinstance(result, Bootstrap):
        band, level = result.band(), marks.level(fit.conf_level)
        wide = {"name": f"{level} of new tests", "colour": theme.WIDE_BAND}
        marks.add_band(shown, days, band["test_low"], band["test_high"], **wide)
        marks.add_band(shown, days, band["conf_low"], band["conf_high"], name=f"{level} interval of the line")
    marks.add_line(shown, days, fit.predict(), name="fit, 42 and 7 days" if _is_usual(fit) else "fit")
    _add_tests(shown, fit.tests["day"], fit.tests["value"], fit.unit)
    return theme.add_note(shown, f"{'; '.join(fit.at_bound)}.") if fit.at_bound else shown


def performance_forms_figure(forms: Mapping[str, Form], quantity: str = "Performance") -> go.Figure:
    """Tests as dots and a line for each form of the model; the line of the states has seen each test it passes."""
    first = next(iter(forms.values()))
    shown = theme.figure("Date", f"{quantity} ({first.unit})")
    for name, fit in forms.items():
        line = fit.predict()["estimate"] if isinstance(fit, FilteredFitnessFatigue) else fit.predict()
        shown.add_scatter(x=line.index, y=line, mode="lines", name=name)
    tests = first.augment()
    return _add_tests(shown, tests["day"], tests["value"], first.unit)


def components_figure(fit: FitnessFatigue, quantity: str = "Performance") -> go.Figure:
    """What training adds (fitness) and takes (fatigue) by day, for each input, in the unit of performance."""
    shown = theme.figure("Date", f"Share of {quantity.lower()} ({fit.unit})")
    parts = fit.components().drop(columns="performance")
    for column in parts:
        sign, dash = (-1, "dash") if column.startswith("fatigue") else (1, "solid")
        shown.add_scatter(x=parts.index, y=sign * parts[column], mode="lines", name=column, line_dash=dash)
    return shown


def profile_figure(profile: ProfileLikelihood) -> go.Figure:
    """Sum of squares along each parameter with the threshold of its interval: a bowl is known, a slope is not."""
    units = profile.tidy().set_index("term")["unit"]
    terms = list(units.index)
    shown = make_subplots(rows=len(terms), cols=1, vertical_spacing=0.09)
    shown.update_layout(template=theme.TEMPLATE, height=190 * len(terms), showlegend=False)
    highest = profile.fit.sse + 3 * (profile.threshold_sse - profile.fit.sse)
    for row, term in enumerate(terms, start=1):
        curve = profile.curves[profile.curves["term"] == term]
        near = curve[curve["sse"] <= highest]
        marks.add_line(shown, near["value"], near["sse"], name=term, row=row, col=1)
        marks.add_level(shown, profile.threshold_sse, row=row, col=1)
        shown.update_xaxes(title_text=f"{term} ({units[term]})", row=row, col=1)
        shown.update_yaxes(title_text=f"SSE ({profile.fit.unit}²)", row=row, col=1)
    if profile.identifiable:
        return shown
    return theme.add_note(shown, f"Not identifiable: {'; '.join(profile.reasons)}.")


def forecast_figure(skill: ForecastSkill, quantity: str = "Performance") -> go.Figure:
    """Each test as it was and as it was forecast from those before, by the model and by the naive rules."""
    unit, forecasts = skill.fit.unit, skill.forecasts
    shown = theme.figure("Date", f"{quantity} ({unit})")
    shown.add_scatter(
        x=forecasts["day"],
        y=forecasts["model"],
        mode="lines+markers",
        name=f"model, RMSE {skill.rmse['model']:.3g} {unit}",
        line_color=theme.BLUE,
    )
    for rule, words in NAIVE.items():
        name = f"{words}, RMSE {skill.rmse[rule]:.3g} {unit}"
        marks.add_line(shown, forecasts["day"], forecasts[rule], name=name, colour=_RULE_COLOURS[rule], dash="dot")
    _add_tests(shown, forecasts["day"], forecasts["observed"], unit)
    return theme.add_note(shown, skill.sentence())


def shifts_figure(skill: ForecastSkill) -> go.Figure:
    """Forecast error with the load shifted round, as a histogram, and with the load as it was, as a line."""
    rmse = np.sqrt(skill.shifted_mse)
    shown = theme.figure(f"Forecast RMSE ({skill.fit.unit})", "Shifts (count)")
    shown.add_histogram(x=rmse, name=f"{len(rmse)} shifted loads", marker_color=theme.GRID)
    own, naive = skill.rmse["model"], skill.rmse[skill.best_naive]
    shown.add_vline(own, line_color=theme.BLUE, annotation_text="load as it was")
    return marks.add_level(shown, naive, "best naive", upright=True)


def influence_figure(fit: FitnessFatigue, *, most_d: int = 90) -> go.Figure:
    """What 100 AU do to performance by the days that follow them, one line an input.

    The remark says until when a load costs more than it brings, and when it brings most.
    """
    shown = theme.figure("Days after the load (d)", f"Effect of 100 AU ({fit.unit})")
    days = np.arange(0 if fit.convention == "same_day" else 1, most_d + 1)
    for response in fit.responses:
        effect = 100 * influence(days, response.k1, response.tau1_d, response.k2, response.tau2_d)
        shown.add_scatter(x=days, y=effect, mode="lines", name=response.load)
    marks.add_zero(shown)
    turns = [
        f"{response.load} costs for {turn.t_n_d:.0f} days and brings most after {turn.t_g_d:.0f}"
        for response in fit.responses
        if response.k1 > 0 and response.k2 > 0
        for turn in [influence_days(response.k1, response.tau1_d, response.k2, response.tau2_d)]
    ]
    return theme.add_note(shown, f"{'; '.join(turns)}.".capitalize()) if turns else shown


def _add_tests(shown: go.Figure, days: pd.Series, values: pd.Series, unit: str) -> go.Figure:
    return marks.add_points(shown, days, values, name="tests", colour=theme.TEXT, hover=f"%{{x}}: %{{y:.4g}} {unit}")


def _is_usual(fit: FitnessFatigue) -> bool:
    return fit.fixed_tau and all((response.tau1_d, response.tau2_d) == USUAL_TAU_D for response in fit.responses)
