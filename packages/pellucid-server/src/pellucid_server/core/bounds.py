"""Every limit of the way in, with its unit and its reason. Nothing that comes from outside may grow without one of these.

They are one frozen record so that a test or a deployment can hand in others; the defaults are what the documentation states.
"""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits on one request and what it may unfold into."""

    body_bytes: int = 32 * MIB
    """Compressed request body. An OpenTelemetry batch of 512 spans of 20 KB is 10 MB."""
    decompressed_bytes: int = 64 * MIB
    """After gzip, zstd or deflate; the stream is cut there, so a bomb costs no more memory than this."""
    spans_per_request: int = 50_000
    """Spans in one export request; more are rejected by name in `partial_success`."""
    messages_per_request: int = 1_000_000
    """Attributes, values, events and links of one request together. An empty one takes two bytes on the wire and fifty in memory."""
    attribute_bytes: int = 4 * MIB
    """One attribute value. Longer ones are cut and flagged, not dropped."""
    attributes_per_span: int = 5_000
    """Flattened conversations reach a thousand; beyond this the rest is dropped and counted on the span."""
    span_bytes: int = 16 * MIB
    """All attributes of one span together."""
    depth: int = 64
    """Nesting of JSON or AnyValue. Python's own recursion limit is 1,000; real payloads stay under 20."""
    index: int = 4_096
    """The largest N in `llm.input_messages.N.…`: a larger one builds nothing."""
    events_per_span: int = 2_048
    """Some instrumentors write one event per streamed chunk."""
    name_chars: int = 1_024
    """Names that go into low-cardinality columns; the whole name stays in the raw span."""


DEFAULT_BOUNDS = Bounds()
