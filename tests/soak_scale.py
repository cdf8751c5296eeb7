"""How hard the promises are tried: SOAK_SCALE is unset in the ordinary suite, `small` or `full` in `make soak`."""

import os
from typing import TypeVar

SCALE = os.environ.get("SOAK_SCALE", "suite")

Number = TypeVar("Number", int, float)


def times(suite: Number, small: Number, full: Number) -> Number:
    """How many times, on this scale."""
    return {"suite": suite, "small": small, "full": full}[SCALE]


def declared(few: Number, as_declared: Number) -> Number:
    """Of a simulation: its declared size and the gate there in `make soak`, fewer and a wider gate in `make test`."""
    return times(few, as_declared, as_declared)
