"""`pellucid ping`: one question to the server, for whoever wonders why nothing arrives.

What lives here: the command. What must not live here: anything the application calls.
"""

import argparse

from pellucid import settings
from pellucid.rest import Rest
from pellucid.runtime import auth_headers
from pellucid.subparsers import Subparsers


def commands(subparsers: Subparsers) -> None:
    """Add `ping`."""
    parser = subparsers.add_parser("ping", help="check that the server answers and takes the key")
    parser.add_argument("--url", help="base URL of the server (default: PELLUCID_URL)")
    parser.add_argument("--api-key", help="key of the project (default: PELLUCID_API_KEY)")
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Ask who the key belongs to; every failure is an error of the family, which the command prints."""
    told = settings.read({"url": namespace.url, "api_key": namespace.api_key})
    with Rest(told.url, auth_headers(told), told.timeout_s) as rest:
        rest.get("/api/v1/me")
    print(f"{told.url} answers and takes the key.")
    return 0
