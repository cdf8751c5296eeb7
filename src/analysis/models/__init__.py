"""From a table to a frozen result, one model a file.

Everything here is loaded when it is first touched. Each answers `tidy()`, `glance()` and, where these mean something,
`augment()`, `predict()` and `plot()`. What a model asks, takes and refuses stands at the top of its module.

Has a level changed?
    `change`, `Event`, `noise_of_squad`, `NO_SQUAD`, `Published`, `noise_of_published`
    `verdicts` (of several series), `expected_by_chance`
    `design` (how soon would a change be seen?), `Protocol`, `protocols`
    `speed_at_load`, `e1rm_by_day`, `check_history`, `answers_to`, `hinge_depth`, `mobility_level`, `tempo_kept`
    `side_difference`, `form_history`, `history_of_rated`, `swing_history`, `pace_at_heart_rate`, `durability`
Strength
    `load_velocity_profile`, `profile_of_lift`, `profile_across_sessions`, `profile_of_sessions`
    `profiles_of_squad`, `profiles_of_lift`
    `fused_e1rm`, `e1rm_of_lift`, `reps_load_curve`, `reps_curve_of_lift`, `reps_curves_of_squad`, `sets_of_tested`
    `loss_in_sets`, `readiness`, `readiness_of_lift`
Running and sprinting
    `critical_speed`, `critical_power`, `training_speed`, `mechanics`
    `sprint_profile_gates`, `sprint_profile_radar`, `force_velocity_profile`, `in_situ_sprint`
    `sprint_of_test`, `corrections_of_test`, `sprint_under_radar`, `force_of_best_sprint` (of what was recorded last)
Form
    `rated_repetitions`, `watched_repetitions`, `form_break`, `form_of_squad`, `depth_drift`
    `rated_days`, `form_and_day`, `after_cue`, `cue_sessions`, `cues_beside_form`
Load and performance
    `fitness_fatigue`, `fit_dose_response`, `profile_likelihood`, `bootstrap`, `forecast_skill`, `review`
    `simulate_plan`, `simulate_weeks`, `best_block`, `lift_season`, `compared_forms`
Squad and method
    `growth`, `transfer`, `SquadSeries`, `hinge_series`, `check_series`, `pairs_needed`
    `reliability`, `intraclass_correlation`, `bland_altman`
    `speed_sensitivity`, `check_sensitivity`, `side_sensitivity`
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
