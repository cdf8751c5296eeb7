"""Plug-ins: installed packages that add readers, models and sections of a page; what nobody names is never loaded.

A package offers things under the entry points `analysis.readers`, `analysis.models` and `analysis.sections`. It is a
plug-in of a workspace once `[plugins]` in `workbook.toml` names it. Whatever it does wrong becomes a PluginProblem with
its name. It runs with the rights of the workbook itself: this is no wall against a hostile package.
"""

import contextlib
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from typing import Any

from analysis.base.errors import PluginProblem, WorkbookError

READERS, MODELS, SECTIONS = GROUPS = ("analysis.readers", "analysis.models", "analysis.sections")
NOT_INSTALLED = "not installed"
LOAD_S, ASK_S, READ_S, FIT_S, SHOW_S = 60.0, 2.0, 600.0, 600.0, 20.0  # that a plug-in may take for each of its works

_REMEDY = "Tell its authors, or take it out of [plugins] in workbook.toml."
_LONGEST = 200  # of what an exception says
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True)
class Plugin:
    """A package that is named, or could be: its name as registries compare it, and what it offers."""

    name: str
    version: str  # or that it is not installed
    points: tuple[EntryPoint, ...] = ()

    @property
    def is_installed(self) -> bool:
        return self.version != NOT_INSTALLED

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.is_installed else f"{self.name} ({NOT_INSTALLED})"


@dataclass(frozen=True)
class Section:
    """One more section of an athlete's page, as `analysis.sections` offers it.

    `show` is given the fitted week (`pages.athlete_week.week.AthleteWeek`) and returns facts and drawings of
    `base.blocks`; where data are missing it raises NotEnoughData with a sentence that says what to record.
    """

    question: str
    show: Callable[[Any], Iterable[Any]]


@dataclass(frozen=True)
class Offer:
    """A thing that a plug-in offers, loaded; None with the problem where it could not be."""

    plugin: Plugin
    name: str
    thing: Any
    problem: str = ""


def canonical(name: str) -> str:
    """The name of a package as registries compare it.

    >>> canonical("Hinge_Diary")
    'hinge-diary'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> list[Plugin]:
    """Every package here that offers something, named or not; none of them is loaded."""
    found: dict[str, Plugin] = {}
    for group in GROUPS:
        for point in entry_points(group=group):
            if point.dist is not None:
                name = canonical(point.dist.name)
                before = found.get(name, Plugin(name, point.dist.version))
                found[name] = Plugin(name, before.version, (*before.points, point))
    return [found[name] for name in sorted(found)]


@cache
def named(names: tuple[str, ...]) -> tuple[Plugin, ...]:
    """The plug-ins of these names, installed or not, by name; none of them is loaded."""
    return tuple(_plugin(name) for name in sorted(map(canonical, names)))


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """What decides a page of the plug-ins that are named: the version of each, or that it is not installed.

    >>> versions(("no-such-plugin",))
    {'no-such-plugin': 'not installed'}
    """
    return {one.name: one.version for one in named(names)}


@cache
def offers(names: tuple[str, ...], group: str, kind: Any) -> tuple[Offer, ...]:
    """What the plug-ins of these names offer in a group, each loaded once, or the sentence why it could not be.

    `kind` is the type that a thing has to have.
    """
    of_group = [(one, point) for one in named(names) for point in one.points if point.group == group]
    return tuple(_loaded(plugin, point, kind) for plugin, point in of_group)


def problems(names: tuple[str, ...]) -> list[str]:
    """What is wrong with the plug-ins that are named before any of them is loaded, a sentence each."""
    return [
        f"The plug-in {one.name} is named in [plugins] of workbook.toml and "
        + ("offers nothing there. " if one.is_installed else "not installed. ")
        + "Install it into this environment, or take it out of workbook.toml."
        for one in named(names)
        if not one.points
    ]


@contextlib.contextmanager
def guarded(plugin: Plugin, doing: str, seconds: float) -> Iterator[None]:
    """Within, a plug-in is at work: whatever it raises, and that it takes too long, is a PluginProblem that names it.

    What the workbook's own errors say passes. Only the main thread of a POSIX system can be interrupted; elsewhere
    nothing limits the time.
    """
    try:
        with _ended_after(seconds):
            yield
    except (WorkbookError, KeyboardInterrupt):
        raise
    except _TookTooLong:
        raise PluginProblem(f"The plug-in {plugin} took more than {seconds:g} s {doing}. {_REMEDY}") from None
    except BaseException as problem:  # a plug-in may also call sys.exit
        raise PluginProblem(f"The plug-in {plugin} broke {doing} ({described(problem)}). {_REMEDY}") from problem


def wrong(plugin: Plugin, what: str) -> PluginProblem:
    """The error for a plug-in that gave something else than was asked for."""
    return PluginProblem(f"The plug-in {plugin} {what}. {_REMEDY}")


def described(problem: BaseException) -> str:
    """What an exception of somebody else's code says, in one line, whatever its own text does.

    >>> described(KeyError("pace"))
    "KeyError: 'pace'"
    """
    try:
        said = " ".join(str(problem).split())
    except BaseException:
        said = "it cannot be told"
    whole = f"{type(problem).__name__}: {said}" if said else type(problem).__name__
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"


def _plugin(name: str) -> Plugin:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return Plugin(name, NOT_INSTALLED)
    points = [point for point in found.entry_points if point.group in GROUPS]
    return Plugin(name, found.version, tuple(sorted(points, key=lambda point: (point.group, point.name))))


def _loaded(plugin: Plugin, point: EntryPoint, kind: Any) -> Offer:
    try:
        if not _NAME.fullmatch(point.name):
            raise wrong(plugin, f"calls something {point.name!r} that needs a name of small letters, digits and _")
        with guarded(plugin, f"while its {point.name} was loaded", LOAD_S):
            thing = point.load()
        if not isinstance(thing, kind):
            said = f"gives a {type(thing).__name__} as {point.name} of {point.group}"
            raise wrong(plugin, f"{said} in place of a {getattr(kind, '__name__', kind)}")
    except WorkbookError as problem:
        return Offer(plugin, point.name, None, str(problem))
    return Offer(plugin, point.name, thing)


class _TookTooLong(BaseException):
    """Raised into a plug-in at work; no `except Exception` of its own holds it."""


@contextlib.contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Within, _TookTooLong is raised after so many seconds, where this can be done and nobody else's time runs."""
    can = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not can or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def end(_number: int, _frame: object) -> None:
        raise _TookTooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
