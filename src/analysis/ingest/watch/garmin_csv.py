"""Garmin Connect's list of activities, in the language of the account; it never says whether km or miles."""

from analysis.ingest.rows import local_start
from analysis.ingest.table_format import Line
from analysis.ingest.watch.activity_lists import ActivityList


class _Garmin(ActivityList):
    def place(self, line: Line) -> dict:
        """Its times are of the wall clock."""
        start = line.demand("date", line.moment("date"))
        return {
            "session_key": f"{start:%Y-%m-%d %H:%M:%S}|{line.text('sport')}" if start else None,
            **local_start(start, line.form.options.config.zone),
            "local_date": start and start.date(),
        }


READER = _Garmin.declared("garmin_csv").reader()
