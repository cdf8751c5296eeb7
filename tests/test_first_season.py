"""The first season of three people with the files that their apps write, from an empty folder to right pages.

Every file is written here from numbers stated here, and what tables and pages must say is added up from the same
numbers, without the package.
"""

import csv
import io
import json
from calendar import month_abbr
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fit_writer as fw
import lxml.html
import numpy as np
import openpyxl
import own_samples
import pandas as pd
import pytest
import squad

from analysis import open_workspace
from analysis.metrics.load import daily_load
from analysis.metrics.running import recorded_sprint
from analysis.models.sprint.profile import sprint_profile_radar
from analysis.pages.athlete_week.week import athlete_week
from analysis.workspace import Athlete

pytestmark = pytest.mark.soak  # 45 files and four pages

MOST_COMMANDS = 8
ZONE = ZoneInfo("Europe/Berlin")  # of a new workspace; summer time begins in the fifth week
FIRST_MONDAY = date(2026, 3, 2)
WEEKS = 12
LAST_DAY = FIRST_MONDAY + timedelta(days=7 * WEEKS - 1)


def day_of(week: int, weekday: int) -> date:
    return FIRST_MONDAY + timedelta(days=7 * week + weekday)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


# --- Alder lifts on Mondays and Thursdays, logs in Hevy and answers a form every morning ---------------------------

LIFTS = (  # name in Hevy, kind of set, reps, load in the first week, kg more a week
    ("Romanian Deadlift (Barbell)", "warmup", 8, 60.0, 0.0),
    ("Romanian Deadlift (Barbell)", "normal", 5, 100.0, 2.5),
    ("Romanian Deadlift (Barbell)", "normal", 5, 100.0, 2.5),
    ("Romanian Deadlift (Barbell)", "failure", 4, 105.0, 2.5),
    ("Hip Thrust (Barbell)", "normal", 8, 120.0, 2.5),
)
LIFTING_DAYS = (0, 3)
HEVY = (
    *("title", "start_time", "end_time", "description", "exercise_title", "superset_id", "exercise_notes"),
    *("set_index", "set_type", "weight_kg", "reps", "distance_km", "duration_seconds", "rpe"),
)
LIFTING_MIN = 55
FORM = ("Timestamp", "Your name", "Sleep quality (1-5)", "Muscle soreness (1-5)", "How hard was it?", "Minutes")


def load_kg(lift: tuple, week: int) -> float:
    return lift[3] + lift[4] * week


def hevy_moment(moment: datetime) -> str:
    return f"{moment.day} {month_abbr[moment.month]} {moment.year}, {moment:%H:%M}"


def hevy() -> str:
    """The newest workout first, every cell of text in quotes."""
    rows = []
    for week in reversed(range(WEEKS)):
        for weekday in reversed(LIFTING_DAYS):
            start = at(day_of(week, weekday), 18)
            times = hevy_moment(start), hevy_moment(start + timedelta(minutes=LIFTING_MIN))
            counted: dict[str, int] = {}
            for lift in LIFTS:
                name, kind, reps, *_ = lift
                place = counted[name] = counted.get(name, -1) + 1
                rows.append(
                    ["Hinge", *times, "", name, None, "", place, kind, load_kg(lift, week), reps, None, None, None]
                )
    return table([HEVY, *rows], quoting=csv.QUOTE_NONNUMERIC)


def sleep(day: date) -> int:
    return 2 + day.toordinal() % 3


def soreness(day: date) -> int:
    return 1 + day.toordinal() % 4


def rpe(week: int) -> int:
    return 6 + week % 3


def form() -> str:
    """An answer every morning; on the evenings of lifting another, of the session. Some type their name oddly."""
    rows = []
    for place in range(7 * WEEKS):
        day = FIRST_MONDAY + timedelta(days=place)
        name = ("Alder", "alder ", "ALDER")[place % 3]
        rows.append([google(at(day, 7, 5)), name, sleep(day), soreness(day), None, None])
        if day.weekday() in LIFTING_DAYS:
            rows.append([google(at(day, 19, 30)), name, None, None, rpe(place // 7), LIFTING_MIN])
    return table([FORM, *rows])


def google(moment: datetime) -> str:
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment:%M:%S}"


def table(rows: list, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return text.getvalue()


# --- Birch runs on Tuesdays (GPX), Fridays (TCX) and Sundays (FIT), rides once, and sprints through gates ----------

RUNNING_DAYS = (1, 4, 6)
RIDING_DAY = 5  # of the last week alone
STEP_S = 10
METRES_OF_A_DEGREE = 111_195  # of latitude, on a sphere of 6,371 km
GATES_M = (5, 10, 20, 30)
TESTED = (0, 4, 8, 11)  # weeks
TRIALS = 3


def speed_m_s(week: int, weekday: int) -> float:
    return 2.8 + 0.02 * week + 0.1 * (weekday % 3)


def steps(week: int, weekday: int) -> int:
    return 120 + 12 * (weekday % 4) + 2 * week


def run_m(week: int, weekday: int) -> float:
    return speed_m_s(week, weekday) * STEP_S * steps(week, weekday)


def gpx(week: int, weekday: int) -> str:
    start = at(day_of(week, weekday), 6, 30).astimezone(UTC)
    step = speed_m_s(week, weekday) * STEP_S / METRES_OF_A_DEGREE
    points = "".join(
        f'<trkpt lat="{48 + step * place:.7f}" lon="11.0"><ele>500</ele>'
        f"<time>{own_samples.iso(start + timedelta(seconds=STEP_S * place))}</time></trkpt>"
        for place in range(steps(week, weekday) + 1)
    )
    return (
        '<?xml version="1.0"?><gpx version="1.1" creator="Watch" xmlns="http://www.topografix.com/GPX/1/1"><trk>'
        f"<name>Lunch</name><type>running</type><trkseg>{points}</trkseg></trk></gpx>"
    )


def tcx(week: int, weekday: int) -> str:
    start = at(day_of(week, weekday), 6, 30).astimezone(UTC)
    step_m = speed_m_s(week, weekday) * STEP_S
    points = "".join(
        f"<Trackpoint><Time>{own_samples.iso(start + timedelta(seconds=STEP_S * place))}</Time>"
        f"<DistanceMeters>{step_m * place:.2f}</DistanceMeters></Trackpoint>"
        for place in range(steps(week, weekday) + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{own_samples.iso(start)}</Id><Lap StartTime="{own_samples.iso(start)}">'
        f"<TotalTimeSeconds>{STEP_S * steps(week, weekday)}</TotalTimeSeconds>"
        f"<DistanceMeters>{run_m(week, weekday):.2f}</DistanceMeters><Track>{points}</Track></Lap>"
        "</Activity></Activities></TrainingCenterDatabase>\n"
    )


def fit(week: int, weekday: int) -> bytes:
    start = at(day_of(week, weekday), 9)
    begin, count = own_samples.fit_time(start), steps(week, weekday)
    step_cm = speed_m_s(week, weekday) * STEP_S * 100
    writer = own_samples.file_id(fw.FitWriter())
    for place in range(count + 1):
        moment = (253, "uint32", begin + STEP_S * place)
        writer.message(fw.RECORD, moment, (5, "uint32", round(step_cm * place)))
    end, lasted_ms = begin + STEP_S * count, 1000 * STEP_S * count
    times = ((253, "uint32", end), (2, "uint32", begin), (7, "uint32", lasted_ms), (8, "uint32", lasted_ms))
    whole = (9, "uint32", round(step_cm * count))
    writer.message(fw.LAP, *times, whole)
    writer.message(fw.SESSION, *times, whole, (5, "enum", 1), (6, "enum", 0))
    zone_s = int(start.utcoffset().total_seconds())
    return writer.message(fw.ACTIVITY, (253, "uint32", end), (5, "uint32", end + zone_s), (1, "uint16", 1)).content()


def archive(folder: Path) -> None:
    """The archive as it lies there once unpacked."""
    folder.mkdir(parents=True)
    for week in range(WEEKS):
        for weekday, suffix, of in zip(RUNNING_DAYS, ("gpx", "tcx", "fit"), (gpx, tcx, fit), strict=True):
            content = of(week, weekday)
            path = folder / f"{day_of(week, weekday)}.{suffix}"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    ride = gpx(WEEKS - 1, RIDING_DAY).replace("<type>running</type>", "<type>cycling</type>")
    (folder / f"{day_of(WEEKS - 1, RIDING_DAY)}.gpx").write_text(ride, encoding="utf-8")


def gate_time_s(week: int, trial: int, gate: int) -> float:
    """Time at a gate from the start, to a hundredth; the second trial is the best."""
    slower_s = (0.06, 0.0, 0.03)[trial]
    return round((1.12, 1.86, 3.14, 4.32)[gate] - 0.01 * week + slower_s, 2)


def gate_sheet(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Sprint tests, hall 2, spring 2026"])
    sheet.append([])
    sheet.append(["Name", "Date", "Trial", *(f"{gate} m (s)" for gate in GATES_M)])
    for week in TESTED:
        day = day_of(week, 2)
        for trial in range(TRIALS):
            times = [gate_time_s(week, trial, gate) for gate in range(len(GATES_M))]
            sheet.append(["Birch", datetime(day.year, day.month, day.day), trial + 1, *times])
    book.save(path)


# --- Cedar sprints before a radar on Wednesdays, and pulls against an encoder with a German table on Saturdays ------

SPRINTED = (1, 5, 9, 11)
TAU_S = 1.2
ENCODER_LOADS_KG = (40.0, 60.0, 80.0)
ENCODER_REPS = 3
ENCODER = ("Sportler", "Datum", "Übung", "Satz", "Wdh", "Last (kg)", "V mittel [m/s]")


def top_speed_m_s(week: int) -> float:
    return 8.6 + 0.05 * week


def radar(week: int) -> str:
    moments = np.arange(0, 6, 0.02)
    speeds = top_speed_m_s(week) * (1 - np.exp(-moments / TAU_S))
    return table(
        [["Time (s)", "Speed (m/s)"], *([f"{t:.2f}", f"{v:.4f}"] for t, v in zip(moments, speeds, strict=True))]
    )


def bar_speed_m_s(week: int, load: float, rep: int) -> float:
    return 1.5 - 0.01 * load + 0.01 * week - 0.02 * rep


def encoder() -> str:
    rows = []
    for week in range(WEEKS):
        for number, load in enumerate(ENCODER_LOADS_KG, start=1):
            for rep in range(1, ENCODER_REPS + 1):
                numbers = number, rep, german(load), german(bar_speed_m_s(week, load, rep))
                rows.append(("Cedar", f"{day_of(week, 5):%d.%m.%Y}", "Rumänisches Kreuzheben", *numbers))
    return table([["Encoder 3, Halle", *[""] * 6], ENCODER, *rows], delimiter=";")


def german(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


# --- from an empty folder to the pages ----------------------------------------------------------------------------


@dataclass
class Terminal:
    """Runs commands as a coach types them, and counts them."""

    folder: Path
    typed: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    def workbook(self, command: str, *words: str | Path) -> str:
        self.typed.append(command)
        where = () if command == "init" else ("--workspace", self.folder)
        self.printed.append(squad.workbook(command, *words, *where))
        return self.printed[-1]


SESSIONS = """\
name = "session"
target = "sessions"
source = "form"
[columns]
athlete = "Your name"
date = "Timestamp"
rpe_cr10 = "How hard was it?"
duration_s = "Minutes"
[units]
duration_s = "min"
[constants]
kind = "strength"
status = "done"
"""


def decided(proposal: str, *answers: tuple[str, str]) -> str:
    """A proposal with its open lines answered in their order."""
    for asked, answer in answers:
        assert asked in proposal, proposal
        proposal = proposal.replace(asked, answer, 1)
    assert '"?' not in proposal
    return proposal


def put_files(raw: Path) -> None:
    """What the three hand in: folders of their own, and two tables of all."""
    archive(raw / "Birch" / "archive")
    for name in ("Alder", "Cedar"):
        (raw / name).mkdir()
    (raw / "Alder" / "workouts.csv").write_text(hevy(), encoding="utf-8")
    for week in SPRINTED:
        (raw / "Cedar" / f"radar_{day_of(week, 2)}.csv").write_text(radar(week), encoding="utf-8")
    (raw / "morning.csv").write_text(form(), encoding="utf-8")
    (raw / "encoder.csv").write_text(encoder(), encoding="cp1252")
    gate_sheet(raw / "gates.xlsx")


@pytest.fixture(scope="module")
def season(tmp_path_factory) -> Terminal:
    """The season taken in and its last week on pages, with the commands that it took."""
    terminal = Terminal(tmp_path_factory.mktemp("season") / "squad")
    terminal.workbook("init", terminal.folder)
    raw, mappings = terminal.folder / "data" / "raw", terminal.folder / "mappings"
    put_files(raw)
    of_form = terminal.workbook("check", raw / "morning.csv", "--suggest")
    scale = ('scale_min = "?"', "scale_min = 1"), ('scale_max = "?"', "scale_max = 5")
    ways = (('direction = "?"', f'direction = "{way}_better"') for way in ("higher", "lower"))
    answers = [answer for way in ways for answer in (way, *scale)]
    (mappings / "morning.toml").write_text(decided(of_form, *answers), encoding="utf-8")
    (mappings / "session.toml").write_text(SESSIONS, encoding="utf-8")
    of_encoder = terminal.workbook("check", raw / "encoder.csv", "--suggest")
    velocity = '"? V mittel [m/s]" = ', "mean_velocity_m_s = "
    (mappings / "encoder.toml").write_text(decided(of_encoder, velocity, velocity), encoding="utf-8")
    for name in ("Alder", "Birch", "Cedar"):
        terminal.workbook("alias", name, "--new")
    terminal.workbook("ingest")
    terminal.workbook("run", "--due", "--as-of", LAST_DAY + timedelta(days=1))
    return terminal


def frames(season: Terminal, name: str) -> Athlete:
    return open_workspace(season.folder).athlete(name, LAST_DAY.isoformat())


def page(season: Terminal, name: str) -> squad.RenderedPage:
    ids = dict(open_workspace(season.folder).athletes()[["name", "athlete_id"]].values)
    return squad.RenderedPage(season.folder / "reports" / "athlete_week" / str(LAST_DAY) / f"{ids[name]}.html")


def said(season: Terminal, name: str) -> str:
    return " ".join(lxml.html.fromstring(page(season, name).html).find(".//main").text_content().split())


def by_day(table: pd.DataFrame, column: str) -> dict[date, float]:
    return {day.date(): value for day, value in table.groupby("local_date")[column].sum().items()}


def in_season(*weekdays: int) -> list[tuple[int, int]]:
    return [(week, weekday) for week in range(WEEKS) for weekday in weekdays]


def test_an_empty_folder_becomes_pages_in_few_commands_and_nothing_is_refused(season):
    assert season.typed == ["init", *["check"] * 2, *["alias"] * 3, "ingest", "run"]
    assert len(season.typed) <= MOST_COMMANDS
    files = 1 + (3 * WEEKS + 1) + 1 + len(SPRINTED) + 2  # a log, the archive, gates, radar runs, two tables
    assert f"{files} files: {files} taken." in season.printed[-2]
    assert squad.workbook("rejects", "--workspace", season.folder).strip() == "No rejects."
    assert len(list((season.folder / "reports" / "athlete_week").rglob("*.html"))) == 3


def test_every_set_of_the_log_has_its_load_and_repetitions(season):
    sets = frames(season, "Alder").sets
    lifted = sets.assign(kg=sets["load_kg"] * sets["reps"])
    expected = {
        day_of(week, weekday): sum(load_kg(lift, week) * lift[2] for lift in LIFTS)
        for week, weekday in in_season(*LIFTING_DAYS)
    }
    assert by_day(lifted, "kg") == pytest.approx(expected)
    assert sets["exercise"].value_counts().to_dict() == {"romanian_deadlift": 96, "hip_thrust": 24}


def test_the_page_of_the_lifter_holds_the_work_of_the_last_week(season):
    week = WEEKS - 1
    work = [lift for lift in LIFTS if lift[1] != "warmup"]
    lifted_kg = len(LIFTING_DAYS) * sum(load_kg(lift, week) * lift[2] for lift in work)
    text = said(season, "Alder")
    assert f"You lifted {lifted_kg:,.0f} kg in {len(LIFTING_DAYS) * len(work)} sets." in text
    assert "You lifted on 2 days." in text
    assert page(season, "Alder").facts["your_week.volume_load"]["estimate"] == pytest.approx(lifted_kg)


def test_every_morning_has_its_answers_and_the_page_those_of_the_week(season):
    wellness = frames(season, "Alder").wellness
    days = [FIRST_MONDAY + timedelta(days=place) for place in range(7 * WEEKS)]
    for item, answer in (("sleep_quality", sleep), ("muscle_soreness", soreness)):
        assert by_day(wellness[wellness["item"] == item], "value") == {day: answer(day) for day in days}
    assert len(wellness) == 2 * len(days)
    text = said(season, "Alder")
    letters = zip("MTWTFSS", days[-7:], strict=True)
    assert f"Sleep quality 1–5: {', '.join(f'{letter} {sleep(day)}' for letter, day in letters)}." in text


def test_the_rating_of_a_session_counts_once_beside_its_log(season):
    sessions = frames(season, "Alder").sessions
    load = daily_load(sessions)
    expected = {day_of(week, weekday): rpe(week) * LIFTING_MIN for week, weekday in in_season(*LIFTING_DAYS)}
    assert {day.date(): au for day, au in load["load_au"].dropna().items()} == pytest.approx(expected)
    assert load["unrated"].sum() == 0


def test_every_run_has_its_distance_and_time_and_the_ride_is_none(season):
    runs = frames(season, "Birch").runs
    is_ride = runs["kind"] == "ride"
    expected = {day_of(week, weekday): run_m(week, weekday) for week, weekday in in_season(*RUNNING_DAYS)}
    assert by_day(runs[~is_ride], "distance_m") == pytest.approx(expected, rel=1e-3)
    lasted = {day_of(week, weekday): STEP_S * steps(week, weekday) for week, weekday in in_season(*RUNNING_DAYS)}
    assert by_day(runs[~is_ride], "elapsed_s") == pytest.approx(lasted)
    assert runs[is_ride]["local_date"].dt.date.tolist() == [day_of(WEEKS - 1, RIDING_DAY)]
    total_km = sum(run_m(WEEKS - 1, weekday) for weekday in RUNNING_DAYS) / 1000
    assert f"You ran {total_km:.1f} km in {len(RUNNING_DAYS)} runs." in said(season, "Birch")


def test_the_gates_become_splits_and_the_best_20_m_stands_on_the_page(season):
    athlete = frames(season, "Birch")
    splits = athlete.splits[athlete.splits["kind"] == "gate"]
    assert len(splits) == len(TESTED) * TRIALS * len(GATES_M)
    to_20_m = splits[splits["start_m"] + splits["distance_m"] <= 20]
    trials_s = to_20_m.groupby(["local_date", "trial_no"])["time_s"].sum()
    expected = [gate_time_s(week, trial, GATES_M.index(20)) for week in TESTED for trial in range(TRIALS)]
    assert trials_s.tolist() == pytest.approx(expected)
    (sprint,) = athlete_week(athlete, LAST_DAY.isoformat()).checks.known
    best_s = [min(gate_time_s(week, trial, GATES_M.index(20)) for trial in range(TRIALS)) for week in TESTED]
    assert sprint.exposures["value"].tolist() == pytest.approx(best_s)
    text = said(season, "Birch")
    assert f"Best on the day: fastest 20 m sprint, {best_s[-1]:.2f} s" in text
    assert "You logged 3 runs, 1 ride and 1 sprint session." in text


def test_the_radar_gives_the_top_speed_of_its_sprint_and_counts_as_one(season):
    athlete = frames(season, "Cedar")
    sprints = athlete.sessions[athlete.sessions["kind"] == "sprint"]
    assert sorted(sprints["local_date"].dt.date) == [day_of(week, 2) for week in SPRINTED]
    profile = sprint_profile_radar(
        *recorded_sprint(athlete.sessions, athlete.samples)[["t_s", "speed_m_s"]].to_numpy().T
    )
    top_m_s = top_speed_m_s(SPRINTED[-1])
    assert (profile.mss_m_s, profile.mac_m_s2) == (
        pytest.approx(top_m_s, rel=2e-3),
        pytest.approx(top_m_s / TAU_S, rel=2e-3),
    )
    assert "You lifted on 1 day and logged 1 sprint session." in said(season, "Cedar")


def test_every_repetition_under_the_encoder_has_its_speed(season):
    athlete = frames(season, "Cedar")
    reps = athlete.reps.sort_values(["local_date", "set_no", "rep_no"])
    expected = [
        bar_speed_m_s(week, load, rep)
        for week in range(WEEKS)
        for load in ENCODER_LOADS_KG
        for rep in range(1, ENCODER_REPS + 1)
    ]
    assert reps["mean_velocity_m_s"].tolist() == pytest.approx(expected)
    assert set(athlete.sets["exercise"]) == {"romanian_deadlift"}
    assert athlete.sets["reps"].tolist() == [ENCODER_REPS] * len(ENCODER_LOADS_KG) * WEEKS


def test_the_page_of_the_sprinter_holds_the_mean_speed_at_the_anchor_load(season):
    (speed,) = athlete_week(frames(season, "Cedar"), LAST_DAY.isoformat()).speeds.known
    means = [
        sum(bar_speed_m_s(week, ENCODER_LOADS_KG[-1], rep) for rep in range(1, ENCODER_REPS + 1)) / ENCODER_REPS
        for week in range(WEEKS)
    ]
    assert speed.exposures["value"].tolist() == pytest.approx(means)
    text = said(season, "Cedar")
    assert "Your Romanian deadlift is clearly getting faster" in text
    assert f"Clear best: fastest Romanian deadlift at 80 kg, {means[-1]:.2f} m/s" in text
    assert f"You lifted {ENCODER_REPS * sum(ENCODER_LOADS_KG):,.0f} kg in {len(ENCODER_LOADS_KG)} sets." in text


def test_a_second_look_into_the_folder_doubles_nothing(season):
    again = squad.workbook("ingest", "--workspace", season.folder, "--json").splitlines()
    assert {json.loads(line)["state"] for line in again} == {"known"}
    assert len(frames(season, "Alder").sets) == len(LIFTS) * len(LIFTING_DAYS) * WEEKS
