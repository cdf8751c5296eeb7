"""The models of a block's review as facts, tables and figures: error, profiles, load and performance, growth, transfer.

Each figure is an addition to a table of its section that holds the numbers it is drawn from.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Drawing, Fact, Forest, ForestRow
from analysis.base.states import State
from analysis.figures import theme
from analysis.figures.transfer import lags_figure
from analysis.models.fitness_fatigue.skill import NAIVE, VERDICT_LEAST
from analysis.models.squad.transfer import Transfer
from analysis.pages.block_review.measures import Measure
from analysis.pages.block_review.review import BlockReview, GrowthOf, LoadResponse, MeasurementErrorOf, ProfileOf
from analysis.pages.digits import (
    between_words,
    count_words,
    digits_of_error,
    number_words,
    p_words,
    signed_words,
    titled,
    unknown_parts,
    with_interval,
)

Block = Fact | Drawing | pd.DataFrame | go.Figure


def measurement_error(review: BlockReview) -> list[Block]:
    """Typical error, CV, MDC, SWC and ICC of each measure, practice effects, and limits of agreement."""
    known = review.errors.or_say_why("Nothing was measured twice in this block. Repeat a test.").known
    table = pd.DataFrame([_error_row(one) for one in known])
    correlations = pd.DataFrame([_correlation_row(one) for one in known])
    agreement = pd.DataFrame([_agreement_row(one) for one in known])
    return [
        _detectable_fact(known),
        *(fact for one in known for fact in _error_facts(one)),
        *unknown_parts(review.errors.missing, review.names),
        titled(table, "Measurement error between days, 95 % intervals"),
        titled(correlations, "Intraclass correlations, 95 % intervals"),
        titled(agreement, "Second against first exposure: bias and limits of agreement, 95 % intervals"),
        *(agreement_figure(one) for one in known),
    ]


def _detectable_fact(known: Sequence[MeasurementErrorOf]) -> Fact:
    """For which measures one test against one can show the smallest worthwhile change that is in use."""
    coarse = [one.measure.name for one in known if one.reliability.typical_error.mdc() > one.measure.swc]
    sentence = "One test against one shows the smallest worthwhile change in use for every measure."
    if coarse:
        sentence = (
            f"One test against one cannot show the smallest worthwhile change in use for {len(coarse)} of "
            f"{count_words(len(known), 'measure')}: {', '.join(coarse)}. Means over more exposures are needed."
        )
    return Fact("error.detectable", sentence, n=len(known))


def _error_row(one: MeasurementErrorOf) -> dict[str, object]:
    r = one.reliability
    d = digits_of_error(r.typical_error.te)
    terms = r.tidy().set_index("term")
    stated = one.measure.stated
    left_out = f", {r.n_left_out} left out" if r.n_left_out else ""
    return {
        "Measure": f"{one.measure.name} ({one.measure.unit})",
        "Athletes × exposures": f"{len(r.trials)} × {r.trials.shape[1]}{left_out}",
        "Days between": f"{one.days_between:.0f}",
        "TE": with_interval(terms.loc["TE"], d),
        "TE in workbook.toml": number_words(stated.value, d) if stated else "–",
        "CV (%)": with_interval(terms.loc["CV"], 1) if "CV" in terms.index else "–",
        "MDC95": number_words(r.typical_error.mdc(), d),
        "SWC, 0.2 SD": number_words(r.swc, d),
        "SWC in use": number_words(one.measure.swc, d),
    }


def _correlation_row(one: MeasurementErrorOf) -> dict[str, object]:
    terms = one.reliability.tidy().set_index("term")
    kinds = ("ICC(2,1)", "ICC(3,1)")
    return {"Measure": one.measure.name} | {kind: with_interval(terms.loc[kind], 2) for kind in kinds}


def _agreement_row(one: MeasurementErrorOf) -> dict[str, object]:
    a = one.agreement
    d = digits_of_error(a.sd)
    terms = a.tidy().set_index("term")
    return {
        "Measure": f"{one.measure.name} ({one.measure.unit})",
        "Pairs": len(a.pairs),
        "Bias": with_interval(terms.loc["bias"], d),
        "Lower limit": with_interval(terms.loc["lower limit"], d),
        "Upper limit": with_interval(terms.loc["upper limit"], d),
        "Grows with the value": "yes" if a.grows_with_level else "not shown",
    }


def _error_facts(one: MeasurementErrorOf) -> list[Fact]:
    """What a reader must know of one measure's error: a configured one that does not hold, and practice."""
    name, unit, r = one.measure.name, one.measure.unit, one.reliability
    d = digits_of_error(r.typical_error.te)
    low, high = r.typical_error.interval
    facts = []
    stated = one.measure.stated
    if stated and not low <= stated.value <= high:
        facts.append(
            f"{name}: the configured error of {number_words(stated.value, d)} {unit} lies outside what was found, "
            f"{between_words(low, high, d)} {unit}. True change between exposures may be part of that."
        )
    facts += [
        f"{name}: exposure {row.trial} differs from the one before by {signed_words(row.change, d)} {unit} on average "
        f"({between_words(row.conf_low, row.conf_high, d)}). That may be practice, or a true change."
        for row in r.changes.itertuples()
        if row.conf_low > 0 or row.conf_high < 0
    ]
    return [
        Fact(f"{one.measure.key}.error.{number}", text, typical_error=r.typical_error.te, unit=unit)
        for number, text in enumerate(facts, start=1)
    ]


def agreement_figure(one: MeasurementErrorOf) -> go.Figure:
    """Difference of the second and first exposure against their mean, with bias and limits."""
    a, unit = one.agreement, one.measure.unit
    d = digits_of_error(a.sd)
    shown = theme.figure(f"Mean of two exposures ({unit})", f"Second minus first ({unit})")
    shown.add_scatter(
        x=a.pairs["mean"],
        y=a.pairs["difference"],
        mode="markers",
        name="athletes",
        text=a.pairs["subject"],
        marker={"color": theme.BLUE, "size": 8},
        hovertemplate="%{text}: %{y}<extra></extra>",
    )
    shown.add_hline(a.bias, line_color=theme.TEXT, annotation_text="bias")
    for limit, name in zip(a.limits, ("lower limit", "upper limit"), strict=True):
        shown.add_hline(limit, line_dash="dot", line_color=theme.VERMILLION, annotation_text=name)
    limits = f"{signed_words(a.limits.low, d)} to {signed_words(a.limits.high, d)}"
    return theme.add_note(shown, f"{one.measure.name}: bias {signed_words(a.bias, d)}, limits {limits} {unit}")


def profiles(review: BlockReview) -> list[Block]:
    """Each athlete's line over the block's sessions, what it misses by, and its error for a session it has not seen."""
    known = review.profiles.or_say_why("No key lift was measured in this block. Measure 3 loads in one session.").known
    blocks: list[Block] = [*unknown_parts(review.profiles.missing, review.names)]
    for measure in dict.fromkeys(one.measure for one in known):
        own = [one for one in known if one.measure is measure]
        blocks += [_profile_fact(measure, own), _profile_table(measure, own), residual_figure(measure, own)]
    return blocks


def _profile_fact(measure: Measure, own: Sequence[ProfileOf]) -> Fact:
    left_out = np.array([one.profile.left_out_rmse_m_s for one in own])
    within = np.array([one.profile.residual_sd_m_s for one in own])
    unbounded = [one.athlete for one in own if not one.profile.e1rm_bounded]
    sentence = (
        f"{measure.name}: a session left out is foreseen with an error of {np.nanmedian(left_out):.3f} m/s "
        f"(median athlete, {np.nanmin(left_out):.3f} to {np.nanmax(left_out):.3f}); sets of one session scatter by "
        f"{np.median(within):.3f} m/s."
    )
    if unbounded:
        sentence += f" The 1RM is not bounded for {', '.join(unbounded)}."
    return Fact(f"{measure.key}.profiles", sentence, estimate=float(np.nanmedian(left_out)), unit="m/s", n=len(own))


def _profile_table(measure: Measure, own: Sequence[ProfileOf]) -> pd.DataFrame:
    rows = []
    for one in own:
        p = one.profile
        terms = p.tidy().set_index("term")
        rows.append(
            {
                "Athlete": one.athlete,
                "Sessions": p.observations["session_id"].nunique(),
                "Sets": len(p.observations),
                "v0 (m/s)": with_interval(terms.loc["v0"], 2),
                "Slope (m/s per 10 kg)": with_interval(terms.loc["slope"], 3, scale=10),
                "1RM from speed (kg)": with_interval(terms.loc["e1RM"], 0) if p.e1rm_bounded else "not bounded",
                "SD of sessions (m/s)": f"{p.session_sd_m_s:.3f}",
                "SD of sets (m/s)": f"{p.residual_sd_m_s:.3f}",
                "Error, session left out (m/s)": f"{p.left_out_rmse_m_s:.3f}",
            }
        )
    return titled(pd.DataFrame(rows), f"{measure.name}: profiles over the block, 95 % intervals")


def _style(number: int) -> dict[str, str]:
    """Dash and symbol of the nth athlete, so that those who share a colour differ."""
    turn = number // len(theme.TEMPLATE.layout.colorway)
    return {
        "dash": ("solid", "dot", "dash", "longdash")[turn % 4],
        "symbol": ("circle", "x", "square", "diamond")[turn % 4],
    }


def residual_figure(measure: Measure, own: Sequence[ProfileOf]) -> go.Figure:
    """What every set misses its session's line by, against load: a bend or a fan would show here."""
    shown = theme.figure("Load (kg)", "Residual (m/s)")
    for number, one in enumerate(own):
        sets = one.profile.augment()
        shown.add_scatter(
            x=sets["load_kg"],
            y=sets[".resid"],
            mode="markers",
            name=one.athlete,
            marker={"size": 6, "opacity": 0.7, "symbol": _style(number)["symbol"]},
            hovertemplate=f"{one.athlete}: %{{x:g}} kg, %{{y:.3f}} m/s<extra></extra>",
        )
    shown.add_hline(0, line_color=theme.TEXT, line_width=1)
    return theme.add_note(shown, f"{measure.name}: residuals of sets about the line of their session")


def load_responses(review: BlockReview) -> list[Block]:
    """Does strength load foresee the speed at the anchor load? Fit, identifiability and forecasts, an athlete each."""
    known = review.load_responses.or_say_why("No athlete has bar speeds beside a rated load. Rate every session.").known
    judged = [one for one in known if one.review.verdict != "too few tests"]
    skilled = [one for one in judged if one.review.verdict == "skill"]
    measure = known[0].measure
    verdict = (
        f"{measure.name} on strength load: for {len(skilled)} of {len(judged)} athletes with {VERDICT_LEAST} tests or "
        "more the load helps to foresee the next test."
    )
    if not judged:
        verdict = f"{measure.name} on strength load: no athlete has the {VERDICT_LEAST} tests that a verdict needs."
    beaten = [one.athlete for one in judged if one.review.skill and not one.review.skill.skill_against("last") > 0]
    if beaten:
        verdict += f" It does not beat carrying the last test forward for {', '.join(beaten)}."
    return [
        Fact("block.load_response", verdict, n=len(judged)),
        *_verdict_facts(known),
        *unknown_parts(review.load_responses.missing, review.names),
        titled(
            pd.DataFrame([_forecast_row(one) for one in known]), "Forecasts of the next test, root mean squared error"
        ),
        forecast_figure(known),
        titled(pd.DataFrame([_tau_row(one) for one in known]), "Time constants, 95 % profile-likelihood intervals"),
        *(tau_figure(known, term) for term in ("tau1", "tau2") if any(one.review.profile for one in known)),
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
        sentence = (
            f"Not identifiable for {', '.join(open_ended)}: the tests cannot tell the time constants, "
            "so 42 and 7 days are taken for the forecasts."
        )
        facts.append(
            Fact("load_response.not_identifiable", sentence, State.CANNOT_TELL, reason="not_identifiable", lead="")
        )
    facts += [
        Fact(
            f"{one.athlete_id}.load_response",
            f"{one.athlete}: {one.review.sentence()}",
            "cannot tell",
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
    told = [one for one in known if one.review.skill]
    shown = theme.figure(f"Forecast RMSE ({known[0].measure.unit})", "")
    colours = {"model": theme.BLUE, "last": theme.VERMILLION, "mean": theme.ORANGE, "trend": theme.PURPLE}
    for name, words in {"model": "fitness-fatigue model", **NAIVE}.items():
        shown.add_scatter(
            x=[one.review.skill.rmse[name] for one in told],
            y=[one.athlete for one in told],
            mode="markers",
            name=words,
            marker={"color": colours[name], "size": 9, "symbol": "circle" if name == "model" else "line-ns-open"},
        )
    shown.update_layout(height=120 + 24 * len(told), yaxis_autorange="reversed")  # as in the table, from the top
    return theme.add_note(shown, "Forecast errors on rolling origins: further left is better")


def tau_figure(known: Sequence[LoadResponse], term: str) -> go.Figure:
    """How much worse the fit gets along a time constant: a bowl is known, a slope is not."""
    shown = theme.figure(f"{term} (d)", "F above the best fit")
    for number, one in enumerate(known):
        profile = one.review.profile
        if profile is None:
            continue
        curve = profile.curves[profile.curves["term"] == term]
        above = (curve["sse"] / profile.fit.sse - 1) * profile.fit.df
        shown.add_scatter(x=curve["value"], y=above, mode="lines", name=one.athlete, line_dash=_style(number)["dash"])
        threshold = (profile.threshold_sse / profile.fit.sse - 1) * profile.fit.df
    shown.add_hline(threshold, line_dash="dot", line_color=theme.TEXT, annotation_text="95 %")
    shown.update_xaxes(type="log")
    shown.update_yaxes(range=[0, 3 * threshold])
    return theme.add_note(shown, f"Profile likelihood of {term}: what stays below the dotted line fits as well")


def growth(review: BlockReview) -> list[Block]:
    """The squad's slope over the block, each athlete's drawn towards it, and where the variance lies."""
    known = review.growths.or_say_why("No bar speed was measured in this block. Measure 3 reps once a week.").known
    return [
        *(block for one in known for block in _growth_blocks(one)),
        *unknown_parts(review.growths.missing, review.names),
    ]


def _growth_blocks(one: GrowthOf) -> list[Block]:
    """The squad's slope and the components; athletes' own slopes only where the optimum is a sure one."""
    g, name = one.growth, one.measure.name
    row = g.tidy().set_index("term").loc["slope"]
    fact = Fact(
        f"{one.measure.key}.growth",
        g.sentence(f"{name} at the anchor load", decimals=4),
        None if g.settled else "cannot tell",
        estimate=g.slope,
        unit="m/s a week",
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        conf_level=g.conf_level,
        n=len(g.data),
    )
    components = g.tidy().rename(columns=str)
    table = pd.DataFrame(
        {
            "Term": components["term"],
            "Unit": components["unit"],
            "Estimate": [
                number_words(value, 4 if unit else 2)
                for value, unit in zip(components["estimate"], components["unit"], strict=True)
            ],
            "95 % interval": [
                between_words(low, high, 4)
                for low, high in zip(components["conf_low"], components["conf_high"], strict=True)
            ],
        }
    )
    told = titled(table, f"{name}: variance components of the mixed model (errors AR(1), rho {g.rho:.2f} a gap)")
    if not g.settled:
        return [fact, told]
    shares = pd.DataFrame(
        {
            "Athlete": g.athletes["athlete_id"],
            "Values": g.athletes["n"],
            "Level at the start (m/s)": [
                f"{row.level:.3f} ({between_words(row.level_low, row.level_high, 3)})"
                for row in g.athletes.itertuples()
            ],
            "Slope (m/s a week)": [
                f"{signed_words(row.slope, 4)} ({between_words(row.slope_low, row.slope_high, 4)})"
                for row in g.athletes.itertuples()
            ],
        }
    )
    return [
        fact,
        caterpillar(one),
        told,
        titled(shares, f"{name}: athletes' levels and slopes (BLUP, 95 % intervals)"),
    ]


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
    known = review.transfers.or_say_why("A key lift and a check are needed to ask for transfer. Record both.").known
    return [
        *(block for one in known for block in _transfer_blocks(one)),
        *unknown_parts(review.transfers.missing, review.names),
    ]


def _transfer_blocks(one: Transfer) -> list[Block]:
    name = one.outcome.name
    refusal = {"too few pairs": "cannot tell. ", "placebo shows it too": ""}  # the second sentence says it itself
    fact = Fact(
        f"{name}.transfer",
        f"{name}: {refusal.get(one.verdict, '')}{one.sentence()}",
        State.CANNOT_TELL if one.verdict in refusal else None,
        lead="",
        n=one.n_independent,
    )
    step = one.hinge.swc
    d = digits_of_error(step * float(one.lags["std_error"].max()))
    rows = pd.DataFrame(
        {
            "Weeks later": one.lags["lag_weeks"],
            "Pairs": one.lags["n_pairs"],
            "Beyond levels and season": one.lags["n_independent"],
            f"{name} ({one.outcome.unit})": [
                f"{signed_words(step * at.slope, d)} ({between_words(step * at.conf_low, step * at.conf_high, d)})"
                for at in one.lags.itertuples()
            ],
            "Could be seen": [number_words(step * value, d) for value in one.lags["detectable"]],
            "Holm p": [p_words(value) for value in one.lags["p_holm"]],
        }
    )
    title = f"{name} for each {step:g} {one.hinge.unit} of {one.hinge.name}, within athletes, 95 % intervals"
    drawn = [] if one.verdict == "too few pairs" else [lags_figure(one)]
    numbers = titled(rows, f"{name}, numbers of the forest")
    return [fact, _lags_forest(one, title, d), numbers, *drawn]


def _lags_forest(one: Transfer, title: str, decimals: int) -> Forest:
    """The slope within athletes at each lag, for a step of the lift that is the smallest worth telling."""
    step = one.hinge.swc
    rows = tuple(
        ForestRow(
            f"{count_words(int(at.lag_weeks), 'week')} later" if at.lag_weeks else "the same week",
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
        decimals=decimals,
        label=title,
    )


def _estimate(result, term: str) -> float:
    return float(result.tidy().set_index("term").loc[term, "estimate"])


def _open_interval(low: float, high: float) -> str:
    """An interval in days, one end of which may be open."""
    if np.isfinite(high):
        return f"{low:.0f} to {high:.0f}"
    return f"above {low:.0f}" if low > 0 else "not bounded"
