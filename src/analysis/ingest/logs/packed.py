"""Logs of training whose rows are no sets: an app packs several into a cell, or stacks tables in one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analysis.ingest.dialect import Sheet
from analysis.ingest.exercises import catalogue
from analysis.ingest.logs.log import Log, not_in_the_catalogue, sessions_and_sets, unknown_exercises
from analysis.ingest.reading import Options
from analysis.ingest.rows import Ledger, Parts, Pass, Row, Taken, take
from analysis.ingest.table_format import Content, Form, Line

Cells = dict[str, str]  # of a set, by the headers of the declaration


@dataclass(frozen=True, kw_only=True)
class PackedLog(Log):
    """A log of which a row holds any number of sets; the headers of the declaration are those of the sets.

    A format says in `held` what the rows of a sheet hold, by their numbers. A row without any is left, one with a set
    that cannot be taken is refused whole.
    """

    def held(self, sheet: Sheet, options: Options) -> Mapping[int, Sequence[Cells]]:
        """The sets that each row holds; each format says it."""
        raise NotImplementedError

    def in_order(self, taken: list[Taken]) -> list[Taken]:
        """The sets in the order in which they were done: that of the file."""
        return taken

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `sets` of what the rows hold."""
        held = self.held(sheet, form.options)
        return self.unpacked(sheet, held, form.path, form.options, ledger)

    def unpacked(
        self, sheet: Sheet, held: Mapping[int, Sequence[Cells]], path: Path, options: Options, ledger: Ledger
    ) -> Content:
        """The tables of the sets that the rows of a sheet hold."""
        sets = [cells for several in held.values() for cells in several]
        names = tuple(dict.fromkeys(name for cells in sets for name in cells))
        flat = Sheet(
            "", names, tuple(tuple(cells.get(name, "") for name in names) for cells in sets), sheet.dialect, sheet.said
        )
        form = self.form(flat, path, options)
        most = max(map(len, held.values()), default=0)
        fills = form.named(self.fills(form))
        passes = [Pass(partial(self._of_row, held=held, place=place, form=form), fills) for place in range(most or 1)]
        taken = self.in_order(take(sheet, passes, ledger))
        unknown = not_in_the_catalogue(unknown_exercises(taken), catalogue(options.exercises))
        return Content(sessions_and_sets(taken, options), (*unknown, *self.notes(flat, [form])))

    def _of_row(self, row: Row, held: Mapping[int, Sequence[Cells]], place: int, form: Form) -> Parts | None:
        several = held.get(row.row_no, ())
        if place >= len(several):
            return None
        row.cells = dict(several[place])
        return self.parts(Line(row, form))
