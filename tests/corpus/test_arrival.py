"""However a capture arrives (whole, span by span, shuffled, twice), it ends in the same spans and the same settlement."""

import random

import pytest
from tests.corpus.loader import RECEIVED_AT, Capture, captures, parts
from tests.corpus.truth import counted

from pellucid_server.dialects.decode import decode
from pellucid_server.ingest.merge import group


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_decodes_alike(seed: int) -> None:
    chance = random.Random(seed)
    for capture in captures():
        arrived = parts(capture.entries)
        arrived += chance.sample(arrived, k=len(arrived) // 2)
        chance.shuffle(arrived)
        merged = {(span.trace_id, span.span_id): span for span in group(arrived).values()}
        again = tuple(decode(merged[span.trace_id, span.span_id], received_at=RECEIVED_AT) for span in capture.spans)
        assert again == capture.spans, (capture.package, capture.name)


def test_settling_does_not_depend_on_the_order_of_spans() -> None:
    chance = random.Random(7)
    for capture in captures():
        shuffled = list(capture.spans)
        chance.shuffle(shuffled)
        other = Capture(capture.package, capture.mode, capture.scenario, capture.entries, capture.raw, tuple(shuffled))
        assert {span.span_id for span in counted(other)} == {span.span_id for span in counted(capture)}
