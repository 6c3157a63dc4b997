"""What data sets demand and what flows into them; annotation queues, their items, ratings and holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_annotations"
down_revision = "0010_monitors"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "dataset_rules",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("input_schema", _JSON, nullable=True),
        sa.Column("expected_schema", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_dataset_rules_dataset_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", name="pk_dataset_rules"),
    )
    op.create_table(
        "dataset_samplings",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("low_below", sa.Float(), nullable=False),
        sa.Column("high_from", sa.Float(), nullable=False),
        sa.Column("low_count", sa.Integer(), nullable=False),
        sa.Column("high_count", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=True),
        sa.Column("last_report", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_dataset_samplings_dataset_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", name="pk_dataset_samplings"),
    )
    op.create_table(
        "annotation_queues",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("guidelines", sa.Text(), nullable=False),
        sa.Column("dimensions", _JSON, nullable=False),
        sa.Column("raters", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("annotators", _JSON, nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_annotation_queues_project_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_queues"),
    )
    op.create_index("uq_annotation_queues_name", "annotation_queues", ["project_id", "name"], unique=True)
    op.create_table(
        "annotation_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("span_id", sa.Text(), nullable=False),
        sa.Column("input", _JSON, nullable=True),
        sa.Column("output", _JSON, nullable=True),
        sa.Column("era", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["annotation_queues.id"], name="fk_annotation_items_queue_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_items"),
    )
    op.create_index("ix_annotation_items_queue_id", "annotation_items", ["queue_id", "created_time", "id"], unique=False)
    op.create_index("uq_annotation_items_trace", "annotation_items", ["queue_id", "trace_id", "span_id"], unique=True)
    op.create_table(
        "annotation_ratings",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("annotator_name", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("values", _JSON, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["annotation_items.id"], name="fk_annotation_ratings_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "annotator", name="pk_annotation_ratings"),
    )
    op.create_index("ix_annotation_ratings_queue_id", "annotation_ratings", ["queue_id", "annotator"], unique=False)
    op.create_table(
        "annotation_holds",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["annotation_items.id"], name="fk_annotation_holds_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "annotator", name="pk_annotation_holds"),
    )
