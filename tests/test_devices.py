"""The table of published errors of devices: what it holds, and that it is a prior which yields to data."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

import devices

from analysis.base.devices import AGAINST, BETWEEN_DAYS, device_errors, errors_of, typical_error_of
from analysis.base.tables import TABLES
from analysis.models.noise import NO_SQUAD, Published, noise_of_squad
from analysis.models.series import ALONE, Quantity, Series, with_comparable

SQUAT = Quantity("back_squat", "m/s", 0.04, measure="mean_velocity_m_s")
PRIOR = SQUAT.published_on("GymAware")
COLUMNS = {name for table in TABLES.values() for name in table.names}


@pytest.mark.parametrize("one", device_errors(), ids=lambda one: f"{one.device} {one.measure} {one.error}")
def test_every_figure_has_a_source_and_what_it_is_against(one):
    assert 0 < one.low <= one.high
    assert one.against in AGAINST
    assert one.task
    assert one.journal
    assert one.authors or one.doi
    assert 1990 < one.year <= 2026
    assert not one.doi or one.doi.startswith("10.")
    assert one.measure in COLUMNS | {"sprint_10m", "sprint_20m", "sprint_time_s", "joint_angle_deg"}


@pytest.mark.parametrize(
    ("written", "measure", "device"),
    [
        ("gymaware rs", "mean_velocity_m_s", "GymAware"),
        ("GymAware FLEX", "mean_velocity_m_s", "GymAware FLEX"),  # the longer name is meant
        ("Enode Pro 2", "mean_velocity_m_s", "Vmaxpro"),
        ("Garmin Fenix 7", "mean_heart_rate_bpm", "Garmin Fenix"),
        ("Garmin Forerunner 255", "distance_m", "GPS watch"),
        ("OpenCap", "hinge_angle_deg", "markerless video"),
        ("Brower", "sprint_20m", "timing gates"),
    ],
)
def test_a_device_is_found_by_the_names_that_files_give_it(written, measure, device):
    assert {one.device for one in errors_of(written, measure)} == {device}


@pytest.mark.parametrize("written", ["", "aggregates", "my own encoder", "metrical"])
def test_a_part_of_a_word_is_no_device(written):
    assert errors_of(written) == ()


def test_only_errors_between_days_in_the_unit_stand_for_the_noise_of_a_series():
    stand = {one for one in device_errors() if one.typical_error is not None}
    assert stand
    assert {one.against for one in stand} == {BETWEEN_DAYS}
    assert typical_error_of("OpenCap", "hinge_angle_deg", "deg") is None  # off by the same each time
    assert typical_error_of("PUSH", "mean_velocity_m_s", "m/s") is None  # against a reference only
    assert typical_error_of("GymAware", "mean_velocity_m_s", "%") is None
    assert PRIOR.typical_error == pytest.approx(np.sqrt(0.03 * 0.08))


def test_a_stated_error_goes_before_the_table():
    stated = Published(0.02, 8, "our own test")
    assert (
        Quantity("back_squat", "m/s", 0.04, published=stated, measure=SQUAT.measure).published_on("GymAware") == stated
    )


@pytest.mark.soak
def test_the_table_decides_with_no_value_and_yields_with_many():
    """The own errors are twice the published one: noise goes from that to these as values come in."""
    true = 2 * PRIOR.typical_error
    rng = np.random.default_rng(17)
    seen = {}
    for n in (0, 4, 10, 40, 200):
        alone = [
            NO_SQUAD.of("back_squat", "GymAware", rng.normal(0.6, true, n), published=PRIOR).typical_error
            for _ in range(60)
        ]
        seen[n] = float(np.sqrt(np.mean(np.square(alone))))
    assert seen[0] == pytest.approx(PRIOR.typical_error)
    assert seen[0] < seen[4] < seen[10] < seen[40]
    assert seen[4] < 0.8 * true
    assert seen[200] == pytest.approx(true, rel=0.03)


def test_the_noise_that_a_squad_measured_outweighs_the_table():
    true = 2 * PRIOR.typical_error
    rng = np.random.default_rng(18)
    rows = [
        {"athlete_id": athlete, "quantity": "back_squat", "device": device, "local_date": day, "value": value}
        for athlete in "abcdef"
        for device in ("GymAware", "an encoder")
        for day, value in zip(pd.date_range("2026-01-05", periods=20), rng.normal(0.6, true, 20), strict=True)
    ]
    exposures = pd.DataFrame(rows)
    published = {("back_squat", "GymAware"): PRIOR}
    table = noise_of_squad(exposures, published=published).table.set_index("device")
    own = noise_of_squad(exposures).table.set_index("device")
    assert table.loc["GymAware", "te"] == pytest.approx(own.loc["GymAware", "te"], rel=0.05)
    assert table.loc["GymAware", "source"] == f"squad of 6 and {PRIOR.source}"
    assert table.loc["an encoder", "te"] == own.loc["an encoder", "te"]  # the figure is of the other device


def test_the_page_of_devices_is_that_of_the_table():
    """`python docs/devices.py` writes it."""
    assert devices.PAGE.read_text(encoding="utf-8") == devices.page()


def test_a_series_of_few_values_is_judged_by_the_error_of_its_device():
    def noise_on(device: str, n: int):
        values = np.random.default_rng(n).normal(0.6, 0.05, n)
        days = pd.date_range("2026-01-05", periods=n, freq="7D")
        exposures = with_comparable(pd.DataFrame({"local_date": days, "value": values, "device": device}))
        return Series(exposures=exposures, until=days[-1], judging=ALONE, quantity=SQUAT).change.noise

    assert noise_on("GymAware", 2).source == PRIOR.source
    assert noise_on("GymAware", 12).source == f"{PRIOR.source} and own values"
    assert noise_on("an encoder", 12).source == "own values"
    assert not noise_on("an encoder", 2).known
