"""A plug-in of the athlete workbook: the log app Hinge Diary, a model of speed kept within sets, and its section."""

from dataclasses import dataclass

import pandas as pd

from analysis.base.blocks import Fact
from analysis.base.errors import NotEnoughData
from analysis.base.plugins import Section
from analysis.ingest.logs.log import Log
from analysis.models.result import glance_row, tidy_table

READER = Log(
    name="diary",
    title="Hinge Diary (CSV)",
    called="a Hinge Diary export",
    headers={"start": ("diary_time",), "exercise": ("movement",), "load": {"load_kg": "kg"}, "reps": ("times",)},
    needed=("start", "exercise", "load", "reps"),
    takes="sets with load and repetitions",
    leaves="",
).reader()


@dataclass(frozen=True, eq=False)
class SpeedKept:
    """How much of the speed of the first repetition the last one kept, in percent, one row a set."""

    by_set: pd.Series

    def tidy(self) -> pd.DataFrame:
        """One row: the mean over sets with its standard error."""
        return tidy_table([("speed_kept", "%", self.by_set.mean(), self.by_set.sem())], 0.95, df=len(self.by_set) - 1)

    def glance(self) -> pd.DataFrame:
        """One row: n, the number of sets."""
        return glance_row(n=len(self.by_set))


def speed_kept(reps: pd.DataFrame) -> SpeedKept:
    """The speed that sets keep, from the table `reps`; repetitions without a speed are left out."""
    sets = reps.dropna(subset=["mean_velocity_m_s"]).sort_values("rep_no").groupby(["session_id", "set_no"])
    speeds = sets["mean_velocity_m_s"].agg(["first", "last", "size"])
    speeds = speeds[speeds["size"] > 1]
    if len(speeds) < 2:
        raise NotEnoughData("Speed kept needs 2 sets of 2 measured reps; measure the bar in more sets.")
    return SpeedKept(100 * speeds["last"] / speeds["first"])


def show(week):
    """What an athlete reads of it: a sentence of this week's sets."""
    result = speed_kept(week.athlete.reps[week.athlete.reps["local_date"].isin(week.days)])
    kept_pct, n = result.by_set.mean(), len(result.by_set)
    yield Fact("speed_kept", f"Your last reps kept {kept_pct:.0f} % of the first.", estimate=kept_pct, unit="%", n=n)


SECTION = Section("How much speed did you keep?", show)
