"""The audit of a block's review: flags against chance, what the tables hold, and how to make the page again."""

import platform
from importlib.metadata import version

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, Fold
from analysis.base.states import State
from analysis.models.change.kept import RANGE_LEVEL
from analysis.pages.block_review import words
from analysis.pages.block_review.claims import BLOCKS_TOLD
from analysis.pages.block_review.fits import CHECK_RETESTS, RETESTS
from analysis.pages.block_review.review import BlockReview
from analysis.pages.numbers import titled
from analysis.pages.wording import count_text, expected_text, long_day, withheld_fact

Shown = Fact | Drawing | pd.DataFrame

PACKAGES = ("athlete-workbook", "numpy", "pandas", "scipy", "statsmodels", "plotly")


def claims(review: BlockReview) -> list[Shown]:
    """What pages told and weekly looks found over the block, and what became of it."""
    kept = review.kept
    told = kept.tidy().set_index("term")
    n, luck = len(kept.claims), expected_text(kept.expected)
    held = words.FOUND_EARLY
    if kept.n_judged:
        share = _share(told, "claims that held")
        held = words.FOUND_HELD.format(held=kept.n_held, judged=kept.n_judged, share=share)
    facts = [
        *_told_facts(review),
        Fact(
            "claims.held",
            words.FOUND.format(changes=count_text(n, "change"), luck=luck, held=held),
            estimate=float(n),
            n=n,
        ),
        Fact(
            "claims.ranges",
            words.IN_RANGE.format(
                n=f"{int(kept.values['in_range'].sum()):,}",
                of=f"{len(kept.values):,}",
                level=100 * RANGE_LEVEL,
                share=_share(told, "values in their range"),
            ),
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
    found = titled(table, "Changes found in this block, by today's data")
    return [*facts, Fold("Each change, and what became of it"), *_told_table(review), found]


def _told_facts(review: BlockReview) -> list[Fact]:
    """How many of the changes that pages told held as told; nothing in the first weeks, when none is old enough."""
    kept = review.kept
    if kept.pages.empty:
        return []
    n, asked = len(kept.pages), kept.n_looked_for
    said = words.TOLD.format(changes=count_text(n, "change"), blocks=BLOCKS_TOLD)
    if asked:
        share = _share(kept.tidy().set_index("term"), "changes told by pages that held")
        others = [f", {k} {word}" for word in ("gone", "moved by later data") if (k := kept.n_became(word))]
        said += words.TOLD_HELD.format(held=kept.n_became("held"), asked=asked, share=share, others="".join(others))
    if n > asked:
        said += words.TOLD_OPEN.format(n=n - asked)
    return [Fact("claims.told", said, estimate=float(kept.n_became("held")), n=asked)]


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


def missing_fact(section: str, name: str, why: str) -> Fact:
    """A stream that is not there, or of which too little is: what to record."""
    subject = f"{section}.{name.lower().replace(' ', '_')}"
    return Fact(subject, why, State.CANNOT_TELL, reason="nothing_recorded", lead="")


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
            words.DEVICE.format(
                athlete=row.athlete, measure=row.measure, now=row.now, was=row.was, day=long_day(row.local_date)
            ),
            reason="series_broken",
        )
        for row in devices.itertuples()
    ]
    unusable = words.UNUSABLE.format(
        unrated=int(audit["sessions_unrated"].sum()),
        sets_unknown=f"{int(audit['sets_unknown'].sum()):,}",
        sets=f"{int(audit['sets'].sum()):,}",
    )
    files, refused = _taken_in(review)
    return [
        *withheld_fact(review.squad.withheld),
        Fact("data.unusable", unusable, n=int(audit["sets"].sum())),
        *(breaks or [Fact("device.none", words.NO_DEVICE)]),
        files,
        Fold("What the tables hold, and what was refused"),
        titled(table, f"What the {len(review.block.days)} days hold"),
        *refused,
    ]


def _taken_in(review: BlockReview) -> tuple[Fact, list[pd.DataFrame]]:
    """How much came in, and what of it was refused and why."""
    files, rejects = review.squad.ledger["files"], review.squad.ledger["rejects"]
    sentence = words.FILES.format(
        files=count_text(len(files), "file"),
        taken=f"{int(files['rows_taken'].sum()):,}",
        refused=f"{int(files['rows_rejected'].sum()):,}",
    )
    fact = Fact("data.files", sentence, n=len(files))
    if rejects.empty:
        return fact, []
    reasons = rejects.groupby(["check", "reason"]).size().sort_values(ascending=False)
    table = reasons.rename("Cells").reset_index().rename(columns={"check": "Check", "reason": "Reason"})
    return fact, [titled(table, "Cells refused, whole store")]


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
    same = words.METHODS.format(hash=review.squad.fingerprint[:16], version=version("athlete-workbook"))
    return [
        Fact("methods.same", same),
        Fold("Settings, measures and versions"),
        titled(pd.DataFrame(settings, columns=["Setting", "Value"]), "Settings"),
        titled(measures, "Measures"),
        titled(pd.DataFrame(packages, columns=["Package", "Version"]), "Versions"),
    ]
