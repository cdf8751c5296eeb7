"""Who says what was filmed where the recording does not: its name, then the person who imports."""

from collections.abc import Iterable
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest.cells import clock, quantity
from analysis.ingest.exercises import catalogue
from analysis.ingest.motion.naming import Filmed, Said, in_name
from analysis.ingest.reading import Options

_NEEDED = {"day": "on which day it was", "lift": "which lift it is"}


def filmed(
    path: Path, options: Options, before: Iterable[Said] = (), behind: Iterable[Said] = (), or_say: str = ""
) -> Filmed:
    """What was filmed, by the places that go `before` the file's name, the name, what was said, and those `behind`.

    Raises UnreadableFile where nobody says when it was, or what was lifted; `or_say` names further ways to say it.
    """
    places = [*before, in_name(printable(path.stem), catalogue(options.exercises), options.said.day_first)]
    if any(Filmed(tuple(places))[name] is None for name in (*_NEEDED, "load")):
        places.append(_said_of_all(options))
    found = Filmed((*places, *behind))
    if missing := [words for name, words in _NEEDED.items() if not found[name]]:
        asked = f"{found.open} " if found.open and found["day"] is None else ""
        raise UnreadableFile(
            f"{printable(path.name)} does not say {' and '.join(missing)}. {asked}Name it as "
            f"rdl_2026-01-31_80kg{path.suffix}, or say --date and --lift. {or_say}".rstrip()
        )
    return found


def _said_of_all(options: Options) -> Said:
    """What the person who imports says of recordings that do not."""
    day = clock(options.date).date() if options.date else None
    load = options.load
    load_kg = quantity(load, "," if "," in load else ".", to="kg") if load else None
    return Said("what was said", {"day": day, "lift": options.lift, "load": load, "load_kg": load_kg})


def without_load(found: Filmed, what: str, or_say: str = "") -> Iterable[str]:
    """What there is to say where nobody says the load; `what` goes without it."""
    if found["load"] is None:
        asked = f" {found.open}" if found.open else ""
        yield f"No load is said, so {what} no load.{asked} Put it into the name, as 80kg, {or_say}or say --load 80kg."
