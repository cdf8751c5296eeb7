"""The noise of the squad, kept beside the store, so that all who look at one state of the data judge by one table.

What it is, typical error and carry-over by quantity and device, the pure core knows: a workspace is given a function
for it. The table holds aggregates of 3 athletes or more and names nobody. It is kept for as long as no athlete's data,
nor anything else that decides the frames, has changed, and goes when an athlete is erased.

Of a large squad a sample is read, since reading everybody would cost as much as their pages: 100 athletes of whatever
is measured know its typical error to 4 % from weekly exposures of half a year, to 6 % from monthly ones.
"""

import contextlib
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.base.files import write_whole
from analysis.base.frames import ATHLETES_LEAST, NOISE_COLUMNS
from analysis.store import Store
from analysis.workspace.frame_files import packed, read_frame

FOLDER = "noise"  # in the store's
ATHLETES_MOST = 100  # of each kind of measurement
# what tells one kind from another, by the table that holds it; of lifts `measured` knows more
_KINDS = {
    "runs": ("sport", "device"),
    "splits": ("test_id", "device"),
    "trials": ("test_id", "device"),
    "wellness": ("item", "source"),
}

NoiseOf = Callable[[Iterable[Any], pd.Timestamp], pd.DataFrame]  # of athletes, up to a day


def measured(store: Store, key_lifts: Collection[str]) -> Iterator[tuple[str, Hashable]]:
    """What is measured of whom: an athlete, and a kind of measurement that noise is told of.

    Of a lift, each device is a kind of its own; bar speed and 1RM are followed of the key lifts alone.
    """
    for table, told_by in _KINDS.items():
        for athlete_id, *kind, _n in store.count(table, "athlete_id", *told_by):
            yield athlete_id, (table, *kind)
    for athlete_id, exercise, device, *counts in store.lifts():
        kinds = [(exercise, "1RM"), (exercise, "speed", device)] if exercise in key_lifts else []
        kinds += [(exercise, "angle", device), (exercise, "rating"), (exercise, "tempo")]
        n_of = dict(zip(("speed", "angle", "rating", "tempo"), counts, strict=True))
        yield from ((athlete_id, kind) for kind in kinds if n_of.get(kind[1], 1))


def no_noise() -> pd.DataFrame:
    """The table of a squad of which nothing is known."""
    return pd.DataFrame(columns=list(NOISE_COLUMNS))


def those_who_count(
    athlete_ids: Collection[str], kinds: Callable[[], Iterable[tuple[str, Hashable]]], most: int = ATHLETES_MOST
) -> list[str]:
    """Whose values the noise of a squad is told by: everybody's of up to `most`, else those of a sample.

    `kinds` gives what there is of whom, an athlete and a kind of measurement each. Every kind that 3 athletes or more
    have is in the sample of as many as have it, up to `most`. The sample goes by a hash of the ids, so that who joins
    moves few.

    >>> who = [f"a{number}" for number in range(9)]
    >>> those_who_count(who, lambda: [*((one, "watch") for one in who), *((one, "gates") for one in who[:3])], most=4)
    ['a0', 'a1', 'a2', 'a4', 'a7']
    """
    if len(athlete_ids) <= most:
        return sorted(athlete_ids)
    own: dict[str, set[Hashable]] = defaultdict(set)
    for athlete_id, kind in kinds():
        own[athlete_id].add(kind)
    there = Counter(kind for athlete_id in athlete_ids for kind in own[athlete_id])
    wanted = {kind: min(n, most) for kind, n in there.items() if n >= ATHLETES_LEAST}
    sample = []
    for athlete_id in sorted(athlete_ids, key=lambda one: hashlib.sha256(one.encode()).digest()):
        if any(wanted.get(kind, 0) > 0 for kind in own[athlete_id]):
            sample.append(athlete_id)
            wanted = {kind: n - (kind in own[athlete_id]) for kind, n in wanted.items()}
    return sorted(sample)


def kept_in(store_folder: Path) -> list[Path]:
    """The tables that are kept."""
    return sorted((store_folder / FOLDER).glob("*.arrow"))


def kept(store_folder: Path, state: str, until: pd.Timestamp) -> pd.DataFrame | None:
    """The table of a state of the data up to a day; None where it is not kept, or damaged."""
    with contextlib.suppress(OSError, pa.ArrowException):
        return read_frame(_path(store_folder, state, until))
    return None


def keep(store_folder: Path, state: str, until: pd.Timestamp, table: pd.DataFrame) -> None:
    """Keep a table, and no table of another state; on a disk that cannot be written none is kept."""
    with contextlib.suppress(OSError):
        (store_folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
        write_whole(_path(store_folder, state, until), packed(table))
        for path in kept_in(store_folder):
            if not path.name.startswith(state):
                path.unlink(missing_ok=True)


def _path(store_folder: Path, state: str, until: pd.Timestamp) -> Path:
    return store_folder / FOLDER / f"{state}-{until.date().isoformat()}.arrow"
