"""How an athlete feels over weeks: has the level of one daily answer changed?

Model card
----------
Question: does the athlete sleep, ache or feel otherwise than before, for longer than a bad day?
Data: the answers to one item from one source, one a day, or what a device measured at rest; a day without is no value.
Formula: none, an answer is its own value, in units of its scale (points) or in the item's unit (h, bpm).
Estimator: `models.change` on the answers, by the noise of the squad. The smallest worthwhile change is a tenth of the
scale, a practical choice; of what has a unit, that of `base.wellness_items`, which also says which way is good there.
Interval: that of the change engine. Answers are whole numbers; the step of the scale is the least error.
Refuses: no answer to the item, or one that is infinite. "Cannot tell" as the engine does, and without an answer in the
last 14 days.
Criticism: an answer is what somebody says on a morning; scales drift, and who is told not to train may answer lower.

References
----------
Saw et al. 2016, Br J Sports Med 50(5):281-291 (self-reported measures and training load).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.base.wellness_items import WellnessItem, wellness_item
from analysis.models import series
from analysis.models.plausible import check_possible

STALE_AFTER_DAYS = 14
SWC_SHARE = 0.1  # of the scale; a practical choice, not a measured one


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers(series.Series):
    """One item that is asked every day, and what it says of its level."""

    item: str
    source: str

    @property
    def about(self) -> WellnessItem:
        """Its name, unit and decimals."""
        return wellness_item(self.item)


def answers_to(
    wellness: pd.DataFrame, item: str, source: str, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> Answers:
    """The answers to one item by day, and what they say of its level.

    Parameters
    ----------
    wellness : DataFrame
        Table wellness of one athlete: local_date, item, source, value, scale_min, scale_max, direction.
    item, source : str
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No answer to the item, neither a scale nor a unit that is judged, or no direction that is good.
    DataProblem
        An answer that is infinite.

    Examples
    --------
    >>> answers = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"]), "item": "sleep", "source": "form",
    ...     "value": [7.0], "scale_min": 1.0, "scale_max": 10.0, "direction": "higher_better"})
    >>> answers_to(answers, "sleep", "form", pd.Timestamp("2026-01-11")).quantity.swc
    0.9
    """
    of_item = (wellness["item"] == item) & (wellness["source"] == source) & (wellness["local_date"] <= until)
    about = wellness_item(item)
    is_measured = bool(about.unit and about.better and np.isfinite(about.swc))
    answers = wellness[["local_date", "value", "scale_min", "scale_max", "direction"]][of_item]
    told = ["value"] if is_measured else ["value", "scale_min", "scale_max"]
    is_known = answers[told].notna().all(axis=1)
    if not is_measured:
        is_known &= answers["direction"].isin(["higher_better", "lower_better"])
    known = answers[is_known].drop_duplicates("local_date", keep="last")
    check_possible(known["value"], f"answer on {item.replace('_', ' ')}")
    if known.empty:
        raise NotEnoughData(f"No answer on {item.replace('_', ' ')} yet. Note it tomorrow morning.")
    last, scales = known.iloc[-1], known[["scale_min", "scale_max"]].to_numpy()
    same_scale = is_measured | (scales == scales[-1]).all(axis=1)
    exposures = {"local_date": known["local_date"], "value": known["value"], "device": None, "comparable": same_scale}
    return Answers(
        item=item,
        source=source,
        exposures=pd.DataFrame(exposures).sort_values("local_date", ignore_index=True),
        until=until,
        judging=judging,
        quantity=_measured(about) if is_measured else _on_a_scale(item, last),
    )


def _on_a_scale(item: str, last: pd.Series) -> series.Quantity:
    return series.Quantity(
        name=f"wellness.{item}.{last['scale_min']:g}_to_{last['scale_max']:g}",
        unit="points",
        swc=SWC_SHARE * float(last["scale_max"] - last["scale_min"]),
        better="higher" if last["direction"] == "higher_better" else "lower",
        resolution=1.0,
        stale_after_days=STALE_AFTER_DAYS,
    )


def _measured(about: WellnessItem) -> series.Quantity:
    return series.Quantity(
        name=f"wellness.{about.item}",
        unit=about.unit,
        swc=about.swc,
        better=about.better or "higher",
        resolution=10.0**-about.decimals,
        stale_after_days=STALE_AFTER_DAYS,
    )
