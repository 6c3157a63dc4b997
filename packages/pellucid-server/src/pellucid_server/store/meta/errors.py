"""What can go wrong with the metadata database itself. Errors of the things in it are the rooms'."""

from pellucid_server.core.errors import BadRequest, PellucidError, Unavailable


class BadDatabaseUrl(PellucidError):
    """PELLUCID_DATABASE_URL is not usable; give `postgresql://user:password@host:5432/database` or `sqlite:////path/meta.sqlite`."""

    code = "bad_database_url"
    title = "Bad database URL"


class DatabaseUnavailable(Unavailable):
    """The metadata database does not answer or is locked by another process; check that it runs, then send the request again."""

    code = "database_unavailable"
    title = "Metadata database unavailable"


class SchemaTooNew(PellucidError):
    """The metadata database was written by a newer Pellucid; start that version, or restore the backup made before the upgrade."""

    code = "schema_too_new"
    title = "Schema too new"


class UnstorableText(BadRequest):
    """A text holds a NUL character or half of a surrogate pair, which no database stores; remove it and send the rest."""

    code = "unstorable_text"
