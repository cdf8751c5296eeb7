"""Garmin Connect's list of activities, in the language of the account; it never says whether km or miles."""

from datetime import datetime
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.dialect import header_of, read_delimited, same_header
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Row, local_start, take
from analysis.ingest.watch.activity_lists import distance_unit, in_metres, is_a_run, kind_of_sport, sessions_and_runs

_ROLES = {
    "sport": ("Activity Type", "Aktivitätstyp", "Tipo de actividad", "Type d'activité", "Tipo di attività"),
    "date": ("Date", "Datum", "Fecha", "Data"),
    "title": ("Title", "Titel", "Título", "Titre", "Titolo"),
    "distance": ("Distance", "Distanz", "Distancia", "Distanza"),
    "time": ("Time", "Zeit", "Tiempo", "Temps", "Durée", "Tempo"),
    "heart_rate": (
        *("Avg HR", "Ø HF", "Ø Herzfrequenz", "Frecuencia cardiaca media", "FC media"),
        "Fréquence cardiaque moyenne",
    ),
    "moving": ("Moving Time", "Zeit in Bewegung", "Tiempo en movimiento", "Temps de déplacement", "Tempo in movimento"),
    "elapsed": ("Elapsed Time", "Verstrichene Zeit", "Tiempo transcurrido", "Temps écoulé", "Tempo trascorso"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_NEEDED = {"sport", "date", "title", "distance", "time"}


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with the columns of Garmin's list in one of five languages."""
    return path.suffix.lower() == ".csv" and {_ROLE_OF.get(name) for name in header_of(head)} >= _NEEDED


def read(path: Path, options: Options) -> Reading:
    """The list at `path`.

    Raises UnreadableFile where it is not Garmin's, UnitNeeded where nobody has said whether km or miles.
    """
    sheet = read_delimited(path, options.said)
    column = sheet.columns(_ROLE_OF)
    if not column.keys() >= _NEEDED:
        raise UnreadableFile(f"{path.name} has not the columns of Garmin's list of activities. Export it again.")
    ledger = Ledger()
    read_row = partial(_read_row, column=column, decimal=sheet.decimal, file_name=path.name, options=options)
    taken = take(sheet, read_row, ledger, _canonical(column))
    return ledger.reading(
        "garmin_csv",
        tables=sessions_and_runs(taken, ledger),
        dialect=sheet.form(),
    )


READER = Reader(
    "garmin_csv",
    "Garmin Connect list of activities (CSV)",
    recognises,
    read,
    takes="activities with sport, start, title, distance (km or mi as distance_unit says), times, mean heart rate",
    leaves="paces, power and means of steps, which the watch's own file holds better; sets of strength sessions",
)


def _canonical(column: dict[str, str]) -> dict[tuple[str, str], str]:
    pairs = {
        ("sessions", "local_date"): "date",
        ("sessions", "duration_s"): "time",
        ("runs", "sport"): "sport",
        ("runs", "distance_m"): "distance",
        ("runs", "timer_s"): "moving",
        ("runs", "elapsed_s"): "elapsed",
        ("runs", "mean_heart_rate_bpm"): "heart_rate",
    }
    return {place: column[role] for place, role in pairs.items() if role in column}


def _read_row(row: Row, column: dict[str, str], decimal: str, file_name: str, options: Options) -> Parts:
    number = partial(cells.number, decimal=decimal)
    sport = row.demand(column["sport"], row.text(column["sport"])) or ""
    start = row.demand(column["date"], row.read(column["date"], cells.clock))
    kind = kind_of_sport(sport)
    distance = row.read(column["distance"], number)
    distance_m = in_metres(distance, distance_unit(file_name, options), kind) if distance else None
    time_s, moving_s, elapsed_s = (
        row.read(column.get(role), cells.duration_s) for role in ("time", "moving", "elapsed")
    )
    parts: Parts = {"sessions": _session(row, column, start, kind, elapsed_s or time_s, options)}
    if is_a_run(kind, distance_m):
        parts["runs"] = {
            "sport": sport,
            "distance_m": distance_m,
            "timer_s": moving_s or time_s,
            "elapsed_s": elapsed_s or time_s,
            "mean_heart_rate_bpm": row.read(column.get("heart_rate"), number) or None,
        }
    return parts


def _session(
    row: Row, column: dict[str, str], start: datetime | None, kind: str, duration_s: float | None, options: Options
) -> dict:
    return {
        "session_key": f"{start:%Y-%m-%d %H:%M:%S}|{row.text(column['sport'])}" if start else None,
        **local_start(start, options.config.zone),
        "local_date": start and start.date(),
        "kind": kind,
        "duration_s": duration_s,
        "status": "done",
        "title": row.text(column["title"]),
    }
