"""What decides a page: of one key it says the same, so that it need not be made again."""

import functools
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.workspace.fingerprint import source_hash

_LIBRARIES = ("athlete-workbook", "numpy", "pandas", "papermill", "plotly", "scipy", "statsmodels")


def report_key(
    notebook: Path, parameters: dict[str, Any], fingerprint: str, plugins: dict[str, str] | None = None
) -> str:
    """What decides a page: a hash of the notebook, source and template, versions, plug-ins, parameters and the data.

    Two renders of one key say the same, so one of them need not be done.
    """
    content = [sorted(key_parts(notebook, parameters, plugins).items()), fingerprint]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def key_parts(notebook: Path, parameters: dict[str, Any], plugins: dict[str, str] | None = None) -> dict[str, Any]:
    """What decides a page beside the data, part by part; of plug-ins their versions."""
    return {
        "notebook": hashlib.sha256(notebook.read_bytes()).hexdigest(),
        "package": source_hash(),
        "versions": versions(),
        "parameters": parameters,
    } | ({"plugins": plugins} if plugins else {})


@functools.cache
def versions() -> dict[str, str]:
    """Of Python and of the libraries that a page rests on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}
