"""Names as people type them: one person in several spellings, and consent in words."""

import unicodedata

import pytest
from drop_folder import CONFIG, ROSTER, WELLNESS, drop, strong, strong_row, workspace

from analysis.base.names import name_key
from analysis.base.words import CONSENT
from analysis.ingest.binding import Names
from analysis.workspace import intake
from analysis.workspace.consent import SCOPES


@pytest.fixture
def grove(tmp_path):
    opened = workspace(tmp_path / "grove", CONFIG)
    people = "José Ñandú,jose1,M,2000,,,Pepe\nJörg Fir,jorg1,M,2000,,,\nBirch,birch1,F,2000,,,\n"
    drop(opened.folder, "athletes.csv", ROSTER + people)
    take(opened)
    yield opened
    opened.store.close()


def take(opened):
    return {one.path.name: one for one in intake.ingest(opened, intake.files_below([opened.raw_folder]))}


def answers(*rows):
    return WELLNESS + "".join(f"{name},{day},sleep,{value},1,5,higher_better\n" for name, day, value in rows)


@pytest.mark.parametrize(
    "folder",
    [
        unicodedata.normalize("NFD", "José Ñandú"),
        "JOSÉ ÑANDÚ",
        "jose nandu",
        "José  Ñandú",
        "José\u00a0Ñandú",
        "José\u200b Ñandú",
    ],
)
def test_a_folder_is_its_athletes_however_its_name_is_written(grove, folder):
    drop(grove.folder, f"{folder}/strong.csv", strong(strong_row(load=100)))
    assert take(grove)["strong.csv"].state == "taken"
    assert grove.athlete("José Ñandú").sets["load_kg"].tolist() == [100]


def test_a_name_without_accents_or_spelled_out_is_told(grove):
    drop(grove.folder, "wellness.csv", answers(("JOERG  FIR", "2026-06-01", 4), ("Jorg Fir", "2026-06-02", 3)))
    outcome = take(grove)["wellness.csv"]
    assert outcome.state == "taken"
    assert grove.athlete("jorg1").wellness["value"].tolist() == [4, 3]
    assert [note for note in outcome.notes if "taken for" in note] == [
        "'JOERG  FIR' is taken for 'Jörg Fir'.",
        "'Jorg Fir' is taken for 'Jörg Fir'.",
    ]


def test_a_bare_name_of_two_people_is_nobodys():
    names = Names.bound_by([("*", "José Ash", "a"), ("*", "Josè Ash", "b"), ("*", "Jose Ash", "c")])
    assert [names.athlete("form", name) for name in ("josé ash", "JOSÈ ASH", "jose ash")] == ["a", "b", "c"]
    assert Names.bound_by([("*", "José Ash", "a"), ("*", "Josè Ash", "b")]).athlete("form", "Jose Ash") is None
    assert names.athlete("form", "Jos Ash") is None


@pytest.mark.parametrize("other", ["birch", " BIRCH ", "Birch\u200b"])
def test_two_spellings_in_a_file_are_one_person_and_doubles_are_refused_by_row(grove, other):
    rows = (("Birch", "2026-06-01", 4), (other, "2026-06-01", 3), (other, "2026-06-02", 2), ("Pepe", "2026-06-01", 5))
    drop(grove.folder, "wellness.csv", answers(*rows))
    outcome = take(grove)["wellness.csv"]
    assert (outcome.state, outcome.rows_rejected) == ("taken", 1)
    assert "repeats row 1" in outcome.refused
    assert any("is taken for 'Birch', as the file writes it first (rows: " in note for note in outcome.notes)
    assert grove.athlete("Birch").wellness["value"].tolist() == [4, 2]
    assert grove.athlete("jose1").wellness["value"].tolist() == [5]
    assert grove.store.frame("rejects")["row_no"].tolist() == [2]
    assert (grove.store.frame("source_rows")["became"] == "rejected").sum() == 1


@pytest.mark.parametrize("other", ["Jose Nandu", "pepe", "jose1"])
def test_an_alias_beside_the_name_doubles_no_answer_and_stops_nobody(grove, other):
    rows = (
        ("José Ñandú", "2026-06-01", 4),
        (other, "2026-06-01", 3),
        (other, "2026-06-02", 2),
        ("Birch", "2026-06-01", 1),
    )
    drop(grove.folder, "wellness.csv", answers(*rows))
    outcome = take(grove)["wellness.csv"]
    assert (outcome.state, outcome.rows_rejected) == ("taken", 1)
    assert grove.athlete("jose1").wellness["value"].tolist() == [4, 2]
    assert grove.athlete("Birch").wellness["value"].tolist() == [1]
    assert grove.store.frame("rejects")["row_no"].tolist() == [2]


def test_a_person_who_stands_twice_in_the_roster_is_one(tmp_path):
    opened = workspace(tmp_path / "grove", CONFIG)
    drop(opened.folder, "athletes.csv", ROSTER + "Elm,,F,2000,,,\nELM ,,F,2000,,,\nOak,,M,2001,,,\n")
    outcome = take(opened)["athletes.csv"]
    assert (outcome.rows_rejected, sorted(opened.athletes()["name"])) == (1, ["Elm", "Oak"])
    opened.store.close()


@pytest.mark.parametrize("said", ["yes", "ja", "reprot squad", "report none", "all", "x"])
def test_a_consent_that_nobody_knows_is_refused_with_the_words_that_count(tmp_path, said):
    opened = workspace(tmp_path / "grove", CONFIG)
    drop(opened.folder, "athletes.csv", ROSTER + f"Elm,elm1,F,2000,{said},,\nOak,oak1,M,2001,report squad,,\n")
    outcome = take(opened)["athletes.csv"]
    assert outcome.rows_rejected == 1
    assert outcome.refused == (
        f"consent {said!r} does not say only report, squad, body_mass, delivery, or none alone. "
        "Write these words, a space between."
    )
    assert opened.athletes()["athlete_id"].tolist() == ["oak1"]
    opened.store.close()


@pytest.mark.parametrize("said", ["", "none", "Report, Squad", "report;delivery", "body_mass"])
def test_a_consent_in_known_words_is_kept_as_it_was_written(tmp_path, said):
    opened = workspace(tmp_path / "grove", CONFIG)
    drop(opened.folder, "athletes.csv", ROSTER + f'Elm,elm1,F,2000,"{said}",,\n')
    assert take(opened)["athletes.csv"].rows_rejected == 0
    assert opened.athletes()["consent"].fillna("").tolist() == [said]
    opened.store.close()


def test_the_words_of_consent_are_its_scopes():
    assert (CONSENT.known, CONSENT.nothing) == (SCOPES, "none")


def test_names_are_compared_without_what_nobody_sees():
    assert name_key("O’Elm") == name_key("o'elm ")
    assert name_key("Ash") != name_key("As h")
