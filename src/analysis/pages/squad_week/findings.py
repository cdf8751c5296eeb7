"""The findings of the squad's week in words, as facts, small lines and tables: what its lists and its table share.

In a list stands the verdict; what it rests on stands in a table behind a fold and in the facts.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.base.blocks import Entry, Fact, Numbers, Sparkline, Table
from analysis.base.display import Display
from analysis.models.form.sides import SideDifference
from analysis.pages.numbers import NOTHING, between_signed, digits_of_error, number_words, signed_words
from analysis.pages.series import band_of, brief_of, series_fact, wording_of
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import day_text

LINE_VALUES = 12  # of the newest, in a small line


def finding_fact(finding: Finding, display: Display) -> Fact:
    """The finding as the facts of its athlete have it, under the athlete's id."""
    fact = series_fact(finding.series, display)
    return replace(fact, subject=f"{finding.athlete_id}.{fact.subject}")


def finding_line(finding: Finding, display: Display) -> Sparkline:
    """The newest comparable values of a finding, oldest first, on the band of one more."""
    one = finding.series
    values = one.exposures.loc[one.exposures["comparable"], "value"].tail(LINE_VALUES)
    title = f"{wording_of(one, display).head}, in {display.unit(one.change.unit)}"
    return Sparkline(title, tuple(values), *band_of(one))


def listed_table(title: str, findings: Sequence[Finding], week: SquadWeek, linked: dict[str, str]) -> Table:
    """A row a lasting change, those of one athlete below each other."""
    rows = tuple(
        (
            _name_entry(one, linked),
            _verdict_entry(one, week),
            Entry("", line=finding_line(one, week.display)),
            _found_entry(one),
        )
        for one in _by_athlete(findings)
    )
    return Table(title, ("Athlete", "What and how sure", "Lately", "Told since"), rows, stacked=True)


def seen_once_table(findings: Sequence[Finding], linked: dict[str, str], display: Display) -> Table:
    """A row a newest value that is out of the usual; no verdict stands beside it."""
    rows = tuple(
        (_name_entry(one, linked), _odd_entry(one, display), Entry("", line=finding_line(one, display)))
        for one in _by_athlete(findings)
    )
    return Table("Seen once: wait for the next value", ("Athlete", "What", "Lately"), rows, stacked=True)


def numbers_table(findings: Sequence[Finding], display: Display) -> Numbers:
    """What the verdicts of a list rest on."""
    heads = ("Athlete", "Series", "Level", "Since", "Before", "Change", "Interval", "TE", "Carry-over", "MDC", "SWC")
    rows = tuple(_numbers_row(one, display) for one in _by_athlete(findings))
    return Numbers("The numbers", (*heads, "Noise from"), rows)


def _by_athlete(findings: Sequence[Finding]) -> list[Finding]:
    first = list(dict.fromkeys(one.athlete_id for one in findings))
    return sorted(findings, key=lambda one: first.index(one.athlete_id))


def _name_entry(finding: Finding, linked: dict[str, str]) -> Entry:
    return Entry(finding.athlete, link=linked.get(finding.athlete_id, ""), sort=finding.athlete)


def _verdict_entry(finding: Finding, week: SquadWeek) -> Entry:
    is_sides = isinstance(finding.series, SideDifference)
    state = None if is_sides else finding.series.change.state
    fact = finding_fact(finding, week.display)
    told = replace(fact, subject=f"talk.{fact.subject}")
    return Entry(
        brief_of(finding.series, week.display), _stands(finding, week), state=state, sort=finding.size, fact=told
    )


def _odd_entry(finding: Finding, display: Display) -> Entry:
    fact = finding_fact(finding, display)
    told = replace(fact, subject=f"seen_once.{fact.subject}")
    return Entry(finding.series.change.odd(wording_of(finding.series, display)), fact=told)


def _found_entry(finding: Finding) -> Entry:
    """When it was found first; a difference of the sides is told in the week of its test alone."""
    found_on = finding.series.change.found_on
    if finding.found_this_week or found_on is None:
        return Entry("this week", sort=finding.series.until.date().isoformat())
    return Entry(day_text(found_on), sort=found_on.date().isoformat())


def _stands(finding: Finding, week: SquadWeek) -> str:
    """Under how many other choices the finding stands; nothing where none were tried."""
    choices = week.sensitivity_of(finding)
    if choices is None or choices.others.empty:
        return ""
    return f"Stands under {int(choices.others['stands'].sum())} of {len(choices.others)} other choices."


def _numbers_row(finding: Finding, display: Display) -> tuple[str, ...]:
    """The numbers of the fact, as it has them."""
    fact, words = finding_fact(finding, display), wording_of(finding.series, display)
    unit = fact.unit or ""

    def known(name: str) -> float:
        value = getattr(fact, name)
        return np.nan if value is None else display.value(value, unit)

    te = known("typical_error")
    d = digits_of_error(te) if np.isfinite(te) else words.decimals
    return (
        finding.athlete,
        f"{words.head} ({display.unit(unit)})",
        number_words(known("level"), d),
        f"{fact.since} ({fact.since_low} to {fact.since_high})" if fact.since_low else NOTHING,
        number_words(known("before"), d),
        signed_words(known("change"), d),
        between_signed(known("change_low"), known("change_high"), d),
        number_words(te, d),
        number_words(np.nan if fact.rho is None else fact.rho, 2),
        number_words(known("mdc"), d),
        number_words(known("swc"), d),
        fact.noise_source or NOTHING,
    )


def choices_table(week: SquadWeek) -> list[Numbers]:
    """Every lasting change under every other choice, behind a fold."""
    rows = []
    for finding in week.listed:
        tried = week.sensitivity_of(finding)
        if tried is None:
            continue
        name = wording_of(finding.series, week.display).head
        for row in tried.choices.itertuples():
            interval = between_signed(row.conf_low_pct, row.conf_high_pct, 1)
            estimate = signed_words(row.estimate_pct, 1)
            rows.append((finding.athlete, name, row.choice, row.conclusion, estimate, interval))
    heads = ("Athlete", "Series", "Choice", "Conclusion", "%", "Interval, %")
    return [Numbers("The lasting changes under other choices", heads, tuple(rows))] if rows else []
