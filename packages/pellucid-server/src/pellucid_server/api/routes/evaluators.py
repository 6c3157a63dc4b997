"""Evaluators: the gallery, versions, what each looks at, trying and estimating before it is switched on, and history."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.asking import QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.analyses import AnalysisAnswer, to_analysis
from pellucid_server.api.wire.bias_tests import BiasTestBody, BiasTestsAnswer, to_bias_tests
from pellucid_server.api.wire.evaluators import (
    BackfillBody,
    CheckBody,
    EntryAnswer,
    EvaluatorAnswer,
    EvaluatorBody,
    ForecastAnswer,
    ForecastBody,
    PlanBody,
    PreviewBody,
    RuleAnswer,
    TriedAnswer,
    VersionAnswer,
    VersionBody,
    to_entry,
    to_evaluator,
    to_forecast,
    to_rule,
    to_tried,
    to_version,
)
from pellucid_server.api.wire.guidance import GuidanceAnswer, to_guidance
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.runs import RunAnswer, to_run
from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.evals.rules.describing import DESCRIBED
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["evaluators"], responses=PROBLEMS)
    router.get("/evaluator-gallery", summary="Ready evaluators to begin with")(list_gallery)
    router.get("/evaluator-rules", summary="Rules and their settings")(list_rules)
    router.post("/evaluator-checks", summary="Look a draft through", status_code=204)(check)
    router.post("/evaluator-previews", summary="Try a draft on real spans; nothing is written")(preview)
    router.post("/evaluator-forecasts", summary="Estimate what a day of a draft would cost")(forecast)
    router.get("/evaluator-guidance", summary="What evaluates the traffic, and which step comes next")(guidance)
    router.get("/evaluators", summary="Evaluators of the project")(list_evaluators)
    router.post("/evaluators", summary="Make an evaluator", status_code=201)(create_evaluator)
    router.get("/evaluators/{evaluator_id}", summary="One evaluator")(get_evaluator)
    router.patch("/evaluators/{evaluator_id}", summary="Change what an evaluator looks at")(plan_evaluator)
    router.delete("/evaluators/{evaluator_id}", summary="Delete an evaluator", status_code=204)(remove_evaluator)
    router.get("/evaluators/{evaluator_id}/versions", summary="All versions of an evaluator")(list_versions)
    router.post("/evaluators/{evaluator_id}/versions", summary="Change what an evaluator is", status_code=201)(edit_evaluator)
    router.post("/evaluators/{evaluator_id}/backfill", summary="Evaluate history", status_code=202)(backfill)
    router.get("/evaluators/{evaluator_id}/analysis", summary="What an evaluator's scores can be believed")(analyse)
    router.post("/evaluators/{evaluator_id}/bias-tests", summary="Test a judge for bias", status_code=202)(start_bias_test)
    router.get("/evaluators/{evaluator_id}/bias-tests", summary="The newest bias test of a judge")(get_bias_test)
    return router


def list_gallery(request: Request, scope: Reader) -> Page[EntryAnswer]:
    """Rules, code and judges. A judge needs the name of a model connection before it can be kept."""
    return Page(data=[to_entry(entry) for entry in GALLERY])


def list_rules(request: Request, scope: Reader) -> Page[RuleAnswer]:
    """What the body of a rule may hold under `settings`."""
    return Page(data=[to_rule(rule) for rule in DESCRIBED])


def check(request: Request, scope: Reader, body: CheckBody) -> None:
    """Nothing where the draft could be kept; else a problem whose text names the field and the rule."""
    house_of(request).evals.book.compile(body.definition.model_dump())


async def preview(request: Request, scope: Writer, body: PreviewBody) -> Page[TriedAnswer]:
    """Judges are really asked, and what they cost is real: at most 20 at a time."""
    place = None if body.place is None else body.place.place()
    room = house_of(request).evals
    tried = await room.trials.preview(scope, body.definition.model_dump(), body.filter, limit=body.limit, place=place)
    return Page(data=[to_tried(one) for one in tried])


def forecast(request: Request, scope: Reader, body: ForecastBody) -> ForecastAnswer:
    """By the traffic of the last 24 hours, stratum by stratum."""
    found = house_of(request).evals.trials.forecast(
        scope,
        body.definition.model_dump(),
        body.filter,
        body.sampling,
        body.daily_budget,
        evaluator_id=body.evaluator_id,
        measured=body.cost_each,
    )
    return to_forecast(found)


def guidance(request: Request, scope: Reader) -> GuidanceAnswer:
    """By the traffic of the last 24 hours: its kinds, what of them is looked at, and at most three steps with what a day of each costs."""
    return to_guidance(house_of(request).evals.guide.guide(scope))


def list_evaluators(request: Request, scope: Reader) -> Page[EvaluatorAnswer]:
    """By name."""
    return Page(data=[to_evaluator(found) for found in house_of(request).evals.book.list_all(scope)])


def create_evaluator(request: Request, scope: Writer, body: EvaluatorBody) -> EvaluatorAnswer:
    """Off, unless `enabled` says otherwise."""
    found = house_of(request).evals.book.create(
        scope, name=body.name, definition=body.definition.model_dump(), plan=body.plan(), note=body.note
    )
    return to_evaluator(found)


def get_evaluator(request: Request, scope: Reader, evaluator_id: str) -> EvaluatorAnswer:
    """With what it spent since midnight, UTC."""
    room = house_of(request).evals
    return to_evaluator(room.book.get(scope, evaluator_id), room.spending.today(scope, evaluator_id))


def plan_evaluator(request: Request, scope: Writer, evaluator_id: str, body: PlanBody) -> EvaluatorAnswer:
    """Filter, sampling, budget, on and off. Switched on, it begins with the traffic of now."""
    return to_evaluator(house_of(request).evals.book.plan(scope, evaluator_id, body.plan()))


def remove_evaluator(request: Request, scope: Writer, evaluator_id: str) -> None:
    """Its scores stay."""
    house_of(request).evals.book.remove(scope, evaluator_id)


def list_versions(request: Request, scope: Reader, evaluator_id: str) -> Page[VersionAnswer]:
    """The newest first."""
    return Page(data=[to_version(version) for version in house_of(request).evals.book.versions(scope, evaluator_id)])


def edit_evaluator(request: Request, scope: Writer, evaluator_id: str, body: VersionBody) -> EvaluatorAnswer:
    """A new version, which counts from now on; runs under way keep theirs. An equal one makes none."""
    book = house_of(request).evals.book
    return to_evaluator(book.edit(scope, evaluator_id, definition=body.definition.model_dump(), note=body.note))


def backfill(request: Request, scope: Writer, evaluator_id: str, window: QueryWindow, body: BackfillBody) -> RunAnswer:
    """A durable run over `from` to `to`, or over the named places."""
    house = house_of(request)
    if body.places:
        started = house.evals.trials.evaluate(scope, evaluator_id, [place.place() for place in body.places])
    else:
        started = house.evals.trials.backfill(
            scope, evaluator_id, window, share=body.share, limit=body.limit, max_cost=body.max_cost
        )
    return to_run(house.runs.get(scope, started.id))


def analyse(request: Request, scope: Reader, evaluator_id: str, window: QueryWindow, segment: str = "") -> AnalysisAnswer:
    """Raw and corrected means with their intervals, by `segment` (a field of spans such as `metadata.auth`), and trust in the judge."""
    return to_analysis(house_of(request).evals.analyses.of(scope, evaluator_id, window, segment))


def start_bias_test(request: Request, scope: Writer, evaluator_id: str, body: BiasTestBody) -> RunAnswer:
    """A durable run over the newest cases that match: each judged again, longer, reworded by the judge's model, and two at a time."""
    house = house_of(request)
    started = house.evals.biases.start(scope, evaluator_id, cases=body.cases, repeats=body.repeats, max_cost=body.max_cost)
    return to_run(house.runs.get(scope, started.id))


def get_bias_test(request: Request, scope: Reader, evaluator_id: str) -> BiasTestsAnswer:
    """As far as it is: position, length, own style, and how often the judge contradicts itself."""
    return to_bias_tests(house_of(request).evals.biases.newest(scope, evaluator_id))
