"""OpenAI embeddings."""

from typing import Any

from pellucid_demo.simulator import tokens
from pellucid_demo.simulator.catalogue import EMBEDDING_DIMENSIONS
from pellucid_demo.simulator.embedding import embed, packed
from pellucid_demo.simulator.wire.reading_json import BadRequestError, Body, optional_int, required_text

_MAX_TEXTS = 2048


def model_of(body: Body) -> str:
    return required_text(body, "model")


def answer(body: Body) -> tuple[dict[str, Any], int]:
    """The whole answer, and the tokens that it cost."""
    model = model_of(body)
    texts = _texts(body.get("input"))
    dimensions = optional_int(body, "dimensions") or EMBEDDING_DIMENSIONS[model]
    base64 = body.get("encoding_format") == "base64"
    vectors = (embed(text, dimensions) for text in texts)
    used = sum(map(tokens.count, texts))
    data = [
        {"object": "embedding", "index": number, "embedding": packed(vector) if base64 else vector}
        for number, vector in enumerate(vectors)
    ]
    return {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": used, "total_tokens": used}}, used


def _texts(value: Any) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise BadRequestError("Invalid 'input': expected a non-empty string or an array of them.", "input")
    if len(texts) > _MAX_TEXTS:
        raise BadRequestError(f"Invalid 'input': at most {_MAX_TEXTS} texts a request.", "input")
    return texts
