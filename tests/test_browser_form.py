"""The form in Debian's chromium on a narrow phone: filled in, saved, taken in, and on the athlete's page."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
from chromium import CHROMIUM, Opened, violations
from drop_folder import CONFIG, ROSTER, drop, run, strong, strong_row, workspace
from form_letters import answer, put, sealed

from analysis import open_workspace
from analysis.forms import making
from analysis.proposals import said_away
from analysis.workspace import form_list

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]

HOSTILE = '</script><img src=x onerror=alert(1)> & "Al" \'n'
SQUAD = """contact = "Coach Kim"
[[lifts]]
exercise = "romanian_deadlift"
name = "Romanian deadlift"
anchor_load_kg = 60.0
[[checks]]
test_id = "sprint_20m"
name = "20 m sprint"
unit = "s"
distance_m = 20.0
swc = 0.03
[[side_tests]]
test_id = "single_leg_hop"
name = "Single-leg hop"
metric = "distance"
unit = "cm"
[[reports]]
report = "athlete_week"
[[reports]]
report = "squad_week"
"""
SHARES = """() => {
navigator.canShare = data => data.files.length === 1;
navigator.share = async data => {
  if (window.refuses) throw new DOMException("closed", "AbortError");
  window.shared = [data.files[0].name, await data.files[0].text()];
};
}"""


@pytest.fixture(scope="module")
def grove(tmp_path_factory) -> Path:
    """Alder, who deadlifted 105 kg, has a plan of today and a form; Birch has none yet."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "squad", CONFIG + SQUAD)
    folder, today = opened.folder, opened.today()
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,\nBirch,birch1,M,2001,,,\n")
    drop(folder, "Alder/strong.csv", strong(strong_row(f"{today.replace(day=1):%Y-%m-%d}", load=105)))
    plan = f'Alder,{today:%Y-%m-%d},day_1,"Romanian deadlift 3x8, then hip thrust 3x10",\n'
    drop(folder, "plan.csv", "athlete,date,role,content,label\n" + plan)
    opened.store.close()
    run(folder, "ingest")
    return folder


@pytest.fixture
def form(grove) -> Path:
    run(grove, "form", "Alder")
    return grove / "reports" / "forms" / "Alder_alder1.html"


SECONDS_A_TAP = 1.5  # to read, to find the place and to touch it: an assumption, stated beside what is counted


class Served(SimpleHTTPRequestHandler):
    """A folder of files and no more."""

    def log_message(self, *_what) -> None:
        """Nothing: a browser's questions are no output of a test."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on this machine, which a browser holds for as safe as one by https."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class Phone(Opened):
    """A form that is tapped; the taps are counted."""

    def __init__(self, browser, page: Path | str, **how):
        super().__init__(browser, page, 360, **how)
        self.taps = 0

    def tap(self, name: str, group: str | None = None) -> None:
        """Tap the button or answer of this name."""
        within = self.tab.get_by_role("group", name=group) if group else self.tab
        radio = within.get_by_role("radio", name=name, exact=True)
        place = radio if radio.count() else within.get_by_role("button", name=name)
        place.first.click()
        self.taps += 1

    def count(self, what: str) -> None:
        """Print the taps, the time that they take a person, and the time that this script took."""
        script_s = self.tab.evaluate("performance.now()") / 1000
        taken = f"{self.taps} taps, {self.taps * SECONDS_A_TAP:.0f} s at {SECONDS_A_TAP} s a tap"
        print(f"{what}: {taken}; {script_s:.1f} s for the script")

    def said(self) -> str:
        return self.tab.locator("#said").inner_text()

    def send(self) -> str:
        """The text of the file that was saved."""
        with self.tab.expect_download() as download:
            self.tap("Send")
        return Path(download.value.path()).read_text(encoding="utf-8")


def morning(phone: Phone) -> None:
    for question, value in (("How did you sleep?", "7"), ("How sore are you?", "3"), ("How much energy", "4")):
        phone.tap(value, question)


def test_a_morning_takes_twelve_taps_at_most_and_leaves_as_a_sealed_file(browser, form, grove, tmp_path):
    with Phone(browser, form) as phone:
        phone.picture("form_360_morning")
        morning(phone)
        text = phone.send()
        phone.picture("form_360_hand")
        phone.tap("I sent it: clear my answers")
        assert phone.taps <= 12
        phone.count("a morning")
        assert phone.said() == "Sent. Your answers are cleared from this phone."
        assert "sleep" not in phone.tab.evaluate("JSON.stringify(localStorage)")
        assert phone.complaints == []
        assert [url for url in phone.requests if not url.startswith(("file:", "blob:"))] == []
    assert set(json.loads(text)) == {"workbook_answer", "key", "nonce", "sealed"}
    letter = tmp_path / "answers.txt"
    letter.write_text(text)
    assert "1 taken" in run(grove, "ingest", str(letter))


@pytest.mark.soak
def test_a_session_is_on_the_page_two_commands_later(browser, form, grove):
    with Phone(browser, form) as phone:
        phone.tap("Session")
        assert "Planned: Romanian deadlift" in phone.tab.inner_text("#session")
        phone.tap("Strength", "What did you do?")
        phone.tap("Day 1", "Which day of your week?")
        phone.tap("75", "Minutes")
        phone.tap("7, very hard", "How hard was the whole session?")
        phone.picture("form_360_session")
        phone.tap("Sets")
        phone.tap("Romanian deadlift", "Which lift?")
        phone.tab.get_by_label("Load (kg)", exact=True).fill("62,5")
        phone.tap("Repetitions: more")
        phone.tap("2", "Repetitions in reserve")
        phone.tap("Not all", "Was every repetition clean?")
        phone.tap("Clean until repetition: more")
        phone.tap("Back rounded", "What broke then?")
        phone.picture("form_360_sets")
        phone.tap("Add this set")
        phone.tap("All clean", "Was every repetition clean?")
        phone.tap("Add this set")
        phone.tap("Notes")
        phone.tab.get_by_label("What should your coach know?").fill(HOSTILE)
        text = phone.send()
        phone.count("a session with two sets and a note")
        assert phone.complaints == []
    drop(grove, "from phone.txt", f"Hi coach, here it is:\n\n{text}\n\nSee you!")
    run(grove, "ingest")
    run(grove, "report", "athlete_week", "--athlete", "Alder")
    (page,) = (grove / "reports" / "athlete_week").glob("*/alder1.html")
    shown = page.read_text(encoding="utf-8")
    assert "You lifted" in shown
    assert "<img src=x" not in shown
    facts = page.with_suffix(".json").read_text(encoding="utf-8")
    assert "You lifted 1,000 kg in 2 sets." in facts or "1,000 kg" in facts
    opened = open_workspace(grove)
    alder = opened.athlete("Alder")
    opened.store.close()
    ours = alder.sessions.loc[alder.sessions["source"] == "form"]
    assert ours[["kind", "role", "duration_s", "rpe_cr10", "notes"]].to_numpy().tolist() == [
        ["strength", "day_1", 4500.0, 7.0, HOSTILE]
    ]
    sets = alder.sets.loc[alder.sets["session_id"].isin(ours["session_id"])]
    assert sets[["exercise", "load_kg", "reps"]].to_numpy().tolist() == [["romanian_deadlift", 62.5, 8.0]] * 2
    flags = alder.reps.loc[alder.reps["set_no"] == 1, "form_flags"].tolist()
    assert flags == [""] * 7 + ["flexion"]


def test_a_reload_in_the_middle_keeps_the_draft_and_clear_wipes_it(browser, form):
    with Phone(browser, form) as phone:
        phone.tap("7", "How did you sleep?")
        phone.tap("Session")
        phone.tap("Run", "What did you do?")
        phone.tab.reload()
        sleep = phone.tab.get_by_role("group", name="How did you sleep?")
        assert sleep.get_by_role("radio", name="7", exact=True).is_checked()
        assert phone.tab.locator("#send").inner_text() == "Send: morning, session"
        phone.tap("7", "How did you sleep?")  # a second tap takes it back
        assert phone.tab.locator("#send").inner_text() == "Send: session"
        phone.tab.get_by_text("Other day, clear").click()
        phone.tap("Clear all that is typed")
        phone.tap("Press again to clear all")
        assert phone.tab.locator("#send").is_disabled()
        assert phone.tab.evaluate("localStorage.length") == 0


def test_the_share_sheet_gets_one_file_and_a_closed_one_keeps_the_answers(browser, form):
    with Phone(browser, form) as phone:
        phone.tab.evaluate(SHARES)
        phone.tab.evaluate("window.refuses = true")
        morning(phone)
        phone.tap("Send: morning")
        phone.tab.wait_for_selector("#hand:not([hidden])")
        assert phone.said() == "Not sent. Your answers are still here."
        phone.tab.evaluate("window.refuses = false")
        phone.tap("Send: morning")
        phone.tab.locator("#said", has_text="Sent. Your answers").wait_for()
        name, text = phone.tab.evaluate("window.shared")
        assert re.fullmatch(r"workbook-answers-[-\d]+\.txt", name)
        assert json.loads(text)["workbook_answer"] == 1
        assert phone.tab.locator("#send").is_disabled()


@pytest.mark.parametrize("kind", ["phone", "desk"])
def test_it_works_from_an_address_too_and_there_without_a_net(browser, form, grove, kind):
    with served(form.parent) as address, Phone(browser, f"{address}/{form.name}") as phone:
        assert phone.tab.evaluate("isSecureContext")
        if kind == "phone":
            phone.tab.evaluate(SHARES)
        phone.tap("7", "How did you sleep?")
        phone.tab.context.set_offline(True)
        phone.tap("3", "How sore are you?")
        if kind == "phone":
            phone.tap("Send: morning")
            phone.tab.locator("#said", has_text="Sent. Your answers").wait_for()
            text = phone.tab.evaluate("window.shared")[1]
        else:
            text = phone.send()
        asked = [url for url in phone.requests if not url.startswith("blob:")]
        assert asked == [f"{address}/{form.name}"]  # not even for an icon
        assert phone.complaints == []
    assert "1 taken" in run(grove, "ingest", str(drop(grove, f"from {kind}.txt", text)))


def test_a_day_off_is_asked_for_nothing_else_and_sends_nothing_else(browser, form, grove):
    with Phone(browser, form) as phone:
        phone.tap("Session")
        phone.tap("60", "Minutes")
        phone.tap("Off: ill", "What did you do?")
        assert phone.tab.get_by_role("group", name="Minutes").count() == 0
        assert phone.tab.evaluate("document.activeElement.value") == "ill"  # drawn anew, and the focus stays
        phone.tab.get_by_text("Other day, clear").click()
        phone.tab.get_by_label("Another day").fill(phone.tab.get_by_label("Another day").get_attribute("min"))
        phone.tap("Off: ill", "What did you do?")
        text = phone.send()
        assert phone.complaints == []
    run(grove, "ingest", str(drop(grove, "off.txt", text)))
    opened = open_workspace(grove)
    sessions = opened.athlete("Alder").sessions
    opened.store.close()
    (row,) = sessions.loc[sessions["status"] == "off"].to_dict("records")
    assert (row["notes"], pd.isna(row["duration_s"]), pd.isna(row["rpe_cr10"])) == ("ill", True, True)


def test_at_twice_the_letters_every_screen_is_reached_and_nothing_is_cut(browser, form):
    with Phone(browser, form) as phone:
        session = phone.tab.context.new_cdp_session(phone.tab)
        session.send("Page.enable")
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
        phone.tab.reload()
        assert phone.tab.evaluate("getComputedStyle(document.body).fontSize") == "32px"
        for screen in ("Session", "Sets", "Checks", "Notes", "Morning"):
            phone.tap(screen)
            assert phone.tab.locator(f"#{screen.lower()}").is_visible()
            assert phone.tab.evaluate("document.documentElement.scrollWidth") <= 360
            assert violations(phone.tab) == [], screen


def test_what_cannot_be_is_said_before_it_is_sent(browser, form):
    with Phone(browser, form) as phone:
        phone.tap("Checks")
        phone.tab.get_by_label("20 m sprint, trial 1, in s").fill("3.4x")
        phone.tap("Send: checks")
        assert phone.said() == "“3.4x” is no number."
        phone.tab.get_by_label("20 m sprint, trial 1, in s").fill("3,41")
        phone.tab.get_by_label("Single-leg hop, left, trial 1, in cm").fill("181")
        phone.tap("Notes")
        phone.tab.get_by_label("What should your coach know?").fill("a note alone")
        phone.tap("Send: session, checks")
        assert phone.said() == "Choose what you did first."


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_has_large_targets_and_is_read_aloud(browser, form, scheme):
    with Phone(browser, form, scheme=scheme) as phone:
        for screen in ("Morning", "Session", "Sets", "Checks", "Notes"):
            phone.tap(screen)
            if screen == "Sets":
                phone.tap("Hip thrust", "Which lift?")
                phone.tap("Not all", "Was every repetition clean?")
            assert violations(phone.tab) == [], screen
            assert phone.tab.evaluate("document.documentElement.scrollWidth") <= 360
            small = phone.tab.evaluate(
                """() => [...document.querySelectorAll("button, input, textarea, .option")]
                    .filter(e => e.getClientRects().length)
                    .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
                    .filter(([box]) => box.height < 44 || box.width < 44).map(([, html]) => html)"""
            )
            assert small == []
            phone.picture(f"form_360_{screen.lower()}_{scheme}")


def test_without_a_script_the_page_says_what_to_do(browser, form):
    with Opened(browser, form, 360, script=False) as opened:
        text = opened.tab.inner_text("body")
        assert text.count(".") == 2
        assert "ask Coach Kim for a web address" in text


def test_the_tablet_of_the_squad_notes_one_after_the_other_and_waits_for_a_yes(browser, grove):
    run(grove, "form", "--squad")
    page = grove / "reports" / "forms" / "squad.html"
    about = json.loads(re.search(r'id="about">(.*?)</script>', page.read_text())[1])
    assert (about["names"], about["key"], about["plan"]) == (["Alder", "Birch"], "", {})
    assert {one["load"] for one in about["lifts"]} == {None}
    with Phone(browser, page) as phone:
        for name in ("Alder", "Birch"):
            phone.tap(name, "Who are you?")
            if name == "Alder":
                phone.tap("Yesterday", "Which day?")
            assert phone.tab.get_by_role("radio", name="Yesterday", exact=True).is_checked()
            morning(phone)
            phone.tap("Note down: morning")
            phone.tab.locator("#said", has_text=f"Noted for {name}").wait_for()
        assert '"sleep"' not in phone.tab.evaluate("JSON.stringify(localStorage)")
        with phone.tab.expect_download() as download:
            phone.tap("Hand over 2 of the squad")
        letter = drop(grove, "tablet.txt", Path(download.value.path()).read_text())
    assert "wait for your yes: Alder (morning of" in run(grove, "ingest", str(letter), code=1)
    assert "1 taken" in run(grove, "ingest", "--yes", str(letter))


@pytest.mark.soak
def test_the_coach_decides_and_names_days_at_the_track(browser, grove):
    about = {
        "athlete_id": "alder1",
        "local_date": pd.Timestamp("2026-06-01"),
        "subject": "deadlift",
        "evidence": "No change for 6 weeks.",
        "name": "Alder",
    }
    choices = [("x", "plateau.pause", "Pause at the knee."), ("y", "plateau.tempo", HOSTILE)]
    shown = pd.DataFrame(
        [about | {"proposal_id": number, "rule_id": rule, "line": line} for number, rule, line in choices]
    )
    opened = open_workspace(grove)
    birch = form_list.new_form(opened, "athlete", "birch1")
    off = answer(opened, birch, "birch1", "session", what="other", status="off", away="ill", sets=None, rpe=None)
    run(grove, "ingest", str(put(opened, "birch off.txt", sealed(opened, off | {"role": None, "minutes": None}))))
    page = making.make_for_coach(opened, shown, said_away(opened)).path
    with Phone(browser, page) as phone:
        assert phone.tab.get_by_text("No change for 6 weeks.").count() == 1  # of one menu
        assert phone.tab.locator("label:visible").get_by_text("Why").count() == 0  # nothing is answered yet
        phone.tap("Accept", "Alder: Pause")
        phone.tap("Accept", "Alder: </script>")
        assert phone.tab.get_by_label("Why").locator("visible=true").count() == 2
        assert phone.said() == "Of one menu one choice is taken: the other one is rejected."
        phone.tab.get_by_label("Why").last.fill("fits the camp")
        phone.tap("Yes", "Birch: ill")
        phone.tap("Birch", "Whose days?")
        phone.tap("travel", "What are they?")
        phone.tap("Add these days")
        phone.tab.reload()
        assert phone.tab.locator("#send").inner_text() == "Send 4"
        assert violations(phone.tab) == []
        assert phone.tab.evaluate("document.documentElement.scrollWidth") <= 360
        phone.picture("form_360_coach")
        text = phone.send()
        phone.tap("I sent it: clear my answers")
        assert phone.tab.evaluate("localStorage.length") == 0
        assert phone.complaints == []
    assert "1 taken" in run(grove, "ingest", str(drop(grove, "coach.txt", text)))
    stored = opened.store.frame("proposals").sort_values("rule_id")
    assert stored["answer"].tolist() == ["rejected", "accepted"]
    assert stored[["reason", "line"]].to_numpy().tolist()[1] == ["fits the camp", " ".join(HOSTILE.split())]
    assert sorted(opened.store.frame("labels")["kind"]) == ["ill", "travel"]
    assert [one for one in said_away(opened) if one["athlete"] == "birch1"] == []
    opened.store.close()
