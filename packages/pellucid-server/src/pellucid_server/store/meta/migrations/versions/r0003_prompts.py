"""Prompts: versions, labels, moves, protected labels and bindings of fingerprints."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_prompts"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create its six tables."""
    _prompts()
    _prompt_versions()
    _prompt_labels()
    _prompt_label_moves()
    _protected_labels()
    _prompt_bindings()


def _of_prompt(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=f"fk_{table}_prompt_id", ondelete="CASCADE")


def _of_project(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=f"fk_{table}_project_id", ondelete="CASCADE")


def _prompts() -> None:
    op.create_table(
        "prompts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("updated_time", sa.BigInteger(), nullable=False),
        sa.Column("archived_time", sa.BigInteger(), nullable=True),
        _of_project("prompts"),
        sa.PrimaryKeyConstraint("id", name="pk_prompts"),
        sa.UniqueConstraint("project_id", "name", name="uq_prompts_project_id"),
    )


def _prompt_versions() -> None:
    op.create_table(
        "prompt_versions",
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("prompt", _JSON, nullable=False),
        sa.Column("config", _JSON, nullable=False),
        sa.Column("references", _JSON, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_time", sa.BigInteger(), nullable=False),
        sa.Column("was_labelled", sa.Boolean(), nullable=False),
        _of_prompt("prompt_versions"),
        sa.PrimaryKeyConstraint("prompt_id", "version", name="pk_prompt_versions"),
        sa.UniqueConstraint("prompt_id", "hash", name="uq_prompt_versions_prompt_id"),
    )


def _prompt_labels() -> None:
    op.create_table(
        "prompt_labels",
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("arms", _JSON, nullable=False),
        sa.Column("rollout_id", sa.Text(), nullable=False),
        sa.Column("moved_time", sa.BigInteger(), nullable=False),
        sa.Column("moved_by", sa.Text(), nullable=False),
        _of_prompt("prompt_labels"),
        sa.PrimaryKeyConstraint("prompt_id", "label", name="pk_prompt_labels"),
    )


def _prompt_label_moves() -> None:
    op.create_table(
        "prompt_label_moves",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", _JSON, nullable=False),
        sa.Column("after", _JSON, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        _of_prompt("prompt_label_moves"),
        sa.PrimaryKeyConstraint("id", name="pk_prompt_label_moves"),
        sa.UniqueConstraint("prompt_id", "number", name="uq_prompt_label_moves_prompt_id"),
    )


def _protected_labels() -> None:
    op.create_table(
        "protected_labels",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        _of_project("protected_labels"),
        sa.PrimaryKeyConstraint("project_id", "label", name="pk_protected_labels"),
    )


def _prompt_bindings() -> None:
    op.create_table(
        "prompt_bindings",
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        _of_project("prompt_bindings"),
        _of_prompt("prompt_bindings"),
        sa.PrimaryKeyConstraint("project_id", "fingerprint", name="pk_prompt_bindings"),
    )
    op.create_index("ix_prompt_bindings_prompt_id", "prompt_bindings", ["prompt_id"])
