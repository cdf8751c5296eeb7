"""The picture of a message: values over weeks, the usual as a band, the newest large."""

import itertools
from typing import Any

from analysis.base.states import State
from analysis.report.drawing.scale import Numbers, between, clamped, numbers_of, pair, spread
from analysis.report.drawing.scene import WIDTH, Scene, text_width

_TOP, _BOTTOM, _HEIGHT = 26.0, 126.0, 146.0
_GAP = 14.0  # between the newest dot and its value


def trend(block: dict[str, Any]) -> Scene:
    """Dots over weeks on the band of one more at the level now, better upwards; the level before is dashed.

    A label says what it names: beside the day of a change stands the level since then, and the newest value beside its
    dot only where no change is told.
    """
    values = block["values"]
    said = numbers_of(block, [*values, block["level"]])
    scene = Scene(block["title"], _words(block, said), height=_HEIGHT)
    told = block["before"] is not None
    newest = said.amount(values[-1]) if values and not told else ""
    right = WIDTH - (text_width(newest, "big") + _GAP if newest else 10) - 8
    x_of = between(-block["n_weeks"], 0, 6, right)
    band = pair(block, "band_low", "band_high")
    ends = (_BOTTOM - 6, _TOP + 6) if block["better"] == "higher" else (_TOP + 6, _BOTTOM - 6)
    y_of = spread([*values, *band, block["level"], block["before"]], *ends)
    began = 0.0 if block["since"] is None else clamped(x_of(-block["since"]) - 6, 0, right)
    if band:
        floor, ceiling = sorted(y_of(end) for end in band)
        scene.rect("band", began, floor, WIDTH - began, ceiling - floor, 6)
    if told:
        was, now = y_of(block["before"]), y_of(block["level"])
        scene.line("reference", 0, was, began, was)
        scene.line("reference", began, now, WIDTH, now)
    _add_heads(scene, block, said, began)
    points = [(x_of(-week), y_of(value)) for week, value in zip(block["weeks"], values, strict=True)]
    if len(points) > 1:
        scene.path("spark", points)
    css = State(block["state"]).css if block["state"] else ""
    for week, point in zip(block["weeks"][:-1], points[:-1], strict=True):
        is_new = block["since"] is not None and week <= block["since"]
        scene.dot(f"now {css}".strip() if is_new else "then", *point, 4 if is_new else 3.2)
    if points:
        x, y = points[-1]
        scene.dot(f"now {css}".strip(), x, y, 7)
        if newest:
            scene.text(newest, x + _GAP, y + 6, css="big")
    scene.line("axis", 0, _BOTTOM + 4, WIDTH, _BOTTOM + 4)
    _add_months(scene, block["months"], x_of, right)
    return scene


def _add_heads(scene: Scene, block: dict[str, Any], said: Numbers, began: float) -> None:
    """The level before at the left, and the day of the change with the level since then above its beginning."""
    if block["before"] is None:
        return
    before, since = _heads(block, said)
    scene.text(before, 0, 14)
    at = max(began, text_width(before) + 12)
    scene.text(since, min(at, WIDTH - text_width(since, "lab")), 14, css="lab")


def _heads(block: dict[str, Any], said: Numbers) -> tuple[str, str]:
    """Both levels with what they are called, as a sentence beside the drawing writes them where there is one."""
    before, level = (
        block["before_text"] or said.amount(block["before"]),
        block["level_text"] or said.amount(block["level"]),
    )
    return f"before {before}", f"since {block['since_day']} {level}"


def _add_months(scene: Scene, months: list[tuple[float, str]], x_of: Any, right: float) -> None:
    """The names of months where they begin, each where there is room for it."""
    places = [(max(x_of(-weeks), 0.0), name) for weeks, name in months]
    for (x, name), (following, _) in itertools.pairwise([*places, (right + 40, "")]):
        if x + text_width(name) <= following:
            scene.text(name, x, _HEIGHT - 2)


def _words(block: dict[str, Any], said: Numbers) -> str:
    """Every value that is drawn, oldest first, the band, and the level before."""
    if not block["values"]:
        return "No values."
    words = f"{said.all(block['values'])}, oldest first."
    if band := pair(block, "band_low", "band_high"):
        words += f" Usual now: {said.span(band)}."
    if block["before"] is not None:
        before, since = _heads(block, said)
        words += f" Level {since}, {before}."
    return f"{words} Up is better."
