"""How the athlete felt: what stands out in a sentence, and a cell a day for at most three questions."""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.blocks import CellRow, Cells, Drawing, Fact
from analysis.base.errors import NotEnoughData
from analysis.base.usual_band import BAND_LEVEL
from analysis.base.wellness_items import wellness_item
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.action import asks_for_answers
from analysis.pages.athlete_week.spoken import fact_of
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.wording import count_text, expected_text

ITEMS_MOST = 3
BEYOND_LUCK = 0.05


def felt_blocks(week: AthleteWeek) -> list[Fact | Drawing]:
    """What stands out of the week's answers, questions whose level changed, and the cells.

    Raises NotEnoughData in a week without an answer and without such a question; one of which nothing was expected
    shows nothing then, since nothing is asked of who was ill or away.
    """
    moved = [fact_of(week, one) for one in week.answers.known if one.change.changed]
    try:
        answered = felt_fact(week)
    except NotEnoughData:
        if not moved and not (week.excused and not week.n_trained_days):
            if asks_for_answers(week):  # a page asks for one thing once
                raise NotEnoughData(words.NO_ANSWERS_YET) from None
            raise
        return list(moved)
    return [answered, *moved, cells(week, items(week)[:ITEMS_MOST])]


def other_answers(week: AthleteWeek) -> list[Drawing]:
    """The cells of the questions beyond the first three; nothing where there are no more."""
    try:
        more = items(week)[ITEMS_MOST:]
    except NotEnoughData:
        return []
    return [cells(week, more)] if more else []


def felt_fact(week: AthleteWeek) -> Fact:
    """How many answers lie outside the usual; on how many days there was one, where no usual is known yet."""
    answers = week.wellness
    days = answers.loc[answers["value"].notna(), "local_date"].nunique()
    judged = answers[answers["inside"].notna()]
    outside = judged[~judged["inside"].astype(bool)]
    if len(outside) == 1:
        text = _one_outside(outside.iloc[0])
    elif len(outside):
        said = words.MORE_THAN_LUCK if beyond_luck(len(outside), len(judged)) else words.AS_MANY_BY_LUCK
        luck = expected_text(by_luck(len(judged)))
        text = said.format(answers=count_text(len(outside), words.UNUSUAL_ANSWER), luck=luck)
    elif len(judged):
        text = words.NONE_OUTSIDE
    else:
        text = words.ANSWERED_DAYS.format(days=count_text(days, "day"))
    return Fact("felt.answers", text, n=int(answers["value"].notna().sum()))


def by_luck(answers: int) -> float:
    """How many of so many answers lie outside the usual while nothing changes."""
    return (1 - BAND_LEVEL) * answers


def beyond_luck(outside: int, answers: int) -> bool:
    """Whether more answers lie outside the usual than luck puts there in 19 of 20 weeks.

    >>> beyond_luck(3, 21), beyond_luck(8, 28)
    (False, True)
    """
    return float(stats.binom.sf(outside - 1, answers, 1 - BAND_LEVEL)) < BEYOND_LUCK


def _one_outside(row: pd.Series) -> str:
    direction = "lower" if row["value"] < row["usual_low"] else "higher"
    return words.ONE_OUTSIDE.format(item=row["name"], direction=direction, day=f"{row['local_date']:%A}")


def items(week: AthleteWeek) -> list[tuple[str, str]]:
    """Item and source of every question answered in the week: changed ones first, then those with unusual answers."""
    answers = week.wellness
    changed = {(one.item, one.source) for one in week.answers.known if one.change.changed}
    found = []
    for key, of_item in answers.groupby(["item", "source"], sort=True):
        item, source = str(key[0]), str(key[1])
        if of_item["value"].notna().any():
            unusual = int((of_item["inside"] == False).sum())  # noqa: E712  (None is neither)
            found.append(((item, source) not in changed, -unusual, item, source))
    return [(item, source) for *_, item, source in sorted(found)]


def cells(week: AthleteWeek, shown: list[tuple[str, str]]) -> Cells:
    """A row a question, a cell a day; blank stays blank."""
    answers = week.wellness
    names = [item for item, _ in items(week)]
    rows = []
    for item, source in shown:
        of_item = answers[(answers["item"] == item) & (answers["source"] == source)]
        rows.append(
            CellRow(
                item_label(week, item, source if names.count(item) > 1 else None),
                tuple(None if np.isnan(value) else round(float(value), 1) for value in of_item["value"]),
                tuple(of_item["inside"]),
            )
        )
    title = words.CELLS.format(items=", ".join(row.label for row in rows))
    return Cells(title, tuple(f"{day:%a}"[0] for day in week.days), tuple(rows), legend=False)


def item_label(week: AthleteWeek, item: str, source: str | None) -> str:
    """A question with its scale or unit, and its source where several answer it."""
    about = wellness_item(item)
    name = about.name + (f" ({source})" if source else "")
    if about.unit:
        return words.WITH_UNIT.format(item=name, unit=about.unit)
    asked = week.athlete.wellness
    known = (asked["item"] == item) & asked["scale_min"].notna() & asked["scale_max"].notna()
    asked = asked[known & (asked["local_date"] <= week.until)]
    if asked.empty:
        return name
    last = asked.sort_values("local_date").iloc[-1]
    scale = words.SCALE_LOW if last["direction"] == "lower_better" else words.SCALE
    return scale.format(item=name, low=f"{last['scale_min']:g}", high=f"{last['scale_max']:g}")
