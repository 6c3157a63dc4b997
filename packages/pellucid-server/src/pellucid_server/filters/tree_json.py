"""The tree as plain JSON, for callers that show or edit filters term by term. Values are in their canonical spelling."""

from pellucid_server.filters.printer import show_value
from pellucid_server.filters.tree import And, Compare, FieldRef, Filter, Has, Not, OneOf, Operator, Or, Words
from pellucid_server.filters.vocabulary import Vocabulary
from pellucid_server.model.json import JsonValue


def as_json(node: Filter, vocabulary: Vocabulary) -> dict[str, JsonValue]:
    """`node` with its kind under `type`."""
    match node:
        case And(items):
            return {"type": "and", "items": [as_json(item, vocabulary) for item in items]}
        case Or(items):
            return {"type": "or", "items": [as_json(item, vocabulary) for item in items]}
        case Not(item):
            return {"type": "not", "item": as_json(item, vocabulary)}
        case Has(field):
            return {"type": "has", **_field(field)}
        case Words(text, phrase):
            return {"type": "words", "text": text, "phrase": phrase}
        case Compare(field=field, operator=operator, value=value):
            values: list[JsonValue] = [show_value(field, value, vocabulary)]
            return {"type": "compare", **_field(field), "operator": operator.value, "values": values}
        case OneOf(field=field, values=several):
            shown: list[JsonValue] = [show_value(field, value, vocabulary) for value in several]
            return {"type": "compare", **_field(field), "operator": Operator.EQ.value, "values": shown}


def _field(field: FieldRef) -> dict[str, JsonValue]:
    return {"field": field.name, "key": field.key}
