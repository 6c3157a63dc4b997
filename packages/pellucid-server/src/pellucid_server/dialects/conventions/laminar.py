"""Laminar (`lmnr.*`), which otherwise keeps to `gen_ai.*` and OpenLLMetry's keys."""

from pellucid_server.dialects.convention import Convention, Family, Reading, Rule
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.kinds import reader
from pellucid_server.dialects.values import text, texts
from pellucid_server.model.span import Kind

_KINDS = {
    "llm": Kind.GENERATION,
    "cached": Kind.GENERATION,
    "tool": Kind.TOOL,
    **dict.fromkeys(("evaluator", "human_evaluator", "evaluation"), Kind.EVALUATOR),
    **dict.fromkeys(("default", "pipeline", "executor"), Kind.SPAN),
}
_PROPERTIES = "lmnr.association.properties"


def _derive(reading: Reading, facts: Facts) -> None:
    if reading.attributes.get("lmnr.span.type") == "CACHED":
        facts.cache_hit = True
    facts.input = reading.value("lmnr.span.input") if facts.input is None and not facts.messages_in else facts.input
    facts.output = reading.value("lmnr.span.output") if facts.output is None and not facts.messages_out else facts.output
    for name, value in reading.family(_PROPERTIES):
        if name.startswith("metadata."):
            facts.metadata.setdefault(name.removeprefix("metadata."), value)


CONVENTION = Convention(
    name="laminar",
    title="Laminar",
    about="`lmnr.*`, as the Laminar SDKs send it.",
    scopes=("lmnr",),
    rules=(
        Rule(fact="kind", read=reader(_KINDS), keys=("lmnr.span.type",)),
        Rule(fact="user_id", read=text, keys=(f"{_PROPERTIES}.user_id",)),
        Rule(fact="session_id", read=text, keys=(f"{_PROPERTIES}.session_id",)),
        Rule(fact="tags", read=texts, keys=(f"{_PROPERTIES}.tags", f"{_PROPERTIES}.labels")),
    ),
    families=(Family(prefix=_PROPERTIES), Family(prefix="lmnr.span"), Family(prefix="lmnr.internal")),
    keys=("lmnr.span.input", "lmnr.span.output"),
    derive=_derive,
)
