"""Documents: what a retriever found or a reranker kept, from every shape in which frameworks hand them on."""

from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.values import first, flag, mapping, number, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Document

Json = dict[str, JsonValue]

_CONTENT = ("content", "page_content", "text", "document", "pageContent", "body", "snippet", "chunk")
_CLASS = ("class", "doc_class", "document_class", "category")
_HOLDERS = ("documents", "results", "matches", "chunks", "nodes", "context", "source_documents", "data")


def documents_of(value: JsonValue) -> tuple[Document, ...]:
    """The documents in a list, or in an object that holds one under a usual name; nothing where it is no such list."""
    value = parse_or_text(value)
    if isinstance(value, dict):
        held = next((inner for key in _HOLDERS if isinstance(inner := value.get(key), list)), None)
        return documents_of(held) if held is not None else ()
    if not isinstance(value, list):
        return ()
    return tuple(document for item in value if (document := document_of(item)) is not None)


def document_of(item: JsonValue) -> Document | None:
    """One document: a text, or an object with content, an id or a score."""
    if isinstance(item, str):
        is_repr = item.startswith("<") and item.endswith(">")  # a Python object that nobody serialised
        return Document(content=item) if item and not is_repr else None
    if not isinstance(item, dict):
        return None
    return _of_object(item)


def from_texts(value: JsonValue) -> tuple[Document, ...]:
    """Documents from a list of plain texts, as rerankers are given them."""
    value = parse_or_text(value)
    return tuple(Document(content=item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _of_object(item: Json) -> Document | None:
    score = number(first(item, "score", "relevance_score", "similarity", "_score"))
    inner = first(item, "node", "kwargs", "document", "payload")
    if isinstance(inner, dict):  # LlamaIndex, LangChain's constructor, vector stores
        item = {**item, **inner}
    content = first(item, *_CONTENT)
    metadata = mapping(item.get("metadata")) or mapping(item.get("meta")) or {}
    document_id = text(first(item, "id", "id_", "doc_id", "document_id", "node_id", "chunk_id"))
    if content is None and document_id is None and score is None:
        return None
    return Document(
        id=document_id,
        content=content if isinstance(content, str) else None,
        score=score if score is not None else number(first(item, "score", "relevance_score")),
        doc_class=text(first(item, *_CLASS)) or text(first(metadata, *_CLASS)),
        used=flag(item.get("used")),
        metadata=metadata,
    )
