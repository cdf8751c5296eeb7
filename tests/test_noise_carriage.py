"""The noise of the squad on its way: one table for pages and notebooks, of those who agreed, kept and erased."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
import report_notebooks
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, workspace
from hypothesis import given
from hypothesis import strategies as st
from made_up_athlete import MONDAYS, SUNDAY, birch, labelled

from analysis import open_workspace, precision
from analysis.base.frames import ATHLETES_LEAST, NOISE_COLUMNS
from analysis.models.noise import SquadNoise
from analysis.models.series import Judging
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.squad_noise import noise_rows, noise_table
from analysis.privacy import erasure
from analysis.report.due import Job
from analysis.report.engine import fan_out
from analysis.report.engine.manifest import Manifest
from analysis.workspace import intake, noise
from analysis.workspace import open_workspace as opened_without_models
from analysis.workspace.noise import kept_in

pytestmark = pytest.mark.usefixtures("one_warm_parent")

UNTIL = "2026-06-28"
LIFT = '[[lifts]]\nexercise = "deadlift"\nname = "Deadlift"\nanchor_load_kg = 100\n'
NAMES = ("Alder", "Birch", "Cedar", "Dogwood")
DAYS = [f"2026-06-{day:02}" for day in range(1, 28, 2)]


def taken(squad):
    assert {one.state for one in intake.ingest(squad, intake.files_below([squad.raw_folder]))} <= {"taken", "known"}
    return squad


def speeds(number: int) -> str:
    """Deadlifts of one athlete at the anchor load, every other day."""
    return "".join(
        f"{NAMES[number]},{day},Deadlift,1,{rep},100,{0.6 + 0.01 * ((7 * place + 3 * number + rep) % 5):.3f}\n"
        for place, day in enumerate(DAYS)
        for rep in (1, 2, 3)
    )


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Four athletes with four weeks of bar speeds; nothing is kept yet."""
    folder = tmp_path_factory.mktemp("grown") / "squad"
    squad = workspace(folder, CONFIG + LIFT)
    drop(folder, "a.csv", ROSTER + "".join(f"{name},{name.lower()}1,,,,,\n" for name in NAMES))
    drop(folder, "b.csv", BAR_SPEED + "".join(map(speeds, range(len(NAMES)))))
    taken(squad).store.close()
    return folder


@pytest.fixture
def squad(grown, tmp_path):
    opened = open_workspace(shutil.copytree(grown, tmp_path / "squad"))
    yield opened
    opened.store.close()


@pytest.fixture
def read(monkeypatch):
    """How many athletes were read for noise."""
    athletes = []

    def counted(of, *about):
        known = list(of)
        athletes.extend(known)
        return noise_table(known, *about)

    monkeypatch.setattr("analysis.pages.squad_noise.noise_table", counted)
    return athletes


def kept(squad):
    return kept_in(squad.folder / squad.config.store)


def of_four(table: pd.DataFrame) -> bool:
    return table["n_athletes"].tolist() == [4]


def test_the_columns_are_those_of_the_pure_core(squad):
    until = pd.Timestamp(UNTIL)
    told = noise_table(squad.everyone(UNTIL).athletes, until)
    assert tuple(told.columns) == tuple(noise_table([], until).columns) == NOISE_COLUMNS
    pd.testing.assert_frame_equal(squad.noise(until), told)


def test_ratings_of_the_squad_are_in_the_table_without_days_planned_light():
    three = [replace(birch(), athlete_id=one) for one in ("a", "b", "c")]
    light = labelled(("deload", str(MONDAYS[2].date()), str(MONDAYS[2].date())))
    whole = noise_table(three, SUNDAY).set_index("quantity")
    some = noise_table([*three[:2], replace(three[2], labels=light)], SUNDAY).set_index("quantity")
    rows = [name for name in whole.index if "clean_reps" in name]
    assert rows == ["romanian_deadlift.clean_reps", "romanian_deadlift.clean_reps.flexion"]
    assert whole.loc[rows, "n_exposures"].tolist() == [3 * len(MONDAYS)] * 2
    assert some.loc[rows, "n_exposures"].tolist() == [3 * len(MONDAYS) - 1] * 2
    assert {len(profile.split()) for profile in whole.loc[rows, "profile"]} == {8}
    assert (whole.drop(rows)["profile"] == "").all()
    assert noise_rows(SquadNoise(noise_table(three, SUNDAY)), three[0].config)["te"].notna().sum() > 0


@pytest.mark.soak
def test_a_page_judges_clean_repetitions_by_the_table():
    three = [replace(birch(), athlete_id=one) for one in ("a", "b", "c")]
    week = athlete_week(three[0], SUNDAY, by=Judging(SquadNoise(noise_table(three, SUNDAY))))
    assert "squad of 3" in week.form.change.sentence("reps", audience="coach")


@pytest.mark.soak
def test_notebook_squad_and_commands_judge_by_one_table(squad):
    table = squad.athlete("alder1", UNTIL).noise
    assert of_four(table)
    everyone = squad.everyone(UNTIL)
    for other in (everyone.noise, everyone.athletes[2].noise, squad.noise(pd.Timestamp(UNTIL))):
        pd.testing.assert_frame_equal(other, table)
    assert precision.noise(squad, UNTIL)["te"].tolist() == table["te"].tolist()


@pytest.mark.soak
def test_a_bundle_brings_the_same_table_and_no_word_of_anybody_else(squad, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "all").mkdir()
    athlete, everyone = squad.pack("alder1", tmp_path / "one", UNTIL), squad.pack_squad(tmp_path / "all", UNTIL)
    one, whole = open_workspace(tmp_path / "one"), open_workspace(tmp_path / "all")
    for there in (one.athlete("alder1", UNTIL), whole.everyone(UNTIL), whole.athlete("birch1", UNTIL)):
        pd.testing.assert_frame_equal(there.noise, squad.noise(pd.Timestamp(UNTIL)))
    assert one.athlete("alder1", UNTIL).fingerprint == athlete.fingerprint
    assert whole.everyone(UNTIL).fingerprint == everyone.fingerprint
    content = b"".join(path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()).lower()
    assert b"deadlift" in content
    assert not [name for name in NAMES[1:] if name.lower().encode() in content]


SPY = """\
import json
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("spy", subject=athlete_id, name=athlete.name, period=until, until=until)
"""
SHOW = """\
with page.section("noise", "What is told of the squad?"):
    told = athlete.noise.iloc[0]
    page.show(Text(f"{', '.join(athlete.noise.columns)}: {told['te']!r} of {told['n_athletes']}"))
"""


@pytest.mark.parametrize("engine", ["forked", pytest.param("kernel", marks=pytest.mark.soak)])
def test_a_run_reads_the_squad_once_for_all_pages_of_a_day(squad, read, engine):
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "spy.ipynb", SPY, SHOW)
    jobs = [Job("spy", f"{name.lower()}1", UNTIL) for name in NAMES]
    pages = list(fan_out.render_all(squad, jobs, 2, False, engine=engine))
    assert [page.error for page in pages] == [""] * 4
    assert [one.athlete_id for one in read] == [f"{name.lower()}1" for name in NAMES]
    table = squad.noise(pd.Timestamp(UNTIL))
    said = f"{', '.join(NOISE_COLUMNS)}: {table['te'].iloc[0]!r} of 4"
    assert all(said in page.path.read_text(encoding="utf-8") for page in pages)


@pytest.mark.soak
def test_a_page_stands_when_only_others_changed_and_is_made_by_the_new_table_when_its_own_data_do(squad, read):
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "spy.ipynb", SPY, SHOW)
    job = Job("spy", "alder1", UNTIL)
    assert fan_out.render_job(squad, job, force=False).state == "rendered"
    before = job.page(squad).read_text(encoding="utf-8")
    drop(squad.folder, "c.csv", BAR_SPEED + f"Birch,{UNTIL},Deadlift,1,1,100,0.9\n")
    taken(squad)
    read.clear()
    assert fan_out.render_job(squad, job, force=False).state == "unchanged"
    assert not read
    drop(squad.folder, "d.csv", BAR_SPEED + f"Alder,{UNTIL},Deadlift,1,1,100,0.6\n")
    taken(squad)
    assert fan_out.render_job(squad, job, force=False).state == "rendered"
    assert job.page(squad).read_text(encoding="utf-8") != before
    assert json.loads(job.page(squad).with_suffix(".json").read_text(encoding="utf-8"))["data"]


def test_a_second_look_reads_nobody_until_any_data_change(squad, read):
    first = squad.athlete("alder1", UNTIL).noise
    assert len(read) == 4
    again = open_workspace(squad.folder)
    pd.testing.assert_frame_equal(again.athlete("birch1", UNTIL).noise, first)
    again.store.close()
    assert len(read) == 4
    assert squad.athlete("alder1", DAYS[-2]).noise["n_exposures"].item() < first["n_exposures"].item()
    assert (len(read), len(kept(squad))) == (8, 2)
    drop(squad.folder, "c.csv", BAR_SPEED + f"Birch,{UNTIL},Deadlift,1,1,100,0.9\n")
    taken(squad)
    assert squad.athlete("alder1", UNTIL).noise["n_exposures"].item() > first["n_exposures"].item()
    assert (len(read), len(kept(squad))) == (12, 1)


def test_a_table_that_is_damaged_is_told_anew(squad):
    table = squad.noise(pd.Timestamp(UNTIL))
    (file,) = kept(squad)
    file.write_bytes(file.read_bytes()[:200])
    pd.testing.assert_frame_equal(squad.noise(pd.Timestamp(UNTIL)), table)


def test_what_is_kept_names_nobody_and_is_for_its_owner_alone(squad):
    squad.noise(pd.Timestamp(UNTIL))
    (file,) = kept(squad)
    assert not [name for name in NAMES if name.lower().encode() in (file.read_bytes() + file.name.encode()).lower()]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.soak
def test_who_is_erased_has_no_share_any_more(squad):
    before = squad.noise(pd.Timestamp(UNTIL))
    (file,) = kept(squad)
    done = erasure.erase(squad, "Birch", raw=True)
    assert done.found == ()
    assert file.relative_to(squad.folder).as_posix() in done.deleted
    assert kept(squad) == []
    left = open_workspace(squad.folder)
    after = left.athlete("alder1", UNTIL).noise
    left.store.close()
    assert (before["n_athletes"].item(), after["n_athletes"].item()) == (4, 3)


@pytest.mark.soak
def test_pages_that_are_made_anew_after_an_erasure_go_by_the_noise_of_those_who_stay(squad):
    said = SHOW.replace("athlete.noise.columns)}", "[one.name for one in opened.everyone(until).athletes])}")
    report = SPY.replace("athlete = open_workspace()", "opened = open_workspace()\nathlete = opened")
    everybody = report.replace("opened.athlete(athlete_id, until=until)", "opened.everyone(until)")
    everybody = everybody.replace("subject=athlete_id, name=athlete.name", 'subject="squad", name="Grove"')
    path = squad.folder / "notebooks" / "reports" / "all.ipynb"
    report_notebooks.write(path, everybody, said, parameters=f'until: str = "{UNTIL}"')
    done = fan_out.render_job(squad, Job("all", "", UNTIL), force=True)
    assert "Alder, Birch, Cedar, Dogwood" in done.path.read_text(encoding="utf-8"), done.error
    erased = erasure.erase(squad, "Birch", raw=True)
    assert (erased.failed, len(erased.rendered)) == ((), 1)
    assert " of 3" in done.path.read_text(encoding="utf-8")


def test_who_is_not_shown_to_the_squad_has_no_share(squad):
    drop(squad.folder, "e.csv", ROSTER + "Birch,birch1,,,report,,\n")
    taken(squad)
    assert squad.athlete("birch1", UNTIL).noise["n_athletes"].tolist() == [3]
    assert precision.noise(squad, UNTIL)["n_athletes"].tolist() == [3]


def test_of_fewer_than_three_nothing_is_told(squad):
    drop(squad.folder, "e.csv", ROSTER + "Birch,birch1,,,report,,\nCedar,cedar1,,,none,,\n")
    taken(squad)
    table = squad.athlete("alder1", UNTIL).noise
    assert (len(table), tuple(table.columns)) == (0, NOISE_COLUMNS)


def test_a_workspace_that_knows_no_models_tells_no_noise_and_keeps_none(squad):
    table = opened_without_models(squad.folder).athlete("alder1", UNTIL).noise
    assert (len(table), tuple(table.columns)) == (0, NOISE_COLUMNS)
    assert kept(squad) == []


GROUPS = st.lists(st.sets(st.sampled_from(["watch", "gates", "jumps"])), min_size=1, max_size=12)


@given(GROUPS, st.integers(1, 6))
def test_of_a_large_squad_a_sample_counts_that_has_every_kind(own, most):
    kinds = [(f"a{number}", kind) for number, some in enumerate(own) for kind in some]
    everybody = {f"a{number}" for number in range(len(own))}
    sample = noise.those_who_count(everybody, lambda: kinds, most)
    assert set(sample) <= everybody
    assert sample == sorted(sample)
    if len(everybody) <= most:
        assert sample == sorted(everybody)
        return
    there, taken = (Counter(kind for one, kind in kinds if one in some) for some in (everybody, sample))
    assert all(taken[kind] >= min(n, most) for kind, n in there.items() if n >= ATHLETES_LEAST)
    assert len(sample) <= sum(min(n, most) for n in there.values() if n >= ATHLETES_LEAST)


@given(st.integers(4, 40), st.integers(3, 8))
def test_who_joins_a_large_squad_takes_the_place_of_one_at_most(athletes, most):
    everybody = [f"a{number}" for number in range(athletes)]
    before, after = (
        set(noise.those_who_count(who, lambda who=who: [(one, "watch") for one in who], most))
        for who in (everybody, [*everybody, "newcomer"])
    )
    assert len(before) == min(athletes, most)
    assert len(before - after) <= 1
    assert after - before <= {"newcomer"}


class Counts:
    """A store in which everybody lifts: a third of them on the newer device too, and one in four something else."""

    def count(self, *_names):
        return []

    def lifts(self):
        for number in range(40):
            rated = 5 if number % 2 else 0
            yield f"a{number}", "deadlift", "older", 9, 0, rated, 0
            if number % 3 == 0:
                yield f"a{number}", "deadlift", "newer", 9, 9, 0, 0
            if number % 4 == 0:
                yield f"a{number}", "curl", "newer", 9, 0, 0, number
        yield "a1", "squat", None, 0, 0, 0, 0


def test_a_lift_on_a_device_is_a_kind_of_its_own_and_of_others_only_what_is_followed():
    kinds = {kind for _, kind in noise.measured(Counts(), {"deadlift", "squat"})}
    assert kinds == {
        *(("deadlift", "1RM"), ("squat", "1RM"), ("deadlift", "rating"), ("curl", "tempo")),
        *(("deadlift", "speed", "older"), ("deadlift", "speed", "newer"), ("deadlift", "angle", "newer")),
    }


@pytest.mark.parametrize("most", [3, 7, 13])
def test_a_lift_that_few_do_on_a_device_is_in_the_sample_as_often_as_others(most):
    kinds = list(noise.measured(Counts(), {"deadlift"}))
    sample = noise.those_who_count({f"a{number}" for number in range(40)}, lambda: kinds, most)
    counts = Counter(kind for one, kind in kinds if one in sample)
    assert min(counts.values()) >= min(most, 9)


def test_a_squad_larger_than_the_sample_is_judged_by_the_sample(squad, read, monkeypatch):
    monkeypatch.setattr(noise.those_who_count, "__defaults__", (3,))
    table = squad.athlete("alder1", UNTIL).noise
    assert len(read) == 3
    assert table["n_athletes"].tolist() == [3]


@pytest.mark.parametrize(
    ("report", "athlete_id", "seconds"), [("athlete_week", "alder1", 300), ("squad_week", "", 320)]
)
def test_a_page_of_a_squad_may_take_longer_the_more_athletes_it_has(squad, report, athlete_id, seconds):
    planned = fan_out._plan(Manifest.read(squad), Job(report, athlete_id, UNTIL), force=True)
    assert planned.arguments["deadline_s"] == seconds
    planned.bundle.discard()
