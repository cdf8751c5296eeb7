"""The page of a form: one HTML file with one script, which asks, seals and hands over, and makes no request."""

import base64
import functools
import hashlib
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from analysis.report.html import inert_json
from analysis.report.scripts import csp_hash

TEMPLATE = Path(__file__).parent / "template"


def form_page(about: dict[str, Any], *, title: str, contact: str, script: str = "form.js") -> str:
    """A form with what it asks in `about`, which its script reads.

    Examples
    --------
    >>> page = form_page({"name": "</script><b>Al"}, title="Alder", contact="your coach")
    >>> "</script><b>Al" in page, "default-src 'none'" in page
    (False, True)
    """
    css, code = template_text("form.css"), template_text("common.js") + template_text(script)
    return (
        environment()
        .get_template("form.html.jinja")
        .render(
            title=title,
            contact=contact,
            css=Markup(css),
            css_hash=f"sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}",
            code=Markup(code),
            code_hash=csp_hash(code),
            about=inert_json(about),
        )
    )


@functools.cache
def environment() -> jinja2.Environment:
    """What fills the templates of forms: all text is escaped, a name that is not told is an error."""
    loader = jinja2.FileSystemLoader(TEMPLATE)
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)


def template_text(name: str) -> str:
    """A file beside the templates, as it stands."""
    return (TEMPLATE / name).read_text(encoding="utf-8")
