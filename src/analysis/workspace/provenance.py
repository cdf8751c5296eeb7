"""Where rows came from: the facts of a file, its rows as they were, what was refused, and the names that wait."""

from typing import Any, cast

import numpy as np
import pandas as pd

from analysis.ingest.reading import Reading
from analysis.store import as_json


def file_facts(reading: Reading, rows_waiting: int) -> dict[str, Any]:
    """What the table `files` says of a file beside its bytes."""
    became = reading.source_rows["became"]
    return {
        "reader": reading.reader,
        "reader_version": reading.version,
        "dialect": as_json(reading.dialect),
        "imported_at": pd.Timestamp.now(tz="UTC"),
        "rows_taken": int(np.sum(became == "taken")),
        "rows_rejected": int(np.sum(became == "rejected")),
        "rows_waiting": rows_waiting,
    }


def row_hashes(source_rows: pd.DataFrame) -> list[str]:
    """A hash of the raw text of each row."""
    return [f"{value:016x}" for value in cast(Any, pd).util.hash_array(source_rows["raw"].to_numpy(dtype="object"))]


def provenance(reading: Reading, waiting: dict[str, int]) -> dict[str, pd.DataFrame]:
    """The rows as they were, the rejects, and the names that wait."""
    rows = reading.source_rows
    rows = rows.assign(row_hash=row_hashes(rows))
    rows = rows.assign(occurrence=rows.groupby(["sheet", "row_hash"]).cumcount() + 1)
    waiting_rows = [{"source": reading.source, "external_name": name, "rows": count} for name, count in waiting.items()]
    frames = {"source_rows": rows, "rejects": reading.rejects, "waiting": pd.DataFrame(waiting_rows)}
    return {name: frame for name, frame in frames.items() if len(frame)}
