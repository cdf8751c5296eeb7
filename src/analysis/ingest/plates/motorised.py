"""1080 Motion's cable: a row a repetition, mostly a sprint against a load or with its help."""

import re
from collections.abc import Iterator, Sequence

from analysis.ingest.dialect import same_header
from analysis.ingest.plates.quantities import Measure, converted, with_unit, words_of
from analysis.ingest.plates.trial_table import ATHLETE_HEADERS, SIDES, TrialTable
from analysis.ingest.table_format import Line

# as headers name them: metric, the unit of forces and powers, the kind of what may be in several
_MEASURED: dict[str, tuple[str, str | None, str | None]] = {
    "distance": ("distance", None, "distance"),
    "time": ("time", None, "time"),
    "avgspeed": ("mean_speed", None, "speed"),
    **dict.fromkeys(("peakspeed", "topspeed"), ("peak_speed", None, "speed")),
    "avgforce": ("mean_force", "N", None),
    "peakforce": ("peak_force", "N", None),
    "avgpower": ("mean_power", "W", None),
    "peakpower": ("peak_power", "W", None),
}
_HEADER = re.compile(r"(?P<what>[a-z]+)(\[(?P<unit>[^\]]+)\])?")
_STRETCH = re.compile(r"(?P<begin>[\d.]+)-(?P<end>[\d.]+)mtime\[s\]")
_LOADS = {"load": "concentric", "eccentric_load": "eccentric"}


class _Motorised(TrialTable):
    def measures(self, header: Sequence[str]) -> Iterator[Measure]:
        for name in header:
            plainly = same_header(name)
            if plainly == "clientweight[kg]":
                yield Measure(name, "mass", "kg", test_id="body_mass")
            elif stretch := _STRETCH.fullmatch(plainly):
                yield Measure(name, f"time_{words_of(stretch['begin'])}_{words_of(stretch['end'])}m_s", "s")
            elif (found := _HEADER.fullmatch(plainly)) and found["what"] in _MEASURED:
                metric, unit, kind = _MEASURED[found["what"]]
                if kind and found["unit"]:
                    unit, by = converted(found["unit"], length="m")
                    yield Measure(name, with_unit(metric, unit), unit, by)
                else:
                    yield Measure(name, with_unit(metric, unit or ""), unit or "", kind=kind)

    def test(self, line: Line) -> str | None:
        """The exercise, and the load where there is one: against another load it is another test."""
        exercise = words_of(line.demand("exercise", line.text("exercise")) or "")
        load = line.number("load")
        return (f"{exercise}_{load:g}kg" if load else exercise) or None

    def method(self, line: Line) -> str | None:
        loads = [f"{words} load {line.text(role)} kg" for role, words in _LOADS.items() if line.text(role)]
        return ", ".join(filter(None, (line.text("type"), line.text("direction"), *loads))) or None

    def side(self, line: Line, measure: Measure) -> str:
        return "B" if measure.test_id else SIDES.get(line.word("side"), "B")


READER = _Motorised(
    name="motorised",
    title="1080 Sprint (CSV, XLSX)",
    device="1080",
    headers=ATHLETE_HEADERS
    | {
        "athlete": ("Client",),
        "date": ("SessionTime",),
        "exercise": ("Exercise",),
        "type": ("ExerciseType",),
        "side": ("Side",),
        "direction": ("Direction",),
        "load": ("Concentric Load [kg]",),
        "eccentric_load": ("Eccentric Load [kg]",),
    },
    needed=("athlete", "date", "exercise"),
    takes="each repetition as a trial of its exercise and load, by side: distance, time, speed, force and power, "
    "times of stretches; body mass",
    leaves="numbers of sets and repetitions, which are counted; samples behind the values",
).reader()
