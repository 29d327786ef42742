"""What every table has, and the metadata that they add up to."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

# Reached by an import alone and emptied by it: PostgreSQL refuses COPY into a table with row-level security.
WITHOUT_POLICY: Final = frozenset({"import_rows"})


def words(*columns: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False, server_default="") for name in columns]


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def one_of(name: str, column: str, values: Sequence[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=name)


def belongs_to(table: str, own: Sequence[str], foreign: Sequence[str]) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["desk_id", *own], [f"{table}.{column}" for column in ("desk_id", *foreign)])
