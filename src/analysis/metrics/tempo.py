"""Tempo: the seconds prescribed for a repetition against the time that the set took."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

TOLERANCE_S = 0.5  # a repetition: what counting aloud and a stopwatch leave open

_PHASES = ["eccentric_s", "pause_s", "concentric_s", "hold_s"]
_PATTERN = r"^\s*(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?|[xX])-(\d+(?:\.\d+)?)\s*$"


def tempo_s(tempo: pd.Series) -> pd.DataFrame:
    """The phases of a repetition as prescribed: lowering, pause below, lifting, pause above.

    Parameters
    ----------
    tempo : Series of text, shape (n,), as 3-1-1-0; X for the lifting is "as fast as possible", which has no seconds.

    Returns
    -------
    DataFrame, index of `tempo`: eccentric_s, pause_s, concentric_s, hold_s, rep_s (their sum). NaN where the text is
    missing, is no such tempo, or has an X.

    Examples
    --------
    >>> tempo_s(pd.Series(["3-1-1-0", "3-0-X-1", "slow", None]))["rep_s"].tolist()
    [5.0, nan, nan, nan]
    """
    parts = tempo.astype("str").str.extract(_PATTERN).set_axis(_PHASES, axis=1)
    seconds = {name: pd.to_numeric(parts[name], errors="coerce").astype("float64") for name in _PHASES}  # an X is none
    phases = pd.DataFrame(seconds, index=tempo.index)
    return phases.assign(rep_s=phases.sum(axis=1, skipna=False))


def tempo_compliance(sets: pd.DataFrame, *, tolerance_s: float = TOLERANCE_S) -> pd.DataFrame:
    """Every set with a tempo: how long a repetition should have taken, and how long it took.

    Parameters
    ----------
    sets : DataFrame with session_id, set_no, local_date, exercise, reps, tempo, duration_s (time under the set).
    tolerance_s : seconds a repetition within which the tempo is kept.

    Returns
    -------
    DataFrame, one row a set with a tempo, by date: session_id, set_no, local_date, exercise, tempo, reps,
    prescribed_s, duration_s, off_s_per_rep (done minus prescribed), kept ("kept", "faster", "slower", or None where
    the tempo, the repetitions or the time is not known). Nothing is filled in.

    Examples
    --------
    >>> sets = pd.DataFrame({"session_id": "s", "set_no": [1, 2, 3], "local_date": pd.Timestamp("2026-01-05"),
    ...     "exercise": "deadlift", "reps": 8.0, "tempo": "3-1-1-0", "duration_s": [41.0, 30.0, np.nan]})
    >>> tempo_compliance(sets)[["prescribed_s", "off_s_per_rep", "kept"]].values.tolist()
    [[40.0, 0.125, 'kept'], [40.0, -1.25, 'faster'], [40.0, nan, None]]
    """
    asked = sets.loc[
        sets["tempo"].notna(), ["session_id", "set_no", "local_date", "exercise", "tempo", "reps", "duration_s"]
    ]
    asked = asked.sort_values(["local_date", "session_id", "set_no"], ignore_index=True)
    done = asked["reps"].where(asked["reps"] > 0)
    prescribed = done * tempo_s(asked["tempo"])["rep_s"]
    off = (asked["duration_s"] - prescribed) / done
    kept = np.select([off.isna(), off.abs() <= tolerance_s, off < 0], [None, "kept", "faster"], "slower")
    return asked.assign(prescribed_s=prescribed, off_s_per_rep=off, kept=pd.Series(kept, dtype="object"))


@dataclass(frozen=True)
class TempoCount:
    """Of some sets with a tempo: how many kept it, and how many could not be told."""

    n_sets: int
    n_kept: int
    n_faster: int
    n_slower: int

    @property
    def n_known(self) -> int:
        """Sets of which it is known, by their repetitions and their time."""
        return self.n_kept + self.n_faster + self.n_slower


def tempo_count(compliance: pd.DataFrame) -> TempoCount:
    """How many of the sets kept their tempo.

    Parameters
    ----------
    compliance : as `tempo_compliance` returns it. A set of which nothing is known counts in `n_sets` alone.

    Examples
    --------
    >>> sets = pd.DataFrame({"session_id": "s", "set_no": [1, 2, 3], "local_date": pd.Timestamp("2026-01-05"),
    ...     "exercise": "deadlift", "reps": 8.0, "tempo": "3-1-1-0", "duration_s": [41.0, 30.0, np.nan]})
    >>> count = tempo_count(tempo_compliance(sets))
    >>> count, count.n_known
    (TempoCount(n_sets=3, n_kept=1, n_faster=1, n_slower=0), 2)
    """
    kept = compliance["kept"].value_counts()
    return TempoCount(len(compliance), *(int(kept.get(word, 0)) for word in ("kept", "faster", "slower")))


def once_with_tempo(sets: pd.DataFrame) -> pd.DataFrame:
    """The sets with a tempo, each once: of a set that two sources hold the one that counts, if it has a tempo.

    Parameters
    ----------
    sets : DataFrame with local_date, exercise, side, tempo, and counted: False for the copy of another source's set.

    Returns
    -------
    DataFrame: rows of `sets`. A copy stays where no set of its day, exercise and side that counts has a tempo.

    Examples
    --------
    >>> sets = pd.DataFrame({"local_date": pd.Timestamp("2026-01-05"), "exercise": ["row", "row", "squat", "squat"],
    ...     "side": "B", "tempo": ["3-1-1-0", "3-1-1-0", None, "3-1-1-0"], "counted": [True, False, True, False]})
    >>> once_with_tempo(sets).index.tolist()
    [0, 3]
    """
    asked = sets[sets["tempo"].notna()]
    of_day = [asked[name].fillna("") for name in ("local_date", "exercise", "side")]
    has_counted = asked["counted"].groupby(of_day).transform("any").astype(bool)
    return asked[asked["counted"].astype(bool) | ~has_counted]


def tempo_summary(compliance: pd.DataFrame) -> pd.DataFrame:
    """By exercise: sets with a tempo, how many of them are known, and how many kept it.

    Parameters
    ----------
    compliance : as `tempo_compliance` returns it.

    Returns
    -------
    DataFrame, one row an exercise: exercise, n_sets, n_known, n_kept, n_faster, n_slower, middle_off_s_per_rep (NaN
    where nothing is known).

    Examples
    --------
    >>> sets = pd.DataFrame({"session_id": "s", "set_no": [1, 2], "local_date": pd.Timestamp("2026-01-05"),
    ...     "exercise": "deadlift", "reps": 8.0, "tempo": "3-1-1-0", "duration_s": [41.0, np.nan]})
    >>> tempo_summary(tempo_compliance(sets))[["n_sets", "n_known", "n_kept"]].values.tolist()
    [[2, 1, 1]]
    """
    counts = {f"n_{word}": compliance["kept"] == word for word in ("kept", "faster", "slower")}
    by_exercise = compliance.assign(**counts).groupby("exercise", sort=True)
    return by_exercise.agg(
        n_sets=("set_no", "size"),
        n_known=("kept", "count"),
        **{name: (name, "sum") for name in counts},
        middle_off_s_per_rep=("off_s_per_rep", "median"),
    ).reset_index()
