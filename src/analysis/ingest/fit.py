"""FIT files of watches (Garmin, Coros, Suunto, Polar, Stryd, ...), whole, chained, cut off or with a wrong checksum.

Source of the format: Garmin, FIT protocol and profile, developer.garmin.com/fit. A file may be a chain of FIT files;
each is decoded for itself, so that damage in one costs no other. Beat intervals (`hrv`) and the beats that a strap
stored under water (`hr`) are counted, not kept; positions are neither; other messages are about the device.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fitdecode
import numpy as np
import pandas as pd
from fitdecode.profile import FIELD_TYPES

from analysis.config import Config
from analysis.errors import UnreadableFile
from analysis.ingest import activities, files
from analysis.ingest.activities import Activity, Lap, Start
from analysis.ingest.reading import Options, Reader, Reading

# more than any activity holds: 500,000 messages are over five days at 1 Hz
MAX_MESSAGES = 500_000
MAX_VALUES = 10_000_000
MAX_DEVELOPER_FIELDS = 100

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_FIRST_DATE = 0x10000000  # smaller date_time values are seconds since the device was switched on
_QUARTER_S = 900
_LARGEST_OFFSET_S = 14 * 3600
_SIGNATURE = slice(8, 12)
_CHECKSUM_BYTES = 2


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE = [_crc_of_byte(byte) for byte in range(256)]

# global message numbers of the profile
_FILE_ID, _SPORT, _SESSION, _LAP, _RECORD, _EVENT, _ACTIVITY = 0, 12, 18, 19, 20, 21, 34
_HRV, _HR, _SET, _EXERCISE_TITLE = 78, 132, 225, 264
_KEPT = (_FILE_ID, _SPORT, _SESSION, _LAP, _RECORD, _EVENT, _ACTIVITY, _SET, _EXERCISE_TITLE)
_COUNTED = {_RECORD: "records", _LAP: "laps", _SET: "sets", _HRV: "hrv", _HR: "hr", _SESSION: "sessions"}
_COUNTS = ("records", "laps", "sets", "hrv", "sessions", "developer_values")

_STARTS = ("start",)
_STOPS = ("stop", "stop_all", "stop_disable", "stop_disable_all")

Message = dict[Any, Any]  # field name to value; developer fields by (developer index, field number)


@dataclass(frozen=True, eq=False)
class Part:
    """One FIT file of a chain: its messages by number, the names of its developer fields, what stopped the decoder."""

    messages: dict[int, list[Message]] = field(default_factory=lambda: {number: [] for number in _KEPT})
    developer_fields: dict[tuple[int, int], str] = field(default_factory=dict)
    damage: str | None = None

    def first(self, number: int) -> Message:
        return next(iter(self.messages[number]), {})

    @property
    def has_activity(self) -> bool:
        if self.messages[_SESSION]:
            return True
        said = self.first(_FILE_ID).get("type", "activity")
        return said == "activity" and any(self.messages[number] for number in (_RECORD, _LAP, _SET))


def recognises(_path: Path, head: bytes) -> bool:
    """True for the signature of a FIT file, whatever the file is called."""
    return head[_SIGNATURE] == b".FIT"


def read(path: Path, options: Options) -> Reading:
    """The activities of a FIT file.

    Raises UnreadableFile where nothing can be decoded. What could be decoded before a file breaks off is kept, and
    said in `notes`. A FIT file of another kind (settings, weights, a course) gives a Reading without sessions.
    """
    data = files.content(path)
    if not recognises(path, data):
        raise UnreadableFile(f"{path.name} does not begin as a FIT file does. Copy it from the watch again.")
    run = _Import(options.config)
    budget = _Budget(path.name)
    parts = [_decoded(piece, run.tally, budget) for piece in _chain(data, run.sentences)]
    if not any(any(part.messages.values()) for part in parts):
        raise UnreadableFile(f"{path.name} has the head of a FIT file and no message. Copy it from the watch again.")
    for part in parts:
        if part.damage:
            run.sentences.append(f"The file is damaged ({part.damage}); what stands before is kept.")
    found = [_activity(session, part, run) for part in parts for session in _sessions(part, run)]
    if not found:
        run.sentences.append(_not_an_activity(parts))
    return activities.reading("fit", found, data, run.tally, _COUNTS, run.sentences)


@dataclass(frozen=True, eq=False)
class _Session:
    """A session message with what belongs to it; `begin` is on the clock of the file."""

    message: Message
    begin: float | None
    records: list[Message]
    laps: list[Message]
    sets: list[Message]


@dataclass(frozen=True, eq=False)
class _Import:
    """What one import is told, and what it has to say."""

    config: Config
    tally: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)


@dataclass
class _Budget:
    """What has been decoded of a file so far; a crafted file may ask for a million messages in 2 MB."""

    name: str
    messages: int = 0
    values: int = 0

    def spend(self, values: int) -> None:
        self.messages += 1
        self.values += values
        if self.messages > MAX_MESSAGES or self.values > MAX_VALUES:
            raise UnreadableFile(
                f"{self.name} holds more than {MAX_MESSAGES} messages or {MAX_VALUES} values. Split it."
            )


def _chain(data: bytes, sentences: list[str]) -> Iterable[bytes]:
    """The FIT files of a chain, each from its header to its checksum."""
    at = 0
    while at < len(data):
        header = data[at : at + 12]
        if len(header) < 12 or header[_SIGNATURE] != b".FIT":
            sentences.append(f"The last {len(data) - at} bytes are not FIT and are not read.")
            return
        size = int.from_bytes(header[4:8], "little")
        left = len(data) - at - header[0] - _CHECKSUM_BYTES
        if size == 0 and left > 0:
            sentences.append("The watch did not finish the file (its header says it is empty); it is read to the end.")
            yield header[:4] + left.to_bytes(4, "little") + data[at + 8 :]
            return
        end = at + header[0] + size + _CHECKSUM_BYTES
        piece = data[at:end]
        if end <= len(data) and _checksum(piece):
            sentences.append("The file's checksum does not match: a value in it may be wrong.")
        yield piece
        at = end


def _checksum(data: bytes) -> int:
    """The CRC-16 of the FIT protocol; 0 over bytes that end with their own checksum.

    >>> hex(_checksum(b"123456789"))
    '0xbb3d'
    """
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _decoded(piece: bytes, tally: Counter, budget: _Budget) -> Part:
    part = Part()
    reader = fitdecode.FitReader(
        piece,
        processor=None,  # times stay numbers, so that clocks without a date read like the others
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    budget.spend(0)
    damage = None
    try:
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                budget.spend(len(frame.fields))
                _take(frame, part, tally)
    except UnreadableFile:
        raise
    except Exception as problem:  # on damaged bytes the decoder raises its own and nearly every built-in error
        damage = str(problem) or type(problem).__name__
    if len(part.developer_fields) > MAX_DEVELOPER_FIELDS:
        raise UnreadableFile(f"{budget.name} declares more than {MAX_DEVELOPER_FIELDS} developer fields. Leave it out.")
    return Part(part.messages, part.developer_fields, damage)


def _take(frame: fitdecode.FitDataMessage, part: Part, tally: Counter) -> None:
    number = frame.def_mesg.global_mesg_num
    if number in _COUNTED:
        tally[_COUNTED[number]] += 1
    if number not in part.messages:
        return
    message: Message = {}
    for datum in frame.fields:
        definition = datum.field_def
        if definition is not None and definition.is_dev:
            key = (definition.dev_data_index, definition.def_num)
            if number == _RECORD:
                tally["developer_values"] += 1
                part.developer_fields.setdefault(key, datum.name)
            if datum.value is not None:
                message[key] = datum.value
        elif datum.field is not None and datum.value is not None:
            message.setdefault(datum.field.name, datum.value)
    part.messages[number].append(message)


def _not_an_activity(parts: Sequence[Part]) -> str:
    kinds = dict.fromkeys(str(part.first(_FILE_ID).get("type", "unknown")) for part in parts)
    return f"A FIT file of the kind {', '.join(kinds)} without an activity; nothing is taken from it."


def _sessions(part: Part, run: _Import) -> list[_Session]:
    """The sessions of a FIT file with their records, laps and sets; one is made where the file names none."""
    if not part.has_activity:
        return []
    named = part.messages[_SESSION]
    if not named:
        run.sentences.append("The file names no session; one is made from its records and laps.")
        named = [_session_of_messages(part)]
    begins = [_begin(message, part) for message in named]
    records = [record for record in part.messages[_RECORD] if _seconds(record, "timestamp") is not None]
    run.tally["records_without_time"] += len(part.messages[_RECORD]) - len(records)
    shares = (
        _by_session(records, ("timestamp",), begins),
        _by_session(part.messages[_LAP], ("start_time", "timestamp"), begins),
        _by_session(part.messages[_SET], ("start_time", "timestamp"), begins),
    )
    return [_Session(*of_one) for of_one in zip(named, begins, *shares, strict=True)]


def _session_of_messages(part: Part) -> Message:
    """A session message for a file that has none: from its first moment to its last."""
    session: Message = dict(part.first(_SPORT))
    messages = [message for number in (_RECORD, _LAP, _SET) for message in part.messages[number]]
    said = [_seconds(message, clock) for message in messages for clock in ("start_time", "timestamp")]
    times = [time for time in said if time is not None]
    if times:
        session |= {"start_time": min(times), "total_elapsed_time": max(times) - min(times)}
    return session


def _begin(session: Message, part: Part) -> float | None:
    """When a session began, on the clock of the file: as stated, else from its end, else the first record."""
    start, end = _seconds(session, "start_time"), _seconds(session, "timestamp")
    elapsed_s = _number(session.get("total_elapsed_time"))
    if start is not None:
        return start
    if end is not None and elapsed_s is not None:
        return end - elapsed_s
    return next((t for t in (_seconds(record, "timestamp") for record in part.messages[_RECORD]) if t is not None), end)


def _by_session(
    messages: list[Message], clocks: tuple[str, ...], begins: Sequence[float | None]
) -> list[list[Message]]:
    """The messages of each session: those from its begin on, up to the begin of the next."""
    if len(begins) == 1:
        return [messages]
    known = [-np.inf if begin is None else begin for begin in begins]
    order = np.argsort(known, kind="stable")
    times = [next((t for t in (_seconds(m, clock) for clock in clocks) if t is not None), -np.inf) for m in messages]
    place = np.searchsorted(np.asarray(known)[order], times, side="right") - 1
    found: list[list[Message]] = [[] for _ in begins]
    for message, at in zip(messages, np.maximum(place, 0), strict=True):
        found[order[at]].append(message)
    return found


def _activity(session: _Session, part: Part, run: _Import) -> Activity:
    said = session.message
    sport, detail = _text(said.get("sport")) or "unknown", _text(said.get("sub_sport"))
    strength = bool(session.sets) or detail == "strength_training"
    return Activity(
        start=_start(session.begin, part.first(_ACTIVITY), run),
        sport=sport,
        kind="strength" if strength else activities.kind_of(sport),
        distance_m=_distance_m(session, run),
        timer_s=_number(said.get("total_timer_time")),
        elapsed_s=_number(said.get("total_elapsed_time")),
        mean_heart_rate_bpm=_number(said.get("avg_heart_rate")) or None,  # 0 is written where no strap was worn
        device=_device(part.first(_FILE_ID)),
        title=_text(said.get("sport_profile_name")) or (detail if detail != "generic" else None),
        laps=[Lap(_number(lap.get("total_distance")), _lap_time_s(lap)) for lap in session.laps],
        sets=_sets(session.sets, part.messages[_EXERCISE_TITLE]),
        samples=_samples(session, activities.is_on_foot(sport), part, run.tally),
    )


def _distance_m(session: _Session, run: _Import) -> float | None:
    """As the session states it, else as its last record does."""
    stated = _number(session.message.get("total_distance"))
    if stated is not None:
        return stated
    recorded = (_number(record.get("distance")) for record in reversed(session.records))
    last = next((distance_m for distance_m in recorded if distance_m is not None), None)
    if last is not None:
        run.sentences.append("A session states no distance; that of its last record is taken.")
    return last


def _lap_time_s(lap: Message) -> float | None:
    timer_s = _number(lap.get("total_timer_time"))
    return _number(lap.get("total_elapsed_time")) if timer_s is None else timer_s


def _device(file_id: Message) -> str | None:
    product = file_id.get("product_name") or file_id.get("garmin_product") or file_id.get("product")
    words = [_text(word) for word in (file_id.get("manufacturer"), product)]
    return " ".join(word for word in words if word) or None


def _start(begin: float | None, activity: Message, run: _Import) -> Start:
    """The start of a session by the file's own wall clock where it tells one.

    A wall clock equal to UTC is not believed: watches that do not know their zone write that.
    """
    end, local_end = _seconds(activity, "timestamp"), _seconds(activity, "local_timestamp")
    if begin is None:
        return Start()
    if begin < _FIRST_DATE:
        run.sentences.append("The watch did not know the date: its times count from when it was switched on.")
        if end is None or local_end is None or local_end < _FIRST_DATE:
            return Start()
        local = _EPOCH + timedelta(seconds=local_end - (end - begin))
        return Start(local=local.replace(tzinfo=None), tz_quality="file")
    utc = _EPOCH + timedelta(seconds=begin)
    if end is None or local_end is None:
        return Start.at(utc, None, run.config)
    if local_end == end:
        run.sentences.append("The file gives UTC for local time; the configured zone is taken.")
        return Start.at(utc, None, run.config)
    offset_s = round((local_end - end) / _QUARTER_S) * _QUARTER_S
    if abs(offset_s) > _LARGEST_OFFSET_S or abs(local_end - end - offset_s) > 60:
        run.sentences.append("The file's local time is no time zone's; the configured zone is taken.")
        return Start.at(utc, None, run.config)
    return Start.at(utc, float(offset_s), run.config)


def _samples(session: _Session, on_foot: bool, part: Part, tally: Counter) -> pd.DataFrame:
    records = session.records
    if not records:
        return pd.DataFrame()
    clock = np.array([_seconds(record, "timestamp") for record in records], dtype="float64")
    cadence = _numbers([_cadence(record) for record in records], tally)
    columns = {
        "heart_rate_bpm": _numbers([record.get("heart_rate") for record in records], tally),
        "speed_m_s": _numbers([_enhanced(record, "speed") for record in records], tally),
        "distance_m": _numbers([record.get("distance") for record in records], tally),
        "power_w": _numbers([record.get("power") for record in records], tally),
        "altitude_m": _numbers([_enhanced(record, "altitude") for record in records], tally),
        "paused": _paused(clock, part.messages[_EVENT]),
    }
    columns |= activities.cadence_columns(cadence, on_foot)
    for name, key in _developer_columns(part.developer_fields, columns).items():
        values = [record.get(key) for record in records]
        if any(value is not None for value in values):
            columns[name] = _numbers_or_texts(values)
    return activities.samples_frame(clock - (session.begin or 0.0), columns)


def _enhanced(record: Message, name: str) -> Any:
    """A field in its wide form where the watch wrote that, else in its narrow one."""
    return record.get(f"enhanced_{name}", record.get(name))


def _cadence(record: Message) -> float | None:
    whole = record.get("cadence")
    return whole + (_number(record.get("fractional_cadence")) or 0.0) if isinstance(whole, (int, float)) else whole


def _paused(clock: np.ndarray, events: list[Message]) -> np.ndarray:
    """1 for records strictly between a stop of the timer and its next start; NaN where the timer tells nothing."""
    turns = [
        (time, event["event_type"] in _STOPS)
        for event in events
        if event.get("event") == "timer"
        and event.get("event_type") in (*_STARTS, *_STOPS)
        and (time := _seconds(event, "timestamp")) is not None
    ]
    if not turns:
        return np.full(len(clock), np.nan)
    turns.sort(key=lambda turn: turn[0])
    times = np.array([time for time, _ in turns])
    stopped = np.array([False, *(stops for _, stops in turns)])
    before, after = (stopped[np.searchsorted(times, clock, side)] for side in ("left", "right"))
    return (before & after).astype("float64")


def _developer_columns(fields: dict[tuple[int, int], str], taken: Iterable[str]) -> dict[str, tuple[int, int]]:
    """A column name for every developer field; a name that two of them share carries the number of its app."""
    columns: dict[str, tuple[int, int]] = {}
    reserved = {*activities.samples_frame([], {}).columns, "session_id", "athlete_id", *taken}
    for (app, number), name in fields.items():
        column = name or f"developer field {number}"
        if column in reserved or column in columns:
            column = f"{column} ({app}.{number})"
        columns[column] = (app, number)
    return columns


def _sets(messages: list[Message], titles: list[Message]) -> list[dict[str, Any]]:
    """Rows of the table `sets`: the active sets; a rest gives its duration to the set before it."""
    names = {(_one(t.get("exercise_category")), _one(t.get("exercise_name"))): t.get("wkt_step_name") for t in titles}
    rows: list[dict[str, Any]] = []
    for message in messages:
        duration_s = _number(message.get("duration"))
        if message.get("set_type") == "rest":
            if rows and rows[-1]["rest_s"] is None:
                rows[-1]["rest_s"] = duration_s
            continue
        load_kg = _number(message.get("weight"))
        rows.append(
            {
                "set_no": len(rows) + 1,
                "exercise_raw": _exercise(message, names),
                "side": "B",
                "set_kind": "work",
                "load_kg": load_kg,
                "load_raw": None if load_kg is None else f"{load_kg:g}",
                "unit_raw": None if load_kg is None else "kg",
                "reps": _number(message.get("repetitions")),
                "duration_s": duration_s,
                "rest_s": None,
            }
        )
    return rows


def _exercise(message: Message, names: dict[tuple[Any, Any], Any]) -> str:
    """The exercise by the title that the file gives it, else by the words of the FIT profile."""
    category, number = _one(message.get("category")), _one(message.get("category_subtype"))
    if title := _text(names.get((category, number))):
        return title
    profile = FIELD_TYPES.get(f"{category}_exercise_name")
    word = profile.enum.get(number) if profile and number is not None else None
    return (word or _text(category) or "unknown").replace("_", " ")


def _one(value: Any) -> Any:
    """The first that is not missing, of a field that may be a list."""
    return next((each for each in value if each is not None), None) if isinstance(value, tuple) else value


def _seconds(message: Message, clock: str) -> float | None:
    return _number(message.get(clock))


def _number(value: Any) -> float | None:
    one = _one(value)
    return float(one) if isinstance(one, (int, float)) and np.isfinite(one) else None


def _text(value: Any) -> str | None:
    one = _one(value)
    return None if one is None else str(one).strip("\x00 ") or None


def _numbers(values: list[Any], tally: Counter) -> np.ndarray:
    """Values as an array; those that are no single number are missing, and counted."""
    try:
        numbers = np.array(values, dtype="float64")
        if numbers.ndim == 1:
            return numbers
    except (TypeError, ValueError):
        pass
    single = [_number(value) for value in values]
    tally["unreadable_values"] += sum(
        one is None and value is not None for one, value in zip(single, values, strict=True)
    )
    return np.array(single, dtype="float64")


def _numbers_or_texts(values: list[Any]) -> np.ndarray | pd.Series:
    """A developer field: numbers where it holds numbers, else text; a list becomes text."""
    if all(value is None or isinstance(value, (int, float)) for value in values):
        return np.array(values, dtype="float64")
    return pd.Series([_joined(value) for value in values], dtype="str")


def _joined(value: Any) -> str | None:
    return " ".join(str(each) for each in value) if isinstance(value, tuple) else _text(value)


READER = Reader(name="fit", title="FIT (watch)", recognises=recognises, read=read)
