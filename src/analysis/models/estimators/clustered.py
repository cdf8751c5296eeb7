"""Regression on observations that come in clusters, and few of them: sets of a session, sessions of an athlete.

Generalised estimating equations with independence as the working correlation (Liang & Zeger 1986): coefficients are
those of the plain regression, their covariance comes from what the clusters scatter, corrected for its bias in few
clusters (Mancl & DeRouen 2001), and intervals are from t with clusters - terms degrees of freedom.

References
----------
Liang & Zeger 1986, Biometrika 73(1):13-22; Mancl & DeRouen 2001, Biometrics 57(1):126-134; Konis 2007, Computational
algorithms for detecting linear separation, DPhil thesis, Oxford (separation by linear programming).
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import linprog

from analysis.models.result import t_quantile

Family = Literal["binomial", "gaussian"]

_FAMILIES = {"binomial": sm.families.Binomial, "gaussian": sm.families.Gaussian}


@dataclass(frozen=True, eq=False)
class ClusteredFit:
    """Coefficients of a regression with the covariance of their errors over clusters."""

    terms: tuple[str, ...]
    estimates: np.ndarray  # (terms,)
    covariance: np.ndarray  # (terms, terms)
    n_clusters: int

    @property
    def df(self) -> int:
        """Degrees of freedom of t: clusters - terms."""
        return self.n_clusters - len(self.terms)

    @property
    def std_errors(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))

    def t(self, conf_level: float) -> float:
        """How many standard errors wide a half of the interval is."""
        return t_quantile(self.df, conf_level)


def clustered_fit(outcome: pd.Series, design: pd.DataFrame, clusters: pd.Series, *, family: Family) -> ClusteredFit:
    """`outcome` on the columns of `design`, errors clustered by `clusters`; nothing is added, a constant is a column.

    Parameters
    ----------
    outcome : Series, shape (n,), without NaN; 0 or 1 for "binomial", where coefficients are log odds.
    design : DataFrame, shape (n, terms), of full rank and without NaN; for "binomial" not `separated`.
    clusters : Series, shape (n,), more of them than terms.

    Examples
    --------
    >>> y, x = pd.Series([1.0, 2, 2, 3, 3, 5]), pd.DataFrame({"constant": 1.0, "x": [0.0, 1, 0, 1, 0, 1]})
    >>> fit = clustered_fit(y, x, pd.Series(list("aabbcc")), family="gaussian")
    >>> fit.estimates.round(2).tolist(), fit.df
    ([2.0, 1.33], 1)
    """
    kind = _FAMILIES[family]
    y, x = outcome.to_numpy(dtype=float), design.to_numpy(dtype=float)
    begin = sm.GLM(y, x, family=kind()).fit().params  # the solution of the same equations, found without clusters
    model = sm.GEE(y, x, groups=clusters.to_numpy(), family=kind(), cov_struct=sm.cov_struct.Independence())
    fit: Any = model.fit(start_params=begin, cov_type="bias_reduced")
    return ClusteredFit(tuple(design.columns), fit.params, fit.cov_params(), int(clusters.nunique()))


def separated(outcome: pd.Series, design: pd.DataFrame) -> bool:
    """Whether a line through `design` parts the zeros from the ones, ties on it aside: then log odds have no bound.

    >>> design = pd.DataFrame({"constant": 1.0, "rep_no": [1.0, 2, 3, 4]})
    >>> separated(pd.Series([0, 0, 1, 1]), design), separated(pd.Series([0, 1, 0, 1]), design)
    (True, False)
    """
    x = design.to_numpy(dtype=float)
    rows = np.unique(np.column_stack([outcome.to_numpy(dtype=float), x / np.abs(x).max(axis=0)]), axis=0)
    turned = (2 * rows[:, :1] - 1) * rows[:, 1:]
    found = linprog(-turned.sum(axis=0), A_ub=-turned, b_ub=np.zeros(len(turned)), bounds=(-1, 1))
    return bool(-found.fun > 1e-6)
