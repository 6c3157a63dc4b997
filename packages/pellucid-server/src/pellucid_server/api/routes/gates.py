"""Gates in front of labels."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import House, house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.gates import (
    ApprovalBody,
    CandidateBody,
    DecisionAnswer,
    ExperimentRunBody,
    GateAnswer,
    GateBody,
    GateStateAnswer,
    RunEstimateAnswer,
    StartedAnswer,
    to_decision,
    to_gate,
    to_gate_state,
    to_run_estimate,
    to_started,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.datasets.gates import Candidate
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.store.meta.gates import LabelGate

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["gates"], responses=PROBLEMS)
    router.get("/label-gates", summary="Gates of the project")(list_gates)
    router.put("/label-gates/{label}", summary="Put a gate before a label")(put_gate)
    router.delete("/label-gates/{label}", summary="Take a gate away", status_code=204)(remove_gate)
    router.get("/prompt-gates/{name:path}", summary="How a version stands at the gate of a label")(show_gate)
    router.post("/prompt-gate-runs/{name:path}", summary="Try over the gate's cases what was not tried", status_code=201)(run_gate)
    router.post("/experiment-runs", summary="Run an experiment on the server", status_code=201)(run_experiment)
    router.post("/experiment-run-estimates", summary="What an experiment on the server will cost")(estimate_run)
    router.post("/prompt-gate-approvals/{name:path}", summary="Let a version through all the same", status_code=201)(approve)
    router.get("/prompt-gate-decisions/{name:path}", summary="What gates decided about a prompt")(list_decisions)
    return router


def list_gates(request: Request, scope: Reader) -> Page[GateAnswer]:
    """By label."""
    return Page(data=[to_gate(gate) for gate in house_of(request).curation.keeper.gates(scope)])


def put_gate(request: Request, scope: Admin, label: str, body: GateBody) -> GateAnswer:
    """In all prompts of the project; what the label points at now stays."""
    house = house_of(request)
    gate = LabelGate(
        project_id=scope.project_id,
        label=label,
        created_by=scope.actor,
        created_time=house.queries.clock(),
        **body.model_dump(),
    )
    return to_gate(house.curation.keeper.put(scope, gate))


def remove_gate(request: Request, scope: Admin, label: str) -> None:
    """What it decided stays on record."""
    house_of(request).curation.keeper.remove(scope, label)


def show_gate(request: Request, scope: Reader, name: str, label: str, version: int) -> GateStateAnswer:
    """Each metric with its bounds and verdict, and in words what to do next."""
    house = house_of(request)
    return to_gate_state(house.curation.keeper.state(scope, _candidate(house, scope, name, label, version)))


def run_gate(request: Request, scope: Writer, name: str, body: CandidateBody) -> Page[StartedAnswer]:
    """The version that shall go out, and the live one where it was not tried there; empty where both were."""
    house = house_of(request)
    state = house.curation.keeper.state(scope, _candidate(house, scope, name, body.label, body.version))
    return Page(data=[to_started(one) for one in house.server_runs.run_gate(scope, state)])


def run_experiment(request: Request, scope: Writer, body: ExperimentRunBody) -> StartedAnswer:
    """One model call for each case and repetition, as a durable run that can be stopped and resumed."""
    return to_started(house_of(request).server_runs.start(scope, body.draft()))


def estimate_run(request: Request, scope: Writer, body: ExperimentRunBody) -> RunEstimateAnswer:
    """By the length of its cases and of the prompt's answers of the last seven days. Nothing is begun."""
    return to_run_estimate(house_of(request).server_runs.estimate(scope, body.draft()))


def approve(request: Request, scope: Admin, name: str, body: ApprovalBody) -> DecisionAnswer:
    """Who and why stay on record."""
    house = house_of(request)
    candidate = _candidate(house, scope, name, body.label, body.version)
    return to_decision(house.curation.keeper.approve(scope, candidate, body.reason))


def list_decisions(request: Request, scope: Reader, name: str) -> Page[DecisionAnswer]:
    """The newest first."""
    return Page(data=[to_decision(one) for one in house_of(request).curation.keeper.decisions(scope, name)])


def _candidate(house: House, scope: Scope, name: str, label: str, version: int) -> Candidate:
    rollout = house.prompts.registry.get(scope, name).labels.get(label)
    live = max(rollout.arms, key=lambda arm: arm.probability).version if rollout is not None else None
    return Candidate(prompt=name, label=label, version=version, live_version=live)
