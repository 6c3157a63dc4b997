"""Proposals to move labels of prompts: made, discussed, approved by somebody else, rejected, withdrawn."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.proposals import ProposalAnswer, ProposalBody, ProposalsAnswer, RemarkBody, to_proposal
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.prompts.context import Editor

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
Status = Literal["open", "deployed", "rejected", "withdrawn"]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["prompts"], responses=PROBLEMS)
    router.get("/proposals", summary="List proposals")(list_proposals)
    router.post("/prompt-proposals/{name:path}", summary="Propose to move a label", status_code=201)(propose)
    router.post("/proposals/{proposal_id}/remarks", summary="Say something about a proposal")(remark)
    router.post("/proposals/{proposal_id}/approve", summary="Deploy what somebody else proposed")(approve)
    router.post("/proposals/{proposal_id}/reject", summary="Close a proposal without a move")(reject)
    router.post("/proposals/{proposal_id}/withdraw", summary="Take one's own proposal back")(withdraw)
    return router


def list_proposals(request: Request, scope: Reader, prompt: str | None = None, status: Status | None = None) -> ProposalsAnswer:
    """Of the project or of one prompt, the newest first."""
    found = house_of(request).prompts.review.list_proposals(scope, name=prompt, status=status)
    return ProposalsAnswer(data=[to_proposal(seen, scope) for seen in found])


def propose(request: Request, scope: Writer, name: str, body: ProposalBody) -> ProposalAnswer:
    """To one version, or to several with shares."""
    if (body.version is None) == (body.split is None):
        raise BadRequest("Give `version`, or `split` with versions and probabilities; exactly one of the two.")
    return to_proposal(house_of(request).prompts.review.propose(_editor(request, scope), name, body.move(body.label)), scope)


def remark(request: Request, scope: Writer, proposal_id: str, body: RemarkBody) -> ProposalAnswer:
    """Signed with the caller's name."""
    return to_proposal(house_of(request).prompts.review.remark(_editor(request, scope), proposal_id, body.text), scope)


def approve(request: Request, scope: Writer, proposal_id: str) -> ProposalAnswer:
    """The label moves at once. Protected labels demand an admin; nobody approves their own."""
    return to_proposal(house_of(request).prompts.review.approve(_editor(request, scope), proposal_id), scope)


def reject(request: Request, scope: Writer, proposal_id: str) -> ProposalAnswer:
    """Nothing moves."""
    return to_proposal(house_of(request).prompts.review.reject(_editor(request, scope), proposal_id), scope)


def withdraw(request: Request, scope: Writer, proposal_id: str) -> ProposalAnswer:
    """Only its author."""
    return to_proposal(house_of(request).prompts.review.withdraw(_editor(request, scope), proposal_id), scope)


def _editor(request: Request, scope: Scope) -> Editor:
    return Editor(scope=scope, name=house_of(request).identity.projects.name_of(scope))
