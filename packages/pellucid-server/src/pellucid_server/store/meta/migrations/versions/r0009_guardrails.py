"""Guardrails of rollouts, and rollouts that were stopped."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_guardrails"
down_revision = "0008_runs"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "prompt_guardrails",
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("guardrails", _JSON, nullable=False),
        sa.Column("updated_time", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name="fk_prompt_guardrails_prompt_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("prompt_id", "label", name="pk_prompt_guardrails"),
    )
    op.create_table(
        "prompt_stops",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rollout_id", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name="fk_prompt_stops_prompt_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_prompt_stops"),
    )
    op.create_index("ix_prompt_stops_prompt_id", "prompt_stops", ["prompt_id", "time"])
