"""Draw the picture of the README: the top of Alder's week from the example squad, as a phone shows it.

`make picture` runs this after a change to the page. It makes the example squad in a folder of its own, takes its
files in, renders the one page and writes docs/athlete_week.png. Needs chromium and the packages of `make test`, and
takes about a minute.
"""

import base64
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from analysis.report.due import Job
from analysis.report.engine.fan_out import render_job
from analysis.workspace import demonstration, intake

PICTURE = Path(__file__).with_name("athlete_week.png")
ATHLETE = "Alder"
WIDTH, HEIGHT = 360, 1100  # of a phone, and how much of the page is shown at most, in CSS pixels
PIXELS = 2  # a CSS pixel each way
MOST_BYTES = 150_000


def page_of_the_example(folder: Path) -> Path:
    """The page of the example's last week, in a new workspace in `folder`."""
    workspace, files, last_day = demonstration.prepare(folder)
    for outcome in intake.ingest(workspace, files):
        if outcome.state != "taken":
            sys.exit(f"{outcome.path.name} was not taken in: {outcome.error or outcome.state}.")
    job = Job("athlete_week", workspace.athlete_id(ATHLETE), last_day.date().isoformat())
    done = render_job(workspace, job, force=True)
    if not done.done:
        sys.exit(done.error)
    return done.path


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


def photograph(page: Path) -> np.ndarray:
    """The top of a page as pixels (height, width, red green blue), cut where a row of the page ends."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=PIXELS, java_script_enabled=False
        )
        tab = context.new_page()
        tab.goto(page.as_uri())
        boxes = [row.bounding_box() for row in tab.locator("main .row").all()]
        bottom = max(box["y"] + box["height"] for box in boxes if box and box["y"] + box["height"] <= HEIGHT)
        png = tab.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": bottom + 8})
        width, pixels = browser.new_page().evaluate(DECODE, base64.b64encode(png).decode())
        browser.close()
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
    with tempfile.TemporaryDirectory() as folder:
        picture = png_of_256_colours(photograph(page_of_the_example(Path(folder))))
    if len(picture) > MOST_BYTES:
        sys.exit(f"The picture has {len(picture)} bytes; the README takes {MOST_BYTES}. Show less of the page.")
    PICTURE.write_bytes(picture)
    print(f"{PICTURE}: {len(picture)} bytes.")


if __name__ == "__main__":
    main()
