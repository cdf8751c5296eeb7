"""The FitNotes app's export, Android and iOS: one row a set, no time of day."""

from analysis.ingest.logs.log import Log

READER = Log.declared("fitnotes").reader()
