"""Bursts of judging after changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016_judging_bursts"
down_revision = "0015_gate_metrics"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "judging_bursts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("evaluator_id", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("start_time", sa.BigInteger(), nullable=False),
        sa.Column("until_time", sa.BigInteger(), nullable=False),
        sa.Column("ended_time", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("steps", _JSON, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("effect", sa.Float(), nullable=False),
        sa.Column("spread", sa.Float(), nullable=False),
        sa.Column("base_mean", sa.Float(), nullable=False),
        sa.Column("base_n", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_judging_bursts_project_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["evaluator_id"], ["evaluators.id"], name="fk_judging_bursts_evaluator_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_judging_bursts"),
    )
    op.create_index("ix_judging_bursts_event", "judging_bursts", ["project_id", "event_id"])
    op.create_index("ix_judging_bursts_evaluator", "judging_bursts", ["evaluator_id"])
