"""A state or verdict in a drawing: a class of colour, and a shape beside its word."""

from typing import Any

from analysis.base.states import State


def state_mark(row: dict[str, Any]) -> tuple[str, str]:
    """Class of colour, and shape and word, of a row's state or verdict; empty where it has none.

    >>> state_mark({"state": "better"})
    ('up', '▲ better')
    """
    if row.get("word"):
        return "", f"◆ {row['word']}"
    if not row["state"]:
        return "", ""
    state = State(row["state"])
    return state.css, f"{state.mark} {state}"
