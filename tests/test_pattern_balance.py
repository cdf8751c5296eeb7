"""Balance of training: sets are counted by pattern and side, once each, and what is not known stays so."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.metrics.pattern_balance import PATTERNS, UNNAMED, sets_by_pattern, work_by_side


def sets(rows: list[tuple[str, str | None, str]], **more) -> pd.DataFrame:
    """Working sets of 8 at 20 kg: athlete, pattern and side of each."""
    frame = pd.DataFrame(rows, columns=["athlete_id", "pattern", "side"])
    return frame.assign(exercise="split_squat", set_kind="work", load_kg=20.0, reps=8.0, counted=True).assign(**more)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([*PATTERNS, "carry", None]), st.just("B")), min_size=1)
)
def test_every_working_set_is_counted_once(rows):
    found = sets_by_pattern(sets(rows))
    assert found.to_numpy().sum() == len(rows)
    assert list(found.columns) == [*PATTERNS, UNNAMED]
    assert found[UNNAMED].sum() == sum(pattern is None for _, pattern, _ in rows)


def test_warm_ups_and_copies_are_left_out():
    rows = [("a", "hinge", "B")] * 3
    found = sets_by_pattern(sets(rows, set_kind=["work", "warm_up", "work"], counted=[True, True, False]))
    assert found.loc["a", "hinge"] == 1


def test_sides_are_compared_by_sets_or_by_work():
    frame = sets([("a", "squat", "L"), ("a", "squat", "R")], load_kg=[20.0, 22.0])
    assert work_by_side(frame)["right_pct"].tolist() == [0.0]
    found = work_by_side(frame, measure="volume_load_kg").iloc[0]
    assert (found["left"], found["right"]) == (160.0, 176.0)
    assert round(found["right_pct"], 1) == 9.5


def test_a_side_of_unknown_load_is_not_zero_and_one_not_trained_is():
    unknown = work_by_side(
        sets([("a", "squat", "L"), ("a", "squat", "R")], load_kg=[np.nan, 20.0]), measure="volume_load_kg"
    )
    assert np.isnan(unknown["left"].item())
    assert np.isnan(unknown["right_pct"].item())
    one_side = work_by_side(sets([("a", "squat", "L")]))
    assert one_side[["left", "right", "right_pct"]].values.tolist() == [[1.0, 0.0, -200.0]]


def test_work_of_both_at_once_is_of_no_side():
    assert work_by_side(sets([("a", "hinge", "B")])).empty
