"""What was done of a week: of what was planned, and in all."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Adherence:
    """Planned training days done, on the day or moved by one, of those that were due."""

    done: int
    due: int
    not_logged: int  # of those missed: days on which nothing at all is logged
    off: int  # planned days that were not due, since the athlete was ill or away


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


def adherence_of(status: pd.DataFrame, states: pd.DataFrame) -> Adherence:
    """Counts of what became of planned days; `states` says of each day whether anything is logged."""
    missed = status.loc[status["status"] == "missed", "local_date"]
    nothing_logged = states.loc[states["state"] == "none", "local_date"]
    return Adherence(
        done=int(status["status"].isin(["done", "moved"]).sum()),
        due=int((~status["status"].isin(["planned", "off"])).sum()),
        not_logged=int(missed.isin(nothing_logged).sum()),
        off=int((status["status"] == "off").sum()),
    )


def left_out_of(runs: pd.DataFrame) -> tuple[str, ...]:
    """Of which day what was left out, in the order of the days."""
    if "left_out" not in runs:
        return ()
    told = runs.dropna(subset=["left_out"]).sort_values("local_date", kind="stable")
    return tuple(f"on {row.local_date:%A}: {row.left_out}" for row in told.itertuples())
