"""Drawings of squares: the repetitions of sets, and the days of a diary."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

from analysis.report.drawing.scene import WIDTH, Scene, label_column, text_width

_SQUARE, _STEP = 18.0, 23.0
_DAYS = 7  # in a band of cells


def reps(block: dict[str, Any]) -> Scene:
    """A square a repetition: filled while clean, crossed where form first changed, hollow after that, clean or not, as
    those reps are not counted. Long sets go on in a second line."""
    rows = block["rows"]
    clean = [before_break(row["clean"]) for row in rows]
    words = [f"{row['label']}: {n} of {len(row['clean'])} reps clean." for row, n in zip(rows, clean, strict=True)]
    scene = Scene(block["title"], " ".join(words))
    left = label_column(row["label"] for row in rows)
    per_line = int((WIDTH - left + _STEP - _SQUARE) // _STEP)
    y = 2.0
    for row, n in zip(rows, clean, strict=True):
        y = scene.row_label(row["label"], left, y, y + 13)
        for place in range(len(row["clean"])):
            x = left + place % per_line * _STEP
            top = y + place // per_line * _STEP
            scene.rect("full" if place < n else "changed", x, top, _SQUARE, _SQUARE)
            if place == n:
                scene.cross("mark", x + _SQUARE / 2, top + _SQUARE / 2, 4)
        y += max(1, math.ceil(len(row["clean"]) / per_line)) * _STEP + 4
    notes = ["filled: clean", "crossed: form changed"]
    notes += (
        ["hollow: after that"] if any(n + 1 < len(row["clean"]) for row, n in zip(rows, clean, strict=True)) else []
    )
    return scene.ended(notes, y + 12)


def before_break(clean: Sequence[bool]) -> int:
    """How many repetitions were clean before form first changed, the one count of clean reps.

    >>> before_break([True, True, False, True]), before_break([True, True])
    (2, 2)
    """
    return [*clean, False].index(False)


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


def _heard(value: float | None, is_usual: bool | None) -> str:
    """A cell as it is heard: blank, or its value and that it is outlined."""
    return "blank" if value is None else f"{value:g}{', unusual' if is_usual is False else ''}"


def _cells_words(row: dict[str, Any], days: Sequence[str]) -> str:
    said = [
        f"{day} {_heard(value, is_usual)}"
        for day, value, is_usual in itertools.zip_longest(days, row["values"], row["usual"])
    ]
    return f"{row['label']}: {', '.join(said)}."
