"""From a result to a plotly figure.

Everything here is loaded when it is first touched.

Any result
    `compare` (results over each other or side by side, by name)
    `figure_of` (what `result.plot()` draws)
Levels and series
    `change_figure`, `speed_over_dates_figure`, `side_difference_figure`, `form_over_dates_figure`, `durability_figure`
    `mobility_figure`, `tempo_figure`, `cues_figure`, `cues_shown`
    `design_figure` (how soon a change is found), `felt_facts`, `bar_speed_fact`
Strength
    `load_velocity_figure`, `e1rm_figure`, `reps_load_figure`, `squad_k_figure`, `velocity_loss_figure`
    `readiness_figure`
Running and sprinting
    `critical_speed_figure`, `critical_power_figure`, `critical_forms_figure`
    `best_efforts_figure`, `sprint_profile_figure`
    `force_velocity_figure`, `in_situ_sprint_figure`
Form
    `still_clean_figure`, `squad_form_figure`, `depth_drift_figure`, `form_and_day_figure`
Load and performance
    `load_balance_figure`, `two_loads_figure`, `weekly_volume_figure`, `weekly_distance_figure`
    `fitness_fatigue_figure`, `components_figure`, `influence_figure`, `profile_figure`, `forecast_figure`
    `performance_forms_figure`, `shifts_figure`, `fan_figure`, `block_figure`
Squad and method
    `growth_figure`, `slopes_figure`, `lags_figure`, `weeks_figure`, `sensitivity_figure`
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
