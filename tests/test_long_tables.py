"""Long tables: read and stored in parts, and the same as if they were not."""

import numpy as np
import pandas as pd
import pytest
from drop_folder import BAR_SPEED, ROSTER, STRONG, drop, strong_row, workspace
from test_tables_in import LOGS

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.base.tables import TABLES as TABLES_OF_THE_STORE
from analysis.ingest import dialect, registry
from analysis.ingest.reading import Options
from analysis.store import writing
from analysis.workspace import intake

OPTIONS = Options(config=Config(time_zone="Europe/Berlin"), load_unit="kg")
DAYS = [f"2026-0{month}-{day:02d}" for month in (3, 4) for day in range(1, 29)]


def speeds(random: np.random.Generator, rows: int = 400) -> str:
    """Repetitions in no order of days, whose sets are numbered by how they appear; some are refused."""
    lines = []
    for _ in range(rows):
        athlete, day, lift = (random.choice(words) for words in (("Alder", "Birch"), DAYS[:9], ("Deadlift", "Squat")))
        lines.append(
            f"{athlete},{day},{lift},,,{random.integers(5, 9) * 10},{random.choice(['0.8', 'fast'], p=[0.9, 0.1])}\n"
        )
    return BAR_SPEED + "".join(lines)


def log(random: np.random.Generator, rows: int = 300) -> str:
    """Strong's log in no order of days."""
    return STRONG + "".join(
        strong_row(str(random.choice(DAYS)), int(random.integers(1, 5)), int(random.integers(40, 90)))
        for _ in range(rows)
    )


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True, key=lambda values: values.astype(str))


RANDOM = np.random.default_rng(15)
TABLES = {"bar_speed.csv": speeds(RANDOM), "strong.csv": log(RANDOM)} | {
    f"{name}_{n}.csv": text for name, texts in LOGS.items() for n, text in enumerate(texts)
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("rows", [1, 40])
def test_what_is_read_in_parts_is_what_is_read_at_once(tmp_path, monkeypatch, name, rows):
    path = tmp_path / name
    path.write_text(TABLES[name], encoding="utf-8", newline="")
    whole = registry.read(path, OPTIONS)
    monkeypatch.setattr(dialect, "PART_ROWS", rows)
    parts = registry.read(path, OPTIONS)
    assert parts.tables.keys() == whole.tables.keys()
    for table, frame in whole.tables.items():
        pd.testing.assert_frame_equal(by_key(parts.tables[table]), by_key(frame))
    for ours, theirs in ((parts.source_rows, whole.source_rows), (parts.rejects, whole.rejects)):
        pd.testing.assert_frame_equal(by_key(ours), by_key(theirs))
    assert (parts.notes, parts.dialect) == (whole.notes, whole.dialect)


def test_more_rows_than_a_table_may_have_are_refused_before_they_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(dialect, "MAX_ROWS", 100)
    (tmp_path / "blank.csv").write_text(BAR_SPEED + "\n" * 200)
    with pytest.raises(UnreadableFile, match=r"blank\.csv has more than 100 rows\. Split it"):
        registry.read(tmp_path / "blank.csv", OPTIONS)


STORED = [name for name in TABLES_OF_THE_STORE if name != "samples"]


def stored(folder, texts: dict[str, str]) -> tuple[dict[str, pd.DataFrame], list[tuple]]:
    """All tables of a workspace that took these in, one after the other, and what was said of each."""
    squad = workspace(folder)
    drop(squad.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\nBirch,birch1,F,2004,report,,\n")
    told = []
    for name, text in {"athletes.csv": None, **texts}.items():
        path = squad.raw_folder / name if text is None else drop(squad.folder, f"Alder/{name}", text)
        (outcome,) = intake.ingest(squad, intake.files_below([path]))
        told.append((outcome.state, outcome.rows_new, outcome.rows_known, outcome.rows_revised, outcome.rows_rejected))
    frames = squad.store.frames(STORED)
    squad.store.close()
    frames["files"] = frames["files"].drop(columns="imported_at")
    return frames, told


@pytest.mark.soak
def test_what_is_stored_in_parts_is_what_is_stored_at_once(tmp_path, monkeypatch):
    text = TABLES["bar_speed.csv"]
    texts = {
        "first.csv": text,
        "grown.csv": text.replace(",50,0.8", ",50,0.7") + speeds(np.random.default_rng(16), 40).partition("\n")[2],
        "strong.csv": TABLES["strong.csv"],
    }
    whole, said = stored(tmp_path / "whole", texts)
    monkeypatch.setattr(writing, "PART_ROWS", 50)
    parts, said_of_parts = stored(tmp_path / "parts", texts)
    assert said_of_parts == said
    assert {state for state, *_ in said} == {"taken"}
    assert said[2][3] > 0, "nothing was revised"
    for name, frame in whole.items():
        pd.testing.assert_frame_equal(by_key(parts[name]), by_key(frame), obj=name)
    assert len(whole["links"]) > 0
