"""Force, velocity and power of a sprint: the same curve, seen by the force that the athlete brings to the ground.

Model card
----------
Question: which horizontal force does the athlete push with at the start, and up to which velocity could she still push?
Data: a fitted sprint profile (`models.sprint.profile`), body mass (kg), height (m), and the weather if known.
Formula: F(v) = m (MAC - v / tau) + k v^2 in N, k the air resistance at 1 m/s. F0 = m MAC; V0 (m/s) is where F reaches
0; Pmax = F0 V0 / 4 in W.
Estimator: none of its own, MSS and MAC are those of the sprint profile.
Interval: t with the degrees of freedom of the profile, by the delta method from the covariance of MSS and MAC; mass,
height and weather are taken as known. Not simulated.
Refuses: a mass or a height that is not above 0, or one so small that the air alone would stop the athlete.
Criticism: this is the profile of MSS and MAC in other units, with no measurement of force in it; an F0 that grows with
body mass alone is not more strength. A start that was not corrected biases F0 as it biases MAC.

References
----------
Samozino et al. 2016, Scand J Med Sci Sports 26:648-658; Arsac & Locatelli 2002, J Appl Physiol 92:1781-1788 (air
resistance).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem
from analysis.metrics.running import best_sprint, newest_body_mass_kg
from analysis.models.result import Result, glance_row, tidy_table
from analysis.models.sprint.profile import SprintProfile, sprint_profile_gates

# Arsac & Locatelli 2002, J Appl Physiol 92:1781-1788: share of the body's surface that meets the air, drag coefficient
FRONTAL_SHARE = 0.266
DRAG_COEFFICIENT = 0.9
SEA_LEVEL_TORR = 760.0
DENSITY_KG_M3 = 1.293  # of air at 0 degrees and 760 Torr
ZERO_CELSIUS_K = 273.0


@dataclass(frozen=True, eq=False)
class ForceVelocityProfile(Result):
    """Horizontal force against velocity. Made by `force_velocity_profile`."""

    f0_n: float  # at the first push
    v0_m_s: float  # at which the propulsive force has fallen to 0
    f0_se_n: float
    v0_se_m_s: float
    pmax_w: float
    pmax_se_w: float
    body_mass_kg: float
    drag_n_s2_m2: float  # air resistance is this times velocity squared
    profile: SprintProfile

    @property
    def slope_n_s_m_kg(self) -> float:
        """Fall of force per kg of body mass with each m/s, - F0 / V0 / mass."""
        return -self.f0_n / self.v0_m_s / self.body_mass_kg

    def predict(self, velocity_m_s) -> np.ndarray:
        """Horizontal force in N at a velocity: mass times acceleration, plus air resistance."""
        velocity = np.asarray(velocity_m_s, dtype=float)
        acceleration = self.profile.mac_m_s2 - velocity / self.profile.tau_s
        return self.body_mass_kg * acceleration + self.drag_n_s2_m2 * velocity**2

    def tidy(self) -> pd.DataFrame:
        """F0, V0 and Pmax, in all and per kg, with t intervals from the errors of MSS and MAC (delta method)."""
        mass = self.body_mass_kg
        terms = (
            ("F0", "N", self.f0_n, self.f0_se_n),
            ("F0 per kg", "N/kg", self.f0_n / mass, self.f0_se_n / mass),
            ("V0", "m/s", self.v0_m_s, self.v0_se_m_s),
            ("Pmax", "W", self.pmax_w, self.pmax_se_w),
            ("Pmax per kg", "W/kg", self.pmax_w / mass, self.pmax_se_w / mass),
        )
        return tidy_table(terms, self.profile.conf_level, df=self.profile.fit.df)

    def glance(self) -> pd.DataFrame:
        """One row: body_mass_kg, drag_n_s2_m2, slope_n_s_m_kg, and source and correction of the sprint profile."""
        return glance_row(
            body_mass_kg=self.body_mass_kg,
            drag_n_s2_m2=self.drag_n_s2_m2,
            slope_n_s_m_kg=self.slope_n_s_m_kg,
            source=self.profile.source,
            correction=self.profile.correction,
        )


def drag_n_s2_m2(
    *, body_mass_kg: float, height_m: float, air_temperature_c: float = 25.0, pressure_torr: float = SEA_LEVEL_TORR
) -> float:
    """Air resistance of a runner at 1 m/s in still air, in N; at v m/s it is v squared times as much.

    Half the density of the air times the frontal area times the drag coefficient; the frontal area is a share of the
    body's surface after Du Bois.

    References
    ----------
    Arsac & Locatelli 2002, J Appl Physiol 92:1781-1788; Du Bois & Du Bois 1916, Arch Intern Med 17:863-871.

    Examples
    --------
    >>> round(drag_n_s2_m2(body_mass_kg=75, height_m=1.75), 4)
    0.2699
    """
    if not (body_mass_kg > 0 and height_m > 0):
        raise DataProblem(
            f"A body mass of {body_mass_kg:g} kg with a height of {height_m:g} m is not a person's. Correct them."
        )
    warmth = ZERO_CELSIUS_K / (ZERO_CELSIUS_K + air_temperature_c)
    density_kg_m3 = DENSITY_KG_M3 * pressure_torr / SEA_LEVEL_TORR * warmth
    surface_m2 = 0.2025 * height_m**0.725 * body_mass_kg**0.425
    return 0.5 * density_kg_m3 * FRONTAL_SHARE * surface_m2 * DRAG_COEFFICIENT


def force_velocity_profile(
    profile: SprintProfile,
    *,
    body_mass_kg: float,
    height_m: float,
    air_temperature_c: float = 25.0,
    pressure_torr: float = SEA_LEVEL_TORR,
) -> ForceVelocityProfile:
    """Which force does the athlete push with at the start, and up to which velocity could she still push?

    Parameters
    ----------
    profile : SprintProfile
        Of gates or of a radar; a start that was not corrected biases F0 as it biases MAC.
    body_mass_kg, height_m : float
        Of the athlete on that day, in the clothes of the sprint.

    Raises
    ------
    DataProblem : a mass or height of 0 or less, or one so small that the air alone would stop the athlete.

    Examples
    --------
    >>> profile = sprint_profile_gates([5, 10, 20, 30], [1.35, 2.12, 3.44, 4.69])
    >>> forces = force_velocity_profile(profile, body_mass_kg=70, height_m=1.75)
    >>> round(forces.f0_n), round(forces.v0_m_s, 2), round(forces.pmax_w)
    (567, 8.37, 1186)
    """
    drag = drag_n_s2_m2(
        body_mass_kg=body_mass_kg, height_m=height_m, air_temperature_c=air_temperature_c, pressure_torr=pressure_torr
    )
    mss, mac = profile.mss_m_s, profile.mac_m_s2
    bend = drag / body_mass_kg * mss / mac  # k tau / m
    left = 1 - 4 * bend * mss
    if left <= 0:
        raise DataProblem(
            f"With {body_mass_kg:g} kg and {height_m:g} m the air would stop this athlete. Check them and the times."
        )
    v0 = (1 - np.sqrt(left)) / (2 * bend)
    # V - k tau V^2 / m = MSS, differentiated; tau itself changes by 1 / MAC and - MSS / MAC^2
    steep = 1 - 2 * bend * v0
    v0_slopes = np.array([1 + bend * v0**2 / mss, -bend * v0**2 / mac]) / steep
    f0_slopes = np.array([0.0, body_mass_kg])
    pmax_slopes = (body_mass_kg * mac * v0_slopes + v0 * f0_slopes) / 4
    covariance = profile.fit.covariance[:2, :2]
    f0_se, v0_se, pmax_se = (
        float(np.sqrt(slopes @ covariance @ slopes)) for slopes in (f0_slopes, v0_slopes, pmax_slopes)
    )
    return ForceVelocityProfile(
        f0_n=body_mass_kg * mac,
        v0_m_s=float(v0),
        f0_se_n=f0_se,
        v0_se_m_s=v0_se,
        pmax_w=float(body_mass_kg * mac * v0 / 4),
        pmax_se_w=pmax_se,
        body_mass_kg=body_mass_kg,
        drag_n_s2_m2=drag,
        profile=profile,
    )


def force_of_best_sprint(
    splits: pd.DataFrame, trials: pd.DataFrame, test_id: str, *, height_m: float
) -> ForceVelocityProfile:
    """The forces of the fastest sprint of a test's newest day past its gates, with the body mass weighed last.

    Parameters
    ----------
    splits : as `metrics.running.best_sprint` takes them.
    trials : as `metrics.running.newest_body_mass_kg` takes them.

    Raises
    ------
    NotEnoughData : no whole sprint of that test, or no body mass that may be shown.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05")
    >>> splits = pd.DataFrame({"session_id": "a", "trial_no": 1, "split_no": [1, 2, 3, 4], "test_id": "sprint_30m",
    ...     "local_date": day, "distance_m": [5.0, 5, 10, 10], "time_s": [1.35, 0.77, 1.32, 1.25]})
    >>> trials = pd.DataFrame({"test_id": ["body_mass"], "local_date": [day], "value": [70.0], "unit": ["kg"]})
    >>> round(force_of_best_sprint(splits, trials, "sprint_30m", height_m=1.75).f0_n)
    567
    """
    gates = best_sprint(splits, test_id)
    profile = sprint_profile_gates(gates["distance_m"], gates["time_s"])
    return force_velocity_profile(profile, body_mass_kg=newest_body_mass_kg(trials), height_m=height_m)
