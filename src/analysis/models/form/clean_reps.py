"""Clean repetitions: for how many of a set does form hold, has that changed for good, and which break ends it?

Model card
----------
Question: does the athlete do more or fewer clean repetitions before form changes than before, and since when?
Data: rated repetitions of one lift; a repetition that nobody rated is not a clean one. A set is watched up to its first
flagged repetition, whose first flag is the kind of break (flexion, valgus, shift).
Model: a repetition breaks with a hazard that rises within the set; a level is told as the clean repetitions expected.
Estimator: `models.form.change_of_counts` on the days of the latest rater, of as many planned repetitions as
the middle set has rated ones, by the hazard of the squad (`models.form.hazard`) where there is one. Of each kind of
break the same, as if sets that another kind ended were watched no longer.
Interval: that of the change of counts, whose card says how many unchanged athletes are named.
Refuses: no rated repetition. "Cannot tell" with fewer than 6 days by that rater, or the last more than 28 days ago.
Criticism: a set without a flag might have stayed clean for longer; it is marked (`n_censored`). Load and lost speed are
not taken into account: `models.form.form_break` does that. Of two flags of one repetition the second is not counted.

References
----------
Worsley 1983, Biometrika 70:455-464 (change point of a binomial sequence).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.models import series
from analysis.models.form.change_of_counts import SWC_REPS, ChangeOfCounts, change_of_counts
from analysis.models.form.hazard import broke_by, hazard_in, quantity_of_kind

DAYS_SHOWN = 6
NOTHING_RATED = "No form notes yet. Ask your coach to rate one set a week."

_SET_KEY = ["session_id", "set_no"]


@dataclass(frozen=True)
class SetBreak:
    """One rated set: the repetition at which form first changed and how, both None where it held to the last one."""

    local_date: pd.Timestamp
    exercise: str
    set_no: int
    load_kg: float  # NaN where not known
    n_reps: int  # rated
    rep_no: int | None
    kind: str | None  # of `base.words.BREAKS`


@dataclass(frozen=True, eq=False, kw_only=True)
class FormHistory(series.Followed):
    """Clean repetitions of one lift by day and rater, and what they say of how long form holds.

    `exposures` has local_date, device (rater), session_id (the first of the day), value (clean repetitions, mean of the
    sets), n_sets, n_censored, load_kg, at_risk (of each set, a tuple: its repetitions that were clean up to them),
    kinds (of the break of each set, a tuple: None without one) and comparable.
    """

    exercise: str
    sets: pd.DataFrame  # session_id, local_date, set_no, load_kg, rater, n_rated, clean_reps, kind, censored, clean

    @property
    def quantity(self) -> series.Quantity:
        """What is counted."""
        return series.Quantity(name=f"{self.exercise}.clean_reps", unit="reps", swc=SWC_REPS)

    @property
    def reps(self) -> int:
        """Repetitions of a set that are planned, by the middle one of the sets that the latest rater rated."""
        rater = self.sets["rater"].fillna("")
        return int(self.sets.loc[rater == rater.iloc[-1], "n_rated"].median() + 0.5)

    def at(self, day: pd.Timestamp) -> Self:
        """The ratings as a page of that day saw them, by the hazards of today."""
        return replace(super().at(day), sets=self.sets[self.sets["local_date"] <= day])

    @cached_property
    def change(self) -> ChangeOfCounts:
        """Whether form holds for more or fewer repetitions, whatever breaks it."""
        return self._change_of(None)

    @cached_property
    def by_kind(self) -> dict[str, ChangeOfCounts]:
        """The same of each kind of break that happened, the most frequent first."""
        newest = self.exposures.loc[self.exposures["comparable"], "kinds"]
        return {str(kind): self._change_of(str(kind)) for kind in newest.explode().value_counts().index}

    @property
    def recent(self) -> pd.DataFrame:
        """The last comparable days, for a page to draw."""
        return self.exposures[self.exposures["comparable"]].tail(DAYS_SHOWN)

    @property
    def n_censored(self) -> int:
        """Sets of these days in which form held to the last repetition: their true count is this many or more."""
        return int(self.recent["n_censored"].sum())

    def _change_of(self, kind: str | None) -> ChangeOfCounts:
        days = self._one_a_day
        return change_of_counts(
            days["local_date"],
            broke_by(days["kinds"], kind),
            days["at_risk"],
            squad=hazard_in(self.judging.noise, quantity_of_kind(self.quantity.name, kind)),
            reps=self.reps,
            until=self.until,
            events=self._events,
            conf_level=self.judging.conf_level,
        )


def form_history(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    until: pd.Timestamp,
    *,
    exercise: str | None = None,
    judging: series.Judging = series.ALONE,
) -> FormHistory:
    """Clean repetitions before form changed, by day, and what they say of how long form holds.

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
    judging : Judging
        The noise of the squad, with its hazards, and what is known of days.

    Returns
    -------
    FormHistory
        A set counts the rated repetitions before the first flagged one; where none is flagged it counts them all and
        is marked censored, since form might have held for longer. Days of another rater than the latest stay in the
        frame and are not compared.

    Raises
    ------
    NotEnoughData
        No repetition has been rated.

    Examples
    --------
    >>> key = {"session_id": "a", "set_no": 1}
    >>> sets = pd.DataFrame([key | {"local_date": pd.Timestamp("2026-01-05"), "exercise": "deadlift",
    ...                             "exercise_raw": "Deadlift", "load_kg": 60.0}])
    >>> reps = pd.DataFrame({**key, "rep_no": [1, 2, 3, 4], "form_flags": ["", "", "flexion", ""], "rater": "coach"})
    >>> history = form_history(sets, reps, pd.Timestamp("2026-01-11"))
    >>> history.exposures[["value", "at_risk", "kinds"]].values.tolist(), history.reps
    ([[2.0, (3,), ('flexion',)]], 4)
    """
    rated = rated_repetitions(sets, reps, until)
    return history_of_rated(rated if exercise is None else rated[rated["exercise"] == exercise], until, judging=judging)


def history_of_rated(
    rated: pd.DataFrame, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> FormHistory:
    """`form_history` of rated repetitions of one athlete that are joined already, of the lift rated most recently.

    Parameters
    ----------
    rated : DataFrame
        As `rated_repetitions` returns it, in its order. The other arguments are those of `form_history`.

    Raises
    ------
    NotEnoughData
        No repetition has been rated.

    Examples
    --------
    >>> rated = pd.DataFrame({"session_id": "s", "set_no": 1, "rep_no": [1, 2], "exercise": "squat", "load_kg": 60.0,
    ...     "local_date": pd.Timestamp("2026-01-05"), "is_clean": [True, False], "break_kind": [None, "shift"],
    ...     "rater": "coach"})
    >>> history_of_rated(rated, pd.Timestamp("2026-01-05")).exposures["kinds"].tolist()
    [('shift',)]
    """
    if rated.empty:
        raise NotEnoughData(NOTHING_RATED)
    exercise = _latest_exercise(rated)
    by_set = _by_set(rated[rated["exercise"] == exercise])
    return FormHistory(
        exercise=exercise,
        sets=by_set,
        exposures=series.with_comparable(_by_day(by_set)),
        until=until,
        judging=judging,
    )


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
    rated["break_kind"] = breaks.str.split().str[0].mask(rated["is_clean"])
    named = sets.assign(exercise=sets["exercise"].fillna(sets["exercise_raw"]))  # not in the catalogue: its raw name
    of_the_set = named.loc[named["local_date"] <= until, [*_SET_KEY, "local_date", "exercise", "load_kg"]]
    joined = rated.merge(of_the_set, on=_SET_KEY, how="inner", validate="m:1")
    return joined.sort_values(["local_date", *_SET_KEY, "rep_no"], ignore_index=True)


def set_breaks(rated: pd.DataFrame) -> tuple[SetBreak, ...]:
    """Every rated set with the repetition at which form first changed, in the order of the sets.

    Parameters
    ----------
    rated : DataFrame
        As `rated_repetitions` returns it, in its order, of one lift or several.

    Examples
    --------
    >>> rated = pd.DataFrame({"session_id": "s", "set_no": 1, "rep_no": [1, 2, 3], "exercise": "squat", "load_kg": 60.0,
    ...     "local_date": pd.Timestamp("2026-01-05"), "is_clean": [True, False, True], "rater": "coach",
    ...     "break_kind": [None, "shift", None]})
    >>> [(one.rep_no, one.n_reps, one.kind) for one in set_breaks(rated)]
    [(2, 3, 'shift')]
    """
    if rated.empty:
        return ()
    return tuple(
        SetBreak(
            local_date=row.local_date,
            exercise=str(row.exercise),
            set_no=int(row.set_no),
            load_kg=float(row.load_kg),
            n_reps=int(row.n_rated),
            rep_no=None if row.censored else int(row.clean_reps) + 1,
            kind=None if row.censored else str(row.kind),
        )
        for row in _by_set(rated).itertuples()
    )


def _latest_exercise(rated: pd.DataFrame) -> str:
    latest = rated[rated["local_date"] == rated["local_date"].max()]
    often = rated["exercise"].value_counts()
    return max(latest["exercise"].unique(), key=often.__getitem__)


def _by_set(rated: pd.DataFrame) -> pd.DataFrame:
    """One row a rated set, in whose order they come: the repetitions before the first flagged one, and its kind."""
    starts = np.flatnonzero(~rated.duplicated(_SET_KEY))
    clean = [tuple(of_set.tolist()) for of_set in np.split(rated["is_clean"].to_numpy(), starts[1:])]
    place = np.repeat(np.arange(len(starts)), [len(of_set) for of_set in clean])
    by_set = rated[["local_date", *_SET_KEY, "exercise", "load_kg"]].iloc[starts].reset_index(drop=True)
    return by_set.assign(
        rater=rated["rater"].groupby(place).first(),
        n_rated=[len(of_set) for of_set in clean],
        clean_reps=[(*of_set, False).index(False) for of_set in clean],
        kind=rated["break_kind"].groupby(place).first(),
        censored=[all(of_set) for of_set in clean],
        clean=clean,
    )


def _by_day(by_set: pd.DataFrame) -> pd.DataFrame:
    sets = by_set.assign(at_risk=by_set["clean_reps"] + ~by_set["censored"]).groupby(
        ["local_date", "rater"], dropna=False, sort=False
    )
    means = sets[["clean_reps", "load_kg"]].mean()
    by_day = {
        "session_id": sets["session_id"].first(),
        "value": means["clean_reps"],
        "n_sets": sets.size(),
        "n_censored": sets["censored"].sum(),
        "load_kg": means["load_kg"],
        "at_risk": sets["at_risk"].agg(tuple),
        "kinds": sets["kind"].agg(lambda kinds: tuple(kind if isinstance(kind, str) else None for kind in kinds)),
    }
    return pd.DataFrame(by_day).reset_index().rename(columns={"rater": "device"})
