"""Members and invitations."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.identity.members import Invited, Member
from pellucid_server.model.scope import Role


class MemberAnswer(BaseModel):
    """Somebody with a role in the project, or with an open invitation to it."""

    id: str
    email: str
    name: str
    role: Role
    organization_role: Role | None
    project_role: Role | None
    invited: bool
    created_time: WireTime


class InvitedAnswer(BaseModel):
    """What came of inviting: a token to hand over, or null where the person had an account and joined at once."""

    member: MemberAnswer
    token: str | None
    expires_time: WireTime | None


class InviteBody(BaseModel):
    """Whom to invite, as what."""

    email: str = Field(max_length=254)
    role: Role = Role.MEMBER
    whole_organization: bool = False


class MemberPatch(BaseModel):
    """Another role."""

    role: Role
    whole_organization: bool = False


def to_member(member: Member) -> MemberAnswer:
    """`member` for the wire."""
    return MemberAnswer.model_validate(member, from_attributes=True)


def to_invited(invited: Invited) -> InvitedAnswer:
    """`invited` for the wire."""
    return InvitedAnswer(member=to_member(invited.member), token=invited.token, expires_time=invited.expires_time)
