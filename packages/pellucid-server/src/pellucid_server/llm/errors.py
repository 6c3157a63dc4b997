"""What can go wrong between the server and a model, each with whether it is worth another try."""

from typing import ClassVar

from pellucid_server.core.errors import BadRequest, NotFound, PellucidError


class ConnectionUnknown(NotFound):
    """There is no model connection of this name in the project; add it under Settings, Models."""

    code = "connection_unknown"


class BadConnection(BadRequest):
    """The model connection is not usable; compare it with the API reference."""

    code = "bad_connection"


class ConnectionSealed(PellucidError):
    """The key of this connection cannot be read with the server's present secret key; enter the key again under Settings, Models."""

    code = "connection_sealed"
    status = 409
    title = "Connection sealed"


class ModelError(PellucidError):
    """The model could not be asked; the message says what the provider said."""

    code = "model_error"
    status = 502
    title = "Model error"
    retryable: ClassVar[bool] = False


class ModelRateLimited(ModelError):
    """The provider takes no more requests for now (429); the call is tried again more slowly."""

    code = "model_rate_limited"
    title = "Model rate limited"
    retryable = True

    def __init__(self, message: str | None = None, /, *, retry_after_s: float | None = None, **details: object) -> None:
        super().__init__(message, **details)
        self.retry_after_s = retry_after_s


class ModelUnavailable(ModelError):
    """The provider did not answer, broke off, or answered with an error of its own; the call is tried again."""

    code = "model_unavailable"
    title = "Model unavailable"
    retryable = True


class ModelRefusedRequest(ModelError):
    """The provider refused the request; its message says what to change."""

    code = "model_refused_request"
    title = "Model refused the request"


class ModelAnswerInvalid(ModelError):
    """The model's answer does not fit the response schema; try a clearer prompt, another model, or a larger token limit."""

    code = "model_answer_invalid"
    title = "Model answer invalid"
