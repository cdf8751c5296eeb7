"""The names of people as they are compared: what people and systems write differently is the same name."""

import re
import unicodedata

from analysis.base.words import plain

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")  # marks that take no place
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
_UNCOMPOSED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d"})
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def name_key(name: str) -> str:
    """A name in one Unicode form, without case, spare blanks and marks that nobody sees.

    >>> name_key(" Jose\\u0301  ALDER\\u00a0") == name_key("José Alder")
    True
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", name)).translate(_APOSTROPHES)
    return unicodedata.normalize("NFC", " ".join(seen.split()).casefold())


def bare_names(name: str) -> set[str]:
    """A name as who has no such letters writes it: without accents, and with the letters spelled out.

    >>> sorted(bare_names("Jörg Fir"))
    ['joerg fir', 'jorg fir']
    """
    key = name_key(name)
    return {plain(form.translate(_UNCOMPOSED)) for form in (key, key.translate(_SPELLED_OUT))}
