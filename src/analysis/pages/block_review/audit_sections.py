"""The audit of a block's review: flags against chance, what the tables hold, and how to make the page again."""

import platform
from importlib.metadata import version

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact
from analysis.models.change.kept import RANGE_LEVEL
from analysis.pages.block_review.claims import BLOCKS_TOLD
from analysis.pages.block_review.review import CHECK_RETESTS, RETESTS, BlockReview
from analysis.pages.numbers import titled
from analysis.pages.wording import count_text, expected_text, long_day, withheld_fact

Shown = Fact | Drawing | pd.DataFrame

PACKAGES = ("athlete-workbook", "numpy", "pandas", "scipy", "statsmodels", "plotly")


def claims(review: BlockReview) -> list[Shown]:
    """What pages told and weekly looks found over the block, and what became of it."""
    kept = review.kept
    told = kept.tidy().set_index("term")
    n, luck = len(kept.claims), expected_text(kept.expected)
    held = f" {kept.n_held} of {kept.n_judged} that are 4 weeks old held{_share(told, 'claims that held')}."
    facts = [
        *_told_facts(review),
        Fact(
            "claims.held",
            f"{count_text(n, 'change')} found in this block by today's data; luck alone would find {luck}."
            + (held if kept.n_judged else " None is 4 weeks old yet."),
            estimate=float(n),
            n=n,
        ),
        Fact(
            "claims.ranges",
            f"{int(kept.values['in_range'].sum())} of {len(kept.values)} new values lay in their "
            f"{100 * RANGE_LEVEL:.0f} % range{_share(told, 'values in their range')}.",
            n=len(kept.values),
        ),
    ]
    table = pd.DataFrame(
        {
            "Athlete": kept.claims["athlete"],
            "Series": kept.claims["series"],
            "Found": kept.claims["found_on"].map(long_day),
            "Level since": kept.claims["since"].map(long_day),
            "Direction": kept.claims["rises"].map({True: "up", False: "down"}),
            "4 weeks later": kept.claims["held"].map({True: "held", False: "gone"}).fillna("too early"),
        }
    )
    return [*facts, *_told_table(review), titled(table, "Changes found in this block, by today's data")]


def _told_facts(review: BlockReview) -> list[Fact]:
    """How many of the changes that pages told held as told; nothing in the first weeks, when none is old enough."""
    kept = review.kept
    if kept.pages.empty:
        return []
    n, asked = len(kept.pages), kept.n_looked_for
    words = f"Pages told {count_text(n, 'change')} 4 weeks ago or earlier, in the last {BLOCKS_TOLD} blocks."
    if asked:
        share = _share(kept.tidy().set_index("term"), "changes told by pages that held")
        others = [f", {k} {word}" for word in ("gone", "moved by later data") if (k := kept.n_became(word))]
        words += f" {kept.n_became('held')} of {asked} held as told{share}{''.join(others)}."
    if n > asked:
        words += f" Of {n - asked} nobody can tell: the series is not followed today, or began anew."
    return [Fact("claims.told", words, estimate=float(kept.n_became("held")), n=asked)]


def _told_table(review: BlockReview) -> list[pd.DataFrame]:
    """Each change as a page told it first: it is marked where later data moved it, and never rewritten."""
    pages = review.kept.pages
    if pages.empty:
        return []
    table = pd.DataFrame(
        {
            "Athlete": pages["athlete"],
            "Series": pages["series"],
            "Told": pages["state"],
            "Found": pages["found_on"].map(long_day),
            "Level since": pages["since"].map(long_day),
            "Page until": pages["first_told"].map(long_day),
            "4 weeks later": pages["became"],
        }
    )
    return [titled(table, "What pages told, and what became of it")]


def _share(told: pd.DataFrame, term: str) -> str:
    """A share with its interval; nothing where there is none."""
    row = told.loc[term]
    if not np.isfinite(row["conf_low"]):
        return ""
    low, high = 100 * row["conf_low"], 100 * row["conf_high"]
    return f" ({100 * row['estimate']:.0f} %, 95 % interval {low:.0f} to {high:.0f})"


def noise(review: BlockReview) -> pd.DataFrame:
    """The noise of the squad that every page judges by."""
    rows = review.squad.noise
    table = pd.DataFrame(
        {
            "Quantity": rows["quantity"],
            "Device": rows["device"],
            "TE": _known(rows["te"], "{:.3g}"),
            "Carry-over": _known(rows["rho"], "{:.2f}"),
            "MDC": _known(rows["mdc"], "{:.3g}"),
            "Breaks a rep": _known(100 * rows["hazard"], "{:.1f} %"),
            "Athletes": rows["n_athletes"],
            "Exposures": rows["n_exposures"],
            "Source": rows["source"],
        }
    )
    return titled(table, "Noise of the squad, by which every page judges")


def _known(values: pd.Series, form: str) -> list[str]:
    """Values as text, nothing where there is none: measurements have no breaks, and counts no TE."""
    return ["" if np.isnan(value) else form.format(value) for value in values.astype(float)]


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
        ("Changes", "change engine: scan for an onset at weekly looks, told to the end of the block"),
        ("Measurement error", f"first {RETESTS} exposures of the block; first {CHECK_RETESTS} checks of the record"),
        ("Interval of changes", f"{config.confidence * 100:.0f} %, over all believable onsets"),
        ("Other intervals", "95 %: chi-square, F, t, profile likelihood"),
        ("Noise of changes", "typical error and carry-over pooled over the squad, the athlete's own drawn to it"),
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
                "Error in workbook.toml": f"{stated.typical_error:g} (df {stated.df:g})" if stated else "–",
                "Source": stated.source if stated else "own values only",
            }
            for measure in review.measures
            for stated in [measure.quantity.published]
        ]
    )
    return [
        titled(pd.DataFrame(settings, columns=["Setting", "Value"]), "Settings"),
        titled(measures, "Measures"),
        titled(pd.DataFrame(packages, columns=["Package", "Version"]), "Versions"),
    ]
