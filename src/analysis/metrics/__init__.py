"""From a table to numbers; nothing is estimated.

Everything here is loaded when it is first touched. Loads are kg, all else is SI.

Load of days and weeks
    `daily_load_au`, `srpe_load_au`, `volume_load`, `volume_by_side`, `time_under_tension`, `weekly_load`
    `load_balance` (fitness, fatigue and form), `acwr_coupled`, `acwr_uncoupled`, `ewma_acwr`, `monotony`, `strain_au`
    `week_over_week_pct`, `ramp_pct`
Lifting
    `bar_speeds` (every repetition with its set), `set_speeds`, `sets_of_lift`, `work_sets`, `e1rm_from_reps`
    `speeds_of_lift` (by the newest device), `speed_kept`
    `sets_by_pattern`, `work_by_side`, `tempo_compliance`, `tempo_summary`
Running and sprinting
    `recorded_runs`, `distance_by_week`, `run_load`, `HeartRates`, `best_efforts`, `pace_s_per_km`
    `speed_at_heart_rate`
    `latest_time_trials`, `latest_power_trials`, `best_sprint`, `recorded_sprint` (what the models take)
Days and screens
    `wellness_week`, `wellness_day`, `day_states`, `plan_status`, `mobility` (a module), `asymmetry_indices`
Weeks
    `week_of` (the first day of the week of each date)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
