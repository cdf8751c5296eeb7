"""The export of Apple Health, `export.xml` as it is or inside the `export.zip` that the phone shares.

Taken are body mass, resting heart rate, heart rate variability (SDNN), hours asleep and workouts of running. The file
may be gigabytes large, so it is streamed through expat: no tree is built, memory stays flat. Apple puts a DTD in front
(in some versions a malformed one); it is cut out unread, and any other declaration is refused, so that no entity ever
stands for anything. Apple writes every time in the zone where the export was made; dates are those of that zone.
"""

import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, UnreadableFile
from analysis.base.units import factor
from analysis.ingest import files
from analysis.ingest.cells import utc_offset_s
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.sports import Sports, sports
from analysis.ingest.watch import activities
from analysis.ingest.watch.activities import Activity, Start
from analysis.ingest.watch.plausible import HEART_RATE_BPM

MAX_BYTES = 16 * 2**30
MAX_TAKEN = 500_000
MAX_DEPTH = 50
MAX_TOKEN_BYTES = 2**24
MAX_DTD_BYTES = 2**20
_CHUNK = 2**20
_ZIP = b"PK\x03\x04"
_FOLDER = "apple_health_export/"

_PREFIX = "HKQuantityTypeIdentifier"
_BODY_MASS = _PREFIX + "BodyMass"
_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_ASLEEP = "HKCategoryValueSleepAnalysisAsleep"
_WORKOUT = "HKWorkoutActivityType"
_INDOORS = "HKIndoorWorkout"
# type of record: wellness item and the unit it must come in
_ITEMS = {
    _PREFIX + "RestingHeartRate": ("resting_heart_rate_bpm", "count/min"),
    _PREFIX + "HeartRateVariabilitySDNN": ("sdnn_ms", "ms"),
}
_BELIEVED = {"resting_heart_rate_bpm": HEART_RATE_BPM, "sdnn_ms": (1.0, 1000.0)}
_NIGHT_BEGINS_BEFORE_MIDNIGHT = timedelta(hours=6)
_LONGEST_SLEEP = timedelta(hours=24)
_COUNTS = ("records", "workouts", "runs", "body_mass", "answers")
_SENTENCES = {
    "other_workouts": "Workouts that are no runs: {n}; they are left out.",
    "unknown_units": "Values in a unit that is not known here: {n}; they are left out.",
    "impossible_answers": "Resting heart rates and variabilities that nobody has: {n}; they are left out.",
    "impossible_sleep": "Sleep that ends before it begins or lasts over a day: {n}; it is left out.",
}


def recognises(path: Path, head: bytes) -> bool:
    """True for Apple's XML, and for a zip with its folder in it."""
    if not head.startswith(_ZIP):
        return files.looks_like_xml(head, b"HealthData")
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith(_FOLDER) for name in archive.namelist())
    except (*files.DAMAGED_ARCHIVE, OSError, ValueError):
        return False


def read(path: Path, options: Options) -> Reading:
    """Body mass as trials; resting heart rate, SDNN and sleep as wellness; runs as sessions.

    Heart rate and SDNN are means of the day; sleep is the time that any source calls asleep, on the day of waking.
    Raises UnreadableFile for damaged or hostile files.
    """
    taken = _Taken(path.name, options.config, sports(options.sports))
    with _opened(path) as stream:
        _parse(stream, path.name, taken)
    more = {"trials": taken.trials(), "wellness": taken.wellness()}
    taken.tally["answers"], taken.tally["body_mass"] = len(more["wellness"]), len(more["trials"])
    taken.tally["runs"] = len(taken.runs)
    notes = [sentence.format(n=taken.tally[name]) for name, sentence in _SENTENCES.items() if taken.tally[name]]
    if taken.runs or any(more.values()):
        notes.insert(0, "Apple Health writes all times in the zone of the export; days abroad may be a day off.")
    return activities.reading("apple_health", taken.runs, b"", taken.tally, _COUNTS, notes, more)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The XML of the export, unpacked while it is read."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_ZIP)) == _ZIP
            file.seek(0)
            if not zipped:
                yield file
                return
            with zipfile.ZipFile(file) as archive, archive.open(_member(archive, path.name)) as unpacked:
                yield unpacked
    except files.DAMAGED_ARCHIVE as problem:
        raise UnreadableFile(f"{path.name} is a damaged archive ({problem}). Export it again.") from None
    except OSError as problem:
        raise UnreadableFile(f"{path.name} cannot be opened ({problem}). Check the file and its permissions.") from None


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The member that holds the records; others (routes, ECGs, clinical documents) are not opened."""
    for member in archive.infolist():
        folder, _, rest = member.filename.partition("/")
        if f"{folder}/" != _FOLDER or "/" in rest or not rest.endswith(".xml") or rest.endswith("_cda.xml"):
            continue
        swells = member.file_size > max(files.RATIO_COUNTS_FROM, files.MAX_RATIO * member.compress_size)
        if swells or member.file_size > MAX_BYTES:
            raise UnreadableFile(f"{name} would swell to {member.file_size} bytes, as no export does. Leave it out.")
        return member
    raise UnreadableFile(f"{name} holds no {_FOLDER}export.xml. Share the export from the Health app again.")


def _parse(stream: IO[bytes], name: str, taken: "_Taken") -> None:
    parser = expat.ParserCreate("UTF-8")  # Apple writes no other encoding, whatever a damaged head says
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = taken.begin, taken.end
    parser.StartDoctypeDeclHandler = taken.refuse_declaration
    fed = 0
    try:
        for chunk in _without_dtd(stream, name):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                raise UnreadableFile(f"{name} holds a tag or text of over 16 MiB, as no export does. Leave it out.")
        parser.Parse(b"", True)
    except expat.ExpatError as problem:
        raise UnreadableFile(f"{name} is damaged XML ({problem}). Export it again.") from None


def _without_dtd(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """The content in pieces, the document type declaration at its begin left out."""
    head = stream.read(MAX_DTD_BYTES)
    at = head.find(b"<!DOCTYPE")
    if at >= 0:
        end = head.find(b"]>", at)
        if end < 0:
            raise UnreadableFile(f"{name} has a DTD of over 1 MiB or without an end. Export it again.")
        head = head[:at] + head[end + 2 :]
    yield head
    size = MAX_DTD_BYTES
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise UnreadableFile(f"{name} holds more than {MAX_BYTES // 2**30} GiB. Export a shorter time.")
        yield chunk


@dataclass(frozen=True)
class _Asleep:
    begin: datetime
    end: datetime


@dataclass(eq=False)
class _Taken:
    """What has been taken of the export so far; its methods are the parser's."""

    name: str
    config: Config
    known: Sports
    tally: Counter[str] = field(default_factory=Counter)
    runs: list[Activity] = field(default_factory=list)
    _masses: list[tuple[datetime, float, str | None]] = field(default_factory=list)
    _values: dict[tuple[date, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    _asleep: list[_Asleep] = field(default_factory=list)
    _workout: dict[str, str] | None = None
    _statistics: dict[str, dict[str, str]] = field(default_factory=dict)
    _indoors: bool = False
    _depth: int = 0
    _count: int = 0

    def refuse_declaration(self, *_: object) -> None:
        raise UnreadableFile(f"{self.name} declares a document type where Apple does not. Export it again.")

    def begin(self, element: str, said: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableFile(f"{self.name} nests over {MAX_DEPTH} tags, as no export does. Leave it out.")
        if element == "Record":
            self.tally["records"] += 1
            self._record(said)
        elif element == "Workout":
            self.tally["workouts"] += 1
            self._workout, self._statistics, self._indoors = said, {}, False
        elif element == "WorkoutStatistics" and self._workout is not None:
            self._statistics[said.get("type", "")] = said
        elif element == "MetadataEntry" and self._workout is not None and said.get("key") == _INDOORS:
            self._indoors = said.get("value") == "1"

    def end(self, element: str) -> None:
        self._depth -= 1
        if element == "Workout" and self._workout is not None:
            self._take_workout(self._workout)
            self._workout = None

    def _record(self, said: dict[str, str]) -> None:
        kind = said.get("type")
        if kind == _SLEEP:
            if said.get("value", "").startswith(_ASLEEP):
                self._take_sleep(said)
            return
        if kind != _BODY_MASS and kind not in _ITEMS:
            return
        begin, value = self._time(said.get("startDate")), files.number(said.get("value"), self.tally)
        if begin is None or value is None:
            return
        self._spend()
        if kind == _BODY_MASS:
            mass_kg = self._in_unit(value, said.get("unit"), "kg")
            if mass_kg is not None:
                self._masses.append((begin, mass_kg, said.get("sourceName")))
            return
        item, unit = _ITEMS[kind]
        if said.get("unit") != unit:
            self.tally["unknown_units"] += 1
            return
        low, high = _BELIEVED[item]
        if not low <= value <= high:
            self.tally["impossible_answers"] += 1
            return
        self._values[begin.date(), item].append(value)

    def _take_sleep(self, said: dict[str, str]) -> None:
        begin, end = self._time(said.get("startDate")), self._time(said.get("endDate"))
        if begin is None or end is None:
            return
        self._spend()
        if not timedelta(0) <= end - begin <= _LONGEST_SLEEP:
            self.tally["impossible_sleep"] += 1
            return
        self._asleep.append(_Asleep(begin, end))

    def _take_workout(self, said: dict[str, str]) -> None:
        word = said.get("workoutActivityType", "").removeprefix(_WORKOUT)
        sport = self.known.named(word)
        if sport is None or sport.kind != "run":
            self.tally["other_workouts"] += 1
            return
        begin, end = self._time(said.get("startDate")), self._time(said.get("endDate"))
        if begin is None:
            return
        self._spend()
        ran = self._statistics.get(_PREFIX + "DistanceWalkingRunning", {})
        beat = self._statistics.get(_PREFIX + "HeartRate", {})
        self.runs.append(
            Activity(
                start=Start.at(begin.astimezone(UTC), utc_offset_s(begin), self.config),
                sport=word.lower(),
                kind="run",
                activity="indoor_running" if self._indoors and sport.sport == "running" else sport.sport,
                distance_m=self._quantity(
                    said.get("totalDistance") or ran.get("sum"), said.get("totalDistanceUnit") or ran.get("unit"), "m"
                ),
                timer_s=self._quantity(said.get("duration"), said.get("durationUnit"), "s"),
                elapsed_s=(end - begin).total_seconds() if end and end >= begin else None,
                mean_heart_rate_bpm=files.number(beat.get("average"), self.tally),
                device=said.get("sourceName"),
            )
        )

    def _spend(self) -> None:
        self._count += 1
        if self._count > MAX_TAKEN:
            raise UnreadableFile(f"{self.name} holds over {MAX_TAKEN} values to keep. Export a shorter time.")

    def _time(self, text: str | None) -> datetime | None:
        """A time as Apple writes it, `2026-01-05 07:00:00 +0100`, with its offset."""
        try:
            at = datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S %z")
        except ValueError:
            at = None
        if at is None or at.year not in files.YEARS:
            self.tally["unreadable_times"] += 1
            return None
        return at

    def _quantity(self, text: str | None, unit: str | None, to: str) -> float | None:
        value = files.number(text, self.tally)
        return None if value is None else self._in_unit(value, unit, to)

    def _in_unit(self, value: float, unit: str | None, to: str) -> float | None:
        try:
            return value * factor(unit or "", to)
        except ConfigProblem:
            self.tally["unknown_units"] += 1
            return None

    def trials(self) -> list[dict[str, Any]]:
        """Body mass in the order of time."""
        return activities.body_masses(self._masses)

    def wellness(self) -> list[dict[str, Any]]:
        """One row a day and item, in the order of the days."""
        rows = [
            activities.answer(day, item, sum(values) / len(values), "neutral")
            for (day, item), values in self._values.items()
        ]
        rows += [activities.answer(day, "sleep_h", hours, "higher_better") for day, hours in self._sleep_h().items()]
        return sorted(rows, key=lambda row: (row["local_date"], row["item"]))

    def _sleep_h(self) -> dict[date, float]:
        """Hours that any source calls asleep, by the day of waking; what ends after 18:00 belongs to the next day."""
        nights: list[_Asleep] = []
        for one in sorted(self._asleep, key=lambda each: each.begin):
            if nights and one.begin <= nights[-1].end:
                nights[-1] = _Asleep(nights[-1].begin, max(nights[-1].end, one.end))
            else:
                nights.append(one)
        hours: dict[date, float] = defaultdict(float)
        for night in nights:
            hours[(night.end + _NIGHT_BEGINS_BEFORE_MIDNIGHT).date()] += (night.end - night.begin) / timedelta(hours=1)
        return dict(hours)


READER = Reader(
    name="apple_health",
    title="Apple Health",
    recognises=recognises,
    read=read,
    takes="runs, body mass, resting heart rate, heart rate variability (SDNN) and hours asleep",
    leaves="other workouts, steps and all other records",
    version=activities.VERSION,
)
