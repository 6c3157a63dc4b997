"""What the bench refuses."""

from pellucid_server.core.errors import BadRequest, PellucidError


class BadPane(BadRequest):
    """The pane cannot be asked; it needs a model connection and a prompt, or messages of its own."""

    code = "bad_pane"


class NothingToReplay(BadRequest):
    """Nothing was recorded that could be asked again; choose generations whose payload was kept."""

    code = "nothing_to_replay"
    status = 422
    title = "Nothing to replay"


class PromptCannotTakePlace(PellucidError):
    """The prompt cannot take the place of the recorded messages: it is not known which of them it stands for."""

    code = "prompt_cannot_take_place"
    status = 422
    title = "Prompt cannot take the place"
