"""The noise of the squad, kept beside the store, so that all who look at one state of the data judge by one table.

What it is, typical error and carry-over by quantity and device, the pure core knows: a workspace is given a function
for it. The table holds aggregates of 3 athletes or more and names nobody. It is kept for as long as no athlete's data,
nor anything else that decides the frames, has changed, and goes when an athlete is erased.
"""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.base.files import write_whole
from analysis.base.frames import NOISE_COLUMNS
from analysis.workspace.frame_files import packed, read_frame

FOLDER = "noise"  # in the store's

NoiseOf = Callable[[Iterable[Any], pd.Timestamp], pd.DataFrame]  # of athletes, up to a day


def no_noise() -> pd.DataFrame:
    """The table of a squad of which nothing is known."""
    return pd.DataFrame(columns=list(NOISE_COLUMNS))


def kept_in(store_folder: Path) -> list[Path]:
    """The tables that are kept."""
    return sorted((store_folder / FOLDER).glob("*.arrow"))


def kept(store_folder: Path, state: str, until: pd.Timestamp) -> pd.DataFrame | None:
    """The table of a state of the data up to a day; None where it is not kept, or damaged."""
    with contextlib.suppress(OSError, pa.ArrowException):
        return read_frame(_path(store_folder, state, until))
    return None


def keep(store_folder: Path, state: str, until: pd.Timestamp, table: pd.DataFrame) -> None:
    """Keep a table, and no table of another state; on a disk that cannot be written none is kept."""
    with contextlib.suppress(OSError):
        (store_folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
        write_whole(_path(store_folder, state, until), packed(table))
        for path in kept_in(store_folder):
            if not path.name.startswith(state):
                path.unlink(missing_ok=True)


def _path(store_folder: Path, state: str, until: pd.Timestamp) -> Path:
    return store_folder / FOLDER / f"{state}-{until.date().isoformat()}.arrow"
