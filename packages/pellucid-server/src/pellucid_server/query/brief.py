"""Spans in brief: what a tree of ten thousand of them needs of each, and nothing more. Encoded without what has no value."""

import msgspec


class BriefSpan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A span of a tree; the fields stand in the order of `BRIEF_ROW`, and mean what they mean on the whole span."""

    span_id: str
    parent_span_id: str = ""
    display_parent_id: str = ""
    name: str = ""
    kind: str = ""
    duration: float | None = None
    ttft: float | None = None
    outcome: str = ""
    """Empty where it is a success."""
    status_message: str = ""
    model: str = ""
    cost: float | None = None
    tool_name: str = ""
    agent_name: str = ""
    document_count: int = 0
    folded: bool = False
    counted: bool = True
    start_time: str = ""
    end_time: str = ""
    """Empty while it runs."""
    input_preview: str = ""
    output_preview: str = ""
