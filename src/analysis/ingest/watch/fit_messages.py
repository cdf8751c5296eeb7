"""The messages of a FIT file, decoded by layout: every message of one definition at once.

Source of the format: Garmin, FIT protocol, developer.garmin.com/fit. All messages of a definition hold the same fields
at the same places. One pass over the file notes where messages lie; numpy then reads a field of all of them together.
`make bench ONLY=readers` shows what that gains over decoding message by message with `fitdecode`; the tests hold both
to the same content. The pass costs the same for every message, so the work is bounded by counts (`fit_layout.Budget`):
messages, layouts, values, and values of messages that become Python objects. Past a cap the file is refused. Nothing
here runs in code that could not be bounded so; a process to kill is not needed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from fitdecode.profile import FIELD_TYPES

from analysis.base.errors import UnreadableFile
from analysis.ingest.watch.fit_layout import (
    BASES,
    BIG,
    BYTE,
    CHECKSUM_BYTES,
    COMPRESSED_SPEED_DISTANCE,
    FIELD_DESCRIPTION,
    FIELDS,
    HRV,
    LITTLE,
    MAX_DEVELOPER_FIELDS,
    RECORD,
    SESSION,
    SINGLE,
    TIMESTAMP,
    Budget,
    DeveloperKey,
    Key,
    Layout,
    Message,
    Spot,
    can_hold,
    wanted_fields,
)

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
FIRST_DATE = 0x10000000  # smaller date_time values are seconds since the device was switched on
_GARMIN_MAKERS = ("garmin", "dynastream", "dynastream_oem", "tacx")  # who number their products by one list


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
        single={number: _single(data, number, used, times, budget) for number in SINGLE},
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
        missing = stated + CHECKSUM_BYTES - len(self.data)
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
            if layout.number == FIELD_DESCRIPTION:
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
        order = BIG if head[1] else LITTLE
        number = int.from_bytes(head[2:4], "big" if head[1] else "little")
        wanted = wanted_fields(number)
        spots: dict[Key, Spot] = {}
        at, stamp_at = 0, None
        for field_number, size, base in _triples(fields):
            if field_number == TIMESTAMP and size == 4:
                stamp_at = at
            profile = wanted.get(field_number)
            if profile is not None and can_hold(size, base):
                words = None if number == FIELD_DESCRIPTION else profile.type.enum  # a base type is wanted by number
                spot = Spot(profile.name, at, size, base, profile.scale, profile.offset, words)
                spots.setdefault(profile.name, spot)
            at += size
        for field_number, size, index in _triples(developer):
            key = (index, field_number)
            base = self._bases.get(key, BYTE)
            if number == RECORD and size:
                spots.setdefault(key, Spot(key, at, size, base if can_hold(size, base) else BYTE))
            at += size
        return Layout(number, order, at, tuple(spots.values()), stamp_at, len(developer) // 3)

    def _describe(self, layout: Layout, place: int) -> None:
        """Takes in the description of a developer field."""
        self.budget.spend(single_values=len(layout.spots))
        said = _rows(layout, self.data, [place])[0]
        index, number, base = (first_known(said.get(name)) for name in FIELDS[FIELD_DESCRIPTION][:3])
        if index is None or number is None:
            return
        key = (index, number)
        name = first_known(said.get("field_name"))
        self._descriptions += (self._bases.get(key), self.developer_names.get(key)) != (base, name)
        self._bases[key] = base if base in BASES else BYTE
        self.developer_names[key] = name
        if len(self._bases) > MAX_DEVELOPER_FIELDS:
            raise UnreadableFile(
                f"{self.budget.name} declares more than {MAX_DEVELOPER_FIELDS} developer fields. Leave it out."
            )


def _triples(data: bytes) -> Iterable[tuple[int, int, int]]:
    return zip(data[0::3], data[1::3], data[2::3], strict=True)


def first_known(value: Any) -> Any:
    """The first that is not missing, of a field that may be a list."""
    return next((each for each in value if each is not None), None) if isinstance(value, tuple) else value


def number_of(message: Message, name: str) -> float | None:
    """A field as a finite number; None where it is none."""
    one = first_known(message.get(name))
    return float(one) if isinstance(one, (int, float)) and np.isfinite(one) else None


def text_of(value: Any) -> str | None:
    """A value in words, None where it says nothing."""
    one = first_known(value)
    return None if one is None else str(one).strip("\x00 ") or None


def _rows(layout: Layout, data: bytes, places: list[int]) -> list[Message]:
    """The messages of a layout as dicts without what is missing."""
    if not layout.spots:
        return [{} for _ in places]
    columns = [spot.values(raw) for spot, raw in zip(layout.spots, layout.raw(data, places), strict=True)]
    keys = [str(spot.key) for spot in layout.spots]
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
    packed = pieces.pop(COMPRESSED_SPEED_DISTANCE, [])
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


def first_of(part: Messages, number: int) -> Message:
    return next(iter(part.single[number]), {})


def device_of(file_id: Message) -> str | None:
    maker, product = first_known(file_id.get("manufacturer")), first_known(file_id.get("product"))
    if maker in _GARMIN_MAKERS:
        product = (FIELD_TYPES["garmin_product"].enum or {}).get(product, product)
    words = [text_of(word) for word in (maker, file_id.get("product_name") or product)]
    return " ".join(word for word in words if word) or None
