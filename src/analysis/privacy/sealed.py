"""Files under a passphrase: age files (age-encryption.org), which any other age program opens too.

Those of version 0.1 had a form of their own; they are opened still.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from analysis.base.errors import UsageProblem
from analysis.privacy.containers import AGE, LOCKED

MOST_BYTES = 2 * 1024**3  # the library takes a file as a whole, and three times its size in memory

_CHUNK_BYTES = 1024**2
_ROUNDS = 600_000
_NOT_OPENED = (
    "{path} does not open with this passphrase. Use another one; if it is the right one, the file was altered: "
    "take another one."
)


def is_sealed(path: Path) -> bool:
    """Whether a file is under a passphrase. Raises FileNotFoundError where there is none."""
    with path.open("rb") as file:
        return file.read(max(map(len, (AGE, LOCKED)))).startswith((AGE, LOCKED))


def seal(plain: Path, target: Path, passphrase: str) -> None:
    """Write a file under a passphrase, as `age --passphrase` does.

    Raises UsageProblem for a file that is larger than `MOST_BYTES`.
    """
    size = plain.stat().st_size
    if size > MOST_BYTES:
        raise UsageProblem(
            f"{size / 1024**3:.1f} GiB are too much to be encrypted here, where {MOST_BYTES / 1024**3:.1f} GiB is the "
            "most. Leave --encrypt out and encrypt the file with another program, as: age --passphrase"
        )
    target.write_bytes(pyrage.passphrase.encrypt(plain.read_bytes(), passphrase))


def unseal(path: Path, target: Path, passphrase: str) -> None:
    """Write what is in a file under a passphrase.

    Raises UsageProblem where the passphrase is another one, or the file was altered: neither library tells these apart.
    """
    with path.open("rb") as source:
        head = source.read(len(LOCKED))
    try:
        if head == LOCKED:
            _unseal_old(path, target, passphrase)
        else:
            target.write_bytes(pyrage.passphrase.decrypt(path.read_bytes(), passphrase))
    except (InvalidTag, pyrage.DecryptError):
        raise UsageProblem(_NOT_OPENED.format(path=path)) from None


def _unseal_old(path: Path, target: Path, passphrase: str) -> None:
    """Chunks under AES-256-GCM, each nonce with its number and whether it is the last: none can go, come or move."""
    with path.open("rb") as source, target.open("wb") as out:
        header = source.read(len(LOCKED) + 24)
        salt, prefix = header[-23:-7], header[-7:]
        cipher = AESGCM(PBKDF2HMAC(SHA256(), 32, salt, _ROUNDS).derive(passphrase.encode()))
        for number, chunk, last in _chunks(source):
            out.write(cipher.decrypt(prefix + struct.pack(">I?", number, last), chunk, header))


def _chunks(source: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """The encrypted chunks with their number, and whether each is the last."""
    chunk, number = source.read(_CHUNK_BYTES + 16), 0
    while True:
        following = source.read(_CHUNK_BYTES + 16)
        yield number, chunk, not following
        if not following:
            return
        chunk, number = following, number + 1
