"""Sections of plug-ins on an athlete's page: folded, after all others, and through the same drawing as any section.

What one shows is put together, drawn and measured in a guard before any of it reaches the page. Where it cannot be, a
sentence with the name of the plug-in stands in its place, and why is printed to stderr, which goes to the log.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from IPython.utils.capture import capture_output

from analysis.base import blocks
from analysis.base.blocks import Drawing, Fact, Text
from analysis.base.errors import DataProblem, NotEnoughData, PluginProblem
from analysis.base.plugins import SECTIONS, SHOW_S, Offer, Plugin, Section, guarded, offers, wrong
from analysis.report.html import preview_html
from analysis.report.page import Page

MOST_BLOCKS = 40
MOST_CHARACTERS = 40_000  # of a section as plain values; the page of an athlete weighs 60 kB at most
FAILED = "The plug-in {plugin} could not show this part. Ask your coach."

_ELSEWHERE = (Drawing, blocks.Fold, blocks.Findings, blocks.Table)  # lead into other sections, or need a script
_DRAWINGS = {one for one in vars(blocks).values() if isinstance(one, type) and issubclass(one, Drawing)} - {*_ELSEWHERE}


def show_plugged(page: Page, week: Any) -> None:
    """Show the sections of the plug-ins that the configuration of the week names. Nothing that they do stops the page.

    Parameters
    ----------
    page : Page
    week : AthleteWeek
        What each section is given.
    """
    for offer in offers(week.config.plugins.use, SECTIONS, Section):
        shown = _Shown(offer, page)
        with page.section(shown.key, shown.question, folded=True):
            page.show(shown.of(week))


class _Shown:
    """One section of a plug-in on a page."""

    def __init__(self, offer: Offer, page: Page):
        self._offer, self._page = offer, page
        self._plugin: Plugin = offer.plugin
        self.key = f"plugin_{self._plugin.name}_{offer.name}".replace("-", "_")
        question = getattr(offer.thing, "question", None)
        is_line = isinstance(question, str) and _is_line(question)
        self.question = str(question) if is_line else f"From the plug-in {self._plugin.name}"

    def of(self, week: Any) -> list[Fact | Drawing]:
        """What the section shows, or a sentence that says that it could not.

        Raises NotEnoughData and DataProblem as it does.
        """
        try:
            if self._offer.problem:
                raise PluginProblem(self._offer.problem)
            return self._tried(lambda: self._offer.thing.show(week))
        except PluginProblem as problem:
            print(problem, file=sys.stderr)
            said = FAILED.format(plugin=self._plugin)
            return [Fact(self.key, said, coach_sentence=str(problem), reason="plugin_problem")]

    def _tried(self, show: Callable[[], Any]) -> list[Fact | Drawing]:
        """The blocks, of which it is known that they can be drawn."""
        with guarded(self._plugin, f"while it showed {self._offer.name}", SHOW_S):
            try:
                with capture_output(stderr=False) as printed:
                    items = list(islice(iter(show()), MOST_BLOCKS + 1))
                shown = [self._checked(item) for item in items]
                self._draw(shown)
            except (NotEnoughData, DataProblem) as problem:
                self._draw([Text(str(problem))])
                raise
        if len(shown) > MOST_BLOCKS:
            raise wrong(self._plugin, f"shows more than {MOST_BLOCKS} facts and drawings as {self._offer.name}")
        if printed.stdout or printed.outputs:
            print(f"What the plug-in {self._plugin} printed or displayed itself is on no page.", file=sys.stderr)
        return shown

    def _checked(self, item: Any) -> Fact | Drawing:
        """A fact under the name of its plug-in, or a drawing of ours."""
        if type(item) is Fact:
            return replace(item, subject=f"{self._plugin.name}.{item.subject}", found_on=None)
        if type(item) not in _DRAWINGS:
            raise wrong(self._plugin, f"shows a {type(item).__name__}, which is no fact and no drawing of base.blocks")
        return item

    def _draw(self, shown: list[Fact | Drawing]) -> None:
        """Draw it as the page will, for nothing but to see that it can be."""
        bundle = self._page.bundle_of(self.key, self.question, shown)
        weight = len(json.dumps(bundle, allow_nan=False))
        if weight > MOST_CHARACTERS:
            raise wrong(self._plugin, f"shows {weight:,} characters as {self._offer.name}, of {MOST_CHARACTERS:,}")
        preview_html(bundle).encode()


def _is_line(text: str) -> bool:
    """Whether it is a heading: some text in one line, of letters that a page can hold."""
    return 0 < len(text) <= 80 and text.isprintable()
