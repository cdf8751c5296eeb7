"""A sprint under a radar gun or a laser: time and velocity, often distance, many rows a second; one run a file."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.ingest.dialect import Sheet, date_in_name
from analysis.ingest.rows import Ledger, Parts, Taken, frame, local_start, take
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of
from analysis.ingest.watch.activities import samples_frame

_SAMPLES = {"t_s": ("time", "s"), "speed_m_s": ("velocity", "m/s"), "distance_m": ("distance", "m")}
_OTHERS = {"heartrate", "altitude", "cadence", "athlete", "name", "exercise", "load"}  # words of other tables
FASTEST_M_S = 13.0  # the fastest man reached 12.4 m/s
LONGEST_S = 600.0


class _Laser(TableFormat):
    def fits(self, header: Sequence[str]) -> bool:
        """Time and velocity, and nobody's name and no exercise."""
        return super().fits(header) and not any(word in name for name in header for word in _OTHERS)

    def not_of_this_format(self, path: Path) -> UnreadableFile:
        return UnreadableFile(f"{path.name} has no columns time and velocity. Name a column mapping.")

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """A session with its samples, on the day of the file's name.

        Raises UnreadableFile where the name says no day, or where nobody runs so fast or so long.
        """
        fills = {("samples", name): role for name, (role, _) in _SAMPLES.items()}
        taken = take(sheet, [pass_of(form, _read_moment, fills)], ledger)
        day = date_in_name(form.path, "sprint")
        return _content(taken, day, form) if taken else Content({})


def _read_moment(line: Line) -> Parts:
    sample = {name: line.quantity(role, unit) for name, (role, unit) in _SAMPLES.items()}
    line.demand("time", sample["t_s"])
    return {"samples": sample}


def _content(taken: list[Taken], day: date, form: Form) -> Content:
    name, stem = printable(form.path.name), printable(form.path.stem)
    moments = {key: np.array([one.parts["samples"][key] for one in taken], dtype="float64") for key in _SAMPLES}
    t_s, fastest_m_s = moments.pop("t_s"), np.nanmax(moments["speed_m_s"], initial=0.0)
    if fastest_m_s > FASTEST_M_S:
        raise UnreadableFile(
            f"{name} reaches {fastest_m_s:.3g} m/s, which nobody runs. Name the unit in the header, as velocity (km/h)."
        )
    duration_s = float(t_s.max() - min(t_s.min(), 0.0))
    if duration_s > LONGEST_S:
        raise UnreadableFile(
            f"{name} spans {duration_s:.6g} s, which is no sprint. Name the unit in the header, as time (ms)."
        )
    session = {
        **local_start(None, form.options.config.zone),
        "session_key": f"{day}|{stem}",
        "local_date": day,
        "kind": "sprint",
        "duration_s": duration_s,
        "status": "done",
        "title": stem,
        "row_no": taken[0].row.row_no,
    }
    samples = {session["session_key"]: samples_frame(t_s, moments)}
    return Content({"sessions": frame("sessions", [session])}, samples=samples)


READER = _Laser(
    name="laser",
    title="radar or laser sprint, a row a moment (CSV)",
    suffixes=(".csv", ".txt", ".tsv"),
    headers={
        "time": ("time", "zeit", "temps", "tiempo", "tempo"),
        "velocity": ("velocity", "speed", "geschwindigkeit", "vitesse", "velocidad", "velocità"),
        "distance": ("distance", "distanz", "distancia", "distanza"),
    },
    needed=("time", "velocity"),
    units={
        "time": {unit: unit for unit in ("s", "ms", "min")},
        "velocity": {unit: unit for unit in ("m/s", "cm/s", "mm/s", "km/h", "mph")},
        "distance": {unit: unit for unit in ("m", "cm", "mm", "ft", "yd")},
    },
    takes="one sprint a file: time, velocity and distance as samples; the day of the file's name",
    leaves="raw velocity beside a smoothed one; moments of negative speed, which are the device's noise",
    generic=True,
).reader()
