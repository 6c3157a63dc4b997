"""The parts for models and long work, wired: outgoing requests, sealed connections, the port to models, the engine of runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid_server.app.call_spans import CallSpans
from pellucid_server.app.configs import Configs
from pellucid_server.app.pricing import call_pricer
from pellucid_server.app.settings import Settings
from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.identity.model_connections import ModelConnectionBook
from pellucid_server.ingest.door import Door
from pellucid_server.jobs.engine import Engine
from pellucid_server.jobs.handlers import Handler
from pellucid_server.jobs.runs import Runs
from pellucid_server.llm.models import LanguageModels
from pellucid_server.llm.ports import PriceOf
from pellucid_server.llm.vault import Vault
from pellucid_server.outbound.guard import Guard
from pellucid_server.store.meta.database import MetaStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Durable:
    """What `open_durable` made."""

    guard: Guard
    model_connections: ModelConnectionBook
    models: LanguageModels
    runs: Runs
    engine: Engine
    price_of: PriceOf


def open_durable(settings: Settings, meta: MetaStore, configs: Configs, door: Door, *, handlers: Sequence[Handler]) -> Durable:
    """All of it; `handlers` is the list of the kinds of runs."""
    guard = Guard(settings.outbound_allow)
    connections = ModelConnectionBook(meta, Vault.open(settings.data, settings.secret_key), guard)
    price_of = call_pricer(configs)
    models = LanguageModels(connections, guard=guard, price_of=price_of, recorder=CallSpans(door))
    # The data directory has one server (its lock says so); a PostgreSQL may be shared by several.
    engine = Engine(meta, models, handlers, owner=random_id("server"), alone=not settings.database_url, clock=system_clock)
    runs = Runs(meta, engine.handlers.keys(), wake=engine.wake)
    return Durable(guard=guard, model_connections=connections, models=models, runs=runs, engine=engine, price_of=price_of)
