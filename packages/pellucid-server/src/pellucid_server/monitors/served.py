"""Which versions of each prompt may be in production: what its label serves, and what it served until a little while ago."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from pellucid_server.core.clock import MINUTE, Clock
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.database import MetaStore

LABEL: Final = "production"
GRACE: Final = 15 * MINUTE
"""Apps keep a prompt for a minute, and long conversations carry on with the old one."""


class ServedVersions:
    """Reads the labels."""

    def __init__(self, store: MetaStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of(self, project_id: str) -> Mapping[str, AbstractSet[str]]:
        """Prompt → versions; prompts without the label are not in it."""
        since = self._clock() - GRACE
        found: dict[str, set[str]] = {}
        with self._store.reading() as unit:
            for prompt in unit.prompts.of_project(project_id):
                label = unit.prompts.label(prompt.id, LABEL)
                if label is None:
                    continue
                found[prompt.name] = _versions(label.arms)
                for move in unit.prompts.moves(prompt.id, LABEL):
                    if move.time >= since:
                        found[prompt.name] |= _versions(move.before)
        return found


def _versions(arms: object) -> set[str]:
    """Of `[version, probability]` pairs."""
    listed: list[JsonValue] = list(arms) if isinstance(arms, list | tuple) else []
    return {str(arm[0]) for arm in listed if isinstance(arm, list) and arm}
