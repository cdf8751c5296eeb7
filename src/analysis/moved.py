"""Names of modules of version 0.1, which still work and say where the module lives now; they go with version 0.3."""

import importlib
import sys
import warnings
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# old: new, both below `analysis`; an old module whose name is a folder now is answered by `names_of` in that folder
MOVED = {
    "audit": "privacy.audit",
    "backup": "privacy.backup",
    "blocks": "base.blocks",
    "bundle": "workspace.bundle",
    "config": "base.config",
    "consent": "workspace.consent",
    "decisions": "base.decisions",
    "demonstration": "workspace.demonstration",
    "erasure": "privacy.erasure",
    "errors": "base.errors",
    "exclusions": "workspace.left_out",
    "figures.block": "pages.block_review.sections",
    "figures.block_models": "pages.block_review.model_sections",
    "figures.findings": "pages.squad_week.findings",
    "figures.scientific": "pages.numbers",
    "figures.squad": "pages.squad_week.sections",
    "figures.squad_table": "pages.squad_week.table",
    "figures.week": "pages.athlete_week.sections",
    "figures.words": "pages.wording",
    "ingest.activities": "ingest.watch.activities",
    "ingest.activity_lists": "ingest.watch.activity_lists",
    "ingest.apple_health": "ingest.days.apple_health",
    "ingest.body_measures": "ingest.days.body_measures",
    "ingest.daily": "ingest.days.daily",
    "ingest.door": "ingest.binding",
    "ingest.elite_hrv": "ingest.days.elite_hrv",
    "ingest.fit": "ingest.watch.fit",
    "ingest.fit_messages": "ingest.watch.fit_messages",
    "ingest.fitnotes": "ingest.logs.fitnotes",
    "ingest.freelap": "ingest.sprints.freelap",
    "ingest.garmin_csv": "ingest.watch.garmin_csv",
    "ingest.gpx": "ingest.watch.gpx",
    "ingest.gymbook": "ingest.logs.gymbook",
    "ingest.hevy": "ingest.logs.hevy",
    "ingest.hrv4training": "ingest.days.hrv4training",
    "ingest.laser": "ingest.sprints.laser",
    "ingest.oura": "ingest.days.oura",
    "ingest.powerlifting": "ingest.logs.powerlifting",
    "ingest.sprint_times": "ingest.sprints.sprint_times",
    "ingest.strava": "ingest.watch.strava",
    "ingest.strong": "ingest.logs.strong",
    "ingest.stronglifts": "ingest.logs.stronglifts",
    "ingest.suggest": "ingest.mapping.suggest",
    "ingest.targets": "ingest.mapping.targets",
    "ingest.tabular": "ingest.rows",
    "ingest.tcx": "ingest.watch.tcx",
    "ingest.templates": "ingest.mapping.templates",
    "ingest.whoop": "ingest.days.whoop",
    "intake": "workspace.intake",
    "leaving_out": "privacy.exclusions",
    "looking": "workspace.dry_run",
    "models.autocorrelated": "models.estimators.autocorrelated",
    "models.bland_altman": "models.squad.bland_altman",
    "models.block_looks": "pages.block_review.looks",
    "models.block_measures": "pages.block_review.measures",
    "models.block_record": "pages.block_review.record",
    "models.block_review": "pages.block_review.review",
    "models.clustered": "models.estimators.clustered",
    "models.critical_speed": "models.running.critical_speed",
    "models.depth_drift": "models.form.depth_drift",
    "models.durability": "models.running.durability",
    "models.e1rm": "models.strength.e1rm",
    "models.fitness_fatigue.lift_season": "pages.block_review.lift_season",
    "models.flag_audit": "models.squad.flag_audit",
    "models.form_break": "models.form.form_break",
    "models.growth": "models.squad.growth",
    "models.in_situ_sprint": "models.sprint.in_situ",
    "models.load_velocity": "models.strength.load_velocity",
    "models.load_velocity_mixed": "models.strength.load_velocity_mixed",
    "models.mixed_lines": "models.estimators.mixed_lines",
    "models.nonlinear": "models.estimators.nonlinear",
    "models.pace_at_heart_rate": "models.running.pace_at_heart_rate",
    "models.plan_simulation": "models.fitness_fatigue.plan_simulation",
    "models.possible": "models.plausible",
    "models.proposals": "pages.squad_week.proposals",
    "models.rank_trend": "models.trends.rank_trend",
    "models.readiness": "models.strength.readiness",
    "models.reliability": "models.squad.reliability",
    "models.reps_of_squad": "models.strength.reps_of_squad",
    "models.reps_to_1rm": "models.strength.reps_to_1rm",
    "models.sensitivity": "models.squad.sensitivity",
    "models.sides": "models.form.sides",
    "models.speed_at_load": "models.strength.speed_at_load",
    "models.sprint_curves": "models.sprint.curves",
    "models.sprint_force": "models.sprint.force",
    "models.squad_week": "pages.squad_week.week",
    "models.training_speed": "models.running.training_speed",
    "models.transfer": "models.squad.transfer",
    "models.trend": "models.trends.trend",
    "models.velocity_loss": "models.strength.velocity_loss",
    "models.week": "pages.athlete_week.week",
    "own_notebook": "report.own_notebook",
    "proposing": "proposals",
    "rehearsal": "workspace.rehearsal",
    "report.cluster": "report.engine.cluster",
    "report.entry": "report.engine.entry",
    "report.fanout": "report.engine.fan_out",
    "report.forked": "report.engine.forks",
    "report.layout": "report.drawing",
    "report.manifest": "report.engine.manifest",
    "report.render": "report.engine.render",
    "report.warm": "report.engine.warm_parent",
    "rules": "base.rules",
    "schedule": "delivery.schedule",
    "starter": "workspace.starter",
    "tables": "base.tables",
    "takeaway": "privacy.takeaway",
    "traces": "privacy.name_search",
    "units": "base.units",
}


def install() -> None:
    """Have an old name found where nothing else of that name is."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


def names_of(folder: str, *modules: str) -> Callable[[str], Any]:
    """The `__getattr__` of a folder that was a module: its names are those of `modules`, below `analysis`."""

    def fetched(name: str) -> Any:
        for module in () if name.startswith("__") else modules:
            found = getattr(importlib.import_module(f"analysis.{module}"), name, None)
            if found is not None:
                _warn(f"{folder}.{name}", f"{module}.{name}")
                return found
        raise AttributeError(f"module 'analysis.{folder}' has no attribute {name!r}")

    return fetched


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        old = fullname.removeprefix("analysis.")
        if old == fullname or old not in MOVED:
            return None
        _warn(old, MOVED[old])
        return ModuleSpec(fullname, _Same(f"analysis.{MOVED[old]}"))


class _Same(Loader):
    """Gives the module of the new name itself, so that a class has one identity under both names."""

    def __init__(self, new: str) -> None:
        self.module = importlib.import_module(new)
        self.spec = self.module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import machinery put that of the old name here


def _warn(old: str, new: str) -> None:
    warnings.warn(
        f"analysis.{old} is analysis.{new} now; the old name goes with version 0.3.", FutureWarning, stacklevel=3
    )
