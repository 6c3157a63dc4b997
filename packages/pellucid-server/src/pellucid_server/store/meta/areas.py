"""The list of areas: what is imported here is part of the schema. A table in a file that is not listed does not exist."""

from types import ModuleType

from pellucid_server.store.meta import (
    annotations,
    audit,
    changes,
    comments,
    dashboards,
    dataset_rules,
    datasets,
    experiments,
    guardrails,
    incidents,
    invitations,
    keys,
    model_connections,
    monitors,
    organizations,
    people,
    prices,
    prompts,
    proposals,
    runs,
    settings,
    views,
)
from pellucid_server.store.meta.schema import metadata as metadata

AREAS: tuple[ModuleType, ...] = (
    organizations,
    people,
    invitations,
    keys,
    prices,
    views,
    comments,
    settings,
    audit,
    changes,
    prompts,
    proposals,
    guardrails,
    dashboards,
    datasets,
    experiments,
    dataset_rules,
    annotations,
    model_connections,
    runs,
    monitors,
    incidents,
)
