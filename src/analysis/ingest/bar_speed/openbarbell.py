"""The OpenBarbell app's export: a row a repetition, load and its unit side by side, dates by an American clock."""

import re
from collections.abc import Mapping
from pathlib import Path

from analysis.ingest.bar_speed.speeds import BarSpeed
from analysis.ingest.dialect import Sheet
from analysis.ingest.reading import Options
from analysis.ingest.table_format import Form, Line

_HIGHEST_RPE = 10.0


class _OpenBarbell(BarSpeed):
    def form(self, sheet: Sheet, path: Path, options: Options, number: int = 1) -> Form:
        """Dates with PM have the month first where none of them tells, as the app writes them."""
        form = super().form(sheet, path, options, number)
        started = sheet.column(form.header("start"))
        american = form.day_first is None and any(re.search(r" [AP]M$", cell.strip()) for cell in started)
        return Form(form.columns, form.decimal, False, path, options, form.languages) if american else form

    def places(self, sheet: Sheet, form: Form) -> Mapping[int, str]:
        """A set goes on while its number, exercise and start stay and the repetitions rise: numbers begin again."""
        told = [sheet.header.index(form.header(role)) for role in ("start", "exercise", "set")]
        rep = sheet.header.index(form.header("rep"))
        places: dict[int, str] = {}
        before, last, count = None, 0, 0
        for row_no, row in sheet.numbered():
            now = tuple(row[place] if place < len(row) else "" for place in told)
            number = int(row[rep]) if rep < len(row) and row[rep].isdecimal() else 0
            if now != before or (number and number <= last):
                count += 1
            before, last = now, number or last
            places[row_no] = str(count)
        return places

    def set_kind(self, line: Line) -> str:
        tags = {tag.strip().replace("-", "") for tag in line.word("notes").split(",")}
        return "warm_up" if tags & {"warmup", "warm up"} else "work"

    def rpe(self, line: Line) -> float | None:
        """A rating beyond 10 is a slip that spoils no speed: it is left out, and that is said."""
        rpe = super().rpe(line)
        return rpe if rpe is None or rpe <= _HIGHEST_RPE else None

    def notes(self, sheet: Sheet, form: Form) -> tuple[str, ...]:
        ratings = sheet.column(form.header("rpe")) if "rpe" in form else []
        slips = [
            cell for cell in ratings if re.fullmatch(r"\d+([.,]\d+)?", cell) and float(cell.replace(",", ".")) > 10
        ]
        return (f"Ratings beyond 10, left out: {len(slips)} rows, as {slips[0]}.",) if slips else ()


READER = _OpenBarbell(
    name="openbarbell",
    title="OpenBarbell (CSV)",
    called="an OpenBarbell export",
    device="OpenBarbell",
    day=False,
    headers={
        "exercise": ("Exercise",),
        "set": ("Set",),
        "rep": ("Rep",),
        "load": ("Weight",),
        "load_unit": ("Metric",),
        "rpe": ("Set RPE",),
        "notes": ("Tags",),
        "start": ("Workout Start Time",),
        "mean_velocity": {"Avg Velocity (m/s)": "m/s"},
        "peak_velocity": {"Peak Velocity (m/s)": "m/s"},
        "rom": {"Range of Motion (mm)": "mm"},
    },
    needed=("exercise", "set", "rep", "load", "load_unit", "start", "mean_velocity", "rom"),
    takes="workouts by their start; sets with load (kg or lb by its row), RPE, warm-up; every repetition with mean and "
    "peak velocity and range of motion",
    leaves="rests, which stand before a set; ratings beyond 10; where the peak lay and how long the repetition took",
).reader()
