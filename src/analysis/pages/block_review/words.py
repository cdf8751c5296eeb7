"""The sentences of a block's review, as templates that its sections fill with numbers already rounded and counted."""

# --- heads of the ten lines, and what stands for a part that has nothing to tell --------------------------------------
SUMMARY = "The block in ten lines"
HEADS = {
    "plan": "Plan",
    "changes": "Changes",
    "error": "Noise",
    "load": "Forecast",
    "growth": "Growth",
    "transfer": "Transfer",
    "form": "Form",
    "running": "Running",
    "balance": "Balance",
    "claims": "Claims",
}
CANNOT_TELL = "Cannot tell yet."
NOT_RECORDED = "Not recorded."
TOO_LITTLE = "Too little recorded."

# --- how much it rests on, and the message ----------------------------------------------------------------------------
RESTS_ON = "{athletes}, {weeks}. Logged on {median} of {days} days (median athlete; least {least}, most {most})."
NOTHING_TOLD = "Nothing of this block can be told yet. Six exposures on one device are needed."
NONE_CHANGED = "None of {n} series changed and stayed so; luck alone would move {luck}."
CHANGED = "{changed} of {n} series changed and stayed so, where luck alone would move {luck}: {names}."
LINE_CHANGES = (
    "{changed} of {n} changed and stayed so.",
    "Luck alone would move {luck}. {clear} beyond the smallest change in use.",
)

# --- plan and attrition -----------------------------------------------------------------------------------------------
NO_PLAN = "No training day was planned in this block. Add a plan to hold the log against."
PLAN = (
    "{done} of {due} planned lifting days were done, {pct:.0f} %. {missed} count as missed; "
    "on {unknown} of these nothing at all was logged, so training is not known."
)
PLAN_LEAST = "Least: {names}, {done} of {due}."
PLAN_OFF = "Planned lifting days ill or away, when nothing is expected: {names}."
LINE_PLAN = (
    "{pct:.0f} % done.",
    "{done} of {due} planned lifting days; {missed} missed, nothing logged on {unknown} of these.",
)
ALL_LOGGED = "Every athlete logged something in every week of the block."
SILENT = "{names}: nothing logged in {weeks} (from {days}). Not counted as rest."
JUDGED = "{judged} of {n} series measured in the block can be judged{reasons}."
UNJUDGED = {
    "series_broken": "device or rater changed: {n}",
    "too_few_values": "too few values: {n}",
    "stale": "last value too old: {n}",
    "te_unknown": "error not known: {n}",
}

# --- data -------------------------------------------------------------------------------------------------------------
DEVICE = "{athlete}, {measure}: {now} instead of {was} from {day} on. Values before and after are not compared."
NO_DEVICE = "No device or rater changed within a series that is followed."
FILES = "{files} in the store: {taken} rows taken, {refused} refused."
UNUSABLE = "Without a rating: {unrated} sessions. Without a known load: {sets_unknown} of {sets} sets."

# --- changes ----------------------------------------------------------------------------------------------------------
NOTHING_MEASURED = "Nothing that is followed was measured in this block. Record a key lift or a check."
COUNTED = (
    "{series} can be told: {changed} changed and stayed so, {clear} of them by more than the smallest change that "
    "matters; luck alone would move {luck}."
)
NOT_MEASURED = "{measure}: not measured in this block."
MEASURE_COUNTED = "{measure}: {told} can be told, {changed} changed and stayed so."
ONE_UNKNOWN = "{quantity}: cannot tell. {why}"
SEVERAL_UNKNOWN = "{names}, {measure}: cannot tell. {why}"
EVERYBODY = "All {n} athletes"
WHY = {
    "series_broken": "The device or rater changed; {n} since, {more} more needed.",
    "too_few_values": "{n}; {more} more needed.",
    "stale": "The last value lies too long before the end of the block.",
    "te_unknown": "The error of this measure is not known.",
}

# --- noise ------------------------------------------------------------------------------------------------------------
NOT_TWICE = "Nothing was measured twice in this block. Repeat a test."
DETECTABLE = "One test against one shows the smallest worthwhile change in use for every measure."
TOO_COARSE = (
    "One test against one cannot show the smallest worthwhile change in use for {n} of {measures}: {names}. "
    "Means over more exposures are needed."
)
LINE_DETECTABLE = "Single tests suffice.", "One against one shows the smallest change in use for every measure."
LINE_TOO_COARSE = (
    "{n} of {of} too coarse for single tests.",
    "Least change that one test against one shows: {times}× the smallest in use.",
)
CONFIGURED_ERROR = (
    "{name}: the configured error of {stated} {unit} lies outside what was found, {between} {unit}. "
    "True change between exposures may be part of that."
)
PRACTICE = (
    "{name}: exposure {trial} differs from the one before by {change} {unit} on average ({between}). "
    "That may be practice, or a true change."
)

# --- profiles ---------------------------------------------------------------------------------------------------------
NO_PROFILE = "No key lift was measured in this block. Measure 3 loads in one session."
PROFILE = (
    "{name}: a session left out is foreseen with an error of {middle:.3f} m/s (median athlete, {low:.3f} to "
    "{high:.3f}); sets of one session scatter by {within:.3f} m/s."
)
UNBOUNDED = " The 1RM is not bounded for {names}."

# --- load and performance ---------------------------------------------------------------------------------------------
NO_LOAD = "No athlete has bar speeds beside a rated load. Rate every session."
SKILL = (
    "{name} on strength load: for {n} of {of} athletes with {least} tests or more the load helps to foresee the next "
    "test."
)
NO_VERDICT = "{name} on strength load: no athlete has the {least} tests that a verdict needs."
BEATEN = " It does not beat carrying the last test forward for {names}."
NOT_IDENTIFIABLE = (
    "Not identifiable for {names}: the tests cannot tell the time constants, so 42 and 7 days are taken for the "
    "forecasts."
)
LINE_SKILL = (
    "Load helps for {n} of {of}.",
    "Median error of the next test {model} {unit} by load, {last} carrying the last one forward, {best} by the best "
    "simple rule.",
)

# --- growth -----------------------------------------------------------------------------------------------------------
NO_GROWTH = "No bar speed was measured in this block. Measure 3 reps once a week."
LINE_GROWTH = "{verdict}", "{name}: {slope} mm/s a week for a typical athlete ({between}).{beyond}"
GROWTH_BEYOND = " Beyond 0: {names}."
GROWTH_NONE = "No slope shown."
GROWTH_UP, GROWTH_DOWN = "Faster.", "Slower."

# --- transfer ---------------------------------------------------------------------------------------------------------
NO_TRANSFER = "A key lift and a check are needed to ask for transfer. Record both."
TRANSFER = "{name}: {sentence}"
LINE_TRANSFER = {
    "goes with better": "With better {names}.",
    "goes with worse": "With worse {names}.",
    "nothing shown": "Nothing shown: {names}.",
    "placebo shows it too": "Placebo shows it too: {names}.",
    "too few pairs": "Too few pairs: {names}.",
}
LINE_TRANSFER_FEW = "{pairs} pairs at most beyond levels and season; a correlation of 0.3 takes {needed}."
LINE_TRANSFER_SEEN = "{name}: {amount} {unit} for each {step:g} {step_unit} would have been seen."

# --- form -------------------------------------------------------------------------------------------------------------
FORM_VERDICTS = {
    "goes with more": "More clean reps.",
    "goes with fewer": "Fewer clean reps.",
    "nothing shown": "Nothing shown.",
    "too few days": "Too few days to tell.",
}
FORM_BESIDE = (
    "{name}, a usual swing of {sd} {unit} higher, goes with {change} clean reps ({level} interval {between}; "
    "{seen} would have been seen). {days} of {athletes}."
)
FORM_NO_CAUSE = "Going together does not say which brings which."
LINE_FORM = {"found": "Goes with {names}.", "none": "Nothing shown.", "few": "Too few days to tell."}
LINE_FORM_ONE = "{name} {change} reps ({between})"
FORM_AXIS = "Clean reps more for a usual swing (1 SD within athletes) upwards"

# --- running ----------------------------------------------------------------------------------------------------------
LATE = (
    "Late in {runs} of {athletes}: cadence {cadence}, stride {stride}, speed {speed} (95 % intervals). {seen} of "
    "cadence would have been seen."
)
LATE_APART = "Cadence of {name} fell by {size} late, that of each other athlete less: {low} to {high} %."
LATE_FEW = "Late in {runs} of {athletes}: cadence {cadence}, stride {stride}. 6 athletes are needed for an interval."
DURABILITY = (
    "Speed for a heartbeat fell by {mean} % from the first half to the second (median athlete, {low} to {high})."
)
DURABILITY_CHANGED = "Against their runs before: {names}."
DURABILITY_SAME = "No athlete's loss changed and stayed so."
LINE_RUNNING = "Loss of {mean} % late.", "{changed}{mechanics}"
LINE_CADENCE = " Cadence {cadence}, stride {stride}."
LINE_NO_CADENCE = " Cadence is not recorded."
SHORT_CHANGED = "Changed and stayed so: {names}."

# --- balance ----------------------------------------------------------------------------------------------------------
NO_SETS = "No working set was logged in this block. Log sets with their exercise."
BALANCE = "{total} working sets: {shares}."
NOT_TRAINED = "No set of {names} was logged."
RANGE = "Of hinge and squat together the hinge is {middle} % (median athlete; {low} to {high})."
UNNAMED_SETS = "{n} sets are of exercises without a known pattern. Name them with `workbook alias`."
SIDES = "Single-leg work: {even} of {n} athletes moved the same on both sides within {within:g} %{most}."
SIDES_MOST = "; most apart: {name}, {pct} % more {side} in {exercise}"
NO_SIDES = "Single-leg work: how much each leg lifted is not logged. Write L or R beside the set."
SIDE_TESTS = "{test}: {sure} of {n} athletes differ for sure{names}."
LINE_BALANCE = (
    "Hinge {hinge:.0f} %, squat {squat:.0f} %, push {push:.0f} %, pull {pull:.0f} %.",
    "{total} working sets. {sides}",
)
LINE_SIDES = "Sides within {within:g} %: {even} of {n}."
LINE_NO_SIDES = "How much each leg lifted is not logged."

# --- cues -------------------------------------------------------------------------------------------------------------
CUE_VERDICTS = {"more": "More clean reps.", "fewer": "Fewer clean reps.", "nothing shown": "Nothing shown."}
CUE = (
    "After {cues} the next rated session had {change} clean reps against sessions as good without one ({level} "
    "interval {between}; {seen} would have been seen). The plain difference is {plain}, with the recovery from a poor "
    "day in it."
)
CUES_OF_BLOCK = (
    "{cues} in the block have 3 rated sessions on both sides: {beyond} moved beyond noise, by luck alone {luck}."
)
NO_CUE = "No cue of this block is for the lift whose form is rated. Write cues down with the day and the lift."

# --- what pages told --------------------------------------------------------------------------------------------------
FOUND = "{changes} found in this block by today's data; luck alone would find {luck}.{held}"
FOUND_HELD = " {held} of {judged} that are 4 weeks old held{share}."
FOUND_EARLY = " None is 4 weeks old yet."
IN_RANGE = "{n} of {of} new values lay in their {level:.0f} % range{share}."
TOLD = "Pages told {changes} 4 weeks ago or earlier, in the last {blocks} blocks."
TOLD_HELD = " {held} of {asked} held as told{share}{others}."
TOLD_OPEN = " Of {n} nobody can tell: the series is not followed today, or began anew."
LINE_CLAIMS = (
    "{held} of {judged} held.",
    "{n} found, luck alone {luck}. {in_range:.0f} % of new values in their {level:.0f} % range.",
)
LINE_CLAIMS_EARLY = (
    "None is 4 weeks old.",
    "{n} found, luck alone {luck}. {in_range:.0f} % of new values in their {level:.0f} % range.",
)

# --- methods ----------------------------------------------------------------------------------------------------------
METHODS = "No random number is drawn: the same data (hash {hash}) and workbook {version} give this page again."
