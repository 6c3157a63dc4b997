"""Projects and their settings."""

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.times import WireTime
from pellucid_server.identity.projects import ProjectChanges
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.organizations import Project


class ProjectAnswer(BaseModel):
    """A project, its settings, and the caller's role in it."""

    id: str
    organization_id: str
    name: str
    role: Role
    created_time: WireTime
    retention_days: int | None
    redaction: dict[str, JsonValue]
    redact_before_journal: bool
    cors_origins: list[str]


class ProjectBody(BaseModel):
    """A new project. The id is made of the name unless given."""

    name: str = Field(min_length=1, max_length=200)
    id: str | None = Field(default=None, min_length=1, max_length=200)


class ProjectPatch(BaseModel):
    """What shall change; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    redaction: dict[str, JsonValue] | None = None
    redact_before_journal: bool | None = None
    cors_origins: list[str] | None = Field(default=None, max_length=100)

    def changes(self) -> ProjectChanges:
        """Only what was sent. `null` is a value for `retention_days` (keep everything) and for `redaction` (off)."""
        changes: ProjectChanges = {}
        if self.name is not None:
            changes["name"] = self.name
        if "retention_days" in self.model_fields_set:
            changes["retention_days"] = self.retention_days
        if "redaction" in self.model_fields_set:
            changes["redaction"] = self.redaction or {}
        if self.redact_before_journal is not None:
            changes["redact_before_journal"] = self.redact_before_journal
        if self.cors_origins is not None:
            changes["cors_origins"] = self.cors_origins
        return changes


def to_project(project: Project, role: Role) -> ProjectAnswer:
    """`project` for the wire."""
    return ProjectAnswer(
        id=project.id,
        organization_id=project.organization_id,
        name=project.name,
        role=role,
        created_time=project.created_time,
        retention_days=project.retention_days,
        redaction=dict(project.redaction),
        redact_before_journal=project.redact_before_journal,
        cors_origins=list(project.cors_origins),
    )
