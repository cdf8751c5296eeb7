"""Sets as the Perch camera's programming interface gives them: inches a second, pounds, ghost repetitions by number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.ingest.bar_speed.speeds import BarSpeed
from analysis.ingest.dialect import Sheet
from analysis.ingest.json_tables import sheet_of
from analysis.ingest.json_values import as_cell, below, listed, looks_like_json, values_in
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.table_format import Form, Line

_SIGNS = (b'"concentric_mean_velocity_z"', b'"ghost_rep_indices"', b'"num_tracked_reps"')
_OF_SET = ("id", "deleted", "user_id", "exercise_id", "weight", "start_time", "tracked", "num_reps", "num_tracked_reps")
_OF_REP = ("limb", "concentric_mean_velocity_z", "concentric_peak_velocity_z", "concentric_disp_z")
_LONGEST_COUNT = 10  # digits
_LEFT = "left out"  # the column that says why a row is none


@dataclass(frozen=True, kw_only=True)
class _Perch(BarSpeed):
    def reader(self) -> Reader:
        return replace(super().reader(), fits=None, read_sheets=None)

    def recognises(self, path: Path, head: bytes) -> bool:
        known = path.suffix.lower() in self.suffixes and looks_like_json(head)
        return known and any(sign in head for sign in _SIGNS)

    def read(self, path: Path, options: Options) -> Reading:
        rows = [row for value in values_in(path, options.said) for row in _rows(value)]
        return self.read_sheets([sheet_of(rows, path, options.said)], path, options)

    def is_left(self, line: Line) -> bool:
        return line.text("left") is not None

    def notes(self, sheet: Sheet, form: Form) -> tuple[str, ...]:  # noqa: ARG002
        left = sheet.header.index(_LEFT)
        counts = {why: sum(row[left] == why for row in sheet.rows) for why in ("ghost", "deleted")}
        wrong = sheet.header.index("error")
        spoilt = len({row[0] for row in sheet.rows if row[wrong] == "wrong values"})
        said = (
            f"Ghost repetitions, which nobody did: {counts['ghost']}; they stay in the raw rows only.",
            f"Rows of deleted sets: {counts['deleted']}; they stay in the raw rows only.",
            f"Sets whose speeds were marked as wrong, kept without them: {spoilt}.",
        )
        return tuple(text for text, count in zip(said, (*counts.values(), spoilt), strict=True) if count)


def _rows(value: object) -> Iterator[dict[str, str]]:
    """A row a repetition, or a set of which none was tracked."""
    people = {as_cell(below(one, "id")): _person(one) for one in listed(below(value, "users"))}
    lifts = {as_cell(below(one, "id")): as_cell(below(one, "name")) for one in listed(below(value, "exercises"))}
    sets = below(value, "sets") or below(value, "data") or (value if isinstance(value, list) else [value])
    for one in listed(sets):
        if not isinstance(one, dict) or "exercise_id" not in one:
            continue
        own = {name: as_cell(one.get(name)) for name in _OF_SET}
        lift = as_cell(below(one, "exercise", "name") or below(one, "exercise_name")) or lifts.get(own["exercise_id"])
        own["athlete"] = _person(below(one, "user")) or people.get(own["user_id"]) or f"Perch user {own['user_id']}"
        own["exercise"] = lift or f"Perch exercise {own['exercise_id']}"
        own["added"] = " ".join(word for word in ("bands", "chains") if one.get(f"{word}_used") is True)
        is_wrong = below(one, "error", "wrong_values") is True
        own |= {"error": "wrong values" if is_wrong else "", _LEFT: "deleted" if one.get("deleted") is True else ""}
        reps = listed(one.get("reps"))
        ghosts = _ghosts(one, len(reps))
        for number, rep in enumerate(reps, 1):
            measured = {name: as_cell(below(rep, name)) for name in _OF_REP}
            if is_wrong:
                measured |= dict.fromkeys(_OF_REP[1:], "")
            ghost = {_LEFT: "ghost"} if number - 1 in ghosts and not own[_LEFT] else {}
            yield {**own, "rep": str(number), **measured, **ghost}
        if not reps:
            yield {**own, "rep": "", **dict.fromkeys(_OF_REP, "")}


def _ghosts(one: Mapping[str, object], tracked: int) -> set[int]:
    """The places of the repetitions that nobody did; none where the list is already without them."""
    numbers = (_count(as_cell(each)) for each in listed(below(one, "error", "ghost_rep_indices")))
    places = {number for number in numbers if number is not None}
    valid = _count(as_cell(one.get("num_reps")))
    return set() if valid is not None and tracked <= valid else places


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _LONGEST_COUNT else None


def _person(user: object) -> str:
    named = " ".join(filter(None, (as_cell(below(user, "first_name")), as_cell(below(user, "last_name")))))
    return as_cell(below(user, "name")) or named


READER = _Perch(
    name="perch",
    title="Perch sets (JSON)",
    called="a list of Perch's sets",
    device="Perch",
    suffixes=(".json", ".jsonl", ".ndjson", ".txt"),
    headers={
        "athlete": ("athlete",),
        "exercise": ("exercise",),
        "side": ("limb",),
        "set": ("id",),
        "rep": ("rep",),
        "load": {"weight": "lb"},
        "reps": ("num_reps",),
        "epoch": ("start_time",),
        "mean_velocity": {"concentric_mean_velocity_z": "in/s"},
        "peak_velocity": {"concentric_peak_velocity_z": "in/s"},
        "rom": {"concentric_disp_z": "in"},
        "notes": ("added",),
        "left": (_LEFT,),
    },
    needed=("athlete", "exercise", "set", "rep", "load", "epoch", "mean_velocity"),
    takes="sessions by day; sets with load (lb); every repetition with mean and peak velocity (inch/s) and range of "
    "motion (inch), left and right apart; names where the file has users and exercises, else their numbers",
    leaves="ghost repetitions and deleted sets, which are counted; speeds marked as wrong; power, which has no unit; "
    "means and best of a set, which follow",
).reader()
