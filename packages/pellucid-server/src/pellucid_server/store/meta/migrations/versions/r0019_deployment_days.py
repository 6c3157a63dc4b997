"""Days of deployments: what was drawn of production to be compared with the baseline of the gate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_deployment_days"
down_revision = "0018_golden"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the table; data sets say by what their cases are labelled."""
    op.create_table(
        "deployment_days",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("trace_ids", _JSON, nullable=False),
        sa.Column("run_ids", _JSON, nullable=False),
        sa.Column("fallen", _JSON, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_deployment_days_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "decision_id", "day", name="pk_deployment_days"),
    )
    op.create_index("ix_deployment_days_day", "deployment_days", ["project_id", "day"], unique=False)
    op.add_column("dataset_rules", sa.Column("dimensions", _JSON, nullable=True))
