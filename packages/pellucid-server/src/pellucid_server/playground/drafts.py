"""Drafts: panes that are too long for an address, kept under a name that follows from what they are: a link shows what it showed."""

import hashlib
from dataclasses import dataclass

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.core.errors import NotFound
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.scope import Scope
from pellucid_server.playground.errors import BadPane
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.playground_drafts import PlaygroundDraft

MAX_DRAFT_CHARS = 4_000_000
"""As JSON: a few panes with a prompt of 1 MB each."""
MAX_DRAFTS = 500
"""Of one project; those that nobody kept again for longest go first."""
ID_DIGITS = 24


class NoSuchDraft(NotFound):
    """There is no such draft; a project keeps its newest ones only. Restore the generation or the prompt again."""

    code = "no_such_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Panes and when they were kept."""

    id: str
    panes: list[JsonValue]
    time: Micros


class Drafts:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, scope: Scope, panes: list[JsonValue]) -> Draft:
        """Equal panes are one draft. Raises `BadPane`."""
        text = canonical(panes)
        if len(text) > MAX_DRAFT_CHARS:
            raise BadPane(f"A draft has at most {MAX_DRAFT_CHARS:,} characters; this one has {len(text):,}. Shorten the panes.")
        made = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]
        draft = PlaygroundDraft(
            project_id=scope.project_id, id=f"draft_{made}", panes=panes, author=scope.actor, time=self._clock()
        )
        with self._store.writing() as unit:
            unit.playground_drafts.put(draft)
            unit.playground_drafts.keep_newest(scope.project_id, MAX_DRAFTS)
        return Draft(id=draft.id, panes=panes, time=draft.time)

    def get(self, scope: Scope, draft_id: str) -> Draft:
        """One. Raises `NoSuchDraft`."""
        with self._store.reading() as unit:
            found = unit.playground_drafts.get(scope.project_id, draft_id)
        if found is None:
            raise NoSuchDraft
        return Draft(id=found.id, panes=list(found.panes), time=found.time)
