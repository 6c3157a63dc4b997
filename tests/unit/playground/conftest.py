"""The metadata store, on SQLite and on PostgreSQL."""

from tests.meta_stores import migrated_file as migrated_file
from tests.meta_stores import migrated_url as migrated_url
from tests.meta_stores import postgres as postgres
from tests.meta_stores import postgres_store as postgres_store
from tests.meta_stores import sqlite_store as sqlite_store
from tests.meta_stores import store as store
