"""Call every command on disks that are full, read-only, and read-only at the pages alone; tells as JSON what they said.

python tests/soak/commands_on_bad_disks.py FOLDER

FOLDER is a small disk of its own that only this process and its children see.
"""

import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from click.testing import CliRunner
from drop_folder import WELLNESS
from fill_a_disk import fill
from trees import AS_OF, UNTIL, trees

from analysis.cli import main


def commands(squad: Path, away: Path) -> dict[str, list[str]]:
    """A call of each command, by its name; `away` is on another disk."""
    here = ["--workspace", str(squad)]
    (away / "more.csv").write_text(WELLNESS + "Tree 0,2026-06-02,sleep,7,0,10,higher_better\n")
    return {
        "status": ["status", *here],
        "check": ["check", str(away / "more.csv"), *here],
        "ingest": ["ingest", str(away / "more.csv"), *here],
        "alias": ["alias", "T. Null", "tree0", *here],
        "rejects": ["rejects", *here],
        "revisions": ["revisions", *here],
        "exclude": ["exclude", "--athlete", "tree0", "--date", "2026-06-01", "--what", "deadlift", *here],
        "label": ["label", "tree0", "2026-06-01", "2026-06-02", "ill", *here],
        "decide": ["decide", *here],
        "report": ["report", "loads", "--athlete", "tree0", "--as-of", UNTIL, *here],
        "run": ["run", "--due", "--as-of", AS_OF, *here],
        "run by the clock": ["run", "--due", *here],
        "deliver": ["deliver", *here],
        "schedule": ["schedule", "systemd", "--to", str(squad / "timer"), *here],
        "noise": ["noise", *here],
        "new": ["new", "mine", "--from", "loads", *here],
        "export": ["export", "tree0", "--to", str(squad / "exported"), *here],
        "export elsewhere": ["export", "tree0", "--to", str(away / "exported"), *here],
        "backup": ["backup", str(squad / "b"), *here],
        "backup elsewhere": ["backup", str(away / "elsewhere"), *here],
        "restore": ["restore", str(away / "good.backup"), "--to", str(squad / "again")],
        "retention": ["erase", "--retention", *here],
        "erase": ["erase", "tree2", "--yes", "tree2", "--raw", *here],
        "audit": ["audit", *here],
        "audit anew": ["audit", "--anew", *here],
        "doctor": ["doctor", *here],
        "init": ["init", str(squad / "new squad")],
    }


@contextmanager
def full(disk: Path, _squad: Path) -> Iterator[None]:
    fill(disk / "ballast", 0)
    yield
    (disk / "ballast").unlink()


@contextmanager
def read_only(_disk: Path, squad: Path) -> Iterator[None]:
    with not_to_be_written(squad):
        yield


@contextmanager
def pages_read_only(_disk: Path, squad: Path) -> Iterator[None]:
    (squad / "reports").mkdir(exist_ok=True)
    with not_to_be_written(squad / "reports"):
        yield


@contextmanager
def not_to_be_written(folder: Path) -> Iterator[None]:
    mount("--bind", folder, folder)
    mount("-o", "remount,bind,ro", folder)
    yield
    subprocess.run(["umount", "--lazy", folder], check=True)  # a database is still open


def mount(*words: object) -> None:
    subprocess.run(["mount", *map(str, words)], check=True)


def main_(disk: Path) -> None:
    away = disk.parent / "away"
    away.mkdir()
    told: dict[str, dict[str, dict]] = {}
    for bad in (full, read_only, pages_read_only):
        squad = trees(disk / bad.__name__, 3)
        squad.store.close()
        words = commands(squad.folder, away)
        if not (away / "good.backup").exists():
            CliRunner().invoke(main, ["backup", str(away / "good.backup"), "--workspace", str(squad.folder)])
        for name, call in words.items():
            with bad(disk, squad.folder):
                done = CliRunner().invoke(main, call)
            raised = done.exception if not isinstance(done.exception, SystemExit) else None
            said = "".join(traceback.format_exception(raised)[-3:]) if raised else ""
            told.setdefault(bad.__name__, {})[name] = {"code": done.exit_code, "said": done.output, "raised": said}
    print(json.dumps(told))


if __name__ == "__main__":
    main_(Path(sys.argv[1]))
