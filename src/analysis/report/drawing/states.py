"""A state or verdict in a drawing: a class of colour, and a shape beside its word."""

from typing import Any

UP, SAME, DOWN, UNKNOWN = ("up", "▲"), ("same", "●"), ("down", "▼"), ("unknown", "?")
MARKS = {
    "clearly better": UP,
    "better": UP,
    "about the same": SAME,
    "no detectable change": SAME,
    "worse": DOWN,
    "clearly worse": DOWN,
    "cannot tell": UNKNOWN,
}
_SHORT = {"no detectable change": "too close to call"}


def state_mark(row: dict[str, Any]) -> tuple[str, str]:
    """Class of colour, and shape and word, of a row's state or verdict; empty where it has none.

    >>> state_mark({"state": "better"})
    ('up', '▲ better')
    """
    if row.get("word"):
        return "", f"◆ {row['word']}"
    if not row["state"]:
        return "", ""
    css, shape = MARKS[row["state"]]
    return css, f"{shape} {_SHORT.get(row['state'], row['state'])}"
