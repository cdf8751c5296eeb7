"""Tables in a JSON file: its lists of objects, a row an object and a column a key, all as text."""

import json
from collections.abc import Iterator
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest import files
from analysis.ingest.dialect import MAX_ROWS, NOTHING_SAID, Said, Sheet

_MOST_SHAPES = 200  # of objects that differ in their keys


def read_json(path: Path, said: Said = NOTHING_SAID) -> list[Sheet]:
    """The lists of objects in the file at `path`, or the one object that it is; those of the same keys are a table.

    Raises UnreadableFile where it is damaged, too large, or holds none.
    """
    try:
        content = json.loads(files.content(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise UnreadableFile(f"{path.name} is no JSON: {str(problem)[:100]}. Export it again.") from None
    sheets: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for count, (name, one) in enumerate(_objects(content), 1):
        if count > MAX_ROWS:
            raise UnreadableFile(f"{path.name} has more than {MAX_ROWS} rows. Split it, or export a shorter period.")
        sheets.setdefault((name, tuple(one)), []).append(tuple(map(_text, one.values())))
    if not sheets or len(sheets) > _MOST_SHAPES:
        raise UnreadableFile(f"{path.name} holds no list of alike objects. Export it as CSV, or leave it out.")
    names: dict[str, int] = {}
    found = []
    for (name, header), rows in sheets.items():
        names[name] = names.get(name, 0) + 1
        number = f" {names[name]}" if names[name] > 1 else ""
        found.append(Sheet(f"{name}{number}", header, tuple(rows), said=said))
    return found


def _objects(content: object) -> Iterator[tuple[str, dict]]:
    """The objects of a list, or of the lists that an object holds, with the name of their list."""
    if isinstance(content, dict) and not any(isinstance(value, list) for value in content.values()):
        yield "rows", content
        return
    lists = content.items() if isinstance(content, dict) else [("rows", content)]
    for name, some in lists:
        for one in some if isinstance(some, list) else ():
            if isinstance(one, dict) and one:
                yield str(name), one


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
