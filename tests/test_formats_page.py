"""The page of formats says what the readers declare, and every format has a file that a test reads."""

import sys
from pathlib import Path

import pytest
from format_samples import ELSEWHERE, FILES

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

import formats  # noqa: E402 - a script beside the page it writes

from analysis.ingest.registry import readers  # noqa: E402


def test_the_page_of_formats_is_that_of_today():
    """`python docs/formats.py` writes it."""
    assert formats.PAGE.read_text(encoding="utf-8") == formats.page()


def test_every_reader_has_a_file_that_a_test_reads():
    assert {reader.name for reader in readers()} == ELSEWHERE | FILES.keys()


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.name)
def test_every_reader_says_what_it_takes_and_what_it_leaves(reader):
    assert reader.title
    assert reader.takes
    assert reader.leaves
    assert "|" not in reader.takes + reader.leaves
