"""The account exports of watches and rings: lists in many languages, archives, JSON, tables with a title above."""

import gzip
import io
import zipfile
from pathlib import Path

import own_samples
import pytest

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import registry
from analysis.ingest.reading import Options, Reading

BERLIN = Options(config=Config(time_zone="Europe/Berlin"), distance_unit="km")


def read(folder: Path, name: str, content: str | bytes, options: Options = BERLIN) -> Reading:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return registry.read(path, options)


def answers(reading: Reading) -> dict[tuple[str, str], float]:
    wellness = reading.tables["wellness"]
    days = wellness["local_date"].dt.strftime("%m-%d")
    return {
        (day, item): round(value, 2) for day, item, value in zip(days, wellness["item"], wellness["value"], strict=True)
    }


# lists of activities in the language of the account


def whole_list(head: str, elapsed: str, distance: str, file: str, moving: str, day: str, sport: str) -> str:
    """Strava's whole list: 18 columns and some behind them."""
    header = (
        f"{head},text,{elapsed},{distance},max,effort,commute,note,gear,{file},kg,bike,{elapsed},{moving},{distance}"
    )
    run = f'71,"{day}",Loop,{sport},,3189,"9,44",160,,false,,,,,,3189.0,3100.0,9440.2,4.1'
    lift = f'72,"{day.replace("15:24", "19:24")}",Lift,Yoga,,900,"0,00",,,false,,,,,,900.0,900.0,0,0'
    return f'{header},"Speed"\n{run}\n{lift}\n'


LISTS = {
    "spanish": whole_list(
        "ID de actividad,Fecha de la actividad,Nombre de la actividad,Tipo de actividad",
        *("Tiempo transcurrido", "Distancia", "Nombre del archivo", "Tiempo en movimiento"),
        *("3 nov 2026, 15:24:49", "Carrera"),
    ),
    "portuguese": whole_list(
        "ID da atividade,Data da atividade,Nome da atividade,Tipo de atividade",
        *("Tempo decorrido", "Distância", "Nome do arquivo", "Tempo de movimentação"),
        *("3 de nov. de 2026, 15:24:49", "Corrida"),
    ),
    "dutch": whole_list(
        "Activiteits-ID,Datum van activiteit,Naam van activiteit,Activiteitstype",
        *("Verstreken tijd", "Afstand", "Bestandsnaam", "Beweegtijd"),
        *("3 nov. 2026 15:24:49", "Hardloopsessie"),
    ),
    "by the places alone": whole_list(
        "ID attività,Data attività,Nome attività,Tipo attività",
        *("Tempo trascorso", "Distanza", "Nome file", "Tempo di movimento"),
        *("3 nov 2026, 15:24:49", "Corsa"),
    ),
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_the_list_of_a_running_site_is_read_in_the_language_of_the_account(tmp_path, text):
    reading = read(tmp_path, "activities.csv", text, Options(config=Config(time_zone="Europe/Berlin")))
    (run,) = reading.tables["runs"].to_dict("records")
    assert (run["session_key"], run["activity"]) == ("71", "running")
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"]) == (9440.2, 3100.0, 3189.0)
    assert reading.tables["sessions"]["start_utc"][0].isoformat() == "2026-11-03T15:24:49+00:00"
    assert len(reading.rejects) == 0


def test_the_export_that_was_packed_again_with_its_folder_is_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as export:
        listed = LISTS["dutch"].replace(",false,,,,,,3189", ",false,,,activities/71.gpx.gz,,,3189")
        export.writestr("export_1/activities.csv", listed)
        export.writestr("export_1/activities/71.gpx.gz", gzip.compress(own_samples.gpx(times=True).encode()))
    reading = read(tmp_path, "again.zip", packed.getvalue())
    assert reading.reader == "strava"
    assert list(reading.samples) == ["71"]
    assert sorted(reading.tables["sessions"]["session_key"]) == ["71", "72"]


def test_a_table_that_says_nothing_twice_is_no_list_of_activities(tmp_path):
    text = "\n".join(
        line.replace("Afstand", "Km", 1) for line in LISTS["dutch"].replace("Activiteits-ID", "Nr").splitlines()
    )
    with pytest.raises(UnreadableFile):
        read(tmp_path, "other.csv", text)
