"""Files with random damage, the same for the same random numbers."""

import numpy as np


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    """`content` with some bytes replaced, a slice cut out, doubled, moved or overwritten, or the end cut off."""
    data = bytearray(content)
    for _ in range(random.integers(1, 8)):
        if not data:
            break
        begin = int(random.integers(0, len(data)))
        end = min(len(data), begin + int(random.integers(1, 60)))
        match random.integers(0, 6):
            case 0:
                data[begin] = random.integers(0, 256)
            case 1:
                data[begin : begin + 1] = random.bytes(int(random.integers(0, 9)))
            case 2:
                del data[begin:end]
            case 3:
                data[begin:begin] = data[begin:end] * int(random.integers(1, 4))
            case 4:
                data[begin:end] = random.choice([b"\x00", b"\xff", b"<", b'"', b"-1", b"1e999"]) * (end - begin)
            case 5 if random.random() < 0.2:
                del data[max(begin, 1) :]
    return bytes(data)
