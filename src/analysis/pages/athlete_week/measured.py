"""The numbers behind an athlete's week: every series with its verdict, its newest value and its sessions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Lines, Numbers, RepRow, Reps, SideRow, Sides, Text
from analysis.base.units import number_text, with_unit
from analysis.base.words import BREAKS_SEEN
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.running.durability import Durability
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.series import Followed
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.milestones import Milestone, milestones_of
from analysis.pages.athlete_week.spoken import (
    amount,
    bad_day,
    day_of_year,
    difference_of,
    fact_of,
    off_text,
    sides_text,
    value_of,
    words_of,
)
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.wording import DECIMALS, count_text, day_text

Block = Fact | Drawing

SESSIONS_MOST = 8  # rows of a table of a lift


def numbers_of(week: AthleteWeek, one: Followed) -> list[Block]:
    """What a series says of its level, its newest value against the usual, and what must be known beside it."""
    said: list[Block] = [fact_of(week, one)]
    if isinstance(one, FormHistory):
        said += [*kinds_of_break(week, one), rep_strips(one)]
    if isinstance(one, SideDifference):
        last, day = sides_text(one), day_of_year(week, one.last_date)
        drawn = [side_bands(one)] if one.can_tell else []  # bands would look as if something were told
        said += [*drawn, Text(words.LAST_ONLY.format(value=last, day=day))]
    else:
        said.append(Text(newest_text(week, one)))
    return [*said, *map(Text, remarks(week, one))]


def newest_text(week: AthleteWeek, one: Followed) -> str:
    """The newest value, its day, and how far it lies from the usual beside what one day alone makes."""
    alone, off = bad_day(week, one), off_text(week, one)
    if not alone or not off:
        value = value_of(week, one, float(one.exposures["value"].iloc[-1]))
        return words.LAST_ONLY.format(value=value, day=day_of_year(week, one.last_date))
    about = {"value": value_of(week, one), "day": day_of_year(week, one.change.last_date), "alone": alone}
    if off == words.AS_USUAL:
        return words.AT_USUAL.format(**about)
    is_better = (one.change.latest > one.change.usual) == (one.change.better == "higher")
    kind = words.GOOD_DAY if is_better else words.BAD_DAY
    return words.AGAINST_USUAL.format(**about, off=off, usual=value_of(week, one, one.change.usual), kind=kind)


def remarks(week: AthleteWeek, one: Followed) -> Iterator[str]:
    """What a reader must know beside the numbers of a series: how many values are not compared, and why."""
    others = one.exposures[~one.exposures["comparable"]]
    if isinstance(one, FormHistory):
        yield from _form_remarks(week, one, len(others))
    elif len(others):
        sessions = count_text(len(others), words_of(week, one).occasion)
        yield words.OTHER_DEVICE.format(sessions=sessions, day=day_of_year(week, others["local_date"].iloc[-1]))
    if not isinstance(one, SideDifference) and (since := _not_judged(one)):
        yield words.NOT_JUDGED.format(sessions=count_text(since, words_of(week, one).occasion))
    if isinstance(one, SpeedAtLoad) and one.n_reps_without_metric:
        yield words.OTHER_KIND.format(reps=count_text(one.n_reps_without_metric, "rep"))
    if isinstance(one, CheckHistory) and one.n_trials_left_out:
        yield words.TRIALS_LEFT_OUT.format(trials=count_text(one.n_trials_left_out, "incomplete trial"))
    if isinstance(one, Durability):
        yield words.LONG
        if one.n_runs_left_out:
            yield words.RUNS_LEFT_OUT.format(runs=count_text(one.n_runs_left_out, "run"))
    if isinstance(one, PaceAtHeartRate):
        yield words.EASY.format(low=f"{one.low_bpm:g}", high=f"{one.high_bpm:g}")
        if one.n_runs_left_out:
            yield words.RUNS_LEFT_OUT.format(runs=count_text(one.n_runs_left_out, "run"))


def _not_judged(one: Followed) -> int:
    """How many values there are since the newest that counts: on days that were planned light, or ill."""
    later = one.exposures["local_date"] > one.change.last_date
    return int((later & one.exposures["comparable"]).sum()) if one.change.state.known else 0


def _form_remarks(week: AthleteWeek, form: FormHistory, others: int) -> Iterator[str]:
    """Sets without a break, loads that differ, sessions of another rater."""
    if (of_day := int(form.recent["n_sets"].iloc[-1])) > 1:
        yield words.MEAN_OF_SETS.format(sets=of_day)
    if form.n_censored:
        sets = count_text(int(form.recent["n_sets"].sum()), "set")
        yield words.HELD_TO_LAST.format(n=form.n_censored, sets=sets)
    loads = form.recent["load_kg"].dropna()
    if len(loads) and loads.max() > 1.05 * loads.min():
        yield words.LOADS.format(low=week.display.load(loads.min()), high=week.display.load(loads.max()))
    if others:
        yield words.OTHER_RATER.format(sessions=count_text(others, "session"))


def kinds_of_break(week: AthleteWeek, history: FormHistory) -> list[Fact]:
    """The kinds of break that became more or fewer."""
    spoken = vars(words_of(week, history)) | {"more": words.LATER, "less": words.SOONER}
    return [
        change.as_fact(
            f"{history.exercise}.{kind}",
            **spoken | {"quantity": words.BEFORE_A_BREAK.format(what=BREAKS_SEEN.get(kind, kind))},
        )
        for kind, change in history.by_kind.items()
        if change.changed
    ]


def rep_strips(history: FormHistory) -> Reps:
    """One row a day, the first rated set of each, newest last."""
    rows = []
    for session in history.recent.itertuples():
        rated = history.sets[history.sets["session_id"] == session.session_id]
        several = f" (set 1 of {session.n_sets})" if session.n_sets > 1 else ""
        clean = tuple(bool(one) for one in rated["clean"].iloc[0])
        rows.append(RepRow(f"{day_text(session.local_date)}{several}", clean))
    return Reps(f"Clean reps before form changed, {count_text(len(rows), 'session')}, newest last", tuple(rows))


def side_bands(result: SideDifference) -> Sides:
    """Both sides at the level of their difference; the bands part exactly where its interval leaves out none."""
    low, high = (
        (result.conf_low, result.conf_high) if result.larger == "right" else (-result.conf_high, -result.conf_low)
    )
    towards_none = abs(result.estimate_pct) - low
    near, far = np.exp(towards_none / 200), np.exp((high - abs(result.estimate_pct)) / 200)
    values = {"left": result.left_at_level, "right": result.right_at_level}
    rows = tuple(
        SideRow(
            words.SIDE_NAMES[side],
            value,
            *map(float, (value / near, value * far) if side == result.larger else (value / far, value * near)),
        )
        for side, value in values.items()
    )
    decimals = DECIMALS.get(result.unit, 1)
    left, right = (number_text(value, decimals) for value in values.values())
    said = words.LEFT_AND_RIGHT.format(left=left, right=with_unit(right, result.unit))
    title = words.SIDES_OVER.format(name=result.name, dates=count_text(result.n_dates, "date"), values=said)
    return Sides(
        title, result.unit, rows, decimals, note=words.BANDS_PART.format(level=f"{result.conf_level * 100:.0f}")
    )


def speed_numbers(week: AthleteWeek) -> list[Numbers]:
    """The last exposures of every key lift as tables behind a fold, newest first, and how many came before."""
    return [_exposure_table(week, one) for one in week.speeds.known]


def _exposure_table(week: AthleteWeek, one: SpeedAtLoad) -> Numbers:
    shown = one.exposures.iloc[::-1].head(SESSIONS_MOST)
    several = len(one.exposures["device"].drop_duplicates()) > 1  # the name of a single one says nothing
    rows = tuple(
        (
            day_of_year(week, row.local_date),
            f"{row.value:.2f}",
            str(row.n_reps),
            *([row.device if isinstance(row.device, str) else words.NO_DEVICE_NAME] if several else []),
        )
        for row in shown.itertuples()
    )
    earlier = len(one.exposures) - len(shown)
    template = words.SESSIONS_OF_MORE if earlier else words.SESSIONS
    about = {"lift": words_of(week, one).head, "sessions": count_text(len(shown), "session"), "earlier": earlier}
    return Numbers(template.format(**about), ("Date", "m/s", "Reps", *(["Device"] if several else [])), rows)


def bests(week: AthleteWeek) -> list[Lines]:
    """Up to three achievements of the week, in words; nothing where there is none."""
    lines = tuple(_best_text(week, one) for one in milestones_of(week))
    return [Lines(lines)] if lines else []


def _best_text(week: AthleteWeek, one: Milestone) -> str:
    if not one.unit:
        return words.ALL_CLEAN.format(n=f"{one.value:.0f}")
    value = week.display.load(one.value) if one.unit == "kg" else amount(week, one.value, one.unit)
    template = words.CLEAR_BEST if one.clear else words.BEST_ON_DAY
    return template.format(what=words.BESTS[one.kind].format(best=best_word(one), name=one.what), value=value)


def best_word(one: Milestone) -> str:
    """What a best of this measure is called: a time is the fastest one."""
    return words.FASTEST if one.unit == "s" else words.BEST_OF


def last_tests(week: AthleteWeek) -> list[Numbers]:
    """The newest of every test with its day, the change from the one before, and when the next is due."""
    rows = [_check_row(week, one) for one in week.checks.known] + [_side_row(week, one) for one in week.sides.known]
    return [Numbers("Last tests", ("Test", "Last", "Against the one before", "Next"), tuple(rows))] if rows else []


def _check_row(week: AthleteWeek, one: CheckHistory) -> tuple[str, ...]:
    same = one.exposures[one.exposures["comparable"]]
    last = f"{value_of(week, one, float(same['value'].iloc[-1]))}, {day_of_year(week, same['local_date'].iloc[-1])}"
    return one.name, last, _from_before(week, one, same["value"]), day_of_year(week, one.next_due)


def _from_before(week: AthleteWeek, one: Followed, values: pd.Series) -> str:
    if len(values) < 2:
        return words.FIRST_ONE
    return difference_of(week, one, *values.iloc[[-1, -2]]) or words.THE_SAME


def _side_row(week: AthleteWeek, one: SideDifference) -> tuple[str, ...]:
    last = f"{sides_text(one)}, {day_of_year(week, one.last_date)}"
    if len(one.dates) < 2:
        return one.name, last, words.FIRST_ONE, ""
    decimals, (before, now) = DECIMALS.get(one.unit, 1), (one.dates.iloc[-2], one.dates.iloc[-1])
    by = {side: round(float(now[side]), decimals) - round(float(before[side]), decimals) for side in ("left", "right")}
    moved = [
        f"{side[0].upper()} {amount(week, abs(size), one.unit)} {'more' if size > 0 else 'less'}"
        for side, size in by.items()
        if round(size, decimals)
    ]
    return one.name, last, ", ".join(moved) or words.THE_SAME, ""
