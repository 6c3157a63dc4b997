"""The trace-level rule: which spans are shown, under whom, which of them count, and what they inherit.

A pure function over the small facts of all known spans of one trace. It is run again with every arriving part and depends on
nothing but the set of facts: any order of arrival ends in the same state. It is linear and iterative, so that a chain of
40,000 spans costs time in proportion and no recursion.

**Which spans count.** A call to a model may be seen by several spans; its tokens and cost belong to exactly one.

1. Only spans that can carry tokens or cost of their own take part (`SpanFacts.is_model_call`).
2. The leaf-most wins: a model call with another one below it is a wrapper that repeats its children. Two things below it are no
   children of that sort: what a *tool* calls, since a call may run its tools inside its own span (Google ADK); and an *embedding*
   below a generation, since no generation repeats the usage of an embedder.
3. One count per provider response id. The provider's own SDK wins: its usage is first-hand (OpenLLMetry's own count of an Anthropic
   stream is off by one). Else, inside a trace, the span that carries most, then the earliest; across traces (two instrumentations
   that do not see each other make two roots) the earliest start keeps it. Traces are joined only if model and time agree; ties go
   by trace id, then span id.

The losers name the winner in `counted_in`; a wrapper of several calls names none.

**What is shown.** Framework noise is folded, except where it is the entry of its tree (the web request above the LLM call) or all
there is. The loser of a response id inside a trace is folded when nothing is shown below it and it carries no more than the winner.
A span that counts is never folded.

**The root** is the earliest shown span without a shown parent. Unknown parents, self-parents and cycles make a span parentless; a
cycle opens at its earliest member.

**What is inherited**: own value, else the nearest ancestor's, else the root's. User and session also come from anywhere in the
trace when the trace names only one: some SDKs set them on inner spans only.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from pellucid_server.enrich.facts import Claim, Inherited, SettledFacts, Settlement, SpanFacts
from pellucid_server.model.span import Kind, Settled

_NONE = -1
_MANY = -2
_NO_CLAIMS: Mapping[str, Iterable[Claim]] = {}
_by_start = attrgetter("start_time", "span_id")


def settle(facts: Sequence[SpanFacts], elsewhere: Mapping[str, Iterable[Claim]] = _NO_CLAIMS) -> Settlement:
    """Settle one trace. `elsewhere` holds other traces' claims by response id; claims of this trace among them are ignored."""
    if not facts:
        return Settlement()
    spans = _unique(facts)
    parents, order = _tree(spans)
    carriers, winners = _carriers(spans, _calls_below(spans, parents, order))
    claims = _claims(spans, winners)
    lost = _lost(claims, elsewhere) if elsewhere else {}
    shown = _shown(spans, parents, order, carriers)
    return Settlement(spans=_answers(spans, parents, order, shown, carriers, lost), claims=claims)


def _unique(facts: Sequence[SpanFacts]) -> list[SpanFacts]:
    """Earliest first, one per span id: of two the one that carries most, so that the order of arrival does not matter."""
    spans = sorted(facts, key=_by_start)
    if len({span.span_id for span in spans}) == len(spans):
        return spans
    best: dict[str, SpanFacts] = {}
    for span in spans:
        other = best.get(span.span_id)
        if other is None or (span.detail, repr(span)) > (other.detail, repr(other)):
            best[span.span_id] = span
    return sorted(best.values(), key=_by_start)


def _tree(spans: list[SpanFacts]) -> tuple[list[int], list[int]]:
    """Parent of each span by position, and all positions in an order in which parents come before children."""
    position = {span.span_id: i for i, span in enumerate(spans)}
    parents = [position.get(span.parent_span_id, _NONE) for span in spans]
    children: list[list[int]] = [[] for _ in spans]
    order: list[int] = []
    for i, parent in enumerate(parents):
        if parent == _NONE:
            order.append(i)
        else:
            children[parent].append(i)
    for i in order:
        order.extend(children[i])
    if len(order) < len(spans):
        _open_cycles(parents, children, order)
    return parents, order


def _open_cycles(parents: list[int], children: list[list[int]], order: list[int]) -> None:
    """Make the earliest member of each cycle parentless, and append it and all that hangs from it to `order`."""
    reached = set(order)
    for start in range(len(parents)):
        if start in reached:
            continue
        path: dict[int, None] = {}
        here = start
        while here not in path:
            path[here] = None
            here = parents[here]
        walked = list(path)
        first = min(walked[walked.index(here) :])
        children[parents[first]].remove(first)
        parents[first] = _NONE
        tree = [first]
        for i in tree:
            tree.extend(children[i])
        order.extend(tree)
        reached.update(tree)


def _calls_below(spans: list[SpanFacts], parents: list[int], order: list[int]) -> list[int]:
    """For each span the one leaf-most model call below it that its own usage would repeat, or `_MANY`, or `_NONE`."""
    calls = [span.is_model_call for span in spans]
    below = _leaves_below(spans, calls, parents, order)
    if not any(span.is_model_call and span.kind is Kind.EMBEDDING for span in spans):
        return below
    answers = [call and span.kind is not Kind.EMBEDDING for call, span in zip(calls, spans, strict=True)]
    repeated = _leaves_below(spans, answers, parents, order)
    return [below[i] if span.kind is Kind.EMBEDDING else repeated[i] for i, span in enumerate(spans)]


def _leaves_below(spans: list[SpanFacts], calls: list[bool], parents: list[int], order: list[int]) -> list[int]:
    """The leaf-most of `calls` below each span; what a tool calls is not below the tool's caller."""
    below = [_NONE] * len(spans)
    for i in reversed(order):
        parent = parents[i]
        if parent == _NONE or spans[i].kind is Kind.TOOL:
            continue
        call = below[i]
        if call == _NONE:
            if not calls[i]:
                continue
            call = i
        below[parent] = call if below[parent] == _NONE else _MANY
    return below


def _carriers(spans: list[SpanFacts], below: list[int]) -> tuple[list[int], dict[str, int]]:
    """For each model call the span that carries it in this trace (itself, another, or `_MANY`), and the winner by response id."""
    carriers = [_NONE] * len(spans)
    winners: dict[str, int] = {}
    calls = [i for i, span in enumerate(spans) if span.is_model_call]
    for i in calls:
        response_id = spans[i].response_id
        if response_id and below[i] == _NONE:
            best = winners.setdefault(response_id, i)
            if _weight(spans[i]) > _weight(spans[best]):
                winners[response_id] = i
    for i in calls:
        if below[i] == _NONE:
            carriers[i] = winners.get(spans[i].response_id, i)
    for i in calls:
        if below[i] != _NONE:
            carriers[i] = _MANY if below[i] == _MANY else carriers[below[i]]
    return carriers, winners


def _weight(span: SpanFacts) -> tuple[bool, int]:
    return (span.native_scope, span.detail)


def _claims(spans: list[SpanFacts], winners: Mapping[str, int]) -> dict[str, Claim]:
    return {
        response_id: Claim(
            trace_id=spans[i].trace_id,
            span_id=spans[i].span_id,
            start_time=spans[i].start_time,
            end_time=spans[i].end_time,
            model=spans[i].model,
            native_scope=spans[i].native_scope,
        )
        for response_id, i in winners.items()
    }


def _lost(claims: Mapping[str, Claim], elsewhere: Mapping[str, Iterable[Claim]]) -> dict[str, str]:
    """Span id → `trace_id/span_id` of the other trace's span that keeps the call."""
    lost: dict[str, str] = {}
    for response_id, mine in claims.items():
        better = [
            claim
            for claim in elsewhere.get(response_id, ())
            if claim.trace_id != mine.trace_id and claim.rank < mine.rank and agree(claim, mine)
        ]
        if better:
            first = min(better, key=attrgetter("rank"))
            lost[mine.span_id] = f"{first.trace_id}/{first.span_id}"
    return lost


def agree(one: Claim, other: Claim) -> bool:
    """Whether two claims on a response id can be the same call: their times overlap and neither names another model.

    Streaming instrumentors report the requested name (`gpt-4o`) where others report the answer's (`openai/gpt-4o-2024-08-06`).
    """
    if one.start_time > _end(other) or other.start_time > _end(one):
        return False
    left, right = _bare(one.model), _bare(other.model)
    return left.startswith(right) or right.startswith(left)


def _end(claim: Claim) -> int:
    return claim.start_time if claim.end_time is None else claim.end_time


def _bare(model: str) -> str:
    return model.rpartition("/")[2].lower()


def _shown(spans: list[SpanFacts], parents: list[int], order: list[int], carriers: list[int]) -> list[bool]:
    """Which spans are shown; at least one is."""
    shown = [False] * len(spans)
    shown_below = [False] * len(spans)
    for i in reversed(order):
        span, parent, carrier = spans[i], parents[i], carriers[i]
        if carrier in (i, _MANY):
            show = True
        elif carrier != _NONE:
            show = shown_below[i] or span.detail > spans[carrier].detail
        else:
            show = not span.framework_noise or (parent == _NONE and shown_below[i])
        shown[i] = show
        if parent != _NONE and (show or shown_below[i]):
            shown_below[parent] = True
    if True not in shown:
        shown[parents.index(_NONE)] = True
    return shown


def _answers(
    spans: list[SpanFacts],
    parents: list[int],
    order: list[int],
    shown: list[bool],
    carriers: list[int],
    lost: Mapping[str, str],
) -> dict[str, SettledFacts]:
    display = [_NONE] * len(spans)
    for i in order:
        parent = parents[i]
        display[i] = parent if parent == _NONE or shown[parent] else display[parent]
    root = next(i for i, parent in enumerate(display) if parent == _NONE and shown[i])
    explicit = any(span.session_id and span.inherits_session for span in spans)
    inherited = [_of_trace(spans, spans[root], explicit)] * len(spans)
    answers: dict[str, SettledFacts] = {}
    for i in order:
        span, parent = spans[i], parents[i]
        inherited[i] = _inherit(span, inherited[parent if parent != _NONE else i], explicit)
        counted_in = _counted_in(spans, carriers[i], i, lost)
        answers[span.span_id] = SettledFacts(
            settled=Settled(
                folded=not shown[i],
                display_parent_id="" if display[i] == _NONE else spans[display[i]].span_id,
                is_root=i == root,
                counted=carriers[i] == i and not counted_in,
                counted_in=counted_in,
            ),
            inherited=inherited[i],
        )
    return answers


def _counted_in(spans: list[SpanFacts], carrier: int, i: int, lost: Mapping[str, str]) -> str:
    """Where the call of span `i` is counted; empty when that is here, in several places, or when it is no call."""
    if carrier < 0:
        return ""
    winner = spans[carrier]
    away = lost.get(winner.span_id) if lost else None
    if away:
        return away
    return "" if carrier == i else f"{winner.trace_id}/{winner.span_id}"


def _of_trace(spans: list[SpanFacts], root: SpanFacts, explicit: bool) -> Inherited:
    """What a parentless span inherits: the root's values, and the one user and session that the trace names."""
    return Inherited(
        user_id=root.user_id or _single({span.user_id for span in spans}),
        session_id=_session(root, explicit) or _single({_session(span, explicit) for span in spans}),
        feature=root.feature,
        user_tier=root.user_tier,
        environment=root.environment,
        release=root.release,
        tags=root.tags,
        rollout=root.rollout,
        trace_name=root.trace_name or next((span.trace_name for span in spans if span.trace_name), ""),
    )


def _session(span: SpanFacts, explicit: bool) -> str:
    """The span's own session; an invented one is none where the trace has an explicit one."""
    return span.session_id if span.inherits_session or not explicit else ""


def _single(values: set[str]) -> str:
    values.discard("")
    return values.pop() if len(values) == 1 else ""


def _inherit(span: SpanFacts, up: Inherited, explicit: bool) -> Inherited:
    """Own values over those from above; the object from above itself when nothing differs."""
    session_id = _session(span, explicit) or up.session_id
    if (
        session_id == up.session_id
        and (not span.user_id or span.user_id == up.user_id)
        and (not span.feature or span.feature == up.feature)
        and (not span.user_tier or span.user_tier == up.user_tier)
        and (not span.environment or span.environment == up.environment)
        and (not span.release or span.release == up.release)
        and (not span.tags or span.tags == up.tags)
        and (span.rollout is None or span.rollout == up.rollout)
    ):
        return up
    return Inherited(
        user_id=span.user_id or up.user_id,
        session_id=session_id,
        feature=span.feature or up.feature,
        user_tier=span.user_tier or up.user_tier,
        environment=span.environment or up.environment,
        release=span.release or up.release,
        tags=span.tags or up.tags,
        rollout=span.rollout or up.rollout,
        trace_name=up.trace_name,
    )
