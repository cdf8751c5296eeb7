"""Plug-ins: what they add comes through the ordinary door, and what one does wrong costs that, and is told by name."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, strong, workspace
from made_up_plugin import READER, installed, write

from analysis import doctor
from analysis.base import config as configuration
from analysis.base import plugins
from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, NotEnoughData, PluginProblem
from analysis.cli import main
from analysis.ingest import plugged, registry
from analysis.models.plugged import model
from analysis.report.due import Job
from analysis.report.engine import cluster
from analysis.report.engine.manifest import rests_on
from analysis.report.engine.render import render, report_key
from analysis.workspace import intake, open_workspace

USE = CONFIG + '\n[plugins]\nuse = ["Hinge_Diary"]\n'
DIARY = "diary;\n2026-06-01\n2026-06-02\n"
NAMED = Config.model_validate({"plugins": {"use": ["hinge-diary"]}})


@pytest.fixture
def folder(tmp_path):
    """Where plug-ins are installed."""
    there = tmp_path / "installed"
    there.mkdir()
    return there


def squad_with(folder: Path, config: str = USE):
    """A workspace with the athlete Alder, whose drop folder holds a diary and a log of Strong's."""
    opened = workspace(folder / "squad", config)
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,report,,\n")
    drop(opened.folder, "Alder/diary.csv", DIARY)
    drop(opened.folder, "Alder/strong.csv", strong())
    return opened


def outcomes(squad) -> dict[str, intake.Outcome]:
    found = {one.path.name: one for one in intake.ingest(squad, intake.files_below([squad.raw_folder]))}
    squad.store.close()
    return found


def test_a_reader_of_a_plug_in_comes_through_the_ordinary_door(tmp_path, folder):
    write(folder, "hinge-diary", READER, readers="diary = hinge_diary:READER")
    with installed(folder):
        squad = squad_with(tmp_path)
        found = outcomes(squad)
        assert {name: one.state for name, one in found.items()} == dict.fromkeys(found, "taken")
        assert (found["diary.csv"].reader, found["diary.csv"].rows_new) == ("hinge-diary:diary", 2)
        assert squad.athlete("Alder").wellness["item"].tolist() == ["mood", "mood"]
        assert {one.state for one in outcomes(open_workspace(squad.folder)).values()} == {"known"}


def test_what_is_not_named_is_not_loaded(tmp_path, folder):
    write(folder, "hinge-diary", "raise SystemExit('loaded')", readers="diary = hinge_diary:READER")
    with installed(folder):
        found = outcomes(squad_with(tmp_path, CONFIG))
        assert (found["diary.csv"].state, found["strong.csv"].state) == ("failed", "taken")
        assert plugins.installed()[0].name == "hinge-diary"
        assert "hinge_diary" not in sys.modules


def test_a_reader_by_the_name_of_another_takes_neither_its_place_nor_its_version(folder):
    write(folder, "hinge-diary", READER, readers="diary = hinge_diary:READER")
    before = registry.versions()
    with installed(folder):
        known = registry.versions(("hinge-diary",))
        assert known["hevy"] == before["hevy"]
        assert known.keys() - before.keys() == {"hinge-diary:diary"}
        names = [one.name for one in registry.readers(("hinge-diary",))]
        assert names.index("hevy") < names.index("hinge-diary:diary") < names.index("archive")


def reader_with(was: str, now: str) -> str:
    assert was in READER
    return READER.replace(was, now)


WRONG_READERS = {
    "cannot be imported": ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
    "is no reader": ("READER = 3", "gives a int as diary of analysis.readers in place of a Reader"),
    "breaks when asked": (reader_with("return head.startswith(HEAD)", "return 1 / 0"), "ZeroDivisionError"),
    "ends the program": (reader_with("return head.startswith(HEAD)", "raise SystemExit(3)"), "SystemExit: 3"),
    "never answers": (reader_with("return head.startswith(HEAD)", "while True: pass"), "took more than 0.3 s"),
    "breaks when it reads": (reader_with("    lines =", "    {}['pace']\n    lines ="), "KeyError: 'pace'"),
    "gives nothing": (reader_with("return Reading(", "return 'x'\n    Reading("), "in place of a Reading"),
    "writes to the roster": (reader_with('{"wellness"', '{"athletes"'), "a table 'athletes'"),
    "says whose it is": (
        reader_with("frame.assign(", 'frame.assign(athlete_id="birch1", '),
        "does not have (athlete_id)",
    ),
    "gives no table": (reader_with('{"wellness": wellness}', '{"wellness": []}'), "a list in place of the table"),
    "gives what cannot be": (
        reader_with("higher_better", "sideways"),
        "a row of wellness with direction 'sideways' (not one of",
    ),
    "gives text for numbers": (reader_with("value=3.0", "value='high'"), "ValueError"),
    "has no session": (
        reader_with('{"wellness": wellness}', '{"runs": frame[["row_no"]].assign(session_key="a", sport="running")}'),
        "rows of runs whose session_key is none of sessions",
    ),
    "keeps no rows": (reader_with("source_rows=rows", "source_rows=rows.drop(columns='raw')"), "source_rows without"),
    "says odd things": (reader_with("source_rows=rows", "source_rows=rows, dialect={1j: 1}"), "TypeError"),
}


@pytest.mark.soak
@pytest.mark.parametrize(("code", "said"), WRONG_READERS.values(), ids=WRONG_READERS.keys())
def test_what_a_reader_does_wrong_costs_its_file_and_is_told_by_name(tmp_path, folder, monkeypatch, code, said):
    monkeypatch.setattr(plugged, "ASK_S", 0.3)
    write(folder, "hinge-diary", code, readers="diary = hinge_diary:READER")
    with installed(folder):
        squad = squad_with(tmp_path)
        squad.store.close()
        done = CliRunner().invoke(main, ["ingest", "--workspace", str(squad.folder), "--json"])
        assert done.exit_code == 3
        states = {Path(one["path"]).name: one for one in map(json.loads, done.stdout.splitlines())}
        assert {name: one["state"] for name, one in states.items()} == {
            "athletes.csv": "taken",
            "diary.csv": "failed",
            "strong.csv": "taken",
        }
        told = states["diary.csv"]["error"] + done.stderr + " ".join(states["strong.csv"]["notes"])
        assert said in told
        assert "The plug-in hinge-diary 0.1 " in told


def test_one_that_is_named_and_missing_is_told_by_every_ingest_and_the_doctor(tmp_path):
    squad = squad_with(tmp_path)
    squad.store.close()
    done = CliRunner().invoke(main, ["ingest", "--workspace", str(squad.folder)])
    assert "The plug-in hinge-diary is named in [plugins] of workbook.toml and not installed." in done.stderr
    assert [one.ok for one in doctor.doctor(squad.folder) if one.what == "plug-in"] == [False]


def test_the_doctor_lists_what_is_named_and_what_is_not(tmp_path, folder):
    write(folder, "hinge-diary", READER, readers="diary = hinge_diary:READER")
    write(folder, "other-log", READER, version="2.0", readers="log = other_log:READER")
    with installed(folder):
        squad = squad_with(tmp_path)
        squad.store.close()
        said = [(one.ok, one.detail) for one in doctor.doctor(squad.folder) if one.what == "plug-in"]
        assert said == [
            (True, "hinge-diary 0.1: diary of analysis.readers"),
            (True, "other-log 2.0 is installed and not named in [plugins], so it is never loaded"),
        ]
        assert "other_log" not in sys.modules


@pytest.mark.parametrize("name", ["", "../x", "a b", "-a", "a;b"])
def test_a_name_that_no_package_has_is_refused(tmp_path, name):
    (tmp_path / "workbook.toml").write_text(f'[plugins]\nuse = ["{name}"]\n')
    with pytest.raises(ConfigProblem, match="plugins"):
        configuration.read_config(tmp_path / "workbook.toml")


# models

MODEL = """
from dataclasses import dataclass

import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.models.result import glance_row, tidy_table


@dataclass(frozen=True, eq=False)
class Mean:
    values: pd.Series

    def tidy(self):
        return tidy_table([("mean", "kg", self.values.mean())], 0.95)

    def glance(self):
        return glance_row(n=len(self.values))


def mean(values):
    if not len(values):
        raise NotEnoughData("A mean needs a value; got none.")
    return Mean(values)


def breaks(values):
    return values.nothing


def number(values):
    return 3.0
"""
MODELS = "\n".join(f"{name} = hinge_diary:{name}" for name in ("mean", "breaks", "number"))


def test_a_model_of_a_plug_in_answers_as_a_result(folder):
    write(folder, "hinge-diary", MODEL, models=MODELS)
    with installed(folder):
        result = model("mean", NAMED)(pd.Series([100.0, 110.0]))
        assert result.tidy()["estimate"].tolist() == [105.0]
        assert model("hinge-diary:mean", NAMED)(pd.Series([1.0])).glance()["n"].tolist() == [1]
        with pytest.raises(NotEnoughData, match="got none"):
            model("mean", NAMED)(pd.Series(dtype=float))
        with pytest.raises(PluginProblem, match=r"hinge-diary 0.1 broke while it fitted breaks \(AttributeError"):
            model("breaks", NAMED)(pd.Series([1.0]))
        with pytest.raises(PluginProblem, match="gives a float as number"):
            model("number", NAMED)(pd.Series([1.0]))
        with pytest.raises(PluginProblem, match="offered are: hinge-diary:breaks, hinge-diary:mean"):
            model("median", NAMED)
        with pytest.raises(PluginProblem, match="offered are: none"):
            model("mean", Config())


# sections

SHOW = "\n\ndef show(week):\n    {body}\n\n\nSECTION = Section('How was the mood?', show)\n"
WEEK = """\
from types import SimpleNamespace

from analysis.base.config import Config

week = SimpleNamespace(config=Config.model_validate({"plugins": {"use": ["hinge-diary"]}}), mood=4)
"""
FIRST = 'with page.section("header", "What was done?"):\n    page.show(Fact("header", "You trained twice."))'


@dataclass(frozen=True)
class Shown:
    page: str
    facts: dict
    log: str


def page_with(tmp_path: Path, folder: Path, body: str) -> Shown:
    """The page of a week whose plug-in shows what the body of its function does."""
    write(folder, "hinge-diary", READER + SHOW.format(body=body), sections="mood = hinge_diary:SECTION")
    notebook = report_notebooks.write(tmp_path / "week.ipynb", report_notebooks.PAGE, FIRST, WEEK)
    with installed(folder):
        done = render(
            notebook,
            {},
            tmp_path / "out" / "week.html",
            workspace=tmp_path,
            plugins=plugins.versions(("hinge-diary",)),
            engine=report_notebooks.ENGINE,
        )
    log = done.log.read_text() if done.log else ""
    return Shown(done.page.read_text(), json.loads(done.facts.read_text()), log)


def test_a_section_of_a_plug_in_stands_folded_at_the_end_and_names_it_in_the_footer(tmp_path, folder):
    body = (
        "yield Fact('mood', f'Your mood was {week.mood} of 5.', estimate=week.mood, found_on='2026-07-05')\n"
        "    yield Numbers('By day', ('day', 'mood'), (('Monday', '4'),))"
    )
    shown = page_with(tmp_path, folder, body)
    assert shown.log == ""
    assert shown.page.index("You trained twice.") < shown.page.index('<details id="plugin_hinge_diary_mood">')
    assert "<summary>How was the mood?</summary>" in shown.page
    assert "Your mood was 4 of 5." in shown.page
    assert "<p>Plug-ins: hinge-diary 0.1</p>" in shown.page
    assert shown.facts["plugins"] == {"hinge-diary": "0.1"}
    fact = shown.facts["sections"][-1]["facts"][0]
    assert (fact["subject"], fact["found_on"]) == ("hinge-diary.mood", None)  # no claim of the workbook's own


def test_what_a_section_lacks_is_said_in_its_words(tmp_path, folder):
    shown = page_with(tmp_path, folder, "raise NotEnoughData('Answer the question of the mood.')")
    assert "Answer the question of the mood." in shown.page
    assert shown.log == ""


def test_markup_of_a_section_is_text(tmp_path, folder):
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    shown = page_with(tmp_path, folder, f"yield Fact('mood', '{evil}')\n    yield Lines(('{evil}',))")
    assert "<img" not in shown.page
    assert "<script>alert" not in shown.page
    assert "&lt;script&gt;alert(2)" in shown.page


WRONG_SECTIONS = {
    "breaks": ("{}['pace']", "KeyError: 'pace'"),
    "ends the program": ("raise SystemExit(3)", "SystemExit: 3"),
    "gives no list": ("return 3", "TypeError: 'int' object is not iterable"),
    "gives text": ("yield '<b>high</b>'", "shows a str, which is no fact"),
    "gives a figure": ("import plotly.graph_objects as go; yield go.Figure()", "shows a Figure, which is no fact"),
    "makes its own drawing": ("yield type('Text', (Text,), {})('x')", "shows a Text, which is no fact"),
    "begins a fold": ("yield Fold('More')", "shows a Fold, which is no fact"),
    "never ends": ("while True: yield Text('x')", "shows more than 40 facts and drawings"),
    "is too long": ("yield Text('x' * 50_000)", "characters as mood, of 40,000"),
    "never answers": ("while True: pass", "took more than 0.3 s while it showed mood"),
    "gives odd values": ("yield Lines(7)", "TypeError"),
    "gives odd numbers": ("yield Fact('mood', 'High.', estimate='high', unit='kg', conf_low='x')", "Error"),
    "gives half a letter": ("yield Text('\\ud800')", "UnicodeEncodeError"),
    "gives no blocks of ours": ("yield Course('a', 'b', 'c', (1,), (object(),), (True,), 3.0, 0.0, 0.0)", "Error"),
    "hides its fault": ("yield Text(type('T', (), {'__str__': lambda self: 1 / 0})())", "ZeroDivisionError"),
}


@pytest.mark.parametrize(("body", "said"), WRONG_SECTIONS.values(), ids=WRONG_SECTIONS.keys())
def test_what_a_section_does_wrong_costs_itself_and_is_told_by_name(tmp_path, folder, monkeypatch, body, said):
    monkeypatch.setattr("analysis.report.plugged.SHOW_S", 0.3 if "pass" in body else 20.0)
    shown = page_with(tmp_path, folder, body)
    assert "You trained twice." in shown.page
    assert "The plug-in hinge-diary 0.1 could not show this part. Ask your coach." in shown.page
    assert said in shown.log
    assert "hinge-diary 0.1" in shown.log
    assert shown.facts["sections"][-1]["facts"][0]["reason"] == "plugin_problem"


def test_what_a_section_prints_or_displays_itself_is_on_no_page(tmp_path, folder):
    body = (
        "from IPython.display import HTML, display; print('loud'); display(HTML('<b>louder</b>'))\n"
        "    yield Text('Quiet.')"
    )
    shown = page_with(tmp_path, folder, body)
    assert "Quiet." in shown.page
    assert "loud" not in shown.page
    assert "printed or displayed itself is on no page" in shown.log


def test_a_page_of_the_squad_has_no_section_of_a_plug_in(tmp_path, folder):
    write(folder, "hinge-diary", READER + SHOW.format(body="1 / 0"), sections="mood = hinge_diary:SECTION")
    notebook = report_notebooks.write(
        tmp_path / "squad.ipynb",
        report_notebooks.PAGE.replace("athlete_id", "'squad'"),
        FIRST,
        WEEK,
        parameters='until: str = "2026-07-05"',
    )
    with installed(folder):
        out = tmp_path / "out" / "squad.html"
        done = render(notebook, {}, out, workspace=tmp_path, plugins={"hinge-diary": "0.1"}, engine="in-process")
    assert "plugin_hinge_diary" not in done.page.read_text()


# the key of a page, and workers


def test_a_page_rests_on_the_plug_ins_and_their_versions(tmp_path, folder):
    write(folder, "hinge-diary", READER, readers="diary = hinge_diary:READER")
    other = tmp_path / "other"
    other.mkdir()
    write(other, "hinge-diary", READER, version="0.2", readers="diary = hinge_diary:READER")
    notebook = report_notebooks.write(tmp_path / "week.ipynb", report_notebooks.PAGE)
    squad = workspace(tmp_path / "squad", USE)
    keys, parts = set(), []
    for there in (folder, other, None):
        with installed(there or tmp_path):
            versions = plugins.versions(squad.config.plugins.use)
            keys.add(report_key(notebook, {}, "data", versions))
            parts.append(json.loads(rests_on(squad, Job("week", "", "2026-07-05"), notebook, {}))["plugins"])
    squad.store.close()
    assert [part["hinge-diary"] for part in parts] == ["0.1", "0.2", "not installed"]
    assert len(keys | {report_key(notebook, {}, "data")}) == 4


def test_a_worker_without_the_same_plug_ins_refuses(tmp_path):
    notebook = report_notebooks.write(tmp_path / "week.ipynb", report_notebooks.PAGE)
    request = {
        "notebook": str(notebook),
        "parameters": {},
        "output": str(tmp_path / "2026-07-05" / "a.html"),
        "workspace": str(tmp_path / "bundle"),
        "log_folder": str(tmp_path / "log"),
        "fingerprint": "data",
        "plugins": {"hinge-diary": "0.1"},
    }
    (tmp_path / "bundle").mkdir()
    request["key"] = report_key(notebook, {}, "data", request["plugins"])
    said = cluster.rendered(cluster._packed(request), request)["failed"]
    assert said.startswith(
        "This worker has other plug-ins than the command: hinge-diary (not installed) in place of 0.1"
    )


def test_a_bundle_names_the_plug_ins_of_its_page(tmp_path):
    squad = squad_with(tmp_path)
    outcomes(squad)
    opened = open_workspace(squad.folder)
    packed = tmp_path / "packed"
    packed.mkdir()
    opened.pack("alder1", packed)
    opened.store.close()
    assert open_workspace(packed).config.plugins.use == ("hinge-diary",)


# the template

ROOT = Path(__file__).parents[1]


@pytest.mark.soak
def test_the_template_is_built_installed_and_used_through_the_ordinary_door(tmp_path, folder):
    template = shutil.copytree(ROOT / "examples" / "plugin", tmp_path / "template")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    built = ["--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *built, "--no-build-isolation", "-w", tmp_path, template], check=True)
    (wheel,) = tmp_path.glob("hinge_diary-*.whl")
    subprocess.run([*pip, "install", *built, "--target", folder, wheel], check=True)
    bar_speeds = "".join(f"Alder,2026-06-01,Deadlift,{n},{rep},60,{0.9 - rep / 10}\n" for n in (1, 2) for rep in (1, 2))
    with installed(folder):
        squad = squad_with(tmp_path)
        drop(squad.folder, "Alder/diary.csv", "diary_time,movement,load_kg,times\n2026-06-02 10:00,Deadlift,100,5\n")
        drop(squad.folder, "speeds.csv", BAR_SPEED + bar_speeds)
        found = outcomes(squad)
        assert (found["diary.csv"].reader, found["diary.csv"].rows_new) == ("hinge-diary:diary", 2)
        assert [one.detail for one in doctor.doctor(squad.folder) if one.what == "plug-in"] == [
            "hinge-diary 0.1.0: speed_kept of analysis.models, diary of analysis.readers, "
            "speed_kept of analysis.sections"
        ]
        opened = open_workspace(squad.folder)
        reps = opened.athlete("Alder").reps
        opened.store.close()
        assert model("speed_kept", opened.config)(reps).tidy()["estimate"].tolist() == [pytest.approx(100 * 0.7 / 0.8)]
        week = ["report", "athlete_week", "--athlete", "Alder", "--as-of", "2026-06-07"]
        done = CliRunner().invoke(main, [*week, "--workspace", str(squad.folder)])
    assert done.exit_code == 0, done.output
    page = squad.folder / "reports" / "athlete_week" / "2026-06-07" / "alder1.html"
    assert "Your last reps kept 88 % of the first." in page.read_text().replace("\u00a0", " ")
    assert "Plug-ins: hinge-diary 0.1.0" in page.read_text()
