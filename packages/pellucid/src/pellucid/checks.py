"""Checks: what a gate passes, fails or leaves open, and how that is told to CI: exit code, Markdown, JUnit.

What lives here: one line of a verdict and the reports of many. What must not live here: asking a server, deciding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

EXIT_OPEN, EXIT_CLOSED, EXIT_UNCLEAR = 0, 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the verdict."""

    name: str
    verdict: str
    """pass, fail or unclear."""
    text: str


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
