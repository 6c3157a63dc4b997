"""How cases come into data sets and out of them."""

import tempfile
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.curation import (
    CuratedAnswer,
    DiffAnswer,
    FromTracesBody,
    ImportedAnswer,
    RegressionAnswer,
    RegressionBody,
    RulesBody,
    SampledAnswer,
    SamplingAnswer,
    SamplingBody,
    SplitsBody,
    to_curated,
    to_diff,
    to_imported,
    to_sampled,
    to_sampling,
)
from pellucid_server.api.wire.datasets import ItemsWritten
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.core.bounds import MIB
from pellucid_server.core.errors import TooLarge
from pellucid_server.datasets.reading_files import Columns, Format
from pellucid_server.datasets.writing_files import MEDIA_TYPES, write_chats, write_file
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]

MAX_FILE_BYTES = 2_048 * MIB
"""Of a file of cases. It is read from disk, a batch at a time."""
IN_MEMORY_BYTES = 4 * MIB
"""A smaller file never touches the disk."""
FILE = "/imports"
"""How paths end whose body is a file."""
_FILES = {200: {"description": "The file", "content": {media: {} for media in MEDIA_TYPES.values()}}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {media.split(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()},
    }
}


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX + "/datasets/{name}", tags=["datasets"], responses=PROBLEMS)
    router.post(FILE, summary="Import a file as one version", status_code=201, openapi_extra=_BODY)(import_file)
    router.get("/export", summary="A version as a file", response_class=StreamingResponse, responses=_FILES)(export_file)  # type: ignore[arg-type]  # a plain dictionary is what the framework documents
    router.post("/from-traces", summary="Make cases of traces", status_code=201)(add_traces)
    router.post("/regressions", summary="Make a regression test of a trace", status_code=201)(add_regression)
    router.put("/splits", summary="Give each item a split")(put_splits)
    router.get("/rules", summary="What every case must look like")(get_rules)
    router.put("/rules", summary="Demand what every new case must look like")(put_rules)
    router.get("/diff", summary="Two versions side by side")(show_diff)
    router.get("/sampling", summary="Which traces flow into it")(get_sampling)
    router.put("/sampling", summary="Let traces flow into it every so often")(put_sampling)
    router.delete("/sampling", summary="Let nothing flow in any more", status_code=204)(remove_sampling)
    router.post("/samples", summary="Draw a sample now", status_code=201)(draw_sample)
    return router


async def import_file(
    request: Request,
    scope: Writer,
    name: str,
    format_: Annotated[Format, Query(alias="format")],
    input_: Annotated[list[str] | None, Query(alias="input", description="Columns of the input; several make an object.")] = None,
    expected: Annotated[list[str] | None, Query(description="Columns of the expected answer.")] = None,
    metadata: Annotated[list[str] | None, Query(description="Columns that come along; without any, all others.")] = None,
    skip_faulty: bool = False,
) -> ImportedAnswer:
    """All or nothing: one faulty line refuses the file, unless `skip_faulty`. The body is the file itself."""
    mapping = Columns(
        input=tuple(input_ or ()), expected=tuple(expected or ()), metadata=None if metadata is None else tuple(metadata)
    )
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > MAX_FILE_BYTES:
                raise TooLarge(f"A file of cases has at most {MAX_FILE_BYTES:,} bytes; import it in parts.")
            await run_in_threadpool(file.write, piece)
        file.seek(0)
        importing = house_of(request).curation.importing
        return to_imported(
            await run_in_threadpool(importing.run, scope, name, file, format_, mapping, skip_faulty=skip_faulty)  # type: ignore[arg-type]  # a spooled file is a binary file
        )


def export_file(
    request: Request,
    scope: Reader,
    name: str,
    format_: Annotated[Literal["csv", "jsonl", "parquet", "chats"], Query(alias="format")] = "jsonl",
    version: int | None = None,
    split: str | None = None,
    system: Annotated[str, Query(description="Of `chats`: the system message of each.", max_length=100_000)] = "",
    raw: Annotated[bool, Query(description="Of `csv`: cells that look like formulas stay as they are.")] = False,
) -> StreamingResponse:
    """JSONL and Parquet hold the cases exactly; `chats` is JSONL for fine-tuning, and leaves out cases without an expected answer."""
    cases = house_of(request).cases
    cases.items(scope, name, version=version, limit=1)  # refuse what is not there before the answer begins
    pages = cases.pages(scope, name, version=version, split=split)
    file = write_chats(pages, system) if format_ == "chats" else write_file(pages, format_, raw=raw)
    ending, media = ("jsonl", MEDIA_TYPES["jsonl"]) if format_ == "chats" else (format_, MEDIA_TYPES[format_])
    headers = {"content-disposition": f'attachment; filename="dataset.{ending}"'}
    return StreamingResponse(file, media_type=media, headers=headers)


def add_traces(request: Request, scope: Writer, name: str, body: FromTracesBody) -> CuratedAnswer:
    """As one version; traces that say what an item says already are left out, unless `dedupe` is false."""
    curating = house_of(request).curation.curating
    return to_curated(curating.add_traces(scope, name, body.trace_ids, body.mapping.mapped(), split=body.split, dedupe=body.dedupe))


def add_regression(request: Request, scope: Writer, name: str, body: RegressionBody) -> RegressionAnswer:
    """A case of the data set and a pytest file; without `expected`, the trace's newest correction counts."""
    made = house_of(request).curation.regressions.of_trace(scope, name, body.trace_id, body.expected)
    return RegressionAnswer(item_id=made.item_id, version=made.written.version, filename=made.filename, source=made.source)


def put_splits(request: Request, scope: Writer, name: str, body: SplitsBody) -> ItemsWritten:
    """By what an item asks, so that doubles land in one split and items stay in theirs when others come."""
    written = house_of(request).curation.curating.split(scope, name, body.shares)
    return ItemsWritten(version=written.version, added=0, changed=written.changed, unchanged=written.unchanged)


def get_rules(request: Request, scope: Reader, name: str) -> RulesBody:
    """Null demands nothing."""
    return RulesBody.model_validate(house_of(request).cases.rules(scope, name), from_attributes=True)


def put_rules(request: Request, scope: Writer, name: str, body: RulesBody) -> RulesBody:
    """What is there stays as it is."""
    house_of(request).cases.put_rules(scope, name, input_schema=body.input_schema, expected_schema=body.expected_schema)
    return body


def show_diff(request: Request, scope: Reader, name: str, before: int, after: int | None = None) -> DiffAnswer:
    """Without `after`, against the newest."""
    house = house_of(request)
    newest = house.cases.get(scope, name).version
    return to_diff(house.curation.curating.diff(scope, name, before, newest if after is None else after))


def get_sampling(request: Request, scope: Reader, name: str) -> SamplingAnswer | None:
    """Null where nothing flows into it."""
    found = house_of(request).curation.samplings.get(scope, name)
    return None if found is None else to_sampling(found)


def put_sampling(request: Request, scope: Writer, name: str, body: SamplingBody) -> SamplingAnswer:
    """So many of the traces that a score calls low, so many of the high ones."""
    return to_sampling(house_of(request).curation.samplings.put(scope, name, body.sampling()))


def remove_sampling(request: Request, scope: Writer, name: str) -> None:
    """What is there stays."""
    house_of(request).curation.samplings.remove(scope, name)


def draw_sample(request: Request, scope: Writer, name: str) -> SampledAnswer:
    """From the traces of the last period; too few make none, and the answer says how many there were."""
    return to_sampled(house_of(request).curation.samplings.sample(scope, name))
