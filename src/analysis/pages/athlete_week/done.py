"""What was done of a week: of what was planned, and in all."""

from dataclasses import dataclass

import pandas as pd

from analysis.base.boards import PlannedDay

_BECAME: dict[str, PlannedDay] = {
    "done": "done",
    "moved": "done",
    "part": "missed",
    "missed": "missed",
    "off": "off",
}


@dataclass(frozen=True)
class Adherence:
    """Planned training days done, on the day or moved by one, of those that were due."""

    days: tuple[PlannedDay, ...]  # those that are over, oldest first; off: not due, since the athlete was ill or away
    not_logged: int  # of those missed: days on which nothing at all is logged
    otherwise: int = 0  # of those missed: days on which something else was lifted

    @property
    def done(self) -> int:
        return self.days.count("done")

    @property
    def off(self) -> int:
        return self.days.count("off")

    @property
    def due(self) -> int:
        return len(self.days) - self.off


@dataclass(frozen=True)
class WeekTotals:
    """What was done in a week, warm-up sets and second records of the same thing left out."""

    volume_load_kg: float  # external load times repetitions; NaN where no set tells it
    sets: int
    sets_unknown: int  # of those: load or repetitions not known, or assisted
    run_distance_m: float  # NaN where no run tells it
    runs: int
    runs_unknown: int  # of those: distance not known
    others: tuple[tuple[str, int], ...]  # records of the watch that are no runs: kind of session, how many
    left_out: tuple[str, ...] = ()  # of runs, what cannot be: a weekday and words each


@dataclass(frozen=True)
class LabelledDays:
    """Days of a week that somebody gave a name: deload, taper, ill, travel or return."""

    kind: str  # of `base.tables.LABELS`
    first: pd.Timestamp  # of those in the week
    last: pd.Timestamp
    is_whole_week: bool
    note: str | None  # why, as it was written


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a session or a set of the week, and the address of its video; all of it text."""

    local_date: pd.Timestamp
    exercise: str | None  # canonical or raw name; None for a note about the whole session
    sets: tuple[int, ...]  # the sets of their session that it was written at
    text: str  # empty where there is a video alone
    video_url: str | None  # https, to be shown as text and never fetched


def notes_of(sessions: pd.DataFrame, sets: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[Note, ...]:
    """The notes and video addresses of a week, by day: those of a session first, then those of its sets.

    Parameters
    ----------
    sessions : DataFrame
        Table sessions of one athlete. Empty text is no note.
    sets : DataFrame
        Table sets with local_date. The same words at several sets of an exercise are one note.
    days : DatetimeIndex
        The days of the week.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05")
    >>> sessions = pd.DataFrame({"local_date": [day], "notes": ["Slept badly"]})
    >>> sets = pd.DataFrame({"local_date": day, "session_id": "s", "set_no": [1, 2], "exercise": "deadlift",
    ...     "exercise_raw": "DL", "notes": "Hips back", "video_url": [None, "https://example.org/a"]})
    >>> [(one.exercise, one.sets, one.text) for one in notes_of(sessions, sets, pd.DatetimeIndex([day]))]
    [(None, (), 'Slept badly'), ('deadlift', (1,), 'Hips back'), ('deadlift', (2,), 'Hips back')]
    """
    of_week = sessions[sessions["local_date"].isin(days)].dropna(subset=["notes"])
    found = {
        (row.local_date, "", row.notes.strip(), None): Note(row.local_date, None, (), row.notes.strip(), None)
        for row in of_week.itertuples()
        if row.notes.strip()
    }
    told = sets[sets["local_date"].isin(days) & (sets["notes"].notna() | sets["video_url"].notna())]
    for row in told.sort_values(["local_date", "session_id", "set_no"]).itertuples():
        words = row.notes.strip() if isinstance(row.notes, str) else ""
        video = row.video_url if isinstance(row.video_url, str) else None
        if not words and not video:
            continue
        exercise = row.exercise if isinstance(row.exercise, str) else row.exercise_raw
        key = (row.local_date, exercise, words, video)
        before = found[key].sets if key in found else ()
        found[key] = Note(row.local_date, exercise, tuple(dict.fromkeys((*before, int(row.set_no)))), words, video)
    return tuple(sorted(found.values(), key=lambda note: (note.local_date, note.exercise is not None)))


def labelled_days(labels: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[LabelledDays, ...]:
    """The named days of a week, by their first; labels of one kind that touch or overlap are told as one.

    Parameters
    ----------
    labels : DataFrame
        Table labels of one athlete: kind, first_date, last_date, note.
    days : DatetimeIndex
        The days of the week, in order.

    Examples
    --------
    >>> labels = pd.DataFrame({"kind": ["ill"], "first_date": [pd.Timestamp("2026-01-03")],
    ...                        "last_date": [pd.Timestamp("2026-01-06")], "note": [None]})
    >>> [(one.kind, f"{one.first:%a}", f"{one.last:%a}") for one in
    ...  labelled_days(labels, pd.date_range("2026-01-05", periods=7))]
    [('ill', 'Mon', 'Tue')]
    """
    of_week = labels[(labels["first_date"] <= days[-1]) & (labels["last_date"] >= days[0])]
    found: list[LabelledDays] = []
    for row in of_week.sort_values(["kind", "first_date", "last_date"], kind="stable").itertuples():
        first, last = max(row.first_date, days[0]), min(row.last_date, days[-1])
        note = row.note if isinstance(row.note, str) else None
        if found and found[-1].kind == row.kind and first <= found[-1].last + pd.Timedelta(days=1):
            before = found.pop()
            first, last, note = before.first, max(before.last, last), before.note or note
        found.append(LabelledDays(str(row.kind), first, last, first == days[0] and last == days[-1], note))
    return tuple(sorted(found, key=lambda one: one.first))


def adherence_of(status: pd.DataFrame, states: pd.DataFrame) -> Adherence:
    """Counts of what became of planned days; `states` says of each day whether anything is logged."""
    missed = status.loc[status["status"] == "missed", "local_date"]
    nothing_logged = states.loc[states["state"] == "none", "local_date"]
    return Adherence(
        days=tuple(_BECAME[became] for became in status["status"] if became != "planned"),
        not_logged=int(missed.isin(nothing_logged).sum()),
        otherwise=int((status["status"] == "part").sum()),
    )


def left_out_of(runs: pd.DataFrame) -> tuple[str, ...]:
    """Of which day what was left out, in the order of the days."""
    if "left_out" not in runs:
        return ()
    told = runs.dropna(subset=["left_out"]).sort_values("local_date", kind="stable")
    return tuple(f"on {row.local_date:%A}: {row.left_out}" for row in told.itertuples())
