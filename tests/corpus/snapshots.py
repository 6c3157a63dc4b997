"""Whole-output snapshots of the corpus: every field of every span, where it differs from its default.

`python -m tests.corpus.snapshots` writes them anew; the difference is then reviewed like code.
"""

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import msgspec
from tests.corpus.loader import captures

from pellucid_server.model.message import Message, Part, ToolDefinition
from pellucid_server.model.span import Document, Link, PromptRef, Retrieval, Rollout, Span
from pellucid_server.model.usage import Cost, Usage

FOLDER = Path(__file__).parent / "snapshots"

_TYPES = (Span, Message, Part, ToolDefinition, Document, Link, PromptRef, Retrieval, Rollout, Usage, Cost)


def shown(value: Any) -> Any:
    """A value as JSON, without what is at its default."""
    if isinstance(value, _TYPES):
        return {item.name: shown(found) for item in fields(value) if not _is_default(item, found := getattr(value, item.name))}
    if isinstance(value, tuple):
        return [shown(item) for item in value]
    return msgspec.to_builtins(value)


def _is_default(item: Any, found: Any) -> bool:
    if item.default is not MISSING:
        return found == item.default and type(found) is type(item.default)
    return item.default_factory is not MISSING and found == item.default_factory()


def snapshots() -> dict[str, str]:
    """The text of each snapshot file by package."""
    packages: dict[str, dict[str, Any]] = {}
    for capture in captures():
        packages.setdefault(capture.package, {})[capture.name] = [shown(span) for span in capture.spans]
    return {package: json.dumps(found, indent=1, ensure_ascii=False) + "\n" for package, found in packages.items()}


def write() -> None:
    """Write all snapshots; files of packages that are gone are removed."""
    FOLDER.mkdir(exist_ok=True)
    current = snapshots()
    for stale in FOLDER.glob("*.json"):
        if stale.stem not in current:
            stale.unlink()
    for package, text in current.items():
        (FOLDER / f"{package}.json").write_text(text)


if __name__ == "__main__":
    write()
