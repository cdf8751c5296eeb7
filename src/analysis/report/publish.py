"""Putting a page where people read it: whole or not at all, the old one untouched until the new one is complete."""

import re
from collections.abc import Mapping
from pathlib import Path

from analysis.base.errors import UsageProblem
from analysis.base.files import OWNER_AND_GROUP, sweep, write_together
from analysis.report.beside import left_over

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


def check_page_path(page: Path) -> None:
    """Refuse a page that is no `.html`, has an odd name, or leaves its folder by `..`."""
    if not _NAME.fullmatch(page.stem):
        raise UsageProblem(
            f"{page.stem!r} cannot be part of a file name. "
            "Use letters of a to z, digits, '_', '-' and '.', no '.' first."
        )
    if page.suffix != ".html" or ".." in page.parts:
        raise UsageProblem(f"A page cannot be written to {str(page)!r}. Give a path that ends in .html, without '..'.")


def publish(contents: Mapping[Path, str | bytes]) -> None:
    """Write files that belong together, in the order given, for the owner and the group that is to read reports.

    Facts are published before their page, so a page never refers to facts that are not there, and both carry the key of
    their render, by which a mismatch shows.
    """
    encoded = {path: one.encode() if isinstance(one, str) else one for path, one in contents.items()}
    write_together(encoded, OWNER_AND_GROUP)


def sweep_page(page: Path) -> None:
    """Remove what a process left that was killed while it published this page, its facts or its other files."""
    for path in (page, page.with_suffix(".json"), *left_over(page, ())):
        sweep(path)
