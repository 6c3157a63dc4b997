"""A small vocabulary with one field of each type, for tests of the language alone."""

from pellucid_server.filters.vocabulary import Field, Vocabulary

_FIELDS = (
    Field(name="kind", type="string", values=("generation", "tool", "chain")),
    Field(name="model", type="string"),
    Field(name="user_id", type="string"),
    Field(name="cost", type="number", unit="USD"),
    Field(name="duration", type="number", unit="ms"),
    Field(name="tokens", type="number"),
    Field(name="start_time", type="time"),
    Field(name="is_root", type="boolean"),
    Field(name="tags", type="set"),
    Field(name="metadata", type="map"),
    Field(name="score", type="score"),
)

VOCABULARY = Vocabulary(
    fields={field.name: field for field in _FIELDS}, aliases={"user": "user_id", "tag": "tags", "latency": "duration"}
)
