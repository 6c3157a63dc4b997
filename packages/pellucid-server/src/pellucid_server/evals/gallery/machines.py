"""Rules and code of the gallery: verdicts that need no model."""

from typing import Final

from pellucid_server.evals.gallery.entry import Entry, rule

_CODE: Final = '''def evaluate(subject):
    """Return true, false, a number, a word, or {"value": ..., "comment": ...}; None is "no verdict"."""
    output = subject.get("output") or ""
    if not output:
        return None
    steps = [line for line in output.splitlines() if line.strip()[:2] in ("1.", "2.", "3.")]
    return {"value": len(steps) >= 2, "comment": f"{len(steps)} numbered steps"}
'''

MACHINES: Final[tuple[Entry, ...]] = (
    Entry(
        key="valid_json",
        title="Required fields",
        about="The answer is JSON and has the fields that the app reads.",
        group="rules",
        definition=rule("required_fields", "required_fields", fields=["$.answer"]),
    ),
    Entry(
        key="json_schema",
        title="JSON schema",
        about="The answer fits a JSON schema.",
        group="rules",
        definition=rule("fits_schema", "json_schema", schema={"type": "object", "required": ["answer"]}),
    ),
    Entry(
        key="matches",
        title="Regular expression",
        about="An expression (RE2) is found in the answer, or must not be.",
        group="rules",
        definition=rule("matches", "matches", pattern="order #\\d+", forbidden=False),
    ),
    Entry(
        key="contains",
        title="Words",
        about="Certain words are in the answer: any, all or none of them.",
        group="rules",
        definition=rule("no_placeholders", "contains", words=["TODO", "lorem ipsum", "[insert"], mode="none"),
    ),
    Entry(
        key="length",
        title="Length",
        about="The answer is neither too short nor too long.",
        group="rules",
        definition=rule("length_ok", "length", unit="words", min=3, max=250),
    ),
    Entry(
        key="language",
        title="Language",
        about="The answer is in the language of the question.",
        group="rules",
        definition=rule("same_language", "language", same_as="$.input"),
    ),
    Entry(
        key="citation",
        title="Citation present",
        about="The answer names at least one source.",
        group="rules",
        definition=rule("cites_sources", "citation", min=1),
    ),
    Entry(
        key="refusal",
        title="Refusal",
        about="The answer does not open with a refusal.",
        group="safety",
        definition=rule("answered", "refusal"),
    ),
    Entry(
        key="pii",
        title="Personal data",
        about="No personal data and no secrets in the answer.",
        group="safety",
        definition=rule("no_pii", "pii"),
    ),
    Entry(
        key="toxicity",
        title="Toxic words",
        about="No word of a short list of insults and curses, to which you can add your own.",
        group="safety",
        definition=rule("no_toxic_words", "toxicity"),
    ),
    Entry(
        key="tool_order",
        title="Tool order",
        about="The tools were called in the right order; the value is the share that was.",
        group="agents",
        definition=rule("tool_order", "tool_order", target="trace", output="numeric", tools=["search", "answer"]),
        filter="kind:tool",
    ),
    Entry(
        key="tools_used",
        title="Tools used",
        about="Certain tools were called, only they were, or never.",
        group="agents",
        definition=rule("tools_used", "tools_used", target="trace", tools=["search"], mode="at_least"),
        filter="kind:tool",
    ),
    Entry(
        key="no_loops",
        title="No loops",
        about="The agent did not call the same tool with the same arguments again and again.",
        group="agents",
        definition=rule("no_loops", "no_loops", target="trace", max_repeats=2, max_calls=25),
        filter="kind:tool",
    ),
    Entry(
        key="code",
        title="Code",
        about="Python of your own, without files and network: `evaluate(subject)` returns the verdict.",
        group="code",
        definition={
            "kind": "code",
            "target": "span",
            "output": "boolean",
            "score_name": "has_steps",
            "variables": {},
            "body": {"code": _CODE},
        },
    ),
)
