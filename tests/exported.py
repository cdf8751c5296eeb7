"""What a phone and a watch export, as one folder: the files that the tutorial takes in."""

import gzip
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from own_samples import gpx, run, tcx
from test_phone_lifter import LAST_DAY, hevy, season

WEEKS, GAIN = 20, 0.12


def morning(days_before: int) -> datetime:
    """Seven o'clock in Berlin, so many days before the last one of the log."""
    return datetime.combine(LAST_DAY - timedelta(days=days_before), time(5), UTC)


def write_exports(folder: Path) -> None:
    """A Hevy log of 20 weeks and three runs: FIT, TCX with gzip around it, GPX."""
    folder.mkdir(parents=True)
    (folder / "workout_data.csv").write_text(hevy(season(WEEKS, GAIN)), encoding="utf-8")
    (folder / "18203344551_ACTIVITY.fit").write_bytes(run(morning(12)).content())
    (folder / "activity_18260017342.tcx.gz").write_bytes(gzip.compress(tcx(morning(5)).encode(), mtime=0))
    (folder / "Morning_Run.gpx").write_text(gpx(times=True, start=morning(2)), encoding="utf-8")
