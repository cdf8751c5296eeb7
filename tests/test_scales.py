"""Scales on which several people stand: two people in one file are never one."""

from datetime import UTC, datetime

import fit_writer as fw
import own_samples
import pytest
from drop_folder import CONFIG, ROSTER, drop, workspace

from analysis.base.config import Config
from analysis.ingest.days import body_measures
from analysis.ingest.reading import Options
from analysis.ingest.watch import fit
from analysis.workspace import intake

START = datetime(2026, 3, 2, 6, tzinfo=UTC)


def scale_file(*readings, profiles=()):
    """A scale's file: user, seconds after the start and hundredths of a kilogram of each reading."""
    writer = own_samples.file_id(fw.FitWriter(), kind=9)
    for index in profiles:
        writer.message(3, (254, "uint16", index))
    seconds = int(START.timestamp()) - fw.EPOCH_S
    for user, second, mass in readings:
        own = () if user is None else ((12, "uint16", user),)
        writer.message(30, (253, "uint32", seconds + second), (0, "uint16", mass), *own)
    return writer.content()


def read(folder, content):
    path = folder / "scale.fit"
    path.write_bytes(content)
    return fit.READER.read(path, Options(config=Config(time_zone="Europe/Berlin")))


def masses(reading):
    return reading.tables["trials"]["value"].tolist() if "trials" in reading.tables else []


FAMILY = ((0, 0, 7580), (1, 60, 5820), (0, 90000, 7600))


@pytest.mark.parametrize("users", [(None, None), (0, 0), (3, 3)])
def test_a_scale_of_one_person_is_that_of_the_folder(tmp_path, users):
    reading = read(tmp_path, scale_file((users[0], 0, 6100), (users[1], 60, 6120)))
    assert masses(reading) == [61.0, 61.2]
    assert not any("people" in note for note in reading.notes)


def test_of_several_people_nobody_is_taken_for_the_athlete(tmp_path):
    reading = read(tmp_path, scale_file(*FAMILY))
    assert masses(reading) == []
    (said,) = [note for note in reading.notes if "people apart" in note]
    assert "user 0 (readings: 2, 75.8 to 76.0 kg); user 1 (readings: 1, 58.2 kg)" in said


def test_the_person_whose_profile_the_file_holds_is_meant_and_the_others_are_named(tmp_path):
    reading = read(tmp_path, scale_file(*FAMILY, profiles=(1,)))
    assert masses(reading) == [58.2]
    assert "Readings of other people on the scale, left out: user 0 (readings: 2, 75.8 to 76.0 kg)." in reading.notes
    assert masses(read(tmp_path, scale_file(*FAMILY, profiles=(0, 1)))) == []
    assert masses(read(tmp_path, scale_file(*FAMILY, profiles=(5,)))) == []


def test_a_reading_without_a_user_beside_others_is_nobodys(tmp_path):
    reading = read(tmp_path, scale_file((None, 0, 7580), (1, 60, 5820)))
    assert masses(reading) == []
    assert any("nobody named (readings: 1, 75.8 kg)" in note for note in reading.notes)


def table(folder, text):
    path = folder / "body.csv"
    path.write_text(text, encoding="utf-8")
    return body_measures.READER.read(path, Options())


def test_users_of_a_table_are_people_of_their_own(tmp_path):
    text = "Date,User,WeightKg\n2026-03-02,Alder,61.0\n2026-03-02,Birch,80.0\n2026-03-03,Alder,61.2\n2026-03-04,,70\n"
    reading = table(tmp_path, text)
    assert reading.tables["trials"]["external_name"].tolist() == ["Alder", "Birch", "Alder"]
    assert reading.rejects["row_no"].tolist() == [4]
    alone = table(tmp_path, "Date,User,WeightKg\n2026-03-02,1,61.0\n2026-03-03,1,61.2\n")
    assert alone.tables["trials"]["external_name"].isna().all()


def test_a_family_in_one_table_is_not_the_athlete_of_the_folder(tmp_path):
    opened = workspace(tmp_path / "grove", CONFIG)
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,report body_mass,,\n")
    drop(opened.folder, "Alder/body.csv", "Date,User,WeightKg\n2026-03-02,Alder,61.0\n2026-03-02,Birch,80.0\n")
    outcomes = list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    assert outcomes[-1].waiting == {"Birch": 1}
    assert opened.athlete("Alder").trials["value"].tolist() == [61.0]
    opened.store.close()
