"""The findings of the squad's week as facts and tables: what its first screen, its board and its folds share."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from analysis.base.blocks import Fact, Numbers
from analysis.base.display import Display
from analysis.pages.numbers import NOTHING, between_signed, digits_of_error, number_words, signed_words
from analysis.pages.series import series_fact, wording_of
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.week import SquadWeek

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


def numbers_table(findings: Sequence[Finding], display: Display) -> Numbers:
    """What the verdicts of a list rest on."""
    heads = ("Athlete", "Series", "Level", "Since", "Before", "Change", "Interval", "TE", "Carry-over", "MDC", "SWC")
    rows = tuple(_numbers_row(one, display) for one in _by_athlete(findings))
    return Numbers("The numbers", (*heads, "Noise from"), rows)


def _by_athlete(findings: Sequence[Finding]) -> list[Finding]:
    first = list(dict.fromkeys(one.athlete_id for one in findings))
    return sorted(findings, key=lambda one: first.index(one.athlete_id))


def _numbers_row(finding: Finding, display: Display) -> tuple[str, ...]:
    """The numbers of the fact, in the units that are read."""
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
    for finding in week.listed[:CHOICES_MOST]:
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
