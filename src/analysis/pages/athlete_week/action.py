"""What to do next, one thing: what the coach accepted, else the athlete's own cue, else the next test."""

from analysis.base.blocks import Drawing, Fact, Text
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.wording import day_text, in_sentence

ANSWERS = "next.answers"


def action(week: AthleteWeek) -> list[Fact | Drawing]:
    """The action and why; nothing in a week of which nothing was expected, unless the coach accepted something."""
    for row in week.approved.head(1).itertuples():
        subject, line = f"next_week.{row.subject}", str(row.line)
        return [Fact(subject, line, coach_sentence=f"{line} {row.evidence}"), Text(words.COACH_AGREED)]
    if week.excused and not week.n_trained_days:
        return []
    if week.cue:
        return [Fact("next.cue", words.CUE.format(cue=week.cue))]
    return _test(week) or _answers(week)


def _test(week: AthleteWeek) -> list[Fact | Drawing]:
    """The test that is due first."""
    if not week.checks.known:
        return []
    first = min(week.checks.known, key=lambda one: one.next_due)
    due = first.next_due
    when = "now" if due <= week.until else f"on {due:%A} {day_text(due)}"
    last = words.TEST_WHY.format(last=day_text(first.last_date))
    return [Fact("next.test", words.TEST.format(name=in_sentence(first.name), when=when)), Text(last)]


def asks_for_answers(week: AthleteWeek) -> bool:
    """Whether the one thing to do is to begin with the morning's questions."""
    return any(isinstance(one, Fact) and one.subject == ANSWERS for one in action(week))


def _answers(week: AthleteWeek) -> list[Fact | Drawing]:
    if len(week.athlete.wellness):
        return []
    return [Fact(ANSWERS, words.NO_ANSWERS), Text(words.NO_ANSWERS_WHY)]
