"""Silence: days of which nothing at all is known of an athlete, who was not ill or away either.

One rule for mails and for the coach's page, so that who gets no mail any more is who the coach is told to ask.
"""

from typing import Protocol

import pandas as pd

AWAY = ("ill", "travel")  # labels of days of which nothing is expected, and which are not silent
TOLD_FOR_D = 14  # of a silence: so long an athlete gets a line in place of a page, then nothing

_HAPPENED = ("sessions", "wellness", "trials", "cues")


class Known(Protocol):
    """The frames of an athlete in which something happened, with `local_date`."""

    sessions: pd.DataFrame
    wellness: pd.DataFrame
    trials: pd.DataFrame
    cues: pd.DataFrame
    labels: pd.DataFrame
    exclusions: pd.DataFrame  # what was left out by hand was logged all the same


def last_known(athlete: Known, until: pd.Timestamp) -> pd.Timestamp | None:
    """The last day up to `until` of which anything is known; None where nothing ever was.

    A day is known by a session (also one logged as rest or off), an answer, a trial or a cue, by a row of it that was
    left out by hand, and where the athlete was ill or away.

    >>> from types import SimpleNamespace
    >>> nothing = pd.DataFrame({"local_date": pd.to_datetime([])})
    >>> ill = pd.DataFrame({"kind": ["ill"], "first_date": ["2026-01-01"], "last_date": ["2026-01-09"]})
    >>> labels = ill.astype({"first_date": "datetime64[us]", "last_date": "datetime64[us]"})
    >>> frames = dict.fromkeys((*_HAPPENED, "exclusions"), nothing)
    >>> last_known(SimpleNamespace(**frames, labels=labels), pd.Timestamp("2026-01-05")).date().isoformat()
    '2026-01-05'
    """
    frames = (getattr(athlete, name) for name in (*_HAPPENED, "exclusions"))
    away = athlete.labels[athlete.labels["kind"].isin(AWAY)]
    begun = away.loc[away["first_date"] <= until, "last_date"].clip(upper=until)
    known = [days[days <= until].max() for days in (*(frame["local_date"] for frame in frames), begun) if len(days)]
    return max((day for day in known if pd.notna(day)), default=None)


def silent_weeks(athlete: Known, until: pd.Timestamp) -> int | None:
    """For how many whole weeks up to the day `until` nothing is known; None where nothing ever was."""
    last = last_known(athlete, until)
    return None if last is None else (until - last).days // 7
