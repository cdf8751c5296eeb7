"""What a notebook shows of an athlete or a workspace: its tables with rows, days and devices, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import escape

from analysis.base.tables import TABLES

COLUMNS = ("table", "rows", "first_day", "last_day", "devices")
WITH_DEVICE = tuple(name for name in ("reps", "runs", "splits", "trials") if "device" in TABLES[name].names)
_UNTOLD = "not told"  # a device that a file does not name


@dataclass(frozen=True, eq=False)
class Overview:
    """A title, one row a table that holds something, and the tables that hold nothing."""

    title: str
    table: pd.DataFrame  # COLUMNS, and athletes where there are several
    missing: tuple[str, ...]

    def html(self) -> str:
        """As HTML; names of people, devices and files are text in it, whatever they hold."""
        classes = ["tex2jax_ignore", "mathjax_ignore"]  # nor are they formulas
        rows = self.table.to_html(index=False, escape=True, border=0, classes=classes, na_rep="")
        return f'<div class="{" ".join(classes)}"><p><b>{escape(self.title)}</b></p>{rows}<p>{self._note}</p></div>'

    def __repr__(self) -> str:
        return f"{self.title}\n{self.table.to_string(index=False)}\n{self._note}"

    _repr_html_ = html

    @property
    def _note(self) -> str:
        return f"Nothing in: {', '.join(self.missing)}." if self.missing else "Every table holds something."


def overview_of_frames(title: str, frames: Mapping[str, pd.DataFrame]) -> Overview:
    """Of frames by name; labels count from their first day to their last.

    >>> days = pd.to_datetime(["2026-01-05", "2026-02-02"])
    >>> runs = pd.DataFrame({"local_date": days, "device": ["watch", None]})
    >>> print(overview_of_frames("Alder", {"runs": runs, "sets": runs[:0]}))
    Alder
    table  rows  first_day   last_day         devices
     runs     2 2026-01-05 2026-02-02 not told, watch
    Nothing in: sets.
    """
    rows = [
        (name, len(frame), *_ends(frame), _listed(frame["device"].unique()) if "device" in frame else "")
        for name, frame in frames.items()
        if len(frame)
    ]
    return _overview(title, pd.DataFrame(rows, columns=list(COLUMNS)), frames)


def overview_of_streams(
    title: str, streams: pd.DataFrame, devices: Mapping[str, Sequence[str | None]], names: Iterable[str]
) -> Overview:
    """Of `Workspace.streams` with the devices of each table; `names` are the tables that could hold something."""
    asked = {
        "athletes": ("athlete_id", "nunique"),
        "rows": ("rows", "sum"),
        "first_day": ("first_date", "min"),
        "last_day": ("last_date", "max"),
    }
    table = streams.groupby("table", sort=False).agg(**asked).reset_index()
    told = [_listed(devices.get(name, ())) for name in table["table"]]
    days = {name: table[name].dt.date for name in ("first_day", "last_day")}
    return _overview(title, table.assign(**days, devices=told), names)


def _overview(title: str, table: pd.DataFrame, names: Iterable[str]) -> Overview:
    return Overview(title, table, tuple(name for name in names if name not in set(table["table"])))


def _ends(frame: pd.DataFrame) -> tuple[object, object]:
    """The first and the last day of a frame; None where it has no days."""
    first, last = ("local_date",) * 2 if "local_date" in frame else ("first_date", "last_date")
    if last not in frame:
        return None, None
    return frame[first].min().date(), frame[last].max().date()


def _listed(devices: Iterable[object]) -> str:
    return ", ".join(sorted({device if isinstance(device, str) else _UNTOLD for device in devices}))
