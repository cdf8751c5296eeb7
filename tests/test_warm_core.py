"""What a warm parent knows before its first report."""

import sys
from pathlib import Path

import analysis
from analysis.report.engine.warm_parent import import_core


def test_every_model_and_figure_is_imported_before_the_first_fork():
    import_core()
    folder = Path(analysis.__path__[0])
    core = [path for part in ("metrics", "models", "figures", "pages") for path in (folder / part).rglob("*.py")]
    parts = [path.relative_to(folder).with_suffix("").parts for path in core if path.stem != "__init__"]
    assert len(parts) > 50
    assert {".".join(("analysis", *names)) for names in parts} <= set(sys.modules)
