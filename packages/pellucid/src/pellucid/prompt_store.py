"""Making prompts and moving labels from code and from the command line.

What lives here: the verbs that change prompts on the server, and `pellucid prompts`. What must not live here:
serving prompts to an application (`prompt_cache`). These verbs ask the server and raise its errors.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid import prompt_folder, settings
from pellucid.prompts import Prompt, Template, served_from
from pellucid.rest import Rest, segment
from pellucid.runtime import auth_headers, current
from pellucid.subparsers import Subparsers


def _rest() -> Rest:
    """A connection of our own, to the server of the client or of the environment."""
    client = current()
    told = client.settings if client is not None else settings.read({})
    return Rest(told.url, auth_headers(told), told.timeout_s)


def create_prompt(
    name: str,
    template: Template,
    *,
    config: Mapping[str, Any] | None = None,
    labels: list[str] | None = None,
    message: str | None = None,
) -> Prompt:
    """Store a new version (the same content gives the version that exists) and move the labels to it."""
    document = {
        "name": name,
        "type": "text" if isinstance(template, str) else "chat",
        "prompt": template,
        "config": dict(config or {}),
        "labels": labels or [],
        "message": message,
    }
    with _rest() as rest:
        return served_from(rest.post("/api/v1/prompts", document), None).arms[0]


def label_prompt(name: str, label: str, version: int) -> None:
    """Move a label to a version: the release of a prompt."""
    with _rest() as rest:
        rest.ask("PUT", f"/api/v1/prompt-labels/{segment(label)}/{segment(name)}", {"version": version})


def commands(subparsers: Subparsers) -> None:
    """Add `prompts pull` and `prompts push`."""
    parser = subparsers.add_parser("prompts", help="bundle prompts with an application")
    inner = parser.add_subparsers(metavar="ACTION", required=True)
    pull = inner.add_parser("pull", help="write the bundle that is used when the server cannot be asked, or a folder for git")
    pull.add_argument("names", nargs="*", metavar="NAME", help="for a bundle: the prompts to put into it")
    pull.add_argument("--label", default="production")
    pull.add_argument("--out", type=Path, default=Path("prompts.json"))
    pull.add_argument("--folder", type=Path, help="write every prompt with that label as files in this folder instead")
    pull.set_defaults(run=_pull)
    push = inner.add_parser("push", help="save the prompts of a folder as new versions")
    push.add_argument("folder", type=Path)
    push.add_argument("--label", action="append", default=[], help="move this label to what is saved; may be repeated")
    push.add_argument("--message", default="", help="why, for the history")
    push.add_argument("--dry-run", action="store_true", help="only show what would change")
    push.set_defaults(run=_push)


def _pull(namespace: argparse.Namespace) -> int:
    if namespace.folder is not None:
        with _rest() as rest:
            written = prompt_folder.pull(rest, namespace.folder, namespace.label)
        print(f"{len(written)} prompts are in {namespace.folder}.")
        return 0
    if not namespace.names:
        print("Name the prompts of the bundle, or give --folder.")
        return 2
    prompts: list[dict[str, Any]] = []
    with _rest() as rest:
        for name in namespace.names:
            document = rest.get(f"/api/v1/prompts/{segment(name)}", {"label": namespace.label})
            prompts.append({key: document.get(key) for key in ("name", "type", "prompt", "version", "config", "hash")})
    text = json.dumps({"prompts": prompts}, indent=2, ensure_ascii=False)
    namespace.out.write_text(f"{text}\n", encoding="utf-8")
    print(f"{len(prompts)} prompts are in {namespace.out}; point PELLUCID_PROMPTS_FILE at it.")
    return 0


def _push(namespace: argparse.Namespace) -> int:
    with _rest() as rest:
        for change in list(prompt_folder.differences(rest, namespace.folder)):
            name = change.prompt.name
            if change.same_as is not None:
                print(f"= {name}: version {change.same_as} has this content")
            else:
                print("\n".join((f"{'~' if change.newest else '+'} {name}", *change.lines)))
            if not namespace.dry_run and (change.same_as is None or namespace.label):
                version = prompt_folder.push(rest, change, namespace.label, namespace.message)
                print(f"  saved as version {version}{''.join(f', {label}' for label in namespace.label)}")
    return 0
