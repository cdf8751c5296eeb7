"""The documentation holds: its commands exist, its Python runs on the example squad, its links lead somewhere."""

import doctest
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from soak_scale import SCALE

from analysis.base.config import Config, checked
from analysis.base.tables import TABLES
from analysis.cli import main
from analysis.ingest.mapping.mapping import mapping_of

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import reference  # noqa: E402 - a script beside the pages it writes

MADE = ("_build", reference.FOLDER, reference.GALLERY)  # of docs/, by the build
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "ARCHITECTURE.md"]
    + [path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in MADE]
)
FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
CHROMIUM = shutil.which("chromium")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [body for info, body in FENCE.findall(page.read_text(encoding="utf-8")) if info == language]


def commands(page: Path) -> Iterator[list[str]]:
    """Every command of the workbook and of make that a page names, as words."""
    text = page.read_text(encoding="utf-8")
    lines = [line for language in ("sh", "powershell") for block in blocks(page, language) for line in whole(block)]
    inline = re.findall(r"`((?:workbook|make) [^`]+)`", " ".join(FENCE.sub("", text).split()))
    for line in (*lines, *inline):
        words = shlex.split(line.replace("\\", "/"), comments=True)
        program = words[0].rpartition("/")[2] if words else ""
        if program in ("workbook", "make") and words[1:2] != ["..."]:
            yield [program, *words[1:]]


def whole(block: str) -> list[str]:
    """The lines of a block, those that a backslash parts put together."""
    return block.replace("\\\n", " ").splitlines()


def refusal(words: list[str]) -> str:
    """Why the command line would refuse these words, empty where it would not; capitals stand for any value."""
    command = main
    while isinstance(command, click.Group):
        if not words or words[0].startswith("-"):
            return ""
        command = command.commands.get(words[0])
        if command is None:
            return f"there is no command {words[0]!r}"
        words = words[1:]
    context = click.Context(command, info_name="workbook", **command.context_settings)
    try:
        values, rest, _ = command.make_parser(context).parse_args(list(words))
    except click.UsageError as problem:
        return problem.format_message()
    if rest:
        return f"{rest} is too much"
    for parameter in command.params:
        value = values.get(parameter.name)
        choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
        if choices and isinstance(value, str) and not value.isupper() and value not in choices:
            return f"{value!r} is none of {', '.join(choices)}"
    return ""


@each_page
def test_every_command_of_a_page_exists_with_its_options(page):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    wrong = {}
    for program, *words in commands(page):
        asked = [word for word in words if "=" not in word]
        why = refusal(words) if program == "workbook" else "" if set(asked) <= set(targets) else "no such target"
        if why:
            wrong[shlex.join([program, *words])] = why
    assert not wrong


def test_a_command_that_is_wrong_would_be_seen():
    assert refusal(["ingest", "--unit", "stone"])
    assert refusal(["ingst"])
    assert refusal(["status", "--loud"])
    assert refusal(["status", "extra"])
    assert not refusal(["report", "athlete_week", "--athlete", "NAME"])


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_the_python_of_a_page_runs_on_the_example_squad(page, squad_workspace, tmp_path, monkeypatch):
    """The blocks of a page one after the other, in the folder above the example, as its reader runs them."""
    (tmp_path / "workbook-demo").symlink_to(squad_workspace.folder)
    monkeypatch.chdir(tmp_path)
    known = {"__name__": "page"}
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for number, block in enumerate(blocks(page, "python"), 1):
        if ">>>" not in block:
            exec(compile(block, f"{page.name}, block {number}", "exec"), known)
            continue
        test = doctest.DocTestParser().get_doctest(block, known, f"{page.name}, block {number}", str(page), 0)
        said: list[str] = []
        assert runner.run(test, out=said.append, clear_globs=False).failed == 0, "".join(said)
        known = test.globs


@each_page
def test_configuration_and_mappings_of_a_page_are_accepted(page):
    for block in blocks(page, "toml"):
        content, where = tomllib.loads(block), block.splitlines()[0]
        if where == "# workbook.toml":
            checked(Config, content, page.name)
        elif where.startswith("# mappings/"):
            mapping_of(block, page.name)


# links


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as Sphinx and code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """The pages of the reference, without pictures."""
    return reference.pages(pictures=DOCS / "no pictures")


@each_page
def test_every_link_of_a_page_leads_somewhere(page, made):
    known = {(DOCS / reference.FOLDER / path).resolve(): text for path, text in made.items()}
    broken = []
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        path, _, anchor = unquote(link).partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        content = known.get(target) or (target.exists() and target.suffix == ".md" and target.read_text("utf-8"))
        if not (target.exists() or target in known) or (anchor and anchor not in anchors(content or "")):
            broken.append(link)
    assert not broken


def test_every_page_stands_in_the_table_of_contents_once():
    tree = re.findall(r"^[\w/*.-]+$", "\n".join(blocks(DOCS / "index.md", "{toctree}")), re.MULTILINE)
    written = [page.relative_to(DOCS) for page in PAGES if page.is_relative_to(DOCS) and page.name != "index.md"]
    assert {page: tree.count(page.with_suffix("").as_posix()) for page in written} == dict.fromkeys(written, 1)


# the reference


def test_every_model_figure_and_metric_has_its_page(made):
    for room, package in reference.ROOMS.items():
        for module in reference.modules_of(package):
            page = made[reference.page_of(module, room)]
            assert f"`{module.__name__}`" in page
            assert reference.page_of(module, room) in made[f"{room}.md"]
            for name, thing in vars(module).items():
                if getattr(thing, "__module__", "") == module.__name__ and not name.startswith("_"):
                    assert reference.directive(module, name, thing) in page


def test_every_notebook_to_explore_with_has_its_entry(made):
    notebooks = reference.explored_notebooks()
    assert len(notebooks) >= 12
    assert [path.name for path in notebooks if f"`{path.name}`" not in made["notebooks.md"]] == []
    assert "## Is this athlete getting better?" in made["notebooks.md"]


def test_every_figure_has_its_place_in_the_gallery(made):
    for module in reference.modules_of(reference.figures):
        for name in reference.drawings(module):
            assert f"[`{name}`]({reference.page_of(module, 'figures')})" in made["gallery.md"]


def test_every_column_of_every_table_is_in_the_dictionary(made):
    for table in TABLES.values():
        entry = made["tables.md"].partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        assert [name for name in table.names if f"| `{name}` |" not in entry] == []


def test_every_key_of_the_configuration_is_told(made):
    page = made["configuration.md"]
    for heading, model in reference.sections_of(Config, ""):
        assert f"\n## `{heading}`\n" in page or not heading
        keys = [name for name, field in model.model_fields.items() if not reference.models_in(field)]
        assert [key for key in keys if f"| `{key}` |" not in page] == []


def test_every_option_of_every_command_is_told(made):
    for words, command in reference.commands_of(main, ("workbook",)):
        entry = made["commands.md"].partition(f"\n## {' '.join(words)}\n")[2].partition("\n## ")[0]
        options = [name for option in command.params if isinstance(option, click.Option) for name in option.opts]
        assert entry
        assert [name for name in options if f"`{name}`" not in entry and name != "--help"] == []


def test_the_examples_of_the_maker_of_the_reference_run():
    assert doctest.testmod(reference).failed == 0


# the site


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The documentation as `make docs` builds it, every warning an error."""
    pytest.importorskip("sphinx")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(DOCS), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.soak
def test_the_documentation_is_built_without_a_warning(site):
    assert (site / "tutorial.html").exists()
    assert (site / "reference" / "models" / "running.critical_speed.html").exists()


def opened(site: Path) -> list[Path]:
    """Its pages; of those that are made from modules, which are alike, one a folder, all in the full soak."""
    pages = sorted(site.rglob("*.html"))
    alike = {page: page.parent for page in pages if page.parent.parent == site / reference.FOLDER}
    first = {folder: page for page, folder in reversed(alike.items())}
    return [page for page in pages if SCALE == "full" or page not in alike or page in first.values()]


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
def test_the_site_opens_from_disk_without_a_request_and_finds_words(site):
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        asked, complaints = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        for page in opened(site):
            tab.goto(page.as_uri())
        tab.goto(f"{(site / 'search.html').as_uri()}?q=hinge")
        tab.wait_for_selector("ul.search li")
        found = tab.locator("ul.search li").count()
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []
    assert found > 3
