"""Probing: one look of a probe set as a durable run, and what it says: did the model behind the alias change how it answers?

The first whole look is the reference. A later one is compared with it by `stats.behaviour`; where it moved, the ledger gets an entry, and
the rule on probe sets fires. Every call is a recorded step, so a restart asks nothing twice, and a look is written once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pellucid_server.core.clock import DAY, SECOND, Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.llm.calls import ModelRequest, Origin
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.span import Outcome
from pellucid_server.monitors.errors import BadProbeSet
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.stats.behaviour import Behaviour, behaviour, refused_more
from pellucid_server.stats.intervals import Estimate
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.probes import ProbeLook, ProbeSet

KIND: Final = "probe"
ENVIRONMENT: Final = "pellucid-probes"
CONCURRENCY: Final = 4
FALSE_ALARM_DAYS: Final = 90
"""A set whose model does not change cries wolf at most once in so many days, however often it looks."""
LARGEST_LEVEL: Final = 0.01
LEAST_DISTANCE: Final = 0.05
"""A smaller one is no other behaviour, however sure it is."""
LEAST_ANSWERED: Final = 0.6
"""Of the calls; a provider that is down is no other behaviour."""
SEED: Final = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer."""

    prompt: int
    text: str
    refused: bool
    model: str
    """With the provider's mark."""


def level_of(every_s: int) -> float:
    """Of one look, so that the false alarms of all looks keep to `FALSE_ALARM_DAYS`."""
    return min(LARGEST_LEVEL, every_s * SECOND / (FALSE_ALARM_DAYS * DAY))


class ProbeHandler:
    """The kind of run."""

    kind = KIND
    concurrency = CONCURRENCY

    def __init__(self, store: MetaStore, ledger: Ledger, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._new_id = new_id

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Ask one prompt once."""
        place = item.get("prompt") if isinstance(item, dict) else None
        settings = context.settings if isinstance(context.settings, dict) else {}
        prompts, parameters = settings.get("prompts"), settings.get("parameters")
        if not isinstance(prompts, list) or not isinstance(place, int) or not 0 <= place < len(prompts):
            raise BadProbeSet("The run names no prompt of its set; start another look.")
        request = ModelRequest(
            model=str(settings.get("model", "")),
            messages=(Message(role=Role.USER, parts=(text_part(str(prompts[place])),)),),
            parameters=parameters if isinstance(parameters, dict) else {},
            purpose="probe",
        )
        origin = Origin(metadata={"probe_set": str(settings.get("probe_set", "")), "run_id": context.run_id})
        answer = await context.call(str(settings.get("connection", "")), request, environment=ENVIRONMENT, origin=origin)
        return {
            "text": answer.text,
            "refused": answer.outcome is Outcome.REFUSED,
            "model": " ".join(part for part in (answer.model, answer.system_fingerprint) if part),
            "trace_id": answer.trace_id,
        }

    async def finished(self, context: RunContext) -> None:
        """Hold the answers against the reference, or make them the reference."""
        said: list[Said] = []
        failed = 0
        async for outcome in context.outcomes():
            answer, asked = outcome.output, outcome.input
            if isinstance(answer, dict) and isinstance(asked, dict) and not outcome.error:
                said.append(
                    Said(
                        prompt=int(str(asked["prompt"])),
                        text=str(answer["text"]),
                        refused=bool(answer["refused"]),
                        model=str(answer["model"]),
                    )
                )
            else:
                failed += 1
        settings = context.settings if isinstance(context.settings, dict) else {}
        probe_set_id = str(settings.get("probe_set", ""))
        look = await asyncio.to_thread(self._written, context.project_id, probe_set_id, context.run_id, said, failed)
        if look is not None:
            await context.conclude({"moved": look.moved, "distance": look.distance, "p": look.p})

    def _written(self, project_id: str, probe_set_id: str, run_id: str, said: Sequence[Said], failed: int) -> ProbeLook | None:
        """The look, once; None where the set was deleted meanwhile."""
        with self._store.reading() as unit:
            probe_set = unit.probes.get(project_id, probe_set_id)
            before = unit.probes.looks(probe_set_id, limit=1)
            known = unit.probes.look_of_run(run_id)
        if probe_set is None or known is not None:
            return known
        whole = len(said) >= LEAST_ANSWERED * max(1, len(said) + failed)
        look = self._judged(probe_set, run_id, said, failed, whole=whole)
        with self._store.writing() as unit:
            unit.probes.add_look(look)
            if probe_set.reference is None and whole:
                unit.probes.set(probe_set.id, reference=reference_of(probe_set, said), reference_time=look.time)
        if look.moved and not (before and before[0].moved):
            self._ledger.record(project_id, _event(probe_set, look))
        return look

    def _judged(self, probe_set: ProbeSet, run_id: str, said: Sequence[Said], failed: int, *, whole: bool) -> ProbeLook:
        level = level_of(probe_set.every_s)
        found: Behaviour | None = None
        measures: dict[str, JsonValue] = {}
        if whole and probe_set.reference is not None:
            texts, refused = read_reference(probe_set)
            found = behaviour(texts, _by_prompt(probe_set, said), np.random.default_rng(SEED), level=level)
            now = sum(one.refused for one in said), len(said)
            measures = {
                "exact": _shown(found.exact if found else None),
                "length": _shown(found.length if found else None),
                "refusals": _shown(refused_more(refused, now)),
            }
        distance = found.distance if found else None
        return ProbeLook(
            id=self._new_id("look"),
            probe_set_id=probe_set.id,
            run_id=run_id,
            time=self._clock(),
            answers=len(said),
            failed=failed,
            moved=found is not None and found.p <= level and found.distance.value >= LEAST_DISTANCE,
            distance=None if distance is None else distance.value,
            low=None if distance is None else distance.low,
            high=None if distance is None else distance.high,
            p=None if found is None else found.p,
            level=level,
            measures=measures,
            models=sorted({one.model for one in said if one.model}),
        )


def reference_of(probe_set: ProbeSet, said: Sequence[Said]) -> dict[str, JsonValue]:
    """Answers as a reference is kept."""
    texts: list[JsonValue] = [[*answers] for answers in _by_prompt(probe_set, said)]
    models: list[JsonValue] = [*sorted({one.model for one in said if one.model})]
    return {"texts": texts, "refused": sum(one.refused for one in said), "answers": len(said), "models": models}


def read_reference(probe_set: ProbeSet) -> tuple[list[list[str]], tuple[int, int]]:
    """Answers by prompt, and how many of all were refused."""
    kept: Mapping[str, JsonValue] = probe_set.reference if isinstance(probe_set.reference, dict) else {}
    texts = kept.get("texts")
    listed = [[str(text) for text in one] for one in texts if isinstance(one, list)] if isinstance(texts, list) else []
    return listed, (int(str(kept.get("refused", 0))), int(str(kept.get("answers", 0))))


def _by_prompt(probe_set: ProbeSet, said: Sequence[Said]) -> list[list[str]]:
    return [[one.text for one in said if one.prompt == place] for place in range(len(probe_set.prompts))]


def _event(probe_set: ProbeSet, look: ProbeLook) -> ChangeEvent:
    kept = probe_set.reference if isinstance(probe_set.reference, dict) else {}
    models = kept.get("models")
    known = isinstance(look.low, float) and isinstance(look.high, float)
    interval = f" ({look.low:.2f} to {look.high:.2f})" if known else ""
    return ChangeEvent(
        id=f"probe-{look.id}",
        time=look.time,
        kind="behaviour",
        title=f"{probe_set.model} answers otherwise: distance {look.distance:.2f}{interval} in {probe_set.name}, n = {look.answers}",
        scope={"model_requested": probe_set.model},
        before=models if isinstance(models, list) else [],
        after=list(look.models),
    )


def _shown(estimate: Estimate | None) -> JsonValue:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
