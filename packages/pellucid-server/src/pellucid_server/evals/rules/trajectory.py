"""Rules on what an agent did: the tool calls of a trace, in their order. They read `$.tool_calls` of the subject."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.rules.setting import Settings, number, texts, word
from pellucid_server.evals.rules.text import Check
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.model.json import JsonValue, canonical


def tools_used(settings: Settings) -> Check:
    """The tools in `tools` were called (`at_least`), only they were (`only`), or none of them was (`never`)."""
    wanted, mode = texts(settings, "tools"), word(settings, "mode", ("at_least", "only", "never"), "at_least")

    def check(_value: JsonValue, subject: JsonValue) -> Verdict:
        called = [name for name, _ in _calls(subject)]
        absent, others = [tool for tool in wanted if tool not in called], sorted(set(called) - set(wanted))
        hit = [tool for tool in wanted if tool in called]
        passed = {"at_least": not absent, "only": not others, "never": not hit}[mode]
        return Verdict(value=passed, comment=f"Called: {', '.join(called) or 'nothing'}.", metadata={"calls": len(called)})

    return check


def tool_order(settings: Settings) -> Check:
    """The tools in `tools` were called in this order; others may stand between them. The value is the share that was."""
    wanted = texts(settings, "tools")

    def check(_value: JsonValue, subject: JsonValue) -> Verdict:
        called = [name for name, _ in _calls(subject)]
        kept = _longest_common(wanted, called)
        return Verdict(
            value=kept / len(wanted),
            comment=f"{kept} of {len(wanted)} in order; called: {', '.join(called) or 'nothing'}.",
        )

    return check


def no_loops(settings: Settings) -> Check:
    """No tool was called more than `max_repeats` times with equal arguments, nor more than `max_calls` times in all."""
    repeats, calls = number(settings, "max_repeats", 2.0), number(settings, "max_calls", 25.0)
    if not repeats or not calls:
        raise BadEvaluator("`max_repeats` and `max_calls` are 1 or more.")

    def check(_value: JsonValue, subject: JsonValue) -> Verdict:
        made = [f"{name} {canonical(arguments)}" for name, arguments in _calls(subject)]
        if not made:
            return Verdict(value=True, comment="No tool was called.")
        worst, count = Counter(made).most_common(1)[0]
        looped = count > repeats or len(made) > calls
        told = f"{len(made)} call(s); the most repeated one {count} time(s): {worst[:120]}"
        return Verdict(value=not looped, comment=told, metadata={"calls": len(made), "most_repeated": count})

    return check


def tools_succeeded(settings: Settings) -> Check:
    """The share of tool calls that did not fail; missing where there were none. `min` makes it a yes-or-no rule."""
    least = number(settings, "min")

    def check(_value: JsonValue, subject: JsonValue) -> Verdict:
        listed = subject.get("tool_calls") if isinstance(subject, dict) else None
        calls = [call for call in listed if isinstance(call, dict)] if isinstance(listed, list) else []
        if not calls:
            return missing("No tool was called.")
        share = sum(1 for call in calls if call.get("outcome") != "error") / len(calls)
        return Verdict(value=share if least is None else share >= least, comment=f"{share:.0%} of {len(calls)} call(s) succeeded.")

    return check


def _calls(subject: JsonValue) -> list[tuple[str, JsonValue]]:
    listed = subject.get("tool_calls") if isinstance(subject, dict) else None
    if not isinstance(listed, list):
        return []
    return [(str(call.get("name") or ""), call.get("arguments")) for call in listed if isinstance(call, dict)]


def _longest_common(wanted: tuple[str, ...], called: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(called) + 1)
    for tool in wanted:
        before = 0
        for index, name in enumerate(called, start=1):
            kept = row[index]
            row[index] = before + 1 if name == tool else max(row[index], row[index - 1])
            before = kept
    return row[-1]


TRAJECTORY_RULES: Final[Mapping[str, Callable[[Settings], Check]]] = {
    "tools_used": tools_used,
    "tool_order": tool_order,
    "no_loops": no_loops,
    "tools_succeeded": tools_succeeded,
}
"""By name."""
