"""From a recorded generation back to a pane: with its template and variables where its prompt is registered, else word for word."""

from dataclasses import dataclass

from pellucid_server.core.errors import PellucidError
from pellucid_server.model.message import Message
from pellucid_server.model.scope import Scope
from pellucid_server.playground.panes import Pane, PromptChoice
from pellucid_server.playground.ports import Prompts
from pellucid_server.playground.recordings import Recording, Recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A pane and what it came from."""

    pane: Pane
    recording: Recording
    template: bool
    """Whether the prompt's own template was found, so that variables can be changed."""


class Restorer:
    """The verb."""

    def __init__(self, recordings: Recordings, prompts: Prompts) -> None:
        self._recordings = recordings
        self._prompts = prompts

    def restore(self, scope: Scope, trace_id: str, span_id: str) -> Restored:
        """Raises `NotFound`, `NothingToReplay`."""
        recording = self._recordings.generation(scope, trace_id, span_id)
        prompt = prompt_of(recording)
        messages, found = recording.messages, False
        if prompt is not None:
            rest = self._behind_prompt(scope, prompt, recording)
            found = rest is not None
            messages = rest if rest is not None else messages
        pane = Pane(
            connection="",
            model=recording.row.model_requested or recording.row.model,
            prompt=prompt if found else None,
            messages=messages,
            variables=recording.variables,
            parameters=recording.parameters,
            tools=recording.tools,
            response_schema=recording.response_schema,
        )
        return Restored(pane=pane, recording=recording, template=found)

    def _behind_prompt(self, scope: Scope, prompt: PromptChoice, recording: Recording) -> tuple[Message, ...] | None:
        """The messages that the conversation added to the prompt's own; None where they cannot be told apart."""
        try:
            begin = self._prompts.compiled(scope.project_id, prompt.name, prompt.version, recording.variables)
        except PellucidError:
            return None
        roles = [message.role for message in recording.messages[: len(begin)]]
        return recording.messages[len(begin) :] if roles == [message.role for message in begin] else None


def prompt_of(recording: Recording) -> PromptChoice | None:
    """The registered version that made it, where it says so."""
    used = recording.row.prompt
    if used is None or not used.name or not used.version.isdecimal():
        return None
    return PromptChoice(name=used.name, version=int(used.version))
