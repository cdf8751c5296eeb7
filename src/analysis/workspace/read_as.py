"""How a file was read, as the store keeps it, and how it is to be read now; whose its folder says it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.base.errors import UsageProblem
from analysis.base.files import printable
from analysis.ingest.binding import ANY_SOURCE, Names
from analysis.ingest.dialect import Said
from analysis.ingest.reading import Options
from analysis.workspace.workspace import Workspace

_UNITS = ("load_unit", "distance_unit", "sport", "date", "lift", "load")


def options_of(workspace: Workspace, read_as: str | None) -> Options:
    """How a file was read, by `read_as` of the table `files`; as files are read today where nothing was kept.

    Raises UsageProblem where it was read by a mapping that is gone.
    """
    options = as_told(workspace, read_as)
    if options.mapping is not None and not options.mapping.is_file():
        raise UsageProblem(f"It was read by the column mapping {options.mapping}, which is gone. Put that back.")
    return options


def as_told(workspace: Workspace, read_as: str | None) -> Options:
    """The options of today with what was said of a file."""
    told = json.loads(read_as or "{}")
    mapping = workspace.folder / told["mapping"] if "mapping" in told else None
    units = {name: told[name] for name in _UNITS if name in told}
    return replace(workspace.options(), said=Said(**told.get("said", {})), mapping=mapping, **units)


def said_anew(before: Options, now: Options) -> Options:
    """The options by which a file was read, with what is said now in the place of what was said then."""
    said = Said(**before.said.as_plain() | now.said.as_plain())
    units = {name: getattr(now, name) or getattr(before, name) for name in _UNITS}
    return replace(before, said=said, mapping=now.mapping or before.mapping, **units)


def as_kept(workspace: Workspace, options: Options, owner: str | None) -> dict[str, Any]:
    """What was said about a file; a mapping within the workspace by its path there."""
    told: dict[str, Any] = {name: value for name in _UNITS if (value := getattr(options, name)) is not None}
    if options.said.as_plain():
        told["said"] = options.said.as_plain()
    if options.mapping is not None:
        path, folder = options.mapping.resolve(), workspace.folder.resolve()
        told["mapping"] = (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()
    return told | ({"athlete": owner} if owner else {})


def said_owner(read_as: str | None) -> str | None:
    """Whose the rows of a file are that say none, where somebody said so."""
    return json.loads(read_as or "{}").get("athlete")


def owner_of(workspace: Workspace, path: Path, read_as: str | None, names: Names) -> str | None:
    """The athlete's name or id for the rows of a file that say none: as was said, else by its folder."""
    return said_owner(read_as) or folder_owner(path, path.parent, workspace.raw_folder, names)


def folder_owner(path: Path, root: Path, raw: Path, names: Names) -> str | None:
    """The name that the folders around a file give it: a known athlete's, else that of the outermost.

    Only folders below the drop folder `raw` count, elsewhere `root` (what was named on the command line) and those
    below it: a user's own home folder may be called like an athlete.
    """
    folder, root, raw = path.parent.resolve(), root.resolve(), raw.resolve()
    inner = folder.relative_to(raw if folder.is_relative_to(raw) else root).parts
    inner = tuple(map(printable, inner))
    known = [part for part in (printable(root.name), *inner) if names.athlete(ANY_SOURCE, part)]
    return known[-1] if known else inner[0] if inner else None
