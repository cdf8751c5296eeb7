"""Which lifts an athlete follows where nobody has named any: those that the log shows to be trained, hinges first.

A lift can be proposed where its load says how strong somebody is: one with a free weight, or on a machine where the
pattern has no other. It cannot where the athlete's own body is most of the load (pull-ups, back extensions), where help
takes load off, where a band's pull is not known, where one joint does the work, or where the weight is thrown, swung or
jumped with: there another repetition says nothing of a maximum. What no catalogue knows cannot be proposed either.
"""

import pandas as pd

from analysis.base.config import Lift
from analysis.metrics.strength import TESTED_REPS, bar_speeds, work_sets

WEEKS, DAYS_LEAST = 8, 3  # a lift is trained when it was done on 3 days of 8 weeks
MOST, MOST_OF_A_PATTERN = 3, 2
PATTERNS = ("hinge", "squat")  # in this order before all others
MACHINES = frozenset({"machine", "cable", "smith machine"})
WITHOUT_MAXIMUM = frozenset({"body", "band"})  # equipment
BALLISTIC = frozenset({"swing", "jump", "clean", "clean_and_jerk", "clean_and_press", "snatch", "high_pull", "pull"})
_OF_ONE_JOINT = frozenset({"knee_extension", "knee_flexion", "kickback", "pull_through"})
_NONE = BALLISTIC | _OF_ONE_JOINT | {"assisted", "stone"}
_OTHERS = frozenset({"other", "carry"})  # patterns without a lift that is followed


def trained_lifts(sets: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The lifts that could be followed by their load, those to propose first.

    Parameters
    ----------
    sets : table sets of one athlete with local_date, counted, and pattern, variant and equipment of the exercise
        (missing where the catalogue does not know them). Warm-ups, sets without a load or with help, and sets of more
        than 10 repetitions do not count.

    Returns
    -------
    DataFrame, one row an exercise done on 3 days or more of the last 8 weeks: exercise, pattern, on_machine, days.
    Hinges first, then squats, then the others; of a pattern free weights before machines, and what was done on more
    days first, then by name.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=3, freq="7D")
    >>> sets = pd.DataFrame({"local_date": [*day, *day], "exercise": ["back_squat"] * 3 + ["deadlift"] * 3,
    ...     "pattern": ["squat"] * 3 + ["hinge"] * 3, "variant": "conventional", "equipment": "barbell",
    ...     "set_kind": "work", "load_kg": 100.0, "reps": 5.0, "counted": True})
    >>> trained_lifts(sets, pd.Timestamp("2026-01-25"))[["exercise", "days"]].values.tolist()
    [['deadlift', 3], ['back_squat', 3]]
    """
    told = sets.assign(**{name: None for name in ("pattern", "variant", "equipment") if name not in sets})
    recent = (told["local_date"] > until - pd.Timedelta(weeks=WEEKS)) & (told["local_date"] <= until)
    done = work_sets(told[recent & told["exercise"].notna()])
    says = (done["load_kg"] > 0) & (done["reps"] <= TESTED_REPS)
    has_maximum = ~done["equipment"].isin(WITHOUT_MAXIMUM) & ~done["variant"].isin(_NONE)
    done = done[says & has_maximum & ~done["pattern"].isin(_OTHERS)]
    lifts = (
        done.assign(pattern=done["pattern"].fillna(""), on_machine=done["equipment"].isin(MACHINES))
        .groupby("exercise", as_index=False)
        .agg(pattern=("pattern", "first"), on_machine=("on_machine", "first"), days=("local_date", "nunique"))
    )
    place = lifts["pattern"].map({name: place for place, name in enumerate(PATTERNS)}).fillna(len(PATTERNS))
    ranked = lifts.assign(place=place, fewer=-lifts["days"]).sort_values(["place", "on_machine", "fewer", "exercise"])
    trained = ranked["days"] >= DAYS_LEAST
    return ranked.loc[trained, ["exercise", "pattern", "on_machine", "days"]].reset_index(drop=True)


def proposed_lifts(sets: pd.DataFrame, until: pd.Timestamp) -> list[Lift]:
    """Up to 3 of `trained_lifts`, at most 2 of a pattern, and a machine only where its pattern has no free weight.

    >>> proposed_lifts(pd.DataFrame(columns=["local_date", "exercise", "set_kind", "load_kg", "reps"]), pd.Timestamp(0))
    []
    """
    if sets.empty:
        return []
    lifts = trained_lifts(sets, until)
    free = lifts.loc[~lifts["on_machine"], "pattern"]
    kept = lifts[~lifts["on_machine"] | ~lifts["pattern"].isin(free)]
    of_pattern = kept.groupby("pattern").cumcount() < MOST_OF_A_PATTERN
    return [as_lift(exercise) for exercise in kept.loc[of_pattern, "exercise"].head(MOST)]


def lifts_of_log(sets: pd.DataFrame, reps: pd.DataFrame, until: pd.Timestamp) -> list[Lift]:
    """`proposed_lifts` with the loads at which their bar speed is measured, where it is.

    Parameters
    ----------
    sets, reps : as `proposed_lifts` and `metrics.strength.bar_speeds` take them.

    >>> nothing = pd.DataFrame(columns=["local_date", "exercise", "set_kind", "load_kg", "reps"])
    >>> lifts_of_log(nothing, nothing, pd.Timestamp(0))
    []
    """
    lifts = proposed_lifts(sets, until)
    if not lifts:
        return []
    speeds = bar_speeds(sets, reps)
    return [lift.model_copy(update={"anchor_load_kg": anchor_load_kg(speeds, lift.exercise, until)}) for lift in lifts]


def shared_lifts(proposed: list[list[Lift]], *, most: int | None = MOST) -> list[Lift]:
    """The lifts of a squad from those of its athletes: those that most of them follow, up to 3, or all for None.

    >>> [one.name for one in shared_lifts([[as_lift("deadlift")], [as_lift("back_squat"), as_lift("deadlift")]])]
    ['Deadlift', 'Back squat']
    """
    lifts = {lift.exercise: lift for own in proposed for lift in own}
    counts = pd.Series([lift.exercise for own in proposed for lift in own], dtype="str").value_counts()
    order = sorted(lifts, key=lambda exercise: (-counts[exercise], list(lifts).index(exercise)))
    return [as_lift(exercise) for exercise in order[:most]]


def as_lift(exercise: str) -> Lift:
    """A lift that is followed by repetitions, by its canonical name.

    >>> as_lift("trap_bar_deadlift").name
    'Trap bar deadlift'
    """
    return Lift(exercise=exercise, name=exercise.replace("_", " ").capitalize())


def anchor_load_kg(speeds: pd.DataFrame, exercise: str, until: pd.Timestamp) -> float | None:
    """The load at which the speed of a lift could be followed: that measured on most days of the last 8 weeks.

    Of several the heaviest; None where none was measured on 3 days or more.

    Parameters
    ----------
    speeds : as `metrics.strength.bar_speeds` gives them.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=4, freq="7D")
    >>> speeds = pd.DataFrame({"local_date": day, "exercise": "deadlift", "set_kind": "work",
    ...     "load_kg": [100.0, 100.0, 120.0, 100.0]})
    >>> anchor_load_kg(speeds, "deadlift", pd.Timestamp("2026-02-01"))
    100.0
    """
    recent = (speeds["local_date"] > until - pd.Timedelta(weeks=WEEKS)) & (speeds["local_date"] <= until)
    own = speeds[recent & (speeds["exercise"] == exercise) & (speeds["load_kg"] > 0)]
    days = own.groupby("load_kg")["local_date"].nunique()
    often = days[days >= DAYS_LEAST]
    return float(often[often == often.max()].index.max()) if len(often) else None
