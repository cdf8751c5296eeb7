"""A table of joint angles or of points of the body over time, one row a moment: the set that was recorded in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest.cells import BadCell, quantity, unit_said
from analysis.ingest.motion.naming import Said
from analysis.ingest.motion.opensim import UPRIGHT_DEG, set_of
from analysis.ingest.motion.storage import Motion, check_times
from analysis.ingest.reading import Options
from analysis.ingest.rows import Taken

T_S = "t_s"
FLEXIONS = {"hip_flexion_r_deg": "R", "hip_flexion_l_deg": "L", "hip_flexion_deg": "B"}
_INCLUDED = {"hip_angle_r_deg": "R", "hip_angle_l_deg": "L", "hip_angle_deg": "B"}
_OF = {"R": "of the right side", "L": "of the left side", "B": "of a side that nobody tells"}
ANGLES = {
    **{name: f"hip flexion {_OF[side]}, 0 is upright" for name, side in FLEXIONS.items()},
    **{name: f"angle between trunk and thigh {_OF[side]}, 180 is upright" for name, side in _INCLUDED.items()},
}
POINTS = {
    f"{point}_{axis}": f"{axis} of the {point} in the picture, in any unit"
    for point in ("shoulder", "hip", "knee")
    for axis in "xy"
}


def set_of_angles(taken: Sequence[Taken], path: Path, options: Options) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The tables of the set, and what there is to say of it.

    Raises UnreadableFile where it holds no hinge, or does not say when it was and what was lifted.
    """
    name = printable(path.name)
    rows = pd.DataFrame([one.parts["samples"] for one in taken])
    hips = _hips(rows, name)
    known = np.isfinite([rows[T_S].to_numpy(dtype=float), *hips.values()]).all(axis=0) if hips else np.array([])
    if not known.any():
        raise UnreadableFile(
            f"{name} has no row with a time and an angle of the hip. Correct the columns of its mapping."
        )
    t_s = rows[T_S].to_numpy(dtype=float)[known]
    check_times(t_s, name)
    moving = {side: hip[known] for side, hip in hips.items()}
    return set_of(Motion(t_s, moving, None, (), int((~known).sum())), path, options, _said(rows, name))


def _hips(rows: pd.DataFrame, name: str) -> dict[str, np.ndarray]:
    """Hip flexion by side, of angles where there are any, else of points."""
    told = {side: _column(rows, field) for field, side in FLEXIONS.items() if _has(rows, field)}
    told |= {side: UPRIGHT_DEG - _column(rows, field) for field, side in _INCLUDED.items() if _has(rows, field)}
    if len(told) > 1:
        told.pop("B", None)
    if told or not any(_has(rows, field) for field in POINTS):
        return told
    if absent := [field for field in POINTS if not _has(rows, field)]:
        raise UnreadableFile(f"{name} has points of the body without {', '.join(absent)}. Add them to its mapping.")
    return {"B": flexion_of_points({field: _column(rows, field) for field in POINTS})}


def flexion_of_points(points: Mapping[str, np.ndarray]) -> np.ndarray:
    """Hip flexion in degrees, 180 less the angle at the hip between shoulder and knee; whichever way the picture lies.

    >>> upright = {"shoulder_x": 0, "shoulder_y": 2, "hip_x": 0, "hip_y": 1, "knee_x": 0, "knee_y": 0}
    >>> bent = upright | {"shoulder_x": 1, "shoulder_y": 1}
    >>> [float(flexion_of_points({k: np.array([v]) for k, v in body.items()})[0]) for body in (upright, bent)]
    [0.0, 90.0]
    """
    trunk, thigh = (
        np.array([points[f"{point}_{axis}"] - points[f"hip_{axis}"] for axis in "xy"]) for point in ("shoulder", "knee")
    )
    turned = np.arctan2(trunk[0] * thigh[1] - trunk[1] * thigh[0], (trunk * thigh).sum(axis=0))
    return UPRIGHT_DEG - np.degrees(np.abs(turned))


def _has(rows: pd.DataFrame, field: str) -> bool:
    return field in rows and bool(rows[field].notna().any())


def _column(rows: pd.DataFrame, field: str) -> np.ndarray:
    return rows[field].to_numpy(dtype=float)


def _said(rows: pd.DataFrame, name: str) -> Said:
    """What the rows, or constants of the mapping, say of what was recorded; one thing for all rows."""
    values: dict[str, object] = {}
    columns = {"day": "local_date", "lift": "exercise", "load": "load", "device": "device", "athlete": "external_name"}
    for what, column in columns.items():
        found = list(rows[column].dropna().unique()) if column in rows else []
        if len(found) > 1:
            several = f"{found[0]} and {found[1]}"
            raise UnreadableFile(f"{name} holds several recordings, as of {several}. Save each as a file of its own.")
        values |= {what: found[0]} if found else {}
    if "load" in values:
        values["load_kg"] = _load_kg(str(values["load"]), name)
    return Said("the table itself", values)


def _load_kg(text: str, name: str) -> float:
    """Raises UnreadableFile for a load without its unit."""
    try:
        if unit_said(text, "kg"):
            return quantity(text, "," if "," in text else ".", to="kg")
    except BadCell:
        pass  # a unit behind what is no number
    raise UnreadableFile(f"{name} says the load {text!r}, which is no load with its unit. Write it as 80 kg.")
