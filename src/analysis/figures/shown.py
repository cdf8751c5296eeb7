"""The figure of any result, and how a result shows itself as the last line of a cell."""

from importlib import import_module
from typing import Any

import plotly.graph_objects as go

from analysis.base.errors import UsageProblem
from analysis.models.result import Result

# the result and what draws it, first of all where several do; a result without a line here is drawn as what it inherits
FIGURES = {
    "BestBlock": "plan_simulation.block_figure",
    "Bootstrap": "fitness_fatigue.fitness_fatigue_figure",
    "Change": "change.change_figure",
    "CriticalPower": "critical_speed.critical_power_figure",
    "CriticalSpeed": "critical_speed.critical_speed_figure",
    "DepthDrift": "depth_drift.depth_drift_figure",
    "Design": "design.design_figure",
    "Durability": "durability.durability_figure",
    "FitnessFatigue": "fitness_fatigue.fitness_fatigue_figure",
    "ForceVelocityProfile": "sprint.force_velocity_figure",
    "ForecastSkill": "fitness_fatigue.forecast_figure",
    "FormAgainstExpected": "form_break.form_over_dates_figure",
    "FormAndDay": "form_and_day.form_and_day_figure",
    "FormBreak": "form_break.still_clean_figure",
    "FusedE1rm": "e1rm.e1rm_figure",
    "Growth": "growth.growth_figure",
    "InSituSprint": "in_situ_sprint.in_situ_sprint_figure",
    "LoadVelocityProfile": "load_velocity.load_velocity_figure",
    "LossInSets": "velocity_loss.velocity_loss_figure",
    "MixedProfile": "load_velocity.load_velocity_figure",
    "PlanSimulation": "plan_simulation.fan_figure",
    "ProfileLikelihood": "fitness_fatigue.profile_figure",
    "Readiness": "readiness.readiness_figure",
    "RepsLoadCurve": "reps_to_1rm.reps_load_figure",
    "Sensitivity": "sensitivity.sensitivity_figure",
    "Series": "change.series_figure",
    "SideDifference": "sides.side_difference_figure",
    "SpeedAtLoad": "speed_at_load.speed_over_dates_figure",
    "SprintProfile": "sprint.sprint_profile_figure",
    "SquadRepsCurves": "reps_to_1rm.squad_k_figure",
    "Transfer": "transfer.lags_figure",
}


def figure_of(result: Result, **choices: Any) -> go.Figure:
    """The figure of a result; `choices` are those that its own function takes.

    Raises UsageProblem for a result that none of the figures draws.

    >>> import analysis as aw
    >>> import pandas as pd
    >>> trials = pd.DataFrame({"duration_s": [180.0, 360.0, 720.0], "distance_m": [1004.0, 1830.0, 3440.0]})
    >>> figure_of(aw.models.critical_speed(trials)).layout.yaxis.title.text
    'Distance (m)'
    """
    found = _drawing_of(result)
    if found is None:
        raise UsageProblem(
            f"{type(result).__name__} has no figure. Its numbers are in .tidy() and .glance()"
            f"{', row by row in .augment()' if hasattr(result, 'augment') else ''}; draw one of these."
        )
    module, _, name = found.partition(".")
    return getattr(import_module(f"analysis.figures.{module}"), name)(result, **choices)


def show(result: Result) -> None:
    """Show the table of a result below a cell, and its figure where there is one; in a terminal the table alone."""
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    table = result.tidy()
    display(table if len(table) else result.glance())  # what cannot be told has a reason in place of numbers
    if _drawing_of(result) is not None and isinstance(get_ipython(), ZMQInteractiveShell):
        display(figure_of(result))  # in a terminal plotly would open a browser


def _drawing_of(result: Result) -> str | None:
    """What draws a result, by its class or what that inherits."""
    classes = [each.__name__ for each in type(result).__mro__ if each.__module__.startswith("analysis.models.")]
    return next((FIGURES[name] for name in classes if name in FIGURES), None)
