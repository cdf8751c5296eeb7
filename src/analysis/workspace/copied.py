"""A store in another place: from a file to a server, and back."""

from analysis.store import Store
from analysis.workspace.workspace import Workspace


def copy_store(workspace: Workspace, source: str, target: str) -> dict[str, int]:
    """Copy the store at `source` into the new or empty one at `target`; rows by table.

    A place is a folder, below the workspace where it is relative, or the address of a server, whose sample files lie
    where the configuration says. Raises UsageProblem where the two are one, or the target holds rows, and WorkbookError
    where something did not arrive as it left.
    """
    stores = [_opened(workspace, place) for place in (source, target)]
    try:
        return stores[1].copy_from(stores[0])
    finally:
        for store in stores:
            store.close()


def _opened(workspace: Workspace, place: str) -> Store:
    at = workspace.config.store
    if "://" in place:
        return Store.open(workspace.folder / at, url=place, samples=at.samples)
    return Store.open(workspace.folder / place)
