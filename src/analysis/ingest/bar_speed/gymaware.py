"""GymAware's cloud as lines of JSON: a set with the values of its best repetition, or a set with its repetitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest.bar_speed.speeds import BarSpeed, sided
from analysis.ingest.dialect import Sheet
from analysis.ingest.json_tables import sheet_of
from analysis.ingest.json_values import as_cell, listed, looks_like_json, objects_in
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.table_format import Form, Line

_MEASURED = ("meanVelocity", "peakVelocity", "meanPower", "peakPower", "height", "dip")


@dataclass(frozen=True, kw_only=True)
class _GymAware(BarSpeed):
    sign: bytes

    def reader(self) -> Reader:
        return replace(super().reader(), fits=None, read_sheets=None)

    def recognises(self, path: Path, head: bytes) -> bool:
        known = b'"athleteReference"' in head or b'"athleteName"' in head
        return path.suffix.lower() in self.suffixes and known and looks_like_json(head, self.sign)

    def read(self, path: Path, options: Options) -> Reading:
        rows = [row for one in objects_in(path, options.said) for row in self.rows(one, path)]
        return self.read_sheets([sheet_of(rows, path, options.said)], path, options)

    def rows(self, one: Mapping[str, object], path: Path) -> Iterator[dict[str, str]]:  # noqa: ARG002
        """A set as it stands there."""
        yield {name: as_cell(value) for name, value in one.items()}

    def athlete(self, line: Line) -> str | None:
        """Last, First as people call themselves; the number where there is no name."""
        name = line.text("athlete")
        last, comma, first = (name or "").partition(",")
        turned = f"{first.strip()} {last.strip()}" if comma and "," not in first else name
        number = line.text("athlete_no")
        return turned or (number and f"GymAware athlete {number}")

    def side_and_lift(self, line: Line) -> tuple[str, str]:
        return sided(line.text("exercise") or "")

    def is_left(self, line: Line) -> bool:
        return line.word("deleted") in ("true", "1")

    def notes(self, sheet: Sheet, form: Form) -> tuple[str, ...]:
        said = []
        if "deleted" in form:
            place = sheet.header.index(form.header("deleted"))
            count = sum(row[place].casefold() in ("true", "1") for row in sheet.rows)
            said += [f"Rows of deleted sets: {count}; they stay in the raw rows only."] if count else []
        return (*said, *self.about_values)

    @property
    def about_values(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class _Summaries(_GymAware):
    def places(self, sheet: Sheet, form: Form) -> Mapping[int, str]:  # noqa: ARG002
        return {row_no: str(row_no) for row_no, _ in sheet.numbered()}

    @property
    def about_values(self) -> tuple[str, ...]:
        return (
            f"Each row is a set with the values of its best repetition, kept as the device {self.device!r}. "
            "Where you have the repetitions too, take those in alone.",
        )


@dataclass(frozen=True, kw_only=True)
class _Repetitions(_GymAware):
    def rows(self, one: Mapping[str, object], path: Path) -> Iterator[dict[str, str]]:
        """Each repetition of a set; its quantities are known by the names that the summaries have for them."""
        own = {name: as_cell(value) for name, value in one.items() if name not in ("reps", *_MEASURED)}
        for number, rep in enumerate(listed(one.get("reps")), 1):
            by_name = {_bare(name): as_cell(value) for name, value in rep.items()} if isinstance(rep, dict) else {}
            measured = {name: by_name[_bare(name)] for name in _MEASURED if _bare(name) in by_name}
            if "meanVelocity" not in measured:
                raise UnreadableFile(
                    f"{path.name} has repetitions without a quantity meanVelocity; theirs are "
                    f"{', '.join(by_name) or 'none'}. Ask for them by the names of the summaries."
                )
            yield {**own, "REPNUM": by_name.get("repnum") or str(number), **measured}


def _bare(name: str) -> str:
    return name.replace(" ", "").replace("_", "").casefold()


_HEADERS = {
    "athlete": ("athleteName",),
    "athlete_no": ("athleteReference",),
    "exercise": ("exerciseName",),
    "load": {"barWeight": "kg"},
    "epoch": ("recorded",),
    "deleted": ("deleted",),
    "mean_velocity": {"meanVelocity": "m/s"},
    "peak_velocity": {"peakVelocity": "m/s"},
    "power": {"meanPower": "W"},
}
_SUFFIXES = (".json", ".jsonl", ".ndjson", ".txt")
_NEEDED = ("exercise", "load", "epoch", "mean_velocity")

SUMMARIES = _Summaries(
    name="gymaware_sets",
    title="GymAware summaries (lines of JSON)",
    called="a list of GymAware's summaries",
    device="GymAware, best repetition of the set",
    sign=b'"repCount"',
    suffixes=_SUFFIXES,
    headers=_HEADERS | {"reps": ("repCount",)},
    needed=(*_NEEDED, "reps"),
    takes="sessions by day; sets with load and how many repetitions; mean and peak velocity and mean power of the best "
    "repetition, as a device of its own; the side by the name of the exercise",
    leaves="deleted sets, which are counted; height and dip, whose unit is not stated; peak power; body mass",
).reader()

REPETITIONS = _Repetitions(
    name="gymaware",
    title="GymAware repetitions (lines of JSON)",
    called="a list of GymAware's repetitions",
    device="GymAware",
    sign=b'"REPNUM"',
    suffixes=_SUFFIXES,
    headers=_HEADERS | {"set": ("reference",), "rep": ("REPNUM",)},
    needed=(*_NEEDED, "set", "rep"),
    takes="sessions by day; sets with load; every repetition with mean and peak velocity and mean power; the side by "
    "the name of the exercise",
    leaves="deleted sets, which are counted; height and dip, whose unit is not stated; peak power; body mass",
).reader()
