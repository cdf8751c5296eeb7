"""Proposals for the coming week: the named facts of an athlete's week, held against the rules of the coach.

Model card
----------
Question: of what the rules foresee (hold, regress, progress, vary), what do this week's data carry?
Facts: `analysis.base.rules.FACTS` names them all with their meaning. Every state is one of `analysis.base.decisions`,
on values of one device or rater; a lift trained on the left and on the right is two subjects.

- recent: the last 3 days at the anchor load against the 3 to 8 before, so that no single good day proposes more load
- block: the last 6 days, over 4 weeks or more, against the 3 to 8 before; "about the same" there is a standstill, shown
  by a 90 % interval inside the smallest worthwhile change
- season: the last 6 days against the first 8 of the series, without overlap

Refuses: a fact that cannot be told is None and fulfils no condition, so it never proposes progress. Load ramps are
None while the week is not over.

Measured on weekly speeds of one lift with AR(1) errors of 0.028 m/s, SWC 0.04 m/s, all else speaking for progress;
1,000 athletes a cell, in percent (`tests/simulations`); the published error is the true one. Gain: 0.10 m/s in the
last 3 weeks. Standstill: 0.10 m/s gained after a third of the weeks, then none.

|  n | rho | none: progress | none: hold | none: plateau | gain: progress | standstill: plateau | standstill: progress |
|---:|----:|---------------:|-----------:|--------------:|---------------:|--------------------:|---------------------:|
| 24 |   0 |            2.2 |        2.0 |           0.7 |           99.4 |                59.3 |                  2.2 |
| 24 |  .3 |            4.7 |        3.8 |           1.5 |           99.1 |                46.9 |                  5.5 |
| 24 |  .6 |            7.7 |        8.8 |           4.6 |           98.7 |                46.8 |                  6.3 |

Limits: days are taken for independent, as everywhere in `analysis.base.decisions`; where a good day carries over to the
next, changes are flagged more often than stated. A standstill without a gain before it is no plateau here: it would
be proposed to everybody who keeps a lift where it is.

Source: the rules carry theirs; the decision rule is that of `analysis.base.decisions`, equivalence by an interval
is Schuirmann 1987, J Pharmacokinet Biopharm 15(6):657-680.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.base.config import Lift
from analysis.base.decisions import REFERENCE_MOST, Change, TypicalError, judge
from analysis.base.errors import NotEnoughData
from analysis.base.rules import WEEK, Known, Proposal, Rule, Subject, proposals
from analysis.base.states import State
from analysis.metrics.load import RAMP_WEEKS, ramp_pct, week_over_week_pct, weekly_load
from analysis.models import series
from analysis.models.form.clean_reps import FormHistory, form_history
from analysis.models.strength.speed_at_load import RESOLUTION_M_S, STALE_AFTER_DAYS, SpeedAtLoad
from analysis.models.trends.trend import Trend, trend
from analysis.pages.athlete_week.week import Adherence, AthleteWeek
from analysis.pages.wording import SIDES

RECENT_DAYS = 3
BLOCK_DAYS = 6
BLOCK_LEAST_SPAN_D = 28
FORM_WEEKS_MOST = 4


def week_proposals(week: AthleteWeek, rules: Iterable[Rule]) -> tuple[Proposal, ...]:
    """What the rules propose for the week after this one: for each lift and for the athlete the first that holds.

    Parameters
    ----------
    week : AthleteWeek
    rules : iterable of Rule
        As `Workspace.rules` gives them.
    """
    return proposals(rules, week_subjects(week), week.athlete.athlete_id, week.days[0])


def week_subjects(week: AthleteWeek) -> tuple[Subject, ...]:
    """The athlete's week and every key lift with their facts, as rules ask for them."""
    of_athlete = athlete_facts(week)
    lifts = [
        Subject(_key(lift, side), _name(lift, side), "lift", of_athlete | _of_speed(speed, lift, week) | of_form)
        for lift in week.config.lifts
        for of_form in [_form_facts(lift, week)]
        for side, speed in _speeds(lift, week)
    ]
    return (Subject(WEEK, "This week", "athlete", of_athlete), *lifts)


def athlete_facts(week: AthleteWeek) -> dict[str, Known]:
    """Adherence, load ramps and answers of the week; None where they cannot be told."""
    four = week.adherence_four_weeks
    return {
        "adherence_done": four.done,
        "adherence_due": four.due,
        "adherence_pct": _share_pct(four),
        "adherence_week_pct": _share_pct(week.adherence),
        "plan_lifts_pct": _plan_lifts_pct(week),
        **_ramps(week),
        **_answers(week),
    }


def _share_pct(adherence: Adherence) -> float | None:
    return 100 * adherence.done / adherence.due if adherence.due else None


def _plan_lifts_pct(week: AthleteWeek) -> float | None:
    """Share of the lifts that the plan names; None where none could be checked."""
    checked = week.plan[week.plan["lifts_status"].notna()]
    planned = int(checked["lifts_planned"].sum())
    return 100 * int(checked["lifts_done"].sum()) / planned if planned else None


def _ramps(week: AthleteWeek) -> dict[str, Known]:
    """Load of the week against those before; None while it is not over, since a part of a week is not a small one."""
    names = {"strength": "volume_load_kg", "run": "run_distance_m"}
    ramps = {"ramp_pct": ramp_pct, "week_over_week_pct": week_over_week_pct}
    nothing = {f"{name}_{kind}": None for name in names for kind in ramps}
    if week.until < week.days[-1]:
        return nothing
    first = week.days[0] - pd.Timedelta(days=7 * RAMP_WEEKS)
    logged = (week.athlete.sessions, week.athlete.sets, week.athlete.runs)
    recent = (frame[frame["local_date"] >= first] for frame in logged)
    try:
        weekly = weekly_load(*recent, week.until, week_start=week.config.week_start, labels=week.athlete.labels)
    except NotEnoughData:
        return nothing
    return {
        f"{name}_{kind}": _known(ramp(weekly[column]).iloc[-1])
        for name, column in names.items()
        for kind, ramp in ramps.items()
    }


def _answers(week: AthleteWeek) -> dict[str, Known]:
    """How many answers have a usual range, and how many lie beyond it on the bad side."""
    try:
        answers = week.wellness
    except NotEnoughData:
        return {"wellness_answers": None, "wellness_low": None}
    directions = week.athlete.wellness.drop_duplicates(["item", "source"], keep="last")
    judged = answers[answers["inside"].notna()].merge(
        directions[["item", "source", "direction"]], on=["item", "source"]
    )
    judged = judged[judged["direction"] != "neutral"]
    if judged.empty:
        return {"wellness_answers": None, "wellness_low": None}
    higher_better = judged["direction"] == "higher_better"
    bad = np.where(higher_better, judged["value"] < judged["usual_low"], judged["value"] > judged["usual_high"])
    return {"wellness_answers": len(judged), "wellness_low": int(bad.sum())}


def _speeds(lift: Lift, week: AthleteWeek) -> list[tuple[str, SpeedAtLoad | None]]:
    """The series of a lift by side; one without a series where no bar speed is known, since form may be."""
    known = [(one.side, one) for one in week.speeds.known if one.exercise == lift.exercise]
    return known or [("B", None)]


def _key(lift: Lift, side: str) -> str:
    return lift.exercise if side == "B" else f"{lift.exercise}.{side}"


def _name(lift: Lift, side: str) -> str:
    return lift.name if side == "B" else f"{lift.name}, {SIDES[side]}"


def _of_speed(speed: SpeedAtLoad | None, lift: Lift, week: AthleteWeek) -> dict[str, Known]:
    if speed is None:
        return {}
    judged = speed_facts(speed, lift, week.until, conf_level=week.config.confidence)
    return judged | {"trend": _verdict(speed, lift, week.until)}


def speed_facts(speed: SpeedAtLoad, lift: Lift, until: pd.Timestamp, *, conf_level: float = 0.90) -> dict[str, Known]:
    """The judged changes of the speed of one lift at its anchor load; None where they cannot be told.

    Parameters
    ----------
    speed : SpeedAtLoad
    lift : Lift
        Published typical error and smallest worthwhile change, in m/s.
    until : Timestamp
        Last day that is known.
    conf_level : float
        Of the t intervals of the changes.
    """
    rule = {"swc": lift.swc_m_s, "published": _published(lift), "unit": "m/s", "conf_level": conf_level}

    def last_days(n_new: int) -> Change:
        stale = {"until": until, "stale_after_days": STALE_AFTER_DAYS}
        return series.latest_change(speed.exposures, n_new=n_new, resolution=RESOLUTION_M_S, **stale, **rule)

    recent = last_days(RECENT_DAYS)
    block = last_days(BLOCK_DAYS) if _is_block(speed) else None
    season = _season(speed, rule)
    return {
        "anchor_kg": speed.anchor_kg,
        "speed_latest_state": speed.change.state,
        "speed_recent_state": recent.state,
        "speed_recent_m_s": _known(recent.gain),
        "speed_recent_mdc_m_s": _known(recent.mdc),
        "speed_block_state": block.state if block else None,
        "speed_block_m_s": _known(block.gain) if block else None,
        "speed_season_state": season.state if season else None,
        "speed_season_m_s": _known(season.gain) if season else None,
    }


def _is_block(speed: SpeedAtLoad) -> bool:
    """Whether the last 6 days reach over 4 weeks."""
    days = _comparable(speed)["local_date"].tail(BLOCK_DAYS)
    return len(days) == BLOCK_DAYS and (days.iloc[-1] - days.iloc[0]).days >= BLOCK_LEAST_SPAN_D


def _season(speed: SpeedAtLoad, rule: dict) -> Change | None:
    """The last 6 days against the first 8; None where they overlap."""
    values = _comparable(speed)["value"].to_numpy()
    if len(values) < REFERENCE_MOST + BLOCK_DAYS:
        return None
    first = values[:REFERENCE_MOST]
    own = TypicalError.own(first, resolution=RESOLUTION_M_S)
    return judge(first, values[-BLOCK_DAYS:], own=own, **rule)


def _comparable(speed: SpeedAtLoad) -> pd.DataFrame:
    return speed.exposures[speed.exposures["comparable"]]


def _published(lift: Lift) -> TypicalError | None:
    return TypicalError.published(lift.te_m_s, lift.te_df, lift.te_source) if lift.te_m_s else None


def speed_trend(speed: SpeedAtLoad, lift: Lift, until: pd.Timestamp) -> Trend:
    """The trend of the comparable speeds of a lift; NotEnoughData as `models.trends.trend.trend` raises it."""
    known = _comparable(speed)
    rule = {"unit": "m/s", "swc": lift.swc_m_s, "until": until, "resolution": RESOLUTION_M_S}
    return trend(known["local_date"], known["value"], **rule)


def _verdict(speed: SpeedAtLoad, lift: Lift, until: pd.Timestamp) -> str | None:
    try:
        return speed_trend(speed, lift, until).verdict
    except NotEnoughData:
        return None


def _form_facts(lift: Lift, week: AthleteWeek) -> dict[str, Known]:
    form = _form(lift, week, week.until)
    if form is None:
        return {}
    return {
        "form_state": form.change.state,
        "form_change_reps": _known(form.change.gain),
        "form_mdc_reps": _known(form.change.mdc),
        "form_weeks_worse": _weeks_worse(form, lift, week),
        "clean_reps": _known(form.change.now),
    }


def _form(lift: Lift, week: AthleteWeek, until: pd.Timestamp) -> FormHistory | None:
    sets, reps = week.athlete.sets, week.athlete.reps
    try:
        return form_history(sets, reps, until, exercise=lift.exercise, conf_level=week.config.confidence)
    except NotEnoughData:
        return None


def _weeks_worse(form: FormHistory | None, lift: Lift, week: AthleteWeek) -> int:
    """How many weeks in a row, ending with this one, form was judged worse; 4 at most."""
    weeks = 0
    while form and form.change.state in (State.WORSE, State.CLEARLY_WORSE) and weeks < FORM_WEEKS_MOST:
        weeks += 1
        form = _form(lift, week, week.until - pd.Timedelta(days=7 * weeks))
    return weeks


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
