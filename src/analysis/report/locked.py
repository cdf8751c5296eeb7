"""A page under a passphrase: one file that a browser opens by itself, without a server.

The page is packed and encrypted with AES-256-GCM. Its key is derived from the passphrase by PBKDF2-SHA256; salt, nonce
and rounds stand in the file, and what stands there is authenticated with the page. A file with another byte, or under
another passphrase, does not open.

What it does not do: who can alter the file can also put another form in front of it. Hand the passphrase over by
another way than the file.

References
----------
NIST SP 800-38D (GCM), RFC 8018 (PBKDF2); rounds: OWASP Password Storage Cheat Sheet 2023, 600,000 for SHA-256.
Groups of letters that can be spoken: Wilkerson 2009, arXiv:0901.4016.
"""

import base64
import gzip
import json
import os
import re
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from markupsafe import Markup

from analysis.base.errors import UsageProblem
from analysis.report.html import environment, template_text
from analysis.report.scripts import csp_hash

ROUNDS = 600_000
GROUPS = 5  # of 16 bits each

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"
_GROUP = f"[{_CONSONANTS}][{_VOWELS}][{_CONSONANTS}][{_VOWELS}][{_CONSONANTS}]"
_PASSPHRASE = re.compile(f"({_GROUP}){{{GROUPS}}}")
_SCRIPT_SOURCES = re.compile(r"script-src ([^;]+);")


def new_passphrase() -> str:
    """Five groups of five letters from the system's source of randomness: 80 bits, no digit and no capital to type.

    Examples
    --------
    >>> [len(group) for group in new_passphrase().split("-")]
    [5, 5, 5, 5, 5]
    """
    return "-".join(_spoken(secrets.randbits(16)) for _ in range(GROUPS))


def locked(page: str, passphrase: str) -> str:
    """A self-contained page as a file that opens with the passphrase alone.

    Parameters
    ----------
    page : str
        HTML in the single form: it loads nothing.
    passphrase : str
        From `new_passphrase`; capitals, spaces and hyphens do not matter.

    Raises
    ------
    UsageProblem
        Where the passphrase is no such one: it would be easier to guess.

    Examples
    --------
    >>> page = "<meta content=\\"script-src 'none';\\"><p>Deadlift: clearly better."
    >>> file = locked(page, "lusab-babad-gutih-tugad-mudof")
    >>> "Deadlift" in file, "This page is locked" in file
    (False, True)
    """
    salt, nonce = os.urandom(16), os.urandom(12)
    header = json.dumps(
        {
            "lock": 1,
            "cipher": "AES-256-GCM",
            "key": "PBKDF2-SHA256",
            "rounds": ROUNDS,
            "salt": _text(salt),
            "nonce": _text(nonce),
        }
    )
    packed = gzip.compress(page.encode(), mtime=0)
    content = AESGCM(_key(passphrase, salt)).encrypt(nonce, packed, header.encode())
    script = template_text("locked.js")
    return (
        environment()
        .get_template("locked.html.jinja")
        .render(
            script_sources=Markup(_with_source(page, f"'{csp_hash(script)}'")),
            css=Markup(template_text("whole.css") + template_text("page.css")),
            script=Markup(script),
            header=Markup(header),
            content=_text(content),
        )
    )


def _key(passphrase: str, salt: bytes) -> bytes:
    letters = re.sub("[^a-z]", "", passphrase.lower())
    if not _PASSPHRASE.fullmatch(letters):
        raise UsageProblem(
            f"A passphrase is {GROUPS} groups of 5 letters, as the workbook makes them; this one has "
            f"{len(letters)} letters. Leave it out, and one is made."
        )
    return PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(letters.encode())


def _with_source(page: str, source: str) -> str:
    """The scripts that the page may run, by their hashes, and one more."""
    found = _SCRIPT_SOURCES.search(page)
    return f"{source} {found[1]}" if found and found[1] != "'none'" else source


def _spoken(number: int) -> str:
    """16 bits as consonant, vowel, consonant, vowel, consonant.

    >>> _spoken(0x7F00), _spoken(0x0001)
    ('lusab', 'babad')
    """
    letters = ""
    for width, of in ((4, _CONSONANTS), (2, _VOWELS), (4, _CONSONANTS), (2, _VOWELS), (4, _CONSONANTS)):
        letters = of[number & ((1 << width) - 1)] + letters
        number >>= width
    return letters


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
