"""The one `MetaData` and the column kinds that all areas share. Tables live in the files of their areas."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import JSON, BigInteger, Column, Dialect, MetaData, Row, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.errors import UnstorableText

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


class TextColumn(TypeDecorator[str]):
    """A text that both databases can store: SQLite alone would take a NUL character. Raises `UnstorableText`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else storable(value)


class JsonColumn(TypeDecorator[Any]):  # Any: each column has a shape of its own
    """A JSON value that both databases can store; null is SQL's NULL. Raises `UnstorableText`."""

    impl = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: JsonValue, dialect: Dialect) -> JsonValue:
        """To the database."""
        for part in _walk(value):
            if isinstance(part, str):
                storable(part)
            elif isinstance(part, float) and not math.isfinite(part):
                raise UnstorableText("JSON has no NaN and no infinity; leave the value out, or send null.")
        return value


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

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
    return Column("id", TextColumn, primary_key=True)


def storable(text: str) -> str:
    """The text, or raise `UnstorableText`."""
    if _UNSTORABLE.search(text):
        raise UnstorableText
    return text


def _walk(value: JsonValue) -> Iterator[JsonValue]:
    """Every scalar and every key, without recursion."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
        else:
            yield part


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
