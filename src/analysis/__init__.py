"""An analytics workbook for athletes of the hip hinge and the posterior chain. In a notebook: `import analysis as aw`.

`aw.open_workspace()`
    The data: `ws.athlete("Alder")` for one athlete's tables, `ws.squad()` for those of all.
`aw.metrics`
    From a table to numbers.
`aw.models`
    From a table to a result with its uncertainty.
`aw.figures`
    From a result to a figure.
`aw.week(athlete)`, `aw.review(squad)`
    What the pages are made from: a week of `ws.athlete("Alder")`, a block of `ws.everyone()`.
`aw.look("file.csv")`
    What a file would bring, before it is taken in.
`aw.precision`
    The noise of what is followed, and how soon a change would be seen.
`aw.example`
    Made-up athletes with a known truth.

`aw.pick`, `aw.explore()`
    Pickers in a live notebook, and what is drawn again when one is changed.
`aw.table(thing)`
    A table that sorts and filters.
`aw.save(thing, "file.xlsx")`, `aw.save_buttons(thing, "file")`
    A table, a result or a figure as a file, and buttons that do it.

Each is loaded when it is first touched, and says in its docstring what is inside.
"""

from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

from analysis import moved
from analysis.base import drawing

if TYPE_CHECKING:
    from analysis import example, figures, metrics, models, precision
    from analysis.lab import pick
    from analysis.lab.buttons import save_buttons
    from analysis.lab.explore import explore
    from analysis.lab.look import look
    from analysis.lab.saving import save
    from analysis.lab.tables import table

    __version__: str

__all__ = [
    "__version__",
    "example",
    "explore",
    "figures",
    "look",
    "metrics",
    "models",
    "open_workspace",
    "pick",
    "precision",
    "review",
    "save",
    "save_buttons",
    "table",
    "week",
]
_TOOLS = {  # modules of `lab/`
    "explore": "explore",
    "look": "look",
    "save": "saving",
    "save_buttons": "buttons",
    "table": "tables",
}


def _drawing() -> SimpleNamespace:
    """What draws a result: models import no drawing."""
    from analysis.figures.shown import figure_of, show

    return SimpleNamespace(figure_of=figure_of, show=show)


moved.install()
drawing.drawn_by(_drawing)


def __getattr__(name: str) -> object:
    """A room, or the version, when it is first asked for: neither is needed to import the package."""
    if name == "__version__":
        from importlib.metadata import version

        return version("athlete-workbook")
    if name == "pick":
        return _room("lab.pick")
    if name in _TOOLS:
        return getattr(_room(f"lab.{_TOOLS[name]}"), name)
    if name in __all__:
        return _room(name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return list(__all__)


def _room(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(f"analysis.{name}")


def open_workspace(folder=None):
    """The workspace at `folder`, or the one found upward from the current folder. See `analysis.workspace`."""
    from analysis.workspace import open_workspace as opened  # the store is not needed to use the pure core

    return opened(folder, _noise_of)


def week(athlete, until=None):
    """The week of an athlete of `Workspace.athlete`, its parts fitted when asked for. See `pages.athlete_week.week`."""
    from analysis.pages.athlete_week.week import athlete_week

    return athlete_week(athlete, until or athlete.until)


def review(squad, since="", until=""):
    """The block of a squad of `Workspace.everyone`, the last 12 weeks by default. See `pages.block_review.review`."""
    from analysis.pages.block_review.review import block_review

    return block_review(squad, since=since, until=until or squad.until.date().isoformat())


def _noise_of(athletes, until):
    """The noise of athletes by the pure core, for a workspace, which stands upstream of it."""
    from analysis.pages.squad_noise import noise_table  # takes a second to import

    return noise_table(athletes, until)
