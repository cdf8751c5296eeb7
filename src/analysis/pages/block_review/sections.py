"""The review of a block as facts, tables and drawings: what was planned, done, changed and flagged, for a scientist.

A sentence or a forest comes first and works without a script; every drawing has its numbers in a table of its section.
A section raises NotEnoughData, with what to record, where it has nothing. The fitted models are in `block_models`.
"""

import platform
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Forest, ForestRow, Sparkline, Text
from analysis.base.decisions import expected_by_chance
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.base.units import LONG_TIME_S
from analysis.models.squad.flag_audit import FollowUp
from analysis.pages.block_review.measures import BASELINE_DAYS, LAST_EXPOSURES, BlockChange, Measure
from analysis.pages.block_review.review import CHECK_RETESTS, RETESTS, BlockReview
from analysis.pages.digits import between_words, count_words, long_day, number_words, p_words, signed_words, titled
from analysis.pages.wording import withheld_sentence

Block = Fact | Drawing | pd.DataFrame

PACKAGES = ("athlete-workbook", "numpy", "pandas", "scipy", "statsmodels", "plotly")
KIND_NAMES = {
    "speed": "Speed at the anchor load",
    "form": "Clean reps",
    "check": "Checks",
    "pace": "Pace at a heart rate",
    "all": "All",
}
_DECIMALS = {"m/s": 2, "reps": 1, "s": 2, "cm": 1, "kg": 1}


def period(review: BlockReview) -> str:
    """First and last day of the block: '13 April 2026 to 5 July 2026'."""
    return f"{long_day(review.block.since)} to {long_day(review.block.until)}"


def header(review: BlockReview) -> list[Block]:
    """How much the review rests on."""
    n = len(review.squad.athletes)
    logged = review.attrition.groupby("athlete")["n_logged"].sum()
    days = len(review.block.days)
    return [
        Text(
            f"{count_words(n, 'athlete')}, {count_words(review.block.n_weeks, 'week')}. "
            f"Logged on {logged.median():.0f} of {days} days "
            f"(median athlete; least {logged.min()}, most {logged.max()})."
        )
    ]


def message(review: BlockReview) -> list[Block]:
    """What the block shows in one sentence."""
    stand = [one for one in review.changes if one.stands]
    judged = [one for one in review.changes if one.change.state != "cannot tell"]
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
            f"{', '.join(names)}: nothing logged in {count_words(len(begins), 'week')} (from {', '.join(begins)}). "
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
        reasons = [one.change.reason for one in changes if one.change.state == "cannot tell"]
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
    judged = [one for one in review.changes if one.change.state != "cannot tell"]
    flagged = [one for one in judged if one.change.flagged]
    by_chance = expected_by_chance(one.change for one in judged)
    counted = Fact(
        "block.by_chance",
        f"{count_words(len(judged), 'change')} judged: {len(flagged)} beyond the MDC, where {by_chance:.1f} would be "
        f"if nothing had changed; {sum(one.stands for one in judged)} stand after Holm's correction.",
        estimate=by_chance,
        n=len(judged),
    )
    return [counted, *(block for measure in review.measures for block in _of_measure(review, measure))]


def _of_measure(review: BlockReview, measure: Measure) -> list[Block]:
    found = review.changes_of(measure)
    if not found:
        return [Text(f"{measure.name}: not measured in this block.")]
    judged = [one for one in found if one.change.state != "cannot tell"]
    flagged = [one for one in judged if one.change.flagged]
    summary = Fact(
        f"{measure.key}.block",
        f"{measure.name}: {count_words(len(judged), 'athlete')} judged, {len(flagged)} beyond the MDC, "
        f"{sum(one.stands for one in flagged)} after correction.",
        n=len(judged),
    )
    told = [*(change_fact(one) for one in flagged), *_unknown_facts(measure, found)]
    return [summary, *told, change_forest(measure, found), change_table(measure, found)]


def _unknown_facts(measure: Measure, found: Sequence[BlockChange]) -> list[Fact]:
    """Who cannot be told, those for the same reason together."""
    alike: dict[str, list[BlockChange]] = {}
    for one in found:
        if one.change.state == "cannot tell":
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
    if c.state == "cannot tell":
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
    n = count_words(one.change.n_earlier, "comparable value")
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
            _or_none(one.change.estimate),
            _or_none(one.change.conf_low),
            _or_none(one.change.conf_high),
            one.change.state,
            _why(one) if one.change.state == "cannot tell" else "",
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


def flags(review: BlockReview) -> list[Block]:
    """What the weekly pages flagged over the block, against what chance would have flagged."""
    audit = review.flags
    whole = audit.by_kind.iloc[-1]
    facts = [
        Fact(
            "flags.by_chance",
            f"{whole.n_looks} looks at new values, {whole.n_flagged} flagged; {whole.expected:.1f} expected if nothing "
            f"had changed (as many or more: p {p_words(whole.probability)}). "
            f"Flagged two looks in a row: {count_words(audit.n_persistent, 'series', 'series')}.",
            estimate=float(whole.n_flagged),
            n=int(whole.n_looks),
        ),
        _follow_up_fact(audit.follow_up),
    ]
    return [
        *facts,
        titled(
            _flag_table(audit.by_kind.assign(kind=audit.by_kind["kind"].map(KIND_NAMES)), "kind", "Kind"), "By kind"
        ),
        titled(_flag_table(audit.by_athlete, "athlete", "Athlete"), "By athlete"),
        Text(
            "Looks at one series share values, so p is approximate. Of many athletes one will lead by chance: "
            "a row of this table is no finding by itself."
        ),
    ]


def _follow_up_fact(after: FollowUp) -> Fact:
    if after.n == 0:
        sentence = "Regression to the mean: no flagged value was followed by another in this block."
        return Fact("flags.follow_up", sentence, "cannot tell", reason="too_few_values")
    sentence = (
        f"Regression to the mean: {count_words(after.n, 'flagged value')} averaged {after.at_flag:.1f} MDC from the "
        f"reference. The next value of the same series lay {number_words(after.after, 1)} MDC from it in the same "
        "direction"
    )
    if np.isfinite(after.interval.low):
        sentence += f" (95 % interval {between_words(after.interval.low, after.interval.high, 1)})"
    return Fact("flags.follow_up", f"{sentence}. Picking out extremes makes the next value look like a return.")


def _flag_table(counts: pd.DataFrame, column: str, head: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            head: counts[column],
            "Looks": counts["n_looks"],
            "Flagged": counts["n_flagged"],
            "Expected by chance": [number_words(value, 1) for value in counts["expected"]],
            "p, as many or more": [p_words(value) for value in counts["probability"]],
        }
    )


def data_audit(review: BlockReview) -> list[Block]:
    """What the tables hold, what of it cannot be used, where a device changed, and what the door refused."""
    audit = review.audit
    table = pd.DataFrame(
        {
            "Athlete": audit["athlete"],
            "Days logged": audit["days_logged"],
            "Unrated sessions": audit["sessions_unrated"],
            "Sets": audit["sets"],
            "Sets unknown": audit["sets_unknown"],
            "Speeds": audit["reps_measured"],
            "Rated reps": audit["reps_rated"],
            "Runs": audit["runs"],
            "Copies": audit["copies"],
            "Answer days": audit["days_answered"],
            "Left out": audit["left_out"],
        }
    )
    devices = review.device_changes
    breaks = [
        Fact(
            f"device.{row.athlete}.{row.measure}",
            f"{row.athlete}, {row.measure}: {row.now} instead of {row.was} from {long_day(row.local_date)} on. "
            "Values before and after are not compared.",
            reason="series_broken",
        )
        for row in devices.itertuples()
    ]
    none = Fact("device.none", "No device or rater changed within a series that is followed.")
    withheld = review.squad.withheld
    apart = [Fact("data.withheld", withheld_sentence(withheld), n=withheld)] if withheld else []
    return [
        *apart,
        *(breaks or [none]),
        titled(table, f"What the {len(review.block.days)} days hold"),
        *_taken_in(review),
    ]


def _taken_in(review: BlockReview) -> list[Block]:
    files, rejects = review.squad.ledger["files"], review.squad.ledger["rejects"]
    taken, refused = int(files["rows_taken"].sum()), int(files["rows_rejected"].sum())
    fact = Fact(
        "data.files",
        f"{count_words(len(files), 'file')} in the store: {taken:,} rows taken, {refused:,} refused.",
        n=len(files),
    )
    if rejects.empty:
        return [fact]
    reasons = rejects.groupby(["check", "reason"]).size().sort_values(ascending=False)
    table = reasons.rename("Cells").reset_index().rename(columns={"check": "Check", "reason": "Reason"})
    return [fact, titled(table, "Cells refused, whole store")]


def methods(review: BlockReview) -> list[Block]:
    """Parameters, rules, versions, seeds and hashes: what it takes to make this page again."""
    config = review.config
    settings = [
        ("Block", period(review)),
        ("Baseline", f"3 to 8 comparable exposures of the {BASELINE_DAYS} days before; of two intervals for a check"),
        ("End of the block", f"mean of the last {LAST_EXPOSURES} exposures; the last one for a check"),
        ("Measurement error", f"first {RETESTS} exposures of the block; first {CHECK_RETESTS} checks of the record"),
        ("Interval of changes", f"{config.confidence * 100:.0f} %, t"),
        ("Other intervals", "95 %: chi-square, F, t, profile likelihood"),
        ("Error of changes", "squad's typical error between days, pooled with the athlete's own over the baseline"),
        ("Correction", "Holm over all judged changes of the block"),
        ("Random numbers", "none are drawn: every number of this page comes out again from the same data"),
        ("Data hash", review.squad.fingerprint[:16]),
    ]
    packages = [("Python", platform.python_version()), *((name, version(name)) for name in PACKAGES)]
    measures = pd.DataFrame(
        [
            {
                "Measure": measure.name,
                "Key": measure.key,
                "Unit": measure.unit,
                "SWC": f"{measure.swc:g}",
                "Error in workbook.toml": f"{measure.stated.value:g} (df {measure.stated.df:g})"
                if measure.stated
                else "–",
                "Source": measure.stated.source if measure.stated else "own values only",
            }
            for measure in review.measures
        ]
    )
    return [
        titled(pd.DataFrame(settings, columns=["Setting", "Value"]), "Settings"),
        titled(measures, "Measures"),
        titled(pd.DataFrame(packages, columns=["Package", "Version"]), "Versions"),
    ]


def _at(one: BlockChange) -> str:
    return f"{_within(one.measure)} at {one.at}" if one.at else _within(one.measure)


def _within(measure: Measure) -> str:
    """What a measure is called within a sentence."""
    return measure.name.lower() if measure.kind == "form" else measure.name


def _decimals(one: BlockChange) -> int:
    """Decimals that the measure resolves; hundredths of a second are beyond what a person times over minutes."""
    if one.measure.unit == "s" and one.change.new and max(one.change.new) >= LONG_TIME_S:
        return 1
    return _DECIMALS.get(one.measure.unit, 1)


def _percent(level: float) -> str:
    return f"{100 * level:.0f} %"


def _direction(measure: Measure) -> tuple[str, str]:
    """What a larger and a smaller number is called."""
    if measure.kind == "form":
        return "more", "fewer"
    return ("slower", "faster") if measure.lower_is_better else ("faster", "slower")


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
