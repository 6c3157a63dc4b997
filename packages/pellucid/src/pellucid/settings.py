"""The settings of the client: one table, read once.

What lives here: name, environment variable, type, default and meaning of every setting, and the precedence
(argument of `init()`, then environment, then default). What must not live here: anything that acts on a setting.
The table is printed into `docs/reference/client/settings.md`, and a test keeps the two equal.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal, TypeAlias

from pellucid.errors import SettingsError
from pellucid.narrowing import is_list

Capture: TypeAlias = Literal["full", "metadata", "none"]
Mask: TypeAlias = Callable[[str], str]

MIB = 1024 * 1024
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError("give true or false")
    return word in TRUE_WORDS


def _probability(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError("give a number from 0 to 1")
    return value


def _size(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError("give a number of bytes, 0 or more")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if value < 0:
        raise ValueError("give a number of seconds, 0 or more")
    return value


def _capture(text: str) -> str:
    if text not in ("full", "metadata", "none"):
        raise ValueError("give full, metadata or none")
    return text


def _compression(text: str) -> str:
    if text not in ("gzip", "none"):
        raise ValueError("give gzip or none")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("give a URL that starts with http:// or https://")
    return text.rstrip("/")


def _about(env: str, parse: Callable[[str], Any], doc: str) -> dict[str, Any]:
    return {"env": env, "parse": parse, "doc": doc}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one client was told. Built by `read`; frozen afterwards."""

    url: str = field(default="http://127.0.0.1:7600", metadata=_about("PELLUCID_URL", _url, "Base URL of the server."))
    api_key: str = field(default="", metadata=_about("PELLUCID_API_KEY", str, "Key of the project; a loopback server needs none."))
    enabled: bool = field(
        default=True, metadata=_about("PELLUCID_ENABLED", _boolean, "False turns every call of the package into nothing.")
    )
    service: str = field(
        default="", metadata=_about("PELLUCID_SERVICE", str, "`service.name`; empty leaves OTEL_SERVICE_NAME in charge.")
    )
    environment: str = field(
        default="", metadata=_about("PELLUCID_ENVIRONMENT", str, "`deployment.environment.name` of this process.")
    )
    release: str = field(default="", metadata=_about("PELLUCID_RELEASE", str, "`service.version` of this process."))
    capture: Capture = field(
        default="full",
        metadata=_about(
            "PELLUCID_CAPTURE",
            _capture,
            "full: inputs and outputs; metadata: all but content; none: also no user, session, tags or metadata.",
        ),
    )
    mask: tuple[str, ...] | Mask = field(
        default=(),
        metadata=_about(
            "PELLUCID_MASK",
            _names,
            "Built-in patterns to mask (email, phone, card, iban, ip, key), or a callable that gets each text.",
        ),
    )
    sample_rate: float = field(
        default=1.0,
        metadata=_about(
            "PELLUCID_SAMPLE_RATE", _probability, "Share of traces to keep, 0 to 1; traces with an error are always kept."
        ),
    )
    max_queue_bytes: int = field(
        default=96 * MIB,
        metadata=_about(
            "PELLUCID_MAX_QUEUE_BYTES", _size, "Memory that unsent spans may take; beyond it new spans are counted as lost."
        ),
    )
    max_request_bytes: int = field(
        default=4 * MIB, metadata=_about("PELLUCID_MAX_REQUEST_BYTES", _size, "Largest request body before compression.")
    )
    max_value_chars: int = field(
        default=1_000_000,
        metadata=_about(
            "PELLUCID_MAX_VALUE_CHARS", _size, "Longest captured input or output, in characters; the rest is cut, visibly."
        ),
    )
    compression: str = field(default="gzip", metadata=_about("PELLUCID_COMPRESSION", _compression, "gzip or none."))
    flush_interval_s: float = field(
        default=0.5, metadata=_about("PELLUCID_FLUSH_INTERVAL_S", _seconds, "Longest wait of a span before it is sent.")
    )
    timeout_s: float = field(
        default=10.0, metadata=_about("PELLUCID_TIMEOUT_S", _seconds, "Longest wait for an answer, in the background.")
    )
    flush_timeout_s: float = field(
        default=5.0, metadata=_about("PELLUCID_FLUSH_TIMEOUT_S", _seconds, "Default deadline of flush().")
    )
    exit_timeout_s: float = field(
        default=5.0,
        metadata=_about("PELLUCID_EXIT_TIMEOUT_S", _seconds, "Longest that process exit waits while the server goes on accepting."),
    )
    exit_stall_s: float = field(
        default=1.0,
        metadata=_about("PELLUCID_EXIT_STALL_S", _seconds, "Process exit stops waiting when nothing was accepted for this long."),
    )
    spill_dir: str = field(
        default="",
        metadata=_about("PELLUCID_SPILL_DIR", str, "Folder for requests that do not fit or are left at exit; empty keeps no file."),
    )
    max_spill_bytes: int = field(
        default=256 * MIB, metadata=_about("PELLUCID_MAX_SPILL_BYTES", _size, "Size that the spill folder may reach.")
    )
    close_on_sigterm: bool = field(
        default=True,
        metadata=_about(
            "PELLUCID_CLOSE_ON_SIGTERM", _boolean, "Send what is left when SIGTERM comes, where nobody else handles the signal."
        ),
    )
    instrument: tuple[str, ...] = field(
        default=(), metadata=_about("PELLUCID_INSTRUMENT", _names, "Libraries to instrument at init, as for `instrument()`.")
    )
    propagate_threads: bool = field(
        default=True,
        metadata=_about(
            "PELLUCID_PROPAGATE_THREADS", _boolean, "Threads and thread pools inherit the trace and context of their starter."
        ),
    )
    set_global: bool = field(
        default=True,
        metadata=_about("PELLUCID_SET_GLOBAL", _boolean, "Become OpenTelemetry's global tracer provider where there is none yet."),
    )
    strict: bool = field(default=False, metadata=_about("PELLUCID_STRICT", _boolean, "Raise the client's own failures: for tests."))
    prompt_ttl_s: float = field(
        default=60.0,
        metadata=_about("PELLUCID_PROMPT_TTL_S", _seconds, "Age at which a cached prompt is renewed in the background."),
    )
    prompts_file: str = field(
        default="", metadata=_about("PELLUCID_PROMPTS_FILE", str, "Bundle of prompts to use when the server cannot be asked.")
    )


ACTIVATING = ("PELLUCID_URL", "PELLUCID_API_KEY")
"""Either of these in the environment starts the client at its first use, without `init()`."""


def read(given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Merge arguments over environment over defaults; an argument of None counts as not given."""
    source = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for item in fields(Settings):
        argument = given.get(item.name)
        text = source.get(item.metadata["env"])
        if argument is not None:
            values[item.name] = _checked(item.name, argument, item.metadata["parse"])
        elif text is not None and (text or item.default == ""):
            values[item.name] = _parsed(item.metadata["env"], text, item.metadata["parse"])
        elif item.default is not MISSING:
            values[item.name] = item.default
    return Settings(**values)


def is_activated(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the environment alone asks for a client."""
    source = os.environ if environ is None else environ
    return any(source.get(name) for name in ACTIVATING)


def _parsed(name: str, text: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"{name}={text!r} is not possible: {error}.") from error


def _checked(name: str, value: Any, parse: Callable[[str], Any]) -> Any:
    if callable(value) or isinstance(value, bool):
        return value
    if is_list(value):
        return tuple(value)
    return _parsed(f"init({name}=…)", str(value), parse)
