"""Review: a move of a label is proposed, discussed, and approved by somebody else, which deploys it; or it is rejected or withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pellucid_server.model.change import PROMPT_PROPOSAL
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.prompts.context import Context, Editor, pointed_at, prompt_named
from pellucid_server.prompts.errors import BadPrompt, NoSuchProposal, NoSuchVersion, OwnProposal, ProposalDecided
from pellucid_server.prompts.labels import MAX_REASON_CHARS, LabelMove, Labels
from pellucid_server.prompts.names import check_label
from pellucid_server.prompts.rollouts import Rollout, checked, from_stored, said, to_stored
from pellucid_server.store.meta.proposals import Proposal
from pellucid_server.store.meta.unit import UnitOfWork

MAX_PAGE = 200
MAX_REMARKS = 500
OPEN, DEPLOYED, REJECTED, WITHDRAWN = "open", "deployed", "rejected", "withdrawn"
_WORDS = {
    "proposed": "proposed",
    "remarked": "remarked on",
    DEPLOYED: "approved and deployed",
    REJECTED: "rejected",
    WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenProposal:
    """A proposal with the name of its prompt."""

    proposal: Proposal
    prompt_name: str


class Review:
    """The verbs."""

    def __init__(self, context: Context, labels: Labels) -> None:
        self._context = context
        self._labels = labels

    def propose(self, editor: Editor, name: str, move: LabelMove) -> SeenProposal:
        """Ask somebody else to look at a move before it is made."""
        check_label(move.label)
        _check_text(move.reason)
        arms = checked(move.arms)
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, editor.scope.project_id, name)
            for arm in arms:
                if unit.prompts.version(prompt.id, arm.version) is None:
                    raise NoSuchVersion(f"`{name}` has no version {arm.version}, or it was deleted; propose one that there is.")
            proposal = Proposal(
                id=self._context.new_id("proposal"),
                project_id=editor.scope.project_id,
                prompt_id=prompt.id,
                label=move.label,
                before=to_stored(pointed_at(unit, prompt.id, move.label)),
                after=to_stored(Rollout(arms=arms)),
                reason=move.reason,
                author=editor.scope.actor,
                author_name=editor.name,
                created_time=self._context.clock(),
            )
            unit.proposals.add(proposal)
            self._context.note(unit, editor.scope, "prompt_proposal.create", name, proposal=proposal.id, label=move.label)
        return self._told(editor, SeenProposal(proposal=proposal, prompt_name=name), "proposed")

    def list_proposals(self, scope: Scope, *, name: str | None = None, status: str | None = None) -> list[SeenProposal]:
        """Of the project or of one prompt, the newest first."""
        with self._context.store.reading() as unit:
            prompt = None if name is None else prompt_named(unit, scope.project_id, name)
            prompt_id = None if prompt is None else prompt.id
            found = unit.proposals.page(scope.project_id, prompt_id=prompt_id, status=status, limit=MAX_PAGE)
            names = {one.id: one.name for one in unit.prompts.of_project(scope.project_id)}
        return [SeenProposal(proposal=proposal, prompt_name=names[proposal.prompt_id]) for proposal in found]

    def remark(self, editor: Editor, proposal_id: str, text: str) -> SeenProposal:
        """Say something about it."""
        _check_text(text)
        if not text.strip():
            raise BadPrompt("A remark has some text; write what you think of the proposal.")

        def remarked(proposal: Proposal) -> Proposal:
            if len(proposal.remarks) >= MAX_REMARKS:
                raise BadPrompt(f"A proposal has at most {MAX_REMARKS} remarks; decide it.")
            remark: dict[str, JsonValue] = {"author": editor.name, "text": text, "time": self._context.clock()}
            return replace(proposal, remarks=[*proposal.remarks, remark])

        return self._told(editor, self._changed(editor, proposal_id, remarked), "remarked", remark=text)

    def approve(self, editor: Editor, proposal_id: str) -> SeenProposal:
        """Deploy what somebody else proposed. Raises `OwnProposal`, `LabelProtected`, and `ChangedMeanwhile` where the label has moved."""
        with self._context.store.writing() as unit:
            proposal = _open(unit, editor.scope, proposal_id)
            if proposal.author == editor.scope.actor:
                raise OwnProposal
            seen = self._decided(unit, editor, proposal, DEPLOYED)
            prompt = prompt_named(unit, editor.scope.project_id, seen.prompt_name, for_change=True)
            before, after = from_stored(proposal.before), from_stored(proposal.after)
            move = LabelMove(
                label=proposal.label,
                arms=() if after is None else after.arms,
                reason=f"proposed by {proposal.author_name}: {proposal.reason}"[:MAX_REASON_CHARS],
                expected=() if before is None else before.arms,
            )
            events = self._labels.apply(unit, editor, prompt, move, reviewed=True)
        self._context.changed(editor.scope.project_id, events)
        return self._told(editor, seen, DEPLOYED)

    def reject(self, editor: Editor, proposal_id: str) -> SeenProposal:
        """Close it without a move."""
        with self._context.store.writing() as unit:
            seen = self._decided(unit, editor, _open(unit, editor.scope, proposal_id), REJECTED)
        return self._told(editor, seen, REJECTED)

    def withdraw(self, editor: Editor, proposal_id: str) -> SeenProposal:
        """Take one's own back."""
        with self._context.store.writing() as unit:
            proposal = _open(unit, editor.scope, proposal_id)
            if proposal.author != editor.scope.actor:
                raise OwnProposal("Only its author withdraws a proposal; reject it instead.")
            seen = self._decided(unit, editor, proposal, WITHDRAWN)
        return self._told(editor, seen, WITHDRAWN)

    def _told(self, editor: Editor, seen: SeenProposal, action: str, **more: JsonValue) -> SeenProposal:
        """Told to whoever wants to hear of proposals."""
        proposal = seen.proposal
        after: dict[str, JsonValue] = {
            "action": action,
            "proposal": proposal.id,
            "label": proposal.label,
            "reason": proposal.reason,
        }
        title = f"{seen.prompt_name}: a move of {proposal.label} to {said(from_stored(proposal.after))} was {_WORDS[action]}"
        self._context.announce(
            editor.scope, PROMPT_PROPOSAL, title, actor=editor.name, prompt=seen.prompt_name, **{**after, **more}
        )
        return seen

    def _decided(self, unit: UnitOfWork, editor: Editor, proposal: Proposal, status: str) -> SeenProposal:
        decided = replace(
            proposal,
            status=status,
            decided_by=editor.scope.actor,
            decided_by_name=editor.name,
            decided_time=self._context.clock(),
        )
        unit.proposals.put(decided)
        seen = _seen(unit, decided)
        self._context.note(unit, editor.scope, f"prompt_proposal.{status}", seen.prompt_name, proposal=proposal.id)
        return seen

    def _changed(self, editor: Editor, proposal_id: str, change: Callable[[Proposal], Proposal]) -> SeenProposal:
        with self._context.store.writing() as unit:
            changed = change(_open(unit, editor.scope, proposal_id))
            unit.proposals.put(changed)
            return _seen(unit, changed)


def _open(unit: UnitOfWork, scope: Scope, proposal_id: str) -> Proposal:
    proposal = unit.proposals.get(scope.project_id, proposal_id)
    if proposal is None:
        raise NoSuchProposal
    if proposal.status != OPEN:
        raise ProposalDecided(f"This proposal is {proposal.status} already; make a new one.")
    return proposal


def _seen(unit: UnitOfWork, proposal: Proposal) -> SeenProposal:
    prompt = unit.prompts.by_id(proposal.prompt_id)
    if prompt is None:
        raise NoSuchProposal
    return SeenProposal(proposal=proposal, prompt_name=prompt.name)


def _check_text(text: str) -> None:
    if len(text) > MAX_REASON_CHARS:
        raise BadPrompt(f"A reason or remark has at most {MAX_REASON_CHARS:,} characters; shorten it.")
