"""What all commands share: their common options, how they end, the lock of a workspace, and how things are printed."""

import contextlib
import errno
import functools
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from analysis.base.errors import Busy, UsageProblem, WorkbookError
from analysis.base.files import printable

if TYPE_CHECKING:
    import pandas as pd

    from analysis.workspace import Workspace

FAILED, USAGE, PARTLY, BUSY = 1, 2, 3, 4

_ROOM = "Make room on that disk, then call it again."
_RIGHTS = "See that it may be written, or give another place; then call it again."
_OF_DISKS = {  # what a disk says, and what to do
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "Give a place on a disk that takes larger files.",
    errno.EROFS: _RIGHTS,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EBUSY: _RIGHTS,
    errno.EIO: "The disk is damaged or was taken away. See to it, then call it again.",
    errno.ENODEV: "The disk was taken away. Bring it back, then call it again.",
    errno.ESTALE: "The disk was taken away. Bring it back, then call it again.",
    errno.ETIMEDOUT: "The disk does not answer. See to it, then call it again.",
    errno.ENAMETOOLONG: "Give a shorter name.",
    errno.ENOTDIR: "A file stands where a folder should. Move it away, or give another place.",
    errno.EISDIR: "A folder stands where a file should. Move it away, or give another place.",
}

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")

by_engine = click.option(
    "--engine",
    type=click.Choice(["forked", "kernel"]),
    help="Where notebooks run: forks of one warm process (default where the system has them), or ordinary kernels.",
)

workspace_folder = click.option(
    "--workspace",
    "workspace_folder",
    type=click.Path(path_type=Path),
    help="Folder of the workspace; found upward from the current folder by default.",
)


def in_folder(command: Callable) -> Callable:
    """The options of a command for which there need be no workspace: `--workspace` and `--json`."""
    return workspace_folder(as_json(command))


def in_workspace(command: Callable) -> Callable:
    """The options of `in_folder`; the command gets the `workspace` itself."""

    @in_folder
    @functools.wraps(command)
    def opened(*args, workspace_folder: Path | None, **rest) -> object:
        from analysis import open_workspace
        from analysis.workspace.bundle import Bundle

        workspace = open_workspace(workspace_folder)
        if not isinstance(workspace.tables, Bundle):
            click.get_current_context().call_on_close(workspace.tables.close)
        if click.get_current_context().info_name != "audit":  # which ends with it
            say_if_unlogged(workspace)
        return command(*args, workspace=workspace, **rest)

    return opened


def say_if_unlogged(workspace: "Workspace") -> None:
    """Say so where nothing can be noted in the audit log."""
    from analysis.privacy.audit import Audit, AuditKeyLost

    try:
        Audit(workspace).require_key()
    except AuditKeyLost as problem:
        click.echo(str(problem), err=True)


def as_day(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """The ISO date of an option.

    Raises UsageProblem for anything else, also for the empty text of a variable that is not set.
    """
    from analysis.workspace import day

    return None if text is None else day(text).date().isoformat()


def audited(command: Callable) -> Callable:
    """Leave a line in the audit log: who ran the command when, about whom, and how it ended.

    Wrong usage, a dry run and one that was ended while it waited did nothing and leave none.
    """

    @functools.wraps(command)
    def recorded(*args, workspace: "Workspace", **rest) -> object:
        whose, code = _whose(workspace, rest.get("athlete")), FAILED
        try:
            result = command(*args, workspace=workspace, **rest)
            code = 0
            return result
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else FAILED
            raise
        except WorkbookError as problem:
            code = exit_code(problem)
            raise
        except click.Abort:
            code = USAGE
            raise
        finally:
            if code != USAGE and not rest.get("dry_run"):
                _note(workspace, whose, code)

    return recorded


def _note(workspace: "Workspace", whose: list[str], code: int) -> None:
    """Put the command into the log; one that did all it should and cannot be put there is partly done."""
    from analysis.privacy.audit import Audit

    context = click.get_current_context()
    given = (p for p in context.command.params if _was_given(context, p) and p.opts[0].startswith("-"))
    try:
        Audit(workspace).record(str(context.info_name), (param.opts[0] for param in given), whose, code)
    except (WorkbookError, OSError) as problem:
        click.echo(f"This call is not in the audit log as it should be. {in_words(problem)}", err=True)
        if code == 0:
            sys.exit(PARTLY)


def _was_given(context: click.Context, param: click.Parameter) -> bool:
    return context.get_parameter_source(str(param.name)) is click.core.ParameterSource.COMMANDLINE


def _whose(workspace: "Workspace", athlete: str | None) -> list[str]:
    """The id of whom a command is about, before it ran; nobody where it is about everybody or nobody we know."""
    with contextlib.suppress(WorkbookError):
        return [workspace.athlete_id(athlete)] if athlete else []
    return []


def in_words(problem: Exception) -> str:
    """What a person can do about an error of a disk; other errors say so themselves."""
    if not isinstance(problem, OSError):
        return str(problem)
    where = f"{problem.filename}: " if problem.filename else ""
    remedy = _OF_DISKS.get(problem.errno or 0, "See to it, then call it again.")
    return f"{where}{problem.strerror or problem}. {remedy}"


def exit_code(problem: WorkbookError) -> int:
    return USAGE if isinstance(problem, UsageProblem) else BUSY if isinstance(problem, Busy) else FAILED


class Commands(click.Group):
    """Commands in the order of a user's day; errors that a person can act on are sentences, not tracebacks."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        try:
            with _ended_as_by_hand():
                return super().invoke(ctx)
        except WorkbookError as problem:
            click.echo(f"Error: {problem}", err=True)
            ctx.exit(exit_code(problem))
        except OSError as problem:
            if problem.errno not in _OF_DISKS:
                raise
            click.echo(f"Error: {in_words(problem)}", err=True)
            ctx.exit(FAILED)


@contextlib.contextmanager
def locked(workspace: "Workspace", *, is_run: bool = False) -> Iterator[None]:
    """Hold the workspace for a command that writes, once it is its turn; a run is told at once of another run.

    Whoever ends it while it waits ends what has done nothing.
    """
    from analysis.workspace import turns

    def tell(whom: str) -> None:
        longest = f"{turns.LONGEST_MINUTES:g} minutes at most"
        click.echo(f"Waiting for {whom} to end, {longest}. Ctrl-C ends the waiting.", err=True)

    with contextlib.ExitStack() as held:
        try:
            held.enter_context(turns.turn(workspace, str(click.get_current_context().info_name), tell, is_run=is_run))
        except KeyboardInterrupt:
            raise click.Abort from None
        yield


@contextlib.contextmanager
def _ended_as_by_hand() -> Iterator[None]:
    """Within, what a system sends to end a run is as Ctrl-C: transactions end, and no process or part is left.

    What it sends after that, as systemd does both, does not disturb the tidying up. A library in Rust that is ended
    while it is loaded makes a panic of that, which is neither an error nor the end of a command: it ends as well.
    """
    is_ended = False

    def interrupt(_number: int, _frame: object) -> None:
        nonlocal is_ended
        is_ended = True
        for number in heard:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup asks for
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    except BaseException as problem:
        if is_ended and not isinstance(problem, Exception | SystemExit | KeyboardInterrupt):
            raise KeyboardInterrupt from problem
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def progress(things, what: str, total: int | None, quiet: bool) -> tqdm:
    """A progress bar with the rate and the time left on a terminal, nothing elsewhere."""
    return tqdm(
        things,
        desc=what,
        total=total,
        unit=f" {what.lower()}",
        bar_format="{desc}: {n_fmt} of {total_fmt} |{bar}| {rate_noinv_fmt}, {remaining} left",
        disable=True if quiet else None,
        leave=False,
        file=sys.stderr,
    )


def print_json(value: object, indent: int | None = 2) -> None:
    click.echo(printable(json.dumps(value, ensure_ascii=False, indent=indent, default=str)))


def print_rows(rows: "pd.DataFrame") -> None:
    """A frame as JSON, an object a row; a day as ISO text."""
    days = rows.columns.intersection(["local_date", "first_date", "last_date"])
    rows = rows.assign(**{name: rows[name].dt.strftime("%Y-%m-%d") for name in days})
    print_json(json.loads(str(rows.to_json(orient="records", date_format="iso"))))


def said_again(**options: object) -> list[str]:
    """Options as words of a command, and the workspace as it was said.

    Those that are None were not said, those that are True are flags.
    """
    options["workspace"] = click.get_current_context().params["workspace_folder"]
    words = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        words += [] if value is None else [option] if value is True else [option, str(value)]
    return words


def shown(path: Path) -> str:
    """The path as a person would type it here: below the current folder without what leads to it."""
    here = Path.cwd()
    return printable(path.relative_to(here) if path.is_relative_to(here) else path)


def count(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"


def exit_partly(failed: int, of: int) -> None:
    """Exit 1 where all failed, 3 where some did."""
    if failed:
        sys.exit(FAILED if failed == of else PARTLY)
