"""What two checkouts say of the example squad: facts, visible text of the pages, and outputs of the notebooks.

    python bench/compare.py OLD NEW [FIELD ...]

Each checkout has its own `.venv` (`make demo` makes it) and is asked through its own command line. What differs is
printed as a diff. Left out of both is what differs from run to run (times, versions, fingerprints), how a figure is
styled, and the named fields of the facts, which one of them may have added; numbers are compared to six digits.
"""

import base64
import difflib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from lxml import html

_CHANGES_BY_ITSELF = re.compile(
    r"\bdata [0-9a-f]{8}\b|\bworkbook \d+\.\d+\.\d+|\b[0-9a-f]{12,64}\b|\d{4}-\d\d-\d\dT[\d:.+Z]+"
    r"|\b\d+(\.\d+)? ?(ms|seconds?)\b|/tmp/\S+|<[\w.]+ object at 0x\w+>"
)
_STYLES = {"config", "marker", "line", "opacity", "color", "symmetric", "type", "template", "legendgroup", "hoverinfo"}
_SILENT = ("script", "style", "template")


def texts(checkout: Path, work: Path) -> dict[str, list[str]]:
    """Every page, every file of facts and every notebook of a checkout as lines, by name."""
    python = checkout / ".venv" / "bin" / "python"
    squad = work / "squad"

    def workbook(*words: str) -> None:
        done = subprocess.run([python, "-m", "analysis.cli", *words], cwd=work, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{checkout}: workbook {' '.join(words)}\n{done.stdout}{done.stderr}")

    workbook("demo", "--workspace", str(squad), "--jobs", "1")
    workbook("report", "block_review", "--workspace", str(squad))
    told = {}
    for page in sorted((squad / "reports").rglob("*.html")):
        if page.parent != squad / "reports":
            told[page.relative_to(squad).as_posix()] = list(visible(page))
    for facts in sorted((squad / "reports").rglob("*.json")):
        told[facts.relative_to(squad).as_posix()] = list(plain(json.loads(facts.read_text(encoding="utf-8"))))
    for notebook in sorted((checkout / "notebooks" / "explore").glob("*.ipynb")):
        told[f"notebooks/{notebook.name}"] = list(outputs(python, notebook, squad))
    return {name: [_CHANGES_BY_ITSELF.sub("~", line) for line in lines] for name, lines in told.items()}


def visible(page: Path) -> Iterator[str]:
    """The text of a page, an element a line, the words of its drawings too."""
    for node in html.parse(page).getroot().iter():
        if isinstance(node.tag, str) and node.tag not in _SILENT:
            yield from (" ".join(text.split()) for text in (node.text, node.get("aria-label")) if (text or "").strip())
        if (node.tail or "").strip():
            yield " ".join(node.tail.split())


def plain(value: Any, path: str = "") -> Iterator[str]:
    """A JSON value as one line a leaf: what is said and drawn, without styles; numbers to six digits."""
    if isinstance(value, dict) and "bdata" in value:
        yield from plain(np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).tolist(), path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _STYLES:
                yield from plain(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            name = inner.get("subject", place) if isinstance(inner, dict) else place
            yield from plain(inner, f"{path}[{name}]")
    else:
        yield f"{path} = {value:.6g}" if isinstance(value, float) else f"{path} = {value}"


def outputs(python: Path, notebook: Path, squad: Path) -> Iterator[str]:
    """What the cells of a notebook put out, run by an ordinary kernel in the workspace."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, notebook.name)
        command = [python, "-m", "papermill", notebook, made, "-k", "python3", "--no-progress-bar"]
        done = subprocess.run(command, cwd=squad, capture_output=True, text=True)
        if done.returncode:
            yield f"failed: {done.stderr[-2000:]}"
            return
        cells = json.loads(made.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"]).partition("\n")[0]
        for output in cell.get("outputs", ()):
            for kind, data in output.get("data", {}).items():
                if isinstance(data, dict):
                    yield from plain(data, kind)
                elif kind == "text/plain":
                    yield from "".join(data).splitlines()
            yield from "".join(output.get("text", ())).splitlines()


def main(old: Path, new: Path, fields: list[str]) -> int:
    """Print what differs; 0 where nothing does."""
    left_out = tuple(f".{field} =" for field in fields)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        works = [Path(folder, name) for name in ("old", "new")]
        for work in works:
            work.mkdir()
        before, after = pool.map(texts, (old, new), works)
    n_lines = n_other = 0
    for name in sorted(before.keys() | after.keys()):
        a, b = (
            [line for line in lines.get(name, []) if not any(field in line for field in left_out)]
            for lines in (before, after)
        )
        diff = list(difflib.unified_diff(a, b, f"old/{name}", f"new/{name}", n=0, lineterm=""))
        print("\n".join(diff) if diff else f"equal: {name} ({len(a)} lines)")
        n_lines += len(a)
        n_other += bool(diff)
    print(f"\n{n_lines} lines of {len(before)} texts compared; {n_other} texts differ.")
    return 1 if n_other else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:]))
