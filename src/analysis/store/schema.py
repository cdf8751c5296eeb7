"""The tables of the database, made from the declaration of the canonical ones, and what the store keeps of itself."""

import uuid

import sqlalchemy as sql

from analysis.base.errors import WorkbookError
from analysis.base.tables import TABLES, Table

SCHEMA_VERSION = 1
DATABASE = "store.sqlite"
METADATA = sql.MetaData()

_SQL_TYPES = {"number": sql.Float, "integer": sql.Integer}  # dates and times are ISO text: sorted alike everywhere


def _sql_table(table: Table) -> sql.Table:
    """The table in the database; rows of one athlete lie together, so that a slice is one range."""
    key = (*(["athlete_id"] if table.of_one_athlete and "athlete_id" not in table.key else []), *table.key)
    return sql.Table(
        table.name,
        METADATA,
        *(
            sql.Column(
                column.name,
                _SQL_TYPES.get(column.kind, sql.String)(),
                primary_key=column.name in key,
                autoincrement=False,
                nullable=not column.required,
            )
            for column in sorted(table.columns, key=lambda c: key.index(c.name) if c.name in key else len(key))
        ),
        sqlite_with_rowid=False,
    )


STORED: dict[str, sql.Table] = {name: _sql_table(table) for name, table in TABLES.items() if name != "samples"}
FACTS = sql.Table(
    "store_facts", METADATA, sql.Column("name", sql.String, primary_key=True), sql.Column("value", sql.String)
)
COMMITS = sql.Table(
    "commits",
    METADATA,
    sql.Column("athlete_id", sql.String, primary_key=True),
    sql.Column("commits", sql.Integer, nullable=False),
)
sql.Index("files_by_hash", STORED["files"].c.sha256, unique=True)


def make_tables(connection: sql.Connection) -> None:
    """Make the tables that are not there yet, and say which version of them the store has.

    Raises WorkbookError where the tables that are there are those of another version.
    """
    there = {tuple(row) for row in connection.exec_driver_sql(_COLUMNS_THERE)}
    lacking = sorted(_COLUMNS - there)
    tables_there = {table for table, _ in there}
    for table, column in lacking:
        if table in tables_there:
            raise _of_another_version(f"has no column {column} in its table {table}")
    if lacking:
        METADATA.create_all(connection)
    found = connection.scalar(sql.select(FACTS.c.value).where(FACTS.c.name == "schema_version"))
    if found is None:
        connection.execute(FACTS.insert().values(name="schema_version", value=str(SCHEMA_VERSION)))
        connection.execute(FACTS.insert().values(name="store_id", value=uuid.uuid4().hex))
    elif int(found) != SCHEMA_VERSION:
        raise _of_another_version(f"has schema version {found}, not {SCHEMA_VERSION}")


_COLUMNS = {(table.name, column.name) for table in METADATA.tables.values() for column in table.columns}
_COLUMNS_THERE = "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"


def _of_another_version(differs: str) -> WorkbookError:
    return WorkbookError(
        f"This store was made by another version of the workbook: it {differs}. "
        "Install the matching version, or ingest the raw files into a new store."
    )
