"""The audit of a block's review: flags against chance, what the tables hold, and how to make the page again."""

import platform
from importlib.metadata import version

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Text
from analysis.base.states import State
from analysis.models.squad.flag_audit import FollowUp
from analysis.pages.block_review.measures import BASELINE_DAYS, LAST_EXPOSURES
from analysis.pages.block_review.review import CHECK_RETESTS, RETESTS, BlockReview
from analysis.pages.numbers import between_words, number_words, p_words, titled
from analysis.pages.wording import count_text, long_day, withheld_fact

Shown = Fact | Drawing | pd.DataFrame

PACKAGES = ("athlete-workbook", "numpy", "pandas", "scipy", "statsmodels", "plotly")
KIND_NAMES = {
    "speed": "Speed at the anchor load",
    "form": "Clean reps",
    "check": "Checks",
    "pace": "Pace at a heart rate",
    "all": "All",
}


def flags(review: BlockReview) -> list[Shown]:
    """What the weekly pages flagged over the block, against what chance would have flagged."""
    audit = review.flags
    whole = audit.by_kind.iloc[-1]
    facts = [
        Fact(
            "flags.by_chance",
            f"{whole.n_looks} looks at new values, {whole.n_flagged} flagged; {whole.expected:.1f} expected if nothing "
            f"had changed (as many or more: p {p_words(whole.probability)}). "
            f"Flagged two looks in a row: {count_text(audit.n_persistent, 'series', 'series')}.",
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
        return Fact("flags.follow_up", sentence, State.CANNOT_TELL, reason="too_few_values")
    sentence = (
        f"Regression to the mean: {count_text(after.n, 'flagged value')} averaged {after.at_flag:.1f} MDC from the "
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


def data_audit(review: BlockReview) -> list[Shown]:
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
    return [
        *withheld_fact(review.squad.withheld),
        *(breaks or [none]),
        titled(table, f"What the {len(review.block.days)} days hold"),
        *_taken_in(review),
    ]


def _taken_in(review: BlockReview) -> list[Shown]:
    files, rejects = review.squad.ledger["files"], review.squad.ledger["rejects"]
    taken, refused = int(files["rows_taken"].sum()), int(files["rows_rejected"].sum())
    fact = Fact(
        "data.files",
        f"{count_text(len(files), 'file')} in the store: {taken:,} rows taken, {refused:,} refused.",
        n=len(files),
    )
    if rejects.empty:
        return [fact]
    reasons = rejects.groupby(["check", "reason"]).size().sort_values(ascending=False)
    table = reasons.rename("Cells").reset_index().rename(columns={"check": "Check", "reason": "Reason"})
    return [fact, titled(table, "Cells refused, whole store")]


def methods(review: BlockReview) -> list[Shown]:
    """Parameters, rules, versions, seeds and hashes: what it takes to make this page again."""
    config = review.config
    settings = [
        ("Block", review.period),
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
