"""Files that are written whole: the old one stands until the new one does, and nothing is left of what fails."""

import errno
import os
import stat

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
