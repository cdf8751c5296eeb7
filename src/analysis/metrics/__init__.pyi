# What `analysis.metrics` gives by name, for type checkers and for `lazy_loader`, which reads it.
from . import mobility
from .adherence import day_states, plan_status
from .asymmetry import asymmetry_indices
from .best_efforts import best_efforts
from .load import (
    daily_load_au,
    ramp_pct,
    srpe_load_au,
    time_under_tension,
    volume_by_side,
    volume_load,
    week_over_week_pct,
    weekly_load,
)
from .load_balance import acwr_coupled, acwr_uncoupled, ewma_acwr, load_balance, monotony, strain_au
from .pattern_balance import sets_by_pattern, work_by_side
from .run_load import HeartRates, run_load
from .running import (
    best_sprint,
    distance_by_week,
    latest_power_trials,
    latest_time_trials,
    pace_s_per_km,
    recorded_runs,
    recorded_sprint,
    speed_at_heart_rate,
    week_of,
)
from .strength import bar_speeds, e1rm_from_reps, set_speeds, sets_of_lift, speed_kept, speeds_of_lift, work_sets
from .tempo import tempo_compliance, tempo_summary
from .wellness import wellness_day, wellness_week

__all__ = [
    "HeartRates",
    "acwr_coupled",
    "acwr_uncoupled",
    "asymmetry_indices",
    "bar_speeds",
    "best_efforts",
    "best_sprint",
    "daily_load_au",
    "day_states",
    "distance_by_week",
    "e1rm_from_reps",
    "ewma_acwr",
    "latest_power_trials",
    "latest_time_trials",
    "load_balance",
    "mobility",
    "monotony",
    "pace_s_per_km",
    "plan_status",
    "ramp_pct",
    "recorded_runs",
    "recorded_sprint",
    "run_load",
    "set_speeds",
    "sets_by_pattern",
    "sets_of_lift",
    "speed_at_heart_rate",
    "speed_kept",
    "speeds_of_lift",
    "srpe_load_au",
    "strain_au",
    "tempo_compliance",
    "tempo_summary",
    "time_under_tension",
    "volume_by_side",
    "volume_load",
    "week_of",
    "week_over_week_pct",
    "weekly_load",
    "wellness_day",
    "wellness_week",
    "work_by_side",
    "work_sets",
]
