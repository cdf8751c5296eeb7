"""What a function shows of what is chosen: drawn again with every choice, and nothing else with it."""

from collections.abc import Callable
from typing import Any

from IPython.display import display

from analysis.base.errors import NotEnoughData
from analysis.lab.live import widgets


def explore(function: Callable[..., Any], **pickers: Any) -> None:
    """Show what `function` returns for what is picked; in a live notebook again whenever a picker is changed.

    Parameters
    ----------
    function : callable
        Takes the picks by name and returns a result, a figure, a table, or a list of these.
    pickers : pickers of `aw.pick`, widgets of ipywidgets, or plain values, which stay as they are.

    A question that the data of a pick do not answer leaves its sentence in place of a figure. No other cell is run.

    >>> explore(lambda days: [days, 2 * days], days=42)
    42
    84
    """
    live = widgets()
    changing = {} if live is None else {name: one for name, one in pickers.items() if isinstance(one, live.Widget)}

    def shown(**picked: Any) -> None:
        try:
            _show(function(**{**pickers, **picked}))
        except NotEnoughData as problem:
            print(problem)

    if live is None or not changing:
        shown()
    else:
        display(live.VBox([live.HBox(list(changing.values())), live.interactive_output(shown, changing)]))


def _show(answer: Any) -> None:
    for one in answer if isinstance(answer, list | tuple) else [answer]:
        if one is not None:
            display(one)
