"""The registry: prompts and their versions are made, listed, archived and, while nobody ever used them, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pellucid_server.model.change import PROMPT
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.prompts.content import Content, Variable
from pellucid_server.prompts.context import Context, Editor, composed, content_of, prompt_named
from pellucid_server.prompts.errors import (
    BadPrompt,
    ChangedMeanwhile,
    NoSuchVersion,
    PromptArchived,
    TooManyPrompts,
    VersionInUse,
)
from pellucid_server.prompts.labels import LabelMove, Labels
from pellucid_server.prompts.names import check_name
from pellucid_server.prompts.rollouts import Arm, Rollout, from_stored
from pellucid_server.store.meta.prompts import StoredMove, StoredPrompt, StoredVersion
from pellucid_server.store.meta.unit import UnitOfWork

MAX_PROMPTS = 5_000
"""In one project; the list is read as a whole."""
MAX_VERSIONS = 10_000
MAX_MESSAGE_CHARS = 2_000
MAX_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """What somebody saves."""

    name: str
    content: Content
    labels: Sequence[str] = ()
    """Moved to the version at once."""
    message: str = ""
    based_on: int | None = None
    """The newest version that its author saw; 0 for a new prompt. Where somebody saved another one since, this is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version as it is kept, with what follows from it."""

    stored: StoredVersion
    content: Content
    labels: Sequence[str]

    @property
    def variables(self) -> list[Variable]:
        """Its own; those of included prompts come with composing."""
        return self.content.variables


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEntry:
    """A line of the list."""

    prompt: StoredPrompt
    labels: Mapping[str, Rollout]
    newest: StoredVersion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPage:
    """Some of the list."""

    entries: list[PromptEntry]
    next_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRecord:
    """All that is kept of one prompt."""

    prompt: StoredPrompt
    versions: Sequence[Version]
    """The newest first."""
    labels: Mapping[str, Rollout]
    moves: Sequence[StoredMove]
    """The oldest first."""
    protected: Sequence[str] = field(default=())
    """Labels of the project that only admins move."""


class Registry:
    """The verbs."""

    def __init__(self, context: Context, labels: Labels) -> None:
        self._context = context
        self._labels = labels

    def create(self, editor: Editor, new: NewVersion) -> int:
        """Save a version and give its number; content that exists already is that version. Raises members of `BadPrompt`."""
        check_name(new.name)
        new.content.check()
        if len(new.message) > MAX_MESSAGE_CHARS:
            raise BadPrompt(f"The message of a version has at most {MAX_MESSAGE_CHARS:,} characters; shorten it.")
        project_id = editor.scope.project_id
        with self._context.store.writing() as unit:
            prompt = self._prompt(unit, project_id, new)
            version = self._version(unit, editor, prompt, new)
            is_new = version > prompt.last_version
            moves = [
                LabelMove(label=label, arms=(Arm(version=version),), reason=new.message) for label in dict.fromkeys(new.labels)
            ]
            events = [event for move in moves for event in self._labels.apply(unit, editor, prompt, move)]
        self._context.changed(project_id, events)
        if is_new:
            title = f"{new.name}: version {version} was saved"
            self._announce(editor.scope, title, new.name, editor.name, action="saved", version=version, message=new.message)
        return version

    def list_prompts(
        self,
        scope: Scope,
        *,
        folder: str = "",
        search: str = "",
        label: str | None = None,
        archived: bool = False,
        after: str = "",
        limit: int = 100,
    ) -> PromptPage:
        """By name, beginning behind `after`: those in a folder (at any depth), with a text in the name, with a label set."""
        prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._context.store.reading() as unit:
            labels = _labels_of_project(unit, scope.project_id)
            found = [
                prompt
                for prompt in sorted(unit.prompts.of_project(scope.project_id), key=lambda item: item.name)
                if prompt.name > after
                and prompt.name.startswith(prefix)
                and search.lower() in prompt.name.lower()
                and (prompt.archived_time is not None) == archived
                and (label is None or label in labels.get(prompt.id, {}))
            ]
            entries = [
                PromptEntry(prompt=prompt, labels=labels.get(prompt.id, {}), newest=unit.prompts.newest_version(prompt.id))
                for prompt in found[:bounded]
            ]
        return PromptPage(entries=entries, next_after=found[bounded - 1].name if len(found) > bounded else None)

    def get(self, scope: Scope, name: str) -> PromptRecord:
        """Everything of one prompt."""
        with self._context.store.reading() as unit:
            prompt = prompt_named(unit, scope.project_id, name)
            labels = _labels_of_project(unit, scope.project_id).get(prompt.id, {})
            versions = [
                Version(stored=stored, content=content_of(prompt, stored), labels=labels_at(labels, stored.version))
                for stored in unit.prompts.versions(prompt.id)
            ]
            return PromptRecord(
                prompt=prompt,
                versions=versions,
                labels=labels,
                moves=unit.prompts.moves(prompt.id),
                protected=[protection.label for protection in unit.prompts.protections(scope.project_id)],
            )

    def archive(self, scope: Scope, name: str, *, archived: bool) -> None:
        """Hide a prompt from the list and freeze it, or take it back. It is served as before: applications may still ask for it."""
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, scope.project_id, name, for_change=True)
            now = self._context.clock()
            unit.prompts.put(replace(prompt, archived_time=now if archived else None, updated_time=now))
            self._context.note(unit, scope, "prompt.archive" if archived else "prompt.restore", name)
        self._context.changed(scope.project_id)
        title = f"{name} was {'archived' if archived else 'taken out of the archive'}"
        self._announce(scope, title, name, action="archived" if archived else "restored")

    def remove_version(self, scope: Scope, name: str, number: int) -> None:
        """Delete a version that no label ever pointed at. Raises `VersionInUse`."""
        with self._context.store.writing() as unit:
            prompt = prompt_named(unit, scope.project_id, name, for_change=True)
            version = unit.prompts.version(prompt.id, number)
            if version is None:
                raise NoSuchVersion
            if version.was_labelled or _is_included(unit, scope.project_id, name, number):
                raise VersionInUse
            unit.prompts.remove_version(prompt.id, number)
            self._context.note(unit, scope, "prompt.remove_version", name, version=number, hash=version.hash)
        self._context.changed(scope.project_id)
        self._announce(scope, f"{name}: version {number} was deleted", name, action="deleted", version=number)

    def preview(
        self, scope: Scope, name: str, content: Content, values: Mapping[str, JsonValue] | None
    ) -> tuple[Content, JsonValue]:
        """What would be served (references resolved) and, with values, what would be sent. Nothing is saved."""
        content.check()
        with self._context.store.reading() as unit:
            served = composed(unit, scope.project_id, name, content).content
        return served, None if values is None else served.compile(values)

    def _announce(self, scope: Scope, title: str, name: str, actor: str = "", **after: JsonValue) -> None:
        self._context.announce(scope, PROMPT, title, actor=actor, prompt=name, **after)

    def _prompt(self, unit: UnitOfWork, project_id: str, new: NewVersion) -> StoredPrompt:
        prompt = unit.prompts.by_name(project_id, new.name, for_change=True)
        if prompt is None:
            if new.based_on:
                raise ChangedMeanwhile(f"`{new.name}` was based on version {new.based_on}, but there is no such prompt any more.")
            if len(unit.prompts.of_project(project_id)) >= MAX_PROMPTS:
                raise TooManyPrompts
            now = self._context.clock()
            prompt = StoredPrompt(
                id=self._context.new_id("prompt"),
                project_id=project_id,
                name=new.name,
                type=new.content.type.value,
                last_version=0,
                created_time=now,
                updated_time=now,
            )
            unit.prompts.add(prompt)
        if prompt.archived_time is not None:
            raise PromptArchived
        if prompt.type != new.content.type.value:
            raise BadPrompt(
                f"`{new.name}` is a {prompt.type} prompt and stays one; save a {new.content.type.value} prompt by another name."
            )
        return prompt

    def _version(self, unit: UnitOfWork, editor: Editor, prompt: StoredPrompt, new: NewVersion) -> int:
        content_hash = new.content.hash
        existing = unit.prompts.version_by_hash(prompt.id, content_hash)
        if existing is not None:
            return existing.version
        if new.based_on is not None and new.based_on != prompt.last_version:
            raise ChangedMeanwhile(
                f"Version {prompt.last_version} of `{new.name}` was saved meanwhile; yours began from {new.based_on}."
                " Compare the two, then save again on top of the newest.",
                newest=prompt.last_version,
            )
        if prompt.last_version >= MAX_VERSIONS:
            raise TooManyPrompts(f"`{new.name}` has {MAX_VERSIONS:,} versions; begin a new name.")
        composed(unit, prompt.project_id, prompt.name, new.content)
        number, now = prompt.last_version + 1, self._context.clock()
        unit.prompts.put(replace(prompt, last_version=number, updated_time=now))
        unit.prompts.add_version(
            StoredVersion(
                prompt_id=prompt.id,
                version=number,
                hash=content_hash,
                prompt=new.content.prompt,
                config=dict(new.content.config),
                references=[[item.name, item.label, item.version] for item in new.content.references],
                message=new.message,
                author=editor.scope.actor,
                author_name=editor.name,
                created_time=now,
            )
        )
        self._context.note(unit, editor.scope, "prompt.create", new.name, version=number, hash=content_hash)
        return number


def labels_at(labels: Mapping[str, Rollout], version: int) -> list[str]:
    """Labels that point at a version, with whatever share."""
    return [label for label, rollout in labels.items() if any(arm.version == version for arm in rollout.arms)]


def _labels_of_project(unit: UnitOfWork, project_id: str) -> dict[str, dict[str, Rollout]]:
    found: dict[str, dict[str, Rollout]] = {}
    for stored in unit.prompts.labels_of_project(project_id):
        rollout = from_stored(stored.arms, stored.rollout_id)
        if rollout is not None:
            found.setdefault(stored.prompt_id, {})[stored.label] = rollout
    return found


def _is_included(unit: UnitOfWork, project_id: str, name: str, version: int) -> bool:
    includes = unit.prompts.live_references(project_id)
    return any([name, None, version] == list(item) for _, _, items in includes for item in items if isinstance(item, list))
