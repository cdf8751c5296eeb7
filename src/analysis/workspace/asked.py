"""What pages of the squad may know of forms: who had one when, and which days were answered; no key and no answer."""

from datetime import timedelta, tzinfo

import pandas as pd

from analysis.base.asking import HOLDS_DAYS

_BARE = {
    "forms": ["athlete_id", "kind", "made_at", "revoked_at"],
    "answers": ["athlete_id", "local_date"],
}
NAMES = tuple(_BARE)  # of the stored tables


def bare(stored: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables without ids, of which keys are made, and without where an answer came from."""
    return {name: stored[name].loc[:, columns].drop_duplicates() for name, columns in _BARE.items()}


def forms_as_of(forms: pd.DataFrame, until: pd.Timestamp, zone: tzinfo) -> pd.DataFrame:
    """The forms that were made by a day: athlete_id (empty for the coach's and the squad's), kind, made_on, holds_to.

    What was revoked later held by then as if it never were, so that the page of a day stays as it is.

    >>> from datetime import timezone
    >>> made = pd.to_datetime(["2026-01-05T22:30Z", "2026-01-20T08:00Z"])
    >>> forms = pd.DataFrame({"athlete_id": "k3vd", "kind": "athlete", "made_at": made, "revoked_at": [made[1], None]})
    >>> told = forms_as_of(forms, pd.Timestamp("2026-01-18"), timezone(timedelta(hours=1)))
    >>> told[["made_on", "holds_to"]].astype("str").values.tolist()
    [['2026-01-05', '2026-02-09']]
    """
    made_on, revoked_on = (_day(forms.loc[:, name], zone) for name in ("made_at", "revoked_at"))
    holds_to = made_on + timedelta(days=HOLDS_DAYS)
    told = forms[["athlete_id", "kind"]].assign(
        made_on=made_on, holds_to=revoked_on.where(revoked_on <= until, holds_to)
    )
    return told.loc[made_on <= until].sort_values(["athlete_id", "made_on"], ignore_index=True)


def _day(moments: pd.Series, zone: tzinfo) -> pd.Series:
    return pd.to_datetime(moments, utc=True).dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
