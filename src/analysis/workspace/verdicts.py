"""What the squad's last page of version 0.1 said of every series, read from the facts beside it.

That version judged by another rule. Its verdicts are kept in the store when it is brought up to date: the page that
they stand on may be made anew the same day.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.base.tables import TABLES

_SCHEMA = 1  # of the facts of that version
_SQUAD_PAGES = "squad_week/????-??-??/squad.json"
_SIDES = ".sides"  # a sure difference of the sides has no state


def verdicts_of_last_page(reports_folder: Path) -> pd.DataFrame:
    """athlete_id, subject and state of the newest page of the squad of version 0.1; no row where there is none.

    What stands before the first dot of a fact's name is taken for an athlete's id, whether there is such an athlete or
    not. Facts that cannot be read are passed over, as those of an older page can.
    """
    for path in sorted(reports_folder.glob(_SQUAD_PAGES), reverse=True):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["schema"] == _SCHEMA:
                return _verdicts(fact for section in said["sections"] for fact in section["facts"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return TABLES["verdicts_before"].empty()


def _verdicts(facts: Iterable[dict]) -> pd.DataFrame:
    table, rows = TABLES["verdicts_before"], {}
    for fact in facts:
        athlete_id, _, subject = fact["subject"].removeprefix("talk.").partition(".")
        if fact["state"] is not None or subject.endswith(_SIDES):
            rows[athlete_id, subject] = {"athlete_id": athlete_id, "subject": subject, "state": fact["state"]}
    return table.coerce(pd.DataFrame(list(rows.values()), columns=table.names))
