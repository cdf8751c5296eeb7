"""The findings of the squad's week in words, as facts, small lines and tables: what its lists and its table share."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.base.blocks import Entry, Fact, Numbers, Sparkline, Table
from analysis.models.form.sides import SideDifference
from analysis.pages.numbers import between_signed, signed_words
from analysis.pages.series import band_of, series_fact, wording_of
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import day_text

LINE_VALUES = 12  # of the newest, in a small line


def reason(finding: Finding) -> str:
    """A finding in one sentence, as the coach reads it."""
    fact = series_fact(finding.series)
    return f"{fact.coach_lead} {fact.coach_rest}".strip()


def finding_fact(finding: Finding) -> Fact:
    """The finding as the facts of its athlete have it, under the athlete's id."""
    fact = series_fact(finding.series)
    return replace(fact, subject=f"{finding.athlete_id}.{fact.subject}")


def finding_line(finding: Finding) -> Sparkline:
    """The newest comparable values of a finding, oldest first, on the band of one more."""
    one = finding.series
    values = one.exposures.loc[one.exposures["comparable"], "value"].tail(LINE_VALUES)
    return Sparkline(f"{wording_of(one).head}, in {one.change.unit}", tuple(values), *band_of(one))


def findings_table(title: str, findings: Sequence[Finding], week: SquadWeek, linked: dict[str, str]) -> Table:
    """A row an athlete: the first finding, and the others below it."""
    by_athlete: dict[str, list[Finding]] = {}
    for one in findings:
        by_athlete.setdefault(one.athlete_id, []).append(one)
    rows = tuple(_findings_row(of_one, week, linked) for of_one in by_athlete.values())
    return Table(title, ("Athlete", "What and how sure", "Lately", "Found"), rows, stacked=True)


def _findings_row(findings: list[Finding], week: SquadWeek, linked: dict[str, str]) -> tuple[Entry, ...]:
    first, *others = findings
    also = [f"Also: {reason(one)}" for one in others]
    found_on = first.series.change.found_on
    return (
        Entry(first.athlete, link=linked.get(first.athlete_id, ""), sort=first.athlete),
        Entry(
            reason(first),
            " ".join([*also, *_stands(first, week)]),
            state=None if isinstance(first.series, SideDifference) else first.series.change.state,
            sort=first.size,
            fact=_talk_fact(first),
        ),
        Entry("", line=finding_line(first)),
        Entry("this week" if found_on is None else day_text(found_on), sort=str(found_on or "")),
    )


def also_facts(findings: Sequence[Finding]) -> list[Fact]:
    """What stands below the first finding of an athlete, for the facts beside the page."""
    seen: set[str] = set()
    others = [one for one in findings if one.athlete_id in seen or seen.add(one.athlete_id)]
    return [_talk_fact(one) for one in others]


def _talk_fact(finding: Finding) -> Fact:
    """Why the athlete is listed."""
    fact = finding_fact(finding)
    return replace(fact, subject=f"talk.{fact.subject}")


def _stands(finding: Finding, week: SquadWeek) -> list[str]:
    """Under how many other choices the finding stands; nothing where none were tried."""
    choices = week.sensitivity_of(finding) if finding.is_news else None
    if choices is None or choices.others.empty:
        return []
    return [f"Stands under {int(choices.others['stands'].sum())} of {len(choices.others)} other choices."]


def choices_table(week: SquadWeek) -> list[Numbers]:
    """Every lasting change under every other choice, behind a fold."""
    rows = []
    for finding in week.listed:
        tried = week.sensitivity_of(finding)
        if tried is None:
            continue
        for row in tried.choices.itertuples():
            interval = between_signed(row.conf_low_pct, row.conf_high_pct, 1)
            estimate = signed_words(row.estimate_pct, 1)
            rows.append((finding.athlete, tried.name, row.choice, row.conclusion, estimate, interval))
    heads = ("Athlete", "Series", "Choice", "Conclusion", "%", "Interval, %")
    return [Numbers("The lasting changes under other choices", heads, tuple(rows))] if rows else []
