"""People of the project."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.members import InviteBody, InvitedAnswer, MemberAnswer, MemberPatch, to_invited, to_member
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["members"], responses=PROBLEMS)
    router.get("/members", summary="Who has a role in the project")(list_members)
    router.post("/members", summary="Invite somebody", status_code=201)(invite_member)
    router.patch("/members/{member_id}", summary="Change a role")(change_member)
    router.delete("/members/{member_id}", summary="Remove a member or take an invitation back", status_code=204)(remove_member)
    return router


def list_members(request: Request, scope: Admin) -> Page[MemberAnswer]:
    """Members by name, then open invitations."""
    return Page(data=[to_member(member) for member in house_of(request).identity.members.list_members(scope)])


def invite_member(request: Request, response: Response, scope: Admin, body: InviteBody) -> InvitedAnswer:
    """Hand the token to the person: nothing is sent by mail. Roles in the whole organisation are an owner's to give."""
    response.headers["cache-control"] = "no-store"
    invited = house_of(request).identity.members.invite(
        scope, email=body.email, role=body.role, whole_organization=body.whole_organization
    )
    return to_invited(invited)


def change_member(request: Request, scope: Admin, member_id: str, body: MemberPatch) -> MemberAnswer:
    """Nobody gives or takes a role above their own."""
    changed = house_of(request).identity.members.change_role(
        scope, member_id, role=body.role, whole_organization=body.whole_organization
    )
    return to_member(changed)


def remove_member(request: Request, scope: Admin, member_id: str, whole_organization: bool = False) -> None:
    """Takes the role in the project away, or with `whole_organization` that in the organisation."""
    house_of(request).identity.members.remove(scope, member_id, whole_organization=whole_organization)
