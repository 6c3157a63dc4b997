"""Connections to model providers. No answer has a key."""

from typing import Literal

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.identity.model_connections import ConnectionDraft
from pellucid_server.store.meta.model_connections import ModelConnection

ProviderName = Literal["openai", "anthropic", "google", "openai-compatible"]


class ConnectionFields(BaseModel):
    """How a provider is reached."""

    name: str = Field(min_length=1, max_length=100)
    provider: ProviderName
    base_url: str = Field(default="", max_length=2_000)
    """Empty: the provider's own. A private address must be allowed by PELLUCID_OUTBOUND_ALLOW."""
    default_model: str = Field(default="", max_length=300)
    models: list[str] = Field(default=[], max_length=200)
    """Offered in lists; any other may be typed."""


class ConnectionBody(ConnectionFields):
    """A connection to save."""

    key: str | None = Field(default=None, max_length=10_000)
    """Write-only. Left out: the one that is kept. Another host needs it again."""


class ConnectionAnswer(ConnectionFields):
    """A connection as it is kept."""

    id: str
    has_key: bool
    key_hint: str
    """The key's last characters."""
    created_by: str
    created_time: WireTime
    updated_time: WireTime


def to_draft(body: ConnectionBody) -> ConnectionDraft:
    """What the service takes."""
    return ConnectionDraft(
        name=body.name,
        provider=body.provider,
        base_url=body.base_url.strip(),
        key=body.key,
        default_model=body.default_model.strip(),
        models=body.models,
    )


def to_connection(value: ModelConnection) -> ConnectionAnswer:
    """`value` for the wire."""
    return ConnectionAnswer.model_validate(
        {
            "id": value.id,
            "name": value.name,
            "provider": value.provider,
            "base_url": value.base_url,
            "default_model": value.default_model,
            "models": value.models,
            "has_key": bool(value.sealed_key),
            "key_hint": value.key_hint,
            "created_by": value.created_by,
            "created_time": value.created_time,
            "updated_time": value.updated_time,
        }
    )
