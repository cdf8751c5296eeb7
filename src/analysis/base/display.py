"""Units that people read: kg or lb, km or mi. What is computed, stored and handed on stays SI and kg."""

from dataclasses import dataclass
from typing import Literal

from analysis.base.units import KG_PER_LB, M_PER_MILE, amount_text

MassUnit = Literal["kg", "lb"]
DistanceUnit = Literal["km", "mi"]
_KM_PER_MILE = M_PER_MILE / 1000


@dataclass(frozen=True)
class Display:
    """The units of one reader. Lengths of tests and of the body (m, cm) stay, and so do speeds in m/s.

    >>> Display("lb", "mi").amount(60.0, "kg", 1), Display("lb", "mi").amount(378.0, "s/km", 0)
    ('132.3 lb', '10:08 min/mi')
    >>> Display().amount(60.0, "kg", 1), Display("lb").amount(0.75, "m/s", 2)
    ('60.0 kg', '0.75 m/s')
    """

    mass: MassUnit = "kg"
    distance: DistanceUnit = "km"

    def unit(self, unit: str) -> str:
        """The unit in which a value in `unit` is read."""
        return self._changed(unit)[0]

    def value(self, value: float, unit: str) -> float:
        """A value in `unit` as the number that is read; a level, a difference or an error alike."""
        return value * self._changed(unit)[1]

    def amount(self, value: float, unit: str, decimals: int) -> str:
        """A value with the unit that is read, long times as minutes."""
        return amount_text(self.value(value, unit), self.unit(unit), decimals)

    def _changed(self, unit: str) -> tuple[str, float]:
        if self.mass == "lb" and unit == "kg":
            return "lb", 1 / KG_PER_LB
        if self.distance == "mi" and unit == "km":
            return "mi", 1 / _KM_PER_MILE
        if self.distance == "mi" and unit == "s/km":
            return "s/mi", _KM_PER_MILE
        return unit, 1.0


METRIC = Display()
