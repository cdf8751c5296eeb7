"""The review of a block as facts, tables and drawings: what was planned, done, changed and flagged, for a scientist.

A sentence or a forest comes first and works without a script; every drawing has its numbers in a table of its section.
A section raises NotEnoughData, with what to record, where it has nothing. The fitted models are in `model_sections`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Fold, Forest, ForestRow, Sparkline, Text
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.base.units import clock_text, clock_unit
from analysis.models.change.told import or_none
from analysis.pages.block_review import words
from analysis.pages.block_review.audit_sections import claims as claims
from analysis.pages.block_review.audit_sections import data_audit as data_audit
from analysis.pages.block_review.audit_sections import methods as methods
from analysis.pages.block_review.measures import BlockChange, Measure
from analysis.pages.block_review.review import BlockReview
from analysis.pages.block_review.summary import summary
from analysis.pages.numbers import NOTHING, between_signed, number_words, signed_words, titled
from analysis.pages.wording import count_text, decimals_of, expected_text, few, long_day

Block = Fact | Drawing | pd.DataFrame

MOST_NAMES = 6  # of athletes for whom one thing is said alike; more are counted


def period(review: BlockReview) -> str:
    """First and last day of the block: '13 April 2026 to 5 July 2026'."""
    return review.period


def header(review: BlockReview) -> list[Block]:
    """How much the review rests on."""
    logged = review.attrition.groupby("athlete")["n_logged"].sum()
    text = words.RESTS_ON.format(
        athletes=count_text(len(review.squad.athletes), "athlete"),
        weeks=count_text(review.block.n_weeks, "week"),
        median=f"{logged.median():.0f}",
        days=len(review.block.days),
        least=logged.min(),
        most=logged.max(),
    )
    return [Text(text)]


def message(review: BlockReview) -> list[Block]:
    """What changed in the block in one sentence, then the block in ten lines."""
    told = review.told
    if not told:
        raise NotEnoughData(words.NOTHING_TOLD)
    found: dict[tuple[str, str], list[str]] = {}
    for one in told:
        if one.change.changed:
            found.setdefault((one.athlete, one.change.state), []).append(_within(one.measure))
    names = few([f"{who} {state} in {', '.join(what)}" for (who, state), what in found.items()], MOST_NAMES, "; ")
    changed = sum(one.change.changed for one in told)
    sentence = (words.CHANGED if found else words.NONE_CHANGED).format(
        changed=changed, n=len(told), luck=expected_text(review.by_luck), names=names
    )
    return [Fact("block.message", sentence, n=len(told)), summary(review)]


def plan_against_done(review: BlockReview) -> list[Block]:
    """Planned training days and what became of them, by athlete."""
    plan = review.plan
    due = int(plan["due"].sum())
    if due == 0:
        raise NotEnoughData(words.NO_PLAN)
    table = pd.DataFrame(
        {
            "Athlete": plan["athlete"],
            "Due": plan["due"],
            "Done": plan["done"],
            "Moved by a day": plan["moved"],
            "Another role": plan["part"],
            "Missed": plan["missed"],
            "Nothing logged": plan["not_logged"],
            "Ill or away": plan["off"],
        }
    )
    done = int(plan[["done", "moved"]].sum().sum())
    missed, unknown = int(plan["missed"].sum()), int(plan["not_logged"].sum())
    sentence = words.PLAN.format(done=done, due=due, pct=100 * done / due, missed=missed, unknown=unknown)
    return [
        Fact("block.plan", f"{sentence} {_least_done(plan)}".rstrip(), estimate=done / due, n=due),
        *_off_fact(plan),
        Fold("Planned lifting days by athlete"),
        titled(table, "Planned lifting days by athlete"),
    ]


def _least_done(plan: pd.DataFrame) -> str:
    """Who did least of what was due, where anybody did less than another."""
    known = plan[plan["due"] > 0]
    done = known["done"] + known["moved"]
    share = done / known["due"]
    if share.nunique() < 2:
        return ""
    least = known[share == share.min()]
    first = least.index[0]
    return words.PLAN_LEAST.format(names=few(least["athlete"].tolist()), done=done[first], due=known.loc[first, "due"])


def _off_fact(plan: pd.DataFrame) -> list[Fact]:
    """Who was ill or away on planned lifting days."""
    off = plan[plan["off"] > 0]
    if off.empty:
        return []
    names = few([f"{row.athlete} {row.off}" for row in off.itertuples()])
    return [Fact("block.plan.off", words.PLAN_OFF.format(names=names), n=int(off["off"].sum()))]


def attrition(review: BlockReview) -> list[Block]:
    """Who stopped logging and when, and who has both ends of each measure. A week without a record is no rest."""
    weeks = review.attrition
    silent = weeks[weeks["n_logged"] == 0]
    by_athlete = weeks.groupby("athlete", sort=False)
    table = pd.DataFrame(
        {
            "Days logged": by_athlete["n_logged"].sum(),
            "Weeks with nothing logged": silent.groupby("athlete")
            .size()
            .reindex(by_athlete.groups)
            .fillna(0)
            .astype(int),
            "Days logged by week": [
                Sparkline(f"{name}: days logged a week", tuple(float(n) for n in rows["n_logged"]))
                for name, rows in by_athlete
            ],
        }
    ).rename_axis("Athlete")
    facts = _silences(silent) or [Fact("block.attrition", words.ALL_LOGGED)]
    both_ends = _both_ends(review)
    return [
        *facts,
        _judged_fact(both_ends),
        Fold("Days logged, and who has both ends of each measure"),
        titled(table.reset_index(), "Days with a record"),
        titled(both_ends, "Measured"),
    ]


def _judged_fact(both_ends: pd.DataFrame) -> Fact:
    """How many of the series measured can be judged, and why the others cannot."""
    columns = {"series_broken": "Series broken", "too_few_values": "Baseline too short", "stale": "Last value too old"}
    lost = {reason: int(both_ends[column].sum()) for reason, column in columns.items()}
    why = ", ".join(words.UNJUDGED[reason].format(n=n) for reason, n in lost.items() if n)
    n, judged = int(both_ends["Measured in the block"].sum()), int(both_ends["Judged"].sum())
    sentence = words.JUDGED.format(judged=judged, n=n, reasons=f" ({why})" if why else "")
    return Fact("block.judged", sentence, n=n)


def _silences(silent: pd.DataFrame) -> list[Fact]:
    """The weeks without any record, athletes with the same ones together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, rows in silent.groupby("athlete", sort=False):
        alike.setdefault(tuple(f"{day.day} {day:%b}" for day in rows["begins"]), []).append(name)
    return [
        Fact(
            f"attrition.{names[0]}",
            words.SILENT.format(names=few(names), weeks=count_text(len(begins), "week"), days=", ".join(begins)),
            reason="nothing_logged",
            n=len(begins),
        )
        for begins, names in alike.items()
    ]


def _both_ends(review: BlockReview) -> pd.DataFrame:
    """How many athletes have each measure in the block, and for how many it can be judged."""
    rows = []
    for measure in review.measures:
        changes = review.changes_of(measure)
        reasons = [one.change.reason for one in changes if not one.change.state.known]
        rows.append(
            {
                "Measure": measure.name,
                "Athletes": len(review.squad.athletes),
                "Measured in the block": len(changes),
                "Judged": len(changes) - len(reasons),
                "Series broken": reasons.count("series_broken"),
                "Baseline too short": reasons.count("too_few_values"),
                "Last value too old": reasons.count("stale"),
            }
        )
    return pd.DataFrame(rows)


def changes(review: BlockReview) -> list[Block]:
    """What every series says at the end of the block: how many changed, and a forest a measure; numbers in a fold."""
    if not review.changes:
        raise NotEnoughData(words.NOTHING_MEASURED)
    told = review.told
    changed = [one for one in told if one.change.changed]
    clear = sum(one.change.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE) for one in changed)
    sentence = words.COUNTED.format(
        series=count_text(len(told), "series", "series"),
        changed=len(changed),
        clear=clear,
        luck=expected_text(review.by_luck),
    )
    found = {measure: review.changes_of(measure) for measure in review.measures}
    measured = {measure: own for measure, own in found.items() if own}
    drawn = {measure: own for measure, own in measured.items() if any(one.change.state.known for one in own)}
    return [
        Fact("block.by_chance", sentence, estimate=review.by_luck, n=len(told)),
        *(change_fact(one, review.display) for one in changed),
        *(fact for measure, own in measured.items() for fact in _unknown_facts(measure, own, review.display)),
        *(Text(words.NOT_MEASURED.format(measure=one.name)) for one, own in found.items() if not own),
        *(change_forest(measure, own, review.display) for measure, own in drawn.items()),
        Fold("Numbers of each measure"),
        *(block for measure, own in measured.items() for block in _numbers_of(measure, own)),
    ]


def _numbers_of(measure: Measure, found: Sequence[BlockChange]) -> list[Block]:
    told = [one for one in found if one.change.state.known]
    changed = sum(one.change.changed for one in told)
    sentence = words.MEASURE_COUNTED.format(
        measure=measure.name, told=count_text(len(told), "athlete"), changed=changed
    )
    return [Fact(f"{measure.key}.block", sentence, n=len(told)), change_table(measure, found)]


def _unknown_facts(measure: Measure, found: Sequence[BlockChange], display: Display) -> list[Fact]:
    """Who cannot be told, those for the same reason together."""
    alike: dict[str, list[BlockChange]] = {}
    for one in found:
        if not one.change.state.known:
            alike.setdefault(_why(one), []).append(one)
    return [
        change_fact(own[0], display)
        if len(own) == 1
        else Fact(
            f"{measure.key}.block.{own[0].change.reason}",
            words.SEVERAL_UNKNOWN.format(names=_names(own, found), measure=_within(measure), why=why),
            State.CANNOT_TELL,
            reason=own[0].change.reason,
            lead="",
        )
        for why, own in alike.items()
    ]


def _names(some: Sequence[BlockChange], everybody: Sequence[BlockChange]) -> str:
    """The athletes by name, or how many where they are all who have the measure and many."""
    if len(some) == len(everybody) > MOST_NAMES:
        return words.EVERYBODY.format(n=len(some))
    return few([one.athlete for one in some])


def change_fact(one: BlockChange, display: Display) -> Fact:
    """What one athlete's series says at the end of the block, or why it cannot be told."""
    more, less = _direction(one.measure)
    spoken = {"decimals": _decimals(one), "more": more, "less": less, "display": display}
    quantity = f"{one.athlete}, {_at(one)}"
    fact = one.change.as_fact(f"{one.athlete_id}.{one.measure.key}.block", quantity, **spoken)
    if not one.change.state.known:
        return fact.retold(words.ONE_UNKNOWN.format(quantity=quantity, why=_why(one)), "")
    return fact.retold(fact.coach_sentence, "")


def _why(one: BlockChange) -> str:
    why = words.WHY[one.change.reason or "te_unknown"]
    return why.format(n=count_text(one.change.n, "value"), more=one.change.more_needed)


def change_forest(measure: Measure, found: Sequence[BlockChange], display: Display) -> Forest:
    """The changes of all athletes in one measure on one scale."""
    level = next((one.change.conf_level for one in found), None)
    rows = tuple(
        ForestRow(
            f"{one.athlete}{', ' + one.at if one.at else ''}",
            *(
                or_none(display.value(getattr(one.change, name), measure.unit))
                for name in ("change", "change_low", "change_high")
            ),
            one.change.state,
            _why(one) if not one.change.state.known else "",
        )
        for one in found
    )
    more, less = _direction(measure)
    return Forest(
        f"{measure.name}: change over the block by athlete",
        display.unit(measure.unit),
        rows,
        low_label=less,
        high_label=more,
        conf_level=level,
        decimals=_decimals(found[0]),
        label=f"{measure.name}: change over the block",
    )


def change_table(measure: Measure, found: Sequence[BlockChange]) -> pd.DataFrame:
    """The numbers of the forest; long times as minutes and seconds."""
    d = _decimals(found[0]) + (measure.unit == "m/s")  # a level resolves more than one value
    unit = measure.unit
    clock = clock_unit(unit, [one.change.latest for one in found])
    rows = []
    for one in found:
        c = one.change
        rows.append(
            {
                "Athlete": one.athlete,
                f"Before ({clock or unit})": _level_words(c.before, d, bool(clock)),
                f"Level ({clock or unit})": _level_words(c.level, d, bool(clock)),
                "Since": long_day(c.since) if c.changed and c.since is not None else NOTHING,
                f"Change ({unit})": signed_words(c.change, d),
                f"{_percent(c.conf_level)} interval": between_signed(c.change_low, c.change_high, d),
                "Shape": (c.shape or NOTHING) if c.changed else NOTHING,
                f"MDC ({unit})": number_words(c.mdc, d),
                f"SWC ({unit})": number_words(c.swc, d),
                "n": c.n,
                "State": c.state,
            }
        )
    return titled(pd.DataFrame(rows), f"{measure.name}: level, change and error by athlete")


def _level_words(value: float, decimals: int, clock: bool) -> str:
    """A level, of a long time as minutes and seconds."""
    return clock_text(value, decimals) if clock and np.isfinite(value) else number_words(value, decimals)


def _at(one: BlockChange) -> str:
    return f"{_within(one.measure)} at {one.at}" if one.at else _within(one.measure)


def _within(measure: Measure) -> str:
    """What a measure is called within a sentence."""
    return measure.name.lower() if measure.kind == "form" else measure.name


def _decimals(one: BlockChange) -> int:
    return decimals_of(one.measure.unit, one.change.latest)


def _percent(level: float) -> str:
    return f"{100 * level:.0f} %"


def _direction(measure: Measure) -> tuple[str, str]:
    """What a larger and a smaller number is called."""
    if measure.kind == "form":
        return "more", "fewer"
    return ("slower", "faster") if measure.lower_is_better else ("faster", "slower")
