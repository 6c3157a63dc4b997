"""From a request to a thought: which of its trades the simulator is asked for, and what it does about it."""

import json
import re

from pellucid_demo.simulator.catalogue import ModelVersion
from pellucid_demo.simulator.chance import chance
from pellucid_demo.simulator.conversation import Request, Thought
from pellucid_demo.simulator.mind import answering, judging, rewriting, tool_use
from pellucid_demo.simulator.mind.judging import Case, JudgeRates
from pellucid_demo.simulator.mind.shaping import fill

_HARMFUL = re.compile(
    r"\b(?:phishing|malware|ransomware|keylogger|credit card numbers|make a (?:bomb|weapon)"
    r"|(?:break|hack|log)\s+in(?:to)?\s+(?:someone|another|somebody|my (?:colleague|boss|ex))\w*)",
    re.IGNORECASE,
)
_SUMMARY = re.compile(r"\bsummar(?:y|ies|i[sz]e[sd]?|i[sz]ing)\b|\btl;?dr\b|\bdigest\b", re.IGNORECASE)
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
REFUSAL = "I'm sorry, but I can't help with that."
_REASONING_WORDS = {"minimal": 0, "low": 24, "medium": 70, "high": 160}


def think(request: Request, version: ModelVersion, rates: JudgeRates, seed: str) -> Thought:
    """The reply before it is counted. Pure: the same request and seed give the same thought."""
    case = judging.case_of(request)
    reasoning = _reasoning(request, version, seed)
    if case is not None:
        return _judged(request, case, rates, seed, reasoning)
    if _HARMFUL.search(request.last_user_text()):
        return Thought(text=REFUSAL, refused=True, reasoning=reasoning)
    if calls := tool_use.calls(request, seed):
        return Thought(tool_calls=calls, reasoning=reasoning)
    return Thought(text=_written(request, version, seed), reasoning=reasoning)


def _written(request: Request, version: ModelVersion, seed: str) -> str:
    if request.schema is not None:
        return json.dumps(fill(request.schema, answering.question_of(request), seed), ensure_ascii=False)
    if request.json_wanted:
        return json.dumps({"answer": answering.answer(request, version.style, seed)}, ensure_ascii=False)
    if rewriting.wanted(request):
        return rewriting.rewrite(request, seed)
    if _SUMMARY.search(request.system_text()) or _SUMMARY.search(request.last_user_text()[:200]):
        return answering.summary(_material(request), seed)
    if request.turns[-1].role == "tool":
        return answering.from_tool_results(request, version.style, seed)
    return answering.answer(request, version.style, seed)


def _judged(request: Request, case: Case, rates: JudgeRates, seed: str, reasoning: str) -> Thought:
    if tool := tool_use.forced(request):
        arguments = judging.verdict(case, tool.parameters, rates, seed)
        return Thought(tool_calls=(tool_use.call(request, tool, arguments, seed),), reasoning=reasoning)
    if request.schema is not None or request.json_wanted or _JSON.search(case.prompt):
        written = json.dumps(judging.verdict(case, request.schema, rates, seed), ensure_ascii=False)
        return Thought(text=written, reasoning=reasoning)
    return Thought(text=judging.spoken(case, rates, seed), reasoning=reasoning)


def _material(request: Request) -> str:
    """What is to be summarised: the longest thing that a person or a tool said."""
    return max((turn.text for turn in request.turns if turn.role in ("user", "tool")), key=len, default="")


def _reasoning(request: Request, version: ModelVersion, seed: str) -> str:
    if not (version.reasons or request.thinking):
        return ""
    length = _REASONING_WORDS.get(request.effort or "medium", 70)
    length += int(length * chance(seed, "reasoning", request.last_user_text()))
    thoughts = f"The user asks: {answering.question_of(request)[:300]} I check what is given, then what is missing. ".split()
    return " ".join(thoughts[number % len(thoughts)] for number in range(length))
