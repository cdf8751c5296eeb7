"""Rated repetitions as the model of the form break looks at them: clean so far or not, load, and speed lost before."""

from collections.abc import Mapping

import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData

_SET_KEY = ["session_id", "set_no"]


def watched_repetitions(rated: pd.DataFrame, reference_kg: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Rated repetitions with what the model of the form break looks at.

    Parameters
    ----------
    rated : as `models.form.clean_reps.rated_repetitions` returns it, of one lift.
    reference_kg : mapping from athlete_id to the load that is 100 %, as her anchor load or 1RM.

    Returns
    -------
    DataFrame: `rated` with at_risk (bool: clean up to this repetition), broke (1 where form first changed, else 0),
    load_pct (NaN without a reference), velocity_loss_pct (speed lost from the first repetition to the one before;
    0 at the first; NaN where one of them was not measured).

    Raises
    ------
    NotEnoughData : nothing was rated.
    DataProblem : several lifts, a reference that is not above 0, or a set of which the first repetition is not there.

    Examples
    --------
    >>> rated = pd.DataFrame({"athlete_id": "t3st", "session_id": "a", "set_no": 1, "rep_no": [1, 2, 3, 4],
    ...     "exercise": "deadlift", "load_kg": 80.0, "is_clean": [True, True, False, True],
    ...     "mean_velocity_m_s": [0.50, 0.45, 0.40, 0.45]})
    >>> watched = watched_repetitions(rated, {"t3st": 100.0})
    >>> watched[["at_risk", "broke", "velocity_loss_pct"]].round(6).values.tolist()[1:3]
    [[True, 0, 0.0], [True, 1, 10.0]]
    """
    _check_rated(rated)
    by_set = rated.sort_values([*_SET_KEY, "rep_no"]).groupby(_SET_KEY, sort=False)
    clean_before = by_set["is_clean"].cummin().groupby([rated[key] for key in _SET_KEY]).shift(1, fill_value=True)
    speed_before = by_set["mean_velocity_m_s"].shift(1)
    lost_pct = 100 * (1 - speed_before / by_set["mean_velocity_m_s"].transform(lambda speeds: speeds.iloc[0]))
    load_pct = 100 * rated["load_kg"] / rated["athlete_id"].map(_checked_reference(reference_kg)).astype("float64")
    return rated.assign(
        at_risk=clean_before,
        broke=(clean_before & ~rated["is_clean"]).astype("int64"),
        load_pct=load_pct,
        velocity_loss_pct=lost_pct.mask(rated["rep_no"] == 1, 0.0),
    )


def _check_rated(rated: pd.DataFrame) -> None:
    if rated.empty:
        raise NotEnoughData("No repetition was rated for form. Rate one set a week.")
    lifts = sorted(rated["exercise"].unique())
    if len(lifts) > 1:
        raise DataProblem(f"Form of {len(lifts)} lifts is not one question: {', '.join(lifts)}. Choose one of them.")
    first = rated.groupby(_SET_KEY)["rep_no"].min()
    if (first > 1).any():
        session_id, set_no = first[first > 1].index[0]
        raise DataProblem(
            f"Set {set_no} of session {session_id} is rated from repetition {first.max()} on. "
            "Rate sets from the first repetition, or leave that one out."
        )


def _checked_reference(reference_kg: Mapping[str, float] | None) -> dict[str, float]:
    wrong = {name: kg for name, kg in (reference_kg or {}).items() if not kg > 0}
    if wrong:
        name, kg = next(iter(wrong.items()))
        raise DataProblem(
            f"The reference load of {name!r} is {kg:g} kg. Give a load above 0, or leave the athlete out."
        )
    return dict(reference_kg or {})
