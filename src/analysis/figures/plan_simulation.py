"""Figures of a simulated plan: the fan of what could come, and the weekly loads of a block with their limits."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.fitness_fatigue.plan_simulation import BestBlock, PlanSimulation

TESTS_SHOWN = 12  # before the plan, so that the fan is not a corner of the figure


def fan_figure(simulation: PlanSimulation, quantity: str = "Performance") -> go.Figure:
    """The last tests, the fitted line through them, and behind the log the fan of the plan."""
    fit, fan = simulation.review.fit, simulation.predict()
    shown = theme.figure("Date", f"{quantity} ({fit.unit})")
    level = marks.level(simulation.conf_level)
    for low, high, name, colour in (
        ("test_low", "test_high", f"{level} of new tests", theme.WIDE_BAND),
        ("conf_low", "conf_high", f"{level} of the courses", theme.BAND),
        ("inner_low", "inner_high", "middle half of the courses", theme.BAND),
    ):
        marks.add_band(shown, fan.index, fan[low], fan[high], name=name, colour=colour)
    tests = fit.tests.sort_values("day").tail(TESTS_SHOWN)
    before = fit.predict().loc[tests["day"].iloc[0] :]
    marks.add_line(shown, before.index, before, name="fit")
    marks.add_line(shown, fan.index, fan["estimate"], name="plan", dash="dash")
    return marks.add_points(shown, tests["day"], tests["value"], name="tests", colour=theme.TEXT)


def block_figure(block: BestBlock) -> go.Figure:
    """The load of each week of the best block as bars, with the most it may hold and the usual week as lines.

    The word on a bar is the limit that the week lies on.
    """
    shown = theme.figure("Week of the block", "Load (AU)")
    weeks = block.weeks
    shown.add_bar(
        x=weeks["week"],
        y=weeks["load_au"],
        name="best block",
        marker_color=theme.BLUE,
        text=weeks["limit"],
        textangle=0,
    )
    shown.add_scatter(
        x=weeks["week"],
        y=weeks["most_au"],
        mode="lines+markers",
        name="most it may hold",
        line={"color": theme.VERMILLION, "dash": "dot"},
    )
    shown.add_hline(block.usual.load_au, line_color=theme.TEXT, line_width=1, annotation_text="usual week")
    return theme.add_note(shown, block.sentence())
