"""Consent: what an athlete, or the guardian of a minor, has agreed to, and the sentence where nobody has.

The scopes stand in the athlete's row: `report` (an own page), `squad` (a row on pages of the squad), `body_mass` (its
values on any page) and `delivery` (sending pages out). `none` refuses all. What an empty cell means is decided once, by
`consent_default` in workbook.toml; it never speaks for body mass, which is shown only where somebody said so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from analysis.base.config import Config
from analysis.base.errors import ConsentMissing
from analysis.base.frames import rows_of
from analysis.base.words import CONSENT

Scope = Literal["report", "squad", "body_mass", "delivery"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_BY_DEFAULT = frozenset({"report", "squad", "delivery"})
_ASKED_FOR = {
    "report": "a page of their own",
    "squad": "a row on the squad's pages",
    "body_mass": "their body mass being shown",
    "delivery": "pages being sent out",
}
_BODY_TESTS = ("body_mass", "body_composition")
_BODY_ITEMS = ("body_mass", "body_weight", "weight")


@dataclass(frozen=True)
class Consent:
    """What one athlete has agreed to."""

    athlete_id: str
    scopes: frozenset[str]  # agreed to, by the cell or by the default of the workspace
    is_stated: bool  # False where the cell is empty
    unknown: tuple[str, ...]  # words of the cell that are no scope; they agree to nothing
    is_minor: bool
    lacks_guardian: bool  # a minor for whom no guardian is on record: nothing is agreed to

    def allows(self, scope: Scope) -> bool:
        """Whether this was agreed to."""
        return scope in self.scopes and not self.lacks_guardian

    def require(self, scope: Scope) -> None:
        """Raise ConsentMissing, in a sentence, unless `scope` was agreed to."""
        if self.allows(scope):
            return
        if self.lacks_guardian:
            raise ConsentMissing(
                f"{self.athlete_id} is a minor without a guardian on record. "
                "Put the guardian's contact into the roster (column guardian), then ingest it again."
            )
        raise ConsentMissing(
            f"{self.athlete_id} has not agreed to {_ASKED_FOR[scope]}. "
            f"Ask; after a yes put {scope!r} into the roster (column consent) and ingest it again."
        )


def consents(athletes: pd.DataFrame, config: Config, today: pd.Timestamp) -> dict[str, Consent]:
    """The consent of each athlete, by id.

    Only the year of birth is known, so that somebody is a minor to the end of the year in which they come of age; who
    has no year of birth is taken for an adult.

    Parameters
    ----------
    athletes : DataFrame
        The table athletes: athlete_id, birth_year (NaN where unknown), consent and guardian (missing where empty).
    config : Config
        Its `consent_default` and `adult_age`.
    today : Timestamp
        The day for which consent is asked.

    Examples
    --------
    >>> rows = pd.DataFrame({"athlete_id": ["alder1", "birch1"], "birth_year": [2001, 2010],
    ...                      "consent": ["report squad", "report"], "guardian": [None, None]})
    >>> found = consents(rows, Config(), pd.Timestamp("2026-07-05"))
    >>> found["alder1"].allows("squad"), found["alder1"].allows("body_mass"), found["birch1"].allows("report")
    (True, False, False)
    """
    return {row.athlete_id: _consent(row, config, today.year) for row in rows_of(athletes)}


def agreeing(found: dict[str, Consent], scope: Scope) -> set[str]:
    """The ids of those who agreed to `scope`."""
    return {athlete_id for athlete_id, consent in found.items() if consent.allows(scope)}


def without_body_mass(frames: dict[str, pd.DataFrame], hidden: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The frames without body mass and body composition of the athletes whose ids are `hidden`; others as they are.

    >>> trials = pd.DataFrame({"athlete_id": ["a", "b"], "test_id": "body_mass"})
    >>> without_body_mass({"trials": trials}, ["a"])["trials"]["athlete_id"].tolist()
    ['b']
    """
    hidden = list(hidden)
    shown = {}
    for name, column, words in (("trials", "test_id", _BODY_TESTS), ("wellness", "item", _BODY_ITEMS)):
        frame = frames.get(name)
        if frame is not None and len(frame):
            shown[name] = frame.loc[~(frame[column].isin(words) & frame["athlete_id"].isin(hidden))]
    return frames | shown


def _consent(row: Any, config: Config, year: int) -> Consent:
    said = str(row.consent).strip() if pd.notna(row.consent) else ""
    agreed, unknown = CONSENT.read(said)
    by_default = _BY_DEFAULT if config.consent_default == "granted" else frozenset()
    is_minor = pd.notna(row.birth_year) and year - row.birth_year <= config.adult_age
    return Consent(
        athlete_id=row.athlete_id,
        scopes=frozenset(agreed.split()) if said else by_default,
        is_stated=bool(said),
        unknown=tuple(unknown),
        is_minor=bool(is_minor),
        lacks_guardian=bool(is_minor and not (pd.notna(row.guardian) and str(row.guardian).strip())),
    )
