"""Long tables: read and stored in parts, and the same as if they were not."""

import numpy as np
import pandas as pd
import pytest
from drop_folder import BAR_SPEED, STRONG, strong_row
from test_tables_in import LOGS

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import dialect, registry
from analysis.ingest.reading import Options

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
