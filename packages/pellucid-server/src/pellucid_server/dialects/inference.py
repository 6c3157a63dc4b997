"""Inference: the kind of a span that does not name one, from the marks that it bears; the first that fits counts."""

from collections.abc import Mapping

from pellucid_server.dialects.facts import Facts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import Kind

_VECTOR_STORES = frozenset(
    {"pinecone", "chroma", "chromadb", "weaviate", "qdrant", "milvus", "pgvector", "lancedb", "marqo", "vespa", "vector"}
)


_WRITES = frozenset({"add", "upsert", "insert", "update", "delete", "create", "modify", "upload_collection", "create_collection"})
"""Operations of a vector store that find nothing."""


def kind_of(facts: Facts, families: Mapping[str, object], attributes: Mapping[str, JsonValue]) -> Kind:
    """The stated kind, else the one that the marks tell, else `span`."""
    if facts.kind is not None:
        return facts.kind
    if facts.tool_name or facts.tool_call_id:
        return Kind.TOOL
    if facts.documents or facts.retrieval_query or "retrieval.documents" in families or _is_vector_store(attributes):
        return Kind.RERANKER if "reranker.output_documents" in families else Kind.RETRIEVER
    if "embedding.embeddings" in families or facts.embedding_dimension:
        return Kind.EMBEDDING
    if facts.model_requested or facts.model_responded or (facts.model_either and facts.tokens_in is not None):
        return Kind.GENERATION
    if facts.messages_in or facts.messages_out:
        return Kind.GENERATION
    return Kind.SPAN


def _is_vector_store(attributes: Mapping[str, JsonValue]) -> bool:
    system = attributes.get("db.system", attributes.get("db.system.name"))
    operation = attributes.get("db.operation", attributes.get("db.operation.name"))
    return isinstance(system, str) and system.lower() in _VECTOR_STORES and operation not in _WRITES
