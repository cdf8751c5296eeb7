"""Sensitivity: does a conclusion stand under the other choices that could be defended?

Model card
----------
Question: would speed at a load, a check or a difference of the sides have been concluded otherwise under another
choice?
Data: what the reports judged, of one athlete; it must have a conclusion, which another choice could change.
Model: none of its own. The same series is judged again with one choice changed at a time: another statistic of the day,
velocity or index; the athlete's own noise or a published one alone; a carry-over of 0, .3 or .6; errors with heavy
tails, which raise the threshold, or a noise taken for exact, which lowers it; without the oldest quarter or half. What
is compared is the conclusion (better, worse, no change; which side is larger), not how clear it is or of which shape.
Estimator: `models.change`, as of the series itself; estimates are in percent of the level before, or of the sides.
Interval: that of each choice alone. The choices share one set of values, so that "7 of 8" is no probability: it says
which choice decides. Nothing was simulated.
Refuses: a conclusion of "cannot tell", sides on fewer than 3 dates, a level that is not above 0. A choice that the data
do not allow is listed with the reason.
Criticism: choices are counted alike, though some are nearly the same. Which choices are tried is a choice too. The
panel finds a conclusion that hangs on one choice; it does not make one sure that stands under all.

References
----------
Steegen et al. 2016, Perspect Psychol Sci 11(5):702-712 (multiverse analysis).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.base.config import Check, Lift, SideTest
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State
from analysis.metrics.asymmetry import asymmetry_indices
from analysis.metrics.strength import VELOCITY_METRICS
from analysis.models.change.scan import KURTOSIS_MOST
from analysis.models.checks import check_history
from analysis.models.form.sides import SURE_DATES, SideDifference, side_difference
from analysis.models.noise import NO_SQUAD, Noise, SquadNoise, noise_of_published
from analysis.models.result import Result, glance_row, tidy_table
from analysis.models.series import ALONE, Judging, Series
from analysis.models.strength.speed_at_load import speed_at_load

OWN_CHOICE = "as reported"
NOTHING = "no change"
CANNOT_TELL = State.CANNOT_TELL.value
KNOWN_DF = 1e6

_METRIC_NAMES = {
    "mean_velocity_m_s": "mean velocity",
    "mean_propulsive_velocity_m_s": "mean propulsive velocity",
    "peak_velocity_m_s": "peak velocity",
}
_COLUMNS = ["choice", "state", "conclusion", "estimate_pct", "conf_low_pct", "conf_high_pct", "n", "why"]
_Remade = Mapping[str, Callable[[], Series]]


@dataclass(frozen=True, eq=False)
class Sensitivity(Result):
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
        """One row a choice that has an estimate: the change, or the difference of the sides, in percent."""
        known = self.choices[self.choices["estimate_pct"].notna()]
        rows = [
            (row.choice, "%", row.estimate_pct, float("nan"), row.conf_low_pct, row.conf_high_pct)
            for row in known.itertuples()
        ]
        return tidy_table(rows, self.conf_level)

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
    judging: Judging = ALONE,
) -> Sensitivity:
    """The speed at a load under other choices: those of every series, the best or the median repetition of a day, and
    the other velocities that were measured, each by the athlete's own noise in it, its smallest worthwhile change in
    proportion.

    Parameters
    ----------
    sets, reps, lift, anchor_kg, until, side, judging
        As `models.strength.speed_at_load.speed_at_load` takes them.

    Raises
    ------
    NotEnoughData
        No bar speed at the load, or nothing concluded yet.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=12, freq="7D")
    >>> sets = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "local_date": day, "exercise": "deadlift",
    ...                      "side": "B", "set_kind": "work", "load_kg": 100.0})
    >>> reps = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "rep_no": 1, "device": "encoder",
    ...                      "mean_velocity_m_s": [0.50, 0.51, 0.52, 0.50] * 2 + [0.60, 0.61, 0.60, 0.62]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> speed_sensitivity(sets, reps, lift, 100, day[-1]).conclusion
    'better'
    """

    def with_statistic(statistic) -> Series:
        return speed_at_load(sets, reps, lift, anchor_kg, until, side=side, statistic=statistic, judging=judging)

    def with_metric(metric: str) -> Series:
        other_lift = lift.model_copy(update={"metric": metric, "te_m_s": None})
        alone = replace(judging, noise=NO_SQUAD)
        other = speed_at_load(sets, reps, other_lift, anchor_kg, until, side=side, judging=alone)
        if other.last_date != base.last_date:
            raise NotEnoughData(f"No {_METRIC_NAMES[metric]} on {base.last_date.date()}. Measure it on every day.")
        to_other = other.exposures["value"].mean() / base.exposures["value"].mean()
        return replace(other, quantity=replace(other.quantity, swc=lift.swc_m_s * to_other))

    base = speed_at_load(sets, reps, lift, anchor_kg, until, side=side, judging=judging)
    measured = [metric for metric in VELOCITY_METRICS if metric in reps and reps[metric].notna().any()]
    remade: _Remade = {
        "best rep": lambda: with_statistic("best"),
        "median rep": lambda: with_statistic("median"),
        **{_METRIC_NAMES[m]: lambda m=m: with_metric(m) for m in measured if m != lift.metric},
    }
    return _sensitivity(f"{lift.name} at {anchor_kg:g} kg", base, remade)


def check_sensitivity(
    splits: pd.DataFrame, trials: pd.DataFrame, check: Check, until: pd.Timestamp, *, judging: Judging = ALONE
) -> Sensitivity:
    """A performance check under other choices: those of every series, and the mean of a day's trials for the best or
    the other way round.

    Parameters
    ----------
    splits, trials, check, until, judging
        As `models.checks.check_history` takes them.

    Raises
    ------
    NotEnoughData
        The check was not done, or nothing is concluded yet.
    DataProblem
        A level that is not above 0, of which there are no percents.
    """
    other = "mean" if check.statistic == "best" else "best"
    with_other = check.model_copy(update={"statistic": other})
    remade: _Remade = {
        f"{other} of the trials": lambda: check_history(splits, trials, with_other, until, judging=judging)
    }
    return _sensitivity(check.name, check_history(splits, trials, check, until, judging=judging), remade)


def side_sensitivity(
    trials: pd.DataFrame, test: SideTest, until: pd.Timestamp, *, judging: Judging = ALONE
) -> Sensitivity:
    """The difference of the sides under other choices: those of every series, the median or the largest trial of each
    side and day, and the difference over the mean of the sides in place of the log of their ratio.

    Parameters
    ----------
    trials, test, until, judging
        As `models.form.sides.side_difference` takes them.

    Raises
    ------
    NotEnoughData
        Fewer than 3 days with both sides: nothing is called sure on so few.
    """
    base = side_difference(trials, test, until, judging=judging)

    def of_one_value_a_day(statistic: str) -> SideDifference:
        of_test = trials[(trials["test_id"] == test.test_id) & (trials["metric"] == test.metric)]
        key = ["test_id", "metric", "unit", "side", "local_date", "device"]
        by_day = of_test.groupby(key, dropna=False)["value"].agg(statistic).reset_index()
        return side_difference(by_day, test, until, judging=judging)

    def over_the_mean() -> SideDifference:
        indices = asymmetry_indices(base.exposures["left"], base.exposures["right"])
        return replace(base, exposures=base.exposures.assign(value=indices["right_minus_left_over_mean_pct"]))

    remade: _Remade = {
        "median trial": lambda: of_one_value_a_day("median"),
        "largest trial": lambda: of_one_value_a_day("max"),
        "difference over the mean": over_the_mean,
    }
    return _sensitivity(test.name, base, remade)


@dataclass(frozen=True, eq=False)
class _Given(SquadNoise):
    """One noise, whatever is asked."""

    noise: Noise

    def of_several(
        self, _quantity: str, _device: str | None, series: Sequence[np.ndarray], **_by: object
    ) -> list[Noise]:
        return [self.noise] * len(series)


def _common(base: Series) -> _Remade:
    """The choices that every series has: its noise, the carry-over, the threshold and how far back it reaches."""
    quantity, noise, newest = base.quantity, base.change.noise, base.exposures[base.exposures["comparable"]]
    noises: dict[str, Noise] = {}
    if noise.source != "own values":
        values = newest["value"].to_numpy(dtype=float)
        noises["own noise alone"] = NO_SQUAD.of(quantity.name, None, values, resolution=quantity.resolution)
    device = newest["device"].iloc[-1]
    if (published := quantity.published_on(device if isinstance(device, str) else None)) is not None:
        noises["published noise alone"] = noise_of_published(published, resolution=quantity.resolution)
    noises |= {f"carry-over {rho:g}": replace(noise, rho=rho, carry_sd=0.0) for rho in (0.0, 0.3, 0.6)}
    noises["heavy tails"] = replace(noise, kurtosis=KURTOSIS_MOST)
    noises["noise taken for exact"] = replace(noise, df=KNOWN_DF, carry_sd=0.0)

    def by(other: Noise) -> Series:
        return replace(base, judging=replace(base.judging, noise=_Given(NO_SQUAD.table, other)))

    def without(share: float) -> Series:
        return replace(base, exposures=newest.iloc[int(share * len(newest)) :])

    shares = {"without the oldest quarter": 0.25, "without the oldest half": 0.5}
    return {
        **{name: lambda other=other: by(other) for name, other in noises.items()},
        **{name: lambda share=share: without(share) for name, share in shares.items()},
    }


def _sensitivity(name: str, base: Series, remade: _Remade) -> Sensitivity:
    """Raises NotEnoughData where nothing is concluded, DataProblem for a level of which there are no percents."""
    first = _row(OWN_CHOICE, base)
    if first["conclusion"] == CANNOT_TELL:
        raise NotEnoughData(_why_not(name, base))
    rows = [first]
    for choice, judged_again in {**remade, **_common(base)}.items():
        try:
            rows.append(_row(choice, judged_again()))
        except (NotEnoughData, DataProblem) as problem:
            rows.append({"choice": choice, "state": CANNOT_TELL, "conclusion": CANNOT_TELL, "why": str(problem)})
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    stands = frame["conclusion"] == first["conclusion"]
    return Sensitivity(name, frame.assign(stands=stands), base.judging.conf_level)


def _row(choice: str, series: Series) -> dict[str, object]:
    if isinstance(series, SideDifference):
        return _side_row(choice, series)
    change = series.change
    told = {"choice": choice, "state": change.state, "n": change.n}
    if not change.state.known:
        return {**told, "conclusion": CANNOT_TELL, "why": _why_not(choice, series)}
    level = change.before if change.changed else change.level
    if level <= 0:
        raise DataProblem(
            f"{choice} has a level of {level:g} {change.unit}, of which there are no percents. "
            "Compare it in its own unit."
        )
    of_level = {"estimate_pct": change.change, "conf_low_pct": change.change_low, "conf_high_pct": change.change_high}
    conclusion = ("better" if change.gain > 0 else "worse") if change.changed else NOTHING
    return {**told, "conclusion": conclusion, **{key: 100 * value / level for key, value in of_level.items()}}


def _side_row(choice: str, sides: SideDifference) -> dict[str, object]:
    told = {"choice": choice, "state": sides.change.state, "n": sides.n_dates}
    if sides.n_dates < SURE_DATES:
        return {**told, "state": CANNOT_TELL, "conclusion": CANNOT_TELL, "why": _why_not(choice, sides)}
    return {
        **told,
        "conclusion": f"{sides.larger} larger" if sides.is_sure else "no sure difference",
        "estimate_pct": sides.estimate_pct,
        "conf_low_pct": sides.conf_low,
        "conf_high_pct": sides.conf_high,
    }


def _why_not(name: str, series: Series) -> str:
    if isinstance(series, SideDifference):
        return (
            f"{name} has {series.n_dates} days with both sides; a difference can be sure from {SURE_DATES} on. "
            "Test both sides on another day."
        )
    change = series.change
    return (
        f"{name} has {change.n} values to compare and no conclusion yet ({change.reason}) that another choice could "
        f"change. Do {max(change.more_needed, 1)} more."
    )


def _listed(changed: pd.DataFrame) -> str:
    """Which choices change the conclusion, and to what."""
    words = [f"{row.choice} ({row.conclusion})" for row in changed.itertuples()]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
