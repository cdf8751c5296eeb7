"""Texts that are made of known words: which there are, and what else people write for each."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

_APART = re.compile(r"[\s,;/+_-]+")


def plain(text: str) -> str:
    """`text` without accents and in lower case.

    >>> plain("Févr")
    'fevr'
    """
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a text that holds several, with a space between them.

    `meant` has the words, each with what else people write for it; `nothing` is what they write for none of them, which
    is the empty text; `more` is what somebody writes for a text of these words.
    """

    meant: Mapping[str, tuple[str, ...]]
    nothing: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self.meant)

    def allows(self, text: str) -> bool:
        """Whether a text is as `read` gives one: known words, each once, a space between two."""
        words = text.split(" ") if text else []
        return len(set(words)) == len(words) and set(words) <= self.meant.keys()

    def read(self, text: str) -> tuple[str, list[str]]:
        """The known words of a text in its order, then what of it is no known word.

        Case does not count, nor the s of a plural; words are apart by spaces, commas, semicolons, slashes, plus signs,
        hyphens or underscores. What says nothing is no known word beside one.

        >>> breaks = Words({"flexion": ("spinal flexion", "rounding"), "shift": ()}, "clean")
        >>> breaks.read("Shift, Spinal flexion"), breaks.read(" clean "), breaks.read("shift cleen")
        (('shift flexion', []), ('', []), ('shift', ['cleen']))
        """
        parts = _parts(text)
        found: list[str] = []
        unknown: list[str] = []
        while parts:
            length = next((n for n in range(self._longest, 0, -1) if _spelt(parts[:n]) in self._by_spelling), 1)
            said = self._by_spelling.get(_spelt(parts[:length]))
            unknown += [parts[0]] if said is None else []
            found += [] if said is None else said.split(" ")
            parts = parts[length:]
        words = list(dict.fromkeys(found))
        if "" in words and len(words) > 1:
            unknown.append(self.nothing)
        return " ".join(word for word in words if word), unknown

    def near(self, unknown: str) -> str | None:
        """What may have been meant by a word that is not known."""
        written = [self.nothing, *(text for word, others in self.meant.items() for text in (word, *others))]
        return next(iter(difflib.get_close_matches(unknown, written, n=1)), None)

    def also(self, more: Mapping[str, str]) -> "Words":
        """These, and what else somebody writes for them.

        >>> Words({"flexion": ()}, "clean").also({"Rund": "flexion"}).read("rund")
        ('flexion', [])
        """
        return replace(self, more=more) if more else self

    @cached_property
    def _by_spelling(self) -> dict[str, str]:
        spelt = {self.nothing: ""} | {text: word for word, others in self.meant.items() for text in (word, *others)}
        known = replace(self, more={}) if self.more else self
        spelt |= {text: known.read(ours)[0] for text, ours in self.more.items()}
        return {_spelt(_parts(text)): words for text, words in spelt.items()}

    @cached_property
    def _longest(self) -> int:
        """How many parts the longest has."""
        return max(spelling.count(" ") + 1 for spelling in self._by_spelling)


def _parts(text: str) -> list[str]:
    return [part for part in _APART.split(text.casefold()) if part]


def _spelt(parts: list[str]) -> str:
    return " ".join(part.removesuffix("s") for part in parts)


BREAKS = Words(
    {
        "flexion": ("spinal flexion", "lumbar flexion", "rounding", "back rounding", "rounded back", "rounded"),
        "valgus": ("knee valgus",),
        "shift": ("hip shift",),
    },
    "clean",
)

# what an athlete does when form breaks so
BREAKS_SEEN = {"flexion": "back rounds", "valgus": "knees fall in", "shift": "hips shift"}

CONSENT = Words({"report": (), "squad": (), "body_mass": (), "delivery": ()}, "none")
