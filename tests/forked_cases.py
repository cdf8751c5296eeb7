"""The runner of the cases, its commands forked from a process that has loaded the libraries.

Called as `python forked_cases.py RUNNER FOLDER`. To load the libraries takes longer than most of the commands, which
are some hundred.
"""

import importlib.util
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

LOADED = ["analysis.cli", "analysis.workspace.intake", "analysis.report.engine.render"]


def workbook(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code of `workbook WORDS`, called in `folder`, and what it printed: its output, then its errors."""
    with tempfile.TemporaryDirectory() as said:
        files = [Path(said) / name for name in ("output", "errors")]
        command = multiprocessing.Process(target=_command, args=(str(folder), words, *map(str, files)))
        command.start()
        command.join(600)
        assert command.exitcode is not None, f"`workbook {' '.join(words)}` has not ended after 600 s"
        return command.exitcode, "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


def _command(folder: str, words: tuple[str, ...], *files: str) -> None:
    os.chdir(folder)
    for number, file in enumerate(files, start=1):
        with open(file, "wb") as said:
            os.dup2(said.fileno(), number)
    sys.argv = ["workbook", *words]
    from analysis.cli import main

    main()


def runner_at(path: str):
    """The runner as a module, with these commands in place of its own; one of another make keeps what it has."""
    spec = importlib.util.spec_from_file_location("runner", path)
    assert spec is not None
    assert spec.loader is not None
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    if hasattr(runner, "workbook"):
        runner.workbook = workbook
    return runner


if __name__ == "__main__":
    multiprocessing.set_start_method("forkserver")
    multiprocessing.set_forkserver_preload(LOADED)
    del sys.argv[0]
    sys.exit(runner_at(sys.argv[0]).main())
