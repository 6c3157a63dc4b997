"""Prices for calls that the server makes itself: the same books as for everybody's spans."""

from pellucid_server.app.configs import Configs
from pellucid_server.core.clock import Micros
from pellucid_server.enrich.price import PriceBook
from pellucid_server.ingest.enriching import ProjectConfig
from pellucid_server.llm.ports import PriceOf
from pellucid_server.model.span import Kind, Span
from pellucid_server.model.usage import Cost, Usage

KEPT_BOOKS = 64
COMPATIBLE = "openai-compatible"


def call_pricer(configs: Configs) -> PriceOf:
    """A pricer that keeps a project's book until its prices change: making one compiles every pattern."""
    books: dict[str, tuple[ProjectConfig, PriceBook]] = {}

    def price(project_id: str, provider: str, model: str, usage: Usage, time: Micros) -> Cost | None:
        config = configs.of(project_id)
        kept = books.get(project_id)
        if kept is None or kept[0] is not config:
            if len(books) >= KEPT_BOOKS:
                books.clear()
            kept = books[project_id] = (config, PriceBook(config.prices))
        named = "" if provider == COMPATIBLE else provider
        return kept[1].price(
            Span(trace_id="", span_id="", kind=Kind.GENERATION, start_time=time, provider=named, model=model, usage=usage)
        )

    return price
