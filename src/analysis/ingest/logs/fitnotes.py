"""The FitNotes app's export, Android and iOS: one row a set, no time of day."""

from analysis.ingest.logs.log import Log

READER = Log(
    name="fitnotes",
    title="FitNotes (CSV)",
    called="a FitNotes export",
    headers={
        "date": ("Date",),
        "exercise": ("Exercise",),
        "category": ("Category",),
        "load": ("Weight",),
        "load_unit": ("Weight Unit",),
        "reps": ("Reps",),
        "distance": ("Distance",),
        "distance_unit": ("Distance Unit",),
        "seconds": ("Time",),
        "notes": ("Comment", "Notes"),
    },
    needed=("date", "exercise", "category", "load", "reps"),
    session_key="%Y-%m-%d",
    takes="a session a day; sets with load, reps, distance, time, comment",
    leaves="the category, which the exercise catalogue says; of kg and lb columns side by side the empty one",
).reader()
