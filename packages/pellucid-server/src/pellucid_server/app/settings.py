"""All settings in one table: name, environment variable, type, default, one sentence. The environment is read once, at the start."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pellucid_server.core.errors import BadRequest


class BadSetting(BadRequest):
    """A setting has a value that it cannot have; the message names it."""

    code = "bad_setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table."""

    name: str
    environment: str
    read: Callable[[str], Any]  # Any: each setting has a type of its own
    default: Any
    doc: str


def _flag(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("use true or false")


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _default_workers() -> int:
    return max(1, (os.cpu_count() or 1) - 1)


TABLE: Final[tuple[Setting, ...]] = (
    Setting(name="host", environment="PELLUCID_HOST", read=str, default="127.0.0.1",
            doc="Address to listen on. Anything but loopback demands keys and sign-in."),
    Setting(name="port", environment="PELLUCID_PORT", read=int, default=7600, doc="Port of the web, the API and OTLP/HTTP."),
    Setting(name="data", environment="PELLUCID_DATA", read=Path, default=Path("pellucid-data"),
            doc="Data directory of the embedded parts. One server owns it."),
    Setting(name="otlp_ports", environment="PELLUCID_OTLP_PORTS", read=_flag, default=True,
            doc="Whether the standard OTLP ports 4318 (HTTP) and 4317 (gRPC) are opened too when they are free."),
    Setting(name="clickhouse_url", environment="PELLUCID_CLICKHOUSE_URL", read=str, default="",
            doc="ClickHouse server, such as http://user:password@host:8123/database. Empty: the embedded engine."),
    Setting(name="clickhouse_cluster", environment="PELLUCID_CLICKHOUSE_CLUSTER", read=str, default="",
            doc="Cluster name for replicated tables. Empty: one node."),
    Setting(name="database_url", environment="PELLUCID_DATABASE_URL", read=str, default="",
            doc="PostgreSQL for the metadata, such as postgresql://user:password@host/database. Empty: SQLite in the data directory."),
    Setting(name="blobs_url", environment="PELLUCID_BLOBS_URL", read=str, default="",
            doc="Object store for media, such as s3://bucket/prefix. Empty: a folder in the data directory."),
    Setting(name="backups", environment="PELLUCID_BACKUPS", read=Path, default=None,
            doc="Folder under which owners may have backups written by the API. Empty: only whoever runs the local server may."),
    Setting(name="decode_workers", environment="PELLUCID_DECODE_WORKERS", read=int, default=_default_workers(),
            doc="Processes that decode spans beside the server; 0 decodes in the server. Default: processors minus one."),
    Setting(name="journal_bytes", environment="PELLUCID_JOURNAL_BYTES", read=int, default=2 * 1024**3,
            doc="How many bytes may wait for the store before requests are answered 503."),
    Setting(name="requests_per_second", environment="PELLUCID_REQUESTS_PER_SECOND", read=int, default=0,
            doc="Export requests a second and key before 429. 0: no limit."),
    Setting(name="run_days", environment="PELLUCID_RUN_DAYS", read=int, default=30,
            doc="Days after its end for which the items and calls of a durable run are kept; its result and counts stay. 0: for ever."),
    Setting(name="allowed_hosts", environment="PELLUCID_ALLOWED_HOSTS", read=_names, default=(),
            doc="Further Host names under which the local server may be reached, comma separated."),
    Setting(name="allowed_origins", environment="PELLUCID_ALLOWED_ORIGINS", read=_names, default=(),
            doc="Origins whose pages may act here, such as the public URL behind a proxy, comma separated."),
    Setting(name="outbound_allow", environment="PELLUCID_OUTBOUND_ALLOW", read=_names, default=(),
            doc="Private places to which models and webhooks may be addressed: networks (10.0.0.0/8), hosts, host:port; comma separated."),
    Setting(name="secret_key", environment="PELLUCID_SECRET_KEY", read=str, default="",
            doc="Secret that seals providers' keys. Empty: the file secret.key in the data directory, made at the first start."),
    Setting(name="log_format", environment="PELLUCID_LOG_FORMAT", read=str, default="console",
            doc="`console` for people, `json` for machines."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The table's values."""

    host: str
    port: int
    data: Path
    otlp_ports: bool
    clickhouse_url: str
    clickhouse_cluster: str
    database_url: str
    blobs_url: str
    backups: Path | None
    decode_workers: int
    journal_bytes: int
    requests_per_second: int
    run_days: int
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    outbound_allow: tuple[str, ...]
    secret_key: str
    log_format: str


def read_settings(environment: Mapping[str, str], **given: object) -> Settings:
    """Settings of the environment; `given` (the command line) wins where it is not None. Raises `BadSetting`."""
    values: dict[str, Any] = {}
    for setting in TABLE:
        if given.get(setting.name) is not None:
            values[setting.name] = given[setting.name]
            continue
        text = environment.get(setting.environment, "")
        try:
            values[setting.name] = setting.read(text) if text else setting.default
        except ValueError as error:
            raise BadSetting(f"{setting.environment}={text!r} cannot be read ({error}). {setting.doc}") from error
    return Settings(**values)
