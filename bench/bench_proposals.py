"""What the coach waits for: the facts of one athlete's week with a long log, held against the rules."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench_models import an_athlete
from figure import Figure, in_ms, seconds

from analysis.base.rules import shipped_rules
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.squad_week.proposals import week_proposals

GOAL_MS = 150


def figures() -> Iterator[Figure]:
    rules = shipped_rules()
    with tempfile.TemporaryDirectory() as name:
        athlete = an_athlete(Path(name))
        (weeks,) = seconds(lambda: week_proposals(athlete_week(athlete, athlete.until), rules), rounds=15)
        of = f"{len(athlete.sets):,} sets, {len(rules)} rules"
        yield in_ms(f"proposals for an athlete's coming week, {of}", weeks, GOAL_MS)
