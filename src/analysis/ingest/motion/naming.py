"""What was filmed: day, lift and load of a recording, which says none of them inside.

A table beside the recording says it (`beside.py`), else its name, else the person who imports. Nothing is taken from
the date of the file itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from analysis.ingest.cells import BadCell, clock, day_first_of, quantity
from analysis.ingest.exercises import Catalogue

_APART = r"(?<![^\W_])"  # a word begins here, in a name that parts its words by anything
_BEHIND = r"(?![^\W_])"
_LOAD = re.compile(
    rf"(?<![\d.,])(?P<before>\d+[ _x×*-])?(?P<n>\d+([.,]\d+)?)[ _-]?(?P<unit>kg|kgs|lb|lbs)({_BEHIND}|(?=[x×]\d))",
    re.IGNORECASE,
)
_PARTS = ("5", "25", "75")  # behind a gap: 82_5kg may be 82.5 kg, or 5 kg of something numbered 82
_NUMBERED = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})[-_. ](?P<m>\d{1,2})[-_. ](?P<d>\d{1,2})"
    r"|(?P<y2>20\d{2})(?P<m2>\d{2})(?P<d2>\d{2})"
    r"|(?P<a>\d{1,2})(?P<mark>[-_. ])(?P<b>\d{1,2})(?P=mark)(?P<y3>\d{4}))(?!\d)"
)
_NAMED = (
    re.compile(r"(?<!\d)(\d{1,2})[-_. ]{0,2}([^\W\d_]{3,})[-_. ]{0,2}(\d{4})(?!\d)"),
    re.compile(rf"{_APART}([^\W\d_]{{3,}})[-_. ]?(\d{{1,2}})[-_., ]{{1,2}}(\d{{4}})(?!\d)"),
)
_WORDS = re.compile(r"[^\W\d_]+")
_LONGEST = 6  # words of a lift


@dataclass(frozen=True)
class Said:
    """What one place says of a recording: by name day, lift, load_kg and the like; `load` is the load as written."""

    where: str
    values: dict[str, object] = field(default_factory=dict)
    open: tuple[str, ...] = ()  # what is said and may mean two things, in sentences


@dataclass(frozen=True)
class Filmed:
    """What is known of a recording, by what was said of it; the first place that says a thing decides it."""

    said: tuple[Said, ...]

    def __getitem__(self, name: str) -> object:
        return self._place(name).values.get(name)

    def _place(self, name: str) -> Said:
        return next((one for one in self.said if one.values.get(name) is not None), Said(""))

    @property
    def open(self) -> str:
        """The questions that nothing else answers, in sentences."""
        return " ".join(dict.fromkeys(question for one in self.said for question in one.open))

    def notes(self) -> Iterable[str]:
        """Who says what was filmed, and where two say it otherwise."""
        told = [(name, self[name], self._place(name).where) for name in ("day", "lift", "load", "device")]
        yield f"Filmed: {', '.join(f'{name} {value} (by {where})' for name, value, where in told if where)}."
        for name, value, where in told:
            others = [one for one in self.said if where and one.where != where and name != "device"]
            for other in others:
                if other.values.get(name) not in (None, value):
                    yield f"The {name} is {other.values[name]} by {other.where}; {where} goes before it."


def in_name(stem: str, known: Catalogue, day_first: bool | None = None) -> Said:
    """What the name of a file says, in any order, in the languages of the catalogue and of the months.

    >>> from analysis.ingest.exercises import catalogue
    >>> told = in_name("3nov2026_Kreuzheben_100kg_cam2", catalogue()).values
    >>> str(told["day"]), told["lift"], told["load_kg"]
    ('2026-11-03', 'Kreuzheben', 100.0)
    """
    day, rest, open_day = _day_in(stem, day_first)
    load, rest, open_load = _load_in(rest)
    load_kg = None if load is None else quantity(load, "," if "," in load else ".", to="kg")
    values = {"day": day, "lift": _lift_in(rest, known), "load": load, "load_kg": load_kg}
    return Said("the name of the file", values, tuple(one for one in (open_day, open_load) if one))


def _day_in(stem: str, day_first: bool | None) -> tuple[date | None, str, str]:
    """The day in a name, the name without it, and what may be read in two ways."""
    days: dict[date, str] = {}
    question = ""
    for match, text in [*_numbered_days(stem), *_named_days(stem)]:
        try:
            day = clock(text, day_first_of([text]) if day_first is None else day_first).date()
        except BadCell as bad:
            if match.re is _NUMBERED and match["mark"]:
                question = question or f"{match[0]!r} in its name {bad.check}; say --day-first or --month-first."
        else:
            days.setdefault(day, match[0])
    rest = _NUMBERED.sub(" ", stem)
    for written in days.values():
        rest = rest.replace(written, " ")
    if len(days) > 1:
        return None, rest, f"Its name holds several days, {' and '.join(days.values())}; leave one in it."
    return next(iter(days), None), rest, "" if days else question


def _numbered_days(stem: str) -> Iterable[tuple[re.Match[str], str]]:
    for match in _NUMBERED.finditer(stem):
        if match["mark"]:
            mark = "." if match["mark"] == "." else "-"  # with points the day stands first
            yield match, f"{match['a']}{mark}{match['b']}{mark}{match['y3']}"
        else:
            yield match, "-".join((match[name] or match[f"{name}2"]) for name in "ymd")


def _named_days(stem: str) -> Iterable[tuple[re.Match[str], str]]:
    for pattern in _NAMED:
        for match in pattern.finditer(stem):
            yield match, " ".join(match.groups())


def _load_in(stem: str) -> tuple[str | None, str, str]:
    """The load in a name as it stands there, the name without it, and what may be read in two ways."""
    found = list(_LOAD.finditer(stem))
    rest = _LOAD.sub(" ", stem)
    loads = {f"{match['n']} {match['unit'].lower()}" for match in found}
    is_in_two = any((one["before"] or " ")[-1] in "x×*" or (one["before"] and one["n"] in _PARTS) for one in found)
    if len(loads) > 1 or is_in_two:
        written = " and ".join(match[0] for match in found)
        return None, rest, f"The load in its name, {written}, can be read in two ways; write it as 82.5kg."
    return next(iter(loads), None), rest, ""


def _lift_in(stem: str, known: Catalogue) -> str | None:
    """The longest run of words that the catalogue knows as an exercise; of equally long ones the first."""
    words = _WORDS.findall(re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", stem))
    runs = (
        " ".join(words[start : start + length])
        for length in range(min(len(words), _LONGEST), 0, -1)
        for start in range(len(words) - length + 1)
    )
    return next((run for run in runs if known.resolve(run) is not None), None)
