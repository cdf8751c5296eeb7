"""A new workspace: its folders, its commented configuration, templates to fill and a mapping to copy."""

from importlib.resources import files
from pathlib import Path

from analysis.base import config as configuration
from analysis.base.errors import UsageProblem
from analysis.ingest.mapping import templates

CONFIG = files("analysis.workspace").joinpath("starter.toml").read_text(encoding="utf-8")

_WITHOUT_ATHLETES = ("notebooks/reports", "mappings", "templates")  # what everybody on the computer may read

GITIGNORE = "data/raw/\ndata/store/\nreports/\noutbox/\n"


def start(folder: Path) -> list[Path]:
    """Make a workspace in `folder`; returns what was written. Nothing that exists is touched.

    Raises UsageProblem where there is a workspace already.
    """
    config = folder / configuration.NAME
    if config.exists():
        raise UsageProblem(f"{config} exists already: {folder} is a workspace. Choose another folder.")
    for part in ("data", "data/raw", "reports", "notebooks/reports", "mappings", "templates"):
        mode = 0o777 if part in _WITHOUT_ATHLETES else 0o750
        (folder / part).mkdir(mode, parents=True, exist_ok=True)
    config.write_text(CONFIG, encoding="utf-8")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(GITIGNORE, encoding="utf-8")
    examples = templates.write_example_mappings(folder / "mappings")
    return [config, *examples, *templates.write_templates(folder / "templates")]
