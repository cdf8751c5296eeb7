"""A drawing ready to print. Its text is measured, so that no label runs into another or out of the drawing.

The widths are those of a wide typeface, whatever font the reader has.
"""

import itertools
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

WIDTH = 328.0
LINE = 18.0  # height of a line of text
SPECK = 2.5  # radius of a value that is not the newest
DOT = 5.0  # of the newest one of a row

_EM = {"": 7.4, "lab": 8.2, "big": 11.0}  # widest usual letter, ordinary and bold at 12 units, large at 17
_WIDE = 1.7  # of letters that fill a square, in those of an ordinary letter
_LABEL_COLUMN = 104.0
_PLACES = ("x", "y", "cx", "cy", "width", "height", "rx")


@dataclass(frozen=True)
class Shape:
    """One mark: `tag` is rect, circle, line, path or text; `css` its class; `text` is escaped by the template."""

    tag: str
    css: str
    attributes: dict[str, float | str]
    text: str = ""


@dataclass
class Scene:
    """A drawing: size, words for who does not see it, and its shapes from back to front."""

    title: str
    description: str
    height: float = 0.0
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

    def squares(self, css: str, lefts: Sequence[float], y: float, side: float) -> None:
        """Squares in a row as one shape; its corners are round where its lines are joined so."""
        if lefts:
            steps = "".join(f"M{x:g} {y:g}h{side:g}v{side:g}h-{side:g}z" for x in lefts)
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

    def row_label(self, label: str, left: float, y: float, baseline: float) -> float:
        """The label of a row left of its marks or, where it is too long, above them; the y where the row begins."""
        if text_width(label) <= left - 8:
            self.text(label, 0, baseline)
            return y
        return self.paragraph(label, y + 11) - 12

    def ended(self, notes: Sequence[str], y: float, bare: float = 0.0) -> "Scene":
        """The drawing with its notes in a line at `y` and its height, which ends at `bare` where there are no notes."""
        self.height = (self.paragraph(" · ".join(notes), y) - LINE if notes else bare) + 4
        return self


def lighter(scene: Scene) -> Scene:
    """The same drawing in fewer letters: equal small dots, and lines that lie behind all else, as one path each.

    >>> drawn = Scene("", "")
    >>> for x in (1.0, 2.5):
    ...     drawn.dot("speck", x, 3.0, 2.5)
    >>> [(shape.tag, shape.attributes["d"]) for shape in lighter(drawn).shapes]
    [('path', 'M1 3h0M2 3h0')]
    """
    shapes: list[Shape] = []
    for is_speck, run in itertools.groupby(scene.shapes, key=_is_speck):
        if is_speck:
            steps = "".join(f"M{one.attributes['cx']:.0f} {one.attributes['cy']:.0f}h0" for one in run)
            shapes.append(Shape("path", "specks", {"d": steps}))
        else:
            shapes += [_as_path(one) if one.tag == "line" else _shortened(one) for one in run]
    shapes = _in_front(_behind(shapes))
    return replace(scene, width=_whole(scene.width), height=_whole(scene.height), shapes=shapes)


def _is_speck(shape: Shape) -> bool:
    return shape.tag == "circle" and shape.css == "speck" and shape.attributes["r"] == SPECK


def _behind(shapes: list[Shape]) -> list[Shape]:
    """The same with the axes of all rows as one path, and so the lines that they are held against and bars."""
    lines = {
        css: [one for one in shapes if (one.tag, one.css) == ("path", css) and str(one.attributes["d"]).count("M") == 1]
        for css in ("axis", "reference", "whisker")
    }
    joined = {
        id(alike[0]): Shape("path", css, {"d": "".join(str(one.attributes["d"]) for one in alike)})
        for css, alike in lines.items()
        if alike
    }
    dropped = {id(one) for alike in lines.values() for one in alike[1:]}
    return [joined.get(id(one), one) for one in shapes if id(one) not in dropped]


def _in_front(shapes: list[Shape]) -> list[Shape]:
    """The same with the newest values of rows that nothing moved in as one path, in front of all marks."""
    dots = [one for one in shapes if (one.tag, one.css) == ("circle", "now") and one.attributes["r"] == DOT]
    if len(dots) < 2:
        return shapes
    steps = "".join(f"M{one.attributes['cx']} {one.attributes['cy']}h0" for one in dots)
    return [*(one for one in shapes if one not in dots), Shape("path", "specks newest", {"d": steps})]


def _as_path(line: Shape) -> Shape:
    """A line as a path, which is shorter where it is upright or level.

    >>> drawn = Scene("", "")
    >>> drawn.line("axis", 2.0, 5.5, 9.0, 5.5)
    >>> _as_path(drawn.shapes[0]).attributes
    {'d': 'M2 6H9'}
    """
    x1, y1, x2, y2 = (line.attributes[name] for name in ("x1", "y1", "x2", "y2"))
    to = f"H{x2:.0f}" if y1 == y2 else f"V{y2:.0f}" if x1 == x2 else f"L{x2:.0f} {y2:.0f}"
    return Shape("path", _css(line), {"d": f"M{x1:.0f} {y1:.0f}{to}"})


def _shortened(shape: Shape) -> Shape:
    """Without what is so anyway, on whole units; text that ends at its place says so by its class."""
    kept = {
        name: round(value) if name in _PLACES and isinstance(value, float) else _whole(value)
        for name, value in shape.attributes.items()
        if name != "text-anchor"
    }
    shape = replace(shape, css=_css(shape))
    anchor = shape.attributes.get("text-anchor", "start")
    if anchor == "end":
        return replace(shape, css=f"{shape.css} e".strip(), attributes=kept)
    return replace(shape, attributes=kept if anchor == "start" else kept | {"text-anchor": anchor})


def _css(shape: Shape) -> str:
    """The classes without those of a verdict that nothing moved, which looks as marks and words do anyway."""
    if shape.tag == "text":
        return "" if shape.css == "lab same" else shape.css
    return shape.css.removesuffix(" same")


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def label_column(labels: Iterable[str]) -> float:
    """Where the marks of rows begin: right of the labels that fit the column."""
    return max([width for label in labels if (width := text_width(label)) <= _LABEL_COLUMN], default=0) + 8


def text_width(text: str, css: str = "") -> float:
    """A width, in drawing units, that the text does not exceed in usual fonts.

    >>> text_width("0.79 m/s", "lab")
    65.6
    """
    return round(sum(_WIDE if _is_wide(letter) else 1 for letter in text) * _letter(css), 1)


def widest(texts: Iterable[str], css: str = "") -> float:
    """The width that none of the texts exceeds."""
    return max((text_width(text, css) for text in texts), default=0.0)


def wrapped(text: str, width: float, css: str = "") -> list[str]:
    """The text in lines that fit the width."""
    letter = _letter(css) * (_WIDE if any(map(_is_wide, text)) else 1)
    return textwrap.wrap(text, max(1, int(width / letter))) or [""]


def _letter(css: str) -> float:
    """The width of a usual letter in text of these classes."""
    return _EM[next((one for one in ("lab", "big") if one in css.split()), "")]


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _rounded(**at: float) -> dict[str, float | str]:
    return {name: round(value, 1) for name, value in at.items()}
