"""After a cue: recovery from a poor day is not taken for the cue's, what a cue does is found, and little is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import NotEnoughData
from analysis.models.form.after_cue import after_cue


def cued_squad(
    rng: np.random.Generator, *, cue_does: float = 0.0, n_athletes: int = 12, n_days: int = 24
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rated sessions, and cues on days well below an athlete's own level; each lifts the next session by `cue_does`."""
    days = pd.date_range("2026-01-05", periods=n_days, freq="7D")
    sessions, cues = [], []
    for number in range(n_athletes):
        level, lifted = rng.normal(6, 1), 0.0
        for day in days:
            clean = level + lifted + rng.normal(0, 1)
            row = {"athlete_id": f"a{number}", "exercise": "deadlift", "local_date": day}
            sessions.append({**row, "clean_reps": max(clean, 0.0), "rater": "coach"})
            lifted = 0.0
            if clean < level - 0.7:
                cues.append(row)
                lifted = cue_does
    return pd.DataFrame(sessions), pd.DataFrame(cues)


def test_the_recovery_from_a_poor_day_is_not_the_cues():
    rng = np.random.default_rng(2)
    covered, plain = 0, []
    for _ in range(60):
        found = after_cue(*cued_squad(rng))
        covered += found.interval.low <= 0 <= found.interval.high
        plain.append(found.plain_reps)
    assert covered >= 54
    assert min(plain) > 0.5, "the plain difference sees an effect every time"


def test_what_a_cue_does_is_found_with_its_size():
    found = after_cue(*cued_squad(np.random.default_rng(5), cue_does=1.0))
    assert found.verdict == "more"
    assert found.interval.low < 1.0 < found.interval.high
    assert found.glance()["detectable_reps"].item() < 1.0


def test_a_cue_counts_from_its_day_up_to_the_day_before_the_next_session():
    sessions, cues = cued_squad(np.random.default_rng(5))
    later = cues.assign(local_date=cues["local_date"] + pd.Timedelta(days=6))
    same = after_cue(sessions, cues).pairs["cue"]
    pd.testing.assert_series_equal(after_cue(sessions, later).pairs["cue"], same)
    on_next_day = cues.assign(local_date=cues["local_date"] + pd.Timedelta(days=7))
    assert not after_cue(sessions, on_next_day).pairs["cue"].equals(same)


def test_sessions_of_two_raters_are_no_pair():
    sessions, cues = cued_squad(np.random.default_rng(5))
    half = sessions["local_date"] >= "2026-04-06"
    found = after_cue(sessions.assign(rater=np.where(half, "another", "coach")), cues)
    assert len(after_cue(sessions, cues).pairs) - len(found.pairs) == 12


@pytest.mark.parametrize("n", [0, 4])
def test_few_cues_are_refused_with_what_to_record(n):
    sessions, cues = cued_squad(np.random.default_rng(5))
    with pytest.raises(NotEnoughData, match=f"got {n} of .* Write cues down and rate one set a week"):
        after_cue(sessions, cues[cues["athlete_id"] == "a0"].head(n) if n else cues.head(0))
