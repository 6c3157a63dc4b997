"""Connections to model providers: kept per project, their keys write-only and bound to the host that they were saved for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.identity.errors import TooManyOfThem
from pellucid_server.llm.errors import BadConnection, ConnectionUnknown
from pellucid_server.llm.ports import OpenConnection
from pellucid_server.llm.vault import Vault
from pellucid_server.llm.wires.providers import WIRES
from pellucid_server.model.change import AuditEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.outbound.guard import Guard, origin_of
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.model_connections import ModelConnection
from pellucid_server.store.meta.unit import UnitOfWork

MAX_CONNECTIONS = 100
MAX_NAME_CHARS = 100
MAX_KEY_CHARS = 10_000
MAX_MODELS = 200
HINT_CHARS = 4
COMPATIBLE = "openai-compatible"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionDraft:
    """What people say of a connection."""

    name: str
    provider: str
    base_url: str = ""
    key: str | None = None
    """None: the one that is kept."""
    default_model: str = ""
    models: Sequence[str] = ()


class ModelConnectionBook:
    """The verbs, and the source of opened connections for `llm`."""

    def __init__(
        self, store: MetaStore, vault: Vault, guard: Guard, clock: Clock = system_clock, new_id: IdSource = random_id
    ) -> None:
        self._store = store
        self._vault = vault
        self._guard = guard
        self._clock = clock
        self._new_id = new_id

    def list_connections(self, scope: Scope) -> list[ModelConnection]:
        """All of the project."""
        with self._store.reading() as unit:
            return unit.model_connections.of_project(scope.project_id)

    def create(self, scope: Scope, draft: ConnectionDraft) -> ModelConnection:
        """Add one. Raises `BadConnection`, `DestinationRefused`, `TooManyOfThem`, `Conflict`."""
        self._check(draft)
        now, new_id = self._clock(), self._new_id("model")
        made = ModelConnection(
            id=new_id,
            project_id=scope.project_id,
            name=draft.name,
            provider=draft.provider,
            base_url=draft.base_url,
            sealed_key=self._sealed(new_id, draft),
            key_hint=_hint(draft.key or ""),
            default_model=draft.default_model,
            models=list(draft.models),
            revision=1,
            created_by=scope.actor,
            created_time=now,
            updated_time=now,
        )
        with self._store.writing() as unit:
            if unit.model_connections.count(scope.project_id) >= MAX_CONNECTIONS:
                raise TooManyOfThem
            unit.model_connections.add(made)
            self._note(unit, scope, "model_connection.create", made.id, name=made.name, provider=made.provider)
        return made

    def update(self, scope: Scope, connection_id: str, draft: ConnectionDraft) -> ModelConnection:
        """Change one. A new host needs the key again: the old one was given for the old host."""
        self._check(draft)
        with self._store.writing() as unit:
            before = _own(unit, scope.project_id, connection_id)
            moved = _place(before.provider, before.base_url) != _place(draft.provider, draft.base_url)
            if moved and before.sealed_key and draft.key is None:
                raise BadConnection("The address is another host than the key was saved for; enter the key again to send it there.")
            after = replace(
                before,
                name=draft.name,
                provider=draft.provider,
                base_url=draft.base_url,
                sealed_key=before.sealed_key if draft.key is None else self._sealed(before.id, draft),
                key_hint=before.key_hint if draft.key is None else _hint(draft.key),
                default_model=draft.default_model,
                models=list(draft.models),
                revision=before.revision + 1,
                updated_time=self._clock(),
            )
            unit.model_connections.put(after)
            self._note(unit, scope, "model_connection.update", before.id, name=after.name, key_changed=draft.key is not None)
        return after

    def remove(self, scope: Scope, connection_id: str) -> None:
        """Delete one."""
        with self._store.writing() as unit:
            found = _own(unit, scope.project_id, connection_id)
            unit.model_connections.remove(scope.project_id, found.id)
            self._note(unit, scope, "model_connection.remove", found.id, name=found.name)

    def open(self, project_id: str, name: str) -> OpenConnection:
        """For `llm` only. Raises `ConnectionUnknown`, `ConnectionSealed`."""
        with self._store.reading() as unit:
            found = _own(unit, project_id, name)
        bound_to = _bound(found.id, found.provider, found.base_url)
        return OpenConnection(
            id=found.id,
            name=found.name,
            provider=found.provider,
            base_url=found.base_url,
            key=self._vault.unseal(found.sealed_key, bound_to) if found.sealed_key else "",
            default_model=found.default_model,
            revision=found.revision,
        )

    def _note(self, unit: UnitOfWork, scope: Scope, action: str, target: str, **details: JsonValue) -> None:
        """Write to the audit log, in the transaction of the change."""
        event = AuditEvent(time=self._clock(), actor=scope.actor, action=action, target=target, details=details)
        unit.audit.append(event, organization_id=scope.organization_id, project_id=scope.project_id)

    def _sealed(self, connection_id: str, draft: ConnectionDraft) -> str:
        return self._vault.seal(draft.key, _bound(connection_id, draft.provider, draft.base_url)) if draft.key else ""

    def _check(self, draft: ConnectionDraft) -> None:
        if not 0 < len(draft.name.strip()) <= MAX_NAME_CHARS:
            raise BadConnection(f"A connection has a name of 1 to {MAX_NAME_CHARS} characters.")
        if draft.provider not in WIRES:
            raise BadConnection(f"{draft.provider!r} is no provider; there are {', '.join(WIRES)}.")
        if draft.provider == COMPATIBLE and not draft.base_url:
            raise BadConnection(
                "A compatible server has no address of its own; give its base URL, such as http://models.internal/v1."
            )
        if len(draft.key or "") > MAX_KEY_CHARS or len(draft.models) > MAX_MODELS:
            raise BadConnection(
                f"A key has at most {MAX_KEY_CHARS:,} characters, and a connection lists at most {MAX_MODELS} models."
            )
        if draft.key is not None and not (draft.key.isascii() and draft.key.isprintable()):
            raise BadConnection("A key is printable ASCII; copy it again from the provider's page, without line breaks.")
        if draft.base_url:
            self._guard.check(draft.base_url)


def _own(unit: UnitOfWork, project_id: str, id_or_name: str) -> ModelConnection:
    found = unit.model_connections.get(project_id, id_or_name)
    if found is None:
        raise ConnectionUnknown(f"There is no model connection {id_or_name!r} in this project; add it under Settings, Models.")
    return found


def _place(provider: str, base_url: str) -> str:
    wire = WIRES.get(provider)
    return origin_of(base_url or (wire.default_base_url if wire is not None else ""))


def _bound(connection_id: str, provider: str, base_url: str) -> str:
    """What a sealed key is good for: this connection, sent to this host."""
    return f"{connection_id}|{_place(provider, base_url)}"


def _hint(key: str) -> str:
    return key[-HINT_CHARS:] if len(key) >= 4 * HINT_CHARS else ""
