"""Notebooks that the tests of pages render, made in code so that each shows the one thing it is about."""

from pathlib import Path

import nbformat
from soak_scale import SCALE

# an ordinary kernel takes longer to start than most of these notebooks
ENGINE = "in-process" if SCALE == "suite" else "kernel"
PARAMETERS = 'athlete_id: str = "k3vd"\nuntil: str = "2026-07-05"'
PAGE = """\
from analysis.base.blocks import *
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.report.page import Page

page = Page("athlete_week", subject=athlete_id, name="Alder", period="29 June – 5 July 2026", until=until)
"""


def write(path: Path, *cells: str, parameters: str | None = PARAMETERS, tag: str = "parameters") -> Path:
    """A notebook at `path`: the parameters cell and the cells; a cell that begins with `# md` is markdown."""
    notebook = nbformat.v4.new_notebook()
    if parameters is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": [tag]}))
    for cell in cells:
        if cell.startswith("# md"):
            notebook.cells.append(nbformat.v4.new_markdown_cell(cell.removeprefix("# md").strip()))
        else:
            notebook.cells.append(nbformat.v4.new_code_cell(cell))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def write_week(path: Path) -> Path:
    """A typical athlete's week with every kind of drawing and two figures."""
    return write(path, PAGE, *WEEK)


WEEK = (
    """
with page.section("header", "Is it mine, and how complete?"):
    page.show(
        Days(
            "What you did, day by day",
            tuple(
                Day(word[0], (mark,), word)
                for word, mark in (
                    ("Monday: lifted", "lift"), ("Tuesday: rest", "rest"), ("Wednesday: ran", "run"),
                    ("Thursday: nothing logged", "none"), ("Friday: did a test", "test"), ("Saturday: off", "off"),
                    ("Sunday: answered, no training logged", "answered"),
                )
            ),
        ),
    )
with page.section("message", "What is the week's message?"):
    page.show(
        Fact("message", "Your deadlift is clearly faster. It was 0.79 m/s on Friday.", "clearly better",
             lead="Your deadlift is clearly faster."),
        Trend(
            "Romanian deadlift at 60 kg: the last 12 weeks", "m/s", (9.0, 6.0, 3.0, 1.0, 0.0),
            (0.71, 0.72, 0.70, 0.78, 0.79), 12, ((9.0, "May"), (4.5, "June")), band_low=0.75, band_high=0.83,
            level=0.785, before=0.71, since=1.0, since_day="28 June", state="clearly better",
        ),
        Sure(3, "Sure: more than just luck."),
    )
with page.section("rest", "The rest"):
    page.show(
        Fact("rest.held", "1 held steady. 1 need more tests.", n=2),
        Measures(
            "Everything else", (
                Measure("20 m sprint", "0.03 s slower", "3.48 s", Place("usual 3.38 to 3.52 s, steady", -0.5)),
                Measure("Easy pace", "two more runs to go", "6:18 /km", Place("no usual yet", None)),
                Measure("Single-leg hop", "24 Jun", "left 151, right 153 cm"),
            ),
            shown=2,
        ),
    )
""",
    """
with page.section("speed_at_load", "Am I faster at the same load?"):
    page.show(
        Fact(
            "romanian_deadlift.speed_at_60kg",
            "Clearly faster since 12 May. Deadlift at 60 kg: 0.79 m/s, before 0.72.",
            "clearly better", lead="Clearly faster since 12 May.", unit="m/s",
            level=0.79, level_low=0.77, level_high=0.81, since="2026-05-12", since_low="2026-05-05",
            since_high="2026-05-12", before=0.72, change=0.07, change_low=0.04, change_high=0.10, conf_level=0.9,
            n=14, mdc=0.05, swc=0.04, typical_error=0.018, rho=0.2, noise_source="squad of 12",
        ),
        Course(
            "Romanian deadlift at 60 kg over 12 weeks", "Romanian deadlift at 60 kg", "m/s",
            (11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
            (0.71, 0.73, 0.70, 0.72, 0.78, 0.80, 0.79, 0.77, 0.80, 0.78, 0.81, 0.79), (True,) * 12, 12, 0.675, 0.835,
            band_low=0.75, band_high=0.83, level=0.79, before=0.72, since=7.5, state="clearly better",
        ),
        Fact("hip_thrust.speed_at_100kg", "Held steady. Hip thrust at 100 kg: 0.48 m/s.", "steady", unit="m/s",
             level=0.48, level_low=0.47, level_high=0.49, change=0.0, change_low=-0.02, change_high=0.02,
             conf_level=0.9, n=9, mdc=0.04, swc=0.04),
        Course(
            "Hip thrust at 100 kg over 12 weeks", "Hip thrust at 100 kg", "m/s", (8, 6, 4, 2, 0),
            (0.47, 0.49, 0.48, 0.48, 0.48), (True,) * 5, 12, 0.44, 0.52,
            band_low=0.46, band_high=0.50, level=0.48, state="steady",
        ),
        Numbers("The sessions", ("Date", "Speed"), (("1 July", "0.79"), ("24 June", "0.73"))),
    )
with page.section("form", "How many clean reps before form changed?"):
    page.show(
        Fact("deadlift.clean_reps", "Clearly better. Form changed at rep 7 of 8. It was rep 5.", "clearly better"),
        Reps(
            "Clean reps before form changed",
            (
                RepRow("Mon 60 kg", (True,) * 7 + (False,)),
                RepRow("Fri 60 kg", (True,) * 6 + (False,) * 2),
                RepRow("May, usual", (True,) * 4 + (False,) * 4),
            ),
        ),
        Text("Your cue: “butt back”."),
    )
""",
    """
with page.section("run", "Are my times moving?"):
    page.show(
        Fact("sprint_20m", "Too close to call. 20 m sprint: 3.21 s; up to 0.06 s faster could hide.",
             "too close to call", unit="s", level=3.21, level_low=3.19, level_high=3.23, change=-0.03, change_low=-0.06,
             change_high=0.0, conf_level=0.9, n=6, mdc=0.05, swc=0.02),
        Course(
            "20 m sprint over 26 weeks", "20 m sprint", "s", (22, 17, 13, 9, 4, 0),
            (3.24, 3.25, 3.22, 3.23, 3.20, 3.21), (True,) * 6, 26, 3.15, 3.30,
            band_low=3.15, band_high=3.27, level=3.21, state="too close to call",
        ),
        Text("Next check: Fri 31 July."),
    )
with page.section("sides", "Are my sides different?"):
    page.show(
        Fact("single_leg_deadlift.sides", "No difference we can be sure of.", "too close to call"),
        Sides(
            "Left 24.5 kg, right 25.5 kg", "kg",
            (SideRow("Left", 24.5, 23.0, 26.0), SideRow("Right", 25.5, 24.0, 27.0)),
        ),
    )
with page.section("wellness", "How did I feel?"):
    page.show(
        Cells(
            "Sleep, soreness and energy by day", tuple("MTWTFSS"),
            (
                CellRow("Sleep", (7, None, 8, 6, 7, None, 8), (True, None, True, False, True, None, True)),
                CellRow("Soreness", (2, None, 3, 4, 3, None, 2)),
                CellRow("Energy", (4, None, 4, 3, 4, None, 5)),
            ),
        )
    )
with page.section("hinge_depth", "Did I reach my depth?", missing="No hinge angles this week."):
    raise NotEnoughData("Hinge depth needs 3 rated reps or more; got 0. Film one set from the side.")
with page.section("next_week", "What should I do next week?"):
    page.show(Lines(("Keep 60 kg. Stop the set when your form changes.", "Add one lighter single-leg day.")))
""",
    """
import plotly.graph_objects as go

speed = go.Figure().add_scatter(x=[40, 50, 60], y=[0.98, 0.88, 0.79], mode="markers+lines", name="today")
speed.add_scatter(x=[40, 50, 60], y=[0.95, 0.84, 0.73], mode="markers+lines", name="June")
speed.update_layout(title="Speed at each load", xaxis_title="Load (kg)", yaxis_title="Mean velocity (m/s)")
load = go.Figure().add_bar(x=["Mon", "Wed", "Fri"], y=[310, 180, 260], name="load")
load.update_layout(title="Load by day", xaxis_title="Day", yaxis_title="Session load (AU)")
with page.section("more", "What is behind it?"):
    page.show(speed, load)
""",
)
