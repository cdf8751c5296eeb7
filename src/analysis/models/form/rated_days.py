"""The rated days of one athlete beside what is known of them: what `models.form.form_and_day` takes."""

import pandas as pd

from analysis.models.form.clean_reps import FormHistory

ANSWERS = ("sleep", "soreness")


def rated_days(form: FormHistory, sets: pd.DataFrame, wellness: pd.DataFrame) -> pd.DataFrame:
    """Clean repetitions by day of the newest rater, beside sleep, soreness and the rest between sets of that day.

    Parameters
    ----------
    form : as `models.form.clean_reps.form_history` gives it.
    sets : table sets with local_date and counted, for the rest.
    wellness : table wellness: the answers to an item, of the form or device that asked most often.

    Returns
    -------
    DataFrame, one row a rated day: local_date, exercise, clean_reps, load_kg, rater, sleep and soreness (as answered),
    rest_s (the middle rest between working sets of the lift); NaN where not known.
    """
    own = form.exposures[form.exposures["comparable"]]
    days = own.rename(columns={"value": "clean_reps", "device": "rater"})[
        ["local_date", "clean_reps", "load_kg", "rater"]
    ]
    known = {item: _answers(wellness, item) for item in ANSWERS} | {"rest_s": _rest_s(sets, form.exercise)}
    for column, by_day in known.items():
        days[column] = days["local_date"].map(by_day).astype(float)
    days.insert(1, "exercise", form.exercise)
    return days.reset_index(drop=True)


def _answers(wellness: pd.DataFrame, item: str) -> pd.Series:
    """The answers to one item by day, of the form or device that asked most often."""
    own = wellness[(wellness["item"] == item) & wellness["value"].notna()]
    if own.empty:
        return pd.Series(dtype=float)
    source = own["source"].value_counts().index[0]
    return own[own["source"] == source].groupby("local_date")["value"].mean()


def _rest_s(sets: pd.DataFrame, exercise: str) -> pd.Series:
    """The middle rest between working sets of a lift by day."""
    is_working = sets["counted"] & (sets["set_kind"] != "warm_up") & (sets["exercise"] == exercise)
    return sets[is_working].dropna(subset=["rest_s"]).groupby("local_date")["rest_s"].median()
