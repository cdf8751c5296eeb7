"""Where everything in a small drawing stands: blocks in, shapes with positions out. The template only prints them.

Drawings are 328 units wide, the width of a phone page between its margins; one of many rows that stands alone has a
broad form as well, for wide pages. Text is measured with the widths of
a wide typeface, so that a label never runs into another or out of the drawing, whatever font the reader has.
"""

import itertools
import math
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.base.units import amount_text, clock_text, clock_unit, number_text

WIDTH = 328.0
BROAD = 940.0  # of a drawing of many rows that stands alone, where there is room
LINE = 18.0  # height of a line of text
_EM = {"": 7.4, "lab": 8.2}  # widest usual letter at 12 units, ordinary and bold
_WIDE = 1.7  # of letters that fill a square, in those of an ordinary letter
_LABEL_COLUMN = 104.0
_BROAD_LABEL = 240.0
_SQUARE, _STEP = 18.0, 23.0
_CELL_COLUMNS = 7

# each state as a class of colour and a shape beside its word
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


@dataclass(frozen=True)
class Shape:
    """One mark: `tag` is rect, circle, line, path or text; `css` its class; `text` is escaped by the template."""

    tag: str
    css: str
    attributes: dict[str, float | str]
    text: str = ""


@dataclass
class Scene:
    """A drawing ready to print: size, words for who does not see it, and its shapes from back to front."""

    title: str
    description: str
    height: float
    width: float = WIDTH
    shapes: list[Shape] = field(default_factory=list)

    def rect(self, css: str, x: float, y: float, width: float, height: float, rx: float = 5) -> None:
        self.shapes.append(Shape("rect", css, _rounded(x=x, y=y, width=max(width, 0), height=height, rx=rx)))

    def dot(self, css: str, x: float, y: float, r: float) -> None:
        self.shapes.append(Shape("circle", css, _rounded(cx=x, cy=y, r=r)))

    def line(self, css: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.shapes.append(Shape("line", css, _rounded(x1=x1, y1=y1, x2=x2, y2=y2)))

    def path(self, css: str, points: Sequence[tuple[float, float]]) -> None:
        steps = " ".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(points))
        self.shapes.append(Shape("path", css, {"d": steps}))

    def cross(self, css: str, x: float, y: float, r: float) -> None:
        self.line(css, x - r, y - r, x + r, y + r)
        self.line(css, x - r, y + r, x + r, y - r)

    def text(self, text: str, x: float, y: float, *, css: str = "", anchor: str = "start") -> None:
        """A line of text, moved sideways where it would leave the drawing."""
        width = text_width(text, css)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        shift = max(0.0, -left) - max(0.0, left + width - self.width)
        if shift and width > self.width:
            shift = -left
        self.shapes.append(Shape("text", css, {**_rounded(x=x + shift, y=y), "text-anchor": anchor}, text))

    def paragraph(self, text: str, y: float, *, css: str = "") -> float:
        """Text from the left margin in as many lines as it needs; the y below it."""
        for words in wrapped(text, self.width, css):
            self.text(words, 0, y, css=css)
            y += LINE
        return y


def text_width(text: str, css: str = "") -> float:
    """A width, in drawing units, that the text does not exceed in usual fonts.

    >>> text_width("0.79 m/s", "lab")
    65.6
    """
    return round(sum(_WIDE if _is_wide(letter) else 1 for letter in text) * _letter(css), 1)


def wrapped(text: str, width: float, css: str = "") -> list[str]:
    """The text in lines that fit the width."""
    letter = _letter(css) * (_WIDE if any(map(_is_wide, text)) else 1)
    return textwrap.wrap(text, max(1, int(width / letter))) or [""]


def _letter(css: str) -> float:
    """The width of a usual letter in text of these classes."""
    return _EM["lab" if "lab" in css.split() else ""]


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _written(values: Sequence[float | None], unit: str, decimals: int) -> tuple[Callable[[float], str], str]:
    """How the numbers of one drawing are written, and the unit beside them: long times as minutes, all alike."""
    clock = clock_unit(unit, _known(values))
    if clock:
        return lambda value: clock_text(value, decimals), clock
    return lambda value: number_text(value, decimals), unit


def _rounded(**at: float) -> dict[str, float | str]:
    return {name: round(value, 1) for name, value in at.items()}


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _scale(values: Sequence[float | None], low: float, high: float) -> Callable[[float], float]:
    """A map from the span of the known values, a little widened, to [low, high]."""
    known = _known(values) or [0.0]
    first, last = min(known), max(known)
    margin = (last - first) * 0.05 or abs(last) * 0.05 or 1.0
    first, last = first - margin, last + margin
    return lambda value: low + (value - first) / (last - first) * (high - low)


def strip(block: dict[str, Any]) -> Scene:
    """Dots on the usual band; equal values stand above each other."""
    earlier, new = _known(block["values"]), _known(block["new"])
    band = _pair(block, "band_low", "band_high")
    noise = _pair(block, "mdc_low", "mdc_high")
    said, unit = _written([*earlier, *new], block["unit"], block["decimals"])
    scene = Scene(block["title"], _strip_words(said, unit, earlier, new, band, noise), 0)
    x_of = _scale([*earlier, *new, *band, *noise], 8, WIDTH - 8)
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
        middle = sum(x_of(value) for value in new) / len(new)
        label_y = axis_y - 20 - max(0.0, above - 12)
        scene.text(_range_text(new, said, unit), middle, label_y, css="lab", anchor="middle")
    y = axis_y + max(20.0, below + 10)
    if noise:
        left, right = x_of(noise[0]), x_of(noise[1])
        scene.path("bracket", [(left, y - 4), (left, y), (right, y), (right, y - 4)])
        y += 4
    caption = []
    if band:
        caption.append(f"band: usual {said(band[0])} to {said(band[1])}")
    if noise:
        caption.append("bracket: noise")
    if caption:
        y = scene.paragraph(" · ".join(caption), y + 14) - LINE
    scene.height = y + 4
    return scene


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


def _pair(block: dict[str, Any], low: str, high: str) -> list[float]:
    """Both ends, or nothing."""
    ends = [block[low], block[high]]
    return [] if None in ends else ends


def _range_text(values: list[float], said: Callable[[float], str], unit: str) -> str:
    first, last = said(min(values)), said(max(values))
    return f"{first} {unit}" if first == last else f"{first} to {last} {unit}"


def _strip_words(
    said: Callable[[float], str],
    unit: str,
    earlier: list[float],
    new: list[float],
    band: list[float],
    noise: list[float],
) -> str:
    words = []
    if new:
        words.append(f"Newest: {', '.join(map(said, new))} {unit}.")
    if earlier:
        words.append(f"Earlier: {', '.join(map(said, earlier))} {unit}.")
    if band:
        words.append(f"Usual range: {said(band[0])} to {said(band[1])} {unit}.")
    if noise:
        words.append(f"Within noise of the reference: {said(noise[0])} to {said(noise[1])}.")
    return " ".join(words) or "No values yet."


def reps(block: dict[str, Any]) -> Scene:
    """A square a repetition, crossed from where form changed; long sets go on in a second line."""
    rows = block["rows"]
    words = [f"{row['label']}: {sum(row['clean'])} of {len(row['clean'])} reps clean." for row in rows]
    scene = Scene(block["title"], " ".join(words), 0)
    left = _label_column([row["label"] for row in rows])
    per_line = int((WIDTH - left + _STEP - _SQUARE) // _STEP)
    y = 2.0
    for row in rows:
        y = _row_label(scene, row["label"], left, y, y + 13)
        for place, clean in enumerate(row["clean"]):
            x = left + place % per_line * _STEP
            top = y + place // per_line * _STEP
            scene.rect("full" if clean else "changed", x, top, _SQUARE, _SQUARE)
            if not clean:
                scene.cross("mark", x + _SQUARE / 2, top + _SQUARE / 2, 4)
        y += max(1, math.ceil(len(row["clean"]) / per_line)) * _STEP + 4
    scene.height = scene.paragraph("filled: clean · crossed: form changed", y + 12) - LINE + 4
    return scene


def _label_column(labels: Sequence[str]) -> float:
    """Where the marks begin: right of the labels that fit the column."""
    widths = [text_width(label) for label in labels]
    return max([width for width in widths if width <= _LABEL_COLUMN], default=0) + 8


def _row_label(scene: Scene, label: str, left: float, y: float, baseline: float) -> float:
    """The label beside its row or, where it is too long, above it; the y where the row begins."""
    if text_width(label) <= left - 8:
        scene.text(label, 0, baseline)
        return y
    return scene.paragraph(label, y + 11) - 12


def slope(block: dict[str, Any]) -> Scene:
    """Two values with their errors and the line between."""
    error = block["error"] or 0.0
    before, now = block["before"], block["now"]
    said, unit = _written([before, now], block["unit"], block["decimals"])
    texts = [f"{said(value)} {unit}" if value is not None else "–" for value in (before, now)]
    scene = Scene(
        block["title"],
        f"{block['before_label']}: {texts[0]}. {block['now_label']}: {texts[1]}. "
        f"Error: {amount_text(error, block['unit'], block['decimals'])} either way."
        + (" Lower is better." if block["lower_is_better"] else ""),
        112,
    )
    xs = (text_width(texts[0], "lab") + 14, WIDTH - text_width(texts[1], "lab") - 14)
    known = _known([before, now])
    y_of = _scale([value + sign * error for value in known for sign in (-1, 1)], 72, 8)
    if len(known) == 2:
        scene.line("trend", xs[0], y_of(before), xs[1], y_of(now))
    for x, value, text, anchor, gap in zip(xs, (before, now), texts, ("end", "start"), (-10, 10), strict=True):
        if value is None:
            scene.text(text, x + gap, 44, anchor=anchor)
            continue
        if error:
            scene.line("whisker", x, y_of(value - error), x, y_of(value + error))
        scene.dot("now", x, y_of(value), 6)
        scene.text(text, x + gap, y_of(value) + 4, css="lab", anchor=anchor)
    if text_width(block["before_label"]) + text_width(block["now_label"]) + 16 <= xs[1] - xs[0]:
        scene.text(block["before_label"], xs[0], 92, anchor="middle")
        scene.text(block["now_label"], xs[1], 92, anchor="middle")
        y = 92 + LINE
    else:
        y = scene.paragraph(f"from {block['before_label']} to {block['now_label']}", 92)
    notes = (["bars: error"] if error else []) + (["lower is better"] if block["lower_is_better"] else [])
    if notes:
        y = scene.paragraph(" · ".join(notes), y)
    scene.height = y - LINE + 4
    return scene


def sides(block: dict[str, Any]) -> Scene:
    """Each side's value on its error band, one scale; the values stand in a column of their own."""
    rows, unit, decimals = block["rows"], block["unit"], block["decimals"]
    texts = ["–" if row["value"] is None else f"{number_text(row['value'], decimals)} {unit}" for row in rows]
    words = [f"{row['label']}: {text}{_error_words(row, decimals)}." for row, text in zip(rows, texts, strict=True)]
    scene = Scene(block["title"], " ".join(words), 0)
    left = _label_column([row["label"] for row in rows]) + 4
    right = WIDTH - max((text_width(text, "lab") for text in texts), default=0) - 10
    x_of = _scale([row[end] for row in rows for end in ("low", "value", "high")], left, right)
    y = 2.0
    for row, text in zip(rows, texts, strict=True):
        y = _row_label(scene, row["label"], left - 4, y, y + 14)
        scene.line("axis", left, y + 10, right, y + 10)
        if _pair(row, "low", "high"):
            scene.rect("band", x_of(row["low"]), y + 2, x_of(row["high"]) - x_of(row["low"]), 16, 8)
        if row["value"] is not None:
            scene.dot("now", x_of(row["value"]), y + 10, 6)
        scene.text(text, WIDTH, y + 14, css="lab", anchor="end")
        y += 30
    scene.height = scene.paragraph("band: error of the test", y + 8) - LINE + 4
    return scene


def _error_words(row: dict[str, Any], decimals: int) -> str:
    ends = _pair(row, "low", "high")
    return f", between {number_text(ends[0], decimals)} and {number_text(ends[1], decimals)}" if ends else ""


def forest(block: dict[str, Any]) -> Scene:
    """A dot and its interval a row, on one scale with the line of reference through all rows."""
    rows = block["rows"]
    text, unit = _changes_written(block)
    scene = Scene(block["title"], _forest_words(block, text, unit), 0)
    values = [None if row["estimate"] is None else text(row["estimate"]) for row in rows]
    right = WIDTH - max((text_width(value, "lab") for value in values if value), default=0) - 10
    x_of = _scale(_forest_ends(block), 6, right)
    middle, y = x_of(block["reference"]), _heading(scene, block["label"])
    for row, value in zip(rows, values, strict=True):
        y = _row_head(scene, row, y)
        if value is None:
            y = scene.paragraph(row["note"] or "not known", y + 13) - 10
            continue
        scene.line("reference", middle, y, middle, y + 20)
        _forest_marks(scene, row, x_of, y + 10)
        scene.text(value, WIDTH, y + 14, css="lab", anchor="end")
        y += 24
    notes = [*_forest_notes(block, unit), *_directions(block)]
    scene.height = scene.paragraph(" · ".join(notes), y + 14) - LINE + 4
    return scene


def _changes_written(block: dict[str, Any]) -> tuple[Callable[[float], str], str]:
    """How the numbers of a forest are written, changes with their sign; and the unit."""
    said, unit = _written([row["estimate"] for row in block["rows"]], block["unit"], block["decimals"])

    def text(value: float) -> str:
        plus = "+" if block["signed"] and value > 0 and said(value) != said(0) else ""
        return f"{plus}{said(value)}"

    return text, unit


def _forest_words(block: dict[str, Any], text: Callable[[float], str], unit: str) -> str:
    def words(row: dict[str, Any]) -> str:
        ends = _pair(row, "low", "high")
        between = f", between {text(ends[0])} and {text(ends[1])}" if ends else ""
        return f"{text(row['estimate'])} {unit}{between}"

    return _rows_words(block["rows"], "estimate", words)


def _forest_ends(block: dict[str, Any]) -> list[float | None]:
    told = [row for row in block["rows"] if row["estimate"] is not None]
    return [*(row[end] for row in told for end in ("low", "estimate", "high")), block["reference"]]


def _forest_marks(scene: Scene, row: dict[str, Any], x_of: Callable[[float], float], y: float) -> None:
    css = _state_mark(row)[0] or "same"
    if _pair(row, "low", "high"):
        scene.line(f"whisker {css}", x_of(row["low"]), y, x_of(row["high"]), y)
    scene.dot(f"now {css}", x_of(row["estimate"]), y, 5)


def _forest_notes(block: dict[str, Any], unit: str) -> list[str]:
    level = f"{block['conf_level'] * 100:.0f} % interval" if block["conf_level"] else "interval"
    return [f"bars: {level}, in {unit}" if unit else f"bars: {level}", f"dashed: {block['reference_label']}"]


def _directions(block: dict[str, Any]) -> list[str]:
    labels = {"left": block["low_label"], "right": block["high_label"]}
    return [f"{side}: {label}" for side, label in labels.items() if label]


def _rows_words(rows: list[dict[str, Any]], value: str, words: Callable[[dict[str, Any]], str]) -> str:
    """Every row of a drawing in words: its label, its value or why there is none, its state."""
    said = []
    for row in rows:
        told = words(row) if row[value] is not None else (row["note"] or "not known").removesuffix(".")
        verdict = row.get("word") or row["state"]
        said.append(f"{row['label']}: {told}{', ' + verdict if verdict else ''}.")
    return " ".join(said) or "No rows."


def _heading(scene: Scene, label: str) -> float:
    """The heading of a drawing of many rows, where it has one; the y below it."""
    return scene.paragraph(label, 13, css="lab") - 9 if label else 0.0


def _row_head(scene: Scene, row: dict[str, Any], y: float) -> float:
    """The label of a row and, at the right, its state; the y below. A long label takes the lines it needs."""
    css, mark = _state_mark(row)
    room = WIDTH - text_width(mark, "lab") - 8 if mark else WIDTH
    if mark:
        scene.text(mark, WIDTH, y + 13, css=f"lab {css}".strip(), anchor="end")
    for line in wrapped(row["label"], room):
        scene.text(line, 0, y + 13)
        y += LINE
    return y


def _state_mark(row: dict[str, Any]) -> tuple[str, str]:
    """Class of colour, and shape and word, of a row's state or verdict; empty where it has none."""
    if row.get("word"):
        return "", f"◆ {row['word']}"
    if not row["state"]:
        return "", ""
    css, shape = MARKS[row["state"]]
    return css, f"{shape} {_SHORT.get(row['state'], row['state'])}"


def dumbbells(block: dict[str, Any]) -> Scene:
    """The earlier value hollow on its noise, the newest filled, joined, a row each on one scale."""
    said, unit = _pairs_written(block)
    scene = Scene(block["title"], _dumbbell_words(block, said, unit), 0)
    values = [said(row["now"]) for row in block["rows"] if row["now"] is not None]
    right = WIDTH - max((text_width(value, "lab") for value in values), default=0) - 12
    x_of = _scale(_dumbbell_ends(block), 8, right)
    y = _heading(scene, block["label"])
    for row in block["rows"]:
        y = _row_head(scene, row, y)
        if row["now"] is None:
            y = scene.paragraph(row["note"] or "not known", y + 13) - 10
            continue
        _dumbbell_marks(scene, row, x_of, y + 10)
        scene.text(said(row["now"]), WIDTH, y + 14, css="lab", anchor="end")
        y += 24
    scene.height = scene.paragraph(" · ".join(_dumbbell_notes(block, unit)), y + 14) - LINE + 4
    return scene


def _pairs_written(block: dict[str, Any]) -> tuple[Callable[[float], str], str]:
    shown = [row[end] for row in block["rows"] for end in ("now", "before")]
    return _written(shown, block["unit"], block["decimals"])


def _dumbbell_words(block: dict[str, Any], said: Callable[[float], str], unit: str) -> str:
    def words(row: dict[str, Any]) -> str:
        before = f"{said(row['before'])} to " if row["before"] is not None else ""
        noise = _pair(row, "low", "high")
        within = f", within noise {said(noise[0])} to {said(noise[1])}" if noise else ""
        return f"{before}{said(row['now'])} {unit}{within}"

    return _rows_words(block["rows"], "now", words)


def _dumbbell_ends(block: dict[str, Any]) -> list[float | None]:
    told = [row for row in block["rows"] if row["now"] is not None]
    return [row[end] for row in told for end in ("low", "before", "now", "high")]


def _dumbbell_marks(scene: Scene, row: dict[str, Any], x_of: Callable[[float], float], y: float) -> None:
    if _pair(row, "low", "high"):
        scene.rect("band", x_of(row["low"]), y - 7, x_of(row["high"]) - x_of(row["low"]), 14, 7)
    if row["before"] is not None:
        scene.line("trend", x_of(row["before"]), y, x_of(row["now"]), y)
        scene.dot("then", x_of(row["before"]), y, 5)
    scene.dot(f"now {_state_mark(row)[0]}".strip(), x_of(row["now"]), y, 5)


def _dumbbell_notes(block: dict[str, Any], unit: str) -> list[str]:
    notes = [f"filled: now, in {unit}", "hollow: mean before", "band: noise"]
    return [*notes, "lower is better"] if block["lower_is_better"] else notes


def broad(block: dict[str, Any]) -> Scene:
    """A forest or dumbbells with the width of a desk to themselves: a line a row, above an axis with numbers."""
    if block["kind"] == "forest":
        key, (said, unit), ends = "estimate", _changes_written(block), _forest_ends(block)
        words, marks, notes = _forest_words, _forest_marks, _forest_notes
    else:
        key, (said, unit), ends = "now", _pairs_written(block), _dumbbell_ends(block)
        words, marks, notes = _dumbbell_words, _dumbbell_marks, _dumbbell_notes
    scene = Scene(block["title"], words(block, said, unit), 0, BROAD)
    rows, verdicts = block["rows"], [_state_mark(row) for row in block["rows"]]
    values = ["" if row[key] is None else said(row[key]) for row in rows]
    label_width = min(_BROAD_LABEL, max((text_width(row["label"]) for row in rows), default=0))
    left = label_width + 20
    value_x = BROAD - max((text_width(mark, "lab") for _, mark in verdicts), default=0) - 20
    right = value_x - max((text_width(value, "lab") for value in values), default=0) - 16
    x_of = _scale(ends, left, right)
    labels = [wrapped(row["label"], label_width + 8) for row in rows]
    missing = [wrapped(row["note"] or "not known", right - left) if row[key] is None else [] for row in rows]
    heights = [max(24.0, LINE * max(len(lines), len(told)) + 6) for lines, told in zip(labels, missing, strict=True)]
    top = _heading(scene, block["label"]) + 4
    bottom = top + sum(heights)
    widest = max((text_width(said(end)) for end in _known(ends)), default=0) + 16
    ticks = _ticks(_known(ends), 10.0 ** -block["decimals"], most=int((right - left) // widest))
    for value in ticks:
        scene.line("axis", x_of(value), top, x_of(value), bottom)
    if block["kind"] == "forest":
        scene.line("reference", x_of(block["reference"]), top, x_of(block["reference"]), bottom)
    y = top
    for row, value, verdict, lines, told, height in zip(rows, values, verdicts, labels, missing, heights, strict=True):
        for place, line in enumerate(lines):
            scene.text(line, 0, y + 16 + place * LINE)
        for place, line in enumerate(told):
            scene.rect("under", left, y + place * LINE, text_width(line), height, 0)
            scene.text(line, left, y + 16 + place * LINE)
        if not told:
            marks(scene, row, x_of, y + 12)
            scene.text(value, value_x, y + 16, css="lab", anchor="end")
        css, mark = verdict
        if mark:
            scene.text(mark, value_x + 20, y + 16, css=f"lab {css}".strip())
        y += height
    for value in ticks:
        scene.text(said(value), x_of(value), bottom + 16, anchor="middle")
    below = [*notes(block, unit), *(_directions(block) if block["kind"] == "forest" else [])]
    scene.height = scene.paragraph(" · ".join(below), bottom + 38) - LINE + 4
    return scene


def _ticks(values: Sequence[float], least: float, most: int = 7) -> list[float]:
    """Round numbers for an axis that holds the values, at most `most`, no more than 7, and not closer than `least`.

    >>> _ticks([-0.06, 0.17], 0.01), _ticks([-0.06, 0.17], 0.01, most=3)
    ([-0.05, 0.0, 0.05, 0.1, 0.15], [0.0, 0.1])
    """
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    powers = itertools.count(math.floor(math.log10(least)))
    steps = (size * 10.0**power for power in powers for size in (1, 2, 5))
    axes = (
        (step, range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1))
        for step in steps
        if step >= least * (1 - 1e-9)
    )
    step, places = next((step, places) for step, places in axes if len(places) <= max(1, min(most, 7)))
    return [round(place * step, 12) for place in places]


def course(block: dict[str, Any]) -> Scene:
    """Dots over weeks on the usual band; values of another device are hollow, a dashed line stands where it changed."""
    said, unit = _written([*block["values"], block["low"], block["high"]], block["unit"], block["decimals"])
    points = list(zip(block["weeks"], block["values"], block["comparable"], strict=True))
    scene = Scene(block["title"], _course_words(points, said, unit) or block["note"] or "No values.", 96)
    top = _row_head(scene, block, 0.0) + 2
    bottom = top + 56
    scene.height = bottom + 6
    low, high = said(block["low"]), said(block["high"])
    left = max(text_width(low), text_width(high)) + 8
    x_of = _between(-block["n_weeks"], 0, left + 6, WIDTH - 8)
    y_of = _between(block["low"], block["high"], bottom - 4, top + 8)
    scene.text(high, 0, top + 12)
    scene.text(low, 0, bottom)
    scene.line("axis", left, bottom, WIDTH, bottom)
    band = _pair(block, "band_low", "band_high")
    if band:
        floor, ceiling = sorted(_clamped(y_of(end), top, bottom) for end in band)
        scene.rect("band", left, floor, WIDTH - left, ceiling - floor, 3)
    for (_, _, was), (week, _, now) in itertools.pairwise(points):
        if was != now:
            x = x_of(-week) - 5
            scene.line("reference", x, top, x, bottom)
    for place, (week, value, is_comparable) in enumerate(points):
        newest = place == len(points) - 1
        css = "now" if newest else "speck" if is_comparable else "other"
        colour = f"now {_state_mark(block)[0]}".strip() if newest else css
        scene.dot(colour, x_of(-week), _clamped(y_of(value), top + 4, bottom - 4), 4.5 if newest else 2.5)
    if not points:
        scene.text(block["note"] or "No values.", left + 6, (top + bottom) / 2 + 4)
    return scene


def _course_words(points: list[tuple[float, float, bool]], said: Callable[[float], str], unit: str) -> str:
    if not points:
        return ""
    others = sum(not is_comparable for _, _, is_comparable in points)
    device = f" {others} of another device, not compared." if others else ""
    return f"{len(points)} values, the newest {said(points[-1][1])} {unit}.{device}"


def _between(first: float, last: float, low: float, high: float) -> Callable[[float], float]:
    """A map from [first, last] to [low, high]."""
    span = (last - first) or 1.0
    return lambda value: low + (value - first) / span * (high - low)


def _clamped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def cells(block: dict[str, Any]) -> Scene:
    """A cell a day and a row an item, seven days to a band; blank days are dashed, unusual ones outlined."""
    rows, days = block["rows"], block["days"]
    scene = Scene(block["title"], " ".join(_cells_words(row, days) for row in rows), 0)
    left = _label_column([row["label"] for row in rows])
    step = (WIDTH - left) / min(max(len(days), 1), _CELL_COLUMNS)
    unusual = False
    y = 2.0
    for start in range(0, len(days), _CELL_COLUMNS):
        places = range(start, min(start + _CELL_COLUMNS, len(days)))
        for row in rows:
            y = _row_label(scene, row["label"], left, y, y + 14)
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
            day = days[place] if text_width(days[place]) <= step else days[place][: max(1, int(step / _EM[""]))]
            scene.text(day, left + column * step + (step - 5) / 2, y + 10, anchor="middle")
        y += 22
    notes = ["dashed: not filled in"] if any(None in row["values"] for row in rows) else []
    notes += ["outlined: outside your usual range"] if unusual else []
    scene.height = (scene.paragraph(" · ".join(notes), y + 10) - LINE if notes else y - 8) + 4
    return scene


def _cells_words(row: dict[str, Any], days: Sequence[str]) -> str:
    said = [
        f"{day} {'blank' if value is None else f'{value:g}'}" for day, value in zip(days, row["values"], strict=False)
    ]
    return f"{row['label']}: {', '.join(said)}."


def sparkline(block: dict[str, Any]) -> Scene:
    """A small line with gaps where values are missing, the newest as a dot."""
    values = block["values"]
    known = _known(values)
    scene = Scene(block["title"], f"{len(known)} values" + (f", the last {known[-1]:.3g}." if known else "."), 26, 96)
    band = _pair(block, "band_low", "band_high")
    y_of = _scale([*known, *band], 22, 4)
    if band:
        scene.rect("band", 0, y_of(band[1]), 96, y_of(band[0]) - y_of(band[1]), 3)
    step = 88 / max(len(values) - 1, 1)
    run: list[tuple[float, float]] = []
    last = None
    for place, value in enumerate([*values, None]):
        if value is None:
            if len(run) > 1:
                scene.path("spark", run)
            elif run:
                scene.dot("speck", *run[0], 1.5)
            run = []
        else:
            last = (4 + place * step, y_of(value))
            run.append(last)
    if last:
        scene.dot("now", *last, 3.6)
    return scene


SCENES: dict[str, Callable[[dict[str, Any]], Scene]] = {
    "strip": strip,
    "reps": reps,
    "slope": slope,
    "sides": sides,
    "forest": forest,
    "dumbbells": dumbbells,
    "course": course,
    "cells": cells,
    "sparkline": sparkline,
}
