"""`pellucid gate`: the question of a release in CI: is this experiment good enough to go out?

What lives here: the command, its decision from the server's comparison, and its reports (JUnit, Markdown). What must
not live here: statistics; the server compares, this command decides what blocks.

Exit codes: 0 open, 1 closed (also when the server cannot be asked), 2 wrong usage, 3 cannot tell.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pellucid import settings
from pellucid.errors import SettingsError
from pellucid.narrowing import document_of
from pellucid.rest import Rest, segment
from pellucid.runtime import auth_headers
from pellucid.subparsers import Subparsers

EXIT_OPEN, EXIT_CLOSED, EXIT_UNCLEAR = 0, 1, 3
DEFAULT_MAX_DROP = 0.05
"""A mean may fall by this share of the baseline's (mission row F4)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the verdict."""

    name: str
    verdict: str
    """pass, fail or unclear."""
    text: str


def requirement(text: str) -> Requirement:
    """Read `name>=0.8`."""
    found = REQUIREMENT.match(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no requirement; write for example correctness>=0.8")
    return Requirement(name=found["name"], sign=found["sign"], limit=float(found["limit"]))


def decide(comparison: Mapping[str, Any], requirements: Sequence[Requirement], max_drop: float, max_errors: int) -> list[Check]:
    """The checks that this comparison passes, fails, or leaves open."""
    metrics = {str(metric["name"]): metric for metric in comparison.get("metrics") or ()}
    checks = [_against_limit(wanted, metrics.get(wanted.name)) for wanted in requirements]
    if comparison.get("baseline"):
        checks += [_against_baseline(name, metric, max_drop) for name, metric in metrics.items()]
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


def outcome_of(checks: Sequence[Check]) -> int:
    """The exit code: one failure closes, else one open question leaves it unclear."""
    verdicts = {check.verdict for check in checks}
    return EXIT_CLOSED if "fail" in verdicts else EXIT_UNCLEAR if "unclear" in verdicts else EXIT_OPEN


def markdown(title: str, checks: Sequence[Check], code: int, url: str | None) -> str:
    """A report for a pull request."""
    heading = {EXIT_OPEN: "Gate open", EXIT_CLOSED: "Gate closed", EXIT_UNCLEAR: "Gate cannot tell"}[code]
    marks = {"pass": "✅", "fail": "❌", "unclear": "❔"}
    rows = [f"| {marks[check.verdict]} | {_cell(check.name)} | {_cell(check.text)} |" for check in checks]
    link = [f"[Compare in Pellucid]({url})", ""] if url else []
    return "\n".join([f"### {heading}: {title}", "", "| | check | result |", "| --- | --- | --- |", *rows, "", *link])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def junit(title: str, checks: Sequence[Check]) -> str:
    """A report for CI servers: one test case a check."""
    failed = sum(check.verdict == "fail" for check in checks)
    skipped = sum(check.verdict == "unclear" for check in checks)
    suite = ElementTree.Element(
        "testsuite", name=title, tests=str(len(checks)), failures=str(failed), skipped=str(skipped), errors="0"
    )
    for check in checks:
        case = ElementTree.SubElement(suite, "testcase", classname="pellucid.gate", name=check.name)
        if check.verdict == "fail":
            ElementTree.SubElement(case, "failure", message=check.text)
        elif check.verdict == "unclear":
            ElementTree.SubElement(case, "skipped", message=check.text)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def commands(subparsers: Subparsers) -> None:
    """Add `gate`."""
    parser = subparsers.add_parser(
        "gate", help="decide in CI whether an experiment may go out", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("experiment", help="id or name of the experiment")
    parser.add_argument("--baseline", help="id or name of the experiment to compare with")
    parser.add_argument("--require", type=requirement, action="append", default=[], metavar="NAME>=LIMIT")
    parser.add_argument("--max-drop", type=float, default=DEFAULT_MAX_DROP, help="share that a mean may fall (default: 0.05)")
    parser.add_argument("--max-errors", type=int, default=0, help="items whose task may have failed (default: 0)")
    parser.add_argument("--unclear", choices=("fail", "pass", "report"), default="report", help="exit 1, 0 or 3 (default)")
    parser.add_argument("--junit", type=Path, help="write a JUnit report")
    parser.add_argument("--markdown", type=Path, help="write a Markdown report")
    parser.add_argument("--url", help="base URL of the server (default: PELLUCID_URL)")
    parser.add_argument("--api-key", help="key of the project (default: PELLUCID_API_KEY)")
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Ask the server, decide, report."""
    if not 0 <= namespace.max_drop <= 1:
        raise SettingsError(f"--max-drop {namespace.max_drop:g} is not possible: give a share from 0 to 1.")
    told = settings.read({"url": namespace.url, "api_key": namespace.api_key})
    with Rest(told.url, auth_headers(told), told.timeout_s) as rest:
        path = f"/api/v1/experiments/{segment(namespace.experiment)}/compare"
        comparison = rest.get(path, {"baseline": namespace.baseline})
    checks = decide(comparison, namespace.require, namespace.max_drop, namespace.max_errors)
    code = outcome_of(checks)
    title = str(document_of(comparison.get("experiment")).get("name") or namespace.experiment)
    report = markdown(title, checks, code, comparison.get("url"))
    print(report)
    if namespace.markdown:
        namespace.markdown.write_text(report, encoding="utf-8")
    if namespace.junit:
        namespace.junit.write_text(junit(title, checks), encoding="utf-8")
    if code == EXIT_UNCLEAR and namespace.unclear != "report":
        code = EXIT_OPEN if namespace.unclear == "pass" else EXIT_CLOSED
    print(f"exit {code}", file=sys.stderr)
    return code
