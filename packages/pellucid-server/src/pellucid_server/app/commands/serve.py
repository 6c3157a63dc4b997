"""`pellucid serve`: run the server until a signal comes."""

from argparse import Namespace
from collections.abc import Mapping

from pellucid_server.app.server import serve
from pellucid_server.app.settings import read_settings


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """Serve."""
    given = {name: getattr(arguments, name) for name in ("host", "port", "data", "otlp_ports")}
    serve(read_settings(environment, **given))
    return 0
