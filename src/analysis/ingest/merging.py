"""The same session in several files: a grown or corrected export of a log, or one file a lift from a device.

Sets are recognised by what they say, not by their number, so that a set that an export has gained in the middle makes
no false revision of those after it, two equal sets stay two, and a second file of the same day adds to the first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.base.tables import TABLES

Record = dict[str, Any]
Place = tuple[str, int]  # session and set number

# what a set is called, where it came from, and what the catalogue makes of its name are not what it says
_SAYS = tuple(
    name
    for name in TABLES["sets"].names
    if name not in ("session_id", "set_no", "athlete_id", "exercise", "file_no", "row_no")
)


def set_numbers(
    incoming: Iterable[Record], stored: Iterable[Record], known_by_day: set[str], same_row: Mapping[Place, Place]
) -> dict[Place, int]:
    """The number under which each incoming set is stored, by session and number in its file.

    A set that says the same as a stored one has its number, each stored one once; so has one whose row of the file is
    the very row of a stored one, though it is read otherwise now (`same_row`). Another one replaces the stored set
    of its number, as a correction, where the file is a version of the stored session: some set is the same, or the
    session has a time of its own. Sessions in `known_by_day` without any equal set are a second part of that day.
    Everything else is added behind.

    >>> squat, pull = dict.fromkeys(_SAYS) | {"load_raw": "100"}, dict.fromkeys(_SAYS) | {"load_raw": "140"}
    >>> stored = [{**squat, "session_id": "s", "set_no": 1}]
    >>> set_numbers([{**pull, "session_id": "s", "set_no": 1}], stored, known_by_day={"s"}, same_row={})
    {('s', 1): 2}
    >>> set_numbers([{**pull, "session_id": "s", "set_no": 1}], stored, known_by_day=set(), same_row={})
    {('s', 1): 1}
    """
    before, after = _by_session(stored), _by_session(incoming)
    rows: dict[str, dict[int, int]] = {}
    for (session_id, number), (_, stored_number) in same_row.items():
        rows.setdefault(session_id, {})[number] = stored_number
    numbers = {}
    for session_id, sets in after.items():
        same = rows.get(session_id, {})
        for number, given in _merged(sets, before.get(session_id, []), session_id in known_by_day, same).items():
            numbers[session_id, number] = given
    return numbers


def _by_session(records: Iterable[Record]) -> dict[str, list[Record]]:
    sessions: dict[str, list[Record]] = {}
    for record in records:
        sessions.setdefault(record["session_id"], []).append(record)
    return sessions


def _merged(
    incoming: list[Record], stored: list[Record], known_by_day: bool, same_row: Mapping[int, int]
) -> dict[int, int]:
    """The stored number of each incoming number of one session."""
    free: dict[tuple, list[int]] = {}
    for record in stored:
        free.setdefault(_says(record), []).append(record["set_no"])
    given: dict[int, int] = {}
    for at_its_number in (True, False):
        for record in incoming:
            number, candidates = record["set_no"], free.get(_says(record), [])
            if number not in given and candidates and (number in candidates or not at_its_number):
                given[number] = number if number in candidates else candidates[0]
                candidates.remove(given[number])
    left = {number for numbers in free.values() for number in numbers}
    for number, stored_number in same_row.items():
        if number not in given and stored_number in left:
            given[number] = stored_number
            left.remove(stored_number)
    is_version = bool(given) or not known_by_day
    replaceable = left if is_version else set()
    taken = {record["set_no"] for record in stored} | set(given.values())
    for record in incoming:
        number = record["set_no"]
        if number not in given:
            replaces = number in replaceable
            given[number] = number if replaces or number not in taken else max(taken) + 1
            replaceable.discard(number)
            taken.add(given[number])
    return given


def _says(record: Record) -> tuple:
    return tuple(record[name] for name in _SAYS)
