"""How a block was trained, as its review tells it: streams that are there are told, and those that are not named."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import CONFIG, SUNDAY, MadeUp, answers, birch, form_sets, lifting, runs_at, table
from made_up_squad import MONDAYS

from analysis.base.blocks import Fact, Forest
from analysis.base.errors import NotEnoughData
from analysis.base.tables import TABLES
from analysis.pages.block_review import form_sections, summary, training_sections, words
from analysis.pages.block_review.review import BlockReview, block_review
from analysis.pages.squad_noise import noise_table

N_REPS = 12
TREES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel")
RUNS = runs_at([360.0] * 6).assign(timer_s=4200.0, elapsed_s=4200.0)


@dataclass(frozen=True)
class Tree(MadeUp):
    """Whose long runs have a cadence that falls in the second half, where `late_spm` is known."""

    name: str = ""
    fingerprint: str = "f00d"
    late_spm: float = np.nan

    def samples(self, session_id: str) -> pd.DataFrame:  # noqa: ARG002 - every run alike
        t_s = np.arange(0.0, 4200.0, 10.0)
        cadence = np.where(t_s >= 2400, self.late_spm, 172.0 if np.isfinite(self.late_spm) else np.nan)
        records = pd.DataFrame({"t_s": t_s, "heart_rate_bpm": 140.0, "speed_m_s": 3.0})
        return records.assign(cadence_spm=cadence, distance_m=3.0 * t_s)


def tree(number: int, *, everything: bool) -> Tree:
    """An athlete with 20 rated weeks whose clean repetitions follow her sleep; with all streams, or these alone."""
    rng = np.random.default_rng(number)
    sleep = np.round(rng.normal(7, 1.2, len(MONDAYS)))
    clean = np.clip(np.round(7 + 0.9 * (sleep - 7) + rng.normal(0, 0.8, len(MONDAYS))), 0, N_REPS).astype(int)
    frames = lifting(form_sets(MONDAYS, clean.tolist(), n_reps=N_REPS))
    sets = frames["sets"].assign(pattern="hinge")
    if everything:
        sets["rest_s"] = np.round(rng.normal(120, 20, len(sets)))
        step_ups = [
            sets.assign(set_no=set_no, exercise="step_up", pattern="squat", side=side, load_kg=load)
            for set_no, side, load in ((8, "L", 20.0), (9, "R", 20.0 + number))
        ]
        sets = pd.concat([sets, *step_ups], ignore_index=True)
    cues = [
        {
            "athlete_id": "x",
            "local_date": day,
            "exercise": "romanian_deadlift",
            "cue": "butt back",
            "file_no": 1,
            "row_no": 1,
        }
        for day in MONDAYS[clean < 6]
    ]
    more = {
        "wellness": table("wellness", answers(MONDAYS, sleep.tolist())),
        "cues": table("cues", cues if everything else []),
        "runs": RUNS if everything else RUNS.head(0),
    }
    whole = birch().but(sets=sets, reps=frames["reps"], **more)
    late = 168.0 - number / 4 if everything else np.nan
    return Tree(**{**vars(whole), "athlete_id": f"t{number}", "name": TREES[number]}, late_spm=late)


def review_of(*trees: Tree) -> BlockReview:
    noise = noise_table(trees, SUNDAY)
    ledger = {name: TABLES[name].empty() for name in ("files", "rejects", "claims")}
    squad = SimpleNamespace(
        config=CONFIG, athletes=tuple(one.but(noise=noise) for one in trees), ledger=ledger, fingerprint="f00d"
    )
    squad.withheld, squad.noise = 0, noise
    return block_review(squad, since="2026-04-06", until="2026-06-28")


@pytest.fixture(scope="module")
def whole() -> BlockReview:
    """Eight athletes with every stream."""
    return review_of(*(tree(number, everything=True) for number in range(len(TREES))))


@pytest.fixture(scope="module")
def bare() -> BlockReview:
    """The same with rated sets and sleep alone."""
    return review_of(*(tree(number, everything=False) for number in range(len(TREES))))


def facts(blocks: list) -> dict[str, Fact]:
    return {one.subject: one for one in blocks if isinstance(one, Fact)}


@pytest.mark.soak
def test_form_that_follows_sleep_is_told_as_going_together(whole):
    shown = form_sections.form(whole)
    sleep = facts(shown)["form.sleep"]
    assert sleep.sentence.startswith("More clean reps. Sleep, a usual swing of 1.")
    assert sleep.sentence.endswith(words.FORM_NO_CAUSE)
    assert sleep.conf_low is not None
    assert 0 < sleep.conf_low < 1
    rest = facts(shown)["form.rest_s"]
    assert rest.sentence.startswith("Nothing shown. Rest between sets, a usual swing of ")
    assert "would have been seen" in rest.sentence
    (forest,) = [one for one in shown if isinstance(one, Forest)]
    assert [row.word for row in forest.rows] == ["goes with more", "nothing shown", ""]
    assert forest.rows[-1].note == words.NOT_RECORDED, "nobody asked for soreness"


def test_long_runs_tell_cadence_stride_and_what_could_have_been_seen(whole):
    shown = training_sections.running(whole)
    late = facts(shown)["running.mechanics"]
    assert "of 8 athletes: cadence −2." in late.sentence
    assert ", stride +2." in late.sentence
    assert late.estimate == pytest.approx(100 * np.log(167.1 / 172), abs=0.1)
    labels = [one.label for one in shown if isinstance(one, Forest)]
    assert labels == ["Speed for a heartbeat lost late", "Cadence late", "Stride late"]


def test_the_balance_counts_patterns_and_names_who_is_uneven(whole):
    said = facts(training_sections.balance(whole))
    assert (
        said["balance.patterns"].sentence
        == "288 working sets: hinge 33 %, squat 67 %. No set of push or pull was logged."
    )
    assert said["balance.sides"].sentence == (
        "Single-leg work: 3 of 8 athletes moved the same on both sides within 10 %; most apart: Hazel, 30 % more "
        "right in step up."
    )


def test_cues_are_held_against_sessions_as_good_without_one(whole):
    said = facts(form_sections.cues(whole))
    assert said["cues.after"].sentence.startswith("Nothing shown. After ")
    assert "with the recovery from a poor day in it" in said["cues.after"].sentence
    assert "luck alone" in said["cues.block"].sentence


def test_what_is_not_recorded_is_named_with_what_to_record(bare):
    said = facts(form_sections.form(bare)) | facts(training_sections.balance(bare)) | facts(form_sections.cues(bare))
    for subject, what in {
        "form.rest_between_sets": "Rest between sets: not recorded on a day with rated form. Record it on those days.",
        "balance.sides": words.NO_SIDES,
        "cues.none": words.NO_CUE,
    }.items():
        assert (said[subject].sentence, said[subject].reason) == (what, "nothing_recorded")
    with pytest.raises(NotEnoughData, match="No run of an hour or more with cadence"):
        training_sections.running(bare)


@pytest.mark.soak
def test_the_ten_lines_say_what_the_sections_say(whole, bare):
    lines = {row.section: row for row in summary.summary(whole).rows}
    assert lines["form"].verdict == "Goes with sleep."
    assert lines["form"].text.endswith("Soreness: not recorded.")
    assert "Cadence −2." in lines["running"].text
    assert lines["balance"].text == "288 working sets. Sides within 10 %: 3 of 8."
    missing = {row.section: row for row in summary.summary(bare).rows}
    assert missing["running"].state == "cannot tell"
    assert missing["balance"].text.endswith(words.LINE_NO_SIDES)
