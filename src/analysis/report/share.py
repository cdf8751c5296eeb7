"""Forms in which a page leaves the house: a file by itself, a file under a passphrase, or a folder for a web server.

A page in the folder of reports draws its figures with the one plotly.js that lies there. What is shared is made from
that page, is nobody else's, and leads nowhere: links to other pages are taken out.
"""

import re
from pathlib import Path
from typing import Literal, get_args

from analysis.errors import UsageProblem
from analysis.report.locked import locked
from analysis.report.scripts import library_element, library_source

Form = Literal["single", "locked", "folder"]
FORMS: tuple[Form, ...] = get_args(Form)

_LIBRARY = re.compile(r'<script type="text/plain" id="plotly" data-address="([^"]*)"></script>')
_LINK = re.compile(r'<a href="[^"]*">(.*?)</a>')


def shared(page: Path, form: Form, passphrase: str | None = None) -> str:
    """A rendered page in the form in which it leaves the house.

    Parameters
    ----------
    page : Path
        As `render` wrote it, in either form.
    form : {"single", "locked", "folder"}
        One file that needs no other; the same under a passphrase; or one that needs `plotly.min.js` where it says.
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
    alone = _LINK.sub(r"\1", text)
    if form == "folder":
        return alone
    whole = _self_contained(alone)
    return whole if passphrase is None else locked(whole, passphrase)


def _self_contained(text: str) -> str:
    """The page with plotly.js inside, and a policy that knows it by its hash; unchanged where it is that already."""
    beside = _LIBRARY.search(text)
    if not beside:
        return text
    within = text[: beside.start()] + library_element(None) + text[beside.end() :]
    return within.replace(library_source(beside[1]), library_source(None), 1)  # the policy stands before all else
