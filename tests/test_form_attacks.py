"""Letters that were made to fool the door: each is a sentence, and what stood before stands."""

import json

import pytest
from drop_folder import drop
from form_letters import ITEMS, TRAINED, answer, b64, put, refused, sealed, sealed_to, take

from analysis.base.errors import UnreadableFile
from analysis.privacy import erasure
from analysis.sealing import MAX_BYTES, letters_in
from analysis.sealing.letter import mac_of
from analysis.workspace import form_list, labels
from analysis.workspace.form_letters import athletes_in, form_keys


@pytest.fixture
def form(squad) -> str:
    return form_list.new_form(squad, "athlete", "alder1")


def slept(squad) -> list[float]:
    rows = squad.athlete("Alder").wellness
    return rows.loc[rows["item"] == "sleep", "value"].tolist()


def sleeping(value: object) -> dict:
    return {"items": [ITEMS[0] | {"value": value}]}


def test_a_newer_answer_that_is_refused_leaves_the_one_that_stands(squad, form):
    first = answer(squad, form, "alder1")
    put(squad, "a.txt", sealed(squad, first))
    take(squad)
    worse = answer(squad, form, "alder1", sequence=first["sequence"] + 1, **sleeping(99))
    put(squad, "b.txt", sealed(squad, worse, answer(squad, form, "alder1", "session")))
    assert "does not lie on its scale" in take(squad)[0].refused
    assert slept(squad) == [7.0]
    assert first["id"] in squad.store.frame("answers")["answer_id"].tolist()


@pytest.mark.parametrize("first_comes_last", [False, True])
def test_of_two_versions_in_one_message_the_last_counts_and_the_other_is_said(squad, form, first_comes_last):
    first = answer(squad, form, "alder1")
    second = answer(squad, form, "alder1", sequence=first["sequence"] + 1, **sleeping(4))
    letters = [sealed(squad, one) for one in ([second, first] if first_comes_last else [first, second])]
    put(squad, "a.txt", "\n".join(letters))
    (outcome,) = take(squad)
    assert (outcome.state, slept(squad)) == ("taken", [4.0])
    assert "is older than the one that stands" in " ".join(outcome.notes)
    assert [one.state for one in take(squad, again=True)] == ["again", "again"]  # the roster too
    assert slept(squad) == [4.0]


def test_the_same_answer_sealed_twice_into_one_message_counts_once(squad, form):
    one = answer(squad, form, "alder1")
    put(squad, "a.txt", sealed(squad, one) + sealed(squad, one))
    assert take(squad)[0].state == "taken"
    assert slept(squad) == [7.0]


def test_nobody_reserves_a_day_with_a_number_of_the_far_future(squad, form):
    far = answer(squad, form, "alder1", sequence=2**31 - 1)
    assert "is of the future" in refused(squad, sealed(squad, far))


def test_what_was_answered_on_a_revoked_form_gives_way_to_its_owner(squad, form):
    found = answer(squad, form, "alder1", **sleeping(1))
    put(squad, "a.txt", sealed(squad, found | {"sequence": found["sequence"] + 1800}))
    take(squad)
    form_list.revoke(squad, "athlete", "alder1")
    own = form_list.new_form(squad, "athlete", "alder1")
    put(squad, "b.txt", sealed(squad, answer(squad, own, "alder1")))
    assert take(squad)[0].state == "taken"
    assert slept(squad) == [7.0]
    take(squad, again=True)
    assert slept(squad) == [7.0]


@pytest.mark.parametrize(
    "moment",
    [
        "{:%Y-%m-%dT%H:%M:%S}",
        "{:%Y-%m-%d}",
        "29.11.2026",
        7,
        "9999-12-31T23:59-14:00",
        "{:%G-W%V-%u}T00+01",
        "{:%Y%m%d}T00+01",
    ],
)
def test_a_moment_that_is_none_is_a_sentence_and_takes_no_other_answer_with_it(squad, form, moment):
    said = moment.format(squad.now()) if isinstance(moment, str) else moment
    odd = answer(squad, form, "alder1", "session", written_at=said)
    put(squad, "a.txt", sealed(squad, odd, answer(squad, form, "alder1")))
    (outcome,) = take(squad)
    assert (outcome.state, outcome.rows_rejected, slept(squad)) == ("taken", 1, [7.0])
    assert squad.athlete("Alder").sessions.empty


@pytest.mark.parametrize("notes", ["\ud800", "nul \0 here", "esc \x1b[2J", "\u202eback to front"])
def test_letters_that_are_none_are_refused_or_kept_out(squad, form, notes):
    put(
        squad,
        "a.txt",
        sealed(squad, answer(squad, form, "alder1", "session", notes=notes), answer(squad, form, "alder1")),
    )
    (outcome,) = take(squad)
    assert "broke" not in outcome.error
    assert (outcome.state, outcome.rows_rejected, slept(squad)) == ("taken", 1, [7.0])
    assert "has letters that are none" in outcome.refused
    assert outcome.refused.isprintable()


def test_a_text_of_half_letters_stops_neither_the_door_nor_an_erasing(squad):
    form_list.new_form(squad, "coach")
    content = json.dumps({"answers": [{"text": "\ud800", "mac": "AA"}]}).encode()
    path = put(squad, "a.txt", sealed_to(form_keys(squad).public(), content))
    assert athletes_in(squad, path) == set()
    assert "no form that is known" in refused(squad, path.read_text())
    erasure.erase(squad, "Birch", raw=True)


def test_many_marks_without_a_letter_are_looked_through_once():
    text = "{" + '"workbook_answer"' * (MAX_BYTES // 20)  # a search that went back for each would take minutes
    with pytest.raises(UnreadableFile, match="not whole"):
        letters_in(text, "a.txt")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("morning", {"items": [ITEMS[0], ITEMS[0] | {"value": 2}]}),
        ("checks", {"trials": [{"test": "hop", "trial": 1, "metric": "distance", "value": 9, "unit": "cm"}] * 2}),
        (
            "checks",
            {
                "trials": [{"test": "run", "trial": 1, "metric": "time_s", "value": 3.4, "unit": "s", "distance_m": 20}]
                * 2
            },
        ),
        ("session", TRAINED | {"cues": [{"exercise": "deadlift", "cue": "hips back"}] * 2}),
    ],
)
def test_what_is_said_twice_in_one_answer_is_refused_whole(squad, form, kind, more):
    put(squad, "a.txt", sealed(squad, answer(squad, form, "alder1", kind, **more)))
    (outcome,) = take(squad)
    assert "is said twice" in outcome.refused
    assert squad.store.frame("answers").empty


def test_a_name_that_is_the_id_of_another_takes_no_answers_of_theirs(squad, form):
    drop(
        squad.folder,
        "more.csv",
        "athlete,athlete_id,sex,birth_year,consent,guardian,aliases\nalder1,cedar1,F,2000,,,\n",
    )
    take(squad)
    put(squad, "a.txt", sealed(squad, answer(squad, form, "alder1")))
    take(squad)
    assert squad.store.frame("wellness")["athlete_id"].unique().tolist() == ["alder1"]


def test_a_label_that_was_taken_back_does_not_come_again_with_the_same_letter(squad):
    form_id = form_list.new_form(squad, "coach")
    ill = {"athlete": "birch1", "label": "ill", "first": "2026-06-01", "last": "2026-06-03"}
    letter = sealed(squad, answer(squad, form_id, "coach", "coach", labels=[ill]), key_of="")
    put(squad, "a.txt", letter)
    take(squad)
    labels.take_back(squad, labels.labels(squad)["label_id"].item())
    put(squad, "b.txt", f"once more: {letter}")
    (outcome,) = take(squad)
    assert "was taken in before" in outcome.error
    assert labels.labels(squad).empty


def test_a_signed_answer_cannot_be_moved_to_another_form(squad, form):
    other = form_list.new_form(squad, "athlete", "alder1")
    one = answer(squad, form, "alder1")
    mac = b64(mac_of(json.dumps(one), form_keys(squad).of_form(other, "alder1")))
    content = json.dumps({"answers": [{"text": json.dumps(one), "mac": mac}]}).encode()
    assert "is not proven" in refused(squad, sealed_to(form_keys(squad).public(), content))
