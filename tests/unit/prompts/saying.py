"""Short ways to say what the tests of prompts say often."""

from dataclasses import dataclass

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.prompts.content import Content, PromptType
from pellucid_server.prompts.labels import LabelMove
from pellucid_server.prompts.registry import NewVersion
from pellucid_server.prompts.rollouts import Arm


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    now: Micros = 1_764_000_000_000_000

    def __call__(self) -> Micros:
        return self.now


def text(prompt: str, **config: JsonValue) -> Content:
    return Content(type=PromptType.TEXT, prompt=prompt, config=config)


def chat(*messages: JsonValue, **config: JsonValue) -> Content:
    return Content(type=PromptType.CHAT, prompt=list(messages), config=config)


def new(name: str, prompt: str, *labels: str, based_on: int | None = None, message: str = "") -> NewVersion:
    return NewVersion(name=name, content=text(prompt), labels=labels, based_on=based_on, message=message)


def to(label: str, *versions: int, reason: str = "") -> LabelMove:
    return LabelMove(label=label, arms=tuple(Arm(version=version) for version in versions), reason=reason)


def split(label: str, reason: str = "", shuffle: bool = False, **shares: float) -> LabelMove:
    arms = tuple(Arm(version=int(name[1:]), probability=share) for name, share in shares.items())
    return LabelMove(label=label, arms=arms, reason=reason, shuffle=shuffle)
