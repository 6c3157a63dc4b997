"""The command `pellucid demo`: options in, a running demo out. Heavy modules are imported when the command runs."""

import argparse
from importlib import import_module
from pathlib import Path

DEFAULT_PORT = 7600
DEFAULT_PROVIDERS_PORT = 7601
DEFAULT_SEED = 1
DEFAULT_DATA = Path("pellucid-demo-data")
DEFAULT_RATE = 1.2
MAX_WEEKS = 10


def commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `demo` to the command `pellucid`."""
    demo = subparsers.add_parser("demo", help="a support bot with ten weeks of history, then live traffic")
    demo.add_argument("--seed", type=int, default=DEFAULT_SEED, help=f"which world to play ({DEFAULT_SEED})")
    demo.add_argument("--no-story", dest="story", action="store_false", help="the same world in which nothing goes wrong")
    demo.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port of the server that is started ({DEFAULT_PORT})")
    demo.add_argument(
        "--providers-port",
        type=int,
        default=DEFAULT_PROVIDERS_PORT,
        help=f"port of the simulated providers ({DEFAULT_PROVIDERS_PORT})",
    )
    demo.add_argument("--data", type=Path, default=DEFAULT_DATA, help=f"data directory of that server ({DEFAULT_DATA})")
    demo.add_argument("--url", help="use a running server instead of starting one")
    demo.add_argument("--api-key", help="project key, where the server demands one")
    demo.add_argument("--weeks", type=int, default=MAX_WEEKS, choices=range(MAX_WEEKS + 1), metavar="N", help="weeks of history")
    demo.add_argument("--rate", type=float, default=DEFAULT_RATE, help=f"live visits a second ({DEFAULT_RATE:g})")
    demo.add_argument("--no-otlp-ports", dest="otlp_ports", action="store_false", help="the server leaves 4317 and 4318 alone")
    demo.add_argument("--once", action="store_true", help="stop after the history")
    demo.set_defaults(run=_run)


def _run(namespace: argparse.Namespace) -> int:
    running = import_module("pellucid_demo.running")
    options = running.Options(
        seed=namespace.seed,
        story=namespace.story,
        port=namespace.port,
        data=namespace.data,
        url=namespace.url,
        api_key=namespace.api_key,
        weeks=namespace.weeks,
        rate=namespace.rate,
        once=namespace.once,
        otlp_ports=namespace.otlp_ports,
        providers_port=namespace.providers_port,
    )
    return int(running.run(options))
