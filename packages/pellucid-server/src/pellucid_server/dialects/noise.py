"""Noise: spans of frameworks and infrastructure that say nothing about an LLM step. They are kept and marked, never dropped."""

from collections.abc import Mapping
from functools import lru_cache

from pellucid_server.model.json import JsonValue
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Kind

_KEYS = (
    "http.request.method", "http.method", "url.full", "http.url", "http.target", "asgi.event.type", "db.system", "db.system.name",
    "db.statement", "messaging.system", "rpc.system", "rpc.system.name", "net.peer.name", "dns.question.name",
)  # fmt: skip

_SCOPES = tuple(
    f"opentelemetry.instrumentation.{name}"
    for name in (
        "httpx", "requests", "urllib", "urllib3", "aiohttp_client", "aiohttp_server", "fastapi", "starlette", "asgi", "wsgi", "flask",
        "django", "tornado", "sqlalchemy", "sqlite3", "psycopg", "psycopg2", "asyncpg", "pymongo", "redis", "botocore", "boto3sqs",
        "grpc", "pymysql", "mysql", "elasticsearch", "kafka", "pika", "jinja2", "asyncio", "threading", "logging",
    )
) + tuple(
    f"@opentelemetry/instrumentation-{name}"
    for name in (
        "http", "undici", "express", "fastify", "koa", "nestjs-core", "net", "dns", "fs", "pg", "mysql2", "mongodb", "redis", "ioredis",
    )
) + ("next.js",)  # fmt: skip

_ENDINGS = (" http send", " http receive", " websocket send", " websocket receive")

_PLUMBING = frozenset(
    {
        "RunnableSequence", "RunnableParallel", "RunnableLambda", "RunnablePassthrough", "RunnableAssign", "RunnableBinding",
        "RunnableBranch", "StrOutputParser", "ChatPromptTemplate", "PromptTemplate", "__start__", "__end__", "ChannelWrite",
        "should_continue", "SentenceSplitter", "turn", "execute_event_loop_cycle", "(merged tools)", "running tools",
    }
)  # fmt: skip
"""Names of steps by which frameworks pass things on."""

_TWINS = frozenset(
    {
        "_query", "_aquery", "_retrieve", "_aretrieve", "_parse_nodes", "_prepare_chat_with_tools", "_get_query_embedding",
        "_aget_query_embedding", "_get_text_embedding", "_aget_text_embedding", "_get_text_embeddings", "_aget_text_embeddings",
    }
)  # fmt: skip
"""Private methods that LlamaIndex traces below the public one that calls them (`retrieve` and `_retrieve`)."""

_PASSING = frozenset({Kind.CHAIN, Kind.SPAN})
"""Only such steps can be plumbing: a model call, a tool or a retrieval never is."""


def is_infrastructure(raw: RawSpan, attributes: Mapping[str, JsonValue]) -> bool:
    """Whether a span without LLM evidence is HTTP, a database, a queue, RPC or the inside of a web framework."""
    if raw.scope_name and _is_infrastructure_scope(raw.scope_name):
        return True
    if any(key in attributes for key in _KEYS):
        return True
    return raw.name is not None and raw.name.endswith(_ENDINGS)


def is_plumbing(raw: RawSpan, kind: Kind) -> bool:
    """Whether a step of an LLM framework only passes things on, by its name."""
    return _is_plumbing_name(raw.name or "", kind in _PASSING, "llama_index" in (raw.scope_name or ""))


@lru_cache(maxsize=4096)
def _is_plumbing_name(name: str, passing: bool, has_twins: bool) -> bool:
    if has_twins and name.rpartition(".")[2] in _TWINS:
        return True
    return passing and (name in _PLUMBING or name.partition("<")[0].partition(".")[0] in _PLUMBING)


@lru_cache(maxsize=1024)
def _is_infrastructure_scope(scope: str) -> bool:
    return any(scope == known or scope.startswith(f"{known}.") for known in _SCOPES)
