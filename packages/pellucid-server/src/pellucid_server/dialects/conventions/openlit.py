"""OpenLIT: `gen_ai.*` with placeholders, content in events, and input tokens that leave Anthropic's cached ones out."""

from pellucid_server.dialects.convention import Convention, Reading
from pellucid_server.dialects.facts import Facts
from pellucid_server.model.span import Kind

_NAMES = (("embeddings", Kind.EMBEDDING), ("chat", Kind.GENERATION), ("completion", Kind.GENERATION), ("messages", Kind.GENERATION))


def _derive(reading: Reading, facts: Facts) -> None:
    if facts.provider == "anthropic":
        facts.input_is_fresh = True
    if facts.kind is None:  # on errors it loses every attribute; its span names are `<provider>.<api>.<method>`
        name = reading.raw.name or ""
        facts.kind = next((kind for word, kind in _NAMES if word in name), None)


CONVENTION = Convention(
    name="openlit",
    title="OpenLIT",
    about="OpenLIT's instrumentations; its content comes in events, as a plain transcript.",
    scopes=("openlit",),
    silent=("gen_ai.endpoint", "gen_ai.application_name"),
    derive=_derive,
)
