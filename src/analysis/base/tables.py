"""The canonical tables: one declaration, `tables.toml`, for checks, documentation and the store.

SI units plus kg, the unit in the column name. Nothing is imputed: a missing number is NaN, a missing text is None,
0 and missing stay distinct. Readers deliver these columns, the store keeps them, notebooks get them.
"""

import tomllib
from importlib.resources import files
from typing import Any

from analysis.base.columns import Column, Table

__all__ = ["EMAIL", "TABLES", "Column", "Table"]


def _declared() -> dict[str, Table]:
    """The tables by name, in the order of the file."""
    tables: dict[str, Any] = tomllib.loads(files("analysis.base").joinpath("tables.toml").read_text(encoding="utf-8"))
    shared = tables.pop("shared")

    def columns(said: dict[str, Any]) -> tuple[Column, ...]:
        facts = {name: shared[name] if one == "shared" else one for name, one in said.items()}
        return tuple(Column(name, **one) for name, one in facts.items())

    return {name: Table(name, tuple(one["key"]), columns(one["columns"]), one["row"]) for name, one in tables.items()}


TABLES = _declared()
EMAIL = str(TABLES["contacts"].column("email").pattern)  # an address alone, as forms on the web take it
