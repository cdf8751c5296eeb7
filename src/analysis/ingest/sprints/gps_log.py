"""The log of a GPS receiver at a sprint, a table without a header: seconds, moment, speed in m/s, latitude, longitude.

Whose it is, the body mass in kg and the day stand in the file's name, as alder_tree-71-20260302.csv. Positions say
where somebody trains, and are kept nowhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.base.names import name_key
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, read_delimited
from analysis.ingest.reading import Options, Reading
from analysis.ingest.rows import Ledger, Parts, frame, local_start, take
from analysis.ingest.sprints.laser import FASTEST_M_S
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of
from analysis.ingest.watch.activities import samples_frame

_COLUMNS = ("seconds", "moment", "speed", "latitude", "longitude")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]?\d\d:\d\d:\d\d([.,]\d+)?")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_NAMED = re.compile(r"(?P<name>\D.*?)[-_](?P<mass>\d{2,3}([.,]\d+)?)[-_](?P<day>\d{8})")
_MASS_KG = (25.0, 250.0)
_LONGEST_S = 86400.0


@dataclass(frozen=True)
class _Named:
    """What a file's name says."""

    name: str | None = None
    mass_kg: float | None = None
    day: date | None = None


class _GpsLog(TableFormat):
    def fits(self, header: Sequence[str]) -> bool:
        """A first row that is data already: five cells, the second a moment and the others numbers."""
        if len(header) != len(_COLUMNS) or not _MOMENT.fullmatch(header[1].strip()):
            return tuple(header) == _COLUMNS
        return all(_NUMBER.fullmatch(cell.strip()) for place, cell in enumerate(header) if place != 1)

    def read(self, path: Path, options: Options) -> Reading:
        """The log at `path`, whose rows are all data."""
        sheet = read_delimited(path, options.said)
        if not self.fits(sheet.header):
            raise self.not_of_this_format(path)
        rows = tuple((*row[:3], *("" for _ in row[3:5]), *row[5:]) for row in (sheet.header, *sheet.rows))
        return self.read_sheets([replace(sheet, header=_COLUMNS, rows=rows)], path, options)

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """A session with its samples, and the body mass of the file's name.

        Raises UnreadableFile where nobody runs so fast.
        """
        taken = take(sheet, [pass_of(form, _read_moment, {})], ledger)
        if not taken:
            return Content({})
        name, said = printable(form.path.name), _named(form.path)
        t_s, speed_m_s = (np.array([one.parts["samples"][key] for one in taken]) for key in ("t_s", "speed_m_s"))
        if (fastest_m_s := speed_m_s.max()) > FASTEST_M_S:
            raise UnreadableFile(
                f"{name} reaches {fastest_m_s:.3g} m/s, which nobody runs. Its third column has to be a speed in m/s."
            )
        duration_s = float(np.ptp(t_s))
        if duration_s > _LONGEST_S:
            raise UnreadableFile(f"{name} spans {duration_s:.6g} s. Its first column has to be a time in seconds.")
        start = taken[0].parts["samples"]["moment"]
        session = {
            **local_start(start, form.options.config.zone),
            "external_name": said.name,
            "session_key": f"{start:%Y-%m-%d %H:%M:%S}",
            "local_date": start.date(),
            "kind": "sprint",
            "duration_s": duration_s,
            "status": "done",
            "title": printable(form.path.stem),
            "row_no": taken[0].row.row_no,
        }
        tables = {"sessions": frame("sessions", [session])}
        notes = ["The latitude and longitude of every row were left out of what is kept."]
        if said.mass_kg is not None:
            tables["trials"] = frame("trials", [_weighing(said, session)])
            notes.append(f"The body mass of {said.mass_kg:g} kg is that of the file's name.")
        if said.day not in (None, start.date()):
            notes.append(f"The file's name says {said.day}, its rows {start.date()}, which counts.")
        samples = samples_frame(t_s - t_s[0], {"speed_m_s": speed_m_s})
        return Content(tables, tuple(notes), {session["session_key"]: samples})


def _read_moment(line: Line) -> Parts:
    values = {role: line.demand(role, line.number(role)) for role in ("seconds", "speed")}
    if (values["speed"] or 0.0) < 0:
        line.refuse("speed", "is less than 0", "Correct the speed.")
    moment = line.demand("moment", line.read("moment", _exact_moment))
    return {"samples": {"t_s": values["seconds"], "speed_m_s": values["speed"], "moment": moment}}


def _exact_moment(raw: str) -> datetime:
    """The moment with its parts of a second."""
    try:
        return cells.in_our_time(datetime.fromisoformat(raw.strip().replace(",", ".")))
    except ValueError:
        return cells.clock(raw)


def _named(path: Path) -> _Named:
    """Name, body mass and day in a file's name, each where it says one.

    >>> _named(Path("alder_tree-71.5-20260302.csv"))
    _Named(name='alder tree', mass_kg=71.5, day=datetime.date(2026, 3, 2))
    """
    found = _NAMED.fullmatch(path.stem)
    if found is None:
        return _Named()
    name = printable(re.sub(r"[_\s]+", " ", found["name"])).strip()
    mass_kg = float(found["mass"].replace(",", "."))
    try:
        day = datetime.strptime(found["day"], "%Y%m%d").date()
    except ValueError:
        day = None
    is_mass = _MASS_KG[0] <= mass_kg <= _MASS_KG[1]
    return _Named(name if name_key(name) else None, mass_kg if is_mass else None, day)


def _weighing(said: _Named, session: dict) -> dict:
    return {
        "external_name": said.name,
        "local_date": session["local_date"],
        "test_id": "body_mass",
        "trial_no": 1,
        "side": "B",
        "metric": "mass",
        "value": said.mass_kg,
        "unit": "kg",
        "row_no": session["row_no"],
    }


READER = _GpsLog(
    name="gps_log",
    title="GPS log of a sprint, without a header (CSV)",
    suffixes=(".csv", ".txt"),
    headers={name: (name,) for name in _COLUMNS[:3]},
    needed=("seconds", "moment", "speed"),
    takes="one sprint session a file: time and speed in m/s as samples; athlete and body mass in kg of the file's name",
    leaves="positions, which are kept nowhere",
).reader()
