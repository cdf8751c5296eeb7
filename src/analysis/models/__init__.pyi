# What `analysis.models` gives by name, for type checkers and for `lazy_loader`, which reads it.
from .answers import answers_to
from .change import Event, change
from .change.design import Protocol, design, protocols
from .change.told import expected_by_chance
from .checks import check_history
from .estimators.within_athletes import pairs_needed
from .fitness_fatigue.banister import fitness_fatigue
from .fitness_fatigue.dose_response import fit_dose_response
from .fitness_fatigue.forms import compared_forms
from .fitness_fatigue.lift_season import lift_season
from .fitness_fatigue.plan_simulation import best_block, simulate_plan, simulate_weeks
from .fitness_fatigue.skill import forecast_skill, review
from .fitness_fatigue.uncertainty import bootstrap, profile_likelihood
from .form.after_cue import after_cue
from .form.clean_reps import form_history, history_of_rated, rated_repetitions
from .form.cues import cue_sessions, cues_beside_form
from .form.depth_drift import depth_drift
from .form.form_and_day import form_and_day
from .form.form_break import form_break, form_of_squad
from .form.hinge_depth import hinge_depth
from .form.mobility_level import mobility_level
from .form.rated_days import rated_days
from .form.sides import side_difference
from .form.tempo_kept import tempo_kept
from .form.watched import watched_repetitions
from .noise import NO_SQUAD, Published, noise_of_published, noise_of_squad
from .running.critical_speed import critical_power, critical_speed
from .running.durability import durability
from .running.mechanics import mechanics
from .running.pace_at_heart_rate import pace_at_heart_rate
from .running.training_speed import training_speed
from .sprint.force import force_of_best_sprint, force_velocity_profile
from .sprint.in_situ import in_situ_sprint
from .sprint.profile import sprint_profile_gates, sprint_profile_radar
from .sprint.recorded import corrections_of_test, sprint_of_test, sprint_under_radar
from .squad.bland_altman import bland_altman
from .squad.growth import growth
from .squad.reliability import intraclass_correlation, reliability
from .squad.sensitivity import check_sensitivity, side_sensitivity, speed_sensitivity
from .squad.squad_series import SquadSeries, check_series, hinge_series
from .squad.transfer import transfer
from .strength.e1rm import e1rm_of_lift, fused_e1rm
from .strength.e1rm_by_day import e1rm_by_day
from .strength.load_velocity import load_velocity_profile, profile_of_lift
from .strength.load_velocity_mixed import profile_across_sessions, profile_of_sessions
from .strength.load_velocity_squad import profiles_of_lift, profiles_of_squad
from .strength.readiness import readiness, readiness_of_lift
from .strength.reps_of_squad import reps_curves_of_squad, sets_of_tested
from .strength.reps_to_1rm import reps_curve_of_lift, reps_load_curve
from .strength.speed_at_load import speed_at_load
from .strength.swing_check import swing_history
from .strength.velocity_loss import loss_in_sets
from .verdicts import verdicts

__all__ = [
    "NO_SQUAD",
    "Event",
    "Protocol",
    "Published",
    "SquadSeries",
    "after_cue",
    "answers_to",
    "best_block",
    "bland_altman",
    "bootstrap",
    "change",
    "check_history",
    "check_sensitivity",
    "check_series",
    "compared_forms",
    "corrections_of_test",
    "critical_power",
    "critical_speed",
    "cue_sessions",
    "cues_beside_form",
    "depth_drift",
    "design",
    "durability",
    "e1rm_by_day",
    "e1rm_of_lift",
    "expected_by_chance",
    "fit_dose_response",
    "fitness_fatigue",
    "force_of_best_sprint",
    "force_velocity_profile",
    "forecast_skill",
    "form_and_day",
    "form_break",
    "form_history",
    "form_of_squad",
    "fused_e1rm",
    "growth",
    "hinge_depth",
    "hinge_series",
    "history_of_rated",
    "in_situ_sprint",
    "intraclass_correlation",
    "lift_season",
    "load_velocity_profile",
    "loss_in_sets",
    "mechanics",
    "mobility_level",
    "noise_of_published",
    "noise_of_squad",
    "pace_at_heart_rate",
    "pairs_needed",
    "profile_across_sessions",
    "profile_likelihood",
    "profile_of_lift",
    "profile_of_sessions",
    "profiles_of_lift",
    "profiles_of_squad",
    "protocols",
    "rated_days",
    "rated_repetitions",
    "readiness",
    "readiness_of_lift",
    "reliability",
    "reps_curve_of_lift",
    "reps_curves_of_squad",
    "reps_load_curve",
    "review",
    "sets_of_tested",
    "side_difference",
    "side_sensitivity",
    "simulate_plan",
    "simulate_weeks",
    "speed_at_load",
    "speed_sensitivity",
    "sprint_of_test",
    "sprint_profile_gates",
    "sprint_profile_radar",
    "sprint_under_radar",
    "swing_history",
    "tempo_kept",
    "training_speed",
    "transfer",
    "verdicts",
    "watched_repetitions",
]
