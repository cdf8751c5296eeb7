"""Garmin Connect's list of activities, in the language of the account; it never says whether km or miles."""

from analysis.ingest.rows import local_start
from analysis.ingest.table_format import Line
from analysis.ingest.watch.activity_lists import ActivityList


class _Garmin(ActivityList):
    def place(self, line: Line) -> dict:
        """Its times are of the wall clock."""
        start = line.demand("date", line.moment("date"))
        return {
            "session_key": f"{start:%Y-%m-%d %H:%M:%S}|{line.text('sport')}" if start else None,
            **local_start(start, line.form.options.config.zone),
            "local_date": start and start.date(),
        }


READER = _Garmin(
    name="garmin_csv",
    title="Garmin Connect list of activities (CSV)",
    called="Garmin's list of activities",
    headers={
        "sport": ("Activity Type", "Aktivitätstyp", "Tipo de actividad", "Type d'activité", "Tipo di attività"),
        "date": ("Date", "Datum", "Fecha", "Data"),
        "title": ("Title", "Titel", "Título", "Titre", "Titolo"),
        "distance": ("Distance", "Distanz", "Distancia", "Distanza"),
        "time": ("Time", "Zeit", "Tiempo", "Temps", "Durée", "Tempo"),
        "heart_rate": (
            *("Avg HR", "Ø HF", "Ø Herzfrequenz", "Frecuencia cardiaca media", "FC media"),
            "Fréquence cardiaque moyenne",
        ),
        "moving": (
            *("Moving Time", "Zeit in Bewegung", "Tiempo en movimiento", "Temps de déplacement"),
            "Tempo in movimento",
        ),
        "elapsed": ("Elapsed Time", "Verstrichene Zeit", "Tiempo transcurrido", "Temps écoulé", "Tempo trascorso"),
    },
    needed=("sport", "date", "title", "distance", "time"),
    takes="activities with sport, start, title, distance (km or mi as distance_unit says), times, mean heart rate",
    leaves="paces, power and means of steps, which the watch's own file holds better; sets of strength sessions",
).reader()
