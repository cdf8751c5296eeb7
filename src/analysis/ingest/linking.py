"""The same run in several files, the same set in a log and a bar-speed file: linked, counted once, none deleted."""

import itertools
from typing import NamedTuple

import pandas as pd

# a device's own file beats an exchange format beats a table
_RUN_SOURCES = ("fit", "tcx", "gpx")
# a training log holds the whole session, any other file only the lifts that a device saw
_SET_SOURCES = (
    *("strong", "hevy", "fitnotes", "stronglifts", "gymbook", "liftosaur", "liftlog", "liftlog_json", "repcount"),
    *("alpha_progression", "jefit", "fastnfitness", "boostcamp"),
)

START_TOLERANCE_S = 60.0
DISTANCE_TOLERANCE = 0.02
TRACK_DISTANCE_TOLERANCE = 0.05  # of a distance measured on a track's points, which cut corners
ELAPSED_TOLERANCE = 0.01
RESAVED_TOLERANCE = 0.001  # of distance and time, where one source gives both and the clock is hours off
LOAD_STEP_KG = 0.5  # a load noted in lb and one in kg differ by rounding


def run_links(sessions: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of sessions of one athlete that are the same run: `a` counts, `b` does not.

    The same: start within 60 s (also when shifted by whole hours, as re-saved files are), distance within 2 %
    (5 % where a GPX track is one of them), elapsed time within 1 %, all on one local date. Two of one source that are
    hours apart must agree within 0.1 %: a file saved again does, a way there and back at the full hour does not. Runs
    without a start, a distance or an elapsed time are never linked.
    """
    seen = runs.merge(sessions[["session_id", "source", "start_utc", "local_date"]], on="session_id")
    seen = seen.dropna(subset=["start_utc", "distance_m", "elapsed_s"])
    seen = _ranked(seen, _RUN_SOURCES).sort_values(["rank", "source", "session_id"])
    pairs = []
    for _, day in seen.groupby(["athlete_id", "local_date"], sort=True):
        copies: set[str] = set()
        for a, b in itertools.combinations([_Run(*run) for run in day[list(_Run._fields)].itertuples(index=False)], 2):
            if a.session_id not in copies and b.session_id not in copies and _same_run(a, b):
                copies.add(b.session_id)
                pairs.append({"kind": "run", "a": a.session_id, "b": b.session_id, "athlete_id": a.athlete_id})
    return pd.DataFrame(pairs, columns=["kind", "a", "b", "athlete_id"])


class _Run(NamedTuple):
    session_id: str
    athlete_id: str
    source: str
    start_utc: pd.Timestamp
    distance_m: float
    elapsed_s: float


def _same_run(a: _Run, b: _Run) -> bool:
    apart_s = abs((a.start_utc - b.start_utc).total_seconds())
    to_full_hour_s = min(apart_s % 3600, 3600 - apart_s % 3600)
    if a.source == b.source and apart_s > START_TOLERANCE_S:
        distance, elapsed = RESAVED_TOLERANCE, RESAVED_TOLERANCE
    else:
        by_track = "gpx" in (a.source, b.source)
        distance, elapsed = TRACK_DISTANCE_TOLERANCE if by_track else DISTANCE_TOLERANCE, ELAPSED_TOLERANCE
    return (
        to_full_hour_s <= START_TOLERANCE_S
        and _agree(a.distance_m, b.distance_m, distance)
        and _agree(a.elapsed_s, b.elapsed_s, elapsed)
    )


def _agree(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * max(one, other, 1.0)


def set_links(sessions: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """Pairs of sets of one athlete that are the same set in two sources: `a` counts, `b` does not.

    The same: athlete, local date, exercise, load to the nearest half kilogram, and the same place among those.
    A set is named `session_id|set_no`. Sets of one source are never linked with each other; a log's set counts.
    """
    seen = sets.merge(sessions[["session_id", "source", "local_date"]], on="session_id")
    seen = _ranked(seen.dropna(subset=["exercise", "load_kg"]), _SET_SOURCES)
    seen = seen.sort_values(["rank", "source", "session_id", "set_no"])
    same = ["athlete_id", "local_date", "exercise", "load_step", "place"]
    seen = seen.assign(load_step=(seen["load_kg"] / LOAD_STEP_KG).round())
    seen = seen.assign(place=seen.groupby([*same[:-1], "source"]).cumcount())
    pairs = seen.drop_duplicates(same).merge(seen, on=same, suffixes=("_a", "_b"))
    pairs = pairs[pairs["source_a"] != pairs["source_b"]]
    return pd.DataFrame(
        {
            "kind": "set",
            "a": pairs["session_id_a"] + "|" + pairs["set_no_a"].astype("str"),
            "b": pairs["session_id_b"] + "|" + pairs["set_no_b"].astype("str"),
            "athlete_id": pairs["athlete_id"],
        }
    ).astype("str")


def _ranked(rows: pd.DataFrame, sources: tuple[str, ...]) -> pd.DataFrame:
    """`rows` with the rank of their source, 0 the one that counts; sources that are not named come last."""
    ranks = {source: rank for rank, source in enumerate(sources)}
    return rows.assign(rank=[ranks.get(source, len(ranks)) for source in rows["source"]])
