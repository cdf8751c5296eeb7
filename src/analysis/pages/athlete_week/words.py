"""The sentences of an athlete's week, as templates; what a series says of its level is in `models.change.told`."""

from analysis.base.blocks import DayMark

# whose week, and what was done
DONE = "What you did, day by day"
DAY = "{day}: {what}"
TO_COME = "still to come"
STATES = {"rest": "rest", "off": "off", "answered": "answered, no training logged", "none": "nothing logged"}
AWAY = {"ill": "ill", "travel": "away", "off": "off"}
VERBS = {
    "strength": "lifted",
    "run": "ran",
    "ride": "rode",
    "swim": "swam",
    "row": "rowed",
    "walk": "walked",
    "hike": "hiked",
    "ski": "skied",
    "sprint": "did a sprint test",
    "time_trial": "did a time trial",
    "screen": "did a test",
    "test": "did a test",
    "other": "trained",
}
SHORT = {"lift": "Lift", "run": "Run", "sport": "Other", "test": "Test"}
LEGEND: dict[DayMark, str] = {  # of marks that need a word to be understood, in the words that are heard of a day
    "lift": "lift",
    "run": "run",
    "sport": "other",
    "test": "test",
    "off": "off",
    "answered": "answered",
    "rest": "rest",
}
EXCUSED = "You were {away}. Nothing was expected."
LIFTING_DAY = "lifting day"  # of the roles that `metrics.adherence` counts; runs are planned too
PLANNED_DONE = "{done} of {days}."
OTHERWISE = "trained otherwise"
DAYS_OTHERWISE = "{days} trained otherwise."
FOUR_WEEKS = "{done} of {due} in 4 weeks."
OFF_BESIDE = "You were {away} on {days} more; nothing was expected then."
PLANNED_RUN = "run"
RUNS_DONE = "{done} of {runs}."
NONE_DUE = "{days} planned, none due yet."
ANSWERED_ONLY = "You answered on {days}; no training is logged."
NOTHING_LOGGED = "Nothing is logged this week."
LINE_BACK = "Log {sessions} and you get your line back."

LIFTED = "You lifted {load} in {sets}."
LIFTED_NOTHING = "You did {sets} without added load."
LIFTED_UNKNOWN = "You did {sets}. No load is known, so there is no total."
RAN = "You ran {distance} in {runs}."
RAN_UNKNOWN = "You did {runs}. No distance is known, so there is no total."
NO_RUN = "No run."
NOT_IN_IT = "{count} of the {noun}s {has} no known {quantity} and {adds} nothing."
LEFT_OUT_OF_RUN = "Left out {what}."
OTHER_SPORT = "{activities} of another sport"

# the message: a headline, then a sentence or two
CHANGED = {
    "speed": "Your {name} is {verdict}",
    "e1rm": "Your {name} is {verdict}",
    "sets": "Your {name} sets are {verdict}",
    "form": "You do {verdict}",
    "depth": "Your hinge is {verdict}",
    "check": "Your {name} is {verdict}",
    "pace": "Your easy runs are {verdict}",
    "tempo": "Your tempo is {verdict}",
    "mobility": "Your {name} is {verdict}",
    "durability": "You lose {verdict} speed late in long runs",
    "other": "{name}: {verdict}",
}
GETTING = "getting "
NEVER_GETTING = ("form", "durability")  # whose verdict stands before what it is of
LEVELS = "Since {since} it is about {now}; before, {before}."
LEVELS_OF = {
    "form": "{lift}: about {now} clean since {since}; before, {before}.",
    "pace": "Since {since} you run about {now} at your usual heart rate; before, {before}.",
    "depth": "Since {since} your hip angle is about {now}; before, {before}.",
    "tempo": "Since {since} a rep is about {now} off the plan; before, {before}.",
    "mobility": "{name}: since {since} about {now}; before, {before}.",
    "e1rm": "Since {since} your best single would be about {now}; before, {before}.",
    "sets": "Since {since} your best single would be {now} or more; before, {before}.",
}
ROSE_OR_FELL = "Since {since} it went from {before} to {now}."
ROSE_OR_FELL_OF = {
    "pace": "Since {since} your pace at your usual heart rate went from {before} to {now}.",
    "depth": "Since {since} your hip angle went from {before} to {now}.",
    "tempo": "Since {since} a rep went from {before} to {now} off the plan.",
    "mobility": "{name}: since {since} from {before} to {now}.",
    "e1rm": "Since {since} your best single would have gone from {before} to {now}.",
    "sets": "Since {since} your best single would have gone from {before} to {now} or more.",
}
LATEST = "It was {value} on {day}."
LATEST_OF = {
    "speed": "The {load} bar moved at {value} on {day}.",
    "e1rm": "{day}’s reps make a best single of {value}.",
    "sets": "{day}’s reps make a best single of {value} or more.",
}
SURE = "Sure: more than just luck."
SURE_RAMP = "Sure that it moves: more than just luck."
QUITE_SURE = "Quite sure: it changed, but how much we know only roughly."
BEST = "Your {best} so far"
BEST_LEAD = "{value} on {day}. It beats all {days} before by more than a good day makes."
SURE_BEST = "Sure of this day. It is not yet a new level."
EVERY_REP_CLEAN = "Every rep clean, {sets} in a row"
ALL_CLEAN_LEAD = "{reps} in a row were clean."
ALL_PLANNED = "All {done} lifting days in 4 weeks"
PLANNED = "You did {done} of {days}"
PLANNED_ALL = "You did all {days}"
TRAINED = "You trained on {days}"
STEADY = "A steady week"
HELD = "{names} held steady."
AS_USUAL_ALL = "{names} moved as usual."
CLEAN_REPS = "clean reps"
HINGE_DEPTH = "hinge depth"
TEMPO = "tempo"
LONG_RUNS = "Long runs"
LOST_LATE = "speed lost late"
BOTH_SIDES = "left and right"
NOT_FOR_GOOD = "No lasting change."
NOTHING_MOVED = "Nothing moved more than good and bad days do."
ANSWERED = "You answered on {days}"
SAYS_MORE = "Log {sessions} in a week and this page says more."

# next
COACH_AGREED = "Your coach agreed."
CUE = "Your cue: “{cue}”"
TEST = "Do the {name} {when}"
TEST_WHY = "Your last one was on {last}."
NO_ANSWERS = "Note how you slept tomorrow morning"
NO_ANSWERS_YET = "No answers yet."
NO_ANSWERS_WHY = "With 14 answers you see your own usual."

# the rest
REST_STEADY = "All {n} held steady."
REST_ONE = "It held steady."
REST_BOTH = "Both held steady."
BECAME = {  # what the week made of a measure, in the order in which they are counted
    "changed": "changed",
    "uneven": "uneven",
    "held": "held steady",
    "within": "as usual",
    "off": "off the usual",
    "few": "too new",
}
AS_USUAL = "as usual"
MORE_NEEDED = "{occasions} to go"
USUAL = "{low} to {high}"
USUAL_UP_TO = "up to {high}"
PLACE = "usual {usual}{verdict}"
BEFORE = "before {before}"
OFF_PLAN = "{value} off"
LIFTS_CHOSEN = "These lifts were chosen from your log. Your coach can name others."
NO_LIFT = "No lift was done on three days in 8 weeks. Log one hard set a week."
BREAKS = "{kinds} first"
GOOD_DAY, BAD_DAY = "good", "bad"
SETS_OF = "of {reps}"
NO_SURE_DIFFERENCE = "no sure difference"

# bests
ALL_CLEAN = "Every rep clean, {n} sets in a row"
BESTS = {  # by the kind of a milestone
    "depth": "deepest clean {name}",
    "clean_speed": "fastest clean {name}",
    "speed": "fastest {name}",
    "check": "{best} {name}",
    "load": "heaviest {name}",
}
FASTEST, BEST_OF = "fastest", "best"
CLEAR_BEST = "Clear best: {what}, {value}"
BEST_ON_DAY = "Best on the day: {what}, {value}"

# how you felt
ANSWERED_DAYS = "You answered on {days}."
ONE_OUTSIDE = "{item} was {direction} than usual on {day}."
AS_MANY_BY_LUCK = "{answers}; luck can make as many."
MORE_THAN_LUCK = "{answers}; luck makes {luck}."
UNUSUAL_ANSWER = "unusual answer"
NONE_OUTSIDE = "No answer was off your usual."
SCALE = "{item} {low}–{high}"
SCALE_LOW = "{item} {low}–{high}, low is good"
WITH_UNIT = "{item}, {unit}"
CELLS = "{items} by day; empty cells were not filled in"

# next week
COMING = "What is planned, day by day"
DAY_BY_DAY = "Day by day"
PLAN_OF_WEEK = "The plan of the week"
NOTHING_PLANNED = "nothing planned"
TEST_DUE = "{name} due"
COACH_ADDS = "Your coach will add this."

# folds
SET_BREAK = "{lift}: {said}"
AGAINST_USUAL = "Last: {value} on {day}, {off} than your usual until then, {usual}; a {kind} day alone makes {alone}."
AT_USUAL = "Last: {value} on {day}, as usual; a bad day alone makes {alone}."
LAST_ONLY = "Last: {value} on {day}."
OTHER_DEVICE = "{sessions} up to {day} on another device, not compared."
OTHER_KIND = "{reps} without this kind of speed left out."
OTHER_RATER = "{sessions} rated by somebody else, not compared."
HELD_TO_LAST = "In {n} of the last {sets} form held to the last rep."
BEFORE_A_BREAK = "reps before the {what}"
LATER, SOONER = "later", "sooner"  # form breaks
NOT_JUDGED = "{sessions} since then on light days, not judged."
MEAN_OF_SETS = "That is the mean of {sets} sets that day."
SIDES_OVER = "{name}, level over {dates}: {values}, with error"
SIDE_NAMES = {"left": "Left", "right": "Right"}
BANDS_PART = "bands that part: a sure difference ({level} %)"
SESSIONS = "{lift}: {sessions}"
SESSIONS_OF_MORE = "{lift}: the last {sessions}, {earlier} before"
NO_DEVICE_NAME = "not named"
LOADS = "The load was between {low} and {high}."
STEPS_FEWER = "Late in long runs you take {size} fewer steps a minute ({runs})."
STEPS_MORE = "Late in long runs you take {size} more steps a minute ({runs})."
STEPS_SAME = "No sure change in your steps a minute late in long runs, over {runs}."
LONG = "Long is an hour or more. Lost is speed for each heartbeat, second half against first."
EASY = "Easy is your usual heart rate, {low} to {high} beats a minute."
RUNS_LEFT_OUT = "{runs} with too little time at it left out."
TRIALS_LEFT_OUT = "{trials} left out."
JUDGED = "Of {measures} judged{answers}, {moved} changed and stayed so."
OF_THEM_ANSWER = ", {n} of them an answer"
OF_THEM_ANSWERS = ", {n} of them answers"
LUCK_SELDOM = "Luck alone seldom makes one look so."
LUCK_MOVES = "Luck alone makes {luck} look so."
SHADED = "The shaded bar is your usual: 19 of 20 new values fall in it while nothing changes."
CLEAR = "A change is clear where all of its {level} % range matters."
SIDES_CLEAR = "Left and right differ where their {level} % range leaves out none."
HELD_MEANS = "Held steady: a change that matters would have shown."
TOO_CLOSE = "As usual: a small change could still hide, and more tests will tell."
NOTHING_JUDGED = "Nothing could be judged yet. Repeat your lifts and checks to tell a change from luck."
MORE_LEFT_OUT = "{values} left out as well."
CUE_ON = "{day}: “{cue}”"
LEFT_RIGHT = "L {left}, R {right}"
LEFT_AND_RIGHT = "left {left}, right {right}"
FIRST_ONE = "the first one"
THE_SAME = "the same"
