"""Whom names mean: people who are new, the names that files use for them, and what a roster says of both."""

import re
import secrets

import pandas as pd

from analysis.base.files import printable
from analysis.base.frames import rows_of
from analysis.base.names import name_key
from analysis.ingest.binding import ANY_SOURCE, Names
from analysis.ingest.reading import Reading
from analysis.workspace.workspace import Workspace

BINDING = "Say who: workbook alias NAME ATHLETE; for somebody new: workbook alias NAME --new"
NAMED_MOST = 8  # of names that wait, in a sentence
_ID_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no vowels: no words by accident


def bind_name(workspace: Workspace, external_name: str, athlete: str | None, source: str = ANY_SOURCE) -> str:
    """Bind a name that files use to an athlete, or to a new one where `athlete` is None; returns the id."""
    if athlete is None:
        athlete_id = new_athlete_id(set(workspace.athletes()["athlete_id"]))
        workspace.store.put("athletes", pd.DataFrame([{"athlete_id": athlete_id, "name": external_name}]))
    else:
        athlete_id = workspace.athlete_id(athlete)
    alias = {"source": source, "external_name": external_name, "athlete_id": athlete_id}
    workspace.store.put("aliases", pd.DataFrame([alias]))
    return athlete_id


def new_athlete_id(taken: set[str]) -> str:
    """An opaque id that nobody has yet."""
    while (made := "".join(secrets.choice(_ID_ALPHABET) for _ in range(6))) in taken:
        pass
    return made


def nobody_is_bound_to(waiting: dict[str, int]) -> str:
    """What to do about names that are bound to nobody."""
    named = [f"{printable(name)!r} ({n} {'row' if n == 1 else 'rows'})" for name, n in waiting.items()]
    more = len(named) - NAMED_MOST
    others = f" and {more} more names, which `workbook status --json` lists" if more > 0 else ""
    return f"nobody is bound to {', '.join(named[:NAMED_MOST])}{others}. {BINDING}"


def of_roster(tables: dict[str, pd.DataFrame], workspace: Workspace, names: Names) -> dict[str, pd.DataFrame]:
    """The tables `athletes` and `aliases` of a roster file, with ids made for people who have none yet."""
    if "athletes" not in tables:
        return {}
    athletes = tables["athletes"].copy()
    given_ids = athletes["athlete_id"].dropna() if "athlete_id" in athletes else ()
    taken = {*workspace.athletes()["athlete_id"], *given_ids}
    ids = []
    for row in rows_of(athletes):
        given = getattr(row, "athlete_id", None)
        athlete_id = given if isinstance(given, str) else names.athlete(ANY_SOURCE, row.name) or new_athlete_id(taken)
        taken.add(athlete_id)
        ids.append(athlete_id)
    athletes = athletes.assign(athlete_id=ids).drop(columns="external_name", errors="ignore")
    by_name = dict(zip(athletes["name"].map(name_key), ids, strict=True))
    own = pd.DataFrame({"source": ANY_SOURCE, "external_name": athletes["name"], "athlete_id": ids})
    given = tables.get("aliases", pd.DataFrame())
    if len(given):
        owner = given["athlete_name"] if "athlete_name" in given else given["external_name"]
        given = pd.DataFrame(
            {
                "source": ANY_SOURCE,
                "external_name": given["external_name"],
                "athlete_id": [by_name.get(name_key(name)) for name in owner],
            }
        ).dropna()
    aliases = pd.concat([own, given], ignore_index=True).drop_duplicates(["source", "external_name"])
    return {"athletes": athletes, "aliases": aliases}


def names_of(tables: dict[str, pd.DataFrame]) -> Names:
    """The names that a roster brings, ids among them."""
    ids = {(ANY_SOURCE, athlete_id): athlete_id for athlete_id in tables["athletes"]["athlete_id"]}
    return Names.of(tables["aliases"]).and_of(Names(ids))


def named_in(reading: Reading, names: Names, owner: str | None) -> pd.DataFrame:
    """The names of a reading, that of its owner among them, and whom they mean; those of nobody are left out."""
    said: dict[str, None] = {}
    for frame in reading.tables.values():
        if len(frame) and "athlete_id" not in frame and "external_name" in frame:
            said |= dict.fromkeys(frame["external_name"].dropna().unique())
            said |= {owner: None} if owner and frame["external_name"].hasnans else {}
    rows = [
        {"source": reading.source, "external_name": name, "athlete_id": names.athlete(reading.source, name)}
        for name in said
    ]
    return pd.DataFrame([row for row in rows if row["athlete_id"]])


def with_ids(text: str, names: Names) -> str:
    """The text with the id of an athlete in the place of each name that is bound to one.

    >>> with_ids("raw/Alder/alder_monday.csv", Names.bound_by([("*", "Alder", "k3vd")]))
    'raw/k3vd/k3vd_monday.csv'
    """
    ids = {name.casefold(): names.bound[key] for key, name in names.written.items()}
    if not ids:
        return text
    words = "|".join(re.escape(name) for name in sorted(ids, key=len, reverse=True))
    return re.sub(rf"(?<![^\W_])(?:{words})(?![^\W_])", lambda found: ids[found[0].casefold()], text, flags=re.I)
