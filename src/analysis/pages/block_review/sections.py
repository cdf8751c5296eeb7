"""The review of a block as facts, tables and drawings: what was planned, done, changed and flagged, for a scientist.

A sentence or a forest comes first and works without a script; every drawing has its numbers in a table of its section.
A section raises NotEnoughData, with what to record, where it has nothing. The fitted models are in `model_sections`.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Forest, ForestRow, Sparkline, Text
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.models.change.told import or_none
from analysis.pages.block_review.audit_sections import claims as claims
from analysis.pages.block_review.audit_sections import data_audit as data_audit
from analysis.pages.block_review.audit_sections import methods as methods
from analysis.pages.block_review.measures import BlockChange, Measure
from analysis.pages.block_review.review import BlockReview
from analysis.pages.numbers import between_words, number_words, signed_words, titled
from analysis.pages.wording import count_text, decimals_of, expected_text, long_day

Block = Fact | Drawing | pd.DataFrame


def period(review: BlockReview) -> str:
    """First and last day of the block: '13 April 2026 to 5 July 2026'."""
    return review.period


def header(review: BlockReview) -> list[Block]:
    """How much the review rests on."""
    n = len(review.squad.athletes)
    logged = review.attrition.groupby("athlete")["n_logged"].sum()
    days = len(review.block.days)
    return [
        Text(
            f"{count_text(n, 'athlete')}, {count_text(review.block.n_weeks, 'week')}. "
            f"Logged on {logged.median():.0f} of {days} days "
            f"(median athlete; least {logged.min()}, most {logged.max()})."
        )
    ]


def message(review: BlockReview) -> list[Block]:
    """What the block shows in one sentence."""
    told = review.told
    if not told:
        raise NotEnoughData("Nothing of this block can be told yet. Six exposures on one device are needed.")
    found: dict[tuple[str, str], list[str]] = {}
    for one in told:
        if one.change.changed:
            found.setdefault((one.athlete, one.change.state), []).append(_within(one.measure))
    n, luck = len(told), expected_text(review.by_luck)
    changed = sum(one.change.changed for one in told)
    if not found:
        return [Fact("block.message", f"None of {n} series changed for good; luck alone would move {luck}.", n=n)]
    names = "; ".join(f"{athlete} {state} in {', '.join(what)}" for (athlete, state), what in found.items())
    words = f"{changed} of {n} series changed for good, where luck alone would move {luck}: {names}."
    return [Fact("block.message", words, n=n)]


def plan_against_done(review: BlockReview) -> list[Block]:
    """Planned training days and what became of them, by athlete."""
    plan = review.plan
    due = int(plan["due"].sum())
    if due == 0:
        raise NotEnoughData("No training day was planned in this block. Add a plan to hold the log against.")
    done, missed, unknown = (int(plan[names].sum().sum()) for names in (["done", "moved"], ["missed"], ["not_logged"]))
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
    sentence = (
        f"{done} of {due} planned days were done, {100 * done / due:.0f} %. {missed} count as missed; "
        f"on {unknown} of these nothing at all was logged, so training is not known."
    )
    return [Fact("block.plan", sentence, estimate=done / due, n=due), titled(table, "Planned days by athlete")]


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
    facts = _silences(silent)
    if not facts:
        facts = [Fact("block.attrition", "Every athlete logged something in every week of the block.")]
    return [*facts, titled(table.reset_index(), "Days with a record"), titled(_both_ends(review), "Measured")]


def _silences(silent: pd.DataFrame) -> list[Fact]:
    """The weeks without any record, athletes with the same ones together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, rows in silent.groupby("athlete", sort=False):
        alike.setdefault(tuple(f"{day.day} {day:%b}" for day in rows["begins"]), []).append(name)
    return [
        Fact(
            f"attrition.{names[0]}",
            f"{', '.join(names)}: nothing logged in {count_text(len(begins), 'week')} (from {', '.join(begins)}). "
            "Not counted as rest.",
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
    """What every series says at the end of the block: how many changed; by measure a forest and its numbers."""
    if not review.changes:
        raise NotEnoughData("Nothing that is followed was measured in this block. Record a key lift or a check.")
    told = review.told
    changed = [one for one in told if one.change.changed]
    clear = sum(one.change.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE) for one in changed)
    counted = Fact(
        "block.by_chance",
        f"{count_text(len(told), 'series', 'series')} can be told: {len(changed)} changed for good, {clear} of them by "
        f"more than the smallest change that matters; luck alone would move {expected_text(review.by_luck)}.",
        estimate=review.by_luck,
        n=len(told),
    )
    return [counted, *(block for measure in review.measures for block in _of_measure(review, measure))]


def _of_measure(review: BlockReview, measure: Measure) -> list[Block]:
    found = review.changes_of(measure)
    if not found:
        return [Text(f"{measure.name}: not measured in this block.")]
    told = [one for one in found if one.change.state.known]
    changed = [one for one in told if one.change.changed]
    summary = Fact(
        f"{measure.key}.block",
        f"{measure.name}: {count_text(len(told), 'athlete')} can be told, {len(changed)} changed for good.",
        n=len(told),
    )
    told_facts = [
        *(change_fact(one, review.display) for one in changed),
        *_unknown_facts(measure, found, review.display),
    ]
    return [summary, *told_facts, change_forest(measure, found, review.display), change_table(measure, found)]


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
            f"{', '.join(one.athlete for one in own)}, {_within(measure)}: cannot tell. {why}",
            State.CANNOT_TELL,
            reason=own[0].change.reason,
            lead="",
        )
        for why, own in alike.items()
    ]


def change_fact(one: BlockChange, display: Display) -> Fact:
    """What one athlete's series says at the end of the block, or why it cannot be told."""
    more, less = _direction(one.measure)
    words = {"decimals": _decimals(one), "more": more, "less": less, "display": display}
    quantity = f"{one.athlete}, {_at(one)}"
    fact = one.change.as_fact(f"{one.athlete_id}.{one.measure.key}.block", quantity, **words)
    if not one.change.state.known:
        return fact.retold(f"{quantity}: cannot tell. {_why(one)}", "")
    return fact.retold(fact.coach_sentence, "")


def _why(one: BlockChange) -> str:
    n = count_text(one.change.n, "value")
    return {
        "series_broken": f"The device or rater changed; {n} since, {one.change.more_needed} more needed.",
        "too_few_values": f"{n}; {one.change.more_needed} more needed.",
        "stale": "The last value lies too long before the end of the block.",
        "te_unknown": "The error of this measure is not known.",
    }[one.change.reason or "te_unknown"]


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
    """The numbers of the forest."""
    d = _decimals(found[0]) + (measure.unit == "m/s")  # a level resolves more than one value
    rows = []
    for one in found:
        c = one.change
        since = long_day(c.since) if c.changed and c.since is not None else "–"
        rows.append(
            {
                "Athlete": one.athlete,
                f"Before ({measure.unit})": number_words(c.before, d),
                f"Level ({measure.unit})": number_words(c.level, d),
                "Since": since,
                "Change": signed_words(c.change, d),
                f"{_percent(c.conf_level)} interval": between_words(c.change_low, c.change_high, d),
                "Shape": (c.shape or "–") if c.changed else "–",
                "MDC": number_words(c.mdc, d),
                "SWC": number_words(c.swc, d),
                "n": c.n,
                "State": c.state,
            }
        )
    return titled(pd.DataFrame(rows), f"{measure.name} ({measure.unit}), numbers of the forest")


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
