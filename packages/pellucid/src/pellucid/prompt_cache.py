"""Where prompts come from: memory first, the server in the background, the bundled fallback when all else fails.

What lives here: `prompt()`, the cache, its renewal, and the bundle file. What must not live here: templates
(`prompts`).

A cached prompt is served at once, however old; an old one is renewed behind the caller's back. Only the very first
question for a prompt waits for the server, for at most FIRST_WAIT_S, and only once while the server is away.
"""

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from pellucid import semconv, settings
from pellucid.errors import NotFoundError, PellucidError, ServerRefusedError
from pellucid.frames import current_frame
from pellucid.guard import GUARD
from pellucid.prompts import Prompt, Served, Template, fallback_prompt, served_from
from pellucid.rest import Rest, segment
from pellucid.runtime import auth_headers, current

FIRST_WAIT_S = 2.0
"""Longest wait of the first question for a prompt."""
AFTER_FAILURE_S = 5.0
"""Pause after a failed fetch before the next one, during which nobody waits."""
MAX_ENTRIES = 2_000
"""Prompts kept in memory; the oldest goes first."""

DEFAULT_LABEL = "production"


class Key(NamedTuple):
    """What was asked for."""

    name: str
    label: str | None
    version: int | None


class Entry:
    """One cached prompt (or the memory that it could not be had)."""

    __slots__ = ("error", "is_renewing", "renew_at", "served")

    def __init__(self, served: Served | None, renew_at: float, error: PellucidError | None = None) -> None:
        self.served = served
        self.renew_at = renew_at
        self.error = error
        self.is_renewing = False


class PromptCache:
    """The prompts of one process."""

    def __init__(self, rest: Rest, ttl_s: float, bundle: Mapping[str, Any] | None = None) -> None:
        self._rest = rest
        self._ttl_s = ttl_s
        self._bundle = bundle or {}
        self._entries: dict[Key, Entry] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, user_key: str | None, fallback: Template | None) -> Prompt:
        """The prompt; raises only when there is neither a cached one nor a fallback."""
        entry = self._entries.get(key)
        if entry is None:
            entry = self._fetch(key, attempts=1)
        elif time.monotonic() >= entry.renew_at:
            self._renew(key, entry)
        if entry.served is not None:
            served = entry.served
            return served.arms[0] if len(served.arms) == 1 else served.assigned(user_key or assignment_key())
        return self._fallback(key, fallback, entry)

    def _fallback(self, key: Key, fallback: Template | None, entry: Entry) -> Prompt:
        if fallback is not None:
            return fallback_prompt(key.name, fallback, key.label)
        bundled = self._bundle.get(key.name)
        if bundled is not None:
            return fallback_prompt(key.name, bundled, key.label)
        raise entry.error or PellucidError(f"The prompt {key.name!r} is not there.")

    def _fetch(self, key: Key, attempts: int) -> Entry:
        """Ask the server and remember the answer, or that there was none."""
        query = {"version": key.version} if key.version is not None else {"label": key.label}
        try:
            document = self._rest.get(f"/api/v1/prompts/{segment(key.name)}", query, attempts=attempts)
            entry = Entry(served_from(document, key.label), time.monotonic() + self._lifetime_s(key))
        except (PellucidError, KeyError, TypeError, ValueError) as error:
            entry = self._failed(key, error)
        finally:
            self._rest.close()  # fetches are rare: no connection is kept for the next
        with self._lock:
            while len(self._entries) >= MAX_ENTRIES and key not in self._entries:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = entry
        return entry

    def _failed(self, key: Key, error: Exception) -> Entry:
        known = self._entries.get(key)
        is_gone = isinstance(error, NotFoundError)
        kept = known.served if known is not None and not is_gone else None
        if is_gone:
            problem: PellucidError = NotFoundError(
                f"There is no prompt {key.name!r} with {_what(key)}; check the name and that the label is set.", status=404
            )
        elif isinstance(error, PellucidError):
            problem = error
        else:
            problem = ServerRefusedError(f"The answer for prompt {key.name!r} could not be read: {error!r}.")
        GUARD.warn(f"prompt {key.name}", "pellucid: the prompt %r could not be fetched: %s", key.name, problem)
        return Entry(kept, time.monotonic() + AFTER_FAILURE_S, problem)

    def _lifetime_s(self, key: Key) -> float:
        """Versions never change; labels move."""
        return float("inf") if key.version is not None else self._ttl_s

    def _renew(self, key: Key, entry: Entry) -> None:
        """Fetch again in the background, once at a time."""
        with self._lock:
            if entry.is_renewing:
                return
            entry.is_renewing = True
        try:
            threading.Thread(target=self._renew_now, args=(key, entry), name="pellucid-prompts", daemon=True).start()
        except RuntimeError:
            entry.is_renewing = False  # the interpreter is ending

    def _renew_now(self, key: Key, entry: Entry) -> None:
        try:
            self._fetch(key, attempts=1)
        finally:
            entry.is_renewing = False


def assignment_key() -> str:
    """By what a rollout assigns: the context's user, else its session, else chance."""
    attributes = current_frame().attributes
    return str(attributes.get(semconv.USER_ID) or attributes.get(semconv.SESSION_ID) or uuid4().hex)


class _Holder:
    """The cache of the current client, made when the first prompt is asked for."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.cache: PromptCache | None = None
        self.owner: object = None
        self.pid = 0


_HOLDER = _Holder()


def _cache() -> PromptCache:
    client = current()
    holder = _HOLDER
    if holder.cache is not None and holder.owner is client and holder.pid == os.getpid():
        return holder.cache
    told = client.settings if client is not None else settings.read({})
    with holder.lock:
        rest = Rest(told.url, auth_headers(told), min(told.timeout_s, FIRST_WAIT_S))
        holder.cache = PromptCache(rest, told.prompt_ttl_s, read_bundle(told.prompts_file))
        holder.owner, holder.pid = client, os.getpid()
        return holder.cache


def prompt(
    name: str,
    *,
    label: str | None = None,
    version: int | None = None,
    user_id: str | None = None,
    fallback: Template | None = None,
) -> Prompt:
    """The prompt that the label (by default "production") or the version stands for now.

    Served from memory; a label is renewed in the background once it is older than `prompt_ttl_s`. Where a label is
    split between versions, the arm follows from `user_id`, else from the context's user or session. `fallback` (a
    text or a list of messages) or the bundle file (`prompts_file`) is used when the server cannot be asked.
    Raises `NotFoundError` or `ServerUnreachableError` only when there is no fallback either.
    """
    wanted = None if version is not None else label or DEFAULT_LABEL
    return _cache().get(Key(name, wanted, version), user_id, fallback)


def prefetch_prompts(names: Sequence[str], *, label: str | None = None) -> None:
    """Fill the cache at start-up, so that no request waits. Prompts that cannot be had are left to their fallback."""
    for name in names:
        try:
            prompt(name, label=label, fallback="")
        except PellucidError as error:
            GUARD.report("prefetch a prompt", error)


def read_bundle(path: str) -> Mapping[str, Any]:
    """The bundle file: {"prompts": [{"name", "type", "prompt", "version", "config", "hash"}, …]}."""
    if not path:
        return {}
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        return {entry["name"]: entry for entry in document["prompts"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        GUARD.warn("bundle", "pellucid: the prompt bundle %s cannot be read: %r", path, error)
        return {}


def _what(key: Key) -> str:
    return f"version {key.version}" if key.version is not None else f"label {key.label!r}"
