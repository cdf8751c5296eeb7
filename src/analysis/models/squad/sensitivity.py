"""Sensitivity: does a conclusion stand under the other choices that could be defended?

Model card
----------
Question: would speed at a load, a check or a difference of the sides have been concluded otherwise under another
choice?
Data: what the reports judged, of one athlete; it must have a conclusion, which another choice could change.
Model: none of its own. The same judgement is made again with one choice changed at a time: another statistic of the
day, 3 to 7 earlier values or dates, own or published error alone, logs, another velocity or index. What is compared is
the conclusion (better, worse, no change beyond noise; which side is larger), not how clear it is.
Estimator: that of the model judged again (`models.strength.speed_at_load`, `models.checks`, `models.form.sides`);
estimates are in percent, of the reference or of the sides.
Interval: that of each choice alone, as its model gives it. The choices share one set of values, so that "7 of 8" is no
probability: it says which choice decides. Nothing was simulated.
Refuses: a conclusion of "cannot tell", sides on fewer than 3 dates, a reference that is not above 0. A choice that the
data do not allow is listed with the reason.
Criticism: choices are counted alike, though references of 5 and of 6 values are nearly the same choice. Which choices
are tried is a choice too. The panel finds a conclusion that hangs on one choice; it does not make one sure that stands
under all.

References
----------
Steegen et al. 2016, Perspect Psychol Sci 11(5):702-712 (multiverse analysis).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.config import Check, Lift, SideTest
from analysis.base.decisions import REFERENCE_LEAST, REFERENCE_MOST, Change, TypicalError, judge
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State
from analysis.metrics.asymmetry import asymmetry_indices
from analysis.metrics.strength import VELOCITY_METRICS
from analysis.models.checks import CheckHistory, check_history
from analysis.models.form.sides import SURE_DATES, SideDifference, difference_of_dates, side_difference
from analysis.models.result import glance_row, tidy_table
from analysis.models.series import Judging
from analysis.models.strength.speed_at_load import RESOLUTION_M_S, SpeedAtLoad, speed_at_load

OWN_CHOICE = "as reported"
NOTHING = "no change beyond noise"
CANNOT_TELL = State.CANNOT_TELL.value

_METRIC_NAMES = {
    "mean_velocity_m_s": "mean velocity",
    "mean_propulsive_velocity_m_s": "mean propulsive velocity",
    "peak_velocity_m_s": "peak velocity",
}
_COLUMNS = ["choice", "state", "conclusion", "estimate_pct", "se_pct", "conf_low_pct", "conf_high_pct", "n", "why"]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """One conclusion under the choice of the reports and under the others."""

    name: str
    choices: pd.DataFrame  # one row a choice, the reports' first; stands (bool), and why where it cannot be judged
    conf_level: float

    @property
    def conclusion(self) -> str:
        """What the reports say."""
        return str(self.choices["conclusion"].iloc[0])

    @property
    def others(self) -> pd.DataFrame:
        """The other choices that could be judged."""
        others = self.choices.iloc[1:]
        return others[others["conclusion"] != CANNOT_TELL]

    @property
    def unjudged(self) -> pd.DataFrame:
        """The choices that these data do not allow, with the reason in `why`."""
        return self.choices[self.choices["conclusion"] == CANNOT_TELL]

    @property
    def sentence(self) -> str:
        """Under how many of the other choices the conclusion stands, and which change it."""
        others = self.others
        changed, n = others[~others["stands"]], len(others)
        if n == 0:
            words = f"{self.name}: no other choice could be judged."
        elif changed.empty:
            words = f"{self.name}: the conclusion ({self.conclusion}) stands under all {n} other choices."
        else:
            words = (
                f"{self.name}: the conclusion ({self.conclusion}) stands under {n - len(changed)} of {n} other "
                f"choices; it changes with {_listed(changed)}."
            )
        unjudged = len(self.unjudged)
        return words + (f" Not judged: {', '.join(self.unjudged['choice'])}." if unjudged else "")

    def tidy(self) -> pd.DataFrame:
        """One row a choice that could be judged: the change, or the difference of the sides, in percent."""
        judged = self.choices[self.choices["conclusion"] != CANNOT_TELL]
        told = ["estimate_pct", "se_pct", "conf_low_pct", "conf_high_pct"]
        return tidy_table([(name, "%", *row) for name, *row in judged[["choice", *told]].to_numpy()], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: the conclusion, other choices judged, those under which it stands, those not judged."""
        n, stands = len(self.others), int(self.others["stands"].sum())
        return glance_row(conclusion=self.conclusion, n_choices=n, n_stands=stands, n_unjudged=len(self.unjudged))


def speed_sensitivity(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    lift: Lift,
    anchor_kg: float,
    until: pd.Timestamp,
    *,
    side: str = "B",
    conf_level: float = 0.90,
) -> Sensitivity:
    """The change of speed at a load under other choices.

    These are: the best or the median repetition of a day, references of 3 to 7 earlier values, own or published error
    alone, percent on the log scale, and the other velocities that were measured (own error alone, since a published
    one belongs to its velocity; smallest worthwhile change in proportion). Estimates are in percent of the reference.

    Parameters
    ----------
    sets, reps, lift, anchor_kg, until, side, conf_level
        As `models.strength.speed_at_load.speed_at_load` takes them.

    Raises
    ------
    NotEnoughData
        No bar speed at the load, or nothing concluded yet.

    Notes
    -----
    Criticism: choices are counted alike, though references of 5 and of 6 values are nearly the same choice. The panel
    finds a conclusion that hangs on one choice; it does not make one sure that stands under all.

    References
    ----------
    Steegen et al. 2016, Perspect Psychol Sci 11(5):702-712 (multiverse analysis).

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=6, freq="7D")
    >>> sets = pd.DataFrame({"session_id": list("abcdef"), "set_no": 1, "local_date": day, "exercise": "deadlift",
    ...                      "side": "B", "set_kind": "work", "load_kg": 100.0})
    >>> reps = pd.DataFrame({"session_id": list("abcdef"), "set_no": 1, "rep_no": 1, "device": "encoder",
    ...                      "mean_velocity_m_s": [0.50, 0.51, 0.52, 0.51, 0.50, 0.60]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> speed_sensitivity(sets, reps, lift, 100, day[-1]).sentence
    'Deadlift at 100 kg: the conclusion (better) stands under all 5 other choices.'
    """

    def with_statistic(statistic) -> Change:
        return speed_at_load(
            sets, reps, lift, anchor_kg, until, side=side, statistic=statistic, conf_level=conf_level
        ).change

    def with_metric(metric: str) -> Change:
        other = lift.model_copy(update={"metric": metric, "te_m_s": None})
        speed = speed_at_load(sets, reps, other, anchor_kg, until, side=side, conf_level=conf_level)
        if speed.last_date != base.last_date:
            raise NotEnoughData(f"No {_METRIC_NAMES[metric]} on {base.last_date.date()}. Measure it on every day.")
        if not speed.change.state.known:
            return speed.change
        swc = lift.swc_m_s * speed.change.reference / base.change.reference
        return _Judging.of(speed, None, RESOLUTION_M_S, swc=swc).change()

    base = speed_at_load(sets, reps, lift, anchor_kg, until, side=side, conf_level=conf_level)
    name = f"{lift.name} at {anchor_kg:g} kg"
    _require_a_conclusion(name, base.change)
    published = TypicalError.published(lift.te_m_s, lift.te_df, lift.te_source) if lift.te_m_s else None
    measured = [metric for metric in VELOCITY_METRICS if metric in reps and reps[metric].notna().any()]
    choices = {
        "best rep": lambda: with_statistic("best"),
        "median rep": lambda: with_statistic("median"),
        **_Judging.of(base, published, RESOLUTION_M_S).choices(),
        **{_METRIC_NAMES[m]: lambda m=m: with_metric(m) for m in measured if m != lift.metric},
    }
    return _sensitivity(name, _change_row(OWN_CHOICE, base.change), choices, _change_row, conf_level)


def check_sensitivity(
    splits: pd.DataFrame, trials: pd.DataFrame, check: Check, until: pd.Timestamp, *, conf_level: float = 0.90
) -> Sensitivity:
    """The change of a performance check under other choices.

    These are: the mean of a day's trials for the best (or the other way round), references of 3 to 7 earlier values,
    own or published error alone, and percent on the log scale. Estimates are in percent of the reference.

    Parameters
    ----------
    splits, trials, check, until, conf_level
        As `models.checks.check_history` takes them.

    Raises
    ------
    NotEnoughData
        The check was not done, or nothing is concluded yet.
    DataProblem
        Values that are not above 0, of which there are no percents.
    """
    base = check_history(splits, trials, check, until, conf_level=conf_level)
    _require_a_conclusion(check.name, base.change)
    published = TypicalError.published(check.te, check.te_df, check.te_source) if check.te else None
    other = "mean" if check.statistic == "best" else "best"
    with_other = check.model_copy(update={"statistic": other})
    choices = {
        f"{other} of the trials": lambda: (
            check_history(splits, trials, with_other, until, conf_level=conf_level).change
        ),
        **_Judging.of(base, published, 0.0).choices(),
    }
    return _sensitivity(check.name, _change_row(OWN_CHOICE, base.change), choices, _change_row, conf_level)


def side_sensitivity(
    trials: pd.DataFrame, test: SideTest, until: pd.Timestamp, *, conf_level: float = 0.90
) -> Sensitivity:
    """The difference of the sides under other choices.

    These are: the median or the largest trial of each side and day, the last 3 to 7 dates, and the difference over
    the mean of the sides in place of the log of their ratio.

    Parameters
    ----------
    trials, test, until, conf_level
        As `models.form.sides.side_difference` takes them.

    Raises
    ------
    NotEnoughData
        Fewer than 3 days with both sides: nothing is called sure on so few.
    """
    judging = Judging(conf_level=conf_level)
    base = side_difference(trials, test, until, judging=judging)
    if base.n_dates < SURE_DATES:
        raise NotEnoughData(
            f"{test.name} has {base.n_dates} days with both sides; a difference can be sure from {SURE_DATES} on. "
            "Test both sides on another day."
        )

    def of_one_value_a_day(statistic: str) -> SideDifference:
        of_test = trials[(trials["test_id"] == test.test_id) & (trials["metric"] == test.metric)]
        keys = ["test_id", "metric", "unit", "side", "local_date", "device"]
        by_day = of_test.groupby(keys, dropna=False)["value"].agg(statistic)
        return side_difference(by_day.reset_index(), test, until, judging=judging)

    def of_last(n: int) -> SideDifference:
        return side_difference(
            trials[trials["local_date"].isin(base.dates["local_date"].tail(n))], test, until, judging=judging
        )

    choices = {
        "median trial": lambda: of_one_value_a_day("median"),
        "largest trial": lambda: of_one_value_a_day("max"),
        **{f"last {n} dates": lambda n=n: of_last(n) for n in range(SURE_DATES, base.n_dates)},
        "difference over the mean": lambda: _over_the_mean(base, test),
    }
    return _sensitivity(test.name, _side_row(OWN_CHOICE, base), choices, _side_row, conf_level)


@dataclass(frozen=True, eq=False)
class _Judging:
    """The comparable values of a series, to be judged again by another rule."""

    values: np.ndarray
    base: Change
    swc: float
    published: TypicalError | None
    resolution: float

    @classmethod
    def of(
        cls,
        series: SpeedAtLoad | CheckHistory,
        published: TypicalError | None,
        resolution: float,
        *,
        swc: float | None = None,
    ) -> "_Judging":
        values = series.exposures.loc[series.exposures["comparable"], "value"].to_numpy(dtype=float)
        return cls(values, series.change, series.change.swc if swc is None else swc, published, resolution)

    @property
    def own(self) -> TypicalError | None:
        """From the last 8 earlier values, also where the reference is shorter."""
        spread = self.values[:-1][-REFERENCE_MOST:]
        return TypicalError.own(spread.tolist(), resolution=self.resolution) if len(spread) >= 2 else None

    def choices(self) -> dict[str, Callable[[], Change]]:
        """The other windows, errors and scale."""
        windows = range(REFERENCE_LEAST, self.base.n_earlier)
        errors = {
            "own error only": lambda: self.change(published=None),
            "published error only": lambda: self.change(own=self.published, published=None),
        }
        return {
            **{f"reference of {n}": lambda n=n: self.change(n_reference=n) for n in windows},
            **(errors if self.published else {}),
            "log scale": self.on_the_log_scale,
        }

    def change(self, *, n_reference: int = REFERENCE_MOST, **errors: TypicalError | None) -> Change:
        """The latest value against `n_reference` before it; `errors` replace the own and the published one."""
        error = {"own": self.own, "published": self.published, **errors}
        return judge(
            self.values[:-1][-n_reference:],
            self.values[-1:],
            swc=self.swc,
            resolution=self.resolution,
            **error,
            **self._rule,
        )

    def on_the_log_scale(self) -> Change:
        """In percent, 100 ln: the own error from the logs, the published one and the SWC relative to the reference."""
        to_pct = 100 / self.base.reference
        error = self.published
        relative = TypicalError(error.value * to_pct, error.df, error.source) if error else None
        earlier = self.values[:-1][-REFERENCE_MOST:]
        return judge(earlier, self.values[-1:], swc=self.swc * to_pct, published=relative, log=True, **self._rule)

    @property
    def _rule(self) -> dict:
        return {
            "unit": self.base.unit,
            "lower_is_better": self.base.lower_is_better,
            "conf_level": self.base.conf_level,
            "needed": self.base.needed,
        }


def _require_a_conclusion(name: str, change: Change) -> None:
    if not change.state.known:
        raise NotEnoughData(f"{name} has no conclusion yet that another choice could change. {change.sentence(name)}")
    if change.reference <= 0:
        raise DataProblem(
            f"{name} has a reference of {change.reference:g} {change.unit}, of which there are no percents. "
            "Compare it in its own unit."
        )


def _sensitivity(
    name: str, own_choice: dict, choices: dict[str, Callable], row: Callable[[str, object], dict], conf_level: float
) -> Sensitivity:
    rows = [own_choice]
    for choice, judged in choices.items():
        try:
            rows.append(row(choice, judged()))
        except (NotEnoughData, DataProblem) as problem:
            rows.append({"choice": choice, "state": CANNOT_TELL, "conclusion": CANNOT_TELL, "why": str(problem)})
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return Sensitivity(name, frame.assign(stands=frame["conclusion"] == own_choice["conclusion"]), conf_level)


def _conclusion(change: Change) -> str:
    if not change.flagged:
        return NOTHING if change.state.known else CANNOT_TELL
    return "better" if change.gain > 0 else "worse"


def _change_row(choice: str, change: Change) -> dict:
    to_pct = 1.0 if change.log else 100 / change.reference
    return {
        "choice": choice,
        "state": change.state,
        "conclusion": _conclusion(change),
        "estimate_pct": change.estimate * to_pct,
        "se_pct": change.se * to_pct,
        "conf_low_pct": change.conf_low * to_pct,
        "conf_high_pct": change.conf_high * to_pct,
        "n": change.n_earlier + change.n_new,
        "why": change.sentence(choice) if not change.state.known else None,
    }


def _side_row(choice: str, sides: SideDifference) -> dict:
    sure = f"{sides.larger} larger" if sides.is_sure else "no sure difference"
    conclusion = CANNOT_TELL if sides.n_dates < SURE_DATES else sure
    return {
        "choice": choice,
        "state": conclusion,
        "conclusion": conclusion,
        "estimate_pct": sides.estimate_pct,
        "se_pct": sides.se_pct,
        "conf_low_pct": sides.conf_low,
        "conf_high_pct": sides.conf_high,
        "n": sides.n_dates,
        "why": None,
    }


def _over_the_mean(base: SideDifference, test: SideTest) -> SideDifference:
    """The same dates by another index, 100 (R - L) / mean of R and L."""
    indices = asymmetry_indices(base.dates["left"], base.dates["right"])
    difference = indices["right_minus_left_over_mean_pct"]
    return difference_of_dates(base.dates.assign(difference_pct=difference), test, base.until, judging=base.judging)


def _listed(changed: pd.DataFrame) -> str:
    """Which choices change the conclusion, and to what."""
    words = [f"{row.choice} ({row.conclusion})" for row in changed.itertuples()]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
