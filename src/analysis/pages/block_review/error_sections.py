"""Error and profiles of a block's review: how far measures are to be trusted, and each athlete's line over the block.

Each figure is an addition to a table of its section that holds the numbers it is drawn from.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Drawing, Fact
from analysis.figures import marks, theme
from analysis.pages.block_review.audit_sections import noise
from analysis.pages.block_review.measures import Measure
from analysis.pages.block_review.review import BlockReview, MeasurementErrorOf, ProfileOf
from analysis.pages.numbers import between_words, digits_of_error, number_words, signed_words, titled, with_interval
from analysis.pages.wording import count_text, unknown_parts

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
        noise(review),
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
            f"{count_text(len(known), 'measure')}: {', '.join(coarse)}. Means over more exposures are needed."
        )
    return Fact("error.detectable", sentence, n=len(known))


def _error_row(one: MeasurementErrorOf) -> dict[str, object]:
    r = one.reliability
    d = digits_of_error(r.typical_error.te)
    terms = r.tidy().set_index("term")
    stated = one.measure.quantity.published
    left_out = f", {r.n_left_out} left out" if r.n_left_out else ""
    return {
        "Measure": f"{one.measure.name} ({one.measure.unit})",
        "Athletes × exposures": f"{len(r.trials)} × {r.trials.shape[1]}{left_out}",
        "Days between": f"{one.days_between:.0f}",
        "TE": with_interval(terms.loc["TE"], d),
        "TE in workbook.toml": number_words(stated.typical_error, d) if stated else "–",
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
    stated = one.measure.quantity.published
    if stated and not low <= stated.typical_error <= high:
        facts.append(
            f"{name}: the configured error of {number_words(stated.typical_error, d)} {unit} lies outside what was "
            f"found, {between_words(low, high, d)} {unit}. True change between exposures may be part of that."
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
    pairs = {"name": "athletes", "size": 8, "text": a.pairs["subject"], "hover": "%{text}: %{y}"}
    marks.add_points(shown, a.pairs["mean"], a.pairs["difference"], **pairs)
    marks.add_level(shown, a.bias, "bias", colour=theme.TEXT, dash="solid")
    for limit, name in zip(a.limits, ("lower limit", "upper limit"), strict=True):
        marks.add_level(shown, limit, name)
    limits = f"{signed_words(a.limits.low, d)} to {signed_words(a.limits.high, d)}"
    return theme.add_note(shown, f"{one.measure.name}: bias {signed_words(a.bias, d)}, limits {limits} {unit}")


def profiles(review: BlockReview) -> list[Block]:
    """Each athlete's line over the block's sessions, what it misses by, and its error for a session it has not seen."""
    known = review.profiles.or_say_why("No key lift was measured in this block. Measure 3 loads in one session.").known
    blocks: list[Block] = [*unknown_parts(review.profiles.missing, review.names)]
    for measure in dict.fromkeys(one.measure for one in known):
        own = [one for one in known if one.measure is measure]
        blocks += [_profile_fact(measure, own), *_remarks(own)]
        blocks += [_profile_table(measure, own), residual_figure(measure, own)]
    return blocks


def _remarks(own: Sequence[ProfileOf]) -> list[Fact]:
    """What must be known of lines and their intervals, athletes with the same remark together."""
    alike: dict[str, list[ProfileOf]] = {}
    for one in own:
        if one.profile.remark:
            alike.setdefault(one.profile.remark, []).append(one)
    return [
        Fact(f"{of[0].athlete_id}.{of[0].measure.key}.remark", f"{', '.join(one.athlete for one in of)}: {remark}")
        for remark, of in alike.items()
    ]


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


def athlete_style(number: int) -> dict[str, str]:
    """Dash and symbol of the nth athlete, so that those who share a colour differ."""
    turn = number // len(theme.COLOURS)
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
            marker={"size": 6, "opacity": 0.7, "symbol": athlete_style(number)["symbol"]},
            hovertemplate=f"{one.athlete}: %{{x:g}} kg, %{{y:.3f}} m/s<extra></extra>",
        )
    shown.add_hline(0, line_color=theme.TEXT, line_width=1)
    return theme.add_note(shown, f"{measure.name}: residuals of sets about the line of their session")
