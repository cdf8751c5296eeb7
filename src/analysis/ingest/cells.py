"""From the text of one cell to a value. Nothing is guessed: what can be read in two ways is refused with its reason."""

import re
import unicodedata
from calendar import month_name
from datetime import datetime, time, timedelta
from functools import lru_cache

import pandas as pd

from analysis.base.units import factor, units_of
from analysis.base.words import Words
from analysis.ingest import months

MISSING = frozenset({"", "-", "--", "–", "na", "n/a", "nan", "null", "none", "--:--", "--:--:--"})


class BadCell(ValueError):
    """A cell that cannot be read. `check` completes the sentence "this value ...", `remedy` says what to do."""

    def __init__(self, check: str, remedy: str = "Correct the cell in the file."):
        super().__init__(check)
        self.check = check
        self.remedy = remedy


def is_missing(raw: str) -> bool:
    """True for an empty cell and for the marks that people and R leave in one.

    >>> is_missing(" NA "), is_missing("0")
    (True, False)
    """
    return raw.strip().casefold() in MISSING


def words(raw: str, known: Words) -> str:
    """The known words of a cell, a space between two; the empty text where it says that there are none.

    >>> words("Shift, flexion", Words({"flexion": (), "shift": ()}, "clean"))
    'shift flexion'
    """
    text, unknown = known.read(raw)
    if not unknown:
        return text
    if unknown == [known.nothing]:
        raise BadCell(f"says {known.nothing} and {text} in one", "Write one of the two.")
    near = known.near(unknown[0])
    others = f"Write {', '.join(known.known)}, several with a space between, or {known.nothing}."
    told = (
        f"has {', '.join(map(repr, unknown))}, which is no known word" if len(raw.split()) > 1 else "is no known word"
    )
    raise BadCell(told, f"Did you mean {near!r}? {others}" if near else others)


# groups of three after a non-zero lead: the only commas or points that can be thousands separators
_GROUPED = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?"),
}
_PLAIN = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


def number(raw: str, decimal: str = ".") -> float:
    """The number in `raw`; `decimal` is the decimal mark of its file, the other mark may group thousands.

    Raises BadCell where it is not a finite number.

    >>> number("1.250,5", ","), number("62,5"), number("0,454")
    (1250.5, 62.5, 0.454)
    """
    text = _SPACES.sub("", raw).replace("−", "-")
    if _GROUPED[decimal].fullmatch(text):
        text = text.replace("," if decimal == "." else ".", "")
    if not _PLAIN.fullmatch(text):
        raise BadCell("is not a number")
    value = float(text.replace(",", "."))
    if value in (float("inf"), float("-inf")):
        raise BadCell("is too large a number")
    return value


_LARGEST_WHOLE = 2**53  # beyond it a float no longer tells neighbours apart


def whole(raw: str, decimal: str = ".") -> int:
    """The whole number in `raw`; 5.0 is whole, 5.5 is a BadCell.

    >>> whole("5.0")
    5
    """
    value = number(raw, decimal)
    if not value.is_integer() or abs(value) > _LARGEST_WHOLE:
        raise BadCell("is not a whole number")
    return int(value)


def month(word: str, languages: frozenset[str] | None = None) -> int:
    """The month of a name, whole or cut short, in a language of Europe; in one of `languages` where they are known.

    A name that is one month here and another there is a BadCell that says so.

    >>> [month(word) for word in ("sept", "Mär", "août", "juil", "ott", "mrt", "marrask", "maj", "paź", "нояб")]
    [9, 3, 8, 7, 10, 3, 11, 5, 10, 11]
    """
    found = months.of(word, languages)
    if not found:
        raise BadCell("names no month that is known here", "Write the date as 2026-01-31.")
    if len(found) > 1:
        meanings = (f"{month_name[number]} in {', '.join(spoken)}" for number, spoken in found.items())
        raise BadCell(f"is {' and '.join(meanings)}", "Write the date as 2026-01-31.")
    return next(iter(found))


_TIME = r"(?P<H>\d{1,2})[:.h](?P<M>\d{2})(:(?P<S>\d{2})([.,]\d+)?)?( ?(?P<half>[ap])\.? ?m\.?)?( ?(Z|[+-]\d\d:?\d\d))?"
_NAME = r"(?P<name>[^\W\d_]+)\.?"
_DATES = (
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})",
    r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})( ?[гр]\.?)?",
    rf"(?P<d>\d{{1,2}})(er|[.ºª])? ?(de |d['’])?{_NAME},? (del? )?(?P<y>\d{{4}})( ?[гр]\.?)?",
    rf"(?P<d>\d{{1,2}})-{_NAME}-(?P<y>\d{{4}}|\d{{2}})",
    rf"{_NAME} (?P<d>\d{{1,2}})(st|nd|rd|th)?,? (?P<y>\d{{4}})",
    rf"(?P<y>\d{{4}})\.? (m\. |gada )?{_NAME} (?P<d>\d{{1,2}})\.?( d\.)?",
    rf"(?P<y>\d{{4}})\.? gada (?P<d>\d{{1,2}})\. {_NAME}",
)
_AT = r"(T|,? ((at|um|à|a las|alle|às|om|kl\.?|klo|ob|o|u|в|о|la|στις) )?)"  # what languages put before the time
_CLOCKS = tuple(re.compile(rf"{date}({_AT}{_TIME})?", re.IGNORECASE) for date in _DATES)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_TIME_ONLY = re.compile(_TIME, re.IGNORECASE)
_SERIAL = re.compile(r"(?P<days>[2-6]\d{4})([.,](?P<part>\d+))?")
_SERIAL_BEGINS = datetime(1899, 12, 30)  # so that the days from March 1900 on are those of spreadsheets


@lru_cache(maxsize=4096)  # a log repeats the start of a session in each of its sets
def clock(raw: str, day_first: bool | None = None, languages: frozenset[str] | None = None) -> datetime:
    """The wall-clock moment in `raw`, midnight where it holds a date only; an offset behind it is not applied.

    `day_first` decides 03/04/2026, None where nobody knows. With points, as 03.04.2026, the day stands first.
    `languages` are those of the names of months, where the other dates of the file tell.
    Raises BadCell where it is no date, or one that can be read in two ways.

    A bare number of five digits is a day as spreadsheets count them.

    >>> clock("7 Apr 2026, 10:14").isoformat(), clock("2026-04-07 6:05:00\\u202fPM").isoformat()
    ('2026-04-07T10:14:00', '2026-04-07T18:05:00')
    >>> clock("46329.75").isoformat()
    '2026-11-03T18:00:00'
    """
    text = _one_spaced(raw)
    for pattern in _CLOCKS:
        if match := pattern.fullmatch(text):
            part = match.groupdict()
            day, month_no = _day_and_month(part, day_first, languages)
            year = int(part["y"]) + (2000 if len(part["y"]) == 2 else 0)
            at = _time(part) if part["H"] else time()
            try:
                moment = datetime(year, month_no, day, at.hour, at.minute, at.second)
            except ValueError:
                raise BadCell("is no day of the calendar") from None
            return in_our_time(moment)
    if is_serial(text):
        return _SERIAL_BEGINS + timedelta(seconds=round(float(text.replace(",", ".")) * 86400))
    raise BadCell("is not a date", "Write the date as 2026-01-31.")


def is_serial(raw: str) -> bool:
    """Whether a cell holds a date as spreadsheets count days, from 1954 to 2091.

    >>> is_serial("46329"), is_serial("46329.795"), is_serial("20261103")
    (True, True, False)
    """
    return _SERIAL.fullmatch(raw.strip()) is not None


def in_our_time(moment: datetime) -> datetime:
    """`moment`; BadCell where it is so far off that a slip of the pen or a wrong format made it."""
    if not 1900 <= moment.year <= 2100:
        raise BadCell("lies outside the years 1900 to 2100")
    return moment


def utc_offset_s(moment: datetime) -> float:
    """How far the clock that shows `moment` is ahead of UTC; ValueError where it has no zone."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"{moment} is in no time zone.")
    return offset.total_seconds()


def time_of_day(raw: str) -> time:
    """The time in `raw`, as 18:05, 18:05:30 or 6:05 PM.

    >>> time_of_day("6:05 pm").isoformat()
    '18:05:00'
    """
    match = _TIME_ONLY.fullmatch(_SPACES.sub(" ", raw.strip()))
    if not match:
        raise BadCell("is not a time of day", "Write the time as 18:05.")
    return _time(match.groupdict())


def _one_spaced(raw: str) -> str:
    """With one kind of space, and letters with their accents in one, which some systems write apart."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", raw.strip()))


def languages_of(cells: list[str]) -> frozenset[str] | None:
    """The languages in which all names of months of a column are known; None where it has no names, or none fits all.

    >>> languages_of(["3 lis 2026", "3 cze 2026"]), languages_of(["2026-11-03"])
    (frozenset({'Polish'}), None)
    """
    named = (_one_spaced(cell) for cell in dict.fromkeys(cells) if _LETTERS.search(cell))
    matches = (pattern.fullmatch(cell) for cell in named for pattern in _CLOCKS[2:])
    return months.languages_of(match["name"] for match in matches if match)


def _day_and_month(part: dict[str, str], day_first: bool | None, languages: frozenset[str] | None) -> tuple[int, int]:
    if part.get("name"):
        return int(part["d"]), month(part["name"], languages)
    if part.get("m"):
        return int(part["d"]), int(part["m"])
    first, second = int(part["a"]), int(part["b"])
    if part["sep"] == ".":
        day_first = True
    if day_first is None and first != second:
        raise BadCell(
            "can be read with the day or the month first",
            "Say --day-first or --month-first, or set day_first in a column mapping.",
        )
    return (first, second) if day_first else (second, first)


def _time(part: dict[str, str]) -> time:
    hour = int(part["H"])
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].casefold() == "p" else 0)
    try:
        return time(hour, int(part["M"]), int(part["S"] or 0))
    except ValueError:
        raise BadCell("is no time of the day", "Write the time as 18:05.") from None


def day_first_of(cells: list[str]) -> bool | None:
    """Whether the dates of a column have the day first, by those that can be read in one way only.

    None where no date tells, or where some tell this and some that.

    >>> day_first_of(["03/04/2026", "17/04/2026"]), day_first_of(["03/04/2026"])
    (True, None)
    """
    matches = [_CLOCKS[1].fullmatch(_SPACES.sub(" ", cell.strip())) for cell in cells]
    pairs = [(int(match["a"]), int(match["b"])) for match in matches if match]
    day, month_ = any(first > 12 for first, _ in pairs), any(second > 12 for _, second in pairs)
    return None if day == month_ else day


_HOURS = r"(h|hrs?|hours?|heures?|horas?|or[ae]|std|stunden?|uur|uren)"
_MINUTES = r"(m|mins?|minutes?|minuten?|minutos?|minut[oi]|'|′|’)"
_SECONDS = r"(s|secs?|seconds?|sek|sekunden?|secondes?|segundos?|second[oi]|''|\"|″|”)"
_SPAN = re.compile(
    rf"((?P<h>\d+([.,]\d+)?) ?{_HOURS}(?![^\W\d_])\.?)?"
    rf"(,? ?((and|und|et|y|e|en) )?(?P<m>\d+([.,]\d+)?) ?{_MINUTES}(?![^\W\d_])\.?)?"
    rf"(,? ?((and|und|et|y|e|en) )?(?P<s>\d+([.,]\d+)?) ?{_SECONDS}(?![^\W\d_])\.?)?",
    re.IGNORECASE,
)
_HOURS_ONLY = re.compile(r"(?P<h>\d+) ?h ?(?P<m>\d{2})(?P<s>)", re.IGNORECASE)
_COLONS = re.compile(r"((?P<h>\d+):)?(?P<m>\d{1,3}):(?P<s>\d{2}([.,]\d+)?)")


@lru_cache(maxsize=4096)
def duration_s(raw: str) -> float:
    """A span in seconds: 38min, 1h 5m, 1h05, 45s, 5:30 (minutes and seconds) or 1:05:30, units in seven languages.

    >>> duration_s("1h 5m"), duration_s("38min"), duration_s("5:30"), duration_s("1 Std. 5 Min."), duration_s("1h05")
    (3900.0, 2280.0, 330.0, 3900.0, 3900.0)
    """
    text = _SPACES.sub(" ", raw.strip())
    match = _COLONS.fullmatch(text) or _HOURS_ONLY.fullmatch(text) or _SPAN.fullmatch(text)
    if not match or not any(match.groupdict().values()):
        raise BadCell("is not a duration", "Write it as 1h 5m.")
    h, m, s = (float((match[unit] or "0").replace(",", ".")) for unit in "hms")
    return h * 3600 + m * 60 + s


_ISO_SPAN = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


def iso_span_s(raw: str) -> float | None:
    """A span as ISO 8601 writes it, in seconds; None where it is none.

    >>> iso_span_s("PT1H2M3.5S"), iso_span_s("P1DT1H"), iso_span_s("PT"), iso_span_s("62")
    (3723.5, 90000.0, None, None)
    """
    match = _ISO_SPAN.fullmatch(raw)
    parts = match.groups() if match else ()
    if not any(parts):
        return None
    return sum(float(part or 0) * by for part, by in zip(parts, (86400, 3600, 60, 1), strict=True))


_TWO_PARTS = re.compile(r"(\d+):(\d{2})")
SHORT_SESSION_MIN = 10  # below it, 1:05 of a session means an hour rather than a minute


def span_s(raw: str, decimal: str = ".", unit: str | None = None, *, of_a_session: bool = False) -> float:
    """A span in seconds: a number in `unit`, else as `duration_s` reads what people write.

    Two parts are hours and minutes in a column of hours, else minutes and seconds. Of a session, 1:05 can mean either.

    >>> span_s("65", unit="min"), span_s("1h 5m", unit="min"), span_s("1:05", unit="h"), span_s("3,12", ",")
    (3900.0, 3900.0, 3900.0, 3.12)
    """
    try:
        return number(raw, decimal) * factor(unit or "s", "s")
    except BadCell:
        pass
    two = _TWO_PARTS.fullmatch(raw.strip())
    if two and unit == "h":
        return int(two[1]) * 3600.0 + int(two[2]) * 60.0
    if two and of_a_session and int(two[1]) < SHORT_SESSION_MIN:
        remedy = f"Write {two[1]}:{two[2]}:00 or {two[1]}h {two[2]}m."
        raise BadCell("can be read as hours and minutes or as minutes and seconds", remedy)
    return duration_s(raw)


_WITH_UNIT = re.compile(r"(?P<number>.*\d[.,]?)\s*(?P<unit>[^\d\s.,].*)")


def unit_said(raw: str, to: str) -> str | None:
    """The unit that a cell says behind its number, of those that can be `to`; None where it says none.

    >>> unit_said("225 lbs.", "kg"), unit_said("225", "kg")
    ('lbs', None)
    """
    said = _WITH_UNIT.fullmatch(raw.strip())
    own = said["unit"].strip().rstrip(".").casefold() if said else None
    return next((unit for unit in units_of(to) if unit.casefold() == own), None)


def quantity(raw: str, decimal: str = ".", unit: str | None = None, to: str | None = None) -> float:
    """A number in `to`: by the unit that the cell says behind it, else by `unit`, that of its column.

    >>> quantity("225 lb", unit="kg", to="kg"), quantity("62,5", ",", "cm/s", "m/s"), quantity("5 km", to="m")
    (102.05828325, 0.625, 5000.0)
    """
    if to is None:
        return number(raw, decimal)
    said = unit_said(raw, to)
    text = re.sub(r"[^\d]+$", "", raw) if said else raw
    return number(text, decimal) * factor(said or unit or to, to)


_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def escaped(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` for a CSV that a spreadsheet may open: a text that would be run as a formula gets a leading apostrophe.

    Numbers are left as they are, also those that stand as text, as -20 for assistance.

    >>> escaped(pd.DataFrame({"note": ["=1+1", "-20", "fine"], "load_kg": [-20.0, 5.0, 1.0]})).values.tolist()
    [["'=1+1", -20.0], ['-20', 5.0], ['fine', 1.0]]
    """
    text = [name for name, dtype in frame.dtypes.items() if dtype == "object" or pd.api.types.is_string_dtype(dtype)]
    return frame.assign(**{name: frame[name].map(_escaped_cell).astype(frame[name].dtype) for name in text})


def _escaped_cell(cell: object) -> object:
    runs = isinstance(cell, str) and cell.startswith(_FORMULA_BEGINS) and not _PLAIN.fullmatch(cell)
    return f"'{cell}" if runs else cell
