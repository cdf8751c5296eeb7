"""Draw the pictures of the front page from the example squad: tops of two pages on a phone, figures of a page's Python.

`make picture` runs this after a change to a page or a figure. It makes the example squad in a folder of its own, takes
its files in, renders the two pages, runs the Python of docs/how-to/three-questions.md, and writes docs/pictures.
Needs chromium and the packages of `make test`, and takes about a minute.
`python docs/picture.py FOLDER` makes the example in that folder, or takes it from there.
"""

import base64
import contextlib
import re
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from playwright.sync_api import Browser, sync_playwright
from plotly.offline import get_plotlyjs

from analysis.report.due import Job
from analysis.report.engine.fan_out import render_job
from analysis.workspace import demonstration, intake

DOCS = Path(__file__).parent
PICTURES = DOCS / "pictures"
QUESTIONS = DOCS / "how-to" / "three-questions.md"
PHONES = {"athlete_week": "Alder", "squad_week": None}  # report and whose
FIGURES = {"lifted_and_run": "weeks", "two_profiles": "both"}  # picture and its name in Python
WIDTH, HEIGHT = 360, 800  # of a phone, and how much of a page is shown at most, in CSS pixels
FIGURE = (480, 360)  # width and height of a figure
PIXELS = 2  # a CSS pixel each way
MOST_BYTES = 60_000


def pages_of_the_example(folder: Path) -> dict[str, Path]:
    """The pages of the example's last week, in a new workspace in `folder`: by report."""
    workspace, files, last_day = demonstration.prepare(folder)
    for outcome in intake.ingest(workspace, files):
        if outcome.state not in ("taken", "known"):
            sys.exit(f"{outcome.path.name} was not taken in: {outcome.error or outcome.state}.")
    made = {}
    for report, whose in PHONES.items():
        athlete_id = workspace.athlete_id(whose) if whose else ""
        done = render_job(workspace, Job(report, athlete_id, last_day.date().isoformat()), force=True)
        if not done.done:
            sys.exit(done.error)
        made[report] = done.path
    return made


def figures_of_the_page(folder: Path) -> dict[str, go.Figure]:
    """What the Python of the page with three questions draws of the example in `folder`, by the name of its picture."""
    known: dict[str, object] = {}
    text = QUESTIONS.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as above, contextlib.chdir(above):
        Path("workbook-demo").symlink_to(folder.resolve())
        for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            if ">>>" not in block:
                exec(compile(block, QUESTIONS.name, "exec"), known)
    return {picture: known[name] for picture, name in FIGURES.items()}


# the pixels of a picture, four bytes each, from row to row
DECODE = """async png => {
    const image = new Image();
    image.src = "data:image/png;base64," + png;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height).data;
    let text = "";
    for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
    return [image.width, btoa(text)];
}"""


def photograph(browser: Browser, page: Path) -> bytes:
    """The top of a page as a phone shows it, cut where a part of the page ends."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=PIXELS, java_script_enabled=False
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    boxes = [part.bounding_box() for part in tab.locator("main section, main .card").all()]
    bottom = max(box["y"] + box["height"] for box in boxes if box and box["y"] + box["height"] <= HEIGHT)
    return tab.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": bottom + 8})


# a figure as the browser of a reader would draw it, on white, as a data URL
TO_PNG = """async ([figure, width, height, scale]) => {
    const {data, layout} = JSON.parse(figure);
    const shown = {...layout, width, height, paper_bgcolor: "white"};
    return await Plotly.toImage({data, layout: shown}, {format: "png", width, height, scale});
}"""


def drawn(browser: Browser, figure: go.Figure) -> bytes:
    """A figure as a PNG."""
    tab = browser.new_page()
    tab.add_script_tag(content=get_plotlyjs())
    return base64.b64decode(tab.evaluate(TO_PNG, [figure.to_json(), *FIGURE, PIXELS]).partition(",")[2])


def pixels_of(browser: Browser, png: bytes) -> np.ndarray:
    """A PNG as pixels (height, width, red green blue)."""
    width, pixels = browser.new_page().evaluate(DECODE, base64.b64encode(png).decode())
    return np.frombuffer(base64.b64decode(pixels), dtype=np.uint8).reshape(-1, width, 4)[:, :, :3]


def png_of_256_colours(pixels: np.ndarray) -> bytes:
    """A PNG with a palette of the commonest colours, every other one shown as the nearest of them.

    Half the size of what a browser writes. The format: https://www.w3.org/TR/png-3/
    """
    height, width, _ = pixels.shape
    colours, which, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:256]].astype(int)
    nearest = np.array([((palette - colour) ** 2).sum(axis=1).argmin() for colour in colours], dtype=np.uint8)
    rows = nearest[which].reshape(height, width)
    unfiltered = np.hstack([np.zeros((height, 1), dtype=np.uint8), rows])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", header), (b"PLTE", palette.astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(unfiltered, 9))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in (*parts, (b"IEND", b"")))


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG: its length, kind, content and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main() -> None:
    with tempfile.TemporaryDirectory() as new, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        folder = Path(sys.argv[1] if sys.argv[1:] else new)
        made = {name: photograph(browser, page) for name, page in pages_of_the_example(folder).items()}
        made |= {name: drawn(browser, figure) for name, figure in figures_of_the_page(folder).items()}
        small = {name: png_of_256_colours(pixels_of(browser, png)) for name, png in made.items()}
        browser.close()
    large = {name: len(picture) for name, picture in small.items() if len(picture) > MOST_BYTES}
    if large:
        sys.exit(f"Too large for the front page, which takes {MOST_BYTES} bytes a picture: {large}. Show less.")
    PICTURES.mkdir(exist_ok=True)
    for name, picture in small.items():
        (PICTURES / f"{name}.png").write_bytes(picture)
        print(f"{PICTURES / name}.png: {len(picture)} bytes.")


if __name__ == "__main__":
    main()
