"""OpenSim's storage files (.mot, .sto): a header that ends at `endheader`, then columns by name, one row a moment."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest.dialect import decoded
from analysis.ingest.files import content

MOST_ROWS = 500_000  # half an hour at 240 Hz
LONGEST_S = 3600.0
SLOWEST_HZ = 10.0  # rows a second from which the bottom of a repetition is found
LEAST_ROWS = 10
FULL_TURN_RAD = 2 * np.pi
_END = "endheader"
_SIDES = {"r": "R", "right": "R", "l": "L", "left": "L"}
_HIP = ({"hip", "flexion"}, {"hip", "flex"}, {"hip", "flexion", "extension"})


@dataclass(frozen=True, eq=False)
class Motion:
    """The angles of both hips over time, and what was made of the file."""

    t_s: np.ndarray
    hips: Mapping[str, np.ndarray]  # flexion in degrees by side
    height_m: np.ndarray | None  # of the pelvis
    columns: tuple[str, ...]
    n_left_out: int  # rows that hold no number, or are cut short
    notes: tuple[str, ...] = ()


def is_storage(head: bytes) -> bool:
    """True where a file begins with a header that ends at `endheader`."""
    return re.search(rb"(?im)^[ \t]*endheader[ \t]*\r?$", head) is not None


def read_motion(path: Path, encoding: str | None = None) -> Motion:
    """The motion in the storage file at `path`.

    Raises UnreadableFile where it holds no hip flexion, times that do not rise, too little or too much of it, or where
    its header and its values contradict each other about degrees and radians.
    """
    name = printable(path.name)
    text, _, _ = decoded(content(path), name, encoding=encoding)
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if line.strip().lower() == _END), None)
    body = [line for line in lines[(end or 0) + 1 :] if line.strip()] if end is not None else []
    if end is None or len(body) < 2:
        raise UnreadableFile(f"{name} ends before its first row. Export it again.")
    if len(body) > MOST_ROWS:
        raise UnreadableFile(f"{name} has more than {MOST_ROWS} rows. Cut it to the sets of one exercise.")
    stated = _stated(lines[:end])
    columns = tuple(body[0].split("\t")) if "\t" in body[0].strip() else tuple(body[0].split())
    columns = tuple(column.strip() for column in columns if column.strip())
    hips = hip_columns(columns)
    if "time" not in map(str.lower, columns) or not hips:
        raise UnreadableFile(
            f"{name} has no columns time and hip_flexion_r or hip_flexion_l, but {_some(columns)}. "
            "Take in the joint angles that inverse kinematics wrote."
        )
    wanted = {"time": [column.lower() for column in columns].index("time"), **hips}
    if "pelvis_ty" in columns:
        wanted["height"] = columns.index("pelvis_ty")
    values, n_left_out = _numbers(body[1:], wanted, len(columns))
    t_s = values.pop("time")
    height_m = values.pop("height", None)
    check_times(t_s, name)
    values, note = _in_degrees(values, stated.get("indegrees"), name)
    return Motion(t_s, values, height_m, columns, n_left_out, tuple(_notes(stated, len(t_s) + n_left_out, note)))


def hip_columns(columns: Sequence[str]) -> dict[str, int]:
    """Where the flexion of each hip stands, by side, whatever the model calls it.

    >>> hip_columns(["time", "hip_flexion_r", "/jointset/hip_l/hip_flexion_l/value", "hip_flexion_r_moment"])
    {'R': 1, 'L': 2}
    """
    found: dict[str, int] = {}
    for place, column in enumerate(columns):
        last = column.lower().removesuffix("/value").rpartition("/")[2]
        words = re.findall(r"[a-z]+", last)
        side = next((_SIDES[word] for word in words if word in _SIDES), None)
        if side and {word for word in words if word not in _SIDES} in _HIP:
            found.setdefault(side, place)
    return found


def _stated(header: Sequence[str]) -> dict[str, str]:
    """The keys of a header and their values; its sentences are no keys.

    >>> _stated(["Coordinates", "nRows=73", "inDegrees = no", "datarows 73", "Angles are in degrees."])
    {'nrows': '73', 'indegrees': 'no', 'datarows': '73'}
    """
    pairs = (re.fullmatch(r"\s*(\w+)\s*(?:=|\s)\s*(\S+)\s*", line) for line in header)
    return {pair[1].lower(): pair[2] for pair in pairs if pair}


def _numbers(body: Sequence[str], wanted: Mapping[str, int], width: int) -> tuple[dict[str, np.ndarray], int]:
    """The wanted columns of the rows that hold all of them, and how many rows do not."""
    rows = []
    for line in body:
        cells = line.split()
        try:
            row = [float(cells[place]) for place in wanted.values()] if len(cells) == width else []
        except ValueError:
            row = []
        rows.append(row if np.isfinite(row).all() else [])
    kept = np.array([row for row in rows if row], dtype=float).reshape(-1, len(wanted))
    return dict(zip(wanted, kept.T, strict=True)), len(rows) - len(kept)


def check_times(t_s: np.ndarray, name: str) -> None:
    """Raises UnreadableFile where times do not rise, are too few or too far apart, or span more than a set."""
    if len(t_s) < LEAST_ROWS:
        raise UnreadableFile(f"{name} has {len(t_s)} rows that can be read, too few for a repetition. Export it again.")
    steps = np.diff(t_s)
    if (steps <= 0).any():
        at = int(np.flatnonzero(steps <= 0)[0])
        raise UnreadableFile(
            f"{name}: its time does not rise, from {t_s[at]:.6g} to {t_s[at + 1]:.6g} s. Export it again as one motion."
        )
    if t_s[-1] - t_s[0] > LONGEST_S or np.median(steps) * MOST_ROWS < t_s[-1] - t_s[0]:
        raise UnreadableFile(
            f"{name} spans {t_s[-1] - t_s[0]:.6g} s, longer than a set. Cut it, or correct its times: they are seconds."
        )
    if 1 / np.median(steps) < SLOWEST_HZ:
        raise UnreadableFile(
            f"{name} has {1 / np.median(steps):.3g} rows a second, too few to find the bottom of a repetition; "
            f"{SLOWEST_HZ:g} are needed."
        )


def _in_degrees(
    hips: dict[str, np.ndarray], in_degrees: str | None, name: str
) -> tuple[dict[str, np.ndarray], str | None]:
    """The angles in degrees by what the header states, and what there is to say of it.

    Where it states nothing, angles beyond a full turn of radians are degrees; others are asked for.
    """
    most = max(float(np.abs(hip).max()) for hip in hips.values())
    said = (in_degrees or "").lower()
    if said in ("no", "false", "0"):
        if most > FULL_TURN_RAD:
            raise UnreadableFile(
                f"{name} says inDegrees={in_degrees}, and its hip bends by {most:.4g}, more than a full turn. "
                "Write inDegrees=yes into its header if these are degrees."
            )
        return {side: np.degrees(hip) for side, hip in hips.items()}, "Angles in radians, as its header says."
    if said in ("yes", "true", "1"):
        return hips, None
    if most > FULL_TURN_RAD:
        return hips, f"Its header says no unit; {most:.4g} is more than a full turn of radians, so these are degrees."
    raise UnreadableFile(
        f"{name} does not say whether its angles are in degrees. Write inDegrees=yes or inDegrees=no into its header, "
        "above endheader."
    )


def _notes(stated: Mapping[str, str], n_rows: int, note: str | None) -> list[str]:
    found = [note] if note else []
    promised = stated.get("nrows", stated.get("datarows", ""))
    if promised.isdigit() and int(promised) != n_rows:
        found.append(f"Its header names {promised} rows, and there are {n_rows}: it may be cut.")
    return found


def _some(columns: Sequence[str]) -> str:
    shown = ", ".join(printable(column) for column in columns[:6])
    return f"{shown} and {len(columns) - 6} more" if len(columns) > 6 else shown
