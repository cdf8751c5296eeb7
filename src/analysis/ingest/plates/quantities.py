"""What a column of a device measures, in which unit: by its header, by the maker's documents, else as a person says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analysis.base.errors import ConfigProblem, UnitNeeded
from analysis.base.units import factor, units_of
from analysis.base.words import plain
from analysis.ingest.dialect import same_header
from analysis.ingest.table_format import Form

LEFT_OUT = "-"  # said for a unit: the column is not taken


@dataclass(frozen=True)
class Measure:
    """A column of measurements: the metric, side and unit of its trials, and what makes the unit of the cell's.

    `count` is the column that says how often it was done; `kind` is asked for where no unit is known; `test_id` is that
    of what belongs to another test than its row, as the mass of the body.
    """

    header: str
    metric: str
    unit: str = ""
    by: float = 1.0
    side: str = "B"
    count: str | None = None
    kind: str | None = None
    test_id: str | None = None


@dataclass(frozen=True)
class Kind:
    """What can be in one of several units: the unit of ours, and those that files are found to have."""

    ours: str
    found: tuple[str, ...]


KINDS = {
    "distance": Kind("m", ("m", "yd", "km", "mi")),
    "speed": Kind("m/s", ("m/s", "km/h", "mph")),
    "length": Kind("cm", ("cm", "in", "m")),
    "mass": Kind("kg", ("kg", "lb")),
    "time": Kind("s", ("s", "ms")),
    "reactive strength": Kind("m/s", ("m/s", "cm/s")),
}
_SPELT = {"kgs": "kg", "lbs": "lb", "inch": "in", "inches": "in", "sec": "s", "y": "yd", "yds": "yd", "kph": "km/h"}
# a part of a header that is a unit, as plain words of a metric have it
_AS_WORDS = {"/": "_", " ": "_", ".": "_", "%": "pct", "^": "", "²": "2", "°": "deg"}


def converted(unit: str, *, length: str = "cm") -> tuple[str, float]:
    """The unit in which a trial keeps what is measured in `unit`, and the factor to it.

    Masses are in kg, times in s, short lengths in `length`; any other unit stays as the maker writes it.

    >>> converted("lb"), converted("ms"), converted("in")[0], converted("N s")
    (('kg', 0.45359237), ('s', 0.001), 'cm', ('N s', 1.0))
    """
    unit = _SPELT.get(unit.casefold(), unit)
    for ours in ("kg", "s", "m/s"):
        if named := next((one for one in units_of(ours) if one.casefold() == unit.casefold()), None):
            return ours, factor(named, ours)
    if unit.casefold() in units_of("m"):
        return length, round(factor(unit.casefold(), "m") / factor(length, "m"), 12)
    return unit, 1.0


def words_of(text: str) -> str:
    """Words of a maker as part of the name of a test or a metric.

    >>> words_of("Hip AD/AB - 45"), words_of("Jump Height (Imp-Mom)")
    ('hip_ad_ab_45', 'jump_height_imp_mom')
    """
    return re.sub(r"[\W_]+", "_", plain(text)).strip("_")


def with_unit(metric: str, unit: str) -> str:
    """A metric with its unit behind it, as our names have it.

    >>> with_unit("peak_power", "W/kg"), with_unit("asymmetry", "%"), with_unit("sprints", "")
    ('peak_power_w_kg', 'asymmetry_pct', 'sprints')
    """
    for mark, word in _AS_WORDS.items():
        unit = unit.replace(mark, word)
    return f"{metric}_{unit.lower()}".strip("_")


def settled(measures: Iterable[Measure], form: Form) -> list[Measure]:
    """The measures in units: those of a `kind` in what [units] of workbook.toml says of their column, or of one alike.

    Raises UnitNeeded where a kind has no unit anywhere, naming its columns and the units they may be in.
    """
    measures = list(measures)
    said = _said(form.options.config.units) if any(one.kind for one in measures) else {}
    by_kind = {one.kind: unit for one in reversed(measures) if one.kind and (unit := said.get(same_header(one.header)))}
    settled_ones, asked = [], {}
    for one in measures:
        unit = said.get(same_header(one.header)) or by_kind.get(one.kind or "")
        if one.kind is None:
            settled_ones.append(one)
        elif unit is None:
            asked.setdefault(one.kind, []).append(one.header)
        elif unit != LEFT_OUT:
            settled_ones.append(_in(one, unit, KINDS[one.kind]))
    if asked:
        raise UnitNeeded(_question(form.path.name, asked))
    return settled_ones


def _said(units: Mapping[str, str]) -> dict[str, str]:
    return {same_header(header): unit for header, unit in units.items()}


def _in(one: Measure, unit: str, kind: Kind) -> Measure:
    named = _SPELT.get(unit.casefold(), unit)
    if named not in kind.found:
        raise ConfigProblem(
            f"workbook.toml says that {one.header!r} is in {unit!r} under [units]. "
            f"It may be in {', '.join(kind.found)}; {LEFT_OUT!r} leaves it out."
        )
    base = "m" if kind.ours == "cm" else kind.ours
    by = factor(named, base) / (factor("cm", "m") if kind.ours == "cm" else 1.0)
    metric = one.metric if one.test_id else with_unit(one.metric, kind.ours)
    return replace(one, metric=metric, unit=kind.ours, by=round(by, 12), kind=None)


def _question(name: str, asked: Mapping[str, list[str]]) -> str:
    groups = (f"{', '.join(map(repr, some))} ({', '.join(KINDS[kind].found)})" for kind, some in asked.items())
    kind, columns = next(iter(asked.items()))
    return (
        f"{name} does not say in which unit these columns are: {'; '.join(groups)}. Say it in workbook.toml under "
        f'[units], a line for one column of each group, as "{columns[0]}" = "{KINDS[kind].found[0]}"; "{LEFT_OUT}" '
        "leaves a column out."
    )
