"""Rows left out by hand: what they take out of an athlete's frames, and what they are in words."""

import functools

import pandas as pd

from analysis.base.config import Config
from analysis.base.frames import rows_of
from analysis.base.tables import TABLES
from analysis.base.units import amount_text

# the table of the row that is named, how many columns of its key count, and the tables that lose rows by it:
# a set takes its repetitions along, a run its laps, a split its whole trial, since the rest would be a shorter one
_REACH = (
    ("sets", 2, ("sets", "reps")),
    ("reps", 3, ("reps",)),
    ("runs", 1, ("runs", "splits")),
    ("splits", 2, ("splits",)),
    ("trials", 6, ("trials",)),
    ("wellness", 4, ("wellness",)),
)
EXCLUDABLE = tuple(name for name, _, _ in _REACH)

RUN = "run"  # what a record of the watch is called, whatever its sport

_COLUMNS = ["table_name", "row_key", "athlete_id", "local_date", "subject", "number", "side", "what", "part", "value"]
_LEFT_OUT = ["table_name", "row_key", "athlete_id", "local_date", "what", "part", "value", "reason"]
_TYPES = dict.fromkeys([*_COLUMNS, "reason"], "str") | {"local_date": "datetime64[us]", "number": "float64"}
_NOTHING_LEFT_OUT = pd.DataFrame({name: pd.Series(dtype=_TYPES[name]) for name in _LEFT_OUT})
_SIDES = {"L": "left", "R": "right"}


def row_keys(table: str, rows: pd.DataFrame, columns: int | None = None) -> pd.Series:
    """The keys of rows as `exclusions` and `revisions` hold them, of the first `columns` of the key alone if asked.

    Parameters
    ----------
    table : str
        Name of a canonical table.
    rows : DataFrame
        With the columns of its key, none of them missing.

    Returns
    -------
    Series of str, index of `rows`; columns joined by |, days as ISO text.

    Examples
    --------
    >>> rows = pd.DataFrame({"session_id": ["a", "a"], "trial_no": [1, 2], "split_no": 1})
    >>> row_keys("splits", rows).tolist(), row_keys("splits", rows, 1).tolist()
    (['a|1|1', 'a|2|1'], ['a', 'a'])
    """
    named = TABLES[table].key[:columns]
    parts = [rows[name].dt.strftime("%Y-%m-%d") if name == "local_date" else rows[name].astype("str") for name in named]
    return functools.reduce(lambda joined, part: joined + "|" + part, parts)


def taken_out(frames: dict[str, pd.DataFrame], exclusions: pd.DataFrame) -> dict[str, pd.Series]:
    """Which rows of the frames the exclusions take out: a mask for every frame that holds what can be left out."""
    masks = {name: pd.Series(False, index=frames[name].index) for name in EXCLUDABLE if name in frames}
    for table, columns, reached in _REACH:
        named = exclusions.loc[exclusions["table_name"] == table, "row_key"]
        if named.empty:
            continue
        beyond = len(TABLES[table].key) - columns
        keys = {key.rsplit("|", beyond)[0] for key in named}
        for name in masks.keys() & set(reached):
            masks[name] |= row_keys(name, frames[name], columns).isin(keys)
    return masks


def without(frames: dict[str, pd.DataFrame], exclusions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames without the rows that `exclusions` name, and without what goes with them; other frames as they are.

    >>> sets = pd.DataFrame({"session_id": ["a", "a"], "set_no": [1, 2]})
    >>> exclusions = pd.DataFrame({"table_name": ["sets"], "row_key": ["a|2"]})
    >>> without({"sets": sets}, exclusions)["sets"]["set_no"].tolist()
    [1]
    """
    if exclusions.empty:  # as for most athletes
        return frames
    return frames | {name: frames[name].loc[~mask] for name, mask in taken_out(frames, exclusions).items()}


def left_out(frames: dict[str, pd.DataFrame], exclusions: pd.DataFrame, config: Config) -> pd.DataFrame:
    """The exclusions of these frames in words, by day.

    Returns
    -------
    DataFrame with table_name, row_key, athlete_id, local_date, what, part, value, reason, as `described` says.
    """
    if exclusions.empty:  # as for most athletes
        return _NOTHING_LEFT_OUT.copy()
    masks = taken_out(frames, exclusions)
    rows = {name: frames[name].loc[mask] for name, mask in masks.items()}
    in_sessions = frames["sets"]["session_id"].isin(list(rows["reps"]["session_id"]))
    words = described(rows, config, frames["sets"].loc[in_sessions])
    found = words[_LEFT_OUT[:-1]].merge(exclusions[["table_name", "row_key", "reason"]], on=["table_name", "row_key"])
    return found.sort_values(["local_date", "table_name", "row_key"], ignore_index=True)


def described(frames: dict[str, pd.DataFrame], config: Config, sets: pd.DataFrame) -> pd.DataFrame:
    """Everything in the frames that can be left out, one row each, in words.

    Parameters
    ----------
    frames : dict of DataFrame
        `sets`, `reps`, `runs`, `splits`, `trials` and `wellness`, each with local_date.
    config : Config
        Whose names of lifts, checks and side tests are used.
    sets : DataFrame
        The sets that the repetitions belong to.

    Returns
    -------
    DataFrame, one row a set, repetition, run, trial or answer: table_name, row_key (of its first split, for a trial
    of splits), athlete_id, local_date, subject (canonical name), number (of the set or trial, NaN where there is
    none), side, what and part (as in "20 m sprint" and "trial 2, left"), value (with its unit; empty where unknown).
    """
    names = {one.exercise: one.name for one in config.lifts}
    names |= {one.test_id: one.name for one in (*config.checks, *config.side_tests)}
    parts = {
        "sets": _sets(frames["sets"]),
        "reps": _reps(frames["reps"], sets),
        "runs": _runs(frames["runs"]),
        "splits": _trials_of_splits(frames["splits"]),
        "trials": _trials(frames["trials"]),
        "wellness": _answers(frames["wellness"]),
    }
    found = [_typed(table, rows) for table, rows in parts.items()]
    every = pd.concat(found, ignore_index=True)
    plain = every["subject"].str.replace("_", " ").str.capitalize()
    named = every["subject"].map(names.get).astype("str")  # without any names the map gives numbers
    return every.assign(what=named.fillna(every["what"]).fillna(plain)).loc[:, _COLUMNS]


def _typed(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns of `described`, of one type in every table, so that they can stand below each other."""
    keyed = rows.assign(table_name=table, row_key=row_keys(table, rows))
    return keyed.reindex(columns=_COLUMNS).astype({name: _TYPES[name] for name in _COLUMNS})


def _sets(sets: pd.DataFrame) -> pd.DataFrame:
    values = [_lifted(row.load_kg, row.reps) for row in rows_of(sets)]
    return sets.assign(
        subject=sets["exercise"].fillna(sets["exercise_raw"]),
        number=sets["set_no"],
        what=sets["exercise_raw"],
        part="set " + sets["set_no"].astype("str"),
        value=pd.Series(values, index=sets.index, dtype="str"),
    )


def _lifted(load_kg: float, reps: float) -> str:
    known = [f"{load_kg:g} kg" if pd.notna(load_kg) else "", f"{reps:g} reps" if pd.notna(reps) else ""]
    return ", ".join(part for part in known if part)


def _reps(reps: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    exercises = _sets(sets)[["session_id", "set_no", "subject", "what", "side"]]
    joined = reps.merge(exercises, on=["session_id", "set_no"], how="left")
    speeds = joined.loc[:, "mean_velocity_m_s"].fillna(joined["mean_propulsive_velocity_m_s"])
    return joined.assign(
        subject=joined["subject"].fillna("repetition"),
        number=joined["set_no"],
        part="set " + joined["set_no"].astype("str") + ", rep " + joined["rep_no"].astype("str"),
        value=_amounts(speeds, "m/s", 2),
    )


def _runs(runs: pd.DataFrame) -> pd.DataFrame:
    return runs.assign(
        subject=RUN, what=runs["sport"], part="", value=_amounts(runs.loc[:, "distance_m"] / 1000, "km", 2)
    )


def _trials_of_splits(splits: pd.DataFrame) -> pd.DataFrame:
    """A row a trial, under the key of its first split; the time is unknown where that of a split is."""
    by_trial = splits.sort_values("split_no").groupby(["session_id", "trial_no"], sort=False)
    first = by_trial.head(1).set_index(["session_id", "trial_no"])
    time_s = by_trial["time_s"].agg(lambda times: times.sum(skipna=False))
    return first.assign(time_s=time_s).reset_index().pipe(_timed)


def _timed(trials: pd.DataFrame) -> pd.DataFrame:
    return trials.assign(
        subject=trials["test_id"].fillna(trials["kind"]),
        number=trials["trial_no"],
        part="trial " + trials["trial_no"].astype("str"),
        value=_amounts(trials.loc[:, "time_s"], "s", 2),
    )


def _trials(trials: pd.DataFrame) -> pd.DataFrame:
    sides = trials["side"].map({side: f", {word}" for side, word in _SIDES.items()}.get).fillna("")
    values = [f"{row.value:g} {row.unit}" for row in rows_of(trials)]
    return trials.assign(
        subject=trials["test_id"],
        number=trials["trial_no"],
        part="trial " + trials["trial_no"].astype("str") + sides,
        value=pd.Series(values, index=trials.index, dtype="str"),
    )


def _answers(wellness: pd.DataFrame) -> pd.DataFrame:
    values = [f"{value:g}" for value in wellness["value"]]
    return wellness.assign(
        subject=wellness["item"], part="", value=pd.Series(values, index=wellness.index, dtype="str")
    )


def _amounts(values: pd.Series, unit: str, decimals: int) -> pd.Series:
    texts = [amount_text(value, unit, decimals) if pd.notna(value) else "" for value in values]
    return pd.Series(texts, index=values.index, dtype="str")
