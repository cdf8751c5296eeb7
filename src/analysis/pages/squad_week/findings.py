"""The findings of the squad's week as facts and tables: what its first screen, its board and its folds share."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from analysis.base.blocks import Entry, Fact, Numbers, Table
from analysis.base.display import Display
from analysis.base.sentences import Wording
from analysis.base.units import MINUS
from analysis.pages.numbers import NOTHING, between_signed, digits_of_error, number_words, signed_words
from analysis.pages.series import series_fact, wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.told import series_name, since_of
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import day_text, within

CHOICES_MOST = 12  # changes that are tried under other choices, those of the cards first


def finding_fact(finding: Finding, display: Display) -> Fact:
    """The finding as the facts of its athlete have it, under the athlete's id."""
    fact = series_fact(finding.series, display)
    return replace(fact, subject=f"{finding.athlete_id}.{fact.subject}")


def links(week: SquadWeek, pages: Iterable[str]) -> dict[str, str]:
    """Where the athletes' own pages of this week lie from here; only the pseudonymous id is in it."""
    day = week.until.date().isoformat()
    return {athlete_id: f"../../athlete_week/{day}/{athlete_id}.html" for athlete_id in pages}


def stands(finding: Finding, week: SquadWeek) -> tuple[int, int] | None:
    """Under how many of how many other choices the finding stands; None where none were tried."""
    tried = week.sensitivity_of(finding)
    if tried is None or tried.others.empty:
        return None
    return int(tried.others["stands"].sum()), len(tried.others)


def numbers_table(findings: Sequence[Finding], display: Display) -> Table:
    """What the verdicts of a list rest on."""
    rows = tuple(_numbers_row(one, display) for one in _by_athlete(findings))
    return Table(words.NUMBERS_TITLE, words.NUMBERS_HEADS, rows, stacked=True)


def _by_athlete(findings: Sequence[Finding]) -> list[Finding]:
    first = list(dict.fromkeys(one.athlete_id for one in findings))
    return sorted(findings, key=lambda one: first.index(one.athlete_id))


def _numbers_row(finding: Finding, display: Display) -> tuple[Entry, ...]:
    """The numbers of the fact, in the units that are read, with the digits that the error supports."""
    fact, spoken = finding_fact(finding, display), wording_of(finding.series, display)
    te, unit = fact.typical_error, fact.unit or ""
    decimals = spoken.decimals if te is None else digits_of_error(display.value(te, unit))
    exact = replace(spoken, decimals=decimals)

    def level(value: float | None) -> str:
        return NOTHING if value is None else exact.level(value, unit)

    def number(value: float | None) -> str:
        return NOTHING if value is None else exact.number(value, unit)

    ends = (np.nan if end is None else display.value(end, unit) for end in (fact.change_low, fact.change_high))
    interval = words.INTERVAL.format(level=100 * (fact.conf_level or np.nan), between=between_signed(*ends, decimals))
    noise = words.NOISE.format(te=number(te), rho=number_words(np.nan if fact.rho is None else fact.rho, 2))
    source, swc = fact.noise_source or NOTHING, number(fact.swc)
    by = words.NOISE_BY.format(mdc=number(fact.mdc), swc=swc, source=source)
    of_counts = words.NOISE_OF_COUNTS.format(source=source), words.SWC.format(swc=swc)
    return (
        Entry(words.OF_ATHLETE.format(athlete=finding.athlete, series=within(spoken.quantity))),
        Entry(level(fact.level), _since_between(finding)),
        Entry(level(fact.before), words.BEFORE),
        Entry(_change_words(fact, exact), interval),
        Entry(*(of_counts if te is None else (noise, by))),
    )


def _since_between(finding: Finding) -> str:
    """Since when the level holds, and between which days it may have begun."""
    change = finding.series.change
    if change.since is None:
        return ""
    if change.since_low is None or change.since_high is None:
        return since_of(finding.series)
    first, last = day_text(change.since_low), day_text(change.since_high)
    return words.SINCE_BETWEEN.format(since=since_of(finding.series), first=first, last=last)


def _change_words(fact: Fact, spoken: Wording) -> str:
    """The change by what is printed of both levels; without one before by itself, of the sides for instance."""
    unit = fact.unit or ""
    if fact.level is None or fact.before is None:
        return NOTHING if fact.change is None else f"{spoken.signed(fact.change, unit)} {spoken.display.unit(unit)}"
    sign = spoken.signed_difference(fact.level, fact.before, unit)[:1]
    return (sign if sign in f"+{MINUS}" else "") + spoken.difference(fact.level, fact.before, unit)


def choices_tables(week: SquadWeek) -> list[Numbers]:
    """Every lasting change under every other choice, each behind a fold of its own."""
    tables = []
    for finding in week.listed[:CHOICES_MOST]:
        tried = week.sensitivity_of(finding)
        if tried is None:
            continue
        rows = tuple(
            (
                row.choice,
                row.conclusion,
                signed_words(row.estimate_pct, 1),
                between_signed(row.conf_low_pct, row.conf_high_pct, 1),
            )
            for row in tried.choices.itertuples()
        )
        series = series_name(finding.series, week.display)
        title = words.CHOICES_TITLE.format(athlete=finding.athlete, series=series)
        tables.append(Numbers(title, words.CHOICES_HEADS, rows))
    return tables
