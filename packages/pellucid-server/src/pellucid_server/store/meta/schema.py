"""The one `MetaData` and the column kinds that all areas share. Tables live in the files of their areas."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import JSON, BigInteger, Column, Dialect, MetaData, Row, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from pellucid_server.model.scope import Role

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Constraints get predictable names, so that a later migration can name the one that it drops.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

JsonColumn = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON value; null is SQL's NULL."""

MicrosColumn = BigInteger()
"""A `core.clock.Micros`."""


class RoleColumn(TypeDecorator[Role]):
    """A `Role` as its text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Role | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else value.value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Role | None:
        """From the database."""
        return None if value is None else Role(value)


def id_column() -> Column[str]:
    """The primary key `id`: text, because ids of provisioning are taken as given."""
    return Column("id", Text, primary_key=True)


RecordType = TypeVar("RecordType")


def record(kind: type[RecordType], row: Row[*tuple[Any, ...]]) -> RecordType:
    """`row` as a record whose fields are named like the selected columns."""
    return kind(**row._mapping)


def first(kind: type[RecordType], rows: Sequence[Row[*tuple[Any, ...]]]) -> RecordType | None:
    """The only row as a record, or None."""
    return record(kind, rows[0]) if rows else None


def columns(value: "DataclassInstance") -> dict[str, Any]:
    """A record as the values of its columns."""
    return {item.name: getattr(value, item.name) for item in fields(value)}
