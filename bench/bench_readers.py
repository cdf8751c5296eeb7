"""Watch files: what our readers cost against libraries that only decode.

Over the files of $SAMPLES_DIR, else our own. Ours is the whole way from a path to canonical tables; a baseline only
decodes, with the least loop around it. Baselines that are not installed are left out:
`pip install --group bench`. With BENCH_BEFORE=FOLDER, another checkout, its readers are a baseline as well: each in a
process of its own, round by round in turn.
"""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import fitdecode
import lxml.etree as etree
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
SOURCE = Path(__file__).parents[1] / "src"
BEFORE = os.environ.get("BENCH_BEFORE")
AS_FAST = 0.9  # of the speed before: within 10 %
# reads the files that it is given with one reader whenever it is told to, and says the processor time
READING = """
import sys, time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from analysis.base.errors import UnreadableFile
from analysis.ingest.reading import Options
reader = import_module(f"analysis.ingest.watch.{sys.argv[1]}").READER
for _ in sys.stdin:
    begin = time.process_time()
    for path in sys.argv[2:]:
        with suppress(UnreadableFile):
            reader.read(Path(path), Options())
    print(time.process_time() - begin, flush=True)
"""


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


def by_lxml(data: bytes) -> list[list[str | None]]:
    """The texts of a TCX file's points: the least that any reader in Python does."""
    points = etree.iterparse(io.BytesIO(data), tag="{*}Trackpoint")
    return [[cell.text for cell in point.iterdescendants()] for _, point in points]


def seconds_of_checkout(source: Path, reader: Reader, paths: list[Path]) -> Iterator[float]:
    """The processor time of reading the files once with the package below `source`, each time one is asked for."""
    command = [sys.executable, "-c", READING, reader.name, *map(str, paths)]
    environment = os.environ | {"PYTHONPATH": str(source)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while True:
            print(file=process.stdin, flush=True)
            yield float(process.stdout.readline())


def as_before(name: str, reader: Reader, paths: list[Path]) -> Iterator[Figure]:
    """How many times as long the readers of another checkout take; nothing where none is named."""
    if BEFORE is None:
        return
    before, now = (seconds_of_checkout(source, reader, paths) for source in (Path(BEFORE, "src"), SOURCE))
    next(before), next(now)  # what is imported and cached at the first reading
    rounds = [(next(before), next(now)) for _ in range(9)]
    yield ratio(f"{name}, processor time", "the readers before", *map(list, zip(*rounds, strict=True)), AS_FAST)
    before.close(), now.close()


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


def hour_in_laps(path: Path) -> Path:
    """A TCX file of an hour at one point a second, a lap every ten minutes."""
    lap = HOUR_S // 6
    begins = [own_samples.START + timedelta(seconds=begin) for begin in range(0, HOUR_S, lap)]
    laps = "".join(
        f'<Lap StartTime="{own_samples.iso(begin)}"><TotalTimeSeconds>{lap}</TotalTimeSeconds>'
        f"<DistanceMeters>{3 * lap}</DistanceMeters><Track>"
        + "".join(
            f"<Trackpoint><Time>{own_samples.iso(begin + timedelta(seconds=i))}</Time>"
            f"<AltitudeMeters>{240 + i % 30}</AltitudeMeters><DistanceMeters>{3 * (number * lap + i)}</DistanceMeters>"
            f"<HeartRateBpm><Value>{130 + i % 40}</Value></HeartRateBpm><Cadence>85</Cadence></Trackpoint>"
            for i in range(lap)
        )
        + "</Track></Lap>"
        for number, begin in enumerate(begins)
    )
    path.write_text(
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{own_samples.iso(begins[0])}</Id>{laps}</Activity></Activities>'
        "</TrainingCenterDatabase>"
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
    yield from as_before("FIT samples", fit.READER, samples(".fit"))
    with tempfile.TemporaryDirectory() as folder:
        track, laps = [hour_of_running(Path(folder) / "run.gpx")], [hour_in_laps(Path(folder) / "run.tcx")]
        yield from compared("GPX, an hour at 1 Hz", gpx.READER, track, gpx_baseline)
        yield from as_before("GPX, an hour at 1 Hz", gpx.READER, track)
        yield from compared("TCX, an hour at 1 Hz", tcx.READER, laps, {"lxml": ("lxml", by_lxml, None)})
        yield from as_before("TCX, an hour at 1 Hz", tcx.READER, laps)
    yield from compared("GPX samples", gpx.READER, samples(".gpx"), {"gpxpy": ("gpxpy", by_gpxpy, None)})
    tcx_baseline = {"tcxreader": ("tcxreader", by_tcxreader, None)}
    yield from compared("TCX samples", tcx.READER, samples(".tcx"), tcx_baseline)
