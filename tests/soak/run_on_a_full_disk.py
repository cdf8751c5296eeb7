"""Make pages on a disk that is full, and again with space; tells what happened as JSON.

python tests/soak/run_on_a_full_disk.py FOLDER
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from click.testing import CliRunner
from fill_a_disk import fill
from trees import AS_OF, UNTIL, made, trees

from analysis.cli import main

TREES = 6
FREE_KIB = 150  # for the database, and a page or two


def main_(folder: Path) -> None:
    squad = trees(folder / "squad", TREES)
    pages = squad.reports_folder / "loads" / UNTIL
    pages.mkdir(parents=True)
    (pages / "tree0.html").write_text("as before")

    ballast = folder / "ballast"
    fill(ballast, FREE_KIB)
    words = ["run", "--due", "--as-of", AS_OF, "--workspace", str(squad.folder)]
    full = CliRunner().invoke(main, words)
    kept = {path.stem: "as before" for path in pages.glob("*.html") if path.read_text() == "as before"}
    told = {"full": {"code": full.exit_code, "said": full.output + repr(full.exception or ""), "old": kept}}

    ballast.unlink()
    space = CliRunner().invoke(main, words)
    whole = sorted(f"tree{number}" for number in made(squad))
    parts = [path.name for path in squad.folder.rglob(".*.part")]
    told["with space"] = {"code": space.exit_code, "whole": whole, "parts": parts}
    print(json.dumps(told))


if __name__ == "__main__":
    main_(Path(sys.argv[1]))
