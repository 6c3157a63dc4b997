"""Resources: what a process says about itself. The spans of one process repeat it, so it is read once and remembered."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from pellucid_server.dialects.values import text
from pellucid_server.model.json import JsonValue


class ResourceFacts(NamedTuple):
    """The facts of a resource that its spans inherit; empty where it says nothing."""

    service: str
    sdk: str
    environment: str
    release: str
    feature: str
    user_tier: str


_KEYS = (
    "service.name",
    "telemetry.sdk.name",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
    "langfuse.environment",
    "deployment.environment.name",
    "deployment.environment",
    "gen_ai.environment",
    "langfuse.release",
    "service.version",
    "pellucid.feature",
    "pellucid.user_tier",
    "openinference.project.name",
    "gen_ai.application_name",
)


def facts_of(resource: Mapping[str, JsonValue]) -> ResourceFacts:
    """The facts of a resource."""
    values = tuple(map(resource.get, _KEYS))
    try:
        return _remembered(values)
    except TypeError:  # a list or an object, where a word was expected
        return _facts(values)


def _facts(values: tuple[JsonValue, ...]) -> ResourceFacts:
    words = [text(value) or "" for value in values]
    service, sdk_name, language, version, *rest = words
    environments, (langfuse_release, release, feature, tier, *applications) = rest[:4], rest[4:]
    if service.startswith("unknown_service"):  # what SDKs say when nobody named it
        service = ""
    return ResourceFacts(
        service=service or next(filter(None, applications), ""),
        sdk=_sdk(sdk_name, language, version),
        environment=next(filter(None, environments), ""),
        release=langfuse_release or release,
        feature=feature,
        user_tier=tier,
    )


_remembered = lru_cache(maxsize=1024)(_facts)


def _sdk(name: str, language: str, version: str) -> str:
    """Which SDK sent it (`opentelemetry-python/1.37.0`): shown where the instrumentation does not say its own version."""
    label = "-".join(word for word in (name, language) if word)
    return f"{label}/{version}" if label and version else label
