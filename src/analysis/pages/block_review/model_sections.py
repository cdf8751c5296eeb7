"""The models of a block's review as facts, tables and figures: load and performance, growth, transfer.

Each figure is an addition to a table of its section that holds the numbers it is drawn from.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Drawing, Fact, Fold, Forest, ForestRow
from analysis.base.states import State
from analysis.figures import theme
from analysis.figures.transfer import lags_figure
from analysis.models.fitness_fatigue.skill import NAIVE, VERDICT_LEAST
from analysis.models.squad.transfer import Transfer
from analysis.pages.block_review import words
from analysis.pages.block_review.error_sections import athlete_style
from analysis.pages.block_review.error_sections import measurement_error as measurement_error
from analysis.pages.block_review.error_sections import profiles as profiles
from analysis.pages.block_review.fits import GrowthOf, LoadResponse
from analysis.pages.block_review.review import BlockReview
from analysis.pages.numbers import between_words, digits_of_error, number_words, p_words, signed_words, titled
from analysis.pages.wording import count_text, few, unknown_parts

Block = Fact | Drawing | pd.DataFrame | go.Figure


def load_responses(review: BlockReview) -> list[Block]:
    """Does strength load foresee the speed at the anchor load? Fit, identifiability and forecasts, an athlete each."""
    known = review.load_responses.or_say_why(words.NO_LOAD).known
    judged = [one for one in known if one.review.verdict != "too few tests"]
    skilled = [one for one in judged if one.review.verdict == "skill"]
    name = known[0].measure.name
    verdict = words.SKILL.format(name=name, n=len(skilled), of=len(judged), least=VERDICT_LEAST)
    if not judged:
        verdict = words.NO_VERDICT.format(name=name, least=VERDICT_LEAST)
    beaten = [one.athlete for one in judged if one.review.skill and not one.review.skill.skill_against("last") > 0]
    if beaten:
        verdict += words.BEATEN.format(names=few(beaten))
    forecasts = pd.DataFrame([_forecast_row(one) for one in known])
    constants = pd.DataFrame([_tau_row(one) for one in known])
    return [
        Fact("block.load_response", verdict, n=len(judged)),
        *_verdict_facts(known),
        *unknown_parts(review.load_responses.missing, review.names),
        forecast_figure(known),
        Fold("Forecast errors of every athlete"),
        titled(forecasts, "Forecasts of the next test, root mean squared error"),
        Fold("Profile likelihood of the time constants"),
        *(tau_figure(known, term) for term in ("tau1", "tau2") if any(one.review.profile for one in known)),
        titled(constants, "Time constants, 95 % profile-likelihood intervals"),
    ]


def _verdict_facts(known: Sequence[LoadResponse]) -> list[Fact]:
    """Whose model helps, in whole sentences; who shares a refusal, in one."""
    facts = [
        Fact(f"{one.athlete_id}.load_response", f"{one.athlete}: {one.review.sentence()}")
        for one in known
        if one.review.verdict in ("skill", "no skill shown")
    ]
    open_ended = [one.athlete for one in known if one.review.verdict == "not identifiable"]
    if open_ended:
        sentence = words.NOT_IDENTIFIABLE.format(names=few(open_ended))
        facts.append(
            Fact("load_response.not_identifiable", sentence, State.CANNOT_TELL, reason="not_identifiable", lead="")
        )
    facts += [
        Fact(
            f"{one.athlete_id}.load_response",
            f"{one.athlete}: {one.review.sentence()}",
            State.CANNOT_TELL,
            reason="too_few_values",
        )
        for one in known
        if one.review.verdict == "too few tests"
    ]
    return facts


def _forecast_row(one: LoadResponse) -> dict[str, object]:
    skill = one.review.skill
    d = 3
    errors = {name: number_words(skill.rmse[name], d) if skill else "–" for name in ("model", *NAIVE)}
    return {
        "Athlete": one.athlete,
        "Tests": len(one.review.fit.tests),
        "Days without a known load": one.days_not_known,
        f"Model ({one.measure.unit})": errors["model"],
        "Last test": errors["last"],
        "Mean so far": errors["mean"],
        "Line so far": errors["trend"],
        "Skill against best": signed_words(skill.skill, 2) if skill else "–",
        "p, shifted loads": p_words(skill.p_value) if skill else "–",
        "Verdict": one.review.verdict,
    }


def _tau_row(one: LoadResponse) -> dict[str, object]:
    profile = one.review.profile
    row: dict[str, object] = {"Athlete": one.athlete}
    for term in ("tau1", "tau2"):
        row[f"{term} (d)"] = number_words(_estimate(profile, term), 0) if profile else "–"
        row[f"{term}, interval (d)"] = _open_interval(*profile.interval(term)) if profile else "–"
    row["Identifiable"] = "yes" if profile and profile.identifiable else "no"
    row["Equal ones fit as well"] = ("yes" if profile.ridge_sse <= profile.threshold_sse else "no") if profile else "–"
    return row


def forecast_figure(known: Sequence[LoadResponse]) -> go.Figure:
    """Forecast error of the model and of the naive rules, an athlete a row."""
    told = [(one.athlete, one.review.skill.rmse) for one in known if one.review.skill]
    shown = theme.figure(f"Forecast RMSE ({known[0].measure.unit})", "")
    colours = {"model": theme.BLUE, "last": theme.VERMILLION, "mean": theme.ORANGE, "trend": theme.PURPLE}
    for name, rule in {"model": "fitness-fatigue model", **NAIVE}.items():
        shown.add_scatter(
            x=[rmse[name] for _, rmse in told],
            y=[athlete for athlete, _ in told],
            mode="markers",
            name=rule,
            marker={"color": colours[name], "size": 9, "symbol": "circle" if name == "model" else "line-ns-open"},
        )
    shown.update_layout(height=120 + 24 * len(told), yaxis_autorange="reversed")  # as in the table, from the top
    return theme.add_note(shown, "Forecast errors on rolling origins: further left is better")


def tau_figure(known: Sequence[LoadResponse], term: str) -> go.Figure:
    """How much worse the fit gets along a time constant: a bowl is known, a slope is not.

    The 95 % limit of F hangs on how many tests an athlete has, so each curve is drawn in its own limits.
    """
    shown = theme.figure(f"{term} (d)", "F over its 95 % limit")
    for number, one in enumerate(known):
        profile = one.review.profile
        if profile is None:
            continue
        curve, best = profile.curves[profile.curves["term"] == term], profile.fit.sse
        above = (curve["sse"] - best) / (profile.threshold_sse - best)
        dash = athlete_style(number)["dash"]
        shown.add_scatter(x=curve["value"], y=above, mode="lines", name=one.athlete, line_dash=dash)
    shown.add_hline(1, line_dash="dot", line_color=theme.TEXT, annotation_text="95 %")
    shown.update_xaxes(type="log")
    shown.update_yaxes(range=[0, 3])
    return theme.add_note(shown, f"Profile likelihood of {term}: what stays below the dotted line fits as well")


def growth(review: BlockReview) -> list[Block]:
    """The squad's slope over the block, each athlete's drawn towards it, and where the variance lies."""
    known = review.growths.or_say_why(words.NO_GROWTH).known
    return [
        *(_growth_fact(one) for one in known),
        *unknown_parts(review.growths.missing, review.names),
        *(caterpillar(one) for one in known if one.growth.settled),
        Fold("Variance components, levels and slopes"),
        *(table for one in known for table in _growth_tables(one)),
    ]


def _growth_fact(one: GrowthOf) -> Fact:
    g, name = one.growth, one.measure.name
    row = g.tidy().set_index("term").loc["slope"]
    return Fact(
        f"{one.measure.key}.growth",
        g.sentence(f"{name} at the anchor load", decimals=4),
        None if g.settled else State.CANNOT_TELL,
        estimate=g.slope,
        unit="m/s a week",
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        conf_level=g.conf_level,
        n=len(g.data),
    )


def _growth_tables(one: GrowthOf) -> list[pd.DataFrame]:
    """The components of the variance; athletes' own slopes only where the optimum is a sure one."""
    g, name = one.growth, one.measure.name
    components = [
        {
            "Term": at.term,
            "Unit": at.unit,
            "Estimate": number_words(at.estimate, 4 if at.unit else 2),
            "95 % interval": between_words(at.conf_low, at.conf_high, 4),
        }
        for at in g.tidy().itertuples()
    ]
    title = f"{name}: variance components of the mixed model (errors AR(1), rho {g.rho:.2f} a gap)"
    told = titled(pd.DataFrame(components), title)
    if not g.settled:
        return [told]
    shares = [
        {
            "Athlete": at.athlete_id,
            "Values": at.n,
            "Level at the start (m/s)": f"{at.level:.3f} ({between_words(at.level_low, at.level_high, 3)})",
            "Slope (m/s a week)": f"{signed_words(at.slope, 4)} ({between_words(at.slope_low, at.slope_high, 4)})",
        }
        for at in g.athletes.itertuples()
    ]
    own = titled(pd.DataFrame(shares), f"{name}: athletes' levels and slopes (BLUP, 95 % intervals)")
    return [told, own]


def caterpillar(one: GrowthOf) -> Forest:
    """Athletes' slopes from the largest to the smallest, against no change."""
    g = one.growth
    rows = tuple(
        ForestRow(str(row.athlete_id), 1000 * row.slope, 1000 * row.slope_low, 1000 * row.slope_high)
        for row in g.athletes.sort_values("slope", ascending=False).itertuples()
    )
    return Forest(
        f"{one.measure.name}: slope of each athlete over the block, drawn towards the squad",
        "mm/s a week",
        rows,
        low_label="slower",
        high_label="faster",
        conf_level=g.conf_level,
        decimals=1,
        label=f"{one.measure.name}: slope of each athlete, drawn towards the squad",
    )


def transfers(review: BlockReview) -> list[Block]:
    """Do checks go with the first key lift's speed? By lag, beside a placebo, with what could have been seen."""
    known = review.transfers.or_say_why(words.NO_TRANSFER).known
    told = [one for one in known if one.verdict != "too few pairs"]
    return [
        *(_transfer_fact(one) for one in known),
        *unknown_parts(review.transfers.missing, review.names),
        *(lags_forest(one) for one in told),
        Fold("Numbers of every lag, and the placebo"),
        *(lags_forest(one) for one in known if one not in told),
        *(_lags_table(one) for one in known),
        *(lags_figure(one) for one in told),
    ]


def _transfer_fact(one: Transfer) -> Fact:
    name = one.outcome.name
    refused = one.verdict in ("too few pairs", "placebo shows it too")
    sentence = words.TRANSFER.format(name=name, sentence=one.sentence())
    return Fact(f"{name}.transfer", sentence, State.CANNOT_TELL if refused else None, lead="", n=one.n_independent)


def _lags_title(one: Transfer) -> str:
    hinge = one.hinge
    return f"{one.outcome.name} for each {hinge.swc:g} {hinge.unit} of {hinge.name}, within athletes, 95 % intervals"


def _lags_decimals(one: Transfer) -> int:
    return digits_of_error(one.hinge.swc * float(one.lags["std_error"].max()))


def _lags_table(one: Transfer) -> pd.DataFrame:
    name = one.outcome.name
    step, d = one.hinge.swc, _lags_decimals(one)
    rows = [
        {
            "Weeks later": at.lag_weeks,
            "Pairs": at.n_pairs,
            "Beyond levels and season": at.n_independent,
            f"{name} ({one.outcome.unit})": (
                f"{signed_words(step * at.slope, d)} ({between_words(step * at.conf_low, step * at.conf_high, d)})"
            ),
            "Could be seen": number_words(step * at.detectable, d),
            "Holm p": p_words(at.p_holm),
        }
        for at in one.lags.itertuples()
    ]
    return titled(pd.DataFrame(rows), _lags_title(one))


def lags_forest(one: Transfer) -> Forest:
    """The slope within athletes at each lag, for a step of the lift that is the smallest worth telling."""
    step, title = one.hinge.swc, _lags_title(one)
    rows = tuple(
        ForestRow(
            f"{count_text(int(at.lag_weeks), 'week')} later" if at.lag_weeks else "the same week",
            *(step * value if np.isfinite(value) else None for value in (at.slope, at.conf_low, at.conf_high)),
            note="Too few pairs.",
        )
        for at in one.lags.itertuples()
    )
    return Forest(
        title,
        one.outcome.unit,
        rows,
        reference_label="no relation",
        low_label="better" if one.outcome.lower_is_better else "worse",
        high_label="worse" if one.outcome.lower_is_better else "better",
        conf_level=one.conf_level,
        decimals=_lags_decimals(one),
        label=title,
    )


def _estimate(result, term: str) -> float:
    return float(result.tidy().set_index("term").loc[term, "estimate"])


def _open_interval(low: float, high: float) -> str:
    """An interval in days, one end of which may be open."""
    if np.isfinite(high):
        return f"{low:.0f} to {high:.0f}"
    return f"above {low:.0f}" if low > 0 else "not bounded"
