"""The store: whole files or none, the second reading changes nothing, the sample files follow the transaction."""

import contextlib
import sqlite3

import pandas as pd
import pytest

from analysis.base import waiting
from analysis.base.errors import DataProblem, WorkbookError
from analysis.base.tables import TABLES
from analysis.store import FileFacts, Store, as_json
from analysis.store.database import transaction

FACTS = {
    "reader": "strong",
    "reader_version": 1,
    "dialect": as_json({}),
    "imported_at": pd.Timestamp("2026-01-10T08:00:00Z"),
    "rows_taken": 1,
    "rows_rejected": 0,
    "rows_waiting": 0,
}


def a_session(**more) -> pd.DataFrame:
    row = {
        "session_id": "s1",
        "athlete_id": "k3vd",
        "source": "strong",
        "source_key": "2026-01-05",
        "tz_quality": "none",
        "local_date": "2026-01-05",
        "kind": "strength",
        "status": "done",
        "row_no": 1,
    }
    return pd.DataFrame([row | more])


def a_set(**more) -> pd.DataFrame:
    row = {
        "session_id": "s1",
        "set_no": 1,
        "athlete_id": "k3vd",
        "exercise": "deadlift",
        "exercise_raw": "Deadlift",
        "side": "B",
        "set_kind": "work",
        "load_kg": 100.0,
        "reps": 5.0,
        "row_no": 1,
    }
    return pd.DataFrame([row | more])


@pytest.fixture(params=["file", "server"])
def store(tmp_path, request):
    url = request.getfixturevalue("postgres").new() if request.param == "server" else None
    opened = Store.open(tmp_path / "store", url=url)
    yield opened
    opened.close()


def append(store, sha="a" * 64, **tables):
    return store.append(FileFacts(sha, "log.csv", 10), FACTS, tables)


def test_what_goes_in_comes_out_in_canonical_types(store):
    append(store, sessions=a_session(start_utc="2026-01-05T09:00:00+00:00", start_local="2026-01-05T10:00:00"))
    got = store.frame("sessions").iloc[0]
    assert got["start_utc"] == pd.Timestamp("2026-01-05T09:00:00Z")
    assert got["start_local"] == pd.Timestamp("2026-01-05T10:00:00")
    assert got["local_date"] == pd.Timestamp("2026-01-05")
    assert pd.isna(got["rpe_cr10"])
    assert pd.isna(got["notes"])


def a_rep(**more) -> pd.DataFrame:
    row = {"session_id": "s1", "set_no": 1, "rep_no": 1, "athlete_id": "k3vd", "device": "encoder", "row_no": 1}
    return pd.DataFrame([row | more])


def test_a_lift_is_counted_by_its_device_with_what_is_measured_of_it(store):
    deadlift, squat = a_set(tempo="3-1-1-0"), a_set(set_no=2, exercise="squat")
    of_both = [a_rep(mean_velocity_m_s=0.6), a_rep(rep_no=2, mean_propulsive_velocity_m_s=0.7, form_flags="")]
    camera = a_rep(rep_no=3, device="camera", hinge_angle_deg=80.0, form_flags="flexion")
    unknown = a_set(set_no=3, exercise=None, exercise_raw="Thing")
    sets = pd.concat([deadlift, squat, unknown])
    append(store, sessions=a_session(), sets=sets, reps=pd.concat([*of_both, camera, a_rep(set_no=3)]))
    append(
        store, "b" * 64, sessions=a_session(session_id="t", athlete_id="x"), sets=a_set(session_id="t", athlete_id="x")
    )
    assert sorted(store.lifts(), key=str) == [
        ("k3vd", "deadlift", "camera", 0, 1, 1, 1),
        ("k3vd", "deadlift", "encoder", 2, 0, 1, 2),
        ("k3vd", "squat", None, 0, 0, 0, 0),
        ("x", "deadlift", None, 0, 0, 0, 0),
    ]


def test_every_table_has_a_place_and_reads_back_empty(store):
    for name, table in TABLES.items():
        if name != "samples":
            assert list(store.frame(name).columns) == table.names


def test_the_same_rows_again_are_known_and_bump_nothing(store):
    append(store, sessions=a_session(), sets=a_set())
    revision = store.revision("k3vd")
    again = append(store, sha="b" * 64, sessions=a_session(), sets=a_set())
    assert (again.new, again.revised) == ({"sessions": 0, "sets": 0}, {"sessions": 0, "sets": 0})
    assert again.known == {"sessions": 1, "sets": 1}
    assert store.revision("k3vd") == revision


def test_a_changed_row_is_a_revision(store):
    append(store, sets=a_set(), sessions=a_session())
    again = append(store, sha="b" * 64, sets=a_set(load_kg=102.5))
    assert again.revised == {"sets": 1}
    assert store.frame("sets")["load_kg"].tolist() == [102.5]
    assert store.revision("k3vd") == 2


def test_a_revision_can_be_seen(store):
    append(store, sets=a_set(), sessions=a_session(start_local="2026-01-05T10:00:00"))
    append(store, sha="b" * 64, sets=a_set(load_kg=102.5), sessions=a_session(start_local="2026-01-05T10:00:00"))
    seen = store.frame("revisions")
    assert seen[["table_name", "row_key", "before", "after"]].to_numpy().tolist() == [
        ["sets", "s1|1", '{"load_kg":100.0}', '{"load_kg":102.5}']
    ]


def test_a_set_gained_in_the_middle_revises_nothing_after_it(store):
    one, two, three = a_set(), a_set(set_no=2, load_kg=110.0), a_set(set_no=3, load_kg=120.0)
    append(store, sessions=a_session(), sets=pd.concat([one, three.assign(set_no=2)]))
    again = append(store, sha="b" * 64, sessions=a_session(), sets=pd.concat([one, two, three]))
    assert (again.new["sets"], again.revised["sets"], again.known["sets"]) == (1, 0, 2)
    assert sorted(store.frame("sets")["load_kg"]) == [100.0, 110.0, 120.0]


def test_a_second_bar_speed_file_of_the_day_adds_its_sets_and_their_reps(store):
    rep = pd.DataFrame(
        [{"session_id": "s1", "set_no": 1, "rep_no": 1, "athlete_id": "k3vd", "mean_velocity_m_s": 0.5, "row_no": 1}]
    )
    append(store, sessions=a_session(), sets=a_set(), reps=rep)
    other = a_set(exercise="hip_thrust", exercise_raw="Hip Thrust", load_kg=80.0)
    again = append(store, sha="b" * 64, sessions=a_session(), sets=other, reps=rep.assign(mean_velocity_m_s=0.9))
    assert (again.new["sets"], again.revised["sets"]) == (1, 0)
    speeds = store.frame("reps").set_index("set_no")["mean_velocity_m_s"]
    assert speeds.to_dict() == {1: 0.5, 2: 0.9}


def test_a_corrected_file_clears_the_rejects_of_the_one_before(store):
    def rows(*raw):
        return pd.DataFrame(
            [
                {"sheet": "", "row_no": n, "raw": text, "row_hash": text, "occurrence": 1, "became": "taken"}
                for n, text in enumerate(raw, 1)
            ]
        )

    reject = pd.DataFrame(
        [{"sheet": "", "row_no": 2, "column": "Reps", "check": "number", "raw": "x", "reason": "no number"}]
    )
    append(store, source_rows=rows("good", "bad"), rejects=reject)
    append(store, sha="c" * 64, source_rows=rows("another file"))
    assert len(store.frame("rejects")) == 1
    append(store, sha="b" * 64, source_rows=rows("good", "mended"))
    assert store.frame("rejects").empty


def test_a_bad_value_stores_nothing_of_the_file(store):
    with pytest.raises(DataProblem, match="above 1000 kg"):
        append(store, sessions=a_session(), sets=a_set(load_kg=5000.0))
    assert store.frame("files").empty
    assert store.frame("sessions").empty


def test_two_rows_with_one_key_are_refused(store):
    with pytest.raises(DataProblem, match="same key"):
        append(store, sets=pd.concat([a_set(), a_set(load_kg=60.0)]))


def test_samples_lie_beside_and_come_back(store):
    samples = pd.DataFrame({"session_id": "s1", "t_s": [0.0, 1.0], "seq": [0, 0], "heart_rate_bpm": [90.0, 91.0]})
    store.append(FileFacts("c" * 64, "run.fit", 10), FACTS, {"sessions": a_session(kind="run")}, {"k3vd": samples})
    assert store.samples("k3vd", "s1")["heart_rate_bpm"].tolist() == [90.0, 91.0]
    assert store.samples("k3vd", "other").empty


def test_a_file_exported_again_does_not_double_the_samples(store):
    samples = pd.DataFrame({"session_id": "s1", "t_s": [0.0, 1.0], "seq": [0, 0], "heart_rate_bpm": [90.0, 91.0]})
    run = a_session(kind="run")
    store.append(FileFacts("c" * 64, "run.fit", 10), FACTS, {"sessions": run}, {"k3vd": samples})
    again = samples.assign(heart_rate_bpm=[95.0, 96.0])
    store.append(FileFacts("a" * 64, "run.fit", 10), FACTS, {"sessions": run}, {"k3vd": again})
    assert store.samples("k3vd", "s1")["heart_rate_bpm"].tolist() == [95.0, 96.0]


def test_samples_of_a_refused_file_are_gone(store):
    samples = pd.DataFrame({"session_id": "s1", "t_s": [0.0], "seq": [0]})
    with pytest.raises(DataProblem):
        store.append(FileFacts("c" * 64, "run.fit", 10), FACTS, {"sets": a_set(reps=-1.0)}, {"k3vd": samples})
    assert store.sample_paths() == set()


def test_a_sample_file_nobody_names_is_swept(store, tmp_path):
    orphan = tmp_path / "store" / "samples" / "athlete_id=k3vd" / "dead.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    assert store.sweep() == ["athlete_id=k3vd/dead.parquet"]
    assert not orphan.exists()


def test_a_set_in_the_log_and_in_the_bar_speed_file_is_linked(store):
    append(store, sessions=a_session(), sets=a_set())
    append(
        store,
        sha="b" * 64,
        sessions=a_session(session_id="s2", source="bar_speed"),
        sets=a_set(session_id="s2", load_kg=100.1),
    )
    links = store.frame("links")
    assert links[["kind", "a", "b"]].to_numpy().tolist() == [["set", "s1|1", "s2|1"]]


def test_the_store_is_readable_by_its_owner_only(store, tmp_path):
    import os
    import stat

    if os.name != "posix":
        pytest.skip("folder permissions are a POSIX matter")
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert store.problems() == []


def test_a_new_store_that_somebody_else_opens_too_is_waited_for(tmp_path, monkeypatch):
    made = tmp_path / "store.sqlite"
    with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # SQLite gives no file a log meanwhile, and does not wait
        monkeypatch.setattr(waiting.time, "sleep", lambda _: other.in_transaction and other.rollback())
        with contextlib.closing(Store.open(tmp_path)) as store:
            assert store.frame("files").empty


def test_a_store_of_another_version_is_told_in_a_sentence(store, tmp_path):
    with transaction(store._engine) as connection:
        connection.exec_driver_sql("ALTER TABLE revisions DROP COLUMN before")
        address = connection.engine.url
    store.close()
    url = None if address.drivername == "sqlite" else address.render_as_string()
    with pytest.raises(WorkbookError, match=r"no column before in its table revisions.*ingest the raw"):
        Store.open(tmp_path / "store", url=url)


def test_two_sessions_on_one_day_are_linked_among_others_of_the_file(store):
    append(store, sessions=a_session(), sets=a_set())
    other_day = a_session(session_id="s3", source="bar_speed", local_date="2026-01-07")
    append(
        store,
        sha="b" * 64,
        sessions=pd.concat([a_session(session_id="s2", source="bar_speed"), other_day]),
        sets=pd.concat([a_set(session_id="s2"), a_set(session_id="s3")]),
    )
    assert store.frame("links")[["a", "b"]].to_numpy().tolist() == [["s1|1", "s2|1"]]


def test_a_large_table_read_in_parts_is_the_same_table(store, monkeypatch):
    append(store, sessions=a_session(), sets=pd.concat([a_set(set_no=n, load_kg=60.0 + n) for n in range(1, 8)]))
    whole = store.frame("sets")
    monkeypatch.setattr("analysis.store.database._ROWS_OF_A_PART", 3)
    pd.testing.assert_frame_equal(store.frame("sets"), whole)
    assert len(whole) == 7
