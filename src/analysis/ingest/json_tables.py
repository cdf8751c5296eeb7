"""JSON as tables: lists of objects become rows of text, so that the formats of tables read them as they read CSV.

A field within a field has its path as header, `value.date`; the entries of a list that name a type are found by it,
`metrics.HRV.value`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest.dialect import MAX_ROWS, NOTHING_SAID, Said, Sheet
from analysis.ingest.json_values import Fields, as_cell, loaded, looks_like_json, objects, words
from analysis.ingest.reading import Options, Reading
from analysis.ingest.table_format import TableFormat

MAX_COLUMNS = 2000  # of all objects of a list together
_DEEPEST = 6
_MOST_SHAPES = 200  # of objects that differ in their keys


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
            found[path] = as_cell(value)
    return found


def _has_type(value: object) -> bool:
    return isinstance(value, dict) and words(value.get("type")) is not None


def sheet_of(rows: Sequence[Fields], path: Path, said: Said = NOTHING_SAID) -> Sheet:
    """Objects as a sheet, a column for every path that one of them has. Raises UnreadableFile for too many of them."""
    _refuse_more(len(rows), path)
    flattened = [flat(row) for row in rows]
    header = tuple(dict.fromkeys(name for row in flattened for name in row))
    if len(header) > MAX_COLUMNS:
        raise UnreadableFile(
            f"{printable(path.name)} has {len(header)} different fields, as no export has. Leave it out."
        )
    return Sheet("", header, tuple(tuple(row.get(name, "") for name in header) for row in flattened), said=said)


def sheets_by_keys(path: Path, said: Said = NOTHING_SAID) -> list[Sheet]:
    """The lists of objects in the file at `path`, or the one object that it is; those of the same keys are a table.

    Raises UnreadableFile where it is damaged, too large, or holds none.
    """
    found = list(_named(loaded(path, said)))
    _refuse_more(len(found), path)
    tables: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for name, one in found:
        tables.setdefault((name, tuple(one)), []).append(tuple(map(as_cell, one.values())))
    if not tables or len(tables) > _MOST_SHAPES:
        raise UnreadableFile(
            f"{printable(path.name)} holds no list of alike objects. Export it as CSV, or leave it out if it holds no "
            "training."
        )
    names: dict[str, int] = {}
    sheets = []
    for (name, header), rows in tables.items():
        names[name] = names.get(name, 0) + 1
        number = f" {names[name]}" if names[name] > 1 else ""
        sheets.append(Sheet(f"{name}{number}", header, tuple(rows), said=said))
    return sheets


def _refuse_more(count: int, path: Path) -> None:
    if count > MAX_ROWS:
        raise UnreadableFile(
            f"{printable(path.name)} has more than {MAX_ROWS} rows. Split it, or export a shorter period."
        )


def _named(content: object) -> Iterator[tuple[str, Fields]]:
    """The objects of a list, or of the lists that an object holds, with the name of their list."""
    if isinstance(content, dict) and not any(isinstance(value, list) for value in content.values()):
        yield from [("rows", content)] if content else ()
        return
    lists = content.items() if isinstance(content, dict) else [("rows", content)]
    for name, some in lists:
        for one in objects(some) if isinstance(some, list) else ():
            if one:
                yield str(name), one


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
        return self.read_sheets([sheet_of(self.records(loaded(path, options.said)), path)], path, options)
