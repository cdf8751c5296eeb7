"""Form under fatigue: how many repetitions stay clean before form changes, and how deep the hinge goes.

Model card
----------
Question: does the athlete do more or fewer clean repetitions before form changes than in the sessions before?
Data: rated repetitions of one lift; a repetition that nobody rated is not a clean one.
Formula: a set counts its rated repetitions before the first flagged one, a session the mean of its sets. Change = mean
of the last 3 sessions - mean of the 3 before, rated by the same person, in repetitions.
Estimator: the rule of `analysis.base.decisions`, with the athlete's own error between sessions, from up to 8 sessions
before the last 3, never below the rounding to whole repetitions. The smallest worthwhile change is one repetition.
Interval: t with the degrees of freedom of that error, 90 % unless told; false flags are those of the rule. Not
simulated for ratings apart.
Refuses: no rated repetition. "Cannot tell" with fewer than 3 sessions before by the same rater, or when the latest is
more than 21 days old.
Criticism: a set without a flag might have stayed clean for longer; it is marked (`n_censored`) and counts what was
seen, so that short sets hide progress. Load and planned repetitions are not taken into account:
`models.form.form_break` does that. Ratings are a person's, who is not blind to the load.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.decisions import Change
from analysis.base.errors import NotEnoughData
from analysis.models import old_series as series

SESSIONS_COMPARED = 3  # the last ones against as many before
STALE_AFTER_DAYS = 21
SWC_REPS = 1.0  # one whole repetition
RESOLUTION_REPS = 1.0

_SET_KEY = ["session_id", "set_no"]


@dataclass(frozen=True, eq=False)
class FormHistory(series.JudgedSeries):
    """Clean repetitions of one lift by session, the last 3 sessions judged against the 3 before."""

    exercise: str
    sets: pd.DataFrame  # session_id, local_date, set_no, load_kg, n_rated, clean_reps, censored, clean (tuple of bool)
    exposures: pd.DataFrame  # local_date, device (rater), value (clean reps), n_sets, n_censored, load_kg, comparable
    hinge_angles: pd.DataFrame  # local_date, hinge_angle_deg, n_reps
    change: Change

    @property
    def recent(self) -> pd.DataFrame:
        """The exposures that are judged."""
        return self.exposures[self.exposures["comparable"]].tail(SESSIONS_COMPARED)

    @property
    def before(self) -> pd.DataFrame:
        """The exposures they are judged against."""
        return self.exposures[self.exposures["comparable"]].iloc[: -len(self.recent)].tail(SESSIONS_COMPARED)

    @property
    def n_censored(self) -> int:
        """Judged sets in which form held to the last repetition: their true count is this many or more."""
        return int(self.recent["n_censored"].sum())


def form_history(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    until: pd.Timestamp,
    *,
    exercise: str | None = None,
    conf_level: float = 0.90,
) -> FormHistory:
    """Clean repetitions before form changed, by session, the last 3 sessions against the 3 before.

    Parameters
    ----------
    sets : DataFrame
        Table sets with local_date. An exercise that is not in the catalogue goes by its raw name.
    reps : DataFrame
        Table reps; `form_flags` is missing where nobody rated, empty where the repetition was clean.
    until : Timestamp
        Last day that is known.
    exercise : str, optional
        Canonical name; the one rated most recently if not given (of several, the one rated most often).
    conf_level : float
        Of the t interval of the change.

    Returns
    -------
    FormHistory
        A set counts the rated repetitions before the first flagged one; where none is flagged it counts them all and
        is marked censored, since form might have held for longer. A session's value is the mean of its sets. Sessions
        of another rater than the latest stay in the frame and are not compared. The error is the athlete's own
        between sessions, from up to 8 sessions before the last 3, and never below the rounding to whole repetitions.
        The smallest worthwhile change is one repetition.

    Raises
    ------
    NotEnoughData
        No repetition has been rated.

    Examples
    --------
    >>> key = {"session_id": "a", "set_no": 1}
    >>> sets = pd.DataFrame([key | {"local_date": pd.Timestamp("2026-01-05"), "exercise": "deadlift",
    ...                             "exercise_raw": "Deadlift", "load_kg": 60.0}])
    >>> reps = pd.DataFrame({**key, "rep_no": [1, 2, 3, 4], "form_flags": ["", "", "flexion", ""], "rater": "coach",
    ...                      "hinge_angle_deg": [88.0, 89.0, 93.0, 92.0]})
    >>> form_history(sets, reps, pd.Timestamp("2026-01-11")).exposures["value"].tolist()
    [2.0]
    """
    rated = rated_repetitions(sets, reps, until)
    if exercise is not None:
        rated = rated[rated["exercise"] == exercise]
    if rated.empty:
        raise NotEnoughData("No form notes yet. Ask your coach to rate one set a week.")
    exercise = exercise or _latest_exercise(rated)
    rated = rated[rated["exercise"] == exercise]
    by_set = _by_set(rated)
    exposures = series.with_comparable(_by_session(by_set))
    n_comparable = int(exposures["comparable"].sum())
    change = series.latest_change(
        exposures,
        until=until,
        stale_after_days=STALE_AFTER_DAYS,
        n_new=min(SESSIONS_COMPARED, n_comparable),
        n_reference=SESSIONS_COMPARED,
        resolution=RESOLUTION_REPS,
        unit="reps",
        swc=SWC_REPS,
        conf_level=conf_level,
    )
    return FormHistory(exercise, by_set, exposures, _hinge_angles(rated), change)


def rated_repetitions(sets: pd.DataFrame, reps: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Every repetition that was rated, with its set: in order of date, session, set and repetition.

    Parameters
    ----------
    sets, reps, until : as `form_history` takes them; of one athlete or of many.

    Returns
    -------
    DataFrame: athlete_id, session_id, set_no, rep_no, local_date, exercise, load_kg, is_clean (bool),
    break_kind (the first word of the break, missing where the repetition was clean),
    mean_velocity_m_s, hinge_angle_deg, rater. What was not recorded is missing.

    Examples
    --------
    >>> key = {"session_id": "a", "set_no": 1}
    >>> sets = pd.DataFrame([key | {"local_date": pd.Timestamp("2026-01-05"), "exercise": None,
    ...                             "exercise_raw": "Deadlift", "load_kg": 60.0}])
    >>> reps = pd.DataFrame({**key, "rep_no": [1, 2, 3], "form_flags": ["", "shift", None], "rater": "coach"})
    >>> rated_repetitions(sets, reps, pd.Timestamp("2026-01-11"))["break_kind"].tolist()
    [nan, 'shift']
    """
    columns = ["athlete_id", *_SET_KEY, "rep_no", "form_flags", "mean_velocity_m_s", "hinge_angle_deg", "rater"]
    rated = reps.reindex(columns=columns)[reps["form_flags"].notna()]
    breaks = rated.pop("form_flags").astype("str")
    rated["is_clean"] = breaks == ""
    rated["break_kind"] = breaks.str.split(" ").str[0].mask(rated["is_clean"])
    named = sets.assign(exercise=sets["exercise"].fillna(sets["exercise_raw"]))  # not in the catalogue: its raw name
    of_the_set = named.loc[named["local_date"] <= until, [*_SET_KEY, "local_date", "exercise", "load_kg"]]
    joined = rated.merge(of_the_set, on=_SET_KEY, how="inner", validate="m:1")
    return joined.sort_values(["local_date", *_SET_KEY, "rep_no"], ignore_index=True)


def _latest_exercise(rated: pd.DataFrame) -> str:
    latest = rated[rated["local_date"] == rated["local_date"].max()]
    often = rated["exercise"].value_counts()
    return max(latest["exercise"].unique(), key=often.__getitem__)


def _by_set(rated: pd.DataFrame) -> pd.DataFrame:
    """One row a rated set, in whose order they come: the repetitions before the first flagged one."""
    starts = np.flatnonzero(~rated.duplicated(_SET_KEY))
    clean = [tuple(of_set.tolist()) for of_set in np.split(rated["is_clean"].to_numpy(), starts[1:])]
    place = np.repeat(np.arange(len(starts)), [len(of_set) for of_set in clean])
    by_set = rated[["local_date", *_SET_KEY, "load_kg"]].iloc[starts].reset_index(drop=True)
    return by_set.assign(
        rater=rated["rater"].groupby(place).first(),
        n_rated=[len(of_set) for of_set in clean],
        clean_reps=[(*of_set, False).index(False) for of_set in clean],
        censored=[all(of_set) for of_set in clean],
        clean=clean,
    )


def _by_session(by_set: pd.DataFrame) -> pd.DataFrame:
    sets = by_set.groupby(["local_date", "session_id", "rater"], dropna=False, sort=False)
    means = sets[["clean_reps", "load_kg"]].mean()
    by_session = {
        "value": means["clean_reps"],
        "n_sets": sets.size(),
        "n_censored": sets["censored"].sum(),
        "load_kg": means["load_kg"],
    }
    return pd.DataFrame(by_session).reset_index().rename(columns={"rater": "device"})


def _hinge_angles(rated: pd.DataFrame) -> pd.DataFrame:
    """Mean hinge angle of each session's rated repetitions; sessions without an angle are absent."""
    known = rated.dropna(subset=["hinge_angle_deg"])
    by_session = known.groupby(["local_date", "session_id"], sort=False)["hinge_angle_deg"]
    return by_session.agg(hinge_angle_deg="mean", n_reps="size").reset_index()
