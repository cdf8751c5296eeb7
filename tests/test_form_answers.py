"""Answers of a form on their way back: what is taken, what stands, and each way in which one is refused."""

import json
import shutil
from datetime import timedelta

import pandas as pd
import pytest
from drop_folder import workspace
from form_letters import ITEMS, SETS, TRAINED, answer, b64, put, refused, sealed, sealed_to, take
from hypothesis import given
from hypothesis import strategies as st

from analysis import open_workspace
from analysis.base.errors import UnreadableFile
from analysis.base.rules import proposal_id
from analysis.cli import main
from analysis.privacy import backup, erasure, takeaway
from analysis.proposals import said_away
from analysis.sealing import MAX_BYTES, SECRET, FormKeysLost, letters_in, opened
from analysis.workspace import Workspace, form_list, intake, labels
from analysis.workspace.form_letters import form_keys


@pytest.fixture
def form(squad) -> str:
    return form_list.new_form(squad, "athlete", "alder1")


def later(squad: Workspace, monkeypatch, **time) -> None:
    """Have that much time pass."""
    now = squad.now() + timedelta(**time)
    monkeypatch.setattr(Workspace, "now", staticmethod(lambda: now))


def test_a_morning_becomes_answers_on_their_scales_and_nothing_of_it_lies_open(squad, form):
    path = put(squad, "letter.txt", sealed(squad, answer(squad, form, "alder1")))
    (outcome,) = take(squad)
    assert (outcome.state, outcome.reader) == ("taken", "form_answers")
    rows = squad.athlete("Alder").wellness
    assert rows[["item", "value", "scale_max", "direction", "source"]].to_numpy().tolist() == [
        ["sleep", 7.0, 10.0, "higher_better", "form"],
        ["soreness", 3.0, 10.0, "lower_better", "form"],
    ]
    text = path.read_text()
    assert not any(word in text for word in ("sleep", "soreness", "alder1", "Alder", form, "morning"))


def test_a_session_brings_its_sets_and_what_was_said_of_their_repetitions(squad, form):
    more = {"notes": "good day", "video": "https://v.example/1", "cues": [{"exercise": "deadlift", "cue": "hips back"}]}
    put(squad, "letter.txt", sealed(squad, answer(squad, form, "alder1", "session", **more)))
    assert take(squad)[0].state == "taken"
    alder = squad.athlete("Alder")
    (session,) = alder.sessions.to_dict("records")
    assert (session["kind"], session["role"], session["duration_s"], session["rpe_cr10"]) == (
        "strength",
        "day_1",
        3600.0,
        7.0,
    )
    assert session["notes"] == "good day; video: https://v.example/1"
    assert alder.sets[["exercise", "load_kg", "reps", "rir"]].to_numpy().tolist() == [
        ["romanian_deadlift", 60.0, 8.0, 2.0],
        ["romanian_deadlift", 60.0, 8.0, 1.0],
    ]
    assert alder.reps[["set_no", "rep_no", "form_flags"]].to_numpy().tolist() == [
        *([1, rep, ""] for rep in range(1, 7)),
        [1, 7, "flexion"],
    ]
    assert alder.cues["cue"].tolist() == ["hips back"]


def test_pounds_become_kilograms_and_checks_become_trials_and_times(squad, form):
    lifted = TRAINED | {"sets": [{"exercise": "deadlift", "load": 225, "unit": "lb", "reps": 5}]}
    hop = {"test": "single_leg_hop", "trial": 1, "side": "L", "metric": "distance", "value": 181, "unit": "cm"}
    run = {"test": "sprint_20m", "trial": 1, "metric": "time_s", "value": 3.4, "unit": "s", "distance_m": 20}
    answers = [
        answer(squad, form, "alder1", "session", **lifted),
        answer(squad, form, "alder1", "checks", trials=[hop, run]),
    ]
    put(squad, "letter.txt", sealed(squad, *answers))
    assert take(squad)[0].state == "taken"
    alder = squad.athlete("Alder")
    assert alder.sets["load_kg"].item() == pytest.approx(102.058, abs=1e-3)
    assert alder.trials[["test_id", "side", "value", "unit"]].to_numpy().tolist() == [
        ["single_leg_hop", "L", 181.0, "cm"]
    ]
    assert alder.splits[["test_id", "distance_m", "time_s", "device"]].to_numpy().tolist() == [
        ["sprint_20m", 20.0, 3.4, "by hand"]
    ]


def test_a_letter_is_found_in_a_pasted_message(squad, form):
    letter = sealed(squad, answer(squad, form, "alder1")).replace('"', "“").replace("key“: “", "key”:\n> “")
    put(squad, "message.txt", f"Hi coach {{smile}},\n> {letter[:200]}\n> {letter[200:]}\nsee you, A.")
    assert take(squad)[0].state == "taken"
    assert len(squad.athlete("Alder").wellness) == 2


def test_the_same_answers_twice_count_once_and_are_said(squad, form):
    one = answer(squad, form, "alder1")
    put(squad, "a.txt", sealed(squad, one))
    put(squad, "b.txt", sealed(squad, one))
    first, second = take(squad)
    assert (first.state, second.state) == ("taken", "known")
    assert "is stored already" in second.error
    assert len(squad.athlete("Alder").wellness) == 2
    assert take(squad) == []


def test_a_higher_sequence_revises_whole_and_an_older_one_is_ignored(squad, form):
    first = answer(squad, form, "alder1", "session")
    better = answer(squad, form, "alder1", "session", rpe=8, sets=SETS[1:], sequence=first["sequence"] + 5)
    older = answer(squad, form, "alder1", "session", rpe=2, sequence=first["sequence"] + 2)
    put(squad, "a.txt", sealed(squad, first))
    take(squad)
    put(squad, "b.txt", sealed(squad, better))
    assert take(squad)[0].state == "taken"
    put(squad, "c.txt", sealed(squad, older))
    (ignored,) = take(squad)
    assert ignored.state == "known"
    assert "is older than the one that stands" in ignored.error
    alder = squad.athlete("Alder")
    assert alder.sessions["rpe_cr10"].tolist() == [8.0]
    assert alder.sets[["reps", "rir"]].to_numpy().tolist() == [[8.0, 1.0]]
    assert alder.reps.empty
    assert squad.store.frame("answers")["sequence"].tolist() == [better["sequence"]]
    again = list(intake.ingest(squad, intake.files_below([squad.raw_folder]), again=True))
    assert {one.state for one in again} <= {"again", "known"}
    assert squad.athlete("Alder").sets[["reps", "rir"]].to_numpy().tolist() == [[8.0, 1.0]]


def test_two_sessions_of_a_day_are_two(squad, form):
    answers = [answer(squad, form, "alder1", kind) for kind in ("session", "session_2")]
    put(squad, "a.txt", sealed(squad, *answers))
    take(squad)
    assert len(squad.athlete("Alder").sessions) == 2


@given(place=st.integers(0), flip=st.integers(1, 63))
def test_no_altered_letter_opens(altered, place, flip):
    squad, letter = altered
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    fields = json.loads(letter)
    part = ("key", "nonce", "sealed")[place % 3]
    at = place % len(fields[part])
    fields[part] = fields[part][:at] + letters[(letters.index(fields[part][at]) + flip) % 64] + fields[part][at + 1 :]
    whole = [len(fields[name]) * 3 // 4 for name in ("key", "nonce", "sealed")]
    same = [b64(unpadded(fields[name], n)) == json.loads(letter)[name] for name, n in zip(fields, whole, strict=False)]
    if all(same):  # the last letter has bits that stand for nothing
        return
    with pytest.raises(UnreadableFile, match=r"do not open|not whole"):
        opened(letters_in(json.dumps(fields), "a.txt")[0], form_keys(squad).private(), "a.txt")


def unpadded(text, n):
    import base64

    return base64.urlsafe_b64decode(str(text) + "==")[:n] if isinstance(text, str) else b""


@pytest.fixture(scope="module")
def altered(alder_and_birch, tmp_path_factory):
    squad = open_workspace(shutil.copytree(alder_and_birch, tmp_path_factory.mktemp("altered") / "squad"))
    yield squad, sealed(squad, answer(squad, form_list.new_form(squad, "athlete", "alder1"), "alder1"))
    squad.store.close()


def test_an_answer_under_the_key_of_another_athlete_is_refused(squad, form):
    theirs = form_list.new_form(squad, "athlete", "birch1")
    assert "is not proven to come from its form" in refused(
        squad, sealed(squad, answer(squad, form, "alder1"), key_of="birch1")
    )
    named = answer(squad, theirs, "alder1")
    assert "is not proven to come from its form" in refused(squad, sealed(squad, named, key_of="birch1"))


def test_an_answer_with_another_word_than_was_signed_is_refused(squad, form):
    keys, one = form_keys(squad), answer(squad, form, "alder1")
    from analysis.sealing.letter import mac_of

    mac = b64(mac_of(json.dumps(one), keys.of_form(form, "alder1")))
    text = json.dumps(one).replace('"value": 7', '"value": 9')
    content = json.dumps({"answers": [{"text": text, "mac": mac}]}).encode()
    assert "is not proven to come from its form" in refused(squad, sealed_to(keys.public(), content))


def test_an_answer_of_a_revoked_form_is_refused_and_what_it_said_before_stays(squad, form):
    put(squad, "a.txt", sealed(squad, answer(squad, form, "alder1", days=1)))
    take(squad)
    assert form_list.revoke(squad, "athlete", "alder1") == 1
    assert "was revoked" in refused(squad, sealed(squad, answer(squad, form, "alder1")))
    assert len(squad.athlete("Alder").wellness) == 2
    outcomes = list(intake.ingest(squad, {squad.raw_folder / "a.txt": squad.raw_folder}, again=True))
    assert [one.state for one in outcomes] == ["again"]
    assert len(squad.athlete("Alder").wellness) == 2


@pytest.mark.parametrize(
    ("days", "passed", "why"),
    [
        (-1, {}, "is of the future"),
        (15, {}, "came 15 days late"),
        (0, {"days": 365}, "came 365 days late"),
        (14, {}, None),
        (0, {"days": 14}, None),
    ],
)
def test_answers_count_for_two_weeks_and_never_before_their_day(squad, form, monkeypatch, days, passed, why):
    letter = sealed(squad, answer(squad, form, "alder1", days=days))
    later(squad, monkeypatch, **passed)
    if why:
        assert why in refused(squad, letter)
    else:
        put(squad, "a.txt", letter)
        assert take(squad)[0].state == "taken"


@pytest.mark.parametrize(("days", "holds"), [(35, True), (36, False)])
def test_a_form_holds_for_five_weeks(squad, form, monkeypatch, days, holds):
    later(squad, monkeypatch, days=days, hours=-1)
    letter = sealed(squad, answer(squad, form, "alder1"))
    if holds:
        put(squad, "a.txt", letter)
        assert take(squad)[0].state == "taken"
    else:
        assert "did not hold" in refused(squad, letter)


def test_a_clock_that_is_a_day_ahead_is_said(squad, form):
    ahead = (squad.now() + timedelta(days=1)).isoformat()
    assert "Set the clock" in refused(squad, sealed(squad, answer(squad, form, "alder1", written_at=ahead)))


def test_a_form_that_nobody_knows_and_a_letter_to_another_workspace_are_refused(squad, form, tmp_path):
    assert "does not know" in refused(squad, sealed(squad, answer(squad, "unknown", "alder1")))
    other = workspace(tmp_path / "other")
    form_list.new_form(other, "coach")
    assert "another workspace" in refused(squad, sealed(other, answer(other, form, "alder1")))
    other.store.close()


def test_a_broken_key_is_said_with_what_to_do(squad, form):
    letter = sealed(squad, answer(squad, form, "alder1"))
    path = form_keys(squad).path
    secret = path.read_bytes()
    path.write_bytes(secret[:7])
    assert "has 7 bytes of 32. Put it back from a backup" in refused(squad, letter)
    path.unlink()
    assert "is gone. Put it back from a backup" in refused(squad, letter)
    with pytest.raises(FormKeysLost):
        form_list.new_form(squad, "athlete", "birch1")
    path.write_bytes(secret)
    assert take(squad)[0].state == "taken"


@pytest.mark.parametrize("text", ["A" * 5_000_000, '{"workbook_answer": 1, "sealed": "' + "A" * 5_000_000 + '"}'])
def test_five_megabytes_are_a_sentence(squad, text):
    said = refused(squad, text)
    assert (f"has 5.0 MB; answers of a form have {MAX_BYTES / 1e6:.1f} MB at most" in said) == ("workbook" in text)
    assert said.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        '{"workbook_answer": 1}',
        '{"workbook_answer": 1, "key": "AA", "nonce": "AA", "sealed": "AA"}',
        '{"workbook_answer": 1, "key": "AA", "nonce": "A"',
        '{"workbook_answer": 2, "key": "AA"}',
        '{"workbook_answer": 1, "key": [], "nonce": "A", "sealed": "a"}',
        '"workbook_answer"' * 5000,
    ],
)
def test_half_a_letter_is_a_sentence(squad, text):
    form_list.new_form(squad, "coach")
    assert refused(squad, text).endswith(".")


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("morning", {"items": [ITEMS[0] | {"value": 11}]}, "does not lie on its scale"),
        ("morning", {"items": [ITEMS[0] | {"value": "7"}]}, "is no number"),
        ("morning", {"items": [ITEMS[0] | {"direction": "up"}]}, "direction"),
        ("morning", {"items": [ITEMS[0] | {"mood": 1}]}, "mood"),
        ("morning", {"items": 7}, "is no list"),
        ("session", {"rpe": 11}, "rpe_cr10"),
        ("session", {"minutes": -5}, "duration_s"),
        ("session", {"what": "yoga"}, "kind"),
        ("session", {"sets": [SETS[0] | {"clean": 9}]}, "more than the repetitions"),
        ("session", {"sets": [SETS[0] | {"break": "wobble"}]}, "break"),
        ("session", {"sets": [SETS[0] | {"load": 5000}]}, "load_kg"),
        ("session", {"video": "javascript:alert(1)"}, "is no link"),
        ("session", {"notes": "x" * 2001}, "more than 2000 letters"),
        ("morning", {"other": 1}, "is not known to this version"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_whole_with_its_reason(squad, form, kind, more, why):
    put(squad, "a.txt", sealed(squad, answer(squad, form, "alder1", kind, **more)))
    (outcome,) = take(squad)
    assert outcome.rows_rejected == 1
    assert why in outcome.refused
    assert squad.store.frame("answers").empty
    assert squad.athlete("Alder").sessions.empty
    assert squad.athlete("Alder").wellness.empty


def test_the_tablet_of_the_squad_waits_for_the_coach(squad):
    form = form_list.new_form(squad, "squad")
    put(squad, "tablet.txt", sealed(squad, answer(squad, form, "Alder"), answer(squad, form, "Birch"), key_of=""))
    (waiting,) = take(squad)
    assert waiting.state == "waiting"
    assert "Alder (morning of" in waiting.error
    assert squad.athlete("Alder").wellness.empty
    assert take(squad, seen=True)[0].state == "taken"
    assert len(squad.athlete("Birch").wellness) == 2


@pytest.mark.parametrize("kind", ["morning", "coach"])
def test_answers_that_nobody_sealed_are_a_sentence(squad, kind):
    said = refused(squad, json.dumps({"form_answers": 1, "answers": [answer(squad, "f", "coach", kind)]}), "a.json")
    assert "nobody sealed, so that nobody can tell whose they are" in said


def test_erase_finds_and_removes_forms_and_answers_also_those_never_taken_in(squad, form):
    theirs = form_list.new_form(squad, "athlete", "birch1")
    first = answer(squad, form, "alder1")
    put(squad, "a.txt", sealed(squad, first))
    take(squad)
    put(squad, "b.txt", sealed(squad, answer(squad, form, "alder1", sequence=first["sequence"] + 1)))
    take(squad)
    put(squad, "new.txt", sealed(squad, answer(squad, form, "alder1", "session")))
    put(squad, "birch.txt", sealed(squad, answer(squad, theirs, "birch1")))
    with_rows = erasure.erase(squad, "Alder")
    assert {trace.path.name for trace in with_rows.left} >= {"a.txt", "b.txt", "new.txt"}
    done = erasure.erase(squad, "Alder", raw=True)
    assert done.left == []
    assert sorted(path.name for path in squad.raw_folder.glob("*.txt")) == ["birch.txt"]
    assert squad.store.frame("forms")["athlete_id"].tolist() == ["birch1"]
    assert squad.store.frame("answers").empty
    assert take(squad)[0].state == "taken"


@pytest.mark.soak
@pytest.mark.parametrize("is_taken_in", [True, False])
@pytest.mark.parametrize("in_one_letter", [True, False])
def test_erase_takes_one_of_several_out_of_the_letters_of_a_tablet(squad, is_taken_in, in_one_letter):
    form_id = form_list.new_form(squad, "squad")
    told = (("Birch", "morning"), ("Alder", "morning"), ("Birch", "session"))
    answers = [answer(squad, form_id, name, kind) for name, kind in told]
    letters = [answers] if in_one_letter else [[one] for one in answers]
    path = put(squad, "tablet.txt", "\n".join(sealed(squad, *some, key_of="") for some in letters))
    if is_taken_in:
        take(squad, seen=True)
    of_birch = [mac_and_text(squad, path)[place] for place in (0, 2)]
    done = erasure.erase(squad, "Alder", raw=True)
    assert (done.left, done.rewritten) == ([], ("data/raw/athletes.csv", "data/raw/tablet.txt"))
    assert mac_and_text(squad, path) == of_birch
    (outcome,) = take(squad, seen=True, again=True)[-1:]
    assert outcome.state == ("again" if is_taken_in else "taken")
    assert len(squad.athlete("Birch").wellness) == 2
    assert len(squad.athlete("Birch").sets) == 2
    assert set(squad.store.frame("answers")["athlete_id"]) == {"birch1"}


def mac_and_text(squad, path) -> list[tuple[str, bytes]]:
    """What lies in the letters of a file."""
    found = letters_in(path.read_text(), path.name)
    private = form_keys(squad).private()
    return [(one.text, one.mac) for letter in found for one in opened(letter, private, path.name)]


def test_a_backup_keeps_the_secret_and_what_is_taken_away_has_forms_and_answers(squad, form, tmp_path):
    put(squad, "a.txt", sealed(squad, answer(squad, form, "alder1")))
    take(squad)
    later_letter = sealed(squad, answer(squad, form, "alder1", "session"))
    backup.back_up(squad, tmp_path / "b.backup")
    backup.restore(tmp_path / "b.backup", tmp_path / "again")
    again = open_workspace(tmp_path / "again")
    assert (tmp_path / "again" / "data" / "store" / SECRET).stat().st_size == 32
    put(again, "c.txt", later_letter)
    assert take(again)[0].state == "taken"
    again.store.close()
    taken = takeaway.export(squad, "Alder", tmp_path / "out")
    assert (taken.rows["forms"], taken.rows["answers"]) == (1, 1)
    assert pd.read_csv(tmp_path / "out" / "tables" / "wellness.csv")["item"].tolist() == ["sleep", "soreness"]


def test_check_says_what_ingest_would_make_of_a_letter_and_stores_nothing(squad, form):
    from click.testing import CliRunner

    path = put(squad, "a.txt", sealed(squad, answer(squad, form, "alder1")))
    result = CliRunner().invoke(main, ["check", str(path), "--workspace", str(squad.folder)])
    assert result.exit_code == 0, result.output
    assert "form_answers" in result.output
    assert squad.store.frame("answers").empty


DECISION = {
    "athlete_id": "alder1",
    "local_date": "2026-06-01",
    "rule_id": "plateau.tempo",
    "subject": "deadlift",
    "line": "Slow the way down.",
    "evidence": "No change for 6 weeks.",
    "answer": "accepted",
    "reason": "fits the camp",
}
ILL = {"athlete": "birch1", "label": "ill", "first": "2026-06-01", "last": "2026-06-03"}


def coach(squad, form_id: str, **more) -> str:
    """A letter of the coach."""
    one = answer(squad, form_id, "coach", "coach", **more)
    return sealed(squad, one, key_of="")


def test_the_coach_answers_proposals_and_names_days(squad):
    form_id = form_list.new_form(squad, "coach")
    put(squad, "a.txt", coach(squad, form_id, decisions=[DECISION], labels=[ILL]))
    assert take(squad)[0].state == "taken"
    (row,) = squad.store.frame("proposals").to_dict("records")
    assert (row["athlete_id"], row["answer"], row["reason"]) == ("alder1", "accepted", "fits the camp")
    assert row["proposal_id"] == proposal_id("alder1", "2026-06-01", "plateau.tempo", "deadlift")
    (label,) = labels.labels(squad).to_dict("records")
    assert (label["athlete_id"], label["kind"], label["source"]) == ("birch1", "ill", "coach")
    assert (label["last_date"] - label["first_date"]).days == 2
    assert squad.store.frame("answers").empty


def test_a_choice_of_a_menu_rejects_the_one_before_and_what_was_said_since_stands(squad):
    form_id = form_list.new_form(squad, "coach")
    put(squad, "a.txt", coach(squad, form_id, decisions=[DECISION]))
    take(squad)
    other = DECISION | {"rule_id": "plateau.pause"}
    put(squad, "b.txt", coach(squad, form_id, decisions=[other]))
    take(squad)
    answers = squad.store.frame("proposals").set_index("rule_id")["answer"].to_dict()
    assert answers == {"plateau.tempo": "rejected", "plateau.pause": "accepted"}
    old = (squad.now() - timedelta(hours=1)).isoformat()
    revoked = coach(squad, form_id, decisions=[other | {"answer": "rejected"}], written_at=old)
    put(squad, "c.txt", revoked)
    take(squad)
    list(intake.ingest(squad, intake.files_below([squad.raw_folder]), again=True))
    assert squad.store.frame("proposals").set_index("rule_id")["answer"].to_dict() == answers


def test_days_that_have_that_name_are_said_and_nothing_is_stored(squad):
    form_id = form_list.new_form(squad, "coach")
    labels.label(squad, "Birch", "2026-06-02", "2026-06-05", "ill")
    said = refused(squad, coach(squad, form_id, decisions=[DECISION], labels=[ILL]))
    assert "some of the days from 2026-06-01 to 2026-06-03 are called ill already" in said
    assert squad.store.frame("proposals").empty


def test_days_that_are_all_called_so_keep_nothing_else_from_being_taken(squad):
    form_id = form_list.new_form(squad, "coach")
    labels.label(squad, "Birch", "2026-06-01", "2026-06-05", "ill")
    put(squad, "a.txt", coach(squad, form_id, decisions=[DECISION], labels=[ILL, ILL]))
    assert take(squad)[0].state == "taken"
    assert (len(squad.store.frame("proposals")), len(labels.labels(squad))) == (1, 1)
    other = ILL | {"athlete": "alder1"}
    put(squad, "b.txt", coach(squad, form_id, labels=[other, other]))
    assert take(squad)[0].state == "taken"
    assert labels.labels(squad)["athlete_id"].tolist() == ["alder1", "birch1"]


def test_of_one_menu_one_choice_is_accepted_in_one_letter_and_by_an_older_one_too(squad):
    form_id = form_list.new_form(squad, "coach")
    pause, slow = DECISION | {"rule_id": "plateau.pause"}, DECISION | {"rule_id": "plateau.slow"}
    old = (squad.now() - timedelta(minutes=10)).isoformat()
    put(squad, "a.txt", coach(squad, form_id, decisions=[DECISION, pause]))
    take(squad)
    put(squad, "b.txt", coach(squad, form_id, decisions=[slow], written_at=old))
    take(squad)
    said = squad.store.frame("proposals").set_index("rule_id")["answer"].to_dict()
    assert said == {"plateau.tempo": "rejected", "plateau.pause": "accepted", "plateau.slow": "rejected"}


def test_days_that_an_athlete_logged_as_ill_are_asked_of_the_coach_until_they_are_called_so(squad, form):
    off = {"what": "other", "status": "off", "away": "ill", "minutes": None, "rpe": None, "sets": None, "role": None}
    away = [answer(squad, form, "alder1", "session", days=days, **off) for days in (1, 2, 4)]
    away.append(answer(squad, form, "alder1", "session", days=6, **off | {"away": "travelling"}))
    away.append(answer(squad, form, "alder1", "session", days=8, **off | {"away": None, "notes": "no time"}))
    put(squad, "a.txt", sealed(squad, *away))
    take(squad)
    days = [f"{squad.today() - timedelta(days=number):%Y-%m-%d}" for number in range(9)]
    told = [(one["name"], one["label"], one["first"], one["last"]) for one in said_away(squad)]
    assert told == [
        ("Alder", "travel", days[6], days[6]),
        ("Alder", "ill", days[4], days[4]),
        ("Alder", "ill", days[2], days[1]),
    ]
    labels.label(squad, "Alder", days[2], days[1], "ill")
    assert [one["first"] for one in said_away(squad)] == [days[6], days[4]]


def test_an_athlete_cannot_answer_as_the_coach(squad, form):
    one = answer(squad, form, "coach", "coach", decisions=[DECISION])
    assert "is not proven" in refused(squad, sealed(squad, one, key_of="alder1"))
    own = answer(squad, form, "alder1", "coach", decisions=[DECISION])
    assert "is not proven" in refused(squad, sealed(squad, own), "b.txt")


@pytest.mark.parametrize("more", [{"decisions": [{}]}, {"decisions": 7}, {"labels": [ILL | {"first": "soon"}]}])
def test_half_a_decision_is_refused(squad, more):
    form_id = form_list.new_form(squad, "coach")
    assert "no form that is known" in refused(squad, coach(squad, form_id, **more))
