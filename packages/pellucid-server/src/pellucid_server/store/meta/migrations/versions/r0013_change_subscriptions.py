"""Which channels are told of which kinds of changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_change_subscriptions"
down_revision = "0012_evaluators"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "change_subscriptions",
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("kinds", _JSON, nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channels.id"], name="fk_change_subscriptions_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_change_subscriptions_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("channel_id", name="pk_change_subscriptions"),
    )
    op.create_index("ix_change_subscriptions_project_id", "change_subscriptions", ["project_id"])
