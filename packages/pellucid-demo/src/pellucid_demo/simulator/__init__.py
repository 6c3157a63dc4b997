"""A provider simulator: OpenAI and Anthropic as their own SDKs see them, deterministic by seed.

What it answers follows from the text that it is sent, nothing else: instructions in a system prompt are obeyed,
documents are quoted, tools are called when the question speaks of them, answers are graded by what they say. It knows
nothing of traces, stories or Pellucid.
"""

from pellucid_demo.simulator.app import create_app
from pellucid_demo.simulator.catalogue import SUCCESSORS, Swap
from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.faults import Fault
from pellucid_demo.simulator.mind.judging import JudgeRates
from pellucid_demo.simulator.provider import Provider
from pellucid_demo.simulator.serving import serve_in_thread, serve_provider

__all__ = ["SUCCESSORS", "Fault", "JudgeRates", "Provider", "Settings", "Swap", "create_app", "serve_in_thread", "serve_provider"]
