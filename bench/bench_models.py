"""The models of one athlete with a long log: a profile with a decision, and every part of her week."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from figure import Figure, in_ms, seconds

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.strength.load_velocity import profile_of_lift
from analysis.models.strength.speed_at_load import speed_at_load
from analysis.pages.athlete_week.milestones import milestones_of
from analysis.pages.athlete_week.week import athlete_week
from analysis.store import FileFacts, as_json
from analysis.workspace import Athlete, open_workspace

SESSIONS, SETS, REPS = 125, 8, 5  # 1,000 sets and 5,000 repetitions
LAST_DAY = pd.Timestamp("2026-06-28")  # a Sunday
RUNS, RECORDS = 60, 600
PARTS = (
    "totals",
    "plan",
    "adherence",
    "adherence_four_weeks",
    "speeds",
    "form",
    "checks",
    "paces",
    "sides",
    "wellness",
    "plan_next_week",
)
CONFIG = """
[[lifts]]
exercise = "romanian_deadlift"
name = "Romanian deadlift"
anchor_load_kg = 60
mvt_m_s = 0.25
mvt_sd_m_s = 0.03
te_m_s = 0.028
te_df = 4
te_source = "made up"

[[lifts]]
exercise = "hip_thrust"
name = "Hip thrust"
anchor_load_kg = 80
mvt_m_s = 0.3

[[checks]]
test_id = "sprint_20m"
name = "20 m sprint"
unit = "s"
distance_m = 20
every_days = 28
te = 0.03
swc = 0.03
te_source = "made up"

[[side_tests]]
test_id = "hop"
name = "Single-leg hop"
metric = "distance"
unit = "cm"
"""


def lifting(random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Two lifts a session on loads around the anchors, every repetition measured, the first set of each rated."""
    days = pd.date_range(end=LAST_DAY - pd.Timedelta(days=2), periods=SESSIONS, freq="3D")
    keys = [f"lift-{number:04d}" for number in range(SESSIONS)]
    set_no = np.tile(np.arange(1, SETS + 1), SESSIONS)
    is_first_lift = set_no <= SETS // 2
    step = (set_no - 1) % (SETS // 2)
    load_kg = np.where(is_first_lift, 40 + 20 * step, 60 + 20 * step).astype(float)
    sets = pd.DataFrame(
        {
            "session_id": np.repeat(keys, SETS),
            "set_no": set_no,
            "exercise": np.where(is_first_lift, "romanian_deadlift", "hip_thrust"),
            "exercise_raw": np.where(is_first_lift, "Romanian Deadlift", "Hip Thrust"),
            "side": "B",
            "set_kind": "work",
            "load_kg": load_kg,
            "reps": float(REPS),
        }
    )
    day_m_s = np.repeat(random.normal(0, 0.025, SESSIONS), SETS)
    set_m_s = 1.2 - 0.008 * load_kg + day_m_s
    reps = sets.loc[np.repeat(sets.index, REPS), ["session_id", "set_no"]].reset_index(drop=True)
    reps = reps.assign(
        rep_no=np.tile(np.arange(1, REPS + 1), len(sets)),
        mean_velocity_m_s=(np.repeat(set_m_s, REPS) + random.normal(0, 0.02, len(reps))).round(3).clip(0.1),
        device="encoder",
        rater="coach",
        form_flags=np.where(random.random(len(reps)) < 0.15, "flexion", ""),
    )
    reps["form_flags"] = reps["form_flags"].astype("object").where(reps["set_no"] == 1, None)
    return {"sessions": sessions(keys, days, "strength"), "sets": sets, "reps": reps}


def sessions(keys: list[str], days: pd.DatetimeIndex, kind: str) -> pd.DataFrame:
    said = {"source": "bench", "source_key": keys, "tz_quality": "none", "status": "done"}
    return pd.DataFrame({"session_id": keys, "local_date": days, "kind": kind, **said})


def running(random: np.random.Generator) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Easy runs with their watch records, and sprints over 20 m."""
    days = pd.date_range(end=LAST_DAY - pd.Timedelta(days=1), periods=RUNS, freq="4D")
    keys = [f"run-{number:04d}" for number in range(RUNS)]
    runs = pd.DataFrame({"session_id": keys, "sport": "running", "distance_m": 6000.0, "elapsed_s": 1800.0})
    t_s = np.tile(np.arange(RECORDS) * 3.0, RUNS)
    records = pd.DataFrame({"session_id": np.repeat(keys, RECORDS), "t_s": t_s, "seq": 0})
    speed_m_s = np.repeat(random.normal(3.0, 0.05, RUNS), RECORDS)
    records = records.assign(heart_rate_bpm=142.0, speed_m_s=speed_m_s, distance_m=t_s * speed_m_s)
    sprint_days = pd.date_range(end=LAST_DAY - pd.Timedelta(days=3), periods=9, freq="28D")
    sprint_keys = [f"sprint-{number}" for number in range(9)]
    splits = pd.DataFrame({"session_id": np.repeat(sprint_keys, 3), "trial_no": np.tile([1, 2, 3], 9), "split_no": 1})
    splits = splits.assign(test_id="sprint_20m", kind="gate", start_m=0.0, distance_m=20.0, device="gates")
    splits["time_s"] = random.normal(3.3, 0.04, len(splits)).round(2)
    both = [sessions(keys, days, "run"), sessions(sprint_keys, sprint_days, "sprint")]
    return {"sessions": pd.concat(both), "runs": runs, "splits": splits}, records


def daily(random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """A year of answers, a screen a month, and the plan of the last weeks and the coming one."""
    days = pd.date_range(end=LAST_DAY, periods=365)
    answers = pd.MultiIndex.from_product([days, ["sleep", "soreness", "energy"]], names=["local_date", "item"])
    wellness = answers.to_frame(index=False).assign(source="form", scale_min=1.0, scale_max=10.0)
    wellness = wellness.assign(direction="higher_better", value=random.integers(4, 10, len(wellness)).astype(float))
    screens = pd.date_range(end=LAST_DAY - pd.Timedelta(days=4), periods=9, freq="28D")
    hops = pd.MultiIndex.from_product([screens, [1, 2, 3], ["L", "R"]], names=["local_date", "trial_no", "side"])
    trials = hops.to_frame(index=False).assign(test_id="hop", metric="distance", unit="cm")
    trials["value"] = random.normal(150, 5, len(trials)).round(0)
    planned = pd.date_range(end=LAST_DAY + pd.Timedelta(days=5), periods=15, freq="2D")
    plan = pd.DataFrame({"local_date": planned, "line_no": 1, "role": "day_1", "content": "hinge"})
    return {"wellness": wellness, "trials": trials, "plan": plan}


def an_athlete(folder: Path) -> Athlete:
    """The made-up athlete, stored and read as any other."""
    random = np.random.default_rng(20260628)
    run_tables, records = running(random)
    lift_tables = lifting(random)
    tables = {**daily(random), **run_tables, **lift_tables}
    tables["sessions"] = pd.concat([run_tables["sessions"], lift_tables["sessions"]])
    owned = {name: frame.assign(athlete_id="a1", row_no=0) for name, frame in tables.items()}
    (folder / "workbook.toml").write_text(CONFIG)
    space = open_workspace(folder)
    facts = {"reader": "bench", "reader_version": 1, "dialect": as_json({}), "rows_taken": 0, "rows_rejected": 0}
    facts |= {"rows_waiting": 0, "imported_at": pd.Timestamp("2026-06-28T20:00:00Z")}
    people = {"athletes": pd.DataFrame([{"athlete_id": "a1", "name": "Alder"}])}
    space.store.append(FileFacts("log", "bench", 0), facts, people | owned)
    for key, of_run in records.groupby("session_id"):  # a watch writes a file a run
        session = owned["sessions"][owned["sessions"]["session_id"] == key]
        space.store.append(FileFacts(str(key), "bench", 0), facts, {"sessions": session}, {"a1": of_run})
    return space.athlete("a1", until="2026-06-28")


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        athlete = an_athlete(Path(name))
        lift = athlete.config.lifts[0]

        def profile_and_decision() -> None:
            profile_of_lift(athlete.sets, athlete.reps, lift, athlete.until)
            speed_at_load(athlete.sets, athlete.reps, lift, lift.anchor_load_kg, athlete.until)

        def whole_week() -> list[str]:
            week = athlete_week(athlete, athlete.until)
            untold = [part for part in PARTS if not told(week, part)]
            milestones_of(week)  # a week may have none
            return untold

        untold = whole_week()
        if untold:
            raise DataProblem(f"The made-up athlete's week lacks {', '.join(untold)}. Give her data for it.")
        fits, weeks = seconds(profile_and_decision, whole_week, rounds=15)
        of = f"{len(athlete.sets):,} sets, {len(athlete.reps):,} reps"
        yield in_ms(f"profile and decision of a lift, {of}", fits, goal=50)
        yield in_ms(f"all {len(PARTS) + 1} parts of a week, {of}", weeks, goal=60)
        fits, weeks = seconds(profile_and_decision, whole_week, rounds=15, clock=time.process_time)
        yield in_ms("the same profile and decision, time of the processor", fits)
        yield in_ms("the same parts of a week, time of the processor", weeks)


def told(week: object, part: str) -> bool:
    try:
        found = getattr(week, part)
    except NotEnoughData:
        return False
    return not getattr(found, "missing", ())
