"""The engine behind every verdict: an athlete's week and a squad of 100, and its power against an EWMA."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "simulations"))

from figure import Figure, in_ms, seconds
from looks import share_named
from seasons import ONSET_WEEK, Drawn, Season, drawn

from analysis.models.change import change
from analysis.models.noise import noise_of_squad

SERIES, EXPOSURES, SPAN_D, ATHLETES = 8, 312, 3 * 365, 100
LAST = pd.Timestamp("2026-01-04")
N_ATHLETES = 1200  # of the power
EWMA_SHARE, EWMA_FIRST = 0.25, 8


def exposures_of(n_athletes: int, rng: np.random.Generator) -> pd.DataFrame:
    """Three years of every series of a squad, every fourth series with a change of late."""
    rows = []
    for athlete in range(n_athletes):
        for series in range(SERIES):
            day = LAST - pd.to_timedelta(np.sort(rng.choice(SPAN_D, EXPOSURES, replace=False))[::-1], unit="D")
            step = np.where((np.arange(EXPOSURES) > EXPOSURES - 10) & ((athlete + series) % 4 == 0), 3.0, 0.0)
            value = rng.standard_normal(EXPOSURES) + step
            rows.append(
                pd.DataFrame({"athlete_id": athlete, "quantity": f"q{series}", "local_date": day, "value": value})
            )
    return pd.concat(rows, ignore_index=True).assign(device="one")


def figures() -> Iterator[Figure]:
    squad = exposures_of(ATHLETES, np.random.default_rng(1))
    series = [
        (athlete, quantity, of["local_date"].to_numpy(), of["value"].to_numpy())
        for (athlete, quantity), of in squad.groupby(["athlete_id", "quantity"])
    ]
    by_quantity: dict[str, list] = {}
    for _, quantity, day, values in series:
        by_quantity.setdefault(quantity, []).append((day, values))
    noise = noise_of_squad(squad)
    week = [(noise.of(quantity, "one", values), day, values) for _, quantity, day, values in series[:SERIES]]

    def athlete() -> object:
        return [change(day, values, noise=of, swc=0.5, until=LAST) for of, day, values in week]

    def whole_squad() -> object:
        pooled = noise_of_squad(squad)
        return [
            change(day, values, noise=of, swc=0.5, until=LAST)
            for quantity, several in by_quantity.items()
            for of, (day, values) in zip(
                pooled.of_several(quantity, "one", [values for _, values in several]), several, strict=True
            )
        ]

    (athlete_s,) = seconds(athlete, clock=time.process_time)
    (squad_s,) = seconds(whole_squad, rounds=5, clock=time.process_time)
    yield in_ms(f"an athlete's week, {SERIES} series of 3 years, processor", athlete_s, goal=10)
    yield in_ms(f"a squad of {ATHLETES} with pooling, processor", squad_s, goal=1500)
    yield from powers()


def powers() -> Iterator[Figure]:
    """Changes found by week 26 at rho .3, noise pooled, the EWMA's limit raised until it names as many unchanged."""
    unchanged = Season()
    named = share_named(unchanged, N_ATHLETES, np.random.default_rng(2)).named
    calm = ewma_scores(drawn(unchanged, N_ATHLETES // unchanged.squad, np.random.default_rng(2)))
    limit = float(np.quantile(calm.max(axis=-1), 1 - named / 100))
    for size, kind in ((0.6, "step"), (1.0, "step"), (1.0, "ramp")):
        season = Season(changing=3, size_mdc=size, kind=kind)
        ours = share_named(season, N_ATHLETES // 4, np.random.default_rng(3))
        seasons = drawn(season, N_ATHLETES // 12, np.random.default_rng(3))
        later = seasons.looks > ONSET_WEEK
        theirs = 100 * float((ewma_scores(seasons)[seasons.changes][:, later].max(axis=-1) > limit).mean())
        baseline = f"EWMA {theirs:.0f} %, each {named:.1f} % of unchanged"
        yield Figure(
            f"{kind} of {size:g} MDC found by week 26", ours.named, "%", "", baseline, goal=theirs, more_is_better=True
        )


def ewma_scores(seasons: Drawn) -> np.ndarray:
    """How far an EWMA (.25) is from the first 8 exposures at each look, in the squad's true typical error 1: the
    baseline knows the noise."""
    smooth = np.array(seasons.values[..., :EWMA_FIRST].mean(axis=-1))
    first, scores = smooth.copy(), np.zeros(seasons.values.shape)
    for place in range(EWMA_FIRST, seasons.values.shape[-1]):
        value = seasons.values[..., place]
        smooth = np.where(np.isfinite(value), EWMA_SHARE * value + (1 - EWMA_SHARE) * smooth, smooth)
        scores[..., place] = np.abs(smooth - first)
    last = np.clip(seasons.ends - 1, 0, scores.shape[-1] - 1)
    return np.take_along_axis(scores, last, axis=-1)
