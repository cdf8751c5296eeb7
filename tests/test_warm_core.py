"""What a warm parent knows before its first report."""

import sys
from pathlib import Path

import analysis
from analysis.report.engine.warm_parent import import_core


def test_every_model_and_figure_is_imported_before_the_first_fork():
    import_core()
    core = [path for part in ("metrics", "models", "figures") for path in Path(analysis.__path__[0], part).glob("*.py")]
    names = {f"analysis.{path.parent.name}.{path.stem}" for path in core if path.stem != "__init__"}
    assert len(names) > 50
    assert names <= set(sys.modules)
