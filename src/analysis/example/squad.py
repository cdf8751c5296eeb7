"""The twelve athletes, their calendar, the noise of their measurements, and their true values before any truth."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST_DAY = "2026-01-05"  # a Monday
WEEKS = 26
DAYS = pd.date_range(FIRST_DAY, periods=7 * WEEKS)
LAST_DAY = f"{DAYS[-1]:%Y-%m-%d}"
TIME_ZONE = "Europe/Berlin"
DEVICE = "encoder one"
ANCHOR_SHARE = 0.65  # of the 1RM before the first day


@dataclass(frozen=True)
class KeyLift:
    """A key lift on a straight load-velocity line that ends at `mvt_m_s` with the 1RM."""

    exercise: str
    log_name: str  # as the lifting logs write it
    name: str
    anchor_kg: float
    light_anchor_kg: float
    mvt_m_s: float
    slope_m_s: float  # speed lost per 1RM of load

    @property
    def anchor_speed_m_s(self) -> float:
        """True mean velocity at the anchor load.

        >>> round(ROMANIAN_DEADLIFT.anchor_speed_m_s, 4)
        0.6525
        """
        return self.mvt_m_s + self.slope_m_s * (1 - ANCHOR_SHARE)


ROMANIAN_DEADLIFT = KeyLift(
    "romanian_deadlift", "Romanian Deadlift (Barbell)", "Romanian deadlift", 60.0, 40.0, mvt_m_s=0.25, slope_m_s=1.15
)
TRAP_BAR_DEADLIFT = KeyLift(
    "trap_bar_deadlift", "Deadlift (Trap Bar)", "Trap-bar deadlift", 90.0, 65.0, mvt_m_s=0.28, slope_m_s=1.20
)
KEY_LIFTS = (ROMANIAN_DEADLIFT, TRAP_BAR_DEADLIFT)


@dataclass(frozen=True)
class Noise:
    """What every measurement is scattered by: standard deviations unless the name says otherwise."""

    speed_day_sd_m_s: float = 0.025
    speed_rep_sd_m_s: float = 0.02
    speed_loss_per_rep_m_s: float = 0.005
    clean_reps_sd: float = 0.7
    hinge_angle_day_sd_deg: float = 3.0
    hinge_angle_rep_sd_deg: float = 1.5
    sprint_day_sd_s: float = 0.02
    sprint_trial_sd_s: float = 0.03
    sprint_gate_sd_s: float = 0.005
    time_trial_sd_percent: float = 1.0
    run_speed_sd_percent: float = 2.0
    heart_rate_day_sd_bpm: float = 2.5
    heart_rate_drift_bpm_per_h: float = 5.0
    hop_day_sd_percent: float = 2.0
    hop_trial_sd_percent: float = 3.0
    screen_angle_day_sd_deg: float = 2.0
    screen_angle_trial_sd_deg: float = 1.5
    ankle_day_sd_cm: float = 0.4
    ankle_trial_sd_cm: float = 0.3
    tempo_set_sd_s: float = 0.2  # a repetition
    single_leg_side_sd_m_s: float = 0.015  # of one side on one day, beside what the day does to both
    cadence_day_sd_spm: float = 1.5


NOISE = Noise()


@dataclass(frozen=True)
class Athlete:
    """A made-up athlete: who it is and how faithfully it trains; nothing here changes over the weeks."""

    number: int
    name: str
    athlete_id: str
    sex: str
    birth_year: int
    light: bool  # lifts the light anchor loads
    body_mass_consent: bool
    missed_share: float  # of the planned lifting sessions
    rest_logged_share: float  # of the rest days

    @property
    def alias(self) -> str:
        return f"A{self.number:02d}"

    @property
    def log(self) -> str:
        """The lifting app: the odd numbers use Strong, the even ones Hevy."""
        return "strong" if self.number % 2 else "hevy"

    def anchor_kg(self, lift: KeyLift) -> float:
        return lift.light_anchor_kg if self.light else lift.anchor_kg


_PEOPLE = (  # name, sex, birth year, light, body mass, missed, rest logged
    ("Alder", "F", 2001, True, True, 0.04, 0.95),
    ("Birch", "M", 1999, False, True, 0.08, 0.90),
    ("Cedar", "M", 2003, False, True, 0.06, 0.90),
    ("Dogwood", "F", 2000, True, False, 0.06, 0.85),
    ("Elm", "M", 1998, False, True, 0.06, 0.90),
    ("Fir", "F", 2004, True, True, 0.05, 0.90),
    ("Ginkgo", "M", 2002, False, True, 0.08, 0.80),
    ("Hazel", "F", 2009, True, False, 0.05, 0.90),
    ("Ivy", "F", 1997, True, True, 0.05, 0.95),
    ("Juniper", "M", 2001, False, True, 0.08, 0.85),
    ("Koa", "M", 2000, False, True, 0.30, 0.30),
    ("Larch", "F", 1996, True, True, 0.02, 1.00),
)


def random_stream(seed: int, number: int, purpose: str) -> np.random.Generator:
    """Random numbers of one purpose of one athlete, so that a change in one place leaves all others as they were.

    >>> a, b = random_stream(1, 1, "runs"), random_stream(1, 1, "runs")
    >>> a.normal() == b.normal()
    True
    """
    return np.random.default_rng([seed, number, *purpose.encode()])


def squad(seed: int) -> list[Athlete]:
    """The athletes in order; `seed` decides their ids, nothing else.

    >>> [athlete.alias for athlete in squad(1)][:3]
    ['A01', 'A02', 'A03']
    """
    ids = _opaque_ids(random_stream(seed, 0, "ids"), len(_PEOPLE))
    return [
        Athlete(number, person[0], athlete_id, *person[1:])
        for number, (person, athlete_id) in enumerate(zip(_PEOPLE, ids, strict=True), start=1)
    ]


def _opaque_ids(rng: np.random.Generator, count: int) -> list[str]:
    consonants = list("bcdfghjkmnpqrstvwxz")  # no vowels: an id is not a word
    ids: set[str] = set()
    while len(ids) < count:
        head, *tail = rng.choice(consonants, size=3)
        ids.add(f"{head}{rng.integers(2, 10)}{''.join(tail)}")
    return [str(one) for one in rng.permutation(sorted(ids))]


def true_course(athlete: Athlete, seed: int) -> pd.DataFrame:
    """The athlete's true values on every day, flat: what would be measured without noise and without a truth.

    Returns one row a day (index: the 182 days) with the true speed at the anchor load of both key lifts (m/s), what
    the bar-speed device adds (m/s) and its name, the clean reps of a form set, the 20 m sprint (s), critical speed
    (m/s) and D' (m), running speed at 140 beats a minute (m/s), both single-leg hops (cm), the hinge angle at the
    bottom (deg), what a rep is off its tempo (s), the single-leg hinge of both sides and the swing (m/s), what the
    ankle gained (cm), steps a minute of a run and what it loses of them an hour, and whether anything is logged that
    day.
    """
    rng = random_stream(seed, athlete.number, "baseline")
    of_hinge = random_stream(seed, athlete.number, "baseline of the hinge")
    single_leg_m_s = of_hinge.normal(0.55, 0.03)
    woman = athlete.sex == "F"
    hop_cm = rng.normal(148 if woman else 180, 8)
    return pd.DataFrame(
        {
            "romanian_deadlift_m_s": ROMANIAN_DEADLIFT.anchor_speed_m_s + rng.normal(0, 0.03),
            "trap_bar_deadlift_m_s": TRAP_BAR_DEADLIFT.anchor_speed_m_s + rng.normal(0, 0.03),
            "reading_offset_m_s": 0.0,
            "device": DEVICE,
            "clean_reps": rng.uniform(7.0, 7.6),
            "hinge_angle_deg": rng.normal(98, 5),
            "sprint_20m_s": rng.normal(3.38 if woman else 3.12, 0.07),
            "cs_m_s": rng.normal(3.75 if woman else 4.15, 0.12),
            "d_prime_m": rng.normal(125, 10),
            "speed_at_140_bpm_m_s": rng.normal(2.65 if woman else 2.95, 0.10),
            "hop_left_cm": hop_cm,
            "hop_right_cm": hop_cm,
            "tempo_off_s": 0.0,
            "single_leg_left_m_s": single_leg_m_s,
            "single_leg_right_m_s": single_leg_m_s,
            "swing_m_s": of_hinge.normal(1.35, 0.06),
            "ankle_gain_cm": 0.0,
            "cadence_spm": of_hinge.normal(170, 4),
            "cadence_lost_spm_per_h": 1.5,
            "logged": True,
        },
        index=DAYS,
    )
