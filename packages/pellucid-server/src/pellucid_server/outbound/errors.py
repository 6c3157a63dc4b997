"""What this floor refuses."""

from pellucid_server.core.errors import BadRequest


class DestinationRefused(BadRequest):
    """This address is not open to requests of the server: it is private, local or reserved. The operator of the server can allow it
    by PELLUCID_OUTBOUND_ALLOW."""

    code = "destination_refused"
    status = 422
    title = "Destination refused"


class DestinationUnreachable(BadRequest):
    """The name of the destination cannot be resolved; check the address."""

    code = "destination_unreachable"
    status = 422
    title = "Destination unreachable"
