"""API keys."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.identity.keys import NewKey
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.keys import ApiKey


class KeyAnswer(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    role: Role
    public_key: str
    prefix: str
    """How the secret begins; empty for a very short one."""
    created_by: str
    created_time: WireTime
    last_used_time: WireTime | None
    expires_time: WireTime | None


class NewKeyAnswer(KeyAnswer):
    """A key with its secret, which is shown this once."""

    secret_key: str


class KeyBody(BaseModel):
    """A new key."""

    name: str = Field(min_length=1, max_length=200)
    role: Role = Role.MEMBER
    expires_time: WireTime | None = None


class RotateBody(BaseModel):
    """How long the old key stays good."""

    overlap_s: int = Field(default=0, ge=0, le=30 * 86_400)


def to_key(key: ApiKey) -> KeyAnswer:
    """`key` for the wire."""
    return KeyAnswer.model_validate(key, from_attributes=True)


def to_new_key(new: NewKey) -> NewKeyAnswer:
    """`new` for the wire, with the secret."""
    return NewKeyAnswer(**dict(to_key(new.key)), secret_key=new.secret)
