"""Draw the pictures of the gallery: every figure as the notebooks draw it from the example squad.

`python docs/gallery.py` makes the example squad in a folder of its own, runs the notebooks on it, keeps the first of
each figure, and has Chromium write it to docs/_gallery as SVG. Needs chromium and takes some minutes.
`python docs/gallery.py FOLDER` takes the example from a workspace that has it.
"""

import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

import papermill
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs
from reference import drawings, modules_of

from analysis import demonstration, figures, intake
from analysis.workspace import ENVIRONMENT, shipped_notebooks

GALLERY = Path(__file__).with_name("_gallery")
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
    """The first of each figure that the notebooks draw, by the name of its picture without the ending."""
    drawn: dict[str, go.Figure] = {}
    keep_first(drawn)
    os.environ[ENVIRONMENT] = str(workspace)
    with tempfile.TemporaryDirectory() as folder:
        for notebook in notebooks:
            done = Path(folder) / notebook.name
            papermill.execute_notebook(notebook, done, engine_name="in-process", cwd=folder, progress_bar=False)
    return drawn


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
    write_pictures(drawn, GALLERY)
    print(f"{GALLERY}: {len(drawn)} pictures.")


if __name__ == "__main__":
    main()
