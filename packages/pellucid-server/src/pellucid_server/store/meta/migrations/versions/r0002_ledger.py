"""The ledger of changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_ledger"
down_revision = "0001_identity"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create its two tables."""
    op.create_table(
        "change_events",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("scope", _JSON, nullable=False),
        sa.Column("before", _JSON, nullable=True),
        sa.Column("after", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_change_events_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_change_events"),
    )
    op.create_index("ix_change_events_time", "change_events", ["project_id", "time"])
    op.create_table(
        "first_seen",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_first_seen_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "kind", "value", name="pk_first_seen"),
    )
