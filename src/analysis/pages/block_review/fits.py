"""What a block's review fits, one measure or one athlete at a time, from the exposures that it was given."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.metrics.load import daily_load
from analysis.models.fitness_fatigue.skill import Review, review
from analysis.models.squad.bland_altman import BlandAltman, bland_altman
from analysis.models.squad.growth import Growth, growth
from analysis.models.squad.reliability import Reliability, reliability
from analysis.models.squad.squad_series import SquadSeries
from analysis.models.strength.load_velocity_mixed import MixedProfile, profile_across_sessions
from analysis.pages.athlete_week.week import AthleteFrames
from analysis.pages.block_review.measures import Block, Measure

RETESTS = 4  # first exposures of the block that tell the error of a weekly measure
CHECK_RETESTS = 3  # first checks of the record, where practice shows
CONVENTION = "next_day"  # a test knows the loads up to the day before
STRENGTH = ("strength",)

Exposures = Mapping[str, pd.DataFrame]  # of everyone who has a measure, by label


@dataclass(frozen=True, eq=False)
class MeasurementErrorOf:
    """What repeated exposures say about one measure."""

    measure: Measure
    reliability: Reliability
    agreement: BlandAltman  # of the first two exposures
    days_between: float  # median time between exposures


@dataclass(frozen=True, eq=False)
class GrowthOf:
    """The squad's mixed model of one measure over the weeks of the block."""

    measure: Measure
    growth: Growth


@dataclass(frozen=True, eq=False)
class ProfileOf:
    """An athlete's load-velocity profile over the sessions of the block."""

    athlete: str
    athlete_id: str
    measure: Measure
    profile: MixedProfile


@dataclass(frozen=True, eq=False)
class LoadResponse:
    """An athlete's fitness-fatigue model of one measure on the strength load."""

    athlete: str
    athlete_id: str
    measure: Measure
    review: Review
    days_not_known: int  # days without a known load, over which the model holds its state


def error_of(measure: Measure, exposures: Exposures, block: Block) -> MeasurementErrorOf:
    """Error of a measure from the first exposures on one device: of the block, for a check of the whole record."""
    most = CHECK_RETESTS if measure.kind == "check" else RETESTS
    firsts = {
        label: _same_device((own if measure.kind == "check" else own[block.holds(own)]).head(most))
        for label, own in exposures.items()
    }
    enough = [n for n in range(2, most + 1) if sum(len(own) >= n for own in firsts.values()) >= len(firsts) / 2]
    n_trials = max(enough, default=2)
    values = [own["value"].head(n_trials).reset_index(drop=True) for own in firsts.values()]
    trials = pd.DataFrame(values, index=list(firsts)).reindex(columns=range(n_trials))
    trials.columns = [str(number) for number in range(1, n_trials + 1)]
    gaps = pd.concat([own["local_date"].head(n_trials).diff().dt.days for own in firsts.values()] or [pd.Series()])
    return MeasurementErrorOf(
        measure,
        reliability(trials, unit=measure.unit),
        bland_altman(trials["1"], trials["2"], unit=measure.unit),
        float(gaps.median()),
    )


def growth_of(measure: Measure, exposures: Exposures, block: Block) -> GrowthOf:
    """The squad's mixed model of a measure over the weeks of the block."""
    rows = [
        pd.DataFrame({"label": label, "date": own["local_date"], "value": own["value"]})
        for label, every in exposures.items()
        for own in [every[block.holds(every) & every["comparable"]]]
    ]
    data = pd.concat(rows or [pd.DataFrame({"label": [], "date": pd.to_datetime([]), "value": []})])
    weeks = (data["date"] - block.since).dt.days / 7
    return GrowthOf(measure, growth(data["label"], weeks, data["value"], unit=measure.unit, origin=0.0))


def profile_of(measure: Measure, lift: Lift, speeds: pd.DataFrame) -> MixedProfile:
    """The line of an athlete's repetitions of the block, on the newest device."""
    own = speeds[(speeds["exercise"] == lift.exercise) & (speeds["side"] == measure.side)]
    own = own.dropna(subset=[lift.metric])
    if own.empty:
        raise NotEnoughData(f"No bar speed of {measure.name} in this block. Measure 3 loads in one session.")
    device = own["device"].fillna("")
    return profile_across_sessions(
        own[device == device.iloc[-1]], metric=lift.metric, mvt_m_s=lift.mvt_m_s, mvt_sd_m_s=lift.mvt_sd_m_s
    )


def load_response(
    label: str, athlete: AthleteFrames, measure: Measure, exposures: pd.DataFrame, until: pd.Timestamp
) -> LoadResponse:
    """The fitness-fatigue model of one athlete's exposures on the strength load."""
    own = exposures[exposures["comparable"]]
    load = daily_load(athlete.sessions, kinds=STRENGTH, until=until)["load_au"]
    tests = pd.Series(own["value"].to_numpy(), index=pd.DatetimeIndex(own["local_date"]))
    fitted = review(load, tests, unit=measure.unit, convention=CONVENTION, missing="hold")
    return LoadResponse(label, athlete.athlete_id, measure, fitted, int(load.isna().sum()))


def squad_series_of(measure: Measure, exposures: Exposures) -> SquadSeries:
    """The comparable exposures of everyone as one series of the squad."""
    values = [
        own.loc[own["comparable"], ["local_date", "value"]].assign(athlete_id=label) for label, own in exposures.items()
    ]
    none = pd.DataFrame({"athlete_id": [], "local_date": pd.to_datetime([]), "value": []})
    whole = pd.concat(values, ignore_index=True) if values else none
    return SquadSeries(measure.name, measure.unit, measure.swc, measure.lower_is_better, whole)


def _same_device(exposures: pd.DataFrame) -> pd.DataFrame:
    """The exposures up to the first on another device."""
    device = exposures["device"].fillna("")
    return exposures[(device == device.iloc[0]).cummin()] if len(exposures) else exposures
