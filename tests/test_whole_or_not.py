"""Through the whole door: whatever is wrong with a file, it is stored whole or not at all."""

import gzip
import io
import json
import zipfile
from collections import Counter

import fit_writer as fw
import numpy as np
import own_samples
import pytest
import workbooks
from drop_folder import BAR_SPEED, ROSTER, drop, strong, strong_row, workspace
from format_samples import ACCOUNTS, FILES, UNITS, WITHOUT_HEADER
from motions import RDL
from mutation import mutated
from soak_scale import times
from test_mapping import ROWS, TEMPLATES
from test_tables_in import LOGS

from analysis.base.tables import TABLES
from analysis.ingest import files, registry
from analysis.store import sha256_of
from analysis.workspace import intake

STORED = [name for name in TABLES if name != "samples"]
CONFIG = 'squad = "Grove"\ntime_zone = "Europe/Berlin"\nload_unit = "kg"\ndistance_unit = "km"\n[units]\n'
CONFIG += "".join(f'"{header}" = "{unit}"\n' for header, unit in UNITS.items())


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def workbook_of_speeds() -> bytes:
    cells = ("Alder", "2026-06-01", "Deadlift", "1")
    rows = (workbooks.row(n + 1, *cells, str(n), "60", f"0.{70 - n}") for n in range(2, 30))
    content = io.BytesIO()
    workbooks.bar_speed(content, "".join(rows))
    return content.getvalue()


def table(rows: list[list[str]]) -> bytes:
    return "".join(f"{','.join(row)}\n" for row in rows).encode()


STRAVA = FILES["strava"][0][1].encode()
VALD = {
    **{"profileId": "p-1", "testDateUtc": "2026-03-02T10:00:00.000Z", "testTypeName": "Nordic"},
    **{"leftMaxForce": 310.5, "leftRepetitions": 3, "rightMaxForce": 300, "rightRepetitions": 3},
}
APPLE = (
    b'<?xml version="1.0" encoding="UTF-8"?><HealthData locale="en_US">'
    b'<Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale" unit="kg" value="72.5" '
    b'startDate="2026-01-05 07:00:00 +0100" endDate="2026-01-05 07:00:00 +0100"/></HealthData>'
)
# a file of every format there is, by a name that it may have
WHOLE = {
    "run.fit": own_samples.run().content() + own_samples.strength().content(),
    "run.fit.gz": gzip.compress(own_samples.run().content(), mtime=0),
    "run.tcx": own_samples.tcx().encode(),
    "run.gpx": own_samples.gpx(times=True).encode(),
    "export.xml": APPLE,
    "export.zip": zipped({"apple_health_export/export.xml": APPLE}),
    "strava.zip": zipped({"activities.csv": STRAVA, "activities/9001.gpx": own_samples.gpx(times=True).encode()}),
    "strong.csv": strong(*(strong_row(f"2026-06-{day:02d}", load=90 + day) for day in range(1, 8))).encode(),
    "bar_speed.csv": (
        BAR_SPEED + "".join(f"Alder,2026-06-01,Deadlift,1,{n},100,0.{60 - n}\n" for n in range(1, 9))
    ).encode(),
    "book.xlsx": workbook_of_speeds(),
    **{f"{name}_{n}.csv": text.encode() for name, texts in LOGS.items() for n, text in enumerate(texts)},
    **{f"{name}.csv": table([TEMPLATES[name], *rows]) for name, rows in ROWS.items()},
    **{name: text.encode() for files in FILES.values() for name, text in files},
    **{name: text.encode() for name, text in WITHOUT_HEADER.items()},
    "rdl_2026-03-02_80kg.mot": RDL.encode(),
    "vald.json": json.dumps([dict.fromkeys(("profileId", "x"), "p"), VALD]).encode(),
    **{name: text.encode() for name, text in ACCOUNTS.values()},
    "account.zip": zipped({name: text.encode() for name, text in ACCOUNTS.values()}),
}


def test_there_is_a_file_of_every_format(tmp_path):
    readers = set()
    for name, content in WHOLE.items():
        path = tmp_path / name
        path.write_bytes(content)
        readers.add(next(reader.name for reader in registry.readers() if reader.recognises(path, files.head_of(path))))
    others = {"form_answers"}  # which come opened from a letter, and are whole by its signature
    assert readers == {reader.name for reader in registry.readers()} - others


@pytest.fixture
def squad(tmp_path):
    """A workspace with the athlete Alder."""
    opened = workspace(tmp_path / "squad", CONFIG)
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report body_mass,,\n")
    assert [outcome.state for outcome in taken(opened, opened.raw_folder)] == ["taken"]
    yield opened
    opened.store.close()


def taken(squad, *paths):
    return list(intake.ingest(squad, intake.files_below(paths)))


def damaged(squad, name: str, seed: int):
    path = drop(squad.folder, f"Alder/{seed:04d}_{name}", "")
    path.write_bytes(mutated(WHOLE[name], np.random.default_rng(seed)))
    return path


def rows(squad) -> dict[str, int]:
    return {name: squad.store.count(name)[0][0] for name in STORED}


def broken_rows(squad) -> dict[str, list[str]]:
    """What the canonical tables refuse of the stored rows, and rows of a file or a session that is not there."""
    frames = squad.store.frames(STORED)
    found = {name: TABLES[name].failures(frame)["check"].tolist() for name, frame in frames.items()}
    for name, frame in frames.items():
        for column, home in (("file_no", "files"), ("session_id", "sessions")):
            if column in frame and name != home:
                strangers = set(frame[column].dropna()) - set(frames[home][column])
                found[name] += [f"{column} {stranger} is not there" for stranger in strangers]
    return {name: what for name, what in found.items() if what}


def lost_samples(squad) -> list[str]:
    """Sessions of which other records are there than the store says."""
    held = squad.store.frame("sample_files").merge(squad.store.frame("files")[["sha256", "file_no"]], on="sha256")
    said = held.sort_values("file_no").groupby(["athlete_id", "session_id"])["rows"].last()
    return [session for (athlete, session), n in said.items() if len(squad.store.samples(athlete, session)) != n]


@pytest.mark.soak
def test_a_damaged_file_leaves_all_of_it_or_nothing(squad):
    states = Counter()
    for seed in range(times(60, 120, 5_000)):
        path = damaged(squad, list(WHOLE)[seed % len(WHOLE)], seed)
        before = rows(squad)
        (outcome,) = taken(squad, path)
        states[outcome.state] += 1
        kept = sha256_of(path) in {sha256 for (sha256,) in squad.store.values("files", "sha256")}
        assert kept == (outcome.state != "failed")
        assert squad.store.sweep() == [], "samples that no row names"
        if outcome.state == "failed":
            assert outcome.error.endswith(".")
            assert rows(squad) == before
            states["broken"] += "broke the workbook" in outcome.error
            states["died apart"] += "the process that read it" in outcome.error
    print(dict(states))
    assert {"taken", "failed"} <= states.keys() <= {"taken", "known", "waiting", "failed", "broken", "died apart"}
    assert broken_rows(squad) == {}
    assert lost_samples(squad) == []
    assert squad.store.problems() == []


def scale_file(at_s: int, mass_hundredths: int) -> bytes:
    """A scale's file with one reading, in seconds of the FIT clock."""
    writer = own_samples.file_id(fw.FitWriter(), kind=9)
    return writer.message(30, (253, "uint32", at_s), (0, "uint16", mass_hundredths)).content()


def test_two_files_of_a_scale_on_one_day_are_two_readings_and_each_again_is_known(squad):
    for name, at_s, mass in (("a", 1_140_000_000, 7250), ("b", 1_140_000_600, 7240)):
        drop(squad.folder, f"Alder/{name}.fit", "").write_bytes(scale_file(at_s, mass))
    assert {outcome.rows_revised for outcome in taken(squad, squad.raw_folder)} == {0}
    trials = squad.athlete("alder1").trials
    assert trials["value"].tolist() == [72.5, 72.4]
    assert trials["local_date"].nunique() == 1
    drop(squad.folder, "Alder/both.fit", "").write_bytes(
        scale_file(1_140_000_000, 7250) + scale_file(1_140_000_600, 7240)
    )
    (again,) = taken(squad, squad.raw_folder / "Alder" / "both.fit")
    assert (again.rows_new, again.rows_known, again.rows_revised) == (0, 2, 0)
