"""Which metrics a gate looks at, and which text of a trace a sample's cases ask."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_gate_metrics"
down_revision = "0014_gates"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("label_gates", sa.Column("metrics", _JSON, nullable=True))
    op.add_column("dataset_samplings", sa.Column("input", sa.Text(), nullable=True))
