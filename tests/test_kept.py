"""What became of what the pages claimed: a claim held or is gone, and shares with their exact interval."""

import pandas as pd
import pytest

from analysis.base.errors import NotEnoughData
from analysis.models.change.kept import claim_rows, kept
from analysis.models.change.told import Claim

MAY = pd.Timestamp("2026-05-03")
NO_VALUES = pd.DataFrame({"athlete": [], "series": [], "local_date": [], "in_range": pd.Series(dtype=bool)})


def claim(found_on: pd.Timestamp = MAY, *, rises: bool = True, withdrawn_after: int | None = None) -> Claim:
    gone = None if withdrawn_after is None else found_on + pd.Timedelta(days=withdrawn_after)
    return Claim(found_on, found_on - pd.Timedelta(days=10), rises, gone, found_on + pd.Timedelta(days=56))


def held(*claims: Claim, until: str = "2026-07-05") -> list:
    return [row["held"] for row in claim_rows(claims, pd.Timestamp("2026-04-01"), pd.Timestamp(until))]


@pytest.mark.parametrize(("after", "still"), [(None, True), (28, False), (29, True)])
def test_a_claim_held_if_it_was_not_withdrawn_within_four_weeks(after, still):
    assert held(claim(withdrawn_after=after)) == [still]


def test_a_claim_that_the_next_one_turned_round_did_not_hold_and_one_that_goes_on_did():
    later = MAY + pd.Timedelta(days=21)
    assert held(claim(), claim(later, rises=False)) == [False, True]
    assert held(claim(), claim(later, rises=True)) == [True, True]


def test_a_claim_of_less_than_four_weeks_is_not_judged_unless_it_is_gone_already():
    assert held(claim(), until="2026-05-30") == [pd.NA]
    assert held(claim(), until="2026-05-31") == [True]
    assert held(claim(withdrawn_after=14), until="2026-05-24") == [False]


def test_claims_of_another_block_are_not_in_this_one():
    assert held(claim(pd.Timestamp("2026-03-29"))) == []
    assert held(claim(), until="2026-05-02") == []


def test_shares_and_what_luck_would_tell():
    claims = pd.DataFrame(claim_rows((claim(),), MAY, MAY + pd.Timedelta(days=60))).assign(athlete="a", series="s")
    values = pd.DataFrame({"athlete": "a", "series": "s", "local_date": MAY, "in_range": [True] * 19 + [False]})
    result = kept(claims, values, claims.assign(became="gone"), named_a_season=1.3, days=84)
    assert result.expected == pytest.approx(1.3 * 84 / 182)
    told = result.tidy().set_index("term")
    assert told["estimate"].tolist() == [1.0, 0.0, 0.95]
    assert told.loc["claims that held", "conf_low"] == pytest.approx(0.025)  # 1 of 1, Clopper and Pearson
    assert told.loc["values in their range", ["conf_low", "conf_high"]].tolist() == pytest.approx(
        [0.751, 0.999], abs=1e-3
    )
    assert result.glance()[["n", "n_judged", "n_held", "n_values"]].iloc[0].tolist() == [1, 1, 1, 20]


def test_a_block_in_which_nothing_was_told_or_measured_is_not_enough():
    with pytest.raises(NotEnoughData, match="Nothing was told in this block"):
        kept(pd.DataFrame(), NO_VALUES, pd.DataFrame(), named_a_season=0.5, days=84)
