"""The canonical tables: one declaration for checks, documentation and the store.

SI units plus kg, the unit in the column name. Nothing is imputed: a missing number is NaN, a missing text is None,
0 and missing stay distinct. Readers deliver these columns, the store keeps them, notebooks get them.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

Kind = Literal["text", "number", "integer", "date", "instant", "clock"]

EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$"  # an address alone, as forms on the web take it

# date: a local calendar day; instant: UTC; clock: local wall time without a zone
DTYPES: dict[str, str] = {
    "text": "str",
    "number": "float64",
    "integer": "int64",
    "date": "datetime64[us]",
    "instant": "datetime64[us, UTC]",
    "clock": "datetime64[us]",
}

_NO_FAILURES = pd.DataFrame({"index": [], "column": [], "check": [], "value": []})
_DTYPES = {kind: pd.api.types.pandas_dtype(dtype) for kind, dtype in DTYPES.items()}
_EMPTY = {kind: pd.Series(dtype=dtype).array for kind, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in which unit and range, and what it means."""

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    required: bool = False

    def checks(self) -> list[pa.Check]:
        """The pandera checks of this column, each named for the sentence of a reject."""
        checks = []
        if self.low is not None:
            checks.append(pa.Check.ge(self.low, error=f"below {self.low:g}{self.unit_suffix}"))
        if self.high is not None:
            checks.append(pa.Check.le(self.high, error=f"above {self.high:g}{self.unit_suffix}"))
        if self.values is not None:
            checks.append(pa.Check.isin(self.values, error=f"not one of {', '.join(self.values)}"))
        if self.pattern is not None:
            checks.append(pa.Check.str_matches(self.pattern, error=f"does not match {self.pattern}"))
        return checks

    def is_sound(self, values: pd.Series) -> bool:
        """Whether typed `values` pass every check of this column.

        >>> Column("reps", "number", "repetitions done", low=0).is_sound(pd.Series([5.0, float("nan")]))
        True
        """
        if values.dtype != _DTYPES[self.kind] or (self.required and values.hasnans):
            return False
        if self.low is not None or self.high is not None:
            numbers = values.to_numpy()  # NaN is neither below nor above
            if (self.low is not None and (numbers < self.low).any()) or (
                self.high is not None and (numbers > self.high).any()
            ):
                return False
        if self.values is None and self.pattern is None:
            return True
        words = (word for word in values.unique() if isinstance(word, str))
        return all(self._allows(word) for word in words)

    def allows(self, value: object) -> bool:
        """Whether one plain value, as a reader makes it of a cell, passes every check of this column.

        Of a whole number that is missing too, since those are numbered later. False also for what only `Table.coerce`
        can judge, so that a value which is not allowed has to be looked at there.

        >>> reps = Column("reps", "number", "repetitions done", low=0)
        >>> reps.allows(5.0), reps.allows(None), reps.allows(-1.0), reps.allows("5")
        (True, True, False, False)
        """
        if value is None:
            return not self.required or self.kind == "integer"
        if self.kind == "text":
            return isinstance(value, str) and self._allows(value)
        if self.kind in ("number", "integer"):
            return self._is_number(value) and self._is_within(value)
        is_moment = isinstance(value, dt.date if self.kind == "date" else dt.datetime) and value is not pd.NaT
        return is_moment and (getattr(value, "tzinfo", None) is None) == (self.kind != "instant")

    def _is_number(self, value: object) -> bool:
        return type(value) is int or (self.kind == "number" and isinstance(value, float))

    def _is_within(self, value: float) -> bool:
        """Whether a number is one, and neither below nor above."""
        return value == value and (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _allows(self, word: str) -> bool:
        return (self.values is None or word in self.values) and (
            self.pattern is None or re.fullmatch(self.pattern, word) is not None
        )

    @property
    def unit_suffix(self) -> str:
        return f" {self.unit}" if self.unit else ""


@dataclass(frozen=True)
class Table:
    """One canonical table: its key, its columns, what a row is."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    row: str  # what one row is, in words

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def of_one_athlete(self) -> bool:
        """True where every row belongs to exactly one athlete."""
        return "athlete_id" in self.names

    def column(self, name: str) -> Column:
        return self.by_name[name]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names; a mapped table asks for one at each of its cells."""
        return {column.name: column for column in self.columns}

    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema; lazy validation names every failing row."""
        return pa.DataFrameSchema(
            {
                column.name: pa.Column(
                    DTYPES[column.kind],
                    checks=column.checks(),
                    nullable=not column.required,
                    description=column.meaning,
                    metadata={"unit": column.unit},
                )
                for column in self.columns
            },
            unique=list(self.key),
            strict=True,
            name=self.name,
            description=self.row,
        )

    def empty(self) -> pd.DataFrame:
        """A frame of this table with no row."""
        return self._empty.copy()

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return pd.DataFrame({column.name: pd.Series(dtype=DTYPES[column.kind]) for column in self.columns})

    def coerce(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`frame` with this table's columns in order and in its types; absent columns are missing.

        Raises ValueError where a value cannot be of its column's type: readers type their cells first.
        """
        given = dict(frame.items())
        typed = {c.name: _array(given[c.name], c) if c.name in given else _missing(len(frame), c) for c in self.columns}
        return pd.DataFrame(typed, index=frame.index)

    def failures(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row per failing cell of a coerced frame: index, column, check (in words), value.

        Columns a caller has not filled yet (ids that are bound later) are left out by giving a frame without them.
        pandera finds the words for what is wrong; that a frame is sound is seen without it, 20 times as fast.
        """
        if all(self.by_name[name].is_sound(values) for name, values in frame.items() if name in self.by_name):
            return _NO_FAILURES.copy()
        schema = _check_schema(self.name, tuple(name for name in self.names if name in frame))
        try:
            schema.validate(frame, lazy=True)
        except SchemaErrors as problem:
            cases = problem.failure_cases
            return pd.DataFrame(
                {
                    "index": cases["index"],
                    "column": cases["column"],
                    "check": ["is missing" if check == "not_nullable" else str(check) for check in cases["check"]],
                    "value": cases["failure_case"].astype("object"),
                }
            ).reset_index(drop=True)
        return _NO_FAILURES.copy()


def _missing(n: int, column: Column) -> pd.api.extensions.ExtensionArray:
    if column.kind == "integer" and n:
        raise ValueError(f"{column.name} holds whole numbers, of which none can be missing; give that column.")
    return _nothing(column.kind, n)


def _nothing(kind: Kind, n: int) -> pd.api.extensions.ExtensionArray:
    """`n` missing values."""
    return _EMPTY[kind].take(np.full(n, -1), allow_fill=True)


def _array(values: pd.Series, column: Column) -> pd.api.extensions.ExtensionArray:
    if values.dtype == "object" and column.kind != "integer" and values.isna().all():
        return _nothing(column.kind, len(values))
    return _as_kind(values, column.kind).array


def _as_kind(values: pd.Series, kind: Kind) -> pd.Series:
    if values.dtype == _DTYPES[kind] and kind != "date":  # a date may still carry a time of day
        return values
    if kind == "number":
        return pd.to_numeric(values).astype("float64")
    if kind == "integer":
        return pd.to_numeric(values).astype("int64")
    if kind == "text":
        return values.astype("str") if values.notna().any() else pd.Series(None, index=values.index, dtype="str")
    if pd.api.types.is_datetime64_any_dtype(values):
        moments = values
    else:
        moments = pd.to_datetime(values, format="ISO8601", utc=kind == "instant")
    if kind == "instant":
        moments = moments.dt.tz_localize("UTC") if moments.dt.tz is None else moments.dt.tz_convert("UTC")
    elif moments.dt.tz is not None:
        raise ValueError(f"{values.name} is local time and carries a zone; take the zone off first")
    if kind == "date":
        moments = moments.dt.normalize()
    return moments.astype(DTYPES[kind])


def text(name: str, meaning: str, **more) -> Column:
    return Column(name, "text", meaning, **more)


def number(
    name: str, unit: str | None, meaning: str, low: float | None = None, high: float | None = None, **more
) -> Column:
    return Column(name, "number", meaning, unit=unit, low=low, high=high, **more)


def integer(name: str, meaning: str, low: float | None = 0, **more) -> Column:
    return Column(name, "integer", meaning, low=low, required=True, **more)


def date(name: str, meaning: str, **more) -> Column:
    return Column(name, "date", meaning, **more)


ATHLETE = text("athlete_id", "opaque, pseudonymous id", pattern=r"^[a-z0-9_-]{1,64}$", required=True)
SESSION = text("session_id", "hash of athlete, source and the source's own key", required=True)
LOCAL_DATE = date("local_date", "calendar day where the athlete was", required=True)
SIDE = text("side", "left, right or both", values=("L", "R", "B"), required=True)
DEVICE = text("device", "what measured it; a new device starts a new series")
RATER = text("rater", "who or what rated it")
FILE_NO = integer("file_no", "number of the file the row came from (table files)")
ROW_NO = integer("row_no", "row in that file, 1 is the first data row; 0 where the format has no rows")

_TABLES = (
    Table(
        "athletes",
        ("athlete_id",),
        (
            ATHLETE,
            text("name", "name or alias shown on the athlete's own page"),
            text("sex", "F, M or X", values=("F", "M", "X")),
            number("birth_year", None, "year of birth", 1900, 2100),
            text("consent", "consent scopes, separated by spaces: report squad body_mass delivery"),
            text("guardian", "contact of the guardian of a minor"),
        ),
        "a person who trains",
    ),
    Table(
        "aliases",
        ("source", "external_name"),
        (
            text("source", "where the name is used: a reader, or * for all", required=True),
            text("external_name", "the name as it stands there", required=True),
            ATHLETE,
        ),
        "a name that a file uses for an athlete",
    ),
    Table(
        "sessions",
        ("session_id",),
        (
            SESSION,
            ATHLETE,
            text("source", "reader that brought it", required=True),
            text("source_key", "the source's own key of this session", required=True),
            Column("start_utc", "instant", "start in UTC, where known"),
            Column("start_local", "clock", "start by the wall clock, where known"),
            number("utc_offset_s", "s", "local time minus UTC", -64800, 64800),
            text(
                "tz_quality",
                "how the local time is known: file, config, assumed, none",
                values=("file", "config", "assumed", "none"),
                required=True,
            ),
            LOCAL_DATE,
            text(
                "kind",
                "what was done",
                values=("strength", "run", "sprint", "time_trial", "ride", "swim", "screen", "other"),
                required=True,
            ),
            text("role", "role in the week", values=("day_1", "day_3", "day_5", "other")),
            number("duration_s", "s", "session time including rests", 0, 864000),
            number("rpe_cr10", "CR-10", "rating of the whole session", 0, 10),
            text("status", "done, planned rest, or off (ill, away)", values=("done", "rest", "off"), required=True),
            text("title", "the session's name in its source"),
            text("notes", "free text"),
            FILE_NO,
            ROW_NO,
        ),
        "one training session, or a day logged as rest or off",
    ),
    Table(
        "sets",
        ("session_id", "set_no"),
        (
            SESSION,
            integer("set_no", "order in the session, 1 is the first", low=1),
            ATHLETE,
            text("exercise", "canonical name, None where the raw name is not in the catalogue"),
            text("exercise_raw", "the name as it stands in the source", required=True),
            SIDE,
            text(
                "set_kind",
                "work, warm_up, drop, failure or other",
                values=("work", "warm_up", "drop", "failure", "other"),
                required=True,
            ),
            number("load_kg", "kg", "total external load; negative is assistance", -200, 1000),
            text("load_raw", "the load as it stands in the source"),
            text("unit_raw", "its unit as it stands in the source"),
            number("reps", None, "repetitions done", 0, 1000),
            number("rpe_cr10", "CR-10", "rating of the set", 0, 10),
            number("rir", None, "repetitions in reserve", 0, 30),
            text("tempo", "eccentric-pause-concentric-pause in seconds, as 3-1-1-0"),
            number("duration_s", "s", "time under the set", 0, 86400),
            number("distance_m", "m", "distance covered in the set", 0, 100000),
            number("rest_s", "s", "rest after the set", 0, 86400),
            text("notes", "free text"),
            FILE_NO,
            ROW_NO,
        ),
        "one set of one exercise",
    ),
    Table(
        "reps",
        ("session_id", "set_no", "rep_no"),
        (
            SESSION,
            integer("set_no", "the set in its session", low=1),
            integer("rep_no", "order in the set, 1 is the first", low=1),
            ATHLETE,
            number("mean_velocity_m_s", "m/s", "mean concentric velocity", 0, 5),
            number("mean_propulsive_velocity_m_s", "m/s", "mean velocity of the propulsive part", 0, 5),
            number("peak_velocity_m_s", "m/s", "peak concentric velocity", 0, 10),
            number("rom_m", "m", "range of motion of the bar", 0, 3),
            number("power_w", "W", "mean concentric power", 0, 10000),
            number("hinge_angle_deg", "deg", "hip hinge angle at the bottom, 180 is upright", 0, 180),
            text("form_flags", "flags separated by spaces: flexion valgus shift; empty text is rated and clean"),
            RATER,
            DEVICE,
            FILE_NO,
            ROW_NO,
        ),
        "one repetition as a device or a rater saw it",
    ),
    Table(
        "runs",
        ("session_id",),
        (
            SESSION,
            ATHLETE,
            text("sport", "as the device names it", required=True),
            number("distance_m", "m", "distance the source states", 0, 1e6),
            number("timer_s", "s", "moving time, pauses left out", 0, 1e7),
            number("elapsed_s", "s", "from start to end", 0, 1e7),
            number(
                "mean_heart_rate_bpm", "bpm", "mean heart rate, of the records where the source states none", 20, 260
            ),
            DEVICE,
            FILE_NO,
            ROW_NO,
        ),
        "one recorded run or other endurance activity",
    ),
    Table(
        "splits",
        ("session_id", "trial_no", "split_no"),
        (
            SESSION,
            integer("trial_no", "trial in the session", low=1),
            integer("split_no", "split in the trial", low=1),
            ATHLETE,
            text("test_id", "performance check this trial belongs to"),
            text("kind", "lap, gate or manual", values=("lap", "gate", "manual"), required=True),
            number("start_m", "m", "where the split starts", 0, 1e6),
            number("distance_m", "m", "length of the split", 0, 1e6),
            number("time_s", "s", "time of the split", 0, 1e6),
            DEVICE,
            FILE_NO,
            ROW_NO,
        ),
        "one lap or one gate-to-gate time",
    ),
    Table(
        "samples",
        ("session_id", "t_s", "seq"),
        (
            SESSION,
            ATHLETE,
            number("t_s", "s", "seconds since the session's start", required=True),
            integer("seq", "order among samples of the same second"),
            number("heart_rate_bpm", "bpm", "heart rate", 0, 300),
            number("speed_m_s", "m/s", "speed", 0, 100),
            number("distance_m", "m", "distance so far", 0, 1e6),
            number("cadence_spm", "1/min", "steps (both feet) a minute", 0, 500),
            number("power_w", "W", "power", 0, 5000),
            number("altitude_m", "m", "altitude", -1000, 20000),
            number("paused", None, "1 while the timer stands", 0, 1),
        ),
        "one record of a watch; kept as Parquet, developer fields beside these columns",
    ),
    Table(
        "wellness",
        ("athlete_id", "local_date", "item", "source"),
        (
            ATHLETE,
            LOCAL_DATE,
            text("item", "sleep, soreness, energy, ...", required=True),
            text("source", "form or device", required=True),
            number("value", None, "answer on its own scale", required=True),
            number("scale_min", None, "lowest answer possible"),
            number("scale_max", None, "highest answer possible"),
            text("direction", "which way is good", values=("higher_better", "lower_better", "neutral"), required=True),
            FILE_NO,
            ROW_NO,
        ),
        "one answer of one day",
    ),
    Table(
        "trials",
        ("athlete_id", "local_date", "test_id", "trial_no", "side", "metric"),
        (
            ATHLETE,
            LOCAL_DATE,
            text("test_id", "screen or check", required=True),
            integer("trial_no", "trial of that day", low=1),
            SIDE,
            text("metric", "what was measured", required=True),
            number("value", None, "in the unit beside it", required=True),
            text("unit", "unit of the value", required=True),
            text("method", "protocol"),
            RATER,
            DEVICE,
            FILE_NO,
            ROW_NO,
        ),
        "one trial of a screen or performance check",
    ),
    Table(
        "exercises",
        ("exercise",),
        (
            text("exercise", "canonical name", required=True),
            text("name", "as people read it", required=True),
            text("pattern", "hinge, squat, push, pull, carry, other", required=True),
            text("variant", "what sets it apart in its family"),
            text("equipment", "barbell, kettlebell, dumbbell, machine, body"),
            number("angle_deg", "deg", "bench or back-extension angle where it matters", 0, 180),
            text(
                "laterality", "bilateral or single_leg", values=("bilateral", "single_leg", "single_arm"), required=True
            ),
        ),
        "one exercise of the catalogue",
    ),
    Table(
        "exercise_aliases",
        ("language", "raw_name"),
        (
            text("language", "en, de, ... or * for any", required=True),
            text("raw_name", "as logs write it, lower case", required=True),
            text("exercise", "canonical name", required=True),
        ),
        "a raw name of an exercise",
    ),
    Table(
        "links",
        ("kind", "a", "b"),
        (
            text("kind", "run or set", values=("run", "set"), required=True),
            text("a", "the copy that counts", required=True),
            text("b", "the copy that does not", required=True),
            ATHLETE,
        ),
        "two records of the same thing, counted once",
    ),
    Table(
        "sample_files",
        ("session_id", "sha256"),
        (
            SESSION,
            text("sha256", "hash of the file the samples came from", required=True),
            ATHLETE,
            text("path", "below the sample folder", required=True),
            integer("rows", "samples in it"),
        ),
        "where the samples of a session lie",
    ),
    Table(
        "plan",
        ("athlete_id", "local_date", "line_no"),
        (
            ATHLETE,
            LOCAL_DATE,
            integer("line_no", "line of that day", low=1),
            text("role", "role in the week", values=("day_1", "day_3", "day_5", "rest", "other"), required=True),
            text("content", "what is planned, in words"),
            FILE_NO,
            ROW_NO,
        ),
        "one planned line of one day",
    ),
    Table(
        "cues",
        ("athlete_id", "local_date", "exercise", "cue"),
        (
            ATHLETE,
            LOCAL_DATE,
            text("exercise", "canonical or raw name", required=True),
            text("cue", "the words the coach used", required=True),
            FILE_NO,
            ROW_NO,
        ),
        "one cue given",
    ),
    Table(
        "proposals",
        ("proposal_id",),
        (
            text("proposal_id", "hash of athlete, date, rule and subject", required=True),
            ATHLETE,
            date("local_date", "first day of the week whose data it rests on", required=True),
            text("rule_id", "rule that made it, with the choice of its menu behind a dot", required=True),
            text("subject", "lift, or week for the athlete", required=True),
            text("line", "what the athlete would read", required=True),
            text("evidence", "numbers behind it", required=True),
            text("answer", "the coach's answer", values=("accepted", "rejected")),
            Column("answered_at", "instant", "when"),
        ),
        "one proposal of a rule, and the coach's answer",
    ),
    Table(
        "exclusions",
        ("table_name", "row_key"),
        (
            text("table_name", "table of the row", required=True),
            text("row_key", "its key, joined by |", required=True),
            ATHLETE,
            text("reason", "printed on the page", required=True),
            Column("excluded_at", "instant", "when", required=True),
        ),
        "a trial left out, with its reason",
    ),
    Table(
        "contacts",
        ("athlete_id", "whose"),
        (
            ATHLETE,
            text("whose", "whose address it is", values=("athlete", "guardian"), required=True),
            text(
                "email",
                "where pages are sent; missing where nothing is to be sent",
                pattern=EMAIL,
            ),
            FILE_NO,
            ROW_NO,
        ),
        "an address to which an athlete's pages go",
    ),
    Table(
        "deliveries",
        ("delivery_id",),
        (
            text("delivery_id", "hash of report, athlete, period and recipient; part of the Message-ID", required=True),
            ATHLETE,
            text("report", "report of the page", required=True),
            date("until", "last day of its period", required=True),
            text("whose", "who gets it", values=("athlete", "guardian", "coach"), required=True),
            text("channel", "as files in the outbox, or by mail", values=("outbox", "mail"), required=True),
            text(
                "state",
                "waiting: to be sent; sending: handed over, without an answer so far; sent; refused: for good; "
                "doubtful: the answer never came",
                values=("waiting", "sending", "sent", "refused", "doubtful"),
                required=True,
            ),
            text("recipient_hash", "hash of the address, once it was tried"),
            text("page_hash", "hash of the page, once it was tried"),
            text("problem", "why it was not sent, in words"),
            integer("attempts", "runs in which it was tried"),
            Column("changed_at", "instant", "when it came to this state", required=True),
        ),
        "a page on its way to one recipient",
    ),
    Table(
        "pages",
        ("report", "athlete_id", "until"),
        (
            text("report", "report of the page", required=True),
            text("athlete_id", "opaque id of the athlete; empty for a page of the squad", required=True),
            date("until", "last day of its period", required=True),
            text("run", "id of the run that worked on it last", required=True),
            text(
                "state",
                "in work: also where a run died; failed; rendered",
                values=("in work", "failed", "rendered"),
                required=True,
            ),
            integer("attempts", "runs that began it without coming to an end with it", low=0),
            number("seconds", "s", "what it took", 0, 1e6),
            text("error", "why there is no page, in words"),
            text("rests_on", "what decides the page, as JSON: a hash or number for each part of it", required=True),
            text("page_hash", "hash of the page and its facts as they were published"),
            Column("changed_at", "instant", "when it came to this state", required=True),
        ),
        "the manifest of the pages: what became of each",
    ),
    Table(
        "files",
        ("file_no",),
        (
            FILE_NO,
            text("sha256", "hash of its bytes", required=True),
            text("name", "file name without its folder", required=True),
            text("reader", "reader that took it", required=True),
            integer("reader_version", "version of that reader"),
            text("dialect", "what was found or said about its form, as JSON", required=True),
            integer("bytes", "size"),
            Column("imported_at", "instant", "when", required=True),
            integer("rows_taken", "source rows that became data"),
            integer("rows_rejected", "source rows refused"),
            integer("rows_waiting", "rows of names that are bound to no athlete yet; such a file is read again"),
        ),
        "one file taken in",
    ),
    Table(
        "revisions",
        ("file_no", "table_name", "row_key"),
        (
            FILE_NO,
            text("table_name", "table of the row", required=True),
            text("row_key", "its key, joined by |", required=True),
            ATHLETE,
            text("before", "what it said, as JSON: only the columns that differ", required=True),
            text("after", "what it says since this file", required=True),
        ),
        "a row that a later file says otherwise",
    ),
    Table(
        "waiting",
        ("file_no", "external_name"),
        (
            FILE_NO,
            text("source", "reader that met the name", required=True),
            text("external_name", "a name that is bound to no athlete", required=True),
            integer("rows", "rows that wait for it"),
        ),
        "a name that waits to be bound",
    ),
    Table(
        "source_rows",
        ("file_no", "sheet", "row_no"),
        (
            FILE_NO,
            text("sheet", "sheet of a workbook, else empty", required=True),
            ROW_NO,
            text("raw", "the row's cells as text, as JSON", required=True),
            text("row_hash", "hash of the raw text", required=True),
            integer("occurrence", "which of several identical rows of the file", low=1),
            text("became", "taken, ignored or rejected", values=("taken", "ignored", "rejected"), required=True),
        ),
        "one row of a file, as it was",
    ),
    Table(
        "rejects",
        ("file_no", "sheet", "row_no", "column", "check"),
        (
            FILE_NO,
            text("sheet", "sheet of a workbook, else empty", required=True),
            ROW_NO,
            text("column", "column of the file", required=True),
            text("check", "what it failed", required=True),
            text("raw", "the value as it stands"),
            text("reason", "what is wrong and what to do, in words", required=True),
        ),
        "one cell that could not be taken",
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}


@cache
def _check_schema(name: str, columns: tuple[str, ...]) -> pa.DataFrameSchema:
    """The checks of some columns, without those of the whole table; made once, since pandera takes its time."""
    schema = TABLES[name].schema().select_columns(list(columns))
    schema.unique = None
    return schema
