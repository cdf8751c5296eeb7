"""A bundle: what one athlete's page may see of a workspace, in a folder of its own that can travel.

`open_workspace` opens one as it opens a workspace with a store, so a notebook knows no difference, while nobody else's
data is in reach of what it opens. It holds the stored tables as Arrow files, the newest watch records of each session
as Parquet, the configuration without its plan of reports (which may name others), and what was added to the catalogue.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from analysis.config import Config
from analysis.errors import UsageProblem
from analysis.store import Store, sample_rows
from analysis.tables import TABLES

NAME = "bundle.json"
VERSION = 1

_FRAMES, _SAMPLES = "frames", "samples"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle as its reader sees it: the reading half of a store, of one athlete."""

    folder: Path
    athlete_id: str
    config: Config
    sample_files: dict[str, str]  # by session

    @classmethod
    def open(cls, folder: Path) -> "Bundle":
        """The bundle in `folder`.

        Raises UsageProblem where another version of the workbook made it.
        """
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if said["version"] != VERSION:
            raise UsageProblem(
                f"The bundle in {folder} has version {said['version']}; this version of the workbook reads {VERSION}. "
                "Install the version that made it."
            )
        return cls(folder, said["athlete_id"], Config.model_validate_json(said["config"]), said["samples"])

    def close(self) -> None:
        """Nothing stays open between two readings."""

    def frame(self, name: str, athlete_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """The canonical table `name`; empty where other athletes are asked for."""
        path = self.folder / _FRAMES / f"{name}.arrow"
        if not path.is_file() or (athlete_ids is not None and self.athlete_id not in athlete_ids):
            return TABLES[name].empty()
        with pa.OSFile(str(path)) as file:
            return TABLES[name].coerce(ipc.open_file(file).read_pandas())

    def frames(self, names: Iterable[str], athlete_ids: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
        """Several tables."""
        asked = None if athlete_ids is None else list(athlete_ids)
        return {name: self.frame(name, asked) for name in names}

    def values(self, name: str, *columns: str) -> list[tuple]:
        """Some columns of a table as plain rows."""
        return list(self.frame(name)[list(columns)].itertuples(index=False, name=None))

    def samples(self, athlete_id: str, session_id: str) -> pd.DataFrame:
        """The watch records of one session; empty where there is none."""
        name = self.sample_files.get(session_id)
        if name is None or athlete_id != self.athlete_id:
            return TABLES["samples"].empty()
        return sample_rows(str(self.folder / _SAMPLES / name), session_id)


def is_bundle(folder: Path) -> bool:
    return (folder / NAME).is_file()


def pack(
    store: Store, athlete_id: str, names: Iterable[str], config: Config, beside: Iterable[Path], folder: Path
) -> None:
    """Write the bundle of one athlete into the empty `folder`.

    Parameters
    ----------
    names : iterable of str
        The tables it holds, each of them with an athlete's id in every row.
    beside : iterable of Path
        Files of the workspace that decide what its frames hold; those that are there are copied.
    """
    (folder / _FRAMES).mkdir()
    (folder / _SAMPLES).mkdir()
    for name, frame in store.frames(names, [athlete_id]).items():
        if len(frame):
            table = pa.Table.from_pandas(frame, preserve_index=False)
            with (
                pa.OSFile(str(folder / _FRAMES / f"{name}.arrow"), "wb") as file,
                ipc.new_file(file, table.schema) as to,
            ):
                to.write_table(table)
    for path in beside:
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    said = {
        "version": VERSION,
        "athlete_id": athlete_id,
        "config": config.model_copy(update={"reports": []}).model_dump_json(),
        "samples": store.hand_out_samples(athlete_id, folder / _SAMPLES),
    }
    (folder / NAME).write_text(json.dumps(said), encoding="utf-8")
