"""Units at the door: readers convert once, everything inside is SI plus kg."""

from analysis.errors import ConfigProblem

# exact by definition: international pound (1959), international yard and mile
KG_PER_LB = 0.45359237
M_PER_MILE = 1609.344
M_PER_YARD = 0.9144

_FACTORS: dict[str, dict[str, float]] = {
    "kg": {"kg": 1.0, "kgs": 1.0, "lb": KG_PER_LB, "lbs": KG_PER_LB, "g": 0.001},
    "m": {
        "m": 1.0,
        "cm": 0.01,
        "mm": 0.001,
        "km": 1000.0,
        "mi": M_PER_MILE,
        "yd": M_PER_YARD,
        "ft": 0.3048,
        "in": 0.0254,
    },
    "s": {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0},
    "m/s": {"m/s": 1.0, "cm/s": 0.01, "mm/s": 0.001, "km/h": 1 / 3.6, "mph": M_PER_MILE / 3600},
    "W": {"W": 1.0, "kW": 1000.0},
    "deg": {"deg": 1.0, "rad": 57.29577951308232},
}


def factor(unit: str, to: str) -> float:
    """What a number in `unit` is multiplied by to be in `to`, the unit of a canonical column.

    >>> factor("lb", "kg")
    0.45359237
    >>> factor("furlong", "m")
    Traceback (most recent call last):
    analysis.errors.ConfigProblem: Unit 'furlong' is not one of cm, ft, in, km, m, mi, mm, yd. Correct the unit.
    """
    known = _FACTORS.get(to, {to: 1.0})
    if unit not in known:
        raise ConfigProblem(f"Unit {unit!r} is not one of {', '.join(sorted(known))}. Correct the unit.")
    return known[unit]
