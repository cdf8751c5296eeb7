"""Where the notebooks lie: those of this version, and a workspace's own copies."""

from pathlib import Path

from analysis.base.errors import UsageProblem


def shipped_notebooks() -> Path:
    """Where the notebooks of this version lie: in the wheel, or beside `src` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parents[1] / "notebooks"


def copy_notebooks(workspace_folder: Path) -> Path:
    """The folder of the notebooks people explore with; those that are not there yet are copied in.

    Notebooks of reports stay in the package, so that they follow its version, until somebody copies one.
    """
    folder = workspace_folder / "notebooks"
    for path in sorted((shipped_notebooks() / "explore").glob("*.ipynb")):
        target = folder / "explore" / path.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


def notebook_of(report: str, workspace_folder: Path) -> Path:
    """The notebook of a report: the workspace's own copy, else the one that came with the package.

    Raises UsageProblem naming the reports there are.
    """
    folders = [workspace_folder / "notebooks", shipped_notebooks()]
    paths = [path for folder in folders for path in (folder / "reports").glob("*.ipynb")]
    for path in paths:
        if path.stem == report:  # a name that leads elsewhere is none
            return path
    known = sorted({path.stem for path in paths})
    raise UsageProblem(f"There is no report {report!r}; there are: {', '.join(known)}.")
