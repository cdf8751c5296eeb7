"""The example squad: the same bytes every time, files as users have them, and truths that can be found in them."""

import gzip
import hashlib
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from scipy.stats import poisson

from analysis.base.blocks import Fact
from analysis.base.config import read_config
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY, Truth, athlete_ids, write_example
from analysis.example.hinge_work import MEASURED_REPS, SINGLE_LEG, SWING
from analysis.example.squad import DAYS, KEY_LIFTS, NOISE, ROMANIAN_DEADLIFT, squad, true_course
from analysis.example.truths import BUILT_IN, ramp, stronger_right, with_truths
from analysis.ingest.mapping.templates import TEMPLATES
from analysis.ingest.reading import Options
from analysis.ingest.registry import read
from analysis.models.change import Change, expected_by_chance
from analysis.models.form.clean_reps import history_of_rated
from analysis.models.form.hazard import with_hazards
from analysis.models.noise import NO_SQUAD
from analysis.models.series import Followed, Judging
from analysis.models.sprint.profile import sprint_profile_gates
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.milestones import milestones_of
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.block_review import training_sections
from analysis.pages.series import is_news, subject_of

SEED = 2026
TCX = "{http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2}"


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("example")
    return folder, write_example(folder, SEED)


@pytest.fixture(scope="module")
def folder(example) -> Path:
    return example[0]


@pytest.fixture(scope="module")
def truth(example) -> Truth:
    return example[1]


@pytest.fixture(scope="module")
def reps(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "bar_speed.csv", parse_dates=["date"])


@pytest.fixture(scope="module")
def splits(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "splits.csv", parse_dates=["date"])


@pytest.fixture(scope="module")
def screens(folder) -> pd.DataFrame:
    return pd.read_excel(folder / "screens.xlsx", engine="calamine", parse_dates=["date"])


@pytest.fixture(scope="module")
def hops(screens) -> pd.DataFrame:
    """100 ln(R/L) of the single-leg hop, one column an athlete, one row a date."""
    trials = screens[screens["test"] == "single_leg_hop"]
    means = trials.pivot_table(index="date", columns=["side", "athlete"], values="value")
    return 100 * np.log(means["R"] / means["L"])


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def anchor_speeds(reps: pd.DataFrame, truth: Truth, exercise: str = "romanian_deadlift") -> pd.DataFrame:
    """Mean velocity at the anchor load, a row a Friday session and a column an athlete."""
    log_name = next(lift.log_name for lift in KEY_LIFTS if lift.exercise == exercise)
    anchor_kg = {facts["athlete"]: facts["anchor_kg"][exercise] for facts in truth.athletes}
    at_anchor = reps[(reps["exercise"] == log_name) & (reps["load_kg"] == reps["athlete"].map(anchor_kg))]
    return at_anchor.pivot_table(index="date", columns="athlete", values="mean_velocity_m_s")


def mean_between(series: pd.Series, first: str | None, last: str | None) -> float:
    return float(series.loc[first:last].mean())


def log_sets(folder: Path, name: str) -> pd.DataFrame:
    """The sets of a lifting log, whichever app wrote it: start, date, exercise, load_kg, reps."""
    strong = folder / name / "strong.csv"
    if strong.exists():
        table = pd.read_csv(strong)
        columns = ["Date", "Exercise Name", "Weight", "Reps"]
        start = pd.to_datetime(table["Date"], format="%Y-%m-%d %H:%M:%S")
    else:
        table = pd.read_csv(folder / name / "hevy.csv")
        columns = ["start_time", "exercise_title", "weight_kg", "reps"]
        start = pd.to_datetime(table["start_time"], format="%d %b %Y, %H:%M")
    sets = table[columns].set_axis(["date", "exercise", "load_kg", "reps"], axis=1)
    return sets.assign(start=start, date=start.dt.normalize())


def run_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*-run.tcx.gz"))


# the files


def test_the_same_seed_writes_the_same_bytes(folder, squad_workspace):
    assert digests(squad_workspace.files) == digests(folder)


def test_this_checkout_is_the_workspace_of_the_example_squad(folder):
    checkout = Path(__file__).parents[1] / "workbook.toml"
    assert checkout.read_bytes() == (folder / "workbook.toml").read_bytes()


@pytest.mark.soak
def test_another_seed_writes_other_measurements_and_ids(folder, tmp_path):
    write_example(tmp_path, SEED + 1)
    other = digests(tmp_path)
    same = {name for name, digest in digests(folder).items() if other.get(name) == digest}
    assert same == {"plan.csv", "contacts.csv"}  # they are no measurements


def test_the_squad_is_small_enough_to_ship_and_to_mail(folder):
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 12e6


def test_the_log_is_strong_for_one_half_and_hevy_for_the_other(folder):
    assert len(list(folder.glob("*/strong.csv"))) == len(list(folder.glob("*/hevy.csv"))) == 6


TABLES_OF_ALL = ["athletes", "bar_speed", "splits", "wellness", "session_rpe", "plan", "cues", "contacts"]


@pytest.mark.parametrize("name", TABLES_OF_ALL)
def test_the_tables_of_the_squad_have_the_columns_of_the_templates(folder, name):
    written = pd.read_csv(folder / f"{name}.csv", nrows=1).columns.tolist()
    assert written == TEMPLATES[name]


def test_the_workbook_of_screens_has_the_columns_of_its_template(screens):
    assert screens.columns.tolist() == TEMPLATES["screens"]


@pytest.mark.soak
def test_every_table_and_log_and_some_runs_are_taken_whole_by_their_readers(folder):
    options = Options(config=read_config(folder / "workbook.toml"))
    tables = [path for path in folder.iterdir() if path.suffix in (".csv", ".xlsx")]
    logs = sorted(folder.glob("*/*.csv"))
    expected = {"strong": 6, "hevy": 6, "mapping": 9, "tcx": len(run_files(folder)[::60])}
    readings = [read(path, options) for path in (*tables, *logs, *run_files(folder)[::60])]
    assert Counter(reading.reader for reading in readings) == expected
    for reading in readings:
        assert reading.rejects.empty
        assert set(reading.source_rows["became"]) <= {"taken"}
        sets = reading.tables.get("sets", TABLES["sets"].empty())
        assert sets["exercise"].notna().all()  # every name is in the catalogue


def test_names_and_aliases_are_the_only_names_in_the_tables(folder):
    people = pd.read_csv(folder / "athletes.csv")
    known = set(people["athlete"]) | set(people["aliases"])
    for name in TABLES_OF_ALL:
        assert set(pd.read_csv(folder / f"{name}.csv")["athlete"]) <= known
    assert people["athlete_id"].str.fullmatch(r"[a-z][0-9][a-z]{2}").all()
    assert people["athlete_id"].is_unique
    assert people["athlete_id"].tolist() == athlete_ids(SEED)


def test_two_athletes_do_not_share_their_body_mass_and_a_minor_has_a_guardian(folder):
    people = pd.read_csv(folder / "athletes.csv").set_index("athlete")
    assert (~people["consent"].str.contains("body_mass")).sum() == 2
    assert people["guardian"].dropna().index.tolist() == ["Hazel"]


def test_two_have_agreed_to_mails_and_their_addresses_lead_nowhere(folder):
    people = pd.read_csv(folder / "athletes.csv").set_index("athlete")
    contacts = pd.read_csv(folder / "contacts.csv").set_index("athlete")
    agreed = people.index[people["consent"].str.split().apply(lambda scopes: "delivery" in scopes)]
    (plan,) = [plan for plan in read_config(folder / "workbook.toml").reports if plan.deliver == "outbox"]
    assert agreed.tolist() == contacts.index.tolist() == plan.athletes
    assert contacts["email"].str.endswith(".invalid").all()  # RFC 2606
    assert contacts.loc["Hazel", "whose"] == "guardian"


def test_the_configuration_holds_and_knows_the_anchor_loads_of_the_lighter(folder, truth):
    config = read_config(folder / "workbook.toml")
    assert len(config.lifts) == 2
    for facts in truth.athletes:
        for lift in config.lifts:
            assert lift.anchor_kg(facts["athlete_id"]) == facts["anchor_kg"][lift.exercise]


def test_every_check_and_side_test_of_the_configuration_was_done(folder, splits, screens):
    config = read_config(folder / "workbook.toml")
    assert {check.test_id for check in config.checks} <= set(splits["test"])
    for side_test in config.side_tests:
        done = screens[(screens["test"] == side_test.test_id) & (screens["metric"] == side_test.metric)]
        assert set(done["side"]) == {"L", "R"}
        assert set(done["unit"]) == {side_test.unit}


def test_every_set_with_a_bar_speed_stands_in_the_log_too(folder, reps):
    where = ["date", "exercise", "load_kg"]
    of_key_lifts = reps["exercise"].isin([lift.log_name for lift in KEY_LIFTS])
    for name, of_athlete in reps[of_key_lifts].groupby("athlete"):
        counted = of_athlete.groupby([*where, "set"])["rep"].max().groupby(where).agg(list)
        logged = log_sets(folder, name).groupby(where)["reps"].agg(list)
        for key, recorded in counted.items():
            assert logged[key][: len(recorded)] == recorded, (name, key)  # in this order, before any other such set


def test_other_measured_sets_are_the_first_reps_of_sets_in_the_log(folder, reps):
    where = ["date", "exercise", "load_kg"]
    others = reps[~reps["exercise"].isin([lift.log_name for lift in KEY_LIFTS])]
    assert set(others["exercise"]) == {SINGLE_LEG, SWING}
    by_side = others.loc[others["exercise"] == SINGLE_LEG, "side"].value_counts()
    assert by_side["left"] == by_side["right"] > 0
    for name, of_athlete in others.groupby("athlete"):
        sets = of_athlete.fillna({"side": ""}).groupby([*where, "side"])["rep"].max()
        logged = log_sets(folder, name).groupby(where)["reps"].agg(["size", "min"])
        n_sets = sets.groupby(where).size()
        assert (logged.loc[n_sets.index, "size"] >= n_sets).all()
        assert (logged.loc[n_sets.index, "min"] > MEASURED_REPS).all()
        assert (sets == MEASURED_REPS).all()


def test_a_ramp_gives_five_loads_of_each_key_lift_once_a_month(reps):
    alder = reps[reps["athlete"] == "Alder"]
    loads = alder.groupby([alder["exercise"], "date"])["load_kg"].nunique()
    for lift in KEY_LIFTS:
        assert (loads[lift.log_name] == 5).sum() in (5, 6)


def test_laps_of_a_run_add_up_to_its_distance_and_time(folder):
    for path in run_files(folder)[::25]:
        tree = etree.fromstring(gzip.decompress(path.read_bytes()))
        laps_m = [float(lap.findtext(f"{TCX}DistanceMeters")) for lap in tree.iter(f"{TCX}Lap")]
        laps_s = [float(lap.findtext(f"{TCX}TotalTimeSeconds")) for lap in tree.iter(f"{TCX}Lap")]
        points_m = [float(point.findtext(f"{TCX}DistanceMeters")) for point in tree.iter(f"{TCX}Trackpoint")]
        times = pd.to_datetime([point.findtext(f"{TCX}Time") for point in tree.iter(f"{TCX}Trackpoint")])
        assert all(lap == 1000 for lap in laps_m[:-1])
        assert 0 < laps_m[-1] <= 1000
        assert sum(laps_m) == pytest.approx(points_m[-1], abs=0.02)
        assert sum(laps_s) == pytest.approx((times[-1] - times[0]).total_seconds(), abs=0.02)
        assert (np.diff(points_m) > 0).all()


def test_a_run_is_named_for_the_day_where_the_athlete_was(folder):
    zone = read_config(folder / "workbook.toml").time_zone
    for path in run_files(folder)[::10]:
        start = pd.Timestamp(etree.fromstring(gzip.decompress(path.read_bytes())).findtext(f".//{TCX}Id"))
        assert f"{start.tz_convert(zone):%Y-%m-%d}-run.tcx.gz" == path.name


def test_the_plan_reaches_one_week_beyond_the_training(folder):
    plan = pd.read_csv(folder / "plan.csv", parse_dates=["date"])
    assert (plan.groupby("athlete").size() == 27 * 7).all()
    assert plan["date"].max() == DAYS[-1] + pd.Timedelta(days=7)


def test_rest_is_logged_and_is_not_the_same_as_nothing(folder):
    ratings = pd.read_csv(folder / "session_rpe.csv")
    rest_days = ratings[ratings["status"] == "rest"].groupby("athlete").size()
    assert rest_days["Koa"] < 0.5 * rest_days["Larch"]
    assert ratings.loc[ratings["status"] != "done", ["duration_min", "rpe_cr10"]].isna().all(axis=None)


# the truth


def test_the_written_truth_is_the_returned_one(folder, truth):
    assert json.loads((folder / "truth.json").read_text()) == json.loads(json.dumps(asdict(truth)))


def test_no_two_truths_change_the_same_of_one_athlete(truth):
    assert len(truth.truths) == 15
    for athlete in squad(SEED):
        course = true_course(athlete, SEED)
        changed = [
            column
            for built_in in BUILT_IN
            if built_in.athlete == athlete.name
            for column, differs in (built_in.applied(course) != course).any().items()
            if differs
        ]
        assert len(changed) == len(set(changed)), athlete.name
    assert truth.of("gain")["athlete_id"] == next(one.athlete_id for one in squad(SEED) if one.name == "Alder")


def test_a_truth_that_is_not_built_in_is_named_with_those_that_are(truth):
    with pytest.raises(KeyError, match="'windfall' is not built in; the keys are: gain, plateau"):
        truth.of("windfall")


@pytest.mark.parametrize("built_in", BUILT_IN, ids=lambda built_in: built_in.key)
def test_a_truth_changes_the_course_of_its_athlete_within_its_dates_and_no_other_course(built_in):
    athletes = {athlete.name: athlete for athlete in squad(SEED)}
    course = true_course(athletes[built_in.athlete], SEED)
    changed = (built_in.applied(course) != course).any(axis=1)
    flat = built_in.key in ("no_change", "flat_runner")
    assert changed.any() != flat
    first = built_in.dates.get("start", built_in.dates.get("date", str(DAYS[0])))
    assert not changed[changed.index < first].any()
    pd.testing.assert_frame_equal(with_truths("Cedar", course), course)


@pytest.mark.parametrize("athlete", squad(SEED), ids=lambda athlete: athlete.name)
def test_without_a_truth_every_day_is_like_the_first(athlete):
    course = true_course(athlete, SEED)
    assert (course == course.iloc[0]).all(axis=None)


@given(st.integers(0, 180), st.integers(1, 60))
def test_a_ramp_never_falls_and_runs_from_nothing_to_all(start_day, length_d):
    start = DAYS[0] + pd.Timedelta(days=start_day)
    end = start + pd.Timedelta(days=length_d)
    share = ramp(pd.date_range(DAYS[0], end), str(start), str(end))
    assert share[0] == 0
    assert share[-1] == 1
    assert (np.diff(share) >= 0).all()


@given(st.floats(0.7, 1.4))
def test_a_stronger_right_keeps_the_product_of_both_sides(ratio):
    course = pd.DataFrame({"hop_left_cm": [150.0], "hop_right_cm": [150.0]})
    changed = stronger_right(course, right_over_left=ratio)
    assert (changed["hop_right_cm"] / changed["hop_left_cm"]).item() == pytest.approx(ratio)
    assert (changed["hop_right_cm"] * changed["hop_left_cm"]).item() == pytest.approx(150**2)


def test_adherence_counts_are_those_of_the_log(folder, truth):
    for facts in truth.athletes:
        counts = facts["lifting_sessions"]
        assert sum(counts.values()) == facts["planned_lifting_sessions"] == 78
        assert log_sets(folder, facts["athlete"])["start"].nunique() == counts["done"] + counts["moved"]
        assert len(list((folder / facts["athlete"]).glob("*.tcx.gz"))) == facts["runs"]


# the truth, found again in the files


def test_speeds_of_the_unchanged_scatter_as_the_noise_says(reps, truth):
    expected = (NOISE.speed_day_sd_m_s**2 + NOISE.speed_rep_sd_m_s**2 / 4) ** 0.5
    flat = anchor_speeds(reps, truth)[["Cedar", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper", "Koa", "Larch"]]
    between_days_sd = (flat.var() * (flat.count() - 1)).sum() / (flat.count() - 1).sum()
    assert between_days_sd**0.5 == pytest.approx(expected, rel=0.12)


MARCH = "2026-04-05"  # the gain before the plateau was found not long ago

FOUND = {  # truth: the last day that is known, athlete, series, state
    "gain": [(LAST_DAY, "romanian_deadlift.speed_at_40kg", "clearly better")],
    "plateau": [(MARCH, "romanian_deadlift.speed_at_60kg", "clearly better")],
    "earlier_form_break": [(LAST_DAY, "romanian_deadlift.clean_reps", "clearly worse")],
    "improving_runner": [
        (LAST_DAY, "sprint_20m", "clearly better"),
        (LAST_DAY, "run.pace_at_heart_rate", "clearly better"),
    ],
    "looser_ankles": [(LAST_DAY, "ankle_dorsiflexion.mobility", "clearly better")],
    "lost_tempo": [(LAST_DAY, "romanian_deadlift.tempo", "clearly worse")],
}


@pytest.fixture(scope="module")
def followed(squad_workspace) -> dict[str, dict[tuple[str, str], Followed]]:
    """Every series of the squad by day, athlete and subject, judged by the squad's noise of that day."""
    return {
        until: {
            (athlete.name, subject_of(one)): one
            for athlete in squad_workspace.workspace.everyone(until).athletes
            for one in athlete_week(athlete, until).followed
        }
        for until in (MARCH, LAST_DAY)
    }


@pytest.mark.parametrize(
    ("key", "until", "subject", "state"), [(key, *one) for key, several in FOUND.items() for one in several]
)
def test_every_built_in_change_is_found_with_its_date(followed, truth, key, until, subject, state):
    built_in = truth.of(key)
    change = followed[until][built_in["athlete"], subject].change
    first = pd.Timestamp(built_in["dates"]["start"])
    last = pd.Timestamp(built_in["dates"].get("end", LAST_DAY))
    assert change.state == state
    assert change.since_low <= last
    assert change.since_high >= first
    assert first <= change.since <= last or change.shape == "ramp"
    assert change.noise.n_athletes == 12 if isinstance(change, Change) else change.squad.n_athletes == 12


def test_a_change_goes_the_way_it_was_built(followed, truth):
    gain = truth.of("gain")["numbers"]["gain_m_s"]
    alder = followed[LAST_DAY]["Alder", "romanian_deadlift.speed_at_40kg"].change
    assert 0 < alder.change_low < alder.change_high < 1.2 * gain  # it is a rise over three weeks
    hazel = followed[LAST_DAY]["Hazel", "romanian_deadlift.clean_reps"].change
    assert hazel.change_low < -truth.of("earlier_form_break")["numbers"]["clean_reps_lost"] < hazel.change_high
    ivy = followed[LAST_DAY]["Ivy", "sprint_20m"].change
    assert ivy.change_low < -truth.of("improving_runner")["numbers"]["sprint_gain_s"] < ivy.change_high


def test_the_plateau_is_no_change_any_more(followed, truth):
    birch = followed[LAST_DAY]["Birch", "romanian_deadlift.speed_at_60kg"].change
    assert (birch.state, birch.change_low < 0 < birch.change_high) == ("steady", True)
    assert birch.since is not None
    before = followed[MARCH]["Birch", "romanian_deadlift.speed_at_60kg"].change.before
    assert birch.level - before == pytest.approx(truth.of("plateau")["numbers"]["gain_m_s"], abs=0.03)


def test_the_side_that_was_built_larger_is_sure_and_the_bad_day_makes_none(followed, truth):
    real, apparent = truth.of("real_side_difference"), truth.of("apparent_side_difference")
    fir = followed[LAST_DAY][real["athlete"], "single_leg_hop.sides"]
    assert (fir.is_sure, fir.larger) == (True, "right")
    assert fir.conf_low < 100 * np.log(real["numbers"]["right_over_left"]) < fir.conf_high
    ginkgo = followed[LAST_DAY][apparent["athlete"], "single_leg_hop.sides"]
    assert not ginkgo.is_sure
    assert not ginkgo.change.changed


def test_the_faster_leg_is_sure_and_of_no_other_athlete(followed, truth):
    built_in = truth.of("single_leg_speed_difference")
    legs = {name: one for (name, of), one in followed[LAST_DAY].items() if of.endswith(".speed.sides")}
    fir = legs.pop(built_in["athlete"])
    assert len(legs) == 11
    assert (fir.is_sure, fir.larger) == (True, "right")
    assert fir.conf_low < 100 * np.log(built_in["numbers"]["right_over_left"]) < fir.conf_high
    assert not any(one.is_sure for one in legs.values())


def test_sizes_of_ankles_and_tempo_are_those_that_were_built(followed, truth):
    ankle = followed[LAST_DAY]["Koa", "ankle_dorsiflexion.mobility"].change
    assert ankle.change_low < truth.of("looser_ankles")["numbers"]["gain_cm"] < ankle.change_high
    tempo = followed[LAST_DAY]["Larch", "romanian_deadlift.tempo"].change
    assert tempo.level == pytest.approx(truth.of("lost_tempo")["numbers"]["faster_s_per_rep"], abs=0.15)


def test_steps_lost_late_are_told_to_the_runner_and_of_nobody_else(squad_workspace):
    said = {}
    for name in ("Juniper", "Cedar", "Alder"):
        (fact,) = [one for one in sections.long_runs(squad_workspace.week(name, LAST_DAY)) if _is_of_steps(one)]
        said[name] = fact
        assert fact.sentence.startswith(f"Late in long runs you take {-fact.estimate:.1f} % fewer steps a minute")
    assert said["Juniper"].conf_high < -1.5  # 5 steps a minute an hour more, of some 170, over half a run
    assert min(said["Cedar"].conf_low, said["Alder"].conf_low) > -1.0
    (apart,) = [
        one
        for one in training_sections.running(squad_workspace.last_block)
        if isinstance(one, Fact) and one.subject.endswith(".late_cadence")
    ]
    assert apart.sentence.startswith("Cadence of Juniper fell by 2.")


def _is_of_steps(block) -> bool:
    return isinstance(block, Fact) and block.subject == "run.late_steps"


def test_the_deepest_clean_day_is_a_milestone_and_no_change(squad_workspace, followed):
    found = {one.kind: one for one in milestones_of(squad_workspace.week("Birch", LAST_DAY))}
    assert (found["depth"].unit, found["depth"].clear) == ("deg", True)
    assert not followed[LAST_DAY]["Birch", "romanian_deadlift.hinge_angle"].change.changed
    for name in ("Cedar", "Dogwood", "Juniper"):
        assert not any(one.kind == "depth" and one.clear for one in milestones_of(squad_workspace.week(name, LAST_DAY)))


def test_a_deload_and_a_day_ill_are_named_in_the_plan(squad_workspace):
    told = {name: squad_workspace.week(name, LAST_DAY).labelled for name in ("Larch", "Juniper", "Alder")}
    assert [(one.kind, one.is_whole_week) for one in told["Larch"]] == [("deload", True)]
    assert [(one.kind, str(one.first.date())) for one in told["Juniper"]] == [("ill", "2026-07-01")]
    assert told["Alder"] == ()


def test_every_athlete_has_notes_videos_tempo_and_rest(squad_workspace):
    for athlete in squad_workspace.workspace.everyone(LAST_DAY).athletes:
        sets = athlete.sets
        assert sets["video_url"].dropna().str.startswith("https://videos.squad.invalid/").all()
        assert (sets[["notes", "video_url", "tempo", "rest_s"]].notna().sum() > 0).all()
    assert any(squad_workspace.week(name, LAST_DAY).notes for name in ("Alder", "Cedar", "Larch", "Ivy"))


def test_steps_get_fewer_over_a_run_and_most_in_one_athlete(folder, truth):
    lost = {}
    for name in ("Cedar", "Juniper"):
        drops = []
        for path in sorted((folder / name).glob("*.tcx.gz")):
            steps = [
                2 * int(one.text) for one in etree.fromstring(gzip.decompress(path.read_bytes())).iter(f"{TCX}Cadence")
            ]
            hours = np.arange(len(steps)) * 10 / 3600
            drops.append(np.polyfit(hours, steps, 1)[0])
        lost[name] = -np.mean(drops)
    more = truth.of("shorter_steps_late")["numbers"]["more_lost_spm_per_h"]
    assert lost["Cedar"] == pytest.approx(1.5, abs=0.4)
    assert lost["Juniper"] - lost["Cedar"] == pytest.approx(more, abs=0.5)


def test_nothing_else_is_named_on_the_last_day(followed, truth):
    named = {of for of, one in followed[LAST_DAY].items() if is_news(one)}
    built_in = {
        (truth.of(key)["athlete"], subject)
        for key, several in FOUND.items()
        for until, subject, _ in several
        if until == LAST_DAY
    }
    sides = {("Fir", "single_leg_hop.sides"), ("Fir", "single_leg_romanian_deadlift.speed.sides")}
    assert named >= built_in | sides
    by_luck = named - built_in - sides
    expected = expected_by_chance(one.change for one in followed[LAST_DAY].values())
    assert len(by_luck) <= poisson.ppf(0.95, expected)
    assert all(subject.endswith(".mobility") for _, subject in by_luck)  # of all else nothing
    assert not {athlete for athlete, _ in by_luck} & {"Cedar", "Dogwood", "Juniper"}


def test_over_the_season_no_more_is_named_than_luck_allows(followed, truth):
    built_in = {(truth.of(key)["athlete"], subject) for key, several in FOUND.items() for _, subject, _ in several}
    unchanged = {
        of: one.change for of, one in followed[LAST_DAY].items() if of not in built_in and one.change.state.known
    }
    by_luck = sum(change.named_a_season for change in unchanged.values())
    named = [of for of, change in unchanged.items() if change.claims]
    assert len(unchanged) > 100
    assert len(named) <= poisson.ppf(0.975, by_luck)
    assert not {athlete for athlete, _ in named} & {"Cedar", "Dogwood", "Juniper"}


def test_a_device_that_reads_higher_names_no_gain(followed, truth):
    swap = truth.of("device_swap")
    speeds = [one for (name, of), one in followed[LAST_DAY].items() if name == swap["athlete"] and "speed_at" in of]
    assert len(speeds) == 2
    for one in speeds:
        assert one.began_anew >= pd.Timestamp(swap["dates"]["start"])
        assert one.change.claims == ()
        assert one.exposures["comparable"].sum() < len(one.exposures)
    for (name, _), one in followed[MARCH].items():
        assert name != swap["athlete"] or not is_news(one)


def test_the_gain_is_in_the_last_weeks_and_in_no_other_lift(reps, truth):
    gain = truth.of("gain")
    alder = anchor_speeds(reps, truth)["Alder"].dropna()
    before = alder.loc[: gain["dates"]["start"]]
    assert alder.iloc[-1] - before.mean() > 3 * before.std()
    half = len(before) // 2
    assert abs(before.iloc[half:].mean() - before.iloc[:half].mean()) < 0.03
    trap_bar = anchor_speeds(reps, truth, "trap_bar_deadlift")["Alder"].dropna()
    assert abs(trap_bar.iloc[-3:].mean() - trap_bar.iloc[:-3].mean()) < 0.05


def test_the_plateau_comes_after_the_gain(reps, truth):
    end = truth.of("plateau")["dates"]["end"]
    birch = anchor_speeds(reps, truth)["Birch"].dropna()
    after = birch.loc[end:]
    slope_per_day = np.polyfit((after.index - after.index[0]).days, after, 1)[0]
    assert mean_between(birch, end, None) - mean_between(birch, None, "2026-01-20") > 0.08
    assert abs(slope_per_day * (after.index[-1] - after.index[0]).days) < 0.05


def test_the_new_device_reads_higher_and_is_named(reps, truth):
    swap = truth.of("device_swap")
    by_device = reps[reps["athlete"] == "Dogwood"].groupby("device")["date"].agg(["min", "max"])
    assert by_device.loc["encoder one", "max"] < pd.Timestamp(swap["dates"]["start"]) <= by_device["min"].max()
    speeds = [anchor_speeds(reps, truth, lift.exercise)["Dogwood"].dropna() for lift in KEY_LIFTS]
    start = swap["dates"]["start"]
    shifts = [mean_between(speed, start, None) - mean_between(speed, None, start) for speed in speeds]
    assert np.mean(shifts) == pytest.approx(swap["numbers"]["offset_m_s"], abs=0.02)
    assert (reps.loc[reps["athlete"] != "Dogwood", "device"] == "encoder one").all()


def test_in_the_missing_weeks_no_file_says_anything_and_before_and_after_they_do(folder, reps, splits, screens, truth):
    dates = truth.of("missing_weeks")["dates"]
    start, end = pd.Timestamp(dates["start"]), pd.Timestamp(dates["end"])
    ratings = pd.read_csv(folder / "session_rpe.csv", parse_dates=["date"])
    wellness = pd.read_csv(folder / "wellness.csv", parse_dates=["date"])
    ran = pd.to_datetime([path.name[:10] for path in (folder / "Elm").glob("*.tcx.gz")])
    seen = [
        table[table["athlete"].isin(["Elm", "A05"])]["date"] for table in (reps, splits, ratings, wellness, screens)
    ]
    for days in [*seen, log_sets(folder, "Elm")["date"], pd.Series(ran)]:
        assert not days.between(start, end).any()
        assert days.min() < start
        assert days.max() > end


def test_the_real_side_difference_is_on_every_date_and_the_apparent_one_on_a_single_date(hops, truth):
    real, apparent = truth.of("real_side_difference"), truth.of("apparent_side_difference")
    assert (hops["Fir"] > 0).all()
    assert hops["Fir"].mean() == pytest.approx(100 * np.log(real["numbers"]["right_over_left"]), abs=3.5)
    bad_day = pd.Timestamp(apparent["dates"]["date"])
    assert hops.loc[bad_day, "Ginkgo"] > 10
    assert abs(hops["Ginkgo"].drop(bad_day).mean()) < 3.5
    assert (hops.drop(columns=["Fir", "Ginkgo"]).mean().abs() < 5).all()


def test_form_breaks_earlier_in_the_last_weeks_of_one_athlete_alone(reps, truth):
    form = truth.of("earlier_form_break")
    rated = reps[reps["form_flags"].notna()]
    flagged = rated[rated["form_flags"] != "clean"]
    first_flag = flagged.groupby(["athlete", "date"])["rep"].min()
    days = rated.groupby(["athlete", "date"])["rep"].max()
    clean_reps = (first_flag - 1).reindex(days.index).fillna(days)  # no flag: all of them
    late = clean_reps.index.get_level_values("date") >= form["dates"]["start"]
    loss = clean_reps[~late].groupby("athlete").mean() - clean_reps[late].groupby("athlete").mean()
    assert loss["Hazel"] == pytest.approx(form["numbers"]["clean_reps_lost"], abs=0.8)
    assert (loss.drop("Hazel").abs() < 1).all()


def test_the_earlier_break_of_form_is_found_with_its_date_and_no_other(reps, truth):
    form, until = truth.of("earlier_form_break"), pd.Timestamp(truth.last_day)
    rated = reps[reps["form_flags"].notna()].rename(
        columns={"athlete": "athlete_id", "date": "local_date", "set": "set_no", "rep": "rep_no"}
    )
    rated = rated.assign(session_id=rated["athlete_id"] + rated["local_date"].astype(str))
    rated = rated.assign(is_clean=rated["form_flags"] == "clean", break_kind=rated["form_flags"].str.split().str[0])
    rated["break_kind"] = rated["break_kind"].mask(rated["is_clean"])
    rated = rated.sort_values(["local_date", "session_id", "set_no", "rep_no"], ignore_index=True)
    athletes = dict(list(rated.groupby("athlete_id")))
    days = {name: history_of_rated(own, until) for name, own in athletes.items()}
    exposures = [one.exposures.assign(athlete_id=name, quantity=one.quantity.name) for name, one in days.items()]
    judging = Judging(with_hazards(NO_SQUAD, pd.concat(exposures)))
    told = {name: history_of_rated(own, until, judging=judging).change for name, own in athletes.items()}
    hazel = told.pop("Hazel")
    assert hazel.state == "clearly worse"
    assert hazel.since_low <= pd.Timestamp(form["dates"]["start"]) <= hazel.since_high
    assert hazel.change_low <= -form["numbers"]["clean_reps_lost"] <= hazel.change_high
    assert not any(one.changed for one in told.values())


def test_the_runner_improves_in_sprint_trial_and_pace_and_the_flat_one_does_not(folder, splits):
    to_20_m = (splits["test"] == "sprint_20m") & (splits["start_m"] + splits["distance_m"] <= 20)
    sprint_s = splits[to_20_m].groupby(["athlete", "date", "trial"])["time_s"].sum()
    best_s = sprint_s.groupby(["athlete", "date"]).min()
    trial_s = splits[splits["test"] == "time_trial_1200m"].set_index(["athlete", "date"])["time_s"]
    gain = {alias: best_s[alias].iloc[0] - best_s[alias].iloc[-1] for alias in ("A09", "A10")}
    faster = {alias: trial_s[alias].iloc[0] / trial_s[alias].iloc[-1] - 1 for alias in ("A09", "A10")}
    assert gain["A09"] > 0.12 > abs(gain["A10"])
    assert faster["A09"] > 0.05 > abs(faster["A10"])
    ivy, juniper = (early_and_late_speed(folder / name) for name in ("Ivy", "Juniper"))
    assert ivy[1] - ivy[0] > 0.15 > abs(juniper[1] - juniper[0])


def test_gates_tell_the_sprint_they_were_drawn_from_once_the_clock_is_corrected(splits):
    sprints = splits[splits["test"] == "sprint_20m"].assign(end_m=lambda rows: rows["start_m"] + rows["distance_m"])
    passed_s = sprints.groupby(["athlete", "date", "trial"])["time_s"].cumsum()
    of_20_m_s = passed_s.where(sprints["end_m"] == 20).groupby(sprints["athlete"]).mean()
    relative = passed_s / sprints["athlete"].map(of_20_m_s)
    mean = 3.25 * relative.groupby(sprints["end_m"]).mean()  # the sprint of an athlete of 3.25 s
    assert mean.index.tolist() == [5, 10, 20, 30]
    late = sprint_profile_gates(mean.index, mean)
    corrected = sprint_profile_gates(mean.index, mean, correction="time")
    assert (corrected.mss_m_s, corrected.mac_m_s2) == (pytest.approx(7.94, abs=0.15), pytest.approx(7.84, abs=0.5))
    assert corrected.time_correction_s == pytest.approx(-0.25, abs=0.04)
    assert late.mac_m_s2 > 1.4 * corrected.mac_m_s2


def early_and_late_speed(folder: Path) -> tuple[float, float]:
    """Mean speed of the first and of the last eight runs, m/s; all are run at about the same heart rate."""
    speeds = []
    for path in run_files(folder.parent):
        if path.parent == folder:
            laps = list(etree.fromstring(gzip.decompress(path.read_bytes())).iter(f"{TCX}Lap"))
            metres = sum(float(lap.findtext(f"{TCX}DistanceMeters")) for lap in laps)
            speeds.append(metres / sum(float(lap.findtext(f"{TCX}TotalTimeSeconds")) for lap in laps))
    return float(np.mean(speeds[:8])), float(np.mean(speeds[-8:]))


def test_a_load_velocity_line_of_a_ramp_has_the_slope_and_height_it_was_made_with(reps, truth):
    cedar = reps[(reps["athlete"] == "Cedar") & (reps["exercise"] == ROMANIAN_DEADLIFT.log_name) & (reps["rep"] == 1)]
    facts = next(facts for facts in truth.athletes if facts["athlete"] == "Cedar")
    slope, intercept = np.polyfit(cedar["load_kg"], cedar["mean_velocity_m_s"], 1)
    anchor_kg = facts["anchor_kg"]["romanian_deadlift"]
    assert slope * anchor_kg / 0.65 == pytest.approx(-ROMANIAN_DEADLIFT.slope_m_s, rel=0.1)
    assert intercept + slope * anchor_kg == pytest.approx(facts["baseline"]["romanian_deadlift_m_s"], abs=0.02)
