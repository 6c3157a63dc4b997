"""The doors of the simulated providers: from an HTTP request to an HTTP answer, whatever carries them.

    POST /v1/chat/completions   POST /v1/responses   POST /v1/embeddings   GET /v1/models[/{name}]      OpenAI
    POST /v1/messages           POST /v1/messages/count_tokens                                          Anthropic
    POST /v1beta/models/{name}:generateContent · :streamGenerateContent?alt=sse                         Google
    GET  /health

Any non-empty key is accepted. `x-simulate` asks for a fault (see faults), `x-simulated-time` sets the provider's clock
for one request; both are headers, so neither shows in a trace.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pellucid_demo.simulator.catalogue import EMBEDDING_DIMENSIONS, names, version_of
from pellucid_demo.simulator.catalogue import Provider as House
from pellucid_demo.simulator.chance import digest
from pellucid_demo.simulator.conversation import Request
from pellucid_demo.simulator.engine import ContextTooLongError, Engine, Settings, Timing, UnknownModelError, count_prompt
from pellucid_demo.simulator.exchange import Chunk, Incoming, Outgoing
from pellucid_demo.simulator.faults import TIMEOUT_HOLD_MS, Fault, RequestLimit, Struck, drawn, wished
from pellucid_demo.simulator.wire import chat, embeddings, errors, generate, messages, responses
from pellucid_demo.simulator.wire.events import streamed, whole
from pellucid_demo.simulator.wire.reading_json import BadRequestError, body_of

FAULT_HEADER = "x-simulate"
TIME_HEADER = "x-simulated-time"
_ENDING = {
    Fault.RATE_LIMIT, Fault.OVERLOADED, Fault.SERVER_ERROR, Fault.BAD_REQUEST, Fault.UNAUTHORIZED,
}  # fmt: skip
_EMBEDDING_MS, _EMBEDDING_TOKEN_MS = 45.0, 0.05
_MODELS_SINCE = 1_700_000_000
_MODEL_PATH = re.compile(r"/v1/models/([\w.:-]+)")
_GENERATE_PATH = re.compile(r"/v1beta/models/([\w.-]+):(generateContent|streamGenerateContent)")
_KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key")


class Provider:
    """OpenAI, Anthropic and Google behind one address."""

    def __init__(self, settings: Settings) -> None:
        self._engine = Engine(settings)
        self._limit = RequestLimit(settings.requests_per_minute) if settings.requests_per_minute else None
        self._routes: Mapping[tuple[str, str], Callable[[Incoming, Fault | None], Outgoing]] = {
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/responses"): self._responses,
            ("POST", "/v1/embeddings"): self._embeddings,
            ("POST", "/v1/messages"): self._messages,
            ("POST", "/v1/messages/count_tokens"): self._count_tokens,
            ("GET", "/v1/models"): self._models,
            ("GET", "/health"): self._health,
        }

    @property
    def settings(self) -> Settings:
        return self._engine.settings

    def change(self, settings: Settings) -> None:
        """Go on as another world, from the next request on; the limit on requests stays as it was."""
        self._engine.settings = settings

    def answer(self, incoming: Incoming) -> Outgoing:
        house = _house(incoming)
        try:
            return self._routed(incoming, house)
        except BadRequestError as error:
            return _refused(house, 400, "invalid_value", str(error), error.param)
        except UnknownModelError as error:
            return _refused(house, 404, "model_not_found", str(error))
        except ContextTooLongError as error:
            return _refused(house, 400, "context_length_exceeded", str(error), "messages")

    def _routed(self, incoming: Incoming, house: House) -> Outgoing:
        if model := _MODEL_PATH.fullmatch(incoming.path):
            return self._model(model[1], incoming)
        route = self._routes.get((incoming.method, incoming.path))
        if route is None and incoming.method == "POST" and _GENERATE_PATH.fullmatch(incoming.path):
            route = self._generate
        if route is None:
            message = f"Unknown request URL: {incoming.method} {incoming.path}."
            return errors.openai_error(404, "invalid_request_error", "unknown_url", message)
        hit = self._struck(incoming) if incoming.method == "POST" else None
        if hit is None:
            return route(incoming, None)
        if hit.fault is Fault.TIMEOUT:
            return Outgoing(status=504, chunks=[Chunk(wait_ms=TIMEOUT_HOLD_MS, data=b"")], broken=True)
        if hit.fault in _ENDING:
            return errors.struck(hit, house)
        answered = route(incoming, hit.fault)
        return _cut(answered) if hit.fault is Fault.DISCONNECT else answered

    def _struck(self, incoming: Incoming) -> Struck | None:
        if not any(incoming.headers.get(name) for name in _KEY_HEADERS):
            return Struck(fault=Fault.UNAUTHORIZED)
        attempt = int(incoming.headers.get("x-stainless-retry-count", "0") or 0)
        try:
            hit = wished(incoming.headers.get(FAULT_HEADER), attempt)
        except ValueError as error:
            raise BadRequestError(f"{FAULT_HEADER} names no fault that the simulator knows: {error}", FAULT_HEADER) from error
        if hit is None and self._limit is not None and (wait := self._limit.admit(incoming.at.timestamp())) is not None:
            return Struck(fault=Fault.RATE_LIMIT, retry_after_s=wait)
        seed = self.settings.seed
        return hit or drawn(self.settings.fault_rates, seed, digest(incoming.body), incoming.at.timestamp(), attempt)

    def _chat(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        request = chat.decode(body_of(incoming.body))
        reply, timing = self._engine.reply(request, _clock(incoming), spoiled)
        if request.stream:
            return streamed(chat.stream(reply, request), timing)
        return whole(chat.encode(reply, request), timing.total_ms)

    def _responses(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        body = body_of(incoming.body)
        request = responses.decode(body)
        reply, timing = self._engine.reply(request, _clock(incoming), spoiled)
        if request.stream:
            return streamed(responses.stream(reply, request, body), timing)
        return whole(responses.encode(reply, request, body), timing.total_ms)

    def _messages(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        request = messages.decode(body_of(incoming.body))
        reply, timing = self._engine.reply(request, _clock(incoming), spoiled)
        headers = {"request-id": f"req_{digest(reply.id)[:24]}"}
        plain = streamed(messages.stream(reply), timing) if request.stream else _message(messages.encode(reply), timing)
        return Outgoing(status=200, chunks=plain.chunks, content_type=plain.content_type, headers=headers)

    def _generate(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        found = _GENERATE_PATH.fullmatch(incoming.path)
        if found is None:
            raise BadRequestError("The path names no model.", "model")
        request = generate.decode(body_of(incoming.body), found[1], stream=found[2] == "streamGenerateContent")
        reply, timing = self._engine.reply(request, _clock(incoming), spoiled)
        if request.stream:
            return streamed(generate.stream(reply), timing)
        return whole(generate.encode(reply), timing.total_ms)

    def _count_tokens(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        request = messages.decode(body_of(incoming.body), counting=True)
        self._known(request, incoming)
        return whole({"input_tokens": count_prompt(request)})

    def _embeddings(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        body = body_of(incoming.body)
        if embeddings.model_of(body) not in EMBEDDING_DIMENSIONS:
            raise UnknownModelError(embeddings.model_of(body))
        value, used = embeddings.answer(body)
        return whole(value, self.settings.latency * (_EMBEDDING_MS + _EMBEDDING_TOKEN_MS * used))

    def _models(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        listed = [_listed(name) for name in names()]
        return whole({"object": "list", "data": listed, "has_more": False, "first_id": None, "last_id": None})

    def _model(self, name: str, incoming: Incoming) -> Outgoing:
        if name not in EMBEDDING_DIMENSIONS and version_of(name, _clock(incoming)) is None:
            raise UnknownModelError(name)
        return whole(_listed(name))

    def _health(self, incoming: Incoming, spoiled: Fault | None) -> Outgoing:
        return whole({"status": "ok"})

    def _known(self, request: Request, incoming: Incoming) -> None:
        if version_of(request.model, _clock(incoming)) is None:
            raise UnknownModelError(request.model)


def _house(incoming: Incoming) -> House:
    """Whose door a request came to, and so whose words an error is told in."""
    if incoming.path.startswith("/v1beta/"):
        return House.GOOGLE
    is_anthropic = incoming.path.startswith("/v1/messages") or "anthropic-version" in incoming.headers
    return House.ANTHROPIC if is_anthropic else House.OPENAI


def _refused(house: House, status: int, code: str, about: str, param: str | None = None) -> Outgoing:
    """What was asked cannot be: a bad field, an unknown model, a prompt that is too long."""
    unknown, long = code == "model_not_found", code == "context_length_exceeded"
    if house is House.ANTHROPIC:
        text = f"model: {about}" if unknown else f"prompt is too long: {about}" if long else about
        return errors.anthropic_error(status, "not_found_error" if unknown else "invalid_request_error", text)
    if house is House.GOOGLE:
        named = f"models/{about} is not found for API version v1beta, or is not supported for generateContent."
        text = (
            named if unknown else f"The input token count exceeds the maximum number of tokens allowed: {about}" if long else about
        )
        return errors.google_error(status, text)
    text = f"The model `{about}` does not exist or you do not have access to it." if unknown else about
    text = f"This model's maximum context length is exceeded: {about}" if long else text
    return errors.openai_error(status, "invalid_request_error", code, text, param)


def _message(value: dict[str, Any], timing: Timing) -> Outgoing:
    return whole(value, timing.total_ms)


def _listed(name: str) -> dict[str, Any]:
    """One entry with the fields of both providers' lists."""
    owner = "anthropic" if name.startswith("claude") else "google" if name.startswith("gemini") else "openai"
    openai = {"id": name, "object": "model", "created": _MODELS_SINCE, "owned_by": owner}
    since = datetime.fromtimestamp(_MODELS_SINCE, UTC).isoformat().replace("+00:00", "Z")
    return {**openai, "type": "model", "display_name": name, "created_at": since}


def _clock(incoming: Incoming) -> datetime:
    wished_time = incoming.headers.get(TIME_HEADER)
    if not wished_time:
        return incoming.at
    try:
        return datetime.fromisoformat(wished_time)
    except ValueError as error:
        raise BadRequestError(f"{TIME_HEADER} must be a time in ISO 8601.", TIME_HEADER) from error


def _cut(answered: Outgoing) -> Outgoing:
    """The answer broken off in the middle."""
    kept = list(answered.chunks[: max(1, len(answered.chunks) // 2)])
    if len(answered.chunks) == 1:
        kept = [Chunk(wait_ms=kept[0].wait_ms, data=kept[0].data[: len(kept[0].data) // 2])]
    return Outgoing(status=answered.status, chunks=kept, content_type=answered.content_type, broken=True)
