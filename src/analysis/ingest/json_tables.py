"""JSON as a table: a list of objects becomes rows of text, so that the formats of tables read it as they read CSV.

A field within a field has its path as header, `value.date`; the entries of a list that name a type are found by it,
`metrics.HRV.value`. A bare NaN, which some exports hold, is a missing value.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import UnreadableFile
from analysis.ingest import files
from analysis.ingest.dialect import Sheet, decoded
from analysis.ingest.reading import Options, Reading
from analysis.ingest.table_format import TableFormat

MAX_COLUMNS = 2000  # of all objects of a list together
_DEEPEST = 6
_BOM = b"\xef\xbb\xbf"

Fields = Mapping[str, Any]


def looks_like_json(head: bytes, *marks: bytes) -> bool:
    """True where the head of a file is an object or a list of JSON that holds all `marks`.

    >>> looks_like_json(b'[{"day": 1}]', b'"day"'), looks_like_json(b"day,score", b"day")
    (True, False)
    """
    return head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[") and all(mark in head for mark in marks)


def loaded(path: Path) -> Any:
    """What the JSON at `path` holds, plain or gzipped. Raises UnreadableFile where it is damaged."""
    text, _, _ = decoded(files.content(path), path.name)
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as problem:
        what = "it is nested without end" if isinstance(problem, RecursionError) else problem
        raise UnreadableFile(f"{path.name} is damaged JSON ({what}). Export it again.") from None


def objects(data: object) -> list[Fields]:
    """The objects of a list, or the one that there is; anything else is none.

    >>> objects({"a": 1}), objects([{"a": 1}, 7])
    ([{'a': 1}], [{'a': 1}])
    """
    return [one for one in (data if isinstance(data, list) else [data]) if isinstance(one, dict)]


def flat(fields: Fields, above: str = "", depth: int = 1) -> dict[str, str]:
    """The fields of an object as text by their paths.

    >>> flat({"day": "2026-01-05", "metrics": [{"type": "HRV", "value": 62.5}], "left": None})
    {'day': '2026-01-05', 'metrics.HRV.type': 'HRV', 'metrics.HRV.value': '62.5', 'left': ''}
    """
    found: dict[str, str] = {}
    for name, value in fields.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and depth < _DEEPEST:
            found |= flat(value, f"{path}.", depth + 1)
        elif isinstance(value, list) and depth < _DEEPEST and value and all(map(_has_type, value)):
            for one in value:
                found |= flat(one, f"{path}.{one['type']}.", depth + 1)
        else:
            found[path] = _text(value)
    return found


def _has_type(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sheet_of(rows: Sequence[Fields], name: str) -> Sheet:
    """Objects as a sheet, a column for every path that one of them has. Raises UnreadableFile for too many of them."""
    flattened = [flat(row) for row in rows]
    header = tuple(dict.fromkeys(path for row in flattened for path in row))
    if len(header) > MAX_COLUMNS:
        raise UnreadableFile(f"{name} has {len(header)} different fields, as no export has. Leave it out.")
    return Sheet("", header, tuple(tuple(row.get(path, "") for path in header) for row in flattened))


@dataclass(frozen=True, kw_only=True)
class JsonTable(TableFormat):
    """A format of tables whose rows are objects of JSON: `records` takes them out of what a file holds.

    A file is known by the `marks` in its beginning, any of those of a tuple.
    """

    marks: tuple[tuple[bytes, ...], ...]
    records: Callable[[Any], list[Fields]] = objects

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - a file is known by what it holds
        """True for JSON that begins with the fields of this format."""
        return looks_like_json(head) and all(any(mark in head for mark in some) for some in self.marks)

    def read(self, path: Path, options: Options) -> Reading:
        """The file at `path`. Raises UnreadableFile where it has not the fields of this format."""
        return self.read_sheets([sheet_of(self.records(loaded(path)), path.name)], path, options)
