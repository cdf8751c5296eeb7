"""Form as facts, a forest and tables: beside sleep, soreness and rest between sets, and after a cue.

An association is told as one, with its interval and what would have been seen; a stream that is not recorded is named
with what to record.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Fold, Forest, ForestRow
from analysis.base.states import State
from analysis.models.form.after_cue import AfterCue
from analysis.models.form.cues import CueSessions
from analysis.models.form.form_and_day import FormAndDay, FormBeside, LeftOut
from analysis.pages.block_review import words
from analysis.pages.block_review.audit_sections import missing_fact
from analysis.pages.block_review.review import BlockReview
from analysis.pages.block_review.trained import CueOf
from analysis.pages.numbers import NOTHING, between_signed, number_words, p_words, signed_words, titled
from analysis.pages.wording import count_text, expected_text, long_day

Block = Fact | Drawing | pd.DataFrame


def form(review: BlockReview) -> list[Block]:
    """Do clean repetitions go with sleep, soreness and rest between sets, within athletes?"""
    (found,) = review.form_and_day.or_say_why(words.CANNOT_TELL).known
    return [
        *(_beside_fact(one) for one in found.known),
        *(missing_fact("form", one.circumstance.name, one.why) for one in found.left_out),
        _beside_forest(found),
        Fold("Numbers of each circumstance"),
        titled(pd.DataFrame([_beside_row(found, one) for one in found.known]), "Clean repetitions beside the day"),
    ]


def _beside_fact(one: FormBeside) -> Fact:
    circumstance, fit = one.circumstance, one.fit
    sentence = words.FORM_BESIDE.format(
        name=circumstance.name,
        sd=number_words(fit.exposure_sd, 0 if circumstance.unit == "s" else 1),
        unit=circumstance.unit,
        change=signed_words(one.change_reps, 2),
        level=_percent(one.conf_level),
        between=between_signed(*one.interval, 2),
        seen=number_words(one.detectable_reps, 2),
        days=count_text(fit.n_pairs, "day"),
        athletes=count_text(fit.n_athletes, "athlete"),
    )
    if one.verdict.startswith("goes with"):
        sentence = f"{sentence} {words.FORM_NO_CAUSE}"
    state = State.CANNOT_TELL if one.verdict == "too few days" else None
    low, high = one.interval
    return Fact(
        f"form.{circumstance.column}",
        f"{words.FORM_VERDICTS[one.verdict]} {sentence}",
        state,
        estimate=one.change_reps,
        unit="reps",
        conf_low=low,
        conf_high=high,
        conf_level=one.conf_level,
        n=fit.n_pairs,
        lead="",
    )


def _beside_forest(found: FormAndDay) -> Forest:
    rows = tuple(
        ForestRow(f"{one.circumstance.name}, {number_words(one.fit.exposure_sd, 1)} {one.circumstance.unit} higher",
                  one.change_reps, *one.interval, word=one.verdict)
        for one in found.known
    )  # fmt: skip
    missing = tuple(ForestRow(one.circumstance.name, None, note=left_out_words(one)) for one in found.left_out)
    return Forest(
        "Clean repetitions beside each circumstance, within athletes",
        "reps",
        (*rows, *missing),
        reference_label="no relation",
        low_label="fewer clean reps",
        high_label="more clean reps",
        conf_level=found.conf_level,
        label=words.FORM_AXIS,
    )


def left_out_words(one: LeftOut) -> str:
    """Why nothing is told of a circumstance, in few words."""
    return words.TOO_LITTLE if one.n_athletes else words.NOT_RECORDED


def _beside_row(found: FormAndDay, one: FormBeside) -> dict[str, object]:
    fit = one.fit
    return {
        "Circumstance": f"{one.circumstance.name} ({one.circumstance.unit})",
        "Rated days": fit.n_pairs,
        "Without it": one.n_left_out,
        "Athletes": fit.n_athletes,
        "1 SD within": number_words(fit.exposure_sd, 1),
        "Reps a unit": signed_words(fit.slope, 3),
        "Reps a SD": f"{signed_words(one.change_reps, 2)} ({between_signed(*one.interval, 2)})",
        "Could be seen": number_words(one.detectable_reps, 2),
        "r within": signed_words(fit.correlation, 2),
        "Holm p": p_words(one.p_holm),
        "Load beside": "yes" if found.with_load else "no",
    }


def cues(review: BlockReview) -> list[Block]:
    """What followed a cue: the next rated session against sessions as good without one, and each cue of the block."""
    of_block = review.cues
    facts = [
        *(_cue_fact(one) for one in review.after_cue.known),
        *(missing_fact("cues", "after", one.sentence) for one in review.after_cue.missing),
    ]
    told = [one for one in of_block if one.sessions.interval is not None]
    if told:
        sentence = words.CUES_OF_BLOCK.format(
            cues=count_text(len(told), "cue"),
            beyond=sum(one.sessions.flagged for one in told),
            luck=expected_text(sum(one.sessions.null_probability for one in told)),
        )
        facts.append(Fact("cues.block", sentence, n=len(told)))
    if not of_block:
        return [*facts, Fact("cues.none", words.NO_CUE, State.CANNOT_TELL, reason="nothing_recorded", lead="")]
    return [
        *facts,
        Fold("Each cue of the block"),
        titled(_cue_table(of_block), "3 rated sessions before and after a cue"),
    ]


def _cue_fact(found: AfterCue) -> Fact:
    low, high = found.interval
    sentence = words.CUE.format(
        cues=count_text(found.n_cues, "cue"),
        change=signed_words(found.fit.slope, 2),
        level=_percent(found.conf_level),
        between=between_signed(low, high, 2),
        seen=number_words(found.fit.detectable(), 2),
        plain=signed_words(found.plain_reps, 2),
    )
    numbers = {"estimate": found.fit.slope, "unit": "reps", "conf_low": low, "conf_high": high}
    return Fact(
        "cues.after",
        f"{words.CUE_VERDICTS[found.verdict]} {sentence}",
        conf_level=found.conf_level,
        n=found.n_cues,
        lead="",
        **numbers,
    )


def _cue_table(found: Sequence[CueOf]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Day": [long_day(one.sessions.local_date) for one in found],
            "Athlete": [one.athlete for one in found],
            "Cue": [one.sessions.cue for one in found],
            **pd.DataFrame([_around_words(one.sessions) for one in found]),
        }
    )


def _around_words(sessions: CueSessions) -> dict[str, str]:
    """Levels before and after a cue and their difference; dashes with too few sessions."""
    shift, interval = sessions.shift, sessions.interval
    if shift is None or interval is None:
        before, after, change, beyond = NOTHING, NOTHING, "too few sessions", NOTHING
    else:
        before, after = number_words(shift.before.value, 1), number_words(shift.level.value, 1)
        change = f"{signed_words(shift.size.value, 1)} ({between_signed(*interval, 1)})"
        beyond = "yes" if sessions.flagged else "no"
    heads = ("Before (reps)", "After (reps)", "Change, 95 % interval", "Beyond noise")
    return dict(zip(heads, (before, after, change, beyond), strict=True))


def _percent(level: float) -> str:
    return f"{100 * level:.0f} %"
