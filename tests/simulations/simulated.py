"""Simulated coverage: one way to draw, to count and to seed, for every model that prints them.

The generator of a cell is `SeedSequence([model, design])` with the numbers of the tables below. They are declared
before a simulation is run and never changed to make one pass. The short form of a simulation runs in the suite, the
long form (2,000 replicates, `make soak SCALE=full`) holds the numbers of the model cards; of those that judge changes
`SCALE=small` runs a quarter, against the same gates. A replicate is an athlete: where
athletes are fitted together, squads are drawn until they hold 2,000.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from soak_scale import times

MODELS = {
    "growth": 4,
    "load_velocity_mixed": 5,
    "e1rm": 6,
    "form_break": 7,
    "transfer": 8,
    "plan_simulation": 9,
    "proposals": 12,
    "change": 13,
    "change_of_counts": 14,
    "lasting_sides": 15,
    "load_velocity": 16,
    "curvature": 17,
    "start_of_clock": 18,
    "e1rm_by_day": 19,
}

NS = (6, 12, 24)
RHOS = (0.0, 0.3, 0.6)
FEW = 3  # sessions or loads, the least that a profile takes
# design number of (what is true, n, rho); the hundreds say what is true
TRUTHS = {"none": 100, "gain": 200, "plateau": 300, "drift twice": 600, "MVT unsure": 700}
SIZES = (*NS, FEW)
DESIGNS = {
    (truth, n, rho): hundreds + 10 * SIZES.index(n) + RHOS.index(rho)
    for truth, hundreds in TRUTHS.items()
    for n in SIZES
    for rho in RHOS
}

LONG = 2000
MANY = times(LONG // 4, LONG // 4, LONG)  # of a simulation that `make soak SCALE=small` runs too


@dataclass(frozen=True)
class Intervals:
    """Intervals of replicates; a refused one is NaN, an unbounded one infinite."""

    low: np.ndarray
    high: np.ndarray
    truth: float | np.ndarray


@dataclass(frozen=True)
class Coverage:
    """Counts over replicates. Unbounded intervals count as covering and are tallied; refused ones are left out."""

    replicates: int
    covering: int
    unbounded: int
    refused: int

    @property
    def pct(self) -> float:
        """Share of the intervals that were given which hold the truth, in percent."""
        return 100 * self.covering / (self.replicates - self.refused)


def generator(model_no: int, design_no: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([model_no, design_no]))


def coverage(
    design: Callable[[np.random.Generator, int], Intervals], model_no: int, design_no: int, replicates: int
) -> Coverage:
    """How often the intervals that `design` draws hold the truth."""
    return counted(design(generator(model_no, design_no), replicates))


def counted(drawn: Intervals) -> Coverage:
    """What became of the intervals of replicates."""
    refused = np.isnan(drawn.low) | np.isnan(drawn.high)
    covering = ~refused & (drawn.low <= drawn.truth) & (drawn.truth <= drawn.high)
    unbounded = np.isinf(drawn.low) | np.isinf(drawn.high)
    return Coverage(len(refused), int(covering.sum()), int(unbounded.sum()), int(refused.sum()))


def rate_pct(
    design: Callable[[np.random.Generator, int], np.ndarray], model_no: int, design_no: int, replicates: int
) -> float:
    """Share of replicates for which `design` says True, in percent."""
    return 100 * float(np.mean(design(generator(model_no, design_no), replicates)))


def squads_of(n_athletes: int, replicates: int) -> int:
    """How many squads of that size hold so many athletes or more."""
    return -(-replicates // n_athletes)


def printed(model: ModuleType, n: int, rho: float) -> dict[str, float]:
    """What the table in a model's docstring says of n and rho, by the heads of its columns."""
    (cell,) = (cell for cell in _rows(model) if (cell["n"], cell["rho"]) == (n, rho))
    return cell


def printed_pct(model: ModuleType, n: int, rho: float) -> float:
    """What a table with a column for each rho (`rho 0`, `.3`, `.6`) says of n and rho."""
    cell = printed_row(model, "n", n)
    return cell["rho 0" if rho == 0 else f"{rho:g}"[1:]]


def printed_row(model: ModuleType, head: str, value: float, *, table: int = 0) -> dict[str, float]:
    """The row of the nth table in a model's docstring that has that value under its first head."""
    (cell,) = (cell for cell in _rows(model, table) if cell[head] == value)
    return cell


def _rows(model: ModuleType, table: int = 0) -> list[dict[str, float]]:
    found = re.findall(r"(?:^\|.*\n)+", model.__doc__ or "", re.MULTILINE)[table]
    head, _, *rows = ([cell.strip() for cell in line.strip("| ").split("|")] for line in found.splitlines())
    return [dict(zip(head, map(float, row), strict=True)) for row in rows]


def ar1(rng: np.random.Generator, replicates: int, n: int, rho: float) -> np.ndarray:
    """Stationary AR(1) errors of SD 1, shape (replicates, n)."""
    fresh = rng.standard_normal((replicates, n))
    errors = np.empty_like(fresh)
    errors[:, 0] = fresh[:, 0]
    for i in range(1, n):
        errors[:, i] = rho * errors[:, i - 1] + np.sqrt(1 - rho**2) * fresh[:, i]
    return errors
