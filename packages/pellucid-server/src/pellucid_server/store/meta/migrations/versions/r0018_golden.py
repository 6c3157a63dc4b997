"""Golden sets of judges, and what is kept of runs whose items have expired."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_golden"
down_revision = "0017_playground_drafts"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the tables, and the column of runs."""
    op.create_table(
        "golden_sets",
        sa.Column("evaluator_id", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("next_time", sa.BigInteger(), nullable=False),
        sa.Column("last_run", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("frozen_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["evaluator_id"], ["evaluators.id"], name="fk_golden_sets_evaluator_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("evaluator_id", name="pk_golden_sets"),
    )
    op.create_table(
        "golden_items",
        sa.Column("evaluator_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", _JSON, nullable=False),
        sa.Column("subject", _JSON, nullable=False),
        sa.Column("models", _JSON, nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluator_id"], ["golden_sets.evaluator_id"], name="fk_golden_items_evaluator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("evaluator_id", "position", name="pk_golden_items"),
    )
    op.create_table(
        "golden_checks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("evaluator_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("judge_model", sa.Text(), nullable=False),
        sa.Column("verdicts", _JSON, nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluator_id"], ["golden_sets.evaluator_id"], name="fk_golden_checks_evaluator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_golden_checks"),
    )
    op.create_index("ix_golden_checks_evaluator_id", "golden_checks", ["evaluator_id", "time"], unique=False)
    op.add_column("runs", sa.Column("kept_counts", _JSON, nullable=True))
