"""Proposals for the coming week: the named facts of an athlete's week, held against the rules of the coach.

Model card
----------
Question: of what the rules foresee (hold, regress, progress, vary), what do this week's data carry?
Facts: `analysis.base.rules.FACTS` names them all with their meaning. Every state is what the change engine tells of the
series, so that a proposal and the page say the same; a lift trained on the left and on the right is two subjects.

Refuses: a fact that cannot be told is None and fulfils no condition, so it never proposes progress. Load ramps are
None while the week is not over. A standstill is steady after a lasting gain: without one it would be proposed to
everybody who keeps a lift where it is.

Measured with the shipped rules on weekly pages of squads of 12, 2 exposures a week, 10 % missed, all else speaking for
progress (`tests/simulations`): of 1,200 unchanged athletes, those who ever get progress, a hold or the menu of a
standstill in 26 weeks; of 300 who gain 1 MDC in week 13, those who get progress within 6 weeks, and those who get the
menu or progress in weeks 26 to 39, in which they stand; in %:

| rho | unchanged: progress | unchanged: hold | unchanged: menu | gain: progress | standing: menu | standing: progress |
|---|--:|--:|--:|--:|--:|--:|
| 0 | 1.1 | 0.9 | 0.4 | 100.0 | 100.0 | 0.7 |
| 0.3 | 2.3 | 2.8 | 0.5 | 96.7 | 98.7 | 2.3 |
| 0.6 | 3.0 | 2.4 | 0.2 | 65.0 | 93.7 | 17.3 |

Criticism: where errors carry over strongly (rho .6) what is left of a gain is often found once more and proposed on
again, in one of six athletes who stand. Lifts of one athlete go together.

Source: the rules carry theirs; the decision rule is that of `analysis.models.change`, equivalence by an interval
is Schuirmann 1987, J Pharmacokinet Biopharm 15(6):657-680.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.base.config import Lift
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.base.rules import WEEK, Known, Proposal, Rule, Subject, proposals
from analysis.base.silence import silent_weeks
from analysis.base.states import State
from analysis.metrics.load import RAMP_WEEKS, ramp_pct, week_over_week_pct, weekly_load
from analysis.models.change import Told
from analysis.models.change.told import or_none
from analysis.models.form.clean_reps import FormHistory, form_history
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import Adherence, AthleteWeek
from analysis.pages.wording import SIDES


def week_proposals(week: AthleteWeek, rules: Iterable[Rule]) -> tuple[Proposal, ...]:
    """What the rules propose for the week after this one: for each lift and for the athlete the first that holds.

    Parameters
    ----------
    week : AthleteWeek
    rules : iterable of Rule
        As `Workspace.rules` gives them.
    """
    to_accept = [rule for rule in rules if rule.propose != "ask"]
    if not to_accept:
        return ()
    return proposals(to_accept, week_subjects(week), week.athlete.athlete_id, week.days[0])


def week_questions(week: AthleteWeek, name: str, rules: Iterable[Rule]) -> tuple[Proposal, ...]:
    """What the rules have the coach ask the athlete of that name; no answer is stored, and no athlete reads it."""
    asking = [rule for rule in rules if rule.propose == "ask"]
    if not asking:
        return ()
    subject = Subject(WEEK, name, "athlete", athlete_facts(week))
    return proposals(asking, [subject], week.athlete.athlete_id, week.days[0])


def week_subjects(week: AthleteWeek) -> tuple[Subject, ...]:
    """The athlete's week and every key lift with their facts, as rules ask for them."""
    of_athlete, display = athlete_facts(week), week.config.display.to()  # the coach reads what is proposed
    lifts = [
        Subject(
            _key(lift, side),
            _name(lift, side),
            "lift",
            of_athlete | (speed_facts(speed) | _in_words(speed, display) if speed else {}) | of_form,
        )
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
        "silent_weeks": silent_weeks(week.athlete, week.until),
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


def speed_facts(speed: SpeedAtLoad) -> dict[str, Known]:
    """What the speed of one lift at its anchor load says of its level; None where it cannot be told."""
    change = speed.change
    return {
        "anchor_kg": speed.anchor_kg,
        "speed_state": change.state,
        "speed_change_m_s": or_none(change.gain),
        "speed_mdc_m_s": or_none(change.mdc),
        "speed_found_weeks": _weeks_since(change.found_on, change),
        "speed_gain_weeks": _weeks_since(_last_gain(change), change),
        "speed_today": None if change.today == "none" else change.today,
    }


def _in_words(speed: SpeedAtLoad, display: Display) -> dict[str, Known]:
    """What texts of rules name with its unit."""
    return {"anchor": display.load(speed.anchor_kg)}


def _last_gain(change: Told) -> pd.Timestamp | None:
    """When the last lasting gain was found."""
    rises = change.better == "higher"
    return max((one.found_on for one in change.claims if one.rises == rises and one.withdrawn_on is None), default=None)


def _weeks_since(day: pd.Timestamp | None, change: Told) -> int | None:
    return None if day is None else (change.until - day).days // 7


def _form_facts(lift: Lift, week: AthleteWeek) -> dict[str, Known]:
    form = _form(lift, week)
    if form is None:
        return {}
    change = form.change
    weeks = _weeks_since(change.found_on, change)
    return {
        "form_state": change.state,
        "form_change_reps": or_none(change.gain),
        "form_weeks_worse": 1 + weeks
        if weeks is not None and change.state in (State.WORSE, State.CLEARLY_WORSE)
        else 0,
        "clean_reps": or_none(change.level),
    }


def _form(lift: Lift, week: AthleteWeek) -> FormHistory | None:
    known = next((one for one in week.forms.known if one.exercise == lift.exercise), None)
    if known is not None:
        return known
    sets, reps = week.athlete.sets, week.athlete.reps
    try:
        return form_history(sets, reps, week.until, exercise=lift.exercise, judging=week.judging)
    except NotEnoughData:
        return None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
