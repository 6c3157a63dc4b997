"""Prompts as the traffic shows them: versions, what is live, drift, and fingerprints bound to prompts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.prompt_insights import (
    BindingAnswer,
    BindingBody,
    LiveListAnswer,
    VariantGroupsAnswer,
    VersionReportsAnswer,
    to_group,
    to_live,
    to_report,
)
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["prompts"], responses=PROBLEMS)
    router.get("/prompt-reports/{name:path}", summary="What each version of a prompt did")(list_reports)
    router.get("/whats-live", summary="What served in the last minutes")(list_live)
    router.get("/prompt-variants", summary="Rendered system prompts, and who receives which")(list_variants)
    router.put("/prompt-bindings/{fingerprint}", summary="Bind a fingerprint to a prompt")(bind)
    router.delete("/prompt-bindings/{fingerprint}", summary="Take a binding back", status_code=204)(unbind)
    return router


def list_reports(request: Request, scope: Reader, name: str, window: QueryWindow) -> VersionReportsAnswer:
    """Of the last 30 days unless `from` says otherwise."""
    reports = house_of(request).prompt_insights.versions(scope, name, window)
    return VersionReportsAnswer(data=[to_report(report) for report in reports])


def list_live(request: Request, scope: Reader, minutes: Annotated[int, Query(ge=1, le=1_440)] = 15) -> LiveListAnswer:
    """Prompt versions, fingerprints, models, releases and SDKs with their share of the calls."""
    return LiveListAnswer(
        minutes=minutes, data=[to_live(entry) for entry in house_of(request).prompt_insights.live(scope, minutes)]
    )


def list_variants(request: Request, scope: Reader, window: QueryWindow, text: FilterText = "") -> VariantGroupsAnswer:
    """Of the last 30 days unless `from` says otherwise; the 60 most frequent fingerprints."""
    groups = house_of(request).prompt_insights.drift(scope, window, read_filter(text))
    return VariantGroupsAnswer(data=[to_group(group) for group in groups])


def bind(request: Request, scope: Writer, fingerprint: str, body: BindingBody) -> BindingAnswer:
    """Calls with this fingerprint that name no prompt count for that one from now on."""
    house = house_of(request)
    name = house.identity.projects.name_of(scope)
    binding = house.prompt_insights.bind(scope, fingerprint, body.prompt, name)
    return BindingAnswer(fingerprint=binding.fingerprint, prompt=body.prompt)


def unbind(request: Request, scope: Writer, fingerprint: str) -> None:
    """They count for none again."""
    house_of(request).prompt_insights.unbind(scope, fingerprint)
