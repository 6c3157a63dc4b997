"""What can be done with traces: each action does it to some of them, again and again without harm. New ones are wired in `app`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pellucid_server.core.errors import BadRequest
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.model.score import ScoreSource, ScoreTarget
from pellucid_server.query.score_drafts import Draft, complete
from pellucid_server.query.scores import Scores


class BadAction(BadRequest):
    """The action on many traces is not usable; it names what to do and what with."""

    code = "bad_action"


class Action(Protocol):
    """One thing to do."""

    @property
    def name(self) -> str:
        """By which it is asked for."""

    @property
    def permission(self) -> Permission:
        """What one must be allowed to."""

    def title(self, options: JsonValue, count: int) -> str:
        """What the run is called. Raises `BadAction` where the options do not say what to do."""

    def do(self, scope: Scope, run_id: str, options: JsonValue, trace_ids: Sequence[str]) -> JsonValue:
        """Do it; done twice it must come to the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTraces:
    """The same score on every trace."""

    scores: Scores
    name: str = "score"
    permission: Permission = Permission.WRITE

    def title(self, options: JsonValue, count: int) -> str:
        """Tried on one trace, so that a wrong value is told before the run begins."""
        draft = _draft(options, "1" * 32, "")
        complete(draft, id_="", time=0)
        return f"Score {draft.name} on {_traces(count)}"

    def do(self, scope: Scope, run_id: str, options: JsonValue, trace_ids: Sequence[str]) -> JsonValue:
        """The id of a score is that of the run and the trace: sent again it replaces itself."""
        ids = self.scores.write(scope, [_draft(options, trace_id, f"{run_id}-{trace_id}", scope.actor) for trace_id in trace_ids])
        return {"scored": len(ids)}


class CaseMaker(Protocol):
    """Makes cases of traces."""

    def __call__(self, scope: Scope, dataset: str, trace_ids: Sequence[str]) -> JsonValue:
        """Add them to the data set; a trace that is there already is not there twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToDataset:
    """Every trace as a case of a data set."""

    make_cases: CaseMaker
    name: str = "dataset"
    permission: Permission = Permission.WRITE

    def title(self, options: JsonValue, count: int) -> str:
        """Names the data set."""
        return f"Add {_traces(count)} to {_text(options, 'dataset')}"

    def do(self, scope: Scope, run_id: str, options: JsonValue, trace_ids: Sequence[str]) -> JsonValue:
        """What became of them."""
        return self.make_cases(scope, _text(options, "dataset"), trace_ids)


class Tagger(Protocol):
    """Changes the tags of traces."""

    def __call__(self, scope: Scope, trace_ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> int:
        """How many traces were changed; those that stand as wanted are left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTraces:
    """Tags put on traces, and taken off."""

    change_tags: Tagger
    name: str = "tag"
    permission: Permission = Permission.WRITE

    def title(self, options: JsonValue, count: int) -> str:
        """Says what is added and what is removed."""
        add, remove = _tags(options)
        parts = [f"{verb} {', '.join(tags)}" for verb, tags in (("Tag", add), ("Remove", remove)) if tags]
        return f"{'; '.join(parts)} on {_traces(count)}"

    def do(self, scope: Scope, run_id: str, options: JsonValue, trace_ids: Sequence[str]) -> JsonValue:
        """Tags that are there already are not added twice."""
        return {"changed": self.change_tags(scope, trace_ids, *_tags(options))}


class QueueFiller(Protocol):
    """Puts traces into annotation queues."""

    def __call__(self, scope: Scope, queue_id: str, trace_ids: Sequence[str]) -> JsonValue:
        """Put them in; a trace that is there already is not there twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTraces:
    """Every trace as an item of an annotation queue."""

    fill: QueueFiller
    name: str = "queue"
    permission: Permission = Permission.WRITE

    def title(self, options: JsonValue, count: int) -> str:
        """How many; the queue stands on its own page."""
        _text(options, "queue")
        return f"Queue {_traces(count)} to be judged"

    def do(self, scope: Scope, run_id: str, options: JsonValue, trace_ids: Sequence[str]) -> JsonValue:
        """What became of them."""
        return self.fill(scope, _text(options, "queue"), trace_ids)


class Eraser(Protocol):
    """Takes traces out of the store."""

    def __call__(self, scope: Scope, trace_ids: Sequence[str]) -> None:
        """With their content and scores; done when it returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTraces:
    """Traces deleted with their content and their scores."""

    erase: Eraser
    name: str = "delete"
    permission: Permission = Permission.ADMIN

    def title(self, options: JsonValue, count: int) -> str:
        """How many."""
        if options:
            raise BadAction("`delete` takes no options.")
        return f"Delete {_traces(count)}"

    def do(self, scope: Scope, run_id: str, options: JsonValue, trace_ids: Sequence[str]) -> JsonValue:
        """What is gone already stays gone."""
        self.erase(scope, trace_ids)
        return {"deleted": len(trace_ids)}


_SCORE_FIELDS: Final = {"name", "value", "string_value", "comment"}


def _draft(options: JsonValue, trace_id: str, id_: str, annotator: str = "") -> Draft:
    if not isinstance(options, dict) or not options.keys() <= _SCORE_FIELDS:
        raise BadAction("The options of `score` are `name`, `value` or `string_value`, and `comment`.")
    value, words = options.get("value"), options.get("string_value")
    if isinstance(value, (dict, list)) or not isinstance(words, (str, type(None))):
        raise BadAction("The value of a score is a number, a truth value or a text.")
    return Draft(
        id=id_ or None,
        name=_text(options, "name"),
        value=value,
        string_value=words,
        comment=str(options.get("comment") or ""),
        target=ScoreTarget.TRACE,
        trace_id=trace_id,
        source=ScoreSource.HUMAN,
        annotator=annotator,
    )


MAX_TAGS: Final = 20
MAX_TAG_CHARS: Final = 200


def _tags(options: JsonValue) -> tuple[list[str], list[str]]:
    """What to add and what to remove."""
    if not isinstance(options, dict) or not options.keys() <= {"add", "remove"}:
        raise BadAction("The options of `tag` are `add` and `remove`, each a list of tags.")
    lists = [options.get(name) or [] for name in ("add", "remove")]
    named = [tag for tags in lists if isinstance(tags, list) for tag in tags]
    if not named or len(named) > MAX_TAGS or not all(isinstance(tags, list) for tags in lists):
        raise BadAction(f"Name 1 to {MAX_TAGS} tags in the lists `add` and `remove`.")
    if not all(isinstance(tag, str) and 0 < len(tag.strip()) <= MAX_TAG_CHARS for tag in named):
        raise BadAction(f"A tag is a text of 1 to {MAX_TAG_CHARS} characters.")
    add, remove = ([str(tag).strip() for tag in tags] if isinstance(tags, list) else [] for tags in lists)
    return add, remove


def _text(options: JsonValue, name: str) -> str:
    value = options.get(name) if isinstance(options, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise BadAction(f"The options of this action name the `{name}`.")
    return value.strip()


def _traces(count: int) -> str:
    return "1 trace" if count == 1 else f"{count:,} traces"
