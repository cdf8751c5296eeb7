"""How hard the promises are tried: SOAK_SCALE is unset in the ordinary suite, `small` or `full` in `make soak`."""

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

import pytest

SCALE = os.environ.get("SOAK_SCALE", "suite")

Number = TypeVar("Number", int, float)
Case = TypeVar("Case")


def times(suite: Number, small: Number, full: Number) -> Number:
    """How many times, on this scale."""
    return {"suite": suite, "small": small, "full": full}[SCALE]


def declared(few: Number, as_declared: Number) -> Number:
    """Of a simulation: its declared size and the gate there in `make soak`, fewer and a wider gate in `make test`."""
    return times(few, as_declared, as_declared)


def few_of(
    cases: Iterable[Case],
    values: Callable[[Case], Iterable[Hashable]],
    others: pytest.MarkDecorator = pytest.mark.full,
) -> list[Any]:
    """Cases as parameters: few of them hold every value that one of all holds; the others are marked, for a longer run.

    A case that brings the most values which none before it brought is taken next; of those that bring as many, one
    whose values were seldom taken.

    >>> cases = [(width, scheme) for width in (360, 768, 1280) for scheme in ("light", "dark")]
    >>> [case for case in few_of(cases, enumerate) if not getattr(case, "marks", ())]
    [(360, 'light'), (768, 'dark'), (1280, 'light')]
    """
    cases = list(cases)
    few, taken = [], Counter()

    def worth(case: Case) -> tuple[int, int]:
        times_taken = [taken[value] for value in values(case)]
        return times_taken.count(0), -sum(times_taken)

    while cases and worth(best := max(cases, key=worth))[0]:
        few.append(best)
        taken.update(values(best))
    return [case if case in few else _marked(case, others) for case in cases]


def _marked(case: Any, mark: pytest.MarkDecorator) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=mark)
