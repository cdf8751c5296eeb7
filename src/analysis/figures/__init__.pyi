# What `analysis.figures` gives by name, for type checkers and for `lazy_loader`, which reads it.
from .best_efforts import best_efforts_figure
from .change import change_figure
from .compare import compare
from .critical_speed import critical_forms_figure, critical_power_figure, critical_speed_figure
from .cues import cues_figure, cues_shown
from .depth_drift import depth_drift_figure
from .design import design_figure
from .durability import durability_figure
from .e1rm import e1rm_figure
from .fitness_fatigue import (
    components_figure,
    fitness_fatigue_figure,
    forecast_figure,
    influence_figure,
    performance_forms_figure,
    profile_figure,
    shifts_figure,
)
from .form_and_day import form_and_day_figure
from .form_break import form_over_dates_figure, squad_form_figure, still_clean_figure
from .growth import growth_figure, slopes_figure
from .in_situ_sprint import in_situ_sprint_figure
from .load import load_balance_figure, two_loads_figure, weekly_distance_figure, weekly_volume_figure
from .load_velocity import load_velocity_figure
from .mobility import mobility_figure
from .plan_simulation import block_figure, fan_figure
from .readiness import bar_speed_fact, felt_facts, readiness_figure
from .reps_to_1rm import reps_load_figure, squad_k_figure
from .sensitivity import sensitivity_figure
from .shown import figure_of
from .sides import side_difference_figure
from .speed_at_load import speed_over_dates_figure
from .sprint import force_velocity_figure, sprint_profile_figure
from .tempo import tempo_figure
from .transfer import lags_figure, weeks_figure
from .velocity_loss import velocity_loss_figure

__all__ = [
    "bar_speed_fact",
    "best_efforts_figure",
    "block_figure",
    "change_figure",
    "compare",
    "components_figure",
    "critical_forms_figure",
    "critical_power_figure",
    "critical_speed_figure",
    "cues_figure",
    "cues_shown",
    "depth_drift_figure",
    "design_figure",
    "durability_figure",
    "e1rm_figure",
    "fan_figure",
    "felt_facts",
    "figure_of",
    "fitness_fatigue_figure",
    "force_velocity_figure",
    "forecast_figure",
    "form_and_day_figure",
    "form_over_dates_figure",
    "growth_figure",
    "in_situ_sprint_figure",
    "influence_figure",
    "lags_figure",
    "load_balance_figure",
    "load_velocity_figure",
    "mobility_figure",
    "performance_forms_figure",
    "profile_figure",
    "readiness_figure",
    "reps_load_figure",
    "sensitivity_figure",
    "shifts_figure",
    "side_difference_figure",
    "slopes_figure",
    "speed_over_dates_figure",
    "sprint_profile_figure",
    "squad_form_figure",
    "squad_k_figure",
    "still_clean_figure",
    "tempo_figure",
    "two_loads_figure",
    "velocity_loss_figure",
    "weekly_distance_figure",
    "weekly_volume_figure",
    "weeks_figure",
]
