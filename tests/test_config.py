"""`workbook.toml` is strict: what is wrong in it is named by its key, with what to do."""

import re
from zoneinfo import ZoneInfo

import pytest

from analysis.base.config import Config, read_config
from analysis.base.display import Display
from analysis.base.errors import ConfigProblem
from analysis.workspace.starter import CONFIG

LIFT = '[[lifts]]\nexercise = "hip_thrust"\nname = "Hip thrust"\nanchor_load_kg = 100\n'


def config_of(tmp_path, text: str) -> Config:
    path = tmp_path / "workbook.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('time_zne = "UTC"', "unknown key 'time_zne'. Did you mean 'time_zone'?"),
        ("qqqqqq = 1", "unknown key 'qqqqqq'. Remove it."),
        ('[[reports]]\nname = "week"', "unknown key 'reports.0.name'. Remove it."),
        ('time_zone = "Europe/Berln"', "'Europe/Berln' is not an IANA time zone. Did you mean 'Europe/Berlin'?"),
        ('time_zone = "here"', "Use a name such as 'Europe/Berlin'."),
        ('week_start = "friday"', "week_start = 'friday'"),
        ('load_unit = "stone"', "load_unit = 'stone'"),
        ("confidence = 90", "confidence = 90"),
        ('squad = "Grove', "is not valid TOML"),
        (LIFT.replace("100", "-5"), "lifts.0.anchor_load_kg = -5"),
        (LIFT + "anchr_load_kg = 5", "unknown key 'lifts.0.anchr_load_kg'. Did you mean 'anchor_load_kg'?"),
        ('[[checks]]\ntest_id = "jump"\nname = "Jump"\nunit = "m"', "checks.0.swc"),
        ('[[reports]]\nevery = "day"', "reports.0.every = 'day'"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(tmp_path, text, said):
    with pytest.raises(ConfigProblem) as problem:
        config_of(tmp_path, text)
    assert str(problem.value).startswith("workbook.toml")
    assert said in str(problem.value)


def test_an_empty_file_is_a_configuration(tmp_path):
    config = config_of(tmp_path, "")
    assert config == Config()
    assert config.zone == ZoneInfo("UTC")


def test_a_byte_order_mark_does_not_spoil_it(tmp_path):
    assert config_of(tmp_path, '\ufeffsquad = "Grove"').squad == "Grove"


def test_a_file_in_another_encoding_is_refused_in_words(tmp_path):
    path = tmp_path / "workbook.toml"
    path.write_bytes('squad = "Bäume"'.encode("latin-1"))
    with pytest.raises(ConfigProblem, match=r"workbook.toml is not valid"):
        read_config(path)


def test_a_lift_is_found_by_name_and_another_is_told_the_key_lifts(tmp_path):
    config = config_of(tmp_path, LIFT)
    assert config.lift("hip_thrust").anchor_load_kg == 100
    assert config.lift("") is config.lifts[0]
    with pytest.raises(ConfigProblem, match=r"'deadlift' is not a key lift; the key lifts are: hip_thrust"):
        config.lift("deadlift")


def test_a_check_is_found_by_its_test_and_another_is_told_the_checks(tmp_path):
    config = config_of(tmp_path, '[[checks]]\ntest_id = "sprint_20m"\nname = "20 m"\nunit = "s"\nswc = 0.03\n')
    assert config.check("sprint_20m").swc == 0.03
    assert config.check("") is config.checks[0]
    with pytest.raises(ConfigProblem, match=r"'jump' is not a check; the checks are: sprint_20m"):
        config.check("jump")


def test_an_athlete_may_have_an_anchor_load_of_their_own(tmp_path):
    lift = config_of(tmp_path, LIFT + "anchor_by_athlete = { alder1 = 60 }\n").lift("hip_thrust")
    assert (lift.anchor_kg("alder1"), lift.anchor_kg("birch1")) == (60, 100)


def test_nothing_is_filled_in_later(tmp_path):
    config = config_of(tmp_path, LIFT)
    with pytest.raises(ValueError, match="frozen"):
        config.squad = "other"


def test_the_configuration_that_init_writes_holds_together(tmp_path):
    config = config_of(tmp_path, CONFIG)
    assert [plan.report for plan in config.reports] == ["athlete_week", "squad_week"]


def test_the_units_that_init_shows_as_a_comment_can_be_taken_as_they_stand(tmp_path):
    shown = re.search(r"(?m)^# \[display\]\n(?:# .*\n)+", CONFIG)[0]
    config = config_of(tmp_path, re.sub(r"(?m)^# ", "", shown))
    assert (config.display.to(), config.display.to("k3vd")) == (Display("lb", "mi"), Display("kg", "mi"))


def test_units_of_pages_are_those_of_the_athlete_before_those_of_the_workspace():
    config = Config.model_validate(
        {"display": {"mass": "lb", "by_athlete": {"h3jp": {"distance": "mi"}, "q6gd": {"mass": "kg"}}}}
    )
    assert config.display.to() == Display("lb", "km")
    assert config.display.to("h3jp") == Display("lb", "mi")
    assert config.display.to("q6gd") == Display("kg", "km")
    assert set(config.seen_by(["h3jp"]).display.by_athlete) == {"h3jp"}
