"""Plug-ins as pip would leave them in a folder, made in code, for the tests of what they may and what they may not."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.base import plugins
from analysis.ingest import registry

READER = """
import pandas as pd

from analysis.base.blocks import *
from analysis.base.errors import NotEnoughData
from analysis.base.plugins import Section
from analysis.ingest.reading import Options, Reader, Reading

HEAD = b"diary;"


def recognises(path, head):
    return head.startswith(HEAD)


def read(path, options):
    lines = path.read_text().splitlines()[1:]
    frame = pd.DataFrame({"local_date": pd.to_datetime(lines), "row_no": range(1, len(lines) + 1)})
    wellness = frame.assign(item="mood", value=3.0, scale_min=1.0, scale_max=5.0, direction="higher_better")
    rows = pd.DataFrame({"sheet": "", "row_no": frame["row_no"], "raw": lines, "became": "taken"})
    return Reading("diary", "diary", {"wellness": wellness}, source_rows=rows)


READER = Reader("hevy", "Diary", recognises, read)
"""


def write(folder: Path, name: str, code: str, *, version: str = "0.1", **points: str) -> None:
    """A package with one module, and what it offers: by the end of the group, as `readers="diary = MODULE:READER"`."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    about = folder / f"{module}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    groups = "".join(f"[analysis.{group}]\n{line}\n" for group, line in points.items())
    (about / "entry_points.txt").write_text(groups, encoding="utf-8")


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Within, what was written into the folder is installed, here and in the processes that are started."""
    known, path, searched = set(sys.modules), os.environ.get("PYTHONPATH"), [*sys.path]
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (path, str(folder))))
    _forget()
    try:
        yield
    finally:
        sys.path[:] = searched
        os.environ.pop("PYTHONPATH") if path is None else os.environ.update(PYTHONPATH=path)
        for name in set(sys.modules) - known:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
        _forget()


def _forget() -> None:
    importlib.invalidate_caches()
    for kept in (plugins.named, plugins.offers, registry.readers, registry.versions):
        kept.cache_clear()
