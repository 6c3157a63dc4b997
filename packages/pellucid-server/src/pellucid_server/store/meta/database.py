"""`MetaStore`: opens transactions on the metadata database and translates the driver's errors. The only door into this package."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, StatementError

from pellucid_server.core.errors import Conflict
from pellucid_server.store.meta import migrate
from pellucid_server.store.meta.engine import READS, open_engine
from pellucid_server.store.meta.errors import DatabaseUnavailable, UnstorableText
from pellucid_server.store.meta.unit import UnitOfWork


class MetaStore:
    """The metadata database. Safe to use from many threads: each transaction has a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> "MetaStore":
        """Open `url` (see `engine.open_engine`) and bring its schema up to date."""
        store = cls(open_engine(url))
        store.migrate()
        return store

    def migrate(self) -> list[str]:
        """Apply what is missing of the migrations; their names."""
        with _translated():
            return migrate.upgrade(self._engine)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A transaction that sees one state and changes nothing."""
        engine = self._engine.execution_options(**{READS: True, "postgresql_readonly": True})
        with _translated(), engine.connect() as connection, connection.begin() as transaction:
            yield UnitOfWork(connection)
            transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that is committed at the end of the block, or undone if the block raises."""
        with _translated(), self._engine.begin() as connection:
            yield UnitOfWork(connection)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict from error
    except DataError as error:
        raise UnstorableText from error
    except OperationalError as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable from error
        raise
    except StatementError as error:
        if isinstance(error.orig, UnstorableText):  # raised by a column type
            raise error.orig from None
        raise
