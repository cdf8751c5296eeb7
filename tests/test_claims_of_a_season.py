"""A season through `workbook run`: what pages told is kept and judged 4 weeks later, and an upgrade is said once."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, workspace
from taken_back import take_back

from analysis import open_workspace
from analysis.base.blocks import Fact
from analysis.cli import main
from analysis.pages.block_review import sections as block
from analysis.pages.block_review.review import block_review
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.arrivals import MOVED_MOST
from analysis.pages.squad_week.week import squad_week

pytestmark = pytest.mark.full

SUBJECT = "romanian_deadlift.speed_at_60kg"
NAMES = ("Alder", "Birch", "Cedar", "Elm")
MONDAY = pd.Timestamp("2026-01-05")
WEEKS, ONSET = 18, 8
TOLD, END = "2026-03-29", "2026-05-10"  # a Sunday 12 weeks after the first Monday, and the last one
PLANS = """
[[lifts]]
exercise = "romanian_deadlift"
name = "Romanian deadlift"
anchor_load_kg = 60

[[reports]]
report = "athlete_week"

[[reports]]
report = "squad_week"
"""


def speeds() -> str:
    """Rows of a file: Mondays and Thursdays, 3 repetitions at 60 kg; Alder is 0.1 m/s faster from week 9 on."""
    rng, rows = np.random.default_rng(5), []
    for name in NAMES:
        for session in range(2 * WEEKS):
            week, later = divmod(session, 2)
            level = 0.70 + 0.02 * rng.standard_normal() + (0.1 if name == "Alder" and week >= ONSET else 0.0)
            day = (MONDAY + pd.Timedelta(days=7 * week + 3 * later)).date()
            rows += [f"{name},{day},Romanian Deadlift,1,{rep},60,{level:.2f}\n" for rep in (1, 2, 3)]
    return BAR_SPEED + "".join(rows)


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(main, [*words, "--workspace", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def season(tmp_path_factory) -> Path:
    """The squad after `workbook run` of the week of TOLD."""
    folder = tmp_path_factory.mktemp("season") / "grove"
    workspace(folder, CONFIG + PLANS).store.close()
    drop(folder, "a.csv", ROSTER + "".join(f"{name},{name.lower()}1,,,report squad,,\n" for name in NAMES))
    drop(folder, "speeds.csv", speeds())
    run(folder, "ingest")
    run(folder, "run", "--due", "--as-of", TOLD)
    return folder


@pytest.fixture
def grove(season, tmp_path) -> Path:
    """A copy of it."""
    return shutil.copytree(season, tmp_path / "grove")


def claims(folder: Path) -> pd.DataFrame:
    opened = open_workspace(folder)
    rows = opened.store.frame("claims")
    opened.store.close()
    return rows


# --- kept --------------------------------------------------------------------------------------------------------


def test_a_run_keeps_what_its_pages_told_as_their_facts_say_it(season):
    (row,) = claims(season).to_dict("records")
    page = json.loads((season / "reports" / "athlete_week" / TOLD / "alder1.json").read_text())
    (told,) = [one for of in page["sections"] for one in of["facts"] if one["found_on"]]
    of_squad = json.loads((season / "reports" / "squad_week" / TOLD / "squad.json").read_text())
    assert f"talk.alder1.{SUBJECT}" in {one["subject"] for of in of_squad["sections"] for one in of["facts"]}
    assert (row["athlete_id"], row["subject"], row["report"]) == ("alder1", SUBJECT, "athlete_week")
    assert {name: row[name] for name in ("state", "level", "before")} == {
        name: told[name] for name in ("state", "level", "before")
    }
    assert [f"{row[name].date()}" for name in ("found_on", "since", "first_told")] == [
        told["found_on"],
        told["since"],
        TOLD,
    ]


def test_pages_made_again_write_nothing_new(grove):
    before = claims(grove)
    assert "unchanged" in run(grove, "run", "--due", "--as-of", TOLD)
    run(grove, "run", "--due", "--as-of", TOLD, "--force")
    run(grove, "report", "squad_week", "--as-of", "2026-04-05")
    pd.testing.assert_frame_equal(claims(grove), before)


# --- 4 weeks later -----------------------------------------------------------------------------------------------


def review(folder: Path, until: str = END):
    opened = open_workspace(folder)
    reviewed = block_review(opened.everyone(until), until=until)
    shown = block.claims(reviewed)
    opened.store.close()
    said = {one.subject: one for one in shown if isinstance(one, Fact)}
    tables = {one.attrs["title"]: one for one in shown if isinstance(one, pd.DataFrame)}
    return said, tables.get("What pages told, and what became of it")


def test_the_review_of_a_block_says_that_it_held(grove):
    said, table = review(grove)
    assert said["claims.told"].sentence.startswith("Pages told 1 change 4 weeks ago or earlier, in the last 2 blocks.")
    assert "1 of 1 held as told (100 %, 95 % interval 3 to 100)." in said["claims.told"].sentence
    shown = table[["Athlete", "Series", "4 weeks later"]].values.tolist()
    assert shown == [["Alder", "Romanian deadlift at 60 kg", "held"]]


def test_what_was_told_less_than_4_weeks_ago_is_not_asked_and_today_s_claims_stand(grove):
    said, table = review(grove, "2026-04-19")
    assert "claims.told" not in said
    assert table is None
    assert "found in this block by today's data" in said["claims.held"].sentence


def test_values_left_out_later_mark_what_was_told_and_do_not_rewrite_it(grove):
    before = claims(grove)
    for day in pd.date_range("2026-03-02", "2026-03-20"):
        if day.day_name() in ("Monday", "Thursday"):
            which = ("--athlete", "Alder", "--date", str(day.date()), "--what", "romanian_deadlift")
            run(grove, "exclude", *which, "--reason", "the bar was another")
    said, table = review(grove)
    assert table["4 weeks later"].tolist() == ["moved by later data"]
    assert "0 of 1 held as told (0 %, 95 % interval 0 to 98), 1 moved by later data." in said["claims.told"].sentence
    pd.testing.assert_frame_equal(claims(grove), before)


def test_of_a_series_that_is_no_longer_followed_nobody_can_tell(grove):
    config = grove / "workbook.toml"
    config.write_text(config.read_text().replace("anchor_load_kg = 60", "anchor_load_kg = 70"))
    said, table = review(grove)
    assert table["Series"].tolist() == [SUBJECT]
    assert " ".join(table["4 weeks later"].iloc[0].split()) == "cannot tell"
    assert "Of 1 nobody can tell: the series is not followed today, or began anew." in said["claims.told"].sentence


# --- the upgrade -------------------------------------------------------------------------------------------------


def upgraded(folder: Path, on: str, verdicts: dict[str, str]) -> None:
    """Take the store back to version 0.1 with a page of that version, and bring it up to date on that day."""
    with closing(open_workspace(folder).store) as store:
        take_back(store)
    facts = [{"subject": f"{whose}.{SUBJECT}", "state": state} for whose, state in verdicts.items()]
    said = {"schema": 1, "sections": [{"facts": facts}]}
    (folder / "reports" / "squad_week" / TOLD / "squad.json").write_text(json.dumps(said))
    opened = open_workspace(folder)
    opened.store.keep_fact("judged_anew_at", f"{on}T10:00:00+00:00")
    opened.store.close()


def of_rule(folder: Path, until: str) -> list[str]:
    """What the page of the squad says of the rule, made through the ordinary door."""
    run(folder, "report", "squad_week", "--as-of", until)
    page = json.loads((folder / "reports" / "squad_week" / until / "squad.json").read_text())
    (changes,) = [of["facts"] for of in page["sections"] if of["key"] == "changes"]
    return [one["sentence"] for one in changes if one["subject"].startswith("rule.")]


BEFORE = {"alder1": "no detectable change", "birch1": "clearly worse", "cedar1": "cannot tell"}


def test_the_page_of_the_week_of_the_upgrade_says_once_what_moved_and_says_it_again(grove):
    upgraded(grove, "2026-04-01", BEFORE)
    said = of_rule(grove, "2026-04-05")
    assert said[0].startswith("The rule behind every verdict changed with this version. Of 3 verdicts that")
    lines = {line.split(",")[0]: line for line in said[1:]}
    assert lines["Alder"].endswith("at 60 kg: clearly better, too close to call on the last page before.")
    assert lines["Birch"].endswith("clearly worse on the last page before.")
    assert said[-1].startswith("Cedar")  # it was no news and is none
    assert of_rule(grove, TOLD) == of_rule(grove, "2026-04-12") == []
    assert of_rule(grove, "2026-04-05") == said


def test_a_squad_that_had_no_page_reads_that_the_rule_changed(grove):
    upgraded(grove, "2026-04-01", {})
    assert of_rule(grove, "2026-04-05") == ["The rule behind every verdict changed with this version."]


def facts_of(blocks) -> list[Fact]:
    return [one for one in blocks if isinstance(one, Fact)]


def test_a_store_made_by_this_version_never_says_it(season):
    assert claims(season).shape[0] == 1
    opened = open_workspace(season)
    week = squad_week(opened.everyone(TOLD), TOLD)
    opened.store.close()
    assert not [one for one in facts_of(sections.changes(week)) if one.subject.startswith("rule.")]


def test_at_most_eight_verdicts_are_named_and_the_others_counted(season, monkeypatch):
    monkeypatch.setattr("analysis.pages.squad_week.arrivals.MOVED_MOST", 1)
    assert MOVED_MOST == 8
    opened = open_workspace(season)
    squad = opened.everyone(TOLD)
    opened.store.close()
    before = pd.DataFrame({"athlete_id": list(BEFORE), "subject": SUBJECT, "state": list(BEFORE.values())})
    object.__setattr__(squad, "judged_anew_on", pd.Timestamp(TOLD))
    squad.ledger["verdicts_before"] = before
    told = facts_of(sections.changes(squad_week(squad, TOLD)))
    said = [one.sentence for one in told if one.subject.startswith("rule.")]
    assert len(said) == 3
    assert said[-1] == "2 more verdicts moved."
