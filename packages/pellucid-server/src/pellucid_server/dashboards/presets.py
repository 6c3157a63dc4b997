"""The dashboards that come with the product. Each answers one person's morning question; all are plain documents that can be cloned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pellucid_server.dashboards.document import COLUMNS, Document, Widget
from pellucid_server.query.metrics import Measure

MODEL_CALLS: Final = "kind:(generation, embedding)"
RATING: Final = "user-feedback"
"""The score that people give where an app does not say otherwise."""
RATING_NAMES: Final = (RATING, "thumbs", "thumbs-up", "thumbs_up", "feedback", "rating")
"""What apps call it, the likeliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One of them."""

    id: str
    name: str
    description: str
    document: Document


def _widget(title: str, chart: str, measures: str, by: str = "", /, w: int = 6, h: int = 4, **more: Any) -> Widget:
    """A widget from short words: measures as `cost.sum errors.rate`."""
    asked = []
    for word in measures.split():
        name, _, aggregation = word.rpartition(".")
        asked.append(Measure(name=name, aggregation=aggregation))
    name = title.lower().replace(" ", "-").replace(",", "")
    return Widget(id=name, title=title, chart=chart, measures=asked, dimensions=by.split(), w=w, h=h, **more)


def _flow(widgets: Sequence[Widget]) -> Iterator[Widget]:
    """Places them in reading order, row by row."""
    x = y = height = 0
    for widget in widgets:
        if x + widget.w > COLUMNS:
            x, y, height = 0, y + height, 0
        yield replace(widget, x=x, y=y)
        x, height = x + widget.w, max(height, widget.h)


def _number(title: str, measures: str, **more: Any) -> Widget:
    return _widget(title, "number", measures, w=3, h=2, **more)


def _preset(id_: str, name: str, description: str, *widgets: Widget, range_: str = "-7d") -> Preset:
    document = Document(widgets=tuple(_flow(widgets)), range=range_)
    return Preset(id=id_, name=name, description=description, document=document)


_OVERVIEW: Final = _preset(
    "overview",
    "Overview",
    "What happened, what did it cost, is quality changing, and where to look.",
    _number("Traces", "traces.count"),
    _number("Spend", "cost.sum", better="less"),
    _number("Failed steps", "errors.rate", better="less", help="Share of all steps that ended in an error."),
    _number("Positive ratings", "score:user-feedback.avg", better="more", help="Mean of what people clicked: 1 is a thumb up."),
    _widget("Traces by outcome", "bar", "spans.count", "outcome", filter="is_root:true"),
    _widget("Spend by model", "area", "cost.sum", "model"),
    _widget("Positive ratings by day", "line", "score:user-feedback.avg", interval="day", smooth=7, better="more"),
    _widget("Time to answer", "line", "duration.p50 duration.p95", filter="is_root:true", better="less"),
    _widget("Worst releases", "segments", "errors.rate", "release", filter="is_root:true", better="less"),
    _widget("Spend by feature", "top", "cost.sum", "feature"),
)

_QUALITY: Final = _preset(
    "quality",
    "Quality",
    "What people and judges say, by day and apart from speed: a fast wrong answer is still wrong.",
    _number("Positive ratings", "score:user-feedback.avg", better="more"),
    _number("Ratings", "score:user-feedback.count"),
    _number("CSAT", "score:csat.avg", better="more"),
    _number("Refused", "refusals.rate", filter="is_root:true", better="less"),
    _widget(
        "Thumbs-up rate by day",
        "line",
        "score:user-feedback.avg",
        interval="day",
        smooth=7,
        better="more",
        help="The daily share of thumbs up, and its mean over seven days.",
    ),
    _widget("CSAT by day", "line", "score:csat.avg", interval="day", smooth=7, better="more", help="And its mean over seven days."),
    _widget("Ratings by prompt version", "segments", "score:user-feedback.avg", "prompt_name prompt_version", better="more"),
    _widget("Ratings by feature", "segments", "score:user-feedback.avg", "feature", better="more"),
    _widget("Ratings by user tier", "segments", "score:user-feedback.avg", "user_tier", better="more"),
    _widget("Ratings by release", "segments", "score:user-feedback.avg", "release", better="more"),
    _widget("Refused by feature", "line", "refusals.rate", "feature", filter="is_root:true", better="less"),
    _widget("Guardrail blocks", "bar", "spans.count", "name", filter="guardrail_action:block", better="less"),
    range_="-30d",
)

_COST: Final = _preset(
    "cost",
    "Cost",
    "Where the money goes, by everything that can be asked to spend less.",
    _number("Spend", "cost.sum", better="less"),
    _number("Spend per call", "cost.avg", better="less"),
    _number("Tokens", "tokens.sum"),
    _number("Unpriced calls", "unpriced.count", better="less", help="Calls whose price nobody knows. They are in no sum of money."),
    _widget("Spend over time", "area", "cost.sum", "feature", w=12),
    _widget("Spend by model", "top", "cost.sum", "model"),
    _widget("Spend by feature", "top", "cost.sum", "feature"),
    _widget("Spend by user tier", "top", "cost.sum", "user_tier"),
    _widget("Spend by environment", "top", "cost.sum", "environment"),
    _widget(
        "Tokens by kind",
        "area",
        "usage_input.sum usage_cache_read.sum usage_cache_write.sum usage_output.sum usage_reasoning.sum",
        help="Kinds do not overlap: together they are all tokens.",
    ),
    _widget("Dearest users", "top", "cost.sum", "user_id"),
    _widget("Cost per call by prompt version", "table", "cost.sum cost.avg spans.count", "prompt_name prompt_version", w=12),
)

_LATENCY: Final = _preset(
    "latency",
    "Latency and TTFT",
    "How long people wait, until the first word and until the last.",
    _number("Time to answer, median", "duration.p50", filter="is_root:true", better="less"),
    _number("Time to answer, p95", "duration.p95", filter="is_root:true", better="less"),
    _number("First token, median", "ttft.p50", better="less"),
    _number("First token, p95", "ttft.p95", better="less"),
    _widget("Time to answer", "line", "duration.p50 duration.p95 duration.p99", filter="is_root:true", better="less"),
    _widget("Time to first token", "line", "ttft.p50 ttft.p95", better="less"),
    _widget("Model calls, p95 by model", "line", "duration.p95", "model", filter=MODEL_CALLS, better="less"),
    _widget("First token, p95 by model", "line", "ttft.p95", "model", better="less"),
    _widget("Slowest kinds of step", "top", "duration.p95", "kind", better="less"),
    _widget("Slowest tools", "top", "duration.p95", "tool_name", filter="kind:tool", better="less"),
)

_USAGE: Final = _preset(
    "usage",
    "Usage",
    "Who uses what, how much, and how it grows.",
    _number("Traces", "traces.count"),
    _number("Users", "users.uniq"),
    _number("Sessions", "sessions.uniq"),
    _number("Tokens", "tokens.sum"),
    _widget("Traces by feature", "bar", "traces.count", "feature"),
    _widget("Users by day", "line", "users.uniq", interval="day"),
    _widget("Traces by user tier", "bar", "traces.count", "user_tier"),
    _widget("Tokens by model", "area", "tokens.sum", "model"),
    _widget("Busiest users", "top", "traces.count", "user_id"),
    _widget("Prompts in use", "table", "spans.count tokens.sum cost.sum", "prompt_name prompt_version"),
    _widget("Answered by a cache", "bar", "spans.count", "feature", filter="cache_hit:true"),
    _widget("Releases in use", "bar", "traces.count", "release"),
)

_RAG: Final = _preset(
    "rag",
    "RAG health",
    "Whether the right documents come, in time, and no more of them than are paid for.",
    _number("Retrievals", "spans.count", filter="kind:retriever"),
    _number("Documents per retrieval", "document_count.avg", filter="kind:retriever"),
    _number("Empty retrievals", "spans.count", filter="kind:retriever document_count=0 outcome:success", better="less"),
    _number("Retrieval, p95", "duration.p95", filter="kind:retriever", better="less"),
    _widget("Documents by index version", "line", "document_count.avg", "retrieval_version", filter="kind:retriever"),
    _widget("Documents by class", "line", "document_count.avg", "document_classes", filter="kind:retriever"),
    _widget("Retrieval time", "line", "duration.p50 duration.p95", filter="kind:retriever", better="less"),
    _widget("Retrievals that failed", "line", "errors.rate", "retrieval_index", filter="kind:retriever", better="less"),
    _widget("Context per answer", "line", "input_tokens.avg", "feature", filter="kind:generation", better="less"),
    _widget("Classes in use", "top", "spans.count", "document_classes", filter="kind:retriever"),
    _widget(
        "Empty retrievals by index version", "bar", "spans.count", "retrieval_version", filter="kind:retriever document_count=0"
    ),
    _widget("Ratings by feature", "segments", "score:user-feedback.avg", "feature", better="more"),
)

_AGENTS: Final = _preset(
    "agents",
    "Agents and tools",
    "What agents do, which tools they call, and which of them fail.",
    _number("Agent runs", "spans.count", filter="kind:agent"),
    _number("Tool calls", "spans.count", filter="kind:tool"),
    _number("Failed tool calls", "errors.rate", filter="kind:tool", better="less"),
    _number("Guardrail blocks", "spans.count", filter="guardrail_action:block"),
    _widget("Tool calls by tool", "bar", "spans.count", "tool_name", filter="kind:tool"),
    _widget("Worst tools", "segments", "errors.rate", "tool_name", filter="kind:tool", better="less"),
    _widget("Tools", "table", "spans.count errors.rate duration.p50 duration.p95", "tool_name", filter="kind:tool"),
    _widget("Tool time, p95", "line", "duration.p95", "tool_name", filter="kind:tool", better="less"),
    _widget("Agent runs by agent", "bar", "spans.count", "agent_name", filter="kind:agent"),
    _widget("Agent time, p95", "line", "duration.p95", "agent_name", filter="kind:agent", better="less"),
    _widget("Guardrails", "bar", "spans.count", "guardrail_action", filter="kind:guardrail"),
    _widget("Error types", "top", "errors.count", "error_type", filter="outcome:error"),
)

PRESETS: Final = (_OVERVIEW, _QUALITY, _COST, _LATENCY, _USAGE, _RAG, _AGENTS)


def fitted(preset: Preset, score_names: Sequence[str]) -> Preset:
    """The preset with the name under which this project keeps people's ratings."""
    name = next((known for known in RATING_NAMES if known in score_names), RATING)
    widgets = tuple(
        replace(widget, measures=[_renamed(one, name) for one in widget.measures]) for widget in preset.document.widgets
    )
    return replace(preset, document=replace(preset.document, widgets=widgets))


def _renamed(measure: Measure, name: str) -> Measure:
    return replace(measure, name=f"score:{name}") if measure.name == f"score:{RATING}" else measure
