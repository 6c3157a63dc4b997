"""`pellucid gate --prompt`: how a version of a prompt stands at the gate of a label, by the server's own comparison.

What lives here: asking for the state, running what is missing, and turning the server's verdict into checks. What must not live
here: a comparison; the page of the prompt and CI show one and the same.
"""

import sys
import time
from collections.abc import Mapping
from typing import Any

from pellucid.checks import Check
from pellucid.errors import PellucidError
from pellucid.narrowing import document_of
from pellucid.rest import Rest, segment

POLL_S = 1.0
VERDICTS = {"passed": "pass", "blocked": "fail", "cannot_tell": "unclear"}
ENDED = ("finished", "failed", "cancelled", "paused")


class GateTookTooLong(PellucidError):
    """The runs of the gate have not ended in their time."""

    def __init__(self, run_id: str, wait_s: float) -> None:
        super().__init__(f"The run {run_id} has not ended in {wait_s:g} s. Give it more with --wait, or look at its page.")


def state_of(rest: Rest, prompt: str, label: str, version: int) -> Mapping[str, Any]:
    """As the page of the prompt shows it."""
    state: Mapping[str, Any] = rest.get(f"/api/v1/prompt-gates/{segment(prompt)}", {"label": label, "version": version})
    return state


def run_missing(rest: Rest, prompt: str, label: str, version: int, wait_s: float) -> None:
    """Let the server try what was not tried over the gate's cases, and wait for it."""
    started = rest.post(f"/api/v1/prompt-gate-runs/{segment(prompt)}", {"label": label, "version": version})
    deadline = time.monotonic() + wait_s
    for entry in started["data"]:
        print(f"run {entry['run_id']}: {entry['calls']} calls", file=sys.stderr)
    for entry in started["data"]:
        while (run := rest.get(f"/api/v1/runs/{segment(entry['run_id'])}"))["state"] not in ENDED:
            if time.monotonic() > deadline:
                raise GateTookTooLong(str(entry["run_id"]), wait_s)
            time.sleep(POLL_S)
        if run["state"] != "finished":
            print(f"run {run['id']} is {run['state']}: {run['error']}", file=sys.stderr)


def checks_of(state: Mapping[str, Any]) -> list[Check]:
    """A line for each metric, and one for the whole where the metrics do not say all."""
    checks = [_of_metric(metric) for metric in state.get("metrics") or ()]
    approved = document_of(state.get("approved"))
    if approved:
        text = f"by {approved.get('approved_by')}: {approved.get('reason')}"
        return [
            *(Check(name=check.name, verdict="pass", text=f"{check.text} (approved)") for check in checks),
            _whole("pass", text),
        ]
    if state.get("open"):
        return checks or [_whole("pass", str(state.get("why")))]
    told = VERDICTS.get(str(state.get("verdict")), "unclear")
    if told not in {check.verdict for check in checks}:
        checks.append(Check(name="gate", verdict=told, text=str(state.get("why"))))
    return checks


def _whole(verdict: str, text: str) -> Check:
    return Check(name="gate", verdict=verdict, text=text)


def _of_metric(metric: Mapping[str, Any]) -> Check:
    less = bool(metric.get("lower_is_better"))
    text = f"{metric['baseline_mean']:.4g} → {metric['mean']:.4g}, n = {metric['n']}"
    if metric.get("low") is not None and metric.get("high") is not None:
        text += f", difference {metric['low']:+.3g} to {metric['high']:+.3g}"
    text += f", accepted {'up to +' if less else 'down to -'}{metric['margin']:.3g}"
    if metric["verdict"] == "cannot_tell":
        text += f", cannot tell: {metric['needed']} more cases needed" if metric.get("needed") else ", cannot tell"
    return Check(name=str(metric["name"]), verdict=VERDICTS.get(str(metric["verdict"]), "unclear"), text=text)


def is_run_missing(state: Mapping[str, Any]) -> bool:
    """Whether a run would tell more than is known."""
    return state.get("live_version") is not None and (not state.get("tried") or not state.get("live"))
