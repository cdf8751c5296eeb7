"""Having `workbook run --due` called: a systemd timer, a crontab line, a Windows task or a launchd job, as text.

Each goes by the name of its workspace, so that several squads on one computer keep apart, and calls the installed
command by its path: Python would take a stray `analysis.py` of the folder it is called in for the workbook.

What is due is decided by the run itself, by the clock of the squad's time zone. A systemd timer knows that zone; the
others know the machine's alone, so that they ask each half hour, and the run does nothing while nothing is due.
"""

import hashlib
import os
import plistlib
import re
import shlex
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from analysis.base.config import Config, ReportPlan
from analysis.base.errors import UsageProblem
from analysis.base.words import plain
from analysis.delivery.channels import PASSWORD

System = Literal["systemd", "cron", "windows", "launchd"]

_LATER_H = 1  # a second call so long after, each day: for what failed, and for a time or a day that the clocks left out
_RUN = ("run", "--due", "--missing", "--workspace")
_COMMAND = "workbook.exe" if os.name == "nt" else "workbook"
_NAME_MOST, _HASH = 40, 6  # letters of a squad in the name of its schedule, and of the hash of where it lies


@dataclass(frozen=True)
class Scheduled:
    """The files that make a system call the workbook, by name, and how a person puts them to work."""

    files: dict[str, str]
    how: tuple[str, ...]


def scheduled(system: System, folder: Path, config: Config, program: tuple[str, ...] = ()) -> Scheduled:
    """What makes `system` run what is due in the workspace in `folder`.

    Parameters
    ----------
    system : {"systemd", "cron", "windows", "launchd"}
    folder : Path
        The workspace; its path may hold spaces, quotes and percent signs, not a line break.
    config : Config
        Its plans say when, its time zone where.
    program : tuple of str
        How the workbook is called; the installed command by its path by default.

    Raises UsageProblem where nothing is planned, or for a path that no such file can hold.

    Examples
    --------
    >>> made = scheduled("cron", Path("/srv/50 %"), Config(reports=[ReportPlan()]), ("/usr/bin/workbook",))
    >>> made.files[f"{schedule_name(Path('/srv/50 %'), Config())}.cron"].splitlines()[-1]
    "0,30 * * * * /usr/bin/workbook run --due --missing --workspace '/srv/50 \\\\%'"
    """
    if not config.reports:
        raise UsageProblem("workbook.toml plans no report. Add one under [[reports]], as: report = 'athlete_week'.")
    if any(not letter.isprintable() for letter in str(folder)):
        raise UsageProblem(f"The path {str(folder)!r} has a letter that no schedule can hold. Move the workspace.")
    words = (*(program or installed_command()), *_RUN, str(folder.absolute()))
    made = {"systemd": _systemd, "cron": _cron, "windows": _windows, "launchd": _launchd}
    return made[system](schedule_name(folder, config), words, config)


def schedule_name(folder: Path, config: Config) -> str:
    """By what name a workspace goes among others of a computer: its squad, and a few letters of where it lies.

    Without a name of a squad it is that of the folder; what is no letter of a to z or digit becomes a hyphen.

    >>> schedule_name(Path("/srv/a"), Config(squad="Bäume & Co."))[:-6]
    'workbook-baume-co-'
    >>> schedule_name(Path("/srv/a/grove"), Config()) == schedule_name(Path("/srv/b/grove"), Config())
    False
    """
    squad = "" if config.squad == Config.model_fields["squad"].default else config.squad
    known = [name for said in (squad, folder.absolute().name) if (name := _safe(said))]
    where = hashlib.sha256(os.path.normcase(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
    return "-".join(["workbook", *known[:1], where[:_HASH]])


def _safe(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", plain(name))[:_NAME_MOST].strip("-")


def installed_command() -> tuple[str, ...]:
    """The command that was installed beside the Python of this process; where there is none, that Python with `-P`.

    `-P` keeps the folder it is called in out of what is imported.
    """
    called = Path(sys.argv[0]).absolute()
    places = (Path(sysconfig.get_path("scripts")) / _COMMAND, Path(sys.executable).parent / _COMMAND)
    beside = [path for path in (*places, *([called] if called.name == _COMMAND else [])) if path.is_file()]
    return (str(beside[0]),) if beside else (sys.executable, "-P", "-m", "analysis.cli")


def on_calendar(plan: ReportPlan, config: Config) -> str:
    """When systemd is to call for a plan, in the squad's time zone.

    >>> on_calendar(ReportPlan(), Config(time_zone="Europe/Berlin"))
    'Mon *-*-* 06:00:00 Europe/Berlin'
    """
    return f"{_days(plan, config)} {plan.at}:00 {config.time_zone}"


def _days(plan: ReportPlan, config: Config) -> str:
    """The days on which a plan's period may become due, as systemd says them."""
    if plan.every == "month":
        return f"{plan.weekday[:3].title()} *-*-01..07" if plan.weekday else "*-*-01"
    weekday = plan.weekday or config.week_start
    return f"{weekday[:3].title()} *-*-*"


def _systemd(name: str, words: tuple[str, ...], config: Config) -> Scheduled:
    times = dict.fromkeys(time for plan in config.reports for time in _with_later(plan, config))
    service = f"""[Unit]
Description=Reports of {_described(config)} that are due

[Service]
Type=oneshot
SyslogIdentifier={name}
ExecStart={" ".join(map(_systemd_word, words))}
# EnvironmentFile=-%h/.config/workbook.env  # {PASSWORD}=... where a mail server wants one
Nice=10
SuccessExitStatus=4
"""  # 4: another run holds the lock, and does it
    calls = "\n".join(f"OnCalendar={time}" for time in times)
    timer = f"""[Unit]
Description=When reports of {_described(config)} are due

[Timer]
{calls}
Persistent=true

[Install]
WantedBy=timers.target
"""
    how = (
        f"mkdir -p ~/.config/systemd/user && cp {name}.service {name}.timer ~/.config/systemd/user/",
        f"systemctl --user daemon-reload && systemctl --user enable --now {name}.timer",
        "loginctl enable-linger  # so that it runs while nobody is logged in",
        f"systemctl --user list-timers {name}.timer",
        f"journalctl --user -t {name}  # what it said",
    )
    return Scheduled({f"{name}.service": service, f"{name}.timer": timer}, how)


def _with_later(plan: ReportPlan, config: Config) -> tuple[str, str]:
    """The plan's time, and a later one each day; what passes midnight goes to the last minute of the day."""
    hour, minute = (int(part) for part in plan.at.split(":"))
    later = f"{hour + _LATER_H:02d}:{minute:02d}" if hour + _LATER_H < 24 else "23:59"
    return on_calendar(plan, config), f"*-*-* {later}:00 {config.time_zone}"


def _systemd_word(word: str) -> str:
    """A word of ExecStart: % begins a specifier and $ a variable, so that both are doubled."""
    literal = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return literal if literal.replace("/", "").replace("-", "").replace(".", "").isalnum() else f'"{literal}"'


def _cron(name: str, words: tuple[str, ...], config: Config) -> Scheduled:
    command = shlex.join(words).replace("%", "\\%")  # cron takes a bare % for the end of the command
    lines = (
        f"# {name}: reports of {_one_line(config.squad)}, by the clock of {config.time_zone}:",
        *(f"# {told}" for told in _told(config)),
        "# cron calls every half hour by the machine's clock. The run decides what is due, and mostly nothing is.",
        f"0,30 * * * * {command}",
    )
    how = (f"(crontab -l; cat {name}.cron) | crontab -", "crontab -l")
    return Scheduled({f"{name}.cron": "\n".join(lines) + "\n"}, how)


def _windows(name: str, words: tuple[str, ...], config: Config) -> Scheduled:
    arguments = subprocess.list2cmdline(words[1:])
    about = f"Reports of {_one_line(config.squad)}, by the clock of {config.time_zone}: {'; '.join(_told(config))}"
    task = f"""<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(about)}</Description>
    <URI>\\{name}</URI>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <Repetition><Interval>PT30M</Interval><Duration>P1D</Duration></Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <ExecutionTimeLimit>PT6H</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(words[0])}</Command>
      <Arguments>{escape(arguments)}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
    how = (f"schtasks /Create /TN {name} /XML {name}.xml", f"schtasks /Query /TN {name}")
    return Scheduled({f"{name}.xml": task}, how)


def _launchd(name: str, words: tuple[str, ...], config: Config) -> Scheduled:
    job = {
        "Label": name,
        "ProgramArguments": list(words),
        "StartCalendarInterval": [{"Minute": minute} for minute in (0, 30)],
        "RunAtLoad": True,  # for what was missed while the computer was off
        "ProcessType": "Background",
    }
    text = plistlib.dumps(job).decode()
    about = f"<!-- Reports of {_commented(config.squad)}: {_commented('; '.join(_told(config)))} -->"
    how = (
        f"cp {name}.plist ~/Library/LaunchAgents/",
        f"launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/{name}.plist",
        f"launchctl print gui/$(id -u)/{name}",
    )
    return Scheduled({f"{name}.plist": f"{text}{about}\n"}, how)


def _commented(text: str) -> str:
    """A text as a comment of XML takes it."""
    return escape(_one_line(text)).replace("--", "- -")


def _told(config: Config) -> list[str]:
    """What is planned for when, a line each, for whoever reads the file."""
    told = []
    for plan in config.reports:
        day = plan.weekday.title() if plan.weekday else "the day after it"
        told.append(f"{_one_line(plan.report)}, each {plan.every}, on {day} at {plan.at}")
    return list(dict.fromkeys(told))


def _described(config: Config) -> str:
    """The squad's name as systemd takes it."""
    return _one_line(config.squad).replace("%", "%%")


def _one_line(text: str) -> str:
    return " ".join(text.split())
