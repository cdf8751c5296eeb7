"""The package as others get it: what it says of itself, and that a wheel works away from the repository."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml
from drop_folder import ROSTER, strong

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_authors_are_the_contributors_and_nobody_invented_an_address():
    assert PROJECT["authors"] == [{"name": "The athlete-workbook contributors"}]
    for name in ("CITATION.cff", "CONTRIBUTING.md", "SECURITY.md", "pyproject.toml"):
        assert re.findall(r"[\w.]+@[\w.]+\.\w+|https?://", (ROOT / name).read_text(encoding="utf-8")) == []


def test_what_is_to_be_cited_is_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (PROJECT["version"], PROJECT["license"])
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()


def test_hooks_call_what_is_installed_and_fetch_nothing():
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    assert {hook["entry"].split()[0] for hook in repos[0]["hooks"]} == {".venv/bin/ruff", ".venv/bin/basedpyright"}
    assert {hook["language"] for hook in repos[0]["hooks"]} == {"system"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_is_hashed_and_names_no_index(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip() and not entry.startswith("#")]
    assert len(entries) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def built(folder: Path) -> Path:
    """The wheel that the sdist gives, both made from the files of the repository."""
    hatch = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder)]
    subprocess.run(hatch, cwd=ROOT, check=True, capture_output=True)
    (sdist,) = folder.glob("athlete_workbook-*.tar.gz")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-build-isolation", "-w", folder, sdist], cwd=folder, check=True)
    (wheel,) = folder.glob("athlete_workbook-*.whl")
    return wheel


def environment(folder: Path, wheel: Path) -> Path:
    """The programs of a new environment with the wheel; what it depends on is that of this environment.

    Nothing of this environment's own install of the workbook is in reach: a line of a .pth file adds a folder, and what
    .pth files in that folder add, as the sources of an editable install, is left out.
    """
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder / "bin" / "python"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


class Away:
    """A folder away from the repository, whose environment has the workbook from its wheel."""

    def __init__(self, folder: Path, wheel: Path):
        self.programs, self.folder = environment(folder / "venv", wheel), folder / "elsewhere"
        self.folder.mkdir()
        for name in ("analysis", "papermill", "plotly", "hinge"):
            (self.folder / f"{name}.py").write_text("raise SystemExit('a file of the current folder was imported')")

    def called(self, program: str, *words: str) -> str:
        """What a program of the environment prints."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "WORKBOOK"))}
        command = [self.programs / program, *words]
        done = subprocess.run(command, cwd=self.folder, env=clean, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


away_from_the_repository = pytest.mark.skipif(
    os.name != "posix", reason="programs of an environment lie elsewhere there"
)


@pytest.mark.soak
@away_from_the_repository
def test_a_wheel_works_away_from_the_repository(tmp_path):
    wheel = built(tmp_path)
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = [path for path in (ROOT / "src" / "analysis").rglob("*") if path.suffix not in (".pyc", "")]
    wanted = {path.relative_to(ROOT / "src").as_posix() for path in sources}
    wanted |= {f"analysis/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "notebooks").rglob("*.ipynb")}
    assert wanted - inside == set()
    assert "analysis/py.typed" in inside

    away = Away(tmp_path, wheel)
    called, elsewhere = away.called, away.folder
    where = called("python", "-P", "-c", "import analysis; print(analysis.__file__, analysis.__version__)")
    assert where.split() == [str(next(tmp_path.glob("venv/lib/*/site-packages/analysis/__init__.py"))), "0.2.0"]
    assert "example squad of 12" in called("workbook", "demo", "--help")
    called("workbook", "init", "squad")
    raw = elsewhere / "squad" / "data" / "raw"
    (raw / "athletes.csv").write_text(ROSTER + "Alder,alder1,F,2004,report,,\n")
    (raw / "Alder").mkdir()
    (raw / "Alder" / "strong.csv").write_text(strong())
    assert "2 files: 2 taken" in called("workbook", "ingest", "--workspace", "squad", "--unit", "kg")
    week = ("report", "athlete_week", "--athlete", "Alder", "--as-of", "2026-06-07", "--workspace", "squad")
    assert "1 page: 1 rendered" in called("workbook", *week)
    page = (elsewhere / "squad" / "reports" / "athlete_week" / "2026-06-07" / "alder1.html").read_text()
    assert "Workbook 0.2.0" in page
    assert "<style>" in page


@pytest.mark.full
@away_from_the_repository
def test_the_demo_of_a_wheel_makes_every_page(tmp_path):
    away = Away(tmp_path, built(tmp_path))
    told = away.called("workbook", "demo", "--workspace", "demo")
    reports = away.folder / "demo" / "reports"
    assert f"Open {reports / 'index.html'} in a browser: it lists every page." in told
    assert "14 pages: 14 rendered" in told  # twelve athletes, the coach and the review of a block
    listed = set(re.findall(r'href="([^"#:]+\.html)"', (reports / "index.html").read_text(encoding="utf-8")))
    assert len(listed) == 14
    assert {name for name in listed if not (reports / name).is_file()} == set()
