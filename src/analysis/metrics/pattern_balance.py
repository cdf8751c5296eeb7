"""Balance of training: working sets by movement pattern, and the work of the left side against the right. Counted."""

from typing import Literal

import numpy as np
import pandas as pd

PATTERNS = ("hinge", "squat", "push", "pull", "other")
UNNAMED = "not known"

_COUNTED_AS = {"carry": "other"}


def sets_by_pattern(sets: pd.DataFrame) -> pd.DataFrame:
    """Working sets of each movement pattern, an athlete a row.

    Warm-up sets and second records of a set are left out. A carry counts as other; an exercise that is not in the
    catalogue has no known pattern and a column of its own.

    Parameters
    ----------
    sets : DataFrame with athlete_id, set_kind, pattern, and counted where a set can be recorded twice.

    Returns
    -------
    DataFrame of int, index athlete_id in order of appearance, columns hinge, squat, push, pull, other, not known.

    Examples
    --------
    >>> sets = pd.DataFrame({"athlete_id": "a", "set_kind": ["work", "work", "warm_up", "work"],
    ...                      "pattern": ["hinge", "squat", "hinge", None]})
    >>> sets_by_pattern(sets).loc["a"].tolist()
    [1, 1, 0, 0, 0, 1]
    """
    rows = _working(sets)
    pattern = rows["pattern"].astype(object).replace(_COUNTED_AS)
    pattern = pattern.where(pattern.isin(PATTERNS) | pattern.isna(), "other").fillna(UNNAMED)
    counts = pd.crosstab(rows["athlete_id"], pattern).reindex(columns=[*PATTERNS, UNNAMED], fill_value=0)
    return counts.reindex(rows["athlete_id"].unique()).rename_axis(columns=None)


def work_by_side(sets: pd.DataFrame, *, measure: Literal["sets", "volume_load_kg"] = "sets") -> pd.DataFrame:
    """Work of the left side and of the right in sets that were done with one of them, an athlete and exercise a row.

    Parameters
    ----------
    sets : DataFrame with athlete_id, exercise, side, set_kind, load_kg, reps, and counted where there are copies.
    measure : working sets, or load times repetitions.

    Returns
    -------
    DataFrame: athlete_id, exercise, left, right (0 where that side did nothing; NaN where nothing of it is known),
    right_pct (right more than left in percent of their mean; NaN where one of them is not known, or both are 0).

    Examples
    --------
    >>> sets = pd.DataFrame({"athlete_id": "a", "exercise": "split_squat", "side": ["L", "L", "R"], "set_kind": "work",
    ...                      "load_kg": 20.0, "reps": 8})
    >>> work_by_side(sets)[["left", "right", "right_pct"]].round(1).values.tolist()
    [[2.0, 1.0, -66.7]]
    """
    rows = _working(sets)
    rows = rows[rows["side"].isin(["L", "R"])]
    moved = rows["load_kg"].where(rows["load_kg"] >= 0) * rows["reps"]
    of_sides = rows.assign(value=moved if measure == "volume_load_kg" else 1.0).groupby(
        ["athlete_id", "exercise", "side"], sort=False
    )
    lifts = of_sides.size().index.droplevel("side").unique()
    sums = of_sides["value"].sum(min_count=1)
    sides = pd.DataFrame(index=lifts)
    for side, name in (("L", "left"), ("R", "right")):
        own = sums[sums.index.get_level_values("side") == side].droplevel("side")
        sides[name] = own.reindex(lifts).where(lifts.isin(own.index), 0.0).astype(float)
    middle = (sides["left"] + sides["right"]) / 2
    right_pct = 100 * (sides["right"] - sides["left"]) / middle.where(middle > 0, np.nan)
    return sides.assign(right_pct=right_pct).reset_index()


def _working(sets: pd.DataFrame) -> pd.DataFrame:
    rows = sets[sets["counted"]] if "counted" in sets else sets
    return rows[rows["set_kind"] != "warm_up"]
