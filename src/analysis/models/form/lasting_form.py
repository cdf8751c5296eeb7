"""Have one athlete's clean repetitions changed for good: ratings of a squad, put to `change_of_counts`."""

import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.models.change_of_counts import ChangeOfCounts, change_of_counts, hazard_of_squad


def breaks_by_day(rated: pd.DataFrame) -> pd.DataFrame:
    """How many sets broke on each day, and how many repetitions were at risk of it.

    Parameters
    ----------
    rated : DataFrame
        As `models.form.clean_reps.rated_repetitions` returns it, of one lift.

    Returns
    -------
    DataFrame, one row an athlete, rater and day, oldest first: athlete_id, rater (missing where nobody is named),
    local_date, breaks, at_risk. A repetition is at risk if all before it in its set were clean.

    Examples
    --------
    >>> rated = pd.DataFrame({"athlete_id": "a", "rater": "coach", "session_id": "s", "set_no": [1, 1, 1, 2, 2],
    ...     "local_date": pd.Timestamp("2026-01-05"), "is_clean": [True, False, False, True, True]})
    >>> breaks_by_day(rated)[["breaks", "at_risk"]].values.tolist()
    [[1, 4]]
    """
    broken = (~rated["is_clean"].astype(bool)).astype(int)
    earlier = broken.groupby([rated["session_id"], rated["set_no"]]).cumsum() - broken
    at_risk = rated.assign(breaks=broken, at_risk=1)[earlier == 0]
    days = at_risk.groupby(["athlete_id", "rater", "local_date"], dropna=False, as_index=False)
    return days[["breaks", "at_risk"]].sum().sort_values("local_date", kind="stable", ignore_index=True)


def lasting_form(rated: pd.DataFrame, athlete_id: str, until: pd.Timestamp, *, reps: int = 8) -> ChangeOfCounts:
    """Whether one athlete's clean repetitions of `reps` have changed, by the hazard of a break in the whole squad.

    Parameters
    ----------
    rated : DataFrame
        As `breaks_by_day` takes it, of the squad; of the athlete the days of the latest rater count.

    Raises
    ------
    NotEnoughData
        Nobody has rated a repetition of this athlete.
    """
    days = breaks_by_day(rated[rated["local_date"] <= until])
    own = days[days["athlete_id"] == athlete_id]
    if own.empty:
        raise NotEnoughData("No form notes yet. Ask your coach to rate one set a week.")
    rater = own["rater"].fillna("")
    own = own[rater == rater.iloc[-1]]
    squad = hazard_of_squad(days)
    return change_of_counts(own["local_date"], own["breaks"], own["at_risk"], squad=squad, reps=reps, until=until)
