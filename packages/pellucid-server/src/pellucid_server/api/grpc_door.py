"""OTLP/gRPC: the three Export calls, as generic handlers over the same door as HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from pellucid_server.api.house import House
from pellucid_server.api.security import check_permission, scope_of
from pellucid_server.core.errors import (
    BadRequest,
    Forbidden,
    PellucidError,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from pellucid_server.ingest import door
from pellucid_server.ingest.otlp import answers
from pellucid_server.ingest.otlp.protobuf import PROTOBUF
from pellucid_server.ingest.parse import LOGS, TRACES
from pellucid_server.model.scope import Permission

_SERVICES = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}

# RESOURCE_EXHAUSTED and UNAVAILABLE are what exporters retry; the trailer tells them when.
_CODES: tuple[tuple[type[PellucidError], grpc.StatusCode], ...] = (
    (Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (Forbidden, grpc.StatusCode.PERMISSION_DENIED),
    (TooLarge, grpc.StatusCode.INVALID_ARGUMENT),
    (TooMany, grpc.StatusCode.UNAVAILABLE),
    (Unavailable, grpc.StatusCode.UNAVAILABLE),
    (BadRequest, grpc.StatusCode.INVALID_ARGUMENT),
    (PellucidError, grpc.StatusCode.INTERNAL),
)


class GrpcDoor:
    """A gRPC server on one port."""

    def __init__(self, house: House, address: str) -> None:
        limit = house.door.bounds.decompressed_bytes
        self._server = grpc.aio.server(options=[("grpc.max_receive_message_length", limit), ("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers(tuple(_handler(house, signal) for signal in _SERVICES))
        self.port = self._server.add_insecure_port(address)

    async def start(self) -> None:
        """Begin to listen."""
        await self._server.start()

    async def stop(self) -> None:
        """Let calls in hand finish, for two seconds."""
        await self._server.stop(2.0)


def _handler(house: House, signal: str) -> grpc.GenericRpcHandler:
    unary = grpc.unary_unary_rpc_method_handler(
        _export(house, signal),
        request_deserializer=bytes,
        response_serializer=lambda response: response.SerializeToString(),
    )
    return grpc.method_handlers_generic_handler(_SERVICES[signal], {"Export": unary})


def _export(house: House, signal: str) -> Callable[[bytes, Any], Awaitable[Any]]:
    async def export(body: bytes, context: Any) -> Any:
        metadata = {key.lower(): value for key, value in context.invocation_metadata() or ()}
        try:
            scope = await scope_of(house.identity.resolver, metadata.get, metadata.get("x-pellucid-project"))
            check_permission(scope, Permission.INGEST)
            if signal not in (TRACES, LOGS):
                house.pipeline.statistics.metrics_requests += 1
                return answers.message(signal, 0, "")
            house.rates.check(scope.actor)
            request = door.Request(project_id=scope.project_id, signal=signal, content_type=PROTOBUF, encoding="", body=body)
            receipt = await house.door.accept(request)
        except PellucidError as error:
            if isinstance(error, TooMany | Unavailable):
                context.set_trailing_metadata((("retry-after", str(error.retry_after_s)),))
            code = next(code for family, code in _CODES if isinstance(error, family))
            await context.abort(code, error.message)
        return answers.message(signal, receipt.rejected, receipt.message)

    return export
