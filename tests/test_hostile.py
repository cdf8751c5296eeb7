"""Files made to break a reader: each is read or refused with a sentence, and refused before its work is done."""

import gzip
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import fit_writer as fw
import numpy as np
import own_samples
import pytest
from format_samples import ACCOUNTS
from mutation import mutated
from soak_scale import times

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import archives, files, registry
from analysis.ingest.days import apple_health
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import fit, fit_layout, gpx, tcx

OPTIONS = Options(config=Config(time_zone="Europe/Berlin"))


def read(reader: Reader, path: Path, content: bytes) -> Reading:
    path.write_bytes(content)
    return reader.read(path, OPTIONS)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sample"


# --- FIT: much work in few bytes ---


def layout(number: int, *fields: tuple[int, int, int]) -> bytes:
    """A definition of local message 0: fields as number, size, base type."""
    return struct.pack("<BBBHB", 0x40, 0, 0, number, len(fields)) + b"".join(map(bytes, fields))


def fit_file(body: bytes) -> bytes:
    """With zeros for a checksum; the reader says so and reads on."""
    return struct.pack("<BBHI4s", 12, 0x20, 2140, len(body), b".FIT") + body + bytes(2)


UINT8, UINT32 = 0x02, 0x86
TIME = (253, 4, UINT32)

CRAFTED_FIT = {
    "a million empty messages": (layout(fw.RECORD) + bytes(1_000_000), "messages"),
    "a new layout for every record": (
        b"".join(layout(fw.RECORD, *[(3, 1, UINT8)] * n) + bytes(1 + n) for n in range(256))
        + b"".join(
            layout(fw.RECORD, *[(7, 1, UINT8)] * n, (i, 1, UINT8)) + bytes(2 + n) for i in range(9) for n in range(99)
        ),
        "layouts",
    ),
    "laps without end": (layout(fw.LAP, TIME) + bytes(5) * 200_000, "values of laps"),
    "events without end": (layout(fw.EVENT, TIME, (0, 1, 0), (1, 1, 0)) + bytes(7) * 50_000, "values of laps"),
    "sessions without end": (layout(fw.SESSION, TIME) + bytes(5) * 5_000, "sessions"),
    "descriptions without end": (
        layout(206, (0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8)) + bytes((0, 0, 1, 2)) * 50_000,
        "values of laps",
    ),
    "records of lists": (
        layout(fw.RECORD, *[(number, 255, UINT8) for number in (3, 4, 5, 6, 7)]) + bytes(1 + 5 * 255) * 8_000,
        "values of records",
    ),
}


@pytest.mark.soak
@pytest.mark.parametrize(("body", "what"), CRAFTED_FIT.values(), ids=CRAFTED_FIT)
def test_a_fit_file_that_asks_for_too_much_is_refused(path, body, what):
    with pytest.raises(UnreadableFile, match=f"more than .* {what}"):
        read(fit.READER, path, fit_file(body))


def test_a_chain_of_countless_fit_files_is_refused(path):
    with pytest.raises(UnreadableFile, match="layouts"):
        read(fit.READER, path, fit_file(layout(fw.RECORD)) * 5_000)


def test_too_many_developer_fields_are_refused(path):
    writer = own_samples.file_id(fw.FitWriter())
    for number in range(fit_layout.MAX_DEVELOPER_FIELDS + 1):
        writer.developer_field(0, number, "uint8", "Power")
    with pytest.raises(UnreadableFile, match="developer fields"):
        read(fit.READER, path, writer.content())


def test_a_day_at_one_record_a_second_is_no_attack(path):
    body = layout(fw.RECORD, TIME, (3, 1, UINT8))
    begin = own_samples.fit_time(own_samples.START)
    body += b"".join(struct.pack("<BIB", 0, begin + second, 120) for second in range(86_400))
    assert read(fit.READER, path, fit_file(body)).dialect["records"] == 86_400


@pytest.mark.parametrize("size", [3, 0])
def test_a_field_whose_size_does_not_fit_its_type_is_missing(path, size):
    body = layout(fw.RECORD, TIME, (7, size, 0x84)) + struct.pack("<BI", 0, 10**9) + bytes(size)
    samples = next(iter(read(fit.READER, path, fit_file(body)).samples.values()))
    assert samples["power_w"].isna().all()


# --- XML: much work in few bytes ---


def test_more_tags_than_any_activity_has_are_refused_before_they_are_parsed(path):
    with pytest.raises(UnreadableFile, match="tags and attributes"):
        read(gpx.READER, path, b"<gpx>" + b"<a/>" * files.MAX_MARKS + b"<a/></gpx>")


def test_more_points_than_any_activity_has_are_refused(path, monkeypatch):
    monkeypatch.setattr(files, "MAX_ELEMENTS", 20)
    with pytest.raises(UnreadableFile, match="more than 20 points"):
        read(tcx.READER, path, own_samples.tcx().encode())


@pytest.mark.parametrize(
    "content",
    [
        b"<gpx>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</gpx>",
        b"<gpx><trk><name>" + b"a" * 20_000_000 + b"</name></trk></gpx>",
        b"<gpx><trk>&lt;&nothing;</trk></gpx>",
    ],
    ids=["deep", "one long text", "unknown entity"],
)
def test_xml_that_libxml2_limits_is_refused_with_a_sentence(path, content):
    with pytest.raises(UnreadableFile, match="damaged XML"):
        read(gpx.READER, path, content)


BILLION = b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


@pytest.mark.parametrize(("reader", "root"), [(gpx, b"gpx"), (tcx, b"TrainingCenterDatabase")])
def test_entities_that_multiply_are_refused_unread(path, reader, root):
    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        read(reader.READER, path, BILLION + b"]><" + root + b">&j;</" + root + b">")


# --- Apple Health ---


def apple(records: bytes, front: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>' + front + b'<HealthData locale="en_US">' + records + b"</HealthData>"
    )


MASS = (
    b'<Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale" unit="kg" value="72.5" '
    b'startDate="2026-01-05 07:00:00 +0100" endDate="2026-01-05 07:00:00 +0100"/>'
)


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"apple_health_export/{name}.xml", content)
    return path


def test_entities_of_a_health_export_stand_for_nothing(path):
    with pytest.raises(UnreadableFile, match="damaged XML"):
        read(apple_health.READER, path, apple(b"<Record type='&j;'/>", BILLION.partition(b"?>")[2] + b"]>"))


def test_a_second_declaration_of_a_health_export_is_refused(path):
    with pytest.raises(UnreadableFile, match=r"declares a document type|damaged XML"):
        read(apple_health.READER, path, apple(MASS, b"<!DOCTYPE HealthData [ ]><!DOCTYPE HealthData [ ]>"))


@pytest.mark.parametrize("front", [b"<!DOCTYPE HealthData [ <!ELEMENT", b"<!DOCTYPE HealthData SYSTEM 'file:///x'>"])
def test_a_declaration_without_an_end_is_refused(path, front):
    with pytest.raises(UnreadableFile, match="without an end"):
        read(apple_health.READER, path, apple(MASS, front))


def test_a_health_export_that_nests_without_end_is_refused(path):
    with pytest.raises(UnreadableFile, match="nests over"):
        read(apple_health.READER, path, apple(b"<a>" * 5_000))


def test_a_tag_without_end_is_refused_while_memory_lasts(path, monkeypatch):
    monkeypatch.setattr(apple_health, "MAX_TOKEN_BYTES", 2**21)
    with pytest.raises(UnreadableFile, match="tag or text of over"):
        read(apple_health.READER, path, apple(b'<Record type="' + b"a" * 2**23))


def test_an_archive_that_swells_is_refused_before_it_is_opened(path):
    with pytest.raises(UnreadableFile, match="would swell"):
        apple_health.read(zipped(path, export=apple(b" " * 2**26)), OPTIONS)


def test_an_archive_in_an_archive_is_not_opened(path, tmp_path):
    inner = zipped(tmp_path / "inner", export=apple(MASS)).read_bytes()
    with pytest.raises(UnreadableFile, match="damaged XML"):
        apple_health.read(zipped(path, export=inner), OPTIONS)


def test_an_archive_without_records_is_refused(path):
    with pytest.raises(UnreadableFile, match=r"holds no apple_health_export/export\.xml"):
        apple_health.read(zipped(path, export_cda=apple(MASS)), OPTIONS)


def test_a_damaged_archive_is_refused(path):
    content = bytearray(zipped(path, export=apple(MASS * 500)).read_bytes())
    content[80:120] = bytes(40)
    with pytest.raises(UnreadableFile, match="damaged"):
        read(apple_health.READER, path, bytes(content))


@pytest.mark.soak
def test_the_memory_of_a_large_health_export_stays_flat(path):
    """50 MB of heart rates with a little body mass among them, in a process of its own."""
    beat = MASS.replace(b"BodyMass", b"HeartRate")
    with path.open("wb") as file:
        file.write(b"<HealthData>")
        for _ in range(2_000):
            file.write(beat * 150 + MASS)
        file.write(b"</HealthData>")
    script = (
        "import resource, sys; from pathlib import Path; from analysis.ingest import apple_health\n"
        "from analysis.ingest.reading import Options\n"
        "kib = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = kib(); reading = apple_health.read(Path(sys.argv[1]), Options())\n"
        "print(reading.dialect['records'], len(reading.tables['trials']), kib() - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    records, trials, grown_kib = map(int, done.stdout.split())
    assert path.stat().st_size > 50_000_000
    assert (records, trials) == (2_000 * 151, 2_000)
    assert grown_kib < 20_000


# --- anything at all ---


def apple_sample() -> bytes:
    run = (
        b'<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30" durationUnit="min" '
        b'totalDistance="5" totalDistanceUnit="km" '
        b'startDate="2026-01-05 07:00:00 +0100" endDate="2026-01-05 07:31:00 +0100"></Workout>'
    )
    asleep = (
        b'<Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisAsleepREM" '
        b'startDate="2026-01-05 23:00:00 +0100" endDate="2026-01-06 06:30:00 +0100"/>'
    )
    return apple(MASS + run + asleep, b"<!DOCTYPE HealthData [<!ELEMENT HealthData (Record*)>]>")


def apple_zip(folder: Path) -> bytes:
    return zipped(folder / "whole.zip", export=apple_sample()).read_bytes()


def account(folder: Path) -> bytes:
    path = folder / "account.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ACCOUNTS.values():
            archive.writestr(f"account/{name}", text)
        archive.writestr("account/a.fit", own_samples.run().content())
    return path.read_bytes()


SEEDS: dict[str, tuple[Reader, Callable[[Path], bytes]]] = {
    "fit": (fit.READER, lambda _: own_samples.run().content() + own_samples.strength().content()),
    "tcx": (tcx.READER, lambda _: own_samples.tcx().encode()),
    "gpx": (gpx.READER, lambda _: own_samples.gpx(times=True).encode()),
    "fit.gz": (fit.READER, lambda _: gzip.compress(own_samples.run().content(), mtime=0)),
    "gpx.gz": (gpx.READER, lambda _: gzip.compress(own_samples.gpx(times=True).encode(), mtime=0)),
    "apple": (apple_health.READER, lambda _: apple_sample()),
    "apple zip": (apple_health.READER, apple_zip),
    **{
        reader.name: (reader, lambda _, text=ACCOUNTS[reader.name][1]: text.encode())
        for reader in registry.readers()
        if reader.name in ACCOUNTS
    },
    "archive": (archives.READER, account),
}


def outcomes(name: str, path: Path, seeds: range) -> list[str]:
    """What became of each mutated file; anything but a reading or a refusal in words is raised."""
    reader, seed_content = SEEDS[name]
    whole = seed_content(path.parent)
    found = []
    for seed in seeds:
        try:
            read(reader, path, mutated(whole, np.random.default_rng(seed)))
            found.append("read")
        except UnreadableFile:
            found.append("refused")
    return found


@pytest.mark.scaled
@pytest.mark.parametrize("name", SEEDS)
def test_a_mutated_file_is_read_or_refused(name, path):
    many = times(100, 300, 1_500)
    found = outcomes(name, path, range(many))
    print(f"{name}: {found.count('read')} read, {found.count('refused')} refused")
    assert len(found) == many
