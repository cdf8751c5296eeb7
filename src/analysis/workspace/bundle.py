"""A bundle: what one page may see of a workspace, in a folder of its own that can travel.

`open_workspace` opens one as it opens a workspace with a store, so a notebook knows no difference, while the data of
nobody else is in reach of what it opens: of one athlete for an athlete's page, of those who agreed to be shown for a
page of the squad. It holds the stored tables as Arrow files, the newest watch records of each session as Parquet, the
noise of the squad as a table that names nobody, what its pages read of the configuration, and what was added to the
catalogue.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.base.config import Config
from analysis.base.errors import UsageProblem
from analysis.base.tables import TABLES
from analysis.store import Store, layout, sample_rows
from analysis.workspace.frame_files import packed, read_frame

NAME = "bundle.json"
VERSION = 4

_FRAMES, _SAMPLES, _NOISE = "frames", "samples", "noise.arrow"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle as its reader sees it: the reading half of a store, of some athletes.

    Attributes
    ----------
    withheld : int
        Athletes of the workspace who are not in it, for want of consent.
    pages : dict
        The ids of the athletes who have a page, by report and day as `athlete_week/2026-07-05`.
    judged_anew_on : Timestamp or None
        As the workspace has it.
    """

    folder: Path
    athlete_ids: frozenset[str]
    config: Config
    sample_files: dict[str, dict[str, str]]  # by athlete and session
    withheld: int = 0
    pages: dict[str, list[str]] = field(default_factory=dict)
    judged_anew_on: pd.Timestamp | None = None

    @classmethod
    def open(cls, folder: Path) -> "Bundle":
        """The bundle in `folder`.

        Raises UsageProblem where another version of the workbook made it.
        """
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if said["version"] != VERSION or said.get("layout") != layout():
            raise UsageProblem(
                f"The bundle in {folder} has version {said['version']} and layout {said.get('layout')}; this workbook "
                f"reads version {VERSION} and layout {layout()}. Install the workbook that made it, or pack it again."
            )
        config = Config.model_validate_json(said["config"])
        anew = said["judged_anew_on"] and pd.to_datetime(said["judged_anew_on"])
        return cls(folder, frozenset(said["samples"]), config, said["samples"], said["withheld"], said["pages"], anew)

    def close(self) -> None:
        """Nothing stays open between two readings."""

    def frame(self, name: str, athlete_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """The canonical table `name`, of the given athletes or of all; empty where only others are asked for."""
        path = self.folder / _FRAMES / f"{name}.arrow"
        if not path.is_file():
            return TABLES[name].empty()
        frame = read_frame(path)
        asked = None if athlete_ids is None else set(athlete_ids)
        if asked is None or asked >= self.athlete_ids:
            return frame
        return frame.loc[frame["athlete_id"].isin(list(asked))].reset_index(drop=True)

    def frames(self, names: Iterable[str], athlete_ids: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
        """Several tables."""
        asked = None if athlete_ids is None else list(athlete_ids)
        return {name: self.frame(name, asked) for name in names}

    def values(self, name: str, *columns: str) -> list[tuple]:
        """Some columns of a table as plain rows."""
        return list(self.frame(name)[list(columns)].itertuples(index=False, name=None))

    def noise(self) -> pd.DataFrame:
        """The noise of the squad as of the page's day."""
        return read_frame(self.folder / _NOISE)

    def samples(self, athlete_id: str, session_id: str) -> pd.DataFrame:
        """The watch records of one session; empty where there is none."""
        name = self.sample_files.get(athlete_id, {}).get(session_id)
        if name is None:
            return TABLES["samples"].empty()
        return sample_rows(str(self.folder / _SAMPLES / athlete_id / name), session_id)


def is_bundle(folder: Path) -> bool:
    return (folder / NAME).is_file()


def pack(
    folder: Path,
    store: Store,
    frames: dict[str, pd.DataFrame],
    config: Config,
    beside: Iterable[Path],
    noise: pd.DataFrame,
    *,
    withheld: int = 0,
    pages: dict[str, list[str]] | None = None,
    judged_anew_on: pd.Timestamp | None = None,
) -> None:
    """Write a bundle of the athletes in `frames["athletes"]` into the empty `folder`.

    Parameters
    ----------
    store : Store
        Where their watch records are.
    frames : dict of DataFrame
        The stored tables that it holds, without a row of anybody else.
    beside : iterable of Path
        Files of the workspace that decide what its frames hold; those that are there are copied.
    noise : DataFrame
        The noise of the squad as of the page's day.
    withheld, pages, judged_anew_on
        As `Bundle` has them.
    """
    (folder / _FRAMES).mkdir()
    for name, frame in frames.items():
        if len(frame):
            (folder / _FRAMES / f"{name}.arrow").write_bytes(packed(frame))
    (folder / _NOISE).write_bytes(packed(noise))
    for path in beside:
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    samples = {}
    for athlete_id in frames["athletes"]["athlete_id"]:
        own = folder / _SAMPLES / athlete_id
        own.mkdir(parents=True)
        samples[athlete_id] = store.hand_out_samples(athlete_id, own)
    said = {
        "version": VERSION,
        "layout": layout(),
        "config": config.seen_by(samples).model_dump_json(),
        "samples": samples,
        "withheld": withheld,
        "pages": pages or {},
        "judged_anew_on": judged_anew_on and judged_anew_on.date().isoformat(),
    }
    (folder / NAME).write_text(json.dumps(said), encoding="utf-8")
