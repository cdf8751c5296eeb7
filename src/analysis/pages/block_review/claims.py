"""What the weekly pages of a block claimed, and what became of it."""

from collections.abc import Iterable

import pandas as pd

from analysis.models.change.kept import claim_rows
from analysis.models.series import Followed, Series
from analysis.pages.block_review.measures import Block
from analysis.pages.series import wording_of


def claims_of(name: str, followed: Iterable[Followed], block: Block) -> list[dict[str, object]]:
    """The claims of one athlete's series that weekly looks of the block found, as `models.change.kept` takes them."""
    return [
        {"athlete": name, "series": wording_of(one).head, **row}
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
        for day in days:
            today = one.at(pd.Timestamp(day)).change.today
            if today != "none":
                about = {"athlete": name, "series": wording_of(one).head, "local_date": day}
                rows.append(about | {"in_range": today == "usual"})
    return rows
