"""How a message of a FIT file lies in the bytes: its fields, their types and scales, and what a file may ask for.

Names, scales and enumerations are those of `fitdecode`'s profile; only the fields named in `FIELDS` are decoded.
No file is trusted: a layout is read in one piece, so work is bounded by counts, and `Budget` caps those.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
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
HRV, HR, SET, EXERCISE_TITLE, USER_PROFILE = 78, 132, 225, 264, 3
FIELD_DESCRIPTION = 206

COMPRESSED_SPEED_DISTANCE = "compressed_speed_distance"
_NUMBERS = {message.name: number for number, message in MESSAGE_TYPES.items()}
_NAMED = tomllib.loads(files("analysis.ingest.watch").joinpath("fit_fields.toml").read_text(encoding="utf-8"))
FIELDS: dict[int, tuple[str, ...]] = {_NUMBERS[message]: tuple(names) for message, names in _NAMED.items()}

SINGLE = tuple(number for number in FIELDS if number not in (RECORD, HRV, FIELD_DESCRIPTION))

STRING, BYTE = 0x07, 0x0D
# base type: numpy's type, and the number that says "no value" (floats say it by NaN)
BASES: dict[int, tuple[str, int | None]] = {
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
    BYTE: ("u1", 0xFF),
    STRING: ("S", None),
}
TIMESTAMP = 253
CHECKSUM_BYTES = 2
LITTLE, BIG = "<", ">"

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
        return 1 if self.base == STRING else self.size // np.dtype(BASES[self.base][0]).itemsize

    @property
    def is_one_number(self) -> bool:
        return self.count == 1 and self.base not in (STRING, BYTE)

    def format(self, order: str) -> Any:
        if self.base == STRING:
            return f"S{self.size}"
        one = order + BASES[self.base][0]
        return one if self.count == 1 else (one, (self.count,))

    def numbers(self, raw: np.ndarray) -> np.ndarray:
        """Raw values as floats in SI units, NaN where there is none; of a list the first that is one."""
        if self.base == STRING:
            return np.full(len(raw), np.nan)
        known = ~np.isnan(raw) if raw.dtype.kind == "f" else raw != BASES[self.base][1]
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
        if self.base == STRING:
            return [_text(each) for each in raw.tolist()]
        if self.base == BYTE:
            lists = raw.reshape(len(raw), -1).tolist()
            return [None if all(byte == 0xFF for byte in each) else tuple(each) for each in lists]
        if raw.ndim == 2:
            return [tuple(self._value(one) for one in each) for each in raw.tolist()]
        return [self._value(one) for one in raw.tolist()]

    def _value(self, raw: float) -> Any:
        if raw == BASES[self.base][1] or raw != raw:
            return None
        if self.words and raw in self.words:
            return self.words[int(raw)]
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
        return [found[name] for name in self.dtype.names or ()]

    def stamps(self, data: bytes) -> list[tuple[int, int]]:
        """Place and time of the messages that carry a full time."""
        if self.stamp_at is None or not self.places:
            return []
        spot = Spot("timestamp", self.stamp_at, 4, 0x86)
        only = Layout(self.number, self.order, self.size, (spot,), None, 0)
        times = spot.values(only.raw(data, self.places)[0])
        return [(place, time) for place, time in zip(self.places, times, strict=True) if time is not None]


def wanted_fields(number: int) -> dict[int, Any]:
    names = FIELDS.get(number, ())
    known = MESSAGE_TYPES[number].fields if names else {}
    return {number: profile for number, profile in known.items() if profile.name in names}


def can_hold(size: int, base: int) -> bool:
    """Whether a field of this size can hold values of its type; some watches write a size that cannot."""
    if base == STRING:
        return size > 0
    return base in BASES and size > 0 and size % np.dtype(BASES[base][0]).itemsize == 0
