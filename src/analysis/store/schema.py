"""The tables of the database, made from the declaration of the canonical ones, and what the store keeps of itself."""

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql

from analysis.base.tables import TABLES, Table

DATABASE = "store.sqlite"
METADATA = sql.MetaData()

TEXT = sql.String().with_variant(postgresql.TEXT(collation="C"), "postgresql")  # sorted by its bytes everywhere
_WHOLE = sql.Integer().with_variant(postgresql.BIGINT(), "postgresql")  # 64 bits everywhere
_SQL_TYPES = {"number": sql.Float(), "integer": _WHOLE}  # dates and times are ISO text: sorted alike everywhere


def _sql_table(table: Table) -> sql.Table:
    """The table in the database; rows of one athlete lie together, so that a slice is one range."""
    key = (*(["athlete_id"] if table.of_one_athlete and "athlete_id" not in table.key else []), *table.key)
    return sql.Table(
        table.name,
        METADATA,
        *(
            sql.Column(
                column.name,
                _SQL_TYPES.get(column.kind, TEXT),
                primary_key=column.name in key,
                autoincrement=False,
                nullable=not column.required,
            )
            for column in sorted(table.columns, key=lambda c: key.index(c.name) if c.name in key else len(key))
        ),
        sqlite_with_rowid=False,
    )


STORED: dict[str, sql.Table] = {name: _sql_table(table) for name, table in TABLES.items() if name != "samples"}
FACTS = sql.Table("store_facts", METADATA, sql.Column("name", TEXT, primary_key=True), sql.Column("value", TEXT))
COMMITS = sql.Table(
    "commits",
    METADATA,
    sql.Column("athlete_id", TEXT, primary_key=True),
    sql.Column("commits", _WHOLE, nullable=False),
)
sql.Index("files_by_hash", STORED["files"].c.sha256, unique=True)
sql.Index("named_by_file", STORED["named"].c.file_no)
