"""What this room refuses."""

from pellucid_server.core.errors import BadRequest, Conflict, Forbidden, NotFound, TooLarge


class NoSuchPrompt(NotFound):
    """There is no such prompt in this project; `GET /api/v1/prompts` lists them."""

    code = "no_such_prompt"


class NoSuchVersion(NotFound):
    """The prompt has no such version, or it was deleted; `GET /api/v1/prompt-versions/{name}` lists those that there are."""

    code = "no_such_version"


class NoSuchLabel(NotFound):
    """The label is not set on this prompt; set it with `PUT /api/v1/prompt-labels/{label}/{name}`."""

    code = "no_such_label"


class NoSuchBinding(NotFound):
    """This fingerprint is not bound to a prompt; `PUT /api/v1/prompt-bindings/{fingerprint}` binds it."""

    code = "no_such_binding"


class NoSuchProposal(NotFound):
    """There is no such proposal in this project; `GET /api/v1/proposals` lists them."""

    code = "no_such_proposal"


class BadPrompt(BadRequest):
    """The prompt is not usable; compare it with the API reference."""

    code = "bad_prompt"


class BadTemplate(BadPrompt):
    """Between `{{` and `}}` stands a name, or `>` and the name of a prompt to include; nothing is evaluated there."""

    code = "bad_template"


class BadVariables(BadPrompt):
    """The values do not fit the variables of the prompt."""

    code = "bad_variables"


class BadReference(BadPrompt):
    """The prompt includes another one that cannot be included; correct the reference."""

    code = "bad_reference"


class CyclicReference(BadReference):
    """Prompts would include each other in a circle; take one of the references out."""

    code = "cyclic_reference"


class PromptTooLarge(TooLarge):
    """The prompt is larger than a prompt may be; move data into variables or retrieval."""

    code = "prompt_too_large"


class BadRollout(BadPrompt):
    """The shares of a rollout do not fit together; name 2 to 10 different versions with probabilities that sum to 1."""

    code = "bad_rollout"


class BadLabel(BadPrompt):
    """A label is 1 to 64 letters, digits, `.`, `_` or `-`; `latest` always is the newest version and cannot be moved."""

    code = "bad_label"


class ChangedMeanwhile(Conflict):
    """Somebody saved a version or moved the label in the meantime; look at theirs, then save yours again."""

    code = "changed_meanwhile"


class PromptArchived(Conflict):
    """The prompt is archived; take it out of the archive first."""

    code = "prompt_archived"


class VersionInUse(Conflict):
    """A label points at this version, or once did, so traces may show it; such versions are kept. Archive the prompt instead."""

    code = "version_in_use"


class LabelInUse(Conflict):
    """Other prompts include this one by that label; change them first."""

    code = "label_in_use"


class NothingToRollBackTo(Conflict):
    """The label has never pointed anywhere else; move it to the version that you want."""

    code = "nothing_to_roll_back_to"


class TooManyPrompts(Conflict):
    """The project has as many prompts as it can hold; ask for a second project, or keep variants as versions of one prompt."""

    code = "too_many_prompts"


class LabelProtected(Forbidden):
    """The label is protected: only admins of the project move it. Ask one of them."""

    code = "label_protected"


class ReviewNeeded(Forbidden):
    """The label asks for four eyes: propose the move with `POST /api/v1/prompt-proposals/{name}`, and let somebody else approve it."""

    code = "review_needed"


class OwnProposal(Forbidden):
    """Nobody approves their own proposal; ask somebody else to look at it."""

    code = "own_proposal"


class ProposalDecided(Conflict):
    """The proposal is decided already; make a new one."""

    code = "proposal_decided"


class BadGuardrails(BadPrompt):
    """The guardrails of a rollout are not usable; name each metric once with a margin of 0 or more."""

    code = "bad_guardrails"


class NotSplit(Conflict):
    """The label points at one version, so there is no rollout; split it with `PUT /api/v1/prompt-labels/{label}/{name}`."""

    code = "not_split"
