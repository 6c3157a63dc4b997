"""The server's commands. Heavy modules are imported when a command runs, so that `pellucid --help` is quick."""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path


def commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve` and its kin to the command `pellucid`."""
    serve = subparsers.add_parser("serve", help="run the server")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port of the web, the API and OTLP/HTTP (7600)")
    serve.add_argument("--data", type=Path, help="data directory (pellucid-data)")
    serve.add_argument("--no-otlp-ports", dest="otlp_ports", action="store_false", default=None, help="leave 4317 and 4318 alone")
    serve.set_defaults(run=_run("serve"))


def _run(name: str) -> Callable[[argparse.Namespace], int]:
    def run(namespace: argparse.Namespace) -> int:
        module = import_module("pellucid_server.app.commands")
        try:
            return int(getattr(module, name)(namespace, os.environ) or 0)
        except module.PellucidError as error:
            print(f"pellucid {name}: {error.message}", file=sys.stderr)
            return 1

    return run
