"""What the server's commands do."""

from argparse import Namespace
from collections.abc import Mapping

from pellucid_server.app.server import serve as run_server
from pellucid_server.app.settings import read_settings
from pellucid_server.core.errors import PellucidError

__all__ = ["PellucidError", "serve"]


def serve(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """Run the server until a signal comes."""
    given = {name: getattr(arguments, name) for name in ("host", "port", "data", "otlp_ports")}
    run_server(read_settings(environment, **given))
    return 0
