"""Secrets of every athlete in the data, in memory, in options and in the environment: no page holds another's."""

import os
import re

import pytest
from trees import UNTIL, made, trees

from analysis.report.due import Job
from analysis.report.engine import fan_out, forks

FIND = """
import builtins, gc, os, sys, tempfile
import numpy as np, pandas as pd
import analysis
from analysis.report import page as pages

memory = [kept for kept in gc.get_objects() if type(kept) in (list, dict)]
texts = [text for kept in memory for text in (kept.values() if type(kept) is dict else kept) if type(text) is str]
found = [text for text in texts if text.startswith("secret-in-memory-of-")]
found += [getattr(place, "canary", "") for place in (pd, pd.DataFrame, np, analysis, pages, builtins)]
found += [globals().get("secret", ""), os.environ.get("CANARY", ""), sys.modules.get("canary", "")]
print("found", [text for text in found if text], pd.get_option("display.max_rows"), pd.get_option("display.width"))
print("files", sorted(os.listdir(tempfile.gettempdir())))
opened = open_workspace()
print("athletes", opened.athletes()["name"].tolist())
seen = {text for frame in athlete.frames.values() for text in frame.astype(str).to_numpy().ravel().tolist()}
print("loads", sorted(athlete.sets["load_kg"]), "others", sorted(text for text in seen if text in OTHERS))
"""
LEAVE = """
secret = f"secret-in-memory-of-{athlete_id}"
kept = [secret, {"kept": secret}]
for place in (pd, pd.DataFrame, np, analysis, pages, builtins):
    place.canary = secret
sys.modules["canary"] = os.environ["CANARY"] = secret
pd.set_option("display.max_rows", 3)
pd.set_option("display.width", 31)
np.random.seed(3)
athlete.sets["note"] = secret
tempfile.mkstemp(prefix=secret)
os.chdir("/")
print(secret)
"""


def canaries(folder, number: int) -> dict[str, str]:
    """The pages of so many athletes, made by forks of one parent; each leaves secrets where the next might look."""
    find = FIND.replace("OTHERS", repr({f"tree{each}" for each in range(number)}) + " - {athlete_id}")
    squad = trees(folder / "squad", number, find, LEAVE, name="secret-in-data-{}-end")
    jobs = [Job("loads", f"tree{each}", UNTIL) for each in range(number)]
    done = list(fan_out.render_all(squad, jobs, 2, False, "forked"))
    assert [one.error for one in done if not one.done] == []
    return {f"tree{each}": text for each, text in made(squad).items()}


def assert_private(pages: dict[str, str]) -> None:
    """Each page has its own secrets alone, and found nothing where another could have left it."""
    for athlete_id, text in pages.items():
        assert set(re.findall(r"secret-in-memory-of-(tree\d+)", text)) == {athlete_id}
        assert text.count("secret-in-memory-of-") == 1  # what the last cell prints
        assert set(re.findall(r"secret-in-data-(\d+)-end", text)) == {athlete_id[4:]}
        assert f"loads [{40 + int(athlete_id[4:])}.0] others []" in text
        assert "found [] 60 80" in text  # the options of pandas as they are at first
        assert "files [&#39;where.txt&#39;]" in text


pytestmark = pytest.mark.skipif(not forks.can_fork, reason="this system cannot fork")


@pytest.mark.soak
def test_no_page_holds_a_secret_of_another_athlete(tmp_path):
    pages = canaries(tmp_path, 12)
    assert len(pages) == 12
    assert_private(pages)
    assert "CANARY" not in os.environ


@pytest.mark.full
def test_no_page_of_two_hundred_holds_a_secret_of_another_athlete(tmp_path):
    pages = canaries(tmp_path, 200)
    assert len(pages) == 200
    assert_private(pages)
