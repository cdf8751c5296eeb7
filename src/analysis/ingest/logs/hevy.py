"""The Hevy app's export: units in the column names, dates in the phone's language, set numbers from 0 per exercise."""

from collections.abc import Iterator, Sequence

from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import Log
from analysis.ingest.table_format import Form


class _Hevy(Log):
    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        loads = forms[0].columns.get("load", ())
        if len(loads) > 1 and all(sheet.column(column.header) for column in loads):
            yield "The file has loads in kg and in lb; where a row has both, kg is taken."


READER = _Hevy.declared("hevy").reader()
