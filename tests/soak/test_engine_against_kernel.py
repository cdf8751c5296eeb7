"""Every output of the report notebooks, cell by cell, as our engine and as an ordinary kernel give it."""

import nbformat
import pytest
from test_engine import normals, ran_by_both

from analysis.example import LAST_DAY
from analysis.report.due import is_of_squad
from analysis.report.page import RENDERING
from analysis.workspace import ENVIRONMENT


@pytest.mark.parametrize(
    "report", ["athlete_week", *(pytest.param(one, marks=pytest.mark.full) for one in ("squad_week", "block_review"))]
)
def test_a_report_notebook_gives_what_an_ordinary_kernel_gives(squad_workspace, tmp_path, report):
    path = squad_workspace.workspace.notebook(report)
    whose = {} if is_of_squad(path) else {"athlete_id": squad_workspace.ids["Koa"]}
    environment = {ENVIRONMENT: str(squad_workspace.folder), RENDERING: "1"}
    ours, theirs = ran_by_both(nbformat.read(path, 4), tmp_path, {**whose, "until": LAST_DAY}, environment)
    assert len(ours.cells) == len(theirs.cells)
    outputs = 0
    for our, their in zip(ours.cells, theirs.cells, strict=True):
        assert our.source == their.source
        assert our.get("execution_count") == their.get("execution_count")
        if our.cell_type == "code":
            assert normals(our) == normals(their)
            outputs += len(our.outputs)
    assert outputs > 5
