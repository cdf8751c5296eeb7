"""Made-up squads of deadlift speeds and 20 m sprints, as transfer takes them."""

import numpy as np

from analysis.example.hinge_and_sprint import hinge_and_sprint
from analysis.models.squad.squad_series import SquadSeries


def made_up_squad(rng: np.random.Generator, **about) -> tuple[SquadSeries, SquadSeries]:
    """Hinge and outcome; `about` goes to `hinge_and_sprint`."""
    made = hinge_and_sprint(rng, **about)
    return (
        SquadSeries("deadlift", "m/s", 0.04, False, made.hinge),
        SquadSeries("20 m sprint", "s", 0.03, True, made.sprint),
    )
