"""`pellucid run`: an application recorded without a line of code in it.

What lives here: the command. What must not live here: anything that an application imports.

    PELLUCID_URL=… pellucid run --instrument openai,langchain app.py --its-own-arguments
    PELLUCID_URL=… pellucid run -m uvicorn shop.web:app
"""

import argparse
import os
import runpy
import sys

from pellucid.instruments import names
from pellucid.setup import init
from pellucid.subparsers import Subparsers


def commands(subparsers: Subparsers) -> None:
    """Add `run`."""
    parser = subparsers.add_parser(
        "run",
        help="run a Python program, recorded, without changing it",
        description="Run a Python program with the client started and libraries instrumented; settings come from the environment.",
    )
    parser.add_argument("--instrument", metavar="NAMES", help=f"libraries, separated by commas: {', '.join(names())}")
    parser.add_argument("-m", dest="module", action="store_true", help="the program is the name of a module")
    parser.add_argument("program", help="file or module")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the program")
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Start the client, then be the program. Its exit code is this command's; its `SystemExit` passes through."""
    libraries = namespace.instrument.split(",") if namespace.instrument else None
    init(instrument=libraries)
    sys.argv = [namespace.program, *namespace.arguments]
    if namespace.module:
        sys.path.insert(0, os.getcwd())
        runpy.run_module(namespace.program, run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(namespace.program)))
        runpy.run_path(namespace.program, run_name="__main__")
    return 0
