"""Drawings of single values on their noise: a strip of one test, two values joined, and both sides of the body."""

from collections.abc import Sequence
from typing import Any

from analysis.base.units import amount_text
from analysis.report.drawing.scale import Numbers, known, numbers_of, pair, spread
from analysis.report.drawing.scene import LINE, WIDTH, Scene, label_column, text_width, widest


def strip(block: dict[str, Any]) -> Scene:
    """Dots on the usual band; equal values stand above each other."""
    earlier, new = known(block["values"]), known(block["new"])
    band = pair(block, "band_low", "band_high")
    noise = pair(block, "mdc_low", "mdc_high")
    said = numbers_of(block, [*earlier, *new])
    scene = Scene(block["title"], _strip_words(said, earlier, new, band, noise))
    x_of = spread([*earlier, *new, *band, *noise], 8, WIDTH - 8)
    levels = _stacked([x_of(value) for value in earlier])
    above, below = -min([0.0, *levels]), max([0.0, *levels])
    y = scene.paragraph(block["label"], 12)
    axis_y = y + (22 if new else 6) + max(0.0, above - 12)
    if band:
        scene.rect("band", x_of(band[0]), axis_y - 14, x_of(band[1]) - x_of(band[0]), 28, 6)
    scene.line("axis", 8, axis_y, WIDTH - 8, axis_y)
    for value, level in zip(earlier, levels, strict=True):
        scene.dot("then", x_of(value), axis_y + level, 4)
    for value in new:
        scene.dot("now", x_of(value), axis_y, 7)
    if new:
        first, last = said(min(new)), said(max(new))
        text = said.amount(max(new)) if first == last else f"{first} to {said.amount(max(new))}"
        middle = sum(x_of(value) for value in new) / len(new)
        scene.text(text, middle, axis_y - 20 - max(0.0, above - 12), css="lab", anchor="middle")
    y = axis_y + max(20.0, below + 10)
    if noise:
        left, right = x_of(noise[0]), x_of(noise[1])
        scene.path("bracket", [(left, y - 4), (left, y), (right, y), (right, y - 4)])
        y += 4
    notes = [f"band: usual {said.span(band)}"] if band else []
    notes += ["bracket: noise"] if noise else []
    return scene.ended(notes, y + 14, bare=y)


def _stacked(xs: Sequence[float]) -> list[float]:
    """How far each dot stands below the axis, 0 or alternating above and below, so that none covers another.

    >>> _stacked([50.0, 50.0, 51.0, 90.0])
    [0.0, 7.0, -7.0, 0.0]
    """
    taken: list[tuple[float, float]] = []
    for x in xs:
        level = 0.0
        while any(abs(x - other_x) < 7 and level == other for other_x, other in taken):
            level = -level if level > 0 else 7 - level
        taken.append((x, level))
    return [level for _, level in taken]


def _strip_words(said: Numbers, earlier: list[float], new: list[float], band: list[float], noise: list[float]) -> str:
    words = []
    if new:
        words.append(f"Newest: {', '.join(map(said, new))} {said.unit}.")
    if earlier:
        words.append(f"Earlier: {', '.join(map(said, earlier))} {said.unit}.")
    if band:
        words.append(f"Usual range: {said.span(band)} {said.unit}.")
    if noise:
        words.append(f"Within noise of the reference: {said.span(noise)}.")
    return " ".join(words) or "No values yet."


def slope(block: dict[str, Any]) -> Scene:
    """Two values with their errors and the line between."""
    error = block["error"] or 0.0
    before, now = block["before"], block["now"]
    labels = block["before_label"], block["now_label"]
    there = known([before, now])
    said = numbers_of(block, there)
    texts = said.amount(before), said.amount(now)
    scene = Scene(
        block["title"],
        f"{labels[0]}: {texts[0]}. {labels[1]}: {texts[1]}. "
        f"Error: {amount_text(error, block['unit'], block['decimals'])} either way."
        + (" Lower is better." if block["lower_is_better"] else ""),
    )
    xs = (text_width(texts[0], "lab") + 14, WIDTH - text_width(texts[1], "lab") - 14)
    y_of = spread([value + sign * error for value in there for sign in (-1, 1)], 72, 8)
    if len(there) == 2:
        scene.line("trend", xs[0], y_of(before), xs[1], y_of(now))
    for x, value, text, anchor, gap in zip(xs, (before, now), texts, ("end", "start"), (-10, 10), strict=True):
        if value is None:
            scene.text(text, x + gap, 44, anchor=anchor)
            continue
        if error:
            scene.line("whisker", x, y_of(value - error), x, y_of(value + error))
        scene.dot("now", x, y_of(value), 6)
        scene.text(text, x + gap, y_of(value) + 4, css="lab", anchor=anchor)
    y: float = 92
    if sum(map(text_width, labels)) + 16 <= xs[1] - xs[0]:
        for x, label in zip(xs, labels, strict=True):
            scene.text(label, x, y, anchor="middle")
        y += LINE
    else:
        y = scene.paragraph(f"from {labels[0]} to {labels[1]}", y)
    notes = (["bars: error"] if error else []) + (["lower is better"] if block["lower_is_better"] else [])
    return scene.ended(notes, y, bare=y - LINE)


def sides(block: dict[str, Any]) -> Scene:
    """Each side's value on its error band, one scale; the values stand in a column of their own."""
    rows = block["rows"]
    said = numbers_of(block, [row["value"] for row in rows])
    texts = [said.amount(row["value"]) for row in rows]
    bands = [pair(row, "low", "high") for row in rows]
    words = [
        f"{row['label']}: {text}{f', between {said(band[0])} and {said(band[1])}' if band else ''}."
        for row, text, band in zip(rows, texts, bands, strict=True)
    ]
    scene = Scene(block["title"], " ".join(words))
    left = label_column(row["label"] for row in rows) + 4
    right = WIDTH - widest(texts, "lab") - 10
    x_of = spread([row[end] for row in rows for end in ("low", "value", "high")], left, right)
    y = 2.0
    for row, text, band in zip(rows, texts, bands, strict=True):
        y = scene.row_label(row["label"], left - 4, y, y + 14)
        scene.line("axis", left, y + 10, right, y + 10)
        if band:
            scene.rect("band", x_of(band[0]), y + 2, x_of(band[1]) - x_of(band[0]), 16, 8)
        if row["value"] is not None:
            scene.dot("now", x_of(row["value"]), y + 10, 6)
        scene.text(text, WIDTH, y + 14, css="lab", anchor="end")
        y += 30
    return scene.ended(["band: error of the test"], y + 8)
