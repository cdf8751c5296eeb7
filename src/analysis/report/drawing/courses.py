"""Drawings over time: a course over weeks, and the small line in a table."""

import itertools
from typing import Any

from analysis.report.drawing.rows import row_head
from analysis.report.drawing.scale import Numbers, Scale, between, clamped, known, numbers_of, pair, spread
from analysis.report.drawing.scene import SPECK, WIDTH, Scene, text_width, widest
from analysis.report.drawing.states import state_mark


def course(block: dict[str, Any]) -> Scene:
    """Dots over weeks on the band of one more value; values of another device are hollow, a dashed line stands where it
    changed. A level before the one now is dashed."""
    said = numbers_of(block, [*block["values"], block["low"], block["high"]])
    points = list(zip(block["weeks"], block["values"], block["comparable"], strict=True))
    none = block["note"] or "No values."
    scene = Scene(block["title"], _course_words(block, points, said) if points else none)
    top = row_head(scene, block, 0.0) + 2
    bottom = top + 56
    scene.height = bottom + 6
    low, high = said(block["low"]), said(block["high"])
    left = widest([low, high]) + 8
    x_of = between(-block["n_weeks"], 0, left + 6, WIDTH - 8)
    y_of = between(block["low"], block["high"], bottom - 4, top + 8)
    scene.text(high, 0, top + 12)
    scene.text(low, 0, bottom)
    _add_light(scene, block["light"], x_of, left, top, bottom)
    scene.line("axis", left, bottom, WIDTH, bottom)
    began = left if block["since"] is None else clamped(x_of(-block["since"]) - 5, left, WIDTH)
    if band := pair(block, "band_low", "band_high"):
        floor, ceiling = sorted(clamped(y_of(end), top, bottom) for end in band)
        scene.rect("band", began, floor, WIDTH - began, ceiling - floor, 3)
    for name, css, first, last in (("level", "level", began, WIDTH), ("before", "reference", left, began)):
        if block[name] is not None:
            y = clamped(y_of(block[name]), top, bottom)
            scene.line(css, first, y, last, y)
    for (_, _, was), (week, _, now) in itertools.pairwise(points):
        if was != now:
            x = x_of(-week) - 5
            scene.line("reference", x, top, x, bottom)
    newest = f"now {state_mark(block)[0]}".strip()
    for place, (week, value, is_comparable) in enumerate(points, start=1):
        css, r = (newest, 4.5) if place == len(points) else ("speck" if is_comparable else "other", SPECK)
        scene.dot(css, x_of(-week), clamped(y_of(value), top + 4, bottom - 4), r)
    if not points:
        scene.text(none, left + 6, (top + bottom) / 2 + 4)
    return scene


def _add_light(scene: Scene, spans: list[dict[str, Any]], x_of: Scale, left: float, top: float, bottom: float) -> None:
    """Shaded spans, each with its word where there is room for it; the words of the course name them all."""
    free = left
    for span in sorted(spans, key=lambda one: -one["first"]):
        first, last = (clamped(x_of(-span[end]), left, WIDTH) for end in ("first", "last"))
        width = text_width(span["word"])
        at = max(min((first + last - width) / 2, WIDTH - width), free)
        if last > first:
            scene.rect("light", first, top, last - first, bottom - top, 2)
            if at + width <= WIDTH:
                scene.text(span["word"], at, top + 10)
                free = at + width + 4


def _course_words(block: dict[str, Any], points: list[tuple[float, float, bool]], said: Numbers) -> str:
    words = f"{len(points)} values, the newest {said.amount(points[-1][1])}."
    if block["level"] is not None:
        before = f", before that {said.amount(block['before'])}" if block["before"] is not None else ""
        words += f" Level now {said.amount(block['level'])}{before}."
    if others := sum(not is_comparable for _, _, is_comparable in points):
        words += f" {others} of another device, not compared."
    if block["light"]:
        words += f" Planned light: {', '.join(span['word'] for span in block['light'])}."
    return words


def sparkline(block: dict[str, Any]) -> Scene:
    """A small line with gaps where values are missing, the newest as a dot."""
    values = block["values"]
    there = known(values)
    words = f"{len(there)} values" + (f", the last {there[-1]:.3g}." if there else ".")
    scene = Scene(block["title"], words, height=26, width=96)
    band = pair(block, "band_low", "band_high")
    y_of = spread([*there, *band], 22, 4)
    if band:
        scene.rect("band", 0, y_of(band[1]), 96, y_of(band[0]) - y_of(band[1]), 3)
    step = 88 / max(len(values) - 1, 1)
    points = [None if value is None else (4 + place * step, y_of(value)) for place, value in enumerate(values)]
    for is_gap, run in itertools.groupby(points, key=lambda point: point is None):
        stretch = [point for point in run if point]
        if len(stretch) > 1:
            scene.path("spark", stretch)
        elif not is_gap:
            scene.dot("speck", *stretch[0], 1.5)
    if there:
        scene.dot("now", *[point for point in points if point][-1], 3.6)
    return scene
