"""What was done is named once: words, codes and numbers of apps, what tells it where a file does not, and pages."""

import zipfile
from pathlib import Path

import fit_writer as fw
import pandas as pd
import pytest

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem
from analysis.base.tables import TABLES
from analysis.ingest import registry
from analysis.ingest.reading import Options
from analysis.ingest.sports import KINDS, sports
from analysis.ingest.watch.naming import Moved, Naming

M_PER_DEGREE = 111_194.9266
WORDS = {
    "running": "9 Run Running Laufen Lauf Dauerlauf Footing Carrera Corsa Corrida Hardlopen Löpning Løping Løb Juoksu",
    "trail_running": "TrailRun trail_running Traillauf Berglauf Trailrunnen Traillöpning Polkujuoksu",
    "treadmill_running": "treadmill_running Laufband Laufbandtraining Loopband Løbebånd Juoksumatto Bieżnia",
    "track_running": "track_running Bahnlauf Ratajuoksu Banlöpning",
    "indoor_running": "indoor_running IndoorRun Hallenlauf Inomhuslöpning",
    "virtual_running": "VirtualRun virtual_run Virtuaalijuoksu",
    "walking": "10 Walk Spaziergang Marche Caminata Passeggiata Caminhada Wandeling Promenad Gåtur Kävely Spacer",
    "hiking": "4 Hike Wanderung Randonnée Senderismo Escursionismo Vandring Vaellus",
    "cycling": "1 Ride Biking cycling road_biking Radfahren Vélo Ciclismo Fietsen Cykling Sykling Pyöräily Kolarstwo",
    "swimming": "16 Swim lap_swimming Schwimmen Natation Natación Nuoto Natação Zwemmen Simning Svømning Uinti 水泳",
    "rowing": "Rowing indoor_rowing Rudern Aviron Canottaggio Roeien Rodd Soutu",
    "cross_country_skiing": "7 NordicSki Langlauf Skilanglauf Langrenn Hiihto",
    "strength_training": "WeightTraining strength_training Krafttraining Musculation Krachttraining Styrketräning",
    "skating": "Eislaufen Inlineskaten Patinage",
}


@pytest.mark.parametrize(("sport", "word"), [(sport, word) for sport, words in WORDS.items() for word in words.split()])
def test_a_word_of_an_app_means_one_sport(sport, word):
    assert sports().named(word).sport == sport


@pytest.mark.parametrize(
    ("phrase", "sport"),
    [
        ("Course à pied sur tapis roulant", "treadmill_running"),
        ("Corsa su tapis roulant", "treadmill_running"),
        ("Carrera en cinta", "treadmill_running"),
        ("Gehen auf dem Laufband", "walking"),
        ("Treadmill walking", "walking"),
        ("Outdoor run, easy", "running"),
        ("Ski de fond", "cross_country_skiing"),
        ("Indoor Cycling", "indoor_cycling"),
    ],
)
def test_a_phrase_means_the_sport_that_says_most_of_it(phrase, sport):
    assert sports().named(phrase).sport == sport


@pytest.mark.parametrize("text", ["Quidditch", "Bike to run", "Radar", "Velocity", "export_9", "20261104", ""])
def test_a_text_that_names_no_sport_or_two_means_none(text):
    assert sports().within(text) is None


def test_the_kinds_of_the_vocabulary_are_kinds_of_sessions():
    assert {one.kind for one in sports().sports} == set(KINDS)
    assert set(KINDS) <= set(TABLES["sessions"].column("kind").values)


def test_no_word_of_the_packaged_table_means_two_sports():
    text = Path(sports.__code__.co_filename).with_name("sports.csv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 1 + len(sports().sports)
    assert all(line.count(",") == 3 for line in text.splitlines())


class TestASquadsOwn:
    HEADER = "sport,name,kind,aliases\n"

    def own(self, tmp_path, rows: str) -> Path:
        path = tmp_path / "sports.csv"
        path.write_text(self.HEADER + rows, encoding="utf-8")
        return path

    def test_words_and_sports_are_added_and_go_before_the_packages_own(self, tmp_path):
        known = sports(self.own(tmp_path, "running,running,run,de:Sumpfrunde;trail\nquidditch,quidditch,other,broom\n"))
        assert [known.named(word).sport for word in ("Sumpfrunde", "Trail", "Broom", "Laufen")] == [
            *("running", "running", "quidditch", "running")
        ]

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("Big Run,run,run,\n", "no canonical name"),
            ("big_run,run,stroll,\n", "'stroll' is not one of run, walk"),
            ("big_run,run\n", "has no kind, aliases"),
        ],
    )
    def test_a_row_that_does_not_hold_together_is_refused(self, tmp_path, row, said):
        with pytest.raises(ConfigProblem, match=said):
            sports(self.own(tmp_path, row))


def gpx(path: Path, speed_m_s: float | None = 3.0, *, word: str | None = None, name: str | None = None) -> Path:
    """A track straight north for ten minutes, a point every 5 s; without positions where there is no speed."""
    told = f"<name>{name}</name>" if name else ""
    told += f"<type>{word}</type>" if word is not None else ""
    points = []
    for number in range(121):
        lat = 47 + number * 5 * (speed_m_s or 0) / M_PER_DEGREE
        at = pd.Timestamp("2026-11-03T06:10:00") + pd.Timedelta(seconds=5 * number)
        place = f'lat="{lat:.7f}" lon="8"' if speed_m_s is not None else ""
        points.append(f"<trkpt {place}><time>{at.isoformat()}Z</time></trkpt>")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"<gpx><trk>{told}<trkseg>{''.join(points)}</trkseg></trk></gpx>"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def raw(tmp_path) -> Path:
    """The folder of an athlete in the drop folder, so that no folder above it tells anything."""
    return tmp_path / "raw" / "Alder"


def read(path: Path, options: Options | None = None):
    return registry.read(path, options or Options())


def told(path: Path, options: Options | None = None) -> tuple[str, str | None, str | None]:
    """Kind of session, raw word and name by the vocabulary."""
    tables = read(path, options).tables
    run = tables["runs"].iloc[0] if "runs" in tables else {}
    activity = run.get("activity")
    return tables["sessions"]["kind"].iloc[0], run.get("sport"), None if pd.isna(activity) else activity


class TestAGpxFile:
    @pytest.mark.parametrize(
        ("word", "kind", "activity"),
        [
            ("9", "run", "running"),
            ("Laufen", "run", "running"),
            ("Course à pied", "run", "running"),
            ("trail_running", "run", "trail_running"),
            ("cycling", "ride", "cycling"),
            ("Wandern", "hike", "hiking"),
        ],
    )
    def test_the_word_is_kept_and_named(self, raw, word, kind, activity):
        path = gpx(raw / "a.gpx", word=word)
        assert told(path) == (kind, word, activity)
        assert not any("sport" in note for note in read(path).notes)

    @pytest.mark.parametrize(
        ("place", "name", "kind", "why"),
        [
            ("a.gpx", "Morgenlauf am See", "run", "taken as running by its title"),
            ("2026-11-03_laufen.gpx", None, "run", "by the name of the file"),
            ("Radfahren/a.gpx", None, "ride", "taken as cycling by the folder 'Radfahren'"),
            ("Laufen/2026/a.gpx", None, "run", "by the folder 'Laufen'"),
            ("a.gpx", "Lunch ride", "ride", "taken as cycling by its title"),
        ],
    )
    def test_where_it_names_no_sport_a_name_tells(self, raw, place, name, kind, why):
        path = gpx(raw / place, name=name)
        assert told(path)[0] == kind
        assert any(why in note for note in read(path).notes)

    @pytest.mark.parametrize(
        ("speed_m_s", "kind", "said"),
        [
            (1.3, "walk", "taken as walking by its speed of 1.3 m/s"),
            (2.9, "run", "taken as running by its speed of 2.9 m/s"),
            (8.5, "ride", "taken as cycling by its speed of 8.5 m/s"),
            (5.2, "other", "nothing tells what was done: 1"),
            (25.0, "other", "nothing tells what was done: 1"),
        ],
    )
    def test_where_no_name_tells_the_speed_may(self, raw, speed_m_s, kind, said):
        path = gpx(raw / "a.gpx", speed_m_s)
        assert told(path)[0] == kind
        assert any(said in note for note in read(path).notes)

    def test_nobody_runs_at_the_speed_of_a_bicycle_whatever_the_folder_is_called(self, raw):
        assert told(gpx(raw / "Laufen" / "a.gpx", 8.5))[0] == "ride"

    def test_a_folder_above_the_drop_folder_tells_nothing(self, tmp_path):
        assert told(gpx(tmp_path / "cycling" / "raw" / "Alder" / "a.gpx"))[0] == "run"

    def test_what_was_said_goes_before_names_and_what_is_usual_after_them(self, raw):
        path = gpx(raw / "Wandern" / "a.gpx")
        assert told(path, Options(sport="Langlauf"))[0] == "ski"
        assert told(path, Options(config=Config(sport="running")))[0] == "hike"
        assert told(gpx(raw / "b.gpx", 5.2), Options(config=Config(sport="running")))[0] == "run"
        assert told(gpx(raw / "c.gpx", word="cycling"), Options(sport="running"))[0] == "ride"

    def test_a_sport_that_is_said_and_not_known_is_refused(self, raw):
        with pytest.raises(ConfigProblem, match="The sport 'quidditch' is not known"):
            read(gpx(raw / "a.gpx"), Options(sport="quidditch"))

    def test_without_a_way_no_folder_makes_it_a_run(self, raw):
        assert told(gpx(raw / "Laufen" / "a.gpx", None))[0] == "other"

    def test_an_unknown_word_is_kept_counted_and_guessed_by_no_speed(self, raw):
        path = gpx(raw / "a.gpx", word="Quidditch")
        assert told(path) == ("other", "Quidditch", None)
        assert any("Sports that are not known: 'Quidditch' (1)" in note for note in read(path).notes)


def fit(path: Path, sport: int, sub_sport: int = 0, *, distance_m: float | None = 5000.0, beats: bool = False) -> Path:
    """A session of two minutes where beats are counted at rest, of half an hour elsewhere."""
    seconds = 120 if beats else 1800
    writer = fw.FitWriter().message(fw.FILE_ID, (0, "enum", 4))
    for _ in range(30 if beats else 0):
        writer.message(fw.HRV, (0, "uint16", (800, 840, 800, 840, 0xFFFF)))
    way = ((9, "uint32", round(100 * distance_m)),) if distance_m is not None else ()
    at = ((2, "uint32", 1_130_000_000), (7, "uint32", 1000 * seconds), (8, "uint32", 1000 * seconds))
    writer.message(fw.SESSION, *at, (5, "enum", sport), (6, "enum", sub_sport), *way)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(writer.content())
    return path


class TestAFitFile:
    @pytest.mark.parametrize(
        ("sport", "sub_sport", "kind", "activity"),
        [
            (1, 0, "run", "running"),
            (1, 1, "run", "treadmill_running"),
            (1, 3, "run", "trail_running"),
            (1, 4, "run", "track_running"),
            (1, 45, "run", "indoor_running"),
            (1, 58, "run", "virtual_running"),
            (4, 1, "run", "treadmill_running"),
            (4, 14, "row", "rowing"),
            (11, 1, "walk", "walking"),
            (2, 58, "ride", "virtual_cycling"),
            (5, 17, "swim", "swimming"),
            (12, 42, "ski", "cross_country_skiing"),
            (10, 20, "strength", "strength_training"),
            (3, 32, "other", "multisport"),
        ],
    )
    def test_sport_and_sub_sport_are_named_together(self, raw, sport, sub_sport, kind, activity):
        tables = read(fit(raw / "a.fit", sport, sub_sport)).tables
        assert tables["sessions"]["kind"].tolist() == [kind]
        if kind != "strength":
            assert tables["runs"]["activity"].tolist() == [activity]

    def test_without_a_sport_the_speed_tells(self, raw):
        assert told(fit(raw / "a.fit", 0)) == ("run", "generic", "running")

    def test_beats_at_rest_are_no_run_whatever_their_folder_is_called(self, raw):
        for way_m in (None, 0.0):
            reading = read(fit(raw / "Laufen" / "run.fit", 0, distance_m=way_m, beats=True), Options(sport="running"))
            assert reading.tables["sessions"]["kind"].tolist() == ["measurement"]
            assert reading.tables["wellness"]["item"].tolist() == ["rmssd_ms"]


TCX = (
    '<TrainingCenterDatabase><Activities><Activity Sport="{sport}"><Id>2026-11-03T06:10:00Z</Id>'
    '<Lap StartTime="2026-11-03T06:10:00Z"><TotalTimeSeconds>1800</TotalTimeSeconds>'
    "<DistanceMeters>5400</DistanceMeters></Lap>{notes}</Activity></Activities></TrainingCenterDatabase>"
)


class TestATcxFile:
    def tcx(self, raw, sport: str, notes: str = "", name: str = "a.tcx") -> Path:
        raw.mkdir(parents=True, exist_ok=True)
        path = raw / name
        path.write_text(TCX.format(sport=sport, notes=notes), encoding="utf-8")
        return path

    @pytest.mark.parametrize(("sport", "kind"), [("Running", "run"), ("Biking", "ride"), ("Swimming", "swim")])
    def test_its_sport_is_named(self, raw, sport, kind):
        assert told(self.tcx(raw, sport))[:2] == (kind, sport)

    def test_other_is_no_run_whatever_its_speed(self, raw):
        assert told(self.tcx(raw, "Other")) == ("other", "Other", None)

    def test_other_may_be_told_by_a_note_or_a_name(self, raw):
        assert told(self.tcx(raw, "Other", "<Notes>Laufband</Notes>"))[2] == "treadmill_running"
        assert told(self.tcx(raw, "Other", name="hike.tcx"))[0] == "hike"

    def test_without_a_sport_the_speed_tells(self, raw):
        assert told(self.tcx(raw, ""))[:2] == ("run", "unknown")


LIST = "Activity Type,Date,Title,Distance,Time\n"


def test_a_list_counts_what_it_cannot_name(tmp_path):
    path = tmp_path / "list.csv"
    rows = (
        "Laufbandtraining,2026-11-03 07:10:00,Band,5.00,00:27:30\nQuidditch,2026-11-04 07:10:00,Match,2.00,00:40:00\n"
    )
    path.write_text(LIST + rows, encoding="utf-8")
    reading = read(path, Options(distance_unit="km"))
    assert reading.tables["sessions"]["kind"].tolist() == ["run", "other"]
    assert reading.tables["runs"]["sport"].tolist() == ["Laufbandtraining", "Quidditch"]
    assert reading.tables["runs"]["activity"].fillna("").tolist() == ["treadmill_running", ""]
    assert reading.notes == (
        "Sports that are not known: 'Quidditch' (1); they count as another sport. Say in sports.csv what they mean.",
    )


STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename,Elapsed Time,Distance\n"
    '1,"Nov 3, 2026, 6:10:00 AM",Alder\'s loop,{sport},600,1.80,activities/1.gpx,600.0,1800.0\n'
)


@pytest.mark.parametrize(
    ("word", "listed", "kind", "activity"),
    [
        (None, "Trail Run", "run", "trail_running"),
        (None, "Nordic Ski", "ski", "cross_country_skiing"),
        ("cycling", "Run", "run", "running"),
        ("running", "Workout", "run", "running"),
    ],
)
def test_the_list_of_an_archive_names_what_its_files_do_not_and_what_people_corrected(
    tmp_path, word, listed, kind, activity
):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("activities.csv", STRAVA.format(sport=listed))
        archive.write(gpx(tmp_path / "raw" / "1.gpx", word=word), "activities/1.gpx")
    reading = read(path)
    assert reading.tables["sessions"]["kind"].tolist() == [kind]
    assert reading.tables["runs"]["activity"].tolist() == [activity]


def test_a_speed_is_not_told_by_a_short_way_nor_by_half_a_minute():
    naming = Naming(Path("a.gpx"), Options())
    assert naming.name(None, moved=Moved(300.0, 100.0)).kind == "other"
    assert naming.name(None, moved=Moved(900.0, 300.0)).activity == "running"


APPLE = (
    '<HealthData><Workout workoutActivityType="HKWorkoutActivityType{sport}" duration="30" durationUnit="min" '
    'startDate="2026-11-03 07:00:00 +0100" endDate="2026-11-03 07:30:00 +0100">'
    '<MetadataEntry key="HKIndoorWorkout" value="{indoors}"/></Workout></HealthData>'
)


@pytest.mark.parametrize(
    ("sport", "indoors", "activity"),
    [("Running", 0, "running"), ("Running", 1, "indoor_running"), ("Cycling", 0, None)],
)
def test_a_phones_workout_goes_by_the_vocabulary(tmp_path, sport, indoors, activity):
    path = tmp_path / "export.xml"
    path.write_text(APPLE.format(sport=sport, indoors=indoors), encoding="utf-8")
    runs = read(path).tables.get("runs")
    assert (None if runs is None else runs["activity"].tolist()) == (activity and [activity])
