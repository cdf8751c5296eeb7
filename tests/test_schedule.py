"""Schedules: what systemd, cron and Windows are given is theirs to read, whatever the workspace is called."""

import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from analysis.base.config import Config, ReportPlan
from analysis.base.errors import UsageProblem
from analysis.delivery.schedule import installed_command, on_calendar, schedule_name, scheduled

FOLDER = Path("/srv/50 % of 'all' $HOME \\ \"Bäume\"")
PLANS = [
    ReportPlan(),
    ReportPlan(report="squad_week", weekday="tuesday", at="23:30"),
    ReportPlan(every="month", weekday="friday", at="07:05"),
    ReportPlan(every="fortnight", at="02:30", weekday="sunday"),
]
CONFIG = Config(squad="Grove & 100 %\nof it", time_zone="Australia/Lord_Howe", reports=PLANS)
SYSTEMD = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed here")


def made(system: str, folder: Path = FOLDER) -> dict[str, str]:
    return scheduled(system, folder, CONFIG, ("/bin/true",)).files


def one_of(system: str, ending: str, folder: Path = FOLDER) -> str:
    (text,) = (text for name, text in made(system, folder).items() if name.endswith(ending))
    return text


def analyze(*words: str) -> str:
    done = subprocess.run([SYSTEMD, *words], capture_output=True, text=True, check=False, env={"TZ": "UTC"})
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    folders = (tmp_path / "north" / "grove", tmp_path / "south" / "grove")  # two squads of one computer
    units = made("systemd") | made("systemd", folders[0]) | made("systemd", folders[1])
    assert len(units) == 6
    for name, text in units.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert analyze("verify", "--man=no", *(str(tmp_path / name) for name in units)) == ""


@needs_systemd
@pytest.mark.parametrize(
    ("plan", "moments"),
    [
        (PLANS[0], ["2026-03-30 04:00:00", "2026-04-06 04:00:00"]),
        (ReportPlan(every="month"), ["2026-04-01 04:00:00", "2026-05-01 04:00:00"]),
        (ReportPlan(every="month", weekday="friday"), ["2026-04-03 04:00:00", "2026-05-01 04:00:00"]),
    ],
)
def test_systemd_calls_at_the_squads_six_in_the_morning(plan, moments):
    told = on_calendar(plan, Config(time_zone="Europe/Berlin"))
    said = analyze("calendar", "--iterations=2", "--base-time=2026-03-28 12:00:00", told)
    assert [moment in said for moment in moments] == [True, True], said


def test_every_plan_is_called_for_and_each_day_once_more_for_what_failed_or_clocks_left_out():
    timer = one_of("systemd", ".timer").splitlines()
    assert [line.removeprefix("OnCalendar=") for line in timer if line.startswith("OnCalendar=")] == [
        f"{time} Australia/Lord_Howe"
        for time in (
            *("Mon *-*-* 06:00:00", "*-*-* 07:00:00", "Tue *-*-* 23:30:00", "*-*-* 23:59:00"),
            *("Fri *-*-01..07 07:05:00", "*-*-* 08:05:00", "Sun *-*-* 02:30:00", "*-*-* 03:30:00"),
        )
    ]
    assert "Persistent=true" in timer


def test_a_line_for_cron_is_one_command_of_the_same_words():
    *comments, line = one_of("cron", ".cron").splitlines()
    assert all(comment.startswith("# ") for comment in comments)
    assert comments[0].endswith("by the clock of Australia/Lord_Howe:")
    assert "# squad_week, each week, on Tuesday at 23:30" in comments
    assert "%" not in line.replace("\\%", "")  # cron reads a bare one as the end
    command = line.removeprefix("0,30 * * * * ").replace("\\%", "%")
    assert shlex.split(command) == ["/bin/true", "run", "--due", "--missing", "--workspace", str(FOLDER)]


def test_a_task_for_windows_is_xml_that_starts_what_was_missed():
    task = ElementTree.fromstring(one_of("windows", ".xml", Path("C:/50 % & <more>")))
    text = {element.tag.split("}")[1]: element.text for element in task.iter()}
    assert text["Command"] == "/bin/true"
    assert text["Arguments"].endswith('C:/50 % & <more>"')
    assert text["URI"] == f"\\{schedule_name(Path('C:/50 % & <more>'), CONFIG)}"
    assert text["StartWhenAvailable"] == "true"
    assert "Australia/Lord_Howe: athlete_week, each week, on the day after it at 06:00; " in text["Description"]


def test_a_path_with_a_line_break_is_refused():
    with pytest.raises(UsageProblem, match="no schedule can hold"):
        made("cron", Path("/srv/a\nb"))


def test_nothing_planned_is_nothing_to_call_for():
    with pytest.raises(UsageProblem, match="plans no report"):
        scheduled("systemd", FOLDER, Config())


@pytest.mark.parametrize(
    ("squad", "folder", "name"),
    [
        ("Bäume & Größe", "/srv/a", "workbook-baume-grosse"),
        ("Squad", "/srv/my grove", "workbook-my-grove"),
        ("木", "/srv/grove", "workbook-grove"),
        ("木", "/srv/林", "workbook"),
        ("x" * 90, "/srv/a", f"workbook-{'x' * 40}"),
        ("../../etc $(rm) %i", "/srv/a", "workbook-etc-rm-i"),
    ],
)
def test_a_schedule_goes_by_the_squad_or_its_folder_in_safe_letters(squad, folder, name):
    found, _, where = schedule_name(Path(folder), Config(squad=squad)).rpartition("-")
    assert found == name
    assert re.fullmatch("[0-9a-f]{6}", where)


@pytest.mark.parametrize("system", ["systemd", "cron", "windows", "launchd"])
def test_two_workspaces_of_one_name_have_nothing_in_common(system):
    first, second = (scheduled(system, Path(f"/srv/{where}/grove"), CONFIG) for where in ("north", "south"))
    name = schedule_name(Path("/srv/north/grove"), CONFIG)
    assert not set(first.files) & set(second.files)
    assert all(file.startswith(name) for file in first.files)
    assert all(name in line for line in first.how if "workbook" in line)
    assert any(name in text for text in first.files.values())


def test_a_job_of_macos_is_a_property_list_of_the_same_words():
    job = plistlib.loads(one_of("launchd", ".plist").encode())
    assert job["ProgramArguments"] == ["/bin/true", "run", "--due", "--missing", "--workspace", str(FOLDER)]
    assert job["Label"] == schedule_name(FOLDER, CONFIG)
    assert [at["Minute"] for at in job["StartCalendarInterval"]] == [0, 30]


def test_what_is_called_is_the_installed_command_and_a_stray_module_of_the_folder_is_harmless(tmp_path):
    """A file of that name in a folder is what `python -m analysis.cli` would run there."""
    (tmp_path / "analysis.py").write_text("raise SystemExit('a stray file')", encoding="utf-8")
    service = scheduled("systemd", tmp_path, CONFIG)
    line = next(line for text in service.files.values() for line in text.splitlines() if line.startswith("ExecStart="))
    program = shlex.split(line.removeprefix("ExecStart="))[: len(installed_command())]
    assert Path(program[0]).is_absolute()
    for command in (program, [sys.executable, "-P", "-m", "analysis.cli"]):
        done = subprocess.run([*command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, "workbook" in done.stdout) == (0, True), done.stderr
