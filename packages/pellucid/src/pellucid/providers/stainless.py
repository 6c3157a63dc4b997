"""The seam of the SDKs that Stainless generates (OpenAI, Anthropic): every call goes through `client.post`.

What lives here: replacing that one method on one client. What must not live here: what a request means.

One seam instead of one per method: `create`, `parse`, `stream`, `with_raw_response` and `beta` of every resource use
it. Resources that were made before are dropped from the client's cache, because they hold the old method.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

from pellucid.guard import GUARD
from pellucid.narrowing import document_of, is_document
from pellucid.providers.facts import Document, Shape
from pellucid.providers.recording import Recording, Withhold

MARK = "_pellucid_wrapped"
RAW_HEADER = "X-Stainless-Raw-Response"
"""Set by `with_raw_response` ("true") and `with_streaming_response` ("stream")."""

FindShape = Callable[[str], Shape | None]


def wrap_client(client: Any, find_shape: FindShape, provider: str, *, add_usage: bool) -> None:
    """Record every call of this client from now on; `add_usage` asks streams of chat completions for their usage."""
    if getattr(client, MARK, False):
        return
    held = cast("dict[str, Any]", client.__dict__)
    for name, value in list(held.items()):
        if getattr(value, "_client", None) is client:
            del held[name]
    is_async = inspect.iscoroutinefunction(client.post)
    make = _async_post if is_async else _post
    client.post = make(client.post, find_shape, provider, add_usage)
    copy = client.copy

    @functools.wraps(copy)
    def wrapped_copy(*args: Any, **kwargs: Any) -> Any:
        copied = copy(*args, **kwargs)
        wrap_client(copied, find_shape, provider, add_usage=add_usage)
        return copied

    client.copy = client.with_options = wrapped_copy
    setattr(client, MARK, True)


def _post(original: Callable[..., Any], find_shape: FindShape, provider: str, add_usage: bool) -> Callable[..., Any]:
    @functools.wraps(original)
    def post(path: str, **kwargs: Any) -> Any:
        prepared = _prepare(path, kwargs, find_shape, add_usage)
        if prepared is None:
            return original(path, **kwargs)
        shape, request, withhold = prepared
        with Recording(shape, request, provider) as recording:
            result = original(path, **kwargs)
        if kwargs.get("stream") and hasattr(result, "_iterator"):
            result._iterator = recording.listen(result._iterator, withhold)
            _finish_at_close(result, recording)
        else:
            _answer(recording, result, kwargs)
        return result

    return post


def _async_post(original: Callable[..., Any], find_shape: FindShape, provider: str, add_usage: bool) -> Callable[..., Any]:
    @functools.wraps(original)
    async def post(path: str, **kwargs: Any) -> Any:
        prepared = _prepare(path, kwargs, find_shape, add_usage)
        if prepared is None:
            return await original(path, **kwargs)
        shape, request, withhold = prepared
        with Recording(shape, request, provider) as recording:
            result = await original(path, **kwargs)
        if kwargs.get("stream") and hasattr(result, "_iterator"):
            result._iterator = recording.listen_async(result._iterator, withhold)
            _finish_at_async_close(result, recording)
        else:
            _answer(recording, result, kwargs)
        return result

    return post


def _prepare(
    path: str, kwargs: dict[str, Any], find_shape: FindShape, add_usage: bool
) -> tuple[Shape, Document, Withhold | None] | None:
    """Shape and request of a call that is recorded; None for all others."""
    body = kwargs.get("body")
    shape = find_shape(path)
    if shape is None or not is_document(body):
        return None
    withhold = None
    if add_usage and body.get("stream") and path.endswith("/chat/completions") and not body.get("stream_options"):
        kwargs["body"] = {**body, "stream_options": {"include_usage": True}}
        withhold = _is_usage_only
    return shape, body, withhold


def _is_usage_only(chunk: Document) -> bool:
    """The last chunk that `include_usage` adds: no choices. An application that did not ask must not meet it."""
    return not chunk.get("choices") and chunk.get("usage") is not None


def _answer(recording: Recording, result: Any, kwargs: Mapping[str, Any]) -> None:
    headers = document_of(document_of(kwargs.get("options")).get("headers"))
    raw = headers.get(RAW_HEADER)
    if raw is None:
        recording.answer(result)
    elif raw == "true" and not kwargs.get("stream"):
        try:
            recording.answer(result.parse())
        except Exception as error:
            recording.finish()
            GUARD.report("read a raw answer", error)
    else:
        recording.finish()


def _finish_at_close(stream: Any, recording: Recording) -> None:
    close = stream.close

    @functools.wraps(close)
    def closing() -> None:
        close()
        recording.finish()

    stream.close = closing


def _finish_at_async_close(stream: Any, recording: Recording) -> None:
    close = stream.close

    @functools.wraps(close)
    async def closing() -> None:
        await close()
        recording.finish()

    stream.close = closing
