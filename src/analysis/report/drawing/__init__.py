"""Small drawings: a block in, shapes with positions out. The template only prints them.

Drawings are 328 units wide, the width of a phone page between its margins; one of many rows that stands alone has a
broad form as well, for wide pages.
"""

from collections.abc import Callable
from typing import Any

from analysis.report.drawing.courses import course, sparkline
from analysis.report.drawing.places import place, place_x
from analysis.report.drawing.rows import broad, dumbbells, forest
from analysis.report.drawing.scene import WIDTH, Scene, lighter, text_width
from analysis.report.drawing.small import levels, strips
from analysis.report.drawing.squares import cells, reps
from analysis.report.drawing.trends import trend
from analysis.report.drawing.values import sides

__all__ = ["SCENES", "WIDTH", "Scene", "broad", "lighter", "place_x", "text_width"]

SCENES: dict[str, Callable[[dict[str, Any]], Scene]] = {
    "reps": reps,
    "sides": sides,
    "forest": forest,
    "dumbbells": dumbbells,
    "course": course,
    "cells": cells,
    "sparkline": sparkline,
    "place": place,
    "trend": trend,
    "strips": strips,
    "levels": levels,
}
