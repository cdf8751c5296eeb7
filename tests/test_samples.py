"""Every file of a folder of samples against facts that others found: $SAMPLES_DIR, else the small one beside this.

The folder's `expected.json` maps a path to facts: of what a decoder counts in a format (`CHECKS` here), of the form of
a table (`sample_tables.py`), or, where it has `spots`, of any table (`sample_facts.py`). A file is read or refused with
a sentence; what is read agrees with the facts. A difference whose cause is understood stands in
`known_differences.toml`; once it is gone, it must go there.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import own_samples
import pandas as pd
import pytest
import sample_facts
import sample_tables

from analysis.base.errors import WorkbookError
from analysis.base.tables import TABLES
from analysis.ingest import binding
from analysis.ingest.days import apple_health
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import fit, gpx, tcx

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("SAMPLES_DIR") or own_samples.FOLDER)
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
KNOWN = tomllib.loads((HERE / "known_differences.toml").read_text(encoding="utf-8"))["difference"]

# what the facts say about the decoders that found them, not about the file
ABOUT_DECODERS = {"decoder_errors", "n_independent_decoders_agree", "note", "sdk_reported_errors", "session_note"}

Facts = dict
Differences = dict[str, str]


def differs(got: float | None, expected: float | None) -> bool:
    """True beyond 0.5 % and beyond 1 unit; a number that nobody expected is no difference."""
    if expected is None:
        return False
    return got is None or pd.isna(got) or abs(got - expected) > max(1.0, 0.005 * abs(expected))


def utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def starts(reading: Reading) -> list[datetime | None]:
    sessions = reading.tables.get("sessions", pd.DataFrame({"start_utc": []}))
    return [None if pd.isna(start) else start.to_pydatetime() for start in sessions["start_utc"]]


def counts(reading: Reading, facts: Facts, names: dict[str, str]) -> Differences:
    """Counts of the reading's dialect (values of `names`) against the facts (keys)."""
    pairs = {fact: (reading.dialect.get(name), facts[fact]) for fact, name in names.items() if fact in facts}
    return {fact: f"{got}, expected {expected}" for fact, (got, expected) in pairs.items() if got != expected}


def fit_differences(reading: Reading, facts: Facts) -> Differences:
    names = {"records": "records", "laps": "laps", "sets": "sets", "sessions": "sessions"}
    found = counts(reading, facts, names | {"hrv_msgs": "hrv", "dev_field_values": "developer_values"})
    sampled = sum(map(len, reading.samples.values())) + reading.dialect.get("records_without_time", 0)
    if sampled != reading.dialect["records"]:
        found["samples"] = f"{sampled} of {reading.dialect['records']} records"
    splits = len(reading.tables.get("splits", ()))
    if splits != reading.dialect["laps"]:
        found["splits"] = f"{splits} of {reading.dialect['laps']} laps"
    for i, session in enumerate(facts.get("session_list", [])):
        found |= {f"session_list.{i}.{name}": text for name, text in session_differences(reading, i, session).items()}
    return found


def session_differences(reading: Reading, i: int, expected: Facts) -> Differences:
    sessions = reading.tables.get("sessions", pd.DataFrame())
    if i >= len(sessions):
        return {"session": "missing"}
    session = sessions.iloc[i]
    found = {}
    if expected["start"].isdigit():  # seconds since the watch was switched on: no date is known
        if starts(reading)[i] is not None:
            found["start"] = f"{starts(reading)[i]}, expected none"
    elif starts(reading)[i] != utc(expected["start"]):
        found["start"] = f"{starts(reading)[i]}, expected {expected['start']}"
    runs = reading.tables.get("runs", pd.DataFrame({"session_key": []}))
    run = runs[runs["session_key"] == session["session_key"]]
    stated = run.iloc[0] if len(run) else {"elapsed_s": session["duration_s"], "timer_s": expected["timer_s"]}
    for name in ("distance_m", "elapsed_s", "timer_s"):
        if differs(stated.get(name), expected[name]):
            found[name] = f"{stated.get(name)}, expected {expected[name]}"
    if len(run) and stated["sport"] != expected["sport"]:
        found["sport"] = f"{stated['sport']}, expected {expected['sport']}"
    return found


def tcx_differences(reading: Reading, facts: Facts) -> Differences:
    found = counts(reading, facts, {name: name for name in ("activities", "laps", "trackpoints")})
    sessions = reading.tables.get("sessions", pd.DataFrame({"session_key": []}))
    ids = [utc(key.partition(" #")[0]) for key in sessions["session_key"]]
    if ids != [utc(text) for text in facts.get("ids", [])]:
        found["ids"] = f"{[str(i) for i in ids]}, expected {facts['ids']}"
    distance_m = reading.tables["runs"]["distance_m"].sum() if "runs" in reading.tables else 0.0
    if differs(distance_m, facts.get("sum_lap_distance_m")):
        found["sum_lap_distance_m"] = f"{distance_m}, expected {facts['sum_lap_distance_m']}"
    return found


def gpx_differences(reading: Reading, facts: Facts) -> Differences:
    names = {"trk": "tracks", "trkseg": "segments", "trkpt": "trackpoints", "gpxpy_points": "trackpoints"}
    found = counts(reading, facts, names | {"with_time": "with_time"})
    routed = reading.dialect.get("route_points", 0)
    if routed != facts.get("rtept", routed):
        found["rtept"] = f"{routed}, expected {facts['rtept']}"
    start = next(iter(starts(reading)), None)
    expected = None if facts.get("start") in (None, "None") else utc(facts["start"])
    if start != expected:
        found["start"] = f"{start}, expected {expected}"
    distance_m = reading.tables["runs"]["distance_m"].sum() if "runs" in reading.tables else 0.0
    if differs(distance_m, facts.get("gpxpy_length_2d_m")):
        found["gpxpy_length_2d_m"] = f"{distance_m}, expected {facts['gpxpy_length_2d_m']}"
    return found


def apple_differences(reading: Reading, facts: Facts) -> Differences:
    """The facts count every element; ours are those that hold something of the athlete's training."""
    elements = facts["elements"]
    expected = {"records": elements.get("Record", 0), "workouts": elements.get("Workout", 0)}
    return counts(reading, expected, {name: name for name in expected})


class Format:
    """A watch format: who reads it, which facts the check knows, and how they are compared."""

    def __init__(self, reader: Reader, compare: Callable[[Reading, Facts], Differences], facts: str):
        self.reader, self.compare, self.facts = reader, compare, set(facts.split())

    def disagreements(self, path: Path, facts: Facts) -> Differences:
        """What differs between the file and the facts, by the name of the fact."""
        unknown = facts.keys() - self.facts - ABOUT_DECODERS
        found = {f"unknown fact {name}": str(facts[name]) for name in sorted(unknown)}
        try:
            reading = self.reader.read(path, Options())
        except WorkbookError as refusal:
            held = any(facts.get(name) for name in self.facts if isinstance(facts.get(name), (int, float, dict)))
            return found | ({"refused": str(refusal)} if held else {})
        return found | self.compare(reading, facts) | canonical_failures(reading)


def canonical_failures(reading: Reading) -> Differences:
    """Cells that the canonical tables refuse, once the rows belong to somebody; a missing date is the file's own."""
    bound = binding.bind(reading, binding.Names({("*", "alder"): "k3vd"}), "alder")
    failures = {}
    for name, frame in bound.tables.items():
        table = TABLES[name]
        cells = table.failures(table.coerce(frame.assign(file_no=1)))
        undated = (cells["column"] == "local_date") & (cells["check"] == "is missing")
        failures |= {f"{name}.{row.column}": row.check for row in cells[~undated].itertuples()}
    return failures


FIT_FACTS = "records laps sets sessions hrv_msgs dev_field_values session_list"
GPX_FACTS = "trk trkseg trkpt with_time rtept start gpxpy_length_2d_m gpxpy_points"
TCX_FACTS = "activities ids laps sum_lap_distance_m trackpoints"
WATCHES = {
    "fit": Format(fit.READER, fit_differences, FIT_FACTS),
    "tcx": Format(tcx.READER, tcx_differences, TCX_FACTS),
    "gpx": Format(gpx.READER, gpx_differences, GPX_FACTS),
    "xml": Format(apple_health.READER, apple_differences, "elements"),
}


# by format: what compares a file with its facts
CHECKS: dict[str, Callable[[Path, Facts], Differences]] = {
    **{name: watch.disagreements for name, watch in WATCHES.items()},
    **dict.fromkeys(("csv", "tsv", "txt", "xlsx", "xlsm"), sample_tables.disagreements),
}


def format_of(name: str) -> str:
    """The format by the ending, whatever it is packed in."""
    return name.lower().removesuffix(".gz").rpartition(".")[2]


def check_of(name: str) -> Callable[[Path, Facts], Differences]:
    """What compares a file with its facts: by its format, else by the facts that hold for any table."""
    checks = {} if "spots" in EXPECTED[name] else CHECKS
    return checks.get(format_of(name), sample_facts.disagreements)


def sample_names() -> Iterable[str]:
    return sorted(EXPECTED)


@pytest.mark.parametrize("name", sample_names())
def test_a_sample_is_read_as_others_read_it(name):
    path = FOLDER / name
    found = check_of(name)(path, EXPECTED[name])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = {entry["field"] for entry in KNOWN if entry["sha256"] == digest}
    assert {field: text for field, text in found.items() if field not in known} == {}
    assert known - found.keys() == set(), "these known differences are gone; take them out of known_differences.toml"


def test_every_known_difference_tells_its_cause():
    assert all(len(entry["sha256"]) == 64 and entry["field"] and len(entry["cause"]) > 20 for entry in KNOWN)


def test_our_own_samples_are_what_their_script_writes(tmp_path):
    own_samples.write(tmp_path)
    written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    kept = {p.relative_to(own_samples.FOLDER): p.read_bytes() for p in own_samples.FOLDER.rglob("*") if p.is_file()}
    assert written.keys() == kept.keys()
    assert [path for path, data in written.items() if data != kept[path]] == []


def test_a_fact_that_no_check_knows_is_reported():
    path = own_samples.FOLDER / "gpx" / "no_times.gpx"
    assert "unknown fact colour" in WATCHES["gpx"].disagreements(path, {"colour": "red", "start": "None"})


TABLE = "date,item,value,direction\n2026-03-02,soreness,3,lower_better\n2026-03-04,soreness,2,lower_better\n"
FACTS = {
    "columns": 4,
    "rows": 2,
    "date_column": "date",
    "date_first": {"as_written": "2026-03-02", "iso": "2026-03-02T00:00:00"},
    "date_last": {"as_written": "2026-03-04", "iso": "2026-03-04T00:00:00"},
    "spots": [{"column": "value", "data_row": 1, "value": 2}],
}


@pytest.mark.parametrize(
    ("changed", "differs_in"),
    [
        ({}, set()),
        ({"rows": 3}, {"rows"}),
        ({"date_last": "2026-03-05"}, {"date_last"}),
        ({"spots": [{"column": "value", "data_row": 1, "value": "3"}]}, {"spots"}),
        ({"colour": "red"}, {"unknown fact colour"}),
    ],
)
def test_facts_of_any_table_are_compared_and_a_strange_one_is_told(tmp_path, changed, differs_in):
    path = tmp_path / "answers.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert sample_facts.disagreements(path, FACTS | changed).keys() == differs_in


def test_a_cell_that_only_we_refuse_is_a_difference(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(TABLE.replace("soreness,2", "soreness,two"), encoding="utf-8")
    assert sample_facts.disagreements(path, FACTS).keys() == {"rejects", "spots"}


@pytest.mark.parametrize("folder", ["wellness_forms", "other"])
def test_a_form_of_somebodys_own_is_read_by_the_mapping_that_is_proposed(tmp_path, folder):
    path = tmp_path / folder / "antworten.csv"
    path.parent.mkdir()
    path.write_text("Datum,Name,RPE,Dauer\n2026-03-02,Alder,6,70\n2026-03-04,Birch,8,50\n", encoding="utf-8")
    facts = {"rows": 2, "athletes": 2, "sessions": 2, "date_last": "2026-03-04"}
    assert sample_facts.disagreements(path, facts).keys() == ({"unread"} if folder == "other" else set())


def test_a_sample_that_no_reader_knows_is_a_difference(tmp_path):
    path = tmp_path / "strange.csv"
    path.write_text("colour,shade\nred,dark\n", encoding="utf-8")
    assert sample_facts.disagreements(path, {"rows": 1}).keys() == {"unread"}
