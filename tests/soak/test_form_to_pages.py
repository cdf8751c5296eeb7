"""From the phone to both pages: a morning and a session answered in a browser, two commands, and what the pages say."""

from datetime import timedelta

import lxml.html
import pytest
from chromium import CHROMIUM
from drop_folder import CONFIG, ROSTER, drop, run, strong, strong_row, workspace
from test_browser_form import SQUAD, Phone, morning

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]


def test_a_morning_and_a_session_are_on_the_athletes_and_the_coachs_page_two_commands_later(browser, tmp_path):
    squad = workspace(tmp_path / "squad", CONFIG + SQUAD)
    folder, today = squad.folder, squad.today()
    over = today - timedelta(days=today.weekday() + 1)  # the last day of the last week
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,\nBirch,birch1,M,2001,,,\n")
    drop(folder, "Alder/strong.csv", strong(strong_row(f"{over - timedelta(days=20):%Y-%m-%d}", load=105)))
    plan = f'Alder,{over:%Y-%m-%d},day_1,"Romanian deadlift 3x8",\n'
    drop(folder, "plan.csv", "athlete,date,role,content,label\n" + plan)
    squad.store.close()
    run(folder, "ingest")
    run(folder, "form", "Alder")
    with Phone(browser, folder / "reports" / "forms" / "Alder_alder1.html") as phone:
        phone.tab.context.set_offline(True)
        phone.tab.get_by_text("Other day, clear").click()
        phone.tab.get_by_label("Another day").fill(f"{over:%Y-%m-%d}")
        morning(phone)
        phone.tap("Session")
        phone.tap("Strength", "What did you do?")
        phone.tap("60", "Minutes")
        phone.tap("7, very hard", "How hard was the whole session?")
        phone.tab.reload()
        phone.tab.get_by_text("Other day, clear").click()
        phone.tab.get_by_label("Another day").fill(f"{over:%Y-%m-%d}")
        phone.tap("Sets")
        phone.tap("Romanian deadlift", "Which lift?")
        phone.tab.get_by_label("Load (kg)", exact=True).fill("62,5")
        phone.tab.get_by_label("Repetitions", exact=True).fill("8")
        phone.tap("All clean", "Was every repetition clean?")
        phone.tap("Add this set")
        phone.tap("Notes")
        phone.tab.get_by_label("What should your coach know?").fill("left <b>foot</b> felt odd")
        letter = drop(folder, "answers.txt", phone.send())

    run(folder, "ingest", str(letter))
    run(folder, "run", "--due", "--as-of", f"{over + timedelta(days=1):%Y-%m-%d}")

    (page,) = (folder / "reports" / "athlete_week").glob(f"{over:%Y-%m-%d}/alder1.html")
    (coachs,) = (folder / "reports" / "squad_week").glob(f"{over:%Y-%m-%d}/*.html")
    own, squads = (" ".join(lxml.html.parse(path).getroot().text_content().split()) for path in (page, coachs))
    assert "You lifted 500 kg in 1 set." in own
    assert "You answered on 1 day." in own
    assert "8 of 8 reps clean" in own
    assert "“left <b>foot</b> felt odd”" in own  # as text
    assert "1 of 1 planned lifting day of this week done." in squads
    assert "Ask: Birch (nothing yet)." in squads
    table = dict(zip(("sets", "reps", "answers"), rows_of_streams(coachs), strict=True))
    assert table == {"sets": "1", "reps": "8", "answers": "3"}


def rows_of_streams(page) -> tuple[str, str, str]:
    """What the coach's page counts of Alder: sets, rated repetitions, answers."""
    table = "//table[.//th[contains(., 'Single reps')]]"
    (row,) = lxml.html.parse(page).getroot().xpath(f"{table}//tr[contains(., 'Alder')]")
    heads = lxml.html.parse(page).getroot().xpath(f"({table})[1]//thead//th")
    cells = {
        head.text_content().strip(): cell.text_content().strip()
        for head, cell in zip(heads, row.xpath("./th | ./td"), strict=True)
    }
    return cells["Sets"], cells["Single reps"], cells["Answers"]
