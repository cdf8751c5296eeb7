"""A sprint profile from gates, which has the estimates of scipy's general curve fit of the same equation."""

from collections.abc import Iterator

import numpy as np
from figure import Figure, in_ms, seconds
from scipy import optimize, special

from analysis.models.sprint.profile import SprintProfile, sprint_profile_gates

GATES_M = np.array([5.0, 10.0, 15.0, 20.0, 30.0, 40.0])
TIMES_S = np.array([1.32, 2.07, 2.76, 3.40, 4.67, 5.91])
START = (8.0, 8.0)
FITS = 200  # a round


def time_s(distance_m: np.ndarray, mss_m_s: float, mac_m_s2: float) -> np.ndarray:
    tau_s = mss_m_s / mac_m_s2
    beyond = distance_m / (mss_m_s * tau_s) + 1
    return tau_s * (beyond + special.lambertw(-np.exp(-beyond)).real)


def by_curve_fit() -> tuple[np.ndarray, np.ndarray]:
    return optimize.curve_fit(time_s, GATES_M, TIMES_S, START)


def ours() -> SprintProfile:
    return sprint_profile_gates(GATES_M, TIMES_S)


def figures() -> Iterator[Figure]:
    profile, (parameters, covariance) = ours(), by_curve_fit()
    np.testing.assert_allclose([profile.mss_m_s, profile.mac_m_s2], parameters, rtol=1e-6)
    np.testing.assert_allclose(profile.fit.covariance, covariance, rtol=1e-6)
    fast, whole = seconds(lambda: [ours() for _ in range(FITS)], lambda: profile.tidy(), rounds=9)
    yield in_ms("sprint profile from six gates", [taken / FITS for taken in fast])
    yield in_ms("profile-likelihood intervals of MSS, MAC, tau and Pmax", whole)
