"""The store: SQLite in WAL mode, or PostgreSQL, for every table but the watch samples, which are Parquet files.

The only room that touches the database and the sample files. A transaction is the commit point: sample files are
written and synced before it, and one that no committed row names is an orphan and is swept. Readers never block the
writer, nor the other way round.
"""

from analysis.store.forgetting import ERASED
from analysis.store.migrations import layout
from analysis.store.records import as_json
from analysis.store.samples import SAMPLES, sample_rows
from analysis.store.schema import DATABASE
from analysis.store.store import Store, sha256_of
from analysis.store.writing import OF_THE_FILE, Appended, FileFacts, refuse_unsound

__all__ = [
    "DATABASE",
    "ERASED",
    "OF_THE_FILE",
    "SAMPLES",
    "Appended",
    "FileFacts",
    "Store",
    "as_json",
    "layout",
    "refuse_unsound",
    "sample_rows",
    "sha256_of",
]
