"""How large the package is, and whether all of it is used: `make size`.

Code lines are lines with code on them: no blank lines, no comments, no docstrings. A public name of the pure core is
reached where a notebook that ships, or a module of the shell, leads to it by names: through imports, through what a
function or class mentions, and through what a module does when it is imported.
"""

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONG = 450
_LATER = re.compile(r"[a-z_]+\.[a-z_]+")  # a name that is imported when it is asked for
CORE = ("metrics", "models", "figures", "pages")
_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}


def code_lines(source: str) -> int:
    """The number of lines that hold code.

    >>> code_lines('def one():\\n    "A number."\\n\\n    return 1  # always\\n')
    2
    """
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE and token.type != tokenize.ENDMARKER:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            words = node.body[0]
            lines -= set(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    return len(lines)


@dataclass(frozen=True)
class Package:
    """The modules of a package, who imports whom, and what leads to what."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "src" / "analysis"

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """Every module by its dotted name; a folder's `__init__` goes by the name of the folder."""
        return {
            self._dotted(path): ast.parse(path.read_text(encoding="utf-8"))
            for path in sorted(self.folder.rglob("*.py"))
        }

    def _dotted(self, path: Path) -> str:
        parts = ("analysis", *path.relative_to(self.folder).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @staticmethod
    def _room(module: str) -> str:
        """The folder or loose module directly below `analysis`; empty for the package itself."""
        return f"{module}.".split(".")[1]

    def imported(self, module: str) -> set[str]:
        """The modules of the package that a module imports, wherever in it."""
        named = {self._module_of(target) for target in self._imports[module].values()}
        return named & set(self.modules) - {module, "analysis"}  # the package itself only tells its version

    def _module_of(self, target: str) -> str:
        """`a.b` for a module a.b or for a name b of module a."""
        return target if target in self.modules else target.rpartition(".")[0]

    @cached_property
    def circles(self) -> list[tuple[str, ...]]:
        """One circle of imports for each module that closes one."""
        found: list[tuple[str, ...]] = []
        done: set[str] = set()

        def follow(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                found.append((*path[path.index(name) :], name))
            elif name not in done:
                for one in sorted(self.imported(name)):
                    follow(one, (*path, name))
                done.add(name)

        for name in self.modules:
            follow(name, ())
        return found

    @cached_property
    def public(self) -> set[str]:
        """The public functions and classes of the pure core."""
        return {
            f"{module}.{node.name}"
            for module, tree in self.modules.items()
            if self._room(module) in CORE
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        }

    @cached_property
    def unreached(self) -> list[str]:
        """Public names of the pure core that no notebook, no page for users and no module of the shell leads to."""
        return sorted(self.public - self._reached)

    @cached_property
    def _reached(self) -> set[str]:
        shell = [module for module in self.modules if self._room(module) not in CORE]
        waiting = {target for module in shell for target in self._mentions(self.modules[module], module)}
        shown = (*notebook_cells(self.root), *page_cells(self.root))
        waiting |= {target for tree in shown for target in self._mentions(tree, "")}
        waiting |= set(named_in_pages(self.root)) | self._drawn
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting |= self._leads_to(name)
        return reached

    @cached_property
    def _drawn(self) -> set[str]:
        """What the table of figures names, which `plot()` of a result draws."""
        table = self.modules.get("analysis.figures.shown")
        texts = (node.value for node in ast.walk(table) if isinstance(node, ast.Constant)) if table else ()
        return {f"analysis.figures.{text}" for text in texts if isinstance(text, str)} & self.public

    def _leads_to(self, name: str) -> set[str]:
        """What the definition of a name mentions, or what it was imported as, and what its module does by itself."""
        module = self._module_of(name)
        if name in self._offered:
            return {self._offered[name]}
        if module not in self.modules:
            return set()
        definition = self._definitions.get(name)
        inside = self._passed_on(name, module) if definition is None else self._mentions(definition, module)
        return inside | self._does_by_itself(module)

    def _passed_on(self, name: str, module: str) -> set[str]:
        """What a module hands on under `name` that it has imported itself."""
        own = self._imports[module].get(name.rpartition(".")[2])
        return {own} if own else set()

    @cached_property
    def _offered(self) -> dict[str, str]:
        """What the stub of a room hands on: `analysis.figures.compare` stands for the function in the module."""
        offered = {}
        for stub in self.folder.rglob("__init__.pyi"):
            room = ".".join(("analysis", *stub.parent.relative_to(self.folder).parts))
            for node in ast.walk(ast.parse(stub.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    source = f"{room}.{node.module}" if node.level else f"{node.module}"
                    offered |= {
                        f"{room}.{alias.asname or alias.name}": f"{source}.{alias.name}" for alias in node.names
                    }
        return offered

    @cached_property
    def _definitions(self) -> dict[str, ast.AST]:
        kinds = ast.FunctionDef | ast.ClassDef
        return {
            f"{module}.{node.name}": node
            for module, tree in self.modules.items()
            for node in tree.body
            if isinstance(node, kinds)
        }

    def _does_by_itself(self, module: str) -> set[str]:
        """What the lines of a module mention that stand in no function and no class."""
        loose = [
            node
            for node in self.modules[module].body
            if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
        ]
        return self._mentions(ast.Module(loose, []), module)

    @cached_property
    def _imports(self) -> dict[str, dict[str, str]]:
        """What the imported names of each module stand for."""
        return {module: _names(tree, module) for module, tree in self.modules.items()}

    def _mentions(self, tree: ast.AST, module: str) -> set[str]:
        """The full names of the package that the code of `tree`, which stands in `module`, mentions."""
        own = self._imports[module] if module else {}
        known = own | _names(tree, module)
        found: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                found.add(known.get(node.id, f"{module}.{node.id}"))
            elif isinstance(node, ast.Attribute) and (words := _dotted_words(node)):
                first, *rest = words
                found.add(".".join([known.get(first, first), *rest]))
            elif isinstance(node, ast.Constant) and _LATER.fullmatch(str(node.value)):
                found.add(f"{module.rpartition('.')[0]}.{node.value}")
        return found


def _names(tree: ast.AST, module: str) -> dict[str, str]:  # noqa: ARG001
    """What the names that `tree` imports from the package stand for."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analysis":
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            known |= {a.asname or a.name: a.name for a in node.names if a.name.split(".")[0] == "analysis"}
    return known


def _dotted_words(node: ast.Attribute) -> list[str]:
    """`a.b.c` as its words; nothing for an attribute of anything but names."""
    words = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        words.append(inner.attr)
        inner = inner.value
    return [inner.id, *reversed(words)] if isinstance(inner, ast.Name) else []


def notebook_cells(root: Path) -> Iterator[ast.Module]:
    """The code of each notebook that ships."""
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield ast.parse("\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))


def page_cells(root: Path) -> Iterator[ast.Module]:
    """The code of each page of the documentation, which tests run."""
    for text in _pages(root):
        fences = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        yield ast.parse("\n\n".join(fence for fence in fences if ">>>" not in fence))


def named_in_pages(root: Path) -> Iterator[str]:
    """The full names that the pages of the documentation give their readers."""
    for text in _pages(root):
        yield from re.findall(r"`(analysis(?:\.\w+)+)", text)


def _pages(root: Path) -> Iterator[str]:
    made = {"reference", "_build", "_gallery"}
    for path in sorted((root / "docs").rglob("*.md")):
        if not made & set(path.parts):
            yield path.read_text(encoding="utf-8")


def type_errors(root: Path) -> str:
    """How many errors the type checker finds; a dash where it is not installed."""
    checker = Path(sys.executable).parent / "basedpyright"
    if not checker.exists():
        return "-"
    told = subprocess.run([checker, "--outputjson"], cwd=root, capture_output=True, text=True, check=False).stdout
    return str(json.loads(told)["summary"]["errorCount"])


def figures(root: Path = ROOT) -> dict[str, int | str]:
    """The figures that are printed, by what they are called."""
    package = Package(root)
    sources = {path: path.read_text(encoding="utf-8") for path in package.folder.rglob("*.py")}
    lines = {path: source.count("\n") for path, source in sources.items()}
    return {
        "code lines": sum(code_lines(source) for source in sources.values()),
        "lines": sum(lines.values()),
        "files": len(sources),
        "loose modules": sum(path.parent == package.folder for path in sources),
        f"modules over {LONG} lines": sum(n > LONG for n in lines.values()),
        "unreached public names": len(package.unreached),
        "import circles": len(package.circles),
        "type errors": type_errors(root),
    }


if __name__ == "__main__":
    where = Path(sys.argv[1]) if sys.argv[1:] else ROOT
    for title, value in figures(where).items():
        print(f"{title:24} {value}")
    if names := Package(where).unreached:
        print("\nUnreached:", *names, sep="\n  ")
