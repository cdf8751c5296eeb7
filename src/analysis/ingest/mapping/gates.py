"""Splits of a mapped table: a length or the place of its gate, a time or that since the start, with a trial or none."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from analysis.ingest.rows import WHOLE_ROW, Ledger, Problem, Taken

GATE, GATE_TIME = "gate_m", "gate_time_s"  # fields beside the canonical ones
SLOWEST_M_S = 0.2
_NEAR_M = 1e-6
Meaning = Literal["length", "place"]


def trials_of(taken: Iterable[Taken]) -> Iterator[tuple[Taken, int]]:
    """Each split with the number of its trial. Where none is said, a gate that does not lie farther begins the next.

    A time over the whole distance of its test, as 20 m of sprint_20m, is a trial of its own.
    """
    trial: Counter[tuple] = Counter()
    last_m: dict[tuple, float] = {}
    for one in taken:
        facts, split = one.parts["sessions"], one.parts["splits"]
        of_one = (facts["external_name"], facts["local_date"], facts.get("time"), split["test_id"])
        said, place_m = split.get("trial_no"), _place_m(split)
        if said is None:
            begins = of_one not in last_m or (place_m is not None and place_m <= last_m[of_one])
            trial[of_one] += begins
            last_m[of_one] = last_m.get(of_one, 0.0) if place_m is None else place_m
        yield one, said or trial[of_one]


def _place_m(split: dict) -> float | None:
    """Where a split lies among those of its trial; None where it says no more than its length."""
    if split.get(GATE) is not None:
        return split[GATE]
    if split.get("start_m") is not None:
        return split["start_m"]
    return 0.0 if split.get("distance_m") == test_distance_m(split["test_id"]) else None


def test_distance_m(test_id: str) -> float | None:
    """The distance that a test has in its name.

    >>> test_distance_m("sprint_20m"), test_distance_m("time_trial_5km"), test_distance_m("cod_505")
    (20.0, 5000.0, None)
    """
    found = re.search(r"(?<![\d.])(\d+(?:\.\d+)?) ?(k?m)(?![a-z])", test_id.casefold().replace("_", " "))
    return float(found[1]) * (1000.0 if found[2] == "km" else 1.0) if found else None


def settled(taken: list[Taken], ledger: Ledger) -> list[Taken]:
    """The splits by start, length and time from gate to gate; one that its trial contradicts is rejected."""
    trials: dict[tuple, list[Taken]] = {}
    for one, trial_no in trials_of(sorted(taken, key=_order)):
        facts = one.parts["sessions"]
        of_one = (facts["external_name"], facts["local_date"], facts.get("time"), one.parts["splits"]["test_id"])
        trials.setdefault((*of_one, trial_no), []).append(_numbered(one, trial_no))
    meant = {key: _meaning([one.parts["splits"] for one in trial]) for key, trial in trials.items()}
    said = set(meant.values()) - {None}
    usual = said.pop() if len(said) == 1 else None  # one hand fills one file
    kept, counted = [], 0
    for key, trial in trials.items():
        is_place = (meant[key] or usual) == "place"
        counted += sum(is_place and _both(one.parts["splits"]) for one in trial)
        kept += _from_gate_to_gate(trial, is_place, ledger)
    if counted:
        ledger.note(
            f"Splits whose distance is the place of their gate: {counted}. Read as lengths they would overlap, "
            "or go beyond their test; they count from start_m to there."
        )
    return sorted(kept, key=lambda one: one.row.row_no)


def _order(one: Taken) -> tuple[int, float]:
    """The gates of a wide row stand in the order in which they are passed."""
    return one.row.row_no, one.parts["splits"].get(GATE) or 0.0


def _numbered(one: Taken, trial_no: int) -> Taken:
    return replace(one, parts=one.parts | {"splits": one.parts["splits"] | {"trial_no": trial_no}})


def _both(split: dict) -> bool:
    return split.get("start_m") is not None and split.get("distance_m") is not None


def _meaning(splits: Sequence[dict]) -> Meaning | None:
    """Whether the distances of a trial are lengths or places of gates; None where both can be.

    Splits of one trial do not overlap, and they end where their test ends, or cover what a flying one covers.

    >>> said = [{"test_id": "sprint_30m", "start_m": start, "distance_m": to} for start, to in ((0, 10), (10, 20))]
    >>> _meaning(said), _meaning([*said, {"test_id": "sprint_30m", "start_m": 20, "distance_m": 30}])
    ('length', 'place')
    """
    spans = sorted((split["start_m"], split["distance_m"]) for split in splits if _both(split))
    if not any(start for start, _ in spans):
        return None
    pairs = list(pairwise(spans))
    by_length = all(start + length <= after + _NEAR_M for (start, length), (after, _) in pairs)
    by_place = all(start < end for start, end in spans) and all(
        end <= after + _NEAR_M for (_, end), (after, _) in pairs
    )
    if by_length != by_place:
        return "length" if by_length else "place"
    test_m = test_distance_m(splits[0]["test_id"])
    if not by_length or test_m is None:
        return None
    first, (start, last) = spans[0][0], spans[-1]
    is_length = _is_near(test_m, start + last, sum(length for _, length in spans))
    is_place = _is_near(test_m, last, last - first)
    return None if is_length == is_place else "place" if is_place else "length"


def _is_near(test_m: float, *several_m: float) -> bool:
    return any(abs(test_m - m) < _NEAR_M for m in several_m)


def _from_gate_to_gate(trial: list[Taken], is_place: bool, ledger: Ledger) -> list[Taken]:
    kept = []
    at_m = at_s = 0.0
    for one in trial:
        split = dict(one.parts["splits"])
        gate_m, gate_s = split.pop(GATE, None), split.pop(GATE_TIME, None)
        if gate_m is not None:
            start_m = at_m if split.get("start_m") is None else split["start_m"]
            split |= {"start_m": start_m, "distance_m": gate_m - start_m}
            at_m = gate_m
        elif is_place and _both(split) and split["distance_m"] > split["start_m"]:
            split["distance_m"] -= split["start_m"]
        if gate_s is not None:
            split["time_s"], since_s, at_s = (
                round(gate_s - at_s, 9),
                at_s,
                gate_s,
            )  # without the tail of binary fractions
            if split["time_s"] <= 0:
                _reject(one, f"has a gate at {gate_s:g} s, which does not come after {since_s:g} s", ledger)
                continue
        if split["distance_m"] <= 0 and gate_m is not None:
            _reject(one, f"has a gate at {gate_m:g} m, which does not lie behind {split['start_m']:g} m", ledger)
        elif split["distance_m"] < SLOWEST_M_S * split["time_s"]:
            speed_m_s = split["distance_m"] / split["time_s"]
            _reject(
                one, f"would be {speed_m_s:.2g} m/s over {split['distance_m']:g} m, slower than anybody goes", ledger
            )
        else:
            kept.append(replace(one, parts=one.parts | {"splits": split}))
    return kept


def _reject(one: Taken, check: str, ledger: Ledger) -> None:
    remedy = "Correct the distance or the time: of minutes and seconds, write 0:19:30 in a workbook."
    ledger.reject(one.row, [Problem(WHOLE_ROW, check, "", remedy)])
