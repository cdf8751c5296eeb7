"""Motions with a known truth, as OpenSim's files have them: hinges, walks, jumps and standing."""

from dataclasses import dataclass, field

import numpy as np

DEGREES = "If the header above contains a line with 'inDegrees', this says whether angles are in degrees (yes)."


@dataclass
class Hinges:
    """Repetitions of known depth, upright before, between and behind."""

    depths_deg: list[float]
    period_s: float = 2.4
    pause_s: float = 0.0
    hold_s: float = 0.6
    still_s: float = 1.0
    rate_hz: float = 60.0
    t_s: np.ndarray = field(init=False)
    flexion_deg: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        half = round(self.period_s / 2 * self.rate_hz)
        down = (1 - np.cos(np.pi * np.arange(half) / half)) / 2
        parts = [np.zeros(round(self.still_s * self.rate_hz))]
        for depth in self.depths_deg:
            below = np.full(round(self.pause_s * self.rate_hz) + 1, depth)
            parts += [down * depth, below, down[::-1] * depth, np.zeros(round(self.hold_s * self.rate_hz))]
        self.flexion_deg = np.concatenate([*parts, parts[0]])
        self.t_s = np.arange(len(self.flexion_deg)) / self.rate_hz


def storage(
    t_s: np.ndarray,
    columns: dict[str, np.ndarray],
    *,
    in_degrees: str | None = "yes",
    title: str = "Coordinates",
    more: str = DEGREES,
    gap: str = "\t",
) -> str:
    """The text of a storage file; angles are written as they are given."""
    names = ["time", *columns]
    unit = f"inDegrees={in_degrees}\n" if in_degrees else ""
    head = f"{title}\nversion=1\nnRows={len(t_s)}\nnColumns={len(names)}\n{unit}\n{more}\n\nendheader\n"
    rows = [gap.join(f"{value:16.8f}" for value in row) for row in zip(t_s, *columns.values(), strict=True)]
    return head + gap.join(names) + "\n" + "\n".join(rows) + "\n"


def both_hips(flexion_deg: np.ndarray, left: float = 1.0) -> dict[str, np.ndarray]:
    """The columns of both hips, the left one of a share of the right."""
    return {"hip_flexion_r": flexion_deg, "knee_angle_r": -0.4 * flexion_deg, "hip_flexion_l": left * flexion_deg}


SET = Hinges([95.0, 98.0, 92.0])
RDL = storage(SET.t_s + 0.4, both_hips(SET.flexion_deg))
