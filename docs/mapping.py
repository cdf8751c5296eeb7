"""Write the tables of the how-to of mappings from what the targets declare.

`python docs/mapping.py` rewrites them in `docs/how-to/mapping.md`; a test holds the page to it.
"""

import re
from pathlib import Path

from analysis.base.units import units_of
from analysis.ingest.mapping.mapping import Each, Mapping, Match
from analysis.ingest.mapping.targets import TARGETS, Target

PAGE = Path(__file__).parent / "how-to" / "mapping.md"
BEGINS, ENDS = "<!-- made by docs/mapping.py -->", "<!-- end -->"
_NONE = "-"


def page(text: str) -> str:
    """The page with its tables as the code of today declares them."""
    made = "\n\n".join([_keys(), *map(_target, TARGETS.values())])
    return re.sub(rf"(?<={BEGINS}\n).*?(?={ENDS})", lambda _: f"\n{made}\n\n", text, flags=re.DOTALL)


def _keys() -> str:
    """The keys of a mapping."""
    rows = [f"| `{name}` | {_said(field.description) or _target_names(name)} |" for name, field in _all_keys()]
    return "\n".join(["| key | what it says |", "|---|---|", *rows])


def _all_keys():
    of_parts = {"match": Match, "each": Each}
    for name, field in Mapping.model_fields.items():
        if name not in of_parts:
            yield name, field
            continue
        for inner, own in of_parts[name].model_fields.items():
            yield f"{name}.{inner}", own


def _said(description: str | None) -> str:
    return (description or "").replace("|", "or")


def _target_names(name: str) -> str:
    known = {
        "name": "how it is called in notes",
        "target": f"what a row is: {', '.join(f'`{one}`' for one in TARGETS)}",
    }
    return known.get(name, "")


def _target(target: Target) -> str:
    """What a target needs and may have."""
    rows = [_field(target, name) for name in target.fields]
    head = ["| field | unit in the file | what it says |", "|---|---|---|"]
    return "\n".join([f"### `{target.name}`: {target.row}", "", _needs(target), "", *head, *rows])


def _needs(target: Target) -> str:
    one_of = [" or ".join(f"`{name}`" for name in names) for names in target.one_of]
    needed = [f"`{name}`" for name in target.required]
    return f"Needed, from a column or as a constant: {', '.join([*needed, *one_of])}."


def _field(target: Target, name: str) -> str:
    column = target.column(name)
    unit = column.unit if column else None
    units = ", ".join(units_of(unit)) if unit else _NONE
    values = f" ({', '.join(f'`{value}`' for value in column.values)})" if column and column.values else ""
    words = f" (`{'`, `'.join(column.words.known)}` or `{column.words.nothing}`)" if column and column.words else ""
    low, high = (column.low, column.high) if column else (None, None)
    span = f"; {low:g} to {high:g}{f' {unit}' if unit else ''}" if low is not None and high is not None else ""
    said = f"{target.meaning(name)}{values}{words}{span}".replace("|", "or")
    return f"| `{name}` | {units} | {said} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
