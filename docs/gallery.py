"""Draw the pictures of the gallery: every figure as the notebooks draw it from the example squad.

`python docs/gallery.py` makes the example squad in a folder of its own, runs the notebooks on it, keeps the first of
each figure, and has Chromium write it to docs/_gallery as SVG. A figure that the example does not reach is drawn from
the made-up results of the tests. Needs chromium and takes some minutes.
`python docs/gallery.py FOLDER` takes the example from a workspace that has it.
"""

import functools
import inspect
import os
import shutil
import sys
import tempfile
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import papermill
import plotly.graph_objects as go
from nbformat import NotebookNode
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs
from reference import PICTURE, drawings, modules_of, picture_of

from analysis import figures
from analysis.metrics.tempo import tempo_compliance
from analysis.workspace import ENVIRONMENT, demonstration, intake, shipped_notebooks

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from test_results import RESULTS  # the results that the tests make

GALLERY = Path(__file__).with_name("_gallery")
PLOTLY = "application/vnd.plotly.v1+json"
WIDTH, HEIGHT = 640, 400  # of a picture, in CSS pixels

# an SVG as the browser of a reader would draw it, as a data URL
TO_SVG = """async ([figure, width, height]) => {
    const {data, layout} = JSON.parse(figure);
    return await Plotly.toImage({data, layout: {...layout, width, height}}, {format: "svg", width, height});
}"""


def example_workspace(folder: Path) -> Path:
    """The example squad taken in in `folder`; no page is made."""
    workspace, files, _ = demonstration.prepare(folder)
    for outcome in intake.ingest(workspace, files):
        if outcome.state != "taken":
            sys.exit(f"{outcome.path.name} was not taken in: {outcome.error or outcome.state}.")
    return folder


def drawn_by(notebooks: Iterable[Path], workspace: Path) -> dict[str, go.Figure]:
    """The first of each figure that the notebooks draw, and the picture of each, by name without the ending."""
    drawn: dict[str, go.Figure] = {}
    keep_first(drawn)
    os.environ[ENVIRONMENT] = str(workspace)
    with tempfile.TemporaryDirectory() as folder:
        for notebook in notebooks:
            done = Path(folder) / notebook.name
            ran = papermill.execute_notebook(notebook, done, engine_name="in-process", cwd=folder, progress_bar=False)
            drawn |= {picture_of(notebook): figure for figure in tagged(ran)}
    return drawn


def tagged(ran: NotebookNode) -> list[go.Figure]:
    """The first figure of the cell that is tagged as the picture of a notebook that ran; none where it drew none."""
    cells = [cell for cell in ran.cells if PICTURE in cell.metadata.get("tags", [])]
    found = [output["data"][PLOTLY] for cell in cells for output in cell.outputs if PLOTLY in output.get("data", {})]
    return [go.Figure(one) for one in found[:1]]


def keep_first(drawn: dict[str, go.Figure]) -> None:
    """From now on every function that draws a figure leaves its first one in `drawn`."""
    modules = list(modules_of(figures))
    keeping = {
        thing: kept(thing, f"{module.__name__.removeprefix('analysis.figures.')}.{name}", drawn)
        for module in modules
        for name, thing in drawings(module).items()
    }
    for module in modules:
        for name, thing in list(vars(module).items()):
            if callable(thing) and thing in keeping:
                setattr(module, name, keeping[thing])


def kept(drawing: Callable[..., go.Figure], key: str, drawn: dict[str, go.Figure]) -> Callable[..., go.Figure]:
    """`drawing`, which leaves its first figure under `key`."""

    @functools.wraps(drawing)
    def keeping(*arguments, **options) -> go.Figure:
        figure = drawing(*arguments, **options)
        return drawn.setdefault(key, figure) and figure

    return keeping


def of_made_up_numbers(drawn: dict[str, go.Figure]) -> dict[str, go.Figure]:
    """The figures that are not in `drawn`: from the results of the tests by their type, or from a few rows."""
    results = list(RESULTS.values())
    shown = {"load.weekly_volume_figure": volume_of_weeks(), "tempo.tempo_figure": tempo_of_sets()}
    made = {}
    for module in modules_of(figures):
        for name, drawing in drawings(module).items():
            key = f"{module.__name__.removeprefix('analysis.figures.')}.{name}"
            kinds = [kind for kind in typing.get_type_hints(drawing).values() if inspect.isclass(kind)]
            fitting = [result for result in results if isinstance(result, kinds[0])] if kinds else []
            given = shown[key] if key in shown else next(iter(fitting), None)
            if key not in drawn and given is not None:
                quantity = ["Performance"] if "quantity" in inspect.signature(drawing).parameters else []
                made[key] = drawing(given, *quantity)
    return made


def volume_of_weeks() -> pd.DataFrame:
    """Volume load of two lifts over eight weeks, the last one lighter."""
    weeks = pd.date_range("2026-01-05", periods=8, freq="7D").repeat(2)
    volume_kg = [2400, 1500, 2600, 1500, 2700, 1650, 2900, 1650, 2900, 1800, 3100, 1800, 3200, 1950, 1900, 1100]
    lifts = ["romanian_deadlift", "hip_thrust"] * 8
    return pd.DataFrame({"week": weeks, "exercise": lifts, "volume_load_kg": volume_kg})


def tempo_of_sets() -> pd.DataFrame:
    """Six sets of eight at 3-1-1-0, most of them kept."""
    days = pd.date_range("2026-01-05", periods=6, freq="7D")
    sets = pd.DataFrame({"session_id": list("abcdef"), "set_no": 1, "local_date": days, "exercise": "hip_thrust"})
    sets = sets.assign(tempo="3-1-1-0", reps=8.0, duration_s=[41.0, 39, 30, 42, 52, 40], counted=True, set_kind="work")
    return tempo_compliance(sets)


def write_pictures(drawn: dict[str, go.Figure], folder: Path) -> None:
    """Each figure as an SVG in `folder`."""
    folder.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page()
        tab.add_script_tag(content=get_plotlyjs())
        for name, figure in drawn.items():
            picture = tab.evaluate(TO_SVG, [figure.to_json(), WIDTH, HEIGHT])
            (folder / f"{name}.svg").write_text(unquote(picture.partition(",")[2]), encoding="utf-8")
        browser.close()


def main() -> None:
    if not shutil.which("chromium"):
        return print("No chromium: the gallery has no pictures. apt-get install chromium")
    notebooks = sorted(shipped_notebooks().glob("*/*.ipynb"))
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(sys.argv[1]) if sys.argv[1:] else example_workspace(Path(folder))
        drawn = drawn_by(notebooks, workspace.resolve())
    drawn |= of_made_up_numbers(drawn)
    write_pictures(drawn, GALLERY)
    print(f"{GALLERY}: {len(drawn)} pictures.")


if __name__ == "__main__":
    main()
