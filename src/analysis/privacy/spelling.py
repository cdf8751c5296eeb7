"""The ways in which a name may stand in a text, and in the bytes of one.

A name is its words, each letter in either case, accents composed or not. Between the words stands what people and
systems put there, or nothing: `O'Brien` is `O’Brien`, `O Brien` and `OBrien`. In bytes each letter may be in any of the
encodings below; escapes are undone first, as `unescaped` does.
"""

import html
import re
import unicodedata
from binascii import a2b_qp
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import permutations
from typing import AnyStr
from urllib.parse import unquote_to_bytes

SHORTEST_NAME = 4  # letters; a shorter name stands in too many words to be looked for

_NARROW = (
    *("utf-8", "cp1252", "mac_roman", "cp1250", "iso8859_2", "mac_latin2", "cp1254", "cp850", "cp852"),
    *("cp1251", "koi8_r", "cp1253", "cp1257"),
)
_WIDE = {"utf-16-le": (0, 1), "utf-16-be": (1, 0), "utf-32-le": (0, 3), "utf-32-be": (3, 0)}  # zeros around a letter
_MOST_TURNED = 3  # words of a name whose every order is looked for
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"})
_UNCOMPOSED = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ı": "i", "ß": "ss"})

_WORD = re.compile(r"(?:[^\W_]\.)|[^\W_]+")  # an initial keeps its point: "A. Fir" is not "a fir"
_BETWEEN = r"(?:%20|&nbsp;|[^\w\u0300-\u036f]|_){0,4}"
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_]|[\u0300-\u036f])"
_BETWEEN_BYTES = (
    rb"(?:[^0-9a-z\x80-\xff]|[\x80-\x9f\xa0\xad\xca\xd0-\xd5]|\xe2[\x80-\x88][\x80-\xbf]|\xc2[\x80-\xbf]"
    rb"|\xca[\xb9-\xbf]|\xef\xbc[\x80-\x8f]|%20|&nbsp;){0,4}"
)


def words_of(name: str) -> list[str]:
    """The words of a name, without what stands between them.

    >>> words_of("Anne-Marie O'Elm"), words_of("A. Fir")
    (['Anne', 'Marie', 'O', 'Elm'], ['A.', 'Fir'])
    """
    return _WORD.findall(unicodedata.normalize("NFC", name))


def is_too_short(name: str) -> bool:
    """Whether a name has too few letters to be looked for.

    >>> is_too_short("D'Or"), is_too_short("Fir1")
    (True, False)
    """
    return sum(map(str.isalnum, name)) < SHORTEST_NAME


def other_spellings(name: str) -> set[str]:
    """A name as people and systems write it that know no such letters, or that put its words in another order.

    >>> sorted(other_spellings("Jörg Fir"))
    ['Fir Joerg', 'Fir Jorg', 'Fir Jörg', 'Joerg Fir', 'Jorg Fir']
    """
    marked = unicodedata.normalize("NFKD", name.translate(_UNCOMPOSED))
    plain = "".join(letter for letter in marked if not unicodedata.combining(letter))
    spelled = {name, plain, unicodedata.normalize("NFC", name).lower().translate(_SPELLED_OUT).title()}
    turned = {" ".join(order) for words in map(str.split, spelled) for order in _orders(words)}
    return {text for text in spelled | turned if text.casefold() != name.casefold()}


def _orders(words: list[str]) -> Iterable[tuple[str, ...]]:
    if len(words) <= _MOST_TURNED:
        return permutations(words)
    return [tuple(words), (words[-1], *words[:-1]), (*words[1:], words[0])]


def in_text(names: Iterable[str]) -> re.Pattern[str]:
    """Finds one of the names in a text, as no part of a longer word; `_` and `-` end a word, as in file names.

    >>> bool(in_text(["O'Elm"]).search("with o’elm_2")), bool(in_text(["Alder"]).search("Calder"))
    (True, False)
    """
    ways = {_BETWEEN.join(map(_in_any_form, words_of(name))) for name in names}
    either = "|".join(sorted(ways, key=lambda way: (-len(way), way)))
    return re.compile(rf"{_BEFORE}(?:{either}){_AFTER}", re.IGNORECASE)


def _in_any_form(word: str) -> str:
    return "".join(_either(map(re.escape, _forms(letter)), r"(?:{})".format, "|") for letter in word)


def _either(ways: Iterable[AnyStr], group: Callable[[AnyStr], AnyStr], bar: AnyStr) -> AnyStr:
    first, *others = sorted(set(ways), key=lambda way: (-len(way), way))
    return group(reduce(lambda one, other: one + bar + other, others, first)) if others else first


def _forms(letter: str) -> set[str]:
    """A letter in each case, composed and decomposed (macOS); a plain one as it is."""
    if letter.isascii():
        return {letter.lower()}
    cased = {letter, letter.lower(), letter.upper(), letter.title(), letter.casefold()}
    return {unicodedata.normalize(form, one) for one in cased for form in ("NFC", "NFD")}


@dataclass(frozen=True)
class InBytes:
    """Finds names in lower-case bytes, where they are no part of a longer word.

    What stands before is looked at after a name was found: a pattern that begins with it is several times slower.
    """

    names: re.Pattern[bytes]
    begins: re.Pattern[bytes]
    is_wide: bool

    def is_in(self, data: bytes) -> bool:
        found = self.names.search(data)
        while found and not self.begins.match(data, found.start()):
            found = self.names.search(data, found.start() + 1)
        return found is not None


def in_bytes(names: Iterable[str]) -> list[InBytes]:
    """What finds one of the names in encodings of one byte a letter and UTF-8, and in UTF-16 and UTF-32."""
    every = [words_of(name) for name in names]
    letter = rb"[0-9a-z]"
    found = [_finder(every, _narrow, _BETWEEN_BYTES, letter, letter, is_wide=False)]
    for encoding, (zeros_before, zeros_after) in _WIDE.items():
        before, after = b"\\0" * zeros_before, b"\\0" * zeros_after
        unit = before + b"%s" + after
        high = b"[\\x02\\x20-\\x22\\x30\\xff]"
        special = b"[\\0-\\xff]" + high + after[2:] if zeros_after else before[2:] + high + b"[\\0-\\xff]"
        between = b"(?:%s|%s|%s){0,4}" % (unit % rb"[^0-9a-z]", special, unit % rb"[\x80-\xbf]")
        found.append(_finder(every, _in_encoding(encoding), between, letter + after, before + letter, is_wide=True))
    return found


def _finder(
    every: list[list[str]],
    ways: Callable[[str], set[bytes]],
    between: bytes,
    before: bytes,
    after: bytes,
    *,
    is_wide: bool,
) -> InBytes:
    parts = ([b"".join([_letter(letter, ways) for letter in word]) for word in words] for words in every)
    patterns: set[bytes] = {bytes(between.join(several)) for several in parts}
    either = b"|".join(sorted(sorted(patterns), key=len, reverse=True))
    return InBytes(re.compile(b"(?:%s)(?!%s)" % (either, after)), re.compile(b"(?<!%s)" % before), is_wide)


def _letter(letter: str, ways: Callable[[str], set[bytes]]) -> bytes:
    written = {re.escape(way.lower()) for form in _forms(letter) for way in ways(form)}
    return _either(written, lambda either: b"(?:%s)" % either, b"|")


def _narrow(text: str) -> set[bytes]:
    """A letter in the narrow encodings, and as one that was read in the wrong one and written again."""
    ways = {text.encode()}
    for encoding in _NARROW:
        with suppress(UnicodeEncodeError):
            ways.add(text.encode(encoding))
    for wrong in ("cp1252", "latin-1"):
        with suppress(UnicodeDecodeError):
            ways.add(text.encode().decode(wrong).encode())
    return ways


def _in_encoding(encoding: str) -> Callable[[str], set[bytes]]:
    return lambda text: {text.encode(encoding)}


_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BACKSLASHED = re.compile(rb"\\+(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")


def _without_entities(data: bytes) -> bytes:
    return _ENTITY.sub(lambda found: html.unescape(found[0].decode()).encode("utf-8", "replace"), data)


def _without_quoting(data: bytes) -> bytes:
    return a2b_qp(data)


def _without_backslashes(data: bytes) -> bytes:
    def letter(found: re.Match[bytes]) -> bytes:
        code = int(found[1] or found[2] or found[3], 16)
        return chr(code).encode("utf-8", "replace") if code < 0x110000 else found[0]

    return _BACKSLASHED.sub(letter, data)


_UNESCAPES: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"&", _without_entities),
    (b"\\", _without_backslashes),
    (b"%", unquote_to_bytes),
    (b"=", _without_quoting),
    (b"&", _without_entities),  # of what was escaped twice, and once more by a package
    (b"&", _without_entities),
)


def unescaped(data: bytes) -> Iterator[bytes]:
    """The bytes, and what they become when escapes of HTML, JSON, addresses and mails are undone one after another.

    >>> list(unescaped(b"J&#246;rg"))[-1].decode()
    'Jörg'
    """
    yield data
    for mark, undo in _UNESCAPES:
        if mark in data:
            plain = undo(data)
            if plain != data:
                data = plain
                yield data
