"""What a series says of its level, in fields, words and as a fact: one owner for the verdict of every series."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.base.sentences import Audience, Judged, Sentence, Wording, capital
from analysis.base.states import State
from analysis.base.units import signed_text
from analysis.models.change.days import Event, day_stamp

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

    def brief(self, words: Wording) -> str:
        """The verdict for the coach, both levels and the change; what it rests on is said elsewhere."""
        return self._verdict(words, when="") if self.state.known else str(self._for_coach(words))

    def odd(self, words: Wording) -> str:
        """The newest exposure against the usual, whatever the level does."""
        return f"{words.head}: {self._off(words)}."

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
        now = f"{words.head}: {self._value(self.level, words)}"
        if self.changed:
            lead, rest = self._since(words), f"{now}, before {self._value(self.before, words)}."
        elif self.state is State.STEADY:
            lead, rest = self.state.lead, f"{now}."
        else:
            lead, rest = self.state.lead, f"{now}{self._hidden(words)}."
        return Sentence(lead, f"{rest}{self._today(words)}")

    def _since(self, words: Wording) -> str:
        """'Clearly faster since 12 May.'"""
        clearly = "clearly " if self.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE) else ""
        becoming = "getting " if self.shape == "ramp" else ""
        about = "" if clearly and self.shape == "step" else "about "
        return capital(f"{clearly}{becoming}{words.direction(self.change)} since {about}{self._day(self.since)}.")

    def _hidden(self, words: Wording) -> str:
        """How large a change could hide, and which way it would go."""
        if not np.isfinite(self.change_low):
            return ""
        largest = max(self.change_low, self.change_high, key=abs)
        return f"; up to {self._amount(largest, words)} {words.direction(largest)} could hide"

    def _today(self, words: Wording, whose: str = "Your") -> str:
        """The newest exposure, where it is out of the usual."""
        return "" if self.today in ("usual", "none") else f" {whose} last {words.occasion}: {self._off(words)}."

    def _off(self, words: Wording) -> str:
        """How far the newest exposure lies from the middle of its band."""
        by = self.latest - (self.band_low + self.band_high) / 2
        return f"{self._value(self.latest, words)}, {self._amount(by, words)} {words.direction(by)} than usual"

    def _why_not(self, words: Wording) -> Sentence:
        if self.reason == "stale":
            return Sentence(self.state.lead, f"{words.head}: your last {words.occasion} was too long ago. Do one soon.")
        if self.reason == "te_unknown" and not self.more_needed:
            return Sentence(self.state.lead, f"{words.head}: how much it varies by itself is not known.")
        new = "a new device or rater began; " if self.reason == "series_broken" else ""
        return Sentence(self.state.lead, f"{words.head}: {new}{words.occasions(self.more_needed)} and we can tell.")

    def _for_coach(self, words: Wording) -> Sentence:
        """The state stands within the sentence, behind the name of the quantity."""
        if not self.state.known:
            more = f", {words.occasions(self.more_needed)} needed" if self.more_needed else ""
            return Sentence("", f"{words.head}: {self.state.coach} ({self.reason}{more}), n {self.n}.")
        when = f" ({self._day(self.since_low)} to {self._day(self.since_high)}), a {self.shape}" if self.changed else ""
        today = self._today(words, whose="The")
        return Sentence("", f"{self._verdict(words, when)} {self._basis(words)}{today}")

    def _verdict(self, words: Wording, when: str) -> str:
        """The state, both levels and the change; `when` stands behind the date of a change."""
        d, level = words.decimals, f"{self.conf_level * 100:.0f} %"
        if self.state is State.TOO_CLOSE:
            verdict = f"{self.state.coach}{self._hidden(words)}"
        else:
            becoming = "getting " if self.shape == "ramp" else ""
            of_change = f"{becoming}{words.direction(self.change)}, {self.state.coach}"
            verdict = of_change if self.changed else self.state.coach
        told = f"{words.head}: {verdict}. {self._value(self.level, words)}"
        if self.changed:
            before = f"before {self._value(self.before, words)}"
            told += f" since {self._day(self.since)}{when}{';' if when else ','} {before}"
        if np.isfinite(self.change_low):
            low, high = signed_text(self.change_low, d), signed_text(self.change_high, d)
            told += f"; change {signed_text(self.change, d)} {self.unit} ({level} interval {low} to {high})"
        if np.isfinite(self.rate):
            told += f", {signed_text(self.rate, d)} {self.unit} a month"
        return f"{told}."

    def _day(self, day: pd.Timestamp | None) -> str:
        """A day in words, with its year where that is another than that of the page."""
        if day is None:
            return "then"
        return f"{day.day} {day:%b}" if day.year == self.until.year else f"{day.day} {day:%b} {day.year}"


def expected_by_chance(told: Iterable[Told]) -> float:
    """How many of the series would be told as changed on one page if nothing had changed anywhere."""
    return float(sum(one.null_probability for one in told))


def or_none(value: float) -> float | None:
    """A number that there is."""
    return float(value) if np.isfinite(value) else None
