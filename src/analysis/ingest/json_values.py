"""JSON as it is nested, every number as it is written: what a file holds, plain or gzipped, whole or a value a line."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest import files
from analysis.ingest.dialect import MAX_BYTES, NOTHING_SAID, Said, decoded

DEEPEST = 100  # objects and lists within each other
_BOM = b"\xef\xbb\xbf"

Fields = Mapping[str, Any]


class Number(str):
    """A number as it is written: 62.50 stays 62.50."""

    __slots__ = ()


def looks_like_json(head: bytes, *marks: bytes) -> bool:
    """True where the head of a file is an object or a list of JSON that holds all `marks`.

    >>> looks_like_json(b'[{"day": 1}]', b'"day"'), looks_like_json(b"day,score", b"day")
    (True, False)
    """
    return head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[") and all(mark in head for mark in marks)


def values_in(path: Path, said: Said = NOTHING_SAID) -> list[Any]:
    """The values of the file at `path`: the one that it holds, or one a line where each line is JSON of its own.

    A bare NaN, which some exports hold, is a missing value. Raises UnreadableFile where the file is too large, damaged,
    or nested too deep.
    """
    name = printable(path.name)
    content = files.content(path)
    if len(content) > MAX_BYTES:
        raise UnreadableFile(f"{name} is larger than {MAX_BYTES // 1_000_000} MB. Export a shorter period.")
    text, _, _ = decoded(content, name, encoding=said.encoding)
    try:
        values = _values(text)
    except ValueError as problem:
        raise UnreadableFile(f"{name} is damaged JSON: {str(problem)[:100]}. Export it again.") from None
    except RecursionError:
        values = None
    if values is None or not _is_shallow(values):
        raise UnreadableFile(f"{name} is damaged JSON: it is nested too deep to be an export. Leave it out.")
    return values


def _values(text: str) -> list[Any]:
    try:
        return [_value(text)]
    except ValueError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].rstrip().endswith("}"):
            raise whole from None
        return [_value(line) for line in lines]


def _value(text: str) -> Any:
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=lambda _: None)


def _is_shallow(values: list[Any]) -> bool:
    level = [value for value in values if isinstance(value, dict | list)]
    for _ in range(DEEPEST):
        within = (one.values() if isinstance(one, dict) else one for one in level)
        level = [value for some in within for value in some if isinstance(value, dict | list)]
    return not level


def loaded(path: Path, said: Said = NOTHING_SAID) -> Any:
    """What the JSON at `path` holds, of values a line the list of them. Raises UnreadableFile as `values_in` does."""
    values = values_in(path, said)
    return values[0] if len(values) == 1 else values


def parsed(text: str) -> Any:
    """The JSON in a cell, None where it is none.

    >>> parsed('{"load": 62.50}'), parsed("62,5 kg")
    ({'load': '62.50'}, None)
    """
    try:
        value = _value(text)
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow([value]) else None


def objects(data: object) -> list[Fields]:
    """The objects of a list, or the one that there is; anything else is none.

    >>> objects({"a": 1}), objects([{"a": 1}, 7])
    ([{'a': 1}], [{'a': 1}])
    """
    return [one for one in (data if isinstance(data, list) else [data]) if isinstance(one, dict)]


def objects_in(path: Path, said: Said = NOTHING_SAID) -> list[Fields]:
    """The objects of a file, of lists each of their own. Raises UnreadableFile as `values_in` does."""
    return [one for value in values_in(path, said) for one in objects(value)]


def listed(value: object) -> Sequence[Any]:
    """A list, empty where something else stands there."""
    return value if isinstance(value, list) else ()


def below(value: object, *keys: str) -> Any:
    """What stands below keys; None where one of them does not.

    >>> below({"set": {"reps": "5"}}, "set", "reps"), below({"set": None}, "set", "reps")
    ('5', None)
    """
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def words(value: object) -> str | None:
    """Text with words in it; None for a number and for anything else.

    >>> words("Morning run"), words(" "), words(Number("7"))
    ('Morning run', None, None)
    """
    return value if isinstance(value, str) and not isinstance(value, Number) and value.strip() else None


def as_cell(value: object) -> str:
    """A value as the text of a cell: empty for nothing, JSON for what is nested.

    >>> as_cell(Number("62.50")), as_cell(None), as_cell(True)
    ('62.50', '', 'true')
    """
    if isinstance(value, str):
        return str(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)
