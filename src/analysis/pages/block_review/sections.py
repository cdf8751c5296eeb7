"""The review of a block as facts, tables and drawings: what was planned, done, changed and flagged, for a scientist.

A sentence or a forest comes first and works without a script; every drawing has its numbers in a table of its section.
A section raises NotEnoughData, with what to record, where it has nothing. The fitted models are in `model_sections`.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Forest, ForestRow, Sparkline, Text
from analysis.base.decisions import expected_by_chance
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.pages.block_review.audit_sections import data_audit as data_audit
from analysis.pages.block_review.audit_sections import flags as flags
from analysis.pages.block_review.audit_sections import methods as methods
from analysis.pages.block_review.measures import BlockChange, Measure
from analysis.pages.block_review.review import BlockReview
from analysis.pages.numbers import between_words, number_words, p_words, signed_words, titled
from analysis.pages.wording import count_text, decimals_of

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
    stand = [one for one in review.changes if one.stands]
    judged = [one for one in review.changes if one.change.state.known]
    if not judged:
        raise NotEnoughData("No change over this block can be judged yet. Three exposures before it are needed.")
    found: dict[tuple[str, str], list[str]] = {}
    for one in stand:
        found.setdefault((one.athlete, one.change.state), []).append(_within(one.measure))
    n = len(judged)
    if not found:
        return [Fact("block.message", f"None of {n} changes stands after correction.", n=n)]
    names = "; ".join(f"{athlete} {state} in {', '.join(what)}" for (athlete, state), what in found.items())
    return [Fact("block.message", f"{len(stand)} of {n} changes stand after correction: {names}.", n=n)]


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
    """Every change against its baseline: how many stand; by measure what was flagged, a forest and its numbers."""
    if not review.changes:
        raise NotEnoughData("Nothing that is followed was measured in this block. Record a key lift or a check.")
    judged = [one for one in review.changes if one.change.state.known]
    flagged = [one for one in judged if one.change.flagged]
    by_chance = expected_by_chance(one.change for one in judged)
    counted = Fact(
        "block.by_chance",
        f"{count_text(len(judged), 'change')} judged: {len(flagged)} beyond the MDC, where {by_chance:.1f} would be "
        f"if nothing had changed; {sum(one.stands for one in judged)} stand after Holm's correction.",
        estimate=by_chance,
        n=len(judged),
    )
    return [counted, *(block for measure in review.measures for block in _of_measure(review, measure))]


def _of_measure(review: BlockReview, measure: Measure) -> list[Block]:
    found = review.changes_of(measure)
    if not found:
        return [Text(f"{measure.name}: not measured in this block.")]
    judged = [one for one in found if one.change.state.known]
    flagged = [one for one in judged if one.change.flagged]
    summary = Fact(
        f"{measure.key}.block",
        f"{measure.name}: {count_text(len(judged), 'athlete')} judged, {len(flagged)} beyond the MDC, "
        f"{sum(one.stands for one in flagged)} after correction.",
        n=len(judged),
    )
    told = [*(change_fact(one) for one in flagged), *_unknown_facts(measure, found)]
    return [summary, *told, change_forest(measure, found), change_table(measure, found)]


def _unknown_facts(measure: Measure, found: Sequence[BlockChange]) -> list[Fact]:
    """Who cannot be told, those for the same reason together."""
    alike: dict[str, list[BlockChange]] = {}
    for one in found:
        if not one.change.state.known:
            alike.setdefault(_why(one), []).append(one)
    return [
        change_fact(own[0])
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


def change_fact(one: BlockChange) -> Fact:
    """One athlete's change with its error and whether it stands as one of many, or why it cannot be told."""
    quantity, c = f"{one.athlete}, {_at(one)}", one.change
    fact = c.as_fact(f"{one.athlete_id}.{one.measure.key}.block", quantity)
    if not c.state.known:
        return fact.retold(f"{quantity}: cannot tell. {_why(one)}", "")
    d = _decimals(one)
    stands = "stands" if one.stands else "does not stand"
    sentence = (
        f"{quantity}: {c.state}. {signed_words(c.estimate, d)} {c.unit} "
        f"({_percent(c.conf_level)} interval {between_words(c.conf_low, c.conf_high, d)}), "
        f"{c.n_new} against {c.n_earlier} exposures; MDC {number_words(c.mdc, d)}. "
        f"It {stands} after Holm's correction (p {p_words(one.p_holm)})."
        f"{' Lower is better.' if c.lower_is_better else ''}"
    )
    return fact.retold(sentence, "")


def _why(one: BlockChange) -> str:
    n = count_text(one.change.n_earlier, "comparable value")
    return {
        "series_broken": f"The device or rater changed; {n} before the block.",
        "too_few_values": f"{n} before the block; {one.change.needed} needed.",
        "stale": "The last value lies too long before the end of the block.",
        "te_unknown": "The error of this measure is not known.",
    }[one.change.reason]


def change_forest(measure: Measure, found: Sequence[BlockChange]) -> Forest:
    """The changes of all athletes in one measure on one scale."""
    level = next((one.change.conf_level for one in found), None)
    rows = tuple(
        ForestRow(
            f"{one.athlete}{', ' + one.at if one.at else ''}",
            *(one.change.fact_fields()[name] for name in ("estimate", "conf_low", "conf_high")),
            one.change.state,
            _why(one) if not one.change.state.known else "",
        )
        for one in found
    )
    more, less = _direction(measure)
    return Forest(
        f"{measure.name}: change over the block by athlete",
        measure.unit,
        rows,
        low_label=less,
        high_label=more,
        conf_level=level,
        decimals=_decimals(found[0]),
        label=f"{measure.name}: change over the block",
    )


def change_table(measure: Measure, found: Sequence[BlockChange]) -> pd.DataFrame:
    """The numbers of the forest."""
    d = _decimals(found[0]) + (measure.unit == "m/s")  # a mean of several resolves more than one value
    rows = []
    for one in found:
        c = one.change
        rows.append(
            {
                "Athlete": one.athlete,
                f"Before ({measure.unit})": number_words(c.reference, d),
                f"End ({measure.unit})": number_words(c.now, d),
                "Change": signed_words(c.estimate, d),
                f"{_percent(c.conf_level)} interval": between_words(c.conf_low, c.conf_high, d),
                "MDC": number_words(c.mdc, d),
                "SWC": number_words(c.swc, d),
                "TE (df)": f"{number_words(c.typical_error.value, d)} ({c.df:g})" if c.typical_error else "–",
                "n before, end": f"{c.n_earlier}, {c.n_new}{' (in block)' if one.baseline_in_block else ''}",
                "State": c.state,
                "Holm p": p_words(one.p_holm),
            }
        )
    return titled(pd.DataFrame(rows), f"{measure.name} ({measure.unit}), numbers of the forest")


def _at(one: BlockChange) -> str:
    return f"{_within(one.measure)} at {one.at}" if one.at else _within(one.measure)


def _within(measure: Measure) -> str:
    """What a measure is called within a sentence."""
    return measure.name.lower() if measure.kind == "form" else measure.name


def _decimals(one: BlockChange) -> int:
    return decimals_of(one.measure.unit, max(one.change.new, default=0.0))


def _percent(level: float) -> str:
    return f"{100 * level:.0f} %"


def _direction(measure: Measure) -> tuple[str, str]:
    """What a larger and a smaller number is called."""
    if measure.kind == "form":
        return "more", "fewer"
    return ("slower", "faster") if measure.lower_is_better else ("faster", "slower")
