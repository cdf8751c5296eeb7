"""Python imports this by itself at the start of a process that has this folder on its path: see `stores_on_server`."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

STORE = "analysis.store.store"


class _AfterTheStore(MetaPathFinder):
    """Redirects the store once it is imported: a process that opens none imports no more than it would."""

    def find_spec(self, name: str, path=None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == STORE else None
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def executed(module: ModuleType) -> None:
            execute(module)
            import stores_on_server

            stores_on_server.redirect(module.Store)

        spec.loader.exec_module = executed
        return spec


sys.meta_path.insert(0, _AfterTheStore())
