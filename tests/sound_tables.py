"""Holding frames to the declaration of the canonical tables."""

import pandas as pd

from analysis.base.tables import TABLES


def assert_sound(name: str, frame: pd.DataFrame) -> None:
    """Columns, ranges and key of a table, as the store will want them; its file is numbered where it is not yet."""
    table = TABLES[name]
    canonical = table.coerce(frame.assign(file_no=1) if "file_no" in table.names else frame)
    assert set(frame.columns) <= {*table.names, "file_no"}
    assert table.failures(canonical).to_dict("records") == []
    assert not canonical.duplicated(list(table.key)).any()
