"""A sprint under a radar gun or a laser: time and velocity, often distance, many rows a second; one run a file."""

import re
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.dialect import date_in_name, header_of, read_delimited, same_header
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Row, Taken, frame, local_start, take
from analysis.ingest.watch.activities import samples_frame

_ROLES = {
    "time": ("time", "zeit", "temps", "tiempo", "tempo"),
    "velocity": ("velocity", "speed", "geschwindigkeit", "vitesse", "velocidad", "velocità"),
    "distance": ("distance", "distanz", "distancia", "distanza"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_QUANTITY = re.compile(r"(?P<word>[^(\[]+)[(\[](?P<unit>[^)\]]+)[)\]]")
_SI = {"time": "s", "velocity": "m/s", "distance": "m"}
_OTHERS = {"heartrate", "altitude", "cadence", "athlete", "name", "exercise", "load"}  # words of other tables
FASTEST_M_S = 13.0  # the fastest man reached 12.4 m/s
LONGEST_S = 600.0


def recognises(path: Path, head: bytes) -> bool:
    """True for a header of time and velocity that names nobody and no exercise."""
    header = header_of(head)
    roles = _roles(header)
    own_words = not any(word in name for name in header for word in _OTHERS)
    return path.suffix.lower() in (".csv", ".txt", ".tsv") and {"time", "velocity"} <= roles.keys() and own_words


def _roles(header: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Role -> (header, unit); without a unit in the header it is that of SI, and the speeds are checked."""
    found: dict[str, tuple[str, str]] = {}
    for name in header:
        match = _QUANTITY.fullmatch(name.strip())
        role = _ROLE_OF.get(same_header(match["word"] if match else name))
        if role and role not in found:
            found[role] = (name, match["unit"].strip() if match else _SI[role])
    return found


def read(path: Path, options: Options) -> Reading:
    """The run at `path`; its day is that of the file's name.

    Raises UnreadableFile where it holds no time and velocity, no day, or speeds that nobody runs.
    """
    sheet = read_delimited(path, options.said)
    column = _roles(sheet.header)
    if not {"time", "velocity"} <= column.keys():
        raise UnreadableFile(f"{path.name} has no columns time and velocity. Name a column mapping.")
    ledger = Ledger()
    canonical = {("samples", name): column[role][0] for role, name in _SAMPLES.items() if role in column}
    taken = take(sheet, partial(_read_row, column=column, decimal=sheet.decimal), ledger, canonical)
    return ledger.reading(
        "laser",
        **_frames(taken, path, options),
        dialect=sheet.form(),
    )


READER = Reader(
    "laser",
    "radar or laser sprint, a row a moment (CSV)",
    recognises,
    read,
    takes="one sprint a file: time, velocity and distance as samples; the day of the file's name",
    leaves="raw velocity beside a smoothed one; moments of negative speed, which are the device's noise",
    generic=True,
)

_SAMPLES = {"time": "t_s", "velocity": "speed_m_s", "distance": "distance_m"}


def _read_row(row: Row, column: dict[str, tuple[str, str]], decimal: str) -> Parts:
    sample = {}
    for role, name in _SAMPLES.items():
        header, unit = column.get(role, (None, _SI[role]))
        value = row.read(header, partial(cells.number, decimal=decimal))
        sample[name] = value * factor(unit, _SI[role]) if value is not None else None
    row.demand(column["time"][0], sample["t_s"])
    return {"samples": sample}


def _frames(taken: list[Taken], path: Path, options: Options) -> dict:
    day = date_in_name(path, "sprint")
    if not taken:
        return {"tables": {}}
    moments = pd.DataFrame([one.parts["samples"] for one in taken], dtype="float64")
    if moments["speed_m_s"].max() > FASTEST_M_S:
        raise UnreadableFile(
            f"{path.name} reaches {moments['speed_m_s'].max():.3g} m/s, which nobody runs. "
            "Name the unit in the header, as velocity (km/h)."
        )
    duration_s = moments["t_s"].max() - min(moments["t_s"].min(), 0.0)
    if duration_s > LONGEST_S:
        raise UnreadableFile(
            f"{path.name} spans {duration_s:.6g} s, which is no sprint. Name the unit in the header, as time (ms)."
        )
    key = f"{day}|{path.stem}"
    session = {
        **local_start(None, options.config.zone),
        "session_key": key,
        "local_date": day,
        "kind": "sprint",
        "duration_s": duration_s,
        "status": "done",
        "title": path.stem,
        "row_no": taken[0].row.row_no,
    }
    samples = samples_frame(moments["t_s"], {name: moments[name].to_numpy() for name in ("speed_m_s", "distance_m")})
    return {"tables": {"sessions": frame("sessions", [session])}, "samples": {key: samples}}
