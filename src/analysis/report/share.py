"""Forms in which a page leaves the house: a file by itself, a file under a passphrase, or a folder for a web server.

A page with figures draws them, in the folder of reports, with the one plotly.js that lies there; any other page, as
that of an athlete, is one file already. What is shared is made from that page, is nobody else's, and leads nowhere:
links to other pages and to files beside it are taken out.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from analysis.base.errors import UsageProblem
from analysis.report.due import SQUAD
from analysis.report.locked import locked, new_passphrase
from analysis.report.publish import publish
from analysis.report.scripts import library_element, library_source, put_library
from analysis.workspace import Workspace, day

Form = Literal["single", "locked", "folder"]
FORMS: tuple[Form, ...] = get_args(Form)

_LIBRARY = re.compile(r'<script type="text/plain" id="plotly" data-address="([^"]*)"></script>')
_FILES = re.compile(r'<p class="files">.*?</p>\n', re.DOTALL)  # that lie beside the page and stay there
_LINK = re.compile(r'<a href="[^"]*">(.*?)</a>')


@dataclass(frozen=True)
class Shared:
    """A page that was put somewhere, and what opens it."""

    path: Path
    form: Form
    until: str
    passphrase: str | None = None


def share(
    workspace: Workspace, report: str, athlete: str | None, form: Form, to: Path, as_of: str | None = None
) -> Shared:
    """Put the latest page of a report where somebody takes it from.

    Parameters
    ----------
    workspace : Workspace
    report : str
        Name of the report, as `athlete_week`.
    athlete : str
        Id, name or alias; None for a report of the squad.
    form : {"single", "locked", "folder"}
        A locked page gets a passphrase of its own, which is in the result and nowhere else. Pages with figures that
        are shared as a folder into one place have one plotly.js there.
    to : Path
        Folder; made where it is not there.
    as_of : str
        The latest page of a period that ends by then, ISO; by default the latest of all.

    Raises
    ------
    ConsentMissing
        Where the athlete has not agreed to an own page, or does no longer.
    UsageProblem
        Where there is no such page, or `to` is the folder of reports itself.
    """
    whose = workspace.athlete_id(athlete) if athlete else ""
    if whose:
        workspace.consent(whose).require("report")  # "delivery" is about what the workbook sends by itself
    if to.resolve().is_relative_to(workspace.reports_folder.resolve()):
        raise UsageProblem(f"{to} is among the reports, which stay as they were made. Name another folder.")
    page = _latest(workspace, report, whose, as_of)
    until, name = page.parent.name, page.stem
    passphrase = new_passphrase() if form == "locked" else None
    content = shared(page, form, passphrase)
    if form == "folder":
        target = to / report / until / f"{name}.html"
        if _LIBRARY.search(content):
            put_library(to)
    else:
        target = to / f"{report}_{until}_{name}{'_locked' if passphrase else ''}.html"
    publish({target: content})
    return Shared(target, form, until, passphrase)


def _latest(workspace: Workspace, report: str, athlete_id: str, as_of: str | None) -> Path:
    workspace.notebook(report)  # a report that is none is said to be none
    pages = sorted((workspace.reports_folder / report).glob(f"????-??-??/{athlete_id or SQUAD}.html"))
    if as_of:
        last = day(as_of).date().isoformat()
        pages = [page for page in pages if page.parent.name <= last]
    if not pages:
        by_then = f" up to {as_of}" if as_of else ""
        whose = f" --athlete {athlete_id}" if athlete_id else ""
        raise UsageProblem(
            f"There is no page of {report} of {athlete_id or 'the squad'}{by_then}. "
            f"Make it first: workbook report {report}{whose}"
        )
    return pages[-1]


def shared(page: Path, form: Form, passphrase: str | None = None) -> str:
    """A rendered page in the form in which it leaves the house.

    Parameters
    ----------
    page : Path
        As `render` wrote it, in either form.
    form : {"single", "locked", "folder"}
        One file that needs no other; the same under a passphrase; or as it lies among the reports, where figures need
        `plotly.min.js` where the page says.
    passphrase : str
        For the locked form, from `locked.new_passphrase`.

    Raises
    ------
    UsageProblem
        For a page that is not there, another form, or a locked page without a passphrase.
    """
    if form not in FORMS:
        raise UsageProblem(f"{form!r} is no form of a page. Use one of {', '.join(FORMS)}.")
    if (form == "locked") != (passphrase is not None):
        raise UsageProblem("A passphrase belongs to a locked page, and every locked page has one. Give both or none.")
    try:
        text = page.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageProblem(f"There is no page {page}. Render it first, with `workbook report`.") from None
    alone = _LINK.sub(r"\1", _FILES.sub("", text))
    if form == "folder":
        return alone
    whole = _self_contained(alone)
    return whole if passphrase is None else locked(whole, passphrase)


def _self_contained(text: str) -> str:
    """The page with plotly.js inside, and a policy that knows it by its hash; unchanged where it is that already."""
    beside = _LIBRARY.search(text)
    if not beside:
        return text
    within = text[: beside.start()] + str(library_element(None)) + text[beside.end() :]
    return within.replace(library_source(beside[1]), library_source(None), 1)  # the policy stands before all else
