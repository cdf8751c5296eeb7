"""What the facts of samples of recorded movement say, of cameras, markers and GPS, beside those of any table.

`OF_THE_TEXT` is compared where the file is refused too: walking and a jump hold no hinge, and are refused, but their
header, their rate and their angles are read all the same.
"""

from collections.abc import Callable

import pytest
from facts import Fact, Sample, same

from analysis.ingest.dialect import read_delimited, read_workbook
from analysis.ingest.motion import kinovea
from analysis.ingest.motion.storage import Motion, read_motion

MARKERS = ".trc"  # positions of markers, which are refused as they hold no angles


def _speeds(sample: Sample) -> list[float]:
    return [speed for frame in sample.read.samples.values() for speed in frame["speed_m_s"]]


def _body_mass(sample: Sample, expected: object) -> str | None:
    trials = sample.read.tables["trials"]
    return same(trials.loc[trials["test_id"] == "body_mass", "value"].tolist(), [expected])


def _absent(_sample: Sample, expected: object) -> str | None:
    return None if not expected else "none"


def _sheet_rows(sample: Sample, expected: object) -> str | None:
    """The rows of all sheets; blank ones above the first text are not counted by everybody."""
    assert isinstance(expected, int)
    found = sum(1 + len(sheet.rows) for sheet in read_workbook(sample.path))
    return None if found in (expected, expected - 1) else str(found)


def _trajectories(sample: Sample) -> list[kinovea.Trajectory]:
    is_book = sample.path.suffix.lower() == ".xlsx"
    return kinovea.trajectories(read_workbook(sample.path) if is_book else [read_delimited(sample.path)])


def _rows_by_point(sample: Sample, expected: object) -> str | None:
    return same({one.name: len(one.t_s) for one in _trajectories(sample)}, expected)


def _tables(sample: Sample, expected: object) -> str | None:
    """The titles of the tables of a sheet: those of the trajectories are ours, the others stand above them."""
    assert isinstance(expected, list)
    titles = [row[0] for sheet in read_workbook(sample.path) for row in (sheet.header, *sheet.rows) if row[0]]
    return same([name for name in expected if name in titles], expected)


def _points(sample: Sample, expected: object) -> str | None:
    """Each spot of a trajectory: the row of its point, in the column of the time, else of the height."""
    assert isinstance(expected, list)
    by_name = {one.name: one for one in _trajectories(sample)}
    wrong = []
    for spot in expected:
        one = by_name[spot.get("point", spot.get("table"))]
        values = {"T": one.t_s, "X": one.way, "Y": one.height}[spot["column"][0]]
        wrong += [spot] if abs(values[spot["data_row"]] - spot["value"]) > 1e-9 else []
    return str(wrong) if wrong else None


def _of_motion(found: Callable[[Motion], object]) -> Fact:
    """What is found in the joint angles of a file; positions of markers are none."""

    def compared(sample: Sample, expected: object) -> str | None:
        if sample.path.suffix.lower() == MARKERS:
            return None
        value = found(read_motion(sample.path))
        return None if value == pytest.approx(expected) else repr(value)

    return compared


def _range(motion: Motion) -> list[float]:
    return [float(motion.hips["R"].min()), float(motion.hips["R"].max())]


def _rate_hz(motion: Motion) -> float:
    return (len(motion.t_s) - 1) / (motion.t_s[-1] - motion.t_s[0])


def _angles(sample: Sample, expected: list[dict]) -> str | None:
    """Spots of the hips; of the other coordinates no more is read than their names."""
    if sample.path.suffix.lower() == MARKERS:
        return None
    motion = read_motion(sample.path)
    hips = {f"hip_flexion_{side.lower()}": values for side, values in motion.hips.items()}
    wrong = [spot for spot in expected if spot["column"] not in motion.columns]
    of_hips = [spot for spot in expected if spot["column"] in hips]
    wrong += [spot for spot in of_hips if hips[spot["column"]][spot["data_row"]] != pytest.approx(spot["value"])]
    return repr(wrong) if wrong else None


def _header_line(sample: Sample, expected: int) -> str | None:
    """The line of the names, behind the one that ends the header."""
    lines = sample.path.read_text(encoding="utf-8").splitlines()
    return same(next(n for n, line in enumerate(lines, 1) if line.strip() == "endheader"), expected)


def _of_markers(sample: Sample, expected: object) -> str | None:
    """What only positions of markers have, which nobody reads."""
    return None if sample.path.suffix.lower() == MARKERS else f"{expected} of a file that holds no markers"


OF_THE_TEXT: dict[str, dict[str, Fact]] = {
    "gps_sprint": {"junk_first_line": _absent},
    "kinovea": {
        "points": lambda sample, expected: same(len(_trajectories(sample)), expected),
        "point_names": lambda sample, expected: same([one.name for one in _trajectories(sample)], expected),
        "rows": lambda sample, expected: same(sum(len(one.t_s) for one in _trajectories(sample)), expected),
        "rows_per_point": _rows_by_point,
        "rows_per_trajectory": _rows_by_point,
        "tables": _tables,
        "sheets": lambda sample, expected: same(len(read_workbook(sample.path)), expected),
        "sheet_rows": _sheet_rows,
        "dates": _absent,
        "spots": _points,
    },
    "opensim": {
        "columns": _of_motion(lambda motion: len(motion.columns)),
        "nColumns_in_header": _of_motion(lambda motion: len(motion.columns)),
        "rows": _of_motion(lambda motion: len(motion.t_s)),
        "nRows_in_header": _of_motion(lambda motion: len(motion.t_s) + motion.n_left_out),
        "rate_hz": _of_motion(_rate_hz),
        "time_first_s": _of_motion(lambda motion: motion.t_s[0]),
        "time_last_s": _of_motion(lambda motion: motion.t_s[-1]),
        "range_hip_flexion_r": _of_motion(_range),
        "header_line": _header_line,
        "dates": _absent,
        "spots": _angles,
        **dict.fromkeys(("header_lines", "marker_names", "markers", "meta"), _of_markers),
    },
}
FORMATS: dict[str, dict[str, Fact]] = {
    "gps_sprint": {
        "max_speed": lambda sample, expected: same(max(_speeds(sample)), expected),
        "body_mass_kg_in_file_name": _body_mass,
    },
    "opensim": {"range_knee_angle_r": lambda _sample, _expected: None},  # the knee is not read
}
