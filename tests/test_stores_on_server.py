"""How the whole suite runs on a server: a folder's store is a database, found again by others and copied with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIRST = """
import stores_on_server
from pathlib import Path
from analysis.store import Store

def keep(folder, value):
    store = Store.open(Path(folder))
    store.keep_fact("said", value)
    store.close()

keep("one", "at first")
stores_on_server.copytree("one", "copy")
keep("one", "later")
Path("one").rename("moved")
"""
THEN = """
from pathlib import Path
from analysis.store import Store

print([Store.open(Path(folder)).fact("said") for folder in ("moved", "copy", "new")])
"""


@pytest.mark.soak
def test_each_folder_has_a_database_that_goes_with_it(postgres, tmp_path):
    hook = str(Path(__file__).with_name("on_server"))
    path = os.pathsep.join(filter(None, (hook, os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"STORES_ON_SERVER": postgres.url(""), "PYTHONPATH": path}

    def said(code: str) -> str:
        words = [sys.executable, "-c", code]
        return subprocess.run(words, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    said(FIRST)
    assert said(THEN) == "['later', 'at first', None]\n"
    assert not list(tmp_path.rglob("*.sqlite*"))
