"""Rules for the coming week: conditions over named facts, read from TOML; what holds becomes a proposal to the coach.

A rule proposes to hold, regress, progress or vary. It says what it rests on; a coach accepts or rejects what it
proposes, and only an accepted line reaches the athlete. A rule that asks is for the coach alone: its line stands on the
coach's page, and there is nothing to accept. Of the rules about one subject the first of the file that holds
is proposed, so that caution stands first.

What is not known fulfils no condition, also not one that begins with "is not"; and a rule that proposes progress has to
ask for a change for the better. So "cannot tell" never proposes progress.
"""

import difflib
import hashlib
import operator
import re
import string
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from analysis.base.config import checked
from analysis.base.errors import ConfigProblem
from analysis.base.states import State
from analysis.base.units import MINUS

NAME = "rules.toml"

About = Literal["lift", "athlete"]
Action = Literal["hold", "regress", "progress", "vary", "ask"]
Known = float | str | None

WEEK = "week"  # the subject of a rule about the athlete
_STATES = tuple(state for state in State if state.known)
_FOR_THE_BETTER = frozenset({State.BETTER, State.CLEARLY_BETTER})


@dataclass(frozen=True)
class FactKind:
    """What a rule may ask for: of a lift or of the athlete, a number or one of some words."""

    about: About
    meaning: str
    words: tuple[str, ...] | None = None  # None: a number


def _number(about: About, meaning: str) -> FactKind:
    return FactKind(about, meaning)


def _state(meaning: str) -> FactKind:
    return FactKind("lift", meaning, _STATES)


FACTS: dict[str, FactKind] = {
    "adherence_done": _number("athlete", "planned lifting days done in the last four weeks"),
    "adherence_due": _number("athlete", "planned lifting days that were due in the last four weeks"),
    "adherence_pct": _number("athlete", "share of the planned lifting days done in the last four weeks, in percent"),
    "adherence_week_pct": _number("athlete", "the same of this week alone"),
    "plan_lifts_pct": _number("athlete", "share of the lifts named for this week's trained days that was done"),
    "strength_week_over_week_pct": _number("athlete", "volume load of this week over that of the week before, minus 1"),
    "run_week_over_week_pct": _number("athlete", "distance run this week over that of the week before, minus 1"),
    "strength_ramp_pct": _number("athlete", "volume load of this week over the mean of up to 4 weeks before, minus 1"),
    "run_ramp_pct": _number("athlete", "distance run this week over the mean of up to 4 weeks before, minus 1"),
    "wellness_answers": _number("athlete", "answers of this week that have a usual range"),
    "wellness_low": _number("athlete", "of those, how many lie beyond the range on the bad side"),
    "silent_weeks": _number("athlete", "whole weeks up to now of which nothing at all is known, nor ill or away"),
    "anchor_kg": _number("lift", "load at which speed is followed"),
    "speed_state": _state("what speed at the anchor load says of its level"),
    "speed_change_m_s": _number(
        "lift", "the change that is told, else the last 4 weeks against before; positive is faster"
    ),
    "speed_mdc_m_s": _number("lift", "smallest difference of two single days that is beyond error"),
    "speed_found_weeks": _number("lift", "weeks since the change that is told was found; not known where none is told"),
    "speed_gain_weeks": _number("lift", "weeks since the last lasting gain was found; not known without one"),
    "speed_today": FactKind("lift", "the newest day against the usual", ("usual", "unusually low", "unusually high")),
    "form_state": _state("what clean repetitions say of their level"),
    "form_change_reps": _number("lift", "that change, positive is more clean repetitions"),
    "form_weeks_worse": _number(
        "lift", "weeks for which form has been told as worse, the first one included; 0 if not"
    ),
    "clean_reps": _number("lift", "clean repetitions to expect of a set now"),
}


TEXTS: dict[str, About | None] = {  # what only the texts of a rule may name; None: of any rule
    "name": None,
    "anchor": "lift",  # load at which speed is followed, with its unit as the coach reads it
}

# facts and words of rules written for release 0.1, by what says the same now
_RENAMED = {
    **dict.fromkeys(("speed_latest_state", "speed_recent_state", "speed_block_state"), "speed_state"),
    **dict.fromkeys(("speed_recent_m_s", "speed_block_m_s"), "speed_change_m_s"),
    "speed_recent_mdc_m_s": "speed_mdc_m_s",
    "about the same": State.STEADY.value,
    "no detectable change": State.TOO_CLOSE.value,
}
_GONE = {
    "speed_season_state": "'speed_gain_weeks' says since when a gain lasts",
    "speed_season_m_s": "'speed_gain_weeks' says since when a gain lasts",
    "trend": "'speed_state' says what a line through the weeks said",
    "form_mdc_reps": "clean repetitions are counts, which have no such number",
}


@dataclass(frozen=True)
class Subject:
    """What rules are held against: a lift, or the athlete's week, with its facts; None is not known."""

    key: str  # canonical exercise, or week
    name: str  # as people read it
    about: About
    facts: Mapping[str, Known]


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Condition:
    """One condition on one fact, as `>= 2` or `is worse or clearly worse`."""

    fact: str
    comparison: str  # one of the four signs, is, is not
    value: float | frozenset[str]

    @classmethod
    def parsed(cls, fact: str, text: str) -> "Condition":
        """The condition that `text` says of `fact`.

        Raises ValueError for a fact, a comparison or a word that is not known, naming the nearest one.

        >>> Condition.parsed("form_state", "is worse or clearly worse").holds("clearly worse")
        True
        >>> Condition.parsed("form_state", "is not worse").holds(None)
        False
        """
        if fact not in FACTS:
            raise ValueError(f"unknown fact {fact!r}. {_instead(fact)}")
        kind = FACTS[fact]
        if kind.words is None:
            found = re.fullmatch(r"\s*(\S+?)\s*(-?\d+(?:\.\d+)?)\s*", text)
            if found is None or found[1] not in _COMPARISONS:
                raise ValueError(f"{text!r} is no condition on a number. Write one of {_signs()} and a number: '>= 2'")
            return cls(fact, found[1], float(found[2]))
        found = re.fullmatch(r"\s*(is not|is)\s+(.+?)\s*", text)
        if found is None:
            raise ValueError(f"{text!r} is no condition on a word. Write 'is A or B', or 'is not A or B'.")
        words = re.split(r"\s+or\s+", found[2])
        for word in words:
            if word not in kind.words:
                raise ValueError(f"{fact} is never {word!r}. {_nearest(word, kind.words)}")
        return cls(fact, found[1], frozenset(words))

    def holds(self, known: Known) -> bool:
        """Whether it holds; what is not known fulfils no condition."""
        if known is None or known == State.CANNOT_TELL:
            return False
        if not isinstance(self.value, frozenset):
            return _COMPARISONS[self.comparison](float(known), self.value)
        return (known in self.value) == (self.comparison == "is")

    @property
    def asks_for_better(self) -> bool:
        """Whether it holds only after a change for the better."""
        return self.comparison == "is" and isinstance(self.value, frozenset) and self.value <= _FOR_THE_BETTER


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Strict):
    """One line of a menu; menus are not ranked."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    line: str


class Rule(_Strict):
    """One rule: when, then, and what it rests on.

    `line`, `menu` and `evidence` may name facts, as {clean_reps:.1f}, and what is in `TEXTS`, as {name}.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    about: About = Field(description="what it is held against: each lift, or the athlete's week")
    when: dict[str, str] = Field(min_length=1, description="facts and conditions; all have to hold")
    propose: Action
    line: str | None = Field(default=None, description="what the athlete would read")
    menu: tuple[Choice, ...] = Field(default=(), description="or several, of which the coach takes one")
    evidence: str = Field(description="the numbers behind it, for the coach")
    source: str = Field(description="where the rule and its limits come from")

    @field_validator("when")
    @classmethod
    def _is_parsed(cls, when: dict[str, str]) -> dict[str, str]:
        for fact, text in when.items():
            Condition.parsed(fact, text)
        return when

    @model_validator(mode="after")
    def _holds_together(self) -> "Rule":
        if bool(self.line) == bool(self.menu):
            raise ValueError("a rule has either a line or a menu. Give one of them.")
        for fact in (*self.when, *_named_in(self.evidence), *(name for t in self.lines for name in _named_in(t))):
            if fact not in (*FACTS, *TEXTS):
                raise ValueError(f"unknown fact {fact!r} in a text. {_instead(fact)}")
            about = TEXTS[fact] if fact in TEXTS else FACTS[fact].about
            if self.about == "athlete" and about == "lift":
                raise ValueError(f"{fact!r} is a fact of a lift and this rule is about the athlete.")
        for template in (self.evidence, *self.lines):
            _filled(template, _ANYTHING)  # a number's format on a word fails here, not on a Monday
        if self.propose == "ask" and self.about != "athlete":
            raise ValueError("ask is about the athlete. Write about = 'athlete', or propose something else.")
        if self.propose == "progress" and not any(condition.asks_for_better for condition in self.conditions):
            raise ValueError("progress needs a condition that asks for 'is better or clearly better'. Add one.")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(Condition.parsed(fact, text) for fact, text in self.when.items())

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line that it may propose."""
        return (self.line,) if self.line else tuple(choice.line for choice in self.menu)

    def holds(self, facts: Mapping[str, Known]) -> bool:
        """Whether all its conditions hold."""
        return all(condition.holds(facts.get(condition.fact)) for condition in self.conditions)


@dataclass(frozen=True)
class Proposal:
    """What a rule proposes for one subject in one week: a row of the table proposals without the coach's answer."""

    athlete_id: str
    local_date: pd.Timestamp  # first day of the week that it rests on
    rule_id: str  # with the choice of a menu behind a dot
    subject: str
    action: Action
    title: str
    line: str
    evidence: str
    source: str

    @property
    def proposal_id(self) -> str:
        """Hash of athlete, week, rule and subject: the same proposal has it whenever it is made."""
        return proposal_id(self.athlete_id, f"{self.local_date:%Y-%m-%d}", self.rule_id, self.subject)

    @property
    def rule(self) -> str:
        """The rule without the choice of its menu."""
        return rule_of(self.rule_id)


def proposal_id(athlete_id: str, week: str, rule_id: str, subject: str) -> str:
    """The id of a proposal for an athlete's week, named by its first day as ISO date.

    >>> proposal_id("k3vd", "2026-06-01", "plateau.tempo", "deadlift")
    '118f12550a'
    """
    return hashlib.sha256("|".join((athlete_id, week, rule_id, subject)).encode()).hexdigest()[:10]


def rule_of(rule_id: str) -> str:
    """The rule behind a stored id, without the choice of its menu.

    >>> rule_of("plateau.tempo")
    'plateau'
    """
    return rule_id.partition(".")[0]


def proposals(
    rules: Iterable[Rule], subjects: Iterable[Subject], athlete_id: str, week: pd.Timestamp
) -> tuple[Proposal, ...]:
    """What the rules propose for these subjects: for each the first rule that holds, every choice of a menu.

    `week` is the first day of the week that the facts are of.

    >>> facts = {"form_state": "clearly worse", "form_weeks_worse": 1.0, "form_change_reps": -2.0, "clean_reps": 4.0}
    >>> monday = pd.Timestamp("2026-01-05")
    >>> (found,) = proposals(shipped_rules(), [Subject("deadlift", "Deadlift", "lift", facts)], "k3vd", monday)
    >>> found.action, found.line
    ('hold', 'Deadlift: stay at this load until your clean reps are back.')
    """
    rules = tuple(rules)
    found = []
    for subject in subjects:
        rule = next((one for one in rules if one.about == subject.about and one.holds(subject.facts)), None)
        if rule is None:
            continue
        said = {**subject.facts, "name": subject.name}
        evidence = f"{rule.title}. {_filled(rule.evidence, said)}"
        for rule_id, line in _choices(rule):
            of_rule = (rule_id, subject.key, rule.propose, rule.title, _filled(line, said), evidence, rule.source)
            found.append(Proposal(athlete_id, week, *of_rule))
    return tuple(found)


def _choices(rule: Rule) -> list[tuple[str, str]]:
    """Id and line of what a rule proposes; a menu in the order of its words, since none is better than another."""
    if rule.line:
        return [(rule.id, rule.line)]
    return sorted((f"{rule.id}.{choice.id}", choice.line) for choice in rule.menu)


def shipped_rules() -> tuple[Rule, ...]:
    """The rules that come with the package, in the order in which they are asked.

    >>> shipped_rules()[0].id
    'form_regress'
    """
    text = files("analysis.base").joinpath(NAME).read_text(encoding="utf-8")
    return _parsed(text, f"the shipped {NAME}")[0]


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The shipped rules as the file at `path` changes them; the shipped ones where there is no such file.

    A rule of a known id takes the place of the shipped one, new rules go before all shipped ones in the order of the
    file, and `off = ["id"]` takes rules away.

    Raises ConfigProblem naming the rule, what is wrong and the nearest known word.
    """
    shipped = shipped_rules()
    if not path.is_file():
        return shipped
    try:
        own, off = _parsed(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as problem:
        raise ConfigProblem(f"{path.name} is not UTF-8: {problem}. Save it as UTF-8.") from None
    known = [rule.id for rule in (*own, *shipped)]
    for rule_id in off:
        if rule_id not in known:
            raise ConfigProblem(f"{path.name}: off names the unknown rule {rule_id!r}. {_nearest(rule_id, known)}")
    by_id = {rule.id: rule for rule in own}
    shipped_ids = {rule.id for rule in shipped}
    new = [rule for rule in own if rule.id not in shipped_ids]
    every = [*new, *(by_id.get(rule.id, rule) for rule in shipped)]
    return tuple(rule for rule in every if rule.id not in off)


class _File(_Strict):
    """The top of a file of rules; each rule is checked by itself, so that a problem can name it."""

    rules: tuple[dict, ...] = ()
    off: tuple[str, ...] = ()


def _parsed(text: str, where: str) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The rules of a file in its order, and the ids that it switches off."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigProblem(f"{where} is not valid TOML: {problem}. Correct that line.") from None
    top = checked(_File, content, where)
    rules = []
    for place, rule in enumerate(top.rules, 1):
        of_rule = f"{where}, rule {rule.get('id', place)!r}"
        rules.append(checked(Rule, _as_of_now(rule, of_rule), of_rule))
    ids = [rule.id for rule in rules]
    twice = next((rule_id for rule_id in ids if ids.count(rule_id) > 1), None)
    if twice:
        raise ConfigProblem(f"{where}: there are two rules {twice!r}. Give each an id of its own.")
    return tuple(rules), top.off


def _as_of_now(rule: dict, where: str) -> dict:
    """A rule with the facts and words of release 0.1 by what they are called now; its sentences stay as they are.

    Raises ConfigProblem where two facts that became one are asked for different things.
    """
    when, old = rule.get("when"), "|".join(map(re.escape, _RENAMED))
    renamed = {
        name: re.sub(rf"\{{({old})\b", lambda found: "{" + _RENAMED[found[1]], text)
        for name, text in rule.items()
        if name in ("line", "evidence") and isinstance(text, str)
    }
    if not isinstance(when, dict):
        return rule | renamed
    conditions = {}
    for fact, text in when.items():
        now = _RENAMED.get(fact, fact)
        asked = re.sub(rf"\b({old})\b", lambda found: _RENAMED[found[1]], text) if isinstance(text, str) else text
        if conditions.setdefault(now, asked) != asked:
            raise ConfigProblem(
                f"{where}: {fact!r} is called {now!r} now, of which the rule asks {conditions[now]!r} and {asked!r}. "
                "Keep one of them."
            )
    return rule | renamed | {"when": conditions}


def _named_in(template: str) -> list[str]:
    """The names in braces."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


class _Filling(string.Formatter):
    """Formats what is known, with a true minus sign and no sign before zero; what is not known is said in words."""

    def format_field(self, value: object, format_spec: str) -> str:
        if value is None:
            return "not known"
        text = super().format_field(value, format_spec)
        if isinstance(value, str):
            return text
        is_zero = not text.strip("+-0.")
        return text.lstrip("+-") if is_zero else text.replace("-", MINUS)


def _filled(template: str, facts: Mapping[str, Known]) -> str:
    return _Filling().format(template, **{name: facts.get(name) for name in _named_in(template)})


_ANYTHING: dict[str, Known] = {
    **dict.fromkeys(TEXTS, ""),
    **{name: kind.words[0] if kind.words else 0.0 for name, kind in FACTS.items()},
}


def _instead(fact: str) -> str:
    """What to ask for in place of a fact that there is not."""
    return f"It is gone: {_GONE[fact]}." if fact in _GONE else _nearest(fact, FACTS)


def _nearest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(known)}."


def _signs() -> str:
    return ", ".join(_COMPARISONS)
