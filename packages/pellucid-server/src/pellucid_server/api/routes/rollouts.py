"""Rollouts of prompts: what the evidence says now, what is watched, and those that ended by themselves."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.rollouts import (
    EffectsAnswer,
    GuardrailSetAnswer,
    GuardrailSetBody,
    RolloutReportAnswer,
    StopsAnswer,
    to_effect,
    to_guardrails,
    to_rollout_report,
    to_stop,
)
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.prompts.context import Editor

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["prompts"], responses=PROBLEMS)
    router.get("/prompt-rollouts/{label}/{name:path}", summary="A rollout and its evidence")(get_rollout)
    router.get("/prompt-effects/{name:path}", summary="Before and after each move of a label")(list_effects)
    router.get("/prompt-stops/{name:path}", summary="Rollouts that ended by themselves")(list_stops)
    router.get("/prompt-guardrails/{label}/{name:path}", summary="What is watched while a label is split")(get_guardrails)
    router.put("/prompt-guardrails/{label}/{name:path}", summary="Say what is watched")(set_guardrails)
    return router


def get_rollout(request: Request, scope: Reader, label: str, name: str) -> RolloutReportAnswer:
    """Compared call by call since its shares were last set; may be looked at as often as one likes."""
    return to_rollout_report(house_of(request).rollouts.report(scope, name, label))


def list_effects(request: Request, scope: Reader, name: str) -> EffectsAnswer:
    """Of the 20 newest moves: quality, cost, latency, refusals and errors on each side, with intervals, and their differences."""
    return EffectsAnswer(data=[to_effect(effect) for effect in house_of(request).rollouts.effects(scope, name)])


def list_stops(request: Request, scope: Reader, name: str) -> StopsAnswer:
    """With the evidence as it was then."""
    return StopsAnswer(data=[to_stop(stop) for stop in house_of(request).rollouts.stops(scope, name)])


def get_guardrails(request: Request, scope: Reader, label: str, name: str) -> GuardrailSetAnswer:
    """The defaults where nobody said anything."""
    return to_guardrails(house_of(request).rollouts.guardrails(scope, name, label))


def set_guardrails(request: Request, scope: Writer, label: str, name: str, body: GuardrailSetBody) -> GuardrailSetAnswer:
    """Of one label of one prompt; counts from the next look on, also for a rollout that runs."""
    house = house_of(request)
    editor = Editor(scope=scope, name=house.identity.projects.name_of(scope))
    return to_guardrails(house.rollouts.set_guardrails(editor, name, label, body.wanted()))
