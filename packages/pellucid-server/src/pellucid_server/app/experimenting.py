"""Joins prompts and data sets: what a version of a prompt says for the input of a case, and what asking a model for it costs."""

from collections.abc import Mapping

from pellucid_server.core.clock import DAY, Clock
from pellucid_server.datasets.conversations import plain, turns
from pellucid_server.filters.tree import Compare, FieldRef, Text, all_of
from pellucid_server.llm.ports import ConnectionSource, PriceOf
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import Usage
from pellucid_server.prompts.content import Content, VariableType
from pellucid_server.prompts.serving import Serving, Wanted
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window

ROLES = {"developer": "system", "system": "system", "user": "user", "assistant": "assistant"}
SYSTEM, USER = "system", "user"
_ANSWERS = "kind:generation folded:false outcome:success"
_LENGTHS = (Measure(name="output_tokens", aggregation="avg"), Measure(name="output_tokens", aggregation="count"))


class PromptMessages:
    """The source of prompts for experiments."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def messages(
        self, project_id: str, name: str, version: int, input_: JsonValue
    ) -> tuple[list[tuple[str, str]], Mapping[str, JsonValue]]:
        """Of a conversation the prompt takes the place of its system messages. Else variables are filled from the input's fields of the
        same name, a single one from the input itself; where that leaves the input unsaid, it is the user's message. A variable of which
        the case says nothing stays as it is written."""
        content = self._serving.get(Wanted(project_id, name, version=version)).arms[0].content
        values = _values(content, input_)
        compiled = content.compile(
            {**{variable.name: _unfilled(variable.name, variable.type) for variable in content.variables}, **values}
        )
        conversation = turns(input_)
        if conversation is not None:
            rest = [(ROLES.get(role, USER), text) for role, text in conversation if ROLES.get(role) != SYSTEM]
            return [*_said(compiled, SYSTEM), *rest], content.config
        if values:
            return _said(compiled, USER), content.config
        return [*_said(compiled, SYSTEM), (USER, plain(input_))], content.config


class CallPrices:
    """Prices of calls that were not made yet."""

    def __init__(self, connections: ConnectionSource, price_of: PriceOf, clock: Clock) -> None:
        self._connections = connections
        self._price_of = price_of
        self._clock = clock

    def __call__(self, project_id: str, connection: str, model: str, usage: Usage) -> float | None:
        """US dollars; None where nobody knows the model's price. Raises `ConnectionUnknown`."""
        opened = self._connections.open(project_id, connection)
        cost = self._price_of(project_id, opened.provider, model or opened.default_model, usage, self._clock())
        return None if cost is None else cost.total


class RecordedLengths:
    """How long the answers of a prompt were."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def __call__(self, scope: Scope, prompt: str) -> tuple[float, int]:
        """The mean of output tokens over the last seven days, and of how many answers."""
        mine = all_of([Compare(field=FieldRef(name="prompt_name"), value=Text(prompt)), read_filter(_ANSWERS)])
        window = Window(start=self._queries.clock() - 7 * DAY)
        found = self._queries.metrics.ask(scope, MetricsAsk(measures=_LENGTHS, filter=mine, window=window))
        row = found.data[0] if found.data else {}
        average, count = row.get("output_tokens_avg"), row.get("output_tokens_count")
        if not isinstance(average, int | float) or not isinstance(count, int | float):
            return 0.0, 0
        return float(average), int(count)


def _values(content: Content, input_: JsonValue) -> dict[str, JsonValue]:
    names = [variable.name for variable in content.variables]
    if isinstance(input_, dict):
        return {name: input_[name] for name in names if name in input_}
    return {names[0]: input_} if len(names) == 1 and turns(input_) is None else {}


def _unfilled(name: str, type_: VariableType) -> JsonValue:
    """A placeholder of messages without any is left out; a text stays a tag."""
    return [] if type_ is VariableType.MESSAGES else f"{{{{{name}}}}}"


def _said(compiled: JsonValue, role: str) -> list[tuple[str, str]]:
    if isinstance(compiled, list):
        return [
            (ROLES.get(str(entry.get("role")), USER), plain(entry.get("content"))) for entry in compiled if isinstance(entry, dict)
        ]
    return [(role, plain(compiled))]
