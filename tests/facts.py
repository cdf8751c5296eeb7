"""How a fact of a sample is compared: what is found instead, None where both agree."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from analysis.ingest.reading import Reading


class Sample(Protocol):
    """A file with the facts about it, and our reading of it."""

    @property
    def path(self) -> Path: ...
    @property
    def facts(self) -> dict: ...
    @property
    def read(self) -> Reading: ...


Fact = Callable[[Any, Any], str | None]


def same(found: object, expected: object) -> str | None:
    """What was found, where it is not what was expected."""
    return None if found == expected else repr(found)


def table(sample: Sample, name: str) -> pd.DataFrame:
    """A canonical table of the reading, empty where it has none."""
    return sample.read.tables.get(name, pd.DataFrame({"set_kind": []}))


def count(name: str, kind: str | None = None) -> Fact:
    """The rows of a canonical table, of sets those of a kind."""

    def compared(sample: Sample, expected: int) -> str | None:
        rows = table(sample, name)
        return same(len(rows if kind is None else rows[rows["set_kind"] == kind]), expected)

    return compared


def counted(name: str) -> Fact:
    """A count that the reader says of the form of the file."""
    return lambda sample, expected: same(sample.read.dialect.get(name), expected)
