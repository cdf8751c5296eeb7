"""Units that people read: kg or lb, km or mi. What is computed, stored and handed on stays SI and kg."""

from dataclasses import dataclass
from typing import Literal

from analysis.base.units import DEGREES, KG_PER_LB, M_PER_MILE, amount_text

MassUnit = Literal["kg", "lb"]
DistanceUnit = Literal["km", "mi"]
_KM_PER_MILE = M_PER_MILE / 1000
_NEARLY = 0.05  # pounds that a load may be off a half and was meant as one


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

    def head(self, what: str, unit: str) -> str:
        """The head of a column whose numbers are those of `value`, as a spreadsheet has it.

        >>> Display("lb").head("Volume load", "kg"), Display().head("Answers", "")
        ('Volume load (lb)', 'Answers')
        """
        shown = self.unit(unit)
        return f"{what} ({shown})" if shown else what

    def total(self, value: float, unit: str, decimals: int) -> str:
        """A sum with the unit that is read, thousands apart.

        >>> Display().total(12340.0, "kg", 0), Display(distance="mi").total(12.4, "km", 1)
        ('12,340 kg', '7.7 mi')
        """
        return f"{self.value(value, unit):,.{decimals}f} {self.unit(unit)}"

    def load(self, load_kg: float) -> str:
        """What lies on a bar, as plates resolve it: half kilograms; whole pounds, and halves that were lifted as such.

        >>> Display().load(61.24), Display().load(62.5), Display("lb").load(60.0), Display("lb").load(132.5 * KG_PER_LB)
        ('61 kg', '62.5 kg', '132 lb', '132.5 lb')
        """
        value, unit = self.value(load_kg, "kg"), self.unit("kg")
        half = round(2 * value) / 2
        is_half = unit == "kg" or abs(value - half) < _NEARLY
        return f"{half if is_half else round(value):g} {unit}"

    def _changed(self, unit: str) -> tuple[str, float]:
        if unit == "deg":
            return DEGREES, 1.0
        if self.mass == "lb" and unit == "kg":
            return "lb", 1 / KG_PER_LB
        if self.distance == "mi" and unit == "km":
            return "mi", 1 / _KM_PER_MILE
        if self.distance == "mi" and unit == "s/km":
            return "s/mi", _KM_PER_MILE
        return unit, 1.0


METRIC = Display()
