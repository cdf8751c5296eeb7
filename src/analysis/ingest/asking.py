"""What a reading asked of its options: that, and nothing else, decides what it makes of the bytes of a file."""

from dataclasses import replace
from typing import Any, cast

from analysis.base.config import Config
from analysis.ingest.reading import Options


def watched(options: Options) -> tuple[Options, set[str]]:
    """Options that note what is asked of them, and the notes: names as `exercises`, of the configuration `config.zone`.

    >>> seen, asked = watched(Options(load_unit="kg"))
    >>> seen.load_unit, seen.config.load_unit, sorted(asked)
    ('kg', None, ['config.load_unit', 'load_unit'])
    """
    asked: set[str] = set()
    config = cast(Config, _Watched(options.config, "config.", asked))
    return cast(Options, _Watched(options, "", asked, config=config)), asked


def but(options: Options, **changes: object) -> Options:
    """The options with other values; what is asked of them is noted where it was before.

    >>> seen, asked = watched(Options())
    >>> but(seen, sport="running").sport, but(seen, sport="running").load_unit, sorted(asked)
    ('running', None, ['load_unit'])
    """
    if not isinstance(options, _Watched):
        return replace(options, **cast(Any, changes))
    kept = {name: value for name, value in options.__dict__.items() if not name.startswith("_")}
    return cast(Options, _Watched(options._watched, options._before, options._asked, **kept | changes))


def answer(options: Options, name: str) -> object:
    """What the options say to a name that was noted; None where there is no such thing any more.

    >>> answer(Options(config=Config(time_zone="Europe/Berlin")), "config.time_zone")
    'Europe/Berlin'
    """
    found: object = options
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


class _Watched:
    """In place of options: each value is asked for once, then it is kept here, so that asking again costs nothing."""

    def __init__(self, watched: object, before: str, asked: set[str], **kept: object) -> None:
        self.__dict__ |= {"_watched": watched, "_before": before, "_asked": asked} | kept

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._watched, name)
        if not name.startswith("_"):
            self._asked.add(self._before + name)
            self.__dict__[name] = value
        return value
