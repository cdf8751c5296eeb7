"""Names of modules of version 0.1, which still work and say where the module lives now; they go with version 0.3."""

import importlib
import sys
import tomllib
import warnings
from collections.abc import Callable
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.resources import files
from types import ModuleType
from typing import Any


@cache
def moved() -> dict[str, str]:
    """Old names and new ones, both below `analysis`."""
    return tomllib.loads(files("analysis").joinpath("moved.toml").read_text(encoding="utf-8"))


def install() -> None:
    """Have an old name found where nothing else of that name is."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


def names_of(folder: str, *modules: str) -> Callable[[str], Any]:
    """The `__getattr__` of a folder that was a module: its names are those of `modules`, below `analysis`.

    A module in the folder is none of them: Python asks the folder for its name before it imports it.
    """

    def fetched(name: str) -> Any:
        here = vars(sys.modules[f"analysis.{folder}"]).get("__path__", ())
        is_module = PathFinder.find_spec(f"analysis.{folder}.{name}", here) is not None
        for module in () if is_module or name.startswith("__") else modules:
            found = getattr(importlib.import_module(f"analysis.{module}"), name, None)
            if found is not None:
                _warn(f"{folder}.{name}", f"{module}.{name}")
                return found
        raise AttributeError(f"module 'analysis.{folder}' has no attribute {name!r}")

    return fetched


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        old = fullname.removeprefix("analysis.")
        if old == fullname or old not in moved():
            return None
        _warn(old, moved()[old])
        return ModuleSpec(fullname, _Same(f"analysis.{moved()[old]}"))


class _Same(Loader):
    """Gives the module of the new name itself, so that a class has one identity under both names."""

    def __init__(self, new: str) -> None:
        self.module = importlib.import_module(new)
        self.spec = self.module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import machinery put that of the old name here


def _warn(old: str, new: str) -> None:
    warnings.warn(
        f"analysis.{old} is analysis.{new} now; the old name goes with version 0.3.", FutureWarning, stacklevel=3
    )
