"""Media and oversized texts leave the span; everything else stays the very same object."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.enrich.media import HEAD_CHARS, MAX_TEXT_CHARS, MOVED, UNKNOWN_TYPE, Blob, extract_media
from pellucid_server.model.message import Message, Part, PartType, Role, text_part
from pellucid_server.model.span import Kind, Span

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
SHA = hashlib.sha256(PNG).hexdigest()
ENCODED = base64.b64encode(PNG).decode()


def span(*parts: Part, **changes: Any) -> Span:
    message = Message(role=Role.USER, parts=parts)
    return Span(trace_id="a" * 32, span_id="b" * 16, start_time=1, kind=Kind.GENERATION, messages_in=(message,), **changes)


def image(**changes: Any) -> Part:
    return replace(Part(type=PartType.MEDIA, modality="image", mime_type="image/png"), **changes)


@pytest.mark.parametrize(
    "encoded",
    [ENCODED, ENCODED.rstrip("="), base64.urlsafe_b64encode(PNG).decode(), base64.encodebytes(PNG).decode()],
    ids=["standard", "unpadded", "urlsafe", "lines"],
)
def test_base64_of_any_spelling_becomes_one_blob(encoded: str) -> None:
    got, blobs = extract_media(span(image(data=encoded)))
    assert blobs == (Blob(sha256=SHA, mime="image/png", data=PNG),)
    assert got == span(image(uri=f"blob:{SHA}"))


def test_a_data_url_becomes_a_blob() -> None:
    got, blobs = extract_media(span(image(uri=f"data:image/webp;base64,{ENCODED}", mime_type=None)))
    assert [(blob.mime, blob.data) for blob in blobs] == [("image/webp", PNG)]
    assert got == span(image(uri=f"blob:{SHA}", mime_type="image/webp"))


def test_equal_content_is_one_blob() -> None:
    _, blobs = extract_media(span(image(data=ENCODED), image(data=ENCODED), image(data=base64.b64encode(b"other").decode())))
    assert [blob.data for blob in blobs] == [PNG, b"other"]


def test_media_without_a_type_are_bytes() -> None:
    _, blobs = extract_media(span(image(data=ENCODED, mime_type=None)))
    assert blobs[0].mime == UNKNOWN_TYPE


def test_data_urls_inside_json_and_text_are_found() -> None:
    url = f"data:image/png;base64,{ENCODED}"
    result = Part(type=PartType.TOOL_RESULT, result={"images": [{"url": url}], "n": 1})
    call = Part(type=PartType.TOOL_CALL, name="f", arguments=[url])
    other = Part(type=PartType.UNKNOWN, raw={"x": f"see {url} and {url}"})
    got, blobs = extract_media(span(result, call, other, text_part(f"![i]({url})"), input={"q": url}, output=url))
    assert [blob.data for blob in blobs] == [PNG]
    reference = f"blob:{SHA}"
    assert got == span(
        replace(result, result={"images": [{"url": reference}], "n": 1}),
        replace(call, arguments=[reference]),
        replace(other, raw={"x": f"see {reference} and {reference}"}),
        text_part(f"![i]({reference})"),
        input={"q": reference},
        output=reference,
    )


def test_an_oversized_text_leaves_its_head() -> None:
    text = "é" * (MAX_TEXT_CHARS + 1)
    got, blobs = extract_media(span(text_part(text), output=[text]))
    assert [blob.data.decode() for blob in blobs] == [text]
    assert got.flags == (MOVED,)
    shown = got.messages_in[0].parts[0].text
    assert shown is not None
    assert shown.startswith("é" * HEAD_CHARS)
    assert shown.endswith(f"\n[{MAX_TEXT_CHARS + 1 - HEAD_CHARS} more characters in {blobs[0].uri}]")
    assert got.output == [shown]
    assert extract_media(got) == (got, ())


@pytest.mark.parametrize(
    "part",
    [
        image(uri="https://example.com/a.png"),
        image(uri="file:abc"),
        image(data="not base64!"),
        image(data="abcd!efgh"),
        image(data=""),
        image(uri="data:image/png,raw"),
        text_part("x" * MAX_TEXT_CHARS),
        Part(type=PartType.TOOL_CALL, name="f", arguments={"a": ["b", None, 1.5]}),
    ],
)
def test_what_is_neither_stays_the_same_object(part: Part) -> None:
    given_span = span(part, input={"a": ["b"]}, output="c")
    got, blobs = extract_media(given_span)
    assert got is given_span
    assert blobs == ()


@given(st.binary(min_size=1))
def test_bytes_survive(data: bytes) -> None:
    _, blobs = extract_media(span(image(data=base64.b64encode(data).decode())))
    assert [blob.data for blob in blobs] == [data]
