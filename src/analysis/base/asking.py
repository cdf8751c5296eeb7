"""Who was asked by a form and did not answer: one rule for the command line and for the coach's page."""

import pandas as pd

HOLDS_DAYS = 35  # of a form
ASK_AFTER_DAYS = 3  # on which a form held and nothing was answered


def is_unanswered(forms: pd.DataFrame, answers: pd.DataFrame, athlete_id: str, days: pd.DatetimeIndex) -> bool:
    """Whether an athlete had a form on three of the days at least, and answered it of none of them.

    The day on which a form was made asks nothing yet: it has to reach its athlete first. Who has no form, or had one
    that was over by then, is not asked and misses nothing.

    Parameters
    ----------
    forms : DataFrame
        athlete_id, and made_on and holds_to, the first and the last day of each form.
    answers : DataFrame
        athlete_id and local_date, the day that was answered.
    athlete_id : str
    days : DatetimeIndex
        Those on which something was asked of the athlete, who may have been ill on others.

    Examples
    --------
    >>> made, to = pd.to_datetime(["2026-01-05"]), pd.to_datetime(["2026-02-09"])
    >>> forms = pd.DataFrame({"athlete_id": ["k3vd"], "made_on": made, "holds_to": to})
    >>> answers = pd.DataFrame({"athlete_id": ["k3vd"], "local_date": pd.to_datetime(["2026-01-12"])})
    >>> weeks = [pd.date_range(monday, periods=7) for monday in ("2026-01-05", "2026-01-12", "2026-02-09")]
    >>> [is_unanswered(forms, answers, "k3vd", week) for week in weeks]
    [True, False, False]
    """
    own = forms.loc[forms["athlete_id"] == athlete_id]
    answered = answers.loc[answers["athlete_id"] == athlete_id, "local_date"]
    held = sum(bool(((own["made_on"] < day) & (day <= own["holds_to"])).any()) for day in days)
    return held >= ASK_AFTER_DAYS and not answered.isin(days).any()
