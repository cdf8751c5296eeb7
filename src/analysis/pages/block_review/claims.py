"""What weekly looks of a block found, what pages told, and what became of it."""

from collections.abc import Iterable

import pandas as pd

from analysis.base.display import METRIC
from analysis.models.change.kept import HELD_D, Became, became, claim_rows
from analysis.models.series import Followed, Series
from analysis.pages.block_review.measures import Block
from analysis.pages.series import subject_of, wording_of

BLOCKS_TOLD = 2  # whose pages are looked at: this block and the one before it


def claims_of(name: str, followed: Iterable[Followed], block: Block) -> list[dict[str, object]]:
    """The claims of one athlete's series that weekly looks of the block found, as `models.change.kept` takes them."""
    return [
        {"athlete": name, "series": wording_of(one, METRIC).head, **row}
        for one in followed
        for row in claim_rows(one.change.claims, block.since, block.until)
    ]


def values_of(name: str, followed: Iterable[Followed], block: Block) -> list[dict[str, object]]:
    """Every value of the block, and whether it lay where the page before it expected one more."""
    rows = []
    for one in followed:
        if not isinstance(one, Series):
            continue
        days = one.exposures.loc[block.holds(one.exposures) & one.exposures["comparable"], "local_date"]
        about = {"athlete": name, "series": wording_of(one, METRIC).head}
        for day, then in zip(days, one.changes_at(list(days)), strict=True):
            if then.today != "none":
                rows.append(about | {"local_date": day, "in_range": then.today == "usual"})
    return rows


def told_by_pages(name: str, followed: Iterable[Followed], told: pd.DataFrame, block: Block) -> list[dict[str, object]]:
    """The changes that pages told of one athlete in the last blocks, 4 weeks before the end or earlier.

    `told` are rows of the table claims. They are kept as they were told; what became of each is said by today's data.
    """
    by_subject = {subject_of(one): one for one in followed}
    since = block.until - BLOCKS_TOLD * pd.Timedelta(days=len(block.days))
    old_enough = told["first_told"] <= block.until - pd.Timedelta(days=HELD_D)
    rows = []
    for row in told[old_enough & (told["found_on"] > since)].itertuples(index=False):
        one = by_subject.get(row.subject)
        series = row.subject if one is None else wording_of(one, METRIC).head
        kept = {column: getattr(row, column) for column in ("found_on", "since", "state", "first_told")}
        rows.append({"athlete": name, "series": series, **kept, "became": _became(one, row)})
    return rows


def _became(one: Followed | None, row) -> Became:
    """What became of a change that a page told; nobody can say where its series ended or began anew on a device."""
    if one is None or not one.change.state.known or (one.began_anew is not None and one.began_anew > row.since):
        return "cannot tell"
    return became(one.change.claims, row.found_on, bool(row.level > row.before))
