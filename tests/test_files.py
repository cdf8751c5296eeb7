"""Files that are written whole: the old one stands until the new one does, and nothing is left of what fails."""

import errno
import os
import stat
import sys

import pytest

from analysis.base import files


def test_a_disk_that_refuses_leaves_the_old_files_and_no_part(tmp_path, monkeypatch):
    first, second = tmp_path / "facts.json", tmp_path / "page.html"
    files.write_together({first: b"old", second: b"old"})
    synced = []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            files.write_together({first: b"new", second: b"new"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"facts.json": b"old", "page.html": b"old"}


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_file_is_its_owners_alone_unless_said_otherwise(tmp_path):
    files.write_whole(tmp_path / "erasing.json", b"{}")
    files.write_whole(tmp_path / "page.html", b"", files.OWNER_AND_GROUP)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"erasing.json": 0o600, "page.html": 0o640}


def test_what_a_killed_process_left_is_found_and_swept(tmp_path):
    left = tmp_path / ".page.html.abc.part"
    left.write_bytes(b"half")
    assert files.parts_below(tmp_path) == [left]
    files.sweep(tmp_path / "other.html")
    assert left.exists()
    files.sweep(tmp_path / "page.html")
    assert not left.exists()


def test_a_network_drive_that_syncs_no_folder_is_no_reason_to_fail(tmp_path, monkeypatch):
    def only_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", only_files)
    files.write_whole(tmp_path / "page.html", b"whole")
    assert (tmp_path / "page.html").read_bytes() == b"whole"


@pytest.mark.skipif(sys.platform != "linux", reason="which folder a handle is of is read as Linux tells it")
def test_a_name_is_on_disk_in_every_folder_that_is_new(tmp_path, monkeypatch):
    synced, fsync = set(), os.fsync

    def noted(handle: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    page = tmp_path / "reports" / "athlete_week" / "2026-06-07" / "alder1.html"
    files.write_whole(page, b"whole")
    assert {str(folder) for folder in [*page.parents][:4]} <= synced


def test_a_folder_takes_its_place_once_all_of_it_is_on_disk(tmp_path, monkeypatch):
    written, synced = tmp_path / ".again.part", []
    (written / "data").mkdir(parents=True)
    (written / "data" / "store.sqlite").write_bytes(b"rows")
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    inodes = {path.stat().st_ino for path in (written, *written.rglob("*"))}
    files.put_folder_in_place(written, tmp_path / "again")
    assert (tmp_path / "again" / "data" / "store.sqlite").read_bytes() == b"rows"
    assert not written.exists()
    if os.name == "posix":
        assert inodes <= set(synced)
        assert synced[-1] == tmp_path.stat().st_ino
