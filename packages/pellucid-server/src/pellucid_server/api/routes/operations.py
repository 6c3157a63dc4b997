"""What operators ask: is it alive, is it ready, what did it set aside, what does it measure."""

import base64
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from pellucid_server.api.house import House, house_of
from pellucid_server.api.security import public, requires
from pellucid_server.api.wire.operations import (
    BackupMade,
    BackupWanted,
    ClientLosses,
    DeadLetterPage,
    DeadLetterRow,
    Health,
    Ready,
    Replayed,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.times import to_wire_time as iso
from pellucid_server.core.errors import Unavailable
from pellucid_server.identity.resolve import LOCAL_ACTOR
from pellucid_server.model.scope import Permission, Scope

Owner = Annotated[Scope, requires(Permission.OWNER)]
Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """Routes `/api/v1/health`, `ready`, `dead-letters` and `/metrics`."""
    router = APIRouter(tags=["operations"])

    @router.get("/api/v1/health", dependencies=[public()])
    async def health() -> Health:
        """The process answers."""
        return Health(status="ok")

    @router.get("/api/v1/ready", dependencies=[public()])
    def ready(request: Request) -> Ready:
        """The stores are open and the pipeline runs; 503 before."""
        house = house_of(request)
        if not house.ready.is_set():
            raise Unavailable("The stores are still being opened; ask again in a second.")
        waiting = house.journal.statistics()
        return Ready(status="ready", journal_entries=waiting.entries, journal_bytes=waiting.bytes)

    @router.get("/api/v1/dead-letters")
    def dead_letters(
        request: Request,
        scope: Admin,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: int | None = None,
        with_body: bool = False,
    ) -> DeadLetterPage:
        """Requests that could not be decoded or stored, the newest first."""
        found = house_of(request).journal.dead_letters(scope.project_id, limit=limit + 1, before=cursor)
        rows = [
            DeadLetterRow(
                id=letter.entry.id,
                received_at=iso(letter.entry.received_at),
                buried_at=iso(letter.buried_at),
                signal=letter.entry.signal,
                content_type=letter.entry.content_type,
                encoding=letter.entry.encoding,
                bytes=len(letter.entry.body),
                records=letter.entry.records,
                error=letter.error,
                attempts=letter.attempts,
                body=base64.b64encode(letter.entry.body).decode() if with_body else None,
            )
            for letter in found[:limit]
        ]
        return DeadLetterPage(data=rows, next_cursor=str(rows[-1].id) if len(found) > limit else None)

    @router.post("/api/v1/dead-letters/{letter_id}/replay")
    def replay(request: Request, scope: Admin, letter_id: int) -> Replayed:
        """Put a dead letter back into the journal; it comes back here if it fails again."""
        return Replayed(id=house_of(request).journal.replay(scope.project_id, letter_id))

    @router.post("/api/v1/backups", status_code=201)
    def backup(request: Request, scope: Owner, wanted: BackupWanted) -> BackupMade:
        """Copy the data directory into a new folder on the server's machine, while everything goes on."""
        made = house_of(request).backups.make(Path(wanted.to), anywhere=scope.actor == LOCAL_ACTOR)
        return BackupMade(to=wanted.to, time=made.time, parts=list(made.parts), elsewhere=list(made.elsewhere), bytes=made.bytes)

    @router.get("/api/v1/losses")
    def losses(request: Request, scope: Annotated[Scope, requires(Permission.READ)]) -> Page[ClientLosses]:
        """What clients lost before it reached the server: a full queue, a server that was away for too long."""
        found = house_of(request).losses.of(scope.project_id)
        return Page(
            data=[
                ClientLosses(
                    client_id=one.report.client_id,
                    client_version=one.report.client_version,
                    service=one.report.service,
                    lost=dict(one.report.lost),
                    sampled_out=one.report.sampled_out,
                    time=one.time,
                )
                for one in found
            ]
        )

    @router.get("/metrics", dependencies=[public()], include_in_schema=False)
    def metrics(request: Request) -> Response:
        """The server's own metrics, for Prometheus."""
        return Response(exposition(house_of(request)), media_type=CONTENT_TYPE_LATEST)

    return router


def exposition(house: House) -> bytes:
    """The metrics as text. They are read from the parts' own statistics at the time of asking."""
    registry = CollectorRegistry()
    registry.register(_Collector(house))
    return generate_latest(registry)


class _Collector:
    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> "list[CounterMetricFamily | GaugeMetricFamily]":
        """All metric families."""
        statistics = self._house.pipeline.statistics
        journal = self._house.journal.statistics()
        records = CounterMetricFamily("pellucid_records", "Records by what became of them", labels=["outcome"])
        records.add_metric(["accepted"], statistics.tally.accepted)
        for reason, count in sorted(statistics.tally.dropped.items()):
            records.add_metric([reason.value], count)
        return [
            records,
            CounterMetricFamily("pellucid_batches", "Batches written to the store", value=statistics.batches),
            CounterMetricFamily("pellucid_store_retries", "Writes that had to wait for the store", value=statistics.retries),
            CounterMetricFamily(
                "pellucid_metrics_requests", "OTLP metrics requests, not stored", value=statistics.metrics_requests
            ),
            GaugeMetricFamily("pellucid_journal_entries", "Requests that wait for the store", value=journal.entries),
            GaugeMetricFamily("pellucid_journal_bytes", "Bytes that wait for the store", value=journal.bytes),
            GaugeMetricFamily("pellucid_journal_limit_bytes", "Bytes that may wait before 503", value=journal.limit_bytes),
            GaugeMetricFamily("pellucid_dead_letters", "Requests set aside", value=journal.dead_letters),
        ]
