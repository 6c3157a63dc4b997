"""Which prompt made this call, where nobody registered one: the skeleton of the rendered system prompt, and hashes of what went in.

Two renderings of one template have one skeleton: what varies from call to call (numbers, dates, ids, addresses, and the values of
variables where the emitter sent them) is collapsed, the wording stays. So an edit of the prompt shows as a new fingerprint and a new
user does not. What it cannot know is an injected name that nothing marks as one.
"""

import hashlib
import re
import string
from collections.abc import Iterator
from functools import lru_cache

import orjson

from pellucid_server.enrich.scan import replace
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import Message, Part, PartType, Role
from pellucid_server.model.span import MODEL_KINDS, Kind, Span

HASH_CHARS = 16
SCHEMA_HASH_CHARS = 10
MAX_TOOL_SCHEMAS = 128
"""Of one call; an agent with more tools is known by the first ones."""
NUMBER = "<n>"
URL = "<url>"
EMAIL = "<email>"
VALUE = "<value>"

MIN_VALUE_CHARS = 3
"""A shorter variable would be found inside ordinary words."""
REMEMBERED_PROMPTS = 512
REMEMBERED_CHARS = 64_000
"""Longer prompts are hashed each time: the memory of all remembered ones stays under 32 million characters."""

_URL = re.compile(r"https?://[^\s\"'<>()\[\]{}]+")
_EMAIL = re.compile(r"@[\w-]+(?:\.[\w-]+)+")
_EMAIL_LEFT = frozenset(string.ascii_letters + string.digits + "._+-%")
_NUMBER = re.compile(r"\d[\dA-Za-z_-]*(?:[.:/,+]\d[\dA-Za-z_-]*)*")
_NUMBER_LEFT = frozenset(string.ascii_letters + "_-")
_DAYS = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?)"
)
_MONTHS_ELSEWHERE = (
    r"(?:Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre"
    r"|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio"
    r"|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro)"
)
_AFTER = re.compile(
    rf"{NUMBER}(?:[\s,;/.+~-]*(?:(?:of|at|de|del)\s+)?(?:{NUMBER}|(?:{_MONTHS}|{_MONTHS_ELSEWHERE}|{_DAYS}|[AaPp]\.?[Mm]|UTC|GMT)(?![\w])))+"
)
_BEFORE = re.compile(rf"[ADFJMNOSTW][a-z]{{2,8}}\.?,?\s+(?:[ADFJMNOSTW][a-z]{{2,8}}\.?,?\s+){{0,3}}{NUMBER}")
_DATE_WORD = re.compile(rf"(?:{_DAYS}|{_MONTHS})\.?,?")


def skeleton(text: str, values: tuple[str, ...] = ()) -> str:
    """`text` with all that varies between renderings collapsed. `values` are the rendered values of known variables."""
    for value in values:
        text = text.replace(value, VALUE)
    if "://" in text:
        text = _URL.sub(URL, text)
    if "@" in text:
        text = replace(text, _EMAIL, _EMAIL_LEFT, lambda _: EMAIL)
    text = replace(text, _NUMBER, _NUMBER_LEFT, lambda _: NUMBER)
    if NUMBER in text:
        text = _BEFORE.sub(_without_date_words, text)
        text = _AFTER.sub(NUMBER, text)
    return " ".join(text.split())


def fingerprint(span: Span) -> str:
    """16 hex digits for the system prompt's template; empty for a span without one."""
    if span.kind is not Kind.GENERATION:
        return ""
    text = system_text(span.messages_in)
    if not text:
        return ""
    values = _values(span, text) if span.prompt is not None and span.prompt.variables else ()
    return _remembered(text, values) if len(text) <= REMEMBERED_CHARS else _template_hash(text, values)


def system_text(messages: tuple[Message, ...]) -> str:
    """The system prompt as it was rendered."""
    return "\n".join(
        part.text
        for message in messages
        if message.role is Role.SYSTEM
        for part in message.parts
        if part.text and part.type is PartType.TEXT
    )


def input_hash(span: Span) -> str:
    """16 hex digits for what a call, a tool or a retriever was given; equal for repeats. Ids of tool calls do not take part."""
    if span.kind not in MODEL_KINDS and span.kind not in (Kind.TOOL, Kind.RETRIEVER):
        return ""
    if span.messages_in:
        return _hash("\x1e".join(_pieces(span.messages_in)))
    return "" if span.input is None else _hash(_text(span.input))


def tool_schemas(span: Span) -> tuple[str, ...]:
    """`name@hash` of each tool that was offered, by name: an edit of its description or of its arguments shows as a new hash."""
    offered = span.tools[:MAX_TOOL_SCHEMAS]
    return tuple(
        sorted({f"{tool.name}@{_hash(_text([tool.description, tool.parameters]))[:SCHEMA_HASH_CHARS]}" for tool in offered})
    )


def _without_date_words(match: re.Match[str]) -> str:
    """`The March <n>` → `The <n>`: capitalised words before a number, without those of a date."""
    words = match.group().split()[:-1]
    while words and _DATE_WORD.fullmatch(words[-1]):
        words.pop()
    return " ".join((*words, NUMBER))


def _values(span: Span, text: str) -> tuple[str, ...]:
    """Rendered variable values that stand in the text, the longest first."""
    variables = span.prompt.variables if span.prompt is not None else {}
    found = {value for value in variables.values() if isinstance(value, str) and len(value) >= MIN_VALUE_CHARS and value in text}
    return tuple(sorted(found, key=lambda value: (-len(value), value)))


def _template_hash(text: str, values: tuple[str, ...]) -> str:
    return _hash(skeleton(text, values))


_remembered = lru_cache(REMEMBERED_PROMPTS)(_template_hash)


def _pieces(messages: tuple[Message, ...]) -> Iterator[str]:
    for message in messages:
        yield message.role
        for part in message.parts:
            yield from (part.type, part.text or _content(part))


def _content(part: Part) -> str:
    """What a part without text says."""
    if part.type is PartType.TOOL_CALL:
        return f"{part.name} {_text(part.arguments)}"
    if part.type is PartType.TOOL_RESULT:
        return _text(part.result)
    if part.type is PartType.MEDIA:
        return part.uri or part.data or ""
    return _text(part.raw)


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # integers beyond 64 bits, lone surrogates
        return canonical(value)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_CHARS]
