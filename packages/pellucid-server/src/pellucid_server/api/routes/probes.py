"""Probe sets: the same prompts to a model again and again, to see whether it still answers as it did."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.probes import ProbeSetAnswer, ProbeSetBody, ProbeSwitch, to_draft, to_probe_set
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["drift"], responses=PROBLEMS)
    router.get("/probe-sets", summary="Probe sets with their latest looks")(list_sets)
    router.post("/probe-sets", summary="Make a probe set", status_code=201)(create)
    router.get("/probe-sets/{probe_set_id}", summary="One probe set with its looks")(get_set)
    router.put("/probe-sets/{probe_set_id}/enabled", summary="Switch a probe set on or off")(switch)
    router.post("/probe-sets/{probe_set_id}/renew", summary="Take the next answers as the reference")(renew)
    router.delete("/probe-sets/{probe_set_id}", summary="Delete a probe set", status_code=204)(remove)
    return router


def list_sets(request: Request, scope: Reader) -> Page[ProbeSetAnswer]:
    """By name."""
    return Page(data=[to_probe_set(one) for one in house_of(request).monitoring.probes.list_sets(scope)])


def create(request: Request, scope: Writer, body: ProbeSetBody) -> ProbeSetAnswer:
    """It looks at once, and then every `every_s` seconds; the first whole look is the reference."""
    return to_probe_set(house_of(request).monitoring.probes.create(scope, to_draft(body)))


def get_set(request: Request, scope: Reader, probe_set_id: str) -> ProbeSetAnswer:
    """Distances with intervals and p-values, the latest first."""
    return to_probe_set(house_of(request).monitoring.probes.get(scope, probe_set_id))


def switch(request: Request, scope: Writer, probe_set_id: str, body: ProbeSwitch) -> ProbeSetAnswer:
    """Switched on, it looks at once."""
    return to_probe_set(house_of(request).monitoring.probes.switch(scope, probe_set_id, enabled=body.enabled))


def renew(request: Request, scope: Writer, probe_set_id: str) -> ProbeSetAnswer:
    """What moved is accepted: the next look is what later ones are held against."""
    return to_probe_set(house_of(request).monitoring.probes.renew(scope, probe_set_id))


def remove(request: Request, scope: Writer, probe_set_id: str) -> None:
    """With its looks; entries of the ledger stay."""
    house_of(request).monitoring.probes.remove(scope, probe_set_id)
