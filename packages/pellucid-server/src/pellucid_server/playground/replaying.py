"""Replay: what was recorded is asked again with another prompt version, model or parameters, one item a trace or a generation.

Recorded tool results answer in place of the tools. Where the model now calls a tool that was not called so, nobody knows the answer: the
replay of that chain stops there and says so, and its numbers are left out of the comparison.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, Role
from pellucid_server.model.span import Link
from pellucid_server.playground.errors import PromptCannotTakePlace
from pellucid_server.playground.measures import compared, of_answers, of_chain, of_recordings
from pellucid_server.playground.panes import Pane, PromptChoice, pane_from_json
from pellucid_server.playground.ports import Prompts
from pellucid_server.playground.recordings import Chain, Recording, Recordings, reader_of, sendable
from pellucid_server.playground.restoring import prompt_of

REPLAY: Final = "replay"
ENVIRONMENT: Final = "pellucid-replay"
CONCURRENCY: Final = 16
MAX_TURNS: Final = 20
"""Of one chain: a model that calls tools for ever is stopped."""
UNCHANGED, DIFFERS, TURNS, WHOLE = "unchanged", "tool_call_differs", "too_many_turns", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replayed:
    """A chain, asked again."""

    recorded: dict[str, JsonValue]
    answers: Sequence[ModelAnswer]
    stopped: str
    tool: JsonValue = None


class Replayer:
    """The handler of the kind `replay`."""

    kind = REPLAY
    concurrency = CONCURRENCY

    def __init__(self, recordings: Recordings, prompts: Prompts) -> None:
        self._recordings = recordings
        self._prompts = prompts

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """A generation (`span_id` given), or every chain of a trace."""
        change = pane_from_json(context.settings.get("change") if isinstance(context.settings, dict) else None)
        place = item if isinstance(item, dict) else {}
        trace_id, span_id = str(place.get("trace_id")), str(place.get("span_id") or "")
        scope = reader_of(context.project_id, context.run_id)
        if span_id:
            recording = await asyncio.to_thread(self._recordings.generation, scope, trace_id, span_id)
            done = [await self._generation(context, change, recording)]
        else:
            chains = await asyncio.to_thread(self._recordings.chains, scope, trace_id)
            done = [await self._chain(context, change, chain) for chain in chains]
        return {"chains": [_as_json(one) for one in done]}

    async def finished(self, context: RunContext) -> None:
        """Compare what was replayed whole with what was recorded."""
        pairs: list[tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]] = []
        stops: dict[str, int] = {}
        async for outcome in context.outcomes():
            found = outcome.output.get("chains") if isinstance(outcome.output, dict) else None
            for chain in found if isinstance(found, list) else []:
                if not isinstance(chain, dict):
                    continue
                stopped = str(chain.get("stopped") or "whole")
                stops[stopped] = stops.get(stopped, 0) + 1
                ours, base = chain.get("replayed"), chain.get("recorded")
                if not chain.get("stopped") and isinstance(ours, dict) and isinstance(base, dict):
                    pairs.append((ours, base))
        agreements = [float(value) for ours, _ in pairs if isinstance(value := ours.get("agreement"), int | float)]
        result: dict[str, JsonValue] = {
            "compared": len(pairs),
            "stops": {**stops},
            "agreement": sum(agreements) / len(agreements) if agreements else None,
            "measures": compared(pairs, skip=("agreement",)),
        }
        await context.conclude(result)

    async def _generation(self, context: ItemContext, change: Pane, recording: Recording) -> _Replayed:
        """One call for one recorded call; a tool that it calls is compared, not answered."""
        recorded = of_recordings((recording,))
        request = await asyncio.to_thread(self._request, context.project_id, change, recording)
        if request is None:
            return _Replayed(recorded=recorded, answers=(), stopped=UNCHANGED)
        answer = await self._ask(context, change, request, recording)
        known = {(call.name, str(call.arguments)) for call in recording.calls}
        other = next((call for call in answer.tool_calls if (call.name, str(call.arguments)) not in known), None)
        if other is not None:
            tool: JsonValue = {"name": other.name, "arguments": other.arguments}
            return _Replayed(recorded=recorded, answers=(answer,), stopped=DIFFERS, tool=tool)
        return _Replayed(recorded=recorded, answers=(answer,), stopped=WHOLE)

    async def _chain(self, context: ItemContext, change: Pane, chain: Chain) -> _Replayed:
        recorded = of_chain(chain)
        request = await asyncio.to_thread(self._request, context.project_id, change, chain.first)
        if request is None:
            return _Replayed(recorded=recorded, answers=(), stopped=UNCHANGED)
        answers: list[ModelAnswer] = []
        while len(answers) < MAX_TURNS:
            answer = await self._ask(context, change, request, chain.first)
            answers.append(answer)
            if not answer.tool_calls or not chain.results.names:
                # A chain that was recorded without results ended with a tool call too: its answer is compared as it is.
                return _Replayed(recorded=recorded, answers=answers, stopped=WHOLE)
            results: list[Part] = []
            for call in answer.tool_calls:
                found = chain.results.take(call.name, call.arguments)
                if found is None:
                    tool: JsonValue = {"name": call.name, "arguments": call.arguments, "recorded": list(chain.results.names)}
                    return _Replayed(recorded=recorded, answers=answers, stopped=DIFFERS, tool=tool)
                results.append(replace(found, id=call.id, name=call.name))
            said = Message(role=Role.TOOL, parts=tuple(results))
            request = replace(request, messages=(*request.messages, *sendable(answer.messages), said))
        return _Replayed(recorded=recorded, answers=answers, stopped=TURNS)

    async def _ask(self, context: ItemContext, change: Pane, request: ModelRequest, recording: Recording) -> ModelAnswer:
        row = recording.row
        prompt = change.prompt or prompt_of(recording)
        origin = Origin(
            name="replay",
            links=(Link(trace_id=row.trace_id, span_id=row.span_id),),
            metadata={"run_id": context.run_id, "replay_of": f"{row.trace_id}/{row.span_id}"},
            prompt_name="" if prompt is None else prompt.name,
            prompt_version="" if prompt is None else str(prompt.version),
        )
        return await context.call(change.connection, request, environment=ENVIRONMENT, origin=origin)

    def _request(self, project_id: str, change: Pane, recording: Recording) -> ModelRequest | None:
        """The recorded request with the change; None where the change is another prompt's."""
        before = prompt_of(recording)
        messages = recording.messages
        if change.prompt is not None:
            if before is not None and before.name != change.prompt.name:
                return None
            messages = self._with_prompt(project_id, change.prompt, before, recording)
        return ModelRequest(
            model=change.model or recording.row.model_requested or recording.row.model,
            messages=sendable(messages),
            parameters={**recording.parameters, **change.parameters},
            tools=change.tools or recording.tools,
            response_schema=change.response_schema or recording.response_schema,
            purpose=REPLAY,
        )

    def _with_prompt(
        self, project_id: str, chosen: PromptChoice, before: PromptChoice | None, recording: Recording
    ) -> tuple[Message, ...]:
        """The recorded messages with another version in place of the one that was used."""
        new = self._prompts.compiled(project_id, chosen.name, chosen.version, recording.variables)
        if before is not None:
            old = self._prompts.compiled(project_id, before.name, before.version, recording.variables)
            recorded = recording.messages[: len(old)]
            if [message.role for message in recorded] == [message.role for message in old]:
                return new + recording.messages[len(old) :]
        if all(message.role is Role.SYSTEM for message in new):
            return new + tuple(message for message in recording.messages if message.role is not Role.SYSTEM)
        raise PromptCannotTakePlace(
            f"Version {chosen.version} of {chosen.name!r} cannot take the place of the recorded messages: the generation names no version "
            "that it was made by, and the prompt has more than system messages."
        )


def _as_json(one: _Replayed) -> JsonValue:
    text = one.recorded.get("text")
    return {
        "recorded": one.recorded,
        "replayed": of_answers(one.answers, str(text)) if one.answers else None,
        "calls": len(one.answers),
        "stopped": one.stopped,
        "tool": one.tool,
    }
