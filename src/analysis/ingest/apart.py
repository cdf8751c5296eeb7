"""The door: a file that is large or strange is read in a process of its own, so that whatever it does costs one file.

    python -m analysis.ingest.apart MEMORY_MIB

reads under limits of memory and time what stdin asks for, and answers on stdout. It ends with the process that asked.
On Windows no process can limit its own memory; the limit of time holds there too.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.limits import limit_memory
from analysis.ingest import registry
from analysis.ingest.measuring import is_usual
from analysis.ingest.reading import Options, Reading

MEMORY_MIB = 1024  # more than a process has before it reads
DEADLINE_S = 1800.0

_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "RUST_BACKTRACE": "0"}


def read(path: Path, options: Options) -> Reading:
    """The file at `path` as `registry.read` gives it, in this process only where it is small and plain.

    Raises what that raises, and OSError where the file cannot be opened.
    """
    return registry.read(path, options) if is_usual(path) else read_apart(path, options)


def read_apart(path: Path, options: Options) -> Reading:
    """The file at `path` as `registry.read` gives it, read in a process of its own.

    Raises what that raises, and UnreadableFile where the process that read it died, or needed too much time.
    """
    command = [sys.executable, "-P", "-m", __name__, str(MEMORY_MIB)]  # no stray module of this folder
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=answer, stderr=said, env=os.environ | _ENVIRONMENT
        ) as process:
            try:
                _ask(process, (path.absolute(), options))
                process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                raise UnreadableFile(
                    f"{path.name} takes more than {DEADLINE_S / 60:g} minutes to read. Split it, or leave it out."
                ) from None
            finally:
                process.kill()  # nothing to one that has ended
        if process.returncode:
            raise UnreadableFile(
                f"{path.name} cannot be read: the process that read it {_ended(process.returncode)}. "
                "Export it again, split it, or leave it out."
            )
        answer.seek(0)
        found = pickle.load(answer)  # what a process of ours wrote into a file without a name
    if isinstance(found, WorkbookError | OSError):
        raise found
    return found


def _ask(process: subprocess.Popen[bytes], question: tuple[Path, Options]) -> None:
    """Say what is to be read; stdin stays open, for its end is ours."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # how it ended tells
        pickle.dump(question, process.stdin)
        process.stdin.flush()


def _ended(code: int) -> str:
    """How a process ended, in words.

    >>> _ended(1), _ended(-6)
    ('ended with code 1', 'was ended by SIGABRT')
    """
    if code > 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _end_with(stdin: IO[bytes]) -> None:
    """End this process when nobody holds the other end any more."""
    stdin.read()
    os._exit(1)


def _answer(memory_mib: int) -> None:
    """Read what stdin asks for under limits, and write what was found or what was wrong with it to stdout."""
    answer, stdin = os.fdopen(os.dup(1), "wb"), sys.stdin.buffer
    os.dup2(2, 1)  # what a library prints is no answer
    path, options = pickle.load(stdin)
    threading.Thread(target=_end_with, args=(stdin,), daemon=True).start()
    registry.readers(options.config.plugins.use)
    limit_memory(memory_mib)
    try:
        found: Reading | Exception = registry.read(path, options)
    except (WorkbookError, OSError) as problem:
        found = problem
    with answer:
        pickle.dump(found, answer, pickle.HIGHEST_PROTOCOL)
    os._exit(0)  # at once: nothing is left to tidy up


if __name__ == "__main__":
    _answer(int(sys.argv[1]))
