"""A made-up squad for the tests of the squad's page: athletes with 20 weeks of a lift and its form, under names.

What it is judged by is told of its own values, as a workspace does it.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import CONFIG, SUNDAY, MadeUp, bar_speed, birch, form_sets, lifting

import analysis.report.page as page_module
from analysis.base.config import Config
from analysis.base.rules import Rule
from analysis.base.tables import TABLES
from analysis.pages.squad_noise import noise_table
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.members import MemberWeek
from analysis.pages.squad_week.week import SquadWeek, squad_week
from analysis.report.html import Footer, page_html
from analysis.report.page import SECTION_MIME, Page

WEEKS = 20
FRIDAYS = pd.date_range(end="2026-06-26", periods=WEEKS, freq="7D")
MONDAYS = FRIDAYS - pd.Timedelta(days=4)
SCATTER_M_S = np.resize([0.00, 0.02, -0.02, 0.01, -0.01, 0.02, -0.02], WEEKS)  # the same every time, to be read
CLEAN = [6, 7, 5, 6, 6] * 4

LEDGER = ("files", "revisions", "rejects", "waiting", "exclusions", "claims", "verdicts_before", "proposals", "answers")


@dataclass(frozen=True)
class Named(MadeUp):
    name: str = ""


def nothing_came() -> dict[str, pd.DataFrame]:
    return {name: TABLES[name].empty() for name in LEDGER}


def forms(*made: tuple[str, str], holds_d: int = 35) -> pd.DataFrame:
    """Forms of athletes by id and the day on which each was made, of the coach without an id."""
    frame = pd.DataFrame(made, columns=["athlete_id", "made_on"])
    made_on = pd.to_datetime(frame["made_on"])
    kind = frame["athlete_id"].map(lambda athlete_id: "athlete" if athlete_id else "coach")
    return frame.assign(kind=kind, made_on=made_on, holds_to=made_on + pd.Timedelta(days=holds_d))


@dataclass(frozen=True)
class Grove:
    """Duck-typed as `analysis.workspace.people.Squad`."""

    athletes: tuple[Named, ...]
    config: Config = CONFIG
    rules: tuple[Rule, ...] = ()
    ledger: dict[str, pd.DataFrame] = field(default_factory=lambda: nothing_came() | {"forms": forms()})
    noise: pd.DataFrame = field(default_factory=pd.DataFrame)
    withheld: int = 0
    judged_anew_on: pd.Timestamp | None = None


def stepped(by_m_s: float, weeks_ago: int, *, odd_m_s: float = 0.0) -> np.ndarray:
    """Weekly speeds around 0.70 m/s, from so many weeks ago another level; the newest one off."""
    week = np.arange(WEEKS)
    step = np.where(week >= WEEKS - weeks_ago, by_m_s, 0.0)
    return 0.70 + SCATTER_M_S + step + np.where(week == WEEKS - 1, odd_m_s, 0.0)


def lifter(speeds_m_s=None, clean=CLEAN) -> MadeUp:
    """Nothing changes but these speeds of Fridays and clean repetitions of Mondays."""
    speeds = stepped(0.0, 0) if speeds_m_s is None else speeds_m_s
    return birch().but(**lifting(bar_speed(FRIDAYS, speeds), form_sets(MONDAYS, list(clean))))


def named(name: str, athlete: MadeUp | None = None) -> Named:
    """The athlete, by default one in whom nothing changes, under a name."""
    return Named(**{**vars(athlete or lifter()), "athlete_id": f"{name.lower()}1"}, name=name)


def week_of(*athletes: Named, until: pd.Timestamp = SUNDAY, **more: Any) -> SquadWeek:
    """The week of a squad of these athletes, judged by the noise of their values up to then."""
    noise = noise_table(athletes, until)
    return squad_week(Grove(tuple(replace(one, noise=noise) for one in athletes), noise=noise, **more), until)


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
    shown = (sections.header, sections.message, sections.cards, sections.lines, sections.everyone, sections.files)
    folded = (sections.plan, sections.bar_speed, sections.form, sections.checks, sections.sides, sections.plateaus)
    folded += (sections.proposals, sections.changes, sections.data_state, sections.evidence)
    bundles: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_module, "get_ipython", lambda: "a kernel")
        patch.setattr(page_module, "display", lambda data, **_how: bundles.append(data[SECTION_MIME]))
        patch.setenv(page_module.RENDERING, "1")
        page = Page("squad_week", **about, display=week.display)
        for blocks_of in (*shown, *folded):
            with page.section(blocks_of.__name__, blocks_of.__name__, folded=blocks_of in folded):
                page.show(blocks_of(week))
    footer = Footer("0", "", pd.Timestamp("2026-06-28").date(), "the coach")
    return page_html([{"kind": "section", "bundle": one} for one in bundles], bundles[0]["page"], footer, key="")
