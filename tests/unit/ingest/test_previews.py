"""Previews of lists: folded white space, two hundred characters, whatever stands in the text."""

from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.ingest.payload import PREVIEW_CHARS, input_preview
from pellucid_server.model.span import Span

SEEN_CHARS = 800
WORDS = st.lists(st.sampled_from(["a", "refund", "café", " ", "   ", "\n\n", "\t", " " * 90, "x" * 70]), max_size=120).map("".join)


@given(st.one_of(WORDS, st.text()))
def test_a_preview_is_the_beginning_with_its_white_space_folded(text: str) -> None:
    span = Span(trace_id="1" * 32, span_id="2" * 16, name="step", start_time=1, input=text)
    assert input_preview(span) == " ".join(text[:SEEN_CHARS].split())[:PREVIEW_CHARS]
