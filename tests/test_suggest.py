"""Mappings to copy, mappings proposed for unknown tables, and text made safe for spreadsheets."""

import csv
import io
import re
import tomllib

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from soak_scale import times

from analysis.base.errors import ConfigProblem, UnreadableFile, WorkbookError
from analysis.ingest import registry
from analysis.ingest.cells import escaped
from analysis.ingest.mapping.mapping import mapping_of
from analysis.ingest.mapping.suggest import suggest
from analysis.ingest.mapping.templates import example_mappings, write_example_mappings
from analysis.ingest.reading import Options

TABLES_OF_EXAMPLES = {
    "bar_speed_per_rep": (
        "User,Date,Exercise,Set,Rep,Load,Mean Velocity,Peak Velocity,ROM\n"
        "Alder,2026-03-02,Deadlift,1,1,100,0.61,1.02,52\nAlder,2026-03-02,Deadlift,1,2,100,0.58,0.99,51\n"
    ),
    "bar_speed_per_set": (
        "Name,Date,Exercise,Side,Weight,Reps,Best Mean Velocity\nAlder,2026-03-02,Deadlift,Both,225,5,0.61\n"
    ),
    "bar_speed_mean_of_set": "Athlete,Date,Exercise,Weight,Reps,Avg Velocity\nAlder,2026-03-02,Deadlift,225,5,0.55\n",
    "bar_speed_chronojump": (
        "Rep,Date,series,exercise,mass,start,width,height,meanSpeed,maxSpeed,meanPower, maxForce\n"
        "1,2026-03-02,1,Deadlift,100,1200,900,45.2,0.52,0.91,480,1300\n"
        "2,2026-03-02,1,Deadlift,100,3900,950,45.0,0.49,0.88,455,1290\n"
    ),
    "bar_speed_propulsive": (
        "Atleta;Fecha;Ejercicio;Serie;Repetición;Carga (kg);VMP (m/s)\n"
        "Alder;02/03/2026;Peso muerto;1;1;100;0,66\nAlder;02/03/2026;Peso muerto;1;2;100;0,63\n"
    ),
    "bar_speed_wide": (
        "ID,Date,Load20%1RM,20% MV,Load40%1RM,40% MV,Load60%1RM,60% MV,Load80%1RM,80% MV\n"
        "Alder,2026-03-02,30,1.31,60,1.02,90,0.74,,\n"
    ),
    "bar_speed_long": (
        "Athlete,Date,Exercise,Set,Rep,Load (kg),Metric,Value\n"
        "Alder,2026-03-02,Deadlift,1,1,100,Mean velocity (m/s),0.61\n"
        "Alder,2026-03-02,Deadlift,1,1,100,Peak velocity (m/s),1.02\n"
    ),
    "wellness_wide": (
        "Name,Date,Sleep quality,Soreness,Hours slept\nAlder,2026-03-02,4,2,7.5\nAlder,2026-03-03,5,,8\n"
        "Alder,2026-03-04,3,6,7\n"
    ),
    "wellness_long": (
        "Full Name,Date,Time,Variable,Value\nAlder,2026-03-02,08:00,Wellness,29.1\n"
        "Alder,2026-03-02,08:00,Soreness,3\nAlder,2026-03-02,09:00,Training Load,88\n"
    ),
    "wellness_words": (
        "Nome,Data,Stanchezza,Umore\nAlder,2026-03-02,Un po' stanca,neutro\nAlder,2026-03-03,esausta,\n"
        "Alder,2026-03-04,distrutta,positivo\n"
    ),
    "jumps": (
        "Athlete,Test Date,Trial,Jump Height (cm),Peak Force (N)\nAlder,2026-03-02,1,31.5,1810\n"
        "Alder,2026-03-02,2,32.1,1822\n"
    ),
}


def saved(folder, text, name):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def by_example(folder, name):
    mapping = saved(folder, example_mappings()[name], f"{name}.toml")
    return registry.read(saved(folder, TABLES_OF_EXAMPLES[name], "table.csv"), Options(mapping=mapping))


# mappings to copy


def test_every_example_has_a_table_here():
    assert example_mappings().keys() == TABLES_OF_EXAMPLES.keys()


def test_examples_are_written_where_no_reader_takes_them_for_its_own(tmp_path):
    written = write_example_mappings(tmp_path)
    assert {path.name for path in written} == {f"{name}.toml.example" for name in TABLES_OF_EXAMPLES}
    assert list(tmp_path.glob("*.toml")) == []
    assert write_example_mappings(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "metric", "speeds"),
    [
        ("bar_speed_per_rep", "mean_velocity_m_s", [0.61, 0.58]),
        ("bar_speed_per_set", "mean_velocity_m_s", [0.61]),
        ("bar_speed_mean_of_set", "mean_velocity_m_s", [0.55]),
        ("bar_speed_chronojump", "mean_velocity_m_s", [0.52, 0.49]),
        ("bar_speed_propulsive", "mean_propulsive_velocity_m_s", [0.66, 0.63]),
        ("bar_speed_wide", "mean_velocity_m_s", [1.31, 1.02, 0.74]),
        ("bar_speed_long", "mean_velocity_m_s", [0.61]),
    ],
)
def test_bar_speeds_go_into_the_metric_that_the_mapping_names_and_no_other(tmp_path, name, metric, speeds):
    tables = by_example(tmp_path, name).tables
    assert tables["reps"][metric].tolist() == speeds
    others = {"mean_velocity_m_s", "mean_propulsive_velocity_m_s"} - {metric}
    assert tables["reps"][list(others)].isna().all(axis=None)
    assert set(tables["sets"]["exercise"]) == {"deadlift"}


def test_the_best_repetition_of_a_set_and_the_mean_of_all_are_two_devices(tmp_path):
    best, mean = (by_example(tmp_path, name) for name in ("bar_speed_per_set", "bar_speed_mean_of_set"))
    assert best.tables["reps"]["device"].item() != mean.tables["reps"]["device"].item()
    assert any("best repetition or the mean of all" in note for note in mean.notes)


def test_a_wide_profile_has_a_set_for_every_load(tmp_path):
    sets = by_example(tmp_path, "bar_speed_wide").tables["sets"]
    assert sets[["set_no", "load_kg"]].to_numpy().tolist() == [[1, 30], [2, 60], [3, 90]]


def test_rows_that_answer_no_condition_are_left_and_said_to_be(tmp_path):
    reading = by_example(tmp_path, "wellness_long")
    assert reading.tables["wellness"]["item"].tolist() == ["wellness", "soreness"]
    assert reading.source_rows["became"].tolist() == ["taken", "taken", "ignored"]


def test_a_wide_form_gives_an_answer_a_cell_and_refuses_the_row_with_one_off_its_scale(tmp_path):
    reading = by_example(tmp_path, "wellness_wide")
    wellness = reading.tables["wellness"]
    assert wellness[["item", "value"]].to_numpy().tolist() == [
        ["sleep_quality", 4.0],
        ["soreness", 2.0],
        ["sleep_h", 7.5],
        ["sleep_quality", 5.0],
        ["sleep_h", 8.0],
    ]
    assert wellness.set_index("item")["direction"]["soreness"] == "lower_better"
    assert reading.rejects["reason"].tolist() == [
        "Soreness '6.0' lies above its scale, which ends at 5. Correct the answer, or the scale in the mapping."
    ]
    assert reading.source_rows["became"].tolist() == ["taken", "taken", "rejected"]


def test_answers_in_words_count_as_the_mapping_says_and_another_word_refuses_its_row(tmp_path):
    reading = by_example(tmp_path, "wellness_words")
    wellness = reading.tables["wellness"]
    assert wellness[["item", "value"]].to_numpy().tolist() == [["fatigue", 2.0], ["mood", 2.0], ["fatigue", 4.0]]
    assert reading.rejects["reason"].tolist() == [
        "Stanchezza 'distrutta' is no word that the mapping counts. Correct it, or add it under [values.value]."
    ]


def test_a_form_in_words_is_proposed_with_a_line_for_every_word(tmp_path):
    rows = ("Nome,Data,Stanchezza,Sonno,RPE,Time", "Alder,2026-03-02,stanca,buono,5,60")
    form = "\n".join([*rows, "Alder,2026-03-03,riposata,pessimo,6,45"])
    proposed = suggest(saved(tmp_path, form, "form.csv"))
    assert proposed.count("Write what the word counts as on the scale") == 4
    assert '"stanca" = "?"' in proposed
    assert proposed.count("[[each]]") == 2
    whole = re.sub(r'(direction) = "\?"', r'\1 = "neutral"', re.sub(r'"(stanca|buono)" = "\?"', r'"\1" = 3', proposed))
    whole = re.sub(r'= "\?"', "= 1", re.sub(r'scale_max = "\?"', "scale_max = 3", whole))
    mapping = saved(tmp_path, whole, "form.toml")
    reading = registry.read(tmp_path / "form.csv", Options(mapping=mapping))
    assert reading.tables["wellness"]["value"].tolist() == [3.0, 3.0, 1.0, 1.0]


def test_a_word_that_counts_as_no_number_is_told_when_the_mapping_is_read(tmp_path):
    text = example_mappings()["wellness_words"].replace('"esausta" = 4', '"esausta" = "very"')
    mapping = saved(tmp_path, text, "words.toml")
    with pytest.raises(ConfigProblem, match=r"'very' under \[values\.value\] is no number"):
        registry.read(saved(tmp_path, TABLES_OF_EXAMPLES["wellness_words"], "table.csv"), Options(mapping=mapping))


def test_a_row_of_jumps_is_a_trial_of_every_metric(tmp_path):
    trials = by_example(tmp_path, "jumps").tables["trials"]
    assert trials[["trial_no", "metric", "value", "unit"]].to_numpy().tolist() == [
        [1, "jump_height_cm", 31.5, "cm"],
        [1, "peak_force_n", 1810.0, "N"],
        [2, "jump_height_cm", 32.1, "cm"],
        [2, "peak_force_n", 1822.0, "N"],
    ]


def test_a_saved_mapping_goes_before_a_reader_of_generic_tables(tmp_path):
    mapping = 'name = "gates"\ntarget = "splits"\nsource = "hall"\n[columns]\nathlete = "athlete"\ndate = "date"\n'
    mapping += 'distance_m = "distance"\ntime_s = "time"\n[constants]\ntest_id = "sprint_10m"\nkind = "gate"\n'
    saved(tmp_path, mapping, "gates.toml")
    table = saved(tmp_path, "athlete,date,distance,time\nAlder,2026-03-02,10,1.9\n", "t.csv")
    assert registry.read(table, Options()).source == "sprints"
    assert registry.read(table, Options(mapping_folders=(tmp_path,))).source == "hall"


def test_a_mapping_that_is_named_goes_before_every_reader_of_tables(tmp_path):
    mapping = 'name = "m"\ntarget = "reps"\nsource = "m"\n[columns]\nathlete = "Who"\ndate = "Date"\n'
    mapping = saved(tmp_path, mapping + 'exercise = "Exercise"\n', "m.toml")
    text = "Date,Exercise,Category,Weight (kgs),Reps,Who\n2026-03-02,Deadlift,Legs,60,5,Alder\n"
    table = saved(tmp_path, text, "t.csv")
    assert registry.read(table, Options()).reader == "fitnotes"
    assert registry.read(table, Options(mapping=mapping)).reader == "mapping"


def test_a_long_header_is_not_recited_in_full(tmp_path):
    table = saved(tmp_path, ",".join(f"c{n}" for n in range(40)) + "\n1\n", "t.csv")
    with pytest.raises(UnreadableFile, match="c11 and 28 more"):
        registry.read(table, Options())


# proposals

UNKNOWN = (
    "Jugador;Fecha;Ejercicio;Lado;Serie;Carga (kg);Vel media;Pico vel (m/s);Batería\n"
    "Alder;2026-03-02;Peso muerto;Izquierda;1;60;0,71;1,1;80\nAlder;2026-03-02;Peso muerto;Derecha;2;60;0,69;1,0;79\n"
)


def test_a_proposal_names_what_the_table_states_and_asks_for_the_rest(tmp_path):
    text = suggest(saved(tmp_path, UNKNOWN, "encoder 7.csv"))
    proposed = tomllib.loads(text)
    assert proposed["target"] == "reps"
    assert proposed["columns"] == {
        "athlete": "Jugador",
        "date": "Fecha",
        "exercise": "Ejercicio",
        "side": "Lado",
        "set_no": "Serie",
        "load_kg": "Carga (kg)",
        "? Vel media": "Vel media",
        "peak_velocity_m_s": "Pico vel (m/s)",
    }
    assert proposed["units"] == {"load_kg": "kg", "? Vel media": "?", "peak_velocity_m_s": "m/s"}
    assert proposed["values"]["side"] == {"Izquierda": "L", "Derecha": "R"}


def test_a_proposal_does_not_load_before_every_open_line_is_decided(tmp_path):
    text = suggest(saved(tmp_path, UNKNOWN, "encoder.csv"))
    line_no = next(n for n, line in enumerate(text.splitlines(), 1) if '"? Vel' in line)
    with pytest.raises(ConfigProblem, match=rf"line {line_no}: .*Vel media.* is still to be decided\. mean_velocity"):
        mapping_of(text, "encoder.toml")
    metric = text.replace('"? Vel media"', "mean_velocity_m_s")
    with pytest.raises(ConfigProblem, match=r"still to be decided\. Write the unit: m/s"):
        mapping_of(metric, "encoder.toml")
    decided = saved(tmp_path, metric.replace('"?"', '"m/s"'), "encoder.toml")
    reading = registry.read(tmp_path / "encoder.csv", Options(mapping=decided))
    assert reading.tables["reps"]["mean_velocity_m_s"].tolist() == [0.71, 0.69]
    assert reading.tables["sets"]["side"].tolist() == ["L", "R"]


def test_a_question_mark_in_a_header_or_a_comment_is_no_open_line():
    text = 'name = "x"  # or "?"\ntarget = "wellness"\nsource = "x"\n[columns]\nathlete = "Who?"\ndate = "When"\n'
    text += 'item = "What"\nvalue = "Sore?"\ndirection = "Way"\n'
    assert mapping_of(text, "x.toml").columns["value"] == "Sore?"


def test_wellness_items_are_proposed_without_a_direction(tmp_path):
    wide = suggest(saved(tmp_path, "Name,Date,Sleep,Mood\nAlder,2026-03-02,4,5\n", "form.csv"))
    items = [each["constants"] for each in tomllib.loads(wide)["each"]]
    assert [(item["item"], item["direction"], item["scale_min"]) for item in items] == [
        ("sleep", "?", "?"),
        ("mood", "?", "?"),
    ]
    long = suggest(saved(tmp_path, TABLES_OF_EXAMPLES["wellness_long"], "long.csv"))
    words = [each["where"]["Variable"] for each in tomllib.loads(long)["each"]]
    assert words == ["Wellness", "Soreness", "Training Load"]


SPEEDS = {
    "de": "Sportler;Datum;Übung;Satz;Wdh;Last (kg);V mittel [m/s]",
    "de, short": "Name;Tag;Übung;Satz;Wdh;Gewicht (kg);Mittlere Geschw. (m/s)",
    "fr": "Nom;Date;Exercice;Série;Rep;Charge (kg);Vitesse moyenne (m/s)",
    "es": "Jugador;Fecha;Ejercicio;Serie;Repetición;Peso (kg);Velocidad media (m/s)",
    "it": "Atleta;Data;Esercizio;Serie;Ripetizione;Carico (kg);Velocità media (m/s)",
    "pt": "Atleta;Data;Exercício;Série;Repetição;Carga (kg);Velocidade média (m/s)",
}


@pytest.mark.parametrize("header", SPEEDS.values(), ids=SPEEDS.keys())
@pytest.mark.parametrize("title", ["", "Encoder 3\n"])
def test_a_table_of_bar_speeds_is_one_in_any_language(tmp_path, header, title):
    text = suggest(saved(tmp_path, f"{title}{header}\nAlder;2026-03-02;Squat;1;3;100;0,61\n", "t.csv"))
    proposed = tomllib.loads(text)
    names = header.split(";")
    assert proposed["target"] == "reps"
    assert proposed["columns"]["? " + names[-1]] == names[-1]
    known = ["athlete", "date", "exercise", "set_no", "load_kg"]
    assert [proposed["columns"][name] for name in known] == [*names[:4], names[5]]
    assert proposed["units"] == {"load_kg": "kg", "? " + names[-1]: "m/s"}


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Wdh", "12312", "rep_no"),
        ("Repeticiones", "12123", "rep_no"),
        ("Reps", "12345", "rep_no"),
        ("Wdh", "33333", "reps"),
        ("Reps", "54321", "reps"),
        ("Reps", "11111", "reps"),
        ("Wdh", "13123", "reps"),
    ],
)
def test_a_column_that_counts_up_numbers_the_repetitions_and_says_no_count(tmp_path, header, cells, field):
    rows = "".join(f"Alder;2026-03-02;Squat;100;{cell};0,61\n" for cell in cells)
    names = f"Name;Datum;Übung;Last (kg);{header};Mittlere Geschw. (m/s)\n"
    columns = tomllib.loads(suggest(saved(tmp_path, names + rows, "t.csv")))["columns"]
    assert {name for name in ("rep_no", "reps") if name in columns} == {field}
    assert columns[field] == header


@pytest.mark.parametrize("header", ["MPV", "Propulsive (m/s)", "VMP", "bar speed", "Vmax", "Snelheid"])
def test_a_speed_alone_makes_no_answer_of_a_morning(tmp_path, header):
    text = suggest(saved(tmp_path, f"Player,Date,{header}\nAlder,2026-03-02,0.6\n", "t.csv"))
    assert tomllib.loads(text)["target"] == "reps"


FORMS = {
    "en": "Timestamp,Your name,Sleep quality,Muscle soreness",
    "de": "Zeitstempel,Dein Name,Schlafqualität,Muskelkater",
    "fr": "Horodateur,Votre nom,Sommeil,Courbatures",
    "es": "Marca temporal,Nombre y apellidos,Calidad del sueño,Dolor muscular",
    "it": "Informazioni cronologiche,Nome e cognome,Qualità del sonno,Stanchezza",
    "pt": "Carimbo de data/hora,Seu nome,Qualidade do sono,Cansaço",
}


@pytest.mark.parametrize("header", FORMS.values(), ids=FORMS.keys())
def test_a_form_is_known_by_what_its_service_calls_time_and_person(tmp_path, header):
    text = suggest(saved(tmp_path, f"{header}\n13/11/2026 19:05:12,Alder,4,2\n", "form.csv"))
    proposed = tomllib.loads(text)
    when, who, *asked = header.split(",")
    assert (proposed["target"], proposed["columns"]) == ("wellness", {"date": when, "athlete": who})
    assert [each["columns"]["value"] for each in proposed["each"]] == asked


@pytest.mark.parametrize(
    ("rows", "target", "columns"),
    [
        ("Zeitstempel,Name,RPE,Dauer in Minuten\n13.11.2026,Alder,4,62\n", "sessions", {"rpe_cr10", "duration_s"}),
        ("Date,Exercise,Sets,Reps,Load (kg)\n2026-11-03,RDL,3,5,100\n", "sets", {"sets", "reps", "load_kg"}),
        ("Datum,Sportart,Strecke (km),Dauer\n13.11.2026,Laufen,10.5,52:30\n", "runs", {"sport", "elapsed_s"}),
        ("Nom,Date,Test,Distance (m),Temps (s)\nAlder,2026-11-03,sprint_20m,20,3.1\n", "splits", {"time_s"}),
        ("Name,Date,Test,Metric,Value,Unit\nAlder,2026-11-03,ankle,angle,38,deg\n", "trials", {"metric", "unit"}),
    ],
)
def test_a_table_is_proposed_for_what_its_rows_are(tmp_path, rows, target, columns):
    proposed = tomllib.loads(suggest(saved(tmp_path, rows, "t.csv")))
    assert proposed["target"] == target
    assert columns <= proposed["columns"].keys()
    assert "elapsed_s" not in proposed.get("units", {})  # 52:30 says its own


def test_a_form_of_mornings_and_sessions_is_told_to_need_two_mappings(tmp_path):
    rows = "Timestamp,Your name,Sleep,How hard was it?\n2026-11-03,Alder,4,7\n"
    text = suggest(saved(tmp_path, rows, "form.csv"))
    assert tomllib.loads(text)["target"] == "wellness"
    assert '# not mapped: "How hard was it?", of the session: a second mapping with target = "sessions"' in text


@pytest.mark.parametrize(
    ("head", "by", "is_product"),
    [
        ("RPE,Zeit,Trainingsbelastung", 1.0, True),
        ("Effort,Time,Training load", 1.002, True),
        ("rpe,durata,TL", 1.0, True),
        ("RPE,Minutos,Carga", 1.2, False),
    ],
)
def test_the_load_of_a_session_is_no_answer_and_makes_its_time_a_duration(tmp_path, head, by, is_product):
    done = ((3, 90), (7.5, 60), (0, 0), (5, 75))
    rows = "".join(f"2026-03-0{day},Alder,{rpe},{t},{rpe * t * by}\n" for day, (rpe, t) in enumerate(done, 1))
    text = suggest(saved(tmp_path, f"Date,Name,{head}\n{rows}", "load.csv"))
    proposed = tomllib.loads(text)
    rpe, span, load = head.split(",")
    assert proposed["target"] == "sessions"
    assert (f'# not mapped: "{load}", the product of {rpe} and {span}\n' in text) == is_product
    assert proposed["columns"].get("duration_s") == span
    assert load not in proposed["columns"].values()


@pytest.mark.parametrize("table", [*TABLES_OF_EXAMPLES.values(), FORMS["de"] + "\n2026-11-03,Alder,4,2\n"])
@pytest.mark.parametrize("title", [[], [["Encoder 3", "May"], []]])
def test_a_table_has_one_proposal_as_text_and_as_workbook(tmp_path, table, title):
    mark = ";" if ";" in table else ","
    rows = [
        *title,
        *csv.reader(table.replace("02/03/2026", "2026-03-02").replace("0,6", "0.6").splitlines(), delimiter=mark),
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
    book.save(tmp_path / "t.xlsx")
    text = "".join(mark.join(row) + "\n" for row in rows)
    assert suggest(saved(tmp_path, text, "t.csv")) == suggest(tmp_path / "t.xlsx")


def test_dates_that_can_be_read_in_two_ways_are_asked_for(tmp_path):
    text = suggest(saved(tmp_path, "Name,Date,Sleep\nAlder,03/04/2026,4\n", "form.csv"))
    assert tomllib.loads(text)["day_first"] == "?"
    text = suggest(saved(tmp_path, "Name,Date,Sleep\nAlder,23/04/2026,4\n", "form.csv"))
    assert "day_first" not in tomllib.loads(text)


def test_a_table_that_names_nobody_and_no_day_asks_for_both(tmp_path):
    text = suggest(saved(tmp_path, "load,rep,mean velocity (m/s)\n60,1,0.7\n", "t.csv"))
    assert tomllib.loads(text)["constants"] == {"athlete": "?", "date": "?", "exercise": "?"}


@given(rows=st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=4), max_size=3))
@example(rows=[['na"me', "date\x7f", "vel\\ocity", "20% MV"], ["1", "2", "3", "4"]])
@settings(max_examples=times(15, 15, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_proposal_is_toml_whatever_stands_in_the_table(tmp_path, rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (tmp_path / "t.csv").write_bytes(text.getvalue().encode())
    try:
        proposed = suggest(tmp_path / "t.csv")
    except UnreadableFile:
        return
    assert tomllib.loads(proposed)["source"] == "t"
    with pytest.raises(WorkbookError):
        mapping_of(proposed, "t.toml")


# text made safe


@given(st.lists(st.text(max_size=6), min_size=1))
def test_escaped_text_never_begins_as_a_formula_and_loses_nothing(texts):
    frame = pd.DataFrame({"text": pd.Series(texts, dtype="str"), "number": [-1.5] * len(texts)})
    safe = escaped(frame)
    for before, after in zip(frame["text"], safe["text"], strict=True):
        assert after in (before, f"'{before}")
        if after.startswith(("=", "+", "-", "@", "\t", "\r")):
            float(after.replace(",", "."))  # a number as text, which nobody runs
    assert safe["number"].tolist() == frame["number"].tolist()


def test_missing_text_stays_missing_when_escaped():
    frame = pd.DataFrame({"notes": pd.Series(["=A1", None], dtype="str")})
    assert escaped(frame)["notes"].isna().tolist() == [False, True]
    assert frame["notes"][0] == "=A1"
