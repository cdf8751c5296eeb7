"""The sentences of a series that every page quotes, as templates, beside those of `models.change.words`."""

# left and right: for the athlete a lead, then the rest; for the coach one sentence
MORE_OF_A_SIDE = {  # by the unit of what both sides did: the verb, and what the larger side is
    "m/s": ("is", "faster"),
    "kg": ("is", "stronger"),
    **dict.fromkeys(("m", "cm", "mm", "deg"), ("reaches", "further")),
}
LARGER = ("is", "larger")
SIDE_BY = "{side} {size} {more}"
SIDE_IS_MORE = "Your {side} side {verb} {size} {more}."
NO_SURE_DIFFERENCE = "No difference we can be sure of."
SIDES_AGREE = "{name}, on {agreeing} of {dates}."
SIDES_OVER = "{name}, {dates}."
SIDES_OF_COACH = (
    "{name}: {by} % right over left ({level} % interval {low} to {high}), {side} larger on {agreeing} of {dates}; "
    "sure where the interval leaves out 0."
)
AND_MORE = "{n} more"  # names, of more than a sentence holds
NOTHING_IN_WEEKS = "Nothing in {weeks} weeks."
