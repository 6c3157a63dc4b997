"""The type of the object to which a command adds itself.

What lives here: one name. What must not live here: commands; each module that has one gives it to `cli`.
"""

import argparse
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # pyright: ignore[reportPrivateUsage]  # argparse has no public name for it
