"""A page under a passphrase: what its file holds, and that nothing but the passphrase opens it."""

import base64
import gzip
import json
import re

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from hypothesis import given, settings
from hypothesis import strategies as st
from soak_scale import times

from analysis.base.errors import UsageProblem
from analysis.report.locked import ROUNDS, locked, new_passphrase

PASSPHRASE = "lusab-babad-gutih-tugad-mudof"
PAGE = """<meta content="default-src 'none'; script-src 'sha256-abc='; img-src data:"><p>Alder’s deadlift: 0.04 m/s."""


@pytest.fixture(scope="module")
def file() -> str:
    return locked(PAGE, PASSPHRASE)


def header_of(file: str) -> str:
    return re.search(r'id="lock">([^<]*)</script>', file)[1]


def content_of(file: str) -> bytes:
    return base64.b64decode(re.search(r'id="locked">([^<]*)</script>', file)[1])


def key_of(file: str, passphrase: str = PASSPHRASE) -> bytes:
    """The key as anybody derives it who reads the header, in this test as in a browser."""
    said = json.loads(header_of(file))
    letters = passphrase.replace("-", "").encode()
    return PBKDF2HMAC(SHA256(), 32, base64.b64decode(said["salt"]), said["rounds"]).derive(letters)


@pytest.fixture(scope="module")
def key(file) -> bytes:
    return key_of(file)


def test_the_header_says_all_that_opening_takes_but_the_passphrase(file, key):
    said = json.loads(header_of(file))
    page = AESGCM(key).decrypt(base64.b64decode(said["nonce"]), content_of(file), header_of(file).encode())
    assert gzip.decompress(page).decode() == PAGE
    assert (said["cipher"], said["key"]) == ("AES-256-GCM", "PBKDF2-SHA256")
    assert said["rounds"] == ROUNDS >= 600_000
    assert (len(base64.b64decode(said["salt"])), len(base64.b64decode(said["nonce"]))) == (16, 12)


def test_nothing_of_the_page_and_nothing_of_the_passphrase_is_in_the_file(file):
    for told in ("Alder", "deadlift", "0.04", "lusab", PASSPHRASE.replace("-", "")):
        assert told not in file


def test_two_locks_of_one_page_share_neither_salt_nor_nonce_nor_content(file):
    again = locked(PAGE, PASSPHRASE)
    one, other = json.loads(header_of(file)), json.loads(header_of(again))
    assert one["salt"] != other["salt"]
    assert one["nonce"] != other["nonce"]
    assert content_of(file) != content_of(again)


@settings(max_examples=times(50, 50, 200))
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_no_altered_byte_of_the_content_is_accepted(file, key, place, bit):
    content, said = bytearray(content_of(file)), json.loads(header_of(file))
    content[place % len(content)] ^= 1 << bit
    with pytest.raises(InvalidTag):
        AESGCM(key).decrypt(base64.b64decode(said["nonce"]), bytes(content), header_of(file).encode())


def test_no_altered_letter_of_the_header_is_accepted(file, key):
    header, said = header_of(file), json.loads(header_of(file))
    for place in range(len(header)):
        altered = header[:place] + chr(ord(header[place]) ^ 1) + header[place + 1 :]
        with pytest.raises(InvalidTag):
            AESGCM(key).decrypt(base64.b64decode(said["nonce"]), content_of(file), altered.encode())


def test_another_passphrase_gives_another_key(file, key):
    assert key_of(file, "lusab-babad-gutih-tugad-mudob") != key


def test_capitals_spaces_and_hyphens_do_not_matter():
    said = "Lusab babad GUTIH tugadmudof"
    file = locked(PAGE, said)
    nonce = base64.b64decode(json.loads(header_of(file))["nonce"])
    page = AESGCM(key_of(file)).decrypt(nonce, content_of(file), header_of(file).encode())
    assert gzip.decompress(page).decode() == PAGE


def test_a_passphrase_has_80_bits_and_only_letters_that_a_phone_types_without_switching():
    made = {new_passphrase() for _ in range(500)}
    groups = {group for passphrase in made for group in passphrase.split("-")}
    assert len(made) == 500
    assert len(groups) > 2400  # of 2500 drawn from 65,536 some 48 are there twice
    assert all(re.fullmatch(r"([bdfghjklmnprstvz][aiou]){2}[bdfghjklmnprstvz]", group) for group in groups)
    assert {len(passphrase.split("-")) for passphrase in made} == {5}


@pytest.mark.parametrize("weak", ["", "alder", "lusab-babad-gutih-tugad", "a" * 25])
def test_a_passphrase_that_is_easier_to_guess_is_refused(weak):
    with pytest.raises(UsageProblem, match="5 groups of 5 letters"):
        locked(PAGE, weak)


def test_the_file_runs_the_scripts_of_its_page_and_the_one_that_opens_it(file):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', file)[1]
    sources = re.search(r"script-src ([^;]*);", policy)[1].split()
    assert policy.startswith("default-src 'none';")
    assert len(sources) == 2
    assert sources[1] == "'sha256-abc='"
    assert "http" not in re.sub(r"http-equiv", "", file)
