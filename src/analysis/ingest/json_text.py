"""JSON as text: objects and lists as they are nested, and below them every value as it is written there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest.dialect import MAX_BYTES, MAX_ROWS, Sheet, decoded
from analysis.ingest.reading import Options


def values_in(path: Path, options: Options) -> list[object]:
    """The values of a file: the one that it holds, or one a line where each line is JSON of its own.

    Raises UnreadableFile where it is too large, or no JSON.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFile(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Export a shorter period.")
    text, _, _ = decoded(path.read_bytes(), path.name, encoding=options.said.encoding)
    try:
        try:
            return [_value(text)]
        except json.JSONDecodeError as whole:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2 or not lines[0].rstrip().endswith("}"):
                raise whole from None
            return [_value(line) for line in lines]
    except json.JSONDecodeError as problem:
        raise UnreadableFile(f"{path.name} is no valid JSON: {problem}. Export it again.") from None
    except RecursionError:
        raise UnreadableFile(f"{path.name} is nested too deep to be an export. Leave it out.") from None


def _value(text: str) -> object:
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)


def parsed(text: str) -> object:
    """The JSON in a cell, None where it is none.

    >>> parsed('{"load": 62.50}'), parsed("62,5 kg")
    ({'load': '62.50'}, None)
    """
    try:
        return _value(text)
    except (json.JSONDecodeError, RecursionError):
        return None


def listed(value: object) -> Sequence[object]:
    """A list, empty where something else stands there."""
    return value if isinstance(value, list) else ()


def below(value: object, *keys: str) -> object:
    """What stands below keys; None where one of them does not.

    >>> below({"set": {"reps": "5"}}, "set", "reps"), below({"set": None}, "set", "reps")
    ('5', None)
    """
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def as_cell(value: object) -> str:
    """A value as the text of a cell: empty for nothing, JSON for what is nested.

    >>> as_cell("62.50"), as_cell(None), as_cell(True)
    ('62.50', '', 'true')
    """
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def objects(values: Sequence[object]) -> Iterator[Mapping[str, object]]:
    """Every object, of a list each of its own."""
    for value in values:
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def as_sheet(rows: Sequence[Mapping[str, object]], path: Path, options: Options) -> Sheet:
    """Rows as a table of text, its header every key in the order in which they come."""
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(f"{path.name} has more than {MAX_ROWS} rows. Split it, or export a shorter period.")
    header = tuple(dict.fromkeys(key for row in rows for key in row))
    table = tuple(tuple(as_cell(row.get(key)) for key in header) for row in rows)
    return Sheet("", header, table, said=options.said)
