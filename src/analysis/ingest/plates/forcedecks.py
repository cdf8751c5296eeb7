"""VALD's ForceDecks: the export of the Hub, and tables that pipelines make of the interface for programs.

Every column of a measurement is taken under the maker's own words for it. The Hub writes the unit behind them and the
side behind that, `Concentric Peak Force [N] (L)`. A pipeline writes none: forces, powers, velocities and impulses are
in the units of the maker's documents; masses, lengths, times and the reactive strength index come in several.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.plates.quantities import Measure, converted, with_unit, words_of
from analysis.ingest.plates.trial_table import ATHLETE_HEADERS, TrialTable
from analysis.ingest.table_format import Form, Line

_WITH_UNIT = re.compile(r"(?P<words>.+?)\s*(in Inches|in Pounds)?\s*\[(?P<unit>[^\]]+)\]\s*(\((?P<side>L|R)\))?\s*")
_ASYMMETRY = "(asym)"
# of headers as `same_header` compares them
_MASS = re.compile(r"^bw\b|body(weight|mass)|standingweight")
_MEASURED = re.compile(
    r"concentric|eccentric|take-?off|landing|jumpheight|flighttime|contacttime|contractiontime|countermovement|braking"
    r"|^rsi|rfd|impulse|force|power|velocity|stiffness|standingweight"
)
# without a unit: what words of the header say it is in, or which kind has to be asked for; the first that fits counts
_BY_WORDS = (
    (re.compile(r"^rsi|reactivestrength"), None, "reactive strength"),
    (_MASS, None, "mass"),
    (re.compile(r"(rfd|rateofforcedev\w*)/bm"), "N/s/kg", None),
    (re.compile(r"rfd|rateofforcedev"), "N/s", None),
    (re.compile(r"force/bm"), "N/kg", None),
    (re.compile(r"^forceat|force$"), "N", None),
    (re.compile(r"^velocityat|velocity(attake-?off)?$"), "m/s", None),
    (re.compile(r"power/bm"), "W/kg", None),
    (re.compile(r"power$"), "W", None),
    (re.compile(r"impulse$"), "N s", None),
    (re.compile(r"stiffness$"), "N/m", None),
    (re.compile(r"height|depth|displacement"), None, "length"),
    (re.compile(r"^[^:/]*(time|duration)[^:/]*$"), None, "time"),
)
_TESTS = {
    "cmj": "countermovement_jump",
    "abcmj": "abalakov_jump",
    "lcmj": "loaded_countermovement_jump",
    "slcmj": "single_leg_countermovement_jump",
    "sj": "squat_jump",
    "dj": "drop_jump",
    "sldj": "single_leg_drop_jump",
    "slj": "single_leg_jump",
    "imtp": "isometric_mid_thigh_pull",
    "slimtp": "single_leg_isometric_mid_thigh_pull",
    "isosqt": "isometric_squat",
    "hj": "hop_jump",
    "lah": "land_and_hold",
    "sllah": "single_leg_land_and_hold",
}


class _ForceDecks(TrialTable):
    def fits(self, header: Sequence[str]) -> bool:
        """A test with its date and whose it is, and measurements in the maker's words."""
        roles = self.columns(header).keys()
        is_of_plate = any(_MEASURED.search(same_header(name)) for name in header)
        return super().fits(header) and not roles.isdisjoint(ATHLETE_HEADERS) and is_of_plate

    def measures(self, header: Sequence[str]) -> Iterator[Measure]:
        """One measure a metric and side; of one that stands in two units the first."""
        roles = {column.header for several in self.columns(header).values() for column in several}
        seen: set[tuple[str, str]] = set()
        for name in header:
            if name not in roles and (one := _measure(name)) and (one.metric, one.side) not in seen:
                seen.add((one.metric, one.side))
                yield one

    def test(self, line: Line) -> str | None:
        said = line.demand("test", line.text("test")) or ""
        test_id = _TESTS.get(same_header(said), words_of(said)) or None
        return f"{test_id}_loaded" if test_id and (line.number("load") or 0) > 0 else test_id

    def method(self, line: Line) -> str | None:
        reps, load = line.number("reps"), line.number("load")
        said = [f"{reps:g} repetition{'s' * (reps != 1)}"] if reps else []
        said += [f"additional load {load:g} {line.unit('load')}"] if load else []
        return ", ".join(said) or None

    def remarks(self, sheet: Sheet, form: Form) -> Iterable[str]:
        if "reps" not in form:
            return
        several = [cell for cell in sheet.column(form.header("reps")) if cell.strip() not in ("", "0", "1")]
        if several:
            yield (
                f"Rows that sum up several repetitions: {len(several)}. The export does not say whether a value is of "
                "the best or a mean of them; the method of each trial says of how many."
            )


def _measure(header: str) -> Measure | None:
    """What a column measures; None for what is no measurement, and for the differences of the sides."""
    if _ASYMMETRY in header.casefold():
        return None
    if said := _WITH_UNIT.fullmatch(header.strip()):
        unit, by = converted(said["unit"].strip())
        if unit == "kg" and _MASS.search(same_header(said["words"])):
            return _body_mass(header, unit=unit, by=by)
        return Measure(header, with_unit(words_of(said["words"]), unit), unit, by, side=said["side"] or "B")
    plainly = same_header(header)
    found = next(((unit, kind) for words, unit, kind in _BY_WORDS if words.search(plainly)), None)
    if found is None or not _MEASURED.search(plainly):
        return None
    unit, kind = found
    if kind == "mass":
        return _body_mass(header, kind=kind)
    return Measure(header, with_unit(words_of(header), unit or ""), unit or "", kind=kind)


def _body_mass(header: str, **more) -> Measure:
    return Measure(header, "mass", test_id="body_mass", **more)


READER = _ForceDecks(
    name="forcedecks",
    title="VALD ForceDecks (CSV, JSON)",
    device="ForceDecks",
    headers=ATHLETE_HEADERS
    | {
        "date": ("Date", "Test Date", "testDate", "recordedDateUtc"),
        "time": ("Time", "Test Time"),
        "test": ("Test Type", "testType"),
        "reps": ("Reps", "Repetitions"),
        "load": {"Additional Load [lb]": "lb", "Additional Load [lbs]": "lb", "Additional Load [kg]": "kg"},
    },
    needed=("date", "test"),
    takes="every measurement as a trial under the maker's words, by side, in cm, kg, s and the maker's other units; "
    "body mass; a jump with additional load as a test of its own",
    leaves="differences of the sides, which follow; tags and groups; columns whose unit neither header nor maker says",
).reader()
