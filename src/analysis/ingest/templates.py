"""The workbook's own tables to fill, whose headers are those of the built-in mappings, and mappings to copy."""

import csv
from importlib.resources import files
from pathlib import Path

from analysis.ingest.mapping import built_in

TEMPLATES: dict[str, list[str]] = {mapping.name: list(mapping.columns.values()) for mapping in built_in()}

EXAMPLE_MAPPING = """\
# A column mapping: it says which column of your device's export is which quantity.
# Copy this file, name it as you like with the ending .toml, and change what differs.
# A file whose header has all the columns of [match] is then read by it, with no option to set.

name = "my_device"
target = "reps"        # what a row is: reps, splits, sessions, wellness, trials, plan, cues or athletes
source = "my_device"   # sessions of one source are told apart by athlete, date and time

[match]                # upper and lower case and spaces do not matter
columns = ["User", "Date", "Lift", "Avg Speed"]

[columns]              # our name = header in the file
athlete = "User"       # name or alias of the athlete
date = "Date"
# time = "Start"       # start of the session, not of the rep: each time begins a session of its own
exercise = "Lift"
side = "Side"
set_no = "Set"
rep_no = "Rep"         # leave it out where a row is a whole set
load_kg = "Load"
rom_m = "ROM"
power_w = "Power"
# Say which velocity your device means, it is not guessed: mean_velocity_m_s (of the whole lift),
# mean_propulsive_velocity_m_s (of its propulsive part) or peak_velocity_m_s.
mean_velocity_m_s = "Avg Speed"
peak_velocity_m_s = "Top Speed"

[units]                # units in the file, where they are not those in our name
load_kg = "lb"         # kg, lb, g
rom_m = "cm"           # m, cm, mm, in, ft

[constants]            # the same in every row
device = "My device"

[values.side]          # words of the file = ours
Left = "L"
Right = "R"
Both = "B"

# Keys above the first [table], where they are needed:
# day_first = true           # 03/04/2026 is the third of April
# date_format = "%d %b %y"   # for unusual dates
# decimal = ","
# sheet = "Export"           # of a workbook; otherwise every sheet that fits
"""


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
    """Mappings to copy and change, name -> TOML: bar speed in five forms, wellness forms, jumps."""
    folder = files("analysis.ingest").joinpath("mappings/examples")
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

    book = Workbook()
    book.active.title = sheet_name
    book.active.append(header)
    book.save(path)
