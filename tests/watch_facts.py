"""What the facts of samples of watches and rings say beside those of any table: by folder, fact -> how it is compared.

`spots` of the JSON of single activities are compared where we take them.
"""

import re
from typing import Any

import pandas as pd
import pytest
from facts import Fact, Sample, counted, same, table

_SPAN = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")


def _near(found: object, expected: float) -> str | None:
    return None if found == pytest.approx(expected, rel=1e-4) else repr(found)


def _derived(sample: Sample, expected: dict[str, float]) -> str | None:
    """The first activity of the list; energy is not taken."""
    run = table(sample, "runs").query("row_no == 1").iloc[0]
    return _near([run["distance_m"], run["timer_s"]], [expected["distance_m"], expected["duration_s"]])


def _types(sample: Sample, expected: dict[str, int]) -> str | None:
    """Only what is endurance or covers a distance is among the runs; all are sessions."""
    runs = table(sample, "runs")["sport"].value_counts().to_dict()
    more = {name: n for name, n in runs.items() if n > expected.get(name, 0)}
    return repr(more) if more else same(len(table(sample, "sessions")), sum(expected.values()))


def _offsets_h(sample: Sample, expected: list[float]) -> str | None:
    return same(sorted(set(table(sample, "sessions")["utc_offset_s"] / 3600)), sorted(expected))


def _start_utc(sample: Sample, expected: str) -> str | None:
    return same(table(sample, "sessions")["start_utc"][0], pd.Timestamp(expected))


def _values(sample: Sample, column: str) -> list[float]:
    """What the reading has in a column, of records and of runs."""
    recorded = [value for frame in sample.read.samples.values() for value in frame[column].dropna()]
    means = table(sample, "runs").get("mean_heart_rate_bpm") if column == "heart_rate_bpm" else None
    return recorded + ([] if means is None else means.dropna().tolist())


def _spot(sample: Sample, path: str, value: Any) -> str | None:
    session = table(sample, "sessions").iloc[0]
    where = path.lower()
    if where.endswith("duration"):
        parts = _SPAN.fullmatch(value) if isinstance(value, str) else None
        stated_s = (
            sum(float(part or 0) * s for part, s in zip(parts.groups(), (3600, 60, 1), strict=True)) if parts else value
        )
        return _near(session["duration_s"], stated_s)
    if "heartrate" in where or where.startswith("heart_rate"):
        found = _values(sample, "heart_rate_bpm")
        return None if not found or any(one == pytest.approx(value, abs=1) for one in found) else repr(found)
    if "speed" in where:
        found = _values(sample, "speed_m_s")
        return None if any(one == pytest.approx(value / 3.6) for one in found) else repr(found)
    if where.endswith("sport"):
        return same(table(sample, "runs")["sport"].str.upper().tolist(), [str(value).upper()])
    return None  # as energy, which is not taken


def _spots(sample: Sample, expected: list[dict[str, Any]]) -> str | None:
    wrong = {spot["path"]: found for spot in expected if (found := _spot(sample, spot["path"], spot["value"]))}
    return repr(wrong) if wrong else None


def _offset_min(sample: Sample, expected: float) -> str | None:
    return same(table(sample, "sessions")["utc_offset_s"][0], expected * 60.0)


def _heart_rates(sample: Sample, expected: int) -> str | None:
    return same(len(_values(sample, "heart_rate_bpm")), expected)


FORMATS: dict[str, dict[str, Fact]] = {
    "garmin_archive": {"derived_row_0": _derived, "activity_types": _types, "local_minus_utc_h": _offsets_h},
    "polar": {
        **{name: counted(name) for name in ("exercises", "sample_channels")},
        **{"spots": _spots, "utc": _start_utc, "utc_offset_min": _offset_min},
    },
    "suunto": {
        **{name: counted(name) for name in ("logs", "samples", "windows")},
        **{"spots": _spots, "samples_with_HR": _heart_rates},
    },
    **{name: {} for name in ("fitbit", "oura", "samsung_health")},
}
