"""Units at the door: readers convert once, everything inside is SI plus kg; long times leave it as minutes."""

from collections.abc import Iterable

from analysis.base.errors import ConfigProblem

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
    "m/s": {"m/s": 1.0, "cm/s": 0.01, "mm/s": 0.001, "in/s": 0.0254, "km/h": 1 / 3.6, "mph": M_PER_MILE / 3600},
    "W": {"W": 1.0, "kW": 1000.0},
    "deg": {"deg": 1.0, "rad": 57.29577951308232},
}


def factor(unit: str, to: str) -> float:
    """What a number in `unit` is multiplied by to be in `to`, the unit of a canonical column.

    >>> factor("lb", "kg")
    0.45359237
    >>> factor("furlong", "m")
    Traceback (most recent call last):
    analysis.base.errors.ConfigProblem: Unit 'furlong' is not one of cm, ft, in, km, m, mi, mm, yd. Correct the unit.
    """
    known = _FACTORS.get(to, {to: 1.0})
    if unit not in known:
        raise ConfigProblem(f"Unit {unit!r} is not one of {', '.join(sorted(known))}. Correct the unit.")
    return known[unit]


def units_of(to: str) -> tuple[str, ...]:
    """The units that a number may be in to become one in `to`.

    >>> units_of("s")
    ('s', 'ms', 'min', 'h')
    """
    return tuple(_FACTORS.get(to, {to: 1.0}))


MINUS = "\N{MINUS SIGN}"


def number_text(value: float, decimals: int) -> str:
    """A number as people read it, with a true minus sign and never a negative zero.

    >>> number_text(-0.049, 2), number_text(-0.003, 2)
    ('−0.05', '0.00')
    """
    return f"{value:z.{decimals}f}".replace("-", MINUS)


def signed_text(value: float, decimals: int) -> str:
    """A change with its sign; what rounds to nothing has none.

    >>> signed_text(0.14, 2), signed_text(-3.96, 1), signed_text(-0.0001, 2)
    ('+0.14', '−4.0', '0.00')
    """
    return f"{'+' if round(value, decimals) > 0 else ''}{number_text(value, decimals)}"


LONG_TIME_S = 100.0  # from here on people say minutes
_CLOCK_UNITS = {"s": "min", "s/km": "min/km", "s/mi": "min/mi"}


def clock_unit(unit: str | None, values: Iterable[float]) -> str | None:
    """The unit of times that are read as minutes and seconds, all of `values` alike; None where they are not.

    >>> clock_unit("s", [95.0, 104.0]), clock_unit("s/km", [378.0]), clock_unit("s", [3.48]), clock_unit("kg", [140.0])
    ('min', 'min/km', None, None)
    """
    return _CLOCK_UNITS.get(unit or "") if any(abs(value) >= LONG_TIME_S for value in values) else None


def clock_text(value_s: float, decimals: int = 0) -> str:
    """Seconds as minutes and seconds.

    >>> clock_text(283.6, 1), clock_text(378.4), clock_text(359.96, 1), clock_text(-65.0)
    ('4:43.6', '6:18', '6:00.0', '−1:05')
    """
    minutes, seconds = divmod(round(abs(value_s), decimals), 60)
    width = 3 + decimals if decimals else 2
    return f"{MINUS if value_s < 0 else ''}{minutes:.0f}:{seconds:0{width}.{decimals}f}"


def amount_text(value: float, unit: str, decimals: int) -> str:
    """A number with its unit as a sentence says it.

    >>> amount_text(0.79, "m/s", 2), amount_text(378.4, "s/km", 0), amount_text(98.0, "deg", 0), amount_text(7.0, "", 0)
    ('0.79 m/s', '6:18 min/km', '98°', '7')
    """
    clock = clock_unit(unit, [value])
    text = clock_text(value, decimals) if clock else number_text(value, decimals)
    return with_unit(text, clock or unit)


DEGREES = "°"


def with_unit(text: str, unit: str) -> str:
    """What is written of an amount and its unit; degrees have a sign, and no space before it.

    >>> with_unit("0.79", "m/s"), with_unit("89 to 104", "deg"), with_unit("7", "")
    ('0.79 m/s', '89 to 104°', '7')
    """
    return f"{text}{DEGREES}" if unit in ("deg", DEGREES) else f"{text} {unit}".rstrip()
