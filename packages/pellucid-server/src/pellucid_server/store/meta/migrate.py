"""Brings a database's schema up to date with Alembic, in one transaction: it is the old schema or the new one, never half of each.

Run at the start of the server and by `pellucid migrate`. The migrations are in `migrations/versions`, one file each.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from pellucid_server.store.meta.errors import SchemaTooNew

_LOCK = 7_600_001
"""PostgreSQL advisory lock: several servers that start at once migrate one after the other."""


def upgrade(engine: Engine) -> list[str]:
    """Apply what is missing; the ids of the revisions that were applied, oldest first."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        missing = pending(connection)
        if missing:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return missing


def pending(connection: Connection) -> list[str]:
    """The revisions that the database lacks, oldest first."""
    script = ScriptDirectory.from_config(_config())
    known = [revision.revision for revision in script.walk_revisions()][::-1]
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return known
    if current not in known:
        raise SchemaTooNew
    return known[known.index(current) + 1 :]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "pellucid_server.store.meta:migrations")
    return config
