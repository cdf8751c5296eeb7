"""Flags against chance: counts, what is left after a flag, and how flags behave where nothing changes."""

import itertools

import numpy as np
import pandas as pd
import pytest

from analysis.base.decisions import TypicalError, judge
from analysis.base.errors import NotEnoughData
from analysis.models.squad.flag_audit import flag_audit

PUBLISHED = TypicalError.published(0.03, 4, "made up")


def looks_of(values: np.ndarray, *, athlete="Alder", measure="lift", first=8) -> pd.DataFrame:
    """Every look at one series from its `first`-th value on, as a weekly page would judge it."""
    changes = [
        judge(values[max(0, at - 8) : at], values[at], unit="m/s", swc=0.04, published=PUBLISHED)
        for at in range(first, len(values))
    ]
    following = [*(later.now - now.reference for now, later in itertools.pairwise(changes)), np.nan]
    return pd.DataFrame(
        {
            "athlete": athlete,
            "week_end": pd.date_range("2026-01-11", periods=len(changes), freq="7D"),
            "kind": "speed",
            "measure": measure,
            "flagged": [change.flagged for change in changes],
            "null_probability": [change.null_probability for change in changes],
            "change_in_mdc": [change.estimate / change.mdc for change in changes],
            "next_in_mdc": np.array(following) / [change.mdc for change in changes],
        }
    )


def flat_block(rng: np.random.Generator, n_series: int = 24, n_looks: int = 12) -> pd.DataFrame:
    """12 athletes with 2 lifts in which nothing changes."""
    return pd.concat(
        looks_of(0.7 + rng.normal(0, 0.03, 8 + n_looks), athlete=f"a{number // 2}", measure=f"lift {number % 2}")
        for number in range(n_series)
    )


def test_found_and_expected_are_counted_by_kind_and_in_all():
    looks = looks_of(np.append(np.tile([0.70, 0.72], 8), 0.95))
    both = flag_audit(pd.concat([looks, looks.assign(kind="check", measure="20 m", flagged=False)]))
    by_kind = both.by_kind.set_index("kind")
    assert by_kind.loc["speed", "n_flagged"] == 1
    assert by_kind.loc["check", "n_flagged"] == 0
    assert by_kind.loc["all", ["n_looks", "n_flagged"]].tolist() == [18, 1]
    assert by_kind.loc["all", "expected"] == pytest.approx(0.9)
    assert by_kind.loc["speed", "probability"] == pytest.approx(1 - 0.95**9)
    assert both.tidy().set_index("term").loc["share flagged, speed", "estimate"] == pytest.approx(1 / 9)


def test_a_lasting_change_stays_after_its_flag():
    steps = np.append(np.tile([0.70, 0.72], 8), [0.95, 0.95, 0.95])
    after = flag_audit(looks_of(steps)).follow_up
    assert after.n >= 1
    assert after.after == pytest.approx(after.at_flag, rel=0.05)


def test_a_single_outlier_is_followed_by_nothing():
    after = flag_audit(looks_of(np.append(np.tile([0.70, 0.72], 8), [0.95, 0.71]))).follow_up
    assert (after.n, round(after.after, 2)) == (1, 0.0)
    assert np.isnan(after.interval.low)


def test_two_flags_in_a_row_are_one_persistent_series():
    steps = np.append(np.tile([0.70, 0.72], 8), [0.95, 0.97])
    assert flag_audit(looks_of(steps)).n_persistent == 1
    assert flag_audit(looks_of(np.append(steps[:-1], 0.71))).n_persistent == 0


def test_nothing_judged_is_no_audit():
    with pytest.raises(NotEnoughData, match="Nothing was judged"):
        flag_audit(looks_of(np.full(8, 0.7)).iloc[:0])


def test_where_nothing_changes_no_more_is_flagged_than_expected():
    """A short form of the simulation on the model card: 8 blocks instead of 500."""
    rng = np.random.default_rng(np.random.SeedSequence([2005, 1]))
    audits = [flag_audit(flat_block(rng)) for _ in range(8)]
    flagged = np.array([audit.glance()["n_flagged"].item() for audit in audits])
    n_looks, expected = audits[0].glance()[["n_looks", "expected"]].iloc[0]
    assert (n_looks, expected) == (288, pytest.approx(14.4))
    assert flagged.mean() / n_looks <= 0.06
    left = pd.concat(audit.looks for audit in audits)
    after = flag_audit(left).follow_up
    assert abs(after.after) < 0.25 * after.at_flag  # regression to the mean: nearly nothing is left


@pytest.mark.full
def test_flags_on_no_change_are_as_many_as_the_card_says():
    rng = np.random.default_rng(np.random.SeedSequence([2005, 2]))
    flagged = np.array([flag_audit(flat_block(rng)).looks["flagged"].sum() for _ in range(500)])
    assert flagged.mean() / 288 == pytest.approx(0.039, abs=0.004)
    assert flagged.std(ddof=1) / np.sqrt(288 * 0.05 * 0.95) == pytest.approx(0.8, abs=0.1)
