"""What a function shows of what is chosen: drawn again with every choice, and nothing else with it."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from IPython.display import display

from analysis.base.blocks import Fact, as_plain
from analysis.base.errors import WorkbookError
from analysis.lab.live import widgets
from analysis.lab.tables import table
from analysis.report.html import fact_text
from analysis.report.page import plain

NOTHING = "Nothing of this has been recorded yet."


def explore(function: Callable[..., Any], *, missing: str = NOTHING, **pickers: Any) -> None:
    """Show what `function` returns for what is picked; in a live notebook again whenever a picker is changed.

    Parameters
    ----------
    function : callable
        Takes the picks by name and returns a result, a figure, a table, a fact, a text, or a list of these.
    missing : str
        What is said where there is nothing to show, or a table without a row: what to record.
    pickers : pickers of `aw.pick`, widgets of ipywidgets, or plain values, which stay as they are.

    A question that cannot be answered for a pick leaves its sentence in place of a figure. No other cell is run.

    >>> explore(lambda days: [f"{days} days", 2 * days], days=42)
    42 days
    84
    >>> explore(lambda: pd.DataFrame(), missing="Log a set.")
    Log a set.
    """
    live = widgets()
    changing = {} if live is None else {name: one for name, one in pickers.items() if isinstance(one, live.Widget)}

    def shown(**picked: Any) -> None:
        try:
            chosen = {name: _chosen(changing[name], one) for name, one in picked.items()}
            if not _show(function(**{**pickers, **chosen}), missing):
                print(missing)
        except WorkbookError as problem:
            print(problem)

    if live is None or not changing:
        shown()
    else:
        display(live.VBox([live.HBox(list(changing.values())), live.interactive_output(shown, changing)]))


def _chosen(picker: Any, value: Any) -> Any:
    """What a picker stands for at its value: what it reads, or the value itself."""
    return picker.reads(value) if hasattr(picker, "reads") else value


def _show(answer: Any, missing: str) -> int:
    """How many things were shown."""
    if answer is None:
        return 0
    if isinstance(answer, list | tuple):
        return sum(_show(one, missing) for one in answer)
    if isinstance(answer, Fact):
        print(fact_text(plain(as_plain(answer)), "scientist"))
    elif isinstance(answer, str):
        print(answer)
    elif isinstance(answer, pd.DataFrame | pd.Series) and answer.empty:
        print(missing)
    elif isinstance(answer, pd.DataFrame):
        display(table(answer))
    else:
        display(answer)
    return 1
