"""What a workspace holds: of whom, until when, and what waits for somebody."""

from analysis.base.frames import rows_of
from analysis.ingest.exercises import catalogue, unmatched
from analysis.workspace import Workspace
from analysis.workspace.arrivals import SAY_WHETHER, untaken, untaken_text
from analysis.workspace.consent import agreeing
from analysis.workspace.intake import to_be_read_again
from analysis.workspace.naming import NAMED_MOST


def status(workspace: Workspace) -> dict[str, object]:
    """What there is of whom, and what waits, as plain values."""
    athletes = workspace.athletes()
    streams = dict(iter(workspace.streams().groupby("athlete_id")))
    waiting = workspace.store.frame("waiting")
    people = []
    for athlete in rows_of(athletes):
        own = streams.get(athlete.athlete_id)
        people.append(
            {
                "athlete_id": athlete.athlete_id,
                "name": athlete.name,
                "last_date": None if own is None else own["last_date"].max().date().isoformat(),
                "rows": {} if own is None else dict(zip(own["table"], own["rows"].astype("object"), strict=True)),
            }
        )
    return {
        "workspace": str(workspace.folder),
        "files": workspace.store.count("files")[0][0],
        "rejects": workspace.store.count("rejects")[0][0],
        "waiting": waiting.groupby("external_name", as_index=False).agg({"rows": "sum"}).to_dict("records"),
        "untaken": _untaken(workspace),
        "again": _to_be_read_again(workspace),
        "unknown_exercises": _unknown_exercises(workspace),
        "consent": _consent(workspace),
        "athletes": people,
    }


def _to_be_read_again(workspace: Workspace) -> list[dict[str, object]]:
    """Files on whose reading something changed, why, and whether they are still there."""
    return [
        {"name": kept.name, "why": list(why), "gone": path is None} for kept, path, why in to_be_read_again(workspace)
    ]


def _untaken(workspace: Workspace) -> dict[str, object]:
    """Files of the drop folder of which nothing is stored, and whether a run takes them in."""
    found = untaken(workspace)
    by_run = workspace.config.ingest_before_run
    return {"files": [*map(str, found)], "by_run": by_run, "said": untaken_text(found, workspace) if found else ""}


def _unknown_exercises(workspace: Workspace) -> list[dict[str, object]]:
    """Raw names outside the catalogue, the most frequent first, with what they may mean."""
    known = catalogue(workspace.options().exercises)
    return unmatched(workspace.store.count("sets", "exercise_raw"), known).to_dict("records")


def _consent(workspace: Workspace) -> dict[str, object]:
    """What an empty cell means, how many said something, and to how many a page is refused."""
    found = workspace.consents()
    return {
        "default": workspace.config.consent_default,
        "stated": sum(one.is_stated for one in found.values()),
        "not_stated": sum(not one.is_stated for one in found.values()),
        "no_page": len(found) - len(agreeing(found, "report")),
    }


def status_text(report: dict) -> str:
    """`status` for people."""
    lines = [f"{report['workspace']}: athletes {len(report['athletes'])}, files {report['files']}"]
    for person in report["athletes"]:
        rows = ", ".join(f"{name} {n}" for name, n in person["rows"].items()) or "no data yet"
        lines.append(f"  {person['athlete_id']:10} {person['name'] or '':12} {person['last_date'] or '-':10}  {rows}")
    if not report["athletes"]:
        lines.append("  No athlete yet. Fill templates/athletes.csv and ingest it, or: workbook alias NAME --new")
    consent = report["consent"]
    if report["athletes"]:
        lines.append(
            f"Consent: stated by {consent['stated']}; not stated by {consent['not_stated']}, "
            f"which counts as {consent['default']}; without a page for want of it: {consent['no_page']}"
        )
    if report["rejects"]:
        lines.append(f"Refused cells: {report['rejects']}. They are listed by: workbook rejects")
    lines += [
        f"Rows that wait for {name['external_name']!r}: {name['rows']}. Say who it is: workbook alias NAME ATHLETE"
        for name in report["waiting"][:NAMED_MOST]
    ]
    if (more := len(report["waiting"]) - NAMED_MOST) > 0:
        lines.append(f"Rows wait for {more} more names: workbook status --json")
    lines += _untaken_lines(report["untaken"])
    lines += _again_lines(report["again"])
    if report["unknown_exercises"]:
        some = ", ".join(f"{name['raw']} ({name['n']})" for name in report["unknown_exercises"][:5])
        lines.append(f"Exercises outside the catalogue, counted in no family: {some}")
    return "\n".join(lines)


def _untaken_lines(untaken: dict) -> list[str]:
    """What lies in the drop folder, what takes it in, and whether that is still to be decided."""
    by = "The next `workbook run` takes them in or says why not; so does" if untaken["by_run"] else "Take them in:"
    lines = [f"{untaken['said']} {by} workbook ingest"] if untaken["said"] else []
    return [*lines, SAY_WHETHER] if untaken["by_run"] is None else lines


def _again_lines(again: list[dict]) -> list[str]:
    """A line for each reason, first of the files that are there, then of those that are gone."""
    groups: dict[tuple[bool, str], list[str]] = {}
    for one in again:
        groups.setdefault((one["gone"], "; ".join(one["why"])), []).append(one["name"])
    return [
        f"{'Gone, so that they stay as they were read' if gone else 'Read again by the next `workbook ingest`'}: "
        f"{len(names)}, since {why}: {_some(names)}"
        for (gone, why), names in sorted(groups.items())
    ]


def _some(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
