"""The example squad, taken in once for a whole run of the tests, and the pages of a few of its athletes.

What the tests get is shared: nothing may write into the workspace.
"""

import json
import os
import pickle
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock

from click.testing import CliRunner
from made_once import made_once

from analysis import open_workspace
from analysis.base.blocks import Fact
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.cli import main, runs
from analysis.example import LAST_DAY, SEED, formats
from analysis.example.squad import squad
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.block_review import form_sections, model_sections, review, training_sections
from analysis.pages.block_review import sections as block
from analysis.pages.block_review.review import BlockReview, block_review
from analysis.report.engine import render as rendering
from analysis.store import Store
from analysis.workspace import Workspace

FITTED = "fitted.pickle"
PAGES_OF = ("Alder", "Elm", "Hazel", "Koa")
SECTIONS = {
    "header": sections.header,
    "message": sections.message,
    "next": sections.next_step,
    "rest": sections.rest,
    "felt": sections.felt,
    "next_week": sections.next_week,
    "numbers": sections.numbers,
    "long_runs": sections.long_runs,
    "tests": sections.tests,
    "notes": sections.notes,
    "left_out": sections.left_out,
    "certainty": sections.certainty,
}
BLOCK_SECTIONS = (
    block.header,
    block.message,
    block.plan_against_done,
    block.changes,
    block.attrition,
    block.data_audit,
    model_sections.measurement_error,
    model_sections.profiles,
    model_sections.load_responses,
    model_sections.growth,
    model_sections.transfers,
    form_sections.form,
    training_sections.running,
    training_sections.balance,
    form_sections.cues,
    block.claims,
    block.methods,
)


def workbook(*words: str | Path) -> str:
    """What `workbook WORDS` prints, in this process: a start of its own takes longer than most commands."""
    done = CliRunner().invoke(main, [*map(str, words)])
    assert done.exit_code == 0, f"workbook {' '.join(map(str, words))}: {done.output}"
    return done.output


def section_blocks(week: AthleteWeek) -> dict[str, list]:
    """What every section of the page shows; a section that cannot tell shows its sentence as a fact."""
    shown = {}
    for key, blocks_of in SECTIONS.items():
        try:
            shown[key] = blocks_of(week)
        except (NotEnoughData, DataProblem) as problem:
            shown[key] = [Fact(key, str(problem), "cannot tell")]
    return shown


def facts_of(week: AthleteWeek) -> dict[str, Fact]:
    """Every fact of the week by its subject."""
    return {block.subject: block for part in section_blocks(week).values() for block in part if isinstance(block, Fact)}


@dataclass(frozen=True)
class RenderedPage:
    """A page and the facts beside it."""

    path: Path

    @cached_property
    def html(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def record(self) -> dict[str, Any]:
        """The whole facts file."""
        return json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))

    @cached_property
    def bundles(self) -> list[dict[str, Any]]:
        """What the sections of its notebook emitted, in order; for pages made by `ExampleSquad.rendered`."""
        return json.loads(self.path.with_suffix(".bundles").read_text(encoding="utf-8"))

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """Its facts by their subject."""
        return {fact["subject"]: fact for section in self.record["sections"] for fact in section["facts"]}


class _Pickler(pickle.Pickler):
    """Writes all but the connection to the store."""

    def persistent_id(self, value: Any) -> str | None:
        return "workspace" if isinstance(value, Workspace) else "store" if isinstance(value, Store) else None


def _keep(fitted: Any, folder: Path) -> None:
    with (folder / FITTED).open("wb") as file:
        _Pickler(file).dump(fitted)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, workspace: Workspace):
        super().__init__(file)
        self._known = {"workspace": workspace, "store": workspace.store}

    def persistent_load(self, name: str) -> Any:
        return self._known[name]


@dataclass(frozen=True)
class ExampleSquad:
    """The example squad in a workspace, as `workbook demo` leaves it."""

    folder: Path

    @property
    def files(self) -> Path:
        return self.folder / "data" / "example"

    @cached_property
    def workspace(self) -> Workspace:
        return open_workspace(self.folder)

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.files / "truth.json").read_text(encoding="utf-8"))

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of each athlete by name."""
        return {athlete["athlete"]: athlete["athlete_id"] for athlete in self.truth["athletes"]}

    def page(self, name: str) -> RenderedPage:
        """The page of the last week of one of PAGES_OF."""
        return RenderedPage(self.folder / "reports" / "athlete_week" / LAST_DAY / f"{self.ids[name]}.html")

    @property
    def squad_page(self) -> RenderedPage:
        """The page of the last week of the whole squad."""
        return RenderedPage(self.folder / "reports" / "squad_week" / LAST_DAY / "squad.html")

    def week(self, name: str, until: str) -> AthleteWeek:
        """The week that holds `until`, fitted in this process."""
        return athlete_week(self.workspace.athlete(name, until), until)

    @cached_property
    def last_week(self) -> dict[str, AthleteWeek]:
        """The last week of every athlete by name, its parts fitted once for all workers."""

        def make(folder: Path) -> None:
            folder.mkdir()
            weeks = {name: self.week(name, LAST_DAY) for name in self.ids}
            for week in weeks.values():
                section_blocks(week)
            _keep(weeks, folder)

        return self._kept(made_once("last_week", make, self.folder.parent))

    @cached_property
    def last_block(self) -> BlockReview:
        """The review of the last block, its parts fitted once for all workers: when its page was made."""
        return self._kept(self.block_page.path.parent)

    def _kept(self, folder: Path) -> Any:
        """What was kept in a folder; its store is that of this process."""
        with (folder / FITTED).open("rb") as file:
            return _Unpickler(file, self.workspace).load()

    @cached_property
    def block_page(self) -> RenderedPage:
        """The page of the last block."""
        return self.rendered("block_review")

    def rendered(self, report: str, **parameters: str) -> RenderedPage:
        """The page of the last day, rendered once, by whoever asks first, beside the workspace, with its bundles."""

        reviews = []

        def reviewed(*about: Any, **more: Any) -> BlockReview:
            reviews.append(block_review(*about, **more))
            return reviews[-1]

        def make(folder: Path) -> None:
            page, given = folder / "page.html", {"until": LAST_DAY, **parameters}
            where = {"workspace": self.folder, "log_folder": folder, "engine": "in-process"}
            with (
                mock.patch.object(rendering, "page_html", wraps=rendering.page_html) as made,
                mock.patch.object(review, "block_review", reviewed),
            ):
                rendering.render(self.workspace.notebook(report), given, page, **where)
            bundles = [part["bundle"] for part in made.call_args.args[0] if part["kind"] == "section"]
            page.with_suffix(".bundles").write_text(json.dumps(bundles), encoding="utf-8")
            if reviews:
                _keep(reviews[0], folder)

        return RenderedPage(made_once(report, make, self.folder.parent) / "page.html")


def example_squad(run: Path) -> ExampleSquad:
    """The example squad below the temporary folder of a run."""
    return ExampleSquad(made_once("example_squad", make, run))


def make(folder: Path) -> None:
    """`workbook demo` in `folder`, with pages for PAGES_OF alone; the block's review is `ExampleSquad.block_page`."""
    folder.mkdir(parents=True)
    everybody = formats.workbook_toml(squad(SEED))
    some = everybody.replace('athletes = "all"', f"athletes = {json.dumps(PAGES_OF)}")
    assert some != everybody
    (folder / "workbook.toml").write_text(some, encoding="utf-8")
    in_a_file = {name: value for name, value in os.environ.items() if name != "STORES_ON_SERVER"}  # kept between runs
    with mock.patch.object(runs, "REVIEWS", ()), mock.patch.dict(os.environ, in_a_file, clear=True):
        workbook("demo", "--workspace", folder)
