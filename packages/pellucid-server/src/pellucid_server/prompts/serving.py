"""Serving: the prompt that a label or a version stands for now, composed, from memory.

Every change of a project's prompts in this process empties its part of the memory, so a moved label is seen by the next request.
Another process of the same deployment sees it after at most `FRESH_FOR`.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from pellucid_server.core.clock import SECOND, Clock, Micros
from pellucid_server.prompts.composing import DEFAULT_LABEL, Found
from pellucid_server.prompts.content import Content
from pellucid_server.prompts.context import Context, composed, content_of, pointed_at, prompt_named
from pellucid_server.prompts.errors import BadPrompt, NoSuchLabel, NoSuchVersion
from pellucid_server.prompts.names import LATEST
from pellucid_server.prompts.registry import labels_at
from pellucid_server.prompts.rollouts import Arm, Rollout
from pellucid_server.store.meta.prompts import StoredPrompt
from pellucid_server.store.meta.unit import UnitOfWork

FRESH_FOR: Micros = 2 * SECOND
CAPACITY = 2_000
"""Answers kept; the least recently used goes first."""


class Wanted(NamedTuple):
    """What is asked for."""

    project_id: str
    name: str
    label: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedArm:
    """One version as applications get it."""

    version: int
    probability: float
    content: Content
    """Without references."""
    hash: str
    """Of the version as it was saved."""
    included: Sequence[Found]
    message: str
    author_name: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The answer."""

    name: str
    arms: Sequence[ServedArm]
    rollout_id: str
    """Empty where there is one arm."""
    labels: Sequence[str]
    """Those that point at the first arm."""

    def assigned(self, key: str) -> ServedArm:
        """The arm of a user or session, drawn as clients draw it."""
        drawn = Rollout(arms=tuple(Arm(version=arm.version, probability=arm.probability) for arm in self.arms), id=self.rollout_id)
        version = drawn.assigned(key).version
        return next(arm for arm in self.arms if arm.version == version)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    served: Served
    until: Micros


class Serving:
    """The verbs. Thread-safe."""

    def __init__(self, context: Context, clock: Clock, capacity: int = CAPACITY) -> None:
        self._context = context
        self._clock = clock
        self._capacity = capacity
        self._lock = Lock()
        self._entries: OrderedDict[Wanted, _Entry] = OrderedDict()
        self._generation = 0
        context.forgetters.append(self.forget)

    def cached(self, wanted: Wanted) -> Served | None:
        """The answer, if it is in memory; never waits for the database."""
        with self._lock:
            entry = self._entries.get(wanted)
            if entry is None or self._clock() >= entry.until:
                return None
            self._entries.move_to_end(wanted)
            return entry.served

    def get(self, wanted: Wanted) -> Served:
        """The answer. Raises `NoSuchPrompt`, `NoSuchLabel`, `NoSuchVersion`."""
        found = self.cached(wanted)
        if found is not None:
            return found
        generation = self._generation
        with self._context.store.reading() as unit:
            served = _served(unit, wanted)
        self._keep(wanted, served, generation)
        return served

    def forget(self, project_id: str) -> None:
        """Prompts of this project changed; any of them may be included by any other."""
        with self._lock:
            self._generation += 1
            for wanted in [key for key in self._entries if key.project_id == project_id]:
                del self._entries[wanted]

    def _keep(self, wanted: Wanted, served: Served, generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return  # it changed while it was read
            self._entries[wanted] = _Entry(served=served, until=self._clock() + FRESH_FOR)
            self._entries.move_to_end(wanted)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)


def _served(unit: UnitOfWork, wanted: Wanted) -> Served:
    if wanted.label is not None and wanted.version is not None:
        raise BadPrompt("Ask for a prompt by `label` or by `version`, not by both.")
    prompt = prompt_named(unit, wanted.project_id, wanted.name)
    rollout = _rollout(unit, prompt, wanted)
    arms = [_arm(unit, prompt, arm) for arm in rollout.arms]
    labels = {stored.label: pointed_at(unit, prompt.id, stored.label) for stored in unit.prompts.labels(prompt.id)}
    return Served(
        name=prompt.name,
        arms=arms,
        rollout_id=rollout.id,
        labels=labels_at({label: found for label, found in labels.items() if found is not None}, arms[0].version),
    )


def _rollout(unit: UnitOfWork, prompt: StoredPrompt, wanted: Wanted) -> Rollout:
    if wanted.version is not None:
        return Rollout(arms=(Arm(version=wanted.version),))
    label = wanted.label or DEFAULT_LABEL
    if label == LATEST:
        newest = unit.prompts.newest_version(prompt.id)
        if newest is None:
            raise NoSuchVersion
        return Rollout(arms=(Arm(version=newest.version),))
    rollout = pointed_at(unit, prompt.id, label)
    if rollout is None:
        known = ", ".join(f"`{stored.label}`" for stored in unit.prompts.labels(prompt.id)) or "none"
        raise NoSuchLabel(f"The label `{label}` is not set on `{prompt.name}` (set: {known}); move it to a version first.")
    return rollout


def _arm(unit: UnitOfWork, prompt: StoredPrompt, arm: Arm) -> ServedArm:
    version = unit.prompts.version(prompt.id, arm.version)
    if version is None:
        raise NoSuchVersion(f"`{prompt.name}` has no version {arm.version}, or it was deleted.")
    result = composed(unit, prompt.project_id, prompt.name, content_of(prompt, version))
    return ServedArm(
        version=version.version,
        probability=arm.probability,
        content=result.content,
        hash=version.hash,
        included=result.included,
        message=version.message,
        author_name=version.author_name,
        created_time=version.created_time,
    )
