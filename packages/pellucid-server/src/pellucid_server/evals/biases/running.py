"""Runs of bias tests: the kind of durable run in which each item is one case under all probes."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from pellucid_server.evals.biases.findings import findings
from pellucid_server.evals.biases.probing import Probed, Prober
from pellucid_server.evals.errors import BadEvaluator, NoSuchEvaluator, NoVerdict
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.running import scope_of
from pellucid_server.evals.subject import Subjects, place_from_json
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue

KIND: Final = "bias-test"
CONCURRENCY: Final = 8
PROBES: Final = ("repeats", "longer", "own_style", "lean")


class BiasTestHandler:
    """See the module."""

    kind = KIND
    concurrency = CONCURRENCY

    def __init__(self, book: EvaluatorBook, subjects: Subjects) -> None:
        self._book = book
        self._subjects = subjects

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Probe one case with the version with which the test began. Raises `NotFound` for a case that is gone, errors of the call."""
        scope, settings = scope_of(context.project_id), _object(context.settings)
        evaluator, version, repeats = settings.get("evaluator"), settings.get("version"), settings.get("repeats")
        if not isinstance(evaluator, str) or not isinstance(version, int) or not isinstance(repeats, int):
            raise NoSuchEvaluator("The run names no evaluator and version; start another one.")
        _, ready = await asyncio.to_thread(self._book.ready, scope, evaluator, version)
        if ready.judge is None:
            raise BadEvaluator("Only judges are tested for bias: rules and code say the same of the same.")
        subject = await asyncio.to_thread(self._subjects.read, scope, place_from_json(item))
        try:
            probed = await Prober(evaluator, ready.definition, ready.judge, subject, context.call).probe(repeats)
        except NoVerdict as error:
            probed = Probed(why=dict.fromkeys(PROBES, error.message))
        return probed.as_json()

    async def finished(self, context: RunContext) -> None:
        """The findings are kept with the run."""
        kept = [_object(outcome.output) async for outcome in context.outcomes() if not outcome.error]
        found = await asyncio.to_thread(findings, kept)  # the first one loads what statistics need, which takes seconds
        await context.conclude({"cases": len(kept), "findings": [asdict(one) for one in found]})


def _object(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}
