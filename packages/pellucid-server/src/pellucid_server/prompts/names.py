"""How prompts and labels may be called."""

import re

from pellucid_server.prompts.errors import BadLabel, BadPrompt

MAX_NAME_CHARS = 200
LATEST = "latest"
"""Not a label that is set: always the newest version."""

_NAME = re.compile(r"[^\s/@#{}\x00-\x1f][^/@#{}\x00-\x1f]*(?:/[^\s/@#{}\x00-\x1f][^/@#{}\x00-\x1f]*)*")
_LABEL = re.compile(r"[\w.-]{1,64}", re.ASCII)


def check_name(name: str) -> None:
    """Raise `BadPrompt` unless the name can stand in a path and in a reference."""
    if len(name) > MAX_NAME_CHARS or name != name.strip() or not _NAME.fullmatch(name) or {".", ".."} & set(name.split("/")):
        raise BadPrompt(
            f"The name of a prompt has 1 to {MAX_NAME_CHARS} characters, folders separated by single `/`, and none of `@ # {{ }}`;"
            " choose another one."
        )


def check_label(label: str) -> None:
    """Raise `BadLabel`."""
    if label == LATEST or not _LABEL.fullmatch(label):
        raise BadLabel
