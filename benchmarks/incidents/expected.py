"""What the pager must hear, and by when; everything else that it hears is a false alarm."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.incidents.receiver import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One page."""

    phase: str
    at: float
    rules: tuple[str, ...]
    text: str
    traces: int


def heard_page(message: Message, phase: str, at: float) -> Heard:
    """A page as it is judged."""
    breaches = message.body["breaches"]
    return Heard(
        phase=phase,
        at=round(at, 3),
        rules=tuple(f"{breach['monitor']}|{breach['segment']}" for breach in breaches),
        text="; ".join(breach["text"] for breach in breaches),
        traces=sum(len(breach["traces"]) for breach in breaches),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One world and its pages."""

    seed: int
    story: bool
    pages: tuple[Heard, ...]


def judge(world: World) -> Sequence[str]:
    lines = [f"seed {world.seed}, {'story' if world.story else 'control'}"]
    return [*lines, *(f"  {p.phase} {p.at:8.2f} {p.rules} {p.text} [{p.traces}]" for p in world.pages)]
