"""A value on its band, one of a list or a table of them: worse to the left, better to the right."""

from typing import Any

from analysis.base.states import State
from analysis.report.drawing.scale import clamped
from analysis.report.drawing.scene import Scene

_WIDTH, _HEIGHT = 104.0, 22.0
_HALF_BAND, _RADIUS = 30.0, 6.0
_FARTHEST = (_WIDTH / 2 - _RADIUS - 2) / _HALF_BAND


def place_x(at: float) -> float:
    """Where a value lies in a small drawing of 104 units width; a far one lies at the edge.

    >>> place_x(0.0), place_x(1.0), place_x(9.0)
    (52.0, 82.0, 96.0)
    """
    return round(_WIDTH / 2 + clamped(at, -_FARTHEST, _FARTHEST) * _HALF_BAND, 1)


def place(block: dict[str, Any]) -> Scene:
    """The band, the level before where a change is told as a ring, and the newest value; far ones end at the edge."""
    scene = Scene(block["title"], "", height=_HEIGHT, width=_WIDTH)
    middle = _HEIGHT / 2
    scene.line("axis", 2, middle, _WIDTH - 2, middle)
    scene.rect("band", _WIDTH / 2 - _HALF_BAND, 4, 2 * _HALF_BAND, _HEIGHT - 8, 7)
    css = State(block["state"]).css if block["state"] else ""
    for at, kind, radius in ((block["before"], "old", 4.0), (block["at"], f"now {css}".strip(), _RADIUS)):
        if at is not None:
            scene.dot(kind, place_x(at), middle, radius)
    return scene
