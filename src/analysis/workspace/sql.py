"""Questions in SQL to the tables of a squad, answered by DuckDB in memory: it reaches no file and no network."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.base.errors import UsageProblem

# locked, so that no statement opens what is closed here
_CLOSED: dict[str, Any] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name is a table of the squad, never a variable of the notebook
    "temp_directory": "",  # nothing of a person is spilled to a disk
    "lock_configuration": "true",
}


def arrow(table: pd.DataFrame) -> pa.Table:
    """A table for whoever reads Arrow: polars, R, DuckDB."""
    return pa.Table.from_pandas(table, preserve_index=False)


def answered(query: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of a query over tables by name; no rows and no columns of a statement that has no answer.

    Raises UsageProblem where DuckDB is not installed, and for a query that it refuses.

    >>> lifted = pd.DataFrame({"exercise": ["swing", "swing", "deadlift"], "load_kg": [24.0, 28.0, None]})
    >>> answered("select exercise, max(load_kg) as load_kg from sets group by exercise order by 1", {"sets": lifted})
       exercise  load_kg
    0  deadlift      NaN
    1     swing     28.0
    """
    try:
        import duckdb
    except ModuleNotFoundError:
        raise UsageProblem(
            "SQL needs DuckDB, which is not installed. Install it with `pip install 'athlete-workbook[sql]'`, "
            "or use the tables of `ws.squad()`."
        ) from None
    with duckdb.connect(":memory:", config=_CLOSED) as connection:
        for name, table in tables.items():
            connection.register(name, arrow(table))
        try:
            found = connection.sql(query)
            return pd.DataFrame() if found is None else found.to_arrow_table().to_pandas()
        except duckdb.Error as problem:
            said = str(problem).strip().partition("\n")[0]
            raise UsageProblem(f"DuckDB refuses the query: {said} The tables are {', '.join(tables)}.") from None
