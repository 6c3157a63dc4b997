"""Evaluators with their versions and checks, and score configs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_evaluators"
down_revision = "0011_annotations"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "evaluators",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("sampling", _JSON, nullable=False),
        sa.Column("daily_budget", sa.Float()),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("live_run", sa.Text(), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("updated_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_evaluators_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluators"),
    )
    op.create_index("uq_evaluators_name", "evaluators", ["project_id", "name"], unique=True)
    op.create_table(
        "evaluator_versions",
        sa.Column("evaluator_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("score_name", sa.Text(), nullable=False),
        sa.Column("definition", _JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["evaluator_id"], ["evaluators.id"], name="fk_evaluator_versions_evaluator_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("evaluator_id", "version", name="pk_evaluator_versions"),
    )
    op.create_table(
        "score_configs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("low", sa.Float()),
        sa.Column("high", sa.Float()),
        sa.Column("categories", _JSON, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_score_configs_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_score_configs"),
    )
    op.create_index("uq_score_configs_name", "score_configs", ["project_id", "name"], unique=True)
