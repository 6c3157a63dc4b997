"""From one bad trace to a regression test: a case of a data set, and a pytest file that fails on what was answered then."""

from dataclasses import dataclass

from pellucid_server.datasets.cases import Cases, Written
from pellucid_server.datasets.conversations import plain
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadItem
from pellucid_server.datasets.traces import TraceTexts
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope

# Recorded text gets into the file by `ascii` only: whatever a model said, it stays one literal.
_FILE = '''"""Regression: the trace {trace_id} was answered badly. Give your application as the fixture `bot`, a function of the input."""

INPUT = {input}
BAD_ANSWER = {bad}
EXPECTED = {expected}


def test_trace_{short}(bot):
    answer = str(bot(INPUT))
    assert " ".join(answer.split()) != " ".join(BAD_ANSWER.split()), "the answer is the bad one of the trace"
    if EXPECTED is not None:
        assert EXPECTED.casefold() in answer.casefold()
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What a trace became."""

    item_id: str
    written: Written
    filename: str
    source: str


class Regressions:
    """The verb."""

    def __init__(self, cases: Cases, texts: TraceTexts) -> None:
        self._cases = cases
        self._texts = texts

    def of_trace(self, scope: Scope, name: str, trace_id: str, expected: str | None = None) -> Regression:
        """Without `expected`, the newest correction of the trace counts, if there is one; else only the bad answer is excluded."""
        text = self._texts.of(scope, trace_id.lower())
        if text is None or text.input is None:
            raise BadItem(f"There is no trace {trace_id} in this project, or it says nothing of what was asked.")
        wanted = expected or text.correction
        bad = plain(text.output)
        draft = ItemDraft(
            id=f"trace-{trace_id.lower()}",
            input=text.input,
            expected=wanted,
            metadata={"bad_answer": bad, "regression": True},
            trace_id=trace_id.lower(),
        )
        self._cases.create(scope, name=name)
        written = self._cases.write(scope, name, [draft])
        short = trace_id.lower()[:8]
        source = _FILE.format(
            trace_id=trace_id.lower(), short=short, input=_literal(text.input), bad=ascii(bad), expected=ascii(wanted)
        )
        return Regression(item_id=str(draft.id), written=written, filename=f"test_trace_{short}.py", source=source)


def _literal(value: JsonValue) -> str:
    """JSON values are Python values, so that their representation is a literal."""
    return ascii(value)
