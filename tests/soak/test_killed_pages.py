"""Killing whoever makes or publishes a page leaves whole files, the newest that were told of, and nothing torn."""

import json
import random
import re
from pathlib import Path

import pytest
import report_notebooks
from killed import publish_for_ever, work_and_kill
from soak_scale import times

from analysis.report.engine import forks
from analysis.report.engine.forks import render_each
from analysis.report.publish import sweep_page

PARTS = 4_000  # of a page, so that writing it takes a while
PAGES = 5

DYING = """
import os, signal, threading, time

def die():
    time.sleep(after_s)
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=die, daemon=True).start()
with page.section("generation", "Which?"):
    page.show(Text(f"generation {generation}"), *(Text("a part of the page") for _ in range(400)))
"""


def test_kills_while_publishing_leave_whole_files_and_the_newest_told(tmp_path):
    page = tmp_path / "page.html"
    chance = random.Random(20260201)
    kills, told, interrupted = times(30, 60, 500), 0, 0
    for _ in range(kills):
        lines = work_and_kill(publish_for_ever, str(page), PARTS, told + 1, lines=1, after_s=chance.uniform(0, 0.01))
        told = int(lines[-1])
        paragraphs = page.read_text(encoding="utf-8").splitlines()
        assert len(paragraphs) == PARTS
        assert len(set(paragraphs)) == 1
        shown = int(paragraphs[0][3:-4])
        facts = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["key"]
        assert told <= shown <= facts <= told + 1
        interrupted += len(list(tmp_path.iterdir())) > 2 or facts > told
        sweep_page(page)
        assert {path.name for path in tmp_path.iterdir()} == {"page.html", "page.json"}
    print(f"{kills} kills, {interrupted} of them while files were written, {told} pages told, 0 torn")
    assert interrupted


@pytest.mark.skipif(not forks.can_fork, reason="this system cannot fork")
def test_kills_while_rendering_leave_whole_pages_and_the_newest_told(tmp_path):
    parameters = f"{report_notebooks.PARAMETERS}\ngeneration: int = 0\nafter_s: float = 0.0"
    notebook = report_notebooks.write(tmp_path / "dying.ipynb", report_notebooks.PAGE, DYING, parameters=parameters)
    chance = random.Random(20260202)
    renders = times(8, 16, 660)

    def dies_after_s(generation: int) -> float:
        return 600 if generation % 4 == 3 else chance.uniform(0, 0.25)  # one of four ends well

    def asked(generation: int) -> dict:
        athlete_id = f"tree{generation % PAGES}"
        return {
            "notebook": str(notebook),
            "parameters": {"athlete_id": athlete_id, "generation": generation, "after_s": dies_after_s(generation)},
            "output": str(tmp_path / "reports" / f"{athlete_id}.html"),
            "workspace": str(tmp_path),
            "log_folder": str(tmp_path / "log"),
        }

    told = dict.fromkeys((f"tree{number}" for number in range(PAGES)), -1)
    given_up = 0
    for request, answer in render_each((asked(number) for number in range(renders)), 1):
        athlete_id, generation = request["parameters"]["athlete_id"], request["parameters"]["generation"]
        page = Path(request["output"])
        if "seconds" in answer:
            told[athlete_id] = generation
        else:
            assert "was killed by SIGKILL" in answer["failed"]
            given_up += 1
        if page.exists():
            assert told[athlete_id] <= shown_on(page) <= generation
        else:
            assert told[athlete_id] == -1
        assert not list(page.parent.glob(".*.part"))
    print(f"{renders} renders, {given_up} killed twice and given up, the others told; 0 pages torn or lost")
    assert given_up
    assert min(told.values()) >= 0 or renders < 4 * PAGES


def shown_on(page: Path) -> int:
    """The generation of a page, which is whole and has whole facts beside it."""
    text = page.read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    assert text.count("a part of the page") == 400
    facts = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    (shown,) = {int(number) for number in re.findall(r"generation (\d+)", text)}
    assert facts["parameters"]["generation"] >= shown
    return shown
