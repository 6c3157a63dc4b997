"""A provider for the tests of judges: it answers what it is told to, and keeps what it was asked."""

from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.span import Outcome
from pellucid_server.model.usage import NO_USAGE, Cost


class Asked:
    """A provider that answers what it is told to."""

    def __init__(self, *answers: JsonValue | Exception, outcome: Outcome = Outcome.SUCCESS) -> None:
        self.answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.outcome = outcome

    async def __call__(
        self, connection: str, request: ModelRequest, *, environment: str, origin: Origin | None = None
    ) -> ModelAnswer:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return ModelAnswer(
            messages=(Message(role=Role.ASSISTANT, parts=(text_part("…"),)),),
            structured=answer,
            finish_reason="stop",
            outcome=self.outcome,
            usage=NO_USAGE,
            cost=Cost(input=0.002, source="test"),
            duration_ms=1,
            response_id="r",
            model="gpt-4o",
            trace_id="c" * 32,
            span_id="d" * 16,
        )
