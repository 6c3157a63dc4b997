"""The server's commands. Heavy modules are imported when a command runs, so that `pellucid --help` is quick."""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from pellucid_server.core.errors import PellucidError


def commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve` and its kin to the command `pellucid`."""
    serve = subparsers.add_parser("serve", help="run the server")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port of the web, the API and OTLP/HTTP (7600)")
    serve.add_argument("--data", type=Path, help="data directory (pellucid-data)")
    serve.add_argument("--no-otlp-ports", dest="otlp_ports", action="store_false", default=None, help="leave 4317 and 4318 alone")
    serve.set_defaults(run=_run("serve"))

    migrate = subparsers.add_parser("migrate", help="bring the databases up to date, with the server stopped")
    migrate.add_argument("--data", type=Path, help="data directory (pellucid-data)")
    migrate.set_defaults(run=_run("migrate"))

    doctor = subparsers.add_parser("doctor", help="look at everything and say what is wrong")
    doctor.add_argument("--data", type=Path, help="data directory (pellucid-data)")
    doctor.add_argument("--port", type=int, help="port that the server should get (7600)")
    doctor.set_defaults(run=_run("doctor"))

    keys = subparsers.add_parser("keys", help="list, make and revoke API keys")
    verbs = keys.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, text in (("list", "list the keys of a project"), ("create", "make a key"), ("revoke", "end a key")):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument("--data", type=Path, help="data directory (pellucid-data)")
        parser.add_argument("--project", help="project id; the first one where it is left out")
        if verb == "create":
            parser.add_argument("name", help="what the key is for")
            parser.add_argument("--role", default="member", choices=["ingest", "viewer", "member", "admin"])
        if verb == "revoke":
            parser.add_argument("id", help="the key's id, as `keys list` shows it")
        parser.set_defaults(run=_run("keys"))

    backup = subparsers.add_parser("backup", help="copy the data directory, whether the server runs or not")
    backup.add_argument("--to", type=Path, required=True, help="a folder that does not exist yet")
    backup.add_argument("--data", type=Path, help="data directory (pellucid-data)")
    backup.set_defaults(run=_run("backup"))

    restore = subparsers.add_parser("restore", help="make a data directory from a backup")
    restore.add_argument("--from", dest="source", type=Path, required=True, help="a folder that `pellucid backup` has made")
    restore.add_argument("--data", type=Path, help="the new data directory (pellucid-data)")
    restore.set_defaults(run=_run("restore"))

    people = subparsers.add_parser("people", help="list people, or give one a new password")
    verbs = people.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, text in (
        ("list", "list everybody with an account"),
        ("reset-password", "set a new password, read from the terminal or a pipe"),
    ):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument("--data", type=Path, help="data directory (pellucid-data)")
        if verb == "reset-password":
            parser.add_argument("email", help="whose")
        parser.set_defaults(run=_run("people"))


def _run(name: str) -> Callable[[argparse.Namespace], int]:
    def run(namespace: argparse.Namespace) -> int:
        try:
            command = import_module(f"pellucid_server.app.commands.{name}")
            return int(command.run(namespace, os.environ))
        except PellucidError as error:
            print(f"pellucid {name}: {error.message}", file=sys.stderr)
            return 1

    return run
