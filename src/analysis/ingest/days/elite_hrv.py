"""Elite HRV's export: morning readings and open ones in one table, several members in a team's file."""

from analysis.ingest.days.daily import Daily
from analysis.ingest.table_format import Line


class _EliteHrv(Daily):
    def keeps(self, line: Line) -> bool:
        """Morning readings, not open ones."""
        return line.word("type") == "readiness"


READER = _EliteHrv.declared("elite_hrv").reader()
