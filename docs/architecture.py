"""Write the module map of ARCHITECTURE.md from the first line of each module's docstring.

`python docs/architecture.py` rewrites the map in place; a test holds the page to it.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "analysis"
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- module map -->\n", "<!-- end of the map -->\n"


def module_map() -> str:
    """One table row a module that has content, in the order of the folders."""
    rows = ["| module | what it is for |", "|---|---|"]
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda p: (len(p.relative_to(PACKAGE).parts) > 1, p)):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if docstring:
            rows.append(f"| `{path.relative_to(PACKAGE).as_posix()}` | {docstring.splitlines()[0]} |")
    return "\n".join(rows) + "\n"


def with_map(page: str) -> str:
    """`page` with the map as it is now."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{module_map()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_map(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
