"""Watch files: what our readers cost against libraries that only decode.

Over the files of $SAMPLES_DIR, else our own. Ours is the whole way from a path to canonical tables; a baseline only
decodes, with the least loop around it. Baselines that are not installed are left out:
`pip install --group bench`.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import fitdecode
from figure import Figure, ratio, seconds

from analysis.base.errors import UnreadableFile
from analysis.ingest import files
from analysis.ingest.reading import Options, Reader
from analysis.ingest.watch import fit, gpx, tcx

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

import own_samples  # noqa: E402 - the made-up files of the tests

SAMPLES = Path(os.environ.get("SAMPLES_DIR") or own_samples.FOLDER)
HOUR_S = 3600


def samples(ending: str) -> list[Path]:
    return sorted(path for path in SAMPLES.rglob("*") if path.name.lower().removesuffix(".gz").endswith(ending))


def ours(reader: Reader, paths: list[Path]) -> Callable[[], None]:
    def work() -> None:
        for path in paths:
            with contextlib.suppress(UnreadableFile):
                reader.read(path, Options())

    return work


def decoding(decode: Callable[[bytes], object], paths: list[Path]) -> Callable[[], None]:
    """The work of a library; files that it cannot decode count as far as it got."""

    def work() -> None:
        for path in paths:
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                decode(files.content(path))

    return work


def by_fitdecode(data: bytes) -> list[dict]:
    messages = []
    reader = fitdecode.FitReader(
        data,
        processor=None,
        check_crc=fitdecode.CrcCheck.READONLY,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    for frame in reader:
        if frame.frame_type == fitdecode.FIT_FRAME_DATA:
            messages.append({datum.name: datum.value for datum in frame.fields})  # noqa: PERF401 - as users write it
    return messages


def by_garmin(data: bytes) -> object:
    from garmin_fit_sdk import Decoder, Stream

    return Decoder(Stream.from_byte_array(bytearray(data))).read()


def by_fitfast(data: bytes) -> object:
    import fitfast

    return fitfast.parse(data)


def by_gpxpy(data: bytes) -> float:
    import gpxpy

    return gpxpy.parse(io.BytesIO(data)).length_2d()


def by_tcxreader(data: bytes) -> object:
    from tcxreader.tcxreader import TCXReader

    return TCXReader().read(io.StringIO(data.decode("utf-8-sig")))


def hour_of_running(path: Path) -> Path:
    """A track of an hour at one point a second, with elevation and heart rate."""
    points = "".join(
        f'<trkpt lat="{45 + i / 40000:.6f}" lon="7.0"><ele>{240 + i % 30}</ele>'
        f"<time>{own_samples.iso(own_samples.START + timedelta(seconds=i))}</time>"
        f"<extensions><x:TrackPointExtension><x:hr>{130 + i % 40}</x:hr></x:TrackPointExtension></extensions></trkpt>"
        for i in range(HOUR_S)
    )
    path.write_text(
        '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>"
    )
    return path


def compared(
    name: str, reader: Reader, paths: list[Path], baselines: dict[str, tuple[str, Callable, float | None]]
) -> Iterator[Figure]:
    """Ratios against the baselines whose module is installed: module, how it decodes, the goal."""
    here = {name: kept for name, kept in baselines.items() if find_spec(kept[0])}
    times = seconds(ours(reader, paths), *(decoding(decode, paths) for _, decode, _ in here.values()), rounds=5)
    for (baseline, (_, _, goal)), slow_s in zip(here.items(), times[1:], strict=True):
        yield ratio(f"{name}, {len(paths)} files", baseline, slow_s, times[0], goal)


def figures() -> Iterator[Figure]:
    fit_baselines = {
        "fitdecode": ("fitdecode", by_fitdecode, 8),
        "garmin-fit-sdk": ("garmin_fit_sdk", by_garmin, None),
        "fitfast (Rust)": ("fitfast", by_fitfast, None),
    }
    gpx_baseline = {"gpxpy": ("gpxpy", by_gpxpy, 4)}
    yield from compared("FIT samples", fit.READER, samples(".fit"), fit_baselines)
    with tempfile.TemporaryDirectory() as folder:
        yield from compared(
            "GPX, an hour at 1 Hz", gpx.READER, [hour_of_running(Path(folder) / "run.gpx")], gpx_baseline
        )
    yield from compared("GPX samples", gpx.READER, samples(".gpx"), {"gpxpy": ("gpxpy", by_gpxpy, None)})
    tcx_baseline = {"tcxreader": ("tcxreader", by_tcxreader, None)}
    yield from compared("TCX samples", tcx.READER, samples(".tcx"), tcx_baseline)
