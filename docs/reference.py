"""Make the pages of the reference from the package: questions, models, figures, tables, configuration, commands.

`docs/conf.py` calls `write` before every build. Nothing of it is committed, so that no page can be out of date.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import nbformat
import questions
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import analysis
from analysis import figures, metrics, models
from analysis.base.config import Config
from analysis.base.tables import TABLES, Column, Table
from analysis.base.wellness_items import wellness_items
from analysis.cli import main
from analysis.workspace import shipped_notebooks
from analysis.workspace.as_of import FRAMES, joined_columns

FOLDER = "reference"
GALLERY = "_gallery"
PICTURE = "picture"  # the tag of the cell that draws what a notebook is known by
ROOMS = {"models": models, "figures": figures, "metrics": metrics}
BASE = (
    "analysis.workspace.workspace",
    "analysis.base.states",
    "analysis.base.sentences",
    "analysis.base.blocks",
    "analysis.report.page",
    "analysis.base.errors",
)
NO_OPTIONS = ("help", "version")


def pages(pictures: Path) -> dict[str, str]:
    """Every page of the reference: its path below the folder of the reference, and its Markdown.

    `pictures` is the folder with the pictures of the gallery; those that it lacks are named without a picture.
    """
    modules = {room: list(modules_of(package)) for room, package in ROOMS.items()}
    modules["base"] = [importlib.import_module(name) for name in BASE]
    made = {page_of(module, room): module_page(module) for room, own in modules.items() for module in own}
    made |= {f"{room}.md": index_page(room, modules[room]) for room in modules}
    return (
        made
        | questions.pages()
        | {
            "modules.md": modules_page(),
            "tables.md": tables_page(),
            "configuration.md": configuration_page(),
            "commands.md": commands_page(),
            "gallery.md": gallery_page(modules["figures"], pictures),
            "notebooks.md": notebooks_page(pictures),
        }
    )


def write(docs: Path) -> None:
    """Put the pages below `docs`; a page that is as it was keeps its time, and pages of modules long gone go."""
    wanted = {docs / FOLDER / path: text for path, text in pages(docs / GALLERY).items()}
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in (docs / FOLDER).rglob("*.md"):
        if path not in wanted:
            path.unlink()


# modules


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package that say what they are for, those of its folders too."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        if module.__doc__:
            yield module


def page_of(module: ModuleType, room: str) -> str:
    """Where the page of a module is, below the folder of the reference.

    >>> from analysis.models.fitness_fatigue import banister
    >>> page_of(banister, "models")
    'models/fitness_fatigue.banister.md'
    """
    name = module.__name__.removeprefix(f"analysis.{room}.").removeprefix("analysis.")
    return f"{room}/{name}.md"


def title_of(module: ModuleType) -> str:
    """The name of what a module is about: its first line as far as the colon.

    >>> from analysis.models.form import sides
    >>> title_of(sides)
    'Left and right'
    """
    return inspect.getdoc(module).splitlines()[0].partition(":")[0].rstrip(".")


def module_page(module: ModuleType) -> str:
    """A module as a page: its docstring, which is the card of a model, then its functions and results."""
    public = [
        (name, thing)
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
    ]
    entries = [directive(module, name, thing) for name, thing in public]
    use = "\n## In Python\n\n```{eval-rst}\n" + "\n".join(filter(None, entries)) + "```\n" if any(entries) else ""
    return f"# {title_of(module)}\n\n`{module.__name__}`\n\n{card(inspect.getdoc(module))}\n{use}"


def directive(module: ModuleType, name: str, thing: object) -> str:
    """What asks Sphinx for the docstring of a function or a class; empty for anything else."""
    if inspect.isclass(thing):
        members = "" if issubclass(thing, BaseException) else "   :members:\n"
        return f".. autoclass:: {module.__name__}.{name}\n{members}"
    return f".. autofunction:: {module.__name__}.{name}\n" if inspect.isfunction(thing) else ""


def plain(lines: list[str]) -> list[str]:
    """A docstring's lines with nothing but names in backticks as a mark; a Markdown table as it stands.

    >>> plain(["b * x and `y*z`", ">>> 2 * 3", "6"])
    ['b \\\\* x and `y*z`', '>>> 2 * 3', '6']
    """
    made, verbatim = [], False
    for line in lines:
        begins_table = line.startswith("|") and not verbatim
        verbatim = bool(line.strip()) and (verbatim or line.lstrip().startswith((">>>", "|")))
        if begins_table:
            made += ["", "::", ""]
        if verbatim:
            made.append(f"    {line}" if line.startswith("|") else line)
        else:
            parts = re.split(r"(`[^`]*`)", line)
            made.append(
                "".join(part if part.startswith("`") else re.sub(r"([*|]|_\b)", r"\\\1", part) for part in parts)
            )
    return made


def card(docstring: str) -> str:
    """A module's docstring as Markdown: headings that were underlined, and a paragraph for each entry of its card.

    >>> print(card("Sides: which is larger?\\n\\nModel card\\n----------\\nQuestion: which?\\nData: trials."))
    Sides: which is larger?
    <BLANKLINE>
    ## Model card
    <BLANKLINE>
    **Question:** which?
    <BLANKLINE>
    **Data:** trials.
    """
    headed = re.sub(r"^(.+)\n-{3,}$", r"## \1\n", docstring, flags=re.MULTILINE)
    before, heading, rest = headed.partition("## Model card\n")
    entries = re.sub(r"\n([A-Z][\w ,]{2,28}):(?=\s)", r"\n\n**\1:**", rest)
    return re.sub(r"\n{3,}", "\n\n", before + heading + entries)


def index_page(room: str, modules: list[ModuleType]) -> str:
    """The list of the pages of a room; models, which have a card, stand before what they share."""
    words = {
        "models": "# Models\n\nOne page a model: its question, data and formula, when it refuses, and its limits.\n",
        "figures": "# Figures\n\nEach takes a result and draws it. [The gallery](gallery.md) shows them.\n",
        "metrics": "# Metrics\n\nFrom a table to numbers. Nothing is estimated here.\n",
        "base": "# Workspace, verdicts and pages\n\nWhat a notebook begins with, and what it shows.\n",
    }
    first = [module for module in modules if room != "models" or has_card(module)]
    others = [module for module in modules if module not in first]
    listed = listing(first, room)
    if others:
        listed += f"\n\n## What several models share\n\n{listing(others, room)}"
    tree = "\n".join(page_of(module, room) for module in [*first, *others])
    return f"{words[room]}\n{listed}\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"


def listing(modules: list[ModuleType], room: str) -> str:
    """A table with a line a module, which leads to its page."""
    rows = [f"| [{title_of(module)}]({page_of(module, room)}) | `{module.__name__}` |" for module in modules]
    return "\n".join(["| page | module |", "|---|---|", *rows])


def has_card(module: ModuleType) -> bool:
    """Whether a module is a model: its docstring then is a card.

    >>> from analysis.models import series
    >>> from analysis.models.form import sides
    >>> has_card(sides), has_card(series)
    (True, False)
    """
    return "\nModel card\n" in inspect.getdoc(module)


def modules_page() -> str:
    """Every module with the first line of its docstring, folder by folder."""
    package = Path(analysis.__path__[0])
    told = "# Modules\n\nWhat each module of `src/analysis` is for.\n"
    folders = sorted({path.parent for path in package.rglob("*.py")})
    for folder in folders:
        rows = [row(f"`{path.name}`", first_line(path)) for path in sorted(folder.glob("*.py"))]
        title = folder.relative_to(package).as_posix()
        told += (
            f"\n## {'analysis' if title == '.' else title}\n\n| module | what it is for |\n|---|---|\n{''.join(rows)}"
        )
    return told


def first_line(path: Path) -> str:
    """What a module says first, read without importing it."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


# tables


def tables_page() -> str:
    """The data dictionary, from the one declaration of the tables."""
    above = (
        "# Data dictionary\n\nThe columns of every table. Units are SI and kg, and stand in the name of the column. "
        "An empty cell is missing; it is never zero.\n\n"
        f'In Python `ws.athlete("Alder", until="2026-07-05")` has a frame each of {listed(FRAMES)}, with that '
        "athlete's rows up to that day and some columns beside those of the table, named below it. "
        "`ws.squad(until)` gives the frames of everybody, by name.\n"
    )
    return above + "".join(table_entry(table) for table in TABLES.values())


def listed(names: Iterable[str]) -> str:
    """Names as code, with commas.

    >>> listed(["sets", "runs"])
    '`sets`, `runs`'
    """
    return ", ".join(f"`{name}`" for name in names)


def table_entry(table: Table) -> str:
    """A table: what a row is, its key, its columns."""
    rows = "".join(column_row(column) for column in table.columns)
    return (
        f"\n## {table.name}\n\nA row is {table.row}. Key: {listed(table.key)}.\n\n"
        f"| column | kind | unit | allowed | meaning |\n|---|---|---|---|---|\n{rows}{beside(table.name)}"
        f"{items() if table.name == 'wellness' else ''}"
    )


def beside(name: str) -> str:
    """What the frame of a table has beside its columns; empty where there is no such frame, or nothing."""
    joined = joined_columns(name) if name in FRAMES else {}
    return (
        "\nIn the frame also " + "; ".join(f"`{one}`, {what}" for one, what in joined.items()) + ".\n" if joined else ""
    )


def items() -> str:
    """The names of what is answered or measured at rest."""
    known = wellness_items().values()
    rows = "".join(row(f"`{one.item}`", one.name, one.unit or "points of its scale") for one in known)
    return (
        "\nItems that the workbook knows by name; others go by the name that the file has. A row is of the morning of "
        f"its `local_date`: sleep is that of the night before.\n\n| item | what it is | unit |\n|---|---|---|\n{rows}"
    )


def column_row(column: Column) -> str:
    """A column of a table as a row of the page.

    >>> column_row(Column("load_kg", "number", "load lifted", unit="kg", low=0, high=600))
    '| `load_kg` | number | kg | 0 to 600 | load lifted |\\n'
    """
    must = "; never missing" if column.required else ""
    return row(f"`{column.name}`", column.kind, column.unit or "", allowed(column), column.meaning + must)


def allowed(column: Column) -> str:
    """Which values a column takes, in words; empty where any of its kind will do."""
    if column.values:
        return ", ".join(column.values)
    if column.words:
        return f"of {', '.join(column.words.known)}"
    if column.pattern:
        return f"`{column.pattern}`"
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}"
    return f"from {column.low:g}" if column.low is not None else f"to {column.high:g}" if column.high else ""


# configuration


def configuration_page() -> str:
    """Every key of `workbook.toml`, from the models that check it."""
    above = (
        "# Configuration\n\n`workbook.toml` holds what a squad decides once. A key that is not listed here is an "
        "error, and the error names the nearest key. `workbook init` writes a file with comments to start from.\n"
    )
    sections = dict.fromkeys(sections_of(Config, ""))
    return above + "".join(section_entry(heading, model) for heading, model in sections)


def sections_of(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """A section of the file and those below it, each with its heading as TOML writes it."""
    yield path, model
    for name, field in model.model_fields.items():
        inner = f"{path.strip('[]')}.{name}" if path else name
        for part in models_in(field):
            yield from sections_of(part, f"[[{inner}]]" if is_list(field) else f"[{inner}]")


def models_in(field: FieldInfo) -> list[type[BaseModel]]:
    """The models that a key holds, alone or in a list."""
    parts = (field.annotation, *typing.get_args(field.annotation))
    return [part for part in parts if inspect.isclass(part) and issubclass(part, BaseModel)]


def is_list(field: FieldInfo) -> bool:
    return typing.get_origin(field.annotation) is list


def section_entry(heading: str, model: type[BaseModel]) -> str:
    """A section: what it is, then its keys."""
    keys = {name: field for name, field in model.model_fields.items() if not models_in(field)}
    rows = "".join(
        row(f"`{name}`", values_of(field), default_of(field), field.description or "") for name, field in keys.items()
    )
    title = f"`{heading}`" if heading else "Top of the file"
    return f"\n## {title}\n\n{inspect.getdoc(model)}\n\n| key | value | default | meaning |\n|---|---|---|---|\n{rows}"


def values_of(field: FieldInfo) -> str:
    """What a key takes: its kind or its words, and its bounds."""
    bounds = [
        f"{sign} {getattr(found, name):g}"
        for name, sign in SIGNS.items()
        for found in field.metadata
        if hasattr(found, name)
    ]
    return ", ".join([kind_of(field.annotation), *bounds])


SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
KINDS = {str: "text", float: "number", int: "whole number", bool: "`true` or `false`"}


def kind_of(annotation: Any) -> str:
    """A type in words.

    >>> kind_of(list[str]), kind_of(float | None), kind_of(typing.Literal["kg", "lb"])
    ('list of text', 'number', '`kg` or `lb`')
    """
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in parts)
    if origin is typing.Annotated:
        return kind_of(parts[0])
    if origin in (list, tuple):
        return f"list of {kind_of(parts[0])}"
    if origin is dict:
        return f"{kind_of(parts[1])} by name"
    if parts:
        return " or ".join(kind_of(part) for part in parts if part is not type(None))
    return KINDS.get(annotation, annotation.__name__)


def default_of(field: FieldInfo) -> str:
    """The default of a key as TOML writes it; `required` where there is none."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", [], {}):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


# commands


def commands_page() -> str:
    """Every command with its arguments and options, from what `--help` prints."""
    above = (
        "# Commands\n\nEach runs in a workspace: the folder with `workbook.toml`, found upward from where you are. "
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done, 4 another run is at work.\n"
        "A command that writes waits for one that does, 10 minutes at most; a run leaves a run to its work at once.\n"
    )
    return above + "".join(command_entry(words, command) for words, command in commands_of(main, ("workbook",)))


def commands_of(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The commands of a group and of the groups in it, each with the words that call it."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from commands_of(inner, (*words, name))


def command_entry(words: tuple[str, ...], command: click.Command) -> str:
    """A command: how it is written, what it does, its options."""
    context = click.Context(command, info_name=" ".join(words))
    usage = " ".join([*words, *command.collect_usage_pieces(context)])
    options = [
        option for option in command.params if isinstance(option, click.Option) and option.name not in NO_OPTIONS
    ]
    rows = "".join(row(option_words(option), option.help or "") for option in options)
    listed = f"\n| option | meaning |\n|---|---|\n{rows}" if rows else ""
    return f"\n## {' '.join(words)}\n\n```text\n{usage}\n```\n\n{inspect.cleandoc(command.help or '')}\n{listed}"


def option_words(option: click.Option) -> str:
    """How an option is written, with what follows it."""
    names = " or ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    values = option.type.choices if isinstance(option.type, click.Choice) else [option.type.name.upper()]
    return f"{names} {' or '.join(str(value) for value in values)}"


# gallery


def gallery_page(modules: list[ModuleType], pictures: Path) -> str:
    """A picture for every figure, on the example squad; the words of the figure where there is no picture."""
    above = (
        "# Gallery\n\nEvery figure, as the notebooks draw it from the example squad, or else from made-up numbers. In "
        "a notebook and on a page it answers to the pointer. Without Chromium `make docs` leaves the pictures out.\n"
    )
    entries = [
        gallery_entry(module, name, drawing, pictures)
        for module in modules
        for name, drawing in drawings(module).items()
    ]
    return above + "".join(entries)


def drawings(module: ModuleType) -> dict[str, Any]:
    """The functions of a module that return a figure, by name."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if name.endswith("_figure") and inspect.isfunction(thing) and thing.__module__ == module.__name__
    }


def gallery_entry(module: ModuleType, name: str, drawing: Any, pictures: Path) -> str:
    """A figure: its name, what it shows, its picture and the page that tells more."""
    first = " ".join(takewhile(str.strip, inspect.getdoc(drawing).splitlines()))
    path = f"{module.__name__.removeprefix('analysis.figures.')}.{name}.svg"
    drawn = f"![{first}](../{GALLERY}/{path})\n\n" if (pictures / path).exists() else ""
    title = name.removesuffix("_figure").replace("_", " ").capitalize()
    return f"\n## {title}\n\n{first}\n\n{drawn}[`{name}`]({page_of(module, 'figures')})\n"


# notebooks


def notebooks_page(pictures: Path) -> str:
    """The notebooks to explore with: what each asks, and the picture to expect of it."""
    above = (
        "# Notebooks\n\n`workbook lab` opens them in JupyterLab. Menus choose somebody else or another lift, and only "
        "what stands below them is drawn again; what cannot be answered says what to record. Each ends in something to "
        "take along. The pictures are of the example squad, or of made-up numbers where the notebook says so.\n"
    )
    return above + "".join(notebook_entry(path, pictures) for path in sorted(explored_notebooks()))


def explored_notebooks() -> list[Path]:
    return list((shipped_notebooks() / "explore").glob("*.ipynb"))


def picture_of(notebook: Path) -> str:
    """The name of the picture of a notebook, without the ending.

    >>> picture_of(Path("explore/01_first_look.ipynb"))
    'notebook.01_first_look'
    """
    return f"notebook.{notebook.stem}"


def notebook_entry(path: Path, pictures: Path) -> str:
    """A notebook: its question, what it is about, its picture, what it asks, and how to make it one's own."""
    prose = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    title, _, about = prose[0].partition("\n\n")
    asked = [text.splitlines()[0].removeprefix("## ") for text in prose[1:] if text.startswith("## ")]
    questions = " ".join(f"*{one}*" for one in asked if one.endswith("?"))
    name = picture_of(path)
    drawn = f"![{title.removeprefix('# ')}](../{GALLERY}/{name}.svg)\n\n" if (pictures / f"{name}.svg").exists() else ""
    stem = path.stem.partition("_")[2]
    copied = f"`{path.name}`; `workbook new my-question --from {stem}` makes a copy of your own."
    return f"\n#{title}\n\n{about.partition(chr(10) * 2)[0]}\n\n{drawn}{questions}\n\n{copied}\n"


def row(*cells: str) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
