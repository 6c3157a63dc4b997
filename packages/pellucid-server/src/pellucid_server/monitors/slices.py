"""Slices: which part of the traffic a change is about, as filters of spans. Pure.

`after` names what is new (`release:2.8.0`). Before the change there was none of that, so `before` names what it took the place of: the
same environment, service, prompt or index, whatever its release, model or version was.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import Compare, FieldRef, Filter, Operator, Pattern, Text, all_of
from pellucid_server.model.change import ChangeEvent
from pellucid_server.query.facets import field_of, read_filter

FLAG_PREFIX: Final = "feature_flag."
"""Of the keys of `metadata` under which evaluated feature flags stand."""
_FIELDS: Final[Mapping[str, str]] = {
    "model": "model",
    "system_fingerprint": "system_fingerprint",
    "fingerprint": "prompt_fingerprint",
    "release": "release",
    "sdk": "sdk",
    "tool": "tool_name",
    "tool_schema": "tool_schemas",
}
"""Kinds whose `after` is one value of a field."""
_PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "index_version": ("retrieval_index", "retrieval_version"),
    "prompt_version": ("prompt_name", "prompt_version"),
}
"""Kinds whose `after` is `name@version`: the fields of both."""
_CALLS: Final[Mapping[str, str]] = {
    "model": "kind:generation",
    "system_fingerprint": "kind:generation",
    "fingerprint": "kind:generation",
    "tool_schema": "kind:generation",
    "behaviour": "kind:generation",
    "price": "kind:generation",
    "index_version": "kind:retriever",
    "tool": "kind:tool",
}
"""What kind of spans a change is about; the others are about whole requests."""
_ANNOUNCED: Final = ("deploy", "release", "feature_flag", "note")
"""Kinds whose `after` may be an object that names fields of the new traffic, such as `{"release": "2.8.0"}`."""
_REQUEST_FIELDS: Final = frozenset({"environment", "release", "feature", "user_tier", "service", "experiment"})
"""Fields that all spans of a request have in common."""
_LITERAL: Final = re.compile(r"(?:\(\?i\))?(\^?)((?:[\w\-/: ]|\\[.\-/])+)(\$?)")
"""A price's pattern that is the name of a model, or a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the traffic."""

    after: Filter
    before: Filter
    requests: bool
    """Whether it holds whole requests, and not only some of their calls."""


def slice_of(change: ChangeEvent) -> Slice | None:
    """None where a change touches no traffic (an evaluator's edit), or none that a filter can name."""
    if change.kind == "evaluator":
        return None
    scope, new = list(_scope(change.scope)), list(_defining(change))
    if change.kind == "price" and not new:
        return None
    own = [*scope, *([read_filter(_CALLS[change.kind])] if change.kind in _CALLS else [])]
    named = _PAIRS.get(change.kind, ("", ""))[0]
    kept = [node for node in new if node.field.name == named or change.kind == "price"]
    return Slice(
        after=all_of([*own, *new]),
        before=all_of([*own, *kept]),
        requests=change.kind not in _CALLS and {node.field.name for node in (*scope, *new)} <= _REQUEST_FIELDS,
    )


def _scope(scope: Mapping[str, str]) -> Iterator[Compare]:
    for name, value in scope.items():
        found = _compare(name, value)
        if found is not None:
            yield found


def _defining(change: ChangeEvent) -> Iterator[Compare]:
    """What the new traffic has that the old one had not."""
    after = change.after
    if isinstance(after, str) and after:
        yield from _of_value(change.kind, after)
    elif isinstance(after, dict) and change.kind in _ANNOUNCED:
        yield from _scope({name: value for name, value in after.items() if name in _REQUEST_FIELDS and isinstance(value, str)})
    elif isinstance(after, dict) and change.kind == "price":
        yield from _priced(str(after.get("model_pattern", "")))


def _of_value(kind: str, value: str) -> Iterator[Compare]:
    if kind in _FIELDS:
        yield Compare(field=FieldRef(name=_FIELDS[kind]), operator=Operator.EQ, value=Text(value))
    elif kind in _PAIRS:
        for name, part in zip(_PAIRS[kind], value.rpartition("@")[::2], strict=True):
            yield Compare(field=FieldRef(name=name), operator=Operator.EQ, value=Text(part))
    elif kind == "feature_flag" and "=" in value:
        key, _, variant = value.partition("=")
        yield Compare(field=FieldRef(name="metadata", key=f"{FLAG_PREFIX}{key}"), operator=Operator.EQ, value=Text(variant))


def _priced(pattern: str) -> Iterator[Compare]:
    found = _LITERAL.fullmatch(pattern)
    if found is None:
        return
    name = found[2].replace("\\", "")
    pieces = (*(() if found[1] else ("",)), name, *(() if found[3] else ("",)))
    value = Text(name) if len(pieces) == 1 else Pattern(pieces)
    yield Compare(field=FieldRef(name="model"), operator=Operator.EQ, value=value)


def _compare(name: str, value: str) -> Compare | None:
    """None where an announced name is no field of spans."""
    try:
        ref, field = field_of(name)
    except BadRequest:
        return None
    if not value or field.type not in ("string", "set", "map"):
        return None
    return Compare(field=ref, operator=Operator.EQ, value=Text(value))
