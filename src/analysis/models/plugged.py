"""Models of plug-ins: functions of other packages that give a result, as the models here do, found by their names."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from analysis.base.config import Config
from analysis.base.errors import PluginProblem
from analysis.base.plugins import FIT_S, MODELS, Offer, guarded, offers, problems, wrong


def model(name: str, config: Config) -> Callable[..., Any]:
    """The model of that name, offered by a plug-in that the configuration names.

    What it is called with is the plug-in's to say. It returns a result: `tidy()` and `glance()` at least. A name that
    two plug-ins offer is told apart by the plug-in, as `hinge-diary:spread`.

    Raises
    ------
    PluginProblem
        Where there is none of that name, or two, or it cannot be loaded. When it is called: where it breaks, or gives
        no result. Its own NotEnoughData and DataProblem pass.

    Examples
    --------
    >>> model("spread", Config())
    Traceback (most recent call last):
    ...
    analysis.base.errors.PluginProblem: No plug-in offers a model 'spread'; offered are: none. Name one in [plugins]...
    """
    names = config.plugins.use
    known = offers(names, MODELS, Callable)
    found = [one for one in known if name in (one.name, f"{one.plugin.name}:{one.name}")]
    if len(found) != 1:
        told = ", ".join(f"{one.plugin.name}:{one.name}" for one in known) or "none"
        many = f"Several plug-ins offer a model {name!r}" if found else f"No plug-in offers a model {name!r}"
        raise PluginProblem(
            " ".join((f"{many}; offered are: {told}. Name one in [plugins] of workbook.toml.", *problems(names)))
        )
    if found[0].problem:
        raise PluginProblem(found[0].problem)
    return _guarded(found[0])


def _guarded(offer: Offer) -> Callable[..., Any]:
    @wraps(offer.thing)
    def fitted(*args: Any, **options: Any) -> Any:
        with guarded(offer.plugin, f"while it fitted {offer.name}", FIT_S):
            result = offer.thing(*args, **options)
        if not all(callable(getattr(result, answer, None)) for answer in ("tidy", "glance")):
            raise wrong(offer.plugin, f"gives a {type(result).__name__} as {offer.name}, which is no result of a model")
        return result

    return fitted
