"""What a notebook calls to show things: a page, its sections, and in each what it is given.

A section leaves exactly one output, a versioned MIME bundle. That bundle is the only source of the rendered page and
of the facts beside it; the HTML that JupyterLab shows is a preview made by the same macros.
"""

import base64
import json
import math
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from IPython import get_ipython
from IPython.display import display
from plotly.basedatatypes import BaseFigure

from analysis.base.blocks import SECTION_MIME, Drawing, Fact, as_plain
from analysis.base.display import METRIC, Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State
from analysis.report.html import fact_text, preview_html

RENDERING = "WORKBOOK_RENDERING"  # set in the kernel of a render

Audience = Literal["athlete", "coach", "scientist"]

LARGEST_SHORTENED = 1e6

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_REASONS = {NotEnoughData: "not_enough_data", DataProblem: "data_problem"}


class Page:
    """The page of one report.

    Parameters
    ----------
    report : str
        Name of the report, as `athlete_week`.
    subject : str
        Opaque id of the athlete or squad the page is about.
    name, period : str
        What the page prints as its heading and below it.
    until : str
        Last day of the report, ISO.
    audience : {"athlete", "coach", "scientist"}
        Whose words the facts use. Markdown cells are printed for the scientist only.
    display : Display
        Units of the numbers behind a fact, which are held in SI and kg; tables and sentences come as they are read.
    **footer : str
        More lines of the footer, label and text.

    Examples
    --------
    >>> page = Page("athlete_week", subject="k3vd", name="Alder", period="29 June – 5 July 2026", until="2026-07-05")
    >>> with page.section("speed_at_load", "Am I faster at the same load?"):
    ...     page.show(Fact("romanian_deadlift.speed_at_60kg", "You moved 0.04 m/s faster at 60 kg.", "better"))
    Am I faster at the same load?
    ▲ Better. You moved 0.04 m/s faster at 60 kg.
    """

    def __init__(
        self,
        report: str,
        *,
        subject: str,
        name: str,
        period: str,
        until: str,
        audience: Audience = "athlete",
        display: Display = METRIC,
        **footer: str,
    ):
        if audience not in get_args(Audience):
            raise ValueError(f"audience is {audience!r}. Use one of {', '.join(get_args(Audience))}.")
        self._about = {
            "report": report,
            "subject": subject,
            "name": name,
            "period": period,
            "until": str(until),
            "audience": audience,
            "display": asdict(display),
            "footer": {label: str(text) for label, text in footer.items()},
        }
        self._keys: set[str] = set()
        self._open: _Section | None = None

    @contextmanager
    def section(self, key: str, question: str, *, missing: str | None = None, folded: bool = False) -> Iterator[None]:
        """One section: a question and what answers it. The keys `header` and `message` stand at the top of the page; a
        folded one shows its question alone until a reader opens it.

        NotEnoughData and DataProblem raised inside become the section's sentence. For NotEnoughData the athlete reads
        `missing` where it is given. A section that shows nothing prints `missing`, and without it is left out of the
        page. Any other exception passes, and the report fails.

        Raises ValueError where the key is no lower-case name, was used before, or another section is open.
        """
        if not _KEY.fullmatch(key):
            raise ValueError(f"Section key {key!r} is not a name. Use small letters, digits and '_', a letter first.")
        if self._open is not None:
            raise ValueError(f"Section {key!r} begins inside {self._open.key!r}. Close that one first.")
        if key in self._keys and not _exploring():  # a person may run a cell again
            raise ValueError(f"Section {key!r} is there twice. Give each section of a page its own key.")
        self._keys.add(key)
        self._open = _Section(key, question, folded)
        try:
            yield
            if self._open.is_empty and missing is not None:
                self._open.cannot_tell(missing, missing, "nothing_recorded")
        except (NotEnoughData, DataProblem) as problem:
            said = missing if missing is not None and isinstance(problem, NotEnoughData) else str(problem)
            reason = next(code for kind, code in _REASONS.items() if isinstance(problem, kind))
            self._open.cannot_tell(said, str(problem), reason)
        except BaseException:
            self._open = None
            raise
        closed, self._open = self._open, None
        self._emit(closed)

    def show(self, *items: Any) -> None:
        """Put facts, drawings, plotly figures, data frames, or lists of them into the open section.

        A cell of a frame may itself hold a Fact or a drawing; `frame.attrs["title"]` names the table.

        Raises ValueError outside a section, TypeError for anything else.
        """
        if self._open is None:
            raise ValueError("page.show was called outside a section. Put it inside `with page.section(...)`.")
        for item in items:
            if isinstance(item, list | tuple):
                self.show(*item)
            else:
                self._open.add(item)

    def bundle_of(self, key: str, question: str, items: Iterable[Any]) -> dict[str, Any]:
        """What a folded section of these items would leave; nothing is shown. Raises TypeError as `show`."""
        section = _Section(key, question, folded=True)
        for item in items:
            section.add(item)
        return section.bundle(self._about)

    def _emit(self, section: "_Section") -> None:
        bundle = section.bundle(self._about)
        if get_ipython() is None:
            print(section.as_text())
            return
        data = {SECTION_MIME: bundle, "text/plain": section.as_text()}
        if not _exploring():
            display(data, raw=True)  # a render draws preview and figures from the bundle
            return
        display({**data, "text/html": preview_html(bundle)}, raw=True)
        for figure in section.figures:
            display(figure)


class _Section:
    """What one section was given, in order."""

    def __init__(self, key: str, question: str, folded: bool):
        self.key, self.question, self.folded = key, question, folded
        self.facts: list[Fact] = []
        self.blocks: list[dict[str, Any]] = []
        self.figures: list[BaseFigure] = []
        self.order: list[tuple[str, int]] = []
        self.problem: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.order

    def add(self, item: Any) -> None:
        if isinstance(item, Fact):
            self._append("facts", item)
        elif isinstance(item, Drawing):
            self._append("blocks", plain(as_plain(item)))
        elif isinstance(item, pd.DataFrame):
            self._append("blocks", frame_block(item))
        elif isinstance(item, BaseFigure):
            self._append("figures", item)
        else:
            raise TypeError(
                f"page.show cannot show {type(item).__name__}. "
                "Give it a Fact, a drawing of analysis.base.blocks, a plotly figure, a DataFrame, or a list of these."
            )

    def _append(self, kind: str, item: Any) -> None:
        items = getattr(self, kind)
        self.order.append((kind, len(items)))
        items.append(item)

    def cannot_tell(self, sentence: str, coach_sentence: str, reason: str) -> None:
        """Add the sentence that stands where an answer would."""
        self.problem = sentence
        self.add(Fact(self.key, sentence, State.CANNOT_TELL, coach_sentence, reason=reason))

    def bundle(self, about: dict[str, Any]) -> dict[str, Any]:
        return {
            "version": 1,
            "page": about,
            "key": self.key,
            "question": self.question,
            "folded": self.folded,
            "facts": [plain(as_plain(fact)) for fact in self.facts],
            "blocks": self.blocks,
            "figures": [figure_block(figure) for figure in self.figures],
            "order": [list(place) for place in self.order],
            "problem": self.problem,
        }

    def as_text(self) -> str:
        return "\n".join([self.question, *(fact_text(plain(as_plain(fact)), "athlete") for fact in self.facts)])


def _exploring() -> bool:
    """True where a person runs cells, as opposed to a render or plain Python."""
    return get_ipython() is not None and RENDERING not in os.environ


def plain(value: Any) -> Any:
    """`value` as JSON-ready values; what is missing or not finite is None.

    >>> plain({"a": (1.5, float("nan")), "b": np.int64(3), "c": pd.Timestamp("2026-07-05")})
    {'a': [1.5, None], 'b': 3, 'c': '2026-07-05'}
    """
    if isinstance(value, Fact):
        return {"kind": "fact", **plain(as_plain(value))}
    if isinstance(value, Drawing):
        return plain(as_plain(value))
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)


def frame_block(frame: pd.DataFrame) -> dict[str, Any]:
    """A data frame as a block: title, columns and rows of plain values; an index that says something is a column.

    >>> frame_block(pd.DataFrame({"n": [3]}, index=pd.Index(["Alder"], name="athlete")))
    {'kind': 'frame', 'title': '', 'columns': ['athlete', 'n'], 'rows': [['Alder', 3]]}
    """
    heads, parts = [], []
    if not isinstance(frame.index, pd.RangeIndex):
        for level in range(frame.index.nlevels):
            heads.append(_head(frame.index.names[level]))
            parts.append(frame.index.get_level_values(level).tolist())
    for place, column in enumerate(frame.columns):  # by place: names may repeat
        heads.append(_head(column))
        parts.append(frame.iloc[:, place].tolist())
    rows = [[plain(value) for value in row] for row in zip(*parts, strict=True)]
    return {"kind": "frame", "title": str(frame.attrs.get("title", "")), "columns": heads, "rows": rows}


def _head(name: Any) -> str:
    if isinstance(name, tuple):
        return " ".join(str(part) for part in name)
    return "" if name is None else str(name)


def figure_block(figure: BaseFigure) -> dict[str, Any]:
    """A plotly figure as its title, which the page prints as text, and its JSON.

    Places on the axes have seven digits, half the weight of what they were computed with and more than a screen shows.
    """
    content = json.loads(str(figure.to_json()))
    for trace in content["data"]:
        for axis in ("x", "y"):
            if isinstance(trace.get(axis), dict):
                trace[axis] = _seven_digits(trace[axis])
    title = content["layout"].get("title", {}).get("text") or ""
    return {"title": title, "json": content}


def _seven_digits(packed: dict[str, Any]) -> dict[str, Any]:
    """Numbers as plotly packs them, in single precision; large ones, as moments in ms, stay as they are."""
    if packed["dtype"] != "f8":
        return packed
    values = np.frombuffer(base64.b64decode(packed["bdata"]), "<f8")
    if (np.abs(values) > LARGEST_SHORTENED).any():
        return packed
    return {**packed, "dtype": "f4", "bdata": base64.b64encode(values.astype("<f4").tobytes()).decode()}
