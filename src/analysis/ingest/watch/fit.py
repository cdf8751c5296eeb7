"""FIT files of watches (Garmin, Coros, Suunto, Polar, Stryd, ...), whole, chained, cut off or with a wrong checksum.

Source of the format: Garmin, FIT protocol and profile, developer.garmin.com/fit. A file may be a chain of FIT files;
each is decoded for itself (`fit_messages.py`), so that damage in one costs no other. Positions are not read. Beat
intervals (`hrv`) are counted; of a measurement without a sport their rMSSD is kept. The beats that a strap stored
under water (`hr`) are counted. Readings of a scale become trials; other messages are about the device.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fitdecode.profile import FIELD_TYPES

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import files
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import activities, fit_messages, plausible
from analysis.ingest.watch.activities import Activity, Lap, Start
from analysis.ingest.watch.fit_chain import chain, is_fit
from analysis.ingest.watch.fit_layout import (
    ACTIVITY,
    EVENT,
    EXERCISE_TITLE,
    FILE_ID,
    HR,
    HRV,
    LAP,
    RECORD,
    SESSION,
    SET,
    SPORT,
    Budget,
    DeveloperKey,
    Message,
)
from analysis.ingest.watch.fit_measurements import body_mass, is_at_rest, rest_measurements
from analysis.ingest.watch.fit_messages import (
    EPOCH,
    FIRST_DATE,
    Messages,
    Records,
    device_of,
    filled,
    first_known,
    first_of,
    number_of,
    text_of,
)
from analysis.ingest.watch.naming import UNKNOWN, Moved, Named, Naming
from analysis.ingest.watch.plausible import Columns

_QUARTER_S = 900
_LARGEST_OFFSET_S = 14 * 3600
_COUNTED = {RECORD: "records", LAP: "laps", SET: "sets", HRV: "hrv", HR: "hr", SESSION: "sessions"}
_COUNTS = ("records", "laps", "sets", "hrv", "sessions", "developer_values")

_STARTS = ("start",)
_STOPS = ("stop", "stop_all", "stop_disable", "stop_disable_all")


def recognises(_path: Path, head: bytes) -> bool:
    """True for the signature of a FIT file, whatever the file is called."""
    return is_fit(head)


def read(path: Path, options: Options) -> Reading:
    """The activities of a FIT file.

    Raises UnreadableFile where nothing can be decoded. What could be decoded before a file breaks off is kept, and
    said in `notes`. A FIT file of another kind (settings, weights, a course) gives a Reading without sessions.
    """
    data = files.content(path)
    if not recognises(path, data):
        raise UnreadableFile(f"{path.name} does not begin as a FIT file does. Copy it from the watch again.")
    run = _Import(options.config, Naming(path, options))
    budget = Budget(path.name)
    parts = [fit_messages.decoded(piece, budget) for piece in chain(data, run.sentences, budget)]
    if not any(part.counts for part in parts):
        raise UnreadableFile(f"{path.name} has the head of a FIT file and no message. Copy it from the watch again.")
    for part in parts:
        for number, name in _COUNTED.items():
            run.tally[name] += part.counts[number]
        run.tally["developer_values"] += part.developer_values
        if part.damage:
            run.sentences.append(f"The file is damaged ({part.damage}); what stands before is kept.")
    by_part = [[_activity(session, part, run) for session in _sessions(part, run)] for part in parts]
    found = [activity for of_one in by_part for activity in of_one]
    more = {
        "trials": body_mass(parts, run.config, run.sentences),
        "wellness": rest_measurements(parts, by_part, run.sentences),
    }
    if not found and not any(more.values()):
        run.sentences.append(_not_an_activity(parts))
    return activities.reading("fit", found, data, run.tally, _COUNTS, (*run.naming.sentences(), *run.sentences), more)


@dataclass(frozen=True, eq=False)
class _Session:
    """A session message with what belongs to it; `begin` is on the clock of the file."""

    message: Message
    begin: float | None
    records: np.ndarray  # which of the file's records
    laps: list[Message]
    sets: list[Message]


@dataclass(frozen=True, eq=False)
class _Import:
    """What one import is told, and what it has to say."""

    config: Config
    naming: Naming
    tally: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)


def _not_an_activity(parts: Sequence[Messages]) -> str:
    kinds = dict.fromkeys(str(first_of(part, FILE_ID).get("type", "unknown")) for part in parts)
    return f"A FIT file of the kind {', '.join(kinds)} without an activity; nothing is taken from it."


def _has_activity(part: Messages) -> bool:
    if part.single[SESSION]:
        return True
    said = first_of(part, FILE_ID).get("type", "activity")
    return said == "activity" and any(part.counts[number] for number in (RECORD, LAP, SET))


def _sessions(part: Messages, run: _Import) -> list[_Session]:
    """The sessions of a FIT file with their records, laps and sets; one is made where the file names none."""
    if not _has_activity(part):
        return []
    named = part.single[SESSION]
    if not named:
        run.sentences.append("The file names no session; one is made from its records and laps.")
        named = [_session_of_messages(part)]
    clock = plausible.dated(part.records.column("timestamp"), run.tally, FIRST_DATE)
    timed = np.flatnonzero(~np.isnan(clock))
    run.tally["records_without_time"] += part.records.count - len(timed)
    begins = [_begin(message, clock[timed]) for message in named]
    laps, sets = part.single[LAP], part.single[SET]
    record_places, lap_places, set_places = (
        _places(times, begins) for times in (clock[timed], _times(laps), _times(sets))
    )
    return [
        _Session(
            message,
            begin,
            records=timed[record_places == i],
            laps=[laps[at] for at in np.flatnonzero(lap_places == i)],
            sets=[sets[at] for at in np.flatnonzero(set_places == i)],
        )
        for i, (message, begin) in enumerate(zip(named, begins, strict=True))
    ]


def _times(messages: list[Message]) -> np.ndarray:
    """When each message began, else when it was written; NaN where it does not say."""
    begun = np.array([number_of(message, "start_time") for message in messages], dtype="float64")
    return filled(begun, np.array([number_of(message, "timestamp") for message in messages], dtype="float64"))


def _session_of_messages(part: Messages) -> Message:
    """A session message for a file that has none: from its first moment to its last."""
    session: Message = dict(first_of(part, SPORT))
    messages = [message for number in (LAP, SET) for message in part.single[number]]
    said = [number_of(message, clock) for message in messages for clock in ("start_time", "timestamp")]
    times = np.concatenate([part.records.column("timestamp"), np.array(said, dtype="float64")])
    times = times[~np.isnan(times)]
    if len(times):
        session |= {"start_time": float(times.min()), "total_elapsed_time": float(np.ptp(times))}
    return session


def _begin(session: Message, records: np.ndarray) -> float | None:
    """When a session began, on the clock of the file: as stated, else from its end, else the first record.

    A start from before the watch knew the date gives way to one from after.
    """
    start, end = number_of(session, "start_time"), number_of(session, "timestamp")
    elapsed_s = number_of(session, "total_elapsed_time")
    of_end = end - elapsed_s if end is not None and elapsed_s is not None else None
    of_records = float(records[0]) if len(records) else end
    known = [begin for begin in (start, of_end, of_records) if begin is not None]
    return next((begin for begin in known if begin >= FIRST_DATE), known[0] if known else None)


def _places(times: np.ndarray, begins: Sequence[float | None]) -> np.ndarray:
    """The session of each time: the last that had begun; the first of all for times before or unknown."""
    known = np.array([-np.inf if begin is None else begin for begin in begins])
    order = np.argsort(known, kind="stable")
    known_times = np.where(np.isnan(times), -np.inf, times)
    return order[np.maximum(np.searchsorted(known[order], known_times, side="right") - 1, 0)]


def _activity(session: _Session, part: Messages, run: _Import) -> Activity:
    said = session.message
    sport, detail = text_of(said.get("sport")) or UNKNOWN, text_of(said.get("sub_sport"))
    distance_m = _distance_m(session, part.records, run)
    named = _named(session, part, run, distance_m)
    return Activity(
        start=_start(session.begin, first_of(part, ACTIVITY), run),
        sport=sport,
        kind="strength" if session.sets else named.kind,
        activity=named.activity,
        distance_m=distance_m,
        timer_s=number_of(said, "total_timer_time"),
        elapsed_s=number_of(said, "total_elapsed_time"),
        mean_heart_rate_bpm=number_of(said, "avg_heart_rate") or None,  # 0 is written where no strap was worn
        device=device_of(first_of(part, FILE_ID)),
        title=text_of(said.get("sport_profile_name")) or (detail if detail != "generic" else None),
        laps=[Lap(number_of(lap, "total_distance"), _lap_time_s(lap)) for lap in session.laps],
        sets=_sets(session.sets, part.single[EXERCISE_TITLE]),
        records=_records(session, named.on_foot, part, run),
    )


def _named(session: _Session, part: Messages, run: _Import, distance_m: float | None) -> Named:
    """What was done; beats of a body at rest are no sport."""
    said = session.message
    sport, timer_s, elapsed_s = said.get("sport"), number_of(said, "total_timer_time"), _elapsed_s(said)
    if part.counts[HRV] and is_at_rest(text_of(sport) or UNKNOWN, distance_m, elapsed_s):
        return Named(at_rest=True)
    t_s, way_m = (part.records.column(name)[session.records] for name in ("timestamp", "distance"))
    return run.naming.name(
        text_of(sport),
        detail=text_of(said.get("sub_sport")),
        title=text_of(said.get("sport_profile_name")),
        moved=Moved(distance_m, timer_s if timer_s is not None else elapsed_s, t_s, way_m),
    )


def _elapsed_s(said: Message) -> float | None:
    elapsed_s = number_of(said, "total_elapsed_time")
    return number_of(said, "total_timer_time") if elapsed_s is None else elapsed_s


def _distance_m(session: _Session, records: Records, run: _Import) -> float | None:
    """As the session states it, else as its last record does."""
    stated = number_of(session.message, "total_distance")
    if stated is not None:
        return stated
    recorded = records.column("distance")[session.records]
    recorded = recorded[~np.isnan(recorded)]
    if not len(recorded):
        return None
    run.sentences.append("A session states no distance; that of its last record is taken.")
    return float(recorded[-1])


def _lap_time_s(lap: Message) -> float | None:
    timer_s = number_of(lap, "total_timer_time")
    return number_of(lap, "total_elapsed_time") if timer_s is None else timer_s


def _start(begin: float | None, activity: Message, run: _Import) -> Start:
    """The start of a session by the file's own wall clock where it tells one.

    A wall clock equal to UTC is not believed: watches that do not know their zone write that.
    """
    end, local_end = number_of(activity, "timestamp"), number_of(activity, "local_timestamp")
    if begin is None:
        return Start()
    if begin < FIRST_DATE:
        run.sentences.append("The watch did not know the date: its times count from when it was switched on.")
        if end is None or local_end is None or local_end < FIRST_DATE:
            return Start()
        local = (EPOCH + timedelta(seconds=local_end - (end - begin))).replace(tzinfo=None)
        if change := activities.clock_change(local, run.config.zone):
            run.sentences.append(
                f"The session begins at {local:%H:%M} on {local:%Y-%m-%d}, a time that {run.config.time_zone} {change}."
            )
        return Start(local=local, tz_quality="file")
    utc = EPOCH + timedelta(seconds=begin)
    if end is None or local_end is None:
        return Start.at(utc, None, run.config)
    if local_end == end:
        run.sentences.append("The file gives UTC for local time; the configured zone is taken.")
        return Start.at(utc, None, run.config)
    offset_s = round((local_end - end) / _QUARTER_S) * _QUARTER_S
    if abs(offset_s) > _LARGEST_OFFSET_S or abs(local_end - end - offset_s) > 60:
        run.sentences.append("The file's local time is no time zone's; the configured zone is taken.")
        return Start.at(utc, None, run.config)
    return Start.at(utc, float(offset_s), run.config)


def _records(session: _Session, on_foot: bool, part: Messages, run: _Import) -> Columns:
    mine = session.records
    if not len(mine):
        return {}

    def column(name: str) -> np.ndarray:
        return part.records.column(name)[mine]

    clock, begin = column("timestamp"), session.begin or 0.0
    if begin >= FIRST_DATE > clock.max():
        begin = float(clock[0])
        run.sentences.append("The clock of the records was never set: their times count from the first of them.")
    fraction = column("fractional_cadence")
    columns: dict[str, np.ndarray | pd.Series] = {
        "heart_rate_bpm": column("heart_rate"),
        "speed_m_s": filled(column("enhanced_speed"), column("speed")),
        "distance_m": column("distance"),
        "power_w": column("power"),
        "altitude_m": filled(column("enhanced_altitude"), column("altitude")),
        "paused": _paused(clock, part.single[EVENT]),
    }
    columns |= activities.cadence_columns(column("cadence") + np.where(np.isnan(fraction), 0.0, fraction), on_foot)
    for name, key in _developer_columns(part.developer_names, columns).items():
        values = _numbers_or_texts(part.records.developer[key], mine)
        if not pd.isna(values).all():
            columns[name] = values
    return activities.record_columns(clock - begin, columns)


def _paused(clock: np.ndarray, events: list[Message]) -> np.ndarray:
    """1 for records strictly between a stop of the timer and its next start; NaN where the timer tells nothing."""
    turns = [
        (time, event["event_type"] in _STOPS)
        for event in events
        if event.get("event") == "timer"
        and event.get("event_type") in (*_STARTS, *_STOPS)
        and (time := number_of(event, "timestamp")) is not None
    ]
    if not turns:
        return np.full(len(clock), np.nan)
    turns.sort(key=lambda turn: turn[0])
    times = np.array([time for time, _ in turns])
    stopped = np.array([False, *(stops for _, stops in turns)])
    before, after = (stopped[np.searchsorted(times, clock, side)] for side in ("left", "right"))
    return (before & after).astype("float64")


def _developer_columns(fields: dict[DeveloperKey, str | None], taken: Iterable[str]) -> dict[str, DeveloperKey]:
    """A column name for every developer field; a name that two of them share carries the number of its app."""
    columns: dict[str, DeveloperKey] = {}
    reserved = {*activities.SAMPLE_COLUMNS, "session_id", "athlete_id", *taken}
    for (app, number), name in fields.items():
        column = name or f"developer field {number}"
        if column in reserved or column in columns:
            column = f"{column} ({app}.{number})"
        columns[column] = (app, number)
    return columns


def _sets(messages: list[Message], titles: list[Message]) -> list[dict[str, Any]]:
    """Rows of the table `sets`: the active sets; a rest gives its duration to the set before it."""
    names = {
        (first_known(t.get("exercise_category")), first_known(t.get("exercise_name"))): t.get("wkt_step_name")
        for t in titles
    }
    rows: list[dict[str, Any]] = []
    for message in messages:
        duration_s = number_of(message, "duration")
        if message.get("set_type") == "rest":
            if rows and rows[-1]["rest_s"] is None:
                rows[-1]["rest_s"] = duration_s
            continue
        load_kg = number_of(message, "weight")
        rows.append(
            {
                "set_no": len(rows) + 1,
                "exercise_raw": _exercise(message, names),
                "side": "B",
                "set_kind": "work",
                "load_kg": load_kg,
                "load_raw": None if load_kg is None else f"{load_kg:g}",
                "unit_raw": None if load_kg is None else "kg",
                "reps": number_of(message, "repetitions"),
                "duration_s": duration_s,
                "rest_s": None,
            }
        )
    return rows


def _exercise(message: Message, names: dict[tuple[Any, Any], Any]) -> str:
    """The exercise by the title that the file gives it, else by the words of the FIT profile."""
    category, number = first_known(message.get("category")), first_known(message.get("category_subtype"))
    if title := text_of(names.get((category, number))):
        return title
    profile = FIELD_TYPES.get(f"{category}_exercise_name")
    word = (profile.enum or {}).get(number) if profile and number is not None else None
    return (word or text_of(category) or "unknown").replace("_", " ")


def _numbers_or_texts(values: np.ndarray | list[Any], mine: np.ndarray) -> np.ndarray | pd.Series:
    """Those values of a developer field that are `mine`: numbers where it holds numbers, else text."""
    if isinstance(values, np.ndarray):
        return values[mine]
    chosen = [values[i] for i in mine.tolist()]
    if all(value is None or isinstance(value, (int, float)) for value in chosen):
        return np.array(chosen, dtype="float64")
    return pd.Series([_joined(value) for value in chosen], dtype="str")


def _joined(value: Any) -> str | None:
    return " ".join(str(each) for each in value) if isinstance(value, tuple) else text_of(value)


READER = Reader(
    name="fit",
    title="FIT (watch)",
    recognises=recognises,
    read=read,
    takes="sessions, runs, laps, sets, records with developer fields; readings of a scale; rMSSD of recordings at rest",
    leaves="positions, which say where an athlete lives; messages about the device",
    version=activities.VERSION,
)
