"""Form break: how the chance that form changes rises with the repetition, the load and the speed already lost.

Model card
----------
Question: at which repetition does form give way, at which load, how much of that goes with lost speed, and does it
come earlier than it used to?
Data: rated repetitions of one lift. A set is watched up to its first repetition with changed form; a set that stays
clean says that form held for as long as it was watched.
Model: discrete-time hazard (Singer & Willett 1993). Of the sets that are clean so far, repetition k changes form with
the probability h, log(h / (1 - h)) = constant + b1 k + b2 load + b3 loss + b4 recent. Load is in percent of a reference
load of the athlete (anchor load or 1RM), loss is the speed lost from the first repetition to the one before in percent,
recent is 1 from a given day on. A term that the data do not move is left out and named.
Estimator and interval: `models.estimators.clustered`, clusters are the athletes of a squad or the sessions of one
athlete; h and the share of clean sets by the delta method.
Refuses: fewer than 6 clusters, fewer than 5 changes of form or clean repetitions a term, or fewer than 2 clusters
beyond the terms; form that changes at one repetition in every set, where log odds have no bound.

Measured coverage of the 95 % intervals in percent (`tests/simulations`: 2,000 draws for 6 clusters, 500 for 12 and 24;
squads of n athletes with 8 sets each; one athlete alone with n sessions of 3 sets, the second half recent; sets of a
cluster share their luck with correlation rho). No cell is below 85, where the model would have to refuse; with 6
clusters the intervals are wider than they need be:

| n | rho | squad: rep_no | squad: load_pct | squad: velocity_loss_pct | alone: rep_no | alone: recent |
|--:|--:|--:|--:|--:|--:|--:|
| 6 | 0.0 | 99.8 | 99.4 | 99.5 | 99.3 | 98.8 |
| 6 | 0.3 | 99.8 | 99.8 | 99.5 | 99.0 | 99.1 |
| 6 | 0.6 | 98.8 | 99.8 | 99.4 | 98.8 | 99.1 |
| 12 | 0.0 | 97.2 | 98.0 | 97.2 | 98.4 | 97.6 |
| 12 | 0.3 | 95.8 | 97.8 | 96.2 | 97.4 | 97.0 |
| 12 | 0.6 | 96.0 | 95.2 | 98.4 | 95.6 | 97.8 |
| 24 | 0.0 | 98.0 | 97.4 | 96.0 | 97.6 | 96.0 |
| 24 | 0.3 | 95.4 | 95.6 | 93.8 | 94.8 | 96.2 |
| 24 | 0.6 | 95.2 | 93.8 | 95.2 | 94.2 | 96.2 |

Limits: a squad's coefficients are those over athletes, not those of any one, who is steeper. Ratings are a person's:
two raters differ, and a rater who knows the load is not blind to it. Day by day an athlete's form scatters by most of a
repetition. Recent sessions that are few tell little about log odds: `against_expected`, in repetitions, finds a
change sooner. This tells when form changes and nothing about what may happen to the athlete: it foresees no harm.

References
----------
Singer & Willett 1993, J Educ Stat 18(2):155-195 (discrete-time hazard); Mancl & DeRouen 2001, Biometrics 57(1):126-134;
Vittinghoff & McCulloch 2007, Am J Epidemiol 165(6):710-718 (events a term).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models import series
from analysis.models.estimators.clustered import ClusteredFit, clustered_fit, separated
from analysis.models.form.change_of_counts import SWC_REPS
from analysis.models.noise import noise_of_squad
from analysis.models.result import Result, glance_row, tidy_table, with_fitted
from analysis.moved import names_of

__getattr__ = names_of("models.form.form_break", "models.form.watched")  # for notebooks of version 0.1

Cluster = Literal["athlete_id", "session_id"]

LEAST_CLUSTERS = 6
LEAST_BEYOND_TERMS = 2
LEAST_SESSIONS_A_SIDE = 3
LEAST_EVENTS_A_TERM = 5
LEAST_LOAD_SPAN_PCT = 5.0  # loads closer together than plates and a 1RM's error say nothing of load
MOST_SETS = 0.8  # a load's clean repetitions are those that 8 of 10 sets reach

UNITS = {
    "constant": "log odds",
    "rep_no": "log odds/rep",
    "load_pct": "log odds/% load",
    "velocity_loss_pct": "log odds/% loss",
    "recent": "log odds",
}
BESIDE = ("load_pct", "velocity_loss_pct")
BEYOND = series.Quantity(name="form.beyond_expected", unit="reps", swc=SWC_REPS, resolution=1.0)
OF_CLUSTERS = {"athlete_id": "athletes", "session_id": "sessions"}
_SET_KEY = ["session_id", "set_no"]


@dataclass(frozen=True, eq=False)
class CleanReps:
    """Repetitions that stay clean in most sets, with the interval of that count."""

    load_pct: float | None
    share: float  # of the sets
    reps: int
    low: int
    high: int
    watched: int  # repetitions in the longest set: a count as high as this is that many or more
    conf_level: float

    @property
    def text(self) -> str:
        """The count and its interval in words.

        >>> CleanReps(80.0, 0.8, reps=6, low=5, high=8, watched=8, conf_level=0.95).text
        '6 (5 to 8 or more)'
        """
        return f"{self._count(self.reps)} ({self._count(self.low)} to {self._count(self.high)})"

    def _count(self, reps: int) -> str:
        return f"{reps} or more" if reps >= self.watched else f"{reps}"


@dataclass(frozen=True, eq=False)
class FormBreak(Result):
    """When form changes in the sets of one lift. Made by `form_break`."""

    fit: ClusteredFit
    cluster: Cluster
    repetitions: pd.DataFrame  # as `watched.watched_repetitions`, with recent where a day was given
    left_out: dict[str, str]  # a term that could not be looked at, and why
    n_missing: int  # repetitions at risk without a load or a velocity that a term needs
    conf_level: float

    @property
    def n_events(self) -> int:
        """Sets in which form changed."""
        return int(self._used["broke"].sum())

    @cached_property
    def sets(self) -> pd.DataFrame:
        """One row a set: clean_reps, and expected_reps, what the model expects of its repetitions; NaN if unknown."""
        reps = self.repetitions.assign(hazard=self._hazards(self.repetitions))
        reps["still_clean"] = (1 - reps["hazard"]).groupby([reps[key] for key in _SET_KEY]).cumprod()
        by_set = reps.groupby(["local_date", "athlete_id", *_SET_KEY, "rater"], sort=False, dropna=False)
        sets = by_set.agg(
            load_kg=("load_kg", "first"),
            n_rated=("rep_no", "size"),
            n_at_risk=("at_risk", "sum"),
            n_broke=("broke", "sum"),
            expected_reps=("still_clean", lambda values: values.sum(skipna=False)),
        ).reset_index()
        return sets.assign(clean_reps=sets.pop("n_at_risk") - sets.pop("n_broke"))

    def predict(self, points: pd.DataFrame) -> pd.DataFrame:
        """Chance that form changes at a repetition, the set clean up to it.

        `points` has a column for each term of the model but the constant. Returns it with hazard, conf_low, conf_high.
        """
        design = _design(points, self.fit.terms)
        middle = design @ self.fit.estimates
        half = self.fit.t(self.conf_level) * np.sqrt(np.einsum("ij,jk,ik->i", design, self.fit.covariance, design))
        return points.assign(hazard=expit(middle), conf_low=expit(middle - half), conf_high=expit(middle + half))

    def still_clean(self, load_pct: float | None = None, *, recent: int = 0) -> pd.DataFrame:
        """Share of sets at a load that are still clean after each repetition, speed lost as in the sets watched.

        Returns rep_no, share, conf_low, conf_high.
        """
        path = self._path(load_pct, recent)
        design = _design(path, self.fit.terms)
        hazard = expit(design @ self.fit.estimates)
        cumulated = np.cumsum(-np.log1p(-hazard))
        gradient = np.cumsum(hazard[:, None] * design, axis=0)
        se = np.sqrt(np.einsum("ij,jk,ik->i", gradient, self.fit.covariance, gradient))
        times = np.exp(self.fit.t(self.conf_level) * se / cumulated)  # on the log scale a share keeps within 0 and 1
        return pd.DataFrame(
            {
                "rep_no": path["rep_no"],
                "share": np.exp(-cumulated),
                "conf_low": np.exp(-cumulated * times),
                "conf_high": np.exp(-cumulated / times),
            }
        )

    def clean_reps(self, load_pct: float | None = None, *, share: float = MOST_SETS, recent: int = 0) -> CleanReps:
        """Capacity at a load: repetitions that stay clean in `share` of the sets or more."""
        curve = self.still_clean(load_pct, recent=recent)
        counts = {name: int((curve[name] >= share).sum()) for name in ("share", "conf_low", "conf_high")}
        return CleanReps(
            load_pct, share, counts["share"], counts["conf_low"], counts["conf_high"], len(curve), self.conf_level
        )

    def tidy(self) -> pd.DataFrame:
        """The constant and a row a term, in log odds; exp of one is an odds ratio."""
        units = [UNITS[term] for term in self.fit.terms]
        rows = zip(self.fit.terms, units, self.fit.estimates, self.fit.std_errors, strict=True)
        return tidy_table(rows, self.conf_level, df=self.fit.df)

    def glance(self) -> pd.DataFrame:
        """One row: n (repetitions at risk), n_sets, n_events, n_clusters, df, n_missing, left_out."""
        return glance_row(
            n=len(self._used),
            n_sets=len(self.repetitions[_SET_KEY].drop_duplicates()),
            n_events=self.n_events,
            cluster=self.cluster,
            n_clusters=self.fit.n_clusters,
            df=self.fit.df,
            n_missing=self.n_missing,
            left_out="; ".join(f"{term}: {why}" for term, why in self.left_out.items()),
        )

    def augment(self) -> pd.DataFrame:
        """The repetitions at risk with .fitted, the chance of a change, and .resid, broke less that."""
        return with_fitted(self._used, "broke", self._hazards(self._used))

    def against_expected(self, athlete_id: str, until: pd.Timestamp) -> "FormAgainstExpected":
        """Clean repetitions of one athlete beyond what the model expects of her sets, by day.

        Load and lost speed are in the expectation, so what is left is form. Days of another rater are kept and not
        compared. The noise is that of the athletes the model knows, the own one where it knows a single one; the error
        of the model is shared by all days.

        Raises
        ------
        NotEnoughData : no set of this athlete that has an expectation.
        """
        known = self._beyond[self._beyond["local_date"] <= until]
        own = known[known["athlete_id"] == athlete_id]
        if own.empty:
            raise NotEnoughData(f"No rated set of {athlete_id!r} up to {until.date()}. Rate one set a week.")
        noise = noise_of_squad(known.assign(quantity=BEYOND.name), resolution={BEYOND.name: BEYOND.resolution})
        return FormAgainstExpected(
            athlete_id=athlete_id,
            exposures=series.with_comparable(own.reset_index(drop=True)),
            until=until,
            judging=series.Judging(noise),
            quantity=BEYOND,
        )

    @cached_property
    def _beyond(self) -> pd.DataFrame:
        """Clean repetitions beyond the expected ones of every athlete, by day and rater, oldest first."""
        known = self.sets.dropna(subset=["expected_reps"])
        by_day = known.assign(value=known["clean_reps"] - known["expected_reps"]).groupby(
            ["athlete_id", "local_date", "rater"], sort=False, dropna=False
        )
        means = by_day[["value", "clean_reps", "expected_reps"]].mean().assign(n_sets=by_day.size())
        return means.reset_index().rename(columns={"rater": "device"}).sort_values("local_date", kind="stable")

    @cached_property
    def _used(self) -> pd.DataFrame:
        return _usable(self.repetitions, self.fit.terms)

    def _hazards(self, reps: pd.DataFrame) -> np.ndarray:
        return expit(_design(reps, self.fit.terms) @ self.fit.estimates)

    def _path(self, load_pct: float | None, recent: int) -> pd.DataFrame:
        """Repetitions from the first to the last watched, at one load."""
        if "load_pct" in self.fit.terms and load_pct is None:
            raise DataProblem("The model knows loads and none was given. Give load_pct, in % of the reference load.")
        lost = self.repetitions.groupby("rep_no")["velocity_loss_pct"].mean()
        path = pd.DataFrame({"rep_no": np.arange(1, int(self._used["rep_no"].max()) + 1)})
        return path.assign(load_pct=load_pct, velocity_loss_pct=path["rep_no"].map(lost), recent=recent)


@dataclass(frozen=True, eq=False, kw_only=True)
class FormAgainstExpected(series.Series):
    """Clean repetitions beyond the expected ones by day, with clean_reps, expected_reps and n_sets of each. Made by
    `FormBreak.against_expected`."""

    athlete_id: str


def form_break(
    repetitions: pd.DataFrame,
    *,
    cluster: Cluster,
    beside: tuple[str, ...] = BESIDE,
    since: pd.Timestamp | None = None,
    conf_level: float = 0.95,
) -> FormBreak:
    """At which repetition and load does form change, and is it earlier since a day?

    Model, estimator and refusals: see the model card above.

    Parameters
    ----------
    repetitions : as `watched_repetitions` returns it. Repetitions at risk without load or velocity are left out of a
        model that has that term, and counted.
    cluster : "athlete_id" for a squad, "session_id" for one athlete.
    beside : terms looked at beside the repetition. One athlete's sets often carry none: give () then.
    since : first day that counts as recent; without it the model has no such term.

    Raises
    ------
    NotEnoughData : too few clusters or changes of form for the terms, or form that changes at one repetition always.
    DataProblem : clustered by session, and several athletes.

    Examples
    --------
    >>> from analysis.models.form.watched import watched_repetitions
    >>> rng = np.random.default_rng(1)
    >>> keys = ["athlete_id", "session_id", "rep_no"]
    >>> reps = pd.MultiIndex.from_product([range(12), range(6), range(1, 9)], names=keys).to_frame(index=False)
    >>> reps = reps.assign(set_no=1, exercise="deadlift", load_kg=80.0, mean_velocity_m_s=np.nan,
    ...     rater="coach", local_date=pd.Timestamp("2026-01-05"))
    >>> reps["session_id"] += 6 * reps["athlete_id"]
    >>> reps["is_clean"] = rng.random(len(reps)) > 1 / (1 + np.exp(5 - 0.6 * reps["rep_no"]))
    >>> result = form_break(watched_repetitions(reps), cluster="athlete_id")
    >>> result.fit.terms, result.clean_reps().text, list(result.left_out)
    (('constant', 'rep_no'), '5 (4 to 5)', ['load_pct', 'velocity_loss_pct'])
    """
    check_one_athlete(repetitions, cluster)
    if since is not None:
        repetitions = repetitions.assign(recent=(repetitions["local_date"] >= since).astype("int64"))
    terms, left_out = _terms(repetitions, beside)
    used = _usable(repetitions, terms)
    _check_enough(used, terms, cluster)
    design = pd.DataFrame(_design(used, terms), columns=list(terms))
    if separated(used["broke"], design):
        raise NotEnoughData(
            f"In {int(used['broke'].sum())} sets form changed too much alike to tell how the chance rises. "
            "Rate sets at other loads, or more of them."
        )
    fit = clustered_fit(used["broke"], design, used[cluster], family="binomial")
    n_missing = int(repetitions["at_risk"].sum()) - len(used)
    return FormBreak(fit, cluster, repetitions, left_out, n_missing, conf_level)


def check_one_athlete(repetitions: pd.DataFrame, cluster: Cluster) -> None:
    """Raise DataProblem where sessions of several athletes would be taken for those of one."""
    n_athletes = len(repetitions["athlete_id"].unique())
    if cluster == "session_id" and n_athletes > 1:
        raise DataProblem(
            f"Sessions of {n_athletes} athletes are not one athlete's. Choose one athlete, or cluster by athlete."
        )


def form_of_squad(result: FormBreak, until: pd.Timestamp) -> pd.DataFrame:
    """Whose form changes earlier or later than her usual, one row an athlete: where the squad's model expects it.

    Returns athlete_id, n_days, state, change (reps), change_low, change_high, mdc, null_probability; the sum of the
    last is how many athletes are flagged by chance. An athlete with too few days is there and says "cannot tell".
    """
    rows = []
    for athlete_id in result.repetitions["athlete_id"].unique():
        own = result.against_expected(athlete_id, until)
        change = own.change
        rows.append(
            {
                "athlete_id": athlete_id,
                "n_days": len(own.exposures),
                "state": change.state,
                "change": change.change,
                "change_low": change.change_low,
                "change_high": change.change_high,
                "mdc": change.mdc,
                "null_probability": change.null_probability,
            }
        )
    return pd.DataFrame(rows).sort_values("change", ignore_index=True)


def _terms(repetitions: pd.DataFrame, beside: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The terms that the data move, and why others that were asked for are left out."""
    unknown = set(beside) - set(BESIDE)
    if unknown:
        raise DataProblem(f"{min(unknown)!r} is no term of this model. Use {' or '.join(BESIDE)}.")
    at_risk = repetitions[repetitions["at_risk"]]
    still = {"load_pct": _why_no_load(at_risk["load_pct"])}
    if at_risk.loc[at_risk["rep_no"] > 1, "velocity_loss_pct"].isna().all():
        still["velocity_loss_pct"] = "no velocity measured in the sets rated"
    if "recent" in at_risk and _sessions_a_side(at_risk) < LEAST_SESSIONS_A_SIDE:
        still["recent"] = f"fewer than {LEAST_SESSIONS_A_SIDE} sessions before the day or since"
    asked = [term for term in UNITS if term not in BESIDE or term in beside]
    left_out = {term: still[term] for term in asked if still.get(term)}
    return tuple(term for term in asked if term not in left_out and (term != "recent" or term in repetitions)), left_out


def _sessions_a_side(at_risk: pd.DataFrame) -> int:
    """Sessions before the day or since, whichever are fewer."""
    return min(at_risk.loc[at_risk["recent"] == side, "session_id"].nunique() for side in (0, 1))


def _why_no_load(load_pct: pd.Series) -> str | None:
    if load_pct.isna().all():
        return "no load with a reference load"
    low, high = load_pct.min(), load_pct.max()
    return f"all loads within {low:.0f} to {high:.0f} % of the reference" if high - low < LEAST_LOAD_SPAN_PCT else None


def _usable(repetitions: pd.DataFrame, terms: tuple[str, ...]) -> pd.DataFrame:
    return repetitions[repetitions["at_risk"]].dropna(subset=[term for term in terms if term != "constant"])


def _check_enough(used: pd.DataFrame, terms: tuple[str, ...], cluster: Cluster) -> None:
    n_clusters, of = used[cluster].nunique(), OF_CLUSTERS[cluster]
    needed = max(LEAST_CLUSTERS, len(terms) + LEAST_BEYOND_TERMS)
    if n_clusters < needed:
        raise NotEnoughData(
            f"When form changes takes {needed} {of} with rated sets or more; got {n_clusters}. Rate one set a week."
        )
    rarer = int(min(used["broke"].sum(), len(used) - used["broke"].sum()))
    events = LEAST_EVENTS_A_TERM * (len(terms) - 1)
    if rarer < events:
        kind = "changes of form" if used["broke"].mean() < 0.5 else "clean repetitions"
        raise NotEnoughData(
            f"When form changes takes {events} {kind} or more; got {rarer}. Rate more sets, up to where form changes."
        )


def _design(points: pd.DataFrame, terms: tuple[str, ...]) -> np.ndarray:
    return points.assign(constant=1.0)[list(terms)].to_numpy(dtype=float)
