"""The help-centre index: chunks with vectors, nearest first, and a reranker that looks at shared words.

Vectors are made by the embedding model that the caller passes in; a search embeds the question with the same model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import mul

from pellucid_demo.bot.articles import Article, articles
from pellucid_demo.bot.configuration import IndexSettings

Vector = Sequence[float]
EmbedTexts = Callable[[Sequence[str]], list[Vector]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of an article as it stands in an index."""

    id: str
    article_id: str
    document_class: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A chunk that a search returned, with its similarity to the question."""

    chunk: Chunk
    score: float


class Index:
    """One build of the index. Read-only after it is built, so threads may share it."""

    def __init__(self, settings: IndexSettings, embed: EmbedTexts) -> None:
        self.settings = settings
        self._by_article = {article.id: _chunks(article, settings) for article in articles()}
        guides = [chunks[0] for chunks in self._by_article.values()]
        vectors = embed([f"{chunk.title}. {chunk.text}" for chunk in guides])
        self._vectors = dict(zip(self._by_article, vectors, strict=True))

    def search(self, vector: Vector) -> list[Found]:
        """The chunks of the `top_k` nearest articles; an article with several chunks brings all of them."""
        scored = sorted(((_dot(vector, own), name) for name, own in self._vectors.items()), reverse=True)
        return [
            Found(chunk=chunk, score=round(score - 0.01 * number, 4))
            for score, name in scored[: self.settings.top_k]
            for number, chunk in enumerate(self._by_article[name])
        ]


def rerank(question: str, found: Sequence[Found]) -> list[Found]:
    """The same chunks, those that share words with the question first."""
    wanted = {word for word in question.lower().split() if len(word) > 3}

    def relevance(one: Found) -> float:
        text = f"{one.chunk.title} {one.chunk.text}".lower()
        return one.score + 0.05 * sum(word.strip("?.,") in text for word in wanted)

    scored = [Found(chunk=one.chunk, score=round(relevance(one), 4)) for one in found]
    return sorted(scored, key=lambda one: -one.score)


def _chunks(article: Article, settings: IndexSettings) -> list[Chunk]:
    texts = [article.text]
    if article.notes and article.document_class in settings.notes_for:
        texts.append(article.notes)
    return [
        Chunk(
            id=article.id if number == 0 else f"{article.id}-part{number + 1}",
            article_id=article.id,
            document_class=article.document_class,
            title=article.title,
            text=text,
        )
        for number, text in enumerate(texts)
    ]


def _dot(left: Vector, right: Vector) -> float:
    total: float = sum(map(mul, left, right))
    return total
