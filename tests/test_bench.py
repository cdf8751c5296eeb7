"""What the bench measures is there: its light notebook runs."""

from pathlib import Path

import nbformat

LIGHT = Path(__file__).parents[1] / "bench" / "light.ipynb"


def test_the_light_notebook_of_the_bench_runs():
    names: dict[str, object] = {}
    for cell in nbformat.read(LIGHT, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, LIGHT.name, "exec"), names)
    assert len(names["forms"]) == 3
    assert names["forms"][0].tidy()["term"].iloc[0] == "CS"
