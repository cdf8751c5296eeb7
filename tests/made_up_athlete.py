"""A made-up athlete for the tests of the week: frames built by code, one small change each."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.base.config import Check, Config, Lift, SideTest
from analysis.base.frames import NOISE_COLUMNS
from analysis.base.tables import TABLES
from analysis.metrics.mobility import SCREENS

SUNDAY = pd.Timestamp("2026-06-28")
MONDAY = pd.Timestamp("2026-06-22")
FRIDAYS = pd.date_range(end="2026-06-26", periods=9, freq="7D")
MONDAYS = pd.date_range(end="2026-06-22", periods=9, freq="7D")

# a day's scatter around 0.70 m/s, the same every time so that a test can be read
FLAT_M_S = 0.70 + np.array([0.00, 0.02, -0.02, 0.01, -0.01, 0.02, -0.02, 0.00, 0.01])

LIFT = Lift(
    exercise="romanian_deadlift", name="Romanian deadlift", anchor_load_kg=60, te_m_s=0.025, te_df=4, te_source="squad"
)
SPRINT = Check(
    test_id="sprint_20m",
    name="20 m sprint",
    unit="s",
    distance_m=20,
    every_days=28,
    te=0.03,
    te_df=4,
    te_source="squad",
    swc=0.03,
)
HOP = SideTest(test_id="hop", name="Single-leg hop", metric="distance", unit="cm")
ANKLE = next(screen for screen in SCREENS if screen.test_id == "ankle_dorsiflexion")
CONFIG = Config(lifts=[LIFT], checks=[SPRINT], side_tests=[HOP])


@dataclass(frozen=True)
class MadeUp:
    """Duck-typed as `analysis.workspace.people.Athlete`."""

    athlete_id: str
    config: Config
    sessions: pd.DataFrame
    sets: pd.DataFrame
    reps: pd.DataFrame
    runs: pd.DataFrame
    splits: pd.DataFrame
    wellness: pd.DataFrame
    trials: pd.DataFrame
    plan: pd.DataFrame
    cues: pd.DataFrame
    proposals: pd.DataFrame = field(default_factory=lambda: TABLES["proposals"].empty())
    labels: pd.DataFrame = field(default_factory=lambda: TABLES["labels"].empty())
    exclusions: pd.DataFrame = field(default_factory=lambda: left_out([]))
    noise: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NOISE_COLUMNS))  # alone, without a squad

    def samples(self, session_id: str) -> pd.DataFrame:
        """Watch records at the pace and heart rate that the session id names, as `run-2026-06-02-400-140`."""
        *_, pace_s_per_km, heart_rate_bpm = session_id.split("-")
        t_s = np.arange(0.0, 1500.0, 10.0)
        return pd.DataFrame({"t_s": t_s, "heart_rate_bpm": float(heart_rate_bpm), "speed_m_s": np.nan}).assign(
            distance_m=t_s * 1000 / float(pace_s_per_km)
        )

    def but(self, **frames) -> "MadeUp":
        """The same athlete with other frames."""
        return replace(self, **frames)


def table(name: str, rows: list[dict], **more: str) -> pd.DataFrame:
    """Rows as a canonical frame; `more` are joined columns (local_date, counted) and their dtypes."""
    typed = TABLES[name].coerce(pd.DataFrame(rows)) if rows else TABLES[name].empty()
    for column, dtype in more.items():
        typed[column] = pd.Series([row[column] for row in rows], dtype=dtype)
    return typed


def left_out(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Exclusions as `analysis.workspace.people.Athlete` gives them: day, what, part and reason, oldest first."""
    frame = pd.DataFrame(rows, columns=["local_date", "what", "part", "reason"], dtype="str")
    keys = frame.index.astype("str") + "|1|1"
    return frame.assign(
        table_name="splits", row_key=keys, local_date=pd.to_datetime(frame["local_date"], format="ISO8601")
    )


def last_day_off(by_m_s: float) -> np.ndarray:
    """The flat series with its last day shifted."""
    return last_days_off(by_m_s, 1)


def last_days_off(by_m_s: float, days: int = 3) -> np.ndarray:
    """The flat series with its last days shifted for good."""
    return FLAT_M_S + np.where(np.arange(len(FLAT_M_S)) >= len(FLAT_M_S) - days, by_m_s, 0.0)


OF_A_DAY = {"local_date": "datetime64[us]"}
COUNTED = {**OF_A_DAY, "counted": "bool"}


def session(day: pd.Timestamp, key: str, **more) -> dict:
    return {
        "session_id": f"{key}-{day.date()}",
        "athlete_id": "t3st",
        "source": "test",
        "source_key": str(day.date()),
        "tz_quality": "none",
        "local_date": day,
        "kind": "strength",
        "status": "done",
        "file_no": 1,
        "row_no": 1,
        **more,
    }


def bar_speed(
    days: pd.DatetimeIndex,
    speeds_m_s: np.ndarray,
    *,
    devices: list[str] | None = None,
    load_kg: float = 60.0,
    side: str = "B",
) -> tuple[list[dict], list[dict]]:
    """Sets and reps: 3 repetitions at the anchor a day, around the day's speed."""
    sets, reps = [], []
    for place, (day, speed) in enumerate(zip(days, speeds_m_s, strict=True)):
        set_no = "BLR".index(side) + 1
        key = {"session_id": f"fri-{day.date()}", "set_no": set_no, "athlete_id": "t3st", "file_no": 1, "row_no": 1}
        sets.append(
            {**key, "local_date": day, "counted": True, "exercise": "romanian_deadlift", "side": side, "reps": 3}
            | {"exercise_raw": "RDL", "set_kind": "work", "load_kg": load_kg}
        )
        device = devices[place] if devices else "encoder one"
        reps += [
            {**key, "local_date": day, "rep_no": rep, "mean_velocity_m_s": speed + by, "device": device}
            for rep, by in ((1, 0.01), (2, 0.0), (3, -0.01))
        ]
    return sets, reps


def form_sets(
    days: pd.DatetimeIndex, clean: list[int], *, n_reps: int = 8, angles_deg: list[float] | None = None
) -> tuple[list[dict], list[dict]]:
    """Sets and reps: one rated set of 8 a day, whose form changes after `clean` repetitions."""
    sets, reps = [], []
    for day, held, angle in zip(days, clean, angles_deg or [90.0] * len(days), strict=True):
        key = {"session_id": f"mon-{day.date()}", "set_no": 1, "athlete_id": "t3st", "file_no": 1, "row_no": 1}
        sets.append(
            {**key, "local_date": day, "counted": True, "exercise": "romanian_deadlift", "side": "B", "reps": n_reps}
            | {"exercise_raw": "RDL", "set_kind": "work", "load_kg": 50.0}
        )
        reps += [
            {**key, "local_date": day, "rep_no": rep, "rater": "coach", "hinge_angle_deg": angle + rep}
            | {"form_flags": "" if rep <= held else "flexion"}
            for rep in range(1, n_reps + 1)
        ]
    return sets, reps


def loaded(days: pd.DatetimeIndex, loads_kg: list[float], **more) -> tuple[list[dict], list[dict]]:
    """Sets without a bar speed: one of 5 a day."""
    rows = [
        {"session_id": f"set-{day.date()}", "set_no": 1, "athlete_id": "t3st", "local_date": day, "counted": True}
        | {"exercise": "romanian_deadlift", "exercise_raw": "RDL", "side": "B", "set_kind": "work", "reps": 5}
        | {"load_kg": load, "file_no": 1, "row_no": 1, **more}
        for day, load in zip(days, loads_kg, strict=True)
    ]
    return rows, []


def timed(days: pd.DatetimeIndex, times_s: list[float], *, tempo: str = "3-1-1-0") -> tuple[list[dict], list[dict]]:
    """Sets of 8 in a tempo: one a day, and how long it took."""
    rows, reps = loaded(days, [50.0] * len(times_s), reps=8, tempo=tempo)
    return [row | {"duration_s": time_s} for row, time_s in zip(rows, times_s, strict=True)], reps


def noise_of(*told: tuple[str, str, str, float]) -> pd.DataFrame:
    """The noise of a squad of 12: quantity, device, unit and typical error, rho .2, the same of all athletes."""
    rows = [
        {"quantity": quantity, "device": device, "unit": unit, "te": te, "df": 200.0, "rho": 0.2, "carry_sd": 0.2}
        | {"kurtosis": 3.0, "own_df": 40.0, "n_athletes": 12, "n_exposures": 300, "mdc": 2.77 * te}
        | {"source": "squad of 12", "profile": ""}
        for quantity, device, unit, te in told
    ]
    return pd.DataFrame(rows, columns=NOISE_COLUMNS)


def lifting(*parts: tuple[list[dict], list[dict]]) -> dict[str, pd.DataFrame]:
    """Frames sets and reps of several kinds of days."""
    sets = [row for rows, _ in parts for row in rows]
    reps = [row for _, rows in parts for row in rows]
    return {"sets": table("sets", sets, **COUNTED), "reps": table("reps", reps, **OF_A_DAY)}


def runs_at(paces_s_per_km: list[float], heart_rates_bpm: list[int] | None = None, **more) -> pd.DataFrame:
    """A run every Tuesday up to the last week, its records as `MadeUp.samples` gives them."""
    days = pd.date_range(end="2026-06-23", periods=len(paces_s_per_km), freq="7D")
    rates = heart_rates_bpm or [141] * len(paces_s_per_km)
    rows = [
        {"session_id": f"run-{day.date()}-{pace}-{rate}", "athlete_id": "t3st", "sport": "Running", "device": "watch"}
        | {"local_date": day, "counted": True, "file_no": 1, "row_no": 0, **more}
        for day, pace, rate in zip(days, paces_s_per_km, rates, strict=True)
    ]
    return table("runs", rows, **COUNTED)


def labelled(*labels: tuple[str, str, str]) -> pd.DataFrame:
    """The table labels with one row each: kind, first and last day."""
    rows = [
        {"label_id": str(number), "athlete_id": "t3st", "kind": kind, "source": "coach"}
        | {"first_date": pd.Timestamp(first), "last_date": pd.Timestamp(last)}
        for number, (kind, first, last) in enumerate(labels)
    ]
    return table("labels", rows)


def sprints(days: list[str], best_s: list[float]) -> pd.DataFrame:
    """Three trials a day over two gates; the best is the first."""
    rows = [
        {"session_id": f"run-{day}", "trial_no": trial, "split_no": split, "athlete_id": "t3st", "kind": "gate"}
        | {"test_id": "sprint_20m", "start_m": start, "distance_m": 10.0, "time_s": share * (best + 0.02 * (trial - 1))}
        | {"device": "gates", "file_no": 1, "row_no": 1, "local_date": pd.Timestamp(day)}
        for day, best in zip(days, best_s, strict=True)
        for trial in (1, 2, 3)
        for split, start, share in ((1, 0.0, 0.6), (2, 10.0, 0.4))
    ]
    return table("splits", rows, **OF_A_DAY)


def hops(days: list[str], left_cm: list[float], right_cm: list[float], *, trials: int = 3) -> pd.DataFrame:
    rows = [
        {"athlete_id": "t3st", "local_date": pd.Timestamp(day), "test_id": "hop", "trial_no": trial, "side": side}
        | {"metric": "distance", "value": value + trial, "unit": "cm", "file_no": 1, "row_no": 1}
        for day, *both in zip(days, left_cm, right_cm, strict=True)
        for side, value in zip("LR", both, strict=True)
        for trial in range(1, trials + 1)
    ]
    return table("trials", rows)


def screened(days: pd.DatetimeIndex, values_cm: list[float], *, right_more_cm: float = 0.2, **more) -> pd.DataFrame:
    """Knee to wall: one trial a side and day."""
    rows = [
        {"athlete_id": "t3st", "local_date": day, "test_id": ANKLE.test_id, "trial_no": 1, "side": side}
        | {"metric": "distance", "value": value + by, "unit": "cm", "file_no": 1, "row_no": 1, **more}
        for day, value in zip(days, values_cm, strict=True)
        for side, by in (("L", 0.0), ("R", right_more_cm))
    ]
    return table("trials", rows)


def answers(days: pd.DatetimeIndex, values: list[float], item: str = "sleep") -> list[dict]:
    return [
        {"athlete_id": "t3st", "local_date": day, "item": item, "source": "form", "value": value}
        | {"scale_min": 1, "scale_max": 10, "direction": "higher_better", "file_no": 1, "row_no": 1}
        for day, value in zip(days, values, strict=True)
    ]


def plan_lines(first: pd.Timestamp, weeks: int) -> pd.DataFrame:
    rows = [
        {"athlete_id": "t3st", "local_date": first + pd.Timedelta(days=7 * week + day), "line_no": 1, "role": role}
        | {"content": content, "file_no": 1, "row_no": 1}
        for week in range(weeks)
        for day, role, content in (
            (0, "day_1", "drills"),
            (2, "day_3", "balance"),
            (3, "rest", None),
            (4, "day_5", "power"),
        )
    ]
    return table("plan", rows)


def trained(weeks: int = 4, *, left_out: tuple[str, ...] = ()) -> pd.DataFrame:
    """Sessions on Monday, Wednesday and Friday in their role, Thursday logged as rest."""
    first = MONDAY - pd.Timedelta(days=7 * (weeks - 1))
    rows = []
    for week in range(weeks):
        for day, role in ((0, "day_1"), (2, "day_3"), (4, "day_5")):
            rows.append(session(first + pd.Timedelta(days=7 * week + day), "role", role=role))
        rows.append(session(first + pd.Timedelta(days=7 * week + 3), "rest", kind="other", status="rest"))
    return table("sessions", [row for row in rows if str(row["local_date"].date()) not in left_out])


def birch() -> MadeUp:
    """Nothing changes; everything is logged."""
    every_day = pd.date_range(MONDAY - pd.Timedelta(days=20), SUNDAY)
    sleep = [7.0, 8.0, 6.0, 7.0, 8.0, 7.0, 6.0] * 4
    return MadeUp(
        athlete_id="t3st",
        config=CONFIG,
        sessions=trained(),
        **lifting(bar_speed(FRIDAYS, FLAT_M_S), form_sets(MONDAYS, [6, 7, 5, 6, 6, 7, 6, 6, 6])),
        runs=table("runs", [], **{"local_date": "datetime64[us]", "counted": "bool"}),
        splits=sprints(["2026-03-30", "2026-04-27", "2026-05-25", "2026-06-23"], [3.30, 3.33, 3.31, 3.32]),
        wellness=table("wellness", answers(every_day, sleep[: len(every_day)])),
        trials=hops(["2026-04-06", "2026-05-04", "2026-06-01"], [150.0, 152.0, 149.0], [151.0, 150.0, 151.0]),
        plan=plan_lines(MONDAY - pd.Timedelta(days=21), 5),
        cues=table(
            "cues",
            [
                {"athlete_id": "t3st", "local_date": day, "exercise": exercise, "cue": cue, "file_no": 1, "row_no": 1}
                for day, exercise, cue in (
                    (MONDAYS[3], "romanian_deadlift", "butt back"),
                    (MONDAYS[5], "kettlebell_swing", "snap the hips"),
                )
            ],
        ),
    )
