"""Drawings of the coach's cards, in little room: sets of repetitions, and the course of a series with both levels."""

from typing import Any

from analysis.base.states import State
from analysis.report.drawing.scale import between, known
from analysis.report.drawing.scene import Scene, widest
from analysis.report.drawing.squares import before_break

_WIDTH = 200.0
_SQUARE, _STEP, _ROW = 12.0, 15.0, 16.0
_MOST = 12  # squares of a row; a longer set is cut and its count says so
_TOP, _BOTTOM = 12.0, 80.0


def strips(block: dict[str, Any]) -> Scene:
    """A row a day: filled squares are clean, hollow ones come after form changed; the clean ones are counted."""
    rows = block["rows"]
    counts = [f"{before_break(row['clean'])}" for row in rows]
    words = [
        f"{row['label']}: {count} of {len(row['clean'])} clean before form changed."
        for row, count in zip(rows, counts, strict=True)
    ]
    left = widest((row["label"] for row in rows), "") + 6
    most = min(max((len(row["clean"]) for row in rows), default=0), _MOST)
    width = max(_WIDTH, left + most * _STEP + 24)
    scene = Scene(block["title"], " ".join(words), height=len(rows) * _ROW + 2, width=width)
    for place, (row, count) in enumerate(zip(rows, counts, strict=True)):
        y = place * _ROW + 1
        scene.text(row["label"], 0, y + 11)
        reps = range(min(len(row["clean"]), _MOST))
        scene.squares("clean", [left + rep * _STEP for rep in reps if rep < int(count)], y, _SQUARE)
        scene.squares("changed", [left + rep * _STEP for rep in reps if rep >= int(count)], y, _SQUARE)
        scene.text(count, left + most * _STEP + 4, y + 11, css="lab")
    return scene


def levels(block: dict[str, Any]) -> Scene:
    """The values as a line, upwards where it got better; the level before and the one now, each on its band."""
    sign = 1.0 if block["rises"] else -1.0
    half = block["half_band"] or 0.0
    words = f"{len(block['values'])} values."
    scene = Scene(block["title"], words, height=_BOTTOM + 12, width=_WIDTH)
    labels = widest([block["level_text"], block["before_text"]], "lab")
    right = max(_WIDTH - labels - 12, _WIDTH / 2)
    drawn = [sign * value for value in block["values"]]
    bands = [sign * level + end for level in known([block["level"], block["before"]]) for end in (-half, half)]
    low, high = min([*drawn, *bands], default=0.0), max([*drawn, *bands], default=1.0)
    x_of = between(-max([*block["weeks"], block["since"] or 0.0, 1.0]), 0.0, 4, right - 8)
    y_of = between(low, high, _BOTTOM, _TOP)
    began = 0.0 if block["since"] is None else x_of(-block["since"]) - 4
    for name, css, first, last in (("before", "before", 0.0, began), ("level", "level", began, right)):
        if block[name] is not None:
            y = y_of(sign * block[name])
            reach = abs(y_of(half) - y_of(0.0))
            scene.rect("band", first, y - reach, last - first, 2 * reach, 3)
            scene.line("reference" if css == "before" else "level", first, y, last, y)
    points = [(x_of(-week), y_of(value)) for week, value in zip(block["weeks"], drawn, strict=True)]
    if len(points) > 1:
        scene.path("spark", points)
    css = State(block["state"]).css if block["state"] else ""
    if points:
        scene.dot(f"now {css}".strip(), *points[-1], 5)
    if block["level"] is not None:
        y = y_of(sign * block["level"])
        scene.text(block["level_text"], right + 6, y + 4, css=f"lab {css}".strip())
        if block["before"] is not None:
            was = y_of(sign * block["before"])
            apart = y + 14 if was >= y else y - 14  # never one word on the other
            scene.text(block["before_text"], right + 6, (max(was, apart) if was >= y else min(was, apart)) + 4)
    return scene
