"""A made-up squad for the tests of the squad's page: athletes in whom nothing changes, under names."""

from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pytest
from made_up_athlete import CONFIG, SUNDAY, MadeUp, birch

import analysis.report.page as page_module
from analysis.base.config import Config
from analysis.base.rules import Rule
from analysis.base.tables import TABLES
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.members import MemberWeek
from analysis.pages.squad_week.week import SquadWeek, squad_week
from analysis.report.html import Footer, page_html
from analysis.report.page import SECTION_MIME, Page

LEDGER = ("files", "revisions", "rejects", "waiting", "exclusions", "claims", "verdicts_before")


@dataclass(frozen=True)
class Named(MadeUp):
    name: str = ""


@dataclass(frozen=True)
class Grove:
    """Duck-typed as `analysis.workspace.workspace.Squad`."""

    athletes: tuple[Named, ...]
    config: Config = CONFIG
    rules: tuple[Rule, ...] = ()
    ledger: dict[str, pd.DataFrame] = field(default_factory=lambda: {name: TABLES[name].empty() for name in LEDGER})
    withheld: int = 0
    judged_anew_on: pd.Timestamp | None = None


def named(name: str, athlete: MadeUp | None = None) -> Named:
    """The athlete, by default one in whom nothing changes, under a name."""
    return Named(**{**vars(athlete or birch()), "athlete_id": f"{name.lower()}1"}, name=name)


def week_of(*athletes: Named, until: pd.Timestamp = SUNDAY, **more: Any) -> SquadWeek:
    """The week of a squad of these athletes."""
    return squad_week(Grove(athletes, **more), until)


def many(week: SquadWeek, n: int) -> SquadWeek:
    """The week of n athletes, fitted for a few of them only: the others are these under other names."""
    fitted = [week.everyone[place % len(week.everyone)] for place in range(n)]
    renamed = [
        replace(one.athlete, name=f"Tree {place:02d}", athlete_id=f"t{place}") for place, one in enumerate(fitted)
    ]
    return replace(week, everyone=tuple(MemberWeek(one, of.week) for one, of in zip(renamed, fitted, strict=True)))


def page_of(week: SquadWeek) -> str:
    """The squad's page, made in this process from the sections that the notebook shows."""
    about = {"subject": "squad", "name": "Grove", "period": "a week", "until": "2026-06-28", "audience": "coach"}
    shown = (sections.header, sections.data_state, sections.talk, sections.glance, sections.bar_speed, sections.form)
    shown += (sections.checks, sections.sides, sections.trends, sections.proposals, sections.changes)
    bundles: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_module, "get_ipython", lambda: "a kernel")
        patch.setattr(page_module, "display", lambda data, **_how: bundles.append(data[SECTION_MIME]))
        patch.setenv(page_module.RENDERING, "1")
        page = Page("squad_week", **about)
        for blocks_of in shown:
            with page.section(blocks_of.__name__, blocks_of.__name__):
                page.show(blocks_of(week))
    footer = Footer("0", "", pd.Timestamp("2026-06-28").date(), "the coach")
    return page_html([{"kind": "section", "bundle": one} for one in bundles], bundles[0]["page"], footer, key="")
