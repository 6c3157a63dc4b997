"""What clients say they lost: the greatest counters of each client, and nothing else of the request disturbed."""

import asyncio
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.unit.ingest.otlp_bodies import span, traces

from pellucid import semconv
from pellucid_server.ingest.door import Door, Request
from pellucid_server.ingest.losses import MOST_CLIENTS, LossBoard, LossReport
from pellucid_server.journal.sqlite import SqliteJournal


def report(client: str = "c1", *, spans: bool = False, **lost: int) -> bytes:
    request = ExportTraceServiceRequest()
    if spans:
        request.ParseFromString(traces(span()))
    resource = request.resource_spans.add().resource
    for key, value in ((semconv.CLIENT_ID, client), (semconv.CLIENT_VERSION, "0.1"), (semconv.SERVICE, "shop")):
        attribute = resource.attributes.add()
        attribute.key, attribute.value.string_value = key, value
    for reason, count in lost.items():
        attribute = resource.attributes.add()
        attribute.key, attribute.value.int_value = semconv.LOST_PREFIX + reason, count
    return request.SerializeToString()


def heard(tmp_path: Path, *bodies: bytes) -> tuple[LossBoard, int]:
    board = LossBoard(lambda: 7)
    journal = SqliteJournal(tmp_path / "j.db")
    door = Door(journal, lambda: 1, losses=board)
    for body in bodies:
        asyncio.run(
            door.accept(Request(project_id="p", signal="traces", content_type="application/x-protobuf", encoding="", body=body))
        )
    waiting = journal.statistics().entries
    journal.close()
    return board, waiting


def test_the_greatest_counters_count_and_a_resend_changes_nothing(tmp_path: Path) -> None:
    board, waiting = heard(tmp_path, report(queue_full=5), report(queue_full=3, rejected=1), report(queue_full=5))
    (losses,) = board.of("p")
    assert losses.report.lost == {"queue_full": 5, "rejected": 1}
    assert (losses.report.service, losses.report.client_version, losses.time) == ("shop", "0.1", 7)
    assert waiting == 0
    assert board.of("other") == []


def test_a_report_beside_spans_does_not_disturb_them(tmp_path: Path) -> None:
    board, waiting = heard(tmp_path, report(spans=True, queue_full=2))
    assert len(board.of("p")) == 1
    assert waiting == 1


def test_a_client_without_losses_is_not_shown_and_the_board_is_bounded(tmp_path: Path) -> None:
    board, _ = heard(tmp_path, report())
    assert board.of("p") == []
    for number in range(MOST_CLIENTS + 5):
        board.hear("p", LossReport(client_id=str(number), client_version="", service="", lost={"queue_full": 1}, sampled_out=0))
    assert len(board.of("p")) == MOST_CLIENTS
    assert board.of("p")[0].report.client_id == str(MOST_CLIENTS + 4)
