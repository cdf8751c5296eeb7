"""Facts of samples of training logs and of bar speed tell a difference, and damaged ones are refused."""

from dataclasses import dataclass
from pathlib import Path

import lift_facts
import numpy as np
import pytest
from format_samples import FILES, written
from mutation import mutated
from soak_scale import times

from analysis.base.errors import UnitNeeded, WorkbookError
from analysis.ingest import registry
from analysis.ingest.reading import Options, Reading


@dataclass(frozen=True)
class Sample:
    read: Reading


def reading(path: Path) -> Reading:
    try:
        return registry.read(path, Options())
    except UnitNeeded:
        return registry.read(path, Options(load_unit="kg", distance_unit="km"))


@pytest.mark.parametrize(
    ("reader", "fact", "right", "wrong"),
    [
        ("openbarbell", "sets", 4, 5),
        ("alpha_progression", "warmup_sets", 2, 1),
        ("perch", "reps_valid", 2, 3),
        ("jefit", "exercise_rows", 2, 3),
        ("repcount", "spots", [{"data_row": 1, "value": "120"}], [{"data_row": 0, "value": "120"}]),
    ],
)
def test_a_fact_that_differs_is_told(tmp_path, reader, fact, right, wrong):
    sample = Sample(reading(written(tmp_path, *FILES[reader][0])))
    assert lift_facts.FORMATS[reader][fact](sample, right) is None
    assert lift_facts.FORMATS[reader][fact](sample, wrong) is not None


OURS = (
    *("liftosaur", "liftlog", "liftlog_json", "repcount", "alpha_progression", "jefit", "fastnfitness", "boostcamp"),
    *("openbarbell", "perch", "gymaware", "gymaware_sets"),
)


@pytest.mark.scaled
@pytest.mark.parametrize("reader", OURS)
def test_a_mutated_log_is_read_or_refused_with_a_sentence(tmp_path, reader):
    name, text = FILES[reader][0]
    path, refusals = tmp_path / name, []
    for seed in range(times(5, 30, 170)):
        path.write_bytes(mutated(text.encode(), np.random.default_rng(seed)))
        try:
            reading(path)
        except WorkbookError as refusal:
            refusals.append(str(refusal))
    assert [text for text in refusals if not text.endswith(".") or "broke the workbook" in text] == []
