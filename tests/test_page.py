"""What a notebook calls: sections, their bundle, and the drawings and tables on the page."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis.report.page as page_module
from analysis.base.blocks import (
    CellRow,
    Cells,
    Course,
    Day,
    Days,
    DumbbellRow,
    Dumbbells,
    Entry,
    Fact,
    Forest,
    ForestRow,
    Light,
    Lines,
    Measure,
    Measures,
    Numbers,
    Place,
    RepRow,
    Reps,
    SideRow,
    Sides,
    Sparkline,
    Sure,
    Table,
    Text,
    Trend,
)
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State
from analysis.base.tables import LABELS
from analysis.report.drawing import SCENES, WIDTH, broad, text_width
from analysis.report.html import inert_json, preview_html
from analysis.report.markdown import markdown_html
from analysis.report.page import SECTION_MIME, Page, frame_block, plain

HOSTILE = "</script><img src=x onerror=alert(1)> & \"quoted\" 'too' {{ 7 * 7 }} \u2028"


@pytest.fixture
def emitted(monkeypatch):
    """What sections display, as a render sees it."""
    displays = []
    monkeypatch.setattr(page_module, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(page_module, "display", lambda data, **how: displays.append((data, how)))
    monkeypatch.setenv(page_module.RENDERING, "1")
    return displays


def new_page(**more) -> Page:
    return Page("athlete_week", subject="k3vd", name="Alder", period="a week", until="2026-07-05", **more)


def bundle_of(emitted, *items, **section) -> dict:
    page = new_page()
    with page.section("key", "Question?", **section):
        page.show(*items)
    return emitted[-1][0][SECTION_MIME]


def test_a_section_is_one_display_with_a_versioned_bundle(emitted):
    bundle = bundle_of(emitted, Fact("a", "Said."), Text("Remark."), go.Figure(), pd.DataFrame({"x": [1.0]}))
    [(data, how)] = emitted
    assert how == {"raw": True}
    assert set(data) == {SECTION_MIME, "text/plain"}  # nobody sees a preview here
    assert bundle["version"] == 1
    assert (bundle["key"], bundle["question"], bundle["problem"]) == ("key", "Question?", None)
    assert [len(bundle[kind]) for kind in ("facts", "blocks", "figures")] == [1, 2, 1]
    json.dumps(bundle, allow_nan=False)


def test_a_person_who_runs_the_cell_sees_a_preview(emitted, monkeypatch):
    monkeypatch.delenv(page_module.RENDERING)
    bundle = bundle_of(emitted, Fact("a", "Said."))
    [(data, _)] = emitted
    assert data[SECTION_MIME] == bundle
    assert "Said." in data["text/html"]


def test_what_is_missing_is_null(emitted):
    fact = Fact("a", "Said.", estimate=float("nan"), n=np.int64(3), mdc=np.float64(np.inf))
    frame = pd.DataFrame({"x": [np.nan], "day": [pd.NaT], "text": [None]})
    bundle = bundle_of(emitted, fact, frame, Sparkline("t", (1.0, float("nan"))))
    assert bundle["facts"][0]["estimate"] is None
    assert bundle["facts"][0]["mdc"] is None
    assert bundle["facts"][0]["n"] == 3
    assert bundle["blocks"][0]["rows"] == [[None, None, None]]
    assert bundle["blocks"][1]["values"] == [1.0, None]


@pytest.mark.parametrize(
    ("problem", "reason"),
    [(NotEnoughData("Needs 3 tests; got 1."), "not_enough_data"), (DataProblem("Two devices."), "data_problem")],
)
def test_lack_of_data_is_the_sentence_of_its_section(emitted, problem, reason):
    page = new_page()
    with page.section("key", "Question?"):
        page.show(Text("Shown before."))
        raise problem
    bundle = emitted[0][0][SECTION_MIME]
    assert bundle["problem"] == str(problem)
    assert bundle["facts"][0]["state"] == "cannot tell"
    assert bundle["facts"][0]["reason"] == reason
    assert bundle["blocks"][0]["text"] == "Shown before."


def test_the_athlete_reads_what_to_record_and_the_coach_why(emitted):
    page = new_page()
    with page.section("key", "Question?", missing="No form notes this week."):
        raise NotEnoughData("Needs 3 rated reps; got 0.")
    [fact] = emitted[0][0][SECTION_MIME]["facts"]
    assert fact["sentence"] == "No form notes this week."
    assert fact["coach_sentence"] == "Needs 3 rated reps; got 0."


def test_a_section_without_anything_to_show_says_so_or_is_left_out(emitted):
    assert bundle_of(emitted, missing="Nothing logged.")["problem"] == "Nothing logged."
    left_out = bundle_of(emitted)
    assert left_out["facts"] == []
    assert "<section" not in preview_html(left_out)


def test_any_other_exception_passes_and_shows_nothing(emitted):
    page = new_page()
    with pytest.raises(KeyError), page.section("key", "Question?"):
        raise KeyError("load_kg")
    assert emitted == []
    with page.section("next", "Still works?"):
        page.show(Text("Yes."))


def test_a_key_stands_for_one_section(emitted):
    page = new_page()
    with page.section("key", "First?"):
        page.show(Text("Once."))
    with pytest.raises(ValueError, match="there twice"), page.section("key", "Again?"):
        pass
    assert len(emitted) == 1


def test_exploring_a_cell_may_run_again_and_figures_are_drawn(emitted, monkeypatch):
    monkeypatch.delenv(page_module.RENDERING)
    page, figure = new_page(), go.Figure()
    for _ in range(2):
        with page.section("key", "Question?"):
            page.show(figure)
    assert [data is figure for data, _ in emitted] == [False, True, False, True]


@pytest.mark.parametrize("key", ["", "Speed", "figure-1", "a b", '"><b>'])
def test_a_section_key_is_a_name(key):
    with pytest.raises(ValueError, match="is not a name"), new_page().section(key, "Question?"):
        pass


def test_the_style_of_a_preview_reaches_nothing_around_it(emitted):
    bundle = bundle_of(emitted, Text("A remark."))
    style = re.search("<style>(.*?)</style>", preview_html(bundle), re.DOTALL).group(1)
    assert not re.search(r"(^|[},])\s*(html|body|@page)", style)


def test_show_outside_a_section_and_sections_inside_each_other_are_refused():
    page = new_page()
    with pytest.raises(ValueError, match="outside a section"):
        page.show(Text("Lost."))
    with pytest.raises(ValueError, match="begins inside"), page.section("a", "A?"), page.section("b", "B?"):
        pass


@pytest.mark.parametrize("item", [None, "text", 3.0, {"a": 1}])
def test_what_cannot_be_shown_is_said_not_dropped(item):
    page = new_page()
    with pytest.raises(TypeError, match="cannot show"), page.section("a", "A?"):
        page.show(item)


DRAWINGS = [
    Reps("Reps", (RepRow("Mon", (True, False)),)),
    Sides("Sides", "kg", (SideRow("Left", 24.5, 23, 26), SideRow("Right", 25.5, 24, 27))),
    Cells("Sleep", tuple("MTWTFSS"), (CellRow("Sleep", (7, None, 8, 6, 7, None, 8)),)),
    Sparkline("Line", (1.0, None, 2.0), 0.5, 1.5),
    Sure(2, "Quite sure."),
    Measures("All else", (Measure("Sprint", "slower", "3.48 s", Place("usual", -0.5)), Measure("Hop", "", "1 m")), 1),
    Days("Days", (Day("M", ("lift", "run"), "Monday: lifted and ran"), Day("T", ("none",), "Tuesday: nothing logged"))),
    Trend(
        "Trend",
        "s",
        (3.0, 0.0),
        (3.5, 3.4),
        12,
        ((2.0, "May"),),
        better="lower",
        level=3.4,
        before=3.5,
        since=0.0,
        since_day="1 June",
    ),
    Text("A remark."),
    Lines(("Keep 60 kg.",)),
    Numbers("The numbers", ("Date", "Speed"), (("1 July", "0.79"),)),
    Forest("Changes", "m/s", (ForestRow("Alder", 0.07, 0.03, 0.11, "better"), ForestRow("Birch", None, note="New."))),
    Dumbbells("Sprints", "s", (DumbbellRow("Alder", 3.4, 3.2, 3.3, 3.5, "better"), DumbbellRow("Elm", None, None))),
    Course("Alder over weeks", "Alder", "m/s", (9.0, 8.0, 0.5), (0.6, 0.7, 0.72), (False, True, True), 12, 0.5, 0.9),
    Table("Everyone", ("Athlete", "Speed"), ((Entry("Alder", sort="Alder"), Entry("0.7", "+0.1", "better", 0.1)),)),
]


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.kind)
def test_every_drawing_says_its_title_and_words_on_the_page(emitted, drawing):
    html = preview_html(bundle_of(emitted, drawing))
    if drawing.kind in SCENES:
        assert f"<title>{drawing.title}</title>" in html
        assert re.search(r"<desc>[^<]+</desc>", html)
    words = {"sure": "2 of 3 sure", "measures": "1 more", "days": "Tuesday: nothing logged", "text": "A remark."}
    words |= {"lines": "Keep 60 kg.", "numbers": "0.79"}
    assert words.get(drawing.kind, drawing.__dict__.get("title", "")) in html


def test_the_shapes_of_a_day_are_heard_as_its_words(emitted):
    html = preview_html(bundle_of(emitted, *[drawing for drawing in DRAWINGS if drawing.kind == "days"]))
    assert '<i role="img" aria-label="Monday: lifted and ran">' in html
    assert html.count("<svg") == 3


def test_what_is_heard_of_a_trend_are_the_values_that_are_drawn():
    scene = SCENES["trend"](plain(next(drawing for drawing in DRAWINGS if drawing.kind == "trend")))
    assert scene.description == "3.50, 3.40 s, oldest first. Level since 1 June 3.40 s, before 3.50 s. Up is better."
    texts = [shape.text for shape in scene.shapes if shape.tag == "text"]
    assert texts[:2] == ["before 3.50 s", "since 1 June 3.40 s"]
    assert not any("3.40" in text for text in texts[2:]), "no second number beside the level that the label names"
    (*_, first, newest) = [shape.attributes["cy"] for shape in scene.shapes if shape.tag == "circle"]
    assert newest < first  # a smaller time stands higher


def inside(scene) -> None:
    """Every shape of a scene lies in the drawing."""
    for shape in scene.shapes:
        at = shape.attributes
        if shape.tag == "text":
            width = text_width(shape.text, shape.css)
            left = at["x"] - {"start": 0, "middle": 0.5, "end": 1}[at["text-anchor"]] * width
            assert left >= -0.2
            assert left + width <= scene.width + 0.2
            assert at["y"] <= scene.height
        elif shape.tag == "rect":
            assert at["x"] >= 0
            assert at["x"] + at["width"] <= scene.width + 0.2
            assert at["y"] + at["height"] <= scene.height
        elif shape.tag == "circle":
            assert 0 <= at["cx"] <= scene.width
            assert 0 <= at["cy"] <= scene.height


def texts_apart(scene) -> None:
    """No two texts of a scene cover each other."""
    boxes = []
    for shape in scene.shapes:
        if shape.tag == "text":
            width = text_width(shape.text, shape.css)
            left = (
                shape.attributes["x"] - {"start": 0, "middle": 0.5, "end": 1}[shape.attributes["text-anchor"]] * width
            )
            boxes.append((left, left + width, shape.attributes["y"] - 10, shape.attributes["y"]))
    for place, (left, right, top, bottom) in enumerate(boxes):
        for other_left, other_right, other_top, other_bottom in boxes[place + 1 :]:
            assert right <= other_left + 0.3 or other_right <= left + 0.3 or bottom <= other_top or other_bottom <= top


VALUE = st.floats(-1e4, 1e4)
LABEL = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=60)


@given(LABEL, LABEL, VALUE, st.floats(0, 100))
def test_sides_fit_whatever_the_values(left, right, value, error):
    rows = (SideRow(left, value, value - error, value + error), SideRow(right, -value, -value - error, -value + error))
    scene = SCENES["sides"](plain(Sides("t", "kg", rows)))
    inside(scene)
    texts_apart(scene)


@given(st.lists(st.tuples(LABEL, st.lists(st.booleans(), max_size=40)), max_size=3))
def test_rep_strips_fit_however_many_repetitions(rows):
    scene = SCENES["reps"](plain(Reps("t", tuple(RepRow(label, tuple(clean)) for label, clean in rows))))
    inside(scene)
    texts_apart(scene)
    assert sum(shape.tag == "rect" for shape in scene.shapes) == sum(len(clean) for _, clean in rows)


@given(LABEL, st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=31))
def test_cells_fit_however_many_days(label, values):
    days = tuple(str(day + 1) for day in range(len(values)))
    scene = SCENES["cells"](plain(Cells("t", days, (CellRow(label, tuple(values)),))))
    inside(scene)
    texts_apart(scene)
    assert sum(shape.tag == "rect" for shape in scene.shapes) == len(values)


@given(st.lists(st.none() | VALUE, max_size=12))
def test_sparklines_fit_and_leave_gaps(values):
    inside(SCENES["sparkline"](plain(Sparkline("t", tuple(values)))))


STATES = st.none() | st.sampled_from(sorted(State))


@given(st.lists(st.tuples(LABEL, st.none() | VALUE, st.floats(0, 100), STATES, LABEL), max_size=5), VALUE)
def test_forests_fit_whatever_the_rows(rows, reference):
    rows = tuple(
        ForestRow(label, value, None if value is None else value - half, None if value is None else value + half, *rest)
        for label, value, half, *rest in rows
    )
    scene = SCENES["forest"](plain(Forest("t", "m/s", rows, reference)))
    inside(scene)
    texts_apart(scene)
    wide = broad(plain(Forest("t", "m/s", rows, reference)))
    inside(wide)
    texts_apart(wide)
    for drawn in (scene, wide):
        assert sum(shape.tag == "circle" for shape in drawn.shapes) == sum(row.estimate is not None for row in rows)
    assert scene.description == wide.description


@given(st.lists(st.tuples(LABEL, st.none() | VALUE, VALUE, st.floats(0, 100), STATES, LABEL), max_size=5), LABEL)
def test_dumbbells_fit_whatever_the_rows(rows, label):
    rows = tuple(
        DumbbellRow(name, before, now, None if before is None else before - half, half, *rest)
        for name, before, now, half, *rest in rows
    )
    scene = SCENES["dumbbells"](plain(Dumbbells("t", "kg", rows, label=label)))
    wide = broad(plain(Dumbbells("t", "kg", rows, label=label)))
    for drawn in (scene, wide):
        inside(drawn)
        texts_apart(drawn)
    dots = sum(2 if row.before is not None else 1 for row in rows)
    assert sum(shape.tag == "circle" for shape in scene.shapes) == dots


WEEK = st.floats(0, 12)
LIGHTS = st.lists(
    st.builds(lambda ends, word: Light(max(ends), min(ends), word), st.tuples(WEEK, WEEK), st.sampled_from(LABELS)),
    max_size=4,
)


@given(
    st.lists(st.tuples(WEEK, VALUE, st.booleans()), max_size=12),
    *(LABEL, STATES, VALUE, st.floats(0, 99)),
    *(st.none() | VALUE, st.none() | VALUE, st.none() | st.floats(0, 40), LIGHTS),
)
def test_courses_fit_whatever_the_values(points, label, state, low, span, level, before, since, light):
    weeks, values, comparable = zip(*points, strict=True) if points else ((), (), ())
    ends = {"low": low, "high": low + span, "band_low": low, "band_high": low + span}
    levels = {"level": level, "before": before, "since": since, "light": tuple(light), "state": state}
    scene = SCENES["course"](plain(Course("t", label, "m/s", weeks, values, comparable, 12, **ends, **levels)))
    inside(scene)
    texts_apart(scene)
    assert sum(shape.tag == "circle" for shape in scene.shapes) == len(points)
    for shape in scene.shapes:
        if shape.tag == "line":
            assert 0 <= shape.attributes["y1"] <= scene.height
            assert 0 <= shape.attributes["x1"] <= scene.width


CHANGED = Course(
    "t", "Alder", "m/s", (9.0, 8.0, 2.0, 0.5), (0.6, 0.61, 0.72, 0.7), (True,) * 4, 12, 0.6, 0.72,
    band_low=0.66, band_high=0.76, level=0.71, before=0.605, since=2.0, state=State.CLEARLY_BETTER,
    light=(Light(6.0, 5.0, "deload"),),
)  # fmt: skip


def test_both_levels_are_drawn_where_a_change_is_told_and_the_band_is_of_the_one_now():
    scene = SCENES["course"](plain(CHANGED))
    lines = {shape.css: shape.attributes for shape in scene.shapes if shape.tag == "line"}
    band = next(shape.attributes for shape in scene.shapes if shape.css == "band")
    assert lines["level"]["x1"] == lines["reference"]["x2"] == band["x"]
    assert lines["level"]["y1"] < lines["reference"]["y1"]  # higher up
    assert band["y"] <= lines["level"]["y1"] <= band["y"] + band["height"] < lines["reference"]["y1"]
    then, *_, now = (shape.attributes["cx"] for shape in scene.shapes if shape.tag == "circle")
    assert then < band["x"] < now
    assert scene.description == (
        "4 values, the newest 0.70 m/s. Level now 0.71 m/s, before that 0.60 m/s. Planned light: deload."
    )


def test_without_a_change_one_level_is_drawn_over_the_whole_panel():
    scene = SCENES["course"](plain(replace(CHANGED, before=None, since=None)))
    assert [shape.css for shape in scene.shapes if shape.tag == "line"] == ["axis", "level"]
    axis, level = (shape.attributes for shape in scene.shapes if shape.tag == "line")
    assert (level["x1"], level["x2"]) == (axis["x1"], axis["x2"])
    assert "before that" not in scene.description


def test_days_planned_light_are_shaded_with_their_word():
    scene = SCENES["course"](plain(CHANGED))
    (shade,) = (shape.attributes for shape in scene.shapes if shape.css == "light")
    (word,) = (shape.attributes for shape in scene.shapes if shape.text == "deload")
    middle = word["x"] + text_width("deload") / 2
    assert middle == pytest.approx(shade["x"] + shade["width"] / 2, abs=0.1)
    assert not [shape for shape in SCENES["course"](plain(replace(CHANGED, light=()))).shapes if shape.css == "light"]


def test_a_line_stands_where_another_device_began_and_its_values_are_hollow():
    scene = SCENES["course"](plain(DRAWINGS[-2]))
    assert [shape.css for shape in scene.shapes if shape.tag == "circle"] == ["other", "speck", "now"]
    (line,) = (shape for shape in scene.shapes if shape.css == "reference")
    hollow, first, _ = (shape.attributes["cx"] for shape in scene.shapes if shape.tag == "circle")
    assert hollow < line.attributes["x1"] < first
    assert scene.description == "3 values, the newest 0.72 m/s. 1 of another device, not compared."


def test_a_cell_that_cannot_tell_is_hatched_and_every_state_is_a_word(emitted):
    row = (Entry("Alder"), Entry("0.7 m/s", "+0.1", "better", 0.1), Entry("no bar speed", state="cannot tell"))
    html = preview_html(bundle_of(emitted, Table("Everyone", ("Athlete", "Speed", "Reps"), (row,))))
    assert '<td class="unknown">' in html
    assert '<td class="up" data-sort="0.1">' in html
    assert '<span class="unseen">better: </span>' in html


@pytest.mark.parametrize(
    "link", ["https://example.org/a.html", "//example.org/a.html", "javascript:alert(1)", "/a.html"]
)
def test_a_cell_links_to_a_page_beside_this_one_only(link):
    with pytest.raises(ValueError, match="no relative address"):
        Entry("Alder", link=link)
    assert Entry("Alder", link="../../athlete_week/2026-07-05/k3vd.html").link


def test_a_forest_that_stands_alone_is_broad_where_there_is_room(emitted):
    forest = Forest("Change", "m/s", (ForestRow("Alder", 0.07, 0.03, 0.11, "better"),))
    assert preview_html(bundle_of(emitted, Fact("a", "Said."), forest)).count('class="broad"') == 1
    assert 'class="broad"' not in preview_html(bundle_of(emitted, Fact("a", "Said."), forest, forest))


def test_the_axis_of_a_broad_forest_has_round_numbers():
    rows = (ForestRow("Alder", 0.07, 0.03, 0.11, "better"), ForestRow("Birch", None, note="New."))
    scene = broad(plain(Forest("Change", "m/s", rows)))
    texts = [shape.text for shape in scene.shapes if shape.tag == "text"]
    assert texts[:5] == ["Alder", "+0.07", "▲ better", "Birch", "New."]
    assert texts[5:11] == ["0.00", "+0.02", "+0.04", "+0.06", "+0.08", "+0.10"]


def test_a_row_of_a_forest_says_its_interval_and_state_or_why_there_is_none():
    scene = SCENES["forest"](plain(next(drawing for drawing in DRAWINGS if drawing.kind == "forest")))
    assert scene.description == "Alder: +0.07 m/s, between +0.03 and +0.11, better. Birch: New."
    texts = [shape.text for shape in scene.shapes if shape.tag == "text"]
    assert texts == ["▲ better", "Alder", "+0.07", "Birch", "New.", *texts[5:]]
    assert "dashed: no change" in " ".join(texts[5:])


def test_drawings_are_as_wide_as_a_phone_page():
    assert {SCENES[d.kind](plain(d)).width for d in DRAWINGS if d.kind in SCENES} == {WIDTH, 96}


def test_hostile_text_stays_text_everywhere(emitted):
    table = pd.DataFrame({HOSTILE: [HOSTILE], "fact": [Fact("x", HOSTILE, "better")]})
    table.attrs["title"] = HOSTILE
    items = (
        Fact("a", HOSTILE, "better"),
        Text(HOSTILE),
        Course(HOSTILE, HOSTILE, HOSTILE, (1.0,), (2.0,), (True,), 12, 0.0, 3.0, light=(Light(3, 2, HOSTILE),)),
        Days(HOSTILE, (Day(HOSTILE, ("lift",), HOSTILE, HOSTILE),)),
        Measures(HOSTILE, (Measure(HOSTILE, HOSTILE, HOSTILE, Place(HOSTILE, 0.0)),)),
        Table(HOSTILE, (HOSTILE,), ((Entry(HOSTILE, HOSTILE, "better", HOSTILE, link="a.html"),),)),
        Forest(HOSTILE, HOSTILE, (ForestRow(HOSTILE, 1.0, 0.5, 1.5, None, HOSTILE, HOSTILE),), label=HOSTILE),
        Numbers(HOSTILE, (HOSTILE,), ((HOSTILE,),)),
        go.Figure(layout_title=HOSTILE),
        table,
    )
    html = preview_html(bundle_of(emitted, *items, missing=HOSTILE))
    assert "<img" not in html
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in html
    assert html.count("&lt;img src=x") >= 10


def test_inert_json_can_end_no_script_block():
    text = inert_json({"a": HOSTILE})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"a": HOSTILE}


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://example.org/a.png)", "<b onclick=x>b</b>"],
)
def test_markdown_is_text_without_script_link_or_picture(source):
    html = markdown_html(f"# Head\n\n*soft* {source}")
    assert "<h2>Head</h2>" in html
    assert "<em>soft</em>" in html
    assert not re.search(r"<(script|img|a|b)\b", html)


def test_states_are_said_in_a_word_and_a_shape_and_not_twice(emitted):
    html = preview_html(bundle_of(emitted, Fact("a", "0.07 m/s faster.", "better")))
    assert "▲</span> Better.</span> 0.07\N{NO-BREAK SPACE}m/s faster." in html
    told = Fact("a", "Slower since 12 May. 3.40 s.", "worse", lead="Slower since 12 May.")
    html = preview_html(bundle_of(emitted, told))
    assert "▼</span> Slower since 12 May.</span> 3.40\N{NO-BREAK SPACE}s." in html
    assert "Worse" not in html
    html = preview_html(bundle_of(emitted, Fact("a", "New on the list.")))
    assert "▲" not in html


def test_what_a_sentence_happens_to_say_is_not_taken_for_its_verdict(emitted):
    html = preview_html(bundle_of(emitted, Fact("a", "You are no better than in May.", "better")))
    assert "▲</span> Better.</span> You are no better than in May." in html


def test_a_sentence_that_begins_with_the_words_of_its_state_is_not_told_them_twice(emitted):
    html = preview_html(bundle_of(emitted, Fact("a", "Clearly better. Form changed at rep 7 of 8.", "clearly better")))
    assert html.count("Clearly better.") == 1


def test_a_sentence_that_holds_its_verdict_further_on_has_an_empty_lead(emitted):
    fact = Fact("a", "Alder, Birch: cannot tell. Too few sets.", "cannot tell", lead="")
    html = preview_html(bundle_of(emitted, fact))
    assert "?</span></span> Alder, Birch: cannot tell. Too few sets." in html


def test_a_coach_reads_the_coachs_lead(emitted):
    fact = Fact("a", "Slower. 3.40 s.", "worse", "Worse. 3.40 s in the sprint.", lead="Slower.")
    assert (fact.lead, fact.coach_lead) == ("Slower.", "Worse.")
    page = new_page(audience="coach")
    with page.section("key", "Question?"):
        page.show(fact)
    html = preview_html(emitted[-1][0][SECTION_MIME])
    assert "Worse.</span> 3.40\N{NO-BREAK SPACE}s in the sprint." in html
    assert "Slower" not in html


def test_a_state_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"'great' is no state. Use one of clearly better, better"):
        Fact("a", "Said.", "great")


def test_the_numbers_stand_behind_a_fold_rounded_to_what_the_unit_resolves(emitted):
    change = {"level": 0.7912, "before": 0.7201, "change": 0.0712, "change_low": 0.031, "change_high": 0.111}
    noise = {"typical_error": 0.0183, "rho": 0.21, "noise_source": "squad of 12", "mdc": 0.0507, "swc": 0.04}
    fact = Fact("a", "Faster.", "better", unit="m/s", conf_level=0.9, n=8, **change, **noise)
    html = preview_html(bundle_of(emitted, fact))
    numbers = re.search(r"<details[^>]*>.*?<p[^>]*>(.*?)</p>", html, re.DOTALL)[1].replace("\N{NO-BREAK SPACE}", " ")
    assert numbers == (
        "Level 0.79 m/s, change +0.07 m/s (90 % interval 0.03 to 0.11), "
        "two single values differ by up to 0.05, smallest change that matters 0.04, "
        "typical error 0.02 (squad of 12), from 8 values."
    )


def test_facts_come_before_the_drawings_that_were_shown_after_them(emitted):
    html = preview_html(bundle_of(emitted, Fact("a", "One."), Text("first"), Fact("b", "Two."), Text("second")))
    assert re.findall("One|first|Two|second", html) == ["One", "first", "Two", "second"]


def test_an_index_that_says_something_is_a_column():
    frame = pd.DataFrame({"x": [1.5, 2.5]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["who", "n"]))
    assert frame_block(frame)["columns"] == ["who", "n", "x"]
    assert frame_block(frame.reset_index())["columns"] == ["who", "n", "x"]


def test_the_callers_frame_is_left_as_it_was(emitted):
    frame = pd.DataFrame({"x": [1.0, np.nan]})
    before = frame.copy()
    bundle_of(emitted, frame)
    pd.testing.assert_frame_equal(frame, before)


def test_table_cells_hold_facts_and_drawings(emitted):
    frame = pd.DataFrame({"athlete": ["Birch"], "speed": [Fact("a", "x", "cannot tell")], "": [Sparkline("s", (1, 2))]})
    html = preview_html(bundle_of(emitted, frame))
    assert "? cannot tell" in re.sub(r"<[^>]+>", "", html)
    assert '<svg class="drawn sparkline"' in html


def test_an_unknown_audience_is_refused():
    with pytest.raises(ValueError, match="audience is 'parent'"):
        new_page(audience="parent")
