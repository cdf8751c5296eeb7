"""How Sphinx makes the documentation: `make docs`, then open docs/_build/index.html. No page makes a request."""

import importlib.metadata
import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import reference  # noqa: E402 - a script beside the pages

project = "The athlete workbook"
author = "The athlete-workbook contributors"
release = importlib.metadata.version("athlete-workbook")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_gallery"]
myst_enable_extensions = ["attrs_inline", "deflist"]
myst_heading_anchors = 3
default_role = "literal"  # docstrings write `name`
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["pictures.css"]
html_show_search_summary = False  # a summary is fetched, which a page opened from disk cannot
html_copy_source = False
html_show_copyright = False  # the licence says whose it is


def setup(app: Sphinx) -> None:
    """The pages that are made from the package are written before Sphinx looks for pages."""
    app.connect("builder-inited", lambda _: reference.write(HERE))
    app.connect("autodoc-process-docstring", _plain, priority=100)  # before napoleon makes its own marks


def _plain(_app: Sphinx, _what: str, _name: str, _thing: object, _options: object, lines: list[str]) -> None:
    lines[:] = reference.plain(lines)
