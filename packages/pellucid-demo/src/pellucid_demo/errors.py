"""The demo's errors: members of the client's family, so that the command `pellucid` prints them in one line."""

from pellucid.errors import PellucidError


class DemoError(PellucidError):
    """The demo could not go on."""


class ServerStartError(DemoError):
    """The Pellucid server did not become ready."""


class DeliveryError(DemoError):
    """The Pellucid server refused what the demo sent."""


class BackfillError(DemoError):
    """A part of the back-fill ended early."""


class SimulatorStartError(DemoError):
    """The provider simulator did not come up."""
