"""One measured figure, and how to time things against each other."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """A median with its spread; `goal` is reached from below unless `more_is_better`."""

    name: str
    value: float
    unit: str
    spread: str = ""
    baseline: str = ""
    goal: float | None = None
    more_is_better: bool = False

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal

    def line(self) -> str:
        goal = "" if self.goal is None else f"goal {self.goal:g}: {'reached' if self.reached else 'NOT REACHED'}"
        value = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"
        return f"{self.name:58} {value:>9} {self.unit:6} {self.spread:22} {self.baseline:30} {goal}"

    def as_dict(self) -> dict[str, object]:
        kept = {key: value for key, value in asdict(self).items() if key not in ("spread", "more_is_better")}
        return {**kept, "reached": self.reached}


def seconds(
    *works: Callable[[], object], rounds: int = 7, clock: Callable[[], float] = time.perf_counter
) -> list[list[float]]:
    """Seconds of each work by `clock`, wall time unless it is given, the works interleaved round by round."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            begin = clock()
            work()
            times.append(clock() - begin)
    return taken


def in_ms(name: str, times_s: list[float], goal: float | None = None) -> Figure:
    """The median of `times_s` in milliseconds."""
    spread = f"{min(times_s) * 1e3:.3g} to {max(times_s) * 1e3:.3g}"
    return Figure(name, statistics.median(times_s) * 1e3, "ms", spread, f"{len(times_s)} rounds", goal)


def ratio(name: str, baseline: str, slow_s: list[float], fast_s: list[float], goal: float | None = None) -> Figure:
    """How many times as long the baseline takes, median of the ratios of each round."""
    ratios = [slow / fast for slow, fast in zip(slow_s, fast_s, strict=True)]
    return Figure(
        name,
        statistics.median(ratios),
        "x",
        f"{min(ratios):.3g} to {max(ratios):.3g}",
        baseline,
        goal,
        more_is_better=True,
    )
