"""What enrichment does to one span, in order, for one project. The steps are pure and live in `enrich`; the order lives here."""

from dataclasses import dataclass, replace

from pellucid_server.enrich.price import PriceBook, PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectConfig:
    """What a project asks of the pipeline: a frozen snapshot, sent to the workers, replaced whole when somebody edits it."""

    prices: tuple[PriceOverride, ...] = ()
    catch_all: Rates | None = None
    """An estimate for models that nobody can price; off unless the project opts in."""
    redact_before_journal: bool = False
    """Redact in the door, so that nothing unredacted ever comes to rest."""


DEFAULT_CONFIG = ProjectConfig()


class Enricher:
    """The steps of one project."""

    def __init__(self, config: ProjectConfig = DEFAULT_CONFIG) -> None:
        self.config = config
        self._book = PriceBook(config.prices, catch_all=config.catch_all)

    def redact(self, raw: RawSpan) -> RawSpan:
        """The raw span as it may come to rest."""
        return raw

    def enrich(self, span: Span) -> Span:
        """Price, outcome, fingerprints."""
        quote = self._book.quote(span)
        return replace(span, cost=quote.cost, flags=(*span.flags, *quote.flags))
