"""The ten lines at the head of a block's review: a verdict with its number each, and the section that has the rest."""

from collections.abc import Callable

import numpy as np

from analysis.base.blocks import Finding, Findings
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State
from analysis.models.change.kept import RANGE_LEVEL
from analysis.models.estimators.within_athletes import pairs_needed
from analysis.models.fitness_fatigue.skill import NAIVE
from analysis.models.squad.transfer import CORRELATION_SOUGHT, Transfer
from analysis.pages.block_review import words
from analysis.pages.block_review.error_sections import too_coarse
from analysis.pages.block_review.form_sections import left_out_words
from analysis.pages.block_review.review import BlockReview
from analysis.pages.block_review.training_sections import (
    EVEN_WITHIN_PCT,
    block_loss,
    even_sides,
    late_words,
    shares_pct,
)
from analysis.pages.numbers import between_signed, digits_of_error, number_words, signed_words
from analysis.pages.wording import expected_text, few, listed

Told = tuple[str, str, State | None]  # verdict, text, state


def summary(review: BlockReview) -> Findings:
    """The block in ten lines; a part that has nothing to tell says in its line what is missing."""
    return Findings(words.SUMMARY, tuple(_line(review, section, told) for section, told in _LINES.items()))


def _line(review: BlockReview, section: str, told: Callable[[BlockReview], Told]) -> Finding:
    try:
        verdict, text, state = told(review)
    except (NotEnoughData, DataProblem) as problem:
        verdict, text, state = words.CANNOT_TELL, str(problem), State.CANNOT_TELL
    return Finding(words.HEADS[section], verdict, text, section, state)


def _plan(review: BlockReview) -> Told:
    plan = review.plan
    due, done = int(plan["due"].sum()), int(plan[["done", "moved"]].sum().sum())
    if not due:
        raise NotEnoughData(words.NO_PLAN)
    numbers = {"done": done, "due": due, "missed": int(plan["missed"].sum()), "unknown": int(plan["not_logged"].sum())}
    verdict, text = words.LINE_PLAN
    return verdict.format(pct=100 * done / due), text.format(**numbers), None


def _changes(review: BlockReview) -> Told:
    told = review.told
    if not told:
        raise NotEnoughData(words.NOTHING_TOLD)
    changed = [one.change.state for one in told if one.change.changed]
    clear = sum(state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE) for state in changed)
    verdict, text = words.LINE_CHANGES
    numbers = {"luck": expected_text(review.by_luck), "clear": clear}
    return verdict.format(changed=len(changed), n=len(told)), text.format(**numbers), None


def _error(review: BlockReview) -> Told:
    known = review.errors.or_say_why(words.NOT_TWICE).known
    coarse = too_coarse(known)
    if not coarse:
        return *words.LINE_DETECTABLE, None
    times = [one.reliability.typical_error.mdc() / one.measure.swc for one in known]
    verdict, text = words.LINE_TOO_COARSE
    reach = f"{number_words(min(times), 1)} to {number_words(max(times), 1)}"
    return verdict.format(n=len(coarse), of=len(known)), text.format(times=reach), None


def _load(review: BlockReview) -> Told:
    known = review.load_responses.or_say_why(words.NO_LOAD).known
    judged = [one for one in known if one.review.skill and one.review.verdict != "too few tests"]
    if not judged:
        raise NotEnoughData(known[0].review.sentence())
    errors = [one.review.skill.rmse for one in judged if one.review.skill]
    middle = {
        "model": np.median([rmse["model"] for rmse in errors]),
        "last": np.median([rmse["last"] for rmse in errors]),
        "best": np.median([rmse[list(NAIVE)].min() for rmse in errors]),
    }
    d = digits_of_error(float(middle["best"]))
    verdict, text = words.LINE_SKILL
    skilled = sum(one.review.verdict == "skill" for one in judged)
    shown = {name: number_words(float(value), d) for name, value in middle.items()}
    return verdict.format(n=skilled, of=len(judged)), text.format(**shown, unit=known[0].measure.unit), None


def _growth(review: BlockReview) -> Told:
    known = review.growths.or_say_why(words.NO_GROWTH).known
    one = next((one for one in known if one.growth.settled), known[0])
    row = one.growth.tidy().set_index("term").loc["slope"]
    slope, low, high = (1000 * float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    verdict = words.GROWTH_NONE if low <= 0 <= high else words.GROWTH_UP if low > 0 else words.GROWTH_DOWN
    own = one.growth.athletes
    beyond = own.loc[(own["slope_low"] > 0) | (own["slope_high"] < 0), "athlete_id"].astype(str).tolist()
    more = words.GROWTH_BEYOND.format(names=few(beyond)) if one.growth.settled and beyond else ""
    between = between_signed(low, high, 1)
    text = words.LINE_GROWTH[1].format(
        name=one.measure.name, slope=signed_words(slope, 1), between=between, beyond=more
    )
    return verdict, text, None if one.growth.settled else State.CANNOT_TELL


def _transfer(review: BlockReview) -> Told:
    known = review.transfers.or_say_why(words.NO_TRANSFER).known
    by_verdict: dict[str, list[Transfer]] = {}
    for one in known:
        by_verdict.setdefault(one.verdict, []).append(one)
    order = [verdict for verdict in words.LINE_TRANSFER if verdict in by_verdict]
    said = [
        words.LINE_TRANSFER[verdict].format(names=listed([one.outcome.name for one in by_verdict[verdict]]))
        for verdict in order
    ]
    seen = [_transfer_seen(one) for one in known if one.verdict != "too few pairs"]
    if not seen:
        pairs, needed = max(one.n_independent for one in known), pairs_needed(CORRELATION_SOUGHT)
        seen = [words.LINE_TRANSFER_FEW.format(pairs=pairs, needed=needed)]
    state = State.CANNOT_TELL if order in (["too few pairs"], ["placebo shows it too"]) else None
    return said[0], " ".join([*said[1:], *seen]), state


def _transfer_seen(one: Transfer) -> str:
    amount = one.hinge.swc * float(one.lags["detectable"].min())
    return words.LINE_TRANSFER_SEEN.format(
        name=one.outcome.name,
        amount=number_words(amount, digits_of_error(amount)),
        unit=one.outcome.unit,
        step=one.hinge.swc,
        step_unit=one.hinge.unit,
    )


def _form(review: BlockReview) -> Told:
    (found,) = review.form_and_day.or_say_why(words.CANNOT_TELL).known
    with_it = [one.circumstance.name.lower() for one in found.known if one.verdict.startswith("goes with")]
    few = all(one.verdict == "too few days" for one in found.known)
    verdict = words.LINE_FORM["found" if with_it else "few" if few else "none"].format(names=listed(with_it or [""]))
    each = [
        words.LINE_FORM_ONE.format(
            name=one.circumstance.name,
            change=signed_words(one.change_reps, 2),
            between=between_signed(*one.interval, 2),
        )
        for one in found.known
    ]
    missing = [f"{one.circumstance.name}: {left_out_words(one).lower()}" for one in found.left_out]
    text = " ".join(["; ".join(each) + ".", *missing])
    return verdict, text, State.CANNOT_TELL if few and not with_it else None


def _running(review: BlockReview) -> Told:
    known = [one for one in review.durabilities.known if np.isfinite(block_loss(one, review.block)[0])]
    late = next(iter(review.mechanics.known), None)
    if not known and late is None:
        raise NotEnoughData(review.mechanics.missing[0].sentence)
    mechanics = words.LINE_NO_CADENCE
    if late:
        mechanics = words.LINE_CADENCE.format(cadence=late_words(late, "cadence"), stride=late_words(late, "stride"))
    if not known:
        return words.CANNOT_TELL, mechanics.strip(), None
    changed = [f"{one.athlete} {one.durability.change.state}" for one in known if one.durability.change.changed]
    said = words.SHORT_CHANGED.format(names=few(changed)) if changed else words.DURABILITY_SAME
    mean = number_words(float(np.median([block_loss(one, review.block)[0] for one in known])), 1)
    verdict, text = words.LINE_RUNNING
    return verdict.format(mean=mean), text.format(changed=said, mechanics=mechanics), None


def _balance(review: BlockReview) -> Told:
    found = review.balance
    total = int(found.patterns.to_numpy().sum())
    if not total:
        raise NotEnoughData(words.NO_SETS)
    verdict, text = words.LINE_BALANCE
    even, n = even_sides(found)
    sides = words.LINE_SIDES.format(within=EVEN_WITHIN_PCT, even=even, n=n) if n else words.LINE_NO_SIDES
    shares = shares_pct(found)[["hinge", "squat", "push", "pull"]].to_dict()
    return verdict.format(**shares), text.format(total=f"{total:,}", sides=sides), None


def _claims(review: BlockReview) -> Told:
    kept = review.kept
    verdict, text = words.LINE_CLAIMS if kept.n_judged else words.LINE_CLAIMS_EARLY
    said = {
        "n": len(kept.claims),
        "luck": expected_text(kept.expected),
        "in_range": 100 * kept.values["in_range"].mean(),
        "level": 100 * RANGE_LEVEL,
    }
    return verdict.format(held=kept.n_held, judged=kept.n_judged), text.format(**said), None


_LINES: dict[str, Callable[[BlockReview], Told]] = {
    "plan": _plan,
    "changes": _changes,
    "error": _error,
    "load": _load,
    "growth": _growth,
    "transfer": _transfer,
    "form": _form,
    "running": _running,
    "balance": _balance,
    "claims": _claims,
}
