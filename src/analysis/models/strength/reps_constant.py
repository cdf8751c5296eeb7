"""What one repetition more says of the 1RM: the athlete's own constant, the squad's where hers is thin, else Epley's.

Model card
----------
Question: by how much does each repetition to failure raise the 1RM that a set speaks of, and how sure is that?
Data: of each day of 26 weeks its heaviest sets of 10 repetitions or fewer with 4 or fewer in reserve, 2 or more
together; pairs of days in a row, 3 weeks apart or less, whose loads differ by 4 % or more: 8 pairs or more.
Model: repetitions to failure n = a / load - b, Epley's curve with the own constant k = 1 / b, for a strength a that has
an error each day and drifts alike from pair to pair.
Estimator: of a pair log (n + b) falls by what log load rises; b is where what is left of that does not go with the load
(instrumental variables, since the load is known and n is guessed). Pairs that share a day count as going together. A
gain that lasts is one pair of many, so that strength is not taken for a curve. The own k is then drawn to the squad's,
and where no 3 athletes have one to Epley's 1/30 with an SD of 0.008 between athletes, each by its precision.
The squad's: random effects over the own constants, iterated Paule-Mandel, an SD between athletes of 0.004 or more.
Interval: normal, with `sd`; it is carried into the 1RM and its changes by `models.strength.e1rm_by_day`.
Refuses: nothing; without such pairs it is what it is drawn to.
Criticism: where hard weeks are planned for strong days load and strength go together, and k is taken too small; loads
that follow the day do the same. Who always does as many repetitions has no own curve, and needs none to be compared.

References
----------
Epley 1985, Poundage Chart; Paule & Mandel 1982, J Res Natl Bur Stand 87:377-385.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from statsmodels.stats.meta_analysis import combine_effects

from analysis.base.config import Lift
from analysis.metrics.strength import TESTED_REPS, reserve, sets_of_lift, work_sets
from analysis.models.noise import ATHLETES_LEAST, NOISE_COLUMNS, SquadNoise
from analysis.models.strength.e1rm import EPLEY_K, K_SD

RESERVE_MOST = 4.0  # beyond it nobody knows how many are left (Halperin et al. 2022)
CURVE_DAYS = 182  # of a curve, which lasts longer than a strength
PAIRS_LEAST, PAIR_LOAD, PAIR_DAYS = 8, 0.04, 21
B_RANGE = (8.0, 200.0)  # of 1 / k
SQUAD_SD_LEAST = 0.004  # between athletes: three or four of them tell it badly
SHARE_OF_A_SOURCE = 0.5  # of the precision, from which a constant is called the athlete's own
KINDS = ("work", "failure")  # a drop set is done tired, and says too little


@dataclass(frozen=True)
class RepsConstant:
    """Epley's k of one athlete and lift, its error and where it comes from."""

    k: float
    sd: float
    source: str

    def loading(self, to_failure: pd.Series) -> pd.Series:
        """How far log 1RM moves a unit of k, by the repetitions to failure; a single moves by nothing.

        >>> RepsConstant(1 / 30, 0.008, "Epley").loading(pd.Series([1.0, 6.0])).tolist()
        [0.0, 5.0]
        """
        return (to_failure / (1 + self.k * to_failure)).mask(to_failure == 1, 0.0)

    def e1rm_kg(self, load_kg: pd.Series, to_failure: pd.Series) -> pd.Series:
        """The 1RM of sets; a single to failure is one itself.

        >>> RepsConstant(1 / 30, 0.008, "Epley").e1rm_kg(pd.Series([100.0] * 2), pd.Series([6.0, 1.0])).tolist()
        [120.0, 100.0]
        """
        return (load_kg * (1 + self.k * to_failure)).mask(to_failure == 1, load_kg)


EPLEY = RepsConstant(EPLEY_K, K_SD, "Epley's curve")


def near_failure(sets: pd.DataFrame) -> pd.DataFrame:
    """Sets of 10 repetitions or fewer whose reserve is known and small, with to_failure, those done and in reserve.

    What was done is asked to be few, not what was guessed: sets left out by a guess leave the others too low.
    """
    left = reserve(sets)
    told = sets.assign(reserve=left, to_failure=sets["reps"] + left)
    of_kind = told["set_kind"].isin(KINDS)
    return told[of_kind & told["reserve"].between(0, RESERVE_MOST) & told["reps"].between(1, TESTED_REPS)]


def heaviest_of_day(rated: pd.DataFrame) -> pd.DataFrame:
    """Of each day of `near_failure` the heaviest sets as one, with the mean of their repetitions; oldest first.

    Whichever set is rated nearest to failure is rated too near on average; the load knows nothing of the rating.
    """
    top = rated[rated["load_kg"] == rated.groupby("local_date")["load_kg"].transform("max")]
    return top.groupby("local_date", as_index=False)[["load_kg", "to_failure"]].mean()


def own_constant(sets: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, side: str = "B") -> RepsConstant | None:
    """The k of the athlete's own sets alone; None where these do not tell one.

    Parameters
    ----------
    sets : table sets of one athlete, with local_date.

    Examples
    --------
    >>> sets = pd.DataFrame({"local_date": pd.date_range("2026-01-05", periods=12, freq="7D"), "exercise": "deadlift",
    ...     "side": "B", "set_kind": "work", "load_kg": [120.0, 105.0] * 6, "reps": [4.0, 9.0] * 6, "rir": 0.0})
    >>> own = own_constant(sets, Lift(exercise="deadlift", name="Deadlift"), pd.Timestamp("2026-03-29"))
    >>> round(own.k, 4)
    0.0323
    """
    rated = near_failure(work_sets(sets_of_lift(sets, lift, until, days=CURVE_DAYS, side=side)))
    days = heaviest_of_day(rated[rated["to_failure"] > 1])
    n, log_load = days["to_failure"].to_numpy(dtype=float), np.log(days["load_kg"].to_numpy(dtype=float))
    apart = days["local_date"].diff().dt.days.to_numpy()[1:]
    pair = np.flatnonzero((np.abs(np.diff(log_load)) >= PAIR_LOAD) & (apart <= PAIR_DAYS))
    if len(pair) < PAIRS_LEAST:
        return None
    rise = np.diff(log_load)[pair]
    with_load = rise - rise.mean()

    def left(b: float) -> np.ndarray:
        unexplained = np.log((n[pair + 1] + b) / (n[pair] + b)) + rise
        return unexplained - unexplained.mean()

    at_ends = [float(with_load @ left(b)) for b in B_RANGE]
    if at_ends[0] * at_ends[1] >= 0:
        return None
    b = float(brentq(lambda b: with_load @ left(b), *B_RANGE))
    # errors of pairs that share a day have a correlation of -1/2
    shared = float(with_load[:-1] @ (with_load[1:] * (np.diff(pair) == 1)))
    variance = float(left(b) @ left(b)) / (len(pair) - 2) * float(with_load @ with_load - shared)
    slope = float(with_load @ (1 / (n[pair + 1] + b) - 1 / (n[pair] + b)))
    if slope == 0:
        return None
    return RepsConstant(1 / b, float(np.sqrt(max(variance, 0.0))) / abs(slope) / b**2, "own sets")


def squad_constant(own: Iterable[RepsConstant]) -> RepsConstant | None:
    """What is known of the k of one more athlete of a squad; None where fewer than 3 have an own one.

    >>> squad_constant([RepsConstant(k, 0.003, "own sets") for k in (0.030, 0.034, 0.038)])
    RepsConstant(k=0.034, sd=0.00493, source='squad of 3')
    """
    known = list(own)
    if len(known) < ATHLETES_LEAST:
        return None
    k, sd = np.array([one.k for one in known]), np.array([one.sd for one in known])
    pooled = combine_effects(k, sd**2, method_re="iterated")
    between = max(float(pooled.tau2) ** 0.5, SQUAD_SD_LEAST)
    of_mean = 1 / np.sqrt((1 / (sd**2 + between**2)).sum())
    mean = float(np.average(k, weights=1 / (sd**2 + between**2)))
    return RepsConstant(round(mean, 5), round(float(np.hypot(between, of_mean)), 5), f"squad of {len(known)}")


def reps_constant(
    sets: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, side: str = "B", noise: SquadNoise | None = None
) -> RepsConstant:
    """The athlete's own k, drawn to the squad's in its table of noise, else to Epley's.

    Examples
    --------
    >>> none = pd.DataFrame(columns=["local_date", "exercise", "side", "set_kind", "load_kg", "reps", "rir"])
    >>> reps_constant(none, Lift(exercise="deadlift", name="Deadlift"), pd.Timestamp("2026-02-01")).source
    "Epley's curve"
    """
    to = squad_constant_in(noise, lift.exercise) if noise is not None else EPLEY
    own = own_constant(sets, lift, until, side=side) if len(sets) else None
    return to if own is None else drawn(own, to)


def drawn(own: RepsConstant, to: RepsConstant) -> RepsConstant:
    """Two constants by their precision.

    >>> drawn(RepsConstant(0.040, 0.004, "own sets"), EPLEY).source
    'own sets'
    """
    share = to.sd**2 / (own.sd**2 + to.sd**2)
    k = share * own.k + (1 - share) * to.k
    sd = float(np.sqrt(share) * own.sd)
    return RepsConstant(float(k), sd, own.source if share >= SHARE_OF_A_SOURCE else to.source)


def squad_constant_in(noise: SquadNoise, exercise: str) -> RepsConstant:
    """The squad's k of a lift as its table of noise has it; Epley's where it has none."""
    row = noise.row(constant_quantity(exercise))
    return EPLEY if row is None else RepsConstant(float(row["k"]), float(row["k_sd"]), str(row["source"]))


def with_constants(noise: SquadNoise, own: Mapping[str, Sequence[RepsConstant]]) -> SquadNoise:
    """`noise` with the squad's k of each exercise of which 3 athletes have an own one, one an athlete in `own`.

    >>> own = {"deadlift": [RepsConstant(k, 0.003, "own sets") for k in (0.030, 0.034, 0.038)], "squat": []}
    >>> nothing = SquadNoise(pd.DataFrame(columns=NOISE_COLUMNS))
    >>> with_constants(nothing, own).table[["quantity", "k", "n_athletes"]].values.tolist()
    [['deadlift.reps_constant', 0.034, 3]]
    """
    rows = [
        {"quantity": constant_quantity(exercise), "device": "", "unit": "1/reps", "profile": ""}
        | {
            "k": pooled.k,
            "k_sd": pooled.sd,
            "source": pooled.source,
            "n_athletes": len(known),
            "n_exposures": len(known),
        }
        for exercise, known in sorted(own.items())
        if (pooled := squad_constant(known)) is not None
    ]
    if not rows:
        return noise
    constants = pd.DataFrame(rows).reindex(columns=NOISE_COLUMNS)
    return SquadNoise(constants if noise.table.empty else pd.concat([noise.table, constants], ignore_index=True))


def constant_quantity(exercise: str) -> str:
    """The name of the squad's k in its table of noise."""
    return f"{exercise}.reps_constant"
