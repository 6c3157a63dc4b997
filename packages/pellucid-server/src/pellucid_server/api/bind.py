"""Where the server may listen: beyond this machine only if somebody can prove who they are."""

import ipaddress

from pellucid_server.core.errors import PellucidError


class OpenToTheWorld(PellucidError):
    """The server would listen beyond this machine although it has neither keys nor an owner who can sign in; set
    PELLUCID_INIT_USER_EMAIL and PELLUCID_INIT_USER_PASSWORD (or the two PELLUCID_INIT_ keys), or listen on 127.0.0.1."""

    code = "open_to_the_world"
    title = "Open to the world"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address. A name other than localhost may change its meaning, so it does not count."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_bind(host: str, *, has_credentials: bool) -> None:
    """Raise `OpenToTheWorld` unless the address is loopback or credentials exist."""
    if not is_loopback(host) and not has_credentials:
        raise OpenToTheWorld
