"""The command `pellucid`: a shell that other packages fill with commands.

What lives here: the parser, and loading the entry points of the group `pellucid.commands`. What must not live here:
commands of the server or the demo.

The contract of an entry point: a function `commands(subparsers)` that adds its parsers with
`subparsers.add_parser(name, help=…)` and sets `run` on each: `parser.set_defaults(run=callable)`, a callable from the
parsed namespace to an exit code. It should import heavy modules in `run`, not at import time. An entry point that
fails to import costs one line on stderr, and the other commands work.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TypeAlias

from pellucid import gate, launch, ping, prompt_store
from pellucid.errors import PellucidError
from pellucid.subparsers import Subparsers
from pellucid.version import VERSION

GROUP = "pellucid.commands"

Run: TypeAlias = Callable[[argparse.Namespace], int]

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    parser = build_parser(entry_points(group=GROUP))
    namespace = parser.parse_args(arguments)
    run: Run | None = getattr(namespace, "run", None)
    if run is None:
        parser.print_help()
        return EXIT_USAGE
    try:
        return int(run(namespace) or 0)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except PellucidError as error:
        print(f"pellucid: {error}", file=sys.stderr)
        return EXIT_ERROR


def build_parser(points: Iterable[EntryPoint]) -> argparse.ArgumentParser:
    """The parser with this package's commands and those of the entry points."""
    parser = argparse.ArgumentParser(prog="pellucid", description="Pellucid: see through your LLM application.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"pellucid {VERSION}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    gate.commands(subparsers)
    launch.commands(subparsers)
    ping.commands(subparsers)
    prompt_store.commands(subparsers)
    for point in sorted(points, key=lambda point: point.name):
        _add(point, subparsers)
    return parser


def _add(point: EntryPoint, subparsers: Subparsers) -> None:
    try:
        point.load()(subparsers)
    except Exception as error:
        print(f"pellucid: the commands of {point.value} are not available: {error!r}", file=sys.stderr)
