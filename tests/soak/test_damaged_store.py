"""A damaged database or sample file is told in a sentence: by the doctor, and by whatever reads the damage."""

from collections import Counter

import numpy as np
import pytest
from soak_scale import times
from test_faults import workspace_of_alder, write_runs

from analysis.base.errors import WorkbookError
from analysis.base.tables import TABLES
from analysis.doctor import doctor
from analysis.store import DATABASE, SAMPLES, Store
from analysis.workspace import intake

PAGE_BYTES = 4096
pytestmark = pytest.mark.sqlite("damages the file")

STORED = [name for name in TABLES if name != "samples"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A workspace with runs, the bytes of its database, and what its tables say."""
    workspace = workspace_of_alder(tmp_path_factory.mktemp("sound"))
    write_runs(workspace.raw_folder, range(20))
    list(intake.ingest(workspace, intake.files_below([workspace.raw_folder])))
    said = workspace.store.frames(STORED)
    workspace.store.close()
    database = workspace.folder / workspace.config.store / DATABASE
    content = database.read_bytes()
    yield workspace, content, said
    with_database(database, content)


def with_database(database, content: bytes) -> None:
    """The database as one file, without a log."""
    for path in database.parent.glob(f"{DATABASE}*"):
        path.unlink()
    database.write_bytes(content)


def damaged(content: bytes, kind: str, random: np.random.Generator) -> bytes:
    data = bytearray(content)
    byte = int(random.integers(len(data)))
    page = byte - byte % PAGE_BYTES
    match kind:
        case "one bit":
            data[byte] ^= 1 << int(random.integers(8))
        case "16 bytes":
            data[byte : byte + 16] = random.bytes(16)
        case "a page of zeros":
            data[page : page + PAGE_BYTES] = bytes(PAGE_BYTES)
        case "a page of noise":
            data[page : page + PAGE_BYTES] = random.bytes(PAGE_BYTES)
        case "cut off":
            del data[page:]
    return bytes(data)


def advises(problem: WorkbookError) -> None:
    """The sentence ends with what to do."""
    assert "Restore a backup" in str(problem)


def noticed(folder, said) -> tuple[bool, bool]:
    """Whether a sentence tells the damage of the store in `folder`, and whether its tables say what they said."""
    try:
        store = Store.open(folder)
    except WorkbookError as problem:
        advises(problem)
        return True, False
    told = store.problems()
    try:
        now = store.frames(STORED)
    except WorkbookError as problem:
        advises(problem)
        now = None
    store.close()
    assert now is not None or told, "who reads the damage hears of it, the doctor does not"
    return bool(told), now is not None and all(said[name].equals(now[name]) for name in said)


@pytest.mark.parametrize("kind", ["one bit", "16 bytes", "a page of zeros", "a page of noise", "cut off"])
def test_a_damaged_database_is_told_in_a_sentence(sound, kind):
    workspace, content, said = sound
    database = workspace.folder / workspace.config.store / DATABASE
    found = Counter()
    for seed in range(times(8, 20, 1000)):
        with_database(database, damaged(content, kind, np.random.default_rng(seed)))
        found[noticed(database.parent, said)] += 1
    told, silent, harmless = found[True, False] + found[True, True], found[False, False], found[False, True]
    print(f"{kind}: {told} told, {harmless} in bytes that nothing uses, {silent} changed a value and were not told")
    if kind not in ("one bit", "16 bytes"):  # SQLite keeps no checksum of a value
        assert silent == 0


def test_the_doctor_tells_a_damaged_database_and_goes_on(sound):
    workspace, content, _ = sound
    database = workspace.folder / workspace.config.store / DATABASE
    with_database(database, content[:PAGE_BYTES] + bytes(len(content) - PAGE_BYTES))
    (told,) = [finding for finding in doctor(workspace.folder) if not finding.ok]
    assert told.detail.startswith(f"The database {database} is damaged")


@pytest.mark.parametrize("left", ["gone", "empty"])
def test_a_lost_database_is_not_taken_for_a_new_store(sound, left):
    workspace, content, _ = sound
    database = workspace.folder / workspace.config.store / DATABASE
    with_database(database, b"")
    if left == "gone":
        database.unlink()
    with pytest.raises(WorkbookError, match="gone or empty"):
        Store.open(database.parent)
    with_database(database, content)


def test_a_damaged_sample_file_is_told_by_its_reader_and_by_the_doctor(sound):
    workspace, content, said = sound
    folder = workspace.folder / workspace.config.store
    with_database(folder / DATABASE, content)
    store = Store.open(folder)
    held = said["sample_files"].iloc[0]
    path = folder / SAMPLES / held["path"]
    whole = path.read_bytes()
    records = whole[: -8 - int.from_bytes(whole[-8:-4], "little")]  # what follows says what is where, without checksum
    rows = store.samples(held["athlete_id"], held["session_id"])
    told, silent = 0, 0
    for seed in range(times(8, 20, 1000)):
        path.write_bytes(damaged(records, "one bit", np.random.default_rng(seed)) + whole[len(records) :])
        problems = store.problems()
        told += bool(problems)
        try:
            silent += not problems and not rows.equals(store.samples(held["athlete_id"], held["session_id"]))
        except WorkbookError as problem:
            advises(problem)
            silent += not problems
    path.write_bytes(whole)
    assert store.problems() == []
    store.close()
    print(f"one bit of a sample file: {told} told, {silent} changed a value and were not told")
    assert told
    assert silent == 0
