"""What is said and kept of a page that could not be made, or that had warnings."""

from pathlib import Path

from analysis.base.errors import WorkbookError


def failure(problem: Exception, page: Path) -> str:
    """Why there is no page, in words; a fault of the workbook itself is called by its name."""
    if isinstance(problem, WorkbookError):
        return str(problem)
    if isinstance(problem, OSError):
        where = problem.filename or page
        return f"{where} cannot be written: {problem.strerror}. Check its folder, and the space that is left there."
    return f"{type(problem).__name__}: {problem}. `workbook report` for this page alone shows where."


def write_log(folder: Path, notebook: Path, page: Path, text: str) -> Path:
    """Leave in `folder` what went wrong with a page; where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    log = log_of(folder, notebook, page)
    log.write_text(text, encoding="utf-8")
    return log


def log_of(folder: Path, notebook: Path, page: Path) -> Path:
    """The log of a page, by its report, period and athlete, as pages lie below the reports."""
    return folder / f"{notebook.stem}_{page.parent.name or 'page'}_{page.stem}.log"
