"""Score configs: what a score of a name may be: a number in a range, one of several words, yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Float, ForeignKey, Index, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

score_configs = Table(
    "score_configs",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("type", TextColumn, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("categories", JsonColumn, nullable=False),
    Column("description", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Index("uq_score_configs_name", "project_id", "name", unique=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreConfig:
    """One config."""

    id: str
    project_id: str
    name: str
    """Of the scores."""
    type: str
    low: float | None
    high: float | None
    categories: Sequence[str]
    description: str
    """What people read when they score."""
    created_by: str
    created_time: Micros


class ScoreConfigs:
    """Reads and writes configs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, config: ScoreConfig) -> None:
        """Insert."""
        self._connection.execute(insert(score_configs).values(columns(config)))

    def put(self, config: ScoreConfig) -> None:
        """Overwrite the one with this id."""
        self._connection.execute(update(score_configs).where(score_configs.c.id == config.id).values(columns(config)))

    def get(self, project_id: str, config_id: str) -> ScoreConfig | None:
        """By id, in its project only."""
        query = select(score_configs).where((score_configs.c.id == config_id) & (score_configs.c.project_id == project_id))
        return first(ScoreConfig, self._connection.execute(query).all())

    def list_all(self, project_id: str) -> list[ScoreConfig]:
        """By name."""
        query = select(score_configs).where(score_configs.c.project_id == project_id).order_by(score_configs.c.name)
        return [record(ScoreConfig, row) for row in self._connection.execute(query)]

    def remove(self, project_id: str, config_id: str) -> bool:
        """Delete; whether it was there."""
        where = (score_configs.c.id == config_id) & (score_configs.c.project_id == project_id)
        return self._connection.execute(delete(score_configs).where(where)).rowcount > 0
