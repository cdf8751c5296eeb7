"""Drawings of squares: the repetitions of sets, and the days of a diary."""

import math
from collections.abc import Sequence
from typing import Any

from analysis.report.drawing.scene import WIDTH, Scene, label_column, text_width

_SQUARE, _STEP = 18.0, 23.0
_DAYS = 7  # in a band of cells


def reps(block: dict[str, Any]) -> Scene:
    """A square a repetition, crossed from where form changed; long sets go on in a second line."""
    rows = block["rows"]
    words = [f"{row['label']}: {sum(row['clean'])} of {len(row['clean'])} reps clean." for row in rows]
    scene = Scene(block["title"], " ".join(words))
    left = label_column(row["label"] for row in rows)
    per_line = int((WIDTH - left + _STEP - _SQUARE) // _STEP)
    y = 2.0
    for row in rows:
        y = scene.row_label(row["label"], left, y, y + 13)
        for place, clean in enumerate(row["clean"]):
            x = left + place % per_line * _STEP
            top = y + place // per_line * _STEP
            scene.rect("full" if clean else "changed", x, top, _SQUARE, _SQUARE)
            if not clean:
                scene.cross("mark", x + _SQUARE / 2, top + _SQUARE / 2, 4)
        y += max(1, math.ceil(len(row["clean"]) / per_line)) * _STEP + 4
    return scene.ended(["filled: clean", "crossed: form changed"], y + 12)


def cells(block: dict[str, Any]) -> Scene:
    """A cell a day and a row an item, seven days to a band; blank days are dashed, unusual ones outlined."""
    rows, days = block["rows"], block["days"]
    scene = Scene(block["title"], " ".join(_cells_words(row, days) for row in rows))
    left = label_column(row["label"] for row in rows)
    step = (WIDTH - left) / min(max(len(days), 1), _DAYS)
    unusual = False
    y = 2.0
    for start in range(0, len(days), _DAYS):
        places = range(start, min(start + _DAYS, len(days)))
        for row in rows:
            y = scene.row_label(row["label"], left, y, y + 14)
            for column, place in enumerate(places):
                value = row["values"][place]
                outside = place < len(row["usual"]) and row["usual"][place] is False
                unusual |= outside and value is not None
                x, width = left + column * step, step - 5
                css = "blank" if value is None else "outside" if outside else "band"
                scene.rect(css, x, y, width, 20)
                if value is not None:
                    scene.text(f"{value:g}", x + width / 2, y + 14, css="lab", anchor="middle")
            y += 25
        for column, place in enumerate(places):
            scene.text(_fitted(days[place], step), left + column * step + (step - 5) / 2, y + 10, anchor="middle")
        y += 22
    notes = ["dashed: not filled in"] if any(None in row["values"] for row in rows) else []
    notes += ["outlined: outside your usual range"] if unusual else []
    return scene.ended(notes if block["legend"] else [], y + 10, bare=y - 8)


def _fitted(day: str, step: float) -> str:
    """A day, cut where it is wider than its column."""
    return day if text_width(day) <= step else day[: max(1, int(step / text_width("0")))]


def _cells_words(row: dict[str, Any], days: Sequence[str]) -> str:
    said = [
        f"{day} {'blank' if value is None else f'{value:g}'}" for day, value in zip(days, row["values"], strict=False)
    ]
    return f"{row['label']}: {', '.join(said)}."
