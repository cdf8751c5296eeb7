"""The sentences of a told series, each a template with named places; which of them is said is decided in `told`.

Places: `quantity` (what was measured, with a capital letter), `occasion` (what is repeated), `now`, `before` (levels),
`direction` (as slower), `day` and other days, and what a name says by itself.
"""

DATE = "{day} {month}"
DATE_OF_ANOTHER_YEAR = "{day} {month} {year}"
NO_DATE = "then"

# --- the athlete: a lead, then the rest ---------------------------------------------------------------------------

CLEARLY_SINCE = {
    "step": "clearly {direction} since {day}.",
    "ramp": "clearly getting {direction} since about {day}.",
}
SINCE = {"step": "{direction} since about {day}.", "ramp": "getting {direction} since about {day}."}
LEVEL = "{quantity}: {now}."
LEVEL_AND_BEFORE = "{quantity}: {now}, before {before}."
LEVEL_AND_HIDDEN = "{quantity}: {now}; {hidden}."
HIDDEN = "up to {most} {direction} could hide"

YOUR_DAY = "Your last {occasion} was {kind}, outside your usual. It was {off}."
YOUR_LAST = "Your last {occasion} was outside your usual. It was {off}."
KINDS_OF_DAY = {  # by the direction
    "slower": "a slow day",
    "faster": "a fast day",
    "weaker": "a weak day",
    "stronger": "a strong day",
}
OFF = "{now}, {by} {direction}"
OFF_USUAL = "{off} than {usual}"
OFF_BY_DIRECTION = "{now}, {direction}"

WE_CAN_TELL = "{occasions} and we can tell."
NAMED = "{quantity}."
NEW_DEVICE = "{quantity}: a new device or rater began."
TOO_LONG_AGO = "Your last {occasion} was too long ago."
DO_ONE_SOON = "{quantity}: do one soon."
NOT_KNOWN = "{quantity}: how much it varies by itself is not known."

# --- the coach: one sentence, the state behind the name -----------------------------------------------------------

ODD = "{quantity}: {off} than usual."
THE_LAST = "The last {occasion}: {off} than usual."
CANNOT_TELL = "{quantity}: {state} ({reason}), n {n}."
CANNOT_TELL_YET = "{quantity}: {state} ({reason}, {occasions} needed), n {n}."
VERDICT = "{quantity}: {verdict}. {level}{change}{rate}."
CHANGED = {"step": "{direction}, {state}", "ramp": "getting {direction}, {state}"}
CLOSE = "{state}; {hidden}"
SINCE_BETWEEN_AND_BEFORE = "{now} since {day} ({first} to {last}), a {shape}; before {before}"
CHANGE = "; change {change} ({level} % interval {low} to {high})"
RATE = ", {rate} a month"

BASIS = "MDC {mdc}, SWC {swc}, TE {te}, rho {rho} ({source})."
BASIS_OF_COUNTS = "{breaks} breaks in {at_risk} repetitions{ratio}, spread {spread}, SWC {swc} ({source})."
RATIO = ", now {times} times the squad's hazard"
SQUAD_OF = "squad of {n}"
OWN_RATINGS = "own ratings"
COUNT = "{clean} of {reps}"
