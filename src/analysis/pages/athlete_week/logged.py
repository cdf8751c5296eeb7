"""What was planned, logged and answered in the athlete's week, and what was left out of it."""

from collections.abc import Iterable, Mapping

import numpy as np

from analysis.base.blocks import CellRow, Cells, Days, Drawing, Fact, Lines, Numbers, Text, Tile, Tiles
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.base.sentences import capital
from analysis.base.usual_band import BAND_LEVEL
from analysis.pages.athlete_week.week import TRAINED_DAYS_FOR_A_LINE, AthleteWeek, WeekTotals
from analysis.pages.wording import count_text, expected_text, listed

Block = Fact | Drawing

_ROLES = {"day_1": "Day 1", "day_3": "Day 3", "day_5": "Day 5", "other": "Other"}
_AWAY_WORDS = {"ill": "ill", "travel": "away"}
_ACTIVITIES = {kind: kind for kind in ("run", "ride", "swim", "walk", "hike", "row", "screen")}
_ACTIVITIES |= {"ski": "ski session", "sprint": "sprint session", "time_trial": "time trial"}
_ACTIVITIES |= {"strength": "strength session"}
_STATE_WORDS = {
    "done": "trained",
    "rest": "rest",
    "off": "off",
    "answered": "answered, no training logged",
    "none": "nothing logged",
}


def day_dots(week: AthleteWeek) -> Days:
    """One dot a day: trained, rest, off, answered only, or nothing logged."""
    states = week.day_states
    said = ", ".join(f"{row.local_date:%A} {_STATE_WORDS[row.state]}" for row in states.itertuples())
    return Days(said, tuple(f"{day:%a}"[0] for day in states["local_date"]), tuple(states["state"]))


def adherence_fact(week: AthleteWeek) -> Fact:
    """How many of the planned training days were done."""
    adherence = week.adherence
    if week.excused:
        return Fact("week.adherence", excused_text(week.excused), n=0)
    off = week.plan.loc[week.plan["status"] == "off", "away"]
    beside = f" You were {_away_words(off)} on {adherence.off} more; nothing was expected then." if len(off) else ""
    if adherence.due == 0:
        planned = count_text(len(week.plan) - adherence.off, "day")
        return Fact("week.adherence", f"{planned} planned, none due yet.{beside}", n=0)
    return Fact(
        "week.adherence",
        f"You did {adherence.done} of {adherence.due} planned days.{beside}",
        estimate=float(adherence.done),
        unit="days",
        n=adherence.due,
    )


def excused_text(kinds: Iterable[str]) -> str:
    """What is said of a week of which nothing was expected.

    >>> excused_text(["ill", "travel"])
    'You were ill and away. Nothing was expected.'
    """
    return f"You were {_away_words(kinds)}. Nothing was expected."


def _away_words(kinds: Iterable[str]) -> str:
    return " and ".join(_AWAY_WORDS[kind] for kind in dict.fromkeys(kinds))


def counts_fact(week: AthleteWeek) -> Fact:
    """What was done and tested, where there is no plan to hold it against; else that questions were answered."""
    sessions, sets = week.athlete.sessions, week.athlete.sets
    lifted = sessions.loc[(sessions["kind"] == "strength") & (sessions["status"] == "done"), "local_date"]
    strength_days = int((week.days.isin(lifted) | week.days.isin(sets["local_date"])).sum())
    done = week.done_by_kind
    told = [
        *_on_days("lifted", strength_days),
        *([f"logged {activities_text(done)}"] if done else []),
        *_on_days("did tests", week.tested_days),
    ]
    if not told:
        if week.excused:
            return Fact("week.counts", excused_text(week.excused), n=0)
        if week.answered_days:
            words = f"You answered on {count_text(week.answered_days, 'day')}; no training is logged."
            return Fact("week.counts", words, n=0)
        raise NotEnoughData(
            f"Nothing logged this week. Log {TRAINED_DAYS_FOR_A_LINE} sessions and you get your line back."
        )
    return Fact("week.counts", f"You {listed(told)}.", n=strength_days + sum(done.values()) + week.tested_days)


def _on_days(done: str, days: int) -> list[str]:
    return [f"{done} on {count_text(days, 'day')}"] if days else []


def activities_text(counts: Mapping[str, int]) -> str:
    """How many of each kind of session, in one order whatever that of the counts is.

    >>> activities_text({"other": 1, "ride": 2, "run": 1})
    '1 run, 2 rides and 1 activity of another sport'
    """
    kinds = (*_ACTIVITIES, "other")
    return listed([_activity_text(kind, counts[kind]) for kind in sorted(counts, key=kinds.index)])


def _activity_text(kind: str, n: int) -> str:
    return f"{count_text(n, 'activity')} of another sport" if kind == "other" else count_text(n, _ACTIVITIES[kind])


def totals_facts(totals: WeekTotals, display: Display) -> list[Fact]:
    """What was lifted and run in the week; a part of which nothing is logged is left out.

    >>> import dataclasses
    >>> totals = WeekTotals(12340.0, 42, 3, 23412.0, 2, 0, ())
    >>> [fact.sentence for fact in totals_facts(totals, Display())]
    ['You lifted 12,340 kg in 42 sets. 3 of the sets have no known load and add nothing.',
     'You ran 23.4 km in 2 runs.']
    >>> totals_facts(dataclasses.replace(totals, left_out=("on Tuesday: 1 point off the way",)), Display())[-1].sentence
    'Left out on Tuesday: 1 point off the way.'
    """
    lifted, ran = totals.volume_load_kg, totals.run_distance_m
    n_sets, n_runs = totals.sets - totals.sets_unknown, totals.runs - totals.runs_unknown
    facts = [_total("volume_load", _lifted_words(totals, display), lifted, "kg", n_sets)] if totals.sets else []
    if totals.runs or totals.others:
        facts.append(_total("run_distance", _ran_words(totals, display), ran, "m", n_runs))
    if totals.left_out:
        said = " ".join(f"Left out {each}." for each in totals.left_out)
        facts.append(Fact("your_week.left_out", said, n=len(totals.left_out)))
    return facts


def _total(name: str, sentence: str, total: float, unit: str, n: int) -> Fact:
    return Fact(f"your_week.{name}", sentence, estimate=None if np.isnan(total) else total, unit=unit, n=n)


def _lifted_words(totals: WeekTotals, display: Display) -> str:
    sets = count_text(totals.sets, "set")
    if totals.sets_unknown == totals.sets:
        return f"You did {sets}. No load is known, so there is no total."
    if totals.volume_load_kg == 0:
        return f"You did {sets} without added load.{_not_in_it(totals.sets_unknown, 'set', 'load')}"
    lifted = display.total(totals.volume_load_kg, "kg", 0)
    return f"You lifted {lifted} in {sets}.{_not_in_it(totals.sets_unknown, 'set', 'load')}"


def _ran_words(totals: WeekTotals, display: Display) -> str:
    others = f" {activities_text(dict(totals.others))}." if totals.others else ""
    if not totals.runs:
        return f"No run.{others}"
    runs = count_text(totals.runs, "run")
    if totals.runs_unknown == totals.runs:
        return f"You did {runs}. No distance is known, so there is no total.{others}"
    ran = f"You ran {display.total(totals.run_distance_m / 1000, 'km', 1)} in {runs}."
    return f"{ran}{_not_in_it(totals.runs_unknown, 'run', 'distance')}{others}"


def _not_in_it(count: int, noun: str, quantity: str) -> str:
    """What the total lacks, as a sentence; empty where it lacks nothing."""
    if not count:
        return ""
    has, adds = ("has", "adds") if count == 1 else ("have", "add")
    return f" {count} of the {noun}s {has} no known {quantity} and {adds} nothing."


def plan_tiles(week: AthleteWeek) -> Tiles:
    """The planned training days, and four weeks in the note."""
    logged = set(week.day_states.loc[week.day_states["state"] != "none", "local_date"])
    tiles = tuple(
        Tile(_ROLES[row.role], _tile_text(row, row.local_date in logged), row.status) for row in week.plan.itertuples()
    )
    four = week.adherence_four_weeks
    note = f"{four.done} of {four.due} over four weeks." if four.due else ""
    if four.not_logged:
        note += f" Nothing at all was logged on {four.not_logged} of the missed days."
    return Tiles(f"Planned days: {', '.join(f'{tile.head} {tile.status}' for tile in tiles)}", tiles, note)


def _tile_text(row, is_logged: bool) -> str:
    what = row.content.split(":")[0]  # a tile is small: what is planned, not how
    words = [f"{row.local_date:%a}", *([what] if what else [])]
    if row.status == "moved":
        words.append(f"done on {row.done_on:%a}")
    if row.status == "part":
        words.append("trained in another role")
    if row.lifts_status in ("part", "missed"):
        words.append(f"not logged: {row.lifts_missing}")
    if row.status == "off":
        words.append(_AWAY_WORDS[row.away])
    if row.status == "missed" and not is_logged:
        words.append("nothing logged")
    return ", ".join(words)


def plan_told(week: AthleteWeek) -> list[Block]:
    plan = week.plan_next_week
    lines = tuple(f"{row.local_date:%a}: {_planned_words(row.role, row.content)}" for row in plan.itertuples())
    days = plan["local_date"].nunique()
    return [Fact("next_week.plan", f"{count_text(days, 'day')} planned.", n=days), Lines(lines)]


def plan_folded(week: AthleteWeek) -> list[Block]:
    """The planned days as a table; nothing where none is planned."""
    try:
        plan = week.plan_next_week
    except NotEnoughData:
        return []
    rows = tuple((f"{row.local_date:%a}", _planned_words(row.role, row.content)) for row in plan.itertuples())
    return [Numbers("The planned days", ("Day", "What"), rows)]


def _planned_words(role: str, content: str | None) -> str:
    name = _ROLES[role] if role != "other" else ""
    return ", ".join(word for word in (name, content if isinstance(content, str) else "") if word) or "training"


def felt_fact(week: AthleteWeek) -> Fact:
    """On how many days there was an answer, and how many answers lie outside the usual range."""
    answers = week.wellness
    days = answers.loc[answers["value"].notna(), "local_date"].nunique()
    text = f"You answered on {days} of 7 days."
    judged = answers["inside"].notna()
    if judged.any():
        outside = int((~answers.loc[judged, "inside"].astype(bool)).sum())
        found = f"{count_text(outside, 'answer')} {'was' if outside == 1 else 'were'}" if outside else "No answer was"
        luck = expected_text((1 - BAND_LEVEL) * judged.sum())
        text += f" {found} outside your usual; luck alone makes {luck}."
    return Fact("felt.answers", text, n=int(answers["value"].notna().sum()))


def felt_blocks(week: AthleteWeek) -> list[Block]:
    """The week's answers: how many there are, each by its day, and the scales."""
    return [felt_fact(week), wellness_cells(week), *scales(week)]


def wellness_cells(week: AthleteWeek) -> Cells:
    """A row an item, a cell a day; blank stays blank."""
    answers = week.wellness
    series = answers[["item", "source"]].drop_duplicates()
    shared = set(series.loc[series["item"].duplicated(), "item"])  # items that more than one source answers
    rows = tuple(
        CellRow(
            _item_label(item, source if item in shared else None),
            tuple(None if np.isnan(value) else float(value) for value in one["value"]),
            tuple(one["inside"]),
        )
        for (item, source), one in answers.groupby(["item", "source"], sort=True)
    )
    names = ", ".join(row.label for row in rows)
    return Cells(f"{names} by day; empty cells were not filled in", tuple(f"{day:%a}"[0] for day in week.days), rows)


def scales(week: AthleteWeek) -> list[Text]:
    """From where to where each item is answered, and which way is good; nothing where no scale is known."""
    asked = week.athlete.wellness
    asked = asked[asked["item"].isin(week.wellness["item"])].dropna(subset=["scale_min", "scale_max"])
    said = [
        f"{row.item.replace('_', ' ')} {row.scale_min:g} to {row.scale_max:g}"
        + (" (low is good)" if row.direction == "lower_better" else "")
        for row in asked.drop_duplicates("item", keep="last").sort_values("item").itertuples()
    ]
    return [Text(f"{capital(', '.join(said))}.")] if said else []


def _item_label(item: str, source: str | None) -> str:
    name = item.replace("_", " ").capitalize()
    return f"{name} ({source})" if source else name
