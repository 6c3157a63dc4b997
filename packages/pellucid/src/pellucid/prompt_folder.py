"""Prompts as files in a folder, for review and history in git: written from the server, and saved to it as new versions.

What lives here: the layout of the folder, and the difference between it and the server. What must not live here: the
bundle that an application falls back to (`prompt_cache`).

`support/answer.txt` is a text prompt, `support/triage.chat.json` the messages of a chat prompt; what shapes the output
beside them is in `support/answer.config.json`.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.errors import NotFoundError, PellucidError
from pellucid.prompts import content_hash
from pellucid.rest import Rest, segment

TEXT, CHAT, CONFIG = ".txt", ".chat.json", ".config.json"
PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPrompt:
    """One prompt as it stands in the folder."""

    name: str
    document: Mapping[str, Any]
    """Its type, prompt and config."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What saving a prompt of the folder would do."""

    prompt: FolderPrompt
    newest: int
    """The newest version on the server, 0 where there is none."""
    same_as: int | None
    """The version that has this content already."""
    lines: tuple[str, ...]
    """A unified diff from the newest version."""


def pull(rest: Rest, folder: Path, label: str) -> list[str]:
    """Write every prompt on which the label is set, as saved (includes stay references); their names."""
    written: list[str] = []
    for name in _names(rest):
        version = _labelled(_record(rest, name), label)
        if version is not None:
            _write(folder, name, version["prompt"], version["config"])
            written.append(name)
    return written


def differences(rest: Rest, folder: Path) -> Iterator[Difference]:
    """What saving each prompt of the folder would do, by name."""
    for prompt in read_folder(folder):
        try:
            versions: list[Any] = _record(rest, prompt.name)["versions"]
        except NotFoundError:
            versions = []
        digest = content_hash(prompt.document)
        newest = versions[0] if versions else None
        old = "" if newest is None else _shown(newest["prompt"], newest["config"])
        new = _shown(prompt.document["prompt"], prompt.document["config"])
        yield Difference(
            prompt=prompt,
            newest=0 if newest is None else int(newest["version"]),
            same_as=next((int(each["version"]) for each in versions if each["hash"] == digest), None),
            lines=tuple(difflib.unified_diff(old.splitlines(), new.splitlines(), "server", "folder", lineterm="")),
        )


def push(rest: Rest, change: Difference, labels: list[str], message: str) -> int:
    """Save a prompt of the folder; the number of its version. Refused where somebody saved another version meanwhile."""
    body = {**change.prompt.document, "name": change.prompt.name, "labels": labels, "message": message}
    answer = rest.post("/api/v1/prompts", {**body, "based_on": change.newest})
    return int(answer["version"])


def read_folder(folder: Path) -> list[FolderPrompt]:
    """All prompts of the folder, by name. Raises `PellucidError` for a file that cannot be read."""
    found: list[FolderPrompt] = []
    for path in sorted(folder.rglob("*")):
        ending = next((each for each in (CHAT, TEXT) if path.name.endswith(each)), None)
        if ending is None or not path.is_file():
            continue
        stem = path.relative_to(folder).as_posix().removesuffix(ending)
        config = folder / f"{stem}{CONFIG}"
        try:
            text = path.read_bytes().decode("utf-8")  # as it is: reading as text would change line ends
            document: dict[str, Any] = {
                "type": "chat" if ending == CHAT else "text",
                "prompt": json.loads(text) if ending == CHAT else text,
                "config": json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {},
            }
        except (OSError, ValueError) as error:
            raise PellucidError(f"{path} or its config cannot be read: {error}. Correct it and run again.") from error
        found.append(FolderPrompt(name=stem, document=document))
    return found


def _names(rest: Rest) -> Iterator[str]:
    cursor: str | None = ""
    while cursor is not None:
        page = rest.get("/api/v1/prompts", {"limit": PAGE, "cursor": cursor})
        yield from (entry["name"] for entry in page["data"])
        cursor = page["next_cursor"]


def _record(rest: Rest, name: str) -> Any:
    return rest.get(f"/api/v1/prompt-versions/{segment(name)}")


def _labelled(record: Mapping[str, Any], label: str) -> Any:
    """The version (of a split label the first arm) at which the label points."""
    pointed = next((each["arms"][0]["version"] for each in record["labels"] if each["label"] == label), None)
    return next((each for each in record["versions"] if each["version"] == pointed), None)


def _write(folder: Path, name: str, prompt: Any, config: Any) -> None:
    is_text = isinstance(prompt, str)
    path = (folder / f"{name}{TEXT if is_text else CHAT}").resolve()
    if not path.is_relative_to(folder.resolve()):
        raise PellucidError(f"The prompt {name!r} would be written outside of {folder}; rename it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(prompt if is_text else f"{_json(prompt)}\n", encoding="utf-8", newline="")
    beside = path.parent / f"{name.rpartition('/')[2]}{CONFIG}"
    if config:
        beside.write_text(f"{_json(config)}\n", encoding="utf-8")
    else:
        beside.unlink(missing_ok=True)


def _shown(prompt: Any, config: Any) -> str:
    return f"{prompt if isinstance(prompt, str) else _json(prompt)}\n{_json(config) if config else ''}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
