"""Trajectories of Kinovea, as text or stacked in one sheet of a workbook: the way of the bar becomes bar speed.

A way needs a unit of length. Pixels, and text that names no unit, are no bar speed: the video has to be calibrated.
The day, the lift and the load stand in the file's name, as deadlift 100kg 2026-03-02.xlsx, or are said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import cast

import numpy as np

from analysis.base.errors import UnitNeeded, UnreadableFile
from analysis.base.files import printable
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, is_blank, read_delimited, same_header
from analysis.ingest.exercises import catalogue
from analysis.ingest.motion.filmed import filmed, without_load
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import Ledger, frame, local_start

_MARK = "#kinoveatrajectory"
_PIXELS = "px"
_AXIS = re.compile(r"(?P<axis>[xy])\((?P<unit>[^)]+)\)")
_TIME = re.compile(r"(time|temps|zeit|tiempo|tempo)\((?P<unit>m?s)\)")
_KEY_IMAGES = ("keyimagesname", "imagesclésnom")  # the title of the first table and its header
_BAR = re.compile(r"\b(bar|barbell|hantel|stange|barre|barra|bilanciere|halter|plate|disc|scheibe)\b", re.IGNORECASE)
_CALIBRATE = "Calibrate the video in Kinovea with a length near the bar, as a plate of 0.45 m, and export it"
LEAST_RISE_M = 0.15  # of a repetition; less is the setting of the bar
LONGEST_RISE_S = 10.0
_AT_END = 0.02  # of the rise, within which the bar is at the bottom or at the top
_FASTEST_M_S, _LONGEST_M = 5.0, 3.0


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The way of one point: moments in s, places along and heights in `unit`, and the row in which it begins."""

    name: str
    unit: str | None
    t_s: np.ndarray
    way: np.ndarray
    height: np.ndarray
    row_no: int


@dataclass(frozen=True)
class Rise:
    """One way of the bar from its bottom to its top."""

    mean_velocity_m_s: float
    peak_velocity_m_s: float
    rom_m: float


def recognises(path: Path, head: bytes) -> bool:
    """True for Kinovea's text of trajectories; its sheets are known by their words."""
    begin = same_header(head[:100].decode("utf-8-sig", "ignore"))
    return path.suffix.lower() in (".txt", ".csv") and begin.startswith(_MARK)


def fits(header: Sequence[str]) -> bool:
    """Whether a sheet has the key images of Kinovea, or a time with two axes and their unit."""
    names = [same_header(name) for name in header]
    axes = {found["axis"] for name in names if (found := _AXIS.fullmatch(name))}
    return any(_TIME.search(name) for name in names) and (axes == {"x", "y"} or names[0] in _KEY_IMAGES)


def read(path: Path, options: Options) -> Reading:
    """Kinovea's text at `path`. Raises as `read_sheets`."""
    sheet = read_delimited(path, options.said)
    return _reading(trajectories([sheet]), [sheet], path, options)


def read_sheets(sheets: Sequence[Sheet], path: Path, options: Options) -> Reading:
    """The trajectories of Kinovea's sheets.

    Raises UnitNeeded where they are in pixels or in no unit, UnreadableFile where there is none, or several and none of
    the bar.
    """
    return _reading(trajectories(sheets), sheets, path, options)


def trajectories(sheets: Sequence[Sheet]) -> list[Trajectory]:
    """Every trajectory of Kinovea's text or sheets, in their order."""
    return [one for sheet in sheets for one in (_of_text(sheet) if sheet.dialect else _of_sheet(sheet))]


READER = Reader(
    "kinovea",
    "Kinovea trajectories (TXT, XLSX)",
    recognises,
    read,
    takes="bar speed: each rise of the bar as a repetition with mean and peak velocity and its way; day, lift and load "
    "by the file's name, or what was said",
    leaves="ways in pixels, or without a unit, which are refused; ways below 15 cm; other points than the bar",
    fits=fits,
    read_sheets=read_sheets,
)


def _of_text(sheet: Sheet) -> Iterator[Trajectory]:
    """The points of the text, each below a line with its name; a comma is a decimal mark there."""
    name, begins, found = "", 0, []
    for row_no, row in enumerate((sheet.header, *sheet.rows)):
        text = (sheet.dialect.delimiter if sheet.dialect else " ").join(row).strip()
        if text.startswith("#"):
            yield from _trajectory(name, None, found, begins)
            name, begins, found = text.lstrip("# ").strip(), row_no + 1, []
        elif numbers := _numbers(text.split()):
            found.append(numbers)
    yield from _trajectory(name, None, found, begins)


def _of_sheet(sheet: Sheet) -> Iterator[Trajectory]:
    """The tables of a sheet that begin with a time beside two axes, each below its name."""
    rows = (sheet.header, *sheet.rows)
    above = ""
    for row_no, row in enumerate(rows):
        names = [same_header(cell) for cell in row]
        axes = {hit["axis"]: (place, hit["unit"]) for place, cell in enumerate(names) if (hit := _AXIS.fullmatch(cell))}
        times = [(place, hit["unit"]) for place, cell in enumerate(names) if (hit := _TIME.fullmatch(cell))]
        if times and times[0][0] == 0 and axes.keys() == {"x", "y"}:
            (time, of_time), (x, _), (y, of_way) = times[0], axes["x"], axes["y"]
            below = (_numbers(some, (time, x, y)) for some in rows[row_no + 1 :])
            by = factor(of_time, "s")
            found = [(one[0] * by, *one[1:]) for one in takewhile(lambda one: one is not None, below) if one]
            yield from _trajectory(above, of_way, found, row_no + 1)
        above = row[0].strip() or above


def _numbers(texts: Sequence[str], places: Sequence[int] = (0, 1, 2)) -> tuple[float, ...] | None:
    """The numbers of a row at these places; None where one is none."""
    try:
        chosen = [texts[place] for place in places]
        return tuple(cells.number(text, "," if "," in text else ".") for text in chosen)
    except (cells.BadCell, IndexError):
        return None


def _trajectory(name: str, unit: str | None, rows: list[tuple], begins: int) -> Iterator[Trajectory]:
    if rows:
        yield Trajectory(name, unit, *np.array(rows).T, row_no=begins)


def _reading(found: list[Trajectory], sheets: Sequence[Sheet], path: Path, options: Options) -> Reading:
    if not found:
        raise UnreadableFile(f"{path.name} holds no trajectory. Track the bar in Kinovea, and export its trajectory.")
    metre = _metre(found[0], path, options)
    bar = _bar_of(found, path.name)
    told = filmed(path, options)
    day = cast(date, told["day"])
    rises = rises_of(bar.t_s, bar.height * metre)
    if not rises:
        raise UnreadableFile(
            f"{path.name}: the point {bar.name!r} never rises by {LEAST_RISE_M:g} m, so it shows no repetition. "
            "Track the bar, and calibrate the video with a length near it, as a plate of 0.45 m."
        )
    fastest_m_s = max(max(rise.mean_velocity_m_s, rise.peak_velocity_m_s) for rise in rises)
    if fastest_m_s > _FASTEST_M_S or max(rise.rom_m for rise in rises) > _LONGEST_M:
        raise UnreadableFile(
            f"{path.name}: the point {bar.name!r} moves as no bar does, at up to {fastest_m_s:.3g} m/s. Check the "
            "calibration, and the time of slow motion in Kinovea."
        )
    ledger = Ledger()
    for sheet in sheets:
        for no, row in sheet.numbered():
            ledger.enter(sheet.name, no, row, "ignored" if is_blank(row) else "taken")
    row_no = max(bar.row_no, 1)
    place = {"session_key": f"{day}|{printable(path.stem)}", "row_no": row_no}
    session = {
        **place,
        **local_start(None, options.config.zone),
        "local_date": day,
        "kind": "strength",
        "status": "done",
        "title": printable(path.stem),
    }
    lift = {
        **place,
        "set_no": 1,
        "exercise": catalogue(options.exercises).resolve(str(told["lift"])),
        "exercise_raw": told["lift"],
        "side": "B",
        "set_kind": "work",
        "reps": float(len(rises)),
        "load_kg": told["load_kg"],
        "load_raw": told["load"],
    }
    reps = [{**place, **vars(rise), "set_no": 1, "rep_no": no, "device": "Kinovea"} for no, rise in enumerate(rises, 1)]
    others = [one.name for one in found if one is not bar]
    notes = [f"Rises of the point {bar.name!r} that are repetitions: {len(rises)}."]
    notes += [f"Points that were left out: {', '.join(others)}."] if others else []
    notes += [*told.notes(), *without_load(told, "the set has")]
    tables = {"sessions": frame("sessions", [session]), "sets": frame("sets", [lift]), "reps": frame("reps", reps)}
    return ledger.reading("kinovea", tables=tables, dialect=sheets[0].form(), notes=notes)


def _bar_of(found: list[Trajectory], file_name: str) -> Trajectory:
    """The one point, or the one that is called after the bar."""
    bars = [one for one in found if _BAR.search(one.name)] if len(found) > 1 else found
    if len(bars) == 1:
        return bars[0]
    names = ", ".join(repr(one.name) for one in found)
    raise UnreadableFile(f"{file_name} has several points ({names}), of which not one is called bar. Call it bar.")


def _metre(one: Trajectory, path: Path, options: Options) -> float:
    """What a number of the way is multiplied by to be metres."""
    said = {same_header(header): unit for header, unit in options.config.units.items()}
    unit = one.unit or said.get("y")
    if unit is None:
        raise UnitNeeded(
            f"{path.name} does not say in which unit the ways of its points are. {_CALIBRATE} as a spreadsheet, which "
            'names the unit. Or say it in workbook.toml under [units], as "Y" = "cm".'
        )
    if unit.casefold() == _PIXELS:
        raise UnitNeeded(f"{path.name} has the ways of its points in pixels, which are no lengths. {_CALIBRATE} again.")
    return factor(unit.casefold(), "m")


def rises_of(t_s: np.ndarray, height_m: np.ndarray) -> list[Rise]:
    """The rises of a bar by 15 cm or more, each from its bottom to its top.

    >>> t = np.arange(0, 4, 0.02)
    >>> found = rises_of(t, 0.3 - 0.3 * np.cos(np.pi * t))
    >>> len(found), round(found[0].rom_m, 2), round(found[0].peak_velocity_m_s, 2)
    (2, 0.6, 0.94)
    """
    order = np.argsort(t_s, kind="stable")
    t_s, height_m = t_s[order], height_m[order]
    keep = np.concatenate([[True], np.diff(t_s) > 0])
    t_s, height_m = t_s[keep], height_m[keep]
    if len(t_s) < 5:
        return []
    velocity_m_s = np.gradient(np.convolve(np.pad(height_m, 1, "edge"), np.ones(3) / 3, "valid"), t_s)
    rises = (_rise(t_s, height_m, velocity_m_s, low, top) for low, top in _ways_up(height_m))
    return [rise for rise in rises if rise]


def _ways_up(height_m: np.ndarray) -> Iterator[tuple[int, int]]:
    """From each bottom to the top behind it, where the way back is as long as a repetition, or the record ends."""
    low = top = 0
    for place in range(1, len(height_m)):
        if height_m[place] > height_m[top]:
            top = place
        is_up = height_m[top] - height_m[low] >= LEAST_RISE_M
        if is_up and height_m[top] - height_m[place] >= LEAST_RISE_M:
            yield low, top
            low = top = place
        elif not is_up and height_m[place] <= height_m[low]:
            low = top = place
    if height_m[top] - height_m[low] >= LEAST_RISE_M:
        yield low, top


def _rise(t_s: np.ndarray, height_m: np.ndarray, velocity_m_s: np.ndarray, low: int, top: int) -> Rise | None:
    rom_m = height_m[top] - height_m[low]
    way = height_m[low : top + 1] - height_m[low]
    begins = low + int(np.flatnonzero(way <= _AT_END * rom_m)[-1])
    ends = low + int(np.flatnonzero(way >= (1 - _AT_END) * rom_m)[0])
    took_s = t_s[ends] - t_s[begins]
    if not 0 < took_s <= LONGEST_RISE_S:
        return None
    mean_m_s = (height_m[ends] - height_m[begins]) / took_s
    return Rise(float(mean_m_s), float(velocity_m_s[begins : ends + 1].max()), float(rom_m))
