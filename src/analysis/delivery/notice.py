"""What a run did, in one file for other programs, and word to somebody when something of it failed."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from analysis.base.errors import WorkbookError
from analysis.delivery.ledger import hashed
from analysis.delivery.mail import plain_mail
from analysis.delivery.people import People
from analysis.delivery.schedule import schedule_name
from analysis.delivery.sending import Outcome, open_channel
from analysis.report.due import SQUAD
from analysis.report.engine.fan_out import Done
from analysis.report.publish import publish
from analysis.workspace import Workspace
from analysis.workspace.arrivals import Arrived, counted

NAME = "last_run.json"

_COMMAND_TIMEOUT_S = 60


@dataclass(frozen=True)
class LastRun:
    """A run as other programs read it; athletes are ids, and no address is in it."""

    started_at: str
    ended_at: str
    pages: list[dict[str, object]] = field(default_factory=list)
    deliveries: list[dict[str, object]] = field(default_factory=list)
    fetched: list[dict[str, str]] = field(default_factory=list)  # from a drop folder elsewhere
    files: list[dict[str, object]] = field(default_factory=list)  # that came in first, with what became of each
    error: str = ""  # what stopped the whole run
    failures: list[str] = field(default_factory=list)  # a sentence each
    not_told: list[str] = field(default_factory=list)  # why those whom [notify] names could not be told of them
    workspace: str = ""  # the name by which its schedule goes, so that one program can hear of several


def last_run(
    started_at: datetime,
    pages: Iterable[Done] = (),
    deliveries: Iterable[Outcome] = (),
    error: str = "",
    arrived: Arrived | None = None,
) -> LastRun:
    """The run that began at `started_at` and ends now.

    >>> last_run(datetime(2026, 7, 6, 4, tzinfo=UTC), error="workbook.toml plans no report.").failures
    ['workbook.toml plans no report.']
    """
    pages, deliveries = list(pages), list(deliveries)
    failures = [error] if error else []
    failures += arrived.failures if arrived else []
    failures += [f"{_whose(page)}: no page. {page.error}" for page in pages if not page.done]
    failures += [f"{_whose(one)}: {one.state}. {one.problem}" for one in deliveries if one.failed]
    return LastRun(
        started_at=started_at.isoformat(timespec="seconds"),
        ended_at=datetime.now(UTC).isoformat(timespec="seconds"),
        pages=[page.as_dict() for page in pages],
        deliveries=[one.as_dict() for one in deliveries],
        fetched=arrived.fetched if arrived else [],
        files=arrived.files if arrived else [],
        error=error,
        failures=failures,
    )


def keep(workspace: Workspace, run: LastRun) -> list[str]:
    """Write the run to `reports/log/last_run.json`, and tell whom [notify] names of failures that are new.

    Where that disk does not take it, it is written beside the store. The same failures are told once, however often the
    run is repeated; where telling failed, the next run tells again. Returns what could not be written or told, in
    sentences.
    """
    run = replace(run, workspace=schedule_name(workspace.folder, workspace.config))
    places = [workspace.reports_folder / "log" / NAME, workspace.folder / workspace.config.store / NAME]
    told_before = _told_in(places)
    unwritten = _write(places, run)
    if not run.failures or run.failures == told_before:
        return unwritten
    if problems := _tell(workspace, run):
        _write(places, replace(run, not_told=problems))
        return unwritten + problems
    return unwritten


def _write(places: list[Path], run: LastRun) -> list[str]:
    """Write the run to the first of these places that takes it; why others did not, in sentences."""
    problems = []
    for path in places:
        try:
            publish({path: json.dumps(asdict(run), ensure_ascii=False, indent=2) + "\n"})
        except OSError as problem:
            problems.append(f"The summary of this run cannot be written to {path}: {problem.strerror}.")
            continue
        return [f"{sentence} It is in {path}." for sentence in problems]
    return [*problems, "What the run did is said here alone."]


def _tell(workspace: Workspace, run: LastRun) -> list[str]:
    notify = workspace.config.notify
    problems = []
    if notify.command:
        try:
            said = json.dumps(asdict(run), ensure_ascii=False)
            subprocess.run(
                notify.command, input=said.encode(), check=True, capture_output=True, timeout=_COMMAND_TIMEOUT_S
            )
        except (OSError, subprocess.SubprocessError) as problem:
            problems.append(f"Nobody could be told by the command of [notify]: {problem}. Correct it in workbook.toml.")
    try:
        _mail(workspace, run)
    except WorkbookError as problem:
        problems.append(f"Nobody could be told by mail: {problem}")
    return problems


def _mail(workspace: Workspace, run: LastRun) -> None:
    if not workspace.config.notify.to:
        return
    subject = f"{workspace.config.squad}: reports failed ({len(run.failures)})"
    known = People.of(workspace)
    server = open_channel(workspace, "mail")
    try:
        for email in workspace.config.notify.to:
            key = hashed(run.started_at, email)[:24]
            told = [_with_names(sentence, known) for sentence in run.failures]
            text = "\n".join([*told, *counted(str(file["state"]) for file in run.files)]) + "\n"
            mail = plain_mail(subject, text, email, workspace.config, key)
            server.send(mail, lambda: None)  # a notice has no line in the ledger
    finally:
        server.close()


def _with_names(sentence: str, known: People) -> str:
    """A failure as a coach reads it: with the name beside the id of whom it is about."""
    return known.named(sentence, sentence.partition(":")[0].rpartition(" ")[2])


def _told_in(places: list[Path]) -> list[str]:
    """The failures that the run before told of; none where telling failed, or its file is gone or damaged."""
    told = []
    for path in places:
        try:
            last = json.loads(path.read_text(encoding="utf-8"))
            told.append((last["ended_at"], [] if last["not_told"] else last["failures"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return max(told, default=("", []))[1]


def _whose(of: Done | Outcome) -> str:
    return f"{of.job.report} {of.job.until} {of.job.athlete_id or SQUAD}"
