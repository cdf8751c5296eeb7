"""Letters from a form: one JSON object that only the workspace opens, found in a text with other words around it.

    {"workbook_answer": 1, "key": "...", "nonce": "...", "sealed": "..."}

`key` is the public half of a key made for this letter alone. With the workspace's it gives the key under which `sealed`
was encrypted (ECDH on P-256, HKDF-SHA256, AES-256-GCM). Inside are texts, each with the HMAC-SHA256 of its exact bytes
under the key of its form. Nothing outside tells who wrote, when, or about what.

References
----------
ECDH: NIST SP 800-56A; HKDF: RFC 5869; GCM: NIST SP 800-38D; HMAC: RFC 2104.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from analysis.base.errors import UnreadableFile

MARK = "workbook_answer"
VERSION = 1
MAX_BYTES = 512 * 1024  # of a text with letters in it
MAX_LETTERS = 50
MAX_ANSWERS = 200  # of one letter

_LABEL = f"{MARK} {VERSION}".encode()
_OBJECT = re.compile(r"\{[^{}]*\}")
_QUOTED = re.compile(r"(?m)^[ \t]*(?:>[ \t]?)+")  # as mail quotes what it answers
_CURLY = str.maketrans(dict.fromkeys("“”„‟«»″", '"'))  # as phones write quotes
_NOT_WHOLE = "is not whole, or it was altered. Have it sent again from the form."


@dataclass(frozen=True)
class Letter:
    """A sealed letter as it travels."""

    key: bytes
    nonce: bytes
    sealed: bytes


@dataclass(frozen=True)
class Signed:
    """A text of a letter, and what proves the form that it came from."""

    text: str
    mac: bytes

    def is_by(self, key: bytes) -> bool:
        """Whether whoever signed these very bytes had the key of the form."""
        return hmac.compare_digest(mac_of(self.text, key), self.mac)


def mac_of(text: str, key: bytes) -> bytes:
    """What proves the exact bytes of a text under the key of a form."""
    return hmac.digest(key, text.encode(), "sha256")


def letters_in(text: str, name: str) -> list[Letter]:
    """The letters in a text, whatever stands around them; quotes may be curled and lines broken or quoted on the way.

    Raises UnreadableFile, naming the file, where there is none, one is damaged, or there are too many.

    >>> letters_in("Here it is: {'workbook_answer': 1}", "note.txt")
    Traceback (most recent call last):
    analysis.base.errors.UnreadableFile: note.txt holds no answers of a form. Have them sent again from the form.
    """
    plain = _QUOTED.sub("", text).translate(_CURLY)
    found = [_letter(one, name) for one in _OBJECT.findall(plain) if f'"{MARK}"' in one]
    if not found:
        if f'"{MARK}"' in plain:
            raise UnreadableFile(f"The answers in {name}: what was sent {_NOT_WHOLE}")
        raise UnreadableFile(f"{name} holds no answers of a form. Have them sent again from the form.")
    if len(found) > MAX_LETTERS:
        raise UnreadableFile(f"{name} holds {len(found)} letters of forms, more than {MAX_LETTERS}. Split it.")
    return list(dict.fromkeys(found))


def opened(letter: Letter, private: ec.EllipticCurvePrivateKey, name: str) -> list[Signed]:
    """The texts of a letter; whose they are is not proven yet.

    Raises UnreadableFile, naming the file, where it was not sealed to this workspace, or was altered.
    """
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), letter.key)
        key = sealing_key(private.exchange(ec.ECDH(), theirs), letter.key, public)
        content = AESGCM(key).decrypt(letter.nonce, letter.sealed, _LABEL + letter.key)
    except (InvalidTag, ValueError):
        raise UnreadableFile(
            f"The answers in {name} do not open: they were altered on the way, or come from a form of another "
            "workspace. Have them sent again from the form."
        ) from None
    try:
        answers = json.loads(content)["answers"]
        found = [Signed(_whole_text(one["text"]), _bytes(one["mac"])) for one in answers[: MAX_ANSWERS + 1]]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UnreadableFile(f"The answers in {name} are in no form that is known here. Make the form anew.") from None
    if not 0 < len(found) <= MAX_ANSWERS:
        raise UnreadableFile(f"The answers in {name}: their number is not between 1 and {MAX_ANSWERS}. Split them.")
    return found


def sealed(answers: Sequence[Signed], public: bytes) -> str:
    """A letter that the owner of `public` alone opens, with these texts as they were signed; a phone does the same."""
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    nonce = secrets.token_bytes(12)
    content = json.dumps({"answers": [{"text": one.text, "mac": _b64(one.mac)} for one in answers]}).encode()
    locked = AESGCM(sealing_key(shared, point, public)).encrypt(nonce, content, _LABEL + point)
    return json.dumps({MARK: VERSION, "key": _b64(point), "nonce": _b64(nonce), "sealed": _b64(locked)})


def sealing_key(shared: bytes, key: bytes, public: bytes) -> bytes:
    """The key of one letter, of the secret that its key and the workspace's share."""
    return HKDF(SHA256(), 32, salt=key, info=_LABEL + public).derive(shared)


def _letter(text: str, name: str) -> Letter:
    try:
        fields: dict[str, Any] = json.loads(re.sub(r"\s+", "", text))
        if fields[MARK] == VERSION:
            return Letter(*(_bytes(fields[part]) for part in ("key", "nonce", "sealed")))
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UnreadableFile(f"The answers in {name}: what was sent {_NOT_WHOLE}") from None
    raise UnreadableFile(
        f"The answers in {name} are of version {fields[MARK]!r}; this workbook knows version {VERSION}. "
        "Install the newer version."
    )


def _whole_text(text: str) -> str:
    """A text that has bytes, which halves of letters have not. Raises ValueError."""
    if not isinstance(text, str):
        raise TypeError("no text")
    text.encode()
    return text


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """What base64url without its padding stands for."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError("no base64url")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("no base64url") from None
