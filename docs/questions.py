"""The pages of the reference by question: what an analyst asks, and each public name that answers it.

`questions.toml` beside this is the table; a test holds it against the names that `aw.metrics`, `aw.models` and
`aw.figures` have.
"""

import ast
import importlib.resources
import inspect
import re
import tomllib
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import analysis

TABLE = Path(__file__).with_name("questions.toml")
ROOMS = ("metrics", "models", "figures")
FOLDER = "by_question"
BEGIN = """import analysis as aw

ws = aw.open_workspace("workbook-demo")
alder = ws.athlete("Alder", until="2026-07-05")
lift = ws.config.lift("romanian_deadlift")
"""


@dataclass(frozen=True)
class Question:
    """A question, what is told of it, lines that begin to answer it, and the names of each room."""

    page: str
    title: str
    told: str
    example: str
    metrics: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    def names(self, room: str) -> tuple[str, ...]:
        """Its names of a room."""
        return getattr(self, room)


def questions() -> list[Question]:
    """The questions of the table, in its order."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["questions"]
    return [Question(**{key: tuple(value) if key in ROOMS else value for key, value in row.items()}) for row in rows]


def pages() -> dict[str, str]:
    """The page that lists the questions, and one for each: path below the folder of the reference, and Markdown."""
    asked = questions()
    rows = "".join(f"| [{one.title}]({FOLDER}/{one.page}.md) | {one.told} |\n" for one in asked)
    tree = "\n".join(f"{FOLDER}/{one.page}" for one in asked)
    listed = (
        "# By question\n\nEvery name of `aw.metrics`, `aw.models` and `aw.figures`, under what it answers.\n\n"
        f"| question | what is there |\n|---|---|\n{rows}\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"
    )
    return {f"{FOLDER}.md": listed} | {f"{FOLDER}/{one.page}.md": page(one) for one in asked}


def page(question: Question) -> str:
    """A question as a page: what is told of it, lines to begin with, and a table of names a room."""
    told = f"# {question.title}\n\n{question.told}\n\n## Begin with\n\n```python\n{BEGIN}\n{question.example}```\n"
    heads = {"models": "Models", "metrics": "Numbers", "figures": "Figures"}
    for room, head in heads.items():
        modules = modules_of_names(room)
        rows = "".join(
            f"| [`aw.{room}.{name}`](../{room}/{modules[name]}.md) | {first_sentence(room, name)} |\n"
            for name in question.names(room)
        )
        told += f"\n## {head}\n\n| name | what it gives |\n|---|---|\n{rows}" if rows else ""
    return told


def modules_of_names(room: str) -> dict[str, str]:
    """Which module of a room each of its public names comes from, as its page is called.

    >>> modules_of_names("models")["critical_speed"]
    'running.critical_speed'
    """
    stub = importlib.resources.files(f"analysis.{room}").joinpath("__init__.pyi").read_text(encoding="utf-8")
    return {
        alias.name: given.module or alias.name  # `from . import mobility` names a module itself
        for given in ast.parse(stub).body
        if isinstance(given, ast.ImportFrom)
        for alias in given.names
    }


def first_sentence(room: str, name: str) -> str:
    """What a name says of itself first, as a cell of a table.

    >>> first_sentence("metrics", "pace_s_per_km")
    'Seconds a kilometre; NaN where an input is NaN.'
    """
    first = " ".join(takewhile(str.strip, inspect.getdoc(getattr(getattr(analysis, room), name)).splitlines()))
    return re.split(r"(?<=[.?])\s(?=[A-Z`])", first)[0].replace("|", "\\|").replace("*", "\\*")
