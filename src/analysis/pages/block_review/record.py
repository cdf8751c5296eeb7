"""What an athlete's record of a block holds: the plan and what became of it, days logged, rows that cannot be used."""

import itertools

import pandas as pd

from analysis.metrics.adherence import plan_status
from analysis.metrics.load import daily_load
from analysis.metrics.running import is_run
from analysis.metrics.strength import VELOCITY_METRICS
from analysis.models.series import Followed
from analysis.pages.athlete_week.week import AthleteFrames, day_states_of
from analysis.pages.block_review.measures import Block, Measure


def plan_of(athlete: AthleteFrames, block: Block) -> dict[str, int]:
    """Planned days that were due, by what became of them; those on which the athlete was ill or away were not (`off`).

    `not_logged` are those of the missed days on which nothing at all is logged: they are not known to be missed.
    """
    became = plan_status(athlete.plan, athlete.sessions, block.days, block.until, labels=athlete.labels)
    counts = became["status"].value_counts()
    missed = became.loc[became["status"] == "missed", "local_date"]
    states = _day_states(athlete, block).set_index("local_date")["state"]
    return {
        "due": int((~became["status"].isin(["planned", "off"])).sum()),
        **{status: int(counts.get(status, 0)) for status in ("done", "moved", "part", "missed", "off")},
        "not_logged": int((states.reindex(missed) == "none").sum()),
    }


def weeks_of(athlete: AthleteFrames, block: Block) -> pd.DataFrame:
    """One row a week of the block: week (from 1), begins, n_days, n_logged; rest and off are logged too."""
    states = _day_states(athlete, block)
    week = (states["local_date"] - block.since).dt.days // 7
    logged = (states["state"] != "none").groupby(week)
    weeks = pd.DataFrame({"n_days": logged.size(), "n_logged": logged.sum()}).rename_axis("week").reset_index()
    weeks.insert(1, "begins", block.since + pd.to_timedelta(7 * weeks["week"], unit="D"))
    return weeks.assign(week=weeks["week"] + 1)


def audit_of(athlete: AthleteFrames, block: Block) -> dict[str, int]:
    """How much of everything there is of the block, and how much of it cannot be used."""
    sets = athlete.sets[block.holds(athlete.sets)]
    reps = athlete.reps[block.holds(athlete.reps)]
    runs = athlete.runs[block.holds(athlete.runs)]
    lifted = sets[sets["counted"]]
    unknown = (lifted["load_kg"] * lifted["reps"]).isna() & (lifted["set_kind"] != "warm_up")
    answered = athlete.wellness[block.holds(athlete.wellness) & athlete.wellness["value"].notna()]
    return {
        "days_logged": int((_day_states(athlete, block)["state"] != "none").sum()),
        "sessions_unrated": _sessions_unrated(athlete, block),
        "sets": len(lifted),
        "sets_unknown": int(unknown.sum()),
        "reps_measured": int(reps[list(VELOCITY_METRICS)].notna().any(axis=1).sum()),
        "reps_rated": int(reps["form_flags"].notna().sum()),
        "runs": int((runs["counted"] & is_run(runs)).sum()),
        "copies": int((~sets["counted"]).sum() + (~runs["counted"]).sum()),
        "days_answered": answered["local_date"].nunique(),
        "left_out": int(block.holds(athlete.exclusions).sum()),
    }


def device_changes(measure: Measure, one: Followed, block: Block) -> list[tuple[str, pd.Timestamp, str, str]]:
    """Measure, day, was and now of each new device, rater or timing within the baseline or the block."""
    first = block.since - pd.Timedelta(days=measure.baseline_days)
    seen = one.exposures[one.exposures["local_date"] >= first]
    device = seen["device"].fillna("not named").tolist()
    return [
        (measure.name, day, was, now)
        for (was, now), day in zip(itertools.pairwise(device), seen["local_date"].iloc[1:], strict=True)
        if was != now
    ]


def _day_states(athlete: AthleteFrames, block: Block) -> pd.DataFrame:
    return day_states_of(athlete, block.days)


def _sessions_unrated(athlete: AthleteFrames, block: Block) -> int:
    if athlete.sessions.empty:
        return 0
    by_day = daily_load(athlete.sessions, until=block.until)
    return int(by_day.loc[by_day.index >= block.since, "unrated"].sum())
