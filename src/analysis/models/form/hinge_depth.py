"""Hinge depth: does the athlete hinge deeper or shallower than before, by more than the angle errs from day to day?

Model card
----------
Question: has the depth of the hinge changed for good, since when, and by how much?
Data: the hinge angles of one lift, the mean of the repetitions of a day and rater, in degrees; 180 degrees is upright,
so that a smaller angle is a deeper hinge, which is the better one. Where nobody rated, the device is the rater.
Model: the angle of a day is a level and an error that carries over from day to day.
Estimator: `models.change` on the days of the latest rater, by the noise of the squad in this lift's angle. Nothing
published joins it: the error of one angle from 2-D video (`models.form.depth_drift`) is not that of a day's mean, and
markerless tools differ from markers by 11 to 17 degrees at the hip (`base/devices.csv`), mostly by the same each time.
Interval: that of the change engine, whose card says how often it holds and how many unchanged series are named.
Refuses: no angle; one that is infinite or negative. "Cannot tell" as the engine does.
Criticism: deeper is better only as far as form holds, which `models.form.clean_reps` follows. The smallest worthwhile
change of 5 degrees is a practical choice, above the 2 to 4 that one angle from video errs; none is published. Load and
camera are not taken into account: another place of the camera reads as another depth.

References
----------
Schurr et al. 2017, Int J Sports Phys Ther 12(2):163-172, and Munro et al. 2012, J Sport Rehabil 21(1):7-11 (2-D video).
"""

from dataclasses import dataclass
from statistics import fmean

import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.models import series
from analysis.models.plausible import check_possible

SWC_DEG = 5.0
RESOLUTION_DEG = 1.0  # videos are read to a whole degree


@dataclass(frozen=True, eq=False, kw_only=True)
class HingeDepth(series.Series):
    """The hinge angle of one lift by day and rater, with n_reps of each, and what it says of its level."""

    exercise: str


def hinge_depth(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    exercise: str,
    until: pd.Timestamp,
    *,
    judging: series.Judging = series.ALONE,
) -> HingeDepth:
    """The hinge angle of a lift by day, and what it says of its level.

    Parameters
    ----------
    sets : DataFrame
        Table sets with local_date. An exercise that is not in the catalogue goes by its raw name.
    reps : DataFrame
        Table reps; repetitions without an angle are left out, whether their form was rated or not.
    exercise : str
        Canonical name.
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No angle of this lift.
    DataProblem
        An angle that is infinite or negative.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=12, freq="7D")
    >>> sets = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "local_date": day,
    ...                      "exercise": "deadlift", "exercise_raw": "Deadlift"})
    >>> reps = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "rep_no": 1, "rater": "coach",
    ...                      "hinge_angle_deg": [98.0, 100, 99, 97] * 2 + [85.0, 86, 84, 85]})
    >>> change = hinge_depth(sets, reps, "deadlift", day[-1]).change
    >>> str(change.state), str(change.since.date())
    ('clearly better', '2026-03-02')
    """
    named = sets.assign(exercise=sets["exercise"].fillna(sets["exercise_raw"]))
    of_lift = named[(named["exercise"] == exercise) & (named["local_date"] <= until)]
    angles = reps.reindex(columns=["session_id", "set_no", "hinge_angle_deg", "rater", "device"]).dropna(
        subset=["hinge_angle_deg"]
    )
    angles = angles.assign(device=angles["rater"].astype("str").fillna(angles["device"])).drop(columns="rater")
    measured = angles.merge(of_lift[["session_id", "set_no", "local_date"]], on=["session_id", "set_no"])
    check_possible(measured["hinge_angle_deg"], "hinge angle", "deg", sign="not negative")
    if measured.empty:
        raise NotEnoughData("No hinge angle yet. Measure the hinge in one set a week.")
    exposures = series.by_day(measured, "hinge_angle_deg", fmean, count="n_reps")
    return HingeDepth(
        exercise=exercise,
        exposures=series.with_comparable(exposures.sort_values(["local_date", "device"], ignore_index=True)),
        until=until,
        judging=judging,
        quantity=series.Quantity(
            name=f"{exercise}.hinge_angle",
            unit="deg",
            swc=SWC_DEG,
            better="lower",
            resolution=RESOLUTION_DEG,
            measure="hinge_angle_deg",
        ),
    )
