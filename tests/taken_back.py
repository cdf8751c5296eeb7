"""A store of this version, wherever its database is, taken back to the layout of version 0.1."""

import re
from pathlib import Path

from analysis.store import Store, migrations
from analysis.store.database import database_of, transaction

STORES = Path(__file__).parent / "stores"


def take_back(store: Store) -> None:
    """Drop the tables and columns that version 0.1 did not have."""
    then = set(re.findall(r"CREATE TABLE \"?(\w+)", (STORES / "1.sql").read_text(encoding="utf-8")))
    with transaction(store._engine) as connection:
        now = {table for table, _ in database_of(connection).columns(connection)}
        for table in sorted(now - then):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for statement in (one for step in migrations.STEPS for one in step.statements):
            connection.exec_driver_sql(re.sub(r"ADD (COLUMN \w+).*", r"DROP \1", statement))
        connection.exec_driver_sql("UPDATE store_facts SET value = '1' WHERE name = 'schema_version'")
