"""The workbook's own tables to fill, whose headers are those of the built-in mappings, and mappings to copy."""

import csv
from importlib.resources import files
from pathlib import Path

from analysis.ingest.mapping.mapping import built_in

TEMPLATES: dict[str, list[str]] = {mapping.name: list(mapping.columns.values()) for mapping in built_in()}


def write_templates(folder: Path) -> list[Path]:
    """Write every template into `folder`: a CSV with its header each, and screens as XLSX too; what exists is kept.

    Returns the files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, header in TEMPLATES.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow(header)
            written.append(path)
    book = folder / "screens.xlsx"
    if not book.exists():
        _write_book(book, "screens", TEMPLATES["screens"])
        written.append(book)
    return written


def example_mappings() -> dict[str, str]:
    """Mappings to copy and change, name -> TOML: bar speed in seven forms, wellness forms, jumps."""
    folder = files("analysis.ingest.mapping").joinpath("saved/examples")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return {entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8") for entry in entries}


def write_example_mappings(folder: Path) -> list[Path]:
    """Write the examples into `folder` as NAME.toml.example, an ending that no reader looks for; what exists is kept.

    Returns the files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {folder / f"{name}.toml.example": text for name, text in example_mappings().items()}
    missing = [path for path in texts if not path.exists()]
    for path in missing:
        path.write_text(texts[path], encoding="utf-8")
    return missing


def _write_book(path: Path, sheet_name: str, header: list[str]) -> None:
    from openpyxl import Workbook  # slow to import, and needed for this one file

    book = Workbook(write_only=True)
    book.create_sheet(sheet_name).append(header)
    book.save(path)
