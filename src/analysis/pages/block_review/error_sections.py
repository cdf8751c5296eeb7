"""Error and profiles of a block's review: how far measures are to be trusted, and each athlete's line over the block.

Each figure is an addition to a table of its section that holds the numbers it is drawn from.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.base.blocks import Drawing, Fact, Fold, Forest, ForestRow
from analysis.figures import marks, theme
from analysis.pages.block_review import words
from analysis.pages.block_review.audit_sections import noise
from analysis.pages.block_review.fits import MeasurementErrorOf, ProfileOf
from analysis.pages.block_review.measures import Measure
from analysis.pages.block_review.review import BlockReview
from analysis.pages.numbers import between_words, digits_of_error, number_words, signed_words, titled, with_interval
from analysis.pages.wording import count_text, few, unknown_parts

Block = Fact | Drawing | pd.DataFrame | go.Figure

PANELS_ACROSS = 4  # of small multiples, also on a phone
RESIDUAL_TICK_M_S = 0.02


def measurement_error(review: BlockReview) -> list[Block]:
    """Typical error, CV, MDC, SWC and ICC of each measure, practice effects, and limits of agreement."""
    known = review.errors.or_say_why(words.NOT_TWICE).known
    table = pd.DataFrame([_error_row(one) for one in known])
    correlations = pd.DataFrame([_correlation_row(one) for one in known])
    agreement = pd.DataFrame([_agreement_row(one) for one in known])
    return [
        _detectable_fact(known),
        *(fact for one in known for fact in _error_facts(one)),
        *unknown_parts(review.errors.missing, review.names),
        detectable_forest(known),
        Fold("Noise by which every page judges: TE, carry-over (rho), MDC, from how many"),
        noise(review),
        Fold("Measurement error of this block, correlations, agreement"),
        titled(table, "Measurement error between days, 95 % intervals"),
        titled(correlations, "Intraclass correlations, 95 % intervals"),
        titled(agreement, "Second against first exposure: bias and limits of agreement, 95 % intervals"),
        *(agreement_figure(one) for one in known),
    ]


def _detectable_fact(known: Sequence[MeasurementErrorOf]) -> Fact:
    """For which measures one test against one can show the smallest worthwhile change that is in use."""
    coarse = too_coarse(known)
    sentence = words.DETECTABLE
    if coarse:
        names = ", ".join(one.measure.name for one in coarse)
        sentence = words.TOO_COARSE.format(n=len(coarse), measures=count_text(len(known), "measure"), names=names)
    return Fact("error.detectable", sentence, n=len(known))


def too_coarse(known: Sequence[MeasurementErrorOf]) -> list[MeasurementErrorOf]:
    """The measures of which one test against one cannot show the smallest change in use."""
    return [one for one in known if one.reliability.typical_error.mdc() > one.measure.swc]


def detectable_forest(known: Sequence[MeasurementErrorOf]) -> Forest:
    """What one test against one can show, as a multiple of the smallest change in use, a measure a row."""
    rows = []
    for one in known:
        error = one.reliability.typical_error
        per_te = error.mdc() / error.te / one.measure.swc
        low, high = error.interval
        rows.append(ForestRow(one.measure.name, per_te * error.te, per_te * low, per_te * high))
    return Forest(
        "How many times the smallest change in use one test against one must move",
        "",
        tuple(rows),
        reference=1.0,
        reference_label="the smallest change in use",
        low_label="one test can show it",
        high_label="means over more tests are needed",
        conf_level=0.95,
        decimals=1,
        signed=False,
        label="MDC of one test against one, as a multiple of the smallest change in use",
    )


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
        found, between = number_words(stated.typical_error, d), between_words(low, high, d)
        facts.append(words.CONFIGURED_ERROR.format(name=name, stated=found, unit=unit, between=between))
    facts += [
        words.PRACTICE.format(
            name=name,
            trial=row.trial,
            change=signed_words(row.change, d),
            unit=unit,
            between=between_words(row.conf_low, row.conf_high, d),
        )
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
    known = review.profiles.or_say_why(words.NO_PROFILE).known
    by_measure = {
        measure: [one for one in known if one.measure is measure]
        for measure in dict.fromkeys(one.measure for one in known)
    }
    return [
        *unknown_parts(review.profiles.missing, review.names),
        *(fact for measure, own in by_measure.items() for fact in (_profile_fact(measure, own), *_remarks(own))),
        *(residual_figure(measure, own) for measure, own in by_measure.items()),
        Fold("Lines of every athlete"),
        *(_profile_table(measure, own) for measure, own in by_measure.items()),
    ]


def _remarks(own: Sequence[ProfileOf]) -> list[Fact]:
    """What must be known of lines and their intervals, athletes with the same remark together."""
    alike: dict[str, list[ProfileOf]] = {}
    for one in own:
        if one.profile.remark:
            alike.setdefault(one.profile.remark, []).append(one)
    return [
        Fact(f"{of[0].athlete_id}.{of[0].measure.key}.remark", f"{few([one.athlete for one in of])}: {remark}")
        for remark, of in alike.items()
    ]


def _profile_fact(measure: Measure, own: Sequence[ProfileOf]) -> Fact:
    left_out = np.array([one.profile.left_out_rmse_m_s for one in own])
    within = np.array([one.profile.residual_sd_m_s for one in own])
    unbounded = [one.athlete for one in own if not one.profile.e1rm_bounded]
    sentence = words.PROFILE.format(
        name=measure.name,
        middle=np.nanmedian(left_out),
        low=np.nanmin(left_out),
        high=np.nanmax(left_out),
        within=np.median(within),
    )
    if unbounded:
        sentence += words.UNBOUNDED.format(names=few(unbounded))
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
    """What every set misses its session's line by, against load, an athlete a panel: a bend or fan would show."""
    columns = min(PANELS_ACROSS, len(own))
    rows = -(-len(own) // columns)
    shown = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=[one.athlete for one in own],
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.02,
        vertical_spacing=min(0.09, 0.5 / rows),  # of many rows half of the height
    )
    for place, one in enumerate(own):
        sets = one.profile.augment()
        where = {"row": place // columns + 1, "col": place % columns + 1}
        shown.add_scatter(
            x=sets["load_kg"],
            y=sets[".resid"],
            mode="markers",
            name=one.athlete,
            marker={"size": 5, "opacity": 0.7, "color": theme.BLUE},
            hovertemplate="%{x:g} kg, %{y:.3f} m/s<extra></extra>",
            **where,
        )
        shown.add_hline(0, line_color=theme.TEXT, line_width=1, **where)
    shown.update_layout(template=theme.TEMPLATE, showlegend=False, height=120 + 100 * rows)
    names = {one.athlete for one in own}
    shown.for_each_annotation(lambda one: one.update(font_size=12, yshift=-16) if one.text in names else None)
    shown.update_xaxes(nticks=4, tickangle=0)
    shown.update_yaxes(dtick=RESIDUAL_TICK_M_S)
    note = f"{measure.name}: residuals (m/s) of sets about the line of their session, against load (kg)"
    return theme.add_note(shown, note)
