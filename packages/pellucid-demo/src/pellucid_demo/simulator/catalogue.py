"""The models that the simulator plays, and which dated version answers to an alias at which time.

Speed and context figures are round numbers of the simulator's own, of the order of the real ones. A *swap* puts a new
version behind an old alias from a date on, as providers do without a word to anyone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Provider(StrEnum):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"


class Style(StrEnum):
    """How a version writes. GUIDE: numbered steps, source named. TERSE: plain sentences, source left out."""

    GUIDE = "guide"
    TERSE = "terse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A dated model."""

    name: str
    fingerprint: str
    provider: Provider = Provider.OPENAI
    style: Style = Style.GUIDE
    reasons: bool = False
    context_tokens: int = 128_000
    first_token_ms: float = 380.0
    token_ms: float = 11.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """From `since` on, requests for `alias` are answered by `version`."""

    alias: str
    since: datetime
    version: ModelVersion


VERSIONS: dict[str, ModelVersion] = {
    "gpt-4o": ModelVersion(name="gpt-4o-2024-08-06", fingerprint="fp_3aa7262c27"),
    "gpt-4o-mini": ModelVersion(name="gpt-4o-mini-2024-07-18", fingerprint="fp_0ba0d124f1", first_token_ms=260.0, token_ms=7.0),
    "gpt-4.1": ModelVersion(name="gpt-4.1-2025-04-14", fingerprint="fp_51e1070cf2", context_tokens=1_000_000),
    "gpt-4.1-mini": ModelVersion(
        name="gpt-4.1-mini-2025-04-14", fingerprint="fp_6f2eabb9a5", context_tokens=1_000_000, token_ms=7.0
    ),
    "gpt-5-mini": ModelVersion(
        name="gpt-5-mini-2025-08-07", fingerprint="fp_c1fb89028d", reasons=True, context_tokens=400_000, token_ms=8.0
    ),
    "o4-mini": ModelVersion(
        name="o4-mini-2025-04-16", fingerprint="fp_d1e9d8a7c0", reasons=True, context_tokens=200_000, token_ms=8.0
    ),
    "claude-haiku-4-5": ModelVersion(
        name="claude-haiku-4-5-20251001",
        provider=Provider.ANTHROPIC,
        fingerprint="",
        context_tokens=200_000,
        first_token_ms=310.0,
        token_ms=6.0,
    ),
    "claude-sonnet-4-5": ModelVersion(
        name="claude-sonnet-4-5-20250929",
        provider=Provider.ANTHROPIC,
        fingerprint="",
        context_tokens=200_000,
        first_token_ms=620.0,
        token_ms=13.0,
    ),
    "gemini-2.5-flash": ModelVersion(
        name="gemini-2.5-flash",
        provider=Provider.GOOGLE,
        fingerprint="",
        context_tokens=1_000_000,
        first_token_ms=340.0,
        token_ms=5.0,
    ),
    "gemini-2.5-pro": ModelVersion(
        name="gemini-2.5-pro",
        provider=Provider.GOOGLE,
        fingerprint="",
        reasons=True,
        context_tokens=1_000_000,
        first_token_ms=700.0,
        token_ms=9.0,
    ),
}

SUCCESSORS: dict[str, ModelVersion] = {
    "gpt-4o": ModelVersion(
        name="gpt-4o-2024-11-20", fingerprint="fp_a79d8dac1f", style=Style.TERSE, first_token_ms=330.0, token_ms=9.0
    ),
}

EMBEDDING_DIMENSIONS: dict[str, int] = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}

_FAMILIES = {
    "gpt-": Provider.OPENAI, "o1": Provider.OPENAI, "o3": Provider.OPENAI, "claude-": Provider.ANTHROPIC, "gemini-": Provider.GOOGLE,
}  # fmt: skip


def version_of(model: str, at: datetime, swaps: Iterable[Swap] = ()) -> ModelVersion | None:
    """The version that answers to a name at a time; None for a name of no known family.

    A dated name answers as itself, and so does any other member of a known family: the simulator need not know a
    model to play it.
    """
    if model in VERSIONS:
        due = [swap for swap in swaps if swap.alias == model and swap.since <= at]
        return max(due, key=lambda swap: swap.since).version if due else VERSIONS[model]
    for version in (*VERSIONS.values(), *SUCCESSORS.values()):
        if version.name == model:
            return version
    return next((_played(model, family) for start, family in _FAMILIES.items() if model.startswith(start)), None)


def names() -> list[str]:
    """Every name that the model list shows."""
    return [*VERSIONS, *(version.name for version in VERSIONS.values()), *EMBEDDING_DIMENSIONS]


def _played(model: str, provider: Provider) -> ModelVersion:
    if provider is not Provider.OPENAI:
        return ModelVersion(name=model, provider=provider, fingerprint="", context_tokens=200_000)
    reasons = model.startswith(("o1", "o3", "gpt-5"))
    return ModelVersion(name=model, provider=provider, fingerprint="fp_5e1bb2a4d7", reasons=reasons)
