"""VALD's NordBord and ForceFrame: rows of the interface for programs, as CSV or JSON, and the exports of the Hub.

The maker states N, N s and N m. A test has a left and a right side; on the ForceFrame an inner and an outer pair.
The maximum is that of the best repetition, the average that of all: they are metrics of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.plates.quantities import Measure, with_unit, words_of
from analysis.ingest.plates.trial_table import ATHLETE_HEADERS, TrialTable
from analysis.ingest.table_format import Form, Line

# metric, unit, as the interface names it, as the Hub does
_QUANTITIES = (
    ("max_force", "N", "MaxForce", "Max Force (N)"),
    ("mean_force", "N", "AvgForce", "Avg Force (N)"),
    ("impulse", "N s", "Impulse", None),
    ("max_impulse", "N s", None, "Max Impulse (Ns)"),
    ("max_torque", "N m", "Torque", "Max Torque (Nm)"),
)
_SIDES = (("L", "left", "L "), ("R", "right", "R "))


@dataclass(frozen=True, kw_only=True)
class _Vald(TrialTable):
    pairs: tuple[str, ...]  # of sensors, by the names of the interface
    lacks: tuple[str, ...] = ()  # roles that the tables of another device have

    def fits(self, header: Sequence[str]) -> bool:
        """A test with its date, and the greatest force of a side."""
        roles = self.columns(header).keys()
        of_sides = [one for one in self.measures(header) if one.metric.endswith("max_force_n")]
        return super().fits(header) and bool(of_sides) and roles.isdisjoint(self.lacks)

    def measures(self, header: Sequence[str]) -> Iterator[Measure]:
        there = {same_header(name): name for name in reversed(header)}
        for pair in self.pairs:
            for side, api, hub in _SIDES:
                sensor = f"{pair}{api}"
                count = there.get(same_header(f"{sensor}Repetitions")) or there.get(same_header(f"{hub}Reps"))
                for metric, unit, own, exported in _QUANTITIES:
                    names = (own and f"{sensor}{own}", exported and f"{hub}{exported}")
                    found = next((there[key] for name in names if name and (key := same_header(name)) in there), None)
                    if found:
                        named = with_unit(f"{pair}_{metric}".strip("_"), unit)
                        yield Measure(found, named, unit, side=side, count=count)

    def test(self, line: Line) -> str | None:
        said = " ".join(dict.fromkeys(text for role in ("test", "position") if (text := line.text(role))))
        words = line.text("position") if (line.text("position") or "").startswith(line.text("test") or "-") else said
        line.demand("test", words)
        return words_of(words or "") or None

    def method(self, line: Line) -> str | None:
        return line.text("position") or line.text("test")

    def metric(self, line: Line, measure: Measure) -> str:
        direction = line.text("direction")
        return f"{words_of(direction)}_{measure.metric}" if direction else measure.metric

    def remarks(self, sheet: Sheet, form: Form) -> Iterable[str]:
        headers = [name for name in sheet.header if same_header(name) in ("leftcalibration", "rightcalibration")]
        offsets = sum(cell.strip().strip("0.") != "" for name in headers for cell in sheet.column(name))
        if offsets:
            yield f"Cells with a calibration: {offsets}. The forces are taken as they stand, nothing is subtracted."
        if "athlete" not in form and "first_name" not in form:
            yield "Athletes go by the maker's profile ids; `workbook alias` says who is who."


_HEADERS = ATHLETE_HEADERS | {
    "date": ("testDateUtc", "testDate", "Date UTC", "Date", "Test Date"),
    "time": ("Time UTC", "Time", "Test Time"),
    "test": ("testTypeName", "Test", "Test Type"),
    "position": ("testPositionName", "Position"),
    "direction": ("Direction",),
}
_LEAVES = (
    "imbalances and forces per kg, which follow; calibrations, told; a side without a repetition, which is missing"
)

NORDBORD = _Vald(
    name="nordbord",
    title="VALD NordBord (CSV, JSON)",
    device="NordBord",
    headers=_HEADERS,
    needed=("date", "test"),
    pairs=("",),
    lacks=("position", "direction"),
    utc_headers=("Date UTC",),
    takes="trials of both sides: greatest and mean force, impulse, torque; the test by its type",
    leaves=_LEAVES,
).reader()
FORCEFRAME = _Vald(
    name="forceframe",
    title="VALD ForceFrame (CSV, JSON)",
    device="ForceFrame",
    headers=_HEADERS,
    needed=("date", "test", "position"),
    pairs=("inner", "outer", ""),
    utc_headers=("Date UTC",),
    takes="trials of both sides of the inner and the outer pair, or of a direction; the test by type and position",
    leaves=_LEAVES,
).reader()
