"""The messages of a FIT file, decoded by layout: every message of one definition at once.

Source of the format: Garmin, FIT protocol, developer.garmin.com/fit. All messages of a definition hold the same fields
at the same places. One pass over the file notes where messages lie; numpy then reads a field of all of them together.
`make bench ONLY=readers` shows what that gains over decoding message by message with `fitdecode`; the tests hold both
to the same content. Names, scales and enumerations are those of `fitdecode`'s profile.

Only the fields named in `FIELDS` are decoded; positions are not among them.

No file is trusted. The pass costs the same for every message and a layout is read in one piece, so the work is bounded
by counts, and `Budget` caps those: messages, layouts, values, and values of messages that become Python objects. Past
a cap the file is refused. Nothing here runs in code that could not be bounded so; a process to kill is not needed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from fitdecode.profile import MESSAGE_TYPES

from analysis.base.errors import UnreadableFile

# more than any activity holds: 500,000 messages are over five days at 1 Hz
MAX_MESSAGES = 500_000
MAX_VALUES = 10_000_000
MAX_SINGLE_VALUES = 100_000
MAX_SESSIONS = 200
MAX_LAYOUTS = 1_000
MAX_DEVELOPER_FIELDS = 100

# global message numbers of the profile
FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT, WEIGHT_SCALE, ACTIVITY = 0, 12, 18, 19, 20, 21, 30, 34
HRV, HR, SET, EXERCISE_TITLE = 78, 132, 225, 264
_FIELD_DESCRIPTION = 206

_COMPRESSED_SPEED_DISTANCE = "compressed_speed_distance"
FIELDS: dict[int, tuple[str, ...]] = {
    FILE_ID: ("type", "manufacturer", "product", "product_name"),
    SPORT: ("sport", "sub_sport"),
    SESSION: (
        "timestamp",
        "start_time",
        "sport",
        "sub_sport",
        "total_elapsed_time",
        "total_timer_time",
        "total_distance",
        "avg_heart_rate",
        "sport_profile_name",
    ),
    LAP: ("timestamp", "start_time", "total_elapsed_time", "total_timer_time", "total_distance"),
    RECORD: (
        "timestamp",
        "heart_rate",
        "cadence",
        "fractional_cadence",
        "distance",
        "speed",
        "enhanced_speed",
        "altitude",
        "enhanced_altitude",
        "power",
        _COMPRESSED_SPEED_DISTANCE,
    ),
    EVENT: ("timestamp", "event", "event_type"),
    WEIGHT_SCALE: ("timestamp", "weight"),
    ACTIVITY: ("timestamp", "local_timestamp"),
    HRV: ("time",),
    SET: (
        "timestamp",
        "start_time",
        "duration",
        "repetitions",
        "weight",
        "set_type",
        "category",
        "category_subtype",
    ),
    EXERCISE_TITLE: ("exercise_category", "exercise_name", "wkt_step_name"),
    _FIELD_DESCRIPTION: ("developer_data_index", "field_definition_number", "fit_base_type_id", "field_name"),
}

_SINGLE = tuple(number for number in FIELDS if number not in (RECORD, HRV, _FIELD_DESCRIPTION))

_STRING, _BYTE = 0x07, 0x0D
# base type: numpy's type, and the number that says "no value" (floats say it by NaN)
_BASES: dict[int, tuple[str, int | None]] = {
    0x00: ("u1", 0xFF),
    0x01: ("i1", 0x7F),
    0x02: ("u1", 0xFF),
    0x83: ("i2", 0x7FFF),
    0x84: ("u2", 0xFFFF),
    0x85: ("i4", 0x7FFFFFFF),
    0x86: ("u4", 0xFFFFFFFF),
    0x88: ("f4", None),
    0x89: ("f8", None),
    0x0A: ("u1", 0),
    0x8B: ("u2", 0),
    0x8C: ("u4", 0),
    0x8E: ("i8", 0x7FFFFFFFFFFFFFFF),
    0x8F: ("u8", 0xFFFFFFFFFFFFFFFF),
    0x90: ("u8", 0),
    _BYTE: ("u1", 0xFF),
    _STRING: ("S", None),
}
_TIMESTAMP = 253
_CHECKSUM_BYTES = 2
_LITTLE, _BIG = "<", ">"

DeveloperKey = tuple[int, int]  # developer index, field number
Key = str | DeveloperKey
Message = dict[str, Any]


@dataclass
class Budget:
    """What has been decoded of a file so far; a crafted one may ask for a million messages in 2 MB."""

    name: str
    messages: int = 0
    values: int = 0
    single_values: int = 0
    layouts: int = 0
    sessions: int = 0

    def spend(
        self, *, messages: int = 0, values: int = 0, single_values: int = 0, layouts: int = 0, sessions: int = 0
    ) -> None:
        """Counts work before it is done. Raises UnreadableFile past a cap."""
        self.messages += messages
        self.values += values
        self.single_values += single_values
        self.layouts += layouts
        self.sessions += sessions
        for count, cap, what in (
            (self.messages, MAX_MESSAGES, "messages"),
            (self.values, MAX_VALUES, "values of records"),
            (self.single_values, MAX_SINGLE_VALUES, "values of laps, sets and events"),
            (self.layouts, MAX_LAYOUTS, "layouts of messages"),
            (self.sessions, MAX_SESSIONS, "sessions"),
        ):
            if count > cap:
                raise UnreadableFile(f"{self.name} holds more than {cap} {what}, as no activity does. Leave it out.")


@dataclass(frozen=True)
class Spot:
    """One field in a layout: where it lies and how it reads."""

    key: Key
    at: int
    size: int
    base: int
    scale: float | None = None
    offset: float | None = None
    words: dict[int, str] | None = None

    @property
    def count(self) -> int:
        return 1 if self.base == _STRING else self.size // np.dtype(_BASES[self.base][0]).itemsize

    @property
    def is_one_number(self) -> bool:
        return self.count == 1 and self.base not in (_STRING, _BYTE)

    def format(self, order: str) -> Any:
        if self.base == _STRING:
            return f"S{self.size}"
        one = order + _BASES[self.base][0]
        return one if self.count == 1 else (one, (self.count,))

    def numbers(self, raw: np.ndarray) -> np.ndarray:
        """Raw values as floats in SI units, NaN where there is none; of a list the first that is one."""
        if self.base == _STRING:
            return np.full(len(raw), np.nan)
        known = ~np.isnan(raw) if raw.dtype.kind == "f" else raw != _BASES[self.base][1]
        if raw.ndim == 2:
            rows, first = np.arange(len(raw)), known.argmax(axis=1)
            raw, known = raw[rows, first], known[rows, first]
        values = raw.astype("float64")
        values[~known] = np.nan
        if self.scale:
            values /= self.scale
        return values - self.offset if self.offset else values

    def values(self, raw: np.ndarray) -> list[Any]:
        """Raw values as Python values: a number, a word of the profile, a text, a tuple of them, or None."""
        if self.base == _STRING:
            return [_text(each) for each in raw.tolist()]
        if self.base == _BYTE:
            lists = raw.reshape(len(raw), -1).tolist()
            return [None if all(byte == 0xFF for byte in each) else tuple(each) for each in lists]
        if raw.ndim == 2:
            return [tuple(self._value(one) for one in each) for each in raw.tolist()]
        return [self._value(one) for one in raw.tolist()]

    def _value(self, raw: float) -> Any:
        if raw == _BASES[self.base][1] or raw != raw:
            return None
        if self.words and raw in self.words:
            return self.words[raw]
        scaled = raw / self.scale if self.scale else raw
        return scaled - self.offset if self.offset else scaled


def _text(raw: bytes) -> str | None:
    return raw.split(b"\x00", 1)[0].decode("utf-8", errors="replace") or None


@dataclass(eq=False)
class Layout:
    """The definition of a message: its number, its fields, and where in the file its messages lie."""

    number: int
    order: str
    size: int
    spots: tuple[Spot, ...]
    stamp_at: int | None
    developer_fields: int
    places: list[int] = field(default_factory=list)

    @cached_property
    def dtype(self) -> np.dtype:
        return np.dtype(
            {
                "names": [str(i) for i in range(len(self.spots))],
                "formats": [spot.format(self.order) for spot in self.spots],
                "offsets": [spot.at for spot in self.spots],
                "itemsize": self.size,
            }
        )

    def raw(self, data: bytes, places: list[int]) -> list[np.ndarray]:
        """The raw values of each spot for the messages at `places`."""
        anywhere = np.ndarray((len(data) - self.size + 1,), self.dtype, data, strides=(1,))
        found = anywhere[np.asarray(places, dtype="int64")]
        return [found[name] for name in self.dtype.names]

    def stamps(self, data: bytes) -> list[tuple[int, int]]:
        """Place and time of the messages that carry a full time."""
        if self.stamp_at is None or not self.places:
            return []
        spot = Spot("timestamp", self.stamp_at, 4, 0x86)
        only = Layout(self.number, self.order, self.size, (spot,), None, 0)
        times = spot.values(only.raw(data, self.places)[0])
        return [(place, time) for place, time in zip(self.places, times, strict=True) if time is not None]


@dataclass(frozen=True, eq=False)
class Records:
    """The records of a file in its order: float columns by name (NaN where missing), developer values by key."""

    count: int = 0
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    developer: dict[DeveloperKey, np.ndarray | list[Any]] = field(default_factory=dict)

    def column(self, name: str) -> np.ndarray:
        return self.columns.get(name, np.full(self.count, np.nan))


@dataclass(frozen=True, eq=False)
class Messages:
    """What one FIT file holds; `damage` says where and why reading stopped early."""

    records: Records
    single: dict[int, list[Message]]  # the other messages of FIELDS, by number
    beat_intervals_s: np.ndarray
    counts: Counter[int]
    developer_names: dict[DeveloperKey, str | None]  # of the records
    developer_values: int
    damage: str | None


class _Damaged(Exception):
    """The bytes stop making sense; what stands before is kept."""


def decoded(data: bytes, budget: Budget) -> Messages:
    """The messages of one FIT file, from its header to its checksum.

    Raises UnreadableFile where a cap of `budget` is passed. Damaged bytes end the decoding and are told in `damage`.
    """
    walk = _Walk(data, budget)
    damage = walk.to_the_end()
    used = [layout for layout in walk.layouts.values() if layout.places]
    budget.spend(sessions=sum(len(layout.places) for layout in used if layout.number == SESSION))
    recorded = [layout for layout in used if layout.number == RECORD]
    times = _compressed_times(data, used, walk.compressed)
    return Messages(
        records=_records(data, recorded, times, budget),
        single={number: _single(data, number, used, times, budget) for number in _SINGLE},
        beat_intervals_s=_beat_intervals_s(data, [layout for layout in used if layout.number == HRV], budget),
        counts=sum((Counter({layout.number: len(layout.places)}) for layout in used), Counter()),
        developer_names={
            spot.key: walk.developer_names.get(spot.key)
            for layout in recorded
            for spot in layout.spots
            if isinstance(spot.key, tuple)
        },
        developer_values=sum(len(layout.places) * layout.developer_fields for layout in recorded),
        damage=damage,
    )


class _Walk:
    """One pass over a file: which layouts it declares and where their messages lie."""

    def __init__(self, data: bytes, budget: Budget):
        self.data, self.budget = data, budget
        self.layouts: dict[tuple[bytes, int], Layout] = {}
        self.compressed: list[tuple[int, int]] = []  # place of a message, the five bits of its time
        self.developer_names: dict[DeveloperKey, str | None] = {}
        self._bases: dict[DeveloperKey, int] = {}
        self._descriptions = 0
        self._local: dict[int, Layout] = {}

    def to_the_end(self) -> str | None:
        """Walks on while the bytes make sense; what is wrong where they stop to."""
        begin = self.data[0]
        stated = begin + int.from_bytes(self.data[4:8], "little")
        end = min(stated, len(self.data))
        if begin < 12:
            return f"its header says that it is {begin} bytes long"
        try:
            self._pass(begin, end)
        except _Damaged as problem:
            return str(problem)
        missing = stated + _CHECKSUM_BYTES - len(self.data)
        return f"it breaks off {missing} bytes before its end" if missing > 0 else None

    def _pass(self, at: int, end: int) -> None:
        data, local, compressed = self.data, self._local, self.compressed
        unspent = 0
        while at < end:
            head = data[at]
            if head & 0xC0 == 0x40:
                at = self._define(at, end)
                continue
            layout = local.get(head & 0x0F if head < 0x80 else head >> 5 & 0x03)
            if layout is None:
                raise _Damaged(f"a message of no definition at byte {at}")
            place = at + 1
            at = place + layout.size
            if at > end:
                raise _Damaged(f"it breaks off inside the message at byte {place - 1}")
            layout.places.append(place)
            if head >= 0x80:
                compressed.append((place, head & 0x1F))
            if layout.number == _FIELD_DESCRIPTION:
                self._describe(layout, place)
            unspent += 1
            if unspent == 1000:
                self.budget.spend(messages=unspent)
                unspent = 0
        self.budget.spend(messages=unspent)

    def _define(self, at: int, end: int) -> int:
        """Takes in the definition at `at`; where the next message begins."""
        data, with_developer = self.data, bool(self.data[at] & 0x20)
        fields_at = at + 6
        developer_at = fields_at + 3 * data[at + 5] if fields_at <= end else end + 1
        after = developer_at
        if with_developer and developer_at < end:
            after += 1 + 3 * data[developer_at]
        elif with_developer:
            after = end + 1
        if after > end:
            raise _Damaged(f"it breaks off inside the definition at byte {at}")
        self.budget.spend(messages=1)
        # the same bytes mean something else once a developer field has been described anew
        known = (data[at + 1 : after] + bytes((with_developer,)), self._descriptions if with_developer else 0)
        if known not in self.layouts:
            self.budget.spend(layouts=1)
            developer = data[developer_at + 1 : after] if with_developer else b""
            self.layouts[known] = self._layout(data[at + 1 : fields_at], data[fields_at:developer_at], developer)
        self._local[data[at] & 0x0F] = self.layouts[known]
        return after

    def _layout(self, head: bytes, fields: bytes, developer: bytes) -> Layout:
        order = _BIG if head[1] else _LITTLE
        number = int.from_bytes(head[2:4], "big" if head[1] else "little")
        wanted = _wanted(number)
        spots: dict[Key, Spot] = {}
        at, stamp_at = 0, None
        for field_number, size, base in _triples(fields):
            if field_number == _TIMESTAMP and size == 4:
                stamp_at = at
            profile = wanted.get(field_number)
            if profile is not None and _fits(size, base):
                words = None if number == _FIELD_DESCRIPTION else profile.type.enum  # a base type is wanted by number
                spot = Spot(profile.name, at, size, base, profile.scale, profile.offset, words)
                spots.setdefault(profile.name, spot)
            at += size
        for field_number, size, index in _triples(developer):
            key = (index, field_number)
            base = self._bases.get(key, _BYTE)
            if number == RECORD and size:
                spots.setdefault(key, Spot(key, at, size, base if _fits(size, base) else _BYTE))
            at += size
        return Layout(number, order, at, tuple(spots.values()), stamp_at, len(developer) // 3)

    def _describe(self, layout: Layout, place: int) -> None:
        """Takes in the description of a developer field."""
        self.budget.spend(single_values=len(layout.spots))
        said = _rows(layout, self.data, [place])[0]
        index, number, base = (first_known(said.get(name)) for name in FIELDS[_FIELD_DESCRIPTION][:3])
        if index is None or number is None:
            return
        key = (index, number)
        name = first_known(said.get("field_name"))
        self._descriptions += (self._bases.get(key), self.developer_names.get(key)) != (base, name)
        self._bases[key] = base if base in _BASES else _BYTE
        self.developer_names[key] = name
        if len(self._bases) > MAX_DEVELOPER_FIELDS:
            raise UnreadableFile(
                f"{self.budget.name} declares more than {MAX_DEVELOPER_FIELDS} developer fields. Leave it out."
            )


def _triples(data: bytes) -> Iterable[tuple[int, int, int]]:
    return zip(data[0::3], data[1::3], data[2::3], strict=True)


def _wanted(number: int) -> dict[int, Any]:
    names = FIELDS.get(number, ())
    known = MESSAGE_TYPES[number].fields if names else {}
    return {number: profile for number, profile in known.items() if profile.name in names}


def _fits(size: int, base: int) -> bool:
    """Whether a field of this size can hold values of its type; some watches write a size that cannot."""
    if base == _STRING:
        return size > 0
    return base in _BASES and size > 0 and size % np.dtype(_BASES[base][0]).itemsize == 0


def first_known(value: Any) -> Any:
    """The first that is not missing, of a field that may be a list."""
    return next((each for each in value if each is not None), None) if isinstance(value, tuple) else value


def _rows(layout: Layout, data: bytes, places: list[int]) -> list[Message]:
    """The messages of a layout as dicts without what is missing."""
    if not layout.spots:
        return [{} for _ in places]
    columns = [spot.values(raw) for spot, raw in zip(layout.spots, layout.raw(data, places), strict=True)]
    keys = [spot.key for spot in layout.spots]
    return [
        {key: value for key, value in zip(keys, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    ]


def _single(data: bytes, number: int, layouts: list[Layout], times: dict[int, int], budget: Budget) -> list[Message]:
    """The messages of a number in the order of the file."""
    found: list[tuple[int, Message]] = []
    for layout in layouts:
        if layout.number == number:
            width = sum(spot.count for spot in layout.spots)
            budget.spend(single_values=len(layout.places) * max(1, width))
            found += zip(layout.places, _rows(layout, data, layout.places), strict=True)
    found.sort(key=lambda each: each[0])
    for place, message in found:
        if place in times:
            message.setdefault("timestamp", times[place])
    return [message for _, message in found]


def _beat_intervals_s(data: bytes, layouts: list[Layout], budget: Budget) -> np.ndarray:
    """All beat intervals in the order of the file; a message holds up to five."""
    places, intervals = [np.zeros(0)], [np.zeros(0)]
    for layout in layouts:
        for spot, raw in zip(layout.spots, layout.raw(data, layout.places) if layout.spots else (), strict=True):
            budget.spend(values=raw.size)
            several = raw.reshape(len(raw), -1)
            flat = spot.numbers(several.ravel())
            places.append(np.repeat(layout.places, several.shape[1])[~np.isnan(flat)])
            intervals.append(flat[~np.isnan(flat)])
    return np.concatenate(intervals)[np.argsort(np.concatenate(places), kind="stable")]


def _records(data: bytes, layouts: list[Layout], times: dict[int, int], budget: Budget) -> Records:
    if not layouts:
        return Records()
    for layout in layouts:
        width = sum(spot.count for spot in layout.spots)
        is_single = sum(spot.count for spot in layout.spots if isinstance(spot.key, tuple) and not spot.is_one_number)
        budget.spend(values=len(layout.places) * width, single_values=len(layout.places) * is_single)
    places = np.concatenate([np.asarray(layout.places) for layout in layouts])
    rank = np.empty(len(places), dtype="int64")
    rank[np.argsort(places)] = np.arange(len(places))
    pieces: dict[Key, list[tuple[np.ndarray, Spot, np.ndarray]]] = {}
    begin = 0
    for layout in layouts:
        rows = rank[begin : begin + len(layout.places)]
        begin += len(layout.places)
        if layout.spots:
            for spot, raw in zip(layout.spots, layout.raw(data, layout.places), strict=True):
                pieces.setdefault(spot.key, []).append((rows, spot, raw))
    packed = pieces.pop(_COMPRESSED_SPEED_DISTANCE, [])
    columns = {key: _numbers(len(places), parts) for key, parts in pieces.items() if isinstance(key, str)}
    developer = {key: _developer(len(places), parts) for key, parts in pieces.items() if isinstance(key, tuple)}
    if packed:
        for name, values in _speed_and_distance(len(places), packed).items():
            columns[name] = filled(columns.get(name), values)
    if times:
        in_order = np.sort(places).tolist()
        late = np.array([times.get(place, np.nan) for place in in_order])
        columns["timestamp"] = filled(columns.get("timestamp"), late)
    return Records(len(places), columns, developer)


def _numbers(count: int, parts: list[tuple[np.ndarray, Spot, np.ndarray]]) -> np.ndarray:
    values = np.full(count, np.nan)
    for rows, spot, raw in parts:
        values[rows] = spot.numbers(raw)
    return values


def _developer(count: int, parts: list[tuple[np.ndarray, Spot, np.ndarray]]) -> np.ndarray | list[Any]:
    """Numbers as floats; where texts or lists are among them, Python values."""
    if all(spot.is_one_number for _, spot, _ in parts):
        return _numbers(count, parts)
    values: list[Any] = [None] * count
    for rows, spot, raw in parts:
        for row, value in zip(rows.tolist(), spot.values(raw), strict=True):
            values[row] = value
    return values


def filled(values: np.ndarray | None, others: np.ndarray) -> np.ndarray:
    """`values`, and `others` where they are missing."""
    return others if values is None else np.where(np.isnan(values), others, values)


def _speed_and_distance(count: int, parts: list[tuple[np.ndarray, Spot, np.ndarray]]) -> dict[str, np.ndarray]:
    """Speed and distance of the old three-byte field: 12 bits of 1/100 m/s, 12 bits of 1/16 m that roll over."""
    speed, distance = np.full(count, np.nan), np.full(count, np.nan)
    for rows, spot, raw in parts:
        if spot.count == 3:
            whole = raw.astype("int64") @ np.array([1, 256, 65536])
            known = whole != 0xFFFFFF
            speed[rows[known]] = (whole[known] & 0xFFF) / 100
            distance[rows[known]] = whole[known] >> 12
    known = ~np.isnan(distance)
    rolled = np.cumsum(np.diff(distance[known], prepend=0.0) < 0)
    distance[known] = (distance[known] + 4096 * rolled) / 16
    return {"speed": speed, "distance": distance}


def _compressed_times(data: bytes, layouts: list[Layout], compressed: list[tuple[int, int]]) -> dict[int, int]:
    """The time of every message whose header holds its last five bits, by place: it counts on from the time before."""
    if not compressed:
        return {}
    full = [(place, 0, time) for layout in layouts for place, time in layout.stamps(data)]
    clock, times = 0, {}
    for place, is_compressed, time in sorted(full + [(place, 1, bits) for place, bits in compressed]):
        if is_compressed:
            clock += (time - clock) % 32
            times[place] = clock
        else:
            clock = time
    return times
