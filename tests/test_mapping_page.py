"""The how-to of mappings lists what the code knows: every target, field and unit."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

import mapping  # noqa: E402 - a script beside the page it writes

from analysis.ingest.mapping.mapping import Mapping  # noqa: E402
from analysis.ingest.mapping.targets import TARGETS  # noqa: E402


def test_the_tables_of_the_how_to_are_those_of_today():
    """`python docs/mapping.py` writes them."""
    text = mapping.PAGE.read_text(encoding="utf-8")
    assert mapping.page(text) == text
    assert all(f"| `{name}` |" in text for target in TARGETS.values() for name in target.fields)
    assert all(f"### `{name}`" in text for name in TARGETS)


def test_every_field_and_every_key_says_what_it_is():
    assert [name for target in TARGETS.values() for name in target.fields if not target.meaning(name)] == []
    assert [row for row in mapping._keys().splitlines() if row.endswith("|  |")] == []


def test_every_target_can_be_named_in_a_mapping():
    assert set(Mapping.model_fields["target"].annotation.__args__) == set(TARGETS)
