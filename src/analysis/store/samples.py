"""The files of watch records: one Parquet file an athlete and taken-in file, beside the database."""

import io
import os
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.base.errors import WorkbookError
from analysis.base.files import OWNER_AND_GROUP, write_whole
from analysis.store import object_store
from analysis.store.database import damaged, unwritten

SAMPLES = "samples"
_AT_ONCE = 64  # files on their way to or from an object store


@dataclass(frozen=True, eq=False)
class SampleFiles:
    """The folder of the sample files; paths are those below it, which is how the database names them."""

    filesystem: fsspec.AbstractFileSystem
    folder: str

    @classmethod
    def below(cls, url: str) -> "SampleFiles":
        """In a folder of this machine, or of an object store.

        Raises ConfigProblem where an address cannot be used.
        """
        return cls(*(object_store.opened(url) if "://" in url else fsspec.core.url_to_fs(url)))

    @property
    def _is_here(self) -> bool:
        return "file" in self.filesystem.protocol

    def unproven(self) -> list[str]:
        """Where what was deleted may still stand, out of the workbook's sight."""
        return [] if self._is_here else ["copies and logs of the object store, beyond the versions that it lists"]

    def write(self, sha256: str, athlete_id: str, frame: pd.DataFrame) -> str:
        """Write and sync the samples of one athlete in one file; returns its path.

        One that is there already, as of a file that is read again, stays as it is: the new one gets a name beside it.
        Raises WorkbookError where the disk does not take them.
        """
        path = f"athlete_id={athlete_id}/{sha256}.parquet"
        if self.exists(path):
            path = f"athlete_id={athlete_id}/{sha256}.{secrets.token_hex(4)}.parquet"
        buffer = io.BytesIO()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
        try:
            if self._is_here:
                write_whole(Path(self._place(path)), buffer.getbuffer(), OWNER_AND_GROUP)
            else:
                self.filesystem.pipe(self._place(path), buffer.getvalue())  # an object store publishes whole objects
        except OSError as problem:
            raise unwritten(self._place(path), problem.strerror or problem) from problem
        return path

    def read(self, path: str, session_id: str | None = None) -> pd.DataFrame:
        """Rows of a sample file; raises WorkbookError where it is gone, or is not as it was written."""
        try:
            return sample_rows(self._place(path), session_id, self.filesystem)
        except FileNotFoundError:
            raise WorkbookError(
                f"The sample file {path} is gone. Restore a backup, or ingest its file again."
            ) from None
        except (OSError, LookupError, TypeError, ValueError) as problem:  # also of what Parquet says about itself
            raise damaged(f"The sample file {path}", problem) from problem

    def lacks(self, path: str, rows: int) -> str:
        """What is wrong with a sample file that should hold so many rows; nothing where it is sound."""
        try:
            found = len(self.read(path))
        except WorkbookError as problem:
            return str(problem)
        return "" if found == rows else f"The sample file {path} has {found} rows, not {rows}. Restore a backup."

    def hand_out(self, paths: Collection[str], folder: Path) -> None:
        """Put sample files into another folder, under their own names; of an object store many at a time."""
        places = {self._place(path): str(folder / Path(path).name) for path in paths}
        if not self._is_here:
            self.filesystem.get([*places], [*places.values()])
            return
        for place, target in places.items():
            try:
                os.link(place, target)  # a sample file is never written again: a new one takes its name
            except OSError:
                self.filesystem.get(place, target)

    def at(self, path: str, folder: Path) -> Path:
        """Where a file can be read: in its place on this machine, else a copy below `folder`."""
        if self._is_here:
            return Path(self._place(path))
        copy = folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        self.filesystem.get_file(self._place(path), str(copy))
        return copy

    def take(self, paths: Iterable[str], other: "SampleFiles") -> None:
        """Copies of another store's files under the same paths, of or to an object store many at a time.

        Raises WorkbookError where one did not arrive as it left.
        """
        waiting = sorted(paths)
        while waiting:
            some, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            contents = other._contents(some)
            for folder in {self._place(path).rpartition("/")[0] for path in some}:
                self.filesystem.makedirs(folder, exist_ok=True)
            self.filesystem.pipe({self._place(path): content for path, content in contents.items()})
            arrived = self._contents(some)
            for path in some:
                if arrived[path] != contents[path]:
                    raise WorkbookError(f"The sample file {path} did not arrive as it left. Nothing was copied.")

    def _contents(self, paths: Collection[str]) -> dict[str, bytes]:
        found: Any = self.filesystem.cat([self._place(path) for path in paths])
        return {path: found[self._place(path)] for path in paths}

    def forget(self, athlete_id: str) -> None:
        """Delete the files of one athlete, and their folder, whose name has the id."""
        folder = self._place(f"athlete_id={athlete_id}")
        if not self._is_here:
            return object_store.delete_all_versions(self.filesystem, folder)
        if self.filesystem.exists(folder):
            self.filesystem.rm(folder, recursive=True)

    def delete(self, path: str) -> None:
        self.filesystem.rm(self._place(path))

    def exists(self, path: str) -> bool:
        return self.filesystem.exists(self._place(path))

    def paths(self) -> set[str]:
        """All files that are there."""
        found = self.filesystem.find(self.folder) if self.filesystem.exists(self.folder) else []
        return {path[len(self.folder) + 1 :] for path in found}

    def _place(self, path: str) -> str:
        return f"{self.folder}/{path}"


def sample_rows(
    path: str, session_id: str | None = None, filesystem: fsspec.AbstractFileSystem | None = None
) -> pd.DataFrame:
    """The rows of a sample file: of one session in order of time, or all as they lie there.

    Raises OSError or ValueError where a checksum in it does not hold.
    """
    with pq.ParquetFile(path, filesystem=filesystem, page_checksum_verification=True) as file:
        rows = file.read(use_threads=False)  # few records: threads and the reader of many files cost more than they do
    if session_id is None:
        return rows.to_pandas(use_threads=False)
    of_session = rows.filter(pc.call_function("equal", [rows["session_id"], pa.scalar(session_id)]))
    in_order = np.lexsort((of_session["seq"].to_numpy(), of_session["t_s"].to_numpy()))
    return of_session.take(in_order).to_pandas(use_threads=False)
