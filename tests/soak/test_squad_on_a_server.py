"""The example squad on a PostgreSQL server: its files taken in there, and a page made of it, are those of a file."""

import contextlib
import json
import shutil

import pandas as pd
import pytest
from squad import workbook

from analysis import open_workspace
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY

_OF_PAGES = {"samples", "pages", "claims", "verdicts_before"}  # and of files beside the database


@pytest.mark.full
def test_the_squad_is_the_same_on_a_server_and_its_page_too(squad_workspace, postgres, tmp_path):
    here = squad_workspace.folder
    there = tmp_path / "there"
    shutil.copytree(here, there, ignore=shutil.ignore_patterns("store", "reports", "truth.json"))
    config = there / "workbook.toml"
    config.write_text(config.read_text() + f'\n[store]\nurl = "{postgres.new()}"\n')
    workbook("ingest", "--workspace", there, there / "data" / "example")
    with contextlib.closing(open_workspace(there).store) as store:
        for name in (name for name, table in TABLES.items() if table.of_one_athlete and name not in _OF_PAGES):
            given, found = (
                one.frame(name).sort_values(list(TABLES[name].key), ignore_index=True)
                for one in (squad_workspace.workspace.store, store)
            )
            shown = [column for column in given.columns if column != "file_no"]
            pd.testing.assert_frame_equal(found[shown], given[shown], obj=name)
    workbook("report", "athlete_week", "--athlete", "Alder", "--as-of", LAST_DAY, "--workspace", there)
    pages = [next((one / "reports" / "athlete_week").rglob("h3jp.json")) for one in (here, there)]
    first, second = (json.loads(page.read_text())["sections"] for page in pages)
    assert second == first
