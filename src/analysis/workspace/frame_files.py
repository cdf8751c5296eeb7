"""Frames as Arrow files, typed when they are read as they were when they were written."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import ipc


def packed(frame: pd.DataFrame) -> memoryview:
    """The content of a file that holds a frame, without its index."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    content = pa.BufferOutputStream()
    with ipc.new_file(content, table.schema) as to:
        to.write_table(table)
    return memoryview(content.getvalue())


def read_frame(path: Path) -> pd.DataFrame:
    """The frame in a file with the content that `packed` gives.

    Raises OSError where there is none, pyarrow.ArrowException where the file is damaged.
    """
    with pa.OSFile(str(path)) as file:
        return ipc.open_file(file).read_pandas()
