"""Hinge depth from cameras or markers: repetitions cut from the joint angles that OpenSim writes (.mot, .sto).

OpenCap, Sports2D, Pose2Sim and a laboratory write the same kind of file. It says neither day nor lift nor load.
"""

import re
import zlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from analysis.base.devices import errors_of
from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest.exercises import catalogue
from analysis.ingest.motion.beside import said_beside
from analysis.ingest.motion.cutting import Cut, Rep, cut, leading
from analysis.ingest.motion.filmed import filmed, without_load
from analysis.ingest.motion.naming import Filmed, Said
from analysis.ingest.motion.storage import Motion, is_storage, read_motion
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import frame, local_start

NAME = "opensim"
UPRIGHT_DEG = 180.0
DEPTH_TEST, DEPTH_METRIC, TEMPO_TEST = "hinge_depth", "angle", "hinge_tempo"
UNKNOWN_TOOL = "OpenSim"
_METHOD = "joint angles over time, at the bottom of each repetition"
_TOOLS = {  # by words of the file's name
    **{"opencap": "OpenCap", "pose2sim": "Pose2Sim", "sports2d": "Sports2D", "theia": "Theia3D", "vicon": "Vicon"},
    **{"qualisys": "Qualisys", "optitrack": "OptiTrack"},
}
_MODELS = (  # coordinates that a tool's own model has, and that it has not
    ({"L5_S1_Flex_Ext", "Abs_r3"}, set(), "Pose2Sim"),
    ({"knee_angle_r_beta", "pro_sup_r", "lumbar_extension"}, {"wrist_flex_r"}, "OpenCap"),
)
_TRIALS_OF_A_FILE = 1000  # numbers kept for each, so that two files of a day do not number trials alike
_FILES = 1_000_000
_MARKERS = b"PathFileType"


def recognises(path: Path, head: bytes) -> bool:
    """True for a storage file of OpenSim, and for positions of markers, which are refused with what to do."""
    suffix = path.suffix.lower()
    return (suffix in (".mot", ".sto") and is_storage(head)) or (suffix == ".trc" and head.startswith(_MARKERS))


def read(path: Path, options: Options) -> Reading:
    """The set in the file at `path`, one repetition a bottom.

    Raises UnreadableFile where no hinge is in it, or where nobody says when it was, or what was lifted.
    """
    name = printable(path.name)
    if path.suffix.lower() == ".trc":
        raise UnreadableFile(
            f"{name} holds positions of markers, and no joint angles. Run inverse kinematics on it, as OpenSim, "
            "Pose2Sim and Sports2D do, and take in the .mot file that this writes."
        )
    motion = read_motion(path, options.said.encoding)
    tables, notes = set_of(motion, path, options)
    return Reading(
        reader=NAME,
        source=NAME,
        tables=tables,
        dialect={
            "rows": len(motion.t_s),
            "rows_left_out": motion.n_left_out,
            "rate_hz": round(float(1 / np.median(np.diff(motion.t_s))), 1),
            "repetitions": len(tables["reps"]),
        },
        notes=tuple(notes),
    )


def set_of(
    motion: Motion, path: Path, options: Options, said: Said | None = None
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The tables of the set in a motion, and what there is to say; `said` inside the file goes before all else.

    Raises UnreadableFile as `read` does.
    """
    name = printable(path.name)
    found = cut(motion.t_s, motion.hips, motion.height_m)
    if found.no_hinge or not found.reps:
        raise UnreadableFile(f"{name} holds no whole repetition of a hinge: {_why_none(found)}. {_NEEDED}")
    told = _filmed(path, motion, options, said)
    return _tables(path, found, told, options), list(_notes(found, motion, told))


_NEEDED = "A set begins and ends upright, both feet on the ground; leave out other movements."


def _why_none(found: Cut) -> str:
    if found.no_hinge:
        return found.no_hinge
    parts = f"parts of a repetition at its edges: {found.n_partial}"
    return f"{parts}, shallower bends: {found.n_shallow}"


def _filmed(path: Path, motion: Motion, options: Options, said: Said | None) -> Filmed:
    """What was filmed and by which tool, by the table beside it, its name, what was said, and the model's columns."""
    before = [*([said] if said else []), said_beside(path, options)]
    tools = [Said("the name of the file", {"device": _tool_named(path.stem)}), _by_model(motion)]
    or_say = "A table beside it may say it too, with the columns file, date, exercise and load."
    return filmed(path, options, before, tools, or_say)


def _tool_named(stem: str) -> str | None:
    words = set(re.findall(r"[^\W_]+", stem.lower()))
    return next((tool for word, tool in _TOOLS.items() if word in words), None)


def _by_model(motion: Motion) -> Said:
    """The tool whose model has these coordinates; a laboratory may use the same."""
    columns = set(motion.columns)
    tool = next((tool for has, lacks, tool in _MODELS if has <= columns and not lacks & columns), None)
    where = "the coordinates of its model" if tool else "the form of the file, as nothing names the tool"
    return Said(where, {"device": tool or UNKNOWN_TOOL})


def _tables(path: Path, found: Cut, told: Filmed, options: Options) -> dict[str, pd.DataFrame]:
    day, raw = cast(date, told["day"]), str(told["lift"])
    stem = printable(path.stem)
    device = told["device"]
    session = {"external_name": told["athlete"], "session_key": f"{day}|{stem}"}
    of_session = {
        **session,
        **local_start(None, options.config.zone),
        "local_date": day,
        "kind": "strength",
        "status": "done",
        "title": stem,
        "row_no": 0,
    }
    of_set = {
        **session,
        "set_no": 1,
        "exercise": catalogue(options.exercises).resolve(raw),
        "exercise_raw": raw,
        "side": found.side,
        "set_kind": "work",
        "load_kg": told["load_kg"],
        "load_raw": told["load"],
        "reps": len(found.reps),
        "tempo": _tempo(found.reps),
        "row_no": 0,
    }
    first_no = cast(int, told["rep_no"] or 1)
    lead = leading(found.side, found.reps[0].flexion_deg)
    reps = [
        {
            **session,
            "set_no": 1,
            "rep_no": rep_no,
            "hinge_angle_deg": _hinge_deg(rep, lead),
            "device": device,
            "row_no": 0,
        }
        for rep_no, rep in enumerate(found.reps, first_no)
    ]
    begins = 1 + _TRIALS_OF_A_FILE * (zlib.crc32(path.stem.encode("utf-8", "replace")) % _FILES)
    trials = [
        {
            "external_name": told["athlete"],
            "local_date": day,
            "trial_no": begins + nth,
            "method": _METHOD,
            "device": device,
            "row_no": 0,
            **measured,
        }
        for nth, rep in enumerate(found.reps)
        for measured in (*_depths(rep, found.side), *_phases(rep, found.side))
    ]
    rows = {"sessions": [of_session], "sets": [of_set], "reps": reps, "trials": trials}
    return {table: frame(table, some) for table, some in rows.items()}


def _hinge_deg(rep: Rep, side: str) -> float:
    """180 degrees upright, less the deeper; whoever bends back further stays upright."""
    return min(UPRIGHT_DEG, UPRIGHT_DEG - rep.flexion_deg[side])


def _depths(rep: Rep, side: str) -> Iterable[dict[str, object]]:
    """The angle of each leg that hinges."""
    for leg in rep.flexion_deg if side == "B" else (side,):
        yield {
            "test_id": DEPTH_TEST,
            "metric": DEPTH_METRIC,
            "side": leg,
            "value": _hinge_deg(rep, leg),
            "unit": "deg",
        }


def _phases(rep: Rep, side: str) -> Iterable[dict[str, object]]:
    """How long each phase took."""
    for metric in ("eccentric_s", "pause_s", "concentric_s", "hold_s"):
        if (value := getattr(rep, metric)) is not None:
            yield {"test_id": TEMPO_TEST, "metric": metric, "side": side, "value": value, "unit": "s"}


def _tempo(reps: tuple[Rep, ...]) -> str | None:
    """The tempo as it was measured, the middle of the repetitions; a single one has no time above."""
    phases = [[rep.eccentric_s, rep.pause_s, rep.concentric_s] for rep in reps]
    holds = [rep.hold_s for rep in reps if rep.hold_s is not None]
    if not holds:
        return None
    return "-".join(f"{seconds:.1f}" for seconds in (*np.median(phases, axis=0), np.median(holds)))


def _notes(found: Cut, motion: Motion, told: Filmed) -> Iterable[str]:
    yield f"Repetitions cut: {len(found.reps)}."
    if found.n_partial:
        yield f"Repetitions left out, as they are not whole (at an edge, or over a gap of time): {found.n_partial}."
    if found.n_shallow:
        yield f"Bends left out, as they are less than half of the deepest, too quick, or of one leg: {found.n_shallow}."
    if motion.n_left_out:
        yield f"Rows left out, as they are cut short or hold no number: {motion.n_left_out}."
    yield from motion.notes
    yield from told.notes()
    for published in errors_of(str(told["device"]), "hinge_angle_deg")[:1]:
        yield (
            f"The hip of {told['device']} is off by {published.low:.0f} to {published.high:.0f} degrees "
            f"({published.source}), so only an athlete's own change on the same tool is judged."
        )
    yield from without_load(told, "the angles go with", "into a table beside it, ")


READER = Reader(
    name=NAME,
    title="OpenSim motion of OpenCap, Sports2D, Pose2Sim (.mot, .sto)",
    recognises=recognises,
    read=read,
    takes="every whole repetition with its hinge angle at the bottom, 180 degrees less the flexion of the right hip; "
    "both legs and the time of each phase as trials; day, lift and load by the file's name, a table beside it, or what "
    "was said",
    leaves="repetitions cut off at the edges; walks, jumps and standing, which are refused; positions of markers, "
    "which need inverse kinematics first; other joints",
)
