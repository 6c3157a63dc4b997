"""Proposals to move labels, on the wire."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.prompts import ArmBody, LabelBody, to_arms
from pellucid_server.api.wire.times import WireTime
from pellucid_server.model.scope import Scope
from pellucid_server.prompts.proposals import SeenProposal
from pellucid_server.prompts.rollouts import from_stored


class ProposalBody(LabelBody):
    """Where a label shall point, once somebody else has looked at it: give `version` or `split`."""

    label: str = "production"


class RemarkBody(BaseModel):
    """What one thinks of it."""

    text: str = Field(min_length=1, max_length=2_000)


class RemarkAnswer(BaseModel):
    """A remark as it is kept."""

    author: str
    text: str
    time: WireTime


class ProposalAnswer(BaseModel):
    """A proposal and what became of it."""

    id: str
    prompt: str
    label: str
    before: list[ArmBody]
    after: list[ArmBody]
    reason: str
    author: str
    mine: bool
    created_time: WireTime
    status: str
    """`open`, `deployed`, `rejected` or `withdrawn`."""
    remarks: list[RemarkAnswer]
    decided_by: str | None
    decided_time: WireTime | None


class ProposalsAnswer(BaseModel):
    """The newest first."""

    data: list[ProposalAnswer]


def to_proposal(seen: SeenProposal, scope: Scope) -> ProposalAnswer:
    """A proposal for the wire, seen by `scope`."""
    proposal = seen.proposal
    return ProposalAnswer(
        id=proposal.id,
        prompt=seen.prompt_name,
        label=proposal.label,
        before=to_arms(from_stored(proposal.before)),
        after=to_arms(from_stored(proposal.after)),
        reason=proposal.reason,
        author=proposal.author_name,
        mine=proposal.author == scope.actor,
        created_time=proposal.created_time,
        status=proposal.status,
        remarks=[RemarkAnswer.model_validate(remark) for remark in proposal.remarks],
        decided_by=proposal.decided_by_name,
        decided_time=proposal.decided_time,
    )
