"""Drawings of many rows on one scale: intervals beside a reference, and an earlier value joined to the newest."""

from typing import Any

from analysis.report.drawing.scale import Numbers, Scale, known, numbers_of, pair, spread, ticks
from analysis.report.drawing.scene import LINE, WIDTH, Scene, text_width, widest, wrapped
from analysis.report.drawing.states import state_mark

BROAD = 940.0  # of a drawing that stands alone, where there is room

_BROAD_LABEL = 240.0


def forest(block: dict[str, Any]) -> Scene:
    """A dot and its interval a row, on one scale with the line of reference through all rows."""
    return _Forest(block).narrow()


def dumbbells(block: dict[str, Any]) -> Scene:
    """The usual before hollow, the newest filled, joined, on the band of the usual now; a row each on one scale."""
    return _Dumbbells(block).narrow()


def broad(block: dict[str, Any]) -> Scene:
    """A forest or dumbbells with the width of a desk to themselves: a line a row, above an axis with numbers."""
    return (_Forest if block["kind"] == "forest" else _Dumbbells)(block).broad()


def row_head(scene: Scene, row: dict[str, Any], y: float) -> float:
    """The label of a row and, at the right, its state; the y below. A long label takes the lines it needs."""
    css, mark = state_mark(row)
    room = WIDTH - text_width(mark, "lab") - 8 if mark else WIDTH
    if mark:
        scene.text(mark, WIDTH, y + 13, css=f"lab {css}".strip(), anchor="end")
    for line in wrapped(row["label"], room):
        scene.text(line, 0, y + 13)
        y += LINE
    return y


class _Rows:
    """Rows of one kind: `value` is what a row tells, `reach` what its marks cover."""

    value: str
    reach: tuple[str, ...]

    def __init__(self, block: dict[str, Any]):
        self.block, self.rows = block, block["rows"]
        told = [row for row in self.rows if row[self.value] is not None]
        self.said = self.numbers()
        self.ends = known(row[end] for row in told for end in self.reach)
        self.values = ["" if row[self.value] is None else self.said(row[self.value]) for row in self.rows]

    def numbers(self) -> Numbers:
        """How the rows write their values."""
        return numbers_of(self.block, [row[self.value] for row in self.rows])

    def words(self, row: dict[str, Any]) -> str:
        """What a row tells."""
        raise NotImplementedError

    def marks(self, scene: Scene, row: dict[str, Any], x_of: Scale, y: float) -> None:
        """The marks of a row, their middle at `y`."""
        raise NotImplementedError

    def behind(self, scene: Scene, x_of: Scale, top: float, bottom: float) -> None:
        """What stands behind the marks of one row or of all."""

    def notes(self) -> list[str]:
        """What the marks mean."""
        raise NotImplementedError

    def description(self) -> str:
        """Every row in words: its label, its value or why there is none, its state."""
        said = []
        for row in self.rows:
            told = self.words(row) if row[self.value] is not None else _missing(row).removesuffix(".")
            verdict = row.get("word") or row["state"]
            said.append(f"{row['label']}: {told}{', ' + verdict if verdict else ''}.")
        return " ".join(said) or "No rows."

    def narrow(self) -> Scene:
        """Label and state in a line of their own above the marks of each row."""
        scene = Scene(self.block["title"], self.description())
        x_of = spread(self.ends, 8, WIDTH - widest(self.values, "lab") - 12)
        y = self._heading(scene)
        for row, value in zip(self.rows, self.values, strict=True):
            y = row_head(scene, row, y)
            if not value:
                y = scene.paragraph(_missing(row), y + 13) - 10
                continue
            self.behind(scene, x_of, y, y + 20)
            self.marks(scene, row, x_of, y + 10)
            scene.text(value, WIDTH, y + 14, css="lab", anchor="end")
            y += 24
        return scene.ended(self.notes(), y + 14)

    def broad(self) -> Scene:
        """Label, marks, value and state of a row beside each other."""
        scene = Scene(self.block["title"], self.description(), width=BROAD)
        verdicts = [state_mark(row) for row in self.rows]
        label_width = min(_BROAD_LABEL, widest(row["label"] for row in self.rows))
        left = label_width + 20
        value_x = BROAD - widest((mark for _, mark in verdicts), "lab") - 20
        right = value_x - widest(self.values, "lab") - 16
        x_of = spread(self.ends, left, right)
        labels = [wrapped(row["label"], label_width + 8) for row in self.rows]
        missing = [
            [] if value else wrapped(_missing(row), right - left)
            for row, value in zip(self.rows, self.values, strict=True)
        ]
        heights = [max(24.0, LINE * max(map(len, lines)) + 6) for lines in zip(labels, missing, strict=True)]
        top = self._heading(scene) + 4
        bottom = top + sum(heights)
        most = int((right - left) // (widest(map(self.said, self.ends)) + 16))
        axis = ticks(self.ends, 10.0 ** -self.block["decimals"], most=most)
        for value in axis:
            scene.line("axis", x_of(value), top, x_of(value), bottom)
        self.behind(scene, x_of, top, bottom)
        y = top
        for place, row in enumerate(self.rows):
            for line, label in enumerate(labels[place]):
                scene.text(label, 0, y + 16 + line * LINE)
            for line, why in enumerate(missing[place]):
                scene.rect("under", left, y + line * LINE, text_width(why), heights[place], 0)
                scene.text(why, left, y + 16 + line * LINE)
            if not missing[place]:
                self.marks(scene, row, x_of, y + 12)
                scene.text(self.values[place], value_x, y + 16, css="lab", anchor="end")
            css, mark = verdicts[place]
            if mark:
                scene.text(mark, value_x + 20, y + 16, css=f"lab {css}".strip())
            y += heights[place]
        for value in axis:
            scene.text(self.said(value), x_of(value), bottom + 16, anchor="middle")
        return scene.ended(self.notes(), bottom + 38)

    def _heading(self, scene: Scene) -> float:
        """The heading, where there is one; the y below it."""
        return scene.paragraph(self.block["label"], 13, css="lab") - 9 if self.block["label"] else 0.0


class _Forest(_Rows):
    value = "estimate"
    reach = ("low", "estimate", "high")

    def __init__(self, block: dict[str, Any]):
        super().__init__(block)
        self.ends.append(block["reference"])

    def words(self, row: dict[str, Any]) -> str:
        ends = pair(row, "low", "high")
        between = f", between {self.said(ends[0])} and {self.said(ends[1])}" if ends else ""
        return f"{self.said.amount(row['estimate'])}{between}"

    def behind(self, scene: Scene, x_of: Scale, top: float, bottom: float) -> None:
        x = x_of(self.block["reference"])
        scene.line("reference", x, top, x, bottom)

    def marks(self, scene: Scene, row: dict[str, Any], x_of: Scale, y: float) -> None:
        css = state_mark(row)[0] or "same"
        if pair(row, "low", "high"):
            scene.line(f"whisker {css}", x_of(row["low"]), y, x_of(row["high"]), y)
        scene.dot(f"now {css}", x_of(row["estimate"]), y, 5)

    def notes(self) -> list[str]:
        block, unit = self.block, self.said.unit
        level = f"{block['conf_level'] * 100:.0f} % interval" if block["conf_level"] else "interval"
        sides = {"left": block["low_label"], "right": block["high_label"]}
        return [
            f"bars: {level}{', in ' if unit else ''}{unit}",
            f"dashed: {block['reference_label']}",
            *(f"{side}: {label}" for side, label in sides.items() if label),
        ]


class _Dumbbells(_Rows):
    value = "now"
    reach = ("low", "before", "now", "high")

    def numbers(self) -> Numbers:
        return numbers_of(self.block, [row[end] for row in self.rows for end in ("now", "before")])

    def words(self, row: dict[str, Any]) -> str:
        before = f"{self.said(row['before'])} to " if row["before"] is not None else ""
        noise = pair(row, "low", "high")
        within = f", usual {self.said.span(noise)}" if noise else ""
        return f"{before}{self.said.amount(row['now'])}{within}"

    def marks(self, scene: Scene, row: dict[str, Any], x_of: Scale, y: float) -> None:
        if pair(row, "low", "high"):
            scene.rect("band", x_of(row["low"]), y - 7, x_of(row["high"]) - x_of(row["low"]), 14, 7)
        if row["before"] is not None:
            scene.line("trend", x_of(row["before"]), y, x_of(row["now"]), y)
            scene.dot("then", x_of(row["before"]), y, 5)
        scene.dot(f"now {state_mark(row)[0]}".strip(), x_of(row["now"]), y, 5)

    def notes(self) -> list[str]:
        notes = [f"filled: newest, in {self.said.unit}", "hollow: usual before", "band: usual now"]
        return [*notes, "lower is better"] if self.block["lower_is_better"] else notes


def _missing(row: dict[str, Any]) -> str:
    """Why a row tells nothing."""
    return row["note"] or "not known"
