"""Embedding requests of OpenAI's shape: texts in, numbers out; only the numbers' shape is kept.

What lives here: the request and answer. What must not live here: vectors in attributes.
"""

from pellucid.narrowing import is_list
from pellucid.providers.facts import Answered, Asked, Document, Gatherer, Silence, text_part, without
from pellucid.usage import canonical


class OpenAIEmbeddings:
    """`POST /embeddings`."""

    def asked(self, request: Document) -> Asked:
        model = request.get("model")
        given = request.get("input")
        texts = list(given) if is_list(given) else [given]
        return Asked(
            kind="embedding",
            name=f"embeddings {model}" if model else "embeddings",
            model=model,
            messages=[{"role": "user", "parts": [text_part(text)]} for text in texts if isinstance(text, str)],
            parameters=without(request, "model", "input"),
        )

    def answered(self, response: Document) -> Answered:
        return Answered(model=response.get("model"), usage=canonical(response.get("usage")))

    def gatherer(self) -> Gatherer:
        return Silence()
