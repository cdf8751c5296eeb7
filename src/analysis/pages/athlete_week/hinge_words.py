"""What is said of the hinge in the athlete's week: breaks of form, tempo and named days."""

from analysis.base.sentences import capital
from analysis.base.words import BREAKS_SEEN
from analysis.metrics.tempo import TempoCount
from analysis.models.form.clean_reps import SetBreak
from analysis.pages.athlete_week.done import LabelledDays
from analysis.pages.wording import count_text

BREAK = "{what} first, at rep {rep} of {reps}"
HELD = "clean to the last of {reps} reps"
LABELS = {"deload": "light (deload)", "taper": "light (taper)", "ill": "ill", "travel": "away", "return": "coming back"}
TEMPO = "tempo kept in {kept} of {sets}"
TEMPO_OFF = "{count} {way} than asked"
TEMPO_UNKNOWN = "{count} had no time"
WHOLE_WEEK = "{label} all week"
ONE_DAY = "{label} on {first}"
SOME_DAYS = "{label} from {first} to {last}"


def break_text(one: SetBreak) -> str:
    """Which break ended the clean repetitions of a set and at which, or that none did.

    >>> import pandas as pd
    >>> about = {"local_date": pd.Timestamp("2026-01-05"), "exercise": "deadlift", "set_no": 1, "load_kg": 60.0}
    >>> break_text(SetBreak(**about, n_reps=8, rep_no=6, kind="flexion"))
    'Back rounds first, at rep 6 of 8'
    """
    if one.rep_no is None or one.kind is None:
        return capital(HELD.format(reps=one.n_reps))
    return capital(BREAK.format(what=BREAKS_SEEN[one.kind], rep=one.rep_no, reps=one.n_reps))


def tempo_text(count: TempoCount) -> str:
    """In how many sets the tempo was kept, how the others went, and how many are not known; empty without any.

    >>> tempo_text(TempoCount(n_sets=7, n_kept=5, n_faster=1, n_slower=0))
    'Tempo kept in 5 of 6 sets. 1 faster than asked. 1 set had no time.'
    """
    ways = {"faster": count.n_faster, "slower": count.n_slower}
    unknown = count.n_sets - count.n_known
    told = [
        *([TEMPO.format(kept=count.n_kept, sets=count_text(count.n_known, "set"))] if count.n_known else []),
        *(TEMPO_OFF.format(count=n, way=way) for way, n in ways.items() if n),
        *([TEMPO_UNKNOWN.format(count=count_text(unknown, "set"))] if unknown else []),
    ]
    return " ".join(f"{capital(one)}." for one in told)


def label_text(one: LabelledDays) -> str:
    """What days of the week are called, and which.

    >>> import pandas as pd
    >>> label_text(LabelledDays("ill", pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-06"), False, None))
    'Ill from Monday to Tuesday'
    """
    words = WHOLE_WEEK if one.is_whole_week else ONE_DAY if one.first == one.last else SOME_DAYS
    return capital(words.format(label=LABELS[one.kind], first=f"{one.first:%A}", last=f"{one.last:%A}"))
