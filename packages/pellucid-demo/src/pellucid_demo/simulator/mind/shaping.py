"""JSON that fits a schema, filled from a text: structured output and the arguments of tools."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid_demo.simulator.chance import chance, choose
from pellucid_demo.simulator.conversation import JsonSchema
from pellucid_demo.simulator.mind.words import coverage, sentences, stems

_MAX_DEPTH = 12
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)[A-Za-z]+[-_][\w-]+\b")

Json = Any  # the value space of JSON; a schema decides the rest


def fill(schema: JsonSchema, text: str, seed: str) -> Json:
    """A value that the schema admits, in which strings and choices come from the text."""
    return _value(schema, schema, "", text, seed, 0)


def resolve(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The schema itself, behind `$ref`, `allOf` of one, and a union with null."""
    for _ in range(_MAX_DEPTH):
        reference = schema.get("$ref")
        options = [option for option in _options(schema) if option.get("type") != "null"]
        if isinstance(reference, str):
            schema = _followed(reference, root)
        elif options:
            schema = {**{key: schema[key] for key in ("description", "title") if key in schema}, **options[0]}
        else:
            return schema
    return {}


def type_of(schema: JsonSchema) -> str:
    declared = schema.get("type")
    if isinstance(declared, list):
        return next((name for name in declared if name != "null"), "null")
    if isinstance(declared, str):
        return declared
    return "object" if "properties" in schema else "string"


def _value(schema: JsonSchema, root: JsonSchema, name: str, text: str, seed: str, depth: int) -> Json:
    schema = resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _closest(schema["enum"], text, seed, name)
    kind = type_of(schema)
    if depth > _MAX_DEPTH:
        return None
    if kind == "object":
        properties: Mapping[str, JsonSchema] = schema.get("properties", {})
        wanted = schema.get("required", properties)  # what a caller leaves open, models leave out
        return {key: _value(part, root, key, text, seed, depth + 1) for key, part in properties.items() if key in wanted}
    if kind == "array":
        return _items(schema, root, name, text, seed, depth)
    if kind in ("number", "integer"):
        return _number(schema, kind, text, seed, name)
    if kind == "boolean":
        return chance(seed, "boolean", name, text) < 0.5
    return None if kind == "null" else _string(schema, name, text)


def _items(schema: JsonSchema, root: JsonSchema, name: str, text: str, seed: str, depth: int) -> list[Json]:
    least, most = schema.get("minItems", 1), schema.get("maxItems", 3)
    length = min(max(int(least), 1 + int(chance(seed, "items", name, text) * 3)), max(int(least), int(most)))
    parts = sentences(text) or [text]
    item = schema.get("items", {"type": "string"})
    return [_value(item, root, name, parts[number % len(parts)], seed, depth + 1) for number in range(length)]


def _number(schema: JsonSchema, kind: str, text: str, seed: str, name: str) -> float | int:
    low, high = float(schema.get("minimum", 0)), float(schema.get("maximum", schema.get("minimum", 0) + 10))
    stated = [float(number) for number in _NUMBER.findall(text)[:20]]
    value = next((number for number in stated if low <= number <= high), low + chance(seed, name, text) * (high - low))
    return round(value) if kind == "integer" else round(value, 3)


def _string(schema: JsonSchema, name: str, text: str) -> str:
    hint = f"{name} {schema.get('description', '')}".lower()
    if "email" in hint and (email := _EMAIL.search(text)):
        return email[0]
    if re.search(r"\b\w*_?id\b", hint) and (identifier := _IDENTIFIER.search(text)):
        return identifier[0]
    lines = sentences(text) or [text.strip()]
    longest = int(schema.get("maxLength", 160))
    return lines[-1 if "question" in hint or "query" in hint else 0][:longest]


def _closest(options: Sequence[Json], text: str, seed: str, name: str) -> Json:
    found = stems(text)
    scored = [(coverage(stems(str(option).replace("_", " ")), found), option) for option in options]
    best = max(score for score, _ in scored)
    return choose([option for score, option in scored if score == best], seed, name, text)


def _options(schema: JsonSchema) -> Sequence[JsonSchema]:
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return list(schema[key])
    return ()


def _followed(reference: str, root: JsonSchema) -> JsonSchema:
    found: Json = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}
