"""Time as computers have it: zones that change, clocks set back and forward, months asleep.

Schedules are drawn at random and played through by a clock of the test's own. What is due, the ledger and the sending
are the workbook's; pages and mails are kept in memory.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd
import pytest
import report_notebooks
from soak_scale import times

from analysis.base.config import Config, ReportPlan
from analysis.base.errors import NoAnswer, NotSent
from analysis.base.tables import TABLES
from analysis.delivery import sending
from analysis.report.due import Job, owed

ZONES = sorted(available_timezones())
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WHO = {"alder": "alder@home.example", "birch": "birch@home.example"}
COACH = "coach@grove.example"
NOTHING = pd.DataFrame({"local_date": pd.to_datetime([])})
NEVER_AWAY = pd.DataFrame({"kind": [], "first_date": pd.to_datetime([]), "last_date": pd.to_datetime([])})
LOGS_EVERY_DAY = SimpleNamespace(
    sessions=pd.DataFrame({"local_date": pd.date_range("1945-01-01", "2065-12-31")}),
    **dict.fromkeys(("wellness", "trials", "cues", "exclusions"), NOTHING),
    labels=NEVER_AWAY,
)
SCHEDULES = times(20, 40, 10_000)


class Page:
    """A place of a page or folder of pages, in memory: `made` holds report, day and athlete of those that are there."""

    def __init__(self, made: set[tuple[str, ...]], *parts: str) -> None:
        self.made, self.parts = made, parts

    def __truediv__(self, part: str) -> "Page":
        return Page(self.made, *self.parts, part.removesuffix(".html"))

    @property
    def name(self) -> str:
        return self.parts[-1]

    def __lt__(self, other: "Page") -> bool:
        return self.parts < other.parts

    def glob(self, _pattern: str) -> list["Page"]:
        return [self / day for day in {page[1] for page in self.made if page[0] == self.parts[0]}]

    def is_file(self) -> bool:
        return self.parts in self.made

    def read_text(self, **_: str) -> str:
        return "a page"


class Store:
    """The ledger and the manifest, in memory."""

    def __init__(self) -> None:
        self.deliveries: dict[str, dict] = {}
        self.unmade: set[tuple[str, str, str]] = set()

    def values(self, name: str, *_columns: str) -> list[tuple]:
        if name == "deliveries":
            return [(number,) for number in self.deliveries]
        if name == "contacts":
            return [(athlete_id, "athlete", email) for athlete_id, email in WHO.items()]
        return [(*page, "failed") for page in self.unmade]

    def frame(self, _name: str) -> pd.DataFrame:
        return TABLES["deliveries"].coerce(
            pd.DataFrame(list(self.deliveries.values()), columns=TABLES["deliveries"].names)
        )

    def note(self, _name: str, rows: pd.DataFrame) -> None:
        for row in rows.to_dict("records"):
            self.deliveries[row["delivery_id"]] = row


@dataclass
class Post:
    """A way out that may be down, that may break off after it took a mail, and in whose midst the run may die."""

    chance: random.Random
    sent: list[tuple[str, str]] = field(default_factory=list)  # to whom, which delivery

    def send(self, mail: EmailMessage, before) -> None:
        what = self.chance.choices(["sent", "down", "no answer", "dies before", "dies after"], [20, 2, 1, 1, 1])[0]
        if what == "down":
            raise NotSent("The server is down.")
        before()
        if what != "dies before":
            self.sent.append((mail["To"], mail["Subject"]))
        if what == "no answer":
            raise NoAnswer("It broke off.")
        if what.startswith("dies"):
            raise KeyboardInterrupt

    def has(self, delivery_id: str) -> bool:
        return any(subject.startswith(delivery_id) for _, subject in self.sent)

    def takes_back(self, _delivery_id: str) -> bool:
        return False

    def close(self) -> None: ...


@dataclass
class Squad:
    """A workspace of Alder and Birch with plans drawn at random, and what became of its pages."""

    config: Config
    notebooks: dict
    chance: random.Random
    made: set[tuple[str, ...]] = field(default_factory=set)
    store: Store = field(default_factory=Store)
    renders: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reports_folder = Page(self.made)
        self.post = Post(self.chance)

    def athletes(self) -> pd.DataFrame:
        return pd.DataFrame({"athlete_id": list(WHO)})

    def athlete_id(self, name: str) -> str:
        return name

    def notebook(self, report: str):
        return self.notebooks[report]

    def pages(self, report: str, until: str) -> set[str]:
        return {page[2] for page in self.made if page[:2] == (report, until)}

    def athlete(self, _name: str, _until: str) -> SimpleNamespace:
        return LOGS_EVERY_DAY

    def consents(self) -> dict:
        agreed = SimpleNamespace(allows=lambda _: True, require=lambda _: None, is_minor=False)
        return dict.fromkeys(WHO, agreed)

    def run(self, now: datetime) -> None:
        """As `workbook run --due --missing` at that moment."""
        planned = owed(self, pd.Timestamp(now))
        for job in planned:
            page, noted = job.page(self), (job.report, job.athlete_id, job.until)
            if page.is_file():
                continue
            if self.chance.random() < 0.05:
                self.store.unmade.add(noted)
                continue
            self.store.unmade.discard(noted)
            self.made.add(page.parts)
            self.renders.append(job)
        try:
            list(sending.deliver(self, planned, {"outbox": self.post, "mail": self.post}))
        except KeyboardInterrupt:
            return


def drawn(chance: random.Random, notebooks: dict) -> Squad:
    start = chance.choice(["monday", "saturday", "sunday"])
    plans = [drawn_plan(chance) for _ in range(chance.choice([1, 1, 2, 3]))]
    return Squad(Config(time_zone=chance.choice(ZONES), week_start=start, reports=plans), notebooks, chance)


def drawn_plan(chance: random.Random) -> ReportPlan:
    of_squad = chance.random() < 0.3
    hours = [
        f"{chance.randrange(24):02d}:{chance.choice(['00', '15', '30', '59'])}",
        "00:00",
        "00:30",
        "02:30",
        "23:59",
    ]
    return ReportPlan(
        report="everybody" if of_squad else "one",
        every=chance.choice(["week", "fortnight", "month"]),
        athletes="all" if of_squad or chance.random() < 0.6 else ["birch"],
        weekday=chance.choice([None, *WEEKDAYS]),
        at=chance.choice(hours),
        catch_up=chance.choice([1, 2, 8]),
        deliver=chance.choice(["outbox", "mail", "no"]),
        to=[COACH, COACH.upper()] if of_squad else [],
    )


def walk(chance: random.Random) -> list[tuple[datetime, timedelta]]:
    """What the clock of the computer says when it calls, and how far that is off."""
    now = datetime(chance.randrange(1975, 2037), chance.randrange(1, 13), chance.randrange(1, 29), tzinfo=UTC)
    called = []
    for _ in range(chance.randrange(6, 16)):
        now += timedelta(minutes=chance.choice([30, 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60, 7 * 24 * 60, 31 * 24 * 60]))
        now += timedelta(minutes=chance.randrange(24 * 60)) if chance.random() < 0.7 else timedelta(0)
        if chance.random() < 0.05:
            now += timedelta(days=chance.randrange(60, 400))  # asleep for months
        off = timedelta(0)
        if chance.random() < 0.12:
            off = timedelta(days=chance.choice([-9000, -400, -30, -8, -1, 1, 8, 30, 400, 9000]))
        called.append((now + off, off))
    return called


def ends_due(plan: ReportPlan, now: datetime, config: Config) -> list[date]:
    """The last days of the plan's periods that are due, newest first: day by day, with none of the workbook's sums."""
    zone, found = ZoneInfo(config.time_zone), []
    today = now.astimezone(zone).date()
    for back in range(-1, 400):
        day = today - timedelta(days=back)
        following = day + timedelta(days=1)
        if plan.every == "month":
            ends = following.day == 1
        else:
            ends = WEEKDAYS[following.weekday()] == config.week_start
            if plan.every == "fortnight":
                first = date(1970, 1, 5)
                first -= timedelta(days=(first.weekday() - WEEKDAYS.index(config.week_start)) % 7)
                ends = ends and (following - first).days % 14 == 0
        if not ends:
            continue
        made_on = following
        while plan.weekday and WEEKDAYS[made_on.weekday()] != plan.weekday:
            made_on += timedelta(days=1)
        hour, minute = map(int, plan.at.split(":"))
        local = datetime(made_on.year, made_on.month, made_on.day, hour, minute)
        if now >= local.replace(tzinfo=zone).astimezone(UTC):
            found.append(day)
    return found


def play(seed: int, notebooks: dict) -> Squad:
    chance = random.Random(seed)
    squad = drawn(chance, notebooks)
    first: dict[tuple[int, str], date] = {}
    was_ahead = False
    for now, off in walk(chance):
        squad.run(now)
        was_ahead |= off > timedelta(0)
        assert len(set(squad.renders)) == len(squad.renders), "a page was made twice"
        assert len(set(squad.post.sent)) == len(squad.post.sent), "a mail was sent twice"
        if off:
            continue
        reports = [plan.report for plan in squad.config.reports]
        for number, plan in enumerate(squad.config.reports):
            if reports.count(plan.report) > 1:
                continue  # the page of one plan is the newest to the other as well
            due = ends_due(plan, now, squad.config)[: 1 if was_ahead else plan.catch_up]
            whose = [""] if plan.report == "everybody" else WHO if plan.athletes == "all" else plan.athletes
            for athlete_id in whose:
                since = first.setdefault((number, athlete_id), due[0])
                for end in (end for end in due if end >= since):
                    job = Job(plan.report, athlete_id, end.isoformat())
                    failed = (job.report, job.athlete_id, job.until) in squad.store.unmade
                    assert failed or job.page(squad).is_file(), f"{job} was due at {now} and is not there"
    return squad


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    report_notebooks.write(folder / "one.ipynb", parameters='athlete_id: str = ""\nuntil: str = "2026-06-01"')
    report_notebooks.write(folder / "everybody.ipynb", parameters='until: str = "2026-06-01"')
    return {name: folder / f"{name}.ipynb" for name in ("one", "everybody")}


@pytest.mark.soak
def test_each_page_is_made_once_and_nobody_gets_two_mails_of_a_period(notebooks, monkeypatch):
    def mail(post, _attached, _period_of, _config, _form):
        said, lead = EmailMessage(), post.leads[0]
        said["To"] = post.recipient.email.casefold()
        said["Subject"] = f"{lead.delivery_id} {lead.report} {lead.until}"
        return said

    monkeypatch.setattr(sending, "attachment", lambda *_: None)
    monkeypatch.setattr(sending, "post_mail", mail)
    monkeypatch.setattr(sending, "form_to_send", lambda *_: None)
    pages = mails = 0
    for seed in range(SCHEDULES):
        try:
            squad = play(seed, notebooks)
        except AssertionError as problem:
            raise AssertionError(f"schedule {seed}: {problem}") from problem
        pages += len(squad.renders)
        mails += len(squad.post.sent)
        periods = [(to, *subject.split(" ")[1:]) for to, subject in squad.post.sent]
        athletes = [one for one in periods if one[0] != COACH]
        assert len(set(athletes)) == len(athletes), f"schedule {seed}: two mails of a period"
    print(f"{SCHEDULES} schedules: {pages} pages, each made once; {mails} mails, none twice")
    assert mails > SCHEDULES / 2


def test_what_was_missed_is_made_good_also_after_a_clock_ran_ahead(notebooks):
    chance = random.Random(0)
    chance.random = lambda: 1.0  # no page fails
    squad = Squad(Config(reports=[ReportPlan(report="one")]), notebooks, chance)
    for now in ("2026-06-08", "2035-01-01", "2026-06-30"):
        squad.run(datetime.fromisoformat(f"{now}T12:00+00:00"))
    weeks = {job.until for job in squad.renders if job.until < "2030"}
    assert weeks >= {"2026-06-07", "2026-06-14", "2026-06-21", "2026-06-28"}
