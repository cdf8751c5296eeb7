"""What a series says of its level, in fields, words and as a fact: one owner for the verdict of every series."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.base.sentences import Audience, Judged, Sentence, Wording, capital
from analysis.base.states import State
from analysis.base.units import with_unit
from analysis.models.change import words as templates
from analysis.models.change.days import Event, day_stamp, day_stamps

Today = Literal["usual", "unusually low", "unusually high", "none"]
WhyNot = Literal["too_few_values", "te_unknown", "stale", "series_broken"]

TOLD_D = 56  # days for which a found change is told
SEASON_D = 182  # 26 weeks, over which false alarms are counted


@dataclass(frozen=True)
class Claim:
    """A change that the weekly looks found, kept for what became of it."""

    found_on: pd.Timestamp
    since: pd.Timestamp  # first exposure of the new level, as the look that found it saw it
    rises: bool
    withdrawn_on: pd.Timestamp | None
    told_to: pd.Timestamp


@dataclass(frozen=True, eq=False, kw_only=True)
class Told(Judged):
    """The level of a series now, the one before and the change, in its unit; NaN where they do not exist, dates None.

    `change` is the newest told change, the level now minus the level before; without one it is the last 4 weeks minus
    what came before in the same regime, which is what could hide.
    """

    state: State = State.CANNOT_TELL
    reason: WhyNot | None = None
    today: Today = "none"
    days: np.ndarray  # of the exposures, since 1970, oldest first
    used: np.ndarray  # on the newest device, not planned light, a value
    swc: float
    better: Literal["higher", "lower"] = "higher"
    until: pd.Timestamp
    conf_level: float
    unit: str = ""
    more_needed: int = 0  # exposures until anything can be told
    latest: float = np.nan  # the newest exposure that counts
    level: float = np.nan
    level_low: float = np.nan
    level_high: float = np.nan
    since: pd.Timestamp | None = None  # first exposure of the level now, where a change began it
    since_low: pd.Timestamp | None = None
    since_high: pd.Timestamp | None = None
    before: float = np.nan
    before_low: float = np.nan
    before_high: float = np.nan
    change: float = np.nan
    change_low: float = np.nan
    change_high: float = np.nan
    shape: Literal["step", "ramp"] | None = None
    rate: float = np.nan  # of a ramp, a month
    rate_low: float = np.nan
    rate_high: float = np.nan
    band_low: float = np.nan  # of one new exposure at the level now, 95 %
    band_high: float = np.nan
    told_to: pd.Timestamp | None = None
    claims: tuple[Claim, ...] = field(default=())
    events: tuple[Event, ...] = field(default=())

    @property
    def changed(self) -> bool:
        """Whether a change of level is told."""
        return self.state.flagged

    @property
    def n(self) -> int:
        """Exposures that count."""
        return int(self.used.sum())

    def counted(self, exposures: pd.DataFrame, weeks: int) -> pd.DataFrame:
        """The rows of `exposures` (local_date, comparable) of the last weeks that count: what a picture shows."""
        day = exposures["local_date"]
        recent = (day > self.until - pd.Timedelta(weeks=weeks)) & day.isin(day_stamps(self.days[self.used]))
        return exposures[recent & exposures["comparable"]]

    @property
    def last_date(self) -> pd.Timestamp:
        """The day of the newest exposure that counts; of all if none does."""
        return day_stamp((self.days[self.used] if self.used.any() else self.days)[-1])

    @property
    def gain(self) -> float:
        """The change turned so that positive is good."""
        return self.change if self.better == "higher" else -self.change

    @property
    def found_on(self) -> pd.Timestamp | None:
        """The weekly look that found the change that is told."""
        kept = [claim.found_on for claim in self.claims if claim.withdrawn_on is None]
        return kept[-1] if self.changed and kept else None

    @property
    def mdc(self) -> float:
        """Smallest difference of two single exposures beyond error; NaN where there is no such thing."""
        return np.nan

    @property
    def named_a_season(self) -> float:
        """Share of unchanged series like this one that are named in 26 weeks, as measured."""
        raise NotImplementedError

    @property
    def null_probability(self) -> float:
        """Chance that a change is told on one page though nothing changed; 0 where nothing can be told."""
        return self.named_a_season * TOLD_D / SEASON_D if self.state.known else 0.0

    def said(self, words: Wording, audience: Audience) -> Sentence:
        """The verdict, and the level with what was before it."""
        return self._for_coach(words) if audience == "coach" else self._for_athlete(words)

    def odd(self, words: Wording) -> str:
        """The newest exposure against the usual, whatever the level does."""
        return templates.ODD.format(quantity=words.head, off=self._off(words))

    def fact_fields(self) -> dict[str, Any]:
        """Its state, level, change and noise; None where there is none."""
        numbers = ("level", "level_low", "level_high", "before", "change", "change_low", "change_high", "rate")
        dates = ("since", "since_low", "since_high", "found_on")
        return {
            "state": self.state,
            "today": self.today,
            "unit": self.unit,
            "conf_level": self.conf_level,
            "n": self.n,
            "shape": self.shape,
            "swc": self.swc,
            "reason": self.reason,
            **{name: or_none(getattr(self, name)) for name in (*numbers, "mdc")},
            **{name: day.date().isoformat() if (day := getattr(self, name)) else None for name in dates},
        }

    def _basis(self, words: Wording) -> str:
        """What the verdict rests on, in a few numbers for the coach."""
        raise NotImplementedError

    def _value(self, value: float, words: Wording) -> str:
        """A level as it is told."""
        return words.level(value, self.unit)

    def _amount(self, value: float, words: Wording) -> str:
        """The size of a difference as it is told, before the word for its direction."""
        return words.amount(value, self.unit)

    def _for_athlete(self, words: Wording) -> Sentence:
        if not self.state.known:
            return self._why_not(words)
        now = {"quantity": words.head, "now": self._value(self.level, words)}
        hidden = self._hidden(words) if self.state is State.TOO_CLOSE else ""
        if self.changed:
            lead, rest = self._since(words), templates.LEVEL_AND_BEFORE.format(**now, before=self._before(words))
        elif hidden:
            lead, rest = self.state.lead, templates.LEVEL_AND_HIDDEN.format(**now, hidden=hidden)
        else:
            lead, rest = self.state.lead, templates.LEVEL.format(**now)
        return Sentence(lead, f"{rest} {self._your_last(words)}".strip())

    def _since(self, words: Wording) -> str:
        """'Clearly faster since 12 May.'"""
        is_clear = self.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE)
        template = (templates.CLEARLY_SINCE if is_clear else templates.SINCE)[self.shape or "step"]
        return capital(template.format(direction=words.direction(self.change), day=self._day(self.since)))

    def _before(self, words: Wording) -> str:
        """The level before, without the unit where that now has the same."""
        text, unit = self._value(self.before, words), words.unit_of(self.before, self.unit)
        return text.removesuffix(f" {unit}") if unit == words.unit_of(self.level, self.unit) else text

    def _hidden(self, words: Wording) -> str:
        """How large a change could hide, and which way it would go."""
        if not np.isfinite(self.change_low):
            return ""
        largest = max(self.change_low, self.change_high, key=abs)
        return templates.HIDDEN.format(most=self._amount(largest, words), direction=words.direction(largest))

    @property
    def _is_odd(self) -> bool:
        return self.today not in ("usual", "none")

    def _your_last(self, words: Wording) -> str:
        """The newest exposure for the athlete, where it is out of the usual."""
        if not self._is_odd:
            return ""
        kind = templates.KINDS_OF_DAY.get(words.direction(self.off_by))
        template = templates.YOUR_DAY if kind else templates.YOUR_LAST
        return template.format(occasion=words.occasion, kind=kind, off=self._off_usual(words))

    @property
    def usual(self) -> float:
        """What the newest exposure is held against: the middle of its band; NaN where there is none."""
        return (self.band_low + self.band_high) / 2

    @property
    def off_by(self) -> float:
        """How far the newest exposure lies from the usual."""
        return self.latest - self.usual

    def _off_usual(self, words: Wording) -> str:
        """The newest exposure, how far off the usual it is, and the usual."""
        return templates.OFF_USUAL.format(off=self._off(words), usual=self._value(self.usual, words))

    def _off(self, words: Wording) -> str:
        """The newest exposure, and how far off the usual it is."""
        now, by = self._value(self.latest, words), words.difference(self.latest, self.usual, self.unit)
        return templates.OFF.format(now=now, by=by, direction=words.direction(self.off_by))

    def _why_not(self, words: Wording) -> Sentence:
        names = {"quantity": words.head, "occasion": words.occasion}
        if self.reason == "stale":
            return Sentence(templates.TOO_LONG_AGO.format(**names), templates.DO_ONE_SOON.format(**names))
        if self.reason == "te_unknown" and not self.more_needed:
            return Sentence(self.state.lead, templates.NOT_KNOWN.format(**names))
        lead = capital(templates.WE_CAN_TELL.format(occasions=words.occasions(self.more_needed)))
        rest = templates.NEW_DEVICE if self.reason == "series_broken" else templates.NAMED
        return Sentence(lead, rest.format(**names))

    def _for_coach(self, words: Wording) -> Sentence:
        """The state stands within the sentence, behind the name of the quantity."""
        if not self.state.known:
            template = templates.CANNOT_TELL_YET if self.more_needed else templates.CANNOT_TELL
            about = {"state": self.state.coach, "reason": self.reason, "n": self.n}
            occasions = words.occasions(self.more_needed)
            return Sentence("", template.format(quantity=words.head, occasions=occasions, **about))
        told = f"{self._verdict(words)} {self._basis(words)}"
        last = templates.THE_LAST.format(occasion=words.occasion, off=self._off(words)) if self._is_odd else ""
        return Sentence("", f"{told} {last}".strip())

    def _verdict(self, words: Wording) -> str:
        """The state, both levels and the change; of a change also from when to when it may have begun."""
        verdict, hidden, change, rate = self.state.coach, self._hidden(words), "", ""
        if self.changed:
            about = {"direction": words.direction(self.change), "state": self.state.coach}
            verdict = templates.CHANGED[self.shape or "step"].format(**about)
        elif self.state is State.TOO_CLOSE and hidden:
            verdict = templates.CLOSE.format(state=verdict, hidden=hidden)
        if np.isfinite(self.change_low):
            names = ("change", "change_low", "change_high")
            by, low, high = (words.signed(getattr(self, name), self.unit) for name in names)
            by = words.signed_difference(self.level, self.before, self.unit) if self.changed else by
            level = f"{self.conf_level * 100:.0f}"
            change = templates.CHANGE.format(change=self._with_unit(by, words), level=level, low=low, high=high)
        if np.isfinite(self.rate):
            rate = templates.RATE.format(rate=self._with_unit(words.signed(self.rate, self.unit), words))
        level = self._levels(words)
        return templates.VERDICT.format(quantity=words.head, verdict=verdict, level=level, change=change, rate=rate)

    def _with_unit(self, number: str, words: Wording) -> str:
        return with_unit(number, words.display.unit(self.unit))

    def _levels(self, words: Wording) -> str:
        """The level, and of a change since when and what was before."""
        now = self._value(self.level, words)
        if not self.changed:
            return now
        template = templates.SINCE_BETWEEN_AND_BEFORE
        day, first, last = (self._day(one) for one in (self.since, self.since_low, self.since_high))
        days = {"day": day, "first": first, "last": last}
        return template.format(now=now, shape=self.shape, before=self._before(words), **days)

    def _day(self, day: pd.Timestamp | None) -> str:
        """A day in words, with its year where that is another than that of the page."""
        if day is None:
            return templates.NO_DATE
        template = templates.DATE if day.year == self.until.year else templates.DATE_OF_ANOTHER_YEAR
        return template.format(day=day.day, month=f"{day:%b}", year=day.year)


def expected_by_chance(told: Iterable[Told]) -> float:
    """How many of the series would be told as changed on one page if nothing had changed anywhere."""
    return float(sum(one.null_probability for one in told))


def or_none(value: float) -> float | None:
    """A number that there is."""
    return float(value) if np.isfinite(value) else None
