"""Forms for phones: what each asks, whose it is, that it asks nobody, and what becomes of older ones."""

import base64
import hashlib
import json
import re
from datetime import timedelta

import pytest
from drop_folder import CONFIG, ROSTER, drop, run, strong, strong_row, workspace
from form_letters import answer, put, sealed

from analysis import open_workspace
from analysis.base.config import read_config
from analysis.base.errors import ConfigProblem
from analysis.forms.page import form_page
from analysis.privacy import erasure
from analysis.privacy.audit import Audit
from analysis.sealing import SECRET
from analysis.workspace import Workspace
from analysis.workspace.form_letters import form_keys

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"
SQUAD = """contact = "Coach Kim"
[display]
by_athlete = { birch1 = { mass = "lb" } }
[form]
lifts = ["back_extension"]
[[form.morning]]
item = "schlaf"
ask = "Wie hast du geschlafen?"
high = 5
"""


@pytest.fixture
def grove(tmp_path):
    """Alder and Birch with a plan and loads, and Cedar, a minor without a guardian."""
    opened = workspace(tmp_path / "grove", CONFIG + SQUAD)
    people = "Alder,alder1,F,2000,,,\nBirch,birch1,M,2012,,Mum Birch,\nCedar,cedar1,F,2012,,,\n"
    drop(opened.folder, "athletes.csv", ROSTER + people)
    drop(
        opened.folder, "contacts.csv", "athlete,whose,email\nBirch,athlete,b@x.example\nBirch,guardian,mum@x.example\n"
    )
    drop(opened.folder, "Alder/strong.csv", strong(strong_row(load=100), strong_row("2026-06-08", load=102.5)))
    drop(opened.folder, "Birch/strong.csv", strong(strong_row(load=100)))
    plan = f'Alder,{opened.today():%Y-%m-%d},day_1,"Hip thrust 3x8, then Romanian deadlift 3x8",\n'
    drop(opened.folder, "plan.csv", "athlete,date,role,content,label\n" + plan)
    run(opened.folder, "ingest")
    yield opened
    opened.store.close()


def about(page) -> dict:
    return json.loads(re.search(r'id="about">(.*?)</script>', page.read_text(encoding="utf-8"))[1])


def test_a_form_asks_what_the_squad_and_the_plan_say_with_the_last_load(grove):
    run(grove.folder, "form", "Alder")
    said = about(grove.reports_folder / "forms" / "Alder_alder1.html")
    assert [(one["ask"], one["low"], one["high"]) for one in said["morning"]] == [("Wie hast du geschlafen?", 1, 5)]
    assert [(one["exercise"], one["load"]) for one in said["lifts"]] == [
        ("hip_thrust", None),
        ("romanian_deadlift", None),
        ("deadlift", 102.5),
        ("back_extension", None),
    ]
    assert said["plan"] == {
        f"{grove.today():%Y-%m-%d}": {"role": "day_1", "content": "Hip thrust 3x8, then Romanian deadlift 3x8"}
    }
    assert "birch" not in json.dumps(said).lower()


def test_loads_stand_in_the_unit_that_the_athlete_reads(grove):
    run(grove.folder, "form", "Birch")
    said = about(grove.reports_folder / "forms" / "Birch_birch1.html")
    assert (said["unit"], said["lifts"][0]) == ("lb", {"exercise": "deadlift", "name": "Deadlift", "load": 220.5})


def test_all_forms_are_made_and_who_may_not_have_one_is_named(grove):
    told = run(grove.folder, "form", "--all", code=3)
    assert "Birch_birch1.html: for the guardian (mum@x.example), until" in told
    assert "b@x.example" not in told
    assert "Alder_alder1.html: for the athlete, until" in told
    assert "none     Cedar: cedar1 is a minor without a guardian" in told
    assert grove.store.frame("forms")["athlete_id"].tolist() == ["alder1", "birch1"]


def test_keys_differ_by_athlete_and_form_and_the_secret_is_for_its_owner_alone(grove, tmp_path):
    pages = []
    for place in ("one", "two"):
        run(grove.folder, "form", "--all", "--to", str(tmp_path / place), code=3)
        pages += sorted((tmp_path / place).glob("*.html"))
    keys = [about(page)["key"] for page in pages]
    assert len(set(keys)) == 4
    assert len({about(page)["public"] for page in pages}) == 1
    secret = form_keys(grove).path
    assert secret.stat().st_mode & 0o077 == 0
    assert not any(base64.urlsafe_b64encode(secret.read_bytes()).decode()[:20] in page.read_text() for page in pages)


def test_renew_revokes_what_was_made_before_of_that_athlete_alone(grove):
    run(grove.folder, "form", "--all", code=3)
    assert "1 older form revoked" in run(grove.folder, "form", "Alder", "--renew")
    forms = grove.store.frame("forms").set_index("athlete_id")["revoked_at"]
    assert forms.loc["alder1"].notna().tolist().count(True) == 1
    assert forms.loc[["birch1"]].isna().all()


def test_a_lost_secret_is_said_and_made_anew_for_all(grove):
    run(grove.folder, "form", "Alder")
    (grove.folder / "data" / "store" / SECRET).unlink()
    assert "is gone. Put it back from a backup" in run(grove.folder, "form", "Alder", code=1)
    run(grove.folder, "form", "--all", "--renew", code=3)
    assert grove.store.frame("forms")["revoked_at"].notna().sum() == 1
    run(grove.folder, "form", "Alder")


@pytest.mark.parametrize("words", [(), ("Alder", "--all"), ("--all", "--squad")])
def test_one_of_athlete_all_or_squad_is_said(grove, words):
    assert "Say one athlete, --all, --squad, --coach, --rack or --answered" in run(grove.folder, "form", *words, code=2)


def test_the_page_makes_no_request_and_runs_its_own_script_alone():
    page = form_page({"name": HOSTILE}, title=HOSTILE, contact=HOSTILE)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for source in (script, style):
        assert base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert "<img" not in page
    assert not re.search(r"(src|href) ?=|fetch\(|XMLHttp|WebSocket|sendBeacon|innerHTML|eval\(", script)


def test_erase_removes_the_forms_and_says_that_they_were_handed_out(grove, tmp_path):
    run(grove.folder, "form", "--all", code=3)
    run(grove.folder, "form", "Alder", "--to", str(grove.folder / "handed"))
    run(grove.folder, "form", "Birch", "--to", str(tmp_path / "out"))
    done = erasure.erase(grove, "Birch", raw=True)
    assert {trace.path.name for trace in done.found} <= {"workbook.toml"}  # where the units of a page are set by hand
    assert "reports/forms/Birch_birch1.html" in done.deleted
    assert any("workbook form" in one for one in done.handed_out)
    erasure.erase(grove, "Alder", raw=True)
    assert not list(grove.folder.rglob("*alder1*"))
    assert grove.store.frame("forms").empty


def test_the_audit_log_says_that_a_form_was_made(grove):
    run(grove.folder, "form", "Alder")
    line = Audit(grove).table("alder1").iloc[-1]
    assert (line["what"], line["exit"]) == ("form", 0)


def test_a_question_has_a_scale(tmp_path):
    path = tmp_path / "workbook.toml"
    path.write_text('[[form.morning]]\nitem = "sleep"\nask = "Slept?"\nlow = 5\nhigh = 5\n')
    with pytest.raises(ConfigProblem, match="goes from 5 to 5"):
        read_config(path)


def test_a_name_that_is_markup_or_a_path_stays_a_name(tmp_path):
    opened = workspace(tmp_path / "grove")
    drop(opened.folder, "athletes.csv", ROSTER + '"../</script><b>Al",alder1,F,2000,,,\n')
    run(opened.folder, "ingest")
    run(opened.folder, "form", "alder1")
    (page,) = (opened.reports_folder / "forms").glob("*.html")
    assert "<b>Al" not in page.read_text()
    assert about(page)["name"] == "../</script><b>Al"
    open_workspace(opened.folder).store.close()
    opened.store.close()


def test_who_is_to_be_asked_is_said_by_name_and_never_by_number(grove, monkeypatch):
    assert "Nobody has a form" in run(grove.folder, "form", "--answered")
    run(grove.folder, "form", "--all", code=3)
    assert "no need to ask: Alder, Birch" in run(grove.folder, "form", "--answered")  # they have it since today
    form_id = grove.store.frame("forms").set_index("athlete_id").loc["birch1", "form_id"]
    now = grove.now() + timedelta(days=4)
    monkeypatch.setattr(Workspace, "now", staticmethod(lambda: now))
    put(grove, "birch.txt", sealed(grove, answer(grove, form_id, "birch1", days=1)))
    run(grove.folder, "ingest")
    told = run(grove.folder, "form", "--answered")
    assert told == "ask      Alder: no answer yet\nno need to ask: Birch\n"


def test_the_sheet_for_the_rack_has_the_lifts_of_the_day_with_their_loads(grove):
    plan = f'Birch,{grove.today():%Y-%m-%d},day_1,"Deadlift 3x5",\n'
    drop(grove.folder, "more.csv", "athlete,date,role,content,label\n" + plan)
    run(grove.folder, "ingest")
    told = run(grove.folder, "form", "--rack", f"{grove.today():%Y-%m-%d}")
    page = (grove.reports_folder / "forms" / f"rack_{grove.today():%Y-%m-%d}.html").read_text(encoding="utf-8")
    assert "sheet    " in told
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>(.*?)</tr>', page)
    assert [(lift, load, boxes.count('class="box"')) for lift, load, boxes in rows] == [
        ("Hip thrust", "", 5),
        ("Romanian deadlift", "", 5),
        ("Deadlift", "220.5 lb", 5),
    ]
    assert "<script" not in page
    assert "The plan names no lift for 2026-01-01" in run(grove.folder, "form", "--rack", "2026-01-01", code=1)
