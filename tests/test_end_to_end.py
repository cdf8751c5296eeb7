"""A raw file in, a page out: the example squad through the command line, against its built-in truth and by hand."""

import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import lxml.etree
import lxml.html
import pandas as pd
import pytest
import squad
from scipy import stats
from soak_scale import times

from analysis import open_workspace
from analysis.base.blocks import Fact, Lines, Measures, Sure, Text, as_plain
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.report.page import plain
from analysis.workspace import shipped_notebooks

BANNED = re.compile(r"\b(risk\w*|injur\w*|overtrain\w*|abnormal\w*|responder\w*|caus(e|es|ed|ing))\b", re.IGNORECASE)
NOT_NUMBERS = re.compile(r"\b(nan|NaN|None|NaT|inf|Infinity|null)\b")
MOST_WORDS = 18
APRIL = "2026-04-19"  # a Sunday
TCX = "{http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2}"

# series that the truth changes in the last week, or that a bad day spoils
CHANGED = {
    ("Alder", "romanian_deadlift"),
    ("Fir", "single_leg_hop"),
    ("Ginkgo", "single_leg_hop"),
    ("Hazel", "form"),
    *(("Ivy", series) for series in ("sprint_20m", "time_trial_1200m", "time_trial_2400m", "pace")),
}


@pytest.fixture(scope="module")
def flags(squad_workspace) -> dict[tuple[str, str], bool]:
    """Whether each judged series of the last week was called a change, by athlete and series."""
    return {
        (name, series): flag
        for name, week in squad_workspace.last_week.items()
        for series, flag in flagged(week).items()
    }


def flagged(week: AthleteWeek) -> dict[str, bool]:
    """Whether each judged series of a week is called a change, by the name of the series."""
    judged = {speed.exercise: speed for speed in week.speeds.known}
    judged |= {check.test_id: check for check in week.checks.known}
    judged |= dict(zip(["pace"], week.paces.known, strict=False))
    judged |= {"form": week.form_if_known} if week.form_if_known else {}
    sides = {test.test_id: test.is_sure for test in week.sides.known}
    return {series: history.change.changed for series, history in judged.items()} | sides


def main_of(page: squad.RenderedPage) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(page.html).find(".//main")


def one_line(text: str) -> str:
    return " ".join(text.split())


def said(page: squad.RenderedPage) -> str:
    """The text of a page on one line."""
    return one_line(main_of(page).text_content())


# --- the page, its facts, the models and the raw files say the same ---------------------------------------------


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_every_fact_is_a_sentence_of_the_page(squad_workspace, name):
    page = squad_workspace.page(name)
    text = said(page)
    assert len(page.facts) > 10
    assert [fact["sentence"] for fact in page.facts.values() if one_line(fact["sentence"]) not in text] == []


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_the_facts_are_what_the_models_find(squad_workspace, name):
    fitted = squad.facts_of(squad_workspace.last_week[name])
    assert squad_workspace.page(name).facts == {subject: plain(as_plain(fact)) for subject, fact in fitted.items()}


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_every_section_that_shows_something_is_on_the_page(squad_workspace, name):
    page = squad_workspace.page(name)
    blocks = squad.section_blocks(squad_workspace.last_week[name])
    assert [section["key"] for section in page.record["sections"]] == list(squad.SECTIONS)
    questions = {section["key"]: section["question"] for section in page.record["sections"]}
    shown = [key for key, content in blocks.items() if content and key not in ("header", "message")]
    titled = {section.get("id"): section.findtext("h2") for section in main_of(page).iter("section")}
    titled |= {fold.get("id"): fold.findtext("summary") for fold in main_of(page).iter("details") if fold.get("id")}
    assert titled == {key: questions[key] for key in shown}


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_a_page_holds_one_athlete_and_asks_nobody(squad_workspace, name):
    page = squad_workspace.page(name)
    assert not re.search(r"""(src|href|action|data)\s*=\s*["']?\s*(https?:)?//""", page.html)
    assert not re.search(r"@import|url\(\s*['\"]?http", page.html)
    others = (set(squad_workspace.ids) | set(squad_workspace.ids.values())) - {name, squad_workspace.ids[name]}
    assert [other for other in others if re.search(rf"\b{other}\b", said(page))] == []


def test_the_best_sprint_is_the_fastest_of_the_raw_splits(squad_workspace):
    splits = pd.read_csv(squad_workspace.files / "splits.csv")
    to_20_m = (splits["test"] == "sprint_20m") & (splits["start_m"] + splits["distance_m"] <= 20)
    own = splits[splits["athlete"].isin(["Alder", "A01"]) & to_20_m]
    trials_s = own.groupby(["date", "trial"])["time_s"].sum().groupby("date").min()
    assert trials_s.index[-1] > "2026-06-01"
    (sprint,) = [one for one in squad_workspace.last_week["Alder"].checks.known if one.test_id == "sprint_20m"]
    assert sprint.exposures["value"].tolist() == pytest.approx(trials_s.tolist())
    level = squad_workspace.page("Alder").facts["sprint_20m"]["level"]
    assert trials_s.min() <= level <= trials_s.max()
    assert f"20 m sprint: {level:.2f} s" in said(squad_workspace.page("Alder"))


def test_the_speed_at_the_anchor_is_that_of_the_raw_repetitions(squad_workspace):
    reps = pd.read_csv(squad_workspace.files / "bar_speed.csv")
    own = reps[reps["athlete"].isin(["Alder", "A01"]) & reps["exercise"].str.startswith("Romanian")]
    first = own[(own["load_kg"] == 40) & (own["rep"] <= 3)].groupby("date")["mean_velocity_m_s"].mean()
    fact = squad_workspace.page("Alder").facts["romanian_deadlift.speed_at_40kg"]
    since = first.index >= fact["since"]
    assert fact["level"] == pytest.approx(first[since].mean(), abs=0.01)
    assert fact["before"] == pytest.approx(first[~since].mean(), abs=0.01)
    assert fact["sentence"].endswith(f": {fact['level']:.2f} m/s, before {fact['before']:.2f}.")
    assert fact["sentence"] in said(squad_workspace.page("Alder"))


def test_the_kilograms_and_kilometres_are_those_of_the_raw_files(squad_workspace):
    page, first_day = squad_workspace.page("Koa"), "2026-06-29"
    with (squad_workspace.files / "Koa" / "strong.csv").open() as log:
        rows = [row for row in csv.DictReader(log) if row["Date"][:10] >= first_day and row["Set Order"] != "W"]
    lifted_kg = sum(float(row["Weight"]) * float(row["Reps"]) for row in rows)
    ran_m = sum(lap_metres(path) for path in squad_workspace.files.glob("Koa/*.tcx.gz") if path.name >= first_day)
    assert page.facts["your_week.volume_load"]["estimate"] == pytest.approx(lifted_kg)
    assert page.facts["your_week.run_distance"]["estimate"] == pytest.approx(ran_m, rel=1e-4)
    assert f"{lifted_kg:,.0f} kg in {len(rows)} sets" in said(page)
    assert f"{ran_m / 1000:.1f} km in 1 run" in said(page)


def lap_metres(path: Path) -> float:
    laps = lxml.etree.fromstring(gzip.decompress(path.read_bytes())).iter(f"{TCX}Lap")
    return sum(float(lap.findtext(f"{TCX}DistanceMeters")) for lap in laps)


# --- plain language --------------------------------------------------------------------------------------------


def sentences_of(blocks: Iterable) -> Iterator[str]:
    """Every sentence an athlete reads in these blocks."""
    for block in blocks:
        if isinstance(block, Fact):
            texts = [block.sentence]
        elif isinstance(block, Text):
            texts = [block.text]
        elif isinstance(block, Lines):
            texts = list(block.lines)
        elif isinstance(block, Measures):
            texts = [row.below for row in block.rows]
        elif isinstance(block, Sure):
            texts = [block.text]
        else:
            texts = []
        for text in texts:
            yield from (part for part in re.split(r"(?<=[.:;?!])\s+", text) if part)


def test_sentences_are_short_plain_and_rounded(squad_workspace):
    for week in squad_workspace.last_week.values():
        for blocks in squad.section_blocks(week).values():
            for sentence in sentences_of(blocks):
                assert len(sentence.split()) <= MOST_WORDS, sentence
                assert not BANNED.search(sentence), sentence
                assert not NOT_NUMBERS.search(sentence), sentence
                assert not re.search(r"\d\.\d{3}", sentence), sentence
                assert not re.search(r"\d\.\d{2} (kg|km|cm|%|bpm|reps)", sentence), sentence


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_no_word_of_a_page_is_a_verdict_on_a_person_or_a_hole_in_a_number(squad_workspace, name):
    text = one_line(" ".join(main_of(squad_workspace.page(name)).itertext()))  # cells apart
    assert not BANNED.search(text)
    assert not NOT_NUMBERS.search(text)
    assert not re.search(r"\d\.\d{4}", text.partition("Workbook 0")[0])


# --- the built-in truth ----------------------------------------------------------------------------------------


def test_the_gain_is_clearly_better_and_is_the_message_of_the_week(squad_workspace):
    facts = squad_workspace.page("Alder").facts
    gain = facts["romanian_deadlift.speed_at_40kg"]
    assert gain["state"] == "clearly better"
    half = (gain["change_high"] - gain["change_low"]) / 2
    built_in = squad_workspace.truth["truths"][0]
    assert gain["change"] == pytest.approx(built_in["numbers"]["gain_m_s"], abs=1.5 * half)
    assert gain["since_low"] <= built_in["dates"]["start"] <= gain["since_high"]
    assert facts["message"]["lead"] == "Your Romanian deadlift is clearly faster."
    assert f"Since 19 June it is about {gain['level']:.2f} m/s; before, {gain['before']:.2f} m/s." in said(
        squad_workspace.page("Alder")
    )


def test_the_plateau_and_the_flat_athlete_are_not_called_a_gain(flags):
    assert not flags["Birch", "romanian_deadlift"]
    assert not flags["Cedar", "romanian_deadlift"]
    assert not flags["Cedar", "trap_bar_deadlift"]


def test_a_new_device_is_a_new_series_and_never_a_gain(squad_workspace):
    swapped = pd.Timestamp(squad_workspace.truth["truths"][3]["dates"]["start"])
    states = {}
    for weeks in range(0, 13, times(6, 4, 2)):
        week = squad_workspace.week("Dogwood", f"{swapped + pd.Timedelta(days=6 + 7 * weeks):%Y-%m-%d}")
        states[weeks] = {speed.change.state for speed in week.speeds.known}
    assert states[0] == {"cannot tell"}
    assert not any({"better", "clearly better"} & found for found in states.values())


def test_the_missing_weeks_are_not_logged_and_never_rest(squad_workspace):
    dates = squad_workspace.truth["truths"][4]["dates"]
    for sunday in pd.date_range(dates["start"], dates["end"], freq="W-SUN"):
        week = squad_workspace.week("Elm", f"{sunday:%Y-%m-%d}")
        assert set(week.day_states["state"]) == {"none"}
        assert week.adherence.done == 0
        assert week.adherence.not_logged == week.adherence.due > 0
    after = squad_workspace.week("Elm", "2026-04-19")
    assert after.adherence_four_weeks.not_logged >= 9
    assert after.n_logged_days >= 5


def test_one_side_difference_is_sure_and_the_bad_day_makes_none(squad_workspace, flags):
    assert flags["Fir", "single_leg_hop"]
    assert not flags["Ginkgo", "single_leg_hop"]
    fact = squad.facts_of(squad_workspace.last_week["Fir"])["single_leg_hop.sides"]
    assert "right side" in fact.sentence
    assert fact.level_low < 100 * (1.12 - 1) < fact.level_high


def test_form_that_breaks_earlier_is_clearly_worse_and_the_message_of_the_week(squad_workspace):
    page = squad_workspace.page("Hazel")
    form = page.facts["romanian_deadlift.clean_reps"]
    assert form["state"] == "clearly worse"
    assert form["change_low"] < -3 < form["change_high"]
    assert page.facts["message"]["lead"] == "You do clearly fewer clean reps."


def test_the_runner_who_improves_is_told_and_the_flat_one_is_not(flags):
    assert all(flags["Ivy", series] for series in ("sprint_20m", "pace"))
    assert not any(
        flags["Juniper", series] for series in ("sprint_20m", "time_trial_1200m", "time_trial_2400m", "pace")
    )


def test_series_without_change_are_told_as_changed_no_oftener_than_luck_does(squad_workspace, flags):
    flat = [flag for series, flag in flags.items() if series not in CHANGED]
    assert len(flat) > 90
    followed = [one for week in squad_workspace.last_week.values() for one in week.followed]
    luck = sum(one.change.null_probability for one in followed)
    assert sum(flat) <= stats.poisson.ppf(0.99, luck)


# --- a page of another day, of other data, of no data -----------------------------------------------------------


def copy_of_one(example: squad.ExampleSquad, folder: Path, name: str, *, until: str) -> Path:
    """A workspace in `folder` with the example's files of one athlete alone, whose log is Strong's, up to a day."""
    raw, files = folder / "data" / "raw", example.files
    (raw / name).mkdir(parents=True)
    (folder / "workbook.toml").write_bytes((example.folder / "workbook.toml").read_bytes())
    people = pd.read_csv(files / "athletes.csv", dtype=str)
    own_names = {name, *people.loc[people["athlete"] == name, "aliases"]}
    tables = {path.stem: pd.read_csv(path, dtype=str) for path in files.glob("*.csv")}
    tables["screens"] = pd.read_excel(files / "screens.xlsx", dtype=str, engine="openpyxl")
    for stem, table in tables.items():
        own = table[table["athlete"].isin(own_names)]
        if "date" in own and stem != "plan":
            own = own[own["date"].str[:10] <= until]
        own.to_csv(raw / f"{stem}.csv", index=False)
    header, *rows = (files / name / "strong.csv").read_text().splitlines()
    log = [header, *(row for row in rows if row[:10] <= until)]
    (raw / name / "strong.csv").write_text("\n".join(log) + "\n")
    for run in files.glob(f"{name}/*.tcx.gz"):
        if run.name[:10] <= until:
            (raw / name / run.name).write_bytes(run.read_bytes())
    squad.workbook("ingest", "--workspace", folder)
    return folder


@pytest.fixture(scope="module")
def koa(squad_workspace, tmp_path_factory) -> Path:
    """Koa alone, up to a Sunday in April."""
    return copy_of_one(squad_workspace, tmp_path_factory.mktemp("koa"), "Koa", until=APRIL)


def test_a_page_as_of_an_earlier_day_is_the_page_of_that_day(squad_workspace, koa):
    """By the noise that the squad had on that day, which Koa alone has not."""
    now = squad_workspace.week("Koa", APRIL)
    then = athlete_week(open_workspace(koa).athlete("Koa", APRIL), APRIL, by=now.judging)
    assert squad.section_blocks(now) == squad.section_blocks(then)


@pytest.mark.soak
def test_no_date_of_a_page_lies_after_its_day(squad_workspace, tmp_path):
    until = pd.Timestamp("2026-04-05")
    page = tmp_path / "page.html"
    report = ("report", "athlete_week", "--athlete", "Elm", "--as-of", "2026-04-05", "--output", page)
    squad.workbook(*report, "--workspace", squad_workspace.folder)
    rendered = squad.RenderedPage(page)
    assert rendered.record["until"] == "2026-04-05"
    sentences = " ".join(re.sub(r"Next: [^.]*", "", fact["sentence"]) for fact in rendered.facts.values())
    told = [f"{day} 2026" for day in re.findall(r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul)\b", sentences)]
    assert all(pd.to_datetime(told, format="%d %b %Y") <= until)
    done = main_of(rendered).xpath("(.//ul[@class='days'])[1]//@aria-label")
    assert [word.partition(": ")[2] for word in done[1:]] == ["nothing logged"] * 7


@pytest.mark.soak
def test_two_ingests_give_one_fingerprint_and_one_changed_set_another(squad_workspace, koa, tmp_path):
    again = copy_of_one(squad_workspace, tmp_path / "again", "Koa", until=APRIL)
    squad.workbook("ingest", "--workspace", again)
    report = ("report", "athlete_week", "--athlete", "Koa", "--as-of", APRIL, "--output")
    squad.workbook(*report, tmp_path / "first.html", "--workspace", koa)
    log = again / "data" / "raw" / "Koa" / "strong.csv"
    *rows, last = log.read_text().splitlines()
    *left, load_kg, reps, d, s, n, w, rpe = last.split(",")
    log.write_text("\n".join([*rows, ",".join([*left, load_kg, f"{int(reps) + 1}", d, s, n, w, rpe])]) + "\n")
    same = open_workspace(again).athlete("Koa", APRIL).fingerprint
    squad.workbook("ingest", "--workspace", again)
    squad.workbook(*report, tmp_path / "changed.html", "--workspace", again)
    first, changed = (squad.RenderedPage(tmp_path / f"{name}.html") for name in ("first", "changed"))
    assert same == first.record["data"] != changed.record["data"]
    for page in (first, changed):
        assert f"data {page.record['data'][:8]}" in said(page)
    volumes_kg = [page.facts["your_week.volume_load"]["estimate"] for page in (first, changed)]
    assert volumes_kg[1] - volumes_kg[0] == pytest.approx(float(load_kg)) != 0


def test_nothing_recorded_is_said_in_every_section(squad_workspace, tmp_path):
    (tmp_path / "workbook.toml").write_bytes((squad_workspace.files / "workbook.toml").read_bytes())
    squad.workbook("alias", "Willow", "--new", "--workspace", tmp_path)
    report = ("report", "athlete_week", "--athlete", "Willow", "--as-of", LAST_DAY, "--workspace", tmp_path)
    squad.workbook(*report, "--output", tmp_path / "willow.html")
    page = squad.RenderedPage(tmp_path / "willow.html")
    text = said(page)
    sections = {section["key"]: section["facts"] for section in page.record["sections"]}
    empty = [key for key, facts in sections.items() if not facts]
    assert empty == ["header", "rest", "long_runs", "tests", "notes", "left_out"]
    assert [fact["sentence"] for fact in sections.pop("next")] == ["Note how you slept tomorrow morning"]
    for facts in sections.values():
        for fact in facts:
            assert fact["state"] == "cannot tell"
            assert fact["reason"]
            assert fact["sentence"] in text
    assert "Log 2 sessions" in text
    athlete = open_workspace(tmp_path).athlete("Willow", LAST_DAY)
    assert all(athlete.frames[name].empty for name in athlete.frames)
    assert str(athlete.sets["local_date"].dtype) == str(TABLES["sessions"].empty()["local_date"].dtype)


def test_the_notebook_has_the_sections_that_the_tests_read():
    source = (shipped_notebooks() / "reports" / "athlete_week.ipynb").read_text(encoding="utf-8")
    assert re.findall(r'page\.section\(\\"(\w+)\\"', source) == list(squad.SECTIONS)
