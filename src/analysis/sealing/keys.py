"""The keys of forms: all are derived from one secret of the workspace, which lies in the store's folder.

A form has a key of its own, by which its answers are known. It proves that whoever answered had the form, not who that
was. The letters themselves are sealed to the workspace's public key, which every form carries.

References
----------
HKDF: RFC 5869. A private key from derived bits: FIPS 186-5, A.2.1, with 128 bits more than the order of the curve.
"""

import functools
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from analysis.base.errors import DataProblem
from analysis.base.files import write_whole

SECRET = "forms.key"

_BYTES = 32
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_REMEDY = "Put it back from a backup, or make all forms anew: workbook form --all --renew"


class FormKeysLost(DataProblem):
    """The secret of the forms is gone or not whole: no answer can be opened."""


@dataclass(frozen=True)
class FormKeys:
    """The keys of the forms of one workspace; `folder` is that of its store."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / SECRET

    def make(self) -> None:
        """Make the secret where there is none yet.

        Raises FormKeysLost where there is one that is not whole.
        """
        if self.path.exists():
            self._secret()
        else:
            write_whole(self.path, secrets.token_bytes(_BYTES))

    def make_anew(self) -> None:
        """Another secret in place of the one there was: no answer of an older form is opened any more."""
        write_whole(self.path, secrets.token_bytes(_BYTES))

    @property
    def is_whole(self) -> bool:
        return self.path.is_file() and self.path.stat().st_size == _BYTES

    def public(self) -> bytes:
        """The public key to which letters are sealed, as a point of 65 bytes.

        Raises FormKeysLost.
        """
        return self.private().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def private(self) -> ec.EllipticCurvePrivateKey:
        """The key that opens letters. Raises FormKeysLost."""
        return _private(self._secret())

    def of_form(self, form_id: str, athlete_id: str) -> bytes:
        """The key by which the answers of a form are known, 32 bytes. Raises FormKeysLost."""
        return _derived(self._secret(), f"form\n{form_id}\n{athlete_id}", 32)

    def _secret(self) -> bytes:
        try:
            secret = self.path.read_bytes()
        except FileNotFoundError:
            raise FormKeysLost(f"The key of the forms, {self.path}, is gone. {_REMEDY}") from None
        if len(secret) != _BYTES:
            raise FormKeysLost(f"The key of the forms, {self.path}, has {len(secret)} bytes of {_BYTES}. {_REMEDY}")
        return secret


@functools.lru_cache(maxsize=4)
def _private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    bits = int.from_bytes(_derived(secret, "letters", 48), "big")
    return ec.derive_private_key(bits % (_ORDER - 1) + 1, ec.SECP256R1())


def _derived(secret: bytes, of: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"workbook forms 1\n{of}".encode()).derive(secret)
