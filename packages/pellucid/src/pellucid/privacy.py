"""Which attributes are content, and what capture mode and mask do to them.

What lives here: the classification of attribute keys (ours and the other conventions'), and the last gate that
every span of another library passes before it leaves. What must not live here: patterns (`masks`), recording.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pellucid import masks, semconv
from pellucid.narrowing import is_list
from pellucid.settings import Capture, Settings

CONTENT_KEYS = frozenset(
    {
        semconv.INPUT,
        semconv.OUTPUT,
        semconv.INPUT_MESSAGES,
        semconv.OUTPUT_MESSAGES,
        semconv.SYSTEM_INSTRUCTIONS,
        semconv.TOOL_DEFINITIONS,
        semconv.DOCUMENTS,
        semconv.RETRIEVAL_QUERY,
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "input.value",
        "output.value",
        "exception.message",
        "exception.stacktrace",
        "tool_arguments",
        "tool_response",
        "all_messages_events",
        "pydantic_ai.all_messages",
        "final_result",
        "db.statement",
        "db.query.text",
    }
)

CONTENT_PREFIXES = (
    semconv.PROMPT_VARIABLE_PREFIX,
    "gen_ai.prompt.",
    "gen_ai.completion.",
    "llm.input_messages.",
    "llm.output_messages.",
    "llm.prompts.",
    "llm.prompt_template.",
    "llm.tools.",
    "retrieval.documents.",
    "reranker.",
    "embedding.embeddings.",
    "tool.parameters",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "ai.prompt",
    "ai.response.text",
    "ai.response.object",
    "ai.response.toolCalls",
    "ai.toolCall.",
    "message_events.",
)

NOT_CONTENT = frozenset({semconv.PROMPT_NAME})
"""Begin like content, and are not."""

PERSONAL_KEYS = frozenset({semconv.USER_ID, semconv.SESSION_ID, semconv.TAGS, "enduser.id", "metadata", "tag.tags"})
PERSONAL_PREFIXES = (semconv.METADATA_PREFIX, "metadata.", "traceloop.association.properties.")


def is_content(key: str) -> bool:
    """Whether the attribute holds what people or models wrote."""
    return key in CONTENT_KEYS or (key.startswith(CONTENT_PREFIXES) and key not in NOT_CONTENT)


def is_personal(key: str) -> bool:
    """Whether the attribute says who asked, or holds what the caller attached."""
    return key in PERSONAL_KEYS or key.startswith(PERSONAL_PREFIXES)


def is_masked(key: str) -> bool:
    """Whether the mask looks at the attribute: all content and metadata; ids stay whole, else users would merge."""
    return is_content(key) or key == "metadata" or key.startswith(PERSONAL_PREFIXES)


def mask_of(settings: Settings) -> Callable[[str], str] | None:
    """The mask that the settings ask for, failing closed."""
    if callable(settings.mask):
        return masks.closed(settings.mask)
    return masks.closed(masks.patterns(settings.mask)) if settings.mask else None


def clean(attributes: Mapping[str, Any], capture: Capture, mask: Callable[[str], str] | None) -> tuple[dict[str, Any], bool]:
    """Attributes as capture mode and mask allow them, and whether anything changed."""
    kept: dict[str, Any] = {}
    changed = False
    for key, value in attributes.items():
        if (capture != "full" and is_content(key)) or (capture == "none" and is_personal(key)):
            changed = True
            continue
        if mask is not None and is_masked(key):
            masked = _masked(value, mask)
            changed = changed or masked != value
            value = masked
        kept[key] = value
    if changed and capture != "full":
        kept[semconv.CAPTURE] = capture
    return kept, changed


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return masks.mask_text(value, mask)
    if is_list(value):
        return tuple(masks.mask_text(item, mask) if isinstance(item, str) else item for item in value)
    return value
