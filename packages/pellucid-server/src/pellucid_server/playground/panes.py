"""A pane: everything that a question to a model consists of, before its variables are filled in. It can be written as JSON and kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid_server.llm.calls import ModelRequest, Origin, Purpose
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, ToolDefinition, text_part
from pellucid_server.model.message_json import messages_from_json, messages_to_json, tools_from_json, tools_to_json
from pellucid_server.playground.errors import BadPane
from pellucid_server.playground.ports import Prompts

MAX_MESSAGES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptChoice:
    """A registered version."""

    name: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """One column of the bench."""

    connection: str
    model: str = ""
    """Empty: the connection's default."""
    prompt: PromptChoice | None = None
    """Stands before `messages`."""
    messages: tuple[Message, ...] = ()
    """May hold `{{variables}}`."""
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    tools: tuple[ToolDefinition, ...] = ()
    response_schema: JsonValue = None

    def request(
        self, project_id: str, prompts: Prompts, purpose: Purpose, more: Mapping[str, JsonValue] | None = None
    ) -> ModelRequest:
        """With its variables filled in; `more` outranks its own. Raises `BadPane`, and what the prompts raise."""
        values = {**self.variables, **(more or {})}
        begin: tuple[Message, ...] = ()
        if self.prompt is not None:
            begin = prompts.compiled(project_id, self.prompt.name, self.prompt.version, values)
        messages = begin + prompts.filled(self.messages, values)
        if not messages:
            raise BadPane("The pane has no messages; write one, or choose a prompt.")
        if len(messages) > MAX_MESSAGES:
            raise BadPane(f"The pane has {len(messages):,} messages; at most {MAX_MESSAGES:,} can be sent.")
        return ModelRequest(
            model=self.model,
            messages=messages,
            parameters=self.parameters,
            tools=self.tools,
            response_schema=self.response_schema,
            purpose=purpose,
        )

    def origin(self, name: str, **metadata: str) -> Origin:
        """What the span of its call says about it."""
        prompt = self.prompt
        return Origin(
            name=name,
            metadata=metadata,
            prompt_name="" if prompt is None else prompt.name,
            prompt_version="" if prompt is None else str(prompt.version),
        )

    def as_json(self) -> JsonValue:
        """All of it."""
        return {
            "connection": self.connection,
            "model": self.model,
            "prompt": None if self.prompt is None else {"name": self.prompt.name, "version": self.prompt.version},
            "messages": messages_to_json(self.messages),
            "variables": dict(self.variables),
            "parameters": dict(self.parameters),
            "tools": tools_to_json(self.tools),
            "response_schema": self.response_schema,
        }


def pane_from_json(value: JsonValue) -> Pane:
    """What `as_json` made."""
    if not isinstance(value, dict):
        raise BadPane("A pane is a JSON object.")
    prompt, variables, parameters = value.get("prompt"), value.get("variables"), value.get("parameters")
    return Pane(
        connection=str(value.get("connection") or ""),
        model=str(value.get("model") or ""),
        prompt=PromptChoice(name=str(prompt["name"]), version=int(str(prompt["version"]))) if isinstance(prompt, dict) else None,
        messages=messages_from_json(value.get("messages")),
        variables=variables if isinstance(variables, dict) else {},
        parameters=parameters if isinstance(parameters, dict) else {},
        tools=tools_from_json(value.get("tools")),
        response_schema=value.get("response_schema"),
    )


def user_message(text: str) -> Message:
    """What a person says."""
    return Message(role=Role.USER, parts=(text_part(text),))
