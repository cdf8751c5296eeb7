"""Hashes of what a report can see and of what makes it: alike content gives the same one, however it came together."""

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

_PACKAGE = Path(__file__).parents[1]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def hash_of(text: str, frames: dict[str, pd.DataFrame], without: Iterable[str] = ()) -> str:
    """Of the text and what the frames hold in all columns but some."""
    digest = hashlib.sha256(text.encode())
    for name, frame in frames.items():
        columns = [column for column in frame.columns if column not in without]
        digest.update(" ".join((name, *columns)).encode())
        digest.update(_packed(frame, columns).serialize())
    return digest.hexdigest()


def _packed(frame: pd.DataFrame, columns: list[str]) -> pa.RecordBatch:
    """Some columns in one piece each, however the frame was put together."""
    arrays = [_whole(pa.array(frame[name].array, from_pandas=True)) for name in columns]
    return pa.RecordBatch.from_arrays(arrays, names=columns)


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Texts may come in chunks, with addresses of either length, or as a part of a longer array, of which bytes behind
    the part would be hashed too."""
    if not (pa.types.is_large_string(array.type) or pa.types.is_string(array.type)):
        return array
    one = (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.large_string())
    return one.take(pa.array(np.arange(len(one))))


@functools.cache
def source_hash() -> str:
    """Of every file of the package: code and template."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".pyo"):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
