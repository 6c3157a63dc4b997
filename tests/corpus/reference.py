"""The reference page of the conventions, printed from the registry: `python -m tests.corpus.reference` writes it anew."""

from pathlib import Path

from pellucid_server.core.bounds import DEFAULT_BOUNDS
from pellucid_server.dialects.convention import Convention
from pellucid_server.dialects.registry import CALL_ORDER, CONVENTIONS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "dialects.md"

_INTRODUCTION = f"""\
# Conventions that are understood

*Printed from the registry by `python -m tests.corpus.reference`; a test fails when it is stale.*

Pellucid takes any OpenTelemetry span. What a span says is read by the conventions below, several at once if need be, and becomes one
model: kind, messages, tools, documents, usage, cost, outcome, context. A span that no convention understands is kept whole and shown.

- **Who is believed.** About the step itself (kind, name, user, session, tags, environment) the order of this page counts. About the
  model call (models, provider, response id, tokens, finish reason, first token) the order is:
  {", ".join(CALL_ORDER)}; then that of this page.
  Within one convention the keys of a row are tried from left to right. An empty value or a placeholder (`""`, `None`, `N/A`,
  `__REDACTED__`, `-1`) is no value: the next key is asked.
- **Which dialect a span shows.** The convention whose instrumentation scope it is, else the first one below that has a key on it.
- **Which SDK.** The instrumentation scope with its version where it states one, else the OpenTelemetry SDK with its version.
- **Usage.** The parts are disjoint and sum to the total. Input tokens are taken to include cached ones, as OpenTelemetry demands, except
  from emitters that are known to leave them out (AI SDK 5 with Anthropic, OpenLIT with Anthropic, Claude Code, Langfuse's own names) or
  give themselves away by reporting more cached than input tokens.
- **Bounds.** JSON in text is parsed down to {DEFAULT_BOUNDS.depth} levels; an index beyond {DEFAULT_BOUNDS.index:,} builds nothing.
- **Flags on a span.** `json_cut`: a JSON value was cut or is too deep, and is kept as text. `index_cut`: a key's index is beyond
  the bound. `usage_clamped`: reported parts exceed their whole. `end_before_start`. `attributes_dropped`: the sender cut some off.
  `prompt_fallback`: the SDK used its bundled prompt.
  `decode_failed:<convention>`: a defect of ours; everything that others understood is there.
- **Unmapped.** Keys that no rule read are listed on the span. Nothing is dropped: the raw attributes stay with it.

| convention | name | what it is | instrumentation scopes |
| --- | --- | --- | --- |
"""


def page() -> str:
    """docs/reference/dialects.md."""
    lines = [_INTRODUCTION.rstrip("\n")]
    for convention in CONVENTIONS:
        scopes = ", ".join(f"`{scope}`" for scope in convention.scopes) or "any"
        lines.append(f"| [{convention.title}](#{convention.name}) | `{convention.name}` | {convention.about} | {scopes} |")
    for convention in CONVENTIONS:
        lines += _section(convention)
    return "\n".join(lines) + "\n"


def _section(convention: Convention) -> list[str]:
    lines = ["", f'<a id="{convention.name}"></a>', "", f"## {convention.title}", ""]
    facts = [(rule.fact, rule.keys, "") for rule in convention.rules]
    facts += [(rule.fact, rule.keys, " (only where another sign shows the convention)") for rule in convention.bare]
    if facts:
        lines += ["| fact | keys |", "| --- | --- |"]
        lines += [f"| {fact} | {_codes(keys)}{note} |" for fact, keys, note in facts]
        lines.append("")
    for label, keys in (
        ("Also read", convention.keys),
        ("Also read where another sign shows the convention", convention.bare_keys),
        ("Events and log records", convention.events),
        (
            "Key families",
            tuple(_family(family.prefix, indexed=family.indexed) for family in convention.families if not family.bare),
        ),
        (
            "Key families, read where another sign shows the convention",
            tuple(_family(family.prefix, indexed=family.indexed) for family in convention.families if family.bare),
        ),
        ("Understood, and left as raw attributes", convention.silent),
    ):
        if keys:
            lines += [f"{label}: {_codes(keys)}.", ""]
    return lines[:-1]


def _family(prefix: str, *, indexed: bool) -> str:
    return f"{prefix}.N.*" if indexed else f"{prefix}.*"


def _codes(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
