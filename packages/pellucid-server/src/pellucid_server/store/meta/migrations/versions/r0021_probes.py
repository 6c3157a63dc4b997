"""Probe sets and what their looks found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021_probes"
down_revision = "0020_drift_runs"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "probe_sets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompts", _JSON, nullable=False),
        sa.Column("parameters", _JSON, nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("reference", _JSON),
        sa.Column("reference_time", sa.BigInteger()),
        sa.Column("next_time", sa.BigInteger(), nullable=False),
        sa.Column("live_run", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_probe_sets_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_probe_sets"),
    )
    op.create_index("ix_probe_sets_project_id", "probe_sets", ["project_id"])
    op.create_table(
        "probe_looks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("probe_set_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("distance", sa.Float()),
        sa.Column("low", sa.Float()),
        sa.Column("high", sa.Float()),
        sa.Column("p", sa.Float()),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("measures", _JSON, nullable=False),
        sa.Column("models", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["probe_set_id"], ["probe_sets.id"], name="fk_probe_looks_probe_set_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_probe_looks"),
    )
    op.create_index("ix_probe_looks_time", "probe_looks", ["probe_set_id", "time"])
    op.create_index("uq_probe_looks_run", "probe_looks", ["run_id"], unique=True)
