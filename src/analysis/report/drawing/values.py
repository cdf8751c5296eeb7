"""A drawing of single values on their noise: both sides of the body."""

from typing import Any

from analysis.report.drawing.scale import numbers_of, pair, spread
from analysis.report.drawing.scene import WIDTH, Scene, label_column, widest


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
    return scene.ended([block["note"]], y + 8)
