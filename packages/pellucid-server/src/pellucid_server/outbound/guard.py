"""Where the server may send requests that users named: everywhere public, and where its operator says.

A name is resolved once; every address that it has must be open, and the connection goes to one of the addresses that were looked at.
So a name that answers otherwise a moment later (DNS rebinding) gains nothing. Being bound to loopback opens nothing either: a page of
the browser could name `http://169.254.169.254` just as well.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from pellucid_server.outbound.errors import DestinationRefused, DestinationUnreachable

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""A host and port → its addresses, in the order of preference. Raises `OSError` where it has none."""

PORTS: Final = {"http": 80, "https": 443}
RESERVED_V4_IN_V6: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""NAT64: the last four bytes are an IPv4 address."""
PUBLIC_BUT_INTERNAL: Final = frozenset({ipaddress.IPv4Address("168.63.129.16")})
"""Azure's metadata and DNS server has an address of the public range."""


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver gives, which also reads `2130706433` and `0x7f.1` as addresses."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry of the operator's list that names a host or an address, with or without a port."""

    host: str
    port: int | None


class Guard:
    """The rule, and the operator's exceptions: networks (`10.0.0.0/8`), hosts (`models.internal`), hosts with ports (`127.0.0.1:80`)."""

    def __init__(self, allowed_private: Sequence[str] = (), resolver: Resolver = resolve) -> None:
        self.allowed: Final = tuple(allowed_private)
        self._networks: list[Network] = []
        self._places: list[Place] = []
        self._resolver = resolver
        for entry in allowed_private:
            self._read(entry)

    def address_for(self, host: str, port: int) -> str:
        """The address to connect to. Raises `DestinationRefused` or `DestinationUnreachable`; it blocks while the name is resolved."""
        try:
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise DestinationUnreachable(f"The host {host!r} cannot be resolved; check the spelling of the address.") from error
        if not found:
            raise DestinationUnreachable(f"The host {host!r} has no address; check the spelling of the address.")
        for text in found:
            if not self._is_open(host, port, ipaddress.ip_address(text.partition("%")[0])):
                raise DestinationRefused(
                    f"{host}:{port} leads to {text}, which is private, local or reserved, so nothing is sent there. "
                    "The operator of this server can allow it by PELLUCID_OUTBOUND_ALLOW."
                )
        return found[0]

    def check(self, url: str) -> str:
        """`scheme://host:port` of a URL that may be sent to now. Raises as `address_for`."""
        origin = origin_of(url)
        parts = urlsplit(origin)
        self.address_for(parts.hostname or "", parts.port or PORTS[parts.scheme])
        return origin

    def _is_open(self, host: str, port: int, address: Address) -> bool:
        plain = _unwrapped(address)
        return _is_public(plain) or self._is_allowed(host, port, plain)

    def _is_allowed(self, host: str, port: int, address: Address) -> bool:
        if any(address in network for network in self._networks if network.version == address.version):
            return True
        names = {host.lower().strip("[]"), str(address)}
        return any(place.host in names and place.port in (None, port) for place in self._places)

    def _read(self, entry: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(entry))
        except ValueError:
            parts = urlsplit(f"//{entry}")
            try:
                self._places.append(Place(host=(parts.hostname or "").lower(), port=parts.port))
            except ValueError as error:
                raise DestinationRefused(
                    f"PELLUCID_OUTBOUND_ALLOW has {entry!r}; write networks as 10.0.0.0/8 and places as host or host:port."
                ) from error


def origin_of(url: str) -> str:
    """`scheme://host:port`, lower case, the port always there. Raises `DestinationRefused` for what is no plain HTTP address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DestinationRefused(f"{url!r} is not an address; write it as https://host/path.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise DestinationRefused(f"{url!r} is not an HTTP address; write it as https://host/path.")
    if parts.username or parts.password:
        raise DestinationRefused(
            "An address must not hold a user name or a password; it would be seen by everybody who may read it."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port or PORTS[parts.scheme]}"


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and address not in PUBLIC_BUT_INTERNAL


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where there is one: mapped, NAT64, 6to4 or Teredo."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in RESERVED_V4_IN_V6) or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
