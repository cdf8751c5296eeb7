"""How the block was trained, as facts, forests and tables: how long runs hold, patterns and sides."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Drawing, Fact, Fold, Forest, ForestRow
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.figures import theme
from analysis.metrics.pattern_balance import PATTERNS, UNNAMED
from analysis.models.form.sides import SideDifference
from analysis.models.result import t_interval
from analysis.models.running.mechanics import LEAST_RUNS, Mechanics
from analysis.pages.block_review import words
from analysis.pages.block_review.audit_sections import missing_fact
from analysis.pages.block_review.measures import Block as BlockDays
from analysis.pages.block_review.review import BlockReview
from analysis.pages.block_review.trained import Balance, DurabilityOf
from analysis.pages.numbers import between_signed, between_words, number_words, signed_words, titled
from analysis.pages.wording import count_text, exercise_name, few, unknown_parts

Block = Fact | Drawing | pd.DataFrame | go.Figure

EVEN_WITHIN_PCT = 10.0  # of the work of both sides: a practical choice
_PATTERN_COLOURS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE, theme.SKY, theme.TEXT)


# --- long runs --------------------------------------------------------------------------------------------------------


def running(review: BlockReview) -> list[Block]:
    """How long runs hold: loss of speed for a heartbeat, cadence and stride in the second half against the first."""
    durable = review.durabilities
    losses = [one for one in durable.known if np.isfinite(block_loss(one, review.block)[0])]
    late = next(iter(review.mechanics.known), None)
    if not losses and late is None:
        raise NotEnoughData(review.mechanics.missing[0].sentence)
    facts = [
        *_loss_facts(losses, review.block),
        *([_late_fact(late), *_late_apart(late)] if late else []),
        *(missing_fact("running", "cadence", one.sentence) for one in review.mechanics.missing),
        *unknown_parts(durable.missing, review.names),
    ]
    forests = [
        *([_loss_forest(losses, review.block)] if losses else []),
        *([_late_forest(late, part) for part in ("cadence_pct", "stride_pct")] if late else []),
    ]
    table = [titled(_late_table(late), "Second half against first, long runs of the block")] if late else []
    folded = [titled(_loss_table(losses, review.block), "Loss of speed for a heartbeat")] if losses else []
    return [*facts, *forests, Fold("Numbers of each athlete"), *folded, *table]


def block_loss(one: DurabilityOf, block: BlockDays) -> tuple[float, float, float, int]:
    """Mean loss of the block's long runs in percent, its t interval (NaN below 3 runs), and how many runs."""
    exposures = one.durability.exposures
    values = exposures.loc[block.holds(exposures) & exposures["comparable"], "value"]
    n = len(values)
    error = values.std(ddof=1) / n**0.5 if n >= LEAST_RUNS else np.nan
    mean = float(values.mean()) if n else np.nan
    return (mean, *t_interval(mean, error, n - 1, 0.95), n)


def _loss_facts(losses: Sequence[DurabilityOf], block: BlockDays) -> list[Fact]:
    if not losses:
        return []
    means = [block_loss(one, block)[0] for one in losses]
    changed = [f"{one.athlete} {one.durability.change.state}" for one in losses if one.durability.change.changed]
    changed_text = words.DURABILITY_CHANGED.format(names=few(changed)) if changed else words.DURABILITY_SAME
    told = words.DURABILITY.format(
        mean=number_words(float(np.median(means)), 1), low=number_words(min(means), 1), high=number_words(max(means), 1)
    )
    return [Fact("running.loss", f"{told} {changed_text}", estimate=float(np.median(means)), unit="%", n=len(means))]


def _loss_forest(losses: Sequence[DurabilityOf], block: BlockDays) -> Forest:
    rows = []
    for one in losses:
        mean, low, high, _n = block_loss(one, block)
        ends = (low, high) if np.isfinite(low) else (None, None)
        rows.append(ForestRow(one.athlete, mean, *ends, one.durability.change.state))
    return Forest(
        "Speed for a heartbeat lost from the first half of long runs to the second, by athlete",
        "%",
        tuple(rows),
        reference_label="no loss",
        low_label="holds",
        high_label="fades",
        conf_level=0.95,
        decimals=1,
        label="Speed for a heartbeat lost late",
    )


def _loss_table(losses: Sequence[DurabilityOf], block: BlockDays) -> pd.DataFrame:
    rows = []
    for one in losses:
        mean, low, high, n = block_loss(one, block)
        rows.append(
            {
                "Athlete": one.athlete,
                "Long runs": n,
                "Loss (%)": number_words(mean, 1),
                "95 % interval": between_words(low, high, 1),
                "Against runs before": one.durability.change.state,
            }
        )
    return pd.DataFrame(rows)


def late_words(late: Mechanics, part: str) -> str:
    """The squad's change of one part with its interval where there are athletes enough: '−1.2 % (−1.9 to −0.5)'."""
    row = late.tidy().set_index("term").loc[part]
    mean = f"{signed_words(float(row['estimate']), 1)} %"
    between = between_signed(float(row["conf_low"]), float(row["conf_high"]), 1)
    return f"{mean} ({between})" if late.can_tell else mean


def _late_fact(late: Mechanics) -> Fact:
    said = {part: late_words(late, part) for part in ("cadence", "stride", "speed")}
    counts = {
        "runs": count_text(len(late.runs), "long run"),
        "athletes": count_text(late.n_athletes, "athlete"),
    }
    if not late.can_tell:
        sentence = words.LATE_FEW.format(**said, **counts)
        return Fact(
            "running.mechanics", sentence, State.CANNOT_TELL, n=len(late.runs), reason="too_few_values", lead=""
        )
    seen = f"{number_words(late.detectable_pct('cadence_pct'), 1)} %"
    row = late.tidy().set_index("term").loc["cadence"]
    return Fact(
        "running.mechanics",
        words.LATE.format(**said, **counts, seen=seen),
        estimate=float(row["estimate"]),
        unit="%",
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        conf_level=late.conf_level,
        n=len(late.runs),
    )


def _late_apart(late: Mechanics) -> list[Fact]:
    """Who loses more cadence late than each of the others, by an interval that touches no other; nobody by default."""
    own = late.by_athlete[late.by_athlete["part"] == "cadence_pct"].dropna(subset=["conf_low"])
    if not late.can_tell or len(own) < 2:
        return []
    first, *others = own.sort_values("mean_pct").itertuples()
    if first.conf_high >= min(one.conf_low for one in others):
        return []
    means = [one.mean_pct for one in others]
    size, ends = f"{number_words(-first.mean_pct, 1)} %", (signed_words(end, 1) for end in (min(means), max(means)))
    low, high = ends
    said = words.LATE_APART.format(name=first.athlete_id, size=size, low=low, high=high)
    return [
        Fact(
            f"{first.athlete_id}.late_cadence",
            said,
            estimate=float(first.mean_pct),
            unit="%",
            conf_low=float(first.conf_low),
            conf_high=float(first.conf_high),
            conf_level=late.conf_level,
            n=int(first.n),
        )
    ]


def _late_forest(late: Mechanics, part: str) -> Forest:
    name = part.removesuffix("_pct")
    own = late.by_athlete[late.by_athlete["part"] == part]
    rows = tuple(
        ForestRow(row.athlete_id, row.mean_pct, *((row.conf_low, row.conf_high) if np.isfinite(row.conf_low) else ()))
        for row in own.itertuples()
    )
    low, high = ("slower steps", "quicker steps") if name == "cadence" else ("shorter", "longer")
    return Forest(
        f"{name.capitalize()} in the second half of long runs against the first, by athlete",
        "%",
        rows,
        low_label=low,
        high_label=high,
        conf_level=late.conf_level,
        decimals=1,
        label=f"{name.capitalize()} late",
    )


def _late_table(late: Mechanics) -> pd.DataFrame:
    wide = late.by_athlete.pivot_table(index="athlete_id", columns="part", values="mean_pct", sort=False)
    first = late.runs.groupby("athlete_id", sort=False)
    return pd.DataFrame(
        {
            "Athlete": wide.index,
            "Long runs": first.size().reindex(wide.index).to_numpy(),
            "Cadence (1/min)": [number_words(value, 0) for value in first["cadence_spm"].mean().reindex(wide.index)],
            "Stride (m)": [number_words(value, 2) for value in first["stride_m"].mean().reindex(wide.index)],
            **{
                f"{part.capitalize()} late (%)": [signed_words(value, 1) for value in wide[f"{part}_pct"]]
                for part in ("cadence", "stride", "speed")
            },
        }
    )


# --- patterns and sides -----------------------------------------------------------------------------------------------


def balance(review: BlockReview) -> list[Block]:
    """Working sets by movement pattern, the work of both sides, and what tests of both sides say."""
    found = review.balance
    if not found.patterns.to_numpy().sum():
        raise NotEnoughData(words.NO_SETS)
    tables = [titled(_pattern_table(found), "Working sets of the block by pattern")]
    if len(found.sides):
        tables.append(titled(_sides_table(found), "Load times repetitions by side"))
    return [
        *_pattern_facts(found),
        sides_fact(found),
        *_side_test_facts(found),
        pattern_figure(found),
        Fold("Numbers of patterns and sides"),
        *tables,
    ]


def shares_pct(found: Balance) -> pd.Series:
    """The share of each pattern in the working sets of all athletes, in percent."""
    sums = found.patterns.sum()
    return 100 * sums / sums.sum()


def _pattern_facts(found: Balance) -> list[Fact]:
    total, shares = int(found.patterns.to_numpy().sum()), shares_pct(found)
    trained = ", ".join(f"{name} {shares[name]:.0f} %" for name in PATTERNS if shares[name] > 0)
    absent = [name for name in PATTERNS[:4] if shares[name] == 0]
    sentence = words.BALANCE.format(total=f"{total:,}", shares=trained)
    if absent:
        sentence += f" {words.NOT_TRAINED.format(names=' or '.join(absent))}"
    lower = found.patterns[["hinge", "squat"]].sum(axis=1)
    hinge_pct = (100 * found.patterns["hinge"] / lower.where(lower > 0)).dropna()
    facts = [Fact("balance.patterns", sentence, n=total)]
    if len(hinge_pct):
        middle, low, high = (f"{value:.0f}" for value in (hinge_pct.median(), hinge_pct.min(), hinge_pct.max()))
        told = words.RANGE.format(middle=middle, low=low, high=high)
        facts.append(Fact("balance.hinge", told, estimate=float(hinge_pct.median()), unit="%", n=len(hinge_pct)))
    if unnamed := int(found.patterns[UNNAMED].sum()):
        facts.append(Fact("balance.unnamed", words.UNNAMED_SETS.format(n=unnamed), n=unnamed))
    return facts


def even_sides(found: Balance) -> tuple[int, int]:
    """How many athletes did the same work on both sides in every lift of one side, and how many did any."""
    by_athlete = found.sides.dropna(subset=["right_pct"]).groupby("athlete_id")["right_pct"]
    most = by_athlete.agg(lambda values: values.abs().max())
    return int((most <= EVEN_WITHIN_PCT).sum()), len(most)


def sides_fact(found: Balance) -> Fact:
    """Whether single-leg work was the same on both sides."""
    even, n = even_sides(found)
    if not n:
        return Fact("balance.sides", words.NO_SIDES, State.CANNOT_TELL, reason="nothing_recorded", lead="")
    known = found.sides.dropna(subset=["right_pct"])
    top = known.loc[known["right_pct"].abs().idxmax()]
    most = ""
    if abs(top["right_pct"]) > EVEN_WITHIN_PCT:
        side = "right" if top["right_pct"] > 0 else "left"
        exercise, pct = exercise_name(top["exercise"]).lower(), f"{abs(top['right_pct']):.0f}"
        most = words.SIDES_MOST.format(name=top["athlete_id"], pct=pct, side=side, exercise=exercise)
    sentence = words.SIDES.format(even=even, n=n, within=EVEN_WITHIN_PCT, most=most)
    return Fact("balance.sides", sentence, n=n)


def _side_test_facts(found: Balance) -> list[Fact]:
    by_test: dict[str, list[tuple[str, SideDifference]]] = {}
    for name, one in found.tests:
        by_test.setdefault(one.test_id, []).append((name, one))
    facts = []
    for test_id, own in by_test.items():
        sure = [(name, one) for name, one in own if one.is_sure]
        told = [f"{name}, {one.larger} by {abs(one.estimate_pct):.0f} %" for name, one in sure]
        sentence = words.SIDE_TESTS.format(
            test=own[0][1].name, sure=len(sure), n=len(own), names=f" ({few(told, between='; ')})" if told else ""
        )
        facts.append(Fact(f"balance.{test_id}", sentence, n=len(own)))
    return facts


def _pattern_table(found: Balance) -> pd.DataFrame:
    table = found.patterns.rename(columns=str.capitalize).rename_axis("Athlete")
    return table.loc[:, table.sum() > 0].reset_index()


def _sides_table(found: Balance) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Athlete": found.sides["athlete_id"],
            "Exercise": found.sides["exercise"].map(exercise_name),
            "Left (kg)": [number_words(value, 0) for value in found.sides["left"]],
            "Right (kg)": [number_words(value, 0) for value in found.sides["right"]],
            "Right more (%)": [signed_words(value, 0) for value in found.sides["right_pct"]],
        }
    )


def pattern_figure(found: Balance) -> go.Figure:
    """Working sets of each athlete, a colour a pattern."""
    shown = theme.figure("Working sets", "")
    for name, colour in zip([*PATTERNS, UNNAMED], _PATTERN_COLOURS, strict=True):
        if found.patterns[name].sum():
            sets, athletes = found.patterns[name].tolist(), found.patterns.index.tolist()
            shown.add_bar(x=sets, y=athletes, name=name, orientation="h", marker_color=colour)
    shown.update_layout(barmode="stack", height=130 + 20 * len(found.patterns), yaxis_autorange="reversed")
    return theme.add_note(shown, "Working sets of the block by movement pattern")
