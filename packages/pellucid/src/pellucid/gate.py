"""`pellucid gate`: the question of a release in CI: is this experiment, or this version of a prompt, good enough to go out?

What lives here: the command, and its decision about an experiment from the server's comparison. What must not live here: statistics;
the server compares, this command decides what blocks.

Exit codes: 0 open, 1 closed (also when the server cannot be asked), 2 wrong usage, 3 cannot tell.
"""

import argparse
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid import prompt_gate, settings
from pellucid.checks import EXIT_CLOSED, EXIT_OPEN, EXIT_UNCLEAR, Check, junit, markdown, outcome_of
from pellucid.narrowing import document_of
from pellucid.rest import Rest, segment
from pellucid.runtime import auth_headers
from pellucid.subparsers import Subparsers

DEFAULT_MAX_DROP = 0.05
"""A mean may fall by this share of the baseline's (mission row F4)."""
DEFAULT_WAIT_S = 1_800.0
MEASURED = frozenset({"duration_ms", "cost"})
"""What is measured of every answer beside its scores. It is judged only where the command names it, as the server's own gates do."""

REQUIREMENT = re.compile(r"^\s*(?P<name>[\w./: -]+?)\s*(?P<sign>>=|<=|>|<)\s*(?P<limit>-?\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A limit on a metric's mean, such as `correctness>=0.8`."""

    name: str
    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        """Whether the value keeps to the limit."""
        return {">=": value >= self.limit, "<=": value <= self.limit, ">": value > self.limit, "<": value < self.limit}[self.sign]


def requirement(text: str) -> Requirement:
    """Read `name>=0.8`."""
    found = REQUIREMENT.match(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no requirement; write for example correctness>=0.8")
    return Requirement(name=found["name"], sign=found["sign"], limit=float(found["limit"]))


def decide(
    comparison: Mapping[str, Any],
    requirements: Sequence[Requirement],
    max_drop: float,
    max_errors: int,
    also: Collection[str] = (),
) -> list[Check]:
    """The checks that this comparison passes, fails, or leaves open. `also`: names of `MEASURED` that are judged as scores are."""
    metrics = {str(metric["name"]): metric for metric in comparison.get("metrics") or ()}
    checks = [_against_limit(wanted, metrics.get(wanted.name)) for wanted in requirements]
    if comparison.get("baseline"):
        checks += [
            _against_baseline(name, metric, max_drop) for name, metric in metrics.items() if name in also or name not in MEASURED
        ]
    errors = int(comparison.get("errors") or 0)
    checks.append(Check(name="errors", verdict="pass" if errors <= max_errors else "fail", text=f"{errors} (at most {max_errors})"))
    count = int(comparison.get("items") or 0)
    if count == 0:
        checks.append(Check(name="items", verdict="unclear", text="the experiment has no items"))
    return checks


def _against_limit(wanted: Requirement, metric: Mapping[str, Any] | None) -> Check:
    rule = f"{wanted.sign} {wanted.limit:g}"
    if metric is None or metric.get("mean") is None:
        return Check(name=wanted.name, verdict="unclear", text=f"has no value; wanted {rule}")
    mean = float(metric["mean"])
    verdict = "pass" if wanted.holds(mean) else "fail"
    return Check(name=wanted.name, verdict=verdict, text=f"{mean:.4g} (wanted {rule})")


def _against_baseline(name: str, metric: Mapping[str, Any], max_drop: float) -> Check:
    mean, before = metric.get("mean"), metric.get("baseline_mean")
    if mean is None or before is None:
        return Check(name=f"{name} against baseline", verdict="unclear", text="is not in both experiments")
    change = (float(mean) - float(before)) / abs(float(before)) if before else float(mean) - float(before)
    text = f"{float(before):.4g} → {float(mean):.4g} ({change:+.1%})"
    if metric.get("low") is not None and metric.get("high") is not None:
        text += f", difference {float(metric['low']):+.3g} to {float(metric['high']):+.3g}"
    told = metric.get("verdict")
    if told == "cannot_tell":
        needed = f": {metric['needed']} more cases needed" if metric.get("needed") else ""
        return Check(name=f"{name} against baseline", verdict="unclear", text=f"{text}, cannot tell{needed}")
    has_fallen = told == "worse" if told in ("better", "worse", "not_worse") else change < -max_drop
    return Check(name=f"{name} against baseline", verdict="fail" if has_fallen else "pass", text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a report says."""

    title: str
    checks: Sequence[Check]
    url: str | None


def commands(subparsers: Subparsers) -> None:
    """Add `gate`."""
    parser = subparsers.add_parser(
        "gate", help="decide in CI whether an experiment may go out", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("experiment", nargs="?", help="id or name of an experiment")
    parser.add_argument("--baseline", help="id or name of the experiment to compare with")
    parser.add_argument("--prompt", help="instead of an experiment: a prompt, at the gate of a label as its page shows it")
    parser.add_argument("--version", type=int, help="of the prompt: the version that shall go out")
    parser.add_argument("--label", default="production", help="whose gate is asked (default: production)")
    parser.add_argument(
        "--run", dest="run_missing", action="store_true", help="let the server try what was not tried yet, and wait"
    )
    parser.add_argument("--wait", type=float, default=DEFAULT_WAIT_S, metavar="S", help="seconds for these runs (default: 1800)")
    parser.add_argument("--require", type=requirement, action="append", default=[], metavar="NAME>=LIMIT")
    parser.add_argument("--max-drop", type=float, default=DEFAULT_MAX_DROP, help="share that a mean may fall (default: 0.05)")
    parser.add_argument("--also", choices=sorted(MEASURED), action="append", default=[], help="judge this beside the scores")
    parser.add_argument("--max-errors", type=int, default=0, help="items whose task may have failed (default: 0)")
    parser.add_argument("--unclear", choices=("fail", "pass", "report"), default="report", help="exit 1, 0 or 3 (default)")
    parser.add_argument("--junit", type=Path, help="write a JUnit report")
    parser.add_argument("--markdown", type=Path, help="write a Markdown report")
    parser.add_argument("--url", help="base URL of the server (default: PELLUCID_URL)")
    parser.add_argument("--api-key", help="key of the project (default: PELLUCID_API_KEY)")

    def begin(namespace: argparse.Namespace) -> int:
        return run(namespace, parser)

    parser.set_defaults(run=begin)


def run(namespace: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Ask the server, decide, report. A usage error ends the process, as `parser` does it."""
    _check_usage(namespace, parser)
    told = settings.read({"url": namespace.url, "api_key": namespace.api_key})
    with Rest(told.url, auth_headers(told), told.timeout_s) as rest:
        decision = _of_prompt(rest, namespace) if namespace.prompt else _of_experiment(rest, namespace)
    code = outcome_of(decision.checks)
    report = markdown(decision.title, decision.checks, code, decision.url)
    print(report)
    if namespace.markdown:
        namespace.markdown.write_text(report, encoding="utf-8")
    if namespace.junit:
        namespace.junit.write_text(junit(decision.title, decision.checks), encoding="utf-8")
    if code == EXIT_UNCLEAR and namespace.unclear != "report":
        code = EXIT_OPEN if namespace.unclear == "pass" else EXIT_CLOSED
    print(f"exit {code}", file=sys.stderr)
    return code


def _check_usage(namespace: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    if not 0 <= namespace.max_drop <= 1:
        parser.error(f"--max-drop {namespace.max_drop:g} is not possible: give a share from 0 to 1")
    if bool(namespace.experiment) == bool(namespace.prompt):
        parser.error("name an experiment, or a prompt with --prompt and --version: one of the two")
    if namespace.prompt and namespace.version is None:
        parser.error("--prompt needs --version: the number of the version that shall go out")


def _of_experiment(rest: Rest, namespace: argparse.Namespace) -> Decision:
    path = f"/api/v1/experiments/{segment(namespace.experiment)}/compare"
    comparison = rest.get(path, {"baseline": namespace.baseline, "margin": namespace.max_drop})
    return Decision(
        title=str(document_of(comparison.get("experiment")).get("name") or namespace.experiment),
        checks=decide(comparison, namespace.require, namespace.max_drop, namespace.max_errors, namespace.also),
        url=comparison.get("url"),
    )


def _of_prompt(rest: Rest, namespace: argparse.Namespace) -> Decision:
    asked = (namespace.prompt, namespace.label, namespace.version)
    state = prompt_gate.state_of(rest, *asked)
    if namespace.run_missing and prompt_gate.is_run_missing(state):
        prompt_gate.run_missing(rest, *asked, namespace.wait)
        state = prompt_gate.state_of(rest, *asked)
    return Decision(
        title=f"{namespace.prompt} v{namespace.version} for {namespace.label}",
        checks=prompt_gate.checks_of(state),
        url=f"{rest.url}/prompts/{segment(namespace.prompt)}?tab=gate&view={namespace.version}",
    )
