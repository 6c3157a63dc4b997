"""The providers. A new one is one file and one line."""

from collections.abc import Mapping
from typing import Final

from pellucid_server.llm.wires.anthropic import AnthropicWire
from pellucid_server.llm.wires.google import GoogleWire
from pellucid_server.llm.wires.openai import OpenAiWire
from pellucid_server.llm.wires.wire import Wire

WIRES: Final[Mapping[str, Wire]] = {
    "openai": OpenAiWire(),
    "anthropic": AnthropicWire(),
    "google": GoogleWire(),
    "openai-compatible": OpenAiWire(),
}
