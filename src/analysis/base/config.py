"""`workbook.toml`: what a squad decides once. Strict: an unknown key is an error with a suggestion."""

import difflib
import functools
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from analysis.base.display import Display, DistanceUnit, MassUnit
from analysis.base.errors import ConfigProblem, NotEnoughData
from analysis.base.plugins import canonical
from analysis.base.tables import EMAIL

NAME = "workbook.toml"
YOUR_COACH = "your coach"
Model = TypeVar("Model", bound=BaseModel)
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ON_PAGES = (  # what pages read of the configuration beside the key lifts
    *("squad", "contact", "time_zone", "week_start", "load_unit", "distance_unit", "sport", "confidence"),
    *("consent_default", "adult_age", "checks", "side_tests", "plugins"),
)
Address = Annotated[str, StringConstraints(pattern=EMAIL)]
Package = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,100}[A-Za-z0-9])?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StorePlace(_Strict):
    """Where the store lies: a folder of this machine, which always keeps the keys and locks, and servers for the rest.

    Paths go on with it as with its folder.

    >>> [(Path("grove") / place).as_posix() for place in (StorePlace(), StorePlace(folder="kept"))]
    ['grove/data/store', 'grove/kept']
    """

    folder: str = Field(default="data/store", description="folder of the store")
    url: str | None = Field(
        default=None, description="of a database on a server, as postgresql+psycopg://USER@HOST/DATABASE; none: a file"
    )
    samples: str | None = Field(
        default=None, description="where watch records lie, as s3://BUCKET/FOLDER; none: beside the database's file"
    )

    def __fspath__(self) -> str:
        return self.folder


class ShownUnits(_Strict):
    """The units of pages for one reader, where they are not those of the workspace."""

    mass: MassUnit | None = Field(default=None, description="kg or lb")
    distance: DistanceUnit | None = Field(default=None, description="km or mi")


class Shown(_Strict):
    """The units of pages. What is computed, stored and exported stays in kg and m."""

    mass: MassUnit = Field(default="kg", description="kg or lb, on pages")
    distance: DistanceUnit = Field(default="km", description="km or mi, on pages")
    by_athlete: dict[str, ShownUnits] = Field(default={}, description="of single athletes, by their id")

    def to(self, athlete_id: str | None = None) -> Display:
        """The units of an athlete's page; without one those of the squad's."""
        own = self.by_athlete.get(athlete_id or "", ShownUnits())
        return Display(own.mass or self.mass, own.distance or self.distance)

    def of(self, athlete_ids: set[str]) -> "Shown":
        """The same without the units of anybody else."""
        own = {name: units for name, units in self.by_athlete.items() if name in athlete_ids}
        return self.model_copy(update={"by_athlete": own})


class Lift(_Strict):
    """A key lift: by which load its speed is followed, where bars are measured, and the velocity taken as that of a
    1RM. Without a load it is followed by repetitions alone."""

    exercise: str = Field(description="canonical name, as in the exercise catalogue")
    name: str = Field(description="as people read it")
    anchor_load_kg: float | None = Field(
        default=None, gt=0, le=1000, description="load at which speed is followed, in kg; none: 1RM from repetitions"
    )
    anchor_by_athlete: dict[str, float] = Field(default={}, description="anchor loads of single athletes, in kg")
    metric: Literal["mean_velocity_m_s", "mean_propulsive_velocity_m_s", "peak_velocity_m_s"] = Field(
        default="mean_velocity_m_s", description="which velocity is judged"
    )
    mvt_m_s: float = Field(default=0.15, gt=0, lt=2, description="minimal velocity threshold")
    mvt_sd_m_s: float = Field(default=0.02, ge=0, lt=1, description="its uncertainty between athletes and days")
    te_m_s: float | None = Field(default=None, gt=0, description="published typical error between days, if any")
    te_df: float = Field(default=4, gt=0, le=1000, description="how much the published value weighs, in df")
    te_source: str = Field(default="", description="where that error comes from, printed with it")
    swc_m_s: float = Field(default=0.04, gt=0, description="smallest worthwhile change")
    swc_source: str = Field(default="", description="where it comes from, for whoever asks")

    def of(self, athlete_ids: set[str]) -> "Lift":
        """The same without the loads of anybody else."""
        anchors = {name: load_kg for name, load_kg in self.anchor_by_athlete.items() if name in athlete_ids}
        return self.model_copy(update={"anchor_by_athlete": anchors})

    def has_anchor(self, athlete_id: str) -> bool:
        """Whether this athlete's speed is followed."""
        return self.anchor_load_kg is not None or athlete_id in self.anchor_by_athlete

    def anchor_kg(self, athlete_id: str) -> float:
        """The load at which this athlete's speed is followed; NotEnoughData where none is set.

        >>> Lift(exercise="deadlift", name="Deadlift", anchor_by_athlete={"a1": 90}).anchor_kg("a1")
        90.0
        """
        load_kg = self.anchor_by_athlete.get(athlete_id, self.anchor_load_kg)
        if load_kg is None:
            raise NotEnoughData(
                f"No load is set at which the speed of {self.name} is followed. "
                f"Write anchor_load_kg under [[lifts]] in {NAME}, or let repetitions speak."
            )
        return load_kg


class Check(_Strict):
    """A periodic performance check, as a 20 m sprint."""

    test_id: str = Field(description="name of the test in the files, as sprint_20m")
    name: str = Field(description="as people read it")
    unit: str = Field(description="as s or m")
    metric: str = Field(default="time_s", description="what is judged: time_s, or a metric of the trials table")
    distance_m: float | None = Field(default=None, gt=0, description="of a sprint or time trial")
    lower_is_better: bool = Field(default=True, description="as for a time")
    statistic: Literal["best", "mean"] = Field(default="best", description="of the trials of a day")
    every_days: int = Field(default=28, gt=0, description="days after which it is due again")
    te: float | None = Field(default=None, gt=0, description="published typical error between days, in the unit")
    te_df: float = Field(default=4, gt=0, le=1000, description="how much the published value weighs, in df")
    te_source: str = Field(default="", description="where that error comes from, printed with it")
    swc: float = Field(gt=0, description="smallest worthwhile change, in the unit")
    swc_source: str = Field(default="", description="where it comes from, for whoever asks")


class SideTest(_Strict):
    """A screen done on both sides."""

    test_id: str = Field(description="name of the test in the files, as single_leg_hop")
    name: str = Field(description="as people read it")
    metric: str = Field(description="metric of the trials table")
    unit: str = Field(description="as m or deg")
    swc_pct: float = Field(
        default=5.0, gt=0, le=100, description="smallest change of the difference of the sides that matters, in percent"
    )


class ReportPlan(_Strict):
    """A report that `workbook run --due` renders: a page for each athlete, or one for the squad."""

    report: str = Field(default="athlete_week", description="name of the notebook, without its ending")
    every: Literal["week", "fortnight", "month"] = Field(default="week", description="the period of a page")
    fortnight_from: date | None = Field(
        default=None, description="first day of one fortnight, at the start of a week; none: counted from 1970"
    )
    athletes: Literal["all"] | list[str] = Field(
        default="all", description="ids, names or aliases; a report of the squad has none"
    )
    weekday: Weekday | None = Field(default=None, description="when it is made; none: the day after the period")
    at: str = Field(
        default="06:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="local time from which it is due"
    )
    catch_up: int = Field(default=8, ge=1, le=60, description="periods that are made good at most after a silence")
    deliver: Literal["no", "outbox", "mail"] = Field(
        default="no", description="how pages are sent: as files in the outbox, by mail, or not at all"
    )
    to: list[Address] = Field(default=[], description="who gets a page of the squad; athletes' addresses are contacts")


class Smtp(_Strict):
    """The server that takes mail; its password comes from the environment, WORKBOOK_SMTP_PASSWORD, and nowhere else."""

    host: str = Field(description="name of the server, as mail.example.org")
    security: Literal["starttls", "tls"] = Field(default="starttls", description="how the mail is kept from others")
    port: int | None = Field(default=None, gt=0, lt=65536, description="none: 587 for starttls, 465 for tls")
    user: str | None = Field(default=None, description="none: no login")
    certificates: str | None = Field(default=None, description="PEM file of an own authority; none: the system's")
    attempts: int = Field(default=4, ge=1, le=10, description="of a mail in one run")
    wait_s: float = Field(default=5, ge=0, le=600, description="before the second attempt; doubled after each")
    timeout_s: float = Field(default=30, gt=0, le=600, description="how long the server may be silent")


class Question(_Strict):
    """One question of the morning check, answered on a scale of whole numbers."""

    item: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$", description="name of the answers, as sleep")
    ask: str = Field(max_length=120, description="what the form asks, in the language of the squad")
    low: int = Field(default=1, ge=0, le=10, description="lowest answer")
    high: int = Field(default=10, ge=1, le=10, description="highest answer")
    low_word: str = Field(default="", max_length=40, description="what the lowest means")
    high_word: str = Field(default="", max_length=40, description="what the highest means")
    direction: Literal["higher_better", "lower_better", "neutral"] = Field(
        default="higher_better", description="which way is good"
    )

    @model_validator(mode="after")
    def _has_a_scale(self) -> "Question":
        if self.low >= self.high:
            raise ValueError(
                f"the scale of {self.item!r} goes from {self.low} to {self.high}. Its high lies above its low"
            )
        return self


_MORNING = [
    Question(item="sleep", ask="How did you sleep?", low_word="badly", high_word="very well"),
    Question(
        item="soreness", ask="How sore are you?", low_word="not at all", high_word="very", direction="lower_better"
    ),
    Question(item="energy", ask="How much energy do you have?", high=5, low_word="none", high_word="a lot"),
]


class Form(_Strict):
    """What `workbook form` asks athletes on their phones."""

    morning: list[Question] = Field(default=_MORNING, max_length=9, description="the questions of the morning check")
    lifts: list[str] = Field(
        default=[], description="lifts offered to everybody, beside those of the plan and those done last"
    )


class Delivery(_Strict):
    """How pages leave the house."""

    sender: Address | None = Field(default=None, description="From: of every mail")
    form: Literal["single", "locked"] = Field(
        default="single", description="of the page attached; locked pages need WORKBOOK_PASSPHRASES"
    )
    outbox: str = Field(default="outbox", description="folder of the workspace that takes mails as files")
    smtp: Smtp | None = None


class Notify(_Strict):
    """Who is told when a run failed, wholly or in part."""

    command: list[str] = Field(default=[], description="program and arguments; gets the summary as JSON on its input")
    to: list[Address] = Field(default=[], description="addresses that get a mail through [delivery.smtp]")


class Retention(_Strict):
    """How long things are kept, in days; `workbook erase --retention` applies it. What is not named is kept."""

    samples_days: int | None = Field(default=None, gt=0, description="watch records, from the day of the session")
    rejects_days: int | None = Field(default=None, gt=0, description="refused cells, from the day of the import")
    logs_days: int | None = Field(default=None, gt=0, description="logs of pages, from their last change")


class Plugins(_Strict):
    """Packages of others that are loaded; one that is installed and not named here never is."""

    use: tuple[Package, ...] = Field(default=(), description="names of installed packages, as they are installed by")

    @field_validator("use")
    @classmethod
    def _are_told_apart(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Each once, by the name under which registries compare it."""
        return tuple(sorted({canonical(name) for name in value}))


class Config(_Strict):
    """The whole of `workbook.toml`."""

    squad: str = Field(default="Squad", description="name of the squad, as the coach's page prints it")
    contact: str = Field(default=YOUR_COACH, description="whom an athlete writes to, to correct or erase data")
    time_zone: str = Field(default="UTC", description="IANA name; used where a file gives no zone")
    week_start: Literal["monday", "sunday", "saturday"] = Field(default="monday", description="first day of a week")
    load_unit: Literal["kg", "lb"] | None = Field(default=None, description="for logs that do not say kg or lb")
    distance_unit: Literal["km", "mi"] | None = Field(
        default=None, description="for lists of activities that do not say km or mi"
    )
    sport: str | None = Field(
        default=None, description="what was done, for files of watches that do not say, as running or Laufen"
    )
    units: dict[str, str] = Field(
        default={}, description='of columns whose header names none, header = unit, as "Max Speed" = "m/s"; - for none'
    )
    store: StorePlace = Field(
        default=StorePlace(), description="folder of the store as text, or a table where its data lie on servers"
    )
    raw: str = Field(default="data/raw", description="drop folder, which `workbook ingest` takes in")
    ingest_before_run: bool | None = Field(
        default=None, description="whether `workbook run` takes in what lies there first; none: it does not, and asks"
    )
    drop_folder: str | None = Field(
        default=None,
        description="where files come from before that: a path, sftp://USER@HOST/FOLDER or s3://BUCKET/FOLDER",
    )
    drop_within_s: float = Field(
        default=600, gt=0, le=86_400, description="how long a run fetches from there, in seconds; the next one goes on"
    )
    reports_folder: str = Field(default="reports", description="folder of the pages")
    confidence: float = Field(default=0.90, gt=0.5, lt=1, description="of the intervals printed")
    consent_default: Literal["granted", "refused"] = Field(
        default="granted", description="what an empty consent cell means; body mass always has to be named"
    )
    adult_age: int = Field(default=18, gt=0, le=30, description="below it a guardian has to be on record")
    retention: Retention = Retention()
    lifts: list[Lift] = []
    checks: list[Check] = []
    side_tests: list[SideTest] = []
    reports: list[ReportPlan] = []
    display: Shown = Shown()
    form: Form = Form()
    delivery: Delivery = Delivery()
    notify: Notify = Notify()
    plugins: Plugins = Plugins()

    @field_validator("contact")
    @classmethod
    def _is_somebody(cls, value: str) -> str:
        """An empty contact is none: the page then names the coach."""
        return value.strip() or YOUR_COACH

    @field_validator("store", mode="before")
    @classmethod
    def _is_a_place(cls, value: object) -> object:
        """A text alone is the folder."""
        return {"folder": value} if isinstance(value, str) else value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in _zones():
            near = difflib.get_close_matches(value, _zones(), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " Use a name such as 'Europe/Berlin'."
            raise ValueError(f"{value!r} is not an IANA time zone.{hint}")
        return value

    @model_validator(mode="after")
    def _keeps_no_secret(self) -> "Config":
        """Said of the whole, so that no sentence prints the value."""
        if self.drop_folder is not None and _has_secret(self.drop_folder):
            raise ValueError(
                "drop_folder holds a password or a key. Take it out, and have another one made. For SFTP it comes from "
                "WORKBOOK_DROP_PASSWORD in the environment or from ~/.ssh, for S3 from AWS_SECRET_ACCESS_KEY or ~/.aws."
            )
        if any(_has_secret(address) for address in (self.store.url, self.store.samples) if address):
            raise ValueError(
                "[store] holds a password or a key. Take it out, and have another one made. For PostgreSQL it comes "
                "from PGPASSWORD in the environment or from ~/.pgpass, for S3 from AWS_SECRET_ACCESS_KEY or ~/.aws."
            )
        return self

    def seen_by(self, athlete_ids: Iterable[str]) -> "Config":
        """What pages of these athletes read of it: no plan of reports, no server, no folder, nobody else's load.

        >>> loads_kg = {"a1": 90, "b2": 70}
        >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100, anchor_by_athlete=loads_kg)
        >>> Config(lifts=[lift], raw="drop").seen_by(["a1"]).lifts[0].anchor_by_athlete
        {'a1': 90.0}
        """
        shown = set(athlete_ids)
        lifts = [lift.of(shown) for lift in self.lifts]
        shared = {name: getattr(self, name) for name in _ON_PAGES}
        return Config(**shared, lifts=lifts, display=self.display.of(shown))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def lift(self, exercise: str) -> Lift:
        """The key lift of that canonical name; the first one for an empty name."""
        for lift in self.lifts:
            if exercise in (lift.exercise, ""):
                return lift
        if not exercise:
            raise ConfigProblem(f"No key lift yet. Log one on 3 days, or name it under [[lifts]] in {NAME}.")
        known = ", ".join(lift.exercise for lift in self.lifts) or "none"
        raise ConfigProblem(
            f"{exercise!r} is not a key lift; the key lifts are: {known}. Add it under [[lifts]] in {NAME}."
        )

    def check(self, test_id: str) -> Check:
        """The performance check of that test; the first one for an empty name."""
        for check in self.checks:
            if test_id in (check.test_id, ""):
                return check
        if not test_id:
            raise ConfigProblem(f"No check yet. Name one under [[checks]] in {NAME}, and do it.")
        known = ", ".join(check.test_id for check in self.checks) or "none"
        raise ConfigProblem(f"{test_id!r} is not a check; the checks are: {known}. Add it under [[checks]] in {NAME}.")


def read_config(path: Path) -> Config:
    """The configuration at `path`.

    Raises ConfigProblem naming the key, what is wrong with it and, for an unknown key, the nearest known one.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigProblem(f"{path.name} is not valid TOML: {problem}. Correct that line.") from None
    return checked(Config, content, path.name)


def checked(model: type[Model], content: dict, where: str) -> Model:
    """`content` as `model`; the first problem as one sentence that names the key."""
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            unknown = str(first["loc"][-1])
            near = difflib.get_close_matches(unknown, _keys(model) - {unknown}, n=1)  # a key may be one elsewhere
            hint = f"Did you mean {near[0]!r}?" if near else "Remove it."
            raise ConfigProblem(f"{where}: unknown key {key!r}. {hint}") from None
        message = first["msg"].removeprefix("Value error, ")
        if not key:  # what is wrong is wrong with the whole of it
            raise ConfigProblem(f"{where}: {message}") from None
        raise ConfigProblem(f"{where}: {key} = {first.get('input')!r}: {message}") from None


@functools.cache
def _zones() -> frozenset[str]:
    """The names of all time zones, looked for once: the folder has some hundred files, and each is opened."""
    return frozenset(available_timezones())


def _has_secret(address: str) -> bool:
    """Whether an address holds more than a server, a user and a folder.

    >>> [_has_secret(f"sftp://{rest}") for rest in ("coach@host/drop", "host:22/a@b", "coach:word@host/drop")]
    [False, False, True]
    >>> _has_secret("s3://key:word@bucket/drop"), _has_secret("/mnt/a:b@c?")
    (True, False)
    >>> _has_secret("postgresql://coach@host/db?sslrootcert=a.pem"), _has_secret("postgresql://host/db?password=a")
    (False, True)
    """
    kind, is_address, rest = address.partition("://")
    if not is_address:
        return False
    before, at, _ = re.sub(r"^[^/@:]*:\d{1,5}(?=/|$)", "", rest).rpartition("@")
    if kind.startswith("postgresql"):
        return (bool(at) and ":" in before) or "password=" in rest.lower()
    return (bool(at) and (":" in before or kind.startswith("s3"))) or "?" in rest or "#" in rest


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of a model and of the models inside it."""
    keys = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                keys |= _keys(inner)
    return keys
