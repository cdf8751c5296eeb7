"""The FIT files of a chain, one behind the other in one file, each with its checksum."""

from collections.abc import Iterable
from functools import cache

import numpy as np

from analysis.ingest.watch.fit_layout import CHECKSUM_BYTES, Budget

SIGNATURE = slice(8, 12)


def is_fit(head: bytes) -> bool:
    """True for the signature of a FIT file."""
    return head[SIGNATURE] == b".FIT"


def chain(data: bytes, sentences: list[str], budget: Budget) -> Iterable[bytes]:
    """The FIT files of a chain, each from its header to its checksum."""
    at = 0
    while at < len(data):
        header = data[at : at + 12]
        if len(header) < 12 or not is_fit(header):
            sentences.append(f"The last {len(data) - at} bytes are not FIT and are not read.")
            return
        size = int.from_bytes(header[4:8], "little")
        left = len(data) - at - header[0] - CHECKSUM_BYTES
        if size == 0 and left > 0:
            sentences.append("The watch did not finish the file (its header says it is empty); it is read to the end.")
            yield header[:4] + left.to_bytes(4, "little") + data[at + 8 :]
            return
        end = at + header[0] + size + CHECKSUM_BYTES
        piece = data[at:end]
        budget.spend(layouts=1)
        if end <= len(data) and checksum(piece):
            sentences.append("The file's checksum does not match: a value in it may be wrong.")
        yield piece
        at = end


def checksum(data: bytes) -> int:
    """The CRC-16 of the FIT protocol; 0 over bytes that end with their own checksum.

    It is linear: that of two pieces is that of the first, advanced over the length of the second, XOR that of the
    second. So neighbours are joined, all pairs at once, until one is left.

    >>> hex(checksum(b"123456789"))
    '0xbb3d'
    """
    crcs = _crc_over_zeros(0)[np.frombuffer(data, dtype="u1")]
    level = 0
    while len(crcs) > 1:
        if len(crcs) % 2:
            crcs = np.concatenate([[np.uint16(0)], crcs])  # zeros in front change nothing
        crcs = _crc_over_zeros(level)[crcs[0::2]] ^ crcs[1::2]
        level += 1
    return int(crcs[0]) if len(crcs) else 0


@cache
def _crc_over_zeros(level: int) -> np.ndarray:
    """What each of the 65,536 checksums becomes over 2**level zero bytes."""
    if level:
        half = _crc_over_zeros(level - 1)
        return half[half]
    crcs = np.arange(2**16, dtype="u2")
    for _ in range(8):
        crcs = (crcs >> 1) ^ np.where(crcs & 1, 0xA001, 0).astype("u2")
    return crcs
