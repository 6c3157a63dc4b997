"""An answer while it comes in, in pieces or whole: the wires feed it, and it becomes messages, usage and a reason to stop."""

import json
from dataclasses import dataclass, field

from pellucid_server.llm.calls import ToolCall
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role
from pellucid_server.model.span import Outcome
from pellucid_server.model.usage import NO_USAGE, Usage

DECLINED = frozenset({"refusal", "content_filter"})


@dataclass(slots=True, kw_only=True)
class Block:
    """One part of the answer; the pieces of a tool call are those of its arguments."""

    type: PartType
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """So far."""
        return "".join(self.pieces)

    @property
    def arguments(self) -> JsonValue:
        """Of a tool call: parsed, or the text where it is no JSON."""
        try:
            value: JsonValue = json.loads(self.text or "{}")
        except ValueError:
            return self.text
        return value

    def part(self) -> Part:
        """In the normal form."""
        if self.type is PartType.TOOL_CALL:
            return Part(type=self.type, id=self.id or None, name=self.name, arguments=self.arguments)
        return Part(type=self.type, text=self.text, id=self.id or None)


@dataclass(slots=True, kw_only=True)
class Assembly:
    """The answer so far. `done` is set by what only the end of an answer brings: a stream without it was broken off."""

    blocks: dict[str, Block] = field(default_factory=dict)
    model: str = ""
    response_id: str = ""
    system_fingerprint: str = ""
    finish_reason: str = ""
    usage: Usage = NO_USAGE
    done: bool = False

    def add(self, key: str, kind: PartType, piece: str, *, id: str = "", name: str = "") -> Block:  # noqa: A002 (the field's name)
        """Append a piece to the block `key`, which begins with it."""
        block = self.blocks.setdefault(key, Block(type=kind))
        block.id = block.id or id
        block.name = block.name or name
        if piece:
            block.pieces.append(piece)
        return block

    @property
    def outcome(self) -> Outcome:
        """Refused where the provider or the model declined in its own way of saying so."""
        declined = self.finish_reason in DECLINED or any(block.type is PartType.REFUSAL for block in self.blocks.values())
        return Outcome.REFUSED if declined else Outcome.SUCCESS

    @property
    def text(self) -> str:
        """The visible text."""
        return "".join(block.text for block in self.blocks.values() if block.type is PartType.TEXT)

    def message(self) -> Message:
        """The whole answer."""
        parts = tuple(block.part() for block in self.blocks.values() if block.pieces or block.type is PartType.TOOL_CALL)
        return Message(role=Role.ASSISTANT, parts=parts, finish_reason=self.finish_reason or None)


def tool_call(block: Block) -> ToolCall:
    """A finished block of that type."""
    return ToolCall(id=block.id, name=block.name, arguments=block.arguments)
