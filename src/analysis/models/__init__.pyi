# What `analysis.models` gives by name, for type checkers and for `lazy_loader`, which reads it.
from .answers import answers_to
from .change import Event, change
from .change.design import design
from .checks import check_history
from .fitness_fatigue.banister import fitness_fatigue
from .fitness_fatigue.dose_response import fit_dose_response
from .fitness_fatigue.plan_simulation import best_block, simulate_plan
from .fitness_fatigue.skill import forecast_skill, review
from .fitness_fatigue.uncertainty import bootstrap, profile_likelihood
from .form.after_cue import after_cue
from .form.clean_reps import form_history
from .form.depth_drift import depth_drift
from .form.form_and_day import form_and_day
from .form.form_break import form_break
from .form.hinge_depth import hinge_depth
from .form.mobility_level import mobility_level
from .form.sides import side_difference
from .form.tempo_kept import tempo_kept
from .form.watched import watched_repetitions
from .noise import NO_SQUAD, noise_of_squad
from .running.critical_speed import critical_power, critical_speed
from .running.durability import durability
from .running.mechanics import mechanics
from .running.pace_at_heart_rate import pace_at_heart_rate
from .running.training_speed import training_speed
from .sprint.force import force_velocity_profile
from .sprint.in_situ import in_situ_sprint
from .sprint.profile import sprint_profile_gates, sprint_profile_radar
from .squad.bland_altman import bland_altman
from .squad.growth import growth
from .squad.reliability import intraclass_correlation, reliability
from .squad.sensitivity import check_sensitivity, side_sensitivity, speed_sensitivity
from .squad.transfer import transfer
from .strength.e1rm import e1rm_of_lift, fused_e1rm
from .strength.e1rm_by_day import e1rm_by_day
from .strength.load_velocity import load_velocity_profile, profile_of_lift
from .strength.load_velocity_mixed import profile_across_sessions
from .strength.load_velocity_squad import profiles_of_lift, profiles_of_squad
from .strength.readiness import readiness
from .strength.reps_of_squad import reps_curves_of_squad
from .strength.reps_to_1rm import reps_curve_of_lift, reps_load_curve
from .strength.speed_at_load import speed_at_load
from .strength.velocity_loss import loss_in_sets

__all__ = [
    "NO_SQUAD",
    "Event",
    "after_cue",
    "answers_to",
    "best_block",
    "bland_altman",
    "bootstrap",
    "change",
    "check_history",
    "check_sensitivity",
    "critical_power",
    "critical_speed",
    "depth_drift",
    "design",
    "durability",
    "e1rm_by_day",
    "e1rm_of_lift",
    "fit_dose_response",
    "fitness_fatigue",
    "force_velocity_profile",
    "forecast_skill",
    "form_and_day",
    "form_break",
    "form_history",
    "fused_e1rm",
    "growth",
    "hinge_depth",
    "in_situ_sprint",
    "intraclass_correlation",
    "load_velocity_profile",
    "loss_in_sets",
    "mechanics",
    "mobility_level",
    "noise_of_squad",
    "pace_at_heart_rate",
    "profile_across_sessions",
    "profile_likelihood",
    "profile_of_lift",
    "profiles_of_lift",
    "profiles_of_squad",
    "readiness",
    "reliability",
    "reps_curve_of_lift",
    "reps_curves_of_squad",
    "reps_load_curve",
    "review",
    "side_difference",
    "side_sensitivity",
    "simulate_plan",
    "speed_at_load",
    "speed_sensitivity",
    "sprint_profile_gates",
    "sprint_profile_radar",
    "tempo_kept",
    "training_speed",
    "transfer",
    "watched_repetitions",
]
