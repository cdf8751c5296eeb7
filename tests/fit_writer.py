"""A small FIT encoder for tests: definition and data messages, developer fields, header and checksum.

After Garmin's FIT protocol; it knows no profile, so a test says field numbers and raw values.
"""

import struct
from dataclasses import dataclass, field

EPOCH_S = 631065600  # 1989-12-31 in Unix time
BASE_TYPES = {
    "enum": (0x00, "B"),
    "uint8": (0x02, "B"),
    "uint16": (0x84, "H"),
    "uint32": (0x86, "I"),
    "byte": (0x0D, "B"),
}
STRING = 0x07

# global message numbers
FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT, ACTIVITY, HRV, SET = 0, 12, 18, 19, 20, 21, 34, 78, 225
FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 206, 207

Field = tuple[int, str, int | str | tuple[int, ...]]  # field number, base type (or string), raw value or values
DeveloperField = tuple[int, int, str, int]  # field number, developer index, base type, raw value


@dataclass
class FitWriter:
    """Collects messages; `content()` is the whole file."""

    big_endian: bool = False
    body: bytearray = field(default_factory=bytearray)
    layout: bytes = b""

    def message(self, number: int, *fields: Field, developer: tuple[DeveloperField, ...] = ()) -> "FitWriter":
        """One data message, with a definition before it where the layout differs from the last one's."""
        layout = self._definition(number, fields, developer)
        if layout != self.layout:
            self.body += layout
            self.layout = layout
        self.body.append(0)
        for _, base, value in fields:
            self.body += _raw(value, base, self._order)
        for _, _, base, value in developer:
            self.body += _raw(value, base, self._order)
        return self

    def compressed(self, time_offset: int) -> "FitWriter":
        """A data message of the last layout behind a compressed timestamp header; the caller adds its payload."""
        self.body.append(0x80 | (time_offset & 0x1F))
        return self

    def developer_field(self, index: int, number: int, base: str, name: str) -> "FitWriter":
        """Declares a developer field of the app `index`."""
        self.message(DEVELOPER_DATA_ID, (3, "uint8", index))
        return self.message(
            FIELD_DESCRIPTION,
            (0, "uint8", index),
            (1, "uint8", number),
            (2, "uint8", BASE_TYPES[base][0]),
            (3, "string", name),
        )

    def content(self, size: int | None = None) -> bytes:
        """Header, messages and checksum; `size` overrides the length that the header states."""
        head = struct.pack("<BBHI4s", 14, 0x20, 2140, len(self.body) if size is None else size, b".FIT")
        whole = head + struct.pack("<H", checksum(head)) + bytes(self.body)
        return whole + struct.pack("<H", checksum(whole))

    @property
    def _order(self) -> str:
        return ">" if self.big_endian else "<"

    def _definition(self, number: int, fields: tuple[Field, ...], developer: tuple[DeveloperField, ...]) -> bytes:
        head = struct.pack(f"{self._order}BBBHB", 0x60 if developer else 0x40, 0, self.big_endian, number, len(fields))
        for field_number, base, value in fields:
            code = STRING if base == "string" else BASE_TYPES[base][0]
            head += bytes((field_number, len(_raw(value, base, self._order)), code))
        if developer:
            head += bytes((len(developer),))
            for field_number, index, base, value in developer:
                head += bytes((field_number, len(_raw(value, base, self._order)), index))
        return head


def _raw(value: int | str | tuple[int, ...], base: str, order: str) -> bytes:
    if base == "string":
        return str(value).encode() + b"\x00"
    values = value if isinstance(value, tuple) else (value,)
    return struct.pack(f"{order}{len(values)}{BASE_TYPES[base][1]}", *values)


def checksum(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, reflected, as the FIT protocol asks, bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc
