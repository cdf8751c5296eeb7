"""The findings of the squad's week in words, as facts, small lines and tables: what its lists and its table share."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.base.blocks import Entry, Fact, Numbers, Sparkline, Table
from analysis.base.sentences import capital
from analysis.base.units import amount_text
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.pages.numbers import between_signed, signed_words
from analysis.pages.series import History, ends, series_fact, wording_of
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, percent, shortest

QUEUE_MOST = 8  # athletes to talk to; more are counted


def reason(finding: Finding) -> str:
    """A finding in one sentence."""
    history, name = finding.history, finding_name(finding.history)
    if isinstance(history, SideDifference):
        ends = _from_to(history.estimate_pct, history.conf_low, history.conf_high, "%", 1)
        larger = f"{history.larger} side {percent(history.estimate_pct)} larger, {ends}"
        return f"{name}: {larger}, on {history.dates_agreeing} of {history.n_dates} dates."
    change, words = history.change, wording_of(history)
    by = amount_text(abs(change.estimate), change.unit, words.decimals)
    if isinstance(history, FormHistory):
        by = shortest(abs(change.estimate), 1)
    ends = _from_to(change.estimate, change.conf_low, change.conf_high, change.unit, words.decimals)
    return f"{name}: {by} {words.direction(change.estimate)} than before, {ends}."


def finding_name(history: History) -> str:
    """What the series of a finding is called."""
    if isinstance(history, SideDifference):
        return history.name
    return f"{lift_name(history)}, clean reps" if isinstance(history, FormHistory) else wording_of(history).head


def finding_fact(finding: Finding) -> Fact:
    """The finding as the facts of its athlete have it, under the athlete's id."""
    fact = series_fact(finding.history)
    return replace(fact, subject=f"{finding.athlete_id}.{fact.subject}")


def finding_line(finding: Finding) -> Sparkline:
    """The judged values of a finding, oldest first, on the usual band."""
    history = finding.history
    if isinstance(history, SideDifference):
        values = tuple(float(value) for value in history.dates["difference_pct"])
        return Sparkline(f"{history.name}, right over left in %", values)
    change = history.change
    title = f"{finding_name(history)}, in {change.unit}"
    return Sparkline(title, (*change.earlier, *change.new), *ends(change.usual))


def findings_table(title: str, findings: Sequence[Finding], week: SquadWeek, linked: dict[str, str]) -> Table:
    """A row an athlete, at most 8: the largest finding, and the others below it."""
    by_athlete: dict[str, list[Finding]] = {}
    for one in findings:
        by_athlete.setdefault(one.athlete_id, []).append(one)
    rows = tuple(_findings_row(of_one, week, linked) for of_one in list(by_athlete.values())[:QUEUE_MOST])
    return Table(title, ("Athlete", "What and how sure", "Lately", "In a row"), rows, stacked=True)


def _findings_row(findings: list[Finding], week: SquadWeek, linked: dict[str, str]) -> tuple[Entry, ...]:
    first, *others = findings
    also = [f"Also: {reason(one)}" for one in others]
    return (
        Entry(first.athlete, link=linked.get(first.athlete_id, ""), sort=first.athlete),
        Entry(
            reason(first),
            " ".join([*also, _stands(first, week)]),
            state=None if isinstance(first.history, SideDifference) else first.history.change.state,
            sort=first.size,
            fact=_talk_fact(first),
        ),
        Entry("", line=finding_line(first)),
        Entry(count_text(first.looks, "look"), sort=float(first.looks)),
    )


def _talk_fact(finding: Finding) -> Fact:
    """Why the athlete is listed, and for how many looks in a row."""
    fact = finding_fact(finding)
    looks = f"On {finding.looks} looks in a row." if finding.looks > 1 else "Seen once."
    return replace(fact, subject=f"talk.{fact.subject}").retold(f"{reason(finding)} {looks}")


def _stands(finding: Finding, week: SquadWeek) -> str:
    """Under how many other choices the finding stands."""
    choices = week.sensitivity_of(finding)
    if choices is None or choices.others.empty:
        return "Other choices were not tried."
    return f"Stands under {int(choices.others['stands'].sum())} of {len(choices.others)} other choices."


def choices_table(week: SquadWeek) -> list[Numbers]:
    """Every flagged finding under every other choice, behind a fold."""
    rows = []
    for finding in (*week.listed, *week.seen_once, *week.standing):
        tried = week.sensitivity_of(finding)
        if tried is None:
            continue
        for row in tried.choices.itertuples():
            interval = between_signed(row.conf_low_pct, row.conf_high_pct, 1)
            estimate = signed_words(row.estimate_pct, 1)
            rows.append((finding.athlete, tried.name, row.choice, row.conclusion, estimate, interval))
    heads = ("Athlete", "Series", "Choice", "Conclusion", "%", "Interval, %")
    return [Numbers("The flagged changes under other choices", heads, tuple(rows))] if rows else []


def lift_name(history: FormHistory) -> str:
    """The lift whose form was rated: 'Romanian deadlift'."""
    return capital(history.exercise.replace("_", " "))


def _from_to(estimate: float, low: float, high: float, unit: str, decimals: int) -> str:
    """The interval as sizes in the direction of the estimate."""
    ends = sorted((low, high)) if estimate > 0 else sorted((-low, -high))
    return f"somewhere from {ends[0]:.{decimals}f} to {ends[1]:.{decimals}f} {unit}"
