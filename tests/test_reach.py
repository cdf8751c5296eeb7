"""Every public name of the pure core is reached from a notebook that ships or from a module of the shell."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def counting_script():
    """The module behind `make size`, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("size", ROOT / "bench" / "size.py")
    sys.modules["size"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Package = counting_script().Package


@pytest.mark.soak
def test_nothing_of_the_pure_core_waits_for_a_reader():
    assert Package(ROOT).unreached == []


def made_up_package(root: Path, cell: str):
    """A core of one module with two functions, a shell that imports neither, and one notebook with that cell."""
    core, shell, notebooks = (
        root / "src" / "analysis" / "metrics",
        root / "src" / "analysis" / "cli",
        root / "notebooks",
    )
    for folder in (core, shell, notebooks):
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (core / "pace.py").write_text("def pace():\n    return _half()\n\n\ndef _half():\n    return speed()\n\n\n")
    with (core / "pace.py").open("a") as module:
        module.write("def speed():\n    return 1\n\n\ndef forgotten():\n    return 2\n")
    (shell / "page.py").write_text("def page():\n    return 3\n")
    notebook = {"cells": [{"cell_type": "code", "source": [cell]}]}
    (notebooks / "one.ipynb").write_text(json.dumps(notebook))
    return Package(root)


def test_what_a_notebook_leads_to_is_reached_through_private_names_and_the_rest_is_told(tmp_path):
    package = made_up_package(tmp_path, "from analysis.metrics.pace import pace\npace()")
    assert package.unreached == ["analysis.metrics.pace.forgotten"]


def test_a_name_that_is_imported_and_not_used_is_not_reached(tmp_path):
    package = made_up_package(tmp_path, "from analysis.metrics.pace import pace")
    assert package.unreached == [f"analysis.metrics.pace.{name}" for name in ("forgotten", "pace", "speed")]
