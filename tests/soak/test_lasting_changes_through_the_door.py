"""A change that lasts reaches the coach: from made-up files, through the ordinary door, to the facts of the squad's
page, with the settings that `workbook init` ships."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from drop_folder import BAR_SPEED, ROSTER, drop
from soak_scale import times

from analysis.cli import main

SEED = 20261101  # declared before the first run
OF_EACH = times(6, 6, 60)  # athletes who change, and as many who do not
MONDAY = pd.Timestamp("2026-01-05")
ONSET, LAST = 13, 27  # weeks
LOOKS = range(times(12, 12, 6), LAST + 1, times(3, 3, 1))
BETWEEN_DAYS, WITHIN_SET, RHO = 0.028, 0.02, 0.3  # m/s
TE = (BETWEEN_DAYS**2 + WITHIN_SET**2 / 3) ** 0.5
MDC = 1.96 * 2**0.5 * TE
RAMP_WEEKS = 12


@dataclass
class Told:
    """In which weeks the coach's list held an athlete."""

    weeks: dict[str, list[int]] = field(default_factory=dict)

    def ever(self, kind: str) -> list[str]:
        return [name for name in self.weeks if name.startswith(kind)]


def run(*arguments) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def speeds(rng: np.random.Generator, gain: np.ndarray) -> list[str]:
    """Rows of one athlete's file without the name: Mondays and Thursdays, a tenth missed, 3 repetitions at 60 kg."""
    error, rows = rng.standard_normal(), []
    for session in range(2 * LAST):
        error = RHO * error + (1 - RHO**2) ** 0.5 * rng.standard_normal()
        if rng.random() < 0.1:
            continue
        day = MONDAY + pd.Timedelta(days=7 * (session // 2) + 3 * (session % 2))
        level = 0.70 + gain[session] + BETWEEN_DAYS * error
        for rep in range(1, 4):
            speed = level + WITHIN_SET * rng.standard_normal()
            rows.append(f"{day.date()},romanian_deadlift,1,{rep},60,{speed:.2f}")
    return rows


def gains(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The true gain at every session: a step of 1.5 to 3 MDC, none, or a ramp of 1 MDC in 12 weeks."""
    week = np.arange(2 * LAST) / 2
    stepped = {f"step{n}": np.where(week >= ONSET, rng.uniform(1.5, 3.0) * MDC, 0.0) for n in range(OF_EACH)}
    flat = {f"flat{n}": np.zeros(2 * LAST) for n in range(OF_EACH)}
    ramped = np.clip((week - ONSET) / RAMP_WEEKS, 0, 1) * MDC
    return {**stepped, **flat, **{f"ramp{n}": ramped for n in range(OF_EACH // 3)}}


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    folder = tmp_path_factory.mktemp("door") / "squad"
    run("init", folder)
    rng = np.random.default_rng(SEED)
    drop(folder, "athletes.csv", ROSTER + "".join(f"{name},{name},,1998,,,\n" for name in gains(rng)))
    rng = np.random.default_rng(SEED)
    for name, gain in gains(rng).items():
        rows = "".join(f"{name},{row}\n" for row in speeds(rng, gain))
        drop(folder, f"{name}.csv", BAR_SPEED + rows)
    run("ingest", "--workspace", folder)
    found = Told()
    for week in LOOKS:
        sunday = (MONDAY + pd.Timedelta(days=7 * week - 1)).date().isoformat()
        run("report", "squad_week", "--as-of", sunday, "--workspace", folder)
        for name in listed(folder, sunday):
            found.weeks.setdefault(name, []).append(week)
    return found


def listed(folder: Path, sunday: str) -> set[str]:
    """Ids of the athletes whom the cards and lines of that page name for their bar speed."""
    page = json.loads((folder / "reports" / "squad_week" / sunday / "squad.json").read_text(encoding="utf-8"))
    named = [section for section in page["sections"] if section["key"] in ("cards", "lines")]
    facts = [fact for section in named for fact in section["facts"]]
    subjects = [fact["subject"] for fact in facts if fact["state"] and fact["subject"].startswith("talk.")]
    return {subject.split(".")[1] for subject in subjects if "romanian_deadlift.speed" in subject}


def told_from(week: int) -> list[int]:
    """The looks of 8 weeks from the one that first listed an athlete, who may have been found since the look before."""
    return [look for look in LOOKS if week <= look <= min(week + 8 - (LOOKS.step - 1), LAST)]


def share(k: int, of: int) -> str:
    return f"{k} of {of}"


def test_a_lasting_step_reaches_the_list_within_six_weeks_and_stays_for_eight(told):
    first = {name: min(week for week in told.weeks[name] if week >= ONSET) for name in told.ever("step")}
    soon = [name for name, week in first.items() if week <= ONSET + 6]
    still = [name for name in soon if set(told_from(first[name])) <= set(told.weeks[name])]
    print(
        f"step of 1.5 to 3 MDC: {share(len(soon), OF_EACH)} within 6 weeks, {share(len(still), len(soon))} told for 8"
    )
    assert len(soon) >= OF_EACH * 50 / 60
    assert len(still) >= OF_EACH * 50 / 60


def test_few_unchanged_athletes_ever_reach_the_list(told):
    named = len(told.ever("flat"))
    print(f"unchanged: {share(named, OF_EACH)} ever listed in {LAST - LOOKS.start} weeks")
    assert named <= max(OF_EACH * 9 / 60, 2)


def test_a_ramp_is_found_before_it_ends_as_often_as_printed(told):
    within = [name for name in told.ever("ramp") if min(told.weeks[name]) <= ONSET + RAMP_WEEKS + 2]
    print(f"ramp of 1 MDC in 12 weeks: {share(len(within), OF_EACH // 3)} found by its end")
    assert within
