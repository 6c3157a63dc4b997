"""The error family of the client: each class's docstring is its message.

What lives here: the errors that a caller may meet when it asks for an answer (a prompt, a data set, the verdict of a
gate). What must not live here: anything that recording could raise; recording never raises (see `guard`).
"""


class PellucidError(Exception):
    """Something went wrong in the Pellucid client."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class SettingsError(PellucidError):
    """A setting of the client has a value that it cannot have."""


class ServerUnreachableError(PellucidError):
    """The Pellucid server did not answer; check PELLUCID_URL and that the server runs."""


class ServerRefusedError(PellucidError):
    """The Pellucid server refused the request."""

    def __init__(self, message: str | None = None, *, status: int = 0, body: str = "") -> None:
        super().__init__(message)
        self.status = status
        """HTTP status of the answer."""
        self.body = body
        """Text of the answer, at most 2,000 characters."""


class NotFoundError(ServerRefusedError):
    """The Pellucid server has no such thing."""


class PromptVariableError(PellucidError):
    """A variable of the prompt was not given to compile()."""


class MissingPackageError(PellucidError):
    """An optional package is not installed."""


class UnsupportedClientError(PellucidError):
    """wrap() does not know this kind of client."""
