"""Score configs: what scores of a name may be. Those who score choose from them; a score that names a config must fit it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.evals.errors import BadScoreConfig, NoSuchScoreConfig, ScoreConfigExists
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreType
from pellucid_server.query.score_drafts import BadScore, Draft
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.score_configs import ScoreConfig

MAX_CONFIGS: Final = 500
MAX_CATEGORIES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigDraft:
    """A config as it was sent."""

    name: str
    type: ScoreType
    low: float | None = None
    high: float | None = None
    categories: Sequence[str] = ()
    description: str = ""


class ScoreConfigBook:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def list_all(self, scope: Scope) -> list[ScoreConfig]:
        """By name."""
        with self._store.reading() as unit:
            return unit.score_configs.list_all(scope.project_id)

    def create(self, scope: Scope, draft: ConfigDraft) -> ScoreConfig:
        """Make one. Raises `BadScoreConfig`, `ScoreConfigExists`."""
        _check(draft)
        config = ScoreConfig(
            id=self._new_id("scoreconfig"),
            project_id=scope.project_id,
            name=draft.name.strip(),
            type=draft.type.value,
            low=draft.low,
            high=draft.high,
            categories=list(draft.categories),
            description=draft.description,
            created_by=scope.actor,
            created_time=self._clock(),
        )
        with self._store.writing() as unit:
            known = unit.score_configs.list_all(scope.project_id)
            if any(one.name == config.name for one in known):
                raise ScoreConfigExists
            if len(known) >= MAX_CONFIGS:
                raise BadScoreConfig(f"A project has at most {MAX_CONFIGS} score configs; delete some that nobody uses.")
            unit.score_configs.add(config)
        return config

    def edit(self, scope: Scope, config_id: str, draft: ConfigDraft) -> ScoreConfig:
        """Change it; scores that exist stay as they are. The type and the name stay."""
        _check(draft)
        with self._store.writing() as unit:
            config = unit.score_configs.get(scope.project_id, config_id)
            if config is None:
                raise NoSuchScoreConfig
            if (config.name, config.type) != (draft.name.strip(), draft.type.value):
                raise BadScoreConfig("Name and type of a score config stay as they are; make another one.")
            changed = replace(
                config, low=draft.low, high=draft.high, categories=list(draft.categories), description=draft.description
            )
            unit.score_configs.put(changed)
        return changed

    def remove(self, scope: Scope, config_id: str) -> None:
        """Delete; scores stay."""
        with self._store.writing() as unit:
            if not unit.score_configs.remove(scope.project_id, config_id):
                raise NoSuchScoreConfig

    def check(self, scope: Scope, drafts: Sequence[Draft]) -> None:
        """Whether scores that name a config fit it. Raises `BadScore` with the index, `NoSuchScoreConfig`."""
        wanted = {draft.config_id for draft in drafts if draft.config_id}
        if not wanted:
            return
        known: Mapping[str, ScoreConfig] = {config.id: config for config in self.list_all(scope)}
        for index, draft in enumerate(drafts):
            if not draft.config_id:
                continue
            if draft.config_id not in known:
                raise NoSuchScoreConfig(f"There is no score config {draft.config_id!r} in this project.", index=index)
            _fit(index, draft, known[draft.config_id])


def _fit(index: int, draft: Draft, config: ScoreConfig) -> None:
    if draft.name != config.name:
        raise BadScore(f"The score is named `{draft.name}`, its config `{config.name}`; they must be equal.", index=index)
    value = draft.value
    if config.type == ScoreType.CATEGORICAL and config.categories:
        word = value if isinstance(value, str) else draft.string_value
        if word not in config.categories:
            raise BadScore(f"`{word}` is none of the categories of `{config.name}`: {', '.join(config.categories)}.", index=index)
    if config.type == ScoreType.NUMERIC and isinstance(value, int | float) and not _within(value, config):
        raise BadScore(f"{value} is outside the range of `{config.name}`: {config.low} to {config.high}.", index=index)
    if config.type == ScoreType.BOOLEAN and not isinstance(value, bool) and value not in (0, 1):
        raise BadScore(f"`{config.name}` is true or false, not {value!r}.", index=index)


def _within(value: float, config: ScoreConfig) -> bool:
    return (
        not isinstance(value, bool)
        and (config.low is None or value >= config.low)
        and (config.high is None or value <= config.high)
    )


def _check(draft: ConfigDraft) -> None:
    if not 1 <= len(draft.name.strip()) <= 200 or not draft.name.isprintable():
        raise BadScoreConfig("A score config's name has 1 to 200 printable characters.")
    if draft.low is not None and draft.high is not None and not draft.low < draft.high:
        raise BadScoreConfig(f"`min` ({draft.low:g}) is not below `max` ({draft.high:g}).")
    if draft.type is ScoreType.CATEGORICAL:
        words = list(draft.categories)
        if not 2 <= len(words) <= MAX_CATEGORIES or len(set(words)) != len(words) or not all(words):
            raise BadScoreConfig
    elif draft.categories:
        raise BadScoreConfig("Only categorical scores have categories.")
