"""How hard the promises are tried: SOAK_SCALE is unset in the ordinary suite, `small` or `full` in `make soak`."""

import os

SCALE = os.environ.get("SOAK_SCALE", "suite")


def times(suite: int, small: int, full: int) -> int:
    """How many times, on this scale."""
    return {"suite": suite, "small": small, "full": full}[SCALE]
